"""Errors from resampled residuals: no linearization, no normal distribution."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sharvin.analysis.residuals import correlation_length
from sharvin.errors import InvalidInput, SharvinError, UnknownName, Unreliable
from sharvin.typing import RealArray

LOST = 0.2  # share of failed repetitions above which what is left is a selection


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """Fits of resampled data.

    Parameters
    ----------
    names : tuple of str
    samples : real array, shape (repetitions, parameters)
        Only those that converged.
    failed : int
        How many did not.
    block : int
        Residuals were moved in blocks of this length.
    """

    names: tuple[str, ...]
    samples: RealArray
    failed: int
    block: int

    @property
    def errors(self) -> dict[str, float]:
        """Standard deviation by name."""
        return dict(zip(self.names, self.samples.std(axis=0, ddof=1).tolist(), strict=True))

    @property
    def covariance(self) -> RealArray:
        """Covariance of the samples, shape (parameters, parameters)."""
        matrix: RealArray = np.atleast_2d(np.cov(self.samples, rowvar=False))
        return matrix

    def interval(self, name: str, level: float = 0.95) -> tuple[float, float]:
        """Percentiles that leave out equal shares at both ends."""
        if name not in self.names:
            raise UnknownName.among("fitted value", name, self.names)
        column = self.samples[:, self.names.index(name)]
        low, high = np.quantile(column, [0.5 - level / 2, 0.5 + level / 2])
        return float(low), float(high)


def resample(
    names: tuple[str, ...],
    fitted: RealArray,
    residuals: RealArray,
    refit: Callable[[RealArray], RealArray],
    count: int,
    *,
    seed: int,
) -> Bootstrap:
    """Repeat a fit on ``fitted`` plus residuals drawn in blocks with replacement.

    Blocks as long as the residuals are correlated keep that correlation. Residuals are centered
    and widened by sqrt(n/(n - p)), as p parameters have taken their share of them.

    References
    ----------
    H. R. Künsch, Ann. Statist. 17, 1217 (1989).
    """
    if count < 2:
        raise InvalidInput(f"a bootstrap needs two repetitions or more, got {count}")
    flat, n = residuals.ravel() - residuals.mean(), residuals.size
    flat = flat * np.sqrt(n / max(n - len(names), 1))
    block = correlation_length(flat)
    rng = np.random.default_rng(seed)
    blocks = -(-n // block)
    samples = []
    for _ in range(count):
        first = rng.integers(0, n - block + 1, blocks)
        drawn = flat[(first[:, None] + np.arange(block)).ravel()[:n]]
        try:
            samples.append(refit(fitted + drawn.reshape(fitted.shape)))
        except SharvinError:
            continue
    failed = count - len(samples)
    if failed > LOST * count:
        raise Unreliable(
            f"{failed} of {count} repetitions of the fit failed: its error cannot be had from "
            "resampling; use the covariance, or data with less noise"
        )
    return Bootstrap(names, np.array(samples), failed, block)
