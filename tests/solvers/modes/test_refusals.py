"""Poles are answered, edges are refused with the cure, bad input is refused with the reason."""

import numpy as np
import pytest

from sharvin.errors import BandEdge, InvalidInput, ShapeMismatch, Unreliable
from sharvin.solvers.modes import both_ends, prepare
from solvers.modes.leads import chain, kitaev, random_lead, square, ssh, zigzag


@pytest.mark.parametrize("energy", [0.0, 1e-12, 1e-9, -1e-6])
def test_dimers_with_a_weak_first_bond_have_a_pole(energy):
    """E = 0 state on the end: sigma is infinite, R = -1; from the other termination R = +1."""
    for hop in (ssh(0.6, 1.0)[1], ssh(0.6, 1.0)[1].T):
        modes = prepare(ssh(0.6, 1.0)[0], hop).modes(energy)
        assert modes.count == 0
        assert modes.pole > 1e5
        np.testing.assert_allclose(modes.ports.reflection, [[-1]], atol=4e-6)
    modes = prepare(*ssh(1.0, 0.6)).modes(energy)
    np.testing.assert_allclose(modes.ports.reflection, [[1]], atol=2e-6)


@pytest.mark.parametrize("energy", [0.0, 1e-10])
def test_majorana_end_state_is_answered(energy):
    modes = prepare(*kitaev(0.5)).modes(energy)
    assert modes.pole > 1e8
    defect = modes.ports.reflection.conj().T @ modes.ports.reflection - np.eye(2)
    assert np.abs(defect).max() < 1e-10, "no open mode: everything is reflected"


def test_sigma_at_a_pole_is_refused_and_names_the_ports():
    modes = prepare(*ssh(0.6, 1.0)).modes(0.0)
    with pytest.raises(Unreliable, match="ports"):
        _ = modes.sigma


def test_near_a_pole_sigma_and_ports_agree():
    modes = prepare(*ssh(0.6, 1.0)).modes(1e-2)
    p, one = modes.ports, np.eye(1)
    impedance = -1j * (one - p.reflection) @ np.linalg.inv(one + p.reflection)
    np.testing.assert_allclose(p.b @ impedance @ p.b.conj().T, modes.sigma, rtol=1e-10)


@pytest.mark.parametrize("lead", [chain(), square(20), square(5), ssh(1.0, 0.6)])
def test_exact_band_edges_are_refused_with_a_cure(lead):
    cell, hop = lead
    edges = np.linalg.eigvalsh(cell + hop + hop.conj().T)
    with pytest.raises(BandEdge, match=r"use \S+ or \S+ instead"):
        prepare(cell, hop).modes(float(edges[0]))


@pytest.mark.parametrize("lead", [chain(), square(8), square(8, 0.3 * np.arange(8)), ssh(1, 0.6)])
@pytest.mark.parametrize("side", [-1, 1])
def test_a_millionth_from_an_edge_is_answered(lead, side):
    cell, hop = lead
    edge = float(np.linalg.eigvalsh(cell + hop + hop.conj().T)[0])
    below, above = prepare(cell, hop).modes(edge - 1e-6), prepare(cell, hop).modes(edge + 1e-6)
    assert above.count == below.count + 1
    modes = above if side > 0 else below
    assert modes.mode_error < 1e-7
    assert modes.error < 1e-7


def test_nearer_to_an_edge_than_rounding_allows():
    """E = 3 t opens a subband of the strip of 20 (21 is divisible by 3). Just above, rounding of
    the cell spoils its velocity: refused. Just below, a closed channel does no harm."""
    lead = prepare(*square(20))
    with pytest.raises(BandEdge):
        lead.modes(3.0 + 1e-10)
    assert lead.modes(3.0 - 1e-10).count == lead.modes(3.0 + 1e-6).count - 1


def test_the_cure_works():
    """The energies that the message names are answered."""
    lead = prepare(*square(20))
    with pytest.raises(BandEdge) as caught:
        lead.modes(3.0)
    words = str(caught.value).split("use ")[1].split(" instead")[0].split(" or ")
    assert [lead.modes(float(word)).count for word in words] == [
        lead.modes(3 - 1e-4).count,
        lead.modes(3 + 1e-4).count,
    ]


def test_distance_to_the_edge_sets_the_error():
    """Relative error of the velocity is about eps |H| / dE, and the bound is above it."""
    a, b = 1.0, 0.6
    cell, hop = ssh(a, b)
    for distance in (1e-3, 1e-5, 1e-6, 1e-7):
        energy = a + b - distance
        # E^2 = (a + b)^2 - 2 a b (1 - cos k), without cancellation
        lost = ((a + b) - energy) * ((a + b) + energy) / (2 * a * b)
        speed = a * b * np.sqrt(lost * (2 - lost)) / energy
        modes = prepare(cell, hop).modes(energy)
        true = abs(modes.velocity_out[0] / speed - 1)
        assert true < 1e-15 * 40 / distance
        assert true < 10 * modes.mode_error
        assert modes.mode_error < 1e-14 / distance


@pytest.mark.parametrize("rows", [6, 7, 20])
@pytest.mark.parametrize("energy", [1 + 1e-6, 1 - 1e-6])
def test_many_crossings_at_once_are_resolved(rows, energy):
    """At E = t all subbands of a zigzag ribbon cross at k = pi; next to it they are close."""
    cell, hop = zigzag(rows)
    assert prepare(cell, hop).modes(energy).count == crossings(cell, hop, energy)


def crossings(cell, hop, energy):
    """How many bands pass the energy upward, on a grid of k that is fine around pi."""
    near = np.logspace(-9, -1, 200)
    grid = np.unique(np.concatenate([np.linspace(-np.pi, np.pi, 400), np.pi - near, near - np.pi]))
    bands = [np.linalg.eigvalsh(cell + (v := np.exp(-1j * k) * hop) + v.conj().T) for k in grid]
    above = np.array(bands) > energy
    return int((above[1:] & ~above[:-1]).sum())


def test_dead_leads():
    """Zero hop: no modes, no self-energy; a partly dead lead keeps its living block."""
    dead = prepare(np.diag([1.0, 2.0]), np.zeros((2, 2))).modes(1.0)
    assert dead.count == 0
    assert not np.any(dead.sigma)
    assert dead.ports.reflection.shape == (0, 0)
    partly = prepare(np.diag([1.0, 0.0, 2.0]), np.diag([0.0, -1.0, 0.0])).modes(0.3)
    assert partly.count == 1
    np.testing.assert_allclose(partly.sigma[1, 1], prepare(*chain()).modes(0.3).sigma[0, 0])
    assert np.count_nonzero(partly.sigma) == 1


def test_flat_band_that_no_port_sees_is_answered():
    """Two sites on one bond, antisymmetric state dark: the lead is a chain of hop sqrt(2)."""
    cell = np.zeros((3, 3))
    hop = np.zeros((3, 3))
    cell[0, 1] = cell[1, 0] = cell[0, 2] = cell[2, 0] = -1.0
    hop[0, 1] = hop[0, 2] = -1.0
    modes = prepare(cell, hop).modes(0.3)
    assert modes.count >= 1
    at_flat_band = prepare(cell, hop).modes(1e-5)
    assert np.isfinite(at_flat_band.sigma).all()


@pytest.mark.parametrize(
    ("cell", "hop", "error", "words"),
    [
        (np.eye(2), np.eye(3), ShapeMismatch, r"hop has shape \(3, 3\), but cell has \(2, 2\)"),
        (np.ones((2, 3)), np.eye(2), ShapeMismatch, r"cell must be a square matrix"),
        (np.eye(2), np.ones(2), ShapeMismatch, r"hop must be a square matrix"),
        (np.array([[0, 1.0], [2, 0]]), np.eye(2), InvalidInput, "cell is not Hermitian"),
        (np.diag([np.nan, 1]), np.eye(2), InvalidInput, "cell holds a value that is not finite"),
        (np.eye(2), np.diag([np.inf, 1]), InvalidInput, "hop holds a value that is not finite"),
        (np.eye(1), np.array([["a"]]), InvalidInput, "hop must hold numbers"),
    ],
)
def test_bad_input_says_which(cell, hop, error, words):
    with pytest.raises(error, match=words):
        prepare(cell, hop)


@pytest.mark.parametrize("energy", [np.nan, np.inf])
def test_energy_must_be_finite(energy):
    with pytest.raises(InvalidInput, match="energy must be finite"):
        prepare(*chain()).modes(energy)


def test_conserved_must_commute():
    with pytest.raises(InvalidInput, match="conserved does not commute with the lead's cell"):
        prepare(*ssh(1.0, 0.6), conserved=np.diag([1.0, -1.0]))
    with pytest.raises(ShapeMismatch, match="conserved has shape"):
        prepare(*chain(), conserved=np.eye(2))


def test_real_input_stays_real_and_ints_are_numbers():
    cell, hop = random_lead(1, 3, is_complex=False)
    lead = prepare(cell.astype(complex), hop.astype(complex))
    assert all(block.is_real for block, _ in lead.wire.blocks)
    assert prepare([[0]], [[-1]]).modes(0.5).count == 1


def test_both_ends_refuse_together():
    with pytest.raises(BandEdge):
        both_ends(*chain(), 2.0)
