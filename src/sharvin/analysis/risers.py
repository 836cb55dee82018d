"""Risers of a corrected staircase: saddle point or thermometer, and the 0.7 shoulder."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from sharvin.analysis.fit import Fit
from sharvin.analysis.least_squares import fit_curve
from sharvin.analysis.text import with_error
from sharvin.errors import InvalidInput, Unreliable
from sharvin.formulas.logistic import logistic
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN, RESISTANCE_QUANTUM


def staircase(x: RealArray, **values: float) -> RealArray:
    """Sum of logistic steps of height one: ``V_n`` is the place and ``w_n`` the width of step n."""
    place, width = _table(values)
    total: RealArray = logistic((x[:, None] - place) / width).sum(axis=1)
    return total


def staircase_slopes(x: RealArray, **values: float) -> RealArray:
    """Derivatives of `staircase` by its values in their order, shape (points, values)."""
    place, width = _table(values)
    away = (x[:, None] - place) / width
    fall = -logistic(away) * logistic(-away) / width
    column = {f"V_{n}": k for k, n in enumerate(range(1, len(place) + 1))}
    both = np.concatenate([fall, fall * away], axis=1)
    order = [column.get(name, len(place) + int(name[2:]) - 1) for name in values]
    slopes: RealArray = both[:, order]
    return slopes


def _table(values: Mapping[str, float]) -> tuple[RealArray, RealArray]:
    """Places and widths of all steps."""
    steps = range(1, len(values) // 2 + 1)
    return np.array([values[f"V_{n}"] for n in steps]), np.array([values[f"w_{n}"] for n in steps])


def fit_risers(plateaus: Fit, *, trace: int = 0, lever_arm: float | None = None) -> Fit:
    r"""Place and width of every riser of a corrected staircase.

    .. math:: G = \sum_n \Big[1 + e^{-(V - V_n)/w_n}\Big]^{-1}, \qquad
              w_n = \frac{\hbar\omega_x}{2\pi\alpha} \;(kT \ll \hbar\omega_x/2\pi), \qquad
              w_n = \frac{kT_e}{\alpha} \;(kT \gg \hbar\omega_x/2\pi)

    Both limits have the same shape, so that one trace gives upper bounds of ħω_x and T_e, never
    both; only the ratio :math:`(V_{n+1} - V_n)/2\pi w_n` needs no lever arm: a lower bound of
    ħω_y/ħω_x. Needs whole plateaus; a 0.7 shoulder widens the first riser (see `shoulder`). Errors
    include that of R_s, which moves all points together.

    Parameters
    ----------
    plateaus : Fit
        From `fit_plateaus`.
    trace : int
        Which, when it holds several.
    lever_arm : float, optional
        In eV/V.

    References
    ----------
    M. Büttiker, Phys. Rev. B 41, 7906 (1990).
    """
    plateaus.require()
    x, g = corrected(plateaus, trace)
    rising = g[-max(len(g) // 10, 1) :].mean() >= g[: max(len(g) // 10, 1)].mean()
    sign = 1.0 if rising else -1.0
    # The contact may open either way; the model rises.
    x, g = (x, g) if rising else (-x[::-1], g[::-1])
    top = max(p.number for p in plateaus.parts["plateaus"][trace])
    last = np.flatnonzero(g < top + 0.15)
    x, g = x[: last[-1] + 1], g[: last[-1] + 1]
    start = _start(x, g, top)
    # G = raw/(1 - raw R_s g e²/h): the correction magnifies noise by the square of this.
    part = int(plateaus.parts["degeneracy"]) / RESISTANCE_QUANTUM
    magnified = 1 + g * plateaus.values["R_s"] * part
    fit = fit_curve(
        staircase, x, g, magnified**2, start=start, jacobian=staircase_slopes,
        bounds={k: (1e-3 * v, 1e3 * v) for k, v in start.items() if k.startswith("w")},
        name="risers of a point contact", formula="G = Σ 1/(1 + exp[-(V - V_n)/w_n])",
        labels=(f"{'' if rising else '-'}gate (V)", "G, corrected"), kind="risers",
        units=dict.fromkeys(start, "V"),
    )  # fmt: skip
    fit = _with_error_of_series(fit, magnified, part * g**2 * plateaus.errors["R_s"])
    return _described(fit, top, lever_arm, sign)


def _with_error_of_series(fit: Fit, sigma: RealArray, tilt: RealArray) -> Fit:
    """The fit with errors from its residuals, and with what an error of R_s does to all points."""
    if not fit.converged:
        return fit
    spread = float(((fit.residuals / sigma**2) ** 2).sum()) / max(fit.freedom, 1)
    slopes = staircase_slopes(fit.x, **fit.values) / sigma[:, None] ** 2
    moved = fit.covariance @ (slopes.T @ (tilt / sigma**2))
    return replace(fit, covariance=fit.covariance * spread + np.outer(moved, moved), sigma=None)


def corrected(plateaus: Fit, trace: int) -> tuple[RealArray, RealArray]:
    """Gate and corrected conductance of one trace, finite points only."""
    record = plateaus.parts["corrected"]
    if "trace" in record.dims:
        if not 0 <= trace < record.sizes["trace"]:
            raise InvalidInput(f"trace is 0 to {record.sizes['trace'] - 1}, got {trace}")
        record = record.isel(trace=trace)
    elif trace:
        raise InvalidInput(f"there is one trace, number 0; got {trace}")
    x, g = record["gate"].values, record["G_corrected"].values
    finite = np.isfinite(x) & np.isfinite(g)
    return x[finite], g[finite]


def _start(x: RealArray, g: RealArray, top: int) -> dict[str, float]:
    start = {}
    order = np.maximum.accumulate(g)
    for n in range(1, top + 1):
        low, middle, high = (float(np.interp(n - f, order, x)) for f in (0.75, 0.5, 0.25))
        start[f"V_{n}"] = middle
        # From 25 to 75 % a logistic step takes 2 ln 3 of its width.
        start[f"w_{n}"] = max((high - low) / 2.197, 1e-5 * float(np.ptp(x)))
    return start


def _described(fit: Fit, top: int, lever_arm: float | None, sign: float) -> Fit:
    if not fit.converged:
        return fit
    lines: list[str] = []
    ratios: dict[int, tuple[float, float]] = {}
    energies: dict[int, dict[str, tuple[float, float]]] = {}
    for n in range(1, top):
        ratios[n] = fit.derive(partial(_ratio, n))
    if ratios:
        shown = ", ".join(with_error(*pair) for pair in ratios.values())
        lines.append(f"ħω_y/ħω_x at least {shown} (spacing over 2π width, no lever arm)")
    if lever_arm is not None:
        for n in range(1, top + 1):
            value, error = fit.values[f"w_{n}"], fit.errors[f"w_{n}"]
            scale = 1e3 * lever_arm
            energies[n] = {
                "hbar_omega_x": (2 * np.pi * scale * value, 2 * np.pi * scale * error),
                "T": (scale * value / BOLTZMANN, scale * error / BOLTZMANN),
            }
        sharp = min(energies, key=lambda n: energies[n]["T"][0])
        lines.append(
            f"sharpest riser {sharp}: ħω_x at most "
            f"{with_error(*energies[sharp]['hbar_omega_x'], 'meV')}, electron temperature at most "
            f"{with_error(*energies[sharp]['T'], 'K')}"
        )
    parts = {**fit.parts, "lines": lines, "ratios": ratios, "energies": energies, "sign": sign}
    return replace(fit, parts=parts)


def _ratio(n: int, v: dict[str, float]) -> float:
    return (v[f"V_{n + 1}"] - v[f"V_{n}"]) / (2 * np.pi * v[f"w_{n}"])


def shoulder(plateaus: Fit, *, trace: int = 0) -> dict[str, float]:
    r"""How lopsided the first riser is, and at what height it has a shoulder.

    ``asymmetry`` is :math:`(V_{0.9} - V_{0.5})/(V_{0.5} - V_{0.1})`, one for a saddle point at any
    temperature and larger with a 0.7 structure. ``height`` is where the slope has a minimum
    between 0.5 and 0.95 (NaN without one). A description, not an explanation: the 0.7 structure
    has no accepted closed formula.
    """
    from scipy.ndimage import gaussian_filter1d

    plateaus.require()
    x, g = corrected(plateaus, trace)
    if g[-1] < g[0]:
        x, g = -x[::-1], g[::-1]
    smooth = gaussian_filter1d(g, max(2.0, len(g) / 400))
    order = np.maximum.accumulate(smooth)
    if order[0] > 0.1 or order[-1] < 0.9:
        raise Unreliable("the first riser is not complete: measure from pinch-off to plateau 1")
    low, middle, high = (float(np.interp(level, order, x)) for level in (0.1, 0.5, 0.9))
    between = (x > middle) & (x < float(np.interp(0.95, order, x)))
    slope = np.gradient(gaussian_filter1d(g, max(4.0, len(g) / 150)), x)[between]
    height = float("nan")
    inner = np.flatnonzero((slope[1:-1] < slope[:-2]) & (slope[1:-1] <= slope[2:])) + 1
    if len(inner):
        best = inner[np.argmin(slope[inner])]
        if slope[best] < 0.7 * slope[best:].max():
            height = float(smooth[between][best])
    return {"asymmetry": (high - middle) / (middle - low), "height": height}
