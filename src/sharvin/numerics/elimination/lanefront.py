"""One front in the lanes: block LDL^H and trailing update of all eight points together.

Updates are stored as trapezoids: columns in blocks of four, each block from its diagonal down,
which halves the traffic of the stacks that would otherwise limit the speed.
"""

from typing import Any

import numpy as np

from sharvin.numerics.elimination.emitter import LANES
from sharvin.numerics.elimination.fronts import PIVOT_BLOCK, PROBES, TAU_BLOCK
from sharvin.numerics.elimination.kernel import Index, IndexArray, is_complex, part, template
from sharvin.numerics.elimination.lanes import (
    _tile_11,
    _tile_14,
    _tile_21,
    _tile_24,
    _tile_44,
    choose_pivots,
    copy_entries,
    copy_negative,
    eliminate_column,
    get,
    largest_squares,
    put,
)
from sharvin.typing import NumberArray, RealArray

LANE_WIDTH = 16  # pivot block in the lanes


@part
def offset(rows: Index, j: Index) -> Index:
    """Entry of (row 0, column j) in a trapezoid; real rows begin at 4 (j // 4)."""
    block = j >> 2
    return 4 * block * (rows - 2 * block + 2) + (j & 3) * (rows - 4 * block) - 4 * block


@part
def trapezoid(rows: Index, columns: Index) -> Index:
    """Number of entries of a trapezoid."""
    if columns == 0:
        return 0
    return offset(rows, columns - 1) + rows


def tall_tiles(
    c: Any, co: Any, ldc: Any, a: Any, ao: Any, lda: Any, b: Any, bo: Any, ldb: Any, i: Any,
    rows: Any, depth: Any, fresh: Any,
) -> Any:  # fmt: skip
    """Four columns of C from row ``i`` down by tiles of four rows; the first row not done."""
    raise NotImplementedError


@template(tall_tiles)
def _tall_tiles(
    c: Any, co: Any, ldc: Any, a: Any, ao: Any, lda: Any, b: Any, bo: Any, ldb: Any, i: Any,
    rows: Any, depth: Any, fresh: Any,
) -> Any:  # fmt: skip
    if is_complex(c):  # 4 x 4 complex entries need 32 accumulators: more registers than there are

        def none(
            c: Any, co: Any, ldc: Any, a: Any, ao: Any, lda: Any, b: Any, bo: Any, ldb: Any, i: Any,
        rows: Any, depth: Any, fresh: Any,
    ) -> Any:  # fmt: skip
            return i

        return none

    def four(
        c: Any, co: Any, ldc: Any, a: Any, ao: Any, lda: Any, b: Any, bo: Any, ldb: Any, i: Any,
        rows: Any, depth: Any, fresh: Any,
    ) -> Any:  # fmt: skip
        while i + 4 <= rows:
            _tile_44(c, co + i, ldc, a, ao + i, lda, b, bo, ldb, depth, fresh)
            i += 4
        return i

    return four


@part
def product_block(
    c: NumberArray,
    co: Index,
    ldc: Index,
    a: NumberArray,
    ao: Index,
    lda: Index,
    b: NumberArray,
    bo: Index,
    ldb: Index,
    first: Index,
    rows: Index,
    columns: Index,
    depth: Index,
    fresh: bool,
) -> None:
    """Up to four columns of C = A B^H (``fresh``) or C += A B^H from row ``first`` down."""
    i = first
    if columns == 4:
        i = tall_tiles(c, co, ldc, a, ao, lda, b, bo, ldb, i, rows, depth, fresh)
        while i + 2 <= rows:
            _tile_24(c, co + i, ldc, a, ao + i, lda, b, bo, ldb, depth, fresh)
            i += 2
        if i < rows:
            _tile_14(c, co + i, ldc, a, ao + i, lda, b, bo, ldb, depth, fresh)
        return
    for j in range(columns):
        i = first
        while i + 2 <= rows:
            _tile_21(c, co + i + j * ldc, ldc, a, ao + i, lda, b, bo + j, ldb, depth, fresh)
            i += 2
        if i < rows:
            _tile_11(c, co + i + j * ldc, ldc, a, ao + i, lda, b, bo + j, ldb, depth, fresh)


DEPTH = 64  # columns of a panel that are multiplied at a time, so that their rows stay in the cache


@part
def lane_trailing(
    ne: Index, nb: Index, f: NumberArray, x: NumberArray, u: NumberArray, at: Index
) -> None:
    """U <- -L (L D)^H, the trapezoid at entry ``at``, from the panels of `lane_ldl`."""
    nf = ne + nb
    ld = nf + PROBES
    rows = nb + PROBES
    for k in range(0, max(ne, 1), DEPTH):
        depth = min(DEPTH, ne - k)
        for j in range(0, nb, 4):
            product_block(
                u, at + offset(rows, j), rows - j, x, ne + k * ld, ld, f, ne + j + k * ld, ld,
                j, rows, min(4, nb - j), depth, k == 0,
            )  # fmt: skip


@part
def _swap_pivot(
    n: Index, g: NumberArray, k: Index, lane: Index, d: NumberArray
) -> tuple[Index, float]:
    """Bring the largest entry of column k to the diagonal in one lane; (its row, |pivot|²)."""
    p, best = k, -1.0
    for i in range(k, n):
        v = get(g, i + k * n, lane)
        size = v.real * v.real + v.imag * v.imag
        if size > best:
            best, p = size, i
    for j in range(n):
        v = get(g, k + j * n, lane)
        put(g, k + j * n, lane, get(g, p + j * n, lane))
        put(g, p + j * n, lane, v)
    v = get(g, k + k * n, lane)
    put(d, 0, lane, np.conj(v) * (1.0 / best))  # numba's complex division raises on zero
    return p, best


@part
def lane_inverse(  # noqa: C901 (kernel: calls cost compile time)
    n: Index,
    a: NumberArray,
    ao: Index,
    lda: Index,
    g: NumberArray,
    c: NumberArray,
    d: NumberArray,
    size: RealArray,
    total: RealArray,
    worst: RealArray,
    swaps: IndexArray,
) -> None:
    """Minus the inverse into ``g``, lane by lane, of the Hermitian block at ``a[ao]``.

    Gauss-Jordan elimination; a lane swaps rows only where its diagonal is ten times below the best
    pivot. ``worst[lane]`` is lowered to the least |pivot|² / |largest of its column|².
    """
    for j in range(n):
        copy_negative(g, j, n, a, ao + j + j * lda)
    size[: n * LANES] = 0.0
    for j in range(n):
        largest_squares(g, j * n, n, size[j * LANES : (j + 1) * LANES], total)
    swapped = 0
    for k in range(n):
        bits = choose_pivots(g, 0, k, n, size, worst, d)
        if bits:
            for lane in range(LANES):
                if bits >> lane & 1:
                    p, best = _swap_pivot(n, g, k, lane, d)
                    ratio = best / size[k * LANES + lane]
                    if not ratio >= worst[lane]:
                        worst[lane] = ratio
                    swaps[3 * swapped], swaps[3 * swapped + 1], swaps[3 * swapped + 2] = k, p, lane
                    swapped += 1
        copy_entries(c, 0, g, k * n, n)
        g[k * n * LANES : (k + 1) * n * LANES] = 0
        c[k * LANES : (k + 1) * LANES] = 0
        for lane in range(LANES):
            put(g, k + k * n, lane, g.dtype.type(1))
        for j in range(n):
            eliminate_column(g, j * n, k, n, c, d)
    for s in range(swapped - 1, -1, -1):
        k, p, lane = swaps[3 * s], swaps[3 * s + 1], swaps[3 * s + 2]
        for i in range(n):
            v = get(g, i + k * n, lane)
            put(g, i + k * n, lane, get(g, i + p * n, lane))
            put(g, i + p * n, lane, v)


@part
def is_rough(worst: RealArray, growth: RealArray) -> bool:
    """Whether a pivot block of some lane is too near singular to trust its explicit inverse."""
    for lane in range(LANES):
        if not worst[lane] >= PIVOT_BLOCK * PIVOT_BLOCK:
            return True
        if not growth[lane] < TAU_BLOCK * TAU_BLOCK:
            return True
    return False


@part
def refine(
    k: Index,
    b: Index,
    ld: Index,
    f: NumberArray,
    x: NumberArray,
    g: NumberArray,
    h: NumberArray,
    r: NumberArray,
) -> None:
    """One step of refinement of the multipliers x = F g in the b columns from k on; g = -1 / D.

    With r = F + x D, by sixteen rows at a time, x + r g is as good as a backward stable solution.
    """
    for j in range(b):
        copy_negative(h, j, b, f, k + j + (k + j) * ld)
    for j in range(b):  # twice the negative: D in full, of which the panel has one triangle
        copy_negative(h, j, b, h, j + j * b)
    for i in range(k + b, ld, LANE_WIDTH):
        rows = min(LANE_WIDTH, ld - i)
        for j in range(b):
            copy_entries(r, j * LANE_WIDTH, f, i + (k + j) * ld, rows)
        for j in range(0, b, 4):
            product_block(
                r, j * LANE_WIDTH, LANE_WIDTH, x, i + k * ld, ld, h, j, b,
                0, rows, min(4, b - j), b, k < 0,
            )  # fmt: skip
        for j in range(0, b, 4):
            product_block(
                x, i + (k + j) * ld, ld, r, 0, LANE_WIDTH, g, j, b,
                0, rows, min(4, b - j), b, k < 0,
            )  # fmt: skip


@part
def lane_ldl(
    ne: Index,
    nb: Index,
    f: NumberArray,
    x: NumberArray,
    g: NumberArray,
    c: NumberArray,
    d: NumberArray,
    size: RealArray,
    total: RealArray,
    worst: RealArray,
    growth: RealArray,
    swaps: IndexArray,
    h: NumberArray,
    r: NumberArray,
) -> None:
    """Left-looking block LDL^H of eight panels; f then holds L D below the diagonal, x holds -L.

    Per lane, ``growth`` is raised to the largest |multiplier|², ``worst`` lowered to the least
    pivot ratio squared and ``total`` becomes NaN when anything did.
    """
    nf = ne + nb
    ld = nf + PROBES
    for k in range(0, ne, LANE_WIDTH):
        b = min(LANE_WIDTH, ne - k)
        for k0 in range(0, k, DEPTH):
            depth = min(DEPTH, k - k0)
            for j in range(k, k + b, 4):
                product_block(
                    f, j * ld, ld, x, k0 * ld, ld, f, j + k0 * ld, ld,
                    j, ld, min(4, k + b - j), depth, k0 < 0,
                )  # fmt: skip
        lane_inverse(b, f, k + k * ld, ld, g, c, d, size, total, worst, swaps)
        below = k + b
        for j in range(0, b, 4):
            product_block(
                x, (k + j) * ld, ld, f, k * ld, ld, g, j, b, below, ld, min(4, b - j), b, k >= 0,
            )  # fmt: skip
        for j in range(k, below):
            largest_squares(x, below + j * ld, nf - below, growth, total)
        if is_rough(worst, growth):
            refine(k, b, ld, f, x, g, h, r)
