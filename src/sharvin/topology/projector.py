"""Projectors on filled states: by diagonalization, and as polynomials of large sparse matrices."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from sharvin.errors import Unreliable
from sharvin.typing import ComplexArray, NumberArray, RealArray

DENSE = 1600  # orbitals that are diagonalized
COARSEST, FINEST = 32, 2048  # degrees
# A polynomial of degree N follows erf(s x) to 4e-5 for s = N / 6.4 (measured on Chebyshev tails).
SHARPNESS = 6.4
MARGIN = 1.02  # of the half width around the extreme levels that Lanczos found
CLEAR = 1e-9


def dense_projector(hamiltonian: NumberArray, energy: float) -> ComplexArray:
    """Projector on the states below an energy, by diagonalization."""
    energies, states = np.linalg.eigh(hamiltonian)
    distance = float(np.abs(energies - energy).min())
    if distance < CLEAR * (energies[-1] - energies[0]):
        raise Unreliable(f"{energy:g} meV is a level of the sample; move the Fermi energy a little")
    filled = states[:, energies < energy]
    found: ComplexArray = filled @ filled.conj().T
    return found


@dataclass(frozen=True, eq=False)
class Projector:
    r"""Smooth projector :math:`\tfrac12 \mathrm{erfc}[s (H - E)/w]` as a polynomial of H.

    Parameters
    ----------
    scaled : sparse matrix
        (H - center)/half width, with spectrum in [-1, 1].
    place : float
        Where the Fermi energy is there.
    degree : int
    """

    scaled: Any
    place: float
    degree: int = COARSEST

    @classmethod
    def of(cls, hamiltonian: Any, energy: float) -> "Projector":
        """Coarsest projector of a sparse Hamiltonian."""
        from scipy import sparse
        from scipy.sparse.linalg import eigsh

        start = np.random.default_rng(0).normal(size=hamiltonian.shape[0])
        low, high = (
            eigsh(hamiltonian, 1, which=end, tol=1e-2, v0=start, return_eigenvectors=False).item()
            for end in ("SA", "LA")
        )
        center, half = (low + high) / 2, MARGIN * (high - low) / 2
        scaled = (hamiltonian - center * sparse.eye_array(hamiltonian.shape[0])) / half
        return cls(sparse.csr_matrix(scaled), (energy - center) / half)

    def finer(self) -> "Projector":
        """Twice the degree."""
        return replace(self, degree=2 * self.degree)

    @cached_property
    def coefficients(self) -> RealArray:
        """Of the Chebyshev polynomials, shape (degree + 1,)."""
        from scipy.special import erfc

        nodes = 8 * self.degree
        angles = np.pi * (np.arange(nodes) + 0.5) / nodes
        values = 0.5 * erfc((self.degree / SHARPNESS) * (np.cos(angles) - self.place))
        orders = np.arange(self.degree + 1)
        found: RealArray = 2 / nodes * np.cos(np.outer(orders, angles)) @ values
        found[0] /= 2
        return found

    def apply(self, vectors: ComplexArray) -> ComplexArray:
        """The projector on columns (n, m)."""
        # here: the compiler takes half a second, which bands do not need
        from sharvin.numerics.recursion import chebyshev_sum

        return chebyshev_sum(self.scaled, self.coefficients, vectors)
