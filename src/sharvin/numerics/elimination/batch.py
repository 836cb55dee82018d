"""Schur complements of eight points in the lanes; points that fail a check go one by one."""

from typing import NamedTuple

import numpy as np

from sharvin.numerics.elimination.arrays import empty, grown, zeros
from sharvin.numerics.elimination.emitter import LANES
from sharvin.numerics.elimination.fronts import (
    PIVOT_REFINED,
    PROBES,
    TAU,
)
from sharvin.numerics.elimination.kernel import Index, IndexArray, kernel, part
from sharvin.numerics.elimination.lanefront import (
    LANE_WIDTH,
    lane_ldl,
    lane_trailing,
    offset,
    trapezoid,
)
from sharvin.numerics.elimination.lanes import aligned, assemble_row, get, put, scatter_add
from sharvin.numerics.elimination.single import (
    Family,
    Point,
    eliminate_front,
    root_front,
    scratch,
)
from sharvin.numerics.elimination.symbolic import Tree
from sharvin.typing import BoolArray, NumberArray, RealArray


class Batch(NamedTuple):
    """Eight sweep points; spare lanes repeat the last one."""

    values: NumberArray  # flat
    base: IndexArray  # (8,) where the values of each lane begin
    energies: RealArray  # (8,)
    probe: RealArray  # (n, PROBES)
    live: Index  # lanes that are not spare


class LaneScratch(NamedTuple):
    """Workspaces of one front in the lanes."""

    f: NumberArray
    x: NumberArray
    g: NumberArray
    c: NumberArray
    d: NumberArray
    size: RealArray
    total: RealArray
    worst: RealArray
    growth: RealArray
    swaps: IndexArray
    h: NumberArray
    r: NumberArray


@part
def lane_scratch(panel: Index, like: NumberArray) -> LaneScratch:
    """Workspaces for panels of ``panel`` entries."""
    return LaneScratch(
        aligned(panel, like),
        aligned(panel, like),
        aligned(LANE_WIDTH * LANE_WIDTH, like),
        aligned(LANE_WIDTH, like),
        aligned(1, like),
        empty(LANES * LANE_WIDTH, np.float64),
        empty(LANES, np.float64),
        empty(LANES, np.float64),
        empty(LANES, np.float64),
        empty(3 * LANES * LANE_WIDTH, np.int64),
        aligned(LANE_WIDTH * LANE_WIDTH, like),
        aligned(LANE_WIDTH * LANE_WIDTH, like),
    )


@part
def lane_panel(
    q: Index,
    ne: Index,
    nf: Index,
    f: NumberArray,
    batch: Batch,
    tree: Tree,
    store: NumberArray,
    where: IndexArray,
) -> None:
    """Panel of front ``q`` in all lanes; the children's updates are trapezoids in ``store``."""
    ld = nf + PROBES
    f[: ld * ne * LANES] = 0
    # Names, because every attribute of a tuple costs an atomic reference count inside a loop.
    indptr, indices, target, map_ = tree.indptr, tree.indices, tree.target, tree.map
    orbital, first = tree.orbital, tree.first[q]
    values, base, energies, probe = batch.values, batch.base, batch.energies, batch.probe
    e = tree.entry_start[q]
    for j in range(ne):
        a = np.int64(orbital[first + j])
        begin, end = np.int64(indptr[a]), np.int64(indptr[a + 1])
        assemble_row(
            f, j * ld, j, ld, values, base, energies, probe, a, begin, end, indices, target, e
        )
        e += end - begin
    for c in range(tree.child_start[q], tree.child_start[q + 1]):
        d = tree.child[c]
        m, rows = np.int64(tree.boundary[d]), tree.map_start[d]
        for j in range(m):
            to = np.int64(map_[rows + j])
            if to >= ne:
                break
            at = where[d] + offset(m + PROBES, j) + j
            scatter_add(f, to * ld, map_, rows + j, m - j, store, at, to * ld + nf)


@part
def lane_update(
    q: Index,
    ne: Index,
    nb: Index,
    u: NumberArray,
    start: Index,
    tree: Tree,
    store: NumberArray,
    where: IndexArray,
) -> None:
    """Add the children's other columns to the trapezoid at entry ``start`` of ``u``."""
    map_ = tree.map
    for c in range(tree.child_start[q], tree.child_start[q + 1]):
        d = tree.child[c]
        m, rows = np.int64(tree.boundary[d]), tree.map_start[d]
        for j in range(m):
            to = np.int64(map_[rows + j]) - ne
            if to < 0:
                continue
            at = where[d] + offset(m + PROBES, j) + j
            top = start + offset(nb + PROBES, to)
            scatter_add(u, top - ne, map_, rows + j, m - j, store, at, top + nb)


@part
def extract(
    m: Index, s: NumberArray, start: Index, lane: Index, out: NumberArray, at: Index
) -> None:
    """One lane of a trapezoid as a plain update at ``out[at]``."""
    for j in range(m):
        o = start + offset(m + PROBES, j)
        for i in range(j, m + PROBES):
            out[at + i + j * (m + PROBES)] = get(s, o + i, lane)


@part
def family_of(
    q: Index,
    lane: Index,
    tree: Tree,
    in_lanes: BoolArray,
    store: NumberArray,
    where: IndexArray,
    delayed: IndexArray,
    side: NumberArray,
    side_at: IndexArray,
    probe_store: NumberArray,
    probe_at: IndexArray,
    plain: NumberArray,
    at: IndexArray,
) -> Family:
    """Updates of the children in one lane, gathered from wherever they are."""
    need = np.int64(0)
    for c in range(tree.child_start[q], tree.child_start[q + 1]):
        d = tree.child[c]
        m = np.int64(tree.boundary[d]) + delayed[lane, d]
        need += m * (m + PROBES)
    if need > plain.size:
        plain = empty(need + need // 2, plain)
    end = np.int64(0)
    for c in range(tree.child_start[q], tree.child_start[q + 1]):
        d = tree.child[c]
        kc = delayed[lane, d]
        m = np.int64(tree.boundary[d]) + kc
        size = m * (m + PROBES)
        at[d] = end
        if kc == 0 and in_lanes[d]:
            extract(m, store, where[d], lane, plain, end)
        else:
            source, begin = (
                (side, side_at[lane, d]) if kc else (store, where[d] * LANES + lane * size)
            )
            for i in range(size):
                plain[end + i] = source[begin + i]
        end += size
    return Family(plain, at, delayed[lane], probe_store, probe_at[lane])


def lane_fronts(tree: Tree, small: BoolArray) -> BoolArray:
    """Fronts to do in the lanes: ``small`` ones with no large one below; never the root."""
    parent = np.empty(len(small), np.int64)
    parent[-1] = -1
    parent[tree.child] = np.repeat(np.arange(len(small)), np.diff(tree.child_start))
    chosen = small.copy()
    chosen[-1] = False
    for q in np.flatnonzero(~small):  # few: large fronts are near the root
        above = parent[q]
        while above >= 0 and chosen[above]:
            chosen[above] = False
            above = parent[above]
    return chosen


def lane_widths(boundary: IndexArray, in_lanes: BoolArray) -> IndexArray:
    """Lane entries that the update of each front takes on its stack."""
    rows, last = boundary + PROBES, np.maximum(boundary - 1, 0)
    block = last >> 2
    packed = 4 * block * (rows - 2 * block + 2) + (last & 3) * (rows - 4 * block) - 4 * block + rows
    widths: IndexArray = np.where(in_lanes, packed, rows * boundary)
    return np.where(boundary > 0, widths, 0)


@kernel
def schur_lanes(  # noqa: C901, PLR0912, PLR0915 (one loop body that shares growing workspaces)
    batch: Batch, in_lanes: BoolArray, sizes: IndexArray, tree: Tree, counts: IndexArray
) -> tuple[NumberArray, IndexArray, RealArray, NumberArray]:
    """Root updates of eight points: (updates, delayed counts, growths, delayed probes), joined.

    ``in_lanes`` (nodes,): fronts done in the lanes; the children of such a front are in the lanes
    too. ``sizes``: entries of the even stack, the odd stack, the largest panel in the lanes, the
    largest other panel and its rows. ``counts`` as in `single.schur_single`.
    """
    nodes = len(tree.own)
    like = batch.values[:1].copy()
    even, odd = aligned(sizes[0], like), aligned(sizes[1], like)
    wide = lane_scratch(sizes[2], like)
    work = scratch(sizes[3], sizes[4], like)
    plain, at = empty(1, like), zeros(nodes, np.int64)
    update = empty(1, like)
    delayed, where = np.zeros((LANES, nodes), np.int32), zeros(nodes, np.int64)
    side, side_at, side_end = empty(16, like), np.zeros((LANES, nodes), np.int64), 0
    probe_at, probe_store, probe_end = (
        np.zeros((LANES, nodes), np.int64), empty(16, like), 0,
    )  # fmt: skip
    top = zeros(2, np.int64)
    growths = zeros(LANES, np.float64)
    flagged = np.ones(LANES, np.bool_)
    for q in range(np.int64(nodes)):
        own, nb = np.int64(tree.own[q]), np.int64(tree.boundary[q])
        parity = tree.odd[q]
        mine, theirs = (odd, even) if parity else (even, odd)
        root = q == nodes - 1
        if root:
            break
        begin = top[parity]
        where[q] = begin
        plain_size = (nb + PROBES) * nb
        if in_lanes[q]:
            lane_panel(q, own, own + nb, wide.f, batch, tree, theirs, where)
            wide.worst[:] = np.inf
            wide.growth[:] = 0.0
            wide.total[:] = 0.0
            lane_ldl(
                own, nb, wide.f, wide.x, wide.g, wide.c, wide.d, wide.size, wide.total, wide.worst,
                wide.growth, wide.swaps, wide.h, wide.r,
            )  # fmt: skip
            lane_trailing(own, nb, wide.f, wide.x, mine, begin)
            lane_update(q, own, nb, mine, begin, tree, theirs, where)
            for lane in range(batch.live):
                flagged[lane] = not (
                    wide.worst[lane] >= PIVOT_REFINED * PIVOT_REFINED
                    and wide.growth[lane] < TAU * TAU
                    and wide.total[lane] == wide.total[lane]
                )
                for c in range(tree.child_start[q], tree.child_start[q + 1]):
                    if delayed[lane, tree.child[c]] > 0:
                        flagged[lane] = True
                if not flagged[lane]:
                    growths[lane] = max(growths[lane], np.sqrt(wide.growth[lane]))
            size = trapezoid(nb + PROBES, nb)
        else:
            flagged[:] = True
            size = plain_size
        for lane in range(np.int64(batch.live)):
            if not flagged[lane]:
                continue
            shift = np.int64(0)
            for c in range(tree.child_start[q], tree.child_start[q + 1]):
                shift += delayed[lane, tree.child[c]]
            ne = own + shift
            if (ne + nb + PROBES) * ne > work.f.size or ne > work.lu_pivots.size:
                work = scratch(2 * (ne + nb + PROBES) * ne, 2 * ne, like)
            if in_lanes[q]:
                if plain_size > update.size:
                    update = empty(2 * plain_size, like)
                u = update[:plain_size]
            else:
                u = mine[
                    begin * LANES + lane * plain_size : begin * LANES + (lane + 1) * plain_size
                ]
            family = family_of(
                q, lane, tree, in_lanes, theirs, where, delayed, side, side_at, probe_store,
                probe_at, plain, at,
            )  # fmt: skip
            plain = family.store
            base = batch.base[lane]
            values = batch.values[base : base + len(tree.indices)]
            attempt = np.int64(0)
            if in_lanes[q] and shift == 0:  # it has failed the half-flop path already
                # A single pivot block with too large multipliers has the same ones by LU.
                hopeless = own <= LANE_WIDTH and wide.growth[lane] >= TAU * TAU
                attempt = np.int64(2 if hopeless else 1)
            point = Point(values, batch.energies[lane], batch.probe, attempt)
            k, g, bordered, y = eliminate_front(q, ne, u, point, tree, family, work, counts)
            growths[lane] = max(growths[lane], g)
            delayed[lane, q] = k
            if k:
                side_at[lane, q], probe_at[lane, q] = side_end, probe_end
                if side_end + bordered.size > side.size:
                    side = grown(side, side_end + bordered.size)
                for i in range(bordered.size):
                    side[side_end + i] = bordered[i]
                side_end += bordered.size
                if probe_end + k * PROBES > probe_store.size:
                    probe_store = grown(probe_store, probe_end + k * PROBES)
                for j in range(k):
                    for r in range(PROBES):
                        probe_store[probe_end] = y[j, r]
                        probe_end += 1
            elif in_lanes[q]:
                for j in range(nb):
                    o = begin + offset(nb + PROBES, j)
                    for i in range(j, nb + PROBES):
                        put(mine, o + i, lane, u[i + j * (nb + PROBES)])
        top[parity] += size
        for c in range(tree.child_start[q], tree.child_start[q + 1]):
            d = tree.child[c]
            m = np.int64(tree.boundary[d])
            top[1 - parity] -= trapezoid(m + PROBES, m) if in_lanes[d] else (m + PROBES) * m
    last = np.int64(nodes - 1)
    theirs = even if tree.odd[last] else odd
    shifts, total, probes = zeros(LANES, np.int64), np.int64(0), np.int64(0)
    for lane in range(np.int64(batch.live)):
        for c in range(tree.child_start[last], tree.child_start[last + 1]):
            shifts[lane] += delayed[lane, tree.child[c]]
        m = tree.boundary[last] + shifts[lane]
        total += (m + PROBES) * m
        probes += shifts[lane]
    out, ys = empty(total, like), np.empty((probes, PROBES), like.dtype)
    total, probes = np.int64(0), np.int64(0)
    for lane in range(np.int64(batch.live)):
        shift = shifts[lane]
        m = tree.boundary[last] + shift
        family = family_of(
            last, lane, tree, in_lanes, theirs, where, delayed, side, side_at, probe_store,
            probe_at, plain, at,
        )  # fmt: skip
        plain = family.store
        base = batch.base[lane]
        values = batch.values[base : base + len(tree.indices)]
        point = Point(values, batch.energies[lane], batch.probe, np.int64(0))
        y = root_front(shift, out[total : total + (m + PROBES) * m], point, tree, family)
        for j in range(shift):
            for r in range(PROBES):
                ys[probes, r] = y[j, r]
            probes += 1
        total += (m + PROBES) * m
    return out, shifts, growths, ys
