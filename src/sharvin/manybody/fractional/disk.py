"""The lowest Landau level of a disk, or of a ring: circles of growing radius."""

from dataclasses import dataclass
from math import lgamma

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.manybody.fractional.basis import Orbitals
from sharvin.manybody.fractional.clusters import ladder_blocks, pair_blocks
from sharvin.manybody.fractional.interactions import Cluster, Haldane, Interaction
from sharvin.manybody.fractional.terms import Terms, from_channels
from sharvin.typing import BoolArray, IntArray, RealArray


@dataclass(frozen=True)
class Disk:
    r"""Orbitals :math:`z^m e^{-|z|^2/4}` with m from ``inner`` on: a disk, or a ring around a hole.

    Charge of a sector: the total angular momentum. Laughlin's state at 1/q has q N(N - 1)/2 and
    needs q(N - 1) + 1 orbitals. The mean radius of orbital m is about :math:`\sqrt{2(m + 1)}`.
    """

    orbitals: int
    inner: int = 0

    def __post_init__(self) -> None:
        if int(self.orbitals) != self.orbitals or self.orbitals < 2:
            raise InvalidInput(f"a disk needs 2 orbitals at least, got {self.orbitals!r}")
        if int(self.inner) != self.inner or self.inner < 0:
            raise InvalidInput(f"inner must be a whole number from 0 on, got {self.inner!r}")

    def space(self, *, bosons: bool = False) -> Orbitals:
        """Orbitals with their angular momenta."""
        m = np.arange(self.inner, self.inner + self.orbitals, dtype=np.int64)
        return Orbitals(m[:, None], (0,), bosons)

    def terms(self, interaction: Interaction, *, bosons: bool, particles: int) -> Terms:
        """Elements between sets of orbitals; orbital j has angular momentum j + inner."""
        top = self.inner + self.orbitals - 1
        if isinstance(interaction, Cluster):
            steps = interaction.size * top
            factors = np.sqrt(np.arange(1.0, steps + interaction.size + 1))
            blocks = ladder_blocks(
                interaction.size, factors, steps=steps, bosons=bosons, inside=self._inside
            )
            return from_channels([(sets - self.inner, a) for sets, a in blocks])
        if isinstance(interaction, Haldane):
            interaction.check(bosons=bosons)
            values = dict(interaction.values)
        else:
            values = {m: _coulomb(m) for m in range(2 * top + 1)}
        moments = tuple(m for m in values if m % 2 == (0 if bosons else 1))
        found = []
        for total in range(2 * self.inner, 2 * top + 1):
            blocks = pair_blocks(_vectors, [total], moments, bosons=bosons, inside=self._inside)
            weights = np.array([values[m] for m in moments if m <= total])
            found += [(sets - self.inner, (a.T * weights) @ a) for sets, a in blocks]
        return Terms.from_blocks(found)

    def _inside(self, orbitals: IntArray) -> BoolArray:
        found: BoolArray = (orbitals >= self.inner) & (orbitals < self.inner + self.orbitals)
        return found


def _vectors(total: int) -> tuple[IntArray, RealArray]:
    """Pairs of one total, and their states of relative angular momentum 0, 1, ...

    Two oscillators turned by 45° into center of mass and relative motion: the states of a spin
    total/2 along x.
    """
    first = np.arange(total + 1, dtype=np.int64)
    hop = np.sqrt((first[:-1] + 1.0) * (total - first[:-1])) / 2
    return first, np.linalg.eigh(np.diag(hop, 1) + np.diag(hop, -1))[1][:, ::-1]


def _coulomb(m: int) -> float:
    """Pseudopotential of 1/r in the plane, Γ(m + 1/2)/(2 m!)."""
    return float(np.exp(lgamma(m + 0.5) - lgamma(m + 1.0)) / 2)
