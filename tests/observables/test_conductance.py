from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scatterers import chiral_edge, delta_barrier, helical_ring, random_device
from sharvin.errors import InvalidInput, UnitError, UnknownName
from sharvin.observables import conductance, conductance_matrix

seeds = st.integers(0, 2**32 - 1)
mode_counts = st.integers(0, 4)
ATOL = 1e-13  # a hundred squared moduli are summed


def test_currents_flow_into_the_device():
    # A voltage on lead 0 alone drives current in at 0 and out at 1, where the edge leads.
    g = conductance_matrix(chiral_edge(leads=3, channels=2))
    np.testing.assert_array_equal(g @ [1, 0, 0], [2, -2, 0])


@given(seeds, mode_counts, mode_counts, st.integers(1, 4))
def test_equal_voltages_drive_nothing_and_charge_is_conserved(seed, a, b, c):
    g = conductance_matrix(random_device(seed, a=a, b=b, c=c))
    np.testing.assert_allclose(g.sum(axis=0), 0, atol=ATOL)
    np.testing.assert_allclose(g.sum(axis=1), 0, atol=ATOL)


@given(seeds, st.integers(1, 4), st.integers(1, 4))
def test_joule_heat_is_positive(seed, a, b):
    g = conductance_matrix(random_device(seed, a=a, b=b, c=1))
    assert np.linalg.eigvalsh(g + g.T).min() > -ATOL


@given(seeds, st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
def test_a_conductance_is_minus_an_element_of_the_matrix(seed, a, b, degeneracy):
    s = replace(random_device(seed, a=a, b=b, c=1), degeneracy=degeneracy)
    g = conductance_matrix(s)
    assert conductance(s, to="b", from_="a") == pytest.approx(-g[1, 0], abs=ATOL)


def test_degeneracy_multiplies_once():
    s = replace(delta_barrier(1.0), degeneracy=4)
    assert conductance(s, to="R", from_="L") == pytest.approx(4 * 0.5, rel=1e-15)
    np.testing.assert_allclose(conductance_matrix(s), [[2, -2], [-2, 2]], rtol=1e-15)


@pytest.mark.parametrize(
    ("unit", "value"),
    [("e²/h", 2.0), ("2e²/h", 1.0), ("S", 2 * 3.874045865e-5), ("uS", 2 * 38.74045865)],
)
def test_units(unit, value):
    s = replace(delta_barrier(0.0), degeneracy=2)
    assert conductance(s, to="R", from_="L", unit=unit) == pytest.approx(value, rel=1e-9)
    assert conductance_matrix(s, unit=unit)[0, 0] == pytest.approx(value, rel=1e-9)


def test_one_spin_of_two():
    ring = helical_ring(leads=4)
    assert conductance(ring, to=("2", "up"), from_="1") == 1
    assert conductance(ring, to=("4", "up"), from_="1") == 0


def test_what_is_no_conductance_is_refused():
    s = delta_barrier(1.0)
    with pytest.raises(InvalidInput, match="two different leads"):
        conductance(s, to="L", from_="L")
    with pytest.raises(UnitError):
        conductance(s, to="L", from_="R", unit="Ohm")
    with pytest.raises(UnitError, match="unknown unit 'siemens'"):
        conductance_matrix(s, unit="siemens")
    with pytest.raises(UnknownName, match="known: 'L', 'R'"):
        conductance(s, to="drain", from_="L")
