"""Elimination order by nested dissection: eliminate both halves, then the cut.

The vertices are groups of orbitals that sit at one point. Any bipartition of a graph gives a valid
separator (the vertices of one half with a neighbor in the other), so coordinates need only be
sensible: true positions, or the graph distances of `landmarks` where there are none.
"""

from typing import Any

import numpy as np

from sharvin.numerics.elimination.arrays import grown, head
from sharvin.numerics.elimination.kernel import Index, IndexArray, kernel, part
from sharvin.typing import RealArray

BINS = 128  # resolution of the search for a cut, per round
BALANCE = 0.3  # the lighter half holds at least this fraction


@part
def _cut(x: RealArray, low: Any, high: Any) -> Any:  # noqa: C901, PLR0912
    """Coordinate in a gap of ``x`` that leaves two similar halves; NaN if there is none.

    Values are binned; among the bin borders that leave `BALANCE` on each side, the most central one
    whose gap is not small compared with the widest is taken, so rounding errors in the positions of
    one lattice row never tear it apart. When one bin holds too much, it is binned again.
    """
    n = x.size
    counts = np.empty(BINS, np.int64)
    least, most = np.empty(BINS), np.empty(BINS)
    for _ in range(6):
        counts[:] = 0
        least[:] = np.inf
        most[:] = -np.inf
        step = BINS / (high - low)
        for v in x:
            b = min(max(int((v - low) * step), 0), BINS - 1)
            counts[b] += 1
            least[b] = min(least[b], v)
            most[b] = max(most[b], v)
        widest = 0.0
        best, cut, crowded = 2.0, np.nan, -1
        for attempt in range(2):
            below, edge = 0, -np.inf
            for b in range(BINS):
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


@part
def _separator(
    part: IndexArray,
    x: RealArray,
    cut: float,
    side: IndexArray,
    indptr: IndexArray,
    indices: IndexArray,
    vertex: IndexArray,
    start: IndexArray,
    member: IndexArray,
) -> tuple[Index, Index, Index]:
    """Mark the halves 1 and 2, plus 4 at the cut; (weights at the cut, size of half 1)."""
    size = 0
    for k in range(part.size):
        low = x[k] <= cut
        side[part[k]] = 1 if low else 2
        size += low
    edge1, edge2 = 0, 0
    for k in range(part.size):
        v = part[k]
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
    return edge1, edge2, size


@part
def _project(
    part: IndexArray, position: RealArray, direction: RealArray, x: RealArray
) -> tuple[float, float]:
    """Coordinates of ``part`` along ``direction`` into ``x``; their range."""
    low, high = np.inf, -np.inf
    for k in range(part.size):
        v = 0.0
        for d in range(direction.size):
            v += position[part[k], d] * direction[d]
        x[k] = v
        low, high = min(low, v), max(high, v)
    return low, high


@part
def _halve(  # noqa: C901 (kernel: calls cost compile time)
    part: IndexArray,
    position: RealArray,
    directions: RealArray,
    tries: Index,
    x: RealArray,
    side: IndexArray,
    indptr: IndexArray,
    indices: IndexArray,
    vertex: IndexArray,
    start: IndexArray,
    member: IndexArray,
) -> Index:
    """Bisect ``part`` along the best of the ``tries`` directions in which it is longest.

    Leaves the marks of `_separator` in ``side`` and returns the half (1 or 2) whose marked vertices
    are the separator.
    """
    spread = np.empty(len(directions))
    for d in range(len(directions)):
        low, high = _project(part, position, directions[d], x)
        spread[d] = high - low
    chosen, chosen_weight = -1, 0
    last = -1
    edge1, edge2 = 0, 0
    for _ in range(tries):
        d = 0
        for other in range(spread.size):
            if spread[other] > spread[d]:
                d = other
        if not spread[d] > 0.0:
            break
        spread[d] = -1.0
        low, high = _project(part, position, directions[d], x)
        cut = _cut(x, low, high)
        if np.isnan(cut):
            continue
        edge1, edge2, size = _separator(part, x, cut, side, indptr, indices, vertex, start, member)
        last = d
        if 0 < size < part.size and (chosen < 0 or min(edge1, edge2) < chosen_weight):
            chosen, chosen_weight = d, min(edge1, edge2)
    if chosen != last or chosen < 0:
        if chosen >= 0:
            low, high = _project(part, position, directions[chosen], x)
            cut = _cut(x, low, high)
        else:  # all at one point: any bipartition is valid
            for k in range(part.size):
                x[k] = k
            cut = part.size // 2 - 0.5
        edge1, edge2, _ = _separator(part, x, cut, side, indptr, indices, vertex, start, member)
    return 1 if edge1 <= edge2 else 2


@part
def _weight(order: IndexArray, start: IndexArray, low: Index, high: Index) -> Index:
    """Number of orbitals of ``order[low:high]``."""
    weight = 0
    for k in range(low, high):
        weight += start[order[k] + 1] - start[order[k]]
    return weight


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


@part
def _third(mark: Index, chosen: Index) -> Index:
    """Where a marked vertex goes: 0 and 1 the halves, 2 the separator in half ``chosen``."""
    return 2 if mark == (4 | chosen) else (mark & 3) - 1


@kernel
def dissect(  # noqa: C901, PLR0912, PLR0915 (kernel: calls cost compile time)
    indptr: IndexArray,
    indices: IndexArray,
    vertex: IndexArray,
    start: IndexArray,
    member: IndexArray,
    first: IndexArray,
    position: RealArray,
    directions: RealArray,
    tries: Index,
    leaf: Index,
) -> tuple[IndexArray, IndexArray, IndexArray, IndexArray]:
    """Nested dissection of the eliminated vertices, whose components begin at ``first``.

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
    order = np.empty(count, np.int32)
    total = count
    for v in range(count):
        order[v] = v
    for v in vertex:
        total = max(total, v + 1)
    buffer, x = np.empty(count, np.int32), np.empty(count)
    side = np.zeros(total, np.int8)
    room = 2 * count + 2
    lows, highs = np.empty(room, np.int32), np.empty(room, np.int32)
    parent_token, node_of = np.empty(room, np.int32), np.empty(room, np.int32)
    stack, top = np.empty(FIELDS * (256 + len(first)), np.int32), np.int64(0)
    token, nodes = 0, 0
    c = len(first) - 2
    while c >= 0:  # many small components share one node
        low, high = first[c], first[c + 1]
        while c > 0 and _weight(order, start, first[c - 1], high) <= leaf:
            c -= 1
            low = first[c]
        top = _push(stack, top, low, high, -1, token, 0)
        token += 1
        c -= 1
    sizes, ends, fill = np.empty(3, np.int64), np.empty(3, np.int64), np.empty(3, np.int64)
    while top > 0:
        top -= FIELDS
        low, high, above = np.int64(stack[top]), np.int64(stack[top + 1]), np.int64(stack[top + 2])
        own, finished = np.int64(stack[top + 3]), stack[top + 4]
        if finished or high - low == 1 or _weight(order, start, low, high) <= leaf:
            lows[nodes], highs[nodes] = low, high
            parent_token[nodes], node_of[own] = above, nodes
            nodes += 1
            continue
        chosen = _halve(
            order[low:high], position, directions, tries, x[: high - low], side,
            indptr, indices, vertex, start, member,
        )  # fmt: skip
        sizes[:] = 0
        for k in range(low, high):
            sizes[_third(side[order[k]], chosen)] += 1
        end = low
        for k in range(3):
            fill[k] = end
            end += sizes[k]
            ends[k] = end
        for k in range(low, high):
            t = _third(side[order[k]], chosen)
            buffer[fill[t]] = order[k]
            fill[t] += 1
        for k in range(low, high):
            order[k] = buffer[k]
            side[buffer[k]] = 0
        if top + 3 * FIELDS > stack.size:
            stack = grown(stack, top + 3 * FIELDS)
        if sizes[2] > 0:
            top = _push(stack, top, ends[1], ends[2], above, own, 1)
            above = own  # without a cut the halves are independent: both hang from the node above
        for k in range(1, -1, -1):
            if sizes[k] > 0:
                top = _push(stack, top, ends[k] - sizes[k], ends[k], above, token, 0)
                token += 1
    parent = np.empty(nodes, np.int32)
    for q in range(nodes):
        parent[q] = node_of[parent_token[q]] if parent_token[q] >= 0 else nodes
    return order, head(lows, nodes), head(highs, nodes), parent
