"""Kept factors: wave functions and Green functions inside, against dense algebra."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.matrices import dense_green, dissipation, ends, green, random_sparse, square
from sharvin.errors import ShapeMismatch
from sharvin.numerics.elimination import analyze

# Entries of G inside may be large near a level that couples weakly; compared relative to the
# largest.
RTOL = 1e-9
seeds = st.integers(0, 2**32 - 1)


def compare(m, kept, energy, rng, *, positions=True, leaf=None):
    plan = analyze(
        m.indptr, m.indices, kept, positions=m.positions if positions else None, leaf=leaf
    )
    factors = plan.factorize(m.values, energy)
    sigma = dissipation(rng, len(kept))
    want = dense_green(m, kept, energy, sigma)
    root = green(factors.reduced.matrix, sigma)
    k = factors.reduced.delayed
    atol = RTOL * np.abs(want).max()
    diagonal = factors.inverse_diagonal(root)
    np.testing.assert_allclose(diagonal, want.diagonal(), rtol=0, atol=atol)
    entries = factors.inverse_entries(root)
    np.testing.assert_allclose(entries, want[m.rows, m.indices], rtol=0, atol=atol)
    np.testing.assert_allclose(factors.expand(root[:, k:]), want[:, kept], rtol=0, atol=atol)
    return k


@settings(max_examples=25, deadline=None)
@given(seeds, st.integers(1, 80), st.booleans(), st.booleans())
def test_the_interior_follows_from_the_root(seed, n, is_complex, positions):
    rng = np.random.default_rng(seed)
    m = random_sparse(rng, n, is_complex=is_complex)
    kept = rng.permutation(n)[: rng.integers(1, n + 1)]
    compare(m, kept, rng.normal(), rng, positions=positions, leaf=int(rng.integers(1, 16)))


@pytest.mark.parametrize("flux", [0.0, 1e-3])
def test_delayed_unknowns_are_expanded_too(flux):
    m = square(7, 16, flux=flux)
    rng = np.random.default_rng(1)
    # At this distance from a level of the interior, delays reach the root of the field-free strip.
    k = compare(m, np.array([0, 100]), 1e-5, rng, leaf=1)
    assert k > 0 or flux


def test_real_waves_of_a_real_matrix_stay_real():
    m = square(4, 9)
    plan = analyze(m.indptr, m.indices, ends(4, 9), positions=m.positions)
    assert plan.factorize(m.values, 0.3).expand(np.eye(8)).dtype == np.float64


def test_a_root_of_the_wrong_size_is_refused():
    m = square(4, 9)
    factors = analyze(m.indptr, m.indices, ends(4, 9)).factorize(m.values, 20.0)
    with pytest.raises(ShapeMismatch, match=r"needs \(8, m\)"):
        factors.expand(np.eye(7))
    with pytest.raises(ShapeMismatch, match=r"needs \(8, 8\)"):
        factors.inverse_diagonal(np.eye(7))
