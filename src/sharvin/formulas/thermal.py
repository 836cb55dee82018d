r"""What temperature does to a conductance: a convolution with :math:`-\partial f/\partial E`.

Temperatures enter as thermal energies :math:`k_B T`, in the unit of the other energies.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput
from sharvin.formulas.logistic import LN81, logistic
from sharvin.typing import RealArray

KERNEL_FWHM = float(4 * np.arccosh(np.sqrt(2.0)))
"""Full width at half maximum of -∂f/∂E, in k_B T: 3.5255."""

KERNEL_RMS = float(np.pi / np.sqrt(3.0))
"""Root-mean-square width of -∂f/∂E, in k_B T: 1.8138."""

STEP_WIDTH = float(LN81)
"""Width of an ideal step between 10 and 90 %, in k_B T: 4.3944."""

REACH = 40.0
"""Half of the window of a thermal average, in k_B T: exp(-40) is below rounding."""


def fermi(energy: ArrayLike, chemical_potential: ArrayLike, thermal_energy: float) -> RealArray:
    r"""Occupation :math:`f = 1 / (1 + e^{(E - \mu)/k_B T})`, shape of E and µ broadcast."""
    above = np.asarray(energy, dtype=np.float64) - np.asarray(chemical_potential)
    return logistic(-above / _positive(thermal_energy))


def thermal_kernel(
    energy: ArrayLike, chemical_potential: ArrayLike, thermal_energy: float
) -> RealArray:
    r"""Weight of each energy in a linear conductance, per unit of energy.

    .. math:: -\frac{\partial f}{\partial E}
              = \frac{1}{4 k_B T} \operatorname{sech}^2 \frac{E - \mu}{2 k_B T}

    It integrates to one.

    Returns
    -------
    real array, shape of `energy` and `chemical_potential` broadcast
    """
    f = fermi(energy, chemical_potential, thermal_energy)
    hole = fermi(-np.asarray(energy), -np.asarray(chemical_potential), thermal_energy)
    kernel: RealArray = f * hole / thermal_energy
    return kernel


def thermal_step(
    chemical_potential: ArrayLike, thresholds: ArrayLike, thermal_energy: float
) -> RealArray:
    r"""Conductance of an ideal staircase at a temperature, in e²/h per spin.

    .. math:: G(\mu) = \sum_n f(E_n; \mu) = \sum_n \frac{1}{1 + e^{(E_n - \mu)/k_B T}}

    The exact convolution of sharp steps, one at each threshold.

    Parameters
    ----------
    chemical_potential : array, shape (...)
    thresholds : array, shape (modes,)
        Energies at which a mode opens; repeat those that open several.
    thermal_energy : float
        k_B T; 0 gives the sharp staircase.

    Returns
    -------
    real array, shape (...)

    References
    ----------
    P. F. Bagwell and T. P. Orlando, Phys. Rev. B 40, 1456 (1989).
    """
    mu = np.asarray(chemical_potential, dtype=np.float64)[..., None]
    edges = np.asarray(thresholds, dtype=np.float64)
    if thermal_energy == 0:
        total: RealArray = np.asarray((mu > edges).sum(axis=-1), dtype=np.float64)
        return total
    total = np.asarray(fermi(edges, mu, thermal_energy).sum(axis=-1))
    return total


def thermal_average(
    function: Callable[[RealArray], ArrayLike],
    chemical_potential: ArrayLike,
    thermal_energy: float,
    *,
    points_per_thermal_energy: int = 20,
) -> RealArray:
    r"""Convolution :math:`\int F(E) (-\partial f/\partial E) dE` of a smooth function.

    By the trapezoidal rule, whose error for an analytic F falls exponentially with the number of
    points: the nearest poles lie at :math:`\pm i \pi k_B T` and where F has its own.

    Parameters
    ----------
    function : callable
        Maps energies of shape (n,) to values of shape (n,) or (n, ...).
    chemical_potential : array, shape (m,) or a number
    thermal_energy : float
    points_per_thermal_energy : int
        Raise it where F varies within a tenth of k_B T.

    Returns
    -------
    real array, shape of `chemical_potential` followed by that of one value of F
    """
    step = 1.0 / points_per_thermal_energy
    offsets = np.arange(-REACH, REACH + step / 2, step)
    weights = step * thermal_kernel(offsets, 0.0, 1.0)
    mu = np.atleast_1d(np.asarray(chemical_potential, dtype=np.float64))
    energies = mu[:, None] + _positive(thermal_energy) * offsets
    values = np.asarray(function(energies.ravel()), dtype=np.float64)
    values = values.reshape(*energies.shape, *values.shape[1:])
    average: RealArray = np.einsum("e,me...->m...", weights, values)
    return average if np.ndim(chemical_potential) else np.asarray(average[0])


def plateau_slope(spacing_over_thermal_energy: float) -> float:
    r"""Slope in the middle of a plateau over the average slope of an ideal staircase.

    .. math:: r = \frac{\Delta E}{2 k_B T} \operatorname{sech}^2 \frac{\Delta E}{4 k_B T}

    of the two neighboring steps. Near :math:`k_B T = \Delta E / 4` it reaches 0.84 and the
    staircase is a ramp.
    """
    half = spacing_over_thermal_energy / 2
    return float(half / np.cosh(half / 2) ** 2)


def intrinsic_thermal_energy(hbar_omega_x: float) -> float:
    r"""Thermal energy :math:`\hbar\omega_x / 2\pi` that smears a step as much as tunneling does.

    Below it, the width of a riser says nothing about the temperature.
    """
    return hbar_omega_x / (2 * np.pi)


def _positive(thermal_energy: float) -> float:
    if not thermal_energy > 0:
        raise InvalidInput(f"the thermal energy must be positive, got {thermal_energy!r}")
    return float(thermal_energy)
