"""Elimination that keeps every update: a local change costs only its paths to the root."""

from dataclasses import dataclass

import numpy as np

from sharvin.numerics.elimination.arrays import empty, grown, zeros
from sharvin.numerics.elimination.fronts import PROBES
from sharvin.numerics.elimination.kernel import Index, IndexArray, kernel
from sharvin.numerics.elimination.plan import Plan, Reduced, checked_values
from sharvin.numerics.elimination.single import (
    Family,
    Point,
    eliminate_front,
    root_front,
    scratch,
)
from sharvin.numerics.elimination.symbolic import Tree
from sharvin.typing import BoolArray, NumberArray, RealArray


@kernel
def _dirty(old: NumberArray, new: NumberArray, tree: Tree) -> BoolArray:
    """Nodes with a changed matrix row among their own, and all nodes above them."""
    dirty = np.zeros(len(tree.own), np.bool_)
    indptr, orbital = tree.indptr, tree.orbital
    for q in range(len(dirty)):
        for c in range(tree.child_start[q], tree.child_start[q + 1]):
            dirty[q] |= dirty[tree.child[c]]
        for r in range(tree.first[q], tree.first[q] + tree.own[q]):
            if dirty[q]:
                break
            a = orbital[r]
            for p in range(indptr[a], indptr[a + 1]):
                if old[p] != new[p]:  # NaN counts as changed
                    dirty[q] = True
    dirty[-1] = True
    return dirty


@kernel
def _refresh(  # noqa: C901 (kernel: calls cost compile time)
    point: Point,
    tree: Tree,
    dirty: BoolArray,
    home: IndexArray,
    where: IndexArray,
    delayed: IndexArray,
    growths: RealArray,
    store: NumberArray,
    end: Index,
    probe_at: IndexArray,
    probe_store: NumberArray,
    probe_end: Index,
) -> tuple[NumberArray, NumberArray, NumberArray, Index, NumberArray, Index]:
    """Eliminate the dirty nodes again; (root update, its delayed probe, stores and their ends).

    ``home`` (nodes + 1,): where the update of each node belongs while it delays nothing; updates
    with delayed unknowns are appended from ``end`` on.
    """
    like = point.values[:1].copy()
    counts = zeros(3, np.int64)
    work = scratch(np.int64(1), np.int64(1), like)
    nodes = np.int64(len(tree.own))
    for q in range(nodes - 1):
        if not dirty[q]:
            continue
        shift = np.int64(0)
        for c in range(tree.child_start[q], tree.child_start[q + 1]):
            shift += delayed[tree.child[c]]
        ne, nb = np.int64(tree.own[q]) + shift, np.int64(tree.boundary[q])
        if (ne + nb + PROBES) * ne > work.f.size or ne > work.lu_pivots.size:
            work = scratch(2 * (ne + nb + PROBES) * ne, 2 * ne, like)
        family = Family(store, where, delayed, probe_store, probe_at)
        u = store[home[q] : home[q + 1]]
        k, g, bordered, y = eliminate_front(q, ne, u, point, tree, family, work, counts)
        growths[q], delayed[q], where[q] = g, k, home[q]
        if k:
            where[q], probe_at[q] = end, probe_end
            if end + bordered.size > store.size:
                store = grown(store, end + bordered.size)
            for i in range(bordered.size):
                store[end + i] = bordered[i]
            end += bordered.size
            if probe_end + k * PROBES > probe_store.size:
                probe_store = grown(probe_store, probe_end + k * PROBES)
            for j in range(k):
                for r in range(PROBES):
                    probe_store[probe_end] = y[j, r]
                    probe_end += 1
    root = nodes - 1
    shift = np.int64(0)
    for c in range(tree.child_start[root], tree.child_start[root + 1]):
        shift += delayed[tree.child[c]]
    m = np.int64(tree.boundary[root]) + shift
    u = empty((m + PROBES) * m, like)
    family = Family(store, where, delayed, probe_store, probe_at)
    y = root_front(shift, u, point, tree, family)
    return u, y, store, end, probe_store, probe_end


@dataclass(eq=False)
class Incremental:
    """State of one elimination; `update` it with values that differ in few places.

    Mutable by nature and not safe to share between threads. Every answer is bit for bit the one
    that `Plan.schur` gives for the same values.
    """

    plan: Plan
    energy: float
    reduced: Reduced
    _values: NumberArray
    _home: IndexArray
    _where: IndexArray
    _delayed: IndexArray
    _growths: RealArray
    _store: NumberArray
    _end: int
    _probe_at: IndexArray
    _probe_store: NumberArray
    _probe_end: int

    @property
    def values(self) -> NumberArray:
        """Values of H at the last update, (nnz,)."""
        return self._values

    def update(self, values: NumberArray) -> Reduced:
        """Schur complement at new ``values`` (nnz,), redoing only the fronts they reach."""
        values = checked_values(values, self.plan.nnz)
        if values.dtype != self._values.dtype:  # real -> complex or back: other arrays altogether
            self.__dict__.update(start(self.plan, values, self.energy).__dict__)
            return self.reduced
        self._run(values, _dirty(self._values, values, self.plan.tree))
        return self.reduced

    def _run(self, values: NumberArray, dirty: BoolArray) -> None:
        if self._end > 3 * self._home[-1] + 1000:  # too much was appended: begin afresh
            dirty = np.ones_like(dirty)
        if dirty.all():
            self._end, self._probe_end = int(self._home[-1]), 0
        point = Point(values, self.energy, self.plan.probe, 0)
        u, y, self._store, self._end, self._probe_store, self._probe_end = _refresh(
            point, self.plan.tree, dirty, self._home, self._where, self._delayed, self._growths,
            self._store, self._end, self._probe_at, self._probe_store, self._probe_end,
        )  # fmt: skip
        self._values = values.copy()
        self.reduced = self.plan.reduced(u, len(y), self._growths.max(), y)


def start(plan: Plan, values: NumberArray, energy: float) -> Incremental:
    """Full elimination of a first point, with everything kept."""
    values = checked_values(values, plan.nnz)
    boundary = plan.tree.boundary.astype(np.int64)
    nodes = len(boundary)
    home = np.concatenate([[0], np.cumsum((boundary + PROBES)[:-1] * boundary[:-1])])
    empty = np.empty((0, 0), values.dtype)
    state = Incremental(
        plan, float(energy), Reduced(empty, 0, 0.0, empty, empty), values, home,
        np.zeros(nodes, np.int64), np.zeros(nodes, np.int32), np.zeros(nodes),
        np.empty(int(home[-1]) + 16, values.dtype), int(home[-1]),
        np.zeros(nodes, np.int64), np.empty(16, values.dtype), 0,
    )  # fmt: skip
    state._run(values, np.ones(nodes, bool))
    return state
