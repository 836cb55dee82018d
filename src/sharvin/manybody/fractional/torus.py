"""The lowest Landau level of a torus: no edges, and ground states that topology counts."""

from collections.abc import Callable
from dataclasses import dataclass
from math import pi, sqrt

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.manybody.fractional.basis import Orbitals
from sharvin.manybody.fractional.cylinder import plane_channels, weighted
from sharvin.manybody.fractional.interactions import Coulomb, Interaction
from sharvin.manybody.fractional.terms import Terms
from sharvin.typing import IntArray, RealArray

THIN = 0.3
FAR = 9.0  # largest wave vector, 1/l: exp(-q²/2) = 3e-18


@dataclass(frozen=True)
class Torus:
    r"""Rectangle :math:`L_x L_y = 2\pi l^2 \times` ``flux`` with opposite sides joined.

    Orbitals lie around y at :math:`x_j = 2\pi l^2 j/L_y`. Charge of a sector: the sum of j modulo
    ``flux``. At filling p/q all levels repeat q times, at totals that differ by N/p.

    Parameters
    ----------
    flux : int
        Number of flux quanta, which is the number of orbitals.
    aspect : float
        :math:`L_x/L_y`.
    thin : bool
        Allow aspect ratios below 0.3 (or above its inverse), where the liquid becomes a
        charge-density wave without a phase transition.

    References
    ----------
    D. Yoshioka, B. I. Halperin, P. A. Lee, Phys. Rev. Lett. 50, 1219 (1983); F. D. M. Haldane,
    Phys. Rev. Lett. 55, 2095 (1985).
    """

    flux: int
    aspect: float = 1.0
    thin: bool = False

    def __post_init__(self) -> None:
        if int(self.flux) != self.flux or self.flux < 2:
            raise InvalidInput(f"flux must be a whole number from 2 on, got {self.flux!r}")
        if not (np.isfinite(self.aspect) and self.aspect > 0):
            raise InvalidInput(f"aspect must be positive, got {self.aspect!r}")
        if not self.thin and not THIN <= self.aspect <= 1 / THIN:
            raise InvalidInput(
                f"a torus of aspect {self.aspect:g} is a thin one, where the liquid gives way to a "
                f"charge-density wave; take {THIN} to {1 / THIN:.2f}, or thin=True to study that"
            )

    @property
    def orbitals(self) -> int:
        """Number of orbitals."""
        return self.flux

    @property
    def sides(self) -> tuple[float, float]:
        """:math:`L_x, L_y` in magnetic lengths."""
        area = 2 * pi * self.flux
        return sqrt(area * self.aspect), sqrt(area / self.aspect)

    def space(self, *, bosons: bool = False) -> Orbitals:
        """Orbitals with their momenta j."""
        return Orbitals(np.arange(self.flux, dtype=np.int64)[:, None], (self.flux,), bosons)

    def terms(self, interaction: Interaction, *, bosons: bool, particles: int) -> Terms:
        """Elements between sets of orbitals."""
        if isinstance(interaction, Coulomb):
            return potential_terms(
                self, _coulomb, bosons=bosons, offset=particles * self_energy(self)
            )
        blocks, strengths = plane_channels(
            interaction,
            spacing=2 * pi / self.sides[1],
            orbitals=self.flux,
            wrapped=True,
            bosons=bosons,
        )
        return weighted(blocks, strengths)

    def wave_vectors(self, far: float = FAR) -> tuple[IntArray, RealArray]:
        """Whole numbers (s, t), shape (q, 2), of all wave vectors up to ``far``, and |q|²."""
        lx, ly = self.sides
        s, t = (np.arange(-n, n + 1) for n in (int(far * lx / 2 / pi), int(far * ly / 2 / pi)))
        steps = np.stack(np.meshgrid(s, t, indexing="ij"), axis=-1).reshape(-1, 2)
        square = (2 * pi * steps[:, 0] / lx) ** 2 + (2 * pi * steps[:, 1] / ly) ** 2
        return steps, square


def potential_terms(
    torus: Torus,
    potential: Callable[[RealArray], RealArray],
    *,
    bosons: bool = False,
    offset: float = 0.0,
) -> Terms:
    r"""Pair repulsion from its Fourier transform V(|q|), without its mean (q = 0).

    .. math:: \langle j_1 j_2 | V | k_1 k_2 \rangle = \frac{1}{L_x L_y} \sum_{\mathbf q}
              V(q) e^{-q^2/2} \cos\frac{2\pi s (k_1 - j_2)}{N_\phi}\;
              \delta_{j_1 - k_1, t}\, \delta_{k_2 - j_2, t}
    """
    flux = torus.flux
    steps, square = torus.wave_vectors()
    some = square > 0
    steps, square = steps[some], square[some]
    weights = potential(np.sqrt(square)) * np.exp(-square / 2) / (2 * pi * flux)
    table = np.zeros((flux, flux))
    phases = np.cos(2 * pi / flux * np.outer(steps[:, 0], np.arange(flux)))
    np.add.at(table, steps[:, 1] % flux, weights[:, None] * phases)
    blocks = []
    for total in range(flux):
        i = np.arange(flux, dtype=np.int64)
        j = (total - i) % flux
        kept = (i < j) | ((i == j) & bosons)
        pairs = np.stack([i, j], axis=1)[kept]
        if not len(pairs):
            continue
        j1, j2 = pairs[:, 0, None], pairs[:, 1, None]
        k1, k2 = pairs[None, :, 0], pairs[None, :, 1]
        direct = table[(j1 - k1) % flux, (k1 - j2) % flux]
        exchange = table[(j1 - k2) % flux, (k2 - j2) % flux]
        matrix = direct + (1 if bosons else -1) * exchange
        norm = np.where(pairs[:, 0] == pairs[:, 1], 1 / sqrt(2), 1.0)
        blocks.append((pairs, matrix * np.outer(norm, norm)))
    return Terms.from_blocks(blocks, offset=offset)


def self_energy(torus: Torus) -> float:
    """Coulomb energy of an electron with its own images and the background, e²/4πε l."""
    from scipy.special import erfc

    n = np.arange(-8, 9)
    x, y = np.meshgrid(n, n)
    z = pi * (torus.aspect * x**2 + y**2 / torus.aspect)[(x != 0) | (y != 0)]
    images = float((np.sqrt(pi / z) * erfc(np.sqrt(z))).sum())
    return -(2 - images) / sqrt(2 * pi * torus.flux)


def _coulomb(q: RealArray) -> RealArray:
    """Fourier transform of 1/r."""
    return 2 * pi / q
