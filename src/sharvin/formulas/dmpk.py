r"""Many-channel wires by random-matrix theory: mean, fluctuations, eigenvalues, localization.

Everything is per spin (per Kramers pair for :math:`\beta = 4`), in e²/h, and depends on the
number of modes N and the length in mean free paths, :math:`s = L/l`, alone. The mean free path of
this theory is :math:`l = \tfrac{\pi}{2} l_{tr}` in two dimensions, :math:`\tfrac43 l_{tr}` in
three, X spin-orbit coupling).

References
----------
O. N. Dorokhov, JETP Lett. 36, 318 (1982); P. A. Mello, P. Pereyra, N. Kumar, Ann. Phys. 181, 290
(1988); C. W. J. Beenakker, Rev. Mod. Phys. 69, 731 (1997).
"""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput
from sharvin.typing import RealArray


def series_conductance(modes: ArrayLike, s: ArrayLike) -> RealArray:
    """Classical conductance N / (1 + s): contact resistance and Ohm's law in series."""
    return np.asarray(modes, dtype=float) / (1 + _length(s))


def path_from_conductance(modes: ArrayLike, conductance: ArrayLike) -> RealArray:
    """L/l of a wire from its classical conductance, the inverse of `series_conductance`."""
    g = np.asarray(conductance, dtype=float)
    n = np.asarray(modes, dtype=float)
    if not ((g > 0) & (g <= n)).all():
        raise InvalidInput(
            f"a conductance lies between 0 and the {modes!r} modes, got {conductance!r}"
        )
    found: RealArray = n / g - 1
    return found


def localization_correction(s: ArrayLike, beta: int) -> RealArray:
    r"""Weak localization :math:`\tfrac13 (1 - 2/\beta)\, s^3/(1+s)^3`; its limit is -1/3, 0, 1/6.

    References
    ----------
    P. A. Mello, A. D. Stone, Phys. Rev. B 44, 3559 (1991).
    """
    s = _length(s)
    found: RealArray = (1 - 2 / _class(beta)) / 3 * (s / (1 + s)) ** 3
    return found


def mean_conductance(modes: ArrayLike, s: ArrayLike, beta: int) -> RealArray:
    r"""Mean conductance to the first order in 1/N.

    .. math:: \langle g \rangle = \frac{N}{1+s} + \tfrac13 (1 - 2/\beta) \frac{s^3}{(1+s)^3}
    """
    found: RealArray = series_conductance(modes, s) + localization_correction(s, beta)
    return found


def magnetoconductance(modes: ArrayLike, s: ArrayLike) -> RealArray:
    r"""Gain of the mean conductance when a field breaks time reversal, with the next order in s/N.

    .. math:: \langle g \rangle_{\beta=2} - \langle g \rangle_{\beta=1}
              = \tfrac13 \frac{s^3}{(1+s)^3} - \Big(\frac{4}{45} + \frac{1}{45}\Big) \frac{s}{N}

    References
    ----------
    K. Frahm, Phys. Rev. Lett. 74, 4706 (1995); A. D. Mirlin, Phys. Rep. 326, 259 (2000).
    """
    # +4/45 s/N for beta = 1, -1/45 s/N for beta = 2
    correction = 5 / 45 * _length(s) / np.asarray(modes, dtype=float)
    found: RealArray = -localization_correction(s, 1) - correction
    return found


def conductance_variance(s: ArrayLike, beta: int) -> RealArray:
    r"""Universal conductance fluctuations of a wire of finite length.

    .. math:: \operatorname{var} g = \frac{2}{15 \beta} \Big[1 - \frac{1 + 6s}{(1 + s)^6}\Big]

    References
    ----------
    P. A. Mello, A. D. Stone, Phys. Rev. B 44, 3559 (1991).
    """
    s = _length(s)
    found: RealArray = 2 / (15 * _class(beta)) * (1 - (1 + 6 * s) / (1 + s) ** 6)
    return found


def fano_factor(s: ArrayLike) -> RealArray:
    r"""Shot noise over its Poisson value, :math:`F = \tfrac13 [1 - (1+s)^{-3}]`.

    References
    ----------
    M. J. M. de Jong, C. W. J. Beenakker, Phys. Rev. B 46, 13400 (1992).
    """
    found: RealArray = (1 - (1 + _length(s)) ** -3.0) / 3
    return found


def bimodal_density(transmission: ArrayLike, conductance: float) -> RealArray:
    r"""Density of transmission eigenvalues of a diffusive wire, channels per unit of T.

    .. math:: \rho(T) = \frac{g}{2}\, \frac{1}{T \sqrt{1 - T}}, \qquad T > 4 e^{-2s}

    Most channels are closed or open: there is next to nothing in between.
    """
    t = _probability(transmission)
    with np.errstate(divide="ignore"):
        found: RealArray = conductance / 2 / (t * np.sqrt(1 - t))
    return found


def bimodal_count(low: ArrayLike, high: ArrayLike, conductance: float) -> RealArray:
    r"""Mean number of channels with T between two values: the integral of `bimodal_density`."""

    def below(t: RealArray) -> RealArray:
        depth: RealArray = np.arctanh(np.sqrt(1 - t))  # -> minus the number above T
        return depth

    found: RealArray = conductance * (below(_probability(low)) - below(_probability(high)))
    return found


def localization_length(modes: ArrayLike, path: ArrayLike, beta: int) -> RealArray:
    r"""Localization length :math:`\xi = (\beta N + 2 - \beta)\, l`, so that <ln g> = -2L/ξ.

    (N + 1) l with time reversal, 2 N l without: a magnetic field doubles it.
    """
    n = np.asarray(modes, dtype=float)
    found: RealArray = (beta * n + 2 - _class(beta)) * np.asarray(path, dtype=float)
    return found


def _length(s: ArrayLike) -> RealArray:
    found = np.asarray(s, dtype=float)
    if not (found >= 0).all():
        raise InvalidInput(f"a length in mean free paths must not be negative, got {s!r}")
    return found


def _class(beta: int) -> int:
    if beta not in (1, 2, 4):
        raise InvalidInput(f"beta must be 1, 2 or 4, got {beta!r}")
    return beta


def _probability(transmission: ArrayLike) -> RealArray:
    t = np.asarray(transmission, dtype=float)
    if not ((t > 0) & (t <= 1)).all():
        raise InvalidInput(f"a transmission lies above 0 and up to 1, got {transmission!r}")
    return t
