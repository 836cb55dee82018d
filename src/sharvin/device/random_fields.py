r"""Smooth random potentials: white noise on a grid of its own, hashed, and smeared by a kernel.

.. math:: U(\mathbf r) = U_{rms} \sum_j k(\mathbf r - \mathbf r_j) \, \xi_j, \qquad
          \sum_j k^2 = 1, \quad \xi_j \sim N(0, 1)

The noise depends on nothing but the seed and the node of that grid, and the kernel has an end, so
the potential at a place is the same whatever the device around it and the order of its sites.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.device.disorder import uniform, whole
from sharvin.device.landscape import Factor, Points, Term
from sharvin.device.parameters import Knob
from sharvin.device.random_kernels import DonorKernel, GaussianKernel, Kernel
from sharvin.device.screening import Screening
from sharvin.errors import InvalidInput
from sharvin.typing import RealArray
from sharvin.units import quantity

MOST_NODES = 1 << 25  # of noise
# Around the sites: a cubic spline forgets its boundary by a factor 0.268 per node.
SPLINE_MARGIN = 16
FEW = 64  # sites that tell the spacing of the lattice


@dataclass(frozen=True, eq=False)
class RandomField:
    """A smooth random potential; see `correlated_disorder` and `donor_disorder`.

    Parameters
    ----------
    kernel : Kernel
    strength : Factor
        Rms energy, meV.
    seed : Knob
    """

    kernel: Kernel
    strength: Factor
    seed: Knob

    @property
    def correlation_length(self) -> float:
        """Distance at which the covariance falls to exp(-1/2), nm."""
        return self.kernel.correlation_length

    def shape(self, positions: RealArray, seed: int) -> RealArray:
        """Potential at positions (n, D) in nm, for an rms of one."""
        from scipy.ndimage import map_coordinates

        if not len(positions):
            return np.zeros(0)
        places = positions / self.kernel.spacing
        first = np.floor(places.min(axis=0)).astype(np.int64) - SPLINE_MARGIN
        last = np.ceil(places.max(axis=0)).astype(np.int64) + SPLINE_MARGIN
        nodes = self._nodes(first, last, seed)
        found: RealArray = map_coordinates(nodes, (places - first).T, order=3, mode="mirror")
        return found

    def _check_spacing(self, positions: RealArray, what: str) -> None:
        """Refuse a potential that varies faster than the sites can tell."""
        few = positions[:FEW]
        apart = np.linalg.norm(few[:, None] - few[None], axis=-1)
        spacing = apart[apart > 0].min(initial=np.inf)
        if self.correlation_length < spacing * (1 - 1e-9) < np.inf:
            raise InvalidInput(
                f"{what}: a correlation length of {self.correlation_length:.3g} nm lies below the "
                f"lattice spacing of {spacing:.3g} nm, where sites are independent; use "
                "disorder(strength, seed), or a finer lattice"
            )

    def _nodes(self, first: Any, last: Any, seed: int) -> RealArray:
        """Potential on the nodes of the noise from ``first`` to ``last``."""
        from scipy import fft

        weights = self.kernel.weights(len(first))
        reach = weights.shape[0] // 2
        inner = last - first + 1
        shape = [fft.next_fast_len(int(n), real=True) for n in inner + 2 * reach]
        if np.prod([float(n) for n in shape]) > MOST_NODES:
            raise InvalidInput(
                f"a correlation length of {self.correlation_length:.3g} nm is too short for this "
                "device; for uncorrelated site energies use disorder(strength, seed)"
            )
        noise = gaussian_noise(first - reach, shape, seed, self.kernel.kind)
        # The circular part of the product lies within the first 2 reach nodes.
        smeared = fft.irfftn(fft.rfftn(noise) * fft.rfftn(weights, s=shape), s=shape)
        kept = tuple(slice(2 * reach, 2 * reach + int(n)) for n in inner)
        nodes: RealArray = smeared[kept]
        return nodes

    def bind(self, what: str) -> tuple[Term, ...]:
        """One term: the shape, drawn once per seed, times the strength."""

        def evaluate(points: Points, params: Mapping[str, float]) -> RealArray:
            self._check_spacing(points.positions, what)
            return self.shape(points.positions, whole(self.seed.at(params), what))

        return (Term(evaluate, self.seed.parameters, factor=self.strength),)

    def __repr__(self) -> str:
        return f"random potential of correlation length {self.correlation_length:.3g} nm"


def gaussian_noise(first: Any, shape: Any, seed: int, kind: int) -> RealArray:
    """One normal deviate per node, the same whatever part of the grid is asked for."""
    from scipy.special import ndtri

    axes = [start + np.arange(n) for start, n in zip(first, shape, strict=True)]
    cells = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    drawn = uniform(seed, cells, np.full(len(cells), kind))
    # half a unit in the last place keeps zero, whose deviate is infinite, out
    deviates: RealArray = ndtri(drawn + 0.5 + 2.0**-54).reshape(shape)
    return deviates


def correlated_disorder(
    strength: float | str, correlation_length: float | str, seed: int | str = 0
) -> RandomField:
    r"""Gaussian random potential, :math:`\langle U(0) U(r) \rangle = U_{rms}^2 e^{-r^2/2\ell^2}`.

    As ``Device(disorder=...)`` it ends at the leads; as ``potential=`` they continue its edge.

    Parameters
    ----------
    strength : float or str
        Rms energy in meV, or the name of a parameter.
    correlation_length : float or str
        ℓ in nm; several grid spacings for a smooth potential.
    seed : int or str
        Which sample, or the name of a parameter that counts samples.
    """
    length = quantity(correlation_length, "nm", name="correlation_length")
    if not (length > 0 and np.isfinite(length)):
        raise InvalidInput(f"correlation_length must be positive, got {correlation_length!r}")
    return RandomField(
        GaussianKernel(length),
        Factor.of(strength, "meV", "strength of the disorder"),
        Knob.of(seed, "", "seed of the disorder"),
    )


def donor_disorder(
    *,
    setback: float | str,
    density: float | str | None = None,
    strength: float | str | None = None,
    depth: float | str | None = None,
    seed: int | str = 0,
    mass: float = 0.067,
    permittivity: float = 12.9,
) -> RandomField:
    """Potential of randomly placed ionized donors in a remote plane, screened by the gas.

    Many donors act at once, so the potential is drawn as a Gaussian one of the same spectrum.

    Parameters
    ----------
    setback : float or str
        Distance of the donors from the gas, nm; it sets the correlation length.
    density : float or str, optional
        Of the donors, such as ``"1e16 m^-2"``, which fixes the strength. Donors that are not
        placed independently make less than this.
    strength : float or str, optional
        Instead of the density: rms energy in meV, or the name of a parameter.
    depth : float or str, optional
        Of the gas below a surface at fixed potential, nm, whose image charges then count.
    seed : int or str
        Which sample, or the name of a parameter that counts samples.
    mass, permittivity : float
        Of the semiconductor.

    References
    ----------
    J. A. Nixon, J. H. Davies, Phys. Rev. B 41, 7929 (1990).
    """
    distance = quantity(setback, "nm", name="setback")
    below = np.inf if depth is None else quantity(depth, "nm", name="depth")
    if not 0 < distance < below:
        raise InvalidInput(
            f"donors need 0 < setback < depth, got {setback!r} and {depth!r}: they lie between "
            "the surface and the gas"
        )
    kernel = DonorKernel(distance, below, Screening.of(True, mass, permittivity))
    if (density is None) == (strength is None):
        raise InvalidInput("donor_disorder needs a density or a strength, one of them")
    if density is not None:
        number = quantity(density, "nm^-2", name="density of the donors")
        if not (number >= 0 and np.isfinite(number)):
            raise InvalidInput(f"the density of the donors cannot be {density!r}")
        strength = kernel.energy_per_root_density * float(np.sqrt(number))
    return RandomField(
        kernel,
        Factor.of(strength, "meV", "strength of the donors"),
        Knob.of(seed, "", "seed of the donors"),
    )
