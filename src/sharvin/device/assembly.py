"""Sparsity of a carved device, and which coefficient of the model sits in which slot."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sharvin.device.orbitals import Orbitals
from sharvin.device.pattern import IndexArray, Pattern, index_dtype
from sharvin.device.sites import Sites, SiteTable
from sharvin.device.stencil import Bond, Stencil
from sharvin.typing import IntArray, NumberArray

CHUNK = 1 << 18  # entries gathered together, so that index copies stay small


@dataclass(frozen=True, eq=False)
class Assembly:
    """Compressed rows of H, with the number of the coefficient in every slot.

    Parameters
    ----------
    sites : Sites
    stencil : Stencil
    orbitals : Orbitals
    pattern : Pattern
        Sparsity of H.
    source : uint32 array, shape (nnz,)
        Number of the coefficient in every slot.
    """

    sites: Sites
    stencil: Stencil
    orbitals: Orbitals
    pattern: Pattern
    source: NDArray[np.uint32]

    def onsite_slots(self, site: int, row: int, column: int) -> IntArray:
        """Slots of one onsite matrix element of all sites of one sublattice, in site order."""
        bond = next(b for b in self.stencil.bonds[site] if b.hopping < 0)
        entry = np.flatnonzero((bond.rows == row) & (bond.columns == column))
        return np.flatnonzero(self.source == bond.first + entry[0])


def assemble(table: SiteTable, stencil: Stencil, orbitals: Orbitals) -> Assembly:
    """Pattern and coefficients of the bonds between all sites of a table."""
    columns, numbers = _rows(table, stencil, orbitals)
    present = columns >= 0
    counts = np.zeros(len(columns) + 1, dtype=np.int64)
    for place in range(columns.shape[1]):
        counts[1:] += present[:, place]
    indptr = np.cumsum(counts)
    dtype = index_dtype(int(indptr[-1]))
    indices, source = columns[present], numbers[present]
    positions = table.sites.positions
    if len(positions) < len(columns):
        positions = positions[orbitals.owner]
    pattern = Pattern(indptr.astype(dtype), indices, positions)
    return Assembly(table.sites, stencil, orbitals, pattern, source)


def _rows(
    table: SiteTable, stencil: Stencil, orbitals: Orbitals
) -> tuple[IndexArray, NDArray[np.uint32]]:
    """Columns (-1: none) and coefficient numbers, one line per orbital, ascending."""
    counts, sublattice = stencil.model.orbitals, table.sites.sublattice
    lines = [_lines(bonds, n) for bonds, n in zip(stencil.bonds, counts, strict=True)]
    widest = max(len(line) for site in lines for line in site)
    near = _neighbors(table, stencil)
    if set(counts) == {1}:
        kinds = np.zeros((len(lines), widest), dtype=np.uint32)
        for site, (line,) in enumerate(lines):
            kinds[site, : len(line)] = [number for _, _, number in line]
        return near, np.take(kinds, sublattice, axis=0)
    columns = np.full((int(orbitals.first[-1]), widest), -1, dtype=np.int32)
    numbers = np.zeros(columns.shape, dtype=np.uint32)
    none = np.int64(-1 - max(counts))  # negative also after an orbital is added
    for site, of_site in enumerate(lines):
        members = np.flatnonzero(sublattice == site)
        rows = orbitals.first[members]
        starts = [np.where(ends < 0, none, orbitals.first[ends]) for ends in near[members].T]
        for row, line in enumerate(of_site):
            for place, (bond, column, number) in enumerate(line):
                columns[rows + row, place] = starts[bond] + column
                numbers[rows + row, place] = number
    return columns, numbers


def _neighbors(table: SiteTable, stencil: Stencil) -> IndexArray:
    """Site at the end of each bond, -1 for none, shape (sites, bonds)."""
    sites = table.sites
    near = np.empty((len(sites), max(map(len, stencil.bonds))), dtype=np.int32)
    for place in range(near.shape[1]):
        # a sublattice with fewer bonds looks at itself and is blanked afterwards
        offsets = np.zeros((len(stencil.bonds), sites.lattice.dimension), dtype=np.int64)
        steps = np.zeros(len(stencil.bonds), dtype=np.int64)
        for site, bonds in enumerate(stencil.bonds):
            if place < len(bonds):
                offsets[site] = bonds[place].offset
                steps[site] = bonds[place].neighbor - site
        near[:, place] = table.neighbors(offsets, steps)
    for site, bonds in enumerate(stencil.bonds):
        if len(bonds) < near.shape[1]:
            near[sites.sublattice == site, len(bonds) :] = -1
    return near


def _lines(bonds: Sequence[Bond], orbitals: int) -> list[list[tuple[int, int, int]]]:
    """Entries (bond, column orbital, coefficient) of each orbital's row, ascending."""
    lines: list[list[tuple[int, int, int]]] = [[] for _ in range(orbitals)]
    for place, bond in enumerate(bonds):
        for entry, (row, column) in enumerate(zip(bond.rows, bond.columns, strict=True)):
            lines[row].append((place, int(column), bond.first + entry))
    return lines


def gather(table: NumberArray, numbers: NDArray[np.integer]) -> NumberArray:
    """``table[numbers]`` without a wide copy of ``numbers``."""
    values = np.empty(len(numbers), dtype=table.dtype)
    for start in range(0, len(numbers), CHUNK):
        part = slice(start, start + CHUNK)
        np.take(table, numbers[part], out=values[part], mode="clip")
    return values
