"""What executors know of the work they hand out: numbered chunks, and who computes one."""

from collections.abc import Sequence, Sized
from typing import Protocol

from sharvin.sweeps.chunk import Outcome


class Worker(Protocol):
    """Computes chunks of one job, in any thread."""

    def solve(self, number: int) -> Outcome:
        """Numbers of one chunk: the same whoever computes it, and after whatever else."""
        ...


class Job(Protocol):
    """A sweep or an ensemble, as executors see it."""

    @property
    def content_hash(self) -> str:
        """Fingerprint: equal hashes mean equal numbers, bit for bit."""
        ...

    def worker(self) -> Worker:
        """Return what computes its chunks, in any thread."""
        ...


class PlannedJob(Job, Protocol):
    """A job that knows from the start how many chunks it has."""

    @property
    def chunks(self) -> Sequence[Sized]:
        """The points of each chunk. They depend on the job alone, never on who computes it."""
        ...
