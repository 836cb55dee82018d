"""Conductance through an impurity for K = 1/m, exactly: thermodynamic Bethe ansatz."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.luttinger.checks import positive
from sharvin.typing import RealArray

LOWEST, HIGHEST, STEP = -45.0, 7.0, 0.04  # rapidities; exp(-exp(7)) is zero
LARGEST = 8  # the kernel of larger m is narrower than the grid resolves
ACCURACY = 1e-12
MOST_ITERATIONS = 2000


def half_conductance(ratio: ArrayLike) -> RealArray:
    r"""Exact conductance for K = 1/2, in e²/h (formula).

    .. math:: G = \tfrac12 \big[1 - x\, \psi'(\tfrac12 + x)\big], \qquad
              x = \frac{T_B}{2\pi T}

    Parameters
    ----------
    ratio : array
        T over T_B.

    Returns
    -------
    real array, shape of `ratio`

    References
    ----------
    C. L. Kane and M. P. A. Fisher, Phys. Rev. B 46, 15233 (1992); U. Weiss, R. Egger and
    M. Sassetti, Phys. Rev. B 52, 16707 (1995).
    """
    from scipy.special import polygamma

    x = 1 / (2 * np.pi * positive(ratio, "T / T_B"))
    # 1 - x ψ'(1/2 + x) cancels for large x: its asymptotic series takes over.
    series = 1 / (12 * x**2) - 7 / (240 * x**4) + 31 / (1344 * x**6)
    result: RealArray = 0.5 * np.where(x > 200, series, 1 - x * polygamma(1, 0.5 + x))
    return result


def bethe_conductance(ratio: ArrayLike, m: int) -> RealArray:
    r"""Exact conductance of a spinless liquid with K = 1/m and one impurity, in e²/h.

    .. math:: G = \int \Big(-\frac{\partial f_+}{\partial \theta}\Big)
              \frac{d\theta}{1 + e^{-2(m-1)(\theta - \ln T_B/T)}}, \qquad
              f_+ = \frac{1}{1 + e^{\epsilon_+}}

    where ε solves the thermodynamic Bethe ansatz of the sine-Gordon model at its reflectionless
    points: kinks ±, and m - 2 breathers. G runs from 1/m at high temperature to zero as
    :math:`T^{2m-2}`.

    Parameters
    ----------
    ratio : array
        T over T_B, the scale of the impurity.
    m : int
        2 to 8.

    Returns
    -------
    real array, shape of `ratio`

    Raises
    ------
    InvalidInput
        For other m; `impurity_conductance` interpolates between them.

    References
    ----------
    P. Fendley, A. W. W. Ludwig and H. Saleur, Phys. Rev. B 52, 8934 (1995).
    """
    if not (isinstance(m, int | np.integer) and 2 <= m <= LARGEST):
        raise InvalidInput(
            f"the Bethe ansatz is for K = 1/m with m an integer from 2 to {LARGEST}, got m = {m!r};"
            " impurity_conductance takes any K"
        )
    place = -np.log(positive(ratio, "T / T_B"))
    theta, filling = _kinks(int(m))
    rate = m - 1
    # By parts: the derivative falls on the transmission, whose form is known.
    offset = rate * (theta - np.clip(place, LOWEST + 5, None)[..., None])
    weight = np.exp(-2 * np.abs(offset))
    kernel = 2 * rate * weight / (1 + weight) ** 2
    result: RealArray = STEP * (kernel @ filling)
    return result


@lru_cache(maxsize=32)
def _kinks(m: int) -> tuple[RealArray, RealArray]:
    """Rapidities and the filling of kinks there, shape (rapidities,)."""
    theta = np.arange(LOWEST, HIGHEST + STEP / 2, STEP)
    masses = np.append(2 * np.sin(np.arange(1, m - 1) * np.pi / (2 * (m - 1))), 1.0)
    # Both kinks are alike: one node stands for two where the last breather looks at it.
    links = np.zeros((m - 1, m - 1))
    for j in range(m - 2):
        links[j, j + 1] = 2.0 if j == m - 3 else 1.0
        links[j + 1, j] = 1.0
    drive = masses[:, None] * np.exp(theta)
    levels = np.append(np.arange(1, m - 1) * np.arange(3, m + 1), m - 1.0)
    delta = np.log(levels)[:, None] * (theta < 0) + 0.0 * drive
    if m == 2:
        delta = np.zeros_like(drive)
    delta = _solved(delta, drive, links, m - 1) if m > 2 else delta
    with np.errstate(over="ignore"):
        filling: RealArray = 1 / (1 + np.exp(delta[-1] + drive[-1]))
    return theta, filling


def _solved(delta: RealArray, drive: RealArray, links: RealArray, rate: int) -> RealArray:
    r"""Solution for :math:`\delta = \epsilon - m e^\theta`, shape (nodes, rapidities).

    .. math:: \delta_a = \sum_b N_{ab}\, \phi * \big(\ln(1 + e^{\epsilon_b}) - m_b e^\theta\big)
    """
    from scipy import fft

    n = delta.shape[1]
    reach = int(np.ceil(40 / rate / STEP))
    kernel = STEP * rate / (2 * np.pi * np.cosh(rate * STEP * np.arange(-reach, reach + 1)))
    size = fft.next_fast_len(n + 4 * reach, real=True)
    spectrum = fft.rfft(kernel, size)
    for _ in range(MOST_ITERATIONS):
        # ln(1 + e^ε) - m e^θ without a cancellation
        source = delta + np.logaddexp(0.0, -(delta + drive))
        # To the left everything stays as it is at the edge, to the right nothing is left.
        padded = np.concatenate((np.repeat(source[:, :1], reach, axis=1), source), axis=1)
        folded = fft.irfft(fft.rfft(padded, size) * spectrum, size)[:, 2 * reach : 2 * reach + n]
        new = links @ folded
        change = float(np.abs(new - delta).max())
        delta = new
        if change < ACCURACY:
            return delta
    raise Unreliable(f"the Bethe ansatz did not converge: {change:.1e} is left")
