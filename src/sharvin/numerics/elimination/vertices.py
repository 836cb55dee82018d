"""From orbitals to the vertices that are ordered: one vertex per site and connected component."""

from typing import NamedTuple

import numpy as np

from sharvin.numerics.elimination.arrays import empty, head, zeros
from sharvin.numerics.elimination.kernel import Index, IndexArray, kernel, part
from sharvin.typing import BoolArray, RealArray


class Vertices(NamedTuple):
    """Eliminated orbitals grouped by site, then the kept ones, each alone."""

    vertex: (
        IndexArray  # (n,) int32 vertex of each orbital; kept ones are last, in the order asked for
    )
    start: IndexArray  # (m + 1,) int32 members of each eliminated vertex
    member: IndexArray  # int32 orbitals, by vertex
    first: IndexArray  # int32 first vertex of each connected component


@part
def _mix(x: Index) -> Index:
    """Scramble 63 bits, so that sums of a few of these collide only by chance."""
    x = (x + 0x1E3779B97F4A7C15) & 0x7FFFFFFFFFFFFFFF
    x = ((x ^ (x >> 30)) * 0x3F58476D1CE4E5B9) & 0x7FFFFFFFFFFFFFFF
    x = ((x ^ (x >> 27)) * 0x14D049BB133111EB) & 0x7FFFFFFFFFFFFFFF
    return x ^ (x >> 31)


@kernel
def position_keys(bits: IndexArray) -> IndexArray:
    """Equal numbers for orbitals at identical positions, given as (n, d) raw 64-bit patterns."""
    keys: IndexArray = zeros(len(bits), np.int64)
    for a in range(len(bits)):
        for d in range(bits.shape[1]):
            keys[a] = _mix(keys[a] ^ bits[a, d])
    return keys


@kernel
def neighbor_keys(indptr: IndexArray, indices: IndexArray) -> IndexArray:
    """Equal numbers for orbitals with identical closed neighborhoods, as those of one site."""
    keys: IndexArray = zeros(len(indptr) - 1, np.int64)
    for a in range(len(keys)):
        for p in range(indptr[a], indptr[a + 1]):
            keys[a] += _mix(np.int64(indices[p]))
    return keys


@kernel
def components(
    indptr: IndexArray, indices: IndexArray, is_kept: BoolArray
) -> tuple[IndexArray, Index]:
    """Label of the connected component of every eliminated orbital (-1: kept), and their number."""
    n = len(is_kept)
    label = empty(n, np.int32)
    label[:] = -1
    queue = empty(n, np.int32)
    found = 0
    for seed in range(n):
        if is_kept[seed] or label[seed] >= 0:
            continue
        label[seed] = found
        queue[0] = seed
        head, tail = 0, 1
        while head < tail:
            a = queue[head]
            head += 1
            for p in range(indptr[a], indptr[a + 1]):
                b = indices[p]
                if label[b] < 0 and not is_kept[b]:
                    label[b] = found
                    queue[tail] = b
                    tail += 1
        found += 1
    return label, found


@kernel
def group(label: IndexArray, count: Index, keys: IndexArray, kept: IndexArray) -> Vertices:
    """Vertices: successive orbitals of one component with equal keys share one.

    Any grouping is valid, so a chance collision of keys costs at most a few explicit zeros.
    """
    n = len(label)
    fill = zeros(count + 1, np.int32)
    for c in label:
        if c >= 0:
            fill[c + 1] += 1
    for c in range(count):
        fill[c + 1] += fill[c]
    total = fill[count]
    member = empty(total, np.int32)
    begin = head(fill, count)
    for a in range(n):
        if label[a] >= 0:
            member[fill[label[a]]] = a
            fill[label[a]] += 1
    vertex = empty(n, np.int32)
    start = empty(total + 1, np.int32)
    first = empty(count + 1, np.int32)
    v, c = -1, 0
    for k in range(total):
        opens = c < count and begin[c] == k
        if opens or keys[member[k]] != keys[member[k - 1]]:
            v += 1
            start[v] = k
        if opens:
            first[c] = v
            c += 1
        vertex[member[k]] = v
    start[v + 1] = total
    first[count] = v + 1
    for j in range(len(kept)):
        vertex[kept[j]] = v + 1 + j
    return Vertices(vertex, head(start, v + 2), member, first)


@part
def _sweep(
    source: Index,
    low: Index,
    high: Index,
    indptr: IndexArray,
    indices: IndexArray,
    v: Vertices,
    distance: IndexArray,
    queue: IndexArray,
) -> None:
    """Graph distances from ``source`` to the vertices low ... high - 1, its component."""
    for u in range(low, high):
        distance[u] = -1
    distance[source] = 0
    queue[0] = source
    head, tail = 0, 1
    while head < tail:
        w = queue[head]
        head += 1
        for m in range(v.start[w], v.start[w + 1]):
            a = v.member[m]
            for p in range(indptr[a], indptr[a + 1]):
                u = v.vertex[indices[p]]
                if low <= u < high and distance[u] < 0:
                    distance[u] = distance[w] + 1
                    queue[tail] = u
                    tail += 1


@part
def _farthest(
    low: Index, high: Index, one: IndexArray, two: IndexArray, degree: IndexArray
) -> Index:
    """Vertex farthest from two others at once; among equals the least connected, a corner."""
    best = low
    for u in range(low, high):
        gain = min(one[u], two[u]) - min(one[best], two[best])
        if gain > 0 or (gain == 0 and degree[u] < degree[best]):
            best = u
    return best


@kernel
def landmarks(indptr: IndexArray, indices: IndexArray, v: Vertices) -> RealArray:
    """Two coordinates per vertex from graph distances to four far corners of its component.

    On a square lattice with nearest neighbors these are x + y and x - y exactly; on any other graph
    they unfold its two longest extents, which is all that a bisection asks of coordinates.
    """
    count = len(v.start) - 1
    a, b = zeros(count, np.int32), zeros(count, np.int32)
    c, d = zeros(count, np.int32), zeros(count, np.int32)
    queue = empty(count, np.int32)
    degree = zeros(count, np.int32)
    for u in range(count):
        for m in range(v.start[u], v.start[u + 1]):
            degree[u] += indptr[v.member[m] + 1] - indptr[v.member[m]]
    x = np.empty((count, 2))
    for k in range(len(v.first) - 1):
        low, high = v.first[k], v.first[k + 1]
        _sweep(low, low, high, indptr, indices, v, a, queue)
        _sweep(_farthest(low, high, a, a, degree), low, high, indptr, indices, v, b, queue)
        _sweep(_farthest(low, high, b, b, degree), low, high, indptr, indices, v, a, queue)
        _sweep(_farthest(low, high, a, b, degree), low, high, indptr, indices, v, c, queue)
        _sweep(_farthest(low, high, c, c, degree), low, high, indptr, indices, v, d, queue)
        for u in range(low, high):
            x[u, 0] = a[u] - b[u]
            x[u, 1] = c[u] - d[u]
    return x
