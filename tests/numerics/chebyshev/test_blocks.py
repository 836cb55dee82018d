"""Products with blocks of vectors: compiled loops against scipy, and any array library."""

import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from sharvin.numerics.chebyshev.array_engine import ArrayEngine
from sharvin.numerics.chebyshev.engine import PIECE, Compiled, split
from sharvin.numerics.chebyshev.operators import Sparse, Stencil

# Sums of a few products of numbers of order one.
ATOL = 1e-12


def random_stencil(rng, shape, orbitals, *, rough, is_complex):
    """A Hermitian torus: random hops, each with its adjoint."""
    entries = []
    for _ in range(5):
        a, b = rng.integers(orbitals, size=2)
        step = tuple(int(s) for s in rng.integers(-2, 3, size=3))
        t = rng.normal() + 1j * rng.normal() * is_complex
        entries += [(a, b, step, t), (b, a, tuple(-s for s in step), np.conj(t))]
    entries.sort(key=lambda entry: entry[:3])
    rows = np.array([entry[0] for entry in entries])
    data = np.array([entry[3] for entry in entries])
    return Stencil(
        shape,
        np.searchsorted(rows, np.arange(orbitals + 1)).astype(np.int64),
        np.array([entry[1] for entry in entries]),
        np.array([entry[2] for entry in entries]),
        data if is_complex else np.ascontiguousarray(data.real),
        rng.normal(size=int(np.prod(shape)) * orbitals) if rough else None,
    )


def vectors(rng, engine, width):
    drawn = rng.normal(size=(engine.size, width)) + 0j
    if not engine.is_complex:
        return drawn.real.copy()
    return drawn + 1j * rng.normal(size=drawn.shape)


@given(
    seed=st.integers(0, 2**31),
    shape=st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(1, 9)),
    orbitals=st.integers(1, 3),
    rough=st.booleans(),
    is_complex=st.booleans(),
    width=st.sampled_from([1, 2, 4, 8]),
)
def test_every_engine_multiplies_like_scipy(seed, shape, orbitals, rough, is_complex, width):
    rng = np.random.default_rng(seed)
    stencil = random_stencil(rng, shape, orbitals, rough=rough, is_complex=is_complex)
    written = stencil.sparse()
    matrix = written.matrix
    assert abs(matrix - matrix.getH()).max() < ATOL
    x = vectors(rng, Compiled({"h": stencil}), width)
    y = vectors(rng, Compiled({"h": stencil}), width)
    scale, shift, back = rng.normal(size=3)
    expected = scale * (matrix @ x - shift * x) + back * y
    engines = [
        Compiled({"h": stencil}),
        Compiled({"h": written}, is_complex=is_complex),
        ArrayEngine({"h": stencil}, np),
        ArrayEngine({"h": written}, array_api_strict, is_complex=is_complex),
    ]
    for engine in engines:
        here, there = engine.block(x), engine.block(y)
        squares, products = engine.step("h", here, there, scale, shift, back)
        np.testing.assert_allclose(engine.columns(there), expected, atol=ATOL)
        np.testing.assert_allclose(squares, (np.abs(expected) ** 2).sum(axis=0), atol=1e2 * ATOL)
        np.testing.assert_allclose(
            products, (expected.conj() * x).sum(axis=0).real, atol=1e2 * ATOL
        )


def test_fresh_memory_is_not_read():
    rng = np.random.default_rng(4)
    stencil = random_stencil(rng, (1, 4, 5), 2, rough=True, is_complex=False)
    engine = Compiled({"h": stencil})
    x, y = vectors(rng, engine, 8), engine.zeros(8)
    y[...] = np.nan
    engine.step("h", engine.block(x), y, 1.0, 0.0, 0.0)
    np.testing.assert_allclose(engine.columns(y), stencil.sparse().matrix @ x, atol=ATOL)


@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize("module", [None, np, array_api_strict])
def test_sums_and_inner_products(is_complex, module):
    rng = np.random.default_rng(3)
    stencil = random_stencil(rng, (1, 4, 5), 2, rough=True, is_complex=False)
    operators = {"h": stencil}
    engine = (
        Compiled(operators, is_complex=is_complex)
        if module is None
        else ArrayEngine(operators, module, is_complex=is_complex)
    )
    x, y = vectors(rng, engine, 4), vectors(rng, engine, 4)
    a = 0.3 + 0.7j * is_complex
    total = engine.block(x)
    engine.add(total, a, engine.block(x), -1.5, engine.block(y))
    np.testing.assert_allclose(engine.columns(total), x + a * x - 1.5 * y, atol=ATOL)
    found = engine.inner(engine.block(x), engine.block(y))
    np.testing.assert_allclose(found, (x.conj() * y).sum(axis=0), atol=ATOL)
    copy = engine.copy(total)
    engine.add(copy, 1.0, total, 0.0, total)
    assert abs(engine.columns(copy) - 2 * engine.columns(total)).max() < ATOL


def test_the_number_of_threads_changes_no_bit():
    rng = np.random.default_rng(5)
    stencil = random_stencil(rng, (1, 300, 301), 1, rough=True, is_complex=False)
    assert stencil.size > 8 * PIECE
    found = []
    for workers in (1, 2, 3):
        engine = Compiled({"h": stencil}, workers=workers)
        x, y = engine.random(7, 0, 4), engine.zeros(4)
        squares, products = engine.step("h", x, y, 0.3, 0.1, 0.0)
        found.append((engine.columns(x), engine.columns(y), squares, products))
    for other in found[1:]:
        for a, b in zip(found[0], other, strict=True):
            assert np.array_equal(a, b)


@pytest.mark.parametrize("is_complex", [False, True])
def test_random_vectors_are_white_and_belong_to_their_number(is_complex):
    operator = Sparse.of(sparse.identity(20_000))
    engine = Compiled({"h": operator}, is_complex=is_complex)
    four = engine.columns(engine.random(1, 0, 4))
    assert np.array_equal(four[:, 2:], engine.columns(engine.random(1, 2, 2)))
    assert np.array_equal(np.abs(four), np.ones(four.shape))
    assert len(np.unique(np.round(four))) == (4 if is_complex else 2)
    # Means of n random numbers of size one: five standard deviations.
    bound = 5 / np.sqrt(len(four))
    assert np.abs(four.mean(axis=0)).max() < bound
    overlap = four.conj().T @ four / len(four)
    assert np.abs(overlap - np.eye(4)).max() < bound
    neighbors = (four[1:].conj() * four[:-1]).mean(axis=0)
    assert np.abs(neighbors).max() < bound
    assert not np.array_equal(four, engine.columns(engine.random(2, 0, 4)))
    same = ArrayEngine({"h": operator}, np, is_complex=is_complex)
    assert np.array_equal(same.columns(same.random(1, 0, 4)), four)


def test_blocks_are_as_wide_as_possible():
    assert split(10) == [8, 2]
    assert split(23) == [8, 8, 4, 2, 1]
    assert split(5, (2, 1)) == [2, 2, 1]


def test_gershgorin_holds_the_spectrum():
    rng = np.random.default_rng(11)
    for rough in (False, True):
        stencil = random_stencil(rng, (1, 5, 6), 2, rough=rough, is_complex=True)
        levels = np.linalg.eigvalsh(stencil.sparse().matrix.toarray())
        # entries of a small torus that fall on one place are counted apart by the stencil
        for operator in (stencil, stencil.sparse()):
            low, high = operator.gershgorin()
            assert low <= levels[0] + ATOL
            assert high >= levels[-1] - ATOL
