"""Sweeps that compute in processes of their own and leave everything in the results folder.

``results/studio/ID`` holds the device file, what is known of the job, the journal and, at the end,
the files of the result. After a restart the jobs are there again and go on where they stopped.
"""

import asyncio
import json
import math
import os
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from sharvin.errors import InvalidInput
from sharvin.studio import arguments, limits, wire
from sharvin.studio.code import python_of
from sharvin.studio.lane import kill, spawn

FILES = {
    "nc": ("device.nc", "application/x-netcdf"),
    "csv": ("device.csv", "text/csv; charset=utf-8"),
    "png": ("device.png", "image/png"),
    "toml": ("device.toml", "application/toml; charset=utf-8"),
    "py": ("device.py", "text/x-python; charset=utf-8"),
}
_TOLD_EVERY = 0.2  # seconds between two events of one job
_LONGEST = 2_000  # characters of a message
_STOPPED = "the studio ended; resume goes on from here"


@dataclass(frozen=True)
class Job:
    """A sweep and how far it is.

    Parameters
    ----------
    id : str
        Sixteen hexadecimal digits, made here.
    state : str
        waiting, running, finished, cancelled or failed.
    done, total : int
        Points.
    eta_s : float or None
        Seconds to go.
    started : float
        Seconds since 1970.
    """

    id: str
    name: str
    state: str
    done: int
    total: int
    eta_s: float | None
    started: float
    message: str


class Jobs:
    """All jobs of a results folder.

    Parameters
    ----------
    results : Path
    tell : callable
        Hears ``{"event": "job", "job": ...}`` whenever a job changes.
    """

    def __init__(self, results: Path, tell: Callable[[bytes], Awaitable[None]]) -> None:
        self._root = results / "studio"
        self._tell = tell
        self._jobs: dict[str, Job] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._told: dict[str, float] = {}
        self._messages: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Read the jobs that are there; none of them starts by itself."""
        self._root.mkdir(parents=True, exist_ok=True)
        for folder in self._root.iterdir():
            if arguments.is_job_id(folder.name) and (folder / "job.json").is_file():
                with suppress(OSError, ValueError, TypeError):
                    job = Job(**json.loads((folder / "job.json").read_text("utf-8")))
                    if job.id == folder.name:
                        self._jobs[job.id] = _at_rest(job)

    async def close(self) -> None:
        """Stop what computes; the journals keep what is done."""
        running = list(self._tasks)
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        for id_ in running:
            self._put(_at_rest(self._jobs[id_]))

    def listed(self) -> list[dict[str, Any]]:
        """All jobs, the newest first."""
        ordered = sorted(self._jobs.values(), key=lambda job: -job.started)
        return [asdict(job) for job in ordered]

    def one(self, id_: str) -> dict[str, Any]:
        """One job."""
        return asdict(self._job(id_))

    def folder(self, id_: str) -> Path:
        """Folder of a job that exists."""
        return self._root / self._job(id_).id

    def start(self, toml: str, name: str) -> dict[str, Any]:
        """New job for a device file that was checked."""
        if len(self._jobs) >= limits.KEPT_JOBS:
            raise InvalidInput(
                f"{self._root} holds {len(self._jobs)} jobs; move some of its folders away"
            )
        id_ = secrets.token_hex(8)
        folder = self._root / id_
        folder.mkdir(parents=True)
        (folder / "device.toml").write_text(toml, encoding="utf-8", newline="")
        (folder / "device.py").write_text(python_of(name), encoding="utf-8")
        self._put(Job(id_, name[: limits.NAME] or "sweep", "waiting", 0, 0, None, time.time(), ""))
        self._fill()
        return asdict(self._jobs[id_])

    def cancel(self, id_: str) -> dict[str, Any]:
        """Stop a job; what it has computed stays."""
        job = self._job(id_)
        if job.state in ("waiting", "running"):
            self._put(
                replace(job, state="cancelled", eta_s=None, message="stopped; resume goes on")
            )
            task = self._tasks.get(id_)
            if task is not None:
                task.cancel()
        return asdict(self._jobs[id_])

    def resume(self, id_: str) -> dict[str, Any]:
        """Go on with a job that was stopped or failed."""
        job = self._job(id_)
        if job.state in ("cancelled", "failed"):
            self._put(replace(job, state="waiting", eta_s=None, message=""))
            self._fill()
        return asdict(self._jobs[id_])

    def code(self, id_: str) -> dict[str, str]:
        """Device file and Python that give the same numbers."""
        folder = self.folder(id_)
        with (folder / "device.toml").open(encoding="utf-8", newline="") as file:
            toml = file.read()
        return {"toml": toml, "python": python_of(self._jobs[id_].name)}

    def file(self, id_: str, kind: str) -> tuple[Path, str, str] | None:
        """Path, media type and name for a download, or None while there is no such file."""
        if kind not in FILES:
            return None
        name, media = FILES[kind]
        path = self.folder(id_) / name
        return (path, media, f"{_plain(self._jobs[id_].name)}.{kind}") if path.is_file() else None

    def _job(self, id_: str) -> Job:
        if id_ not in self._jobs:
            raise InvalidInput(f"there is no job {id_}")
        return self._jobs[id_]

    def _put(self, job: Job) -> None:
        """Remember a job, on the disk too, and tell the pages."""
        before = self._jobs.get(job.id)
        self._jobs[job.id] = job
        now = time.monotonic()
        changed = before is None or before.state != job.state or job.done >= job.total
        if not changed and now - self._told.get(job.id, 0.0) < _TOLD_EVERY:
            return
        self._told[job.id] = now
        path = self._root / job.id / "job.json"
        beside = path.with_suffix(".partial")
        beside.write_text(json.dumps(asdict(job)), encoding="utf-8")
        os.replace(beside, path)
        message = asyncio.ensure_future(self._tell(wire.text({"event": "job", "job": asdict(job)})))
        self._messages.add(message)
        message.add_done_callback(self._messages.discard)

    def _fill(self) -> None:
        """Start waiting jobs, the oldest first, while there is room."""
        waiting = [job for job in self._jobs.values() if job.state == "waiting"]
        for job in sorted(waiting, key=lambda job: job.started):
            if len(self._tasks) >= limits.JOBS or job.id in self._tasks:
                continue
            self._put(replace(job, state="running", message=""))
            task = asyncio.create_task(self._run(job.id), name=f"job {job.id}")
            self._tasks[job.id] = task
            task.add_done_callback(partial(self._ended, job.id))

    def _ended(self, id_: str, task: "asyncio.Task[None]") -> None:
        self._tasks.pop(id_, None)
        job = self._jobs[id_]
        if not task.cancelled() and task.exception() is not None and job.state == "running":
            sentence = f"this sweep could not be started or heard: {task.exception()}"[:_LONGEST]
            self._put(replace(job, state="failed", eta_s=None, message=sentence))
        with suppress(RuntimeError):  # the loop is closing
            self._fill()

    async def _run(self, id_: str) -> None:
        """Listen to the process of a job until it ends."""
        process = await spawn("sharvin.studio.job_worker", str(self._root / id_))
        last: dict[str, Any] = {}
        try:
            assert process.stdout is not None
            while line := await process.stdout.readline():
                last = wire.parsed(line)
                self._progress(id_, last)
            await process.wait()
        finally:
            await kill(process)
        job = self._jobs[id_]
        if last.get("finished"):
            self._put(replace(job, state="finished", done=job.total, eta_s=0.0,
                              message=str(last.get("message", ""))))  # fmt: skip
        else:
            said = str(last.get("error") or "")
            sentence = said or (
                f"the process of this sweep ended unexpectedly (code {process.returncode}; out of "
                "memory?); resume goes on from the last finished points"
            )
            self._put(replace(job, state="failed", eta_s=None, message=sentence))

    def _progress(self, id_: str, line: dict[str, Any]) -> None:
        if "done" not in line:
            return
        eta = line.get("eta_s")
        left = float(eta) if isinstance(eta, int | float) and math.isfinite(eta) else None
        job = self._jobs[id_]
        if job.state == "running":
            self._put(replace(job, done=int(line["done"]), total=int(line["total"]), eta_s=left))


def _at_rest(job: Job) -> Job:
    """A job as it is when no process computes it."""
    if job.state in ("running", "waiting"):
        return replace(job, state="cancelled", eta_s=None, message=_STOPPED)
    return job


def _plain(name: str) -> str:
    """Name of a file that every system takes."""
    kept = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name)
    return "-".join(filter(None, kept.split("-")))[:60] or "sweep"
