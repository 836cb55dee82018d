r"""The Kondo effect in closed form: scales, the empirical curve and the Bethe ansatz.

Widths are full widths: :math:`Γ = Γ_L + Γ_R = 2Δ`. Temperatures and energies in any one unit.
"""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput
from sharvin.typing import RealArray


def kondo_conductance(
    temperature: ArrayLike, *, kondo_temperature: float, maximum: float = 1.0, s: float = 0.22
) -> RealArray:
    r"""Empirical conductance in the Kondo regime; the curve that experiments are fitted with.

    .. math:: G(T) = G_0 \Bigl[1 + (2^{1/s} - 1) (T/T_K)^2\Bigr]^{-s}

    A fit to numerical renormalization group results for spin 1/2 (s = 0.22), good to about 1 % of
    :math:`G_0` up to several :math:`T_K`; :math:`G(T_K) = G_0/2` by construction.

    References
    ----------
    D. Goldhaber-Gordon et al., Phys. Rev. Lett. 81, 5225 (1998); T. A. Costi, A. C. Hewson and
    V. Zlatić, J. Phys.: Condens. Matter 6, 2519 (1994).
    """
    if not (kondo_temperature > 0 and s > 0):
        raise InvalidInput(f"T_K and s must be positive, got {kondo_temperature} and {s}")
    t = np.asarray(temperature, dtype=np.float64) / kondo_temperature
    curve: RealArray = maximum * (1 + (2 ** (1 / s) - 1) * t**2) ** -s
    return curve


def half_maximum_temperature(temperature: ArrayLike, conductance: ArrayLike) -> float:
    r"""Temperature at which a Kondo curve has fallen to half of its first value.

    Each point near the half says by the empirical curve where the half should be; in this, which
    hardly changes from point to point, the interpolation is linear.

    Parameters
    ----------
    temperature, conductance : array, shape (n,)
        Ascending temperatures, the first one far below T_K.

    Returns
    -------
    float
        NaN if the conductance does not pass through the half.
    """
    t = np.asarray(temperature, dtype=np.float64)
    g = np.asarray(conductance, dtype=np.float64) / np.asarray(conductance)[0]
    below = np.flatnonzero(g <= 0.5)
    if not len(below) or below[0] == 0:
        return float("nan")
    near = slice(below[0] - 1, below[0] + 1)
    s = 0.22
    implied = np.log(t[near]) + 0.5 * np.log((2 ** (1 / s) - 1) / (g[near] ** (-1 / s) - 1))
    # At the half the implied temperature is the temperature: weights by the distance to it.
    off = np.abs(implied - np.log(t[near]))
    return float(np.exp((implied[0] * off[1] + implied[1] * off[0]) / off.sum()))


def haldane_temperature(level: ArrayLike, *, interaction: float, width: float) -> RealArray:
    r"""Kondo scale of a dot whose level lies at :math:`-U < ε < 0`, in units of energy.

    .. math:: k_B T_K = \tfrac12 \sqrt{Γ U} \exp \frac{π ε (ε + U)}{Γ U}

    Parameters
    ----------
    level : array
        ε from the Fermi energy; outside of the valley the result is NaN.
    interaction, width : float
        U and the full width Γ (not Γ/2, which would change the exponent by a factor of two).

    References
    ----------
    F. D. M. Haldane, Phys. Rev. Lett. 40, 416 (1978).
    """
    if not (interaction > 0 and width > 0):
        raise InvalidInput(f"U and Γ must be positive, got {interaction} and {width}")
    e = np.asarray(level, dtype=np.float64)
    exponent = np.pi * e * (e + interaction) / (width * interaction)
    scale = 0.5 * np.sqrt(width * interaction) * np.exp(exponent)
    return np.where((e < 0) & (e > -interaction), scale, np.nan)


def symmetric_susceptibility(interaction: float, width: float) -> float:
    r"""Susceptibility of the symmetric Anderson model (ε = -U/2) at T = 0, exactly.

    .. math:: χ = \frac{χ_s(u)}{πΓ}, \quad u = \frac{2U}{πΓ}, \quad
              χ_s = \sqrt{\frac{π}{2u}}\, e^{π^2 u/8 - 1/2u} + \frac{1}{\sqrt{2πu}}
              \int \frac{e^{-x^2/2u}}{1 + (πu/2 + ix)^2}\, dx

    for a flat band of infinite width.

    Returns
    -------
    float
        In :math:`(gµ_B)^2` over the unit of energy; :math:`1/πΓ` without interaction.

    References
    ----------
    A. M. Tsvelick and P. B. Wiegmann, Adv. Phys. 32, 453 (1983); V. Zlatić and B. Horvatić, Phys.
    Rev. B 28, 6904 (1983) for the series it is checked against.
    """
    if not (interaction >= 0 and width > 0):
        raise InvalidInput(f"U >= 0 and Γ > 0 are needed, got {interaction} and {width}")
    u = 2 * interaction / (np.pi * width)
    if u < 1e-3:  # the poles of the integrand come too close; the series is exact to 1e-9 here
        return float((1 + u + (3 - np.pi**2 / 4) * u**2) / (np.pi * width))
    # The trapezoidal rule on a Gaussian times a function that is analytic in a strip of
    # half-width πu/2.
    x = np.sqrt(u) * np.linspace(-9, 9, 4001)
    integrand = np.exp(-(x**2) / (2 * u)) * (1 / (1 + (np.pi * u / 2 + 1j * x) ** 2)).real
    regular = integrand.sum() * (x[1] - x[0]) / np.sqrt(2 * np.pi * u)
    kondo = np.sqrt(np.pi / (2 * u)) * np.exp(np.pi**2 * u / 8 - 1 / (2 * u))
    return float((kondo + regular) / (np.pi * width))


def fermi_liquid_conductance(
    temperature: ArrayLike, *, fermi_liquid_temperature: float
) -> RealArray:
    r"""Conductance of the Kondo limit far below T_K, over its value at T = 0.

    .. math:: G/G_0 = 1 - \frac{π^4}{16} \Bigl(\frac{T}{T_L}\Bigr)^2, \qquad T_L = \frac{1}{4χ(0)}

    References
    ----------
    P. Nozières, J. Low Temp. Phys. 17, 31 (1974).
    """
    t = np.asarray(temperature, dtype=np.float64) / fermi_liquid_temperature
    return np.asarray(1 - np.pi**4 / 16 * t**2)


def friedel_conductance(occupation: ArrayLike) -> RealArray:
    r"""Conductance at T = 0 of one spin with so many electrons, :math:`\sin^2(π n_σ)`, in e²/h.

    For equal couplings; otherwise times :math:`4Γ_LΓ_R/Γ^2`.

    References
    ----------
    D. C. Langreth, Phys. Rev. 150, 516 (1966); L. I. Glazman and M. E. Raikh, JETP Lett. 47, 452
    (1988); T. K. Ng and P. A. Lee, Phys. Rev. Lett. 61, 1768 (1988).
    """
    return np.asarray(np.sin(np.pi * np.asarray(occupation, dtype=np.float64)) ** 2)
