r"""Transmission of a saddle-point contact, without and with a perpendicular field.

Everywhere :math:`V(x, y) = V_0 - \tfrac12 m \omega_x^2 x^2 + \tfrac12 m \omega_y^2 y^2`, and
energies are measured from :math:`V_0`.
"""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput
from sharvin.formulas.logistic import logistic, rise_width
from sharvin.typing import RealArray
from sharvin.units import BOHR_MAGNETON


def saddle_point(
    energy: ArrayLike, *, hbar_omega_x: float, hbar_omega_y: float, modes: int
) -> RealArray:
    r"""Transmission of each mode of a saddle point.

    .. math:: T_n = \frac{1}{1 + e^{-2\pi \varepsilon_n}}, \qquad
              \varepsilon_n = \frac{E - V_0 - \hbar\omega_y (n + \tfrac12)}{\hbar\omega_x}

    Büttiker's paper writes :math:`e^{-\pi\varepsilon}` with an ε that is twice as large.

    Parameters
    ----------
    energy : array, shape (...)
        :math:`E - V_0`.
    hbar_omega_x, hbar_omega_y : float
        In the unit of `energy`.
    modes : int
        How many modes, n = 0 ... modes - 1.

    Returns
    -------
    real array, shape (..., modes)
        Sum the last axis for G in e²/h per spin.

    References
    ----------
    H. A. Fertig and B. I. Halperin, Phys. Rev. B 36, 7969 (1987); M. Büttiker, Phys. Rev. B 41,
    7906 (1990).
    """
    return saddle_point_in_field(
        energy,
        hbar_omega_x=hbar_omega_x,
        hbar_omega_y=hbar_omega_y,
        hbar_omega_c=0.0,
        modes=modes,
    )


def saddle_point_in_field(
    energy: ArrayLike,
    *,
    hbar_omega_x: float,
    hbar_omega_y: float,
    hbar_omega_c: float,
    modes: int,
) -> RealArray:
    r"""Transmission of each mode of a saddle point in a perpendicular magnetic field.

    .. math:: T_n = \frac{1}{1 + e^{-\pi \varepsilon_n}}, \qquad
              \varepsilon_n = \frac{E - V_0 - E_2 (n + \tfrac12)}{E_1}

    with the two energies of `saddle_energies`. Spin is left out; add its Zeeman energy to V_0.

    Parameters
    ----------
    energy : array, shape (...)
        :math:`E - V_0`.
    hbar_omega_x, hbar_omega_y, hbar_omega_c : float
        In the unit of `energy`; the last from `cyclotron_energy`.
    modes : int

    Returns
    -------
    real array, shape (..., modes)

    References
    ----------
    H. A. Fertig and B. I. Halperin, Phys. Rev. B 36, 7969 (1987); M. Büttiker, Phys. Rev. B 41,
    7906 (1990).
    """
    tunneling, spacing = saddle_energies(hbar_omega_x, hbar_omega_y, hbar_omega_c)
    thresholds = spacing * (np.arange(modes) + 0.5)
    above = np.asarray(energy, dtype=np.float64)[..., None] - thresholds
    return logistic(np.pi * above / tunneling)


def saddle_energies(
    hbar_omega_x: float, hbar_omega_y: float, hbar_omega_c: float = 0.0
) -> tuple[float, float]:
    r"""Tunneling energy :math:`E_1` and mode spacing :math:`E_2` of a saddle point in a field.

    .. math:: E_1 = \frac{\hbar}{2\sqrt2} \Big[ \sqrt{\Omega^4 + 4\omega_x^2\omega_y^2}
              - \Omega^2 \Big]^{1/2}, \quad
              E_2 = \frac{\hbar}{\sqrt2} \Big[ \sqrt{\Omega^4 + 4\omega_x^2\omega_y^2}
              + \Omega^2 \Big]^{1/2}, \quad \Omega^2 = \omega_c^2 + \omega_y^2 - \omega_x^2

    Without a field they are :math:`\hbar\omega_x/2` and :math:`\hbar\omega_y`; in a strong one
    :math:`\hbar\omega_x\omega_y/2\omega_c` and :math:`\hbar\omega_c`.

    References
    ----------
    H. A. Fertig and B. I. Halperin, Phys. Rev. B 36, 7969 (1987).
    """
    if not (hbar_omega_x > 0 and hbar_omega_y > 0):
        raise InvalidInput(
            f"a saddle needs two positive curvatures, got {hbar_omega_x} and {hbar_omega_y}"
        )
    square = hbar_omega_c**2 + hbar_omega_y**2 - hbar_omega_x**2
    product = hbar_omega_x * hbar_omega_y
    root = np.hypot(square, 2 * product)
    # Of the two, the sum that does not cancel; the other follows from E_1 E_2 = product / 2.
    if square >= 0:
        spacing = np.sqrt((root + square) / 2)
        return float(product / (2 * spacing)), float(spacing)
    tunneling = np.sqrt((root - square) / 8)
    return float(tunneling), float(product / (2 * tunneling))


def cyclotron_energy(field: float, mass: float) -> float:
    r"""Energy :math:`\hbar\omega_c = \hbar e B / m` in meV, for B in T and m in electron masses."""
    return 2 * BOHR_MAGNETON * abs(field) / mass


def saddle_riser(hbar_omega_x: float) -> float:
    r"""Width :math:`\frac{\ln 81}{2\pi} \hbar\omega_x` in energy from 10 to 90 % of one step."""
    return rise_width(hbar_omega_x / (2 * np.pi))
