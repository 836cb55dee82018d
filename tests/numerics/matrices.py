"""Random sparse Hermitian matrices and dense references for the elimination tests."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp


@dataclass(frozen=True, eq=False)
class Sparse:
    """A Hermitian matrix in CSR form with a full diagonal, and the same dense."""

    dense: np.ndarray
    indptr: np.ndarray
    indices: np.ndarray
    values: np.ndarray
    rows: np.ndarray
    positions: np.ndarray | None = None

    @property
    def diagonal(self):
        return np.flatnonzero(self.rows == self.indices)


def from_dense(dense, positions=None):
    n = len(dense)
    mask = sp.csr_matrix(((dense != 0) | np.eye(n, dtype=bool)).astype(float))
    mask.sort_indices()
    rows = np.repeat(np.arange(n), np.diff(mask.indptr))
    return Sparse(dense, mask.indptr, mask.indices, dense[rows, mask.indices], rows, positions)


def random_sparse(rng, n, *, is_complex, degree=4.0, onsite=1.0):
    """Irregular graph, several components as a rule, some isolated orbitals."""
    upper = np.triu(rng.random((n, n)) < degree / max(n, 2), 1)
    dense = upper * rng.standard_normal((n, n))
    if is_complex:
        dense = dense + 1j * upper * rng.standard_normal((n, n))
    dense = dense + dense.conj().T
    dense[np.diag_indices(n)] = onsite * rng.standard_normal(n)
    return from_dense(dense, rng.standard_normal((n, 2)))


def square(width, length, *, onsite=0.0, hopping=-1.0, flux=0.0):
    """Square lattice, x slow and y fast; ``flux`` is the Peierls phase per plaquette."""
    x, y = np.divmod(np.arange(width * length), width)
    dense = np.zeros((len(x), len(x)), complex if flux else float)
    right, up = np.flatnonzero(x < length - 1), np.flatnonzero(y < width - 1)
    dense[right, right + width] = hopping * (np.exp(1j * flux * y[right]) if flux else 1.0)
    dense[up, up + 1] = hopping
    dense = dense + dense.conj().T
    dense[np.diag_indices(len(x))] = onsite
    return from_dense(dense, np.stack([x, y], axis=1).astype(float))


def ends(width, length):
    """Orbitals of the first and the last column of `square`."""
    return np.r_[np.arange(width), np.arange(width) + (length - 1) * width]


def dissipation(rng, q):
    """A random self-energy: Hermitian part arbitrary, -Im positive."""
    a, b = rng.standard_normal((2, q, q))
    return (a + a.T) / 4 - 1j * (b @ b.T + np.eye(q))


def green(matrix, sigma):
    """Inverse of ``matrix`` minus ``sigma`` on its last orbitals: (all, kept) blocks by slicing."""
    full = matrix.astype(complex)
    q = len(sigma)
    full[len(full) - q :, len(full) - q :] -= sigma
    return np.linalg.inv(full)


def dense_green(m, kept, energy, sigma):
    """The same from the full matrix, (n, n)."""
    full = energy * np.eye(len(m.dense)) - m.dense.astype(complex)
    full[np.ix_(kept, kept)] -= sigma
    return np.linalg.inv(full)
