r"""Elimination that keeps its factors, and the walks back down the tree that use them.

Node q expresses its own unknowns by the rest of its front, :math:`x_o = Y x_r` with :math:`Y =
(T_d, -F_{11}^{-1} F_{12})` (delayed eigenvectors first), and keeps the inverse C of the part of
its block that it eliminated. From the root down, the Green function of a front follows from that
of its rest: :math:`G_{or} = Y G_{rr}`, :math:`G_{ro} = G_{rr} Y^\dagger`, :math:`G_{oo} = C + Y
G_{rr} Y^\dagger`.
"""

from typing import NamedTuple

import numpy as np

from sharvin.numerics.elimination.arrays import grown
from sharvin.numerics.elimination.blas import C, N, T, gemm, getri
from sharvin.numerics.elimination.fronts import (
    PROBES,
    eigenbasis,
    eliminate_eigen,
    eliminate_lu,
    rotate_probe,
    trailing,
)
from sharvin.numerics.elimination.kernel import Index, IndexArray, kernel, part
from sharvin.numerics.elimination.single import (
    Family,
    Point,
    assemble_panel,
    assemble_update,
    own_probe,
    root_front,
    scratch,
)
from sharvin.numerics.elimination.symbolic import Tree
from sharvin.typing import ComplexArray, NumberArray


class Kept(NamedTuple):
    """Factors of every node, flat and column-major."""

    y: NumberArray  # Y, (own incl. delayed of the children) x (delayed + boundary)
    y_at: IndexArray  # (nodes,)
    c: NumberArray  # C, square
    c_at: IndexArray  # (nodes,)
    delayed: IndexArray  # (nodes,)


@part
def _eigen_factors(
    ne: Index,
    nb: Index,
    k: Index,
    d: NumberArray,
    t: NumberArray,
    w: NumberArray,
    kind: IndexArray,
    y: NumberArray,
    c: NumberArray,
) -> None:
    """Y and C of a front that was eliminated by eigenvectors."""
    good = np.zeros(ne * ne, t.dtype)
    bad = np.int64(0)
    g = np.int64(0)
    coupling = np.empty(max(nb, 1) * ne, t.dtype)
    vectors = np.empty(ne * ne, t.dtype)
    for j in range(ne):
        if kind[j] == 1:
            for i in range(ne):
                y[i + bad * ne] = t[i + j * ne]
            bad += 1
        elif kind[j] == 0:
            for i in range(ne):
                vectors[i + g * ne] = t[i + j * ne]
                good[i + g * ne] = t[i + j * ne] / d[j]
            for i in range(nb):
                coupling[i + g * nb] = w[i + j * (nb + PROBES)]
            g += 1
    one, zero = t.dtype.type(1), t.dtype.type(0)
    if nb:
        gemm(N, C, ne, nb, g, -one, good, 0, ne, coupling, 0, nb, zero, y, k * ne, ne)
    gemm(N, C, ne, ne, g, one, good, 0, ne, vectors, 0, ne, zero, c, 0, ne)


@kernel
def factorize(  # noqa: C901, PLR0912, PLR0915 (kernel: calls cost compile time)
    point: Point, sizes: IndexArray, tree: Tree, counts: IndexArray
) -> tuple[NumberArray, Index, float, NumberArray, Kept]:
    """`single.schur_single` by LU, with its factors."""
    nodes = np.int64(len(tree.own))
    like = point.values[:1].copy()
    stacks = (np.empty(sizes[0], like.dtype), np.empty(sizes[1], like.dtype))
    work = scratch(sizes[2], sizes[3], like)
    delayed, where = np.zeros(nodes, np.int32), np.zeros(nodes, np.int64)
    probe_at, probe_store, probe_end = np.zeros(nodes, np.int64), np.empty(16, like.dtype), 0
    room_y, room_c = np.int64(0), np.int64(0)
    for q in range(nodes):
        room_y += np.int64(tree.own[q]) * tree.boundary[q]
        room_c += np.int64(tree.own[q]) * tree.own[q]
    y_all, y_at, y_end = np.empty(room_y + 1, like.dtype), np.zeros(nodes, np.int64), np.int64(0)
    c_all, c_at, c_end = np.empty(room_c + 1, like.dtype), np.zeros(nodes, np.int64), np.int64(0)
    info = np.zeros(1, np.int32)
    top = np.zeros(2, np.int64)
    growth = 0.0
    for q in range(nodes - 1):
        shift, pop = np.int64(0), np.int64(0)
        for i in range(tree.child_start[q], tree.child_start[q + 1]):
            m = tree.boundary[tree.child[i]] + delayed[tree.child[i]]
            shift += delayed[tree.child[i]]
            pop += (m + PROBES) * m
        ne, nb = np.int64(tree.own[q]) + shift, np.int64(tree.boundary[q])
        nf = ne + nb
        parity = tree.odd[q]
        mine, theirs = stacks[parity], stacks[1 - parity]
        family = Family(theirs, where, delayed, probe_store, probe_at)
        if (nf + PROBES) * ne > work.f.size or ne > work.lu_pivots.size:
            work = scratch(2 * (nf + PROBES) * ne, 2 * ne, like)
        k, g = np.int64(0), 0.0
        done = False
        update = np.empty((nb + PROBES) * nb, like.dtype)
        if c_end + ne * ne > c_all.size:
            c_all = grown(c_all, c_end + ne * ne)
        c = c_all[c_end : c_end + ne * ne]
        while not done:
            assemble_panel(q, ne, nb, work.f, point, tree, family)
            done, g = eliminate_lu(ne, nb, work.f, work.x, work.lu_pivots)
            if done:
                trailing(ne, nb, work.f, work.x, False, update)
                if y_end + ne * nb > y_all.size:
                    y_all = grown(y_all, y_end + ne * nb)
                for i in range(ne * nb):
                    y_all[y_end + i] = -work.x[i]
                for j in range(ne):
                    for i in range(ne):
                        c[i + j * ne] = work.f[i + j * (nf + PROBES)]
                if ne:
                    getri(ne, c, 0, ne, work.lu_pivots, 0, work.x, 0, work.x.size, info, 0)
                break
            assemble_panel(q, ne, nb, work.f, point, tree, family)
            d, t, w, scale, norm, kind = eigenbasis(ne, nb, work.f)
            k, g, update = eliminate_eigen(ne, nb, d, w, kind)
            counts[1] += 1
            counts[2] += k
            if y_end + ne * (k + nb) > y_all.size:
                y_all = grown(y_all, y_end + ne * (k + nb))
            y = y_all[y_end : y_end + ne * (k + nb)]
            _eigen_factors(ne, nb, k, d, t, w, kind, y, c)
            x = own_probe(q, ne, tree, point.probe, family)
            rotated = rotate_probe(ne, t, scale, norm, kind, x)
            probe_at[q] = probe_end
            if probe_end + k * PROBES > probe_store.size:
                probe_store = grown(probe_store, probe_end + k * PROBES)
            for j in range(k):
                for r in range(PROBES):
                    probe_store[probe_end] = rotated[j, r]
                    probe_end += 1
            done = True
        assemble_update(q, ne, nf, shift, update, k, tree, family)
        growth = max(growth, g)
        delayed[q] = k
        y_at[q], c_at[q] = y_end, c_end
        y_end += ne * (k + nb)
        c_end += ne * ne
        begin = top[parity]
        if begin + update.size > mine.size:
            mine = grown(mine, begin + update.size)
            stacks = (theirs, mine) if parity else (mine, theirs)
        for i in range(update.size):
            mine[begin + i] = update[i]
        where[q] = begin
        top[parity] += update.size
        top[1 - parity] -= pop
    root = nodes - 1
    shift = np.int64(0)
    for i in range(tree.child_start[root], tree.child_start[root + 1]):
        shift += delayed[tree.child[i]]
    m = np.int64(tree.boundary[root]) + shift
    u = np.empty((m + PROBES) * m, like.dtype)
    parity = tree.odd[root]
    family = Family(stacks[1 - parity], where, delayed, probe_store, probe_at)
    rotated = root_front(shift, u, point, tree, family)
    return u, shift, growth, rotated, Kept(y_all, y_at, c_all, c_at, delayed)


@part
def rest_rows(
    d: Index, above: Index, shift: Index, tree: Tree, delayed: IndexArray, rows: IndexArray
) -> Index:
    """Rows of the parent's front at which the rest of child ``d`` sits; their number."""
    k = np.int64(delayed[d])
    for j in range(k):
        rows[j] = above + j
    for j in range(tree.boundary[d]):
        rows[k + j] = tree.map[tree.map_start[d] + j] + shift
    return k + tree.boundary[d]


@part
def delayed_below(q: Index, tree: Tree, delayed: IndexArray) -> Index:
    """Delayed unknowns that the children of ``q`` pass on."""
    total = np.int64(0)
    for c in range(tree.child_start[q], tree.child_start[q + 1]):
        total += delayed[tree.child[c]]
    return total


@kernel
def expand(root: NumberArray, tree: Tree, kept: Kept, out: NumberArray) -> None:  # noqa: C901
    """Fill ``out`` (n, m) with the solution that has ``root`` (delayed + kept, m)."""
    nodes = np.int64(len(tree.own))
    columns = root.shape[1]
    like = kept.y[:1]
    delayed = kept.delayed
    one, zero = like.dtype.type(1), like.dtype.type(0)
    # Children are pushed when their parent is done; the last one, next in reverse postorder, is on
    # top.
    stack, top = np.empty(16, like.dtype), np.int64(0)
    rows = np.empty(max(tree.own.max() + tree.boundary.max(), 1) + delayed.sum(), np.int64)
    for q in range(nodes - 1, -1, -1):
        shift = delayed_below(q, tree, delayed)
        nb = np.int64(tree.boundary[q])
        if q == nodes - 1:
            own = nb + shift
            front = root.ravel().copy()
        else:
            ne, k = tree.own[q] + shift, np.int64(delayed[q])
            top -= (k + nb) * columns
            front = np.zeros((ne + nb) * columns, like.dtype)
            if ne * (k + nb) * columns > 0:
                gemm(
                    N, T, columns, ne, k + nb, one, stack, top, columns, kept.y, kept.y_at[q], ne,
                    zero, front, 0, columns,
                )  # fmt: skip
            for i in range(nb * columns):
                front[ne * columns + i] = stack[top + k * columns + i]
            own = ne
        for i in range(shift, own):
            a = tree.orbital[tree.first[q] + i - shift]
            for j in range(columns):
                out[a, j] = front[i * columns + j]
        above = np.int64(0)
        for c in range(tree.child_start[q], tree.child_start[q + 1]):
            d = tree.child[c]
            count = rest_rows(d, above, shift, tree, delayed, rows)
            above += delayed[d]
            if top + count * columns > stack.size:
                stack = grown(stack, top + count * columns)
            for i in range(count):
                for j in range(columns):
                    stack[top] = front[rows[i] * columns + j]
                    top += 1


@part
def _front_inverse(
    ne: Index, k: Index, nb: Index, y: ComplexArray, c: ComplexArray, rest: ComplexArray
) -> ComplexArray:
    """G on the front (own, boundary), column-major, from G on its rest (delayed, boundary)."""
    nr, nf = k + nb, ne + nb
    one, zero = complex(1.0, 0.0), complex(0.0, 0.0)
    g = np.empty(nf * nf, np.complex128)
    a, b = np.empty(max(ne * nr, 1), np.complex128), np.empty(max(ne * nr, 1), np.complex128)
    for j in range(ne):
        for i in range(ne):
            g[i + j * nf] = c[i + j * ne]
    if nr and ne:
        gemm(N, N, ne, nr, nr, one, y, 0, ne, rest, 0, nr, zero, a, 0, ne)
        gemm(N, C, nr, ne, nr, one, rest, 0, nr, y, 0, ne, zero, b, 0, nr)
        gemm(N, C, ne, ne, nr, one, a, 0, ne, y, 0, ne, one, g, 0, nf)
    for j in range(nb):
        for i in range(ne):
            g[i + (ne + j) * nf] = a[i + (k + j) * ne]
            g[ne + j + i * nf] = b[k + j + i * nr]
        for i in range(nb):
            g[ne + i + (ne + j) * nf] = rest[k + i + (k + j) * nr]
    return g


@kernel
def selected_inverse(  # noqa: C901 (kernel: calls cost compile time)
    root: ComplexArray,
    tree: Tree,
    kept: Kept,
    transposed: IndexArray,
    diagonal: ComplexArray,
    entries: ComplexArray,
) -> None:
    """G on the diagonal and, unless ``entries`` is empty, at every entry of the matrix pattern.

    ``root`` is G on the root unknowns, column-major; ``transposed`` (nnz,) the place of the mirror
    image of each entry.
    """
    nodes = np.int64(len(tree.own))
    delayed = kept.delayed
    stack, top = np.empty(16, np.complex128), np.int64(0)
    rows = np.empty(max(tree.own.max() + tree.boundary.max(), 1) + delayed.sum(), np.int64)
    for q in range(nodes - 1, -1, -1):
        shift = delayed_below(q, tree, delayed)
        nb = np.int64(tree.boundary[q])
        if q == nodes - 1:
            own = nb + shift
            nf = own
            g = root
        else:
            own, k = tree.own[q] + shift, np.int64(delayed[q])
            nf, nr = own + nb, k + nb
            top -= nr * nr
            at = kept.y_at[q]
            y = kept.y[at : at + own * nr].astype(np.complex128)
            at = kept.c_at[q]
            c = kept.c[at : at + own * own].astype(np.complex128)
            g = _front_inverse(own, k, nb, y, c, stack[top : top + nr * nr])
        e = tree.entry_start[q]
        for i in range(shift, own):
            a = tree.orbital[tree.first[q] + i - shift]
            diagonal[a] = g[i + i * nf]
            if entries.size:
                for p in range(tree.indptr[a], tree.indptr[a + 1]):
                    t = tree.target[e]
                    e += 1
                    if t >= 0:
                        entries[transposed[p]] = g[t + shift + i * nf]
                        entries[p] = g[i + (t + shift) * nf]
        above = np.int64(0)
        for j in range(tree.child_start[q], tree.child_start[q + 1]):
            d = tree.child[j]
            count = rest_rows(d, above, shift, tree, delayed, rows)
            above += delayed[d]
            if top + count * count > stack.size:
                stack = grown(stack, top + count * count)
            for col in range(count):
                for i in range(count):
                    stack[top] = g[rows[i] + rows[col] * nf]
                    top += 1
