"""Large Hermitian (or anti-Hermitian) matrices as lists of entries or as the stencil of a torus."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sharvin.numerics.chebyshev import kernels
from sharvin.typing import IntArray, NumberArray, RealArray

Bounds = tuple[float, float]
_NOTHING = np.empty(0)


class Operator(Protocol):
    """What the recursions need of a matrix."""

    @property
    def size(self) -> int:
        """Number of orbitals."""
        ...

    @property
    def is_complex(self) -> bool:
        """Whether any entry is."""
        ...

    @property
    def grain(self) -> int:
        """Orbitals that are always treated together."""
        ...

    def rows(
        self, start: int, stop: int, x: Any, y: Any, sums: RealArray,
        numbers: tuple[float, float, float], width: int,
    ) -> None:  # fmt: skip
        """Rows of y <- scale (A - shift) x + back y with numbers (scale, shift, back)."""
        ...

    def as_complex(self) -> "Operator":
        """The same with complex entries."""
        ...

    def padded(self) -> tuple[IntArray, NumberArray]:
        """Columns and entries of every row, shape (n, most entries of a row)."""
        ...

    def gershgorin(self) -> Bounds:
        """Interval that holds the whole spectrum of a Hermitian matrix."""
        ...


@dataclass(frozen=True, eq=False)
class Sparse:
    """Compressed sparse rows.

    Parameters
    ----------
    indptr, indices : int32 array
    data : float64 or complex128 array, shape (nnz,)
    """

    indptr: NDArray[np.int32]
    indices: NDArray[np.int32]
    data: NumberArray

    grain = 1

    @classmethod
    def of(cls, matrix: Any) -> "Sparse":
        """Operator of a sparse or dense matrix."""
        rows = sparse.csr_matrix(matrix)
        data = rows.data
        kind = np.complex128 if np.iscomplexobj(data) and data.imag.any() else np.float64
        data = np.ascontiguousarray(data if kind is np.complex128 else data.real, dtype=kind)
        return cls(rows.indptr.astype(np.int32), rows.indices.astype(np.int32), data)

    @property
    def size(self) -> int:
        """Number of orbitals."""
        return len(self.indptr) - 1

    @property
    def is_complex(self) -> bool:
        """Whether the entries are stored as complex numbers."""
        return bool(self.data.dtype.kind == "c")

    def rows(
        self, start: int, stop: int, x: Any, y: Any, sums: RealArray,
        numbers: tuple[float, float, float], width: int,
    ) -> None:  # fmt: skip
        """Rows of y <- scale (A - shift) x + back y with numbers (scale, shift, back)."""
        kernels.sparse_rows(
            start, stop, self.indptr, self.indices, self.data, x, y, sums, *numbers, width
        )

    def as_complex(self) -> "Sparse":
        """The same with complex entries."""
        return self if self.is_complex else replace(self, data=self.data.astype(np.complex128))

    @property
    def matrix(self) -> sparse.csr_matrix:
        """The same as a scipy matrix."""
        return sparse.csr_matrix((self.data, self.indices, self.indptr), (self.size, self.size))

    def padded(self) -> tuple[IntArray, NumberArray]:
        """Columns and entries of every row, shape (n, most entries of a row)."""
        counts = np.diff(self.indptr)
        row = np.repeat(np.arange(self.size), counts)
        place = np.arange(len(self.indices)) - self.indptr[row]
        columns = np.zeros((self.size, max(1, counts.max(initial=0))), dtype=np.int64)
        entries = np.zeros(columns.shape, dtype=self.data.dtype)
        columns[row, place], entries[row, place] = self.indices, self.data
        return columns, entries

    def gershgorin(self) -> Bounds:
        """Interval that holds the whole spectrum of a Hermitian matrix."""
        diagonal = self.matrix.diagonal().real
        around = np.bincount(
            np.repeat(np.arange(self.size), np.diff(self.indptr)),
            weights=np.abs(self.data),
            minlength=self.size,
        ) - np.abs(diagonal)
        return float((diagonal - around).min()), float((diagonal + around).max())


@dataclass(frozen=True, eq=False)
class Stencil:
    """Matrix of a torus of equal cells: entries of one cell, and a rough diagonal if there is one.

    Row ``cell * orbitals + a`` holds the entries ``firsts[a]:firsts[a + 1]``, each at orbital
    ``source`` of the cell that lies ``steps`` further, around the torus.

    Parameters
    ----------
    shape : (int, int, int)
        Cells along each direction; the last index runs fastest.
    firsts : int array, shape (orbitals + 1,)
    source : int array, shape (entries,)
    steps : int array, shape (entries, 3)
    data : float64 or complex128 array, shape (entries,)
    energies : float array, shape (n,), optional
        Added on the diagonal.
    """

    shape: tuple[int, int, int]
    firsts: IntArray
    source: IntArray
    steps: IntArray
    data: NumberArray
    energies: RealArray | None = None

    @property
    def orbitals(self) -> int:
        """Orbitals of one cell."""
        return len(self.firsts) - 1

    @property
    def grain(self) -> int:
        """Orbitals that are always treated together."""
        return self.orbitals

    @property
    def size(self) -> int:
        """Number of orbitals."""
        return int(np.prod(self.shape)) * self.orbitals

    @property
    def is_complex(self) -> bool:
        """Whether the entries are stored as complex numbers."""
        return bool(self.data.dtype.kind == "c")

    @cached_property
    def reach(self) -> int:
        """Largest step along the last direction."""
        return int(np.abs(self.steps[:, 2]).max(initial=0))

    def rows(
        self, start: int, stop: int, x: Any, y: Any, sums: RealArray,
        numbers: tuple[float, float, float], width: int,
    ) -> None:  # fmt: skip
        """Rows of y <- scale (A - shift) x + back y with numbers (scale, shift, back)."""
        shape = np.array(self.shape, dtype=np.int64)
        energies = _NOTHING if self.energies is None else self.energies
        kernels.stencil_rows(
            start // self.orbitals, stop // self.orbitals, shape, self.reach, self.firsts,
            self.source, self.steps, self.data, energies, x, y, sums, *numbers, width,
        )  # fmt: skip

    def as_complex(self) -> "Stencil":
        """The same with complex entries."""
        return self if self.is_complex else replace(self, data=self.data.astype(np.complex128))

    def padded(self) -> tuple[IntArray, NumberArray]:
        """Columns and entries of every row, shape (n, most entries of a row)."""
        return self.sparse().padded()

    def sparse(self) -> Sparse:
        """The same matrix with all entries written out."""
        cells = np.arange(np.prod(self.shape), dtype=np.int64)
        where = np.stack(np.unravel_index(cells, self.shape), axis=1)
        rows, columns, data = [], [], []
        for a in range(self.orbitals):
            for t in range(self.firsts[a], self.firsts[a + 1]):
                there = np.ravel_multi_index(tuple(((where + self.steps[t]) % self.shape).T),
                                             self.shape)  # fmt: skip
                rows.append(cells * self.orbitals + a)
                columns.append(there * self.orbitals + self.source[t])
                data.append(np.full(len(cells), self.data[t]))
        if self.energies is not None:
            rows.append(np.arange(self.size))
            columns.append(rows[-1])
            data.append(self.energies.astype(self.data.dtype))
        if not rows:
            return Sparse.of(sparse.csr_matrix((self.size, self.size)))
        entries = (np.concatenate(data), (np.concatenate(rows), np.concatenate(columns)))
        return Sparse.of(sparse.csr_matrix(entries, shape=(self.size, self.size)))

    def gershgorin(self) -> Bounds:
        """Interval that holds the whole spectrum of a Hermitian matrix."""
        target = np.repeat(np.arange(self.orbitals), np.diff(self.firsts))
        own = (self.source == target) & ~self.steps.any(axis=1)
        weights = np.where(own, 0.0, np.abs(self.data))
        around = np.bincount(target, weights=weights, minlength=self.orbitals)
        diagonal = np.bincount(
            target, weights=np.where(own, self.data.real, 0.0), minlength=self.orbitals
        )
        low, high = diagonal - around, diagonal + around
        if self.energies is None:
            return float(low.min()), float(high.max())
        rough = self.energies.reshape(-1, self.orbitals)
        return float((rough + low).min()), float((rough + high).max())
