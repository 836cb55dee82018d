"""Derivatives from one elimination against differences of many."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import sharvin as sv
from sharvin.errors import InvalidInput, UnknownName
from solvers.random_devices import random_raw

STEP = 1e-4
# Five-point differences of T: rounding 1e-13/STEP, truncation STEP⁴ times fifth derivatives.
ATOL = 1e-7
seeds = st.integers(0, 10**6)


def difference(function, step=STEP):
    """Five-point derivative at zero."""
    a, b, c, d = (function(k * step) for k in (-2, -1, 1, 2))
    return (8 * (c - b) - (d - a)) / (12 * step)


def changed(raw, direction):
    return lambda step: replace(raw, hamiltonian=raw.hamiltonian + step * direction).device()


def transmitted(device, energy):
    return sv.smatrix(device, energy=energy).transmission(to="lead1", from_="lead0")


def random_case(seed, **options):
    raw = random_raw(seed, leads=3, **options)
    s = sv.smatrix(raw.device(), energy=raw.energy)
    assume(s.modes[0] > 0 and s.modes[1] > 0)
    return raw


@settings(max_examples=12, deadline=None)
@given(seeds, st.booleans(), st.booleans())
def test_every_onsite_derivative_agrees_with_differences(seed, real, coupling):
    raw = random_case(seed, real=real, coupling=coupling)
    found = sv.sensitivity(raw.device(), energy=raw.energy, to="lead1", from_="lead0")
    n = len(raw.hamiltonian)
    for i in (0, n // 2, n - 1):
        direction = np.zeros((n, n))
        direction[i, i] = 1.0
        make = changed(raw, direction)
        expected = difference(lambda step: transmitted(make(step), raw.energy))  # noqa: B023
        scale = 1 + np.abs(found.onsite).max()
        assert found.onsite[i] == pytest.approx(expected, abs=ATOL * scale**3)


@settings(max_examples=8, deadline=None)
@given(seeds, st.booleans())
def test_any_change_of_h_and_the_energy(seed, real):
    raw = random_case(seed, real=real)
    rng = np.random.default_rng(seed)
    direction = np.where(raw.hamiltonian != 0, rng.normal(size=raw.hamiltonian.shape), 0)
    direction = direction + direction.T + 0j
    if not real:
        direction = direction + 1j * np.triu(direction.real, 1) - 1j * np.triu(direction.real, 1).T
    found = sv.sensitivity(raw.device(), energy=raw.energy, to="lead2", from_="lead0")
    make = changed(raw, direction if not real else direction.real)

    def at(step):
        s = sv.smatrix(make(step), energy=raw.energy)
        return s.transmission(to="lead2", from_="lead0")

    scale = (1 + np.abs(found.onsite).max()) ** 3
    expected = difference(at, STEP / 10)
    assert found.along(direction) == pytest.approx(expected, abs=1e-5 * scale)
    assert found.along(sp.csr_matrix(direction)) == pytest.approx(found.along(direction), abs=1e-12)

    def shifted(step):
        s = sv.smatrix(raw.device(), energy=raw.energy + step)
        assume(s.modes == found.smatrix.modes)
        return s.transmission(to="lead2", from_="lead0")

    try:
        by_energy = found.derivative("energy")
    except sv.errors.Unreliable:
        assume(False)
    assert by_energy == pytest.approx(difference(shifted), abs=1e-4 * scale)


def test_a_measure_gives_what_to_and_from_give_and_more():
    raw = random_raw(2, leads=3)
    device, energy = raw.device(), raw.energy
    direct = sv.sensitivity(device, energy=energy, to="lead2", from_="lead1")
    measured = sv.sensitivity(
        device, energy=energy, measure=lambda s: s.transmission(to="lead2", from_="lead1")
    )
    assert measured.value == direct.value
    np.testing.assert_allclose(measured.onsite, direct.onsite, atol=1e-10)

    def noise(s):
        t = sv.transmission_eigenvalues(s, to="lead2", from_="lead1")
        return float((t * (1 - t)).sum())

    found = sv.sensitivity(device, energy=energy, measure=noise)
    direction = np.zeros((14, 14))
    direction[3, 3] = 1.0
    make = changed(raw, direction)
    expected = difference(lambda step: noise(sv.smatrix(make(step), energy=energy)))
    assert found.onsite[3] == pytest.approx(expected, abs=1e-6)
    assert abs(expected) > 1e-4


def carved(**options):
    return sv.Device(
        sv.square_lattice(),
        region=sv.rectangle(14, 7),
        leads={"source": sv.lead("left"), "drain": sv.lead("right")},
        disorder=sv.disorder(0.8, "seed"),
        potential=lambda x, y, gate, bend=0.0: gate * np.exp(-(x**2) / 9) + bend * y**2 / 50,
        field="B",
        **options,
    )


@pytest.mark.parametrize(("name", "step"), [("gate", 1e-3), ("bend", 1e-3), ("B", 0.1)])
def test_parameters_of_the_device_and_of_its_leads(name, step):
    """Bend continues into the leads and B turns their modes: both count."""
    given_ = {"gate": 0.3, "bend": 0.2, "B": 60.0, "seed": 3}
    device = carved()

    def at(change):
        moved = {**given_, name: given_[name] + change}
        return sv.smatrix(device, energy=-1.7, **moved).transmission(to="drain", from_="source")

    found = sv.sensitivity(device, energy=-1.7, to="drain", from_="source", **given_)
    expected = difference(at, step)
    assert abs(expected) > 1e-4
    assert found.derivative(name) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_a_seed_has_no_derivative_and_unknown_names_are_refused():
    found = sv.sensitivity(
        carved(), energy=-1.7, to="drain", from_="source", gate=0.1, B=0.0, seed=1
    )
    with pytest.raises(InvalidInput, match="seed"):
        found.derivative("seed")
    assert set(found.gradient()) == {"gate", "bend", "B"}
    assert found.gradient()["B"] == pytest.approx(0.0, abs=1e-12)  # T is even in B
    with pytest.raises(UnknownName, match="did you mean 'gate'"):
        found.derivative("gat")


def test_energies_outside_all_modes_are_refused():
    device = carved()
    with pytest.raises(InvalidInput, match="no lead has an open mode"):
        sv.sensitivity(device, energy=-9.0, to="drain", from_="source", gate=0.1, B=0.0, seed=1)
    with pytest.raises(InvalidInput, match="needs to= and from_="):
        sv.sensitivity(device, energy=-1.0, to="drain", gate=0.1, B=0.0, seed=1)
