"""Devices whose Hamiltonian somebody else made: sparse or dense matrices, as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from sharvin.device.affine import (
    Affine,
    BlockLike,
    affine_parts,
    check_hermitian,
    number_array,
    read_only,
)
from sharvin.device.leads import BoundLead, MatrixLead, SelfEnergyLead, bind_lead, check_sites
from sharvin.device.pattern import Pattern, index_dtype
from sharvin.device.system import System
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.typing import NumberArray, RealArray


@dataclass(frozen=True, eq=False)
class Matrices:
    """A Hamiltonian given by its matrix, with the positions of its orbitals.

    Parameters
    ----------
    hamiltonian : matrix, shape (n, n), or mapping
        Hermitian, scipy sparse or dense; ``{"": H0, "gate": H1}`` means H0 + gate H1.
    positions : real array, shape (n, d), optional
        One row per orbital, nm; improves the elimination order.
    """

    hamiltonian: BlockLike
    positions: Any = None

    def __post_init__(self) -> None:
        if callable(self.hamiltonian):
            raise InvalidInput(
                "hamiltonian must be a matrix or {'': H0, 'gate': H1, ...}: the sparsity of a "
                "function's result is not known beforehand"
            )
        pairs = affine_parts(self.hamiltonian, "hamiltonian")
        parts = {name: _sparse(part, name) for name, part in pairs}
        n = next(iter(parts.values())).shape[0]
        for name, part in parts.items():
            if part.shape != (n, n):
                raise ShapeMismatch(
                    f"{_title(name)} has shape {part.shape}, the other terms ({n}, {n})"
                )
        object.__setattr__(self, "hamiltonian", parts)
        object.__setattr__(self, "positions", _positions(self.positions, n))

    @property
    def degeneracy(self) -> int:
        """One: raw matrices count every state themselves."""
        return 1

    def system(self, leads: Mapping[str, Any]) -> System:
        """Pattern, values and leads of the device."""
        pattern = _union(self.hamiltonian, self.positions)
        arrays = {name: _spread(part, pattern) for name, part in self.hamiltonian.items()}
        constant = arrays.pop("", None)
        if constant is None:
            constant = read_only(np.zeros(pattern.nnz))
        bound = tuple(_bind(name, lead, pattern.n) for name, lead in leads.items())
        return System(pattern, Affine(constant, arrays), bound)


def _bind(name: str, lead: Any, n: int) -> BoundLead:
    if not isinstance(lead, MatrixLead | SelfEnergyLead):
        raise InvalidInput(
            f"lead {name!r} of a matrix must be a MatrixLead or a SelfEnergyLead, "
            f"got {type(lead).__name__}"
        )
    return bind_lead(name, lead, check_sites(name, lead.sites, n))


def _title(name: str) -> str:
    return f"hamiltonian term {name!r}" if name else "hamiltonian"


def _sparse(value: Any, name: str) -> sparse.csr_matrix:
    """Exactly Hermitian canonical copy in float64, or complex128 where needed."""
    what = _title(name)
    if not sparse.issparse(value):
        value = number_array(value, what)
    if value.ndim != 2 or value.shape[0] != value.shape[1] or not value.shape[0]:
        raise ShapeMismatch(f"{what} must be a square matrix, got shape {value.shape}")
    matrix = sparse.csr_matrix(value, copy=True)
    matrix.data = number_array(matrix.data, what)
    matrix.sum_duplicates()
    skew = matrix - matrix.conj().T
    if skew.nnz:
        defect, largest = np.abs(skew.data).max(), np.abs(matrix.data).max()
        check_hermitian(float(defect), float(largest), what)
        if defect:
            # Rounding of the sender: both halves must agree, since solvers read only one.
            matrix = ((matrix + matrix.conj().T) / 2).tocsr()
    matrix.eliminate_zeros()
    matrix.sort_indices()
    return matrix


def _positions(positions: Any, n: int) -> RealArray | None:
    if positions is None:
        return None
    array = number_array(positions, "positions")
    if array.ndim != 2 or len(array) != n or np.iscomplexobj(array):
        raise ShapeMismatch(
            f"positions have shape {array.shape}, needed is one real row per orbital, ({n}, d)"
        )
    return read_only(array)


def _union(parts: Mapping[str, sparse.csr_matrix], positions: RealArray | None) -> Pattern:
    """Where any term has an entry, and the whole diagonal."""
    n = next(iter(parts.values())).shape[0]
    total = sparse.identity(n, format="csr")
    for part in parts.values():
        # ones, so that nothing cancels
        total = total + sparse.csr_matrix(
            (np.ones(part.nnz), part.indices, part.indptr), shape=part.shape
        )
    total.sort_indices()
    dtype = index_dtype(total.nnz)
    return Pattern(total.indptr.astype(dtype), total.indices.astype(dtype), positions)


def _spread(part: sparse.csr_matrix, pattern: Pattern) -> NumberArray:
    """Entries of one term on the union pattern, zero elsewhere, shape (nnz,)."""
    if part.nnz == pattern.nnz:
        return read_only(part.data.copy())
    n = pattern.n
    # Keys (row, column) ascend in both patterns, so one binary search finds every slot.
    keys = np.repeat(np.arange(n, dtype=np.int64), np.diff(pattern.indptr)) * n + pattern.indices
    own = np.repeat(np.arange(n, dtype=np.int64), np.diff(part.indptr)) * n + part.indices
    values = np.zeros(len(keys), dtype=part.data.dtype)
    values[np.searchsorted(keys, own)] = part.data
    return read_only(values)
