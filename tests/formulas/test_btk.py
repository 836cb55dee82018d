"""Closed forms of Andreev reflection against each other and against published limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharvin.formulas import (
    andreev_doubling,
    btk_conductance,
    btk_reflection,
    short_junction_level,
)

barriers = st.floats(0.0, 20.0)


def test_a_perfect_channel_doubles_and_a_tunnel_barrier_squares():
    assert andreev_doubling(1.0) == 2.0
    # corrections are of the next order in T
    assert andreev_doubling(1e-4) == pytest.approx(1e-8 / 2, rel=2e-4)


@given(barriers)
def test_zero_bias_is_the_doubling_formula(z):
    transmission = 1 / (1 + z**2)
    assert btk_conductance(0.0, gap=0.3, barrier=z) == pytest.approx(
        andreev_doubling(transmission), rel=1e-12
    )


@given(barriers)
def test_at_the_gap_the_barrier_does_not_matter(z):
    assert btk_conductance(0.7, gap=0.7, barrier=z) == pytest.approx(2.0, rel=1e-12)


@given(barriers, st.floats(0.0, 0.999))
def test_below_the_gap_nothing_enters(z, energy):
    andreev, normal = btk_reflection(energy, gap=1.0, barrier=z)
    assert andreev + normal == pytest.approx(1.0, abs=1e-12)
    assert 0 <= andreev <= 1


@given(barriers, st.floats(1.001, 50.0))
def test_above_the_gap_probabilities_add_up_with_what_enters(z, energy):
    """C + D of the same table, written out independently."""
    andreev, normal = btk_reflection(energy, gap=1.0, barrier=z)
    weight = np.sqrt(1 - 1 / energy**2)
    u2 = (1 + weight) / 2
    gamma = u2 + z**2 * weight
    passed = u2 * weight * (1 + z**2) / gamma**2 + (1 - u2) * weight * z**2 / gamma**2
    assert andreev + normal + passed == pytest.approx(1.0, abs=1e-12)


def test_far_above_the_gap_it_is_normal_and_even_in_the_bias():
    g = btk_conductance(np.array([-1e4, 1e4]), gap=1.0, barrier=1.5)
    assert g == pytest.approx([1 / (1 + 1.5**2)] * 2, rel=1e-6)


def test_levels_of_a_short_junction():
    assert short_junction_level(1.0, np.pi, gap=2.0) == pytest.approx(0.0, abs=1e-12)
    assert short_junction_level(0.5, np.pi, gap=2.0) == pytest.approx(2 * np.sqrt(0.5))
    assert short_junction_level(0.3, 0.0, gap=2.0) == 2.0
