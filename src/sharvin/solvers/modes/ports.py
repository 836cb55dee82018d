"""The ports of a lead: a balanced factorization of its hop, and states seen through it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from sharvin.solvers.modes.dense import nonzero
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
    rows, columns = nonzero(hop)
    graph = csr_array((np.ones(len(rows)), (rows, columns + m)), shape=(2 * m, 2 * m))
    _, part = connected_components(graph, directed=False)
    parts = _parts(part[:m], part[m:], np.unique(part[rows]))
    widths = np.array([min(len(i), len(j)) for i, j in parts], dtype=int)
    starts = np.concatenate([[0], np.cumsum(widths)])
    a = np.zeros((m, int(starts[-1])), hop.dtype)
    b, strength = np.zeros_like(a), np.zeros(int(starts[-1]))
    shapes = {(len(i), len(j)) for i, j in parts}
    for shape in sorted(shapes):
        # equal shapes (all sites of a lattice) in one stacked decomposition
        these = [n for n, (i, j) in enumerate(parts) if (len(i), len(j)) == shape]
        left, right = (np.array([parts[n][side] for n in these]) for side in (0, 1))
        u, s, vh = np.linalg.svd(hop[left[:, :, None], right[:, None, :]], full_matrices=False)
        place = starts[these][:, None] + np.arange(min(shape))
        root = np.sqrt(s)[:, None, :]
        a[left[:, :, None], place[:, None, :]] = u * root
        b[right[:, :, None], place[:, None, :]] = vh.conj().transpose(0, 2, 1) * root
        strength[place] = s
    kept = strength > RANK * strength.max(initial=0.0)
    return a[:, kept], b[:, kept]


def _parts(
    row_part: NDArray[Any], column_part: NDArray[Any], names: NDArray[Any]
) -> list[tuple[IntArray, IntArray]]:
    """Row and column indices of each named part, in order."""

    def members(part: NDArray[Any]) -> list[IntArray]:
        order = np.argsort(part, kind="stable")
        first = np.searchsorted(part[order], names, "left")
        last = np.searchsorted(part[order], names, "right")
        return [order[i:j] for i, j in zip(first, last, strict=True)]

    return list(zip(members(row_part), members(column_part), strict=True))
