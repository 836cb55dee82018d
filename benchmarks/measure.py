"""Time and memory of this process, the same on both sides."""

import ctypes
import gc
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any


def cpu(function: Callable[[], Any]) -> tuple[Any, float]:
    """Result of a call and the CPU time it took, in seconds."""
    start = time.process_time()
    result = function()
    return result, time.process_time() - start


def wall(function: Callable[[], Any]) -> tuple[Any, float]:
    """Result of a call and the time it took by the clock, in seconds."""
    start = time.perf_counter()
    result = function()
    return result, time.perf_counter() - start


class PeakMemory:
    """Peak resident memory from here on, above what is resident now, in MB."""

    def __init__(self) -> None:
        # Freed memory that the allocator keeps would hide as much of what follows.
        gc.collect()
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
        # Importing may have peaked above the present size; Linux forgets that on request.
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        self.baseline = _status("VmRSS")

    def above(self) -> float:
        """Peak so far above the baseline."""
        return _status("VmHWM") - self.baseline


def _status(entry: str) -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(entry):
            return int(line.split()[1]) / 1024
    raise OSError(f"/proc/self/status has no {entry}")
