"""Do residuals look like noise? Tests that can say no."""

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.typing import RealArray

FEW = 8  # signs of fewer residuals than this say nothing about runs


def runs_test(residuals: RealArray) -> float:
    r"""Probability that independent residuals change sign as rarely, or as often, as these do.

    With :math:`n_\pm` residuals of either sign the number of runs has the mean
    :math:`\mu = 2 n_+ n_-/n + 1` and the variance :math:`(\mu-1)(\mu-2)/(n-1)`.

    Parameters
    ----------
    residuals : real array, shape (n,)
        In the order of the abscissa. Residuals that are exactly zero are left out.

    Returns
    -------
    float
        Two-sided, from the normal limit; NaN for fewer than eight residuals.

    References
    ----------
    A. Wald and J. Wolfowitz, Ann. Math. Statist. 11, 147 (1940).
    """
    from scipy.special import ndtr

    positive = residuals[residuals != 0] > 0
    n = len(positive)
    if n < FEW:
        return float("nan")
    above = int(positive.sum())
    mean = 2 * above * (n - above) / n + 1
    variance = (mean - 1) * (mean - 2) / (n - 1)
    if variance <= 0:  # all of one sign (or all but one)
        return 0.0
    runs = 1 + int((positive[1:] != positive[:-1]).sum())
    # Half a run toward the mean: the count is whole, the normal limit is not.
    z = max(abs(runs - mean) - 0.5, 0.0) / np.sqrt(variance)
    return float(2 * ndtr(-z))


def chi_square_test(residuals: RealArray, sigma: RealArray, parameters: int) -> float:
    """Probability that noise of the stated size gives a sum of squares as large as this.

    Parameters
    ----------
    residuals, sigma : real array, shape (n,)
    parameters : int
        Number of fitted values.

    Returns
    -------
    float
        One-sided: small when the model misses the data or `sigma` is too small, close to one
        when `sigma` is too large. NaN when there is nothing left to test.
    """
    from scipy.special import chdtrc

    freedom = len(residuals) - parameters
    if freedom < 1:
        return float("nan")
    return float(chdtrc(freedom, float(((residuals / sigma) ** 2).sum())))


def noise_level(y: RealArray) -> float:
    r"""Standard deviation of the noise of a smooth curve sampled in order of its abscissa.

    From :math:`d_i = y_i - 2 y_{i+1} + y_{i+2}`, whose spread is :math:`\sqrt 6\,\sigma` for
    independent noise; the median of their sizes makes risers and spikes harmless.
    """
    y = np.asarray(y, dtype=np.float64)
    y = y[np.isfinite(y)]
    if len(y) < 5:
        raise InvalidInput(f"a noise level needs five finite points or more, got {len(y)}")
    second = y[:-2] - 2 * y[1:-1] + y[2:]
    median = float(np.median(np.abs(second)))
    if median == 0:  # a coarse converter repeats itself: take the mean instead
        median = float(np.mean(np.abs(second))) * 0.8453
    return float(median / (0.6744897501960817 * np.sqrt(6.0)))


def correlation_length(residuals: RealArray) -> int:
    """How many neighboring residuals move together: one for independent noise.

    The first lag at which the autocorrelation falls below two standard deviations of that of
    independent numbers.
    """
    r = residuals - residuals.mean()
    n = len(r)
    power = float(r @ r)
    if n < FEW or power == 0:
        return 1
    spectrum = np.abs(np.fft.rfft(r, 2 * n)) ** 2
    correlation = np.fft.irfft(spectrum)[:n] / power
    below = np.flatnonzero(correlation < 2 / np.sqrt(n))
    return max(1, int(below[0])) if len(below) else n // 4
