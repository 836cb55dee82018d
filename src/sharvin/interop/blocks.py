"""Tables ⟨0 m|H|R n⟩ that other programs write, and the terms of a model they become."""

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.matter.hopping import Hopping
from sharvin.typing import ComplexArray, IntArray, NumberArray

Blocks = dict[tuple[int, ...], NumberArray]


def hermitian_blocks(cells: IntArray, blocks: ComplexArray, rounding: float, name: str) -> Blocks:
    """Blocks by cell, with H(-R) = H(R)† made exact.

    Parameters
    ----------
    cells : int array, shape (cells, d)
    blocks : complex array, shape (cells, orbitals, orbitals)
        ⟨0 m|H|R n⟩ in meV.
    rounding : float
        By how much adjoint numbers may differ, meV.
    name : str
        Where they come from, for messages.

    Raises
    ------
    InvalidInput
        If they are not Hermitian, or have no onsite energies.
    """
    known = {tuple(map(int, cell)): block for cell, block in zip(cells, blocks, strict=True)}
    zero = (0,) * cells.shape[1]
    if zero not in known:
        raise InvalidInput(f"{name} has no cell R = {list(zero)}, so no onsite energies")
    exact = {}
    for cell, block in known.items():
        opposite = tuple(-step for step in cell)
        partner = known.get(opposite, np.zeros_like(block))
        defect = float(np.abs(block - partner.conj().T).max())
        if defect > rounding:
            raise InvalidInput(
                f"{name} is not Hermitian: the elements of R = {list(cell)} and "
                f"{list(opposite)} are not adjoint, by {defect / 1000:.2e} eV"
            )
        exact[cell] = (block + partner.conj().T) / 2
    return exact


def shifted(blocks: Blocks, fermi_energy: float, cutoff: float) -> Blocks:
    """The same from the Fermi energy on, without elements below the cutoff; all in meV."""
    zero = (0,) * len(next(iter(blocks)))
    moved = dict(blocks)
    moved[zero] = moved[zero] - fermi_energy * np.eye(len(moved[zero]))
    return {cell: np.where(np.abs(b) >= cutoff, b, 0.0) for cell, b in moved.items()}


def model_terms(blocks: Blocks, sites: list[IntArray]) -> tuple[list[NumberArray], list[Hopping]]:
    """Onsite blocks and hoppings, every hop once.

    Parameters
    ----------
    blocks : mapping of cell to array
    sites : list of int array
        Orbitals of each site.
    """
    zero = (0,) * len(next(iter(blocks)))
    hoppings = []
    for cell, block in blocks.items():
        for to, rows in enumerate(sites):
            for from_, columns in enumerate(sites):
                first = cell > zero or (cell == zero and to > from_)
                part = block[np.ix_(rows, columns)]
                if first and part.any():
                    # ⟨0 m|H|R n⟩ leads from cell R to cell 0, an offset of -R.
                    hoppings.append(Hopping(part, tuple(-step for step in cell), to, from_))
    return [blocks[zero][np.ix_(own, own)] for own in sites], hoppings
