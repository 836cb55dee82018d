"""Positive data against a positive abscissa, as the logarithms that power laws are fitted to."""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.evidence import positive_data
from sharvin.errors import ShapeMismatch
from sharvin.typing import RealArray


def logarithms(
    x: ArrayLike, y: ArrayLike, sigma: ArrayLike | None, *, names: tuple[str, str], least: int
) -> tuple[RealArray, RealArray, RealArray | None]:
    """The abscissa, ln y and the noise of ln y; NaN stays where it was.

    Raises
    ------
    ShapeMismatch
        For unequal lengths, or fewer than `least` finite points.
    InvalidInput
        Where something is not positive.
    """
    at, of = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    good = np.isfinite(at) & np.isfinite(of) if at.shape == of.shape else np.zeros(0, bool)
    if at.ndim != 1 or at.shape != of.shape or good.sum() < least:
        raise ShapeMismatch(
            f"as many {names[0]} as {names[1]} are needed, {least} or more finite ones: got "
            f"{at.shape}, {of.shape}"
        )
    for name, values in zip(names, (at, of), strict=True):
        positive_data(name, values)
    spread = None if sigma is None else np.broadcast_to(np.asarray(sigma, float), of.shape) / of
    return at, np.log(of), spread


def line_start(x: RealArray, y: RealArray) -> tuple[float, float]:
    """Slope and level of the straight line through the finite points."""
    good = np.isfinite(x) & np.isfinite(y)
    slope, level = np.polyfit(x[good], y[good], 1)
    return float(slope), float(level)
