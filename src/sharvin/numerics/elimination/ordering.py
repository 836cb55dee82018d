"""Elimination order by nested dissection: eliminate both halves, then the cut.

The vertices are groups of orbitals that sit at one point. Any bipartition of a graph gives a valid
separator (the vertices of one half with a neighbor in the other), so coordinates need only be
sensible: true positions, or the graph distances of `landmarks` where there are none.
"""

from typing import Any, NamedTuple

import numpy as np

from sharvin.numerics.elimination.arrays import empty, grown, head, zeros
from sharvin.numerics.elimination.kernel import Index, IndexArray, kernel, part
from sharvin.typing import RealArray

BINS = 128  # resolution of the search for a cut, per round
BALANCE = 0.3  # the lighter half holds at least this fraction


@part
def _cut(  # noqa: C901, PLR0912
    x: RealArray, low: Any, high: Any, counts: IndexArray, least: RealArray, most: RealArray
) -> Any:
    """Coordinate in a gap of ``x`` that leaves two similar halves; NaN if there is none.

    Values are binned; among the bin borders that leave `BALANCE` on each side, the most central one
    whose gap is not small compared with the widest is taken, so rounding errors in the positions of
    one lattice row never tear it apart. When one bin holds too much, it is binned again. The other
    arrays are workspaces with one place per bin.
    """
    n = x.size
    bins = min(BINS, 2 * n)
    for _ in range(6):
        for b in range(bins):
            counts[b], least[b], most[b] = 0, np.inf, -np.inf
        step = bins / (high - low)
        for v in x:
            b = min(max(int((v - low) * step), 0), bins - 1)
            counts[b] += 1
            if v < least[b]:
                least[b] = v
            if v > most[b]:
                most[b] = v
        widest = 0.0
        best, cut, crowded = 2.0, np.nan, -1
        for attempt in range(2):
            below, edge = 0, -np.inf
            for b in range(bins):
                if counts[b] == 0:
                    continue
                fraction = below / n
                if BALANCE <= fraction <= 1 - BALANCE:
                    gap = least[b] - edge
                    if attempt == 0:
                        widest = max(widest, gap)
                    elif gap >= 0.5 * widest and abs(fraction - 0.5) < best:
                        best, cut = abs(fraction - 0.5), 0.5 * (least[b] + edge)
                if below < n // 2 <= below + counts[b]:
                    crowded = b
                below += counts[b]
                edge = most[b]
        if best < 2.0:
            return cut
        # No border leaves enough on both sides: look inside the bin with the median, or, when it
        # holds a single value, cut beside it.
        if most[crowded] - least[crowded] <= 1e-9 * (high - low):
            below = 0
            for b in range(crowded):
                below += counts[b]
            if below > 0 and below >= n - below - counts[crowded]:
                return least[crowded] - 1e-9 * (high - low)
            if below + counts[crowded] < n:
                return most[crowded] + 1e-9 * (high - low)
            return np.nan
        low, high = least[crowded], most[crowded]
    return 0.5 * (low + high)


class _Graph(NamedTuple):
    """The graph to be cut, and where its vertices are."""

    indptr: IndexArray
    indices: IndexArray
    vertex: IndexArray
    start: IndexArray
    member: IndexArray
    along: RealArray  # (directions, vertices) coordinates
    reach: RealArray  # (directions,) longest edge


class _Scratch(NamedTuple):
    """Workspaces for cutting a part."""

    x: RealArray  # its coordinates in one direction
    low: RealArray  # its range in each direction
    high: RealArray
    side: IndexArray  # marks near the cut: 1 and 2 the halves, plus 4 where they touch
    zone: IndexArray  # the vertices that are marked
    counts: IndexArray  # bins of `_cut`
    least: RealArray
    most: RealArray


@part
def _measure(graph: _Graph) -> None:
    """Longest edge in each direction: a vertex farther from a cut has no neighbor across it."""
    vertex, start, member, along = graph.vertex, graph.start, graph.member, graph.along
    indptr, indices, reach = graph.indptr, graph.indices, graph.reach
    reach[:] = 0.0
    for v in range(along.shape[1]):
        for m in range(start[v], start[v + 1]):
            a = member[m]
            for p in range(indptr[a], indptr[a + 1]):
                u = vertex[indices[p]]
                if u < v:  # each edge once; kept orbitals have larger numbers
                    for d in range(reach.size):
                        reach[d] = max(reach[d], abs(along[d, v] - along[d, u]))


@part
def _separator(
    part: IndexArray, cut: float, reach: float, graph: _Graph, work: _Scratch
) -> tuple[Index, Index, Index, Index]:
    """Mark what may touch the cut; (weights there, size of half 1, number of marks)."""
    x, side, zone = work.x, work.side, work.zone
    indptr, indices, vertex = graph.indptr, graph.indices, graph.vertex
    start, member = graph.start, graph.member
    size, near = np.int64(0), np.int64(0)
    for k in range(part.size):
        low = x[k] <= cut
        size += low
        if abs(x[k] - cut) <= reach:
            side[part[k]] = 1 if low else 2
            zone[near] = part[k]
            near += 1
    edge1, edge2 = np.int64(0), np.int64(0)
    for k in range(near):
        v = zone[k]
        mine = side[v] & 3
        other = 3 - mine
        touching = False
        for m in range(start[v], start[v + 1]):
            a = member[m]
            for p in range(indptr[a], indptr[a + 1]):
                if side[vertex[indices[p]]] & 3 == other:
                    touching = True
                    break
            if touching:
                break
        if touching:
            side[v] |= 4
            if mine == 1:
                edge1 += start[v + 1] - start[v]
            else:
                edge2 += start[v + 1] - start[v]
    return edge1, edge2, size, near


@part
def _halve(  # noqa: C901 (kernel: calls cost compile time)
    part: IndexArray, tries: Index, graph: _Graph, work: _Scratch
) -> tuple[Index, float, Index]:
    """Bisect ``part`` along the best of the ``tries`` directions in which it is longest.

    Leaves the marks of `_separator`. Returns the half (1 or 2) whose vertices at the cut are the
    separator, the cut, and the number of marks.
    """
    along, x, low, high = graph.along, work.x, work.low, work.high
    for d in range(low.size):
        least, most = np.inf, -np.inf
        for k in range(part.size):
            v = along[d, part[k]]
            least = v if v < least else least
            most = v if v > most else most
        low[d], high[d] = least, most
    chosen: Any = np.int64(-1)
    last: Any = np.int64(-1)
    weight, edge1, edge2, near = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    cut: Any = 0.0
    best = 0.0
    for _ in range(tries):
        trial: Any = np.int64(-1)
        longest = 0.0
        for d in range(low.size):
            if high[d] - low[d] > longest:
                trial, longest = d, high[d] - low[d]
        if trial < 0:
            break
        for k in range(part.size):
            x[k] = along[trial, part[k]]
        cut = _cut(x[: part.size], low[trial], high[trial], work.counts, work.least, work.most)
        high[trial] = low[trial]  # not again
        if np.isnan(cut):
            continue
        _forget(near, work)
        edge1, edge2, size, near = _separator(part, cut, graph.reach[trial], graph, work)
        last = trial
        if 0 < size < part.size and (chosen < 0 or min(edge1, edge2) < weight):
            chosen, weight, best = trial, min(edge1, edge2), cut
    if chosen != last or chosen < 0:
        _forget(near, work)
        reach = np.inf
        for k in range(part.size):  # all at one point: any bipartition is valid
            x[k] = k if chosen < 0 else along[chosen, part[k]]
        cut = part.size // 2 - 0.5
        if chosen >= 0:
            cut, reach = best, graph.reach[chosen]
        edge1, edge2, _, near = _separator(part, cut, reach, graph, work)
    return 1 if edge1 <= edge2 else 2, cut, near


@part
def _forget(near: Index, work: _Scratch) -> None:
    """Take the marks away."""
    for k in range(near):
        work.side[work.zone[k]] = 0


@part
def _divide(
    part: IndexArray, chosen: Index, cut: float, buffer: IndexArray, work: _Scratch
) -> tuple[Index, Index]:
    """Bring ``part`` into the order half 1, half 2, separator; sizes of the halves."""
    x, side = work.x, work.side
    first, second, last = np.int64(0), np.int64(0), buffer.size
    for k in range(part.size):
        v = part[k]
        if side[v] == 4 | chosen:
            last -= 1
            buffer[last] = v
        elif x[k] <= cut:
            part[first] = v
            first += 1
        else:
            buffer[second] = v
            second += 1
    for k in range(second):
        part[first + k] = buffer[k]
    for k in range(buffer.size - last):
        part[first + second + k] = buffer[buffer.size - 1 - k]
    return first, second


@part
def _is_small(order: IndexArray, start: IndexArray, low: Index, high: Index, leaf: Index) -> Any:
    """Whether ``order[low:high]`` has at most ``leaf`` orbitals."""
    weight = high - low  # at least
    for k in range(low, high):
        if weight > leaf:
            break
        weight += start[order[k] + 1] - start[order[k]] - 1
    return weight <= leaf


FIELDS = 5  # of a part that waits on the stack: low, high, parent token, own token, finished?


@part
def _push(
    stack: IndexArray,
    top: Index,
    low: Index,
    high: Index,
    above: Index,
    own: Index,
    finished: Index,
) -> Index:
    """Put a part on the stack; the new top."""
    stack[top] = low
    stack[top + 1] = high
    stack[top + 2] = above
    stack[top + 3] = own
    stack[top + 4] = finished
    return top + FIELDS


@kernel
def dissect(  # noqa: C901, PLR0915 (kernel: calls cost compile time)
    indptr: IndexArray,
    indices: IndexArray,
    vertex: IndexArray,
    start: IndexArray,
    member: IndexArray,
    first: IndexArray,
    along: RealArray,
    tries: Index,
    leaf: Index,
) -> tuple[IndexArray, IndexArray, IndexArray, IndexArray]:
    """Nested dissection of the eliminated vertices, whose components begin at ``first``.

    ``along`` (directions, vertices) has their coordinates in each direction that may be cut.

    Returns
    -------
    order : (m,) int32
        Vertices in elimination order.
    low, high : (nodes,) int32
        Node ``q`` eliminates ``order[low[q]:high[q]]``; nodes are in postorder.
    parent : (nodes,) int32
        Parent node; ``nodes`` (the root that holds the kept orbitals) for the last of each
        component.
    """
    count = len(start) - 1
    order = empty(count, np.int32)
    total = count
    for v in range(count):
        order[v] = v
    for v in vertex:
        total = max(total, v + 1)
    directions = len(along)
    graph = _Graph(indptr, indices, vertex, start, member, along, empty(directions, np.float64))
    _measure(graph)
    buffer = empty(count, np.int32)
    work = _Scratch(
        empty(count, np.float64), empty(directions, np.float64), empty(directions, np.float64),
        zeros(total, np.int8), empty(count, np.int32),
        empty(BINS, np.int64), empty(BINS, np.float64), empty(BINS, np.float64),
    )  # fmt: skip
    room = 2 * count + 2
    lows, highs = empty(room, np.int32), empty(room, np.int32)
    parent_token, node_of = empty(room, np.int32), empty(room, np.int32)
    stack, top = empty(FIELDS * (256 + len(first)), np.int32), np.int64(0)
    token, nodes = 0, 0
    c = len(first) - 2
    while c >= 0:  # many small components share one node
        low, high = first[c], first[c + 1]
        while c > 0 and _is_small(order, start, first[c - 1], high, leaf):
            c -= 1
            low = first[c]
        top = _push(stack, top, low, high, -1, token, 0)
        token += 1
        c -= 1
    while top > 0:
        top -= FIELDS
        low, high, above = np.int64(stack[top]), np.int64(stack[top + 1]), np.int64(stack[top + 2])
        own, finished = np.int64(stack[top + 3]), stack[top + 4]
        if finished or high - low == 1 or _is_small(order, start, low, high, leaf):
            lows[nodes], highs[nodes] = low, high
            parent_token[nodes], node_of[own] = above, nodes
            nodes += 1
            continue
        chosen, cut, near = _halve(order[low:high], tries, graph, work)
        one, two = _divide(order[low:high], chosen, cut, buffer[: high - low], work)
        _forget(near, work)
        if top + 3 * FIELDS > stack.size:
            stack = grown(stack, top + 3 * FIELDS)
        if low + one + two < high:
            top = _push(stack, top, low + one + two, high, above, own, 1)
            above = own  # without a cut the halves are independent: both hang from the node above
        if two > 0:
            top = _push(stack, top, low + one, low + one + two, above, token, 0)
            token += 1
        if one > 0:
            top = _push(stack, top, low, low + one, above, token, 0)
            token += 1
    parent = empty(nodes, np.int32)
    for q in range(nodes):
        parent[q] = node_of[parent_token[q]] if parent_token[q] >= 0 else nodes
    return order, head(lows, nodes), head(highs, nodes), parent
