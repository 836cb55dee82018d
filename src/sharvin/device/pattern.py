"""Which orbitals talk to which: the sparsity of a device, fixed over a sweep."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sharvin.typing import IntArray, NumberArray, RealArray

IndexArray = NDArray[Any]  # int32 here; solvers that extend a pattern may use int64


@dataclass(frozen=True, eq=False)
class Pattern:
    """Compressed rows of a structurally symmetric matrix with its full diagonal.

    Indices are 32-bit: a million atoms fit in a few megabytes.

    Parameters
    ----------
    indptr : int32 array, shape (n + 1,)
        Row ``i`` owns the entries ``indptr[i]:indptr[i + 1]``.
    indices : int32 array, shape (nnz,)
        Columns, ascending within each row.
    positions : real array, shape (n, d), or None
        One row per orbital, nm; helps to order the elimination.
    """

    indptr: IndexArray
    indices: IndexArray
    positions: RealArray | None = None

    def __post_init__(self) -> None:
        for array in (self.indptr, self.indices, self.positions):
            if array is not None:
                array.flags.writeable = False

    @property
    def n(self) -> int:
        """Number of orbitals."""
        return len(self.indptr) - 1

    @property
    def nnz(self) -> int:
        """Number of stored entries."""
        return len(self.indices)

    @cached_property
    def diagonal(self) -> IntArray:
        """Where the diagonal entries lie among the stored ones, shape (n,)."""
        rows = np.repeat(np.arange(self.n, dtype=np.int32), np.diff(self.indptr))
        slots: IntArray = np.flatnonzero(self.indices == rows)
        slots.flags.writeable = False
        return slots

    def matrix(self, values: NumberArray) -> sparse.csr_matrix:
        """Sparse matrix with the given entries, shape (n, n)."""
        return sparse.csr_matrix((values, self.indices, self.indptr), shape=(self.n, self.n))


def index_dtype(largest: int) -> type[np.int32]:
    """Check that 32-bit indices can count up to ``largest``."""
    if largest > np.iinfo(np.int32).max:
        raise OverflowError(f"{largest} entries are more than 32-bit indices can count")
    return np.int32
