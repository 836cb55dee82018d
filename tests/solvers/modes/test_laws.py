"""Laws that the modes of any lead obey, on random leads."""

import numpy as np
import pytest
import scipy.linalg as la
from hypothesis import assume, given
from hypothesis import strategies as st

from sharvin.errors import Unreliable
from sharvin.solvers.modes import both_ends, prepare
from solvers.modes.leads import bhz, landau, random_lead, rashba, square, ssh, zigzag

# Random leads lose three or four of sixteen digits to real chunks and to slow waves.
ATOL = 1e-9

seeds = st.integers(0, 10**6)
sizes = st.integers(1, 7)
energies = st.floats(-2.0, 2.0).map(lambda e: round(e, 3))

NAMED = {
    "square": square(9, 0.1 * np.arange(9)),
    "field": landau(30, 0.07),
    "zigzag": zigzag(8),
    "zigzag, many ports": zigzag(30),
    "rashba": rashba(8, 0.3),
    "rashba, zeeman": rashba(8, 0.3, 0.2),
    "rashba, many ports": rashba(30, 0.3),
    "spin hall": bhz(8),
    "dimers": ssh(1.0, 0.6),
    "dimers, from the other end": (ssh(1.0, 0.6)[0], ssh(1.0, 0.6)[1].T),
}


def draw(seed, size, is_complex, rank, energy):
    cell, hop = random_lead(seed, size, is_complex=is_complex, rank=rank)
    try:
        return cell, hop, prepare(cell, hop).modes(energy)
    except Unreliable:
        assume(False)


def check_everything(cell, hop, modes):
    check_equations(cell, hop, modes)
    check_currents(hop, modes)
    check_self_energy(cell, hop, modes)
    check_ports(hop, modes)
    check_scattering(cell, modes)


def check_equations(cell, hop, modes):
    for lams, waves in ((modes.lam_out, modes.wave_out), (modes.lam_in, modes.wave_in)):
        np.testing.assert_allclose(np.abs(lams), 1, atol=1e-12)
        size = np.abs(waves).max(axis=0, initial=1.0)
        bloch = hop @ (waves / lams) + cell @ waves + hop.conj().T @ (waves * lams)
        np.testing.assert_allclose(bloch / size, modes.energy * waves / size, atol=ATOL)


def check_currents(hop, modes):
    """Current through the bond j -> j+1 is 2 Im(psi_{j+1}^H v psi_j); unit, and diagonal."""
    waves = np.hstack([modes.wave_out, modes.wave_in])
    lams = np.concatenate([modes.lam_out, modes.lam_in])
    bond = (waves * lams).conj().T @ hop @ waves
    current = -1j * (bond - bond.conj().T)
    signs = np.repeat([1.0, -1.0], modes.count)
    worst = max(1.0, np.abs(bond).max(initial=0.0))
    np.testing.assert_allclose(current, np.diag(signs), atol=ATOL * worst)
    assert np.all(modes.velocity_out > 0)
    assert np.all(modes.velocity_in < 0)
    norms = (np.abs(waves) ** 2).sum(axis=0)
    velocity = np.concatenate([modes.velocity_out, modes.velocity_in])
    np.testing.assert_allclose(norms * velocity, signs, atol=1e-9)


def check_self_energy(cell, hop, modes):
    """Sigma = v^H (E - h - Sigma)^-1 v, and its broadening is made by the modes."""
    sigma = modes.sigma
    inner = modes.energy * np.eye(len(cell)) - cell - sigma
    size = max(np.abs(sigma).max(), np.abs(hop).max(initial=1e-300))
    again = hop.conj().T @ np.linalg.pinv(inner, rcond=1e-14) @ hop
    conditioned = np.linalg.cond(inner) < 1e5
    if conditioned:
        np.testing.assert_allclose(again / size, sigma / size, atol=1e-8)
    gamma = 1j * (sigma - sigma.conj().T)
    np.testing.assert_allclose(gamma / size, modes.w @ modes.w.conj().T / size, atol=1e-8)


def check_ports(hop, modes):
    p = modes.ports
    np.testing.assert_allclose(p.a @ p.b.conj().T, hop, atol=1e-13 * np.abs(hop).max(initial=1))
    assert np.linalg.norm(p.reflection, 2) < 1 + 1e-9 if p.reflection.size else True
    for x, y, waves, lams, sign in (
        (p.x_out, p.y_out, modes.wave_out, modes.lam_out, 1),
        (p.x_in, p.y_in, modes.wave_in, modes.lam_in, -1),
    ):
        b, a = p.b.conj().T @ (waves / lams), p.a.conj().T @ waves
        size = max(1.0, np.abs(x).max(initial=0.0))
        np.testing.assert_allclose(x / size, (b + 1j * a) / np.sqrt(2) / size, atol=ATOL)
        np.testing.assert_allclose(y / size, (b - 1j * a) / np.sqrt(2) / size, atol=ATOL)
        current = x.conj().T @ x - y.conj().T @ y
        np.testing.assert_allclose(current / size**2, sign * np.eye(len(lams)) / size**2, atol=ATOL)
    np.testing.assert_allclose(
        p.reflection @ p.x_out / size, p.y_out / size, atol=ATOL, err_msg="y = R x"
    )


def check_scattering(cell, modes):
    """A random closed cell glued to the lead: unitary, and symmetric for a real Hamiltonian."""
    rng = np.random.default_rng(7)
    m = len(cell)
    closed = rng.normal(size=(m, m)) * max(np.abs(cell).max(), 1e-300)
    g = np.linalg.inv(modes.energy * np.eye(m) - (closed + closed.T) / 2 - modes.sigma)
    s = modes.direct + modes.w.conj().T @ g @ modes.source
    np.testing.assert_allclose(s.conj().T @ s, np.eye(modes.count), atol=1e-8)
    return s


@given(seeds, sizes, st.booleans(), st.integers(1, 7), energies)
def test_random_leads_obey_every_law(seed, size, is_complex, rank, energy):
    check_everything(*draw(seed, size, is_complex, rank, energy))


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("energy", [0.317, 1.23, 2.9])
def test_named_leads_obey_every_law(name, energy):
    cell, hop = NAMED[name]
    check_everything(cell, hop, prepare(cell, hop).modes(energy))


@given(seeds, sizes, st.booleans(), energies)
def test_both_ends_are_two_separate_leads(seed, size, is_complex, energy):
    cell, hop, _ = draw(seed, size, is_complex, size, energy)
    try:
        ours, mirrored = both_ends(cell, hop, energy)
    except Unreliable:
        assume(False)
    check_everything(cell, hop, ours)
    check_everything(cell, hop.conj().T, mirrored)
    # the same numbers solved alone: a change of basis hides them from the cache
    turn = np.diag(np.exp(1j * np.arange(size)))
    alone = prepare(turn @ cell @ turn.conj().T, turn @ hop.conj().T @ turn.conj().T).modes(energy)
    np.testing.assert_allclose(alone.velocity_out, mirrored.velocity_out, rtol=1e-6)
    back = turn.conj().T @ alone.sigma @ turn
    np.testing.assert_allclose(back, mirrored.sigma, atol=1e-8 * np.abs(back).max())


@given(seeds, sizes, st.booleans(), energies)
def test_an_independent_dense_route_agrees(seed, size, is_complex, energy):
    """Quadratic eigenproblem by its companion pencil, classified by velocity."""
    cell, hop, modes = draw(seed, size, is_complex, size, energy)
    count, sigma = companion_self_energy(cell, hop, energy)
    assert count == modes.count
    scale = np.abs(sigma).max()
    np.testing.assert_allclose(modes.sigma / scale, sigma / scale, atol=1e-7)


def companion_self_energy(cell, hop, energy):
    """(v + (h - E) lam + v^H lam^2) phi = 0 -> count and v^H Phi Lam Phi^-1, for invertible v."""
    m = len(cell)
    one, zero = np.eye(m), np.zeros((m, m))
    inner = energy * one - cell
    left = np.block([[zero, one], [-hop, inner]])
    right = np.block([[one, zero], [zero, hop.conj().T]])
    lam, vectors = la.eig(left, right)
    phi = vectors[:m]
    with np.errstate(all="ignore"):
        # E = phi^H (h + v/lam + v^H lam) phi, so dE/dk = 2 Im(phi^H v phi / lam)
        velocity = 2 * np.imag(np.einsum("ij,ij->j", phi.conj(), hop @ phi) / lam)
    on_circle = np.abs(np.abs(lam) - 1) < 1e-7
    chosen = np.where(on_circle, velocity > 0, np.abs(lam) < 1)
    assume(chosen.sum() == m)
    assume(np.linalg.cond(phi[:, chosen]) < 1e6)
    steps = phi[:, chosen] * lam[chosen] @ np.linalg.inv(phi[:, chosen])
    return int((on_circle & chosen).sum()), hop.conj().T @ steps


@given(seeds, sizes, st.booleans(), energies, st.sampled_from([1e-6, 1e-3, 1e4, 1e6]))
def test_units_do_not_matter(seed, size, is_complex, energy, unit):
    cell, hop, modes = draw(seed, size, is_complex, max(1, size - 1), energy)
    scaled = prepare(unit * cell, unit * hop).modes(unit * energy)
    assert scaled.count == modes.count
    np.testing.assert_allclose(scaled.lam_out, modes.lam_out, atol=1e-8)
    np.testing.assert_allclose(scaled.velocity_out, unit * modes.velocity_out, rtol=1e-6)
    size_ = np.abs(modes.sigma).max(initial=1e-300)
    np.testing.assert_allclose(scaled.sigma / unit / size_, modes.sigma / size_, atol=1e-8)


@given(seeds, sizes, st.booleans(), energies, seeds)
def test_gauge_does_not_matter(seed, size, is_complex, energy, gauge):
    """Phases per orbital, and one per cell: momenta shift, velocities and S stay."""
    cell, hop, modes = draw(seed, size, is_complex, size, energy)
    rng = np.random.default_rng(gauge)
    turn, shift = np.exp(1j * rng.uniform(0, 6, size)), rng.uniform(-1, 1)
    u = np.diag(turn)
    turned = prepare(u @ cell @ u.conj().T, np.exp(1j * shift) * u @ hop @ u.conj().T).modes(energy)
    assert turned.count == modes.count
    speeds = np.sort(modes.velocity_out)
    np.testing.assert_allclose(np.sort(turned.velocity_out), speeds, rtol=1e-6)
    back = u.conj().T @ turned.sigma @ u
    np.testing.assert_allclose(back, modes.sigma, atol=1e-8 * np.abs(modes.sigma).max())


@pytest.mark.parametrize("offset", [0.0, 3.3])
@pytest.mark.parametrize("first", [False, True])
def test_both_ends_of_a_twisted_wire_obey_the_same_laws(offset, first):
    """A strip in a field is real up to a twist, which the other end sees with the other sign."""
    width = 14
    cell = 4.0 * np.eye(width) - np.eye(width, k=1) - np.eye(width, k=-1)
    hop = -np.diag(np.exp(0.07j * (np.arange(width) + offset)))
    hops = [hop, hop.conj().T]
    ends = [(h, prepare(cell, h)) for h in (hops[::-1] if first else hops)]
    for h, lead in ends:
        check_ports(h, lead.modes(1.3 + 1e-3 * offset))
