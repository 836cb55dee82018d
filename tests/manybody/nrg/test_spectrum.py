"""Spectra: exact without interaction, Friedel at the Fermi energy, sum rules of what is counted."""

import numpy as np
import pytest

from sharvin.errors import InvalidInput
from sharvin.formulas import friedel_conductance
from sharvin.manybody import nrg
from sharvin.manybody.nrg import spectrum
from sharvin.units import BOLTZMANN

WIDTH = 0.2
SMALL = nrg.Wilson(states=160, shifts=2)


def model(level=-0.5, interaction=1.0, **more):
    rates = {"source": WIDTH / 2, "drain": WIDTH / 2}
    return nrg.anderson(level=level, interaction=interaction, rates=rates, **more)


def test_without_interaction_it_is_the_resonance_of_a_flat_band():
    free = model(0.1, 0.0, bandwidth=3.0)
    energy = np.array([-2.0, -0.3, 0.0, 0.1, 0.5])
    found = nrg.spectral_function(free, energy=energy, temperature=0.1, wilson=SMALL)
    shift = WIDTH / (2 * np.pi) * np.log((3 + energy) / (3 - energy))
    exact = WIDTH / (2 * np.pi) / ((energy - 0.1 - shift) ** 2 + WIDTH**2 / 4)
    np.testing.assert_allclose(found.up, exact, rtol=1e-12)
    np.testing.assert_allclose(found.down, exact, rtol=1e-12)


@pytest.mark.parametrize("level", [-0.5, -0.3])
def test_at_the_fermi_energy_it_is_friedels_and_has_no_notch(level):
    kelvin = 3e-4 / BOLTZMANN  # T_L/30
    dot = model(level)
    near = np.array([0.0, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2])
    energy = np.concatenate([-near[:0:-1], near])
    found = nrg.spectral_function(dot, energy=energy, temperature=kelvin, wilson=SMALL)
    height = np.pi * WIDTH / 2 * found.up.values
    n = nrg.occupation(dot, temperature=kelvin, wilson=SMALL)
    # 160 states and two discretizations: 0.004 and 0.003 found; and (T/T_L)².
    assert height[6] == pytest.approx(float(friedel_conductance(n.up)[0]), abs=0.015)
    # Around the Fermi energy the resonance has one top.
    slopes = np.sign(np.diff(height)[np.abs(np.diff(height)) > 1e-4])
    assert (np.diff(slopes) != 0).sum() == 1
    assert found.attrs["acausal"] < 0.01


def test_delta_functions_of_d_times_n_add_up_to_the_other_spins_charge():
    dot = model(-0.3, field=0.5)
    kt = np.array([1e-3]) / dot.bandwidth
    bins, _ = spectrum._bins(dot, nrg.Wilson(states=160, shifts=1), kt)
    n = nrg.occupation(dot, temperature=1e-3 / BOLTZMANN, wilson=nrg.Wilson(states=160, shifts=1))
    np.testing.assert_allclose(bins[:, 0].sum(axis=1), 1.0, atol=1e-10)
    np.testing.assert_allclose(bins[:, 1].sum(axis=1), [n.down[0], n.up[0]], atol=1e-9)


def test_principal_values_of_a_known_pair():
    x = np.sinh(np.linspace(-14, 14, 2001))
    wanted = np.searchsorted(x, [-2.0, 0.0, 0.5, 3.0])
    found = spectrum.hilbert(x, (1 / np.pi / (1 + x**2))[None], wanted)[0]
    # The Lorentzian's partner; straight pieces of 1.4 % of x.
    np.testing.assert_allclose(found, x[wanted] / (1 + x[wanted] ** 2), atol=3e-5)


def test_bad_broadening_is_refused():
    with pytest.raises(InvalidInput, match="broadening"):
        nrg.spectral_function(model(), energy=0.0, temperature=1.0, broadening=0.0)
    with pytest.raises(InvalidInput, match="NaN"):
        nrg.spectral_function(model(), energy=[np.nan], temperature=1.0)
