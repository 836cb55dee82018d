"""What a solver needs to know of a lead at one parameter set: numbers, no geometry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from sharvin.device.pattern import Pattern
from sharvin.typing import IntArray, NumberArray

__all__ = ["LeadBlocks", "Pattern", "SelfEnergyBlocks", "same_blocks", "same_bonds"]


@dataclass(frozen=True, eq=False)
class LeadBlocks:
    """Hamiltonian blocks of a semi-infinite wire and of its bond to the device.

    Cells are numbered 1, 2, ... outward; none of them is part of the device.

    Parameters
    ----------
    name : str
        Name of the lead.
    cell : array, shape (m, m)
        Hermitian block of one cell.
    hop : array, shape (m, m)
        ``<cell j+1| H |cell j>``.
    sites : int array, shape (p,)
        Device orbitals that the first cell couples to.
    coupling : array, shape (m, p)
        ``<first cell| H |device[sites]>``.
    conserved : array, shape (m, m), or None
        Hermitian matrix that commutes with `cell` and `hop`.
    labels : mapping or None
        Names of its eigenvalues, such as ``{1.0: "up", -1.0: "down"}``.
    """

    name: str
    cell: NumberArray
    hop: NumberArray
    sites: IntArray
    coupling: NumberArray
    conserved: NumberArray | None = None
    labels: Mapping[float, str] | None = None


@dataclass(frozen=True, eq=False)
class SelfEnergyBlocks:
    """A contact known only by its retarded self-energy on some device orbitals.

    Parameters
    ----------
    name : str
        Name of the contact.
    self_energy : callable
        ``self_energy(energy)`` is the (p, p) matrix, in the unit of H.
    sites : int array, shape (p,)
        Device orbitals that it acts on.
    """

    name: str
    self_energy: Callable[[float], NumberArray]
    sites: IntArray


def same_blocks(one: LeadBlocks | SelfEnergyBlocks, other: LeadBlocks | SelfEnergyBlocks) -> bool:
    """Whether two sets of blocks of the same lead hold the same numbers."""
    if one is other:
        return True
    if isinstance(one, SelfEnergyBlocks) or isinstance(other, SelfEnergyBlocks):
        return False
    return same_bonds(one, other) and _same(one.cell, other.cell)


def same_bonds(one: LeadBlocks, other: LeadBlocks) -> bool:
    """Whether two sets of blocks differ in their onsite blocks at most."""
    if (one.conserved is None) != (other.conserved is None):
        return False
    return _same(one.hop, other.hop) and _same(one.coupling, other.coupling)


def _same(a: NumberArray, b: NumberArray) -> bool:
    return a.dtype == b.dtype and np.array_equal(a, b)
