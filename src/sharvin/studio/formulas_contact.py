"""Formula pages on contacts: steps, what rounds them, their noise and their resistance."""

import numpy as np

from sharvin.formulas import adiabatic, barrier, saddle, series, thermal
from sharvin.studio.formula_pages import Curves, FormulaPage, Slider, smeared
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN, CONDUCTANCE_PER_MODE, ELEMENTARY_CHARGE, HBAR2_OVER_2ME

_MODES = 14
_POINTS = 401
_OMEGA_X = Slider("omega_x", "ħω_x", "meV", 0.2, 3.0, 0.05, 1.0)
_OMEGA_Y = Slider("omega_y", "ħω_y", "meV", 1.0, 6.0, 0.05, 3.0)
_TEMPERATURE = Slider("temperature", "temperature", "K", 0.0, 10.0, 0.05, 0.0)
_BUTTIKER = "M. Büttiker, Phys. Rev. B 41, 7906 (1990)"


def _saddle(
    omega_x: float, omega_y: float, temperature: float, field: float, mass: float
) -> Curves:
    energy = np.linspace(0, 20, _POINTS)
    cyclotron = saddle.cyclotron_energy(field, mass)

    def steps(e: RealArray) -> RealArray:
        total: RealArray = saddle.saddle_point_in_field(
            e, hbar_omega_x=omega_x, hbar_omega_y=omega_y, hbar_omega_c=cyclotron, modes=_MODES + 8
        ).sum(axis=-1)
        return total

    tunneling, _ = saddle.saddle_energies(omega_x, omega_y, cyclotron)
    curves = [("T = 0", steps(energy))]
    if temperature > 0:
        warm = smeared(steps, energy, BOLTZMANN * temperature, tunneling)
        curves.insert(0, (f"{temperature:g} K", warm))
    return energy, curves


def _staircase(spacing: float, temperature: float) -> Curves:
    mu = np.linspace(0, 5 * spacing, _POINTS)
    thresholds = spacing * (np.arange(12) + 0.5)
    warm = thermal.thermal_step(mu, thresholds, BOLTZMANN * temperature)
    return mu, [(f"{temperature:g} K", warm), ("T = 0", thermal.thermal_step(mu, thresholds, 0.0))]


def _adiabatic(radius: float) -> Curves:
    width = np.linspace(0.5, 6.5, _POINTS)
    modes = adiabatic.adiabatic_contact(width, radius_over_width=radius, modes=10)
    return width, [("G", modes.sum(axis=-1)), ("sharp", np.floor(width))]


def _barrier(height: float, length: float, mass: float) -> Curves:
    energy = np.linspace(0, 20, _POINTS)
    c = HBAR2_OVER_2ME / mass
    t = barrier.cosh_barrier(energy, height=height, length=length, hbar2_over_2m=c)
    return energy, [("quantum", t), ("classical", (energy > height).astype(float))]


def _fano(omega_x: float, omega_y: float) -> Curves:
    energy = np.linspace(0, 20, _POINTS)
    t = saddle.saddle_point(energy, hbar_omega_x=omega_x, hbar_omega_y=omega_y, modes=_MODES + 8)
    total = t.sum(axis=-1)
    return energy, [("Fano factor", (t * (1 - t)).sum(axis=-1) / total)]


def _noise(t_1: float, t_2: float, temperature: float) -> Curves:
    """Spectral density at low frequency, in 1e-28 A²/Hz, counted over positive frequencies."""
    voltage = np.linspace(-2.0, 2.0, _POINTS)  # mV, so that eV is in meV
    t = np.array([t_1, t_2])
    kt = BOLTZMANN * temperature
    quantum, meV = 2 * CONDUCTANCE_PER_MODE, 1e-3 * ELEMENTARY_CHARGE
    if kt > 0:
        half = np.abs(voltage) / (2 * kt)
        # x coth x, which is one at zero
        excess = 2 * kt * np.where(half > 1e-6, half / np.tanh(np.maximum(half, 1e-6)), 1.0)
    else:
        excess = np.abs(voltage)
    scale = 2 * quantum * meV * 1e28
    s = scale * (2 * kt * (t**2).sum() + excess * (t * (1 - t)).sum())
    poisson = scale * np.abs(voltage) * t.sum()
    return voltage, [("noise", s), ("2e|I|", poisson)]


def _series(resistance: float, omega_x: float, omega_y: float) -> Curves:
    energy = np.linspace(0, 20, _POINTS)
    t = saddle.saddle_point(energy, hbar_omega_x=omega_x, hbar_omega_y=omega_y, modes=_MODES + 8)
    modes = t.sum(axis=-1)
    measured = modes / (1 + modes * resistance / series.RESISTANCE_PER_SPIN_MODE)
    return energy, [("measured", measured), ("contact alone", modes)]


PAGES: dict[str, FormulaPage] = {
    "saddle-point": FormulaPage(
        "Steps of a saddle point",
        "Conductance of a parabolic saddle against the chemical potential above it: tunneling "
        "rounds the steps by ħω_x, temperature by k_B T, and a field pulls them apart.",
        (
            _OMEGA_X,
            _OMEGA_Y,
            _TEMPERATURE,
            Slider("field", "field", "T", 0.0, 6.0, 0.05, 0.0),
            Slider("mass", "mass", "m₀", 0.01, 1.0, 0.001, 0.067),
        ),
        ("chemical potential − V₀", "meV"),
        ("G", "2e²/h"),
        _saddle,
        f"{_BUTTIKER}; H. A. Fertig, B. I. Halperin, Phys. Rev. B 36, 7969 (1987)",
        pages=("saddle-point",),
    ),
    "thermal-steps": FormulaPage(
        "What temperature does to a step",
        "Sharp steps convolved with the thermal kernel. A step is 4.4 k_B T wide between 10 and "
        "90 %; near k_B T = ΔE/4 the staircase is a ramp.",
        (
            Slider("spacing", "ΔE", "meV", 0.5, 6.0, 0.05, 2.0),
            Slider("temperature", "temperature", "K", 0.05, 20.0, 0.05, 1.0),
        ),
        ("chemical potential", "meV"),
        ("G", "2e²/h"),
        _staircase,
        "P. F. Bagwell, T. P. Orlando, Phys. Rev. B 40, 1456 (1989)",
        pages=("staircase", "thermal"),
    ),
    "adiabatic": FormulaPage(
        "A contact that widens slowly",
        "Hard walls with a radius of curvature R: already R = d gives flat plateaus.",
        (Slider("radius", "R/d", "", 0.05, 10.0, 0.05, 1.0),),
        ("k_F d/π", ""),
        ("G", "2e²/h"),
        _adiabatic,
        "L. I. Glazman, G. B. Lesovik, D. E. Khmel'nitskii, R. I. Shekhter, JETP Lett. 48, 238 "
        "(1988)",
        pages=("adiabatic",),
    ),
    "barrier": FormulaPage(
        "A smooth barrier, exactly",
        "Transmission of one mode through V₀/cosh²(x/ℓ): tunneling below, reflection above.",
        (
            Slider("height", "V₀", "meV", 0.5, 15.0, 0.1, 8.0),
            Slider("length", "ℓ", "nm", 2.0, 100.0, 0.5, 15.0),
            Slider("mass", "mass", "m₀", 0.01, 1.0, 0.001, 0.067),
        ),
        ("energy", "meV"),
        ("T", ""),
        _barrier,
        "C. Eckart, Phys. Rev. 35, 1303 (1930)",
    ),
    "fano": FormulaPage(
        "Noise that vanishes on a plateau",
        "Fano factor ΣT(1−T)/ΣT of a saddle point: full channels are silent, the noise is made "
        "on the risers.",
        (_OMEGA_X, _OMEGA_Y),
        ("energy − V₀", "meV"),
        ("F", ""),
        _fano,
        "M. Reznikov et al., Phys. Rev. Lett. 75, 3340 (1995)",
        pages=("shot-noise",),
    ),
    "shot-noise": FormulaPage(
        "From thermal to shot noise",
        "Current noise of two spin-degenerate channels against the voltage: 4k_B T G at rest, a "
        "Fano factor below 2e|I| far away.",
        (
            Slider("t_1", "T₁", "", 0.0, 1.0, 0.01, 1.0),
            Slider("t_2", "T₂", "", 0.0, 1.0, 0.01, 0.5),
            Slider("temperature", "temperature", "K", 0.0, 10.0, 0.05, 1.0),
        ),
        ("voltage", "mV"),
        ("S", "10⁻²⁸ A²/Hz"),
        _noise,
        "G. B. Lesovik, JETP Lett. 49, 592 (1989); M. Büttiker, Phys. Rev. B 46, 12485 (1992)",
        pages=("shot-noise", "reservoirs"),
    ),
    "series-resistance": FormulaPage(
        "A resistor in front of the contact",
        "Two terminals measure contacts and leads, too: plateaus sink, the higher the more.",
        (Slider("resistance", "R_s", "Ω", 0.0, 3000.0, 10.0, 400.0), _OMEGA_X, _OMEGA_Y),
        ("chemical potential − V₀", "meV"),
        ("G", "2e²/h"),
        _series,
        "B. J. van Wees et al., Phys. Rev. Lett. 60, 848 (1988)",
        pages=("series-resistance",),
    ),
}
