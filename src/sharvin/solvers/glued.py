"""A solved junction, and the estimate of how far its S-matrix can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sharvin.solvers.channels import Channels
from sharvin.typing import ComplexArray, IntArray, RealArray

EPS = float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class Glued:
    """The solved junction.

    Parameters
    ----------
    data : complex array, shape (n, n)
        S in unit-current modes, leads in order.
    waves : complex array, shape (k + q, n)
        Root unknowns per incoming mode.
    error : float
        Estimated largest error of an element of S.
    """

    data: ComplexArray
    waves: ComplexArray
    error: float


@lru_cache(maxsize=256)
def mixing(n: int) -> RealArray:
    """Two fixed random vectors over n modes, real so that real systems stay real."""
    mix = np.random.default_rng(n).standard_normal((n, 2))
    mix.flags.writeable = False
    return mix


def local_weights(waves: ComplexArray, places: Sequence[IntArray]) -> list[float]:
    """Sum of |psi|² over each lead's orbitals and all incoming modes."""
    density = np.einsum("ij,ij->i", waves, waves.conj()).real
    return [float(density[place].sum()) for place in places]


def estimate(
    lost: ComplexArray,
    waves: ComplexArray,
    channels: Sequence[Channels],
    weights: Sequence[float],
) -> float:
    r"""Estimated error of S.

    Unitarity is no measure of it (a wrong real M still glues to a unitary S), so it rests on what
    was measured. The elimination's error dM is seen through e = dM x for random x: since
    E|W†G dM x|² = |W†G dM|_F², the change W†G dM G Q of S is at most |W†G e| |G Q|. The dense
    solve is seen through its residual r for random superpositions of the incoming waves, as
    |W†G r|. A lead's own error enters by |dSigma| |P G W| |P G Q|, where both local waves have
    the same size (G Gamma G† = G† Gamma G for a device that conserves current).

    Parameters
    ----------
    lost : complex array, shape (n, 4)
        W†G of the two probes' errors, then of the two residuals.
    waves : complex array, shape (k + q, n)
    channels : sequence of Channels
    weights : sequence of float
        Per lead, the squared size of the waves that its error acts on.
    """
    return estimate_from_size(lost, float(np.linalg.norm(waves)), waves.shape[1], channels, weights)


def estimate_from_size(
    lost: ComplexArray,
    size: float,
    n: int,
    channels: Sequence[Channels],
    weights: Sequence[float],
) -> float:
    """`estimate`, from the Frobenius norm of the waves of all n incoming modes."""
    sizes = np.linalg.norm(lost, axis=0) if n else np.zeros(4)
    # The larger of two: a single one may miss the direction that was hit.
    total = float(sizes[:2].max()) * size
    total += float(sizes[2:].max()) + 4.0 * EPS * max(1, n)
    for lead, weight in zip(channels, weights, strict=True):
        total += lead.error * weight + (lead.mode_error if lead.count else 0.0)
    return float(total)
