"""Probes that draw nothing: their levels, and the noise that they leave."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scatterers import chiral_edge, delta_barrier, random_device
from sharvin.errors import InvalidInput, UnknownName
from sharvin.observables.currents import currents
from sharvin.observables.noise import noise_matrix
from sharvin.observables.probes import KINDS, float_probes, noise_with_probes
from sharvin.observables.reservoirs import reservoirs
from sharvin.observables.resistance import resistance
from sharvin.scattering import SMatrix, join
from sharvin.units import BOLTZMANN, CONDUCTANCE_PER_MODE, ELEMENTARY_CHARGE

seeds = st.integers(0, 2**32 - 1)

# Newton stops at 1e-12 of the current; measured 1e-13.
RTOL = 1e-9


def barriers_in_series(count, transparency, channels=2):
    """Equal barriers with a reservoir between neighbors that everything passes through."""
    t, r = np.sqrt(transparency), 1j * np.sqrt(1 - transparency)
    one = np.kron([[r, t], [t, r]], np.eye(channels))
    names = ("L", *(f"p{k}" for k in range(1, count)), "R")
    modes = (channels, *(2 * channels,) * (count - 1), channels)
    return SMatrix(np.kron(np.eye(count), one), names, modes)


@settings(max_examples=30, deadline=None)
@given(seeds, st.floats(0.0, 2.0))
def test_voltage_probes_read_what_a_voltmeter_reads(seed, kelvin):
    s = random_device(seed, a=2, b=3, p=1, q=2)
    baths = reservoirs(s.leads, voltages={"a": "1 mV"}, temperature=kelvin)
    found = float_probes(s, baths, ["p", "q"])
    current = currents(s, found).charge
    assert current[2:] == pytest.approx(0, abs=1e-11 * abs(current[0]))
    ohm = resistance(s, current=("a", "b"), voltage=("p", "q"), unit="Ohm")
    volts = found.voltages
    assert volts[2] - volts[3] == pytest.approx(ohm * current[0], abs=RTOL * 1e-3)


@settings(max_examples=20, deadline=None)
@given(seeds, st.floats(0.0, 2.0))
def test_thermal_probes_draw_neither_charge_nor_heat(seed, kelvin):
    s = random_device(seed, a=2, b=3, p=1, q=2)
    baths = reservoirs(s.leads, voltages={"a": "1 mV"}, temperature=kelvin, level=8.0)
    found = float_probes(s, baths, ["p", "q"], kind="thermal")
    flow = currents(s, found)
    assert flow.charge[2:] == pytest.approx(0, abs=1e-10 * abs(flow.charge[0]))
    assert flow.heat[2:] == pytest.approx(0, abs=1e-9 * flow.power)
    assert found.temperatures[2:].min() > kelvin


def test_a_reservoir_half_way_is_as_hot_as_joule_heat_makes_it():
    # Wiedemann-Franz: (kT)² = (kT_0)² + (3/4 pi²)(eV)² in the middle (K. E. Nagaev 1995).
    s = barriers_in_series(2, 0.4)
    baths = reservoirs(s.leads, voltages={"L": "1 mV"}, temperature=0.5)
    middle = float_probes(s, baths, ["p1"], kind="thermal").temperatures[1] * BOLTZMANN
    expected = np.sqrt((0.5 * BOLTZMANN) ** 2 + 3 / (4 * np.pi**2))
    assert middle == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("count", [2, 5])
def test_three_kinds_of_reservoirs_make_three_kinds_of_noise(count):
    # Elastic: de Jong and Beenakker 1995, F = 1/3 [1 + (3 F1 - 1)/n²]; bath: every barrier on its
    # own, F1/n; thermal between the two ends.
    transparency = 0.3
    s = barriers_in_series(count, transparency)
    baths = reservoirs(s.leads, voltages={"L": "1 mV"})
    probes = [lead for lead in s.leads if lead.startswith("p")]
    poisson = 2 * ELEMENTARY_CHARGE * CONDUCTANCE_PER_MODE * 1e-3 * 2 * transparency / count
    found = {k: noise_with_probes(s, baths, probes, kind=k)[0] / poisson for k in KINDS}
    one = 1 - transparency
    assert found["voltage"][0, 0] == pytest.approx(one / count, rel=1e-9)
    assert found["elastic"][0, 0] == pytest.approx((1 + (3 * one - 1) / count**2) / 3, rel=1e-9)
    assert found["thermal"][0, 0] > found["elastic"][0, 0]
    for noise in found.values():
        assert noise[0, -1] == pytest.approx(-noise[0, 0], rel=1e-9)
        assert np.all(noise[1:-1] == 0)


def test_many_thermalizing_reservoirs_approach_root_three_quarters():
    # M. J. M. de Jong and C. W. J. Beenakker, Physica A 230, 219 (1996).
    excess = []
    for count in (5, 10):
        s = barriers_in_series(count, 0.3, channels=1)
        probes = list(s.leads[1:-1])
        noise, _ = noise_with_probes(
            s, reservoirs(s.leads, voltages={"L": 1e-3}), probes, kind="thermal"
        )
        unit = 2 * ELEMENTARY_CHARGE * CONDUCTANCE_PER_MODE * 1e-3 * 0.3 / count
        excess.append(noise[0, 0] / unit - np.sqrt(3) / 4)
    assert abs(excess[1]) < 0.002
    assert abs(excess[1]) < 0.5 * abs(excess[0])


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_equilibrium_noise_with_probes_is_nyquist_of_the_rest(seed):
    s = random_device(seed, a=2, b=2, p=2)
    s = SMatrix(s.data @ s.data.T, s.leads, s.modes)  # without a field
    baths = reservoirs(s.leads, temperature=1.0)
    r = resistance(s, current=("a", "b"), voltage=("a", "b"), unit="Ohm")
    expected = 4 * BOLTZMANN * 1e-3 * ELEMENTARY_CHARGE / r
    for kind in KINDS:
        noise, _ = noise_with_probes(s, baths, ["p"], kind=kind)
        assert noise[0, 0] == pytest.approx(expected, rel=1e-8)


def test_without_probes_it_is_the_plain_noise():
    s = delta_barrier(0.7)
    baths = reservoirs(s.leads, voltages={"L": "1 mV"}, temperature=0.2)
    for kind in KINDS:
        noise, _ = noise_with_probes(s, baths, [], kind=kind)
        assert noise == pytest.approx(noise_matrix(s, baths), rel=1e-10)


def test_an_elastic_probe_on_a_chiral_edge_adds_no_noise():
    edge = chiral_edge(leads=3, channels=1)
    baths = reservoirs(edge.leads, voltages={"0": "1 mV"})
    noise, _ = noise_with_probes(edge, baths, ["1"], kind="elastic")
    assert np.abs(noise).max() < 1e-40


def test_probes_that_float_or_do_not_exist_are_refused():
    apart = join(delta_barrier(1.0, "a", "b"), delta_barrier(1.0, "c", "d"), {})
    baths = reservoirs(apart.leads, voltages={"a": "1 mV"})
    with pytest.raises(InvalidInput, match="nothing fixes the voltage of 'c', 'd'"):
        float_probes(apart, baths, ["c", "d"])
    idle = SMatrix(np.eye(3), ("a", "b", "p"), (1, 1, 1))
    with pytest.raises(InvalidInput, match="nothing fixes the voltage of 'p'"):
        float_probes(idle, reservoirs(idle.leads, voltages={"a": 1e-3}), ["p"])
    s = random_device(1, a=1, b=1, p=1)
    baths = reservoirs(s.leads, voltages={"a": 1e-3})
    with pytest.raises(UnknownName, match="unknown lead 'probe'"):
        float_probes(s, baths, ["probe"])
    with pytest.raises(InvalidInput, match="every lead is a probe"):
        float_probes(s, baths, ["a", "b", "p"])
    with pytest.raises(InvalidInput, match="got the string 'p'"):
        float_probes(s, baths, "p")
    with pytest.raises(InvalidInput, match="kind must be one of voltage, thermal, elastic"):
        noise_with_probes(s, baths, ["p"], kind="hot")
