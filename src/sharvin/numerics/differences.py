"""Derivatives of smooth functions by central differences that watch their own error."""

from collections.abc import Callable, Sequence

import numpy as np

from sharvin.typing import NumberArray

STEPS = (3e-2, 6e-3, 1e-3, 2e-4, 2e-5)  # in units of the scale, from truncation to rounding
ENOUGH = 1e-11  # relative error below which no smaller step is tried


def derivative(
    function: Callable[[float], Sequence[NumberArray] | None],
    scale: float,
    *,
    steps: Sequence[float] = STEPS,
    enough: float = ENOUGH,
) -> tuple[list[NumberArray], float]:
    """Derivative at zero of a function of one number, and an estimate of its relative error.

    Two steps, extrapolated, leave an error of fourth order; the change that the extrapolation
    made is counted as the error, and the best of several steps is taken.

    Parameters
    ----------
    function : callable
        ``function(step)`` returns arrays, always of the same shapes, or None where it has no
        value or one of another kind.
    scale : float
        A step over which the function might change by about as much as it is.
    steps : sequence of float
        In units of the scale, in the order in which they are tried.
    enough : float
        Error that ends the search.

    Returns
    -------
    list of arrays, float
        NaN or infinity as the error where no step would do; the list is then empty.
    """
    best: list[NumberArray] = []
    error = np.inf
    for size in steps:
        h = size * scale
        far, near = (_central(function, step) for step in (h, h / 2))
        if far is None or near is None:
            continue
        found = [(4 * b - a) / 3 for a, b in zip(far, near, strict=True)]
        off = _size([f - b for f, b in zip(found, near, strict=True)])
        total = _size(found)
        # An extrapolated step is better than the one it came from by about its square.
        now = (off / total) ** 2 + 1e-15 / size if total > 0 else 0.0
        if now < error:
            best, error = found, now
        if error < enough:
            break
    return best, float(error)


def _central(
    function: Callable[[float], Sequence[NumberArray] | None], step: float
) -> list[NumberArray] | None:
    above, below = function(step), function(-step)
    if above is None or below is None:
        return None
    return [(a - b) / (2 * step) for a, b in zip(above, below, strict=True)]


def _size(arrays: Sequence[NumberArray]) -> float:
    return float(np.sqrt(sum(float(np.sum(np.abs(a) ** 2)) for a in arrays)))
