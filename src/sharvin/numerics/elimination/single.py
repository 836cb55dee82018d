"""Schur complement of one point: the walk over the fronts with two update stacks."""

from typing import NamedTuple

import numpy as np

from sharvin.numerics.elimination.arrays import empty, grown, zeros
from sharvin.numerics.elimination.dense import adjoint, hermitian_diagonal
from sharvin.numerics.elimination.fronts import (
    PROBES,
    WIDTH,
    add_panel,
    add_update,
    assemble_entries,
    eigenbasis,
    eliminate_eigen,
    eliminate_ldl,
    eliminate_lu,
    rotate_probe,
    trailing,
)
from sharvin.numerics.elimination.kernel import Index, IndexArray, kernel, part
from sharvin.numerics.elimination.symbolic import Tree
from sharvin.typing import NumberArray, RealArray


class Point(NamedTuple):
    """What one elimination needs to know of its sweep point."""

    values: NumberArray  # (nnz,) of H
    energy: float
    probe: RealArray  # (n, PROBES)
    attempt: Index  # first method to try on a front: 0 LDL^H, 1 LU, 2 eigenvectors


class Scratch(NamedTuple):
    """Workspaces of one front."""

    f: NumberArray
    x: NumberArray
    inverse: NumberArray
    work: RealArray
    pivots: IndexArray
    lu_pivots: IndexArray
    nothing: NumberArray  # empty


class Family(NamedTuple):
    """Updates of the children: where they are, and what they could not eliminate."""

    store: NumberArray
    where: IndexArray  # (nodes,) first entry of the update of a node in `store`
    delayed: IndexArray  # (nodes,)
    probe_store: NumberArray
    probe_at: IndexArray  # (nodes,) probe components along its delayed unknowns


@part
def scratch(panel: Index, rows: Index, like: NumberArray) -> Scratch:
    """Workspaces for panels of ``panel`` entries and ``rows`` eliminated rows."""
    return Scratch(
        empty(panel, like),
        empty(panel, like),
        empty(WIDTH * WIDTH, like),
        empty(2 * WIDTH * WIDTH + 4 * WIDTH, np.float64),
        empty(WIDTH, np.int64),
        empty(rows, np.int32),
        empty(0, like),
    )


@part
def own_probe(q: Index, ne: Index, tree: Tree, probe: RealArray, family: Family) -> NumberArray:
    """Probe vectors on the unknowns that node ``q`` eliminates: (ne, PROBES)."""
    x = np.empty((ne, PROBES), family.probe_store.dtype)
    i = 0
    for c in range(tree.child_start[q], tree.child_start[q + 1]):
        d = tree.child[c]
        for j in range(family.delayed[d]):
            for r in range(PROBES):
                x[i, r] = family.probe_store[family.probe_at[d] + j * PROBES + r]
            i += 1
    for j in range(ne - i):
        for r in range(PROBES):
            x[i + j, r] = probe[tree.orbital[tree.first[q] + j], r]
    return x


@part
def assemble_panel(
    q: Index, ne: Index, nb: Index, f: NumberArray, point: Point, tree: Tree, family: Family
) -> None:
    """Panel of front ``q`` from the matrix and its children."""
    nf = ne + nb
    ld = nf + PROBES
    f[: ld * ne] = 0
    own = np.int64(tree.own[q])
    shift = ne - own
    assemble_entries(q, shift, own, f, ld, point.values, point.energy, point.probe, tree)
    above = np.int64(0)
    store, where, delayed = family.store, family.where, family.delayed
    child, boundary, map_, map_start = tree.child, tree.boundary, tree.map, tree.map_start
    for c in range(tree.child_start[q], tree.child_start[q + 1]):
        d = child[c]
        kc = np.int64(delayed[d])
        m = boundary[d] + kc
        rows = map_[map_start[d] : map_start[d] + m - kc]
        s = store[where[d] : where[d] + m * (m + PROBES)]
        add_panel(f, ne, nf, shift, above, kc, m, rows, s)
        above += kc


@part
def assemble_update(
    q: Index,
    ne: Index,
    nf: Index,
    shift: Index,
    u: NumberArray,
    ahead: Index,
    tree: Tree,
    family: Family,
) -> None:
    """Add the children's shares of the update of front ``q``."""
    above = np.int64(0)
    store, where, delayed = family.store, family.where, family.delayed
    child, boundary, map_, map_start = tree.child, tree.boundary, tree.map, tree.map_start
    for c in range(tree.child_start[q], tree.child_start[q + 1]):
        d = child[c]
        kc = np.int64(delayed[d])
        m = boundary[d] + kc
        rows = map_[map_start[d] : map_start[d] + m - kc]
        s = store[where[d] : where[d] + m * (m + PROBES)]
        add_update(u, ahead, ne, nf, shift, above, kc, m, rows, s)
        above += kc


@part
def eliminate_front(
    q: Index,
    ne: Index,
    u: NumberArray,
    point: Point,
    tree: Tree,
    family: Family,
    work: Scratch,
    counts: IndexArray,
) -> tuple[Index, float, NumberArray, NumberArray]:
    """Eliminate the ``ne`` leading unknowns of a front by the first method that passes.

    Returns (k, growth, bordered, y): with k = 0 the update is in ``u``; otherwise ``bordered`` is
    the update with k delayed unknowns first and y (k, PROBES) their probe components.
    """
    nb = np.int64(tree.boundary[q])  # one integer type: each mixture would be compiled anew
    nf = ne + nb
    shift = ne - tree.own[q]
    y = work.nothing.reshape(0, PROBES)
    bordered = work.nothing
    k, growth = np.int64(0), 0.0
    if ne == 0:
        u[:] = 0
    attempt = np.int64(point.attempt)
    done = ne == 0
    while not done:
        assemble_panel(q, ne, nb, work.f, point, tree, family)
        if attempt == 0:
            done, growth = eliminate_ldl(
                ne, nb, work.f, work.x, work.inverse, work.work, work.pivots
            )
        elif attempt == 1:
            counts[0] += 1
            done, growth = eliminate_lu(ne, nb, work.f, work.x, work.lu_pivots)
        else:
            d, t, w, scale, norm, kind = eigenbasis(ne, nb, work.f)
            k, growth, bordered = eliminate_eigen(ne, nb, d, w, kind)
            counts[1] += 1
            counts[2] += k
            if k:
                x = own_probe(q, ne, tree, point.probe, family)
                y = rotate_probe(ne, t, scale, norm, kind, x)
            else:
                for i in range(u.size):
                    u[i] = bordered[i]
            break
        if done:
            trailing(ne, nb, work.f, work.x, attempt == 0, u)
        attempt += 1
    assemble_update(q, ne, nf, shift, bordered if k else u, k, tree, family)
    return k, growth, bordered, y


@part
def root_front(
    shift: Index, u: NumberArray, point: Point, tree: Tree, family: Family
) -> NumberArray:
    """Fill the root update, delayed unknowns first, and return their probe components."""
    q = len(tree.own) - 1
    kept = np.int64(tree.boundary[q])
    m = kept + shift
    zero = np.int64(0)
    u[:] = 0
    assemble_entries(q, shift, kept, u, m + PROBES, point.values, point.energy, point.probe, tree)
    assemble_update(q, zero, m, shift, u, zero, tree, family)
    return own_probe(q, shift, tree, point.probe, family)


@kernel
def schur_single(  # noqa: C901, PLR0915 (kernel: calls cost compile time)
    point: Point, sizes: IndexArray, tree: Tree, counts: IndexArray
) -> tuple[NumberArray, Index, float, NumberArray]:
    """Root update of E - H: ((m + PROBES) x m column-major, delayed count, growth, delayed probe).

    ``sizes``: entries of the even stack, the odd stack, the largest panel, and its rows. ``counts``
    receives the numbers of fronts redone by LU, of eigen-delayed fronts and of delayed unknowns.
    """
    nodes = len(tree.own)
    child_start, child, boundary, own = tree.child_start, tree.child, tree.boundary, tree.own
    like = point.values[:1].copy()
    stacks = (empty(sizes[0], like), empty(sizes[1], like))
    work = scratch(sizes[2], sizes[3], like)
    delayed, where = zeros(nodes, np.int32), zeros(nodes, np.int64)
    probe_at, probe_store, probe_end = zeros(nodes, np.int64), empty(16, like), 0
    top = zeros(2, np.int64)
    growth = 0.0
    for q in range(np.int64(nodes)):
        # np.int64: a literal 0 would have the callees compiled for it, then again for integers
        shift, pop = np.int64(0), np.int64(0)
        for c in range(child_start[q], child_start[q + 1]):
            d = child[c]
            shift += delayed[d]
            m = boundary[d] + delayed[d]
            pop += (m + PROBES) * m
        ne, nb = np.int64(own[q]) + shift, np.int64(boundary[q])
        parity = tree.odd[q]
        mine, theirs = stacks[parity], stacks[1 - parity]
        family = Family(theirs, where, delayed, probe_store, probe_at)
        if q == nodes - 1:
            m = nb + shift
            u = np.empty((m + PROBES) * m, like.dtype)
            y = root_front(shift, u, point, tree, family)
            return u, shift, growth, y
        if (ne + nb + PROBES) * ne > work.f.size or ne > work.lu_pivots.size:
            work = scratch(2 * (ne + nb + PROBES) * ne, 2 * ne, like)
        begin = top[parity]
        size = (nb + PROBES) * nb
        if begin + size > mine.size:
            mine = grown(mine, begin + size)
            stacks = (theirs, mine) if parity else (mine, theirs)
        k, g, bordered, y = eliminate_front(
            q, ne, mine[begin : begin + size], point, tree, family, work, counts
        )
        growth = max(growth, g)
        if k:
            delayed[q] = k
            size = np.int64(bordered.size)
            if begin + size > mine.size:
                mine = grown(mine, begin + size)
                stacks = (theirs, mine) if parity else (mine, theirs)
            for i in range(size):
                mine[begin + i] = bordered[i]
            probe_at[q] = probe_end
            if probe_end + k * PROBES > probe_store.size:
                probe_store = grown(probe_store, probe_end + k * PROBES)
            for j in range(k):
                for r in range(PROBES):
                    probe_store[probe_end] = y[j, r]
                    probe_end += 1
        where[q] = begin
        top[parity] += size
        top[1 - parity] -= pop
    raise AssertionError("a plan has a root")


@kernel
def unpack(u: NumberArray, m: Index, matrix: NumberArray, reduced: NumberArray) -> None:
    """Full Hermitian matrix (m, m) and reduced right-hand side (m, PROBES) of a root update."""
    ld = m + PROBES
    for j in range(m):
        for i in range(j, m):
            v = u[i + j * ld]
            matrix[i, j] = v
            matrix[j, i] = adjoint(v)
        matrix[j, j] = hermitian_diagonal(matrix[j, j])
        for r in range(PROBES):
            reduced[j, r] = adjoint(u[m + r + j * ld])
