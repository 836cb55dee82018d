"""Bases and matrices against matrices of creation operators written out in full."""

from functools import reduce
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharvin.errors import InvalidInput
from sharvin.manybody.fractional.basis import Basis, Orbitals
from sharvin.manybody.fractional.hamiltonian import assemble, estimate
from sharvin.manybody.fractional.solve import lowest_levels
from sharvin.manybody.fractional.terms import Terms, one_body

ATOL = 1e-12  # a few hundred products of numbers of order one
seeds = st.integers(0, 2**32 - 1)


def free(orbitals, bosons=False):
    """Orbitals that conserve nothing."""
    return Orbitals(np.zeros((orbitals, 1), np.int64), (1,), bosons)


def fermion_matrices(orbitals):
    """Annihilators in the order of bit patterns (Jordan and Wigner)."""
    lower, sign, one = np.array([[0.0, 1.0], [0.0, 0.0]]), np.diag([1.0, -1.0]), np.eye(2)
    found = []
    for i in range(orbitals):
        # the lowest bit varies fastest, so it is the last factor
        factors = [sign if k < i else lower if k == i else one for k in range(orbitals)]
        found.append(reduce(np.kron, factors[::-1]))
    return found


def boson_matrices(orbitals, most):
    lower, one = np.diag(np.sqrt(np.arange(1.0, most + 1)), 1), np.eye(most + 1)
    return [
        reduce(np.kron, [lower if k == i else one for k in range(orbitals)][::-1])
        for i in range(orbitals)
    ]


def random_terms(sets, rng):
    v = rng.normal(size=(len(sets), len(sets))) + 1j * rng.normal(size=(len(sets), len(sets)))
    v = v + v.conj().T
    return Terms.from_blocks([(np.array(sets, np.int64), v)]), v


def in_full(sets, v, annihilators, norms):
    """The same operator from matrices."""
    lowered = [
        reduce(np.matmul, [annihilators[i] for i in reversed(s)]) / n
        for s, n in zip(sets, norms, strict=True)
    ]
    return sum(
        v[t, s] * lowered[t].conj().T @ lowered[s] for t, s in product(range(len(sets)), repeat=2)
    )


@pytest.mark.parametrize("body", [1, 2, 3])
@given(seed=seeds)
@settings(max_examples=8, deadline=None)
def test_fermions_are_what_their_operators_say(body, seed):
    rng, orbitals, particles = np.random.default_rng(seed), 6, 3
    masks = [m for m in range(2**orbitals) if m.bit_count() == body]
    sets = [[i for i in range(orbitals) if m >> i & 1] for m in masks]
    sets = [sets[i] for i in rng.choice(len(sets), size=min(5, len(sets)), replace=False)]
    terms, v = random_terms(sets, rng)
    basis = Basis(free(orbitals), particles)
    full = in_full(sets, v, fermion_matrices(orbitals), np.ones(len(sets)))
    expected = full[np.ix_(basis.codes, basis.codes)]
    h = assemble(basis, [terms])
    np.testing.assert_allclose(h.toarray(), expected, atol=ATOL)
    x = rng.normal(size=len(basis)) + 1j * rng.normal(size=len(basis))
    np.testing.assert_allclose(h @ x, expected @ x, atol=ATOL)


@pytest.mark.parametrize("body", [1, 2, 3])
@given(seed=seeds)
@settings(max_examples=8, deadline=None)
def test_bosons_are_what_their_operators_say(body, seed):
    rng, orbitals, particles = np.random.default_rng(seed), 3, 4
    sets = [s for s in product(range(orbitals), repeat=body) if list(s) == sorted(s)]
    norms = [np.sqrt(np.prod([_factorial(s.count(i)) for i in range(orbitals)])) for s in sets]
    terms, v = random_terms(sets, rng)
    basis = Basis(free(orbitals, bosons=True), particles)
    n = basis.occupations().astype(int)
    assert (n.sum(axis=1) == particles).all()
    assert len({tuple(row) for row in n}) == len(basis) == 15
    full = in_full(sets, v, boson_matrices(orbitals, particles), norms)
    places = n @ (particles + 1) ** np.arange(orbitals)
    np.testing.assert_allclose(
        assemble(basis, [terms]).toarray(), full[np.ix_(places, places)], atol=10 * ATOL
    )


def _factorial(n):
    return float(np.prod(np.arange(1, n + 1)))


def test_several_operators_add():
    rng, basis = np.random.default_rng(3), Basis(free(6), 3)
    h1 = rng.normal(size=(6, 6))
    pairs, _ = random_terms([[0, 1], [2, 5], [3, 4], [1, 4]], rng)
    single = one_body(h1 + h1.T)
    both = assemble(basis, [single, pairs]).toarray()
    apart = assemble(basis, [single]).toarray() + assemble(basis, [pairs]).toarray()
    np.testing.assert_allclose(both, apart, atol=ATOL)


def test_free_fermions_fill_the_lowest_levels():
    h = np.random.default_rng(1).normal(size=(9, 9))
    h = h + h.T
    levels = lowest_levels(assemble(Basis(free(9), 4), [one_body(h)]), 1)
    assert levels.energies[0] == pytest.approx(np.linalg.eigvalsh(h)[:4].sum(), abs=ATOL)
    assert levels.occupations().sum() == pytest.approx(4.0, abs=ATOL)


@pytest.mark.parametrize("bosons", [False, True])
def test_sectors_partition_all_states_and_places_are_right(bosons):
    charges = np.stack([np.arange(7), np.arange(7) % 3], axis=1)
    space = Orbitals(charges, (0, 2), bosons)
    counted = space.dimensions(4)
    assert sum(counted.values()) == space.total(4)
    for charge, states in counted.items():
        basis = Basis(space, 4, charge)
        assert len(basis) == states
        np.testing.assert_array_equal(basis.index(basis.codes), np.arange(states))
        total = basis.occupations().astype(int) @ charges
        np.testing.assert_array_equal(total[:, 0], charge[0])
        np.testing.assert_array_equal(total[:, 1] % 2, charge[1])


def test_the_estimate_counts_what_is_built():
    rng, basis = np.random.default_rng(0), Basis(free(12), 6)
    terms, _ = random_terms(_pairs(12), rng)
    size = estimate(basis, [terms])
    built = assemble(basis, [terms])
    assert size.states == len(basis)
    # 400 of 924 rows, evenly spread
    assert size.elements == pytest.approx(len(built.matrix.entries), rel=0.1)


def _pairs(n):
    return [[a, b] for a in range(n) for b in range(a + 1, n)][::6]


def test_what_cannot_be_is_refused():
    with pytest.raises(InvalidInput, match="do not fit"):
        Basis(free(3), 4)
    with pytest.raises(InvalidInput, match="whole number"):
        Basis(free(3), 0)
    with pytest.raises(InvalidInput, match="60"):
        Basis(free(70), 4)
    with pytest.raises(InvalidInput, match="patterns in all"):
        Basis(free(50), 20)
    with pytest.raises(InvalidInput, match="Hermitian"):
        one_body(np.triu(np.ones((3, 3))))
    with pytest.raises(InvalidInput, match="orbital 4"):
        assemble(Basis(free(4), 2), [one_body(np.eye(5))])
    with pytest.raises(InvalidInput, match="feel nothing"):
        assemble(Basis(free(4), 1), [random_terms([[0, 1]], np.random.default_rng(0))[0]])
