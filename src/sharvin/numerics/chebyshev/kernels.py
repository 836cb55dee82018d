"""Compiled loops: one step of a recursion on a block of vectors, sums of blocks, random signs."""

from typing import Any

import numpy as np

from sharvin.numerics.chebyshev.compiled import kernel
from sharvin.numerics.chebyshev.rows import make_run, make_sparse
from sharvin.numerics.elimination.kernel import Index, IndexArray

WIDTHS = (8, 4, 2, 1)  # vectors side by side, for which there are loops
_sparse8, _sparse4, _sparse2, _sparse1 = (make_sparse(width) for width in WIDTHS)
_run8, _run4, _run2, _run1 = (make_run(width, has_energies=False) for width in WIDTHS)
_rough8, _rough4, _rough2, _rough1 = (make_run(width, has_energies=True) for width in WIDTHS)

_STRIP = 512  # cells of a line that are treated before the next line
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A, _MIX_B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S63, _S62 = (np.uint64(n) for n in (30, 27, 31, 63, 62))
_TWO = np.uint64(2)


@kernel
def sparse_rows(
    start: Index, stop: Index, indptr: IndexArray, indices: IndexArray, data: Any, x: Any, y: Any,
    sums: Any, scale: float, shift: float, back: float, width: Index,
) -> None:  # fmt: skip
    """Rows start..stop of y <- scale (A - shift) x + back y; sums += |y|², Re y* x by vector."""
    if width == 8:
        _sparse8(start, stop, indptr, indices, data, x, y, sums, scale, shift, back)
    elif width == 4:
        _sparse4(start, stop, indptr, indices, data, x, y, sums, scale, shift, back)
    elif width == 2:
        _sparse2(start, stop, indptr, indices, data, x, y, sums, scale, shift, back)
    else:
        _sparse1(start, stop, indptr, indices, data, x, y, sums, scale, shift, back)


@kernel
def stencil_rows(
    start: Index, stop: Index, shape: IndexArray, reach: Index, firsts: IndexArray,
    source: IndexArray, steps: IndexArray, data: Any, energies: Any, x: Any, y: Any, sums: Any,
    scale: float, shift: float, back: float, width: Index,
) -> None:  # fmt: skip
    """The same for the cells start..stop of a torus, whose matrix is written down for one cell."""
    n2 = shape[2]
    apart = np.empty(max(1, source.size), np.int64)
    # Strips of the lines, so that a line finds its neighbors' vectors in the nearer caches.
    for left in range(0, n2, _STRIP):
        right = min(n2, left + _STRIP)
        for line in range(start // n2, (stop - 1) // n2 + 1):
            _segment(
                max(start, line * n2 + left), min(stop, line * n2 + right), shape, reach, firsts,
                source, steps, apart, data, energies, x, y, sums, scale, shift, back, width,
            )  # fmt: skip


@kernel
def _segment(
    start: Index, stop: Index, shape: IndexArray, reach: Index, firsts: IndexArray,
    source: IndexArray, steps: IndexArray, apart: IndexArray, data: Any, energies: Any, x: Any,
    y: Any, sums: Any, scale: float, shift: float, back: float, width: Index,
) -> None:  # fmt: skip
    """Cells start..stop of one line."""
    n0, n1, n2 = shape[0], shape[1], shape[2]
    orbitals = firsts.size - 1
    line = start // n2
    i0, i1 = line // n1, line % n1
    cell = start
    while cell < stop:
        i2 = cell % n2
        # Far from the ends of a line all cells find their neighbors at the same distances.
        count = 1
        if reach <= i2 < n2 - reach:
            count = min(stop - cell, n2 - reach - i2)
        for a in range(orbitals):
            for t in range(firsts[a], firsts[a + 1]):
                j0 = _around(i0 + steps[t, 0], n0)
                j1 = _around(i1 + steps[t, 1], n1)
                j2 = _around(i2 + steps[t, 2], n2)
                there = ((j0 * n1 + j1) * n2 + j2) * orbitals + source[t]
                apart[t] = there - cell * orbitals - a
        _dispatch(
            cell * orbitals, count, orbitals, firsts, apart, data, energies, x, y, sums, scale,
            shift, back, width,
        )  # fmt: skip
        cell += count


@kernel
def _around(i: Index, n: Index) -> Index:
    """Index i on a ring of n; a division takes as long as a row."""
    return i if 0 <= i < n else i % n


@kernel
def _dispatch(
    first: Index, cells: Index, orbitals: Index, firsts: IndexArray, apart: IndexArray, data: Any,
    energies: Any, x: Any, y: Any, sums: Any, scale: float, shift: float, back: float,
    width: Index,
) -> None:  # fmt: skip
    if energies.size > 0:
        if width == 8:
            _rough8(first, cells, orbitals, firsts, apart, data, energies, x, y, sums, scale, shift, back)  # fmt: skip # noqa: E501
        elif width == 4:
            _rough4(first, cells, orbitals, firsts, apart, data, energies, x, y, sums, scale, shift, back)  # fmt: skip # noqa: E501
        elif width == 2:
            _rough2(first, cells, orbitals, firsts, apart, data, energies, x, y, sums, scale, shift, back)  # fmt: skip # noqa: E501
        else:
            _rough1(first, cells, orbitals, firsts, apart, data, energies, x, y, sums, scale, shift, back)  # fmt: skip # noqa: E501
    elif width == 8:
        _run8(first, cells, orbitals, firsts, apart, data, energies, x, y, sums, scale, shift, back)
    elif width == 4:
        _run4(first, cells, orbitals, firsts, apart, data, energies, x, y, sums, scale, shift, back)
    elif width == 2:
        _run2(first, cells, orbitals, firsts, apart, data, energies, x, y, sums, scale, shift, back)
    else:
        _run1(first, cells, orbitals, firsts, apart, data, energies, x, y, sums, scale, shift, back)


@kernel
def add_two(total: Any, a: float, x: Any, b: float, y: Any) -> None:
    """Flat total += a x + b y."""
    for i in range(total.size):
        total[i] += a * x[i] + b * y[i]


@kernel
def add_two_complex(total: Any, a: complex, x: Any, b: complex, y: Any, width: Index) -> None:
    """The same for complex blocks, shape (rows, 2, width), and complex numbers."""
    for i in range(total.shape[0]):
        for lane in range(width):
            total[i, 0, lane] += (
                a.real * x[i, 0, lane] - a.imag * x[i, 1, lane]
                + b.real * y[i, 0, lane] - b.imag * y[i, 1, lane]
            )  # fmt: skip
            total[i, 1, lane] += (
                a.real * x[i, 1, lane] + a.imag * x[i, 0, lane]
                + b.real * y[i, 1, lane] + b.imag * y[i, 0, lane]
            )  # fmt: skip


@kernel
def unpack(block: Any, stack: Any, row: Index) -> None:
    """Write the columns of a real block, shape (rows, width), to ``stack[column, row]``."""
    # Eight entries of a column make a cache line, which is then written once.
    rows, width = block.shape
    for first in range(0, rows, 8):
        last = min(rows, first + 8)
        for lane in range(width):
            for i in range(first, last):
                stack[lane, row, i] = block[i, lane]


@kernel
def unpack_complex(block: Any, stack: Any, row: Index) -> None:
    """The same for a complex block, shape (rows, 2, width)."""
    rows, _, width = block.shape
    for first in range(0, rows, 4):
        last = min(rows, first + 4)
        for lane in range(width):
            for i in range(first, last):
                stack[lane, row, i] = complex(block[i, 0, lane], block[i, 1, lane])


@kernel
def random_signs(block: Any, first: Index, seed: Index, vector: Index) -> None:
    """Fill (rows, parts, width) with ±1, or with 1, i, -1, -i: a hash of seed, vector, orbital."""
    rows, parts, width = block.shape
    for lane in range(width):
        key = _mixed(_mixed(np.uint64(seed) + _GOLDEN) ^ np.uint64(vector + lane))
        for i in range(rows):
            bits = _mixed((key + _GOLDEN) ^ np.uint64(first + i))
            sign = 1.0 - 2.0 * np.float64(bits >> _S63)
            if parts == 1:
                block[i, 0, lane] = sign
            else:
                turned = np.int64((bits >> _S62) & np.uint64(1))
                block[i, turned, lane] = sign
                block[i, 1 - turned, lane] = 0.0


@kernel
def _mixed(state: Any) -> Any:
    state ^= state >> _S30
    state *= _MIX_A
    state ^= state >> _S27
    state *= _MIX_B
    return state ^ (state >> _S31)
