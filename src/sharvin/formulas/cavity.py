r"""Chaotic cavities by the circular ensembles: mean, variance, noise and eigenvalues.

Per spin, in e²/h. The two openings carry N1 and N2 modes; :math:`\beta` is 1 (time reversal),
2 (a field) or 4.
"""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput
from sharvin.typing import RealArray


def cavity_conductance(n1: ArrayLike, n2: ArrayLike, beta: int) -> RealArray:
    r"""Mean conductance :math:`N_1 N_2 / (N_1 + N_2 - 1 + 2/\beta)`.

    References
    ----------
    H. U. Baranger, P. A. Mello, Phys. Rev. Lett. 73, 142 (1994).
    """
    a, b = _modes(n1, n2)
    found: RealArray = a * b / (a + b - 1 + 2 / _class(beta))
    return found


def cavity_variance(n1: ArrayLike, n2: ArrayLike, beta: int) -> RealArray:
    r"""Variance of the conductance.

    .. math:: \operatorname{var} g = \frac{2 N_1 N_2 (N_1 - 1 + 2/\beta)(N_2 - 1 + 2/\beta)}
              {\beta (N - 2 + 2/\beta)(N - 1 + 4/\beta)(N - 1 + 2/\beta)^2}, \qquad N = N_1 + N_2

    1/8 and 1/16 for many modes and equal openings, :math:`\beta` = 1 and 2.

    References
    ----------
    C. W. J. Beenakker, Rev. Mod. Phys. 69, 731 (1997), eq. 90.
    """
    a, b = _modes(n1, n2)
    n, x = a + b, 2 / _class(beta)
    above = 2 * a * b * (a - 1 + x) * (b - 1 + x)
    below = beta * (n - 2 + x) * (n - 1 + 2 * x) * (n - 1 + x) ** 2
    found: RealArray = above / below
    return found


def cavity_fano(n1: ArrayLike, n2: ArrayLike) -> RealArray:
    r"""Fano factor of many modes, :math:`N_1 N_2 / (N_1 + N_2)^2`: 1/4 for equal openings.

    References
    ----------
    R. A. Jalabert, J.-L. Pichard, C. W. J. Beenakker, Europhys. Lett. 27, 255 (1994).
    """
    a, b = _modes(n1, n2)
    found: RealArray = a * b / (a + b) ** 2
    return found


def cavity_density(transmission: ArrayLike, modes: ArrayLike) -> RealArray:
    r"""Density of eigenvalues of a cavity with two openings of N modes each, N large.

    .. math:: \rho(T) = \frac{N}{\pi} \frac{1}{\sqrt{T (1 - T)}}
    """
    t = np.asarray(transmission, dtype=float)
    with np.errstate(divide="ignore"):
        found: RealArray = np.asarray(modes, float) / np.pi / np.sqrt(t * (1 - t))
    return found


def _modes(n1: ArrayLike, n2: ArrayLike) -> tuple[RealArray, RealArray]:
    a, b = np.asarray(n1, dtype=float), np.asarray(n2, dtype=float)
    if not ((a >= 1) & (b >= 1)).all():
        raise InvalidInput(f"both openings need at least one mode, got {n1!r} and {n2!r}")
    return a, b


def _class(beta: int) -> int:
    if beta not in (1, 2, 4):
        raise InvalidInput(f"beta must be 1, 2 or 4, got {beta!r}")
    return beta
