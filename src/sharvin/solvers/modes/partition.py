"""A lead cut into sectors of a conserved quantity and connected blocks."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from sharvin.errors import InvalidInput
from sharvin.typing import IntArray, NumberArray, RealArray

# [conserved, H] and the spread of one eigenvalue, relative to the size of what is compared.
COMMUTES = 1e-10
SAME_CHARGE = 1e-9


@dataclass(frozen=True, eq=False)
class Piece:
    """A connected block of a lead within one sector.

    Attributes
    ----------
    h, v : array, shape (b, b)
        Cell and hop in the block's basis.
    rows : int array
        Orbitals of the lead that the basis lives on.
    frame : array, shape (rows, b), or None
        Basis vectors; None: the orbitals themselves.
    charge : float
        Conserved value; NaN without one.
    """

    h: NumberArray
    v: NumberArray
    rows: IntArray
    frame: NumberArray | None
    charge: float


def partition(cell: NumberArray, hop: NumberArray, conserved: NumberArray | None) -> list[Piece]:
    """Pieces in the order of modes: sectors by ascending value, then blocks by first orbital."""
    if conserved is None:
        everything = np.arange(len(cell))
        return [
            Piece(_sub(cell, i), _sub(hop, i), i, None, np.nan)
            for i in _components(cell, hop, everything)
        ]
    _check_conserved(cell, hop, conserved)
    values, basis = _local_eigenbasis(conserved)
    if basis is not None:
        cell, hop = (without_rounding(basis.conj().T @ q @ basis, q) for q in (cell, hop))
    pieces = []
    for charge, sector in _sectors(values):
        for i in _components(cell, hop, sector):
            if basis is None:
                rows, frame = i, None
            else:
                rows = np.flatnonzero(np.any(basis[:, i] != 0, axis=1))
                frame = basis[np.ix_(rows, i)]
            pieces.append(Piece(_sub(cell, i), _sub(hop, i), rows, frame, charge))
    return pieces


def _sub(matrix: NumberArray, index: IntArray) -> NumberArray:
    return (
        matrix if len(index) == len(matrix) else np.ascontiguousarray(matrix[np.ix_(index, index)])
    )


def _components(cell: NumberArray, hop: NumberArray, members: IntArray) -> list[IntArray]:
    """Connected orbitals among ``members``, by first orbital."""
    linked = (cell != 0) | (hop != 0) | (hop != 0).T
    inner = linked[np.ix_(members, members)]
    if inner.all():
        return [members]
    count, label = connected_components(csr_array(inner), directed=False)
    order = np.argsort(label, kind="stable")
    cuts = np.searchsorted(label[order], np.arange(1, count))
    blocks = [members[np.sort(i)] for i in np.split(order, cuts)]
    return sorted(blocks, key=lambda i: int(i[0]))


def _check_conserved(cell: NumberArray, hop: NumberArray, conserved: NumberArray) -> None:
    """Refuse what does not commute with the lead."""
    size = float(np.abs(conserved).max(initial=0.0))
    for name, q in (("cell", cell), ("hop", hop)):
        defect = float(np.abs(conserved @ q - q @ conserved).max(initial=0.0))
        if defect > COMMUTES * size * max(float(np.abs(q).max(initial=0.0)), 1e-300) * len(q):
            raise InvalidInput(
                f"conserved does not commute with the lead's {name} (largest entry of the "
                f"commutator {defect:.1e}): leave it out or give a quantity that does"
            )


def _local_eigenbasis(conserved: NumberArray) -> tuple[RealArray, NumberArray | None]:
    """Eigenvalues and a sparse eigenbasis: site by site for an onsite quantity.

    Diagonalizing each connected part by itself keeps sites apart although the values repeat on
    every site. None stands for the orbitals themselves.
    """
    diagonal = np.diag(conserved).real.copy()
    if not np.any(conserved - np.diag(np.diag(conserved))):
        return diagonal, None
    values, basis = diagonal, np.zeros_like(conserved)
    count, label = connected_components(csr_array(conserved != 0), directed=False)
    for c in range(count):
        i = np.flatnonzero(label == c)
        values[i], basis[np.ix_(i, i)] = np.linalg.eigh(conserved[np.ix_(i, i)])
    return values, basis


def _sectors(values: RealArray) -> list[tuple[float, IntArray]]:
    """(value, members) of each distinct eigenvalue, ascending."""
    order = np.argsort(values, kind="stable")
    jumps = np.diff(values[order]) > SAME_CHARGE * max(1.0, float(np.abs(values).max()))
    groups = np.split(order, np.flatnonzero(jumps) + 1)
    return [(float(values[g].mean()), np.sort(g)) for g in groups]


def without_rounding(rotated: NumberArray, original: NumberArray) -> NumberArray:
    """Drop what the rotation left of exact zeros, and an imaginary part that is only rounding."""
    floor = 2e-15 * float(np.abs(original).max(initial=0.0))
    cleaned = np.where(np.abs(rotated) > floor, rotated, 0)
    if cleaned.dtype.kind == "c" and np.abs(cleaned.imag).max(initial=0.0) <= floor:
        cleaned = cleaned.real
    return cleaned
