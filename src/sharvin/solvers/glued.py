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
    of_leads = sum(
        lead.error * weight + (lead.mode_error if lead.count else 0.0)
        for lead, weight in zip(channels, weights, strict=True)
    )
    return float(estimates(lost, float(np.linalg.norm(waves)), waves.shape[1], of_leads))


def estimates(
    lost: ComplexArray,
    size: float | RealArray,
    count: int | IntArray,
    of_leads: float | RealArray,
) -> RealArray:
    """`estimate` for one point or a stack of them.

    From the Frobenius norm ``size`` of the waves of all incoming modes, their number ``count``, and
    what the leads' own errors add. The stack's axis is the first one of ``lost``.
    """
    sizes = np.linalg.norm(lost, axis=-2)
    # The larger of two: a single one may miss the direction that was hit.
    total: RealArray = sizes[..., :2].max(axis=-1) * size + sizes[..., 2:].max(axis=-1)
    return total + 4.0 * EPS * np.maximum(1, count) + of_leads
