"""One connected block of a lead, with its ports."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from sharvin.solvers.modes.bond import Bond
from sharvin.solvers.modes.chunk import Inversion
from sharvin.solvers.modes.dense import nonzero
from sharvin.solvers.modes.limits import SMALL
from sharvin.solvers.modes.ports import balanced_factors
from sharvin.solvers.modes.symmetry import SYMMETRIC, inversion_of_cells
from sharvin.typing import NumberArray, RealArray


@dataclass(frozen=True, eq=False)
class Block:
    """Orbitals of a lead that do not couple to the rest: h = cell block, v = a b^H outward.

    v psi_{j-1} + h psi_j + v^H psi_{j+1} = E psi_j, cells j = 1, 2, ... away from the device.
    """

    h: NumberArray
    v: NumberArray
    a: NumberArray
    b: NumberArray

    @classmethod
    def of(cls, h: NumberArray, v: NumberArray) -> "Block":
        """Block with the balanced ports of its hop."""
        return cls(h, v, *balanced_factors(v))

    @property
    def rank(self) -> int:
        """Number of ports on each bond."""
        return int(self.a.shape[1])

    @property
    def is_real(self) -> bool:
        """Whether real arithmetic is enough (time reversal without spin)."""
        return self.h.dtype.kind != "c"

    @cached_property
    def hop_norm(self) -> float:
        """Largest singular value of the hop."""
        return float(np.max((np.abs(self.a) ** 2).sum(axis=0), initial=0.0))

    @cached_property
    def row_weights(self) -> RealArray:
        """Sum of |H| along each row, all three cells: rounding of H psi, per orbital."""
        size = np.abs(self.v)
        weights: RealArray = np.abs(self.h).sum(axis=1) + size.sum(axis=1) + size.sum(axis=0)
        return weights

    @cached_property
    def scale(self) -> float:
        """Bound of |H| of the infinite block."""
        return float(self.row_weights.max(initial=0.0))

    @cached_property
    def inversion(self) -> Inversion | None:
        """What turning the wire around does to the ports, where it stays the same wire."""
        found = inversion_of_cells(self.h, self.v) if self.is_real and self.rank > SMALL else None
        if found is None:
            return None
        order, d = found
        turned = d[:, None] * self.b[order]  # = A Q, and B Q turned is A
        overlap = np.asarray(self.a_adjoint @ turned)
        place = np.abs(overlap).argmax(axis=1)
        sign = np.sign(overlap[np.arange(self.rank), place])
        exact = np.abs(turned - self.a[:, place] * sign).max() <= SYMMETRIC * np.abs(self.a).max()
        twice = np.array_equal(place[place], np.arange(self.rank))
        if not (exact and twice and np.array_equal(sign[place], sign)):
            return None
        return Inversion(place, sign)

    @cached_property
    def a_adjoint(self) -> Any:
        """A^H, sparse where that pays."""
        return sparse_if_worth(np.ascontiguousarray(self.a.conj().T))

    @cached_property
    def b_adjoint(self) -> Any:
        """B^H, sparse where that pays."""
        return sparse_if_worth(np.ascontiguousarray(self.b.conj().T))

    @cached_property
    def _port_weights(self) -> tuple[NumberArray, NumberArray]:
        """A A^H and B B^H."""
        return (
            np.ascontiguousarray(self.a_adjoint.conj().T @ self.a.conj().T),
            np.ascontiguousarray(self.b_adjoint.conj().T @ self.b.conj().T),
        )

    def port_matrix(self, energy: float, bond: Bond) -> NumberArray:
        """E - h closed by absorbing (wave) or mixed (Robin) ports on both sides."""
        aa, bb = self._port_weights
        if bond.angle is None:
            k: NumberArray = 1j * (aa + bb) - self.h
        else:
            k = math.tan(bond.angle) * (aa - bb) - self.h
        k.flat[:: len(k) + 1] += energy
        return k


def sparse_if_worth(matrix: NumberArray) -> Any:
    """As CSR if at most a tenth is filled and the size makes it worthwhile."""
    if matrix.size > 1000 and np.count_nonzero(matrix) < 0.1 * matrix.size:
        i, j = nonzero(matrix)
        return csr_array((matrix[i, j], (i, j)), shape=matrix.shape)
    return matrix
