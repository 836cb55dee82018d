"""A normal metal and a superconductor in contact: Andreev reflection in closed form."""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.typing import RealArray


def andreev_doubling(transmission: ArrayLike) -> RealArray:
    r"""Conductance of a channel into a superconductor at zero bias, in 2e²/h.

    .. math:: g_{NS} = \frac{2 T^2}{(2 - T)^2}

    in units of 2e²/h per spin-degenerate channel: 2 for T = 1 (each electron drags a second one
    along), T²/2 for a tunnel barrier.

    Parameters
    ----------
    transmission : array
        Normal-state T of the channel, between 0 and 1.

    Returns
    -------
    real array, shape of `transmission`

    References
    ----------
    C. W. J. Beenakker, Phys. Rev. B 46, 12841 (1992), for real Hamiltonians.
    """
    t = np.asarray(transmission, dtype=np.float64)
    doubled: RealArray = 2 * t**2 / (2 - t) ** 2
    return doubled


def btk_reflection(
    energy: ArrayLike, *, gap: float, barrier: ArrayLike
) -> tuple[RealArray, RealArray]:
    r"""Probabilities A of Andreev and B of normal reflection for one electron.

    Below the gap :math:`A = \Delta^2 / [E^2 + (\Delta^2 - E^2)(1 + 2Z^2)^2]` and B = 1 - A; above,
    with :math:`u^2 = 1 - v^2 = \tfrac12 (1 + \sqrt{E^2 - \Delta^2}/|E|)` and
    :math:`\gamma = u^2 + Z^2 (u^2 - v^2)`,

    .. math:: A = \frac{u^2 v^2}{\gamma^2}, \qquad
              B = \frac{(u^2 - v^2)^2 Z^2 (1 + Z^2)}{\gamma^2}.

    Parameters
    ----------
    energy : array
        Bias energy, in the unit of `gap`; its sign does not matter.
    gap : float
        Δ, much smaller than the Fermi energy.
    barrier : array
        Z; the normal transmission is 1/(1 + Z²).

    Returns
    -------
    (A, B)
        Real arrays of the common shape.

    References
    ----------
    G. E. Blonder, M. Tinkham, T. M. Klapwijk, Phys. Rev. B 25, 4515 (1982), table II.
    """
    e, z2 = np.broadcast_arrays(np.abs(np.asarray(energy, float)) / gap, np.square(barrier))
    inside = e < 1
    a_inside = 1 / (e**2 + (1 - e**2) * (1 + 2 * z2) ** 2)
    over = np.where(inside, 1.0, e)
    weight = np.sqrt(over**2 - 1) / over  # u² - v²
    u2, v2 = (1 + weight) / 2, (1 - weight) / 2
    gamma2 = (u2 + z2 * weight) ** 2
    andreev: RealArray = np.where(inside, a_inside, u2 * v2 / gamma2)
    normal: RealArray = np.where(inside, 1 - a_inside, weight**2 * z2 * (1 + z2) / gamma2)
    return andreev, normal


def btk_conductance(energy: ArrayLike, *, gap: float, barrier: ArrayLike) -> RealArray:
    r"""Differential conductance :math:`1 + A - B` of one spin-degenerate channel, in 2e²/h.

    2 below the gap for Z = 0, exactly 2 at E = Δ for any Z, and the normal 1/(1 + Z²) far above.
    Parameters as in `btk_reflection`.
    """
    andreev, normal = btk_reflection(energy, gap=gap, barrier=barrier)
    return 1 + andreev - normal


def short_junction_level(transmission: ArrayLike, phase: ArrayLike, *, gap: float) -> RealArray:
    r"""Andreev level :math:`\Delta \sqrt{1 - T \sin^2(\varphi/2)}` of a short junction, E > 0.

    References
    ----------
    C. W. J. Beenakker, Phys. Rev. Lett. 67, 3836 (1991).
    """
    t, half = np.asarray(transmission, float), np.asarray(phase, float) / 2
    level: RealArray = gap * np.sqrt(1 - t * np.sin(half) ** 2)
    return level
