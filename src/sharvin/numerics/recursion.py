"""One step of a Chebyshev recursion on a block of columns, fused with the sum that it feeds.

Blocks hold columns side by side, shape (n, 2m): m real parts and then m imaginary ones.
"""

from typing import Any

import numpy as np

from sharvin.numerics.elimination.kernel import kernel
from sharvin.typing import ComplexArray, RealArray


@kernel
def real_step(
    indptr: Any, indices: Any, data: Any, now: Any, before: Any, total: Any, weight: float
) -> None:
    """Before <- 2 A now - before and total += weight before, for a real sparse matrix A."""
    n, m = now.shape
    row = np.empty(m)
    for i in range(n):
        row[:] = 0.0
        for entry in range(indptr[i], indptr[i + 1]):
            value = 2.0 * data[entry]
            source = indices[entry]
            for c in range(m):
                row[c] += value * now[source, c]
        for c in range(m):
            new = row[c] - before[i, c]
            before[i, c] = new
            total[i, c] += weight * new


@kernel
def complex_step(
    indptr: Any, indices: Any, re: Any, im: Any, now: Any, before: Any, total: Any, weight: float
) -> None:
    """Do the same for a complex matrix, given by its real and imaginary entries."""
    n, m = now.shape[0], now.shape[1] // 2
    row = np.empty(2 * m)
    for i in range(n):
        row[:] = 0.0
        for entry in range(indptr[i], indptr[i + 1]):
            a, b = 2.0 * re[entry], 2.0 * im[entry]
            source = indices[entry]
            for c in range(m):
                row[c] += a * now[source, c] - b * now[source, m + c]
                row[m + c] += a * now[source, m + c] + b * now[source, c]
        for c in range(2 * m):
            new = row[c] - before[i, c]
            before[i, c] = new
            total[i, c] += weight * new


def chebyshev_sum(matrix: Any, coefficients: RealArray, columns: ComplexArray) -> ComplexArray:
    r"""Sum of Chebyshev polynomials of a matrix times columns: :math:`\sum_n c_n T_n(A)\, X`.

    Parameters
    ----------
    matrix : scipy.sparse.csr_matrix, shape (n, n)
        Hermitian, with spectrum in [-1, 1].
    coefficients : real array, shape (degree + 1,)
        At least two.
    columns : complex array, shape (n, m)
    """
    m = columns.shape[1]
    before = np.concatenate((columns.real, columns.imag), axis=1)
    first = matrix @ columns
    now = np.concatenate((first.real, first.imag), axis=1)
    total = coefficients[0] * before + coefficients[1] * now
    indptr, indices = matrix.indptr, matrix.indices
    if np.iscomplexobj(matrix.data):
        re, im = np.ascontiguousarray(matrix.data.real), np.ascontiguousarray(matrix.data.imag)
        for weight in coefficients[2:]:
            complex_step(indptr, indices, re, im, now, before, total, weight)
            before, now = now, before
    else:
        for weight in coefficients[2:]:
            real_step(indptr, indices, matrix.data, now, before, total, weight)
            before, now = now, before
    found: ComplexArray = total[:, :m] + 1j * total[:, m:]
    return found
