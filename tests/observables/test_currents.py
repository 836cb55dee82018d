"""Currents of charge and heat from any reservoirs: signs, laws and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scatterers import chiral_edge, delta_barrier, random_device
from sharvin.errors import InvalidInput, UnknownName
from sharvin.observables import conductance_matrix
from sharvin.observables.currents import AMPERE_PER_MEV, WATT_PER_MEV2, currents
from sharvin.observables.reservoirs import Reservoirs, reservoirs
from sharvin.units import BOLTZMANN, CONDUCTANCE_PER_MODE

seeds = st.integers(0, 2**32 - 1)
volts = st.floats(-3e-3, 3e-3)
kelvins = st.floats(0.05, 6.0)

# Sums of 40 Gauss intervals of numbers of order one; measured 2e-15.
RTOL = 1e-12


def test_current_enters_where_the_voltage_is_higher():
    s = delta_barrier(1.0)
    flow = currents(s, reservoirs(s.leads, voltages={"L": "1 mV"}))
    assert flow.charge[0] == pytest.approx(0.5 * CONDUCTANCE_PER_MODE * 1e-3, rel=RTOL)
    assert flow.charge[1] == pytest.approx(-flow.charge[0], rel=RTOL)


def test_a_one_way_scatterer_tells_to_from_from():
    # 0 -> 1 -> 2 -> 0: what leaves lead 0 ends in lead 1, so lead 2 feels nothing of it.
    edge = chiral_edge(leads=3, channels=1)
    flow = currents(edge, reservoirs(edge.leads, voltages={"0": "1 mV"}))
    one = CONDUCTANCE_PER_MODE * 1e-3
    assert flow.charge == pytest.approx([one, -one, 0], abs=1e-12 * one)


@given(seeds, volts, volts, volts)
def test_small_or_large_bias_obeys_the_conductance_matrix(seed, a, b, c):
    s = random_device(seed, a=2, b=1, c=3)
    flow = currents(s, reservoirs(s.leads, voltages={"a": a, "b": b, "c": c}, temperature=0.7))
    expected = conductance_matrix(s, unit="S") @ [a, b, c]
    assert flow.charge == pytest.approx(expected, abs=1e-13 * 3e-3)


@given(seeds, volts, volts, kelvins, kelvins, kelvins)
def test_energy_balances_and_entropy_grows(seed, a, b, ta, tb, tc):
    s = random_device(seed, a=2, b=1, c=3)
    baths = reservoirs(
        s.leads, voltages={"a": a, "b": b}, temperatures={"a": ta, "b": tb, "c": tc}, level=9.0
    )
    flow = currents(s, baths)
    scale = np.abs(flow.heat).sum()
    assert flow.heat.sum() + flow.power == pytest.approx(0, abs=1e-9 * scale)
    assert flow.charge.sum() == pytest.approx(0, abs=1e-12 * np.abs(flow.charge).sum() + 1e-21)
    assert flow.entropy_production >= -1e-12 * scale


def test_each_reservoir_gets_half_of_the_joule_heat():
    # PHYSICS: T = 1, 1 mV, spin-degenerate: 77.48 nA, 77.48 pW, 38.74 pW to either side.
    s = delta_barrier(0.0)
    flow = currents(s, reservoirs(s.leads, voltages={"L": "1 mV"}))
    assert 2 * flow.charge[0] == pytest.approx(77.48e-9, rel=1e-4)
    assert 2 * flow.power == pytest.approx(77.48e-12, rel=1e-4)
    assert -2 * flow.heat == pytest.approx([38.74e-12] * 2, rel=1e-4)


def test_heat_between_two_temperatures_is_the_quantum():
    # J = (pi²/6h) [(kT_L)² - (kT_R)²] for one open mode, without a charge current.
    s = delta_barrier(0.0)
    flow = currents(s, reservoirs(s.leads, temperatures={"L": "2 K", "R": "1 K"}, level=3.0))
    expected = WATT_PER_MEV2 * np.pi**2 / 6 * BOLTZMANN**2 * (4 - 1)
    assert flow.heat == pytest.approx([expected, -expected], rel=RTOL)
    assert abs(flow.charge[0]) < 1e-13 * AMPERE_PER_MEV


def test_cold_reservoirs_at_one_potential_send_nothing():
    s = delta_barrier(1.0)
    assert np.all(currents(s, reservoirs(s.leads, level=4.0)).charge == 0)


def test_wrong_reservoirs_are_refused():
    with pytest.raises(InvalidInput, match="temperature of 'L' must not be negative, got -1 K"):
        reservoirs(("L", "R"), temperatures={"L": -1})
    with pytest.raises(InvalidInput, match="temperature must not be negative"):
        reservoirs(("L", "R"), temperature="-1 K")
    with pytest.raises(InvalidInput, match="temperature of lead 'R' is -2 K"):
        Reservoirs(("L", "R"), np.zeros(2), np.array([1.0, -2.0]))
    with pytest.raises(UnknownName, match="unknown lead 'left'"):
        reservoirs(("L", "R"), voltages={"left": 1e-3})
    with pytest.raises(InvalidInput, match="must be finite"):
        Reservoirs(("L", "R"), np.array([0.0, np.inf]), np.zeros(2))
    with pytest.raises(InvalidInput, match="there are 2 leads"):
        Reservoirs(("L", "R"), np.zeros(3), np.zeros(2))
