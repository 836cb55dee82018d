"""One formulation of a block at one energy, as far as it serves both of its ends."""

from dataclasses import dataclass

import numpy as np

from sharvin.solvers.modes.block import Block
from sharvin.solvers.modes.bond import Bond
from sharvin.solvers.modes.candidates import candidates
from sharvin.solvers.modes.cell import Cell, cell
from sharvin.solvers.modes.chunk import Chunk, Reduction, power, reduce
from sharvin.solvers.modes.classify import Split, split
from sharvin.solvers.modes.limits import EPS, Doubt
from sharvin.solvers.modes.pencil import Pencil, pencil
from sharvin.solvers.modes.waves import Waves
from sharvin.typing import BoolArray, NumberArray


@dataclass(frozen=True)
class Formulation:
    """The three knobs of the star-product code."""

    name: str
    bond: Bond
    cells: int = 1
    by_qz: bool = False


@dataclass(frozen=True, eq=False)
class Attempt:
    """Chunk, pencil and classified candidates: the lead and its mirror read off the same ones."""

    bond: Bond
    cells: int
    one: Cell
    chunk: Chunk
    reduction: Reduction | None
    pencil: Pencil
    split: Split
    origin: NumberArray  # candidates in the pencil's coordinates
    noise: float

    def subspace(
        self, selected: BoolArray, travelling: NumberArray, slow: NumberArray
    ) -> NumberArray:
        """Selected evanescent waves, with those candidates that belong to them."""
        # unit-current waves differ in length by 1/velocity: an orthonormal basis does not
        chosen = np.linalg.qr(np.concatenate([travelling, slow], axis=1))[0]
        return np.concatenate([self.pencil.subspace(selected), self.origin @ chosen], axis=1)


def attempt(block: Block, energy: float, how: Formulation) -> Attempt:
    """Solve one block in one formulation; raises Doubt where that one fails."""
    one = cell(block, energy, how.bond)
    chunk = power(one.chunk, how.cells)
    reduction = reduce(chunk) if how.cells > 1 else None
    small = chunk if reduction is None else reduction.chunk
    waves = pencil(small, how.cells, by_qz=how.by_qz)
    rank, undecided = len(small.al), int(waves.undecided.sum())
    decaying, growing = int(waves.decaying.sum()), int(waves.growing.sum())
    if decaying != growing or 2 * decaying + undecided != 2 * rank:
        raise Doubt(f"{decaying} decaying, {growing} growing, {undecided} others of rank {rank}")
    noise = max(one.noise, 4 * EPS * small.growth)
    if undecided == 0:
        none = Waves.none(0, block.rank, len(block.h))
        parts = Split(none, none, np.zeros((0, 0)), np.zeros((0, 0)))
        origin: NumberArray = np.zeros((2 * rank, 0))
    else:
        found = candidates(one, reduction, waves.subspace(waves.undecided))
        noise = max(noise, found.residual)
        parts = split(found, one, how.bond, block.row_weights + abs(energy), noise)
        origin = found.origin
        if parts.out.count != parts.inn.count:
            raise Doubt(f"{parts.out.count} outgoing, {parts.inn.count} incoming modes", edge=True)
    return Attempt(how.bond, how.cells, one, chunk, reduction, waves, parts, origin, noise)
