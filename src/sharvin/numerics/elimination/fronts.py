r"""One front of one point: assembly, elimination by LDL^H or LU, eigen-delayed pivots.

The rows of a front are: delayed unknowns of the children, own orbitals, boundary, and last
`PROBES` rows that hold the adjoint of the right-hand side b = (E - H) x for fixed random vectors
x. These rows go through the elimination like any boundary row and end as the reduced right-hand
side, against which the Schur complement is checked. Only lower triangles are stored, column-major:

- panel ``f``: (own + boundary + PROBES) x own,
- update ``u``: (boundary + PROBES) x boundary, the Schur complement of the front.
"""

import numpy as np

from sharvin.numerics.elimination.arrays import empty, zeros
from sharvin.numerics.elimination.blas import C, N, eigh, gemm, getrf, getrs, scatter
from sharvin.numerics.elimination.dense import (
    adjoint,
    hermitian_diagonal,
    invert,
    largest_square,
)
from sharvin.numerics.elimination.kernel import Index, IndexArray, part
from sharvin.numerics.elimination.symbolic import Tree
from sharvin.typing import NumberArray, RealArray

PROBES = 2

# Largest multiplier accepted. The study before this code (C++, BHZ strips) agreed with MUMPS to
# 4e-11 at 100, to 1e-8 at 1000 and to 2e-11 at 20.
TAU = 100.0
# The half-flop path inverts its pivot blocks, which costs digits when they are ill-conditioned:
# there the multipliers must be smaller, and pivots at least this fraction of their column. Over 96
# points (clean and disordered squares, graphene, BHZ) the Green function at the ends was never
# wrong by more than 2.1e-12; 20 and 0.05 gave 1.3e-12 with half as many more fronts to redo.
TAU_BLOCK = 50.0
PIVOT_BLOCK = 0.02
PIVOT_LU = 1e-6
# In the lanes the multipliers of such blocks are refined, which makes up for the inverse as long
# as it has digits to start from.
PIVOT_REFINED = 1e-4
# Eigenvectors of a pivot block that neither the block nor the boundary tells from zero.
DECOUPLED = 64 * np.finfo(np.float64).eps
WIDTH = 24  # pivot block of the LDL^H path


@part
def assemble_entries(
    q: Index,
    shift: Index,
    columns: Index,
    f: NumberArray,
    ld: Index,
    values: NumberArray,
    energy: float,
    probe: RealArray,
    tree: Tree,
) -> None:
    """Own rows of E - H into the columns ``shift ...`` of a front, and the adjoint of (E - H) x."""
    # Names, because every attribute of a tuple costs an atomic reference count inside a loop.
    indptr, indices, target = tree.indptr, tree.indices, tree.target
    orbital, first = tree.orbital, tree.first[q]
    e = tree.entry_start[q]
    zero = f.dtype.type(0)
    for j in range(columns):
        a = orbital[first + j]
        o = (shift + j) * ld
        b0, b1 = zero, zero
        for p in range(indptr[a], indptr[a + 1]):
            y = indices[p]
            v = -adjoint(values[p])  # the entry (y, a), as only columns are stored
            if y == a:
                v += energy
            i = target[e]
            e += 1
            if i >= 0:
                f[o + i + shift] += v
            b0 += v * probe[y, 0]
            b1 += v * probe[y, 1]
        f[o + ld - 2] += b0
        f[o + ld - 1] += b1


@part
def add_panel(
    f: NumberArray,
    ne: Index,
    nf: Index,
    shift: Index,
    above: Index,
    kc: Index,
    m: Index,
    rows: IndexArray,
    s: NumberArray,
) -> None:
    """Add to a panel those columns of a child's update ``s`` that are eliminated in it.

    The child's ``kc`` delayed unknowns go to rows ``above ...``, its boundary to ``rows + shift``.
    """
    ld, lds = nf + PROBES, m + PROBES
    for j in range(m):
        to = (above + j if j < kc else rows[j - kc] + shift) * ld
        if to >= ne * ld:
            break
        at = j * lds
        for i in range(j, kc):
            f[to + above + i] += s[at + i]
        i = max(j, kc)
        scatter(f, to + shift, rows, i - kc, m - i, s, at + i)
        for r in range(PROBES):
            f[to + nf + r] += s[at + m + r]


@part
def add_update(
    u: NumberArray,
    ahead: Index,
    ne: Index,
    nf: Index,
    shift: Index,
    above: Index,
    kc: Index,
    m: Index,
    rows: IndexArray,
    s: NumberArray,
) -> None:
    """Add the other columns of a child's update to ``u``, after its ``ahead`` delayed ones."""
    ld, lds = ahead + nf - ne + PROBES, m + PROBES
    up = ahead - ne
    for j in range(m):
        to = above + j if j < kc else rows[j - kc] + shift
        if to < ne:
            continue
        to = (to + up) * ld
        at = j * lds
        for i in range(j, kc):
            u[to + up + above + i] += s[at + i]
        i = max(j, kc)
        scatter(u, to + up + shift, rows, i - kc, m - i, s, at + i)
        for r in range(PROBES):
            u[to + ld - PROBES + r] += s[at + m + r]


@part
def trailing(
    ne: Index,
    nb: Index,
    f: NumberArray,
    x: NumberArray,
    transposed: bool,
    u: NumberArray,
) -> None:
    """U <- -F21 X (lower triangle, by column blocks).

    ``x`` is X = F11^-1 F12 (own x boundary) or, ``transposed``, the panel-shaped L with F21 = L D.
    """
    nf = ne + nb
    ld = nf + PROBES
    ldu = nb + PROBES
    one, zero = u.dtype.type(1), u.dtype.type(0)
    width = max(nb, 1)
    if nb > 96:
        width = max(48, (nb // 4 + 7) // 8 * 8)
    for j in range(0, nb, width):
        w = min(width, nb - j)
        if transposed:
            gemm(
                N, C, ldu - j, w, ne, -one, x, ne + j, ld, f, ne + j, ld, zero, u,
                j + j * ldu, ldu,
            )  # fmt: skip
        else:
            gemm(
                N, N, ldu - j, w, ne, -one, f, ne + j, ld, x, j * ne, ne, zero, u,
                j + j * ldu, ldu,
            )  # fmt: skip


@part
def eliminate_ldl(
    ne: Index,
    nb: Index,
    f: NumberArray,
    x: NumberArray,
    inverse: NumberArray,
    work: RealArray,
    pivots: IndexArray,
) -> tuple[bool, float]:
    """Left-looking block LDL^H: f then holds L D below its diagonal blocks, x holds L.

    Returns (multipliers and pivots are within bounds, largest multiplier).
    """
    nf = ne + nb
    ld = nf + PROBES
    one, zero = f.dtype.type(1), f.dtype.type(0)
    growth = 0.0
    for k in range(0, ne, WIDTH):
        b = min(WIDTH, ne - k)
        if k:
            gemm(N, C, ld - k, b, k, -one, x, k, ld, f, k, ld, one, f, k + k * ld, ld)
        if not invert(b, f, k + k * ld, ld, inverse, work, pivots) >= PIVOT_BLOCK:
            return False, np.inf
        below = k + b
        gemm(
            N, N, ld - below, b, b, one, f, below + k * ld, ld, inverse, 0, b, zero, x,
            below + k * ld, ld,
        )  # fmt: skip
        for j in range(k, below):
            growth = max(growth, largest_square(x[below + j * ld : nf + j * ld]))
        if not growth < TAU_BLOCK * TAU_BLOCK:
            return False, np.sqrt(growth)
    return True, np.sqrt(growth)


@part
def eliminate_lu(
    ne: Index,
    nb: Index,
    f: NumberArray,
    x: NumberArray,
    pivots: IndexArray,
) -> tuple[bool, float]:
    """F11 = L U with row pivots, x = F11^-1 F12. Returns (within bounds, largest multiplier)."""
    nf = ne + nb
    ld = nf + PROBES
    info = zeros(1, np.int32)
    for j in range(ne):
        f[j + j * ld] = hermitian_diagonal(f[j + j * ld])
        for i in range(j + 1, ne):
            f[j + i * ld] = adjoint(f[i + j * ld])
    size = empty(ne, np.float64)
    for j in range(ne):
        size[j] = largest_square(f[j * ld : j * ld + ne])
        for i in range(nb):
            x[j + i * ne] = adjoint(f[ne + i + j * ld])
    getrf(ne, ne, f, 0, ld, pivots, 0, info, 0)
    if info[0] != 0:
        return False, np.inf
    for j in range(ne):
        if not abs(f[j + j * ld]) > PIVOT_LU * np.sqrt(size[j]):
            return False, np.inf
    if nb == 0:
        return True, 0.0
    getrs(N, ne, nb, f, 0, ld, pivots, 0, x, 0, ne, info, 0)
    growth = np.sqrt(largest_square(x[: ne * nb]))
    return growth < TAU, growth


@part
def eigenbasis(  # noqa: C901, PLR0912 (kernel: calls cost compile time)
    ne: Index, nb: Index, f: NumberArray
) -> tuple[RealArray, NumberArray, NumberArray, RealArray, RealArray, IndexArray]:
    r"""Diagonalize the pivot block of a front and sort its eigenvectors into good and bad.

    The block is first scaled to unit rows, :math:`S F_{11} S = V \lambda V^\dagger`, so that one
    hard wall does not hide the rest. Unknowns are rotated to :math:`x_1 = T y`, :math:`T = S V /
    |S V|`, where :math:`T^\dagger F_{11} T = d` is diagonal.

    Returns
    -------
    d : (own,)
        Diagonal.
    t, w : (own, own), (boundary + PROBES, own) column-major
        T and F21 T.
    scale, norm : (own,)
        Diagonal of S and the column norms \|S V\|: y = norm V^H S^-1 x.
    kind : (own,) int8
        0 good: eliminate; 1 bad: its multiplier would exceed TAU / 10, delay it; 2 decoupled from
        everything: drop it. All 2 and d = NaN when the front is not finite.
    """
    nf = ne + nb
    ld = nf + PROBES
    scale, norm, d = empty(ne, np.float64), empty(ne, np.float64), empty(ne, np.float64)
    kind = zeros(ne, np.int8)
    t = empty(ne * ne, f)
    w = empty((nb + PROBES) * ne, f)
    size = zeros(ne, np.float64)
    outside = 0.0
    for j in range(ne):
        for i in range(j, nf):
            v = abs(f[i + j * ld])
            if not v < np.inf:
                d[:] = np.nan
                kind[:] = 2
                return d, t, w, scale, norm, kind
            size[j] = max(size[j], v)
            if i < ne:
                size[i] = max(size[i], v)
    for j in range(ne):
        scale[j] = 1.0 / np.sqrt(size[j]) if size[j] > 0.0 else 1.0
    for j in range(ne):
        for i in range(j, ne):
            t[i + j * ne] = f[i + j * ld] * (scale[i] * scale[j])
        t[j + j * ne] = hermitian_diagonal(t[j + j * ne])
        for i in range(ne, nf):
            outside = max(outside, abs(f[i + j * ld]) * scale[j])
    if eigh(ne, t, d) != 0:
        d[:] = np.nan
        kind[:] = 2
        return d, t, w, scale, norm, kind
    for j in range(ne):
        total = 0.0
        for i in range(ne):
            t[i + j * ne] *= scale[i]
            v = abs(t[i + j * ne])
            total += v * v
        norm[j] = np.sqrt(total)
        for i in range(ne):
            t[i + j * ne] /= norm[j]
    one, zero = f.dtype.type(1), f.dtype.type(0)
    gemm(N, N, nb + PROBES, ne, ne, one, f, ne, ld, t, 0, ne, zero, w, 0, nb + PROBES)
    for j in range(ne):
        coupling = np.sqrt(largest_square(w[j * (nb + PROBES) : j * (nb + PROBES) + nb]))
        if abs(d[j]) <= DECOUPLED and coupling * norm[j] <= DECOUPLED * outside:
            kind[j] = 2
        d[j] /= norm[j] * norm[j]
        if kind[j] == 0 and coupling > 0.1 * TAU * abs(d[j]):
            kind[j] = 1
    return d, t, w, scale, norm, kind


@part
def eliminate_eigen(  # noqa: C901 (kernel: calls cost compile time)
    ne: Index, nb: Index, d: RealArray, w: NumberArray, kind: IndexArray
) -> tuple[Index, float, NumberArray]:
    """Eliminate the good eigenvectors of `eigenbasis`, put the bad ones first in the update.

    Returns (number delayed, largest multiplier, update of boundary + delayed unknowns, in which the
    children's share of the boundary is still missing).
    """
    rows = nb + PROBES
    good = empty(rows * ne, w)
    scaled = empty(rows * ne, w)
    k, g = np.int64(0), np.int64(0)
    for j in range(ne):
        if kind[j] == 1:
            k += 1
        elif kind[j] == 0:
            for i in range(rows):
                good[i + g * rows] = w[i + j * rows]
                scaled[i + g * rows] = w[i + j * rows] / d[j]
            g += 1
    m = k + nb
    u = zeros((m + PROBES) * m, w)
    growth = 0.0
    for j in range(g):
        growth = max(growth, largest_square(scaled[j * rows : j * rows + nb]))
    if nb and g:
        one = w.dtype.type(1)
        at = k + k * (m + PROBES)
        gemm(N, C, rows, nb, g, -one, scaled, 0, rows, good, 0, rows, one, u, at, m + PROBES)
    c = 0
    for j in range(ne):
        if kind[j] == 1:
            u[c + c * (m + PROBES)] = d[j]
            for i in range(rows):
                u[k + i + c * (m + PROBES)] = w[i + j * rows]
            c += 1
        elif kind[j] == 2 and np.isnan(d[j]):
            growth = np.inf
            u[:] = np.nan
    return k, np.sqrt(growth), u


@part
def rotate_probe(
    ne: Index, t: NumberArray, scale: RealArray, norm: RealArray, kind: IndexArray, x: NumberArray
) -> NumberArray:
    """Components y = norm V^H S^-1 x of x (own, PROBES) along the delayed unknowns."""
    k = 0
    for j in range(ne):
        k += kind[j] == 1
    y = np.zeros((k, PROBES), t.dtype)
    c = 0
    for j in range(ne):
        if kind[j] == 1:
            for i in range(ne):
                v = adjoint(t[i + j * ne]) * (norm[j] * norm[j] / (scale[i] * scale[i]))
                y[c, 0] += v * x[i, 0]
                y[c, 1] += v * x[i, 1]
            c += 1
    return y
