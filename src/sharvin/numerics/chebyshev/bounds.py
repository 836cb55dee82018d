"""Where a spectrum ends, and the refusal of an interval that it touches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.numerics.chebyshev.damping import Interval
from sharvin.numerics.chebyshev.engine import Compiled
from sharvin.numerics.chebyshev.operators import Bounds, Operator
from sharvin.typing import RealArray

STEPS = 48  # of the Lanczos recursion: its last residuals are then a few percent of the spectrum
# Share of the interval's half width that stays empty at either end.
MARGIN = 0.01


@dataclass(frozen=True)
class Ends:
    """Both ends of a spectrum: eigenvalues reach at least `inner` and at most `outer`."""

    inner: Bounds
    outer: Bounds


def spectral_ends(operator: Operator, *, seed: int = 0, workers: int | None = None) -> Ends:
    """Ends of the spectrum of a Hermitian operator, from within and from without.

    Within: Ritz values of a Lanczos recursion, which never leave the spectrum. Without: the
    nearer of Gershgorin's circles, which nothing leaves, and the last Ritz value pushed out by
    the last residual.

    References
    ----------
    Y. Zhou and R.-C. Li, Linear Algebra Appl. 435, 480 (2011).
    """
    outer = operator.gershgorin()
    engine = Compiled({"h": operator}, workers=workers)
    low, high, residual = _lanczos(engine, min(STEPS, operator.size), seed)
    # Rounding of the recursion, which may push a Ritz value out of a spectrum it has found.
    slack = 1e-12 * max(map(abs, outer))
    inner = (max(low, outer[0] - slack), min(high, outer[1] + slack))
    return Ends(inner, (max(outer[0], low - residual), min(outer[1], high + residual)))


def interval_of(
    operator: Operator,
    given: Sequence[float] | RealArray | None = None,
    *,
    workers: int | None = None,
) -> Interval:
    """Interval for the expansion; one that is given is refused where the spectrum touches it."""
    if given is None:
        outer = spectral_ends(operator, workers=workers).outer
        center, half = sum(outer) / 2, (outer[1] - outer[0]) / 2
        # A matrix that is a number has no width of its own.
        half = max(half * (1 + MARGIN), 1e-6 * abs(center), 1e-300)
        return Interval(center, half)
    low, high = (float(end) for end in given)
    if not (np.isfinite([low, high]).all() and low < high):
        raise InvalidInput(f"bounds must be (low, high) with low < high, got {tuple(given)}")
    touch = 1e-3 * MARGIN * (high - low)
    circles = operator.gershgorin()
    # What holds the circles needs no closer look.
    if circles[0] < low + touch or circles[1] > high - touch:
        _refuse_touch(spectral_ends(operator, workers=workers), low, high, touch)
    return Interval((low + high) / 2, (high - low) / 2)


def _refuse_touch(ends: Ends, low: float, high: float, touch: float) -> None:
    if ends.inner[0] < low + touch or ends.inner[1] > high - touch:
        raise InvalidInput(
            f"the spectrum reaches from {ends.inner[0]:.6g} to {ends.inner[1]:.6g} and touches the "
            f"bounds ({low:.6g}, {high:.6g}), where the expansion diverges; give bounds of at "
            f"least ({ends.outer[0]:.6g}, {ends.outer[1]:.6g}) and some room, or leave them out"
        )


def _lanczos(engine: Compiled, steps: int, seed: int) -> tuple[float, float, float]:
    """Lowest and highest Ritz value and the norm of the last residual."""
    now, before = engine.random(seed, 1 << 20, 1), engine.zeros(1)
    now /= np.sqrt(engine.inner(now, now)[0].real)
    diagonal: list[float] = []
    beside: list[float] = []
    beta = 0.0
    for _ in range(steps):
        # before <- H now - beta before; its product with now needs no second pass
        _, products = engine.step("h", now, before, 1.0, 0.0, -beta)
        alpha = float(products[0])
        engine.add(before, -alpha, now, 0.0, now)
        beta = float(np.sqrt(engine.inner(before, before)[0].real))
        diagonal.append(alpha)
        scale = max(map(abs, diagonal)) + max([beta, *beside])
        if beta <= 1e-10 * scale:
            beta = 0.0
            break
        beside.append(beta)
        before /= beta
        now, before = before, now
    values = _tridiagonal(np.array(diagonal), np.array(beside[: len(diagonal) - 1]))
    return float(values[0]), float(values[-1]), beta


def _tridiagonal(diagonal: RealArray, beside: RealArray) -> RealArray:
    from scipy.linalg import eigvalsh_tridiagonal

    return np.asarray(eigvalsh_tridiagonal(diagonal, beside), dtype=np.float64)
