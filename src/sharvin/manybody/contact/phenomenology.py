"""Curves that are fitted to the 0.7 structure: they describe it and explain nothing."""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput
from sharvin.formulas.thermal import fermi
from sharvin.typing import RealArray

KONDO_EXPONENT = 0.22  # of the empirical curve for a spin 1/2


def kondo_like(temperature: ArrayLike, kondo_temperature: float) -> RealArray:
    r"""Conductance between one half and one quantum, in 2e²/h (phenomenology).

    .. math:: G = \tfrac12 + \tfrac12
              \big[1 + (2^{1/s} - 1)(T/T_K)^2\big]^{-s}, \qquad s = 0.22

    A background of 1/2 distinguishes it from the curve of a quantum dot; nothing derives it.

    Parameters
    ----------
    temperature : array
    kondo_temperature : float
        In the same unit; 0.75 is reached there.

    Returns
    -------
    real array, shape of `temperature`

    References
    ----------
    S. M. Cronenwett et al., Phys. Rev. Lett. 88, 226805 (2002).
    """
    if not kondo_temperature > 0:
        raise InvalidInput(f"the Kondo temperature must be positive, got {kondo_temperature!r}")
    t = np.asarray(temperature, dtype=np.float64) / kondo_temperature
    if (t < 0).any():
        raise InvalidInput("temperatures must not be negative")
    s = KONDO_EXPONENT
    curve: RealArray = 0.5 + 0.5 * (1 + (2 ** (1 / s) - 1) * t**2) ** -s
    return curve


def spin_gap(
    energy: ArrayLike, *, thermal_energy: float, gap_slope: float, gap: float = 0.0
) -> RealArray:
    r"""Conductance of a subband whose spins split as it fills, in 2e²/h (phenomenology).

    .. math:: G = \tfrac12 \sum_\pm f(\pm \tfrac12 \Delta - E), \qquad
              \Delta = \Delta_0 + \gamma \max(E, 0)

    The upper spin's edge runs ahead of the chemical potential while γ < 2, slower than the
    potential itself: at low temperature both spins pass soon after the threshold, and at higher
    temperature the upper one is filled only partly over a wide range, the shoulder.

    Parameters
    ----------
    energy : array
        Chemical potential from the edge of the subband.
    thermal_energy : float
        k_B T > 0.
    gap_slope : float
        γ >= 0: growth of the gap with the filling of the subband.
    gap : float
        Δ_0: a Zeeman splitting.

    Returns
    -------
    real array, shape of `energy`

    References
    ----------
    D. J. Reilly et al., Phys. Rev. Lett. 89, 246801 (2002); D. J. Reilly, Phys. Rev. B 72, 033309
    (2005).
    """
    if not gap_slope >= 0:
        raise InvalidInput(f"the slope of the gap must not be negative, got {gap_slope!r}")
    e = np.asarray(energy, dtype=np.float64)
    split = gap + gap_slope * np.maximum(e, 0.0)
    spins = [fermi(sign * split / 2, e, thermal_energy) for sign in (-1, 1)]
    total: RealArray = (spins[0] + spins[1]) / 2
    return total
