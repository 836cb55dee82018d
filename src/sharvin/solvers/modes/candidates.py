"""Waves on or near the unit circle, with their translation by one single cell."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lstsq, qr, solve_triangular

from sharvin.solvers.modes.cell import Cell
from sharvin.solvers.modes.chunk import Reduction
from sharvin.solvers.modes.limits import RESIDUAL, Doubt
from sharvin.typing import NumberArray


@dataclass(frozen=True, eq=False)
class Candidates:
    """An invariant subspace of the lead's bond states.

    The chunk of many cells served only to separate it: its eigenvalues lambda^n fold forward
    onto backward waves, while those of the one-cell ``translation`` cannot.

    Attributes
    ----------
    x, y : array, shape (r, c)
        Orthonormal basis of bond states.
    translation : array, shape (c, c)
        State on the next bond in the same basis.
    residual : float
        Largest violation of the one-cell equations.
    origin : array, shape (2 k, c)
        The same basis in the coordinates of the pencil that found it.
    """

    x: NumberArray
    y: NumberArray
    translation: NumberArray
    residual: float
    origin: NumberArray


def candidates(one: Cell, reduction: Reduction | None, basis: NumberArray) -> Candidates:
    """From an invariant subspace of the pencil to bond states and their one-cell translation."""
    x, y = _bond_states(reduction, basis)
    r = len(x)
    orthonormal, upper = qr(np.concatenate([x, y]), mode="economic", check_finite=False)
    x, y = orthonormal[:r], orthonormal[r:]
    c = one.chunk
    # (x, y)_next with x_next = ga x + de y_next and y = al x + be y_next, in the same space
    left = np.concatenate([x - c.de @ y, c.be @ y])
    right = np.concatenate([c.ga @ x, y - c.al @ x])
    translation = lstsq(left, right, lapack_driver="gelsy", check_finite=False)[0]
    residual = float(np.abs(left @ translation - right).max(initial=0.0))
    if not residual < RESIDUAL:
        raise Doubt(f"Bloch residual {residual:.0e}")
    origin = solve_triangular(upper, basis.T, trans="T", check_finite=False).T
    return Candidates(x, y, translation, residual, origin)


def _bond_states(
    reduction: Reduction | None, basis: NumberArray
) -> tuple[NumberArray, NumberArray]:
    """(x, y) on a bond of the states that the pencil gives as (x, y) or, reduced, (w, u)."""
    k = len(basis) // 2
    w, u = basis[:k], basis[k:]
    if reduction is None:
        return w, u
    c = reduction.chunk
    left = np.concatenate([w - c.de @ u, c.be @ u])
    right = np.concatenate([c.ga @ w, u - c.al @ w])
    u_next = u @ lstsq(left, right, lapack_driver="gelsy", check_finite=False)[0]
    return reduction.x_w @ w + reduction.x_u @ u_next, reduction.y_w @ w + reduction.y_u @ u_next
