"""Invariant subspaces of the translation by one chunk: decaying, growing and undecided waves."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack, qz, schur

from sharvin.solvers.modes.chunk import Chunk
from sharvin.solvers.modes.dense import LU
from sharvin.solvers.modes.limits import CIRCLE, Doubt
from sharvin.typing import BoolArray, ComplexArray, NumberArray

# Where the translation has no eigenvalue by accident; on the circle for complex pencils because
# their modes are the only eigenvalues that can come close to it.
REAL_SHIFTS = (1.0, -1.0, 0.6, -0.7, 1.4)
COMPLEX_SHIFTS = (np.exp(0.7j), np.exp(2.6j), -np.exp(1.3j))
GOOD_SHIFT = 1e-4
WORST_SHIFT = 1e-9


@dataclass(frozen=True, eq=False)
class Pencil:
    """Solutions z = (x, y) of L z = mu R z, one eigenvalue per wave of the infinite lead.

    L = [[ga, 0], [-al, 1]], R = [[1, -de], [0, be]]: x on the left bond of a chunk and y on its
    left as well (for a reduced chunk: w on its left and u on its right).

    Attributes
    ----------
    mu : complex array, shape (2 r,)
        Eigenvalues of the translation by the whole chunk.
    decaying, growing, undecided : bool array, shape (2 r,)
        By |mu|; undecided are those on or very near the circle.
    subspace : callable
        Orthonormal basis, shape (2 r, selected), of any selection of eigenvalues.
    """

    mu: ComplexArray
    decaying: BoolArray
    growing: BoolArray
    undecided: BoolArray
    subspace: Callable[[BoolArray], NumberArray]


def pencil(chunk: Chunk, cells: int, *, by_qz: bool = False) -> Pencil:
    """Solve the pencil of ``cells`` cells by shift-invert Schur, or by QZ (slower, sturdier)."""
    r = len(chunk.al)
    one, zero = np.eye(r), np.zeros((r, r))
    left = np.block([[chunk.ga, zero], [-chunk.al, one]])
    right = np.block([[one, -chunk.de], [zero, chunk.be]])
    if r == 0:
        none = np.zeros(0, bool)
        return Pencil(np.zeros(0, complex), none, none, none, lambda _: np.zeros((0, 0)))
    mu, subspace = (_by_qz if by_qz else _by_shift_invert)(left, right)
    size = np.abs(mu)
    band = CIRCLE * cells
    decaying, growing = size < 1 - band, ~(size <= 1 + band)
    return Pencil(mu, decaying, growing, ~decaying & ~growing, subspace)


def _by_shift_invert(
    left: NumberArray, right: NumberArray
) -> tuple[ComplexArray, Callable[[BoolArray], NumberArray]]:
    """Schur form of (L - sigma R)^-1 R, whose eigenvalues are 1/(mu - sigma)."""
    is_complex = left.dtype.kind == "c"
    best, sigma, lu = -1.0, 0.0j, None
    for shift in COMPLEX_SHIFTS if is_complex else REAL_SHIFTS:
        tried = LU.of(left - shift * right)
        quality = tried.rcond()
        if quality > best:
            best, sigma, lu = quality, shift, tried
        if quality > GOOD_SHIFT:
            break
    if lu is None or best < WORST_SHIFT:
        raise Doubt("no shift separates the pencil (flat band?)", edge=True)
    inverse = lu.solve(right)
    form, vectors = schur(
        inverse, output="complex" if is_complex else "real", check_finite=False, overwrite_a=True
    )
    diagonal = np.diag(form).astype(complex)
    if not is_complex:
        pairs = np.flatnonzero(np.diag(form, -1))
        turn = np.sqrt(np.abs(form[pairs, pairs + 1])) * np.sqrt(np.abs(form[pairs + 1, pairs]))
        diagonal[pairs] += 1j * turn
        diagonal[pairs + 1] -= 1j * turn
    with np.errstate(all="ignore"):
        mu = np.where(diagonal == 0, np.inf, sigma + 1 / diagonal)

    def subspace(selected: BoolArray) -> NumberArray:
        size = len(form)
        if not selected.any():
            return np.zeros((size, 0), form.dtype)
        if selected.all():
            return np.eye(size, dtype=form.dtype)
        trsen = lapack.ztrsen if is_complex else lapack.dtrsen
        extra = {} if is_complex else {"liwork": 1}
        done = trsen(selected.astype(np.int32), form, vectors, job=b"N", wantq=1,
                     lwork=size, **extra)  # fmt: skip
        if done[-1] != 0:
            raise Doubt("eigenvalues too close to be reordered", edge=True)
        basis: NumberArray = done[1][:, : int(selected.sum())]
        return basis

    return mu, subspace


def _by_qz(
    left: NumberArray, right: NumberArray
) -> tuple[ComplexArray, Callable[[BoolArray], NumberArray]]:
    """Generalized Schur form: no shift, so nothing to choose badly."""
    s, t, _, z = qz(left, right, output="complex", check_finite=False)
    alpha, beta = np.diag(s), np.diag(t)
    vanish = [
        np.abs(part) < 1e-13 * max(1.0, float(np.linalg.norm(whole)))
        for part, whole in ((alpha, left), (beta, right))
    ]
    if np.any(vanish[0] & vanish[1]):
        raise Doubt("singular pencil (flat band)", edge=True)
    with np.errstate(all="ignore"):
        mu = np.where(beta == 0, np.inf, alpha / np.where(beta == 0, 1, beta))

    def subspace(selected: BoolArray) -> NumberArray:
        size = len(s)
        if not selected.any():
            return np.zeros((size, 0), complex)
        identity = np.eye(size, dtype=complex)
        done = lapack.ztgsen(selected.astype(np.int32), s, t, identity, z, wantq=0, ijob=0,
                             lwork=4 * size + 16, liwork=1)  # fmt: skip
        if done[-1] != 0:
            raise Doubt("eigenvalues too close to be reordered", edge=True)
        basis: NumberArray = done[5][:, : int(selected.sum())]
        return basis

    return mu, subspace
