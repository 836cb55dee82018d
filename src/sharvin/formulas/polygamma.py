"""Second and third derivative of ln Γ at complex arguments, whole arrays at once."""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.typing import ComplexArray

_SHIFT = 10  # steps of the recurrence after which the asymptotic series has all digits
# Bernoulli numbers B_2 ... B_14 of that series.
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)


def trigamma(z: ArrayLike) -> ComplexArray:
    r""":math:`\psi'(z) = \sum_k (z + k)^{-2}` for Re z > 0."""
    return trigamma_and_slope(z)[0]


def trigamma_and_slope(z: ArrayLike) -> tuple[ComplexArray, ComplexArray]:
    r"""First and second derivative of the digamma function, :math:`\psi'(z)` and :math:`\psi''(z)`.

    .. math:: \psi'(z) = \sum_{k=0}^{\infty} \frac{1}{(z + k)^2}

    Parameters
    ----------
    z : complex array
        With a positive real part.

    References
    ----------
    M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 6.4.10-6.4.13.
    """
    z = np.asarray(z, dtype=np.complex128)
    first, second = np.zeros_like(z), np.zeros_like(z)
    for k in range(_SHIFT):
        inverse = 1 / (z + k)
        square = inverse * inverse
        first += square
        second -= 2 * inverse * square
    y = 1 / (z + _SHIFT)
    s = y * y
    first += y + s / 2
    second -= s + y * s
    power = y * s
    for order, number in enumerate(_BERNOULLI, start=1):
        first += number * power
        second -= (2 * order + 1) * number * (power * y)
        power *= s
    return first, second
