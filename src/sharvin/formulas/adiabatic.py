"""A hard-walled contact that widens slowly."""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.formulas.logistic import logistic, rise_width
from sharvin.typing import RealArray


def adiabatic_contact(
    width_in_half_waves: ArrayLike, *, radius_over_width: float, modes: int
) -> RealArray:
    r"""Transmission of each mode of a contact of width :math:`d(x) \approx d + x^2/R`.

    .. math:: T_n = \frac{1}{1 + \exp\big[-\pi^2 (k_F d/\pi - n) \sqrt{2R/d}\,\big]},
              \qquad n = 1, 2, \dots

    Parameters
    ----------
    width_in_half_waves : array, shape (...)
        :math:`k_F d / \pi`, how many half wavelengths fit into the narrowest place.
    radius_over_width : float
        R/d; large is smooth. Sharp steps need only :math:`\sqrt{2R/d} \gtrsim 1`.
    modes : int

    Returns
    -------
    real array, shape (..., modes)

    References
    ----------
    L. I. Glazman, G. B. Lesovik, D. E. Khmel'nitskii and R. I. Shekhter, JETP Lett. 48, 238
    (1988).
    """
    above = np.asarray(width_in_half_waves, dtype=np.float64)[..., None] - np.arange(1, modes + 1)
    return logistic(np.pi**2 * np.sqrt(2 * radius_over_width) * above)


def adiabatic_riser(radius_over_width: float) -> float:
    r"""Width :math:`\ln 81 / (\pi^2 \sqrt{2R/d})` in :math:`k_F d/\pi` from 10 to 90 %."""
    return rise_width(1 / (np.pi**2 * np.sqrt(2 * radius_over_width)))
