"""The store of a sweep while it runs: one SQLite file that survives being killed at any moment.

Every finished chunk is one transaction in a write-ahead log. The file knows the fingerprint of
its sweep, so that the numbers of two different sweeps never mix, and enough about its axes to be
opened without the device.
"""

import json
import sqlite3
import threading
from collections.abc import Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from sharvin.errors import InvalidInput
from sharvin.sweeps.chunk import Outcome

FORMAT = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS chunks (
    number INTEGER PRIMARY KEY, outcome BLOB NOT NULL, finished TEXT DEFAULT CURRENT_TIMESTAMP
);
"""


class Journal:
    """Finished chunks of one sweep, in a file.

    Parameters
    ----------
    path : str or Path
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        self._file = _connect(self.path)

    @classmethod
    def begin(cls, path: str | Path, description: Mapping[str, Any]) -> "Journal":
        """Journal at `path` for the described sweep, new or begun before.

        The description's ``"sweep_hash"`` must be that of the file, if the file is not new.
        """
        journal = cls(path)
        try:
            journal._claim(description)
        except BaseException:
            journal.close()
            raise
        return journal

    def _claim(self, description: Mapping[str, Any]) -> None:
        with self._file:  # tables and description appear together, or not at all
            self._file.execute("BEGIN IMMEDIATE")
            for statement in _TABLES.split(";"):
                self._file.execute(statement)
            known = self._about()
            if not known:
                about = {"format": FORMAT, "description": dict(description)}
                self._file.executemany(
                    "INSERT INTO about VALUES (?, ?)",
                    [(key, json.dumps(value)) for key, value in about.items()],
                )
                return
        old = known["description"]
        if old["sweep_hash"] != description["sweep_hash"]:
            raise InvalidInput(
                f"{self.path} holds another sweep ({_difference(old, description)}); "
                "its numbers are not mixed with new ones: choose another store, or delete the file"
            )

    @property
    def description(self) -> dict[str, Any]:
        """What the sweep is, as it was given to `begin`."""
        about = self._about()
        if about.get("format") != FORMAT:
            raise InvalidInput(f"{self.path} is not a store of a sweep, or of another version")
        description: dict[str, Any] = about["description"]
        return description

    def finished(self) -> dict[int, Outcome]:
        """Every finished chunk."""
        with self._lock:
            rows = self._file.execute("SELECT number, outcome FROM chunks").fetchall()
        return {number: Outcome.from_bytes(data) for number, data in rows}

    def numbers(self) -> Collection[int]:
        """Numbers of the finished chunks."""
        with self._lock:
            return {row[0] for row in self._file.execute("SELECT number FROM chunks")}

    def put(self, number: int, outcome: Outcome) -> None:
        """Keep a finished chunk, for good: it is on the disk when this returns."""
        with self._lock, self._file:
            # Two runs of one sweep may share a file: both compute the same bits.
            self._file.execute(
                "INSERT OR IGNORE INTO chunks (number, outcome) VALUES (?, ?)",
                (number, outcome.to_bytes()),
            )

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _about(self) -> dict[str, Any]:
        try:
            rows = self._file.execute("SELECT key, value FROM about").fetchall()
        except sqlite3.OperationalError:  # no such table: a file that holds nothing yet
            return {}
        except sqlite3.DatabaseError:
            raise InvalidInput(_not_a_store(self.path)) from None
        return {key: json.loads(value) for key, value in rows}


def _connect(path: Path) -> sqlite3.Connection:
    if path.is_dir() or not path.parent.is_dir():
        what = "is a folder" if path.is_dir() else "lies in a folder that does not exist"
        raise InvalidInput(f"store {path} {what}; give the name of a file")
    file = sqlite3.connect(path, timeout=60.0, check_same_thread=False, isolation_level=None)
    try:
        file.execute("PRAGMA journal_mode=WAL")
        file.execute("PRAGMA synchronous=FULL")  # 0.1 ms a chunk buys safety against power cuts
    except sqlite3.DatabaseError:
        file.close()
        raise InvalidInput(_not_a_store(path)) from None
    return file


def _not_a_store(path: Path) -> str:
    return f"{path} is not a store of a sweep; choose another name, it is left as it is"


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """The first thing in which two sweeps differ, in words."""
    for key, what in (
        ("version", "sharvin version"),
        ("device_hash", "device"),
        ("outputs", "observable"),
        ("axes", "axes"),
        ("tolerance", "tolerance"),
    ):
        if json.loads(json.dumps(old.get(key))) != json.loads(json.dumps(new.get(key))):
            return f"the {what} changed"
    return "what is measured changed"
