"""Products of two expansions at one energy each, at all energies at once."""

from collections.abc import Sequence

import numpy as np

from sharvin.numerics.chebyshev.engine import Block, Compiled, aligned
from sharvin.numerics.chebyshev.recursion import Expansion, run
from sharvin.numerics.chebyshev.transform import LANES, TOGETHER, Transform, add_products
from sharvin.typing import RealArray


def product_series(
    expansion: Expansion,
    left: Block,
    right: Block,
    operator: str,
    weights: Sequence[RealArray],
    memory: float,
) -> list[RealArray]:
    r"""Chebyshev coefficients c of a product of two series, one array for each of the weights.

    .. math:: \operatorname{Re} \sum_{mn} w_m w_n \langle T_m l | A\, T_n r \rangle\,
              T_m(x)\, T_n(x) = \sum_k c_k T_k(x)

    What takes :math:`M^2 N` operations by way of the moments of all pairs takes
    :math:`M N \log M` here. Orbitals are treated as many at a time as ``memory`` (bytes) allows;
    for the others the recursions run again.

    Parameters
    ----------
    expansion : Expansion
        With compiled loops.
    left, right : Block
    operator : str
        Name of A.
    weights : sequence of float arrays, shape (moments,)
    memory : float

    Returns
    -------
    list of float arrays, shape (width, K)
    """
    engine = expansion.engine
    assert isinstance(engine, Compiled)
    transforms = [Transform(w) for w in weights]
    count = max(len(w) for w in weights)
    width = left.shape[2]
    numbers = width * engine.parts  # of an orbital
    rows = orbitals_at_once(engine, width, count, memory)
    stacks = [aligned(count * rows * numbers).reshape(count, -1) for _ in range(2)]
    image = engine.zeros(width)
    totals = []
    for first in range(0, engine.size, rows):
        part = slice(first, min(first + rows, engine.size))
        filled = (part.stop - part.start) * numbers
        for stack in stacks:
            stack[:, filled:] = 0.0

        def keep(n: int, block: Block, part: slice = part, filled: int = filled) -> None:
            stacks[0][n, :filled] = block[part].reshape(-1)

        def act(n: int, block: Block, part: slice = part, filled: int = filled) -> None:
            target = stacks[1][n, :filled].reshape(-1, *block.shape[1:])
            if len(target) == engine.size:
                engine.step(operator, block, target, 1.0, 0.0, 0.0)
            else:
                engine.step(operator, block, image, 1.0, 0.0, 0.0)
                target[...] = image[part]

        run(expansion, engine.copy(left), count, keep)
        run(expansion, engine.copy(right), count, act)
        totals.append(_sums(engine, stacks, transforms))
    return _series(np.sum(totals, axis=0), transforms, width)


def orbitals_at_once(engine: Compiled, width: int, count: int, memory: float) -> int:
    """Orbitals whose vectors fit into the memory (bytes): whole lanes of them."""
    numbers = width * engine.parts
    grain = LANES // int(np.gcd(LANES, numbers))
    rows = int(memory / (16 * count * numbers)) // grain * grain
    return min(max(rows, grain), -(-engine.size // grain) * grain)


def _sums(engine: Compiled, stacks: list[RealArray], transforms: list[Transform]) -> RealArray:
    """Products at the nodes of all transforms, one after the other, lane by lane."""
    left, right = (stack.reshape(-1) for stack in stacks)
    lines = stacks[0].shape[1] // LANES
    counts = np.array([len(t.weights) for t in transforms])
    table = np.concatenate([t.table for t in transforms])
    roots = np.concatenate([t.roots for t in transforms])
    nodes = [2 * t.half for t in transforms]

    def act(start: int, stop: int, found: RealArray) -> None:
        near = aligned(2 * LANES * TOGETHER * counts.max()).reshape(2, -1)
        work, sums = aligned(2 * LANES * max(nodes)), aligned(LANES * sum(nodes))
        add_products(left, right, lines, start, stop, counts, table, roots, near, work, sums)
        found[:] = sums

    return engine.each(act, lines, 1, LANES * sum(nodes))


def _series(sums: RealArray, transforms: list[Transform], width: int) -> list[RealArray]:
    found = []
    ends = np.cumsum([2 * t.half for t in transforms])
    for t, lanes in zip(transforms, np.split(sums.reshape(-1, LANES), ends[:-1]), strict=True):
        # Where vectors are fewer than lanes, several lanes belong to one of them.
        found.append(t.series(lanes.reshape(len(lanes), -1, width).sum(axis=1).T))
    return found
