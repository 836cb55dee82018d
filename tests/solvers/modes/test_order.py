"""Order, phases and charges of modes: fixed rules that make S continuous and symmetric."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sharvin.errors import Unreliable
from sharvin.solvers.modes import prepare
from solvers.modes.leads import S0, SZ, bhz, landau, random_lead, rashba, square, strip, zigzag

LEADS = {
    "square": square(6, 0.2 * np.arange(6)),
    "field": landau(12, 0.2),
    "zigzag": zigzag(6),
    "spin hall": bhz(6),
    "rashba": rashba(6, 0.4),
}


def scattering(cell, hop, energy):
    """S of a fixed random closed cell at the end of the lead."""
    modes = prepare(cell, hop).modes(energy)
    rng = np.random.default_rng(3)
    closed = rng.normal(size=cell.shape)
    g = np.linalg.inv(energy * np.eye(len(cell)) - closed - closed.T - modes.sigma)
    return modes.direct + modes.w.conj().T @ g @ modes.source


def wrapped(k):
    return np.where(k > np.pi - 1e-9, k - 2 * np.pi, k)


@pytest.mark.parametrize("name", ["square", "field", "zigzag", "rashba"])
@pytest.mark.parametrize("energy", [0.9, 2.1])
def test_one_block_is_ordered_by_momentum(name, energy):
    modes = prepare(*LEADS[name]).modes(energy)
    assert modes.count > 0
    assert np.all(np.diff(wrapped(modes.momenta_out)) >= -1e-10)
    assert np.all(np.diff(wrapped(-modes.momenta_in)) >= -1e-10)


def test_blocks_come_first():
    """Two chains of orbitals (0, 2) and (1, 3): modes of the first, then of the second."""
    cell, hop = np.zeros((4, 4)), np.zeros((4, 4))
    for i, j, strength in ((0, 2, 1.0), (1, 3, 0.4)):
        cell[i, j] = cell[j, i] = strength
        hop[i, i] = hop[j, j] = hop[i, j] = -1.0
    modes = prepare(cell, hop).modes(0.5)
    heavy = np.abs(modes.wave_out[[0, 2]]).sum(axis=0) > 0
    assert 0 < heavy.sum() < modes.count
    assert np.all(heavy[:-1] >= heavy[1:]), "first block first"


@pytest.mark.parametrize("name", LEADS)
def test_scattering_is_continuous_in_energy(name):
    """Away from openings and crossings of modes a small step changes S by a small amount."""
    cell, hop = LEADS[name]
    jumps, step = 0, 1e-7
    for energy in np.linspace(0.3, 2.5, 24):
        one, other = (scattering(cell, hop, e) for e in (energy, energy + step))
        jumps += one.shape == other.shape and np.abs(one - other).max(initial=0) > 1e-3
    assert jumps == 0


@given(st.integers(0, 10**6), st.integers(1, 6), st.floats(-2, 2).map(lambda e: round(e, 2)))
def test_real_leads_make_s_symmetric(seed, size, energy):
    cell, hop = random_lead(seed, size, is_complex=False)
    try:
        s = scattering(cell, hop, energy)
    except Unreliable:
        assume(False)
    np.testing.assert_allclose(s, s.T, atol=1e-8)
    modes = prepare(cell, hop).modes(energy)
    np.testing.assert_array_equal(modes.wave_in, modes.wave_out.conj())


def test_circulant_cells_are_symmetric_too():
    """Real, commuting, but with complex transverse waves: a tube."""
    turn = np.roll(np.eye(7), 1, axis=0)
    cell, hop = turn + turn.T, 0.5 * turn + 0.2 * np.eye(7)
    modes = prepare(cell, hop).modes(0.61)
    assert modes.method == "closed"
    s = scattering(cell, hop, 0.61)
    np.testing.assert_allclose(s, s.T, atol=1e-12)
    np.testing.assert_allclose(s.conj().T @ s, np.eye(len(s)), atol=1e-12)


def test_spin_labels():
    """Spin along z: two sectors, ascending, each with its modes by momentum."""
    cell, hop = strip(4, 4 * S0 + 0.3 * SZ, -S0, -S0)
    spin = np.kron(np.eye(4), SZ)
    modes = prepare(cell, hop, conserved=spin).modes(2.2)
    assert np.all(np.diff(modes.charges_out) >= 0)
    assert set(modes.charges_out) == {-1.0, 1.0}
    for charges, waves in (
        (modes.charges_out, modes.wave_out),
        (modes.charges_in, modes.wave_in),
    ):
        np.testing.assert_allclose(spin @ waves, waves * charges, atol=1e-12)
    assert prepare(cell, hop).modes(2.2).charges_out is None


def test_a_charge_that_mixes_orbitals():
    """Spin along a tilted axis: the same physics after rotation into its eigenbasis."""
    angle = 0.7
    tilt = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    axis = tilt @ SZ @ tilt.T
    cell, hop = strip(5, 4 * S0 + 0.3 * axis, -S0, -S0)
    spin = np.kron(np.eye(5), axis)
    labelled, plain = prepare(cell, hop, conserved=spin).modes(2.2), prepare(cell, hop).modes(2.2)
    np.testing.assert_allclose(labelled.sigma, plain.sigma, atol=1e-12)
    np.testing.assert_allclose(
        np.sort(labelled.velocity_out), np.sort(plain.velocity_out), rtol=1e-10
    )
    np.testing.assert_allclose(spin @ labelled.wave_out, labelled.wave_out * labelled.charges_out)
    ports = labelled.ports
    np.testing.assert_allclose(ports.a @ ports.b.conj().T, hop, atol=1e-12)


def test_spin_partners_are_solved_once():
    """Complex conjugate blocks share one solution; both get the right modes."""
    cell, hop = bhz(8)
    lead = prepare(cell, hop)
    assert [len(seats) for _, seats in lead.wire.blocks] == [2]
    modes = lead.modes(0.35)
    up = np.abs(modes.wave_out[np.arange(32) % 4 < 2]).sum(axis=0) > 1e-6
    assert up.sum() == modes.count / 2
    np.testing.assert_allclose(
        np.sort(modes.velocity_out[up]), np.sort(modes.velocity_out[~up]), rtol=1e-9
    )
