"""Synthetic measurements with known answers, one per fit, for coverage and robustness."""

import numpy as np

from sharvin.analysis.example import Example
from sharvin.analysis.examples_contacts import contact_examples, dot_examples
from sharvin.analysis.fluctuations import fit_fluctuations, synthetic_fluctuations
from sharvin.analysis.hall import fit_hall, synthetic_hall
from sharvin.analysis.hall_plateaus import fit_hall_plateaus, synthetic_plateaus
from sharvin.analysis.interference import (
    fit_dephasing,
    fit_magnetoconductance,
    synthetic_dephasing,
    synthetic_magnetoconductance,
)
from sharvin.analysis.kondo import (
    fit_kondo,
    fit_kondo_splitting,
    synthetic_kondo,
    synthetic_splitting,
)
from sharvin.analysis.localization import (
    fit_hopping,
    fit_localization_length,
    synthetic_hopping,
    synthetic_lengths,
)
from sharvin.analysis.luttinger import fit_power_law, synthetic_power_law
from sharvin.analysis.noise import fit_noise, synthetic_noise
from sharvin.analysis.oscillations import (
    fit_landau_fan,
    fit_oscillations,
    synthetic_oscillations,
)
from sharvin.analysis.rings import fit_aharonov_bohm, synthetic_rings
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN, RESISTANCE_QUANTUM

_MASS, _DENSITY = 0.067, 3e15
_HEATS = np.array([0.3, 1.0, 2.0, 3.0])
_GATES = np.linspace(0.0, 1.0, 8)
_DEGREES = np.geomspace(0.3, 10, 25)


def _fan(x: RealArray, noise: float, seed: int) -> RealArray:
    return np.stack([
        synthetic_oscillations(x, 0.3, noise=noise, density=1e15 + 2e15 * v, seed=100 * seed + i)
        for i, v in enumerate(_GATES)
    ])  # fmt: skip


def _plateaus(x: RealArray, noise: float, seed: int) -> RealArray:
    return synthetic_plateaus(x, noise=noise, seed=seed)


def examples() -> tuple[Example, ...]:
    """All of them."""
    return (
        *_transport(), *_coherence(), *_interaction(), *contact_examples(), *dot_examples(),
    )  # fmt: skip


def _transport() -> tuple[Example, ...]:
    return (
        Example(
            "noise", np.linspace(-0.5, 0.5, 101),
            lambda x, n, s: synthetic_noise(x, noise=n, seed=s),
            lambda x, y: fit_noise(x, y, conductance=2.0), {"fano": 0.3, "temperature": 0.1},
        ),
        Example(
            "noise with background", np.linspace(-0.5, 0.5, 101),
            lambda x, n, s: synthetic_noise(x, noise=n, background=5e-28, seed=s),
            lambda x, y: fit_noise(x, y, conductance=2.0, background=True),
            {"fano": 0.3, "temperature": 0.1, "background": 5e-28},
        ),
        Example(
            "Hall effect", np.linspace(-0.3, 0.3, 81),
            lambda x, n, s: np.stack(synthetic_hall(x, noise=n, seed=s)),
            lambda x, y: fit_hall(x, y[0], r_xx=y[1], aspect=3.0),
            {"density": 3e15, "mobility": 50.0, "offset": 0.0},
        ),
        Example(
            "Hall plateaus", np.linspace(0.5, 12, 600), _plateaus, fit_hall_plateaus,
            {f"nu{n}": RESISTANCE_QUANTUM / n for n in (1, 2, 3, 4)}, noise=1e-3, rough=3e-3,
        ),
        Example(
            "Shubnikov-de Haas", np.linspace(0.2, 2, 300),
            lambda x, n, s: synthetic_oscillations(x, 0.3, noise=n, seed=s),
            lambda x, y: fit_oscillations(x, y, temperature=0.3, mass=_MASS),
            {"density": _DENSITY, "lifetime": 1.0, "amplitude": 4.0, "phase": np.pi},
        ),
        Example(
            "Shubnikov-de Haas, mass", np.linspace(0.2, 2, 150),
            lambda x, n, s: synthetic_oscillations(x, _HEATS, noise=n, seed=s),
            lambda x, y: fit_oscillations(x, y, temperature=_HEATS),
            {"density": _DENSITY, "lifetime": 1.0, "mass": _MASS},
        ),
        Example(
            "Landau fan", np.linspace(0.3, 2, 120), _fan,
            lambda x, y: fit_landau_fan(_GATES, x, y), {"slope": 2e15, "threshold": -0.5},
        ),
    )  # fmt: skip


def _coherence() -> tuple[Example, ...]:
    return (
        Example(
            "weak localization", np.linspace(-0.02, 0.02, 121),
            lambda x, n, s: synthetic_magnetoconductance(x, noise=n, seed=s),
            lambda x, y: fit_magnetoconductance(x, y, spin_orbit="none"),
            {"coherence_length": 600.0, "conductivity": 20.0}, noise=0.01, rough=0.06,
        ),
        Example(
            "antilocalization", np.linspace(-0.1, 0.1, 201),
            lambda x, n, s: synthetic_magnetoconductance(
                x, noise=n, seed=s, spin_orbit_length=120.0
            ),
            fit_magnetoconductance,
            {"coherence_length": 600.0, "spin_orbit_length": 120.0}, noise=0.005, rough=0.03,
        ),
        Example(
            "dephasing", np.geomspace(0.05, 4, 20),
            lambda x, n, s: synthetic_dephasing(x, noise=n, seed=s),
            fit_dephasing, {"length": 900.0, "exponent": 1.0}, noise=0.03,
        ),
        Example(
            "dephasing, saturated", np.geomspace(0.02, 8, 30),
            lambda x, n, s: synthetic_dephasing(x, saturation=2000.0, noise=n, seed=s),
            lambda x, y: fit_dephasing(x, y, saturation=True),
            {"length": 900.0, "exponent": 1.0, "saturation": 2000.0}, noise=0.03,
        ),
        Example(
            "conductance fluctuations", np.linspace(0, 2, 240),
            lambda x, n, s: synthetic_fluctuations(x, half_field=0.03, noise=n, seed=s),
            fit_fluctuations,
            {"ln_rms": np.log(0.3), "ln_half_field": np.log(0.03)}, noise=0.02, rough=0.03,
        ),
        Example(
            "Aharonov-Bohm", np.linspace(0, 0.2, 300),
            lambda x, n, s: synthetic_rings(x, noise=n, seed=s),
            fit_aharonov_bohm, {"period": 0.01, "amplitude": 0.1, "phase": 0.3}, noise=0.02,
            rough=0.02,
        ),
    )  # fmt: skip


def _interaction() -> tuple[Example, ...]:
    return (
        Example(
            "Mott hopping", _DEGREES, lambda x, n, s: synthetic_hopping(x, noise=n, seed=s),
            lambda x, y: fit_hopping(x, y, law="mott"),
            {"ln_prefactor": 0.0, "ln_hopping_temperature": np.log(500.0)}, noise=0.03,
        ),
        Example(
            "Efros-Shklovskii hopping", _DEGREES,
            lambda x, n, s: synthetic_hopping(
                x, law="efros-shklovskii", hopping_temperature=40.0, noise=n, seed=s
            ),
            fit_hopping, {"ln_hopping_temperature": np.log(40.0)}, noise=0.03,
        ),
        Example(
            "hopping, free exponent", _DEGREES,
            lambda x, n, s: synthetic_hopping(x, noise=n, seed=s),
            lambda x, y: fit_hopping(x, y, law="free"), {"exponent": 1 / 3}, noise=0.02,
            rough=0.05,
        ),
        Example(
            "activation", _DEGREES,
            lambda x, n, s: synthetic_hopping(
                x, law="activated", hopping_temperature=3.0, noise=n, seed=s
            ),
            lambda x, y: fit_hopping(x, y, law="activated"),
            {"activation_energy": 3.0 * BOLTZMANN, "ln_prefactor": 0.0}, noise=0.03,
        ),
        Example(
            "localization length", np.linspace(200, 1500, 10),
            lambda x, n, s: synthetic_lengths(x, samples=200, seed=s),
            fit_localization_length, {"localization_length": 150.0, "offset": 0.5},
        ),
        Example(
            "Kondo", np.geomspace(0.03, 3, 25),
            lambda x, n, s: synthetic_kondo(x, noise=n, seed=s),
            fit_kondo, {"kondo_temperature": 0.5, "maximum": 1.8},
        ),
        Example(
            "Kondo with background", np.geomspace(0.03, 10, 40),
            lambda x, n, s: synthetic_kondo(x, noise=n, background=0.2, seed=s),
            lambda x, y: fit_kondo(x, y, background=True),
            {"kondo_temperature": 0.5, "maximum": 1.8, "background": 0.2},
            rough=0.05,
        ),
        Example(
            "Kondo splitting", np.linspace(2.0, 10, 33),
            lambda x, n, s: synthetic_splitting(x, noise=n, seed=s), fit_kondo_splitting,
            {"g_factor": 0.44, "kondo_temperature": 0.5}, noise=0.004, rough=0.02,
        ),
        Example(
            "Luttinger power law", np.geomspace(0.3, 30, 30),
            lambda x, n, s: synthetic_power_law(x, noise=n, seed=s), fit_power_law,
            {"ln_conductance": np.log(0.05), "exponent": 0.8}, noise=0.03,
        ),
    )  # fmt: skip
