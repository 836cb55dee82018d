"""The Bastin formula: Hall and spin Hall conductivities from all pairs of moments."""

from collections.abc import Mapping

import numpy as np

from sharvin.numerics.chebyshev.damping import damping
from sharvin.numerics.chebyshev.operators import Operator
from sharvin.spectral.fermi_surface import all_pairs, pair_engine
from sharvin.spectral.probes import Tally
from sharvin.spectral.settings import Settings
from sharvin.typing import NumberArray, RealArray

POINTS = 4  # of the integral, per moment
# The integrand has a factor (1 - x²)^(-3/2), and nothing but tails of the kernel so close to ±1.
RIM = 0.003


def bastin(
    operators: Mapping[str, Operator], settings: Settings, levels: RealArray, thermal: RealArray
) -> tuple[Tally, Tally]:
    r"""Conductivities times the volume: with all moments, and with half of them.

    .. math:: \frac{2}{\Delta^2} \int \frac{dx\, f(x)}{(1 - x^2)^2} \sum_{mn} g_m g_n h_m h_n
              \big[ \bar p_m(x)\, T_n(x) + T_m(x)\, p_n(x) \big] \mu_{mn}, \qquad
              p_n = \big( x - i n \sqrt{1 - x^2} \big) e^{i n \arccos x}

    The trace is Bastin's, with the derivative of G⁺ next to the first velocity; the transposed
    order, which is also in print, belongs to σ_ba.

    References
    ----------
    A. Bastin et al., J. Phys. Chem. Solids 32, 1811 (1971); J. H. García,
    L. Covaci and T. G. Rappoport, Phys. Rev. Lett. 114, 116602 (2015).
    """
    engine = pair_engine(operators, settings)
    points = POINTS * settings.moments
    angles: RealArray = np.pi * (np.arange(points) + 0.5) / points
    tallies = tuple(settings.probes.tally() for _ in range(2))
    for pairs in all_pairs(engine, settings):
        for tally, moments in zip(tallies, (settings.moments, settings.moments // 2), strict=True):
            found = _integrand(pairs[:, :moments, :moments], settings, angles)
            tally.add(_integrals(found, settings, angles, levels, thermal))
    return tallies[0], tallies[1]


def _integrand(pairs: NumberArray, settings: Settings, angles: RealArray) -> RealArray:
    """What is integrated over the angle arccos x, shape (vectors, angles)."""
    moments = pairs.shape[1]
    n = np.arange(moments)
    weights = damping(settings.kernel, moments) * np.where(n == 0, 1.0, 2.0)
    x, s = np.cos(angles)[:, None], np.sin(angles)[:, None]
    waves = np.exp(1j * n * angles[:, None]) * weights
    t, p = waves.real, (x - 1j * n * s) * waves
    found = np.empty((len(pairs), len(angles)))
    for vector, mu in enumerate(pairs):
        first = np.einsum("km,km->k", p.conj() @ mu, t)
        found[vector] = (first + np.einsum("km,km->k", t @ mu, p)).real
    found *= 2 / settings.interval.half**2 / s[:, 0] ** 3
    found[:, np.abs(x[:, 0]) > 1 - RIM] = 0.0
    return found


def _integrals(
    integrand: RealArray, settings: Settings, angles: RealArray, levels: RealArray,
    thermal: RealArray,
) -> RealArray:  # fmt: skip
    """Integrals up to each level, smeared by each temperature: (vectors, levels, temperatures)."""
    step = angles[1] - angles[0]
    # Energies descend with the angle: what is filled up to a level lies beyond its angle.
    filled = np.cumsum(integrand[:, ::-1], axis=1)[:, ::-1] * step
    filled = np.concatenate([filled, np.zeros((len(filled), 1))], axis=1)
    edges = np.concatenate([angles - step / 2, [np.pi]])
    scaled = settings.interval.scaled(levels)
    energies = settings.interval.center + settings.interval.half * np.cos(angles)
    found = np.empty((len(integrand), len(levels), len(thermal)))
    for k, kt in enumerate(thermal):
        if kt == 0:
            at = np.arccos(np.clip(scaled, -1, 1))
            found[:, :, k] = [np.interp(at, edges, row) for row in filled]
        else:
            occupied = 0.5 * (1 - np.tanh((energies[:, None] - levels) / (2 * kt)))
            found[:, :, k] = step * integrand @ occupied
    return found
