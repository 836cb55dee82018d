"""Instruments on any contacts: grounds, sources, series resistances."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scatterers import chiral_edge, delta_barrier, random_device
from sharvin.errors import InvalidInput, UnitError, UnknownName
from sharvin.observables import resistance
from sharvin.observables.circuit import circuit
from sharvin.scattering import join

seeds = st.integers(0, 2**32 - 1)
R_K = 25812.807459304513
RTOL = 1e-9


@given(seeds)
def test_the_ground_is_a_matter_of_taste(seed):
    s = random_device(seed, a=2, b=3, c=1, d=2)
    ohm = resistance(s, current=("a", "c"), voltage=("b", "d"), unit="Ohm")
    driven = {"a": "1 nA", "c": "-1 nA"}
    one = circuit(s, voltages={"c": 0}, currents={"a": "1 nA"})
    other = circuit(s, voltages={"b": "3 mV"}, currents=driven)
    assert one.voltage("b", "d") == pytest.approx(ohm * 1e-9, abs=RTOL * R_K * 1e-9)
    assert other.voltage("b", "d") == pytest.approx(ohm * 1e-9, abs=RTOL * R_K * 1e-9)
    assert other.current("b") == pytest.approx(0, abs=1e-17)
    assert one.current("c") == pytest.approx(-1e-9, rel=RTOL)


def test_series_resistances_add_where_current_flows_and_nowhere_else():
    s = chiral_edge(leads=4, channels=2)
    wires = {"0": "1 kOhm", "2": 500, "1": "1 MOhm"}
    bare = circuit(s, voltages={"2": 0}, currents={"0": 1e-9})
    wired = circuit(s, voltages={"2": 0}, currents={"0": 1e-9}, series=wires)
    two = wired.voltage("0", "2") - bare.voltage("0", "2")
    assert two == pytest.approx(1500e-9, rel=1e-9)
    assert wired.voltage("1", "3") == pytest.approx(bare.voltage("1", "3"), rel=1e-9)


def test_two_grounds_share_the_current_as_their_wires_let_them():
    s = chiral_edge(leads=3, channels=1)  # 0 -> 1 -> 2 -> 0
    free = circuit(s, voltages={"0": 1e-3, "1": 0, "2": 0})
    assert free.currents * R_K / 1e-3 == pytest.approx([1, -1, 0], abs=1e-12)
    held = circuit(s, voltages={"0": 1e-3, "1": 0, "2": 0}, series={"1": R_K})
    # Lead 1 rises to V/2 behind its wire, and feeds lead 2 from there.
    assert held.currents * R_K / 1e-3 == pytest.approx([1, -0.5, -0.5], abs=1e-12)


def test_what_floats_is_named():
    apart = join(delta_barrier(1.0, "a", "b"), delta_barrier(1.0, "c", "d"), {})
    with pytest.raises(InvalidInput, match="nothing fixes the voltage of 'c', 'd'"):
        circuit(apart, voltages={"b": 0}, currents={"a": "1 nA"})
    s = delta_barrier(1.0)
    with pytest.raises(InvalidInput, match="ground one, for example"):
        circuit(s, voltages={}, currents={"L": "1 nA"})
    with pytest.raises(InvalidInput, match="a voltage and a current"):
        circuit(s, voltages={"L": 0}, currents={"L": "1 nA"})
    with pytest.raises(InvalidInput, match="must not be negative"):
        circuit(s, voltages={"L": 0}, series={"R": -5})
    with pytest.raises(UnknownName, match="unknown lead 'left'"):
        circuit(s, voltages={"left": 0})
    with pytest.raises(UnitError, match="voltage of 'L'"):
        circuit(s, voltages={"L": "1 nA"})
    with pytest.raises(UnknownName):
        circuit(s, voltages={"L": 0}).voltage("L", "drain")
    assert np.all(circuit(s, voltages={"L": 0}).voltages == 0)
