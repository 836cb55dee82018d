"""Conductance peaks of a dot: their shape tells temperature, coupling and lever arm."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.evidence import STRUCTURE
from sharvin.analysis.fit import Fit
from sharvin.analysis.least_squares import fit_curve
from sharvin.analysis.peak_shapes import (
    broadened_peak,
    broadened_slopes,
    lifetime_peak,
    lifetime_slopes,
    multi_level_peak,
    multi_level_slopes,
    thermal_peak,
    thermal_slopes,
)
from sharvin.analysis.records import curve, numbers
from sharvin.analysis.residuals import noise_level
from sharvin.analysis.traces import columns
from sharvin.errors import InvalidInput, Unreliable
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN

Shape = Literal["thermal", "multi-level", "lifetime", "both"]
SIGNAL = 5.0  # noises by which a peak stands out
# An information criterion (Akaike) has to improve by this much before a shape is preferred.
PREFERRED = 6.0
MISFIT = 0.3  # of the variation of the data: what no single peak may leave over beyond noise
MISSED = 0.05  # runs test below which none of the simple shapes is taken to describe the peak


@dataclass(frozen=True)
class _Shape:
    """A line shape, its derivatives, and how many widths its full width is."""

    curve: Callable[..., RealArray]
    slopes: Callable[..., dict[str, RealArray]]
    formula: str
    factor: float


_SHAPES = {
    "thermal": _Shape(
        thermal_peak, thermal_slopes, "G = G_0 + G_1 / cosh²[(V - V_0)/2w],  w = kT/α", 3.5255
    ),
    "multi-level": _Shape(
        multi_level_peak, multi_level_slopes,
        "G = G_0 + G_1 u/sinh u,  u = (V - V_0)/w,  w = kT/α", 4.3546,
    ),
    "lifetime": _Shape(
        lifetime_peak, lifetime_slopes, "G = G_0 + G_1 / (1 + [2(V - V_0)/γ]²),  γ = Γ/α", 1.0
    ),
    "both": _Shape(
        broadened_peak, broadened_slopes, "Lorentzian of width γ = Γ/α, averaged over kT = α w", 5.0
    ),
}  # fmt: skip


def fit_peak(
    trace: Any,
    *,
    shape: Shape | Literal["auto"] = "auto",
    lever_arm: float | None = None,
    sigma: ArrayLike | None = None,
) -> Fit:
    """Position, width and height of one conductance peak.

    Parameters
    ----------
    trace : record of `load`, or a pair of arrays (gate in V, G)
        One peak; cut the record to it, or use `fit_peaks`.
    shape : str
        "thermal" (one level, weak coupling), "multi-level", "lifetime" (Lorentzian), "both"
        (Lorentzian averaged over temperature), or "auto": the simplest that the data prefer.
    lever_arm : float, optional
        In eV/V: turns widths into temperature (K) and Γ (meV), see ``parts["energies"]``.
    sigma : float or array, optional
        Noise of G.

    Returns
    -------
    Fit
        ``center``, and ``width`` (kT/α) or ``gamma`` (Γ/α) or both, in V whatever the record
        has; ``height`` and ``base``. Converged is False where nothing stands out of the noise.
    """
    x, y = _peak_arrays(trace)
    shapes = ("thermal", "multi-level", "lifetime") if shape == "auto" else (shape,)
    if shape != "auto" and shape not in _SHAPES:
        raise InvalidInput(f"shape is one of auto, {', '.join(_SHAPES)}, got {shape!r}")
    fits = {name: _one(name, x, y, sigma) for name in shapes}
    good = {name: fit for name, fit in fits.items() if fit.converged}
    if not good:
        return next(iter(fits.values()))
    best = min(good, key=lambda name: _criterion(good[name]))
    if shape == "auto" and good[best].tests()["runs"] < MISSED:
        both = _one("both", x, y, sigma)
        if both.converged:
            good["both"] = both
            better = _criterion(both) < _criterion(good[best]) - PREFERRED
            best = "both" if better else best
    return _energies(good[best], best, lever_arm, _compared(good, best))


def _peak_arrays(trace: Any) -> tuple[RealArray, RealArray]:
    if isinstance(trace, tuple) and len(trace) == 2:
        x, y, _ = curve(*trace)
        return x, y
    gate, values = columns(trace)
    x, y, _ = curve(numbers(gate, "V", default="V"), values.values)
    return x, y


def _one(name: str, x: RealArray, y: RealArray, sigma: ArrayLike | None) -> Fit:
    shape = _SHAPES[name]
    base = float(np.quantile(y, 0.1))
    top = int(np.argmax(np.convolve(y, np.ones(3) / 3, mode="same")))
    height = float(y[top] - base)
    above = x[y > base + height / 2]
    span = float(x[-1] - x[0])
    full = max(float(np.ptp(above)), span / len(x))
    start = {"center": float(x[top]), "height": height, "base": base}
    bounds = {"center": (float(x[0]), float(x[-1]))}
    if name != "lifetime":
        start["width"] = full / shape.factor
        bounds["width"] = (span / len(x) / 10, span)
    if name in ("lifetime", "both"):
        start["gamma"] = full if name == "lifetime" else full / 3
        bounds["gamma"] = (span / len(x) / 100, 3 * span)

    def slopes(at: RealArray, **values: float) -> RealArray:
        by = shape.slopes(at, **values)
        return np.stack([by[key] for key in start], axis=1)

    fit = fit_curve(
        shape.curve, x, y, sigma, start=start, bounds=bounds, jacobian=slopes,
        name=f"conductance peak ({name})", formula=shape.formula,
        labels=("gate (V)", "G"), kind="peak",
    )  # fmt: skip
    return _refused(fit, height) if fit.converged else fit


def _refused(fit: Fit, height: float) -> Fit:
    spread = float(np.std(fit.residuals))
    if spread > MISFIT * float(np.std(fit.y)) and spread > STRUCTURE * noise_level(fit.residuals):
        return replace(
            fit, converged=False,
            problem=f"this is not one peak: what the formula leaves over is {spread:.2g} rms, "
            f"{spread / noise_level(fit.residuals):.0f} times the noise from point to point",
        )  # fmt: skip
    value, error = fit.values["height"], fit.errors["height"]
    if value > 0 and value > SIGNAL * error and (height > SIGNAL / 3 * spread):
        return fit
    return replace(
        fit, converged=False,
        problem="no peak found: nothing stands out of the noise; cut the record to one peak",
    )  # fmt: skip


def _criterion(fit: Fit) -> float:
    """Akaike: n ln(residual) + 2 parameters."""
    n = fit.y.size
    return float(n * np.log((fit.residuals**2).sum() / n) + 2 * len(fit.names))


def _compared(good: dict[str, Fit], best: str) -> list[str]:
    close = [
        name for name in good
        if name != best and abs(_criterion(good[name]) - _criterion(good[best])) < PREFERRED
    ]  # fmt: skip
    return [f"the data fit {' and '.join(close)} about as well"] if close else []


def _energies(fit: Fit, shape: str, lever_arm: float | None, notes: list[str]) -> Fit:
    from sharvin.analysis.text import with_error

    energies: dict[str, tuple[float, float]] = {}
    lines = []
    if lever_arm is not None:
        if not lever_arm > 0:
            raise InvalidInput(f"a lever arm in eV/V is positive, got {lever_arm}")
        scale = 1e3 * lever_arm  # meV per V
        if "width" in fit.names:
            value, error = fit.values["width"], fit.errors["width"]
            energies["T"] = (scale * value / BOLTZMANN, scale * error / BOLTZMANN)
            lines.append(f"electron temperature {with_error(*energies['T'], 'K')}")
        if "gamma" in fit.names:
            energies["gamma"] = (scale * fit.values["gamma"], scale * fit.errors["gamma"])
            lines.append(f"Γ = {with_error(*energies['gamma'], 'meV')}")
    parts = {**fit.parts, "shape": shape, "energies": energies, "lines": lines}
    units = dict.fromkeys([n for n in fit.names if n in ("center", "width", "gamma")], "V")
    return replace(fit, units={**fit.units, **units}, notes=(*fit.notes, *notes), parts=parts)


def fit_peaks(trace: Any, **options: Any) -> tuple[Fit, ...]:
    """All peaks of a trace, each fitted by `fit_peak` between the valleys beside it.

    Raises
    ------
    Unreliable
        "no peaks found", when nothing stands out of the noise.
    """
    from scipy.ndimage import gaussian_filter1d
    from scipy.signal import find_peaks

    x, y = _peak_arrays(trace)
    grid = np.linspace(x[0], x[-1], len(x))
    even = np.interp(grid, x, y)
    smooth = gaussian_filter1d(even, max(1.5, len(x) / 400))
    clear = max(SIGNAL * noise_level(y), 0.05 * float(np.ptp(smooth)))
    peaks, _ = find_peaks(smooth, prominence=clear)
    valleys = [
        a + int(np.argmin(smooth[a:b]))
        for a, b in zip([0, *peaks], [*peaks, len(grid) - 1], strict=True)
        if b > a
    ]
    fits = []
    for low, high in pairwise(valleys):
        inside = (x >= grid[low]) & (x <= grid[high])
        if inside.sum() >= 8:
            fits.append(fit_peak((x[inside], y[inside]), **options))
    found = tuple(fit for fit in fits if fit.converged)
    if not found:
        raise Unreliable("no peaks found: nothing stands out of the noise of the trace")
    return found
