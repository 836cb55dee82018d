r"""Shubnikov-de Haas oscillations and Landau fans."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.evidence import weighed
from sharvin.analysis.fit import Fit, fit_curve
from sharvin.analysis.oscillation_start import heat, mass_start, start_of
from sharvin.errors import InvalidInput, ShapeMismatch, Unreliable
from sharvin.formulas.saddle import cyclotron_energy
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN, FLUX_QUANTUM, HBAR

FLUX = FLUX_QUANTUM * 1e-18  # h/e in T m²
RARE = 1e-8  # many frequencies were tried


def oscillation_curve(
    field: ArrayLike,
    temperature: ArrayLike,
    *,
    frequency: float,
    mass: float,
    lifetime: float,
    resistance: float = 1.0,
    curvature: float = 0.0,
    amplitude: float = 4.0,
    phase: float = np.pi,
) -> RealArray:
    r"""Longitudinal resistance with Shubnikov-de Haas oscillations (Lifshitz-Kosevich).

    .. math:: R = R_0 (1 + c B^2) \Big[1 + A\, \frac{X}{\sinh X}\, e^{-\pi/\omega_c \tau_q}
              \cos\Big(\frac{2\pi f}{B} + \varphi\Big)\Big], \qquad
              X = \frac{2\pi^2 k_B T}{\hbar \omega_c}

    A = 4 and φ = π for parabolic bands: minima where :math:`f/B` is whole. The density is
    :math:`n = g e f/h`.

    Parameters
    ----------
    field, temperature : array
        In T, not zero, and in K.
    frequency : float
        f in T.
    mass : float
        In electron masses.
    lifetime : float
        Quantum lifetime :math:`\tau_q` in ps.

    References
    ----------
    A. Isihara and L. Smrčka, J. Phys. C 19, 6777 (1986); P. T. Coleridge, Phys. Rev. B 44, 3793
    (1991).
    """
    b = np.abs(np.asarray(field, dtype=np.float64))
    thermal, dingle = _damping(b, temperature, mass, lifetime)
    wave = amplitude * thermal * dingle * np.cos(2 * np.pi * frequency / b + phase)
    curve: RealArray = resistance * (1 + curvature * b**2) * (1 + wave)
    return curve


def _damping(
    b: RealArray, temperature: ArrayLike, mass: float, lifetime: float
) -> tuple[RealArray, RealArray]:
    """X/sinh X and the Dingle factor."""
    quantum = b * cyclotron_energy(1.0, mass)  # meV
    x = np.maximum(2 * np.pi**2 * BOLTZMANN * np.asarray(temperature, float) / quantum, 1e-6)
    return 2 * x * np.exp(-x) / (-np.expm1(-2 * x)), np.exp(-np.pi * HBAR / (quantum * lifetime))


def oscillation_slopes(
    field: RealArray,
    temperature: RealArray,
    *,
    frequency: float,
    mass: float,
    lifetime: float,
    resistance: float,
    curvature: float,
    amplitude: float,
    phase: float,
) -> dict[str, RealArray]:
    """Derivatives of `oscillation_curve` by its parameters."""
    b = np.abs(field)
    thermal, dingle = _damping(b, temperature, mass, lifetime)
    angle = 2 * np.pi * frequency / b + phase
    level, size = resistance * (1 + curvature * b**2), thermal * dingle
    wave = amplitude * size * np.cos(angle)
    turned = -level * amplitude * size * np.sin(angle)
    quantum = b * cyclotron_energy(1.0, mass)
    x = np.maximum(2 * np.pi**2 * BOLTZMANN * temperature / quantum, 1e-6)
    decay = np.pi * HBAR / (quantum * lifetime)
    # X and the Dingle exponent both grow as the mass; X coth X - 1 is the slope of ln(sinh X/X).
    by_mass = -level * wave * (x / np.tanh(x) - 1 + decay) / mass
    return {
        "frequency": turned * 2 * np.pi / b, "mass": by_mass,
        "lifetime": level * wave * decay / lifetime, "resistance": level / resistance * (1 + wave),
        "curvature": resistance * b**2 * (1 + wave), "amplitude": level * size * np.cos(angle),
        "phase": turned,
    }  # fmt: skip


def synthetic_oscillations(
    field: ArrayLike,
    temperature: ArrayLike,
    *,
    noise: float = 0.01,
    seed: int = 0,
    density: float = 3e15,
    degeneracy: int = 2,
    **values: float,
) -> RealArray:
    """Traces, shape (temperatures, points) or (points,); `noise` relative to R at zero field."""
    b, t = np.asarray(field, dtype=np.float64), np.asarray(temperature, dtype=np.float64)
    given: dict[str, Any] = {"mass": 0.067, "lifetime": 1.0, "resistance": 100.0, **values}
    given["frequency"] = density * FLUX / degeneracy
    clean = oscillation_curve(b, t[..., None] if t.ndim else t, **given)
    rng = np.random.default_rng(seed)
    return np.asarray(clean + noise * given["resistance"] * rng.standard_normal(clean.shape))


def fit_oscillations(
    field: ArrayLike,
    resistance: ArrayLike,
    sigma: ArrayLike | None = None,
    *,
    temperature: ArrayLike,
    mass: float | None = None,
    degeneracy: int = 2,
) -> Fit:
    r"""Density, quantum lifetime and, from several temperatures, effective mass.

    .. math:: R = R_0 (1 + c B^2) \Big[1 + A\, \frac{X}{\sinh X}\, e^{-\pi/\omega_c \tau_q}
              \cos\Big(\frac{2\pi f}{B} + \varphi\Big)\Big], \qquad n = \frac{g e f}{h}

    Starts at the highest peak of the spectrum in 1/B and the best Dingle factor there.

    Parameters
    ----------
    field : real array, shape (points,)
        In T; points below 1/20 of the largest field are left out.
    resistance : real array, shape (points,) or (temperatures, points)
        :math:`R_{xx}`, any unit.
    sigma : float, optional
        Its noise.
    temperature : float or real array, shape (temperatures,)
        In K.
    mass : float, optional
        In electron masses, held; needed with one temperature, where heat and disorder damp alike.
    degeneracy : int
        g, the levels that open together: 2 as long as spins are not resolved.

    Returns
    -------
    Fit
        ``density`` (m⁻²), ``lifetime`` (ps), ``mass`` if free, ``amplitude`` (4 if the contacts
        see the plain resistivity), ``phase``, ``resistance``, ``curvature``. Refused without
        oscillations, or with fewer than 1.5 of them.
    """
    b, r, t = _traces(field, resistance, temperature)
    if mass is None and len(np.unique(t)) < 2:
        raise InvalidInput(
            "oscillations at one temperature tell no mass: give mass=, or traces at several"
        )
    first = start_of(b[0], r[int(np.argmin(t[:, 0]))])
    if first is None:
        return _nothing(b, r, mass)
    frequency, damping, wave, level, bend = first
    effective = mass or mass_start(b[0], r, t[:, 0], frequency, level, bend)
    lifetime = np.pi * HBAR / (cyclotron_energy(1.0, effective) * max(damping, 1e-3))
    start = {
        "density": frequency * degeneracy / FLUX, "lifetime": float(np.clip(lifetime, 1e-2, 1e2)),
        "amplitude": float(np.clip(abs(wave) * heat(b[0], t.min(), effective), 0.05, 40.0)),
        "phase": float(np.angle(wave)) % (2 * np.pi), "resistance": level, "curvature": bend,
    }  # fmt: skip
    if mass is None:
        start["mass"] = effective

    held = {} if mass is None else {"mass": mass}
    per_density = FLUX / degeneracy

    def model(at: RealArray, density: float, **values: float) -> RealArray:
        return oscillation_curve(*at, frequency=density * per_density, **held | values)

    def slopes(at: RealArray, density: float, **values: float) -> RealArray:
        given = held | values
        by = oscillation_slopes(at[0], at[1], frequency=density * per_density, **given)
        by["density"] = by["frequency"] * per_density
        return np.stack([by[name] for name in start], axis=1)

    fit = fit_curve(
        model, np.stack([b.ravel(), t.ravel()]), r.ravel(), sigma, start=start, jacobian=slopes,
        bounds={name: (0.0, np.inf) for name in ("lifetime", "amplitude", "mass") if name in start},
        units={"density": "m⁻²", "lifetime": "ps", "mass": "m_e"},
        name="Shubnikov-de Haas oscillations",
        formula="R = R0 (1 + c B²) [1 + A X/sinh X exp(-pi/w_c tau_q) cos(2 pi f/B + phi)], "
        "n = g e f/h",
        labels=("magnetic field (T)", "resistance"),
    )  # fmt: skip
    return weighed(fit, "Shubnikov-de Haas oscillations", null=2, chance=RARE)


def _traces(
    field: ArrayLike, resistance: ArrayLike, temperature: ArrayLike
) -> tuple[RealArray, RealArray, RealArray]:
    """Fields, resistances and temperatures, shape (temperatures, points), in order of field."""
    b = np.asarray(field, dtype=np.float64)
    r = np.atleast_2d(np.asarray(resistance, dtype=np.float64))
    t = np.atleast_1d(np.asarray(temperature, dtype=np.float64))
    if b.ndim != 1 or r.shape != (t.size, b.size):
        raise ShapeMismatch(
            f"{t.size} temperatures and {b.shape} fields need resistances of shape "
            f"({t.size}, {b.size}), got {r.shape}"
        )
    if (t < 0).any():
        raise InvalidInput(f"a temperature must not be negative, got {t.min():g} K")
    size = np.abs(b)
    kept = np.flatnonzero(np.isfinite(size) & (size > np.nanmax(size, initial=0.0) / 20))
    if len(kept) < 12:
        raise InvalidInput(f"oscillations need a dozen points in a field, got {len(kept)}")
    kept = kept[np.argsort(size[kept], kind="stable")]
    return np.tile(size[kept], (t.size, 1)), r[:, kept], np.tile(t[:, None], (1, len(kept)))


def _nothing(b: RealArray, r: RealArray, mass: float | None) -> Fit:
    names = ("density", "lifetime") + (("mass",) if mass is None else ())
    blank = np.full(len(names), np.nan)
    return Fit(
        model="Shubnikov-de Haas oscillations", formula="", names=names, estimates=blank,
        covariance=np.diag(blank), x=b[0], y=r[0], fitted=r[0], converged=False,
        problem="no Shubnikov-de Haas oscillations found: no peak in the spectrum in 1/B",
    )  # fmt: skip


def fit_landau_fan(
    gate: ArrayLike, field: ArrayLike, resistance: ArrayLike, *, degeneracy: int = 2
) -> Fit:
    r"""Density against gate voltage from the oscillations at every voltage.

    .. math:: n(V) = s\,(V - V_0), \qquad B_\nu(V) = \frac{h}{e} \frac{n(V)}{\nu}

    Parameters
    ----------
    gate : real array, shape (voltages,)
        In V.
    field : real array, shape (points,)
        In T.
    resistance : real array, shape (voltages, points)
    degeneracy : int
        As for `fit_oscillations`.

    Returns
    -------
    Fit
        ``slope`` s (m⁻²/V, the capacitance per area over e) and ``threshold`` V₀ (V). The error
        of each density is in `sigma`. ``parts["densities"]``, ``parts["skipped"]`` (voltages
        without oscillations). Refused if fewer than four voltages oscillate.
    """
    v = np.asarray(gate, dtype=np.float64)
    r = np.asarray(resistance, dtype=np.float64)
    if r.shape != (v.size, np.size(field)):
        raise ShapeMismatch(
            f"a fan of {v.size} voltages and {np.size(field)} fields needs resistances of that "
            f"shape, got {r.shape}"
        )
    found, skipped = [], []
    for voltage, trace in zip(v, r, strict=True):
        # Without the heat both dampings are one; the frequency does not care.
        fit = fit_oscillations(field, trace, temperature=0.0, mass=0.1, degeneracy=degeneracy)
        if fit.converged:
            found.append((voltage, fit.values["density"], fit.errors["density"]))
        else:
            skipped.append(float(voltage))
    if len(found) < 4:
        raise Unreliable(
            f"no Landau fan found: oscillations at {len(found)} of {v.size} voltages, four needed"
        )
    at, density, error = np.array(found).T
    slope, rest = np.polyfit(at, density, 1)
    fit = fit_curve(
        lambda x, slope, threshold: slope * (x - threshold), at, density, error,
        start={"slope": float(slope), "threshold": float(-rest / slope)},
        units={"slope": "m⁻²/V", "threshold": "V"}, name="Landau fan",
        formula="n = s (V - V0), B_nu = h n/(e nu)",
        labels=("gate voltage (V)", "density (m⁻²)"), parts={"densities": density,
        "skipped": tuple(skipped)},
        notes=[f"no oscillations at {len(skipped)} of {v.size} voltages"] if skipped else [],
    )  # fmt: skip
    return weighed(fit, "Landau fan")
