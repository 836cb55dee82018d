"""Clean wires: one quantum at zero frequency whatever K, echoes, conservation, exponents."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharvin.errors import InvalidInput
from sharvin.manybody.luttinger import (
    ac_conductance,
    clean_conductance,
    echoes,
    exponents,
    layered_conductance,
    propagate_pulse,
    tunneling_dos,
)

parameters = st.floats(0.05, 4.0)
profiles = st.lists(parameters, min_size=1, max_size=9)


@given(profiles)
def test_direct_current_knows_nothing_of_the_wire(ks):
    # A handful of reflections, each rounded.
    assert layered_conductance(0.0, ks, np.ones(len(ks))) == pytest.approx(1.0, abs=1e-12)


@given(profiles, st.floats(0.0, 20.0))
def test_no_frequency_carries_more_than_came(ks, omega):
    assert abs(layered_conductance(omega, ks, np.linspace(0.5, 1.5, len(ks)))) <= 1 + 1e-12


@given(parameters, st.floats(0.0, 10.0))
def test_one_layer_is_the_closed_form(k, omega):
    r, phase = (1 - k) / (1 + k), np.exp(1j * omega * 2.0 / 3.0)
    closed = (1 - r**2) * phase / (1 - r**2 * phase**2)
    found = ac_conductance(omega, k, length=2.0, velocity=3.0)
    assert complex(found) == pytest.approx(complex(closed), abs=1e-12)


@given(parameters, st.floats(0.0, 10.0), st.floats(0.1, 0.9))
def test_cutting_a_layer_in_two_changes_nothing(k, omega, cut):
    whole = layered_conductance(omega, [k], [1.0])
    halves = layered_conductance(omega, [k, k], [cut, 1 - cut])
    assert complex(whole) == pytest.approx(complex(halves), abs=1e-12)


def test_the_minimum_lies_where_a_quarter_wave_fits():
    k, u, length = 0.25, 200.0, 1000.0
    quarter = np.pi / 2 * u / length
    g = np.abs(ac_conductance(np.array([quarter, 2 * quarter]), k, length=length, velocity=u))
    np.testing.assert_allclose(g, [2 * k / (1 + k**2), 1.0], atol=1e-14)


@given(parameters)
def test_echoes_add_up_to_one_electron(k):
    wire = echoes(k, length=500.0, velocity=250.0, bounces=400)
    assert wire.transmitted.sum() == pytest.approx(1.0, abs=1e-9)
    assert wire.reflected.sum() == pytest.approx(0.0, abs=1e-9)
    assert (wire.transmitted >= 0).all()
    assert wire.transmitted_times[1] - wire.transmitted_times[0] == pytest.approx(4.0)
    assert wire.reflected_times[0] == 0


def test_a_running_pulse_leaves_the_echoes_at_their_times():
    """Two routes: cells that waves hop through, and the sum over paths."""
    ks = np.ones(60)
    ks[20:40] = 0.3
    pulse = np.zeros(60)
    pulse[19] = 1.0
    frames = propagate_pulse(ks, pulse, 61)
    wire = echoes(0.3, length=20.0, velocity=1.0, bounces=2)
    # What turns at an interface spends one step there: the wire is crossed in 20 steps, the far
    # cell entered in the 21st.
    np.testing.assert_allclose(frames[[21, 61], 40], wire.transmitted, atol=1e-14)
    np.testing.assert_allclose(frames[[1, 41], 19], wire.reflected, atol=1e-14)


@settings(max_examples=25)
@given(st.integers(0, 2**31))
def test_a_pulse_keeps_its_charge(seed):
    rng = np.random.default_rng(seed)
    ks = np.ones(80)
    ks[30:50] = rng.uniform(0.1, 2.0, 20)
    pulse = np.zeros(80)
    pulse[25:29] = rng.uniform(0, 1, 4)
    frames = propagate_pulse(ks, pulse, 24)
    np.testing.assert_allclose(frames.sum(axis=1), pulse.sum(), atol=1e-12)


@pytest.mark.parametrize("k", [0.3, 0.7, 1.0, 1.4])
def test_with_leads_the_answer_is_one(k):
    assert clean_conductance(k) == 1.0
    assert clean_conductance(k, leads=False) == k


def test_exponents_of_the_literature():
    spinless, spinful, tube = (exponents(k, flavors=n) for k, n in ((0.7, 1), (0.7, 2), (0.28, 4)))
    assert spinless.weak == pytest.approx(-0.6)
    assert spinless.strong == pytest.approx(0.857, abs=5e-4)
    assert spinful.weak == pytest.approx(0.7 - 1)
    assert spinful.strong == pytest.approx(1 / 0.7 - 1)
    assert spinful.end == pytest.approx((1 / 0.7 - 1) / 2)
    assert spinful.bulk == pytest.approx((0.7 + 1 / 0.7 - 2) / 4)
    assert tube.end == pytest.approx((1 / 0.28 - 1) / 4)
    assert tube.bulk == pytest.approx((0.28 + 1 / 0.28 - 2) / 8)
    free = exponents(1.0, flavors=2)
    assert (free.weak, free.strong, free.end, free.bulk) == (0, 0, 0, 0)


def test_tunneling_density_of_states_has_its_limits():
    e = np.array([0.0, 1.0, 50.0, 5000.0])
    np.testing.assert_allclose(tunneling_dos(e, 1.0, 0.0, 100.0), 1.0, atol=1e-12)
    cold = tunneling_dos(e[2:], 1e-3, 0.6, 100.0)
    np.testing.assert_allclose(cold, (e[2:] / 100.0) ** 0.6, rtol=1e-6)
    one, two = (tunneling_dos(0.0, kt, 0.6, 100.0) for kt in (1.0, 2.0))
    assert two / one == pytest.approx(2**0.6, rel=1e-12)


@pytest.mark.parametrize("k", [0.0, -0.5, np.nan, np.inf])
def test_a_parameter_that_is_none_is_refused(k):
    for verb in (clean_conductance, exponents, lambda k: echoes(k, length=1.0, velocity=1.0)):
        with pytest.raises(InvalidInput, match="Luttinger parameter must be positive"):
            verb(k)


def test_other_bad_input():
    with pytest.raises(InvalidInput, match="length"):
        ac_conductance(1.0, 0.5, length=0.0, velocity=1.0)
    with pytest.raises(InvalidInput, match="as many delays"):
        layered_conductance(1.0, [0.5, 0.4], [1.0])
    with pytest.raises(InvalidInput, match="flavors"):
        exponents(0.5, flavors=0)
    with pytest.raises(InvalidInput, match="one shape"):
        propagate_pulse([1.0, 0.5], [1.0], 3)
    with pytest.raises(InvalidInput, match="exponent"):
        tunneling_dos(1.0, 1.0, -2.0, 10.0)
