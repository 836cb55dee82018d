"""Is there anything to fit? What separates a measured effect from a trace without it."""

from dataclasses import replace

import numpy as np

from sharvin.analysis.fit import Fit
from sharvin.analysis.residuals import FEW, noise_level
from sharvin.errors import InvalidInput
from sharvin.typing import RealArray

# Probability with which noise around the null curve may pass for the effect. Small, as a fit is
# tried on thousands of traces.
CHANCE = 1e-5
# A formula misses the data when its residuals are this many times the point-to-point noise and
# also this share of the variation of the data: good data shows deviations of a good formula.
STRUCTURE, SHARE = 3.0, 0.12
SIDE = 4  # points on either side that a jump is measured with
JUMP = 7.0  # standard deviations; of a thousand points of noise none reaches it


def positive_data(name: str, *arrays: RealArray) -> None:
    """Refuse data that a logarithm or a temperature cannot have."""
    for array in arrays:
        finite = array[np.isfinite(array)]
        if not finite.size:
            raise InvalidInput(f"{name}: no value is finite")
        if (finite <= 0).any():
            worst = float(finite.min())
            raise InvalidInput(f"{name} must be positive, got {worst:g}; subtract offsets first")


def weighed(
    fit: Fit,
    effect: str,
    *,
    null: int = 0,
    abscissa: RealArray | None = None,
    chance: float = CHANCE,
) -> Fit:
    """The fit, or the same refused where a polynomial does as well or the formula misses the data.

    Parameters
    ----------
    fit : Fit
    effect : str
        What would have been found: "shot noise".
    null : int
        Degree of the polynomial that data without the effect would follow.
    abscissa : real array, shape (points,), optional
        Of that polynomial, for fits of several traces; `fit.x` by default.
    chance : float
        Accepted probability that noise passes for the effect; less where many were tried.

    Returns
    -------
    Fit
        With ``converged`` False and the reason in ``problem``, or with a note on a jump.
    """
    if not fit.converged:
        return fit
    weight = np.ones(fit.y.size) if fit.sigma is None else 1 / np.asarray(fit.sigma)
    x = np.atleast_2d(fit.x)[0] if abscissa is None else abscissa
    flat = _polynomial(x, fit.y, weight, null)
    problem = _no_better(fit, flat, weight, effect, null, chance) or _missed(fit, flat, effect)
    if problem:
        return replace(fit, converged=False, problem=problem)
    return replace(fit, notes=(*fit.notes, *jump_notes(fit)))


def _polynomial(x: RealArray, y: RealArray, weight: RealArray, degree: int) -> RealArray:
    span = float(np.ptp(x)) or 1.0
    design = np.vander((x - x.mean()) / span, degree + 1)
    best = np.linalg.lstsq(design * weight[:, None], y * weight, rcond=None)[0]
    curve: RealArray = design @ best
    return curve


def _no_better(
    fit: Fit, flat: RealArray, weight: RealArray, effect: str, null: int, chance: float
) -> str:
    """F test of the fit against the polynomial."""
    from scipy.special import fdtrc

    more = max(len(fit.names) - null - 1, 1)
    freedom = max(fit.freedom, 1)
    rest = float(((fit.residuals * weight) ** 2).sum())
    without = float((((fit.y - flat) * weight) ** 2).sum())
    ratio = (without - rest) / more / max(rest / freedom, 1e-30 * without)
    # Five points cannot be certain of anything.
    if ratio > 0 and fdtrc(more, freedom, ratio) < (chance if fit.freedom > 4 else 1e-2):
        return ""
    shape = ("a constant", "a straight line", "a parabola", "a cubic")[null]
    return f"no {effect} found: {shape} describes these data as well"


def _missed(fit: Fit, flat: RealArray, effect: str) -> str:
    """Residuals that are no noise, and large."""
    r = fit.residuals
    if r.size < FEW:
        return ""
    left = float(np.sqrt((r**2).sum() / max(fit.freedom, 1)))
    if left < SHARE * float(np.std(fit.y - flat)) or left < STRUCTURE * noise_level(r):
        return ""
    return (
        f"this is not {effect}: what the formula leaves over is {left:.2g} rms, "
        f"{left / noise_level(r):.0f} times the noise from point to point"
    )


def jump_notes(fit: Fit) -> tuple[str, ...]:
    """A sentence on a step in the residuals, if there is one."""
    r = fit.residuals
    n = r.size
    if fit.x.ndim > 1 or n < 6 * SIDE:
        return ()
    total = np.concatenate([[0.0], np.cumsum(r)])
    middle = np.arange(SIDE, n - SIDE + 1)
    after = (total[middle + SIDE] - total[middle]) / SIDE
    before = (total[middle] - total[middle - SIDE]) / SIDE
    step = after - before
    worst = int(np.argmax(np.abs(step)))
    noise = noise_level(r) * np.sqrt(2 / SIDE)
    # a jump lies between two points; a bend is spread over all of them
    sudden = abs(r[middle[worst]] - r[middle[worst] - 1]) > 0.5 * abs(step[worst])
    if noise == 0 or abs(step[worst]) < JUMP * noise or not sudden:
        return ()
    where = 0.5 * (fit.x[middle[worst]] + fit.x[middle[worst] - 1])
    return (
        f"the data jumps by about {step[worst]:.2g} near {fit.labels[0]} = {where:.4g}: "
        "fit one side alone",
    )
