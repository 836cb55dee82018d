r"""Fano factor and electron temperature from noise against bias.

.. math:: S(V) = S_0 + 4 k_B T G (1 - F) + 2 e G F V \coth \frac{e V}{2 k_B T}
"""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.evidence import weighed
from sharvin.analysis.fit import Fit, fit_curve
from sharvin.errors import InvalidInput
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN, CONDUCTANCE_PER_MODE, ELEMENTARY_CHARGE

_MEV = 1e-3 * ELEMENTARY_CHARGE  # J, and the charge times one millivolt
WIDE = 3.0  # eV over 2 k_B T that a trace must reach for F and T to be two numbers


def noise_curve(
    bias: ArrayLike,
    *,
    fano: float,
    temperature: float,
    conductance: ArrayLike,
    background: float = 0.0,
) -> RealArray:
    r"""Current noise from equilibrium to shot noise, one-sided, in A²/Hz.

    .. math:: S(V) = S_0 + 4 k_B T G (1 - F) + 2 e G F V \coth \frac{e V}{2 k_B T}

    for a transmission that does not depend on energy within the window; :math:`S(0) = 4 k_B T G`.

    Parameters
    ----------
    bias : array
        V in mV.
    fano : float
        F, 0 to 1 without interactions.
    temperature : float
        Of the electrons, K.
    conductance : float or array
        G in e²/h, both spins together, at each bias.
    background : float
        Of the amplifiers, :math:`S_0`, A²/Hz.

    References
    ----------
    G. B. Lesovik, JETP Lett. 49, 592 (1989); M. Büttiker, Phys. Rev. Lett. 65, 2901 (1990).
    """
    thermal = BOLTZMANN * temperature  # meV
    x = np.asarray(bias, dtype=np.float64) / (2 * thermal)
    small = np.abs(x) < 1e-4
    safe = np.where(small, 1.0, x)
    shape = np.where(small, 1 + x**2 / 3, safe / np.tanh(safe))  # x coth x
    siemens = CONDUCTANCE_PER_MODE * np.asarray(conductance, dtype=np.float64)
    curve: RealArray = background + 4 * _MEV * thermal * siemens * (1 - fano + fano * shape)
    return curve


def synthetic_noise(
    bias: ArrayLike,
    *,
    fano: float = 0.3,
    temperature: float = 0.1,
    conductance: float = 2.0,
    background: float = 0.0,
    noise: float = 0.01,
    seed: int = 0,
) -> RealArray:
    """A noise measurement whose answer is known; `noise` is relative to the largest value."""
    clean = noise_curve(
        bias, fano=fano, temperature=temperature, conductance=conductance, background=background
    )
    rng = np.random.default_rng(seed)
    return np.asarray(clean + noise * clean.max() * rng.standard_normal(clean.shape))


def fit_noise(
    bias: ArrayLike,
    noise: ArrayLike,
    sigma: ArrayLike | None = None,
    *,
    conductance: ArrayLike,
    background: bool | float = False,
) -> Fit:
    r"""Fano factor and electron temperature from the crossover of Nyquist to shot noise.

    .. math:: S(V) = S_0 + 4 k_B T G (1 - F) + 2 e G F V \coth \frac{e V}{2 k_B T}

    The slope at large bias gives F, the rounding and the value at zero give T.

    Parameters
    ----------
    bias : real array, shape (points,)
        V in mV.
    noise : real array, shape (points,)
        S in A²/Hz, one-sided.
    sigma : float or array, optional
        Standard deviation of `noise`.
    conductance : float or real array, shape (points,)
        Differential conductance in e²/h, both spins together.
    background : bool or float
        True fits the amplifier's :math:`S_0` too, a number (A²/Hz) holds it. T then comes from
        the rounding alone, with an error that is several times larger.

    Returns
    -------
    Fit
        ``fano``, ``temperature`` (K) and perhaps ``background``. Refused where noise does not
        grow with bias.

    References
    ----------
    Ya. M. Blanter and M. Büttiker, Phys. Rep. 336, 1 (2000).
    """
    v, s = np.asarray(bias, dtype=np.float64), np.asarray(noise, dtype=np.float64)
    g = np.asarray(conductance, dtype=np.float64)
    if g.shape not in ((), s.shape) or not (g[np.isfinite(g)] > 0).all():
        raise InvalidInput(
            f"noise: the conductance must be positive, one number or {s.shape}, got {g.shape}"
        )
    free = background is True
    held = 0.0 if isinstance(background, bool) else float(background)
    start = _start(v, s - held, np.broadcast_to(g, s.shape), free)
    order = np.argsort(v)

    def model(at: RealArray, background: float = 0.0, **values: float) -> RealArray:
        siemens = np.interp(at, v[order], g[order]) if g.ndim else g
        return noise_curve(at, conductance=siemens, background=held + background, **values)

    fit = fit_curve(
        model, v, s, sigma, start=start, bounds={"fano": (0.0, 20.0), "temperature": (1e-4, 1e4)},
        units={"temperature": "K", "background": "A²/Hz"}, name="noise against bias",
        formula="S = S0 + 4 k T G (1 - F) + 2 e G F V coth(eV/2kT)",
        labels=("bias (mV)", "noise (A²/Hz)"),
    )  # fmt: skip
    return weighed(_short(fit), "shot noise")


def _short(fit: Fit) -> Fit:
    """The fit with a note where the bias does not reach the shot noise."""
    reach = float(np.abs(fit.x).max()) / (2 * BOLTZMANN * float(fit.estimates[1]))
    if reach > WIDE:
        return fit
    note = f"the bias ends at eV/2kT = {reach:.2g}: below {WIDE:g}, F and T are hardly two numbers"
    return replace(fit, notes=(*fit.notes, note))


def _start(v: RealArray, s: RealArray, g: RealArray, free: bool) -> dict[str, float]:
    """Slope of the outer third, then the value at zero."""
    good = np.isfinite(v) & np.isfinite(s)
    if good.sum() < 4 or v.shape != s.shape:
        raise InvalidInput(
            f"noise against bias needs four finite points or more, got {v.shape} and {s.shape}"
        )
    size, level = np.abs(v[good]), s[good]
    siemens = CONDUCTANCE_PER_MODE * g[good]
    outer = size >= np.quantile(size, 2 / 3)
    inner = size <= np.quantile(size, 0.1)
    rise = np.median(level[outer]) - np.median(level[inner])
    slope = rise / max(float(np.median(size[outer])), 1e-12)
    fano = float(np.clip(slope / (2 * _MEV * np.median(siemens)), 0.01, 10.0))
    nyquist = float(np.median(level[inner]) / (4 * _MEV * BOLTZMANN * np.median(siemens)))
    rounding = float(size.max()) / (10 * BOLTZMANN)
    warm = nyquist if nyquist > 0 and not free else rounding
    start = {"fano": fano, "temperature": float(np.clip(warm, 1e-3, 1e3))}
    if free:
        start["background"] = 0.5 * float(np.median(level[inner]))
    return start
