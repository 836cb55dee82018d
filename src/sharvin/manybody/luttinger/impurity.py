"""One impurity in a Luttinger liquid at any temperature: exact where it can be."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.luttinger.bethe import LARGEST, bethe_conductance, half_conductance
from sharvin.manybody.luttinger.checks import luttinger_parameter, positive
from sharvin.typing import RealArray

WHOLE = 1e-9  # how close 1/K must come to an integer to be one


@dataclass(frozen=True, eq=False)
class Crossover:
    """Conductance from a weak barrier at high to a strong one at low temperature.

    Parameters
    ----------
    conductance : real array
        In e²/h, of an infinitely long wire: between 0 and K.
    method : str
        Where it comes from.
    error : float
        Largest error in e²/h: rounding where the solution is exact, and for an interpolation the
        largest deviation from the exact solutions at the neighboring K = 1/m (0.04).
    """

    conductance: RealArray
    method: str
    error: float


def impurity_conductance(
    temperature: ArrayLike, k: float, *, half_temperature: float, exact: bool = True
) -> Crossover:
    r"""Conductance of an infinite spinless wire with one impurity.

    For K = 1/m it is exact (K = 1/2 in closed form, otherwise by Bethe ansatz). In between it
    integrates a flow whose limits are exact,

    .. math:: \frac{dY}{d\Lambda} = \frac{2 (1 - Y^2)}{\gamma - Y}, \qquad
              Y = 1 - 2G, \quad \gamma = \frac{1 + K}{1 - K}, \quad \Lambda = \ln \frac1T

    for the conductance G between leads, from which the leads are taken away by
    :math:`1/G_\infty = 1/G + 1/K - 1`. Attraction, K > 1, is the mirror image:
    :math:`G_K = K - K^2 G_{1/K}`. A wire of finite length follows these laws down to
    :math:`k_B T = \hbar u / L` and no further.

    Parameters
    ----------
    temperature : array
    k : float
        K > 0, but not 1: without interaction the temperature does not matter.
    half_temperature : float
        Where G = K/2, in the same unit: scales of different theories differ by factors.
    exact : bool
        False interpolates also where an exact solution is known.

    Returns
    -------
    Crossover

    References
    ----------
    D. N. Aristov and P. Wölfle, Phys. Rev. B 80, 045109 (2009); C. L. Kane and M. P. A. Fisher,
    Phys. Rev. B 46, 15233 (1992).
    """
    parameter = luttinger_parameter(k)
    ratio = positive(temperature, "temperature") / positive(half_temperature, "half_temperature")
    if parameter == 1:
        raise InvalidInput(
            "for K = 1 an impurity transmits the same at every temperature: use its transmission"
        )
    if parameter > 1:
        dual = impurity_conductance(ratio, 1 / parameter, half_temperature=1.0, exact=exact)
        g = parameter - parameter**2 * dual.conductance
        return Crossover(g, f"dual of {dual.method}", parameter**2 * dual.error)
    m = round(1 / parameter)
    if exact and abs(m * parameter - 1) < WHOLE and m <= LARGEST:
        method = "closed form" if m == 2 else "Bethe ansatz"
        return Crossover(_exact(ratio * _half_ratio(m), m), method, 1e-9)
    return Crossover(_interpolated(ratio, parameter), "interpolating flow", _error(parameter))


def _exact(ratio: RealArray, m: int) -> RealArray:
    return half_conductance(ratio) if m == 2 else bethe_conductance(ratio, m)


@lru_cache(maxsize=32)
def _half_ratio(m: int) -> float:
    """T over T_B at which half of 1/m is left."""
    from scipy.optimize import brentq

    def excess(log: float) -> float:
        return float(_exact(np.exp(np.array([log])), m)[0]) - 0.5 / m

    return float(np.exp(brentq(excess, -8.0, 8.0, xtol=1e-13)))


def _interpolated(ratio: RealArray, k: float) -> RealArray:
    """Conductance of the infinite wire from the integrated flow, T over its half temperature."""
    gamma = (1 + k) / (1 - k)
    start = np.arctanh(1 - 2 * k / (1 + k))
    # γ u - ln cosh u = 2Λ + c for Y = tanh u; half of K is left at Λ = 0.
    target = gamma * start - _log_cosh(start) - 2 * np.log(ratio)
    u = target / gamma
    for _ in range(200):
        step = (gamma * u - _log_cosh(u) - target) / (gamma - np.tanh(u))
        u = u - step
        if np.abs(step).max(initial=0.0) < 1e-13 * (1 + np.abs(u).max(initial=0.0)):
            break
    else:
        raise Unreliable("the flow of the impurity was not solved; this is a mistake of sharvin")
    # 1/G = 1 + e^{2u} between leads, and 1/K - 1 more without them
    with np.errstate(over="ignore"):
        result: RealArray = 1 / (1 / k + np.exp(2 * u))
    return result


def _log_cosh(u: ArrayLike) -> RealArray:
    x = np.abs(np.asarray(u, dtype=np.float64))
    result: RealArray = x + np.log1p(np.exp(-2 * x)) - np.log(2)
    return result


def _error(k: float) -> float:
    """Deviation from the exact solutions on both sides of K, the larger of the two."""
    m = min(LARGEST, max(2, int(np.ceil(1 / k - WHOLE))))
    return max(_deviation(m), _deviation(max(2, m - 1)))


@lru_cache(maxsize=32)
def _deviation(m: int) -> float:
    ratio = np.exp(np.linspace(-8.0, 12.0, 401))
    exact = _exact(ratio * _half_ratio(m), m)
    return float(np.abs(_interpolated(ratio, 1 / m) - exact).max())
