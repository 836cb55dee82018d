"""One lead cell between its two bonds: the scatterer that every formulation starts from."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg import svd

from sharvin.solvers.modes.block import Block
from sharvin.solvers.modes.bond import Bond
from sharvin.solvers.modes.chunk import Chunk
from sharvin.solvers.modes.dense import LU
from sharvin.solvers.modes.limits import EPS, RESONANT, SINGULAR, SMALL, Doubt
from sharvin.typing import NumberArray


@dataclass(frozen=True, eq=False)
class Cell:
    """One cell as a chunk, with the wave inside: psi = from_x @ x_left + from_y @ y_right.

    ``noise`` is the error of the chunk's entries that rounding of E - H alone causes: first-order
    perturbation theory, row by row, so that a hard wall does not spoil its neighbors.
    """

    chunk: Chunk
    from_x: NumberArray
    from_y: NumberArray
    noise: float

    def mirror(self) -> "Cell":
        """The cell read from right to left."""
        return Cell(self.chunk.mirror(), self.from_y, self.from_x, self.noise)


def cell(block: Block, energy: float, bond: Bond) -> Cell:
    r"""Scatterer of one cell in the given coordinates.

    Wave ports absorb: :math:`K = E - h + i(AA^† + BB^†)`, :math:`ψ = \sqrt 2 K^{-1}(A x_l +
    i B y_r)`. Robin ports stay real: :math:`K = E - h + \tan θ\,(AA^† - BB^†)`,
    :math:`ψ = K^{-1}(A x_l + B y_r)/\cos θ`.
    """
    k = block.port_matrix(energy, bond)
    k_a, k_b = _inner_waves(block, k)
    one = np.eye(block.rank)
    al: NumberArray
    de: NumberArray
    from_x: NumberArray
    from_y: NumberArray
    if bond.angle is None:
        ga = 2 * (block.b_adjoint @ k_a)
        be = ga.T if block.is_real else 2 * (block.a_adjoint @ k_b)
        al = one - 2j * (block.a_adjoint @ k_a)
        de = 2j * (block.b_adjoint @ k_b) - one
        from_x, from_y = math.sqrt(2) * k_a, 1j * math.sqrt(2) * k_b
    else:
        c, tangent = math.cos(bond.angle), math.tan(bond.angle)
        ga = (block.b_adjoint @ k_a) / c**2
        be = ga.conj().T
        al = (block.a_adjoint @ k_a) / c**2 - one * tangent
        de = (block.b_adjoint @ k_b) / c**2 + one * tangent
        from_x, from_y = k_a / c, k_b / c
    growth = max(1.0, *(float(np.abs(q).max(initial=0.0)) for q in (al, ga, de)))
    inversion = block.inversion if bond.is_wave else None
    chunk = Chunk(al, be, ga, de, block.is_real, growth, inversion)
    weight = block.row_weights + abs(energy)
    noise = EPS * max(float((weight @ np.abs(f) ** 2).max(initial=0.0)) for f in (from_x, from_y))
    if noise > (RESONANT if block.rank <= SMALL else 20 * RESONANT) and not bond.is_wave:
        raise Doubt(f"angle {bond.angle} resonates with the cell (noise {noise:.0e})")
    return Cell(chunk, from_x, from_y, noise)


def _inner_waves(block: Block, k: NumberArray) -> tuple[NumberArray, NumberArray]:
    """K^-1 A and K^-1 B; states of the cell that no port sees are moved out of the way."""
    lu = LU.of(k)
    if lu.rcond() < SINGULAR:
        lu = LU.of(_without_dark_states(block, k))
    inner = lu.solve(np.concatenate([block.a, block.b], axis=1))
    return inner[:, : block.rank], inner[:, block.rank :]


def _without_dark_states(block: Block, k: NumberArray) -> NumberArray:
    """Shift the null space of K, if it lies outside both ports; otherwise give up.

    A compact state of a flat band that no neighbor couples to leaves the answer well defined;
    one that reaches the ports does not.
    """
    _, s, vh = svd(k, check_finite=False)
    dark = vh[s < 1e-12 * s[0]].conj().T
    seen = max(
        float(np.abs(side @ dark).max(initial=0.0)) for side in (block.a_adjoint, block.b_adjoint)
    )
    if dark.shape[1] == 0 or seen > 1e-11 * math.sqrt(block.hop_norm):
        raise Doubt("flat band: the cell alone has a state at this energy", edge=True)
    moved: NumberArray = k + s[0] * (dark @ dark.conj().T)
    return moved
