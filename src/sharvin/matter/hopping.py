"""Hoppings of a periodic model: which sites talk to which, over any distance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.matter.block import Block


@dataclass(frozen=True, eq=False)
class Hopping:
    """Matrix elements ⟨site ``to`` in cell n + ``offset`` | H | site ``from_`` in cell n⟩.

    Only one direction of each hopping is written down; the other is its adjoint, so that the
    Hamiltonian is Hermitian by construction. ``block`` has one row per orbital of ``to``.
    """

    block: Any
    offset: tuple[int, ...]
    to: int = 0
    from_: int = 0

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names that the block depends on."""
        return self.block.parameters if isinstance(self.block, Block) else ()


def checked_hoppings(
    given: Sequence[Hopping], orbitals: tuple[int, ...], dimension: int
) -> tuple[Hopping, ...]:
    """Hoppings with their blocks read and their sites, offsets and directions checked."""
    seen: dict[tuple[object, ...], int] = {}
    checked = []
    for index, hopping in enumerate(given):
        what = f"hopping {index}"
        to, from_ = int(hopping.to), int(hopping.from_)
        if not (0 <= to < len(orbitals) and 0 <= from_ < len(orbitals)):
            raise InvalidInput(
                f"{what} joins sites {to} and {from_}; sites: 0..{len(orbitals) - 1}"
            )
        steps = np.atleast_1d(hopping.offset)
        offset = tuple(int(step) for step in steps)
        if len(offset) != dimension or (steps != offset).any():
            raise ShapeMismatch(
                f"{what} has offset {hopping.offset}, but needs {dimension} whole numbers of cells"
            )
        back = tuple(-step for step in offset)
        if to == from_ and offset == back:
            raise InvalidInput(f"{what} joins a site to itself; put it into the onsite block")
        if (to, from_, offset) in seen or (from_, to, back) in seen:
            raise InvalidInput(
                f"{what} repeats an earlier hopping or is its adjoint; write one direction once"
            )
        seen[to, from_, offset] = index
        block = Block.of(hopping.block, (orbitals[to], orbitals[from_]), f"block of {what}")
        checked.append(Hopping(block, offset, to, from_))
    return tuple(checked)
