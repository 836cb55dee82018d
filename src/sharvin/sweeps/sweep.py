"""A sweep as data: device, reading, axes and accuracy; its fingerprint and its plan."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sharvin.device.device import Device
from sharvin.device.digest import digest
from sharvin.errors import InvalidInput
from sharvin.sweeps.axes import Axes
from sharvin.sweeps.readings import Reading

if TYPE_CHECKING:
    from sharvin.sweeps.job import Worker

LANES = 8  # points that the solver takes at once
LARGE = 5000  # orbitals from which eight points are worth a commit of their own
CELLS_PER_CHUNK = 4  # thermal averages refined side by side, so that they fill the lanes together
FEWEST_CHUNKS = 16


def version() -> str:
    """Version of the package, which a result carries and a resumed sweep must share."""
    from sharvin import __version__

    return __version__


@dataclass(frozen=True, eq=False)
class Sweep:
    """Everything that decides the numbers of a sweep, and nothing else.

    Results are laid out in *rows*: one for each set of device parameters and each chemical
    potential, the latter fastest; within a row temperatures, within these the outputs.

    Parameters
    ----------
    device : Device
    reading : Reading
    axes : Axes
    tolerance : float
        Accepted error of a thermal average, in transmission.
    """

    device: Device
    reading: Reading
    axes: Axes
    tolerance: float

    def __post_init__(self) -> None:
        self.reading.check(self.device)
        if not 0 < self.tolerance < 1:
            raise InvalidInput(f"tolerance must lie between 0 and 1, got {self.tolerance!r}")
        if self.is_thermal and not self.reading.smears:
            name = self.reading.outputs[0][1] if self.reading.outputs else "this measure"
            raise InvalidInput(
                f"{name} is read off one S-matrix and has no thermal average; "
                "leave temperature= out or give '0 K'"
            )

    @cached_property
    def content_hash(self) -> str:
        """Fingerprint: equal hashes mean equal numbers, bit for bit."""
        return digest(
            {
                "version": version(),
                "device": self.device.content_hash,
                "reading": self.reading,
                "axes": self.axes,
                "tolerance": self.tolerance,
            }
        )

    @cached_property
    def parameter_sets(self) -> list[dict[str, float]]:
        """Device parameters, one mapping per set."""
        return list(self.axes.parameter_sets())

    @property
    def rows(self) -> int:
        """Number of rows of the result."""
        return len(self.parameter_sets) * len(self.axes.levels)

    @property
    def is_thermal(self) -> bool:
        """Whether any temperature is above zero."""
        return max(self.axes.temperatures) > 0

    @cached_property
    def chunks(self) -> list[range]:
        """Rows of each chunk. They depend on the sweep alone, never on who computes it."""
        if not self.is_thermal:
            size = LANES if len(self.device.pattern.diagonal) >= LARGE else 8 * LANES
            return [range(i, min(i + size, self.rows)) for i in range(0, self.rows, size)]
        cells = self._cells()
        size = min(CELLS_PER_CHUNK, max(1, len(cells) // FEWEST_CHUNKS))
        groups = [cells[i : i + size] for i in range(0, len(cells), size)]
        return [range(group[0].start, group[-1].stop) for group in groups]

    def cells(self, chunk: range) -> list[range]:
        """The parts of a chunk that share one table of energies."""
        if not self.is_thermal:
            return [range(row, row + 1) for row in chunk]
        return [cell for cell in self._cells() if cell.start in chunk]

    def parameters(self, row: int) -> dict[str, float]:
        """Device parameters of a row."""
        return self.parameter_sets[row // len(self.axes.levels)]

    def level(self, row: int) -> float:
        """Chemical potential of a row in meV."""
        return self.axes.levels[row % len(self.axes.levels)]

    def worker(self) -> "Worker":
        """Return what computes its chunks, in any thread."""
        from sharvin.sweeps.chunk import Worker

        return Worker(self)

    def _cells(self) -> list[range]:
        """Rows with the same parameters; where these are few, in several groups of levels."""
        levels, sets = len(self.axes.levels), len(self.parameter_sets)
        groups = min(levels, -(-FEWEST_CHUNKS // sets))
        size = -(-levels // groups)
        return [
            range(start + i, start + min(i + size, levels))
            for start in range(0, self.rows, levels)
            for i in range(0, levels, size)
        ]
