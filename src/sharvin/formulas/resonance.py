"""One level between two reservoirs."""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput
from sharvin.formulas.polygamma import trigamma
from sharvin.typing import RealArray


def breit_wigner(energy: ArrayLike, *, level: float, left: float, right: float) -> RealArray:
    r"""Transmission through one level in wide bands.

    .. math:: T = \frac{\Gamma_L \Gamma_R}{(E - \epsilon)^2 + \Gamma^2/4}, \qquad
              \Gamma = \Gamma_L + \Gamma_R

    Full width at half maximum :math:`\Gamma`; the maximum :math:`4\Gamma_L\Gamma_R/\Gamma^2` is
    one only for equal couplings. A level at the end of a chain of hopping t has
    :math:`\Gamma = 2 t_\alpha^2/t` at the band center.

    Parameters
    ----------
    energy : array
    level, left, right : float
        Energy of the level and its decay rates times ħ, in the unit of `energy`.

    References
    ----------
    G. Breit and E. Wigner, Phys. Rev. 49, 519 (1936); M. Büttiker, IBM J. Res. Dev. 32, 63 (1988).
    """
    _check_rates(left, right)
    e = np.asarray(energy, dtype=float) - level
    return left * right / (e**2 + (left + right) ** 2 / 4)


def thermal_breit_wigner(
    level: ArrayLike, *, left: float, right: float, thermal_energy: float
) -> RealArray:
    r"""Conductance of one level at a temperature, in e²/h per spin.

    .. math:: G = \frac{\Gamma_L \Gamma_R}{\Gamma} \frac{1}{\pi k_B T}\,
              \mathrm{Re}\,\psi'\!\Big(\tfrac12 + \frac{\Gamma/2 + i\epsilon}{2 \pi k_B T}\Big)

    Parameters
    ----------
    level : array
        Energy of the level from the chemical potential.
    left, right, thermal_energy : float
        In the same unit.

    References
    ----------
    C. W. J. Beenakker, Phys. Rev. B 44, 1646 (1991), for the limits.
    """
    _check_rates(left, right)
    if not thermal_energy > 0:
        raise InvalidInput(f"thermal_energy must be positive, got {thermal_energy!r}")
    total = left + right
    z = 0.5 + (total / 2 + 1j * np.asarray(level, dtype=float)) / (2 * np.pi * thermal_energy)
    g: RealArray = left * right / total / (np.pi * thermal_energy) * trigamma(z).real
    return g


def _check_rates(left: float, right: float) -> None:
    if not (left >= 0 and right >= 0 and left + right > 0):
        raise InvalidInput(
            f"decay rates must not be negative and not both zero, got {left!r} and {right!r}"
        )
