import pickle

import numpy as np
import pytest

from scatterers import clean_wire
from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName
from sharvin.scattering import ScatteringStates, SMatrix


def chain_states(k, sites=5):
    """Clean chain with hopping -1: plane waves of unit current, |psi|² = 1/v, v = 2 sin k."""
    j = np.arange(sites)
    waves = np.stack([np.exp(1j * k * j), np.exp(-1j * k * j)], axis=1) / np.sqrt(2 * np.sin(k))
    energy = -2 * np.cos(k)
    s = SMatrix(clean_wire(k).data, ("L", "R"), (1, 1), energy=energy)
    return ScatteringStates(waves, ("L", "R"), (1, 1), energy, s)


def test_columns_are_incoming_modes():
    states = chain_states(k=0.7)
    right_mover = states.waves_from("L")[:, 0]
    assert np.angle(right_mover[1] / right_mover[0]) == pytest.approx(0.7)


def test_density_counts_each_mode_once():
    states = chain_states(k=0.7)
    both = states.density()
    apart = states.density(from_="L") + states.density(from_="R")
    np.testing.assert_allclose(both, apart, rtol=1e-15)
    np.testing.assert_allclose(both, 1 / np.sin(0.7), rtol=1e-15)


def test_injectivities_add_up_to_the_density_of_states_of_a_chain():
    # 1 / (pi sqrt(4 - E²)) per site, the textbook density of states.
    states = chain_states(k=1.1)
    total = states.injectivity(from_="L") + states.injectivity(from_="R")
    np.testing.assert_allclose(total, 1 / (np.pi * np.sqrt(4 - states.energy**2)), rtol=1e-14)


def test_ports_with_labels_follow_the_s_matrix():
    labels = (("up", "down"), ("down",))
    s = SMatrix(np.eye(3), ("L", "R"), (2, 1), labels_out=labels, labels_in=labels)
    states = ScatteringStates(np.diag([1.0, 2.0, 3.0]), ("L", "R"), (2, 1), smatrix=s)
    np.testing.assert_array_equal(states.density(from_=("L", "down")), [0, 4, 0])
    np.testing.assert_array_equal(states.density(from_=("R", "up")), [0, 0, 0])


def test_without_an_s_matrix_only_leads_can_be_asked_for():
    states = ScatteringStates(np.ones((4, 3)), ("L", "R"), (2, 1))
    np.testing.assert_array_equal(states.density(from_="L"), np.full(4, 2.0))
    with pytest.raises(InvalidInput, match="carry no labels"):
        states.density(from_=("L", "up"))
    with pytest.raises(UnknownName, match="known: 'L', 'R'"):
        states.density(from_="drain")


def test_waves_are_copied_unless_nobody_can_write_to_them():
    raw = np.ones((4, 2), complex)
    states = ScatteringStates(raw, ("L", "R"), (1, 1))
    raw[0, 0] = 7
    assert states.waves[0, 0] == 1
    assert not states.waves.flags.writeable
    raw.flags.writeable = False
    assert ScatteringStates(raw, ("L", "R"), (1, 1)).waves is raw
    assert not pickle.loads(pickle.dumps(states)).waves.flags.writeable


def test_what_does_not_fit_is_refused():
    s = chain_states(k=0.7).smatrix
    with pytest.raises(ShapeMismatch, match=r"need \(orbitals, 2\)"):
        ScatteringStates(np.ones((4, 3)), ("L", "R"), (1, 1))
    with pytest.raises(ShapeMismatch, match="but the S-matrix to"):
        ScatteringStates(np.ones((4, 2)), ("L", "X"), (1, 1), s.energy, s)
    with pytest.raises(InvalidInput, match=r"at energy 1.0, but the S-matrix"):
        ScatteringStates(np.ones((4, 2)), ("L", "R"), (1, 1), 1.0, s)
    with pytest.raises(InvalidInput, match="not finite"):
        ScatteringStates(np.full((4, 2), np.nan), ("L", "R"), (1, 1))
