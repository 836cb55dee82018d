"""Schur complement of one point: the walk over the fronts with two update stacks."""

from typing import Any

import numpy as np

from sharvin.numerics.elimination.dense import adjoint
from sharvin.numerics.elimination.fronts import (
    PROBES,
    WIDTH,
    assemble_entries,
    eigenbasis,
    eliminate_eigen,
    eliminate_ldl,
    eliminate_lu,
    gather_panel,
    gather_update,
    grown,
    rotate_probe,
    trailing,
)
from sharvin.numerics.elimination.kernel import kernel
from sharvin.numerics.elimination.symbolic import Tree
from sharvin.typing import IntArray, NumberArray, RealArray


@kernel
def own_probe(
    q: int,
    ne: int,
    tree: Tree,
    probe: RealArray,
    delayed: IntArray,
    probe_at: IntArray,
    probe_store: NumberArray,
) -> NumberArray:
    """Random vectors on the unknowns that node ``q`` eliminates: (ne, PROBES)."""
    x = np.empty((ne, PROBES), probe_store.dtype)
    i = 0
    for c in range(tree.child_start[q], tree.child_start[q + 1]):
        d = tree.child[c]
        for j in range(delayed[d]):
            for r in range(PROBES):
                x[i, r] = probe_store[probe_at[d] + j * PROBES + r]
            i += 1
    for j in range(ne - i):
        for r in range(PROBES):
            x[i + j, r] = probe[tree.orbital[tree.first[q] + j], r]
    return x


@kernel
def schur_single(  # noqa: C901, PLR0912, PLR0915 (one loop body that shares growing workspaces)
    values: NumberArray,
    energy: float,
    probe: RealArray,
    half_flops: bool,
    sizes: IntArray,
    tree: Tree,
    counts: IntArray,
) -> tuple[NumberArray, int, float, NumberArray]:
    """Root update of E - H: ((m + PROBES) x m column-major, delayed count, growth, delayed probe).

    ``sizes``: entries of the even stack, the odd stack, the largest panel. ``counts`` receives the
    numbers of fronts redone by LU, of eigen-delayed fronts and of delayed unknowns.
    """
    nodes = len(tree.own)
    dtype = values.dtype
    even, odd = np.empty(sizes[0], dtype), np.empty(sizes[1], dtype)
    f, x = np.empty(sizes[2], dtype), np.empty(sizes[2], dtype)
    inverse = np.empty(WIDTH * WIDTH, dtype)
    work = np.empty(2 * WIDTH * WIDTH + 4 * WIDTH)
    pivots, pivots_lu = np.empty(WIDTH, np.int64), np.empty(1, np.int32)
    delayed, where = np.zeros(nodes, np.int32), np.zeros(nodes, np.int64)
    probe_at, probe_store, probe_end = np.zeros(nodes, np.int32), np.empty(16, dtype), 0
    top_even, top_odd = 0, 0
    growth = 0.0
    for q in range(nodes):
        shift = 0
        pop = 0
        for c in range(tree.child_start[q], tree.child_start[q + 1]):
            d = tree.child[c]
            shift += delayed[d]
            m = tree.boundary[d] + delayed[d]
            pop += (m + PROBES) * m
        root = q == nodes - 1
        ne, nb = tree.own[q] + shift, tree.boundary[q]
        if root:
            ne, nb = 0, nb + shift
        nf = ne + nb
        ld = nf + PROBES
        if tree.odd[q]:
            top = top_odd
            if top + (nb + PROBES) * nb > odd.size:
                odd = grown(odd, top + (nb + PROBES) * nb)
            mine, theirs = odd, even
        else:
            top = top_even
            if top + (nb + PROBES) * nb > even.size:
                even = grown(even, top + (nb + PROBES) * nb)
            mine, theirs = even, odd
        u = mine[top : top + (nb + PROBES) * nb]
        m = nb
        done = ne == 0
        if done:
            u[:] = 0
        if ld * ne > f.size:
            f, x = np.empty(2 * ld * ne, dtype), np.empty(2 * ld * ne, dtype)
        attempt = 0 if half_flops else 1
        while not done:
            f[: ld * ne] = 0
            assemble_entries(q, shift, tree.own[q], f, ld, values, energy, probe, tree)
            gather_panel(q, ne, nf, f, tree, delayed, where, theirs)
            if attempt == 0:
                done, g = eliminate_ldl(ne, nb, f, x, inverse, work, pivots)
                if done:
                    trailing(ne, nb, f, x, True, u, 0)
            elif attempt == 1:
                counts[0] += 1
                if ne > pivots_lu.size:
                    pivots_lu = np.empty(2 * ne, np.int32)
                done, g = eliminate_lu(ne, nb, f, x, pivots_lu)
                if done:
                    trailing(ne, nb, f, x, False, u, 0)
            else:
                done = True
                basis = eigenbasis(ne, nb, f)
                k, g, bordered = eliminate_eigen(ne, nb, basis[0], basis[2], basis[5])
                counts[1] += 1
                counts[2] += k
                m = nb + k
                if k:
                    y = own_probe(q, ne, tree, probe, delayed, probe_at, probe_store)
                    y = rotate_probe(ne, basis[1], basis[3], basis[4], basis[5], y)
                    if probe_end + k * PROBES > probe_store.size:
                        probe_store = grown(probe_store, probe_end + k * PROBES)
                    probe_at[q] = probe_end
                    probe_store[probe_end : probe_end + k * PROBES] = y.ravel()
                    probe_end += k * PROBES
                if tree.odd[q]:
                    if top + bordered.size > odd.size:
                        odd = grown(odd, top + bordered.size)
                    mine = odd
                else:
                    if top + bordered.size > even.size:
                        even = grown(even, top + bordered.size)
                    mine = even
                u = mine[top : top + bordered.size]
                u[:] = bordered
                delayed[q] = k
            attempt += 1
            if done:
                growth = max(growth, g)
        gather_update(q, ne, nf, u, m - nb, tree, delayed, where, theirs)
        if root:
            assemble_entries(
                q, shift, nb - shift, u, ld, values, energy, probe, tree
            )
            y = own_probe(q, shift, tree, probe, delayed, probe_at, probe_store)
            return u.copy(), shift, growth, y
        where[q] = top
        if tree.odd[q]:
            top_odd += u.size
            top_even -= pop
        else:
            top_even += u.size
            top_odd -= pop
    raise AssertionError("a plan has a root")


@kernel
def unpack(u: NumberArray, m: int, matrix: Any, reduced: Any) -> None:
    """Full Hermitian matrix (m, m) and reduced right-hand side (m, PROBES) of a root update."""
    ld = m + PROBES
    for j in range(m):
        for i in range(j, m):
            v = u[i + j * ld]
            matrix[i, j] = v
            matrix[j, i] = adjoint(v)
        for r in range(PROBES):
            reduced[j, r] = adjoint(u[m + r + j * ld])
