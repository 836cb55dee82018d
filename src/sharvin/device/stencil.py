"""The rows of a model's Hamiltonian as seen from one orbital: the same for every site.

A crystal has few different matrix elements. They are kept in one short vector of coefficients;
every stored entry of a device is one of them, known by its number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sharvin.matter.block import Block
from sharvin.matter.model import Model
from sharvin.typing import BoolArray, IntArray, NumberArray, RealArray


@dataclass(frozen=True, eq=False)
class Bond:
    """Block ``<site, cell n| H |neighbor, cell n + offset>`` with its coefficients' numbers.

    Parameters
    ----------
    offset : tuple of int
        Cells from the site to its neighbor.
    site, neighbor : int
        Basis sites: rows and columns of the block.
    hopping : int
        Index of the model's hopping, -1 for the onsite block.
    adjoint : bool
        Whether the block is the adjoint of the model's.
    rows, columns : int array, shape (entries,)
        Orbitals that the block joins (structurally nonzero entries, row by row).
    first : int
        Number of the first of its coefficients.
    """

    offset: tuple[int, ...]
    site: int
    neighbor: int
    hopping: int
    adjoint: bool
    rows: IntArray
    columns: IntArray
    first: int


@dataclass(frozen=True, eq=False)
class Stencil:
    """All bonds of a model, those of one basis site in ascending order of their neighbors.

    Parameters
    ----------
    model : Model
    bonds : tuple of tuple of Bond
        By basis site.
    """

    model: Model
    bonds: tuple[tuple[Bond, ...], ...]

    @classmethod
    def of(
        cls, model: Model, onsite: Sequence[BoolArray], *, full_hoppings: bool = False
    ) -> "Stencil":
        """Stencil of ``model``; ``onsite`` says where else its onsite blocks may fill up.

        With `full_hoppings` all entries of the hopping blocks may.
        """
        rows: list[list[tuple[tuple[int, ...], int, int, bool, BoolArray]]] = []
        here = (0,) * model.lattice.dimension
        for site, block in enumerate(model.onsite):
            filled = _structure(block) | onsite[site] | np.eye(block.shape[0], dtype=bool)
            rows.append([(here, site, -1, False, filled | filled.T)])
        for index, hopping in enumerate(model.hoppings):
            back = tuple(-step for step in hopping.offset)
            filled = _structure(hopping.block) | full_hoppings
            rows[hopping.to].append((back, hopping.from_, index, False, filled))
            rows[hopping.from_].append((hopping.offset, hopping.to, index, True, filled.T))
        first, bonds = 0, []
        for site, neighbors in enumerate(rows):
            found = []
            for offset, neighbor, index, adjoint, filled in sorted(neighbors, key=lambda r: r[:2]):
                i, j = np.nonzero(filled)
                found.append(Bond(offset, site, neighbor, index, adjoint, i, j, first))
                first += len(i)
            bonds.append(tuple(found))
        return cls(model, tuple(bonds))

    def __iter__(self):  # type: ignore[no-untyped-def]
        """All bonds, site by site."""
        return (bond for row in self.bonds for bond in row)

    @cached_property
    def size(self) -> int:
        """Number of coefficients."""
        return sum(len(bond.rows) for bond in self)

    @cached_property
    def vectors(self) -> RealArray:
        """From the neighbor to the site, for every coefficient, shape (size, D), nm."""
        lattice = self.model.lattice
        found = np.zeros((self.size, lattice.space))
        for bond in self:
            step = np.asarray(bond.offset) @ lattice.vectors
            step = step + lattice.basis[bond.neighbor] - lattice.basis[bond.site]
            found[bond.first : bond.first + len(bond.rows)] = -step
        return found

    @cached_property
    def charges(self) -> RealArray:
        """Charge that each coefficient carries along its bond, in e, shape (size,)."""
        row, column = self._orbital_charges
        return (row + column) / 2

    @cached_property
    def is_mixed(self) -> BoolArray:
        """Which coefficients join orbitals of different charges (pairing), shape (size,)."""
        row, column = self._orbital_charges
        mixed: BoolArray = row != column
        return mixed

    @cached_property
    def _orbital_charges(self) -> tuple[RealArray, RealArray]:
        charges = self.model.charges
        row = np.concatenate([charges[bond.site][bond.rows] for bond in self])
        column = np.concatenate([charges[bond.neighbor][bond.columns] for bond in self])
        return row, column

    def coefficients(self, params: Mapping[str, float]) -> NumberArray:
        """Matrix elements at ``params``, shape (size,); real if all of them are."""
        parts = []
        for bond in self:
            if bond.hopping < 0:
                block = self.model.onsite_block(bond.site, params)
            else:
                block = self.model.hopping_block(bond.hopping, params)
            if bond.adjoint:
                block = block.conj().T
            parts.append(block[bond.rows, bond.columns])
        values: NumberArray = np.concatenate(parts)
        if np.iscomplexobj(values) and not values.imag.any():
            values = values.real.copy()
        return values


def _structure(block: Block) -> BoolArray:
    """Where the block may be nonzero for some parameters."""
    if block.terms is None:
        return np.ones(block.shape, dtype=bool)
    filled = np.zeros(block.shape, dtype=bool)
    for term in block.terms.values():
        filled |= term != 0
    return filled
