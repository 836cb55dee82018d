r"""Shubnikov-de Haas oscillations and Landau fans."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.evidence import weighed
from sharvin.analysis.fit import Fit, fit_curve
from sharvin.errors import InvalidInput, ShapeMismatch, Unreliable
from sharvin.formulas.saddle import cyclotron_energy
from sharvin.typing import ComplexArray, RealArray
from sharvin.units import BOLTZMANN, FLUX_QUANTUM, HBAR

FLUX = FLUX_QUANTUM * 1e-18  # h/e in T m²
PERIODS = 1.5  # fewer of them are a bend
RARE = 1e-8  # many frequencies were tried
DAMPING = np.concatenate([[0.0], np.geomspace(0.1, 30, 12)])  # Dingle exponents tried at mean B


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
    quantum = b * cyclotron_energy(1.0, mass)  # meV
    x = np.maximum(2 * np.pi**2 * BOLTZMANN * np.asarray(temperature, float) / quantum, 1e-6)
    thermal = 2 * x * np.exp(-x) / (-np.expm1(-2 * x))
    dingle = np.exp(-np.pi * HBAR / (quantum * lifetime))
    wave = amplitude * thermal * dingle * np.cos(2 * np.pi * frequency / b + phase)
    curve: RealArray = resistance * (1 + curvature * b**2) * (1 + wave)
    return curve


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
    first = _start(b[0], r[int(np.argmin(t[:, 0]))])
    if first is None:
        return _nothing(b, r, mass)
    frequency, damping, wave, level, bend = first
    effective = mass or _mass_start(b[0], r, t[:, 0], frequency, level, bend)
    lifetime = np.pi * HBAR / (cyclotron_energy(1.0, effective) * max(damping, 1e-3))
    start = {
        "density": frequency * degeneracy / FLUX, "lifetime": float(np.clip(lifetime, 1e-2, 1e2)),
        "amplitude": float(np.clip(abs(wave) * _heat(b[0], t.min(), effective), 0.05, 40.0)),
        "phase": float(np.angle(wave)) % (2 * np.pi), "resistance": level, "curvature": bend,
    }  # fmt: skip
    if mass is None:
        start["mass"] = effective

    def model(at: RealArray, density: float, **values: float) -> RealArray:
        given = values if mass is None else {**values, "mass": mass}
        return oscillation_curve(at[0], at[1], frequency=density * FLUX / degeneracy, **given)

    fit = fit_curve(
        model, np.stack([b.ravel(), t.ravel()]), r.ravel(), sigma, start=start,
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


def _start(b: RealArray, r: RealArray) -> tuple[float, float, complex, float, float] | None:
    """Frequency, Dingle field, complex amplitude, R0 and c of one trace; None without peak."""
    good = np.isfinite(r)
    if good.sum() < 12:
        return None
    u, y = 1 / b[good], r[good]
    bend, level = np.polyfit(b[good] ** 2, y, 1)
    if not level > 0:
        bend, level = 0.0, float(np.abs(y).mean()) or 1.0
    part = y / (level + bend * b[good] ** 2) - 1
    span = float(np.ptp(u))
    # Nyquist of the median spacing in 1/B; high fields are sampled more densely
    highest = 0.5 / float(np.median(np.abs(np.diff(u))[np.diff(u) != 0]))
    frequencies = np.arange(PERIODS, min(highest * span, u.size), 0.3) / span
    if not len(frequencies):
        return None
    rates = DAMPING * float(np.median(b[good]))
    power, amplitude = _spectrum(u, part, np.exp(-np.outer(u - u.min(), rates)), frequencies)
    peak, kind = np.unravel_index(int(np.argmax(power)), power.shape)
    if not power[peak, kind] > 0:
        return None
    wave = amplitude[peak, kind] * np.exp(rates[kind] * u.min())
    return (
        float(frequencies[peak]), float(rates[kind]), complex(wave), float(level),
        float(bend / level),
    )  # fmt: skip


def _spectrum(
    u: RealArray, y: RealArray, envelopes: RealArray, frequencies: RealArray
) -> tuple[RealArray, ComplexArray]:
    """Part of y² explained by damped cosines, and their amplitudes, shape (frequencies, rates)."""
    waves = np.exp(-2j * np.pi * np.outer(frequencies, u))
    inner = waves @ (envelopes * y[:, None])
    square = waves**2 @ envelopes**2
    norm = (envelopes**2).sum(axis=0)
    # normal equations of Re(c exp(i w u)) under the envelope
    determinant = np.maximum(norm**2 - np.abs(square) ** 2, 1e-12 * norm**2)
    amplitude = 2 * (norm * inner - square * inner.conj()) / determinant
    return (amplitude.conj() * inner).real, amplitude


def _heat(b: RealArray, t: float, mass: float) -> float:
    """Thermal damping to be undone at the middle of the trace."""
    x = max(2 * np.pi**2 * BOLTZMANN * t / (cyclotron_energy(1.0, mass) * np.median(b)), 1e-6)
    return float(min(np.sinh(min(x, 20.0)) / x, 50.0))


def _mass_start(
    b: RealArray, r: RealArray, t: RealArray, frequency: float, level: float, bend: float
) -> float:
    """The mass whose X/sinh X falls with temperature like the size of the oscillations."""
    size = np.nanstd(r / (level * (1 + bend * b**2)), axis=1)
    trial = np.geomspace(0.005, 3.0, 120)
    x = (
        2
        * np.pi**2
        * BOLTZMANN
        * t[:, None]
        / (np.array([cyclotron_energy(1.0, m) for m in trial]) * np.quantile(b, 0.8))
    )
    shape = np.maximum(x, 1e-6) / np.sinh(np.clip(x, 1e-6, 50))
    scale = (shape * size[:, None]).sum(axis=0) / (shape**2).sum(axis=0)
    return float(trial[np.argmin(((scale * shape - size[:, None]) ** 2).sum(axis=0))])


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
