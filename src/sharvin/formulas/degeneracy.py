"""Spins and valleys: how many steps come at once, and what splits them."""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.formulas.saddle import saddle_point
from sharvin.typing import RealArray
from sharvin.units import BOHR_MAGNETON


def zeeman_splitting(g_factor: float, field: float) -> float:
    r"""Whole splitting :math:`|g| \mu_B B` in meV, for B in T: 25.5 µeV/T in GaAs."""
    return abs(g_factor) * BOHR_MAGNETON * abs(field)


def zeeman_saddle(
    energy: ArrayLike,
    *,
    splitting: float,
    hbar_omega_x: float,
    hbar_omega_y: float,
    modes: int,
) -> RealArray:
    r"""Conductance of both spins of a saddle point, in e²/h.

    .. math:: G_\pm = \frac{e^2}{h} \sum_n T_n(E \pm \tfrac12 g \mu_B B)

    Parameters
    ----------
    energy : array, shape (...)
        From the saddle, without the Zeeman energy.
    splitting : float
        Between the spins, :math:`g \mu_B B`: each moves by half of it.
    hbar_omega_x, hbar_omega_y : float
    modes : int

    Returns
    -------
    real array, shape (..., 2)
        The spin of lower energy first.

    References
    ----------
    D. A. Wharam et al., J. Phys. C 21, L209 (1988); M. Büttiker, Phys. Rev. B 41, 7906 (1990).
    """
    shifted = np.asarray(energy, dtype=np.float64)[..., None] + splitting * np.array([0.5, -0.5])
    each = saddle_point(shifted, hbar_omega_x=hbar_omega_x, hbar_omega_y=hbar_omega_y, modes=modes)
    total: RealArray = each.sum(axis=-1)
    return total


def spin_polarization(one: ArrayLike, other: ArrayLike) -> RealArray:
    r"""Polarization :math:`(G_1 - G_2)/(G_1 + G_2)` of a current; NaN where none flows."""
    first, second = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        polarization: RealArray = np.asarray((first - second) / (first + second))
    return polarization


def degenerate_staircase(
    energy: ArrayLike, thresholds: ArrayLike, degeneracy: ArrayLike
) -> RealArray:
    r"""Ideal staircase :math:`G = \frac{e^2}{h} \sum_n g_n\, \theta(E - E_n)`, in e²/h.

    Parameters
    ----------
    energy : array, shape (...)
    thresholds : array, shape (modes,)
    degeneracy : number or array, shape (modes,)
        Spin times valleys of each: 2 in GaAs, 4 in graphene, 12 in six valleys of silicon.

    Returns
    -------
    real array, shape (...)
    """
    open_ = np.asarray(energy, dtype=np.float64)[..., None] > np.asarray(thresholds)
    total: RealArray = np.asarray((open_ * np.asarray(degeneracy, dtype=np.float64)).sum(axis=-1))
    return total
