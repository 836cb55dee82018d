"""Lowest levels of a Hermitian matrix, of which half is kept."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from sharvin.errors import Unreliable
from sharvin.manybody.fractional.kernels import half_product
from sharvin.typing import IntArray, NumberArray, RealArray

DENSE = 700  # below, all levels at once are faster than a few of them
ALONE = 1e-12  # residual of a single level, of the largest element: its energy is exact to rounding
# Vectors of the iteration: for close levels a third fewer products than with the usual 20.
KRYLOV, KRYLOV_ALONE = 40, 24


class Matrix(Protocol):
    """Hermitian matrix that can be applied, and written out where it is small."""

    @property
    def dtype(self) -> "np.dtype[Any]":
        """Real or complex."""
        ...

    @property
    def diagonal(self) -> RealArray:
        """Diagonal, shape (n,)."""
        ...

    def __len__(self) -> int: ...

    def __matmul__(self, x: NumberArray) -> NumberArray: ...

    def toarray(self) -> NumberArray:
        """Dense matrix."""
        ...


@dataclass(frozen=True, eq=False)
class HalfMatrix:
    """Hermitian matrix of which the diagonal and the rows above it are kept.

    Parameters
    ----------
    start, columns, entries : arrays
        Compressed rows, strictly above the diagonal.
    diagonal : real array, shape (n,)
    """

    start: IntArray
    columns: NumberArray
    entries: NumberArray
    diagonal: RealArray

    @property
    def dtype(self) -> "np.dtype[Any]":
        """Real or complex."""
        return self.entries.dtype

    def __len__(self) -> int:
        return len(self.diagonal)

    def __matmul__(self, x: NumberArray) -> NumberArray:
        """Product with a vector or with columns."""
        given = np.asarray(x)
        if given.ndim == 2:
            return np.stack([self @ column for column in given.T], axis=1)
        dtype = np.result_type(self.entries, given)
        vector = np.ascontiguousarray(given, dtype=dtype)
        out = np.empty(len(self), dtype)
        half_product(self.start, self.columns, self.entries, self.diagonal, vector, out)
        return out

    def toarray(self) -> NumberArray:
        """Dense matrix."""
        size = len(self)
        dense = np.zeros((size, size), self.entries.dtype)
        rows = np.repeat(np.arange(size), np.diff(self.start))
        np.add.at(dense, (rows, self.columns), self.entries)
        dense += dense.conj().T
        dense[np.diag_indices(size)] += self.diagonal
        return dense


def lowest(matrix: Matrix, wanted: int) -> tuple[RealArray, NumberArray]:
    """Lowest energies, ascending, and their states as columns: at most as many as there are."""
    size = len(matrix)
    if size <= DENSE or wanted > size // 3:
        energies, states = np.linalg.eigh(matrix.toarray())
        return energies[:wanted], states[:, :wanted]
    return lanczos(matrix, wanted)


def lanczos(
    h: Matrix, wanted: int, known: NumberArray | None = None
) -> tuple[RealArray, NumberArray]:
    """Lowest levels apart from the known ones, which are lifted out of the way."""
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

    scale = float(np.abs(h.diagonal).max() + 1)

    def product(x: NumberArray) -> NumberArray:
        # Counted from below, for ARPACK's tolerance is relative to the level, which may be zero.
        y = h @ x.ravel() + scale * x.ravel()
        return y if known is None else y + 2 * scale * (known @ (known.conj().T @ x.ravel()))

    size = len(h)
    operator = LinearOperator((size, size), matvec=product, dtype=h.dtype)
    # A looser tolerance than rounding misses the second of two equal levels.
    alone = wanted == 1 and known is None
    vectors = min(size, max(KRYLOV_ALONE if alone else KRYLOV, 2 * wanted + 1))
    # The same start in every run; not the same with known states, so as to see what was missed.
    start = np.random.default_rng(size + (0 if known is None else 1)).normal(size=size)
    try:
        energies, states = eigsh(
            operator, k=wanted, which="SA", v0=start, ncv=vectors, tol=ALONE if alone else 0
        )
    except ArpackNoConvergence as error:
        raise Unreliable(
            f"the Lanczos iteration found {len(error.eigenvalues)} of {wanted} levels among {size} "
            "states; ask for more levels (count=), so that a close group is complete"
        ) from error
    order = np.argsort(energies)
    return energies[order] - scale, states[:, order]
