"""A synthetic measurement with a known answer, and the fit that should find it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sharvin.analysis.fit import Fit
from sharvin.typing import RealArray

Make = Callable[[RealArray, float, int], RealArray]


@dataclass(frozen=True, eq=False)
class Example:
    """One fit and data made for it.

    Parameters
    ----------
    name : str
    x : real array, shape (points,)
        Abscissa.
    make : callable
        ``make(x, noise, seed)`` returns the data, shape (..., points).
    fit : callable
        ``fit(x, data)`` returns a `Fit`.
    truth : mapping of str to float
        Values that the fit should return.
    noise : float
        That of a good measurement, in the unit that `make` takes.
    rough : float
        A tenth of the effect: signal over noise of ten.
    """

    name: str
    x: RealArray
    make: Make
    fit: Callable[[RealArray, RealArray], Fit]
    truth: Mapping[str, float] = field(default_factory=dict)
    noise: float = 0.01
    rough: float = 0.1

    def run(self, seed: int, noise: float | None = None) -> Fit:
        """The fit of one data set."""
        data = self.make(self.x, self.noise if noise is None else noise, seed)
        return self.fit(self.x, data)

    def covered(self, sets: int, *, level: float = 0.95) -> dict[str, float]:
        """Share of data sets whose interval holds the truth, by name; a refused fit does not."""
        hits = dict.fromkeys(self.truth, 0)
        for seed in range(sets):
            fit = self.run(seed)
            if not fit.converged:
                continue
            for name, value in self.truth.items():
                low, high = fit.interval(name, level)
                hits[name] += low <= value <= high
        return {name: count / sets for name, count in hits.items()}
