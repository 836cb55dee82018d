"""Where the charge is: density profiles, the pumped fraction, a quasihole's charge, g(r)."""

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.manybody.fractional.cylinder import Cylinder
from sharvin.manybody.fractional.disk import Disk
from sharvin.manybody.fractional.solve import Levels
from sharvin.manybody.fractional.sphere import Sphere
from sharvin.typing import IntArray, RealArray


def density(
    geometry: Sphere | Disk | Cylinder, occupations: ArrayLike, places: ArrayLike
) -> RealArray:
    r"""Particles per area :math:`2\pi l^2`, which is the local filling.

    Parameters
    ----------
    geometry : Sphere, Disk or Cylinder
    occupations : array, shape (orbitals,)
        Such as ``Levels.occupations()``.
    places : array
        Angle from the pole of the last orbital (sphere, rad), radius (disk) or position along the
        axis (cylinder), in magnetic lengths.

    Returns
    -------
    real array, shape of ``places``
    """
    n = _occupations(geometry, occupations)
    at = np.asarray(places, dtype=np.float64)
    if isinstance(geometry, Cylinder):
        centers = geometry.spacing * np.arange(geometry.orbitals)
        waves = np.exp(-((at[..., None] - centers) ** 2)) * geometry.spacing / sqrt(pi)
        found: RealArray = waves @ n
        return found
    if isinstance(geometry, Disk):
        m = np.arange(geometry.inner, geometry.inner + geometry.orbitals)
        found = _poisson(at**2 / 2, m) @ n
        return found
    found = _binomial(np.cos(at / 2) ** 2, geometry.flux) @ n * (geometry.flux + 1) / geometry.flux
    return found


def pumped_charge(
    cylinder: Cylinder, occupations: ArrayLike, flux: ArrayLike, *, cut: float | None = None
) -> RealArray:
    r"""Charge that crosses a circle around a cylinder while flux is threaded, in electrons.

    Threading moves every orbital, :math:`x_j \to \kappa(j + \Phi/\Phi_0)`, and the state with
    them: it is gapped, and the repulsion the same everywhere.

    .. math:: Q(\Phi) = \sum_j n_j \Big[ \tfrac12 \mathrm{erfc}\big(x_c - x_j(\Phi)\big)
              - \tfrac12 \mathrm{erfc}\big(x_c - x_j(0)\big) \Big]

    Parameters
    ----------
    cylinder : Cylinder
    occupations : array, shape (orbitals,)
        Of the ground state.
    flux : array
        In flux quanta h/e; positive towards larger x.
    cut : float
        x_c in magnetic lengths; by default half an orbital beyond the middle, where the droplet is
        after half a flux quantum.

    Returns
    -------
    real array, shape of ``flux``
        ν per flux quantum, in the bulk.

    References
    ----------
    R. B. Laughlin, Phys. Rev. B 23, 5632 (1981).
    """
    from scipy.special import erfc

    n = _occupations(cylinder, occupations)
    phi = np.asarray(flux, dtype=np.float64)
    centers = cylinder.spacing * np.arange(cylinder.orbitals)
    middle = centers[-1] / 2 + cylinder.spacing / 2
    at = middle if cut is None else float(cut)
    if not centers[0] + 1 < at < centers[-1] - 1:
        raise InvalidInput(
            f"cut is at {at:.3g} l, but the droplet reaches from {centers[0]:.3g} to "
            f"{centers[-1]:.3g} l and its edges are no bulk; choose a cut inside"
        )

    def right(shift: RealArray) -> RealArray:
        found: RealArray = erfc(at - centers - cylinder.spacing * shift[..., None]) @ n / 2
        return found

    return right(phi) - right(np.zeros_like(phi))


def cap_charge(sphere: Sphere, occupations: ArrayLike, angles: ArrayLike) -> RealArray:
    """Particles within an angle of the pole of the last orbital, shape of ``angles``."""
    from scipy.special import betainc

    n = _occupations(sphere, occupations)
    outside = np.cos(np.asarray(angles, dtype=np.float64) / 2)[..., None] ** 2
    j = np.arange(sphere.orbitals)
    # |wave|² of orbital j per d(cos²): a beta distribution with j + 1 and flux - j + 1
    inside = 1.0 - np.asarray(betainc(j + 1.0, sphere.flux - j + 1.0, outside), np.float64)
    found: RealArray = inside @ n
    return found


def excess_charge(
    sphere: Sphere, occupations: ArrayLike, angles: ArrayLike, *, exclusion: int = 3
) -> RealArray:
    r"""Particles within an angle of the pole beyond those of Laughlin's liquid at 1/q.

    On a sphere of any flux the liquid would hold (flux + q)/q particles. Away from the pole the
    excess is the charge of a quasiparticle there: -1/q for a quasihole, 1/q for a quasielectron.

    Parameters
    ----------
    sphere : Sphere
    occupations : array, shape (orbitals,)
    angles : array
        From the pole of the last orbital, rad.
    exclusion : int
        q.
    """
    at = np.asarray(angles, dtype=np.float64)
    uniform = (sphere.flux + exclusion) / exclusion * np.sin(at / 2) ** 2
    found: RealArray = cap_charge(sphere, occupations, at) - uniform
    return found


@dataclass(frozen=True, eq=False)
class PairCorrelation:
    """Probability to find another particle at a distance, 1 where it is that of a uniform gas.

    Parameters
    ----------
    distance : real array, shape (n,)
        Chord of a sphere, in magnetic lengths.
    values : real array, shape (n,)
    """

    distance: RealArray
    values: RealArray


def pair_correlation(levels: Levels, sphere: Sphere, *, points: int = 121) -> PairCorrelation:
    r"""g(r) of a state without angular momentum, from the pole of a sphere.

    .. math:: g(\theta) = \frac{4\pi R^2}{N - 1} \frac{\sum_j \langle n_{2Q} n_j \rangle'
              |\phi_j(\theta)|^2}{\langle n_{2Q} \rangle}

    Only the last orbital is not empty at its pole. Laughlin's state has
    :math:`g \propto r^{2m}` there.

    Raises
    ------
    InvalidInput
        When the state prefers a place: its orbitals are not equally filled.
    """
    n = levels.basis.occupations().astype(np.float64)
    particles = levels.basis.particles
    weights = np.abs(levels.states[:, 0]) ** 2
    mean = weights @ n
    if np.ptp(mean) > 1e-6:
        raise InvalidInput(
            "the state is not the same everywhere (its orbitals are filled "
            f"{mean.min():.4f} to {mean.max():.4f}): a pair correlation needs one of L = 0"
        )
    pole = n[:, -1]
    others = n.copy()
    others[:, -1] -= 1.0
    given = (weights * pole) @ others / mean[-1]
    angles = np.linspace(0.0, pi, points)
    uniform = (particles - 1) / sphere.orbitals
    profile = _binomial(np.cos(angles / 2) ** 2, sphere.flux) @ given
    return PairCorrelation(2 * sphere.radius * np.sin(angles / 2), profile / uniform)


def _binomial(inside: RealArray, flux: int) -> RealArray:
    """Weights of orbitals at a place, summing to one: shape (..., orbitals)."""
    from scipy.special import gammaln, xlog1py, xlogy

    j = np.arange(flux + 1)
    p = np.asarray(inside, dtype=np.float64)[..., None]
    ways = gammaln(flux + 1.0) - gammaln(j + 1.0) - gammaln(flux - j + 1.0)
    found: RealArray = np.exp(ways + xlogy(j, p) + xlog1py(flux - j, -p))
    return found


def _poisson(half_square: RealArray, m: IntArray) -> RealArray:
    """Weights of the orbitals of a disk at a radius: shape (..., orbitals)."""
    from scipy.special import gammaln, xlogy

    mean = np.asarray(half_square, dtype=np.float64)[..., None]
    found: RealArray = np.exp(xlogy(m, mean) - mean - gammaln(m + 1.0))
    return found


def _occupations(geometry: Sphere | Disk | Cylinder, given: ArrayLike) -> RealArray:
    n = np.asarray(given, dtype=np.float64)
    if n.shape != (geometry.orbitals,):
        raise ShapeMismatch(
            f"occupations have shape {n.shape}, but there are {geometry.orbitals} orbitals"
        )
    return n
