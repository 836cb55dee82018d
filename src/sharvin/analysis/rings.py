r"""Aharonov-Bohm oscillations of a ring: period, size, radius."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.evidence import weighed
from sharvin.analysis.fit import Fit, fit_curve
from sharvin.analysis.spectra import fourier_sums
from sharvin.errors import InvalidInput
from sharvin.formulas.hikami import HBAR_OVER_E
from sharvin.typing import RealArray


def synthetic_rings(
    field: ArrayLike,
    *,
    period: float = 0.01,
    amplitude: float = 0.1,
    phase: float = 0.3,
    noise: float = 0.02,
    seed: int = 0,
) -> RealArray:
    """Conductance in e²/h of a ring, on a bent background."""
    b = np.asarray(field, dtype=np.float64)
    span = float(np.ptp(b)) or 1.0
    x = (b - b.mean()) / span
    clean = 5 + 0.3 * x - 0.4 * x**2 + amplitude * np.cos(2 * np.pi * b / period + phase)
    return np.asarray(clean + noise * np.random.default_rng(seed).standard_normal(b.shape))


def fit_aharonov_bohm(
    field: ArrayLike,
    conductance: ArrayLike,
    sigma: ArrayLike | None = None,
    *,
    radius: float | None = None,
    harmonics: int = 1,
) -> Fit:
    r"""Period and amplitude of Aharonov-Bohm oscillations.

    .. math:: G = \sum_{k=0}^{3} g_k B^k + \sum_{m=1}^{M} A_m \cos\Big(
              \frac{2\pi m B}{\Delta B} + \varphi_m\Big), \qquad
              \Delta B = \frac{h}{e\, \pi r^2}

    Starts at the highest peak of the spectrum of what a cubic leaves over.

    Parameters
    ----------
    field, conductance : real array, shape (points,)
        In T and e²/h.
    sigma : float or array, optional
    radius : float, optional
        In nm, to look only within a factor of two in area around this ring.
    harmonics : int
        M: 2 adds h/2e.

    Returns
    -------
    Fit
        ``period`` (T), ``amplitude``, ``phase`` (and ``amplitude2``, ...); ``parts["radius"]``
        with its error in nm. Refused where no period stands out of the noise.

    References
    ----------
    R. A. Webb et al., Phys. Rev. Lett. 54, 2696 (1985).
    """
    b, g = np.asarray(field, dtype=np.float64), np.asarray(conductance, dtype=np.float64)
    if b.shape != g.shape or (np.isfinite(b) & np.isfinite(g)).sum() < 12 or harmonics < 1:
        raise InvalidInput(
            f"oscillations need a dozen fields and conductances or more and harmonics >= 1, got "
            f"{b.shape}, {g.shape} and {harmonics!r}"
        )
    good = np.isfinite(b) & np.isfinite(g)
    middle, half = float(b[good].mean()), float(np.ptp(b[good])) / 2 or 1.0
    x = (b[good] - middle) / half
    back = np.polynomial.polynomial.polyfit(x, g[good], 3)
    start = _first_period(b[good], g[good] - np.polynomial.polynomial.polyval(x, back), radius)
    start |= {f"g{k}": float(v) for k, v in enumerate(back)}
    for m in range(2, harmonics + 1):
        start |= {f"amplitude{m}": 0.1 * start["amplitude"], f"phase{m}": 0.0}

    def model(at: RealArray, **values: float) -> RealArray:
        z = (at - middle) / half
        total: RealArray = sum(values[f"g{k}"] * z**k for k in range(4)) + np.zeros(at.shape)
        for m in range(1, harmonics + 1):
            end = "" if m == 1 else str(m)
            turn = 2 * np.pi * m * at / values["period"] + values["phase" + end]
            total = total + values["amplitude" + end] * np.cos(turn)
        return total

    def slopes(at: RealArray, **values: float) -> RealArray:
        z = (at - middle) / half
        by = {f"g{k}": z**k for k in range(4)} | {"period": np.zeros(at.shape)}
        for m in range(1, harmonics + 1):
            end = "" if m == 1 else str(m)
            rate = 2 * np.pi * m * at / values["period"]
            turn = rate + values["phase" + end]
            by["amplitude" + end] = np.cos(turn)
            by["phase" + end] = -values["amplitude" + end] * np.sin(turn)
            by["period"] = by["period"] - by["phase" + end] * rate / values["period"]
        return np.stack([by[name] for name in start], axis=1)

    fit = fit_curve(
        model, b, g, sigma, start=start, jacobian=slopes, bounds={"period": (0.0, np.inf)},
        units={"period": "T"} | {name: "e²/h" for name in start if name.startswith("amplitude")},
        name="Aharonov-Bohm oscillations",
        formula="G = g0 + g1 B + g2 B² + g3 B³ + sum_m A_m cos(2 pi m B/dB + phi_m), "
        "dB = h/(e pi r²)",
        labels=("magnetic field (T)", "conductance (e²/h)"),
    )  # fmt: skip
    fit = weighed(fit, "Aharonov-Bohm oscillations", null=3, chance=1e-8)
    if not fit.converged:
        return fit
    radius_found = fit.derive(lambda v: float(np.sqrt(2 * HBAR_OVER_E / abs(v["period"]))))
    lines = [f"radius      = {radius_found[0]:.5g} ± {radius_found[1]:.2g} nm"]
    return replace(fit, parts={"radius": radius_found, "lines": lines})


def _first_period(b: RealArray, y: RealArray, radius: float | None) -> dict[str, float]:
    """Highest peak of the spectrum, with amplitude and phase."""
    span = float(np.ptp(b))
    spacing = float(np.median(np.abs(np.diff(np.sort(b)))))
    highest = 0.5 / max(spacing, span / 4000)
    # A cubic takes fewer than three periods; a ring is looked for in finer steps.
    lowest, step = 3.0 / span, 0.2 / span
    if radius is not None:
        center = radius**2 / (2 * HBAR_OVER_E)
        lowest, highest, step = max(center / 2, 1.0 / span), 2 * center, 0.1 / span
    first, last = round(lowest / step), int(np.ceil(highest / step))
    if last <= first:
        raise InvalidInput(
            "the fields do not hold three periods of any oscillation that the points resolve"
        )
    frequencies = step * np.arange(first, last)
    waves = fourier_sums(b, y[:, None], step, last)[first:, 0] * (2 / b.size)
    peak = int(np.argmax(np.abs(waves)))
    return {
        "period": float(1 / frequencies[peak]), "amplitude": float(np.abs(waves[peak])),
        "phase": float(np.angle(waves[peak])),
    }  # fmt: skip
