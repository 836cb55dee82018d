"""Travelling waves of one direction, normalized to unit current."""

from dataclasses import dataclass

import numpy as np

from sharvin.typing import ComplexArray, NumberArray, RealArray


@dataclass(frozen=True, eq=False)
class Waves:
    """Modes of one direction on a bond and in the cell to its right (seen from the device).

    Attributes
    ----------
    coefficients : array, shape (c, n)
        In the basis of candidates they were found in.
    x, y : array, shape (r, n)
        Bond coordinates.
    lam : complex array, shape (n,)
        Bloch factors, of modulus one.
    psi : array, shape (m, n)
        Wave of the cell to the right; psi^H psi = 1 / |velocity|.
    """

    coefficients: NumberArray
    x: NumberArray
    y: NumberArray
    lam: ComplexArray
    psi: NumberArray

    @classmethod
    def none(cls, candidates: int, rank: int, orbitals: int) -> "Waves":
        """No modes at all."""
        shapes = ((candidates, 0), (rank, 0), (rank, 0), (0,), (orbitals, 0))
        return cls(*(np.zeros(shape, complex) for shape in shapes))

    @property
    def count(self) -> int:
        """Number of modes."""
        return len(self.lam)

    @property
    def speed(self) -> RealArray:
        """|dE/dk| of each mode, energy per rad."""
        norms: RealArray = 1 / (np.abs(self.psi) ** 2).sum(axis=0)
        return norms

    def mirror(self) -> "Waves":
        """As seen by the lead that runs the other way: its cell 1 is the one on our left."""
        return Waves(self.coefficients, self.y, self.x, 1 / self.lam, self.psi / self.lam)

    def conjugate(self) -> "Waves":
        """Time-reversed modes, on a bond in wave coordinates: there x and y exchange."""
        return Waves(
            self.coefficients, self.y.conj(), self.x.conj(), self.lam.conj(), self.psi.conj()
        )
