"""The lowest Landau level of a cylinder: rings side by side, the place to watch a pump."""

from dataclasses import dataclass
from functools import partial
from math import factorial, pi, sqrt

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.manybody.fractional.basis import Orbitals
from sharvin.manybody.fractional.clusters import Block, gaussian_blocks
from sharvin.manybody.fractional.interactions import Cluster, Coulomb, Haldane, Interaction
from sharvin.manybody.fractional.terms import Terms
from sharvin.typing import RealArray

# Thinner ones hold charge-density waves: at 8 l the pumped charge is off by 0.014.
THIN = 4.0


@dataclass(frozen=True)
class Cylinder:
    r"""Rings at :math:`x_j = \kappa j`, :math:`\kappa = 2\pi/L`, around a cylinder.

    Charge of a sector: the sum of j. Laughlin's state at 1/q needs q(N - 1) + 1 orbitals.

    Parameters
    ----------
    orbitals : int
    circumference : float
        L, in magnetic lengths; 11 is a good one for seven or eight electrons.
    """

    orbitals: int
    circumference: float

    def __post_init__(self) -> None:
        if int(self.orbitals) != self.orbitals or self.orbitals < 2:
            raise InvalidInput(f"a cylinder needs 2 orbitals at least, got {self.orbitals!r}")
        if not (np.isfinite(self.circumference) and self.circumference >= THIN):
            raise InvalidInput(
                f"circumference is {self.circumference!r}, but a cylinder thinner than {THIN:g} "
                "magnetic lengths is a row of charges, not a liquid; take 8 to 14"
            )

    @property
    def spacing(self) -> float:
        """κ, the distance of orbitals in magnetic lengths."""
        return 2 * pi / self.circumference

    def space(self, *, bosons: bool = False) -> Orbitals:
        """Orbitals with their momenta j."""
        return Orbitals(np.arange(self.orbitals, dtype=np.int64)[:, None], (0,), bosons)

    def terms(self, interaction: Interaction, *, bosons: bool, particles: int) -> Terms:
        """Elements between sets of orbitals."""
        if isinstance(interaction, Coulomb):
            raise InvalidInput(
                "an infinite cylinder has no neutralizing background for Coulomb repulsion here; "
                "take Haldane pseudopotentials or a Cluster, or a Sphere or Torus"
            )
        blocks, strengths = plane_channels(
            interaction,
            spacing=self.spacing,
            orbitals=self.orbitals,
            wrapped=False,
            bosons=bosons,
        )
        return weighted(blocks, strengths)


def plane_channels(
    interaction: Haldane | Cluster, *, spacing: float, orbitals: int, wrapped: bool, bosons: bool
) -> tuple[list[Block], RealArray]:
    """Channels in Landau gauge, and their energies (repeating in each block)."""
    if isinstance(interaction, Cluster):
        size, strengths = interaction.size, np.ones(1)
        shape = partial(_cluster, spacing=spacing, bosons=bosons)
    else:
        interaction.check(bosons=bosons)
        felt = [(m, v) for m, v in interaction.values if m % 2 == (0 if bosons else 1)]
        size, strengths = 2, np.array([v for _, v in felt])
        shape = partial(_pair, spacing=spacing, moments=[m for m, _ in felt])
    blocks = gaussian_blocks(
        size, shape, spacing=spacing, orbitals=orbitals, wrapped=wrapped, bosons=bosons
    )
    return blocks, strengths


def weighted(blocks: list[Block], strengths: RealArray) -> Terms:
    """Sum of channels, each with its energy."""
    return Terms.from_blocks(
        [(s, (a.T * np.tile(strengths, len(a) // len(strengths))) @ a) for s, a in blocks]
    )


def _pair(x: RealArray, *, spacing: float, moments: list[int]) -> RealArray:
    """Relative motion of two: oscillator functions of (x1 - x2)/√2."""
    u = (x[:, 0] - x[:, 1]) / sqrt(2)
    functions = [pi**-0.25 * np.exp(-u * u / 2)]
    functions.append(sqrt(2) * u * functions[0])
    for m in range(2, max(moments) + 1):
        functions.append(sqrt(2 / m) * u * functions[-1] - sqrt((m - 1) / m) * functions[-2])
    # neighboring tuples of one total differ by √2 κ in u
    found: RealArray = np.sqrt(sqrt(2) * spacing) * np.stack(
        [functions[m] for m in moments], axis=1
    )
    return found


def _cluster(x: RealArray, *, spacing: float, bosons: bool) -> RealArray:
    """Vandermonde determinant (fermions) times a Gaussian around the center of mass."""
    n = x.shape[1]
    f = np.exp(-0.5 * ((x - x.mean(axis=1, keepdims=True)) ** 2).sum(axis=1))
    norm = pi ** (n / 2)
    if not bosons:
        for a in range(n):
            for b in range(a):
                f = f * (x[:, b] - x[:, a])
        # Mehta's integral: squared norms of the monic Hermite polynomials
        norm *= factorial(n) * float(np.prod([factorial(k) / 2**k for k in range(n)]))
    found: RealArray = np.sqrt(sqrt(n * pi) * spacing ** (n - 1) / norm) * f[:, None]
    return found
