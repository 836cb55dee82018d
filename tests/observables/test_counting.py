"""Full counting statistics: cumulants against noise, and distributions in closed form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scatterers import clean_wire, delta_barrier, random_device
from sharvin.errors import InvalidInput, UnknownName
from sharvin.observables.counting import ATTEMPTS_PER_MEV, charge_distribution, cumulants
from sharvin.observables.currents import currents
from sharvin.observables.noise import noise_matrix
from sharvin.observables.reservoirs import reservoirs
from sharvin.units import ELEMENTARY_CHARGE

seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=12, deadline=None)
@given(seeds, st.floats(0.0, 2.0), st.floats(-2e-3, 2e-3))
def test_first_two_cumulants_are_current_and_noise(seed, kelvin, volt):
    s = random_device(seed, a=2, b=1, c=2)
    baths = reservoirs(s.leads, voltages={"a": "1 mV", "c": volt}, temperature=kelvin)
    charge = currents(s, baths).charge / ELEMENTARY_CHARGE
    noise = noise_matrix(s, baths) / (2 * ELEMENTARY_CHARGE**2)
    for place, lead in enumerate(s.leads):
        found = cumulants(s, baths, lead=lead, order=2)
        assert found[0] == pytest.approx(charge[place], rel=1e-9, abs=1e-3)
        assert found[1] == pytest.approx(noise[place, place], rel=1e-9)


@pytest.mark.parametrize("z", [0.3, 1.0, 3.0])
def test_cold_cumulants_are_those_of_the_binomial(z):
    s, t = delta_barrier(z), 1 / (1 + z**2)
    found = cumulants(s, reservoirs(s.leads, voltages={"L": "1 mV"}), lead="L", order=8)
    q = 1 - t
    expected = np.array(
        [t, t * q, t * q * (1 - 2 * t), t * q * (1 - 6 * t * q),
         t * q * (1 - 2 * t) * (1 - 12 * t * q), t * q * (1 - 30 * t * q + 120 * (t * q) ** 2)]
    )  # fmt: skip
    assert found[:6] / ATTEMPTS_PER_MEV == pytest.approx(expected, abs=1e-12)
    assert len(found) == 8


def test_a_current_that_leaves_counts_negative():
    s = delta_barrier(1.0)
    found = cumulants(s, reservoirs(s.leads, voltages={"L": "1 mV"}), lead="R", order=3)
    assert found[0] < 0 < found[1]
    # Time reversal of the counted lead: odd cumulants change sign, even ones do not.
    other = cumulants(s, reservoirs(s.leads, voltages={"L": "1 mV"}), lead="L", order=3)
    assert found * [-1, 1, -1] == pytest.approx(other, rel=1e-9, abs=1e-3)


def test_equilibrium_third_cumulant_vanishes_and_first_order_follows_nyquist():
    # Fluctuation theorem: dC_3/dV = 3 kT d²C_2... at V = 0 odd cumulants are zero.
    s = delta_barrier(0.8)
    found = cumulants(s, reservoirs(s.leads, temperature=1.0), lead="L", order=5)
    assert found[[0, 2, 4]] == pytest.approx(0, abs=1e-10 * found[1])


@given(st.floats(0.2, 3.0), st.floats(0.2, 2.0), st.floats(1e-4, 1e-3))
@settings(max_examples=12, deadline=None)
def test_levitov_and_lesovik_at_any_temperature(z, kelvin, volt):
    # Third cumulant of one channel, L. S. Levitov and M. Reznikov, Phys. Rev. B 70, 115305 (2004).
    s, t = delta_barrier(z), 1 / (1 + z**2)
    width = 0.08617333262 * kelvin
    u = 1e3 * volt / width
    attempts = ATTEMPTS_PER_MEV * width
    third = t * (1 - t) * (
        6 * t * (np.sinh(u) - u) / (np.cosh(u) - 1) + (1 - 2 * t) * u
    )  # fmt: skip
    found = cumulants(
        s, reservoirs(s.leads, voltages={"L": volt}, temperature=kelvin), lead="L", order=3
    )
    assert found[2] == pytest.approx(attempts * third, rel=1e-7, abs=1e-8 * attempts)


def test_the_distribution_of_whole_attempts_is_binomial():
    from math import comb

    s, t = delta_barrier(1.5), 1 / (1 + 1.5**2)
    attempts = 20
    time = attempts / ATTEMPTS_PER_MEV * 1e12  # ps
    n, p = charge_distribution(s, reservoirs(s.leads, voltages={"L": "1 mV"}), lead="L", time=time)
    for k in range(attempts + 1):
        expected = comb(attempts, k) * t**k * (1 - t) ** (attempts - k)
        assert p[n == k][0] == pytest.approx(expected, abs=1e-13)
    assert p.sum() == pytest.approx(1, abs=1e-12)


def test_a_distribution_has_the_cumulants_of_its_current():
    s = random_device(5, a=1, b=2, c=1)
    baths = reservoirs(s.leads, voltages={"a": "0.5 mV"}, temperature=0.4)
    n, p = charge_distribution(s, baths, lead="b", time=200.0)
    c = cumulants(s, baths, lead="b", order=4) * 200e-12
    mean = n @ p
    assert mean == pytest.approx(c[0], rel=1e-9)
    moments = [((n - mean) ** k) @ p for k in (2, 3, 4)]
    assert moments[0] == pytest.approx(c[1], rel=1e-8)
    assert moments[1] == pytest.approx(c[2], rel=1e-6, abs=1e-8)
    assert moments[2] - 3 * moments[0] ** 2 == pytest.approx(c[3], rel=1e-5, abs=1e-7)


def test_a_clean_wire_sends_a_regular_stream():
    s = clean_wire(0.3)
    found = cumulants(s, reservoirs(s.leads, voltages={"L": "1 mV"}), lead="L", order=6)
    assert found[0] == pytest.approx(ATTEMPTS_PER_MEV, rel=1e-12)
    assert found[1:] == pytest.approx(0, abs=1e-11 * ATTEMPTS_PER_MEV)


def test_what_cannot_be_counted_is_refused():
    s = delta_barrier(1.0)
    baths = reservoirs(s.leads, voltages={"L": "1 mV"})
    with pytest.raises(InvalidInput, match="order must be from 1 to 12, got 0"):
        cumulants(s, baths, lead="L", order=0)
    with pytest.raises(UnknownName, match="unknown lead 'left'"):
        cumulants(s, baths, lead="left")
    with pytest.raises(InvalidInput, match="counting time must be positive"):
        charge_distribution(s, baths, lead="L", time=-1.0)
    with pytest.raises(InvalidInput, match="ask for a shorter time, or use cumulants"):
        charge_distribution(s, baths, lead="L", time=1e12)
