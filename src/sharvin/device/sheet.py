"""A charged sheet that answers to its own potential where it is filled: Newton's method."""

from typing import Any

import numpy as np

from sharvin.errors import Unreliable
from sharvin.typing import RealArray

# Largest residual of a solution, meV: far below every energy that transport resolves.
RESIDUAL = 1e-8
STEPS = 60  # Newton steps before giving up; six are usual from nowhere, two from a neighbor
HALVINGS = 12  # of one Newton step


def solve_filling(
    kappa: RealArray, chemical_potential: float, bare: RealArray, start: RealArray
) -> RealArray:
    """Local kinetic energy w on the grid: the zero of ``w + κ[max(w, 0) - μ] - μ + U_bare``.

    A step δ of Newton's method obeys (1 + κχ) δ = -r with χ = 1 where there are electrons. For
    z = χδ this is (1 + χκχ) z = -χr, symmetric and positive: made for conjugate gradients.

    Parameters
    ----------
    kappa : real array, shape (nx, ny // 2 + 1)
    chemical_potential : float
        μ, meV.
    bare, start : real arrays, shape (nx, ny)
        Potential of the gates alone, and a first guess of w; meV.
    """
    from scipy import fft

    def answered(charge: RealArray) -> RealArray:
        answer: RealArray = fft.irfft2(kappa * fft.rfft2(charge), s=charge.shape)
        return answer

    def residual(w: RealArray) -> RealArray:
        return w - chemical_potential + bare + answered(np.maximum(w, 0.0) - chemical_potential)

    w, r = start, residual(start)
    for _ in range(STEPS):
        size = float(np.abs(r).max())
        if size <= RESIDUAL:
            return w
        move = -r - answered(_occupied_part(kappa, w > 0, r, size))
        norm = np.linalg.norm(r)
        for halving in range(HALVINGS):
            ahead = w + move * 0.5**halving
            r = residual(ahead)
            if np.linalg.norm(r) < norm:
                break
        w = ahead
    raise Unreliable(
        f"the Thomas-Fermi potential has not settled: {np.abs(r).max():.1e} meV are left after "
        f"{STEPS} steps; use a finer spacing or a smaller voltage"
    )


def _occupied_part(kappa: RealArray, full: Any, r: RealArray, size: float) -> RealArray:
    """Solution z of (1 + χκχ) z = -χr."""
    from scipy import fft
    from scipy.sparse.linalg import LinearOperator, cg

    def times(symbol: RealArray, vector: RealArray) -> RealArray:
        grid = np.where(full, vector.reshape(full.shape), 0.0)
        image = fft.irfft2(symbol * fft.rfft2(grid), s=full.shape)
        product: RealArray = np.where(full, image, vector.reshape(full.shape)).ravel()
        return product

    shape = (full.size, full.size)
    matrix = LinearOperator(shape, matvec=lambda v: times(1 + kappa, v), dtype=np.float64)
    # exact where electrons are everywhere
    near = LinearOperator(shape, matvec=lambda v: times(1 / (1 + kappa), v), dtype=np.float64)
    goal = RESIDUAL / (10 * size)
    z, _ = cg(matrix, -np.where(full, r, 0.0).ravel(), rtol=max(1e-4, goal), atol=0.0, M=near)
    part: RealArray = z.reshape(full.shape)
    return part
