r"""Kondo temperatures from the conductance against temperature and from the split peak."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.evidence import positive_data, weighed
from sharvin.analysis.fit import Fit, fit_curve
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.formulas.kondo import kondo_conductance
from sharvin.typing import RealArray
from sharvin.units import BOHR_MAGNETON, BOLTZMANN

SPLIT = 0.5  # g µ_B B_c / k_B T_K at which the peak splits (Costi)


def synthetic_kondo(
    temperature: ArrayLike,
    *,
    kondo_temperature: float = 0.5,
    maximum: float = 1.8,
    background: float = 0.0,
    noise: float = 0.01,
    seed: int = 0,
) -> RealArray:
    """Conductance in e²/h; `noise` relative to the maximum."""
    clean = background + kondo_conductance(
        temperature, kondo_temperature=kondo_temperature, maximum=maximum
    )
    rng = np.random.default_rng(seed)
    return np.asarray(clean + noise * maximum * rng.standard_normal(clean.shape))


def fit_kondo(
    temperature: ArrayLike,
    conductance: ArrayLike,
    sigma: ArrayLike | None = None,
    *,
    background: bool = False,
    s: float | None = 0.22,
) -> Fit:
    r"""Kondo temperature from the conductance in the middle of an odd valley.

    .. math:: G(T) = G_b + G_0 \Big[1 + (2^{1/s} - 1) \frac{T^2}{T_K^2}\Big]^{-s}

    so that :math:`G(T_K) = G_b + G_0/2`. The curve is an empirical one for spin 1/2 (s = 0.22),
    good to 1 %: a smaller error of T_K means nothing.

    Parameters
    ----------
    temperature : real array, shape (points,)
        Of the electrons, in K.
    conductance : real array, shape (points,)
        Linear, any unit.
    sigma : float or array, optional
    background : bool
        Fit :math:`G_b` too; it hides T_K unless temperatures reach well above it.
    s : float or None
        Held, or None to fit it.

    Returns
    -------
    Fit
        ``kondo_temperature`` (K), ``maximum``, perhaps ``background`` and ``s``. Refused where the
        conductance does not fall with temperature like this.

    References
    ----------
    D. Goldhaber-Gordon et al., Phys. Rev. Lett. 81, 5225 (1998).
    """
    t, g = np.asarray(temperature, dtype=np.float64), np.asarray(conductance, dtype=np.float64)
    good = np.isfinite(t) & np.isfinite(g) if t.shape == g.shape else np.zeros(1, bool)
    if good.sum() < 4:
        raise ShapeMismatch(
            f"a Kondo curve needs four temperatures and as many conductances or more, got "
            f"{t.shape} and {g.shape}"
        )
    positive_data("temperatures", t)
    start = _start(t[good], g[good])
    if background:
        start["background"] = 0.0
    if s is None:
        start["s"] = 0.22

    def model(
        at: RealArray, kondo_temperature: float, maximum: float, background: float = 0.0,
        s: float = s or 0.22,
    ) -> RealArray:  # fmt: skip
        return background + kondo_conductance(
            at, kondo_temperature=kondo_temperature, maximum=maximum, s=s
        )

    fit = fit_curve(
        model, t, g, sigma, start=start,
        bounds={"kondo_temperature": (0.0, np.inf), "maximum": (0.0, np.inf)}
        | ({"s": (0.03, 2.0)} if s is None else {}),
        units={"kondo_temperature": "K"}, name="Kondo effect",
        formula="G = G_b + G_0 [1 + (2^(1/s) - 1) (T/T_K)²]^-s",
        labels=("temperature (K)", "conductance"),
    )  # fmt: skip
    return weighed(_window(fit), "Kondo effect")


def _start(t: RealArray, g: RealArray) -> dict[str, float]:
    """Best of a table of T_K, the height being linear."""
    trial = np.geomspace(t.min() / 10, t.max() * 10, 60)
    shapes = np.stack([kondo_conductance(t, kondo_temperature=k) for k in trial])
    height = (shapes @ g) / (shapes**2).sum(axis=1)
    best = int(np.argmin(((height[:, None] * shapes - g) ** 2).sum(axis=1)))
    return {"kondo_temperature": float(trial[best]), "maximum": max(float(height[best]), 1e-12)}


def _window(fit: Fit) -> Fit:
    """The fit with a note, or refused, where the temperatures lie on one side of T_K."""
    if not fit.converged:
        return fit
    scale, low, high = fit.values["kondo_temperature"], float(fit.x.min()), float(fit.x.max())
    if low > 3 * scale or high < scale / 10:
        side = "above" if low > scale else "below"
        problem = f"all temperatures lie far {side} T_K = {scale:.3g} K: they do not tell it"
        return replace(fit, converged=False, problem=problem)
    if low < scale < high:
        return fit
    note = f"T_K lies outside of the measured {low:.3g} to {high:.3g} K: extrapolated"
    return replace(fit, notes=(*fit.notes, note))


def splitting_curve(field: ArrayLike, *, g_factor: float, critical_field: float) -> RealArray:
    r"""Distance of the two peaks of a Kondo resonance in a field, in mV (phenomenology).

    .. math:: \delta = 2 \sqrt{2 \varepsilon \sqrt{\varepsilon^2 + 3 \varepsilon_c^2}
              - \varepsilon^2 - 3 \varepsilon_c^2}, \qquad \varepsilon = g \mu_B B,
              \quad \varepsilon_c = g \mu_B B_c

    the distance of the maxima of two Lorentzians at :math:`\pm \varepsilon` that just separate at
    B_c; :math:`2 g \mu_B B` far above, zero below.
    """
    e = np.abs(g_factor) * BOHR_MAGNETON * np.abs(np.asarray(field, dtype=np.float64))
    wide = 3 * (g_factor * BOHR_MAGNETON * critical_field) ** 2
    inner = 2 * e * np.sqrt(e**2 + wide) - e**2 - wide
    split: RealArray = 2 * np.sqrt(np.maximum(inner, 0.0))
    return split


def synthetic_splitting(
    field: ArrayLike,
    *,
    g_factor: float = 0.44,
    kondo_temperature: float = 0.5,
    noise: float = 0.003,
    seed: int = 0,
) -> RealArray:
    """Peak distance in mV; `noise` in mV."""
    critical = SPLIT * BOLTZMANN * kondo_temperature / (abs(g_factor) * BOHR_MAGNETON)
    clean = splitting_curve(field, g_factor=g_factor, critical_field=critical)
    return np.asarray(clean + noise * np.random.default_rng(seed).standard_normal(clean.shape))


def fit_kondo_splitting(
    field: ArrayLike, splitting: ArrayLike, sigma: ArrayLike | None = None
) -> Fit:
    r"""g-factor and Kondo temperature from the split zero-bias peak (phenomenology).

    .. math:: \delta = 2 \sqrt{2 \varepsilon \sqrt{\varepsilon^2 + 3 \varepsilon_c^2}
              - \varepsilon^2 - 3 \varepsilon_c^2}, \qquad \varepsilon = g \mu_B B, \qquad
              g \mu_B B_c = \tfrac12 k_B T_K

    Theory puts the onset at 0.5 k_B T_K; experiments scatter around it by tens of percent, which
    the error does not include.

    Parameters
    ----------
    field : real array, shape (points,)
        In T.
    splitting : real array, shape (points,)
        Distance of the two peaks in mV; NaN or zero where there is one peak.
    sigma : float or array, optional

    Returns
    -------
    Fit
        ``g_factor`` and ``kondo_temperature`` (K). Refused where the distance does not grow
        with the field, or starts at once (T_K below what the data tell).

    References
    ----------
    T. A. Costi, Phys. Rev. Lett. 85, 1504 (2000).
    """
    b, d = np.abs(np.asarray(field, dtype=np.float64)), np.asarray(splitting, dtype=np.float64)
    if b.shape != d.shape or b.ndim != 1:
        raise ShapeMismatch(f"as many fields as splittings are needed, got {b.shape}, {d.shape}")
    split = np.isfinite(b) & np.isfinite(d) & (d > 0.05 * np.nanmax(d, initial=0.0))
    if split.sum() < 4:
        raise InvalidInput(f"four fields with two peaks or more are needed, got {split.sum()}")
    slope = float((d[split] * b[split]).sum() / (b[split] ** 2).sum())
    largest = float(b[split].max())
    best: tuple[float, dict[str, float]] | None = None
    for onset in np.linspace(0.02, 0.95, 24) * largest:
        g = max(abs(slope), 1e-9) / (2 * BOHR_MAGNETON)
        shape = splitting_curve(b[split], g_factor=1.0, critical_field=onset)
        g = float((shape @ d[split]) / max(float((shape**2).sum()), 1e-30))
        rest = float(((g * shape - d[split]) ** 2).sum())
        if best is None or rest < best[0]:
            scale = g * BOHR_MAGNETON * onset / (SPLIT * BOLTZMANN)
            best = (rest, {"g_factor": g, "kondo_temperature": scale})
    assert best is not None  # the loop runs
    about: dict[str, Any] = {
        "units": {"kondo_temperature": "K"}, "name": "Kondo splitting",
        "formula": "delta = 2 sqrt(2 e sqrt(e² + 3 e_c²) - e² - 3 e_c²), e = g mu_B B, "
        "e_c = k T_K/2",
        "labels": ("magnetic field (T)", "splitting (mV)"),
    }  # fmt: skip

    def model(at: RealArray, g_factor: float, kondo_temperature: float) -> RealArray:
        critical = SPLIT * BOLTZMANN * kondo_temperature / (g_factor * BOHR_MAGNETON)
        return splitting_curve(at, g_factor=g_factor, critical_field=critical)

    fit = fit_curve(
        model, b, d, sigma, start=best[1],
        bounds={"g_factor": (0.0, np.inf), "kondo_temperature": (0.0, np.inf)}, **about,
    )  # fmt: skip
    return weighed(fit, "Kondo splitting")
