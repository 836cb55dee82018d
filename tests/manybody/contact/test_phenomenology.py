"""Formulas that are fitted to the 0.7 structure: their values and limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharvin.errors import InvalidInput
from sharvin.formulas import thermal_step
from sharvin.manybody.contact import kondo_like, spin_gap


def test_values_of_the_kondo_like_curve():
    ratio = np.array([0.01, 0.1, 0.3, 1.0, 3.0, 10.0])
    expected = [0.99975, 0.9783, 0.8923, 0.75, 0.6555, 0.5916]
    np.testing.assert_allclose(kondo_like(2.0 * ratio, 2.0), expected, atol=6e-5)
    assert kondo_like(0.0, 1.0) == 1.0
    assert kondo_like(1e9, 1.0) == pytest.approx(0.5, abs=1e-3)


@given(st.floats(-3, 3), st.floats(0.05, 1.0))
def test_without_a_gap_the_spins_are_a_thermal_step(energy, kt):
    free = spin_gap(energy, thermal_energy=kt, gap_slope=0.0)
    assert free == pytest.approx(thermal_step(energy, [0.0], kt), abs=1e-12)


@given(st.floats(0.0, 2.0), st.floats(0.05, 0.5), st.floats(0.0, 1.0))
def test_a_zeeman_splitting_separates_two_steps(energy, kt, gap):
    both = spin_gap(energy, thermal_energy=kt, gap_slope=0.0, gap=gap)
    apart = thermal_step(energy, [-gap / 2, gap / 2], kt) / 2
    assert both == pytest.approx(apart, abs=1e-12)


def test_a_growing_gap_makes_a_shoulder_that_warms_up():
    """On the plateau's edge a growing gap keeps the conductance below what smearing leaves."""
    energy = np.linspace(0.3, 2.0, 30)
    flat = spin_gap(energy, thermal_energy=0.15, gap_slope=1.8)
    free = spin_gap(energy, thermal_energy=0.15, gap_slope=0.0)
    assert (flat < free).all()
    cold = spin_gap(energy, thermal_energy=0.01, gap_slope=1.8)
    assert (flat < cold + 1e-9).all()


def test_bad_input():
    with pytest.raises(InvalidInput, match="Kondo temperature"):
        kondo_like(1.0, 0.0)
    with pytest.raises(InvalidInput, match="not be negative"):
        kondo_like(-1.0, 1.0)
    with pytest.raises(InvalidInput, match="slope"):
        spin_gap(1.0, thermal_energy=0.1, gap_slope=-1.0)
    with pytest.raises(InvalidInput, match="thermal energy"):
        spin_gap(1.0, thermal_energy=0.0, gap_slope=1.0)
