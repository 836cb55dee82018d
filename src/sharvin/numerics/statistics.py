r"""Numbers from samples, each with its standard error; the samples run along the first axis.

Samples are taken as independent of one another; whatever else an array holds (energies, fields,
channels of one sample) need not be, since errors only ever compare whole samples. Moments come
from :class:`Moments`, which can be added up in parts; everything else that is not a plain mean
gets its error from a jackknife over groups of samples.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.typing import RealArray

GROUPS = 32  # of a jackknife: an error of an error of 1/sqrt(2 * 31), 13 %


@dataclass(frozen=True, eq=False)
class Moments:
    r"""Count, mean and sums of central powers of samples; parts of an ensemble add up.

    Parameters
    ----------
    count : int
    mean : real array
    m2, m3, m4 : real array
        :math:`\sum_i (x_i - \bar x)^p`, of the shape of `mean`.

    References
    ----------
    P. Pébay, Sandia report SAND2008-6212 (2008), for the sum of two parts.
    """

    count: int
    mean: RealArray
    m2: RealArray
    m3: RealArray
    m4: RealArray

    @classmethod
    def of(cls, samples: RealArray) -> "Moments":
        """Moments of samples, shape (samples, ...)."""
        samples = np.asarray(samples, dtype=float)
        mean = samples.mean(axis=0)
        off = samples - mean
        m2, m3, m4 = ((off**p).sum(axis=0) for p in (2, 3, 4))
        return cls(len(samples), mean, m2, m3, m4)

    def __add__(self, other: "Moments") -> "Moments":
        n, m, total = self.count, other.count, self.count + other.count
        step = other.mean - self.mean
        share, pair = m / total, n * m / total
        m2 = self.m2 + other.m2 + step**2 * pair
        m3 = self.m3 + other.m3 + step**3 * pair * (n - m) / total
        m3 = m3 + 3 * step * (n * other.m2 - m * self.m2) / total
        m4 = self.m4 + other.m4 + step**4 * pair * (n * n - n * m + m * m) / total**2
        m4 = m4 + 6 * step**2 * (n * n * other.m2 + m * m * self.m2) / total**2
        m4 = m4 + 4 * step * (n * other.m3 - m * self.m3) / total
        return Moments(total, self.mean + step * share, m2, m3, m4)

    @property
    def variance(self) -> RealArray:
        """Unbiased variance."""
        return self.m2 / max(self.count - 1, 1)

    @property
    def mean_error(self) -> RealArray:
        """Standard error of the mean."""
        error: RealArray = np.sqrt(self.variance / self.count)
        return error

    @property
    def variance_error(self) -> RealArray:
        r"""Standard error of the variance, :math:`\sqrt{(\mu_4 - \sigma^4 (n-3)/(n-1)) / n}`."""
        n = self.count
        fourth = self.m4 / n
        spread = (fourth - self.variance**2 * (n - 3) / max(n - 1, 1)) / n
        error: RealArray = np.sqrt(np.maximum(spread, 0.0))
        return error

    @property
    def skewness(self) -> RealArray:
        """Third central moment over the variance to the power 3/2; NaN where nothing varies."""
        return _over(np.sqrt(self.count) * self.m3, self.m2**1.5)

    @property
    def kurtosis(self) -> RealArray:
        """Fourth central moment over the squared variance, less the 3 of a normal one."""
        return _over(self.count * self.m4, self.m2**2) - 3


def _over(a: RealArray, b: RealArray) -> RealArray:
    b = np.asarray(b, dtype=float)
    quotient: RealArray = np.divide(a, b, out=np.full(b.shape, np.nan), where=b > 0)
    return quotient


def jackknife(
    statistic: Callable[..., RealArray], *samples: RealArray, groups: int = GROUPS
) -> tuple[RealArray, RealArray]:
    """A statistic of samples, and its standard error from leaving out one group after another.

    Parameters
    ----------
    statistic : callable
        ``statistic(*samples)`` returns an array of any shape.
    *samples : real array, shape (samples, ...)
        One or several arrays whose samples belong together.
    groups : int
        Fewer where there are fewer samples.

    References
    ----------
    B. Efron, Ann. Statist. 7, 1 (1979).
    """
    count = len(samples[0])
    check_count(count)
    groups = min(groups, count)
    edges = np.linspace(0, count, groups + 1).round().astype(int)
    whole = np.asarray(statistic(*samples), dtype=float)
    without = []
    for start, stop in pairwise(edges):
        kept = [np.concatenate([x[:start], x[stop:]]) for x in samples]
        without.append(np.asarray(statistic(*kept), dtype=float))
    left = np.array(without)
    error = np.sqrt((groups - 1) / groups * ((left - left.mean(axis=0)) ** 2).sum(axis=0))
    return whole, error


def check_count(count: int) -> None:
    """Refuse fewer than two samples, of which no error can be told."""
    if count < 2:
        raise InvalidInput(
            f"{count} sample{'' if count == 1 else 's'} cannot tell a standard error; "
            "at least 2 are needed"
        )


def ratio(a: RealArray, b: RealArray) -> tuple[RealArray, RealArray]:
    r"""Ratio of means :math:`\langle a\rangle / \langle b\rangle`, and its standard error.

    To first order of the two means' errors, their correlation included: never the mean of ratios,
    which weights samples by one over b.
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    check_count(len(a))
    value = a.mean(axis=0) / b.mean(axis=0)
    off = (a - a.mean(axis=0)) - value * (b - b.mean(axis=0))
    error = np.sqrt((off**2).sum(axis=0) / (len(a) * (len(a) - 1))) / np.abs(b.mean(axis=0))
    return value, error


def quantiles(samples: RealArray, levels: Sequence[float]) -> tuple[RealArray, RealArray]:
    r"""Quantiles and their standard errors, shape (levels, ...).

    The error is half the distance of the two order statistics that lie one standard deviation
    :math:`\sqrt{n p (1-p)}` of the binomial count away: no shape of the distribution is assumed.
    """
    samples = np.asarray(samples, dtype=float)
    n = len(samples)
    check_count(n)
    p = np.asarray(levels, dtype=float)
    if p.ndim != 1 or not ((p > 0) & (p < 1)).all():
        raise InvalidInput(f"quantile levels lie between 0 and 1, got {levels!r}")
    spread = np.sqrt(p * (1 - p) / n)
    value = np.quantile(samples, p, axis=0)
    high = np.quantile(samples, np.minimum(p + spread, 1), axis=0)
    low = np.quantile(samples, np.maximum(p - spread, 0), axis=0)
    return value, (high - low) / 2


def histogram(samples: RealArray, edges: RealArray) -> tuple[RealArray, RealArray]:
    """Numbers per sample and unit length in each bin, and their standard errors.

    Parameters
    ----------
    samples : real array, shape (samples, ...)
        All further axes are counted together: the eigenvalues of one sample, say, whose repulsion
        makes the errors smaller than those of independent numbers. NaN is not counted.
    edges : real array, shape (bins + 1,)
        The last bin includes its upper edge.

    Returns
    -------
    density, error : real array, shape (bins,)
        The sum of density times bin width is the mean number per sample that lies within the edges.
    """
    edges = np.asarray(edges, dtype=float)
    if edges.ndim != 1 or len(edges) < 2 or not (np.diff(edges) > 0).all():
        raise InvalidInput("bins need at least two ascending edges")
    flat = np.asarray(samples, dtype=float).reshape(len(samples), -1)
    check_count(len(flat))
    place = np.searchsorted(edges, flat, side="right") - 1
    place[flat == edges[-1]] = len(edges) - 2
    inside = (place >= 0) & (place < len(edges) - 1) & np.isfinite(flat)
    bins = len(edges) - 1
    rows = np.broadcast_to(np.arange(len(flat))[:, None], flat.shape)
    counts = np.bincount((rows * bins + place)[inside], minlength=len(flat) * bins)
    moments = Moments.of(counts.reshape(len(flat), bins).astype(float))
    width = np.diff(edges)
    return moments.mean / width, moments.mean_error / width


def correlation(samples: RealArray, steps: int | None = None) -> tuple[RealArray, RealArray]:
    r"""Correlation function along the second axis, and its standard error.

    .. math:: C_k = \frac{1}{m - k} \sum_{j} \langle \delta x_j\, \delta x_{j+k} \rangle,
              \qquad \delta x_j = x_j - \langle x_j \rangle

    Parameters
    ----------
    samples : real array, shape (samples, m)
        On an equidistant grid of m points; the mean over samples is taken at each point apart.
    steps : int, optional
        Largest k; by default m - 1.
    """
    samples = np.asarray(samples, dtype=float)
    most = samples.shape[1] - 1 if steps is None else min(int(steps), samples.shape[1] - 1)
    return jackknife(lambda x: autocovariance(x, most), samples)


def autocovariance(samples: RealArray, steps: int) -> RealArray:
    """Covariance of points k apart, k = 0 ... steps, shape (steps + 1,)."""
    off = samples - samples.mean(axis=0)
    free = len(samples) / (len(samples) - 1)  # the mean is that of the same samples
    m = off.shape[1]
    return np.array([free * (off[:, : m - k] * off[:, k:]).mean() for k in range(steps + 1)])


def half_width(samples: RealArray, spacing: float) -> tuple[float, float]:
    """Shift at which the correlation along the second axis falls to half, and its error.

    NaN where it does not fall so far within the grid.
    """
    samples = np.asarray(samples, dtype=float)

    def width(x: RealArray) -> RealArray:
        curve = autocovariance(x, x.shape[1] - 1)
        below = np.flatnonzero(curve < curve[0] / 2)
        if not len(below):
            return np.array(np.nan)
        k = int(below[0])
        return np.array(k - (curve[0] / 2 - curve[k]) / (curve[k - 1] - curve[k]))

    value, error = jackknife(width, samples)
    return float(value) * spacing, float(error) * spacing
