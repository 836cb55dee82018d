"""Shortest braids by meeting in the middle: all short braids once, and pairs of them."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from scipy.spatial import cKDTree

from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.anyons.braid import Braid
from sharvin.manybody.anyons.compiling.unitary import from_quaternion, quaternion
from sharvin.manybody.anyons.space import FusionSpace, generators
from sharvin.typing import ComplexArray, IntArray, RealArray

# Longest braids tabulated: 1.4 million of them, 0.1 GB with the tree.
MAX_HALF = 19
# Elements of the table coincide to rounding, 1e-15 per crossing; distinct ones differ by 1e-6.
_GRID = 2.0**27
_EMPTY: tuple[int, ...] = ()
_RNG = np.random.default_rng(20_080_411)
_HASH = _RNG.integers(1, 2**62, 4) * 2 + 1
_SIDE = _RNG.normal(size=4)


@dataclass(frozen=True, eq=False)
class BraidTable:
    """Every distinct gate of braids up to a length, up to a phase.

    Parameters
    ----------
    crossings : tuple of int
        The generators and their inverses, as signed places.
    quaternions : list of real array, shape (elements, 4)
        By length of the shortest braid.
    parents, last : list of int array
        For each element the element of the length below, and the place in `crossings` of the
        crossing that came after it.
    complete : bool
        Whether there are no more: the group is finite.
    """

    strands: int
    crossings: tuple[int, ...]
    quaternions: list[RealArray]
    parents: list[IntArray]
    last: list[IntArray]
    complete: bool
    _trees: dict[int, cKDTree] = field(default_factory=dict, repr=False)

    def tree(self, length: int) -> cKDTree:
        """Gates of one length, ready to be asked for neighbors."""
        if length not in self._trees:
            points = self.quaternions[length]
            self._trees[length] = cKDTree(points, balanced_tree=False, compact_nodes=False)
        return self._trees[length]

    def word(self, length: int, element: int) -> tuple[int, ...]:
        """Crossings of one element, the earliest first."""
        found = []
        for level in range(length, 0, -1):
            found.append(self.crossings[self.last[level][element]])
            element = int(self.parents[level][element])
        return tuple(reversed(found))


def qubit_of(space: FusionSpace) -> tuple[int, tuple[ComplexArray, ...]]:
    """Strands and generators of a space of two states."""
    if space.dimension != 2:
        raise InvalidInput(
            f"a qubit needs a fusion space of two states, but {space.anyons} with total "
            f"{space.total} have {space.dimension}"
        )
    return len(space.anyons), generators(space)


@lru_cache(maxsize=8)
def braid_table(space: FusionSpace, length: int) -> BraidTable:
    """All gates that braids of up to `length` crossings make on a qubit.

    Breadth first; products that coincide with the length two below are dropped (every relation
    of the braid group and every power that is a phase has even length).
    """
    strands, sigmas = qubit_of(space)
    crossings = tuple(s * i for i in range(1, strands) for s in (1, -1))
    steps = quaternion(np.array([m for s in sigmas for m in (s, s.conj().T)]))
    levels, keys = [np.array([[1.0, 0, 0, 0]])], [_keys(np.array([[1.0, 0, 0, 0]]))]
    parents, last = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)]
    for _ in range(length):
        new = _products(steps, levels[-1])  # (steps, elements, 4): the crossing acts last
        key, first = np.unique(_keys(new.reshape(-1, 4)), return_index=True)
        fresh = ~np.isin(key, np.concatenate(keys[-2:]))
        if not fresh.any():
            return BraidTable(strands, crossings, levels, parents, last, complete=True)
        key, first = key[fresh], first[fresh]
        count = len(levels[-1])
        parents.append(first % count)
        last.append(first // count)
        levels.append(_signed(new.reshape(-1, 4)[first]))
        keys.append(key)
    return BraidTable(strands, crossings, levels, parents, last, complete=False)


def search(
    target: ComplexArray, space: FusionSpace, error: float, *, half: int = MAX_HALF
) -> Braid:
    """Shortest braid found within `error` of a gate, from two braids of up to `half` crossings.

    Raises
    ------
    Unreliable
        When none of up to 2·half crossings is close enough; the message says how close one gets.
    """
    best, word = 2.0, _EMPTY
    for length in range(2 * half + 1):
        table = braid_table(space, _rung(length, half))
        off, found = _best_of_length(target, table, length, best)
        if off < best:
            best, word = off, found
        if best <= error:
            return Braid(table.strands, word)
        if table.complete and length >= 2 * (len(table.quaternions) - 1):
            break
    raise Unreliable(
        f"no braid of up to {length} crossings comes within {error:.1e} of this gate; the best "
        f"misses by {best:.1e}"
    )


def nearest(target: ComplexArray, space: FusionSpace, crossings: int) -> tuple[Braid, float]:
    """Closest braid of up to so many crossings, and its distance."""
    half = (crossings + 1) // 2
    table = braid_table(space, half)
    best, word = 3.0, _EMPTY
    for length in range(crossings + 1):
        off, found = _best_of_length(target, table, length, best)
        if off < best - 1e-12:
            best, word = off, found
    return Braid(table.strands, word), best


def _rung(length: int, half: int) -> int:
    """Length of the table needed, in few sizes so that tables are reused."""
    return min(half, next(r for r in (6, 11, 14, 17, 19, 2 * half) if 2 * r >= length))


def _best_of_length(
    target: ComplexArray, table: BraidTable, length: int, within: float
) -> tuple[float, tuple[int, ...]]:
    """Closest of the products of two shortest braids with so many crossings together."""
    top = len(table.quaternions) - 1
    late = length // 2
    early = length - late
    if early > top:
        return np.inf, ()
    # late · early = U: the early half is sought near late† U, for both signs.
    aim = _products(_inverse(table.quaternions[late]), quaternion(target)[None])[:, 0]
    tree = table.tree(early)
    reach = within * (1 + 1e-9)
    both = [tree.query(sign * aim, distance_upper_bound=reach) for sign in (1, -1)]
    off, where = (np.stack([np.asarray(part[k]) for part in both]) for k in (0, 1))
    sign, place = np.unravel_index(int(np.argmin(off)), off.shape)
    if not np.isfinite(off[sign, place]):
        return np.inf, ()
    word = table.word(early, int(where[sign, place])) + table.word(late, int(place))
    return float(off[sign, place]), word


def _products(left: RealArray, right: RealArray) -> RealArray:
    """Quaternions of all products, shape (left, right, 4)."""
    a, b = left[:, None, 0] + 1j * left[:, None, 1], left[:, None, 2] + 1j * left[:, None, 3]
    c, d = right[:, 0] + 1j * right[:, 1], right[:, 2] + 1j * right[:, 3]
    first, second = a * c - b * d.conj(), a * d + b * c.conj()
    return np.stack([first.real, first.imag, second.real, second.imag], axis=-1)


def _inverse(q: RealArray) -> RealArray:
    return np.asarray(q * np.array([1.0, -1.0, -1.0, -1.0]))


def _signed(q: RealArray) -> RealArray:
    """The one of ±q on a fixed side: both are the same gate."""
    return np.asarray(q * np.where(q @ _SIDE < 0, -1.0, 1.0)[:, None])


def _keys(q: RealArray) -> IntArray:
    return np.asarray(np.rint(_signed(q) * _GRID).astype(np.int64) @ _HASH)


def gates_of(table: BraidTable) -> ComplexArray:
    """All gates of a table, shape (elements, 2, 2)."""
    return from_quaternion(np.concatenate(table.quaternions))
