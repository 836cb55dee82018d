r"""A device that is its own mirror image, eliminated as its even and its odd half.

Where a reflection R leaves H as it is, E - H does not connect even and odd combinations of an
orbital and its image. Each half has half of the orbitals and separators half as long: both
together cost a quarter. Leads need no symmetry, since the Schur complements are turned back to
the orbitals themselves:

.. math:: S = U \,(S_+ \oplus S_-)\, U^T, \qquad
          |a_\pm\rangle = (|a\rangle \pm |Ra\rangle) / \sqrt 2
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from sharvin.numerics.elimination import Accuracy, Plan, Reduced, analyze
from sharvin.typing import IntArray, NumberArray, RealArray

WORTH = 2000  # orbitals from which the search and the bookkeeping pay
SAME_PLACE = 1e-6  # of the mean distance between orbitals
ROUNDING = 4 * np.finfo(float).eps  # of the largest entry: what evaluating a potential leaves open
ROOT = np.sqrt(2.0)


@dataclass(frozen=True, eq=False)
class Graph:
    """A sparsity with its kept orbitals: what `analyze` takes."""

    indptr: IntArray
    indices: IntArray
    kept: IntArray
    positions: RealArray | None

    @cached_property
    def plan(self) -> Plan:
        """How it is eliminated."""
        return analyze(self.indptr, self.indices, self.kept, positions=self.positions)


@dataclass(frozen=True, eq=False)
class Half:
    """The even or the odd combinations, as a Hamiltonian of their own.

    Parameters
    ----------
    plan : Plan
    first, weight : arrays, shape (entries,)
        Each entry is ``weight`` times the device's entry ``first`` ...
    also, other, factor : arrays
        ... and the entries ``also`` have ``factor`` times the device's ``other`` added.
    """

    plan: Plan
    first: IntArray
    weight: RealArray
    also: IntArray
    other: IntArray
    factor: RealArray

    def pick(self, values: NumberArray) -> NumberArray:
        """Entries of the half, for one or for several (rows) sets of the device's."""
        picked: NumberArray = values[..., self.first] * self.weight
        picked[..., self.also] += self.factor * values[..., self.other]
        return picked


@dataclass(frozen=True, eq=False)
class Mirror:
    """A reflection that leaves the pattern and the kept orbitals as they are.

    Parameters
    ----------
    entries, images : integer array
        Entries of one half of the device, and where their mirror images are stored.
    even, odd : Half
    pairs, partners, fixed : integer array
        Places in the device's kept orbitals: one of each pair, its image, and those on the axis.
    """

    entries: IntArray
    images: IntArray
    even: Half
    odd: Half
    pairs: IntArray
    partners: IntArray
    fixed: IntArray

    def holds(self, values: NumberArray) -> bool:
        """Whether these values are their own mirror image, but for rounding."""
        difference = values[..., self.entries] - values[..., self.images]
        size = np.abs(values).max(initial=0.0)
        return bool(np.abs(difference).max(initial=0.0) <= ROUNDING * size)

    def schur(self, values: NumberArray, energy: float, accuracy: Accuracy) -> Reduced:
        """Schur complement of one point."""
        even, odd = (
            half.plan.schur(half.pick(values), energy, accuracy=accuracy)
            for half in (self.even, self.odd)
        )
        return self._joined(even, odd)

    def schur_many(
        self, values: NumberArray, energies: RealArray, accuracy: Accuracy
    ) -> list[Reduced]:
        """Schur complements of many points."""
        even, odd = (
            half.plan.schur_many(half.pick(values), energies, accuracy=accuracy)
            for half in (self.even, self.odd)
        )
        return [self._joined(e, o) for e, o in zip(even, odd, strict=True)]

    def _joined(self, even: Reduced, odd: Reduced) -> Reduced:
        """Both halves in the device's orbitals; delayed unknowns come first and stay apart."""
        k_even, k_odd = even.delayed, odd.delayed
        n_pairs, rest = len(self.pairs), k_even + k_odd

        def lift(upper: NumberArray, lower: NumberArray) -> NumberArray:
            """Rows of the halves to rows for: delayed, pairs, partners, fixed."""
            plus, minus = upper[k_even : k_even + n_pairs] / ROOT, lower[k_odd:] / ROOT
            fixed = upper[k_even + n_pairs :]
            return np.concatenate(
                [upper[:k_even], lower[:k_odd], plus + minus, plus - minus, fixed]
            )

        one, two = even.matrix, odd.matrix
        from_even = lift(one, np.zeros((len(two), len(one)), two.dtype))
        from_odd = lift(np.zeros((len(one), len(two)), one.dtype), two)
        order = np.concatenate([np.arange(rest), rest + self._order])
        return Reduced(
            lift(from_even.T, from_odd.T)[order][:, order].T,
            rest,
            max(even.growth, odd.growth),
            lift(even.probe_x, odd.probe_x)[order],
            lift(even.probe_b, odd.probe_b)[order],
        )

    @cached_property
    def _order(self) -> IntArray:
        """Where each kept orbital is among pairs, partners and fixed."""
        return np.argsort(np.concatenate([self.pairs, self.partners, self.fixed]))


def find_mirror(graph: Graph, values: NumberArray) -> Mirror | None:
    """The reflection of a device across its long axis, if it has this symmetry; else None."""
    positions = graph.positions
    if positions is None or len(positions) < WORTH:
        return None
    extent = np.ptp(positions, axis=0)
    if not extent.any():
        return None
    # A reflection along the axis would halve the length only, and the cost grows linearly with it.
    axis = int(np.argmin(np.where(extent > 0, extent, np.inf)))
    partner = _partners(positions, axis)
    if partner is None or not _keeps(partner, graph.kept):
        return None
    slots = sp.csr_matrix(
        (np.arange(1, len(graph.indices) + 1), graph.indices, graph.indptr),
        shape=(len(positions), len(positions)),
    )
    turned = slots[partner][:, partner]
    turned.sort_indices()
    same = np.array_equal(turned.indptr, graph.indptr)
    if not same or not np.array_equal(turned.indices, graph.indices):
        return None
    images = turned.data - 1
    size = np.abs(values).max(initial=0.0)
    if np.abs(values[images] - values).max(initial=0.0) > ROUNDING * size:
        return None
    # One of each pair, all on the same side of the axis: the halves stay compact.
    center = 0.5 * (positions[:, axis].max() + positions[:, axis].min())
    itself = np.arange(len(partner))
    is_first = (partner == itself) | (positions[:, axis] < center)
    return _split(graph, partner, is_first, images)


def _partners(positions: RealArray, axis: int) -> IntArray | None:
    """Mirror image of each orbital; the k-th one at a place goes to the k-th one at the other."""
    extent = np.ptp(positions, axis=0)
    sides = extent[extent > 0]
    unit = SAME_PLACE * (np.prod(sides) / len(positions)) ** (1 / len(sides))
    middle = 0.5 * (positions.max(axis=0) + positions.min(axis=0))
    keys = np.rint((positions - middle) / unit)
    mirrored = keys.copy()
    mirrored[:, axis] *= -1
    there, here = np.lexsort(keys.T), np.lexsort(mirrored.T)
    if np.abs(keys[there] - mirrored[here]).max() > 1:  # a rounded half may fall either way
        return None
    partner = np.empty(len(positions), np.int64)
    partner[here] = there
    return partner if np.array_equal(partner[partner], np.arange(len(partner))) else None


def _keeps(partner: IntArray, kept: IntArray) -> bool:
    is_kept = np.zeros(len(partner), dtype=bool)
    is_kept[kept] = True
    return bool(is_kept[partner[kept]].all())


def _split(graph: Graph, partner: IntArray, is_first: np.ndarray, images: IntArray) -> Mirror:
    """Patterns of the halves, and how their entries follow from the device's."""
    n = len(partner)
    rows = np.repeat(np.arange(n), np.diff(graph.indptr))
    entries = np.flatnonzero(is_first[rows])
    is_fixed = partner == np.arange(n)
    i, j = rows[entries], np.asarray(graph.indices)[entries].astype(np.int64)
    crossing = ~is_first[j]
    j = np.where(crossing, partner[j], j)
    weight = np.where(is_fixed[j] & ~is_fixed[i], ROOT, 1.0)
    weight[is_fixed[i] & ~is_fixed[j]] = 1 / ROOT
    kept = graph.kept[is_first[graph.kept]]
    pairs, fixed = kept[~is_fixed[kept]], kept[is_fixed[kept]]
    first = np.flatnonzero(is_first)
    even = _half(graph, first, np.concatenate([pairs, fixed]), (i, j, weight, entries))
    inner = ~(is_fixed[i] | is_fixed[j])
    sign = np.where(crossing, -1.0, 1.0)[inner]
    odd = _half(
        graph,
        first[~is_fixed[first]],
        pairs,
        (i[inner], j[inner], sign, entries[inner]),
        None if is_fixed.any() else even.plan,  # the same pattern
    )
    place = np.full(n, -1)
    place[graph.kept] = np.arange(len(graph.kept))
    return Mirror(
        entries, images[entries], even, odd, place[pairs], place[partner[pairs]], place[fixed]
    )


def _half(
    graph: Graph,
    orbitals: IntArray,
    kept: IntArray,
    made_of: tuple[IntArray, IntArray, RealArray, IntArray],
    plan: Plan | None = None,
) -> Half:
    """One half from rows, columns, weights and slots of entries; some fall onto one another."""
    assert graph.positions is not None
    local = np.full(len(graph.positions), -1)
    local[orbitals] = np.arange(len(orbitals))
    i, j, weight, entries = made_of
    i, j = local[i], local[j]
    key = i * len(orbitals) + j
    order = np.argsort(key, kind="stable")
    key = key[order]
    new = np.concatenate([[True], key[1:] != key[:-1]])
    slot = np.cumsum(new) - 1
    first, again = order[new], order[~new]
    if plan is None:
        counts = np.bincount(i[first], minlength=len(orbitals))
        indptr = np.concatenate([[0], np.cumsum(counts)])
        plan = analyze(indptr, j[first], local[kept], positions=graph.positions[orbitals])
    return Half(plan, entries[first], weight[first], slot[~new], entries[again], weight[again])
