r"""Coherence lengths from weak localization, and their power law in temperature."""

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.evidence import weighed
from sharvin.analysis.fit import Fit, fit_curve
from sharvin.analysis.logarithms import line_start, logarithms
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.formulas.hikami import HBAR_OVER_E, hikami
from sharvin.typing import RealArray

SpinOrbit = Literal["auto", "none", "crossover"]
LONGEST = 1e6  # nm: a spin-orbit length that has no effect
ENOUGH = 200  # points that choose among starting values
BETTER = 12.0  # fall of chi² per extra value (about 3.5 standard deviations)


def synthetic_magnetoconductance(
    field: ArrayLike,
    *,
    coherence_length: float = 600.0,
    spin_orbit_length: float = np.inf,
    conductivity: float = 20.0,
    noise: float = 0.01,
    seed: int = 0,
) -> RealArray:
    """Conductivity in e²/h against field in T; `noise` in e²/h."""
    clean = conductivity + hikami(field, coherence_length, spin_orbit_length)
    return np.asarray(clean + noise * np.random.default_rng(seed).standard_normal(clean.shape))


def fit_magnetoconductance(
    field: ArrayLike,
    conductivity: ArrayLike,
    sigma: ArrayLike | None = None,
    *,
    spin_orbit: SpinOrbit = "auto",
) -> Fit:
    r"""Coherence and spin-orbit lengths from weak (anti)localization of a film.

    .. math:: \sigma(B) = \sigma_0 + \frac{e^2}{\pi h} \Big[
              \tfrac32 f\Big(\tfrac{B}{B_\varphi + \frac43 B_{so}}\Big)
              - \tfrac12 f\Big(\tfrac{B}{B_\varphi}\Big) \Big], \qquad
              f(z) = \ln z + \psi\Big(\tfrac12 + \tfrac1z\Big), \quad
              B_i = \frac{\hbar}{4 e L_i^2}

    Parameters
    ----------
    field : real array, shape (points,)
        In T; both signs are used.
    conductivity : real array, shape (points,)
        Of a square, e²/h, both spins together; :math:`\sigma_0` is fitted.
    sigma : float or array, optional
    spin_orbit : {"auto", "none", "crossover"}
        Without spin-orbit coupling, with it, or with it where it explains much more.

    Returns
    -------
    Fit
        ``coherence_length``, perhaps ``spin_orbit_length`` (nm) and ``conductivity``. Refused
        where the conductivity does not change with the field, or not like this.

    References
    ----------
    S. Hikami, A. I. Larkin, Y. Nagaoka, Prog. Theor. Phys. 63, 707 (1980).
    """
    if spin_orbit not in ("auto", "none", "crossover"):
        raise InvalidInput(f"spin_orbit is auto, none or crossover, got {spin_orbit!r}")
    b, s = np.asarray(field, dtype=np.float64), np.asarray(conductivity, dtype=np.float64)
    fits = {}
    if spin_orbit != "crossover":
        fits["none"] = _hikami_fit(b, s, sigma, False)
    if spin_orbit != "none":
        fits["crossover"] = _hikami_fit(b, s, sigma, True)
    chosen = fits.get("none") or fits["crossover"]
    if len(fits) == 2:
        chosen = _better(fits["none"], fits["crossover"])
    return weighed(_reach(chosen), "weak localization", null=2)


def _hikami_fit(b: RealArray, s: RealArray, sigma: ArrayLike | None, mixed: bool) -> Fit:
    """The best of several starts: the curve has one minimum for each order of the lengths."""
    good = np.isfinite(b) & np.isfinite(s) if b.shape == s.shape else np.zeros(1, bool)
    size = np.abs(b[good]) if b.shape == s.shape else np.zeros(0)
    if not size.any():
        raise ShapeMismatch(
            f"a magnetoconductivity needs as many fields as values, and fields that are not zero; "
            f"got {b.shape} and {s.shape}"
        )
    near = s[good][np.argsort(size)[: max(1, size.size // 20)]]
    level = float(near.mean())
    reach = float(size.max())
    lengths = np.sqrt(HBAR_OVER_E / (4 * reach * np.geomspace(1e-4, 1.0, 9)))
    partners = (
        [(a, c) for a in lengths for c in (*lengths[:-1], 30 * a)]
        if mixed else [(a, np.inf) for a in lengths]
    )  # fmt: skip
    few = slice(None, None, max(size.size // ENOUGH, 1))
    curves = np.stack([hikami(b[good][few], a, c) for a, c in partners])
    misfit = (((s[good][few] - level) - curves) ** 2).sum(axis=1)
    first, second = partners[int(np.argmin(misfit))]
    start = {"coherence_length": float(first), "conductivity": level}
    if mixed:
        start["spin_orbit_length"] = float(min(second, 0.5 * LONGEST))

    def model(
        at: RealArray,
        coherence_length: float,
        conductivity: float,
        spin_orbit_length: float = np.inf,
    ) -> RealArray:
        return conductivity + hikami(at, coherence_length, spin_orbit_length)

    bounds = {"coherence_length": (0.0, np.inf)}
    if mixed:
        bounds["spin_orbit_length"] = (0.0, np.inf)
    about: dict[str, Any] = {
        "units": {"coherence_length": "nm", "spin_orbit_length": "nm", "conductivity": "e²/h"},
        "name": "weak localization" + (" with spin-orbit coupling" if mixed else ""),
        "formula": "sigma = sigma0 + [3/2 f(B/(B_phi + 4/3 B_so)) - 1/2 f(B/B_phi)]/pi, "
        "B_i = hbar/(4 e L_i²)",
        "labels": ("magnetic field (T)", "conductivity (e²/h)"),
    }
    return fit_curve(model, b, s, sigma, start=start, bounds=bounds, **about)


def _better(plain: Fit, mixed: Fit) -> Fit:
    """The one without spin-orbit coupling, unless that leaves much more over."""
    if not mixed.converged or not plain.converged:
        return plain if plain.converged else mixed
    weight = 1.0 if plain.sigma is None else 1 / plain.sigma
    rest = [float(((fit.residuals * weight) ** 2).sum()) for fit in (plain, mixed)]
    scale = rest[1] / max(mixed.freedom, 1) if plain.sigma is None else 1.0
    return mixed if rest[0] - rest[1] > BETTER * scale else plain


def _reach(fit: Fit) -> Fit:
    """The fit with a note where the fields do not reach the length that it gives."""
    if not fit.converged:
        return fit
    phase = HBAR_OVER_E / (4 * fit.values["coherence_length"] ** 2)
    largest = float(np.abs(fit.x).max())
    if largest > 3 * phase:
        return fit
    note = f"the field ends at {largest:.3g} T, below 3 B_phi = {3 * phase:.3g} T: little is told"
    return replace(fit, notes=(*fit.notes, note))


def synthetic_dephasing(
    temperature: ArrayLike,
    *,
    length: float = 900.0,
    exponent: float = 1.0,
    saturation: float = np.inf,
    noise: float = 0.03,
    seed: int = 0,
) -> RealArray:
    """Coherence lengths in nm with a relative noise."""
    t = np.asarray(temperature, dtype=np.float64)
    clean = (saturation**-2.0 + t**exponent / length**2) ** -0.5
    rng = np.random.default_rng(seed)
    return np.asarray(clean * (1 + noise * rng.standard_normal(t.shape)))


def fit_dephasing(
    temperature: ArrayLike,
    length: ArrayLike,
    sigma: ArrayLike | None = None,
    *,
    saturation: bool = False,
) -> Fit:
    r"""Power law of the coherence length against temperature.

    .. math:: \frac{1}{L_\varphi^2} = \frac{1}{L_0^2} + \frac{1}{\ell^2}
              \Big(\frac{T}{1\,\mathrm{K}}\Big)^p, \qquad \frac{1}{\tau_\varphi} \propto T^p

    p = 1 from electrons in two dimensions (Nyquist), 2/3 in one, 2 at high temperature, 3 from
    phonons.

    Parameters
    ----------
    temperature : real array, shape (points,)
        In K.
    length : real array, shape (points,)
        In nm.
    sigma : float or array, optional
        Noise of `length`; without it, it is taken as the same share of every length.
    saturation : bool
        Fit :math:`L_0` too.

    Returns
    -------
    Fit
        ``length`` ℓ at 1 K, ``exponent`` p and perhaps ``saturation`` L₀. Of ln L_φ.

    References
    ----------
    B. L. Altshuler, A. G. Aronov and D. E. Khmelnitsky, J. Phys. C 15, 7367 (1982).
    """
    t, ln_length, spread = logarithms(
        temperature, length, sigma, names=("temperatures", "coherence lengths"), least=3
    )
    good = np.isfinite(t) & np.isfinite(ln_length)
    # Low temperatures may be saturated: the power law starts from the upper half.
    cut = float(np.median(t[good])) if saturation and good.sum() > 5 else 0.0
    slope, level = line_start(np.log(t[t >= cut]), ln_length[t >= cut])
    start = {"length": float(np.exp(level)), "exponent": -2 * slope}
    bounds = {"length": (0.0, np.inf), "exponent": (-10.0, 10.0)}
    if saturation:
        start["saturation"] = 1.1 * float(np.exp(ln_length[good].max()))
        bounds["saturation"] = (0.0, np.inf)

    def model(
        at: RealArray, length: float, exponent: float, saturation: float = np.inf
    ) -> RealArray:
        rate = saturation**-2.0 + at**exponent / length**2
        found: RealArray = -0.5 * np.log(rate)
        return found

    fit = fit_curve(
        model, t, ln_length, spread, start=start, bounds=bounds,
        units={"length": "nm", "saturation": "nm"}, name="dephasing",
        formula="1/L_phi² = 1/L0² + (T/K)^p/l²",
        labels=("temperature (K)", "ln of coherence length (nm)"),
    )  # fmt: skip
    return weighed(fit, "dephasing")
