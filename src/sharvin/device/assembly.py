"""Sparsity of a carved device, and which coefficient of the model sits in which slot."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

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
    """

    sites: Sites
    stencil: Stencil

    @cached_property
    def first_orbital(self) -> IntArray:
        """Number of each site's first orbital, and at the end their total, shape (sites + 1,)."""
        orbitals = np.array(self.stencil.model.orbitals, dtype=np.int64)
        if (orbitals == orbitals[0]).all():
            return np.arange(len(self.sites) + 1, dtype=np.int64) * orbitals[0]
        return np.concatenate(([0], np.cumsum(orbitals[self.sites.sublattice])))

    @cached_property
    def orbital_site(self) -> IndexArray:
        """Site of each orbital, shape (orbitals,)."""
        counts = np.diff(self.first_orbital)
        return np.repeat(np.arange(len(self.sites), dtype=np.int32), counts)

    @cached_property
    def pattern(self) -> Pattern:
        """Sparsity of H."""
        return self._built[0]

    @cached_property
    def source(self) -> NDArray[np.uint32]:
        """Number of the coefficient in every slot, shape (nnz,)."""
        return self._built[1]

    @cached_property
    def _built(self) -> tuple[Pattern, NDArray[np.uint32]]:
        columns, numbers = self._rows()
        present = columns >= 0
        counts = np.zeros(len(columns) + 1, dtype=np.int64)
        for place in range(columns.shape[1]):
            counts[1:] += present[:, place]
        indptr = np.cumsum(counts)
        dtype = index_dtype(int(indptr[-1]))
        indices, source = columns[present], numbers[present]
        positions = self.sites.positions
        if len(positions) < len(columns):
            positions = positions[self.orbital_site]
        return Pattern(indptr.astype(dtype), indices, positions), source

    def _rows(self) -> tuple[IndexArray, NDArray[np.uint32]]:
        """Columns (-1: none) and coefficient numbers, one line per orbital, ascending."""
        lines = [_lines(bonds, n) for bonds, n in zip(self.bonds, self.orbitals, strict=True)]
        widest = max(len(line) for site in lines for line in site)
        near = self._neighbors()
        if set(self.orbitals) == {1}:
            numbers = np.zeros((len(lines), widest), dtype=np.uint32)
            for site, (line,) in enumerate(lines):
                numbers[site, : len(line)] = [number for _, _, number in line]
            return near, np.take(numbers, self.sites.sublattice, axis=0)
        columns = np.full((int(self.first_orbital[-1]), widest), -1, dtype=np.int32)
        numbers = np.zeros(columns.shape, dtype=np.uint32)
        for site, of_site in enumerate(lines):
            members = np.flatnonzero(self.sites.sublattice == site)
            rows = self.first_orbital[members]
            # -1 stays negative after an orbital is added
            none = np.int64(-1 - max(self.orbitals))
            starts = [
                np.where(found < 0, none, self.first_orbital[found]) for found in near[members].T
            ]
            for row, line in enumerate(of_site):
                for place, (bond, column, number) in enumerate(line):
                    columns[rows + row, place] = starts[bond] + column
                    numbers[rows + row, place] = number
        return columns, numbers

    @property
    def bonds(self) -> tuple[tuple[Bond, ...], ...]:
        """Bonds of each basis site."""
        return self.stencil.bonds

    @property
    def orbitals(self) -> tuple[int, ...]:
        """Orbitals of each basis site."""
        return self.stencil.model.orbitals

    def _neighbors(self) -> IndexArray:
        """Site at the end of each bond, -1 for none, shape (sites, bonds)."""
        table = SiteTable.of(self.sites, self.stencil.model.reach)
        near = np.empty((len(self.sites), max(map(len, self.bonds))), dtype=np.int32)
        for place in range(near.shape[1]):
            # a sublattice with fewer bonds looks at itself and is blanked afterwards
            offsets = np.zeros((len(self.bonds), len(table.first) + 1), dtype=np.int64)
            steps = np.zeros(len(self.bonds), dtype=np.int64)
            for site, bonds in enumerate(self.bonds):
                if place < len(bonds):
                    offsets[site] = bonds[place].offset
                    steps[site] = bonds[place].neighbor - site
            near[:, place] = table.neighbors(offsets, steps)
        for site, bonds in enumerate(self.bonds):
            if len(bonds) < near.shape[1]:
                near[self.sites.sublattice == site, len(bonds) :] = -1
        return near

    def onsite_slots(self, site: int, row: int, column: int) -> IntArray:
        """Slots of one onsite matrix element of all sites of one sublattice, in site order."""
        bond = next(b for b in self.stencil.bonds[site] if b.hopping < 0)
        entry = np.flatnonzero((bond.rows == row) & (bond.columns == column))
        return np.flatnonzero(self.source == bond.first + entry[0])


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
