"""Symbolic elimination: sizes of the fronts and where every number goes, as flat arrays.

A front is the dense matrix in which one node eliminates its own orbitals (rows and columns 0 ...
own-1) and updates the later orbitals they touch (its boundary, rows own ... own+boundary-1, in
elimination order). The last node is the root: it eliminates nothing and its boundary are the kept
orbitals.
"""

from typing import NamedTuple

import numpy as np

from sharvin.numerics.elimination.arrays import empty, grown, head, merge, sort, zeros
from sharvin.numerics.elimination.kernel import Index, IndexArray, kernel, part


class Tree(NamedTuple):
    """What the numeric kernels walk through; nodes in postorder, the root last."""

    own: IndexArray  # (nodes,) orbitals eliminated
    boundary: IndexArray  # (nodes,) orbitals updated
    first: IndexArray  # (nodes,) elimination rank of the first own orbital (root: first kept one)
    child_start: IndexArray  # (nodes + 1,)
    child: IndexArray  # (nodes - 1,)
    map_start: IndexArray  # (nodes,)
    map: IndexArray  # boundary orbital of a node -> its row in the parent front, increasing
    entry_start: IndexArray  # (nodes,) first entry of the node in `target`
    target: (
        IndexArray  # (nnz,) row in the front for each entry of the node's matrix rows; -1: not here
    )
    orbital: IndexArray  # (n,) orbital of each elimination rank
    indptr: IndexArray  # the matrix pattern
    indices: IndexArray
    odd: IndexArray  # (nodes,) parity of the depth: which stack the update goes to


@part
def children(parent: IndexArray) -> tuple[IndexArray, IndexArray]:
    """Children of every node, as (start, list); ``parent`` excludes the root."""
    nodes = len(parent) + 1
    start = zeros(nodes + 1, np.int32)
    for q in parent:
        start[q + 1] += 1
    for q in range(nodes):
        start[q + 1] += start[q]
    fill = head(start, nodes)
    child = empty(nodes - 1, np.int32)
    for q in range(nodes - 1):
        child[fill[parent[q]]] = q
        fill[parent[q]] += 1
    return start, child


@kernel
def symbolic(  # noqa: C901, PLR0912, PLR0915 (one pass over the nodes shares all its scratch arrays)
    indptr: IndexArray,
    indices: IndexArray,
    start: IndexArray,
    member: IndexArray,
    order: IndexArray,
    low: IndexArray,
    high: IndexArray,
    parent: IndexArray,
    kept: IndexArray,
) -> Tree:
    """Fronts of the elimination ``order`` of vertices, kept orbitals last, as given."""
    n = len(indptr) - 1
    count, q_kept = len(order), len(kept)
    nodes = len(low) + 1
    child_start, child = children(parent)
    # ranks of vertices, seen from orbitals, and of the first orbital of each vertex
    rank = empty(n, np.int32)  # orbital -> rank of its vertex
    first_orbital = empty(count + q_kept + 1, np.int32)  # vertex rank -> orbital rank
    orbital = empty(n, np.int32)
    slot = empty(n, np.int32)  # orbital -> orbital rank
    k = 0
    for r in range(count):
        v = order[r]
        first_orbital[r] = k
        for m in range(start[v], start[v + 1]):
            orbital[k] = member[m]
            slot[member[m]] = k
            rank[member[m]] = r
            k += 1
    for j in range(q_kept):
        rank[kept[j]] = count + j
        first_orbital[count + j] = k
        orbital[k] = kept[j]
        slot[kept[j]] = k
        k += 1
    first_orbital[count + q_kept] = k
    own, boundary, first = (
        zeros(nodes, np.int32),
        zeros(nodes, np.int32),
        zeros(nodes, np.int32),
    )
    map_start, entry_start = zeros(nodes, np.int64), zeros(nodes, np.int64)
    room = 8 * count + q_kept + 16
    edge = empty(room, np.int32)  # boundaries, as vertex ranks
    edge_start = zeros(nodes + 1, np.int64)
    map_ = empty(room, np.int32)
    map_end = 0
    target = empty(len(indices), np.int32)
    entry = 0
    mark = empty(count + q_kept, np.int32)
    mark[:] = -1
    # vertex rank -> first row in the present front, less the rank of its first orbital
    row = empty(count + q_kept, np.int32)
    for q in range(nodes):
        root = q == nodes - 1
        begin = edge_start[q]
        need = begin + q_kept
        if not root:
            for c in range(child_start[q], child_start[q + 1]):
                need += edge_start[child[c] + 1] - edge_start[child[c]]
            for r in range(low[q], high[q]):
                for k in range(first_orbital[r], first_orbital[r + 1]):
                    need += indptr[orbital[k] + 1] - indptr[orbital[k]]
        if need > edge.size:
            edge = grown(edge, need)
        end = begin
        lo, hi = (count, count) if root else (low[q], high[q])
        if root:
            for j in range(q_kept):
                edge[end] = count + j
                end += 1
        else:
            for r in range(lo, hi):
                mark[r] = q
            for r in range(lo, hi):
                for k in range(first_orbital[r], first_orbital[r + 1]):
                    a = orbital[k]
                    for p in range(indptr[a], indptr[a + 1]):
                        s = rank[indices[p]]
                        if s >= hi and mark[s] != q:
                            mark[s] = q
                            edge[end] = s
                            end += 1
            sort(edge[begin:end])
            for c in range(child_start[q], child_start[q + 1]):
                middle = end
                for t in range(edge_start[child[c]], edge_start[child[c] + 1]):
                    s = edge[t]
                    if mark[s] != q:
                        mark[s] = q
                        edge[end] = s
                        end += 1
                merge(edge[begin:end], middle - begin)
        edge_start[q + 1] = end
        rows = 0
        first[q] = first_orbital[lo]
        for r in range(lo, hi):
            row[r] = rows - first_orbital[r]
            rows += first_orbital[r + 1] - first_orbital[r]
        own[q] = rows
        for t in range(begin, end):
            s = edge[t]
            row[s] = rows - first_orbital[s]
            rows += first_orbital[s + 1] - first_orbital[s]
        boundary[q] = rows - own[q]
        # matrix rows whose lower entries enter here: those of the own orbitals
        entry_start[q] = entry
        if root:
            hi = count + q_kept
        column = 0
        for r in range(lo, hi):
            for k in range(first_orbital[r], first_orbital[r + 1]):
                a = orbital[k]
                for p in range(indptr[a], indptr[a + 1]):
                    s = rank[indices[p]]
                    i = -1
                    if s >= r:
                        i = row[s] + slot[indices[p]]
                        if i < column:
                            i = -1
                    target[entry] = i
                    entry += 1
                column += 1
        for c in range(child_start[q], child_start[q + 1]):
            d = child[c]
            map_start[d] = map_end
            if map_end + boundary[d] > map_.size:
                map_ = grown(map_, map_end + boundary[d])
            for t in range(edge_start[d], edge_start[d + 1]):
                s = edge[t]
                for i in range(first_orbital[s], first_orbital[s + 1]):
                    map_[map_end] = row[s] + i
                    map_end += 1
    odd = zeros(nodes, np.int8)
    for q in range(nodes - 2, -1, -1):
        odd[q] = 1 - odd[parent[q]]
    return Tree(
        own, boundary, first, child_start, child, map_start, head(map_, map_end), entry_start,
        target, orbital, indptr, indices, odd,
    )  # fmt: skip


@kernel
def stack_sizes(tree: Tree, widths: IndexArray) -> tuple[Index, Index]:
    """Peaks of the even and the odd update stack, where node ``q`` pushes ``widths[q]``."""
    top, peak = zeros(2, np.int64), np.ones(2, np.int64)
    for q in range(len(tree.own)):
        s = tree.odd[q]
        top[s] += widths[q]
        peak[s] = max(peak[s], top[s])
        for c in range(tree.child_start[q], tree.child_start[q + 1]):
            top[1 - s] -= widths[tree.child[c]]
    return peak[0], peak[1]
