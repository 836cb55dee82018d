"""Which plateau is which: whole numbers for resistances on R = R_s + (h/e²)/(g N)."""

from dataclasses import dataclass

import numpy as np

from sharvin.typing import IntArray, RealArray
from sharvin.units import RESISTANCE_QUANTUM

OFF = 0.12  # of a step: a corrected plateau farther from a whole number is not one
DEGENERACIES = (2, 4, 1)  # spin; spin and valley; nothing left
SLOPE = 0.08  # the slope of the free line may differ from h/ge² by this share


@dataclass(frozen=True)
class Numbering:
    """Numbers of the plateaus, zero for those that fit none.

    Parameters
    ----------
    numbers : int array, shape (plateaus,)
    degeneracy : int
    series : float
        Rough R_s in Ω.
    off : float
        Rms distance from whole numbers, in steps.
    slope, slope_error : float
        Of the line with a free slope, in units of h/ge²; NaN for two plateaus or fewer.
    """

    numbers: IntArray
    degeneracy: int
    series: float
    off: float
    slope: float
    slope_error: float

    @property
    def merit(self) -> float:
        """Plateaus explained, less those that should be there and are not."""
        used = self.numbers[self.numbers > 0]
        missing = int(used.max()) - len(set(used.tolist()))
        return float(used.size - 0.5 * missing - 4 * self.off)


def number_plateaus(
    resistances: RealArray, degeneracies: tuple[int, ...] = DEGENERACIES
) -> Numbering | None:
    """Best numbering of plateaus with these resistances (Ω, along the trace), or None.

    Every R_s that leaves a positive resistance is tried; a numbering counts when at least two
    plateaus, and more than half of all, come within 0.12 of whole numbers that rise, and a line
    with a free slope has the slope h/ge² within 8 %.
    """
    best: Numbering | None = None
    for place, degeneracy in enumerate(degeneracies):
        unit = RESISTANCE_QUANTUM / degeneracy
        top = float(resistances.min())
        trials = np.concatenate([np.linspace(-0.02 * unit, 0.9 * top, 1000), [0.0]])
        height = unit / (resistances - trials[:, None])
        numbers = np.rint(height).astype(np.int64)
        numbers[(np.abs(height - numbers) > 2 * OFF) | (numbers < 1)] = 0
        enough = np.count_nonzero(numbers, axis=1) > max(1, len(resistances) // 2)
        for candidate in np.unique(numbers[enough], axis=0):
            if not _plausible(candidate[candidate > 0]):
                continue
            found = _line(resistances, candidate, unit, degeneracy)
            # A smaller degeneracy explains everything that a larger one does: it must do better.
            if found and (best is None or found.merit > best.merit + (0.3 if place else 0.0)):
                best = found
    return best


def _plausible(used: IntArray) -> bool:
    """Numbers rise along the trace (a jump may repeat one), and few are missing."""
    different = len(set(used.tolist()))
    return different > 1 and bool((np.diff(used) >= 0).all()) and used.max() <= 1.5 * different + 1


def _line(
    resistances: RealArray, numbers: IntArray, unit: float, degeneracy: int
) -> Numbering | None:
    used = numbers > 0
    n, r = numbers[used].astype(np.float64), resistances[used]
    # A step of the conductance is worth unit / N² in resistance.
    weight = n**2 * (unit / n / r) ** 2
    series = float(np.average(r - unit / n, weights=weight**2))
    if r.min() - series <= 0 or series < -0.03 * unit:
        return None
    off = unit / (r - series) - n
    if np.abs(off).max() > OFF:
        return None
    slope, error = float("nan"), float("nan")
    if n.size > 2:
        design = np.stack([np.ones_like(n), unit / n], axis=1) * weight[:, None]
        best, *_ = np.linalg.lstsq(design, r * weight, rcond=None)
        scatter = ((r * weight - design @ best) ** 2).sum() / (n.size - 2)
        slope = float(best[1])
        error = float(np.sqrt(scatter * np.linalg.inv(design.T @ design)[1, 1]))
        if abs(slope - 1) > SLOPE + 2 * min(error, 0.1):
            return None
    rms = float(np.sqrt((off**2).mean()))
    return Numbering(numbers, degeneracy, series, rms, slope, error)
