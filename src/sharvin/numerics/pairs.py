r"""Sums of products of two sets of vectors at chosen pairs of places: part of a low-rank matrix."""

from sharvin.numerics.elimination.kernel import IndexArray, kernel
from sharvin.typing import ComplexArray


@kernel
def add_pairs(
    rows: IndexArray, columns: IndexArray, x: ComplexArray, y: ComplexArray, out: ComplexArray
) -> None:
    r"""Add :math:`(x\,y^\dagger)_{ij} = \sum_m x_{im} y^*_{jm}` at the pairs (i, j) to ``out``.

    Parameters
    ----------
    rows, columns : int array, shape (pairs,)
    x, y : complex array, shape (n, m)
    out : complex array, shape (pairs,)
    """
    for p in range(len(rows)):
        i, j = rows[p], columns[p]
        total = 0.0 + 0.0j
        for m in range(x.shape[1]):
            total += x[i, m] * y[j, m].conjugate()
        out[p] += total
