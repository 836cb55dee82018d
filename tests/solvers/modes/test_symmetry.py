"""Symmetries found in a cell, real forms and mirror sectors, and answers that ignore them."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.linalg as la

from sharvin.solvers.modes.block import Block
from sharvin.solvers.modes.bond import Bond
from sharvin.solvers.modes.cascade import solve
from sharvin.solvers.modes.cell import cell
from sharvin.solvers.modes.chunk import power
from sharvin.solvers.modes.modes import Modes
from sharvin.solvers.modes.prepare import prepare
from sharvin.solvers.modes.symmetry import mirror_sectors, real_form
from solvers.modes.leads import S0, SX, SZ, bhz, landau, random_lead, rashba, strip, zigzag


def reality(cell, hop):
    return [block.is_real for block, _ in prepare(cell, hop).wire.blocks]


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        (landau(20, 0.1), True),
        (bhz(6), True),
        (rashba(9, 0.3, 0.2), True),
        (random_lead(1, 6, is_complex=True), False),
    ],
)
def test_which_leads_are_real_in_disguise(lead, expected):
    assert reality(*lead) == [expected]


def test_a_lopsided_potential_in_a_field_is_really_complex():
    cell, hop = landau(9, 0.2)
    assert reality(cell + np.diag(0.1 * np.arange(9)), hop) == [False]


@pytest.mark.parametrize("lead", [landau(20, 0.1), rashba(9, 0.3, 0.2)])
def test_the_real_form_is_the_lead(lead):
    cell, hop = (np.asarray(q, complex) for q in lead)
    form = real_form(cell, hop)
    q = form.frame.toarray()
    np.testing.assert_allclose(q.conj().T @ q, np.eye(len(q)), atol=1e-14)
    np.testing.assert_allclose(q @ form.h @ q.conj().T, cell, atol=1e-13)
    np.testing.assert_allclose(np.exp(1j * form.twist) * q @ form.v @ q.conj().T, hop, atol=1e-13)


@pytest.mark.parametrize("lead", [zigzag(8), rashba(8, 0.3), rashba(9, 0.3)])
def test_mirror_sectors_are_decoupled(lead):
    cell, hop = lead
    even, odd = (basis.toarray() for basis in mirror_sectors(cell, hop))
    both = np.hstack([even, odd])
    np.testing.assert_allclose(both.conj().T @ both, np.eye(len(cell)), atol=1e-14)
    for q in (cell, hop):
        np.testing.assert_allclose(even.conj().T @ q @ odd, 0, atol=1e-14)


def test_the_mirror_of_a_ribbon_is_found_in_any_numbering_of_its_orbitals():
    order = np.random.default_rng(3).permutation(16)
    cell, hop = (q[np.ix_(order, order)] for q in zigzag(8))
    shuffled = prepare(cell, hop)
    assert [len(block.h) for block, _ in shuffled.wire.blocks] == [8, 8]
    plain = prepare(*zigzag(8)).modes(0.77)
    np.testing.assert_allclose(
        shuffled.modes(0.77).sigma, plain.sigma[np.ix_(order, order)], atol=1e-12
    )


@pytest.mark.parametrize("cells", [4, 7])
def test_a_wire_that_is_the_same_turned_around_needs_one_side_of_every_chunk(cells):
    order = np.random.default_rng(4).permutation(90)
    block = Block.of(*(q[np.ix_(order, order)] for q in zigzag(45)))
    one = cell(block, 0.77, Bond()).chunk
    assert one.inversion is not None
    turned, plain = power(one, cells), power(replace(one, inversion=None), cells)
    for name in ("al", "be", "ga", "de"):
        np.testing.assert_allclose(getattr(turned, name), getattr(plain, name), atol=1e-12)


def test_a_lopsided_hop_is_not_the_same_turned_around():
    h, v = zigzag(45)
    lopsided = np.diag(np.linspace(0, 0.1, len(h)))
    assert Block.of(h + lopsided, v).inversion is None
    assert Block.of(h, v + 0.1 * lopsided).inversion is None


def test_a_field_breaks_the_mirror():
    assert mirror_sectors(*landau(14, 0.1)) is None


LEADS = {
    "zigzag": zigzag(10),
    "zigzag, glide instead of mirror": zigzag(9),
    "field": landau(14, 0.15),
    "rashba": rashba(8, 0.4),
    "rashba, odd": rashba(7, 0.4),
    "rashba, zeeman along z": rashba(8, 0.4, 0.3),
    "spin hall": bhz(7),
    "opposite fields": tuple(la.block_diag(q, q.conj()) for q in landau(9, 0.15)),
    "in-plane field": strip(8, 4 * S0 + 0.2 * SX, -S0 - 0.2j * SZ, -S0 + 0.1j * SX),
}


@pytest.mark.parametrize("name", LEADS)
@pytest.mark.parametrize("mirrored", [False, True])
def test_the_answer_is_that_of_the_plain_block(name, mirrored):
    """Sectors, disguises and twins against one complex block solved as it is."""
    cell, hop = (np.asarray(q, complex) for q in LEADS[name])
    energy = 0.77
    plain = solve(Block.of(cell, hop), energy, [mirrored])[mirrored].answer
    modes = prepare(cell, hop.conj().T if mirrored else hop).modes(energy)
    assert isinstance(modes, Modes)
    assert plain.out.count == modes.count
    one = np.eye(len(plain.reflection))
    impedance = -1j * (one - plain.reflection) @ np.linalg.inv(one + plain.reflection)
    b = Block.of(cell, hop).a if mirrored else Block.of(cell, hop).b
    sigma = b @ impedance @ b.conj().T
    np.testing.assert_allclose(modes.sigma, sigma, atol=1e-9 * np.abs(sigma).max())
    momenta = np.sort(np.angle(plain.out.lam))
    np.testing.assert_allclose(np.sort(modes.momenta_out), momenta, atol=1e-8)
