"""The smooth barrier 1/cosh², which is solvable at every energy."""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.formulas.logistic import logistic
from sharvin.typing import RealArray


def cosh_barrier(
    energy: ArrayLike, *, height: float, length: float, hbar2_over_2m: float = 1.0
) -> RealArray:
    r"""Transmission through :math:`V(x) = V_0 / \cosh^2(x/\ell)` in one dimension, exactly.

    .. math:: T = \frac{\sinh^2 \pi k\ell}{\sinh^2 \pi k\ell +
              \cosh^2 \big(\tfrac{\pi}{2} \sqrt{4 V_0 \ell^2/c - 1}\big)}, \qquad
              k^2 = E/c, \quad c = \frac{\hbar^2}{2m}

    For :math:`4 V_0 \ell^2 < c` the cosh turns into a cosine. A separable contact has one such T
    per mode, with E counted from the bottom of the mode.

    Parameters
    ----------
    energy : array
        Kinetic energy far away; T = 0 where it is not positive.
    height : float
        V_0, in the unit of `energy`; positive.
    length : float
        ℓ.
    hbar2_over_2m : float
        ħ²/2m in the unit of energy times length²; 1 in lattice units with t = a = 1.

    Returns
    -------
    real array, shape of `energy`

    References
    ----------
    L. D. Landau and E. M. Lifshitz, Quantum Mechanics, §25, problem 4; C. Eckart, Phys. Rev. 35,
    1303 (1930).
    """
    e = np.asarray(energy, dtype=np.float64)
    # Differences of logarithms: sinh and cosh themselves overflow for long barriers.
    wave = np.pi * np.sqrt(np.maximum(e, 0.0) / hbar2_over_2m) * length
    with np.errstate(divide="ignore"):
        log_sinh = wave + np.log(-np.expm1(-2 * wave)) - np.log(2.0)
    strength = 4 * height * length**2 / hbar2_over_2m - 1
    if strength >= 0:
        angle = np.pi / 2 * np.sqrt(strength)
        log_cosh = np.logaddexp(angle, -angle) - np.log(2.0)
    else:
        log_cosh = np.log(np.abs(np.cos(np.pi / 2 * np.sqrt(-strength))))
    return logistic(2 * (log_sinh - log_cosh))


def cosh_curvature(*, height: float, length: float, hbar2_over_2m: float = 1.0) -> float:
    r"""Energy :math:`\hbar\omega_x = 2 \sqrt{V_0 c} / \ell` of the saddle at the barrier's top."""
    return float(2 * np.sqrt(height * hbar2_over_2m) / length)
