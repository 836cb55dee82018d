"""The short cut to LAPACK against the long way."""

import numpy as np
import pytest

from sharvin.manybody.nrg.eigen import eigenstates


@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_the_lower_triangle_is_what_is_diagonalized(n):
    h = np.random.default_rng(n).normal(size=(n, n))
    whole = np.tril(h) + np.tril(h, -1).T
    energies, vectors = eigenstates(h.copy())
    # Rounding of n numbers of order one.
    np.testing.assert_allclose(energies, np.linalg.eigvalsh(whole), atol=1e-12)
    np.testing.assert_allclose(vectors * energies @ vectors.T, whole, atol=1e-12)
