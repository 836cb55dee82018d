"""A common series resistance from plateaus that scatter for reasons nobody measured."""

from dataclasses import dataclass

import numpy as np

from sharvin.typing import BoolArray, IntArray, RealArray

FAR = 4.0  # spreads of the others from which a plateau is an outlier
FLOOR = 3e-3  # relative: plateaus closer than this to the others are never outliers


@dataclass(frozen=True, eq=False)
class Series:
    """Weighted mean of R_N - quantum / N.

    Parameters
    ----------
    resistance, error : float
        In Ω; one standard deviation.
    scatter : float
        Relative spread of the plateaus beyond their noise.
    slope : (float, float)
        Slope of the line with both ends free in units of the quantum, and its error.
    outliers : tuple of int
        Numbers of plateaus left out.
    used : bool array, shape (plateaus,)
    weights : real array, shape (plateaus,)
        Zero for outliers; they sum to one.
    ideal : real array, shape (plateaus,)
        quantum / N.
    sigma : real array, shape (plateaus,)
        Noise and scatter together, Ω.
    """

    resistance: float
    error: float
    scatter: float
    slope: tuple[float, float]
    outliers: tuple[int, ...]
    used: BoolArray
    weights: RealArray
    ideal: RealArray
    sigma: RealArray

    def mean(self, ohms: RealArray) -> float:
        """R_s of other data with the same weights."""
        return float(self.weights @ (ohms - self.ideal))


def solve_series(numbers: IntArray, ohms: RealArray, errors: RealArray, quantum: float) -> Series:
    r"""R_s with :math:`\sigma_N^2 = \epsilon_N^2 + (\tau R_N)^2`, the scatter τ from the data.

    Plateaus of equal number (from several traces) share their deviation, so that the error comes
    from the spread between numbers.

    Parameters
    ----------
    numbers, ohms, errors : array, shape (plateaus,)
        N, R_N and its reading error.
    quantum : float
        h/ge² in Ω.
    """
    from scipy.stats import t

    ideal = quantum / numbers
    rest = ohms - ideal
    used = _agreeing(numbers, rest, errors, ohms)
    tau = _scatter(numbers, rest, errors, ohms, used)
    weights = np.where(used, 1.0 / (errors**2 + (tau * ohms) ** 2), 0.0)
    total = weights.sum()
    mean = float(weights @ rest / total)
    groups = np.unique(numbers[used])
    pulls = np.array([weights[numbers == n] @ (rest[numbers == n] - mean) for n in groups])
    count = len(groups)
    between = np.sqrt((pulls**2).sum() * count / max(count - 1, 1)) / total
    # Few plateaus know their own scatter badly: widen to what Student's 68 % would be.
    student = float(t.ppf(0.975, max(count - 1, 1)) / 1.96) if tau > 0 else 1.0
    error = max(float(between) * student if tau > 0 else 0.0, float(1 / np.sqrt(total)))
    slope = _free_slope(numbers[used], ohms[used], np.sqrt(1 / weights[used]), quantum)
    out = tuple(sorted({int(n) for n in numbers[~used]}))
    sigma = np.hypot(errors, tau * ohms)
    return Series(mean, error, tau, slope, out, used, weights / total, ideal, sigma)


def _agreeing(numbers: IntArray, rest: RealArray, errors: RealArray, ohms: RealArray) -> BoolArray:
    """Plateaus that lie with the others; at most a quarter may not."""
    used = np.ones(len(rest), dtype=bool)
    for _ in range(len(rest) // 4):
        weight = np.where(used, 1.0 / (errors**2 + (FLOOR * ohms) ** 2), 0.0)
        distance = np.zeros(len(rest))
        for i in np.flatnonzero(used):
            others = weight.copy()
            others[i] = 0.0
            mean = others @ rest / others.sum()
            spread = np.sqrt(others @ ((rest - mean) / ohms) ** 2 / others.sum())
            own = np.hypot(max(spread, FLOOR), errors[i] / ohms[i])
            distance[i] = abs(rest[i] - mean) / ohms[i] / own
        worst = int(np.argmax(distance))
        if distance[worst] < FAR or len(np.unique(numbers[used])) <= 3:
            break
        used[worst] = False
    return used


def _scatter(
    numbers: IntArray, rest: RealArray, errors: RealArray, ohms: RealArray, used: BoolArray
) -> float:
    """Relative scatter that brings chi² down to its mean, zero if it is there already."""
    freedom = len(np.unique(numbers[used])) - 1
    if freedom < 1:
        return 0.0
    share = int(used.sum()) - 1

    def excess(tau: float) -> float:
        weight = 1.0 / (errors[used] ** 2 + (tau * ohms[used]) ** 2)
        mean = weight @ rest[used] / weight.sum()
        return float(weight @ (rest[used] - mean) ** 2 - share)

    if excess(0.0) <= 0:
        return 0.0
    from scipy.optimize import brentq

    return float(brentq(excess, 0.0, 1.0, xtol=1e-7))


def _free_slope(
    numbers: IntArray, ohms: RealArray, sigma: RealArray, quantum: float
) -> tuple[float, float]:
    if len(np.unique(numbers)) < 3:
        return float("nan"), float("nan")
    design = np.stack([np.ones(len(ohms)), quantum / numbers], axis=1) / sigma[:, None]
    best, *_ = np.linalg.lstsq(design, ohms / sigma, rcond=None)
    covariance = np.linalg.inv(design.T @ design)
    scatter = float(((ohms / sigma - design @ best) ** 2).sum()) / (len(ohms) - 2)
    return float(best[1]), float(np.sqrt(covariance[1, 1] * max(scatter, 1.0)))
