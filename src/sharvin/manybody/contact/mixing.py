"""Fixed points of maps that cost much to evaluate: Anderson's acceleration."""

from collections.abc import Callable

import numpy as np

from sharvin.errors import Unreliable
from sharvin.typing import RealArray


def fixed_point(
    update: Callable[[RealArray], RealArray],
    start: RealArray,
    *,
    tolerance: float,
    what: str,
    mixing: float = 0.5,
    memory: int = 8,
    limit: int = 500,
) -> tuple[RealArray, float, int]:
    r"""Solution of ``x = update(x)``, its residual and how often `update` was called.

    The next guess is the combination of the last ones whose residuals nearly cancel, moved by
    `mixing` times what is left.

    Parameters
    ----------
    update : callable
        Of a real array, shape (n,).
    start : real array, shape (n,)
    tolerance : float
        Of the largest component of the residual.
    what : str
        What is sought, for the message.
    mixing, memory, limit
        Step along the residual, how many guesses are combined, how many calls are allowed.

    Raises
    ------
    Unreliable
        When it does not converge.

    References
    ----------
    D. G. Anderson, J. ACM 12, 547 (1965); H. F. Walker and P. Ni, SIAM J. Numer. Anal. 49, 1715
    (2011).
    """
    x = np.array(start, dtype=np.float64)
    guesses: list[RealArray] = []
    residuals: list[RealArray] = []
    best = np.inf
    for calls in range(1, limit + 1):
        residual = update(x) - x
        size = float(np.abs(residual).max())
        if size <= tolerance:
            return x, size, calls
        if not np.isfinite(size):
            break
        if size > 1e3 * best:  # what was learned far away misleads here
            guesses, residuals = [], []
        best = min(best, size)
        guesses.append(x)
        residuals.append(residual)
        guesses, residuals = guesses[-memory:], residuals[-memory:]
        x = _next(guesses, residuals, mixing)
    raise Unreliable(
        f"{what} did not converge: after {calls} steps a residual of {size:.1e} is left (wanted "
        f"{tolerance:.0e}); lower the interaction, or the mixing (now {mixing:g})"
    )


def _next(guesses: list[RealArray], residuals: list[RealArray], mixing: float) -> RealArray:
    x, residual = guesses[-1], residuals[-1]
    moved: RealArray = x + mixing * residual
    if len(guesses) == 1:
        return moved
    past = np.array([residual - other for other in residuals[:-1]]).T
    steps = np.array([x - other for other in guesses[:-1]]).T
    weights = np.linalg.lstsq(past, residual, rcond=1e-10)[0]
    corrected: RealArray = moved - (steps + mixing * past) @ weights
    return corrected
