"""Power laws of Luttinger liquids with one charge mode and any number of neutral ones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput
from sharvin.manybody.luttinger.checks import flavor_count, luttinger_parameter, positive
from sharvin.typing import RealArray


@dataclass(frozen=True)
class Exponents:
    r"""Exponents of temperature (or voltage, or energy).

    Parameters
    ----------
    weak : float
        Reduction of the conductance by a weak impurity, :math:`\delta G \propto -T^{2(K-1)/N}`.
    strong : float
        Conductance through a strong barrier, :math:`G \propto T^{2(1/K-1)/N}`.
    end : float
        Tunneling density of states at the end of a wire, :math:`(1/K - 1)/N`.
    bulk : float
        The same far from the ends, :math:`(K + 1/K - 2)/2N`.
    """

    weak: float
    strong: float
    end: float
    bulk: float


def exponents(k: float, *, flavors: int = 1) -> Exponents:
    """All four (formula).

    Parameters
    ----------
    k : float
        Of the charge mode; the neutral modes have K = 1.
    flavors : int
        N: 1 without spin, 2 with it, 4 in a carbon nanotube (spin and valley).

    References
    ----------
    C. L. Kane and M. P. A. Fisher, Phys. Rev. B 46, 15233 (1992); M. Bockrath et al., Nature 397,
    598 (1999).

    Examples
    --------
    >>> e = exponents(0.7)
    >>> round(e.weak, 4), round(e.strong, 4), round(e.end, 4), round(e.bulk, 4)
    (-0.6, 0.8571, 0.4286, 0.0643)
    """
    parameter, n = luttinger_parameter(k), flavor_count(flavors)
    end = (1 / parameter - 1) / n
    bulk = (parameter + 1 / parameter - 2) / (2 * n)
    return Exponents(2 * (parameter - 1) / n, 2 * end, end, bulk)


def tunneling_dos(
    energy: ArrayLike, thermal_energy: float, exponent: float, bandwidth: float
) -> RealArray:
    r"""Tunneling density of states over that of free electrons (formula).

    .. math:: \frac{\rho}{\rho_0} = \frac1\pi \Big(\frac{2\pi k_B T}{D}\Big)^{\alpha}
              \cosh \frac{E}{2 k_B T}\,
              \Big|\Gamma\Big(\frac{1+\alpha}{2} + \frac{iE}{2\pi k_B T}\Big)\Big|^2

    which is :math:`|E/D|^\alpha` far above the temperature.

    Parameters
    ----------
    energy : array
        From the chemical potential.
    thermal_energy : float
        k_B T > 0.
    exponent : float
        α > -1, for example ``exponents(k).end``.
    bandwidth : float
        D, the energy below which electrons interact like this.

    Returns
    -------
    real array, shape of `energy`

    References
    ----------
    K. A. Matveev and L. I. Glazman, Phys. Rev. Lett. 70, 990 (1993); M. Bockrath et al., Nature
    397, 598 (1999).
    """
    from scipy.special import loggamma

    kt, top = float(positive(thermal_energy, "thermal energy")), positive(bandwidth, "bandwidth")
    if not exponent > -1:
        raise InvalidInput(f"the exponent must be larger than -1, got {exponent!r}")
    e = np.abs(np.asarray(energy, dtype=np.float64))
    gamma = 2 * loggamma((1 + exponent) / 2 + 1j * e / (2 * np.pi * kt)).real
    # In logarithms: cosh overflows where the Gamma function underflows.
    cosh = e / (2 * kt) + np.log1p(np.exp(-e / kt)) - np.log(2)
    result: RealArray = np.exp(exponent * np.log(2 * np.pi * kt / top) + cosh + gamma) / np.pi
    return result
