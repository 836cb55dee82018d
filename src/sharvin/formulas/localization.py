r"""Anderson localization in one dimension: :math:`g \sim e^{-2L/\xi}`, hopping and spacing one.

Site energies are uniform in :math:`[-W/2, W/2)`; E is counted from the middle of the band.
"""

from math import gamma, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput
from sharvin.typing import RealArray

# W² ξ at E = 0, from 1/ξ = σ² [Γ(3/4)/Γ(1/4)]² with σ² = W²/12
BAND_CENTER = float(12 / (gamma(0.75) / gamma(0.25)) ** 2)


def chain_localization_length(energy: ArrayLike, disorder: ArrayLike) -> RealArray:
    r"""Localization length of a weakly disordered chain, in lattice spacings.

    .. math:: \xi = \frac{24 (4 - E^2)}{W^2}, \qquad \xi(E = 0) = \frac{105.045}{W^2}

    At the band center, and only there, the phases of the wave are not uniform.

    Raises
    ------
    InvalidInput
        At or beyond the band edge, where the expansion in W has no meaning.

    References
    ----------
    D. J. Thouless, in Ill-Condensed Matter (1979); M. Kappus, F. Wegner, Z. Phys. B 45, 15 (1981).
    """
    e, w = np.asarray(energy, dtype=float), np.asarray(disorder, dtype=float)
    if not (np.abs(e) < 2).all() or not (w > 0).all():
        raise InvalidInput("weak disorder is W > 0, inside the band |E| < 2")
    found: RealArray = np.where(e == 0, BAND_CENTER, 24 * (4 - e**2)) / w**2
    return found


def edge_lyapunov(disorder: ArrayLike) -> RealArray:
    r"""Lyapunov exponent at the band edge, :math:`\gamma = 0.2893\,(W^2/12)^{1/3}`.

    References
    ----------
    B. Derrida, E. Gardner, J. Phys. (Paris) 45, 1283 (1984).
    """
    # 6^(1/3) sqrt(pi) / (2 Γ(1/6)), the constant of the continuum white-noise problem
    constant = 6 ** (1 / 3) * sqrt(pi) / (2 * gamma(1 / 6))
    found: RealArray = constant * (np.asarray(disorder, dtype=float) ** 2 / 12) ** (1 / 3)
    return found
