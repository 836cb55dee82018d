"""The ports of a lead: a balanced factorization of its hop, and states seen through it."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from sharvin.solvers.modes.limits import RANK
from sharvin.typing import ComplexArray, IntArray, NumberArray


@dataclass(frozen=True, eq=False)
class Ports:
    r"""The bond between device cell 0 and lead cell 1 in bounded coordinates.

    With :math:`v = A B^†` (rank r, both factors of equal weight),
    :math:`x = (B^† ψ_0 + i A^† ψ_1)/\sqrt 2` and :math:`y = (B^† ψ_0 - i A^† ψ_1)/\sqrt 2`, the
    current into the lead is :math:`|x|^2 - |y|^2`. Without incoming waves :math:`y = R x`, and
    :math:`R` is a contraction even where the self-energy has a pole.

    Attributes
    ----------
    b, a : array, shape (m, r)
        B and A: the device couples through b, since :math:`v^† ψ_1 = B (A^† ψ_1)`.
    reflection : complex array, shape (r, r)
        R, of norm at most one.
    x_out, y_out, x_in, y_in : complex array, shape (r, n)
        Modes of current +1 (out) and -1 (in) on this bond.
    """

    b: NumberArray
    a: NumberArray
    reflection: ComplexArray
    x_out: ComplexArray
    y_out: ComplexArray
    x_in: ComplexArray
    y_in: ComplexArray


def balanced_factors(hop: NumberArray) -> tuple[NumberArray, NumberArray]:
    """A and B with hop = A @ B^H from its singular values, s = sqrt(s) sqrt(s).

    Every connected part of the hop is decomposed by itself, so that the ports of a hop between
    sites sit on these sites: exact, sparse, and with nothing mixed by degenerate singular values.

    Returns
    -------
    tuple of array, each of shape (m, r)
        r is the numerical rank.
    """
    m = len(hop)
    rows, columns = np.nonzero(hop)
    graph = csr_array((np.ones(len(rows)), (rows, columns + m)), shape=(2 * m, 2 * m))
    _, part = connected_components(graph, directed=False)
    left: list[NumberArray] = []
    right: list[NumberArray] = []
    strength: list[NumberArray] = []
    places: list[tuple[IntArray, IntArray]] = []
    for i, j in _parts(part[:m], part[m:], np.unique(part[rows])):
        u, s, vh = np.linalg.svd(hop[np.ix_(i, j)], full_matrices=False)
        left.append(u)
        right.append(vh.conj().T)
        strength.append(s)
        places.append((i, j))
    largest = max((s[0] for s in strength), default=0.0)
    kept = [s > RANK * largest for s in strength]
    a = np.zeros((m, sum(int(k.sum()) for k in kept)), hop.dtype)
    b = np.zeros_like(a)
    start = 0
    for (i, j), u, w, s, keep in zip(places, left, right, strength, kept, strict=True):
        stop = start + int(keep.sum())
        a[i, start:stop] = u[:, keep] * np.sqrt(s[keep])
        b[j, start:stop] = w[:, keep] * np.sqrt(s[keep])
        start = stop
    return a, b


def _parts(
    row_part: IntArray, column_part: IntArray, names: IntArray
) -> list[tuple[IntArray, IntArray]]:
    """Row and column indices of each named part, in order."""
    row_order, column_order = np.argsort(row_part, kind="stable"), np.argsort(column_part, kind="stable")
    row_cut = [np.searchsorted(row_part[row_order], names, side) for side in ("left", "right")]
    column_cut = [
        np.searchsorted(column_part[column_order], names, side) for side in ("left", "right")
    ]
    return [
        (row_order[i:j], column_order[k:l])
        for i, j, k, l in zip(*row_cut, *column_cut, strict=True)
    ]
