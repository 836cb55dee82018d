"""What a solver needs to know of a lead at one parameter set: numbers, no geometry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sharvin.device.pattern import Pattern
from sharvin.typing import IntArray, NumberArray

__all__ = ["LeadBlocks", "Pattern", "SelfEnergyBlocks"]


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
