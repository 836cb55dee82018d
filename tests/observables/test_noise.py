"""Noise of any number of leads: conventions, laws on random devices, closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scatterers import beam_splitter, delta_barrier, random_device
from sharvin.errors import InvalidInput
from sharvin.observables import conductance_matrix, fano_factor
from sharvin.observables.noise import PARTS, noise_matrix, noise_with_error
from sharvin.observables.reservoirs import reservoirs
from sharvin.units import BOLTZMANN, BOLTZMANN_SI, CONDUCTANCE_PER_MODE, ELEMENTARY_CHARGE

seeds = st.integers(0, 2**32 - 1)
QUANTUM = 2 * CONDUCTANCE_PER_MODE * ELEMENTARY_CHARGE  # 2e (e²/h): noise per volt of F = 1

# Gauss intervals and traces of random unitary matrices; measured 1e-14.
RTOL = 1e-11


@given(seeds)
def test_equilibrium_noise_is_nyquist(seed):
    s = random_device(seed, a=2, b=1, c=3)
    s_thermal = noise_matrix(s, reservoirs(s.leads, temperature="0.3 K", level=5.0))
    g = conductance_matrix(s, unit="S")
    expected = 2 * BOLTZMANN_SI * 0.3 * (g + g.T)  # 4 kT G, symmetrized in a field
    assert s_thermal == pytest.approx(expected, abs=RTOL * np.abs(expected).max())


@given(seeds)
def test_cold_noise_of_one_biased_lead(seed):
    s = random_device(seed, a=3, b=2, c=2)
    found = noise_matrix(s, reservoirs(s.leads, voltages={"a": "1 mV"}))
    b, c = s.block(to="b", from_="a"), s.block(to="c", from_="a")
    cross = -np.trace(b.conj().T @ b @ c.conj().T @ c).real
    own = np.trace(b @ b.conj().T @ (np.eye(2) - b @ b.conj().T)).real
    assert found[1, 2] == pytest.approx(QUANTUM * 1e-3 * cross, rel=1e-9)
    assert found[1, 1] == pytest.approx(QUANTUM * 1e-3 * own, rel=1e-9)
    fano = fano_factor(s, to="b", from_="a")
    current = CONDUCTANCE_PER_MODE * 1e-3 * s.transmission(to="b", from_="a")
    assert found[1, 1] == pytest.approx(2 * ELEMENTARY_CHARGE * current * fano, rel=1e-9)


@given(seeds, st.floats(-3e-3, 3e-3), st.floats(0.05, 3.0))
def test_rows_cancel_and_cross_correlations_are_not_positive(seed, volt, kelvin):
    s = random_device(seed, a=2, b=1, c=2)
    baths = reservoirs(s.leads, voltages={"a": volt, "b": "1 mV"}, temperature=kelvin)
    found = noise_matrix(s, baths)
    scale = np.abs(found).max()
    assert found.sum(axis=0) == pytest.approx(0, abs=RTOL * scale)
    assert found == pytest.approx(found.T, abs=RTOL * scale)
    assert np.all(found - np.diag(np.diag(found)) <= RTOL * scale)
    parts = {part: noise_matrix(s, baths, part=part) for part in PARTS}
    assert parts["thermal"] + parts["shot"] == pytest.approx(found, abs=RTOL * scale)
    assert np.linalg.eigvalsh(found).min() >= -RTOL * scale


@pytest.mark.parametrize(
    ("ratio", "expected"), [(1, 2.1640), (2, 1.3130), (5, 1.0136), (10, 1.00009)]
)
def test_a_tunnel_junction_crosses_from_nyquist_to_shot(ratio, expected):
    # S / 2eI = coth(eV/2kT), R. C. Dynes and T. A. Fulton and others.
    s = delta_barrier(1e4)
    kelvin = 1e-3 / (BOLTZMANN * 1e-3) / ratio * 1e-3
    baths = reservoirs(s.leads, voltages={"L": 1e-3}, temperature=kelvin * 1e3)
    current = CONDUCTANCE_PER_MODE * 1e-3 * s.transmission(to="R", from_="L")
    assert noise_matrix(s, baths)[0, 0] / (2 * ELEMENTARY_CHARGE * current) == pytest.approx(
        expected, abs=6e-5
    )


@given(st.floats(0.0, 3.0), st.floats(0.1, 4.0), st.floats(1e-4, 3e-3))
def test_two_terminals_follow_the_textbook(z, kelvin, volt):
    # Khlus 1987; Lesovik 1989; Büttiker 1990.
    s = delta_barrier(z)
    t, width = 1 / (1 + z**2), BOLTZMANN_SI * kelvin / ELEMENTARY_CHARGE  # kT/e in V
    coth = volt / np.tanh(volt / (2 * width))
    expected = QUANTUM * (2 * width * t**2 + coth * t * (1 - t))
    found = noise_matrix(s, reservoirs(s.leads, voltages={"L": volt}, temperature=kelvin))
    assert found[0, 0] == pytest.approx(expected, rel=1e-11)


def test_electrons_from_two_sources_avoid_each_other():
    # M. Büttiker 1992: with both inputs of a splitter biased alike, the partition noise is gone.
    s = beam_splitter(0.5)
    one = noise_matrix(s, reservoirs(s.leads, voltages={"a": "1 mV"}))
    both = noise_matrix(s, reservoirs(s.leads, voltages={"a": "1 mV", "b": "1 mV"}))
    assert one[2, 3] == pytest.approx(-0.25 * QUANTUM * 1e-3, rel=RTOL)
    assert both[2, 3] == pytest.approx(0, abs=RTOL * QUANTUM * 1e-3)


def test_a_temperature_difference_alone_makes_noise():
    # Delta-T noise (O. S. Lumbroso et al., Nature 562, 240 (2018)): to second order in the
    # difference it exceeds 4kTG by the factor (dT/T)² (1 - T)(pi²/9 - 2/3)/4... checked as excess.
    s = delta_barrier(1.0)
    hot = noise_matrix(s, reservoirs(s.leads, temperatures={"L": 1.1, "R": 0.9}))[0, 0]
    even = noise_matrix(s, reservoirs(s.leads, temperature=1.0))[0, 0]
    ratio = (hot / even - 1) / (0.2**2 * 0.5)
    assert ratio == pytest.approx((np.pi**2 / 9 - 2 / 3) / 4, rel=0.02)


def test_a_part_that_does_not_exist_is_refused():
    s = delta_barrier(1.0)
    with pytest.raises(InvalidInput, match="part must be one of total, thermal, shot, excess"):
        noise_matrix(s, reservoirs(s.leads), part="quantum")


def test_energy_moments_come_with_an_error():
    s = delta_barrier(1.0)
    baths = reservoirs(s.leads, voltages={"L": "2 mV"})
    value, error = noise_with_error(s, baths, moment=1)
    flat = noise_with_error(s, baths)[0]
    assert value == pytest.approx(-flat, rel=RTOL)  # the window's mean energy is -1 meV
    assert np.all(error == 0)
