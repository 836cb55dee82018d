"""An ensemble as data: a device, what is read off each sample, and where the samples begin."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from sharvin.device.device import Device
from sharvin.device.digest import digest
from sharvin.sweeps.axes import Axes, Axis
from sharvin.sweeps.readings import Reading
from sharvin.sweeps.sweep import LANES, LARGE, Sweep, version

if TYPE_CHECKING:
    from sharvin.sweeps.job import Worker

MOST_SEED = 2**53  # beyond this, neighboring seeds are the same double


@dataclass(frozen=True, eq=False)
class Sampling:
    """Samples of one device, without end: chunk n holds the n-th group of seeds.

    How many samples are wanted is no part of it, so that a store may be continued to more.

    Parameters
    ----------
    device : Device
    reading : Reading
    axes : Axes
        With the seed among the parameters, at any value.
    seed : str
        The parameter that counts samples.
    first : int
        Seed of the first sample.
    tolerance : float
        Accepted error of a thermal average, in transmission.
    """

    device: Device
    reading: Reading
    axes: Axes
    seed: str
    first: int
    tolerance: float

    def __post_init__(self) -> None:
        self.part(0)  # the checks of a sweep

    @cached_property
    def content_hash(self) -> str:
        """Fingerprint: equal hashes mean equal numbers, bit for bit, for the same sample."""
        return digest(
            {
                "version": version(),
                "device": self.device.content_hash,
                "reading": self.reading,
                "axes": [axis for axis in self.axes.given if axis.name != self.seed],
                "levels": self.axes.levels,
                "seed": (self.seed, self.first),
                "tolerance": self.tolerance,
            }
        )

    @cached_property
    def group(self) -> int:
        """Samples in a chunk: a whole number of lanes."""
        return LANES if len(self.device.pattern.diagonal) >= LARGE else 2 * LANES

    @cached_property
    def points(self) -> int:
        """Numbers of each sample and output."""
        sweep = self.part(0)
        return sweep.rows * len(self.axes.temperatures) // self.group

    def seeds(self, number: int) -> tuple[float, ...]:
        """Seeds of a chunk."""
        start = self.first + number * self.group
        return tuple(float(seed) for seed in range(start, start + self.group))

    def part(self, number: int) -> Sweep:
        """One chunk as a sweep, its seeds as the slowest axis."""
        return self._sweep(self.seeds(number))

    def whole(self, samples: int) -> Sweep:
        """The first samples as one sweep, for the labels of the result."""
        return self._sweep(tuple(float(self.first + n) for n in range(samples)))

    def worker(self) -> "Worker":
        """Return what computes its chunks, in any thread."""
        from sharvin.sweeps.ensembles.worker import SampleWorker

        return SampleWorker(self)

    def _sweep(self, seeds: tuple[float, ...]) -> Sweep:
        others = tuple(axis for axis in self.axes.given if axis.name != self.seed)
        counted = Axis(self.seed, seeds, "", is_point=False)
        axes = replace(self.axes, given=(counted, *others))
        return Sweep(self.device, self.reading, axes, self.tolerance)
