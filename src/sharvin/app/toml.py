"""TOML with line numbers: the standard library gives values without saying where they stood.

`tomllib` decides what is valid and what it means. The scanner here only walks over text that
`tomllib` has accepted, so it needs no error handling, and remembers the line of every key.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sharvin.errors import InvalidInput

Place = tuple[str | int, ...]

_SPACE = re.compile(r"(?:[ \t]|\r?\n|#[^\n]*)*")
_KEY = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*""")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
)
_BARE = re.compile(r"[^,\]}#\r\n]+")
_SYNTAX = re.compile(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


class DeviceFileError(InvalidInput):
    """Something in a device file cannot mean what its author wants; names file, line and key.

    Parameters
    ----------
    message : str
    problems : sequence of (int, str, str)
        Line, key and complaint of each, where the file could be read at all.
    """

    def __init__(self, message: str, problems: Sequence[tuple[int, str, str]] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


@dataclass(frozen=True, eq=False)
class Document:
    """A TOML file that was read.

    Parameters
    ----------
    path : Path
    text : str
    data : mapping
        What `tomllib` found.
    lines : mapping
        Line of every table, key and array entry, by its place ``("leads", "source", "side")``.
    spans : mapping
        First and last position in the text, the last excluded, of every value.
    """

    path: Path
    text: str
    data: Mapping[str, Any]
    lines: Mapping[Place, int]
    spans: Mapping[Place, tuple[int, int]]

    def line(self, place: Place) -> int:
        """Line of a place, or of the nearest thing around it that is written out."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return 1

    def value(self, place: Place) -> Any:
        """What the file says at a place."""
        found: Any = self.data
        for step in place:
            found = found[step]
        return found

    def error(self, place: Place, complaint: str) -> DeviceFileError:
        """Error that names the file, the line and the key."""
        key, line = spelled(place), self.line(place)
        return DeviceFileError(
            f"{self.path}:{line}: " + (f"{key}: {complaint}" if key else complaint),
            [(line, key, complaint)],
        )


def spelled(place: Place) -> str:
    """Key as a reader would look for it: ``gates[1].gap``."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def read(path: str | Path) -> Document:
    """The TOML file at ``path`` with the line of every key."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DeviceFileError(
            f"{path}: there is no such file; `sharvin new qpc > {path.name}` writes one to start "
            "from"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise DeviceFileError(f"{path}: cannot be read as a device file: {reason}") from None
    return parse(text, path)


def parse(text: str, path: Path) -> Document:
    """Device file with this text; complaints call it ``path``."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(path, text, error) from None
    found = _Scanner(text)
    return Document(path, text, data, found.lines, found.spans)


def _syntax(path: Path, text: str, error: tomllib.TOMLDecodeError) -> DeviceFileError:
    match = _SYNTAX.fullmatch(str(error))
    what = match.group(1) if match else str(error)
    rows = text.splitlines() or [""]
    number = int(match.group(2)) if match and match.group(2) else len(rows)
    row = rows[min(number, len(rows)) - 1].strip()
    hint = 'keys read name = value; text stands in quotes ("250 nm"), tables in [brackets]'
    complaint = f"not valid TOML: {what}, in: {row}; {hint}"
    return DeviceFileError(f"{path}:{number}: {complaint}", [(number, "", complaint)])


@dataclass
class _Scanner:
    """Walks once over valid TOML."""

    text: str
    position: int = 0
    lines: dict[Place, int] = field(default_factory=dict)
    spans: dict[Place, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        table: Place = ()
        counts: dict[Place, int] = {}
        self._skip()
        while self.position < len(self.text):
            if self.text[self.position] == "[":
                table = self._header(counts)
            else:
                self._pair(table)
            self._skip()

    def _skip(self) -> None:
        match = _SPACE.match(self.text, self.position)
        self.position = match.end() if match else self.position

    def _mark(self, place: Place, *, position: int | None = None) -> None:
        at = self.position if position is None else position
        self.lines.setdefault(place, self.text.count("\n", 0, at) + 1)

    def _key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while True:
            match = _KEY.match(self.text, self.position)
            if match is None:  # tomllib accepted what this cannot read: give up on its lines
                self.position = len(self.text)
                return tuple(parts)
            quoted = match.group(1)
            if quoted is not None:
                parts.append(tomllib.loads(f'k = "{quoted}"')["k"])
            else:
                parts.append(match.group(2) if match.group(2) is not None else match.group(3))
            self.position = match.end()
            if self.text[self.position : self.position + 1] != ".":
                return tuple(parts)
            self.position += 1

    def _header(self, counts: dict[Place, int]) -> Place:
        start = self.position
        is_array = self.text.startswith("[[", start)
        self.position += 2 if is_array else 1
        place: Place = ()
        names = self._key()
        for depth, name in enumerate(names, start=1):
            place += (name,)
            last = depth == len(names)
            if is_array and last:
                self._mark(place, position=start)
                counts[place] = counts.get(place, -1) + 1
            self._mark(place, position=start)
            if place in counts:  # a name that stands for the newest entry of an array of tables
                place += (counts[place],)
        self._mark(place, position=start)
        self.position += 2 if is_array else 1
        return place

    def _pair(self, table: Place) -> None:
        start = self.position
        names = self._key()
        for depth in range(1, len(names) + 1):
            self._mark(table + names[:depth], position=start)
        self.position += 1  # the equals sign
        self._value(table + names)

    def _value(self, place: Place) -> None:
        self._skip()
        self._mark(place)
        start = self.position
        match self.text[self.position : self.position + 1]:
            case "[":
                self._enclosed("]", place)
            case "{":
                self._enclosed("}", place)
            case '"' | "'":
                match = _STRING.match(self.text, self.position)
                self.position = match.end() if match else len(self.text)
            case _:
                match = _BARE.match(self.text, self.position)
                self.position = match.end() if match else len(self.text)
        size = len(self.text[start : self.position].rstrip())  # a bare value runs up to its comment
        self.spans[place] = start, start + size

    def _enclosed(self, end: str, place: Place) -> None:
        self.position += 1
        self._skip()
        count = 0
        while self.position < len(self.text) and self.text[self.position] != end:
            if end == "]":
                self._value((*place, count))
            else:
                self._pair(place)
            count += 1
            self._skip()
            if self.text[self.position : self.position + 1] == ",":
                self.position += 1
                self._skip()
        self.position += 1
