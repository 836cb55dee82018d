"""The lowest Landau level of a sphere around a monopole: no edge and no preferred place."""

from dataclasses import dataclass
from math import comb

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.manybody.fractional.basis import Orbitals
from sharvin.manybody.fractional.clusters import Block, ladder_blocks, pair_blocks
from sharvin.manybody.fractional.interactions import Cluster, Haldane, Interaction
from sharvin.manybody.fractional.terms import Terms, from_channels
from sharvin.typing import BoolArray, IntArray, RealArray


@dataclass(frozen=True)
class Sphere:
    r"""Sphere with ``flux`` flux quanta through its surface: 2Q + 1 orbitals, 2Q = ``flux``.

    Charge of a sector: :math:`2 L_z`. Laughlin's state at 1/m has flux m(N - 1).

    References
    ----------
    F. D. M. Haldane, Phys. Rev. Lett. 51, 605 (1983).
    """

    flux: int

    def __post_init__(self) -> None:
        if int(self.flux) != self.flux or self.flux < 1:
            raise InvalidInput(f"flux must be a whole number from 1 on, got {self.flux!r}")

    @property
    def orbitals(self) -> int:
        """Number of orbitals."""
        return self.flux + 1

    @property
    def radius(self) -> float:
        """In magnetic lengths."""
        return float(np.sqrt(self.flux / 2))

    def space(self, *, bosons: bool = False) -> Orbitals:
        """Orbitals with their :math:`2 L_z`."""
        charges = 2 * np.arange(self.orbitals, dtype=np.int64)[:, None] - self.flux
        return Orbitals(charges, (0,), bosons)

    def terms(self, interaction: Interaction, *, bosons: bool, particles: int) -> Terms:
        """Elements between sets of orbitals; orbital j has :math:`L_z = j - Q`."""
        if isinstance(interaction, Cluster):
            j = np.arange(self.flux)
            factors = np.sqrt((j + 1.0) * (self.flux - j))
            size = interaction.size
            highest = size * self.flux - (0 if bosons else size * (size - 1))
            if highest < 0:
                raise InvalidInput(f"{size} fermions do not fit on a sphere of flux {self.flux}")
            blocks = ladder_blocks(size, factors, steps=highest, bosons=bosons, inside=self._inside)
            return from_channels(blocks)
        if isinstance(interaction, Haldane):
            interaction.check(bosons=bosons)
            return self._pairs(dict(interaction.values), bosons, 0.0)
        values = {m: _coulomb(self.flux, m) / self.radius for m in range(self.flux + 1)}
        return self._pairs(values, bosons, -(particles**2) / (2 * self.radius))

    def _pairs(self, values: dict[int, float], bosons: bool, offset: float) -> Terms:
        moments = tuple(m for m in values if m <= self.flux and m % 2 == (0 if bosons else 1))
        blocks = []
        for total in range(2 * self.flux + 1):
            here: list[Block] = pair_blocks(
                self._vectors, [total], moments, bosons=bosons, inside=self._inside
            )
            limit = min(total, 2 * self.flux - total)
            weights = np.array([values[m] for m in moments if m <= limit])
            blocks += [(sets, (a.T * weights) @ a) for sets, a in here]
        return Terms.from_blocks(blocks, offset=offset)

    def _vectors(self, total: int) -> tuple[IntArray, RealArray]:
        """Pairs of one total, and their states of relative angular momentum 0, 1, ..."""
        q = self.flux
        first = np.arange(max(0, total - q), min(q, total) + 1, dtype=np.int64)
        up = np.sqrt((first + 1.0) * (q - first))  # L+ on the first
        down = np.sqrt((total - first) * (q - total + first + 1.0))  # L- on the second
        z1, z2 = first - q / 2, total - first - q / 2
        square = np.diag(q * (q / 2 + 1) + 2 * z1 * z2)
        hop = (up * down)[:-1]
        square += np.diag(hop, 1) + np.diag(hop, -1)
        # ascending L² is descending relative angular momentum 2Q - L
        states: RealArray = np.linalg.eigh(square)[1][:, ::-1]
        return first, states

    def _inside(self, orbitals: IntArray) -> BoolArray:
        found: BoolArray = (orbitals >= 0) & (orbitals <= self.flux)
        return found


def _coulomb(flux: int, m: int) -> float:
    """Pseudopotential of 1/r along the chord, for radius one; Fano, Ortolani, Colombo (1986)."""
    both = flux - m
    top = comb(2 * (flux - both), flux - both) * comb(2 * (flux + both + 1), flux + both + 1)
    return 2 * top / comb(2 * flux + 2, flux + 1) ** 2
