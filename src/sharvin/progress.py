"""How long work shows itself: a bar on a terminal, one line in a notebook, lines in a log."""

import math
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TextIO

PAUSE = 10.0  # seconds between two lines of a log
RATE = 20.0  # times a second that counted work is shown at most
PATIENCE = 1.0  # seconds before a bar appears: a single point needs none


@dataclass(frozen=True)
class Progress:
    """Where long work stands.

    Parameters
    ----------
    done, total : int
        Pieces of the work; of a sweep, rows of the result (sets of parameters times chemical
        potentials).
    kept : int
        Pieces that were there before this run.
    energies : int
        S-matrices computed by this run; 0 where there are none.
    seconds : float
        Since this run began.
    what : str
        Name of the pieces.
    """

    done: int
    total: int
    kept: int = 0
    energies: int = 0
    seconds: float = 0.0
    what: str = "points"

    @property
    def rate(self) -> float:
        """Pieces per second of this run."""
        return (self.done - self.kept) / self.seconds if self.seconds > 0 else 0.0

    @property
    def left(self) -> float:
        """Seconds to go at this rate; infinite while nothing is done."""
        return (self.total - self.done) / self.rate if self.rate > 0 else float("inf")

    def __str__(self) -> str:
        share = 100 * self.done // max(1, self.total)
        text = f"{self.done}/{self.total} {self.what} ({share} %)"
        if self.done > self.kept:
            text += f", {self.rate:.3g} {self.what}/s"
        if self.energies:
            text += f", {self.energies} energies"
        if self.done < self.total and self.left < float("inf"):
            text += f", {clock(self.left)} left"
        return text


class Reporter(Protocol):
    """Shows progress."""

    def update(self, progress: Progress) -> None:
        """Show where the work stands."""

    def close(self) -> None:
        """Leave the screen tidy."""


def reporter(wish: bool | Callable[[Progress], None] | None) -> Reporter:
    """The reporter for ``progress=``.

    None: a bar on a terminal or in a notebook, else nothing. True: always, as lines where there
    is no terminal. False: nothing. A function is called with every `Progress`.
    """
    if callable(wish):
        return Called(wish)
    if wish is False:
        return Called(lambda _: None)
    if _in_notebook():
        return Notebook()
    if sys.stderr is not None and sys.stderr.isatty():
        return Bar()
    return Lines(sys.stderr) if wish else Called(lambda _: None)


@contextmanager
def counted(
    total: int, what: str, wish: bool | Callable[[Progress], None] | None
) -> Iterator[Callable[[int], None]]:
    """A function that takes how many pieces are done and shows it, as ``progress=`` wishes.

    Examples
    --------
    >>> seen = []
    >>> with counted(2, "moments", lambda p: seen.append(str(p).split(",")[0])) as tell:
    ...     tell(1)
    ...     tell(2)
    >>> seen
    ['1/2 moments (50 %)', '2/2 moments (100 %)']
    """
    show, started = reporter(wish), time.monotonic()
    shown = -math.inf

    def tell(done: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown >= 1 / RATE or done == total:
            shown = now
            show.update(Progress(done, total, seconds=now - started, what=what))

    try:
        yield tell
    finally:
        show.close()


@dataclass(frozen=True)
class Called:
    """Hands progress to a function."""

    function: Callable[[Progress], None]

    def update(self, progress: Progress) -> None:
        """Call the function."""
        self.function(progress)

    def close(self) -> None:
        """Nothing is open."""


class Lines:
    """Plain lines, at most one in `PAUSE` seconds, for logs and pipes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last = -PAUSE

    def update(self, progress: Progress) -> None:
        """Write a line if the last one is old enough, or if this is the end."""
        now = time.monotonic()
        if now - self._last >= PAUSE or progress.done == progress.total:
            self._last = now
            self._stream.write(f"{progress}\n")
            self._stream.flush()

    def close(self) -> None:
        """Nothing is open."""


class Bar:
    """A bar with rate and time left, for work that is not over in a moment."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._bar = Progress(
            BarColumn(), TextColumn("{task.fields[state]}"), console=Console(stderr=True)
        )
        self._task: Any = None
        self._latest: Any = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(PATIENCE, self._begin)
        self._timer.daemon = True

    def update(self, progress: Progress) -> None:
        """Move the bar."""
        with self._lock:
            if self._latest is None:
                self._timer.start()
            self._latest = progress
            if self._task is not None:
                self._show()

    def close(self) -> None:
        """Leave the finished bar on the screen."""
        with self._lock:
            self._timer.cancel()
            self._latest = None
            if self._task is not None:
                self._bar.stop()

    def _begin(self) -> None:
        with self._lock:
            if self._latest is not None:
                self._bar.start()
                self._task = self._bar.add_task("", total=self._latest.total, state="")
                self._show()

    def _show(self) -> None:
        now = self._latest
        self._bar.update(self._task, completed=now.done, total=now.total, state=str(now))


class Notebook:
    """One line that is rewritten in place."""

    def __init__(self) -> None:
        from IPython.display import display

        self._handle = display({"text/plain": ""}, raw=True, display_id=True)

    def update(self, progress: Progress) -> None:
        """Rewrite the line."""
        if self._handle is not None:
            self._handle.update({"text/plain": str(progress)}, raw=True)

    def close(self) -> None:
        """Nothing is open."""


def clock(seconds: float) -> str:
    """Seconds as a person says them.

    Examples
    --------
    >>> clock(8), clock(75), clock(5400)
    ('8 s', '1:15 min', '1:30 h')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d} min"
    return f"{whole // 3600}:{whole % 3600 // 60:02d} h"


def _in_notebook() -> bool:
    shell = sys.modules.get("IPython")
    if shell is None:
        return False
    found = shell.get_ipython()
    return found is not None and type(found).__name__ == "ZMQInteractiveShell"
