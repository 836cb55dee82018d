"""Conductance peaks of a dot: their shape tells temperature, coupling and lever arm."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.fit import Fit
from sharvin.analysis.least_squares import fit_curve
from sharvin.analysis.records import curve
from sharvin.analysis.traces import columns
from sharvin.errors import InvalidInput, Unreliable
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN

Shape = Literal["thermal", "multi-level", "lifetime", "both"]
SIGNAL = 5.0  # noises by which a peak stands out
# An information criterion (Akaike) has to improve by this much before a shape is preferred.
PREFERRED = 6.0
MISSED = 0.05  # runs test below which none of the simple shapes is taken to describe the peak


def thermal_peak(
    x: ArrayLike, *, center: float, width: float, height: float, base: float = 0.0
) -> RealArray:
    r"""One level, coupled weakly: :math:`G_0 + G_1 \cosh^{-2}[(x - x_0)/2w]`, w = kT/α.

    For hΓ ≪ kT ≪ ΔE; full width at half maximum 3.5255 w. C. W. J. Beenakker, Phys. Rev. B 44,
    1646 (1991).
    """
    half = np.clip(np.abs(np.asarray(x, dtype=np.float64) - center) / (2 * width), 0, 300)
    peak: RealArray = base + height / np.cosh(half) ** 2
    return peak


def multi_level_peak(
    x: ArrayLike, *, center: float, width: float, height: float, base: float = 0.0
) -> RealArray:
    r"""Many levels within kT: :math:`G_0 + G_1 u/\sinh u`, :math:`u = (x - x_0)/w`, w = kT/α.

    For ΔE ≪ kT ≪ E_C; full width at half maximum 4.3546 w. I. O. Kulik and R. I. Shekhter, Sov.
    Phys. JETP 41, 308 (1975).
    """
    u = np.clip(np.abs(np.asarray(x, dtype=np.float64) - center) / width, 1e-6, 300)
    peak: RealArray = base + height * u / np.sinh(u)
    return peak


def lifetime_peak(
    x: ArrayLike, *, center: float, gamma: float, height: float, base: float = 0.0
) -> RealArray:
    r"""One level at T = 0: :math:`G_0 + G_1 (\gamma/2)^2/[(\gamma/2)^2 + (x-x_0)^2]`, γ = Γ/α."""
    x = np.asarray(x, dtype=np.float64)
    peak: RealArray = base + height / (1 + (2 * (x - center) / gamma) ** 2)
    return peak


def broadened_peak(
    x: ArrayLike, *, center: float, width: float, gamma: float, height: float, base: float = 0.0
) -> RealArray:
    r"""Lorentzian of width γ = Γ/α averaged over w = kT/α, with G_1 the height of the peak.

    .. math:: G_0 + G_1 \frac{\mathrm{Re}\,\psi'[z(x)]}{\psi'[z(x_0)]}, \qquad
              z(x) = \frac12 + \frac{\gamma/2 + i (x - x_0)}{2\pi w}

    A. D. Stone and P. A. Lee, Phys. Rev. Lett. 54, 1196 (1985).
    """
    from scipy.special import digamma

    away = np.append(np.asarray(x, dtype=np.float64) - center, 0.0)
    z = 0.5 + (gamma / 2 + 1j * away) / (2 * np.pi * width)
    h = 1e-3  # the fourth-order difference below is then good to 1e-11
    near, far = digamma(z + h) - digamma(z - h), digamma(z + 2 * h) - digamma(z - 2 * h)
    trigamma = (8 * near - far).real
    peak: RealArray = base + height * trigamma[:-1] / trigamma[-1]
    return peak


_SHAPES: dict[str, tuple[Callable[..., RealArray], str, float]] = {
    "thermal": (thermal_peak, "G = G_0 + G_1 / cosh²[(V - V_0)/2w],  w = kT/α", 3.5255),
    "multi-level": (
        multi_level_peak,
        "G = G_0 + G_1 u/sinh u,  u = (V - V_0)/w,  w = kT/α",
        4.3546,
    ),
    "lifetime": (lifetime_peak, "G = G_0 + G_1 / (1 + [2(V - V_0)/γ]²),  γ = Γ/α", 1.0),
    "both": (broadened_peak, "Lorentzian of width γ = Γ/α, averaged over kT = α w", 5.0),
}


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
        ``center``, ``height``, ``base``, and ``width`` (kT/α) or ``gamma`` (Γ/α) or both, in
        units of the gate. Converged is False where nothing stands out of the noise.
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
    x, y, _ = curve(gate.values, values.values)
    return x, y


def _one(name: str, x: RealArray, y: RealArray, sigma: ArrayLike | None) -> Fit:
    model, formula, factor = _SHAPES[name]
    base = float(np.quantile(y, 0.1))
    top = int(np.argmax(np.convolve(y, np.ones(3) / 3, mode="same")))
    height = float(y[top] - base)
    above = x[y > base + height / 2]
    span = float(x[-1] - x[0])
    full = max(float(np.ptp(above)), span / len(x))
    start = {"center": float(x[top]), "height": height, "base": base}
    bounds = {"center": (float(x[0]), float(x[-1]))}
    if name != "lifetime":
        start["width"] = full / factor
        bounds["width"] = (span / len(x) / 10, span)
    if name in ("lifetime", "both"):
        start["gamma"] = full if name == "lifetime" else full / 3
        bounds["gamma"] = (span / len(x) / 100, 3 * span)
    fit = fit_curve(
        model, x, y, sigma, start=start, bounds=bounds, name=f"conductance peak ({name})",
        formula=formula, labels=("gate (V)", "G"), kind="peak",
    )  # fmt: skip
    return _refused(fit, height) if fit.converged else fit


def _refused(fit: Fit, height: float) -> Fit:
    from dataclasses import replace

    spread = float(np.std(fit.residuals))
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
    from dataclasses import replace

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
    return replace(fit, notes=(*fit.notes, *notes), parts=parts)


def fit_peaks(trace: Any, **options: Any) -> tuple[Fit, ...]:
    """All peaks of a trace, each fitted by `fit_peak` between the valleys beside it.

    Raises
    ------
    Unreliable
        "no peaks found", when nothing stands out of the noise.
    """
    from scipy.ndimage import gaussian_filter1d
    from scipy.signal import find_peaks

    from sharvin.analysis.residuals import noise_level

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
