"""Cubic Hermite interpolation of several columns at once, with two rules for the slopes."""

import numpy as np

from sharvin.typing import IntArray, RealArray


def mean_slopes(x: RealArray, y: RealArray) -> RealArray:
    """Slopes at the samples of the parabola through each and its neighbors: linear in y."""
    if len(x) < 3:
        return np.gradient(y, x, axis=0) if len(x) == 2 else np.zeros_like(y)
    slopes: RealArray = np.gradient(y, x, axis=0, edge_order=2)
    return slopes


def limited_slopes(x: RealArray, y: RealArray) -> RealArray:
    """Slopes that make the interpolation monotonic wherever the samples are.

    References
    ----------
    F. N. Fritsch and J. Butland, SIAM J. Sci. Stat. Comput. 5, 300 (1984).
    """
    if len(x) < 3:
        return mean_slopes(x, y)
    step = np.diff(x)[:, None]
    secant = np.diff(y, axis=0) / step
    before, after = secant[:-1], secant[1:]
    w1, w2 = 2 * step[1:] + step[:-1], step[1:] + 2 * step[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        harmonic = (w1 + w2) / (w1 / before + w2 / after)
    slopes = np.empty_like(y)
    slopes[1:-1] = np.where(before * after > 0, harmonic, 0.0)
    slopes[0], slopes[-1] = secant[0], secant[-1]
    return slopes


def hermite(
    x: RealArray, y: RealArray, slopes: RealArray, points: RealArray, gaps: IntArray | None = None
) -> RealArray:
    """Cubic Hermite interpolation, shape (rows of points, points, columns of y).

    Row i of `points` lies in gap ``gaps[i]`` (by default gap i) of `x`.
    """
    gaps = np.arange(len(points)) if gaps is None else gaps
    step = (x[gaps + 1] - x[gaps])[:, None]
    t = ((points - x[gaps][:, None]) / step)[..., None]
    step = step[..., None]
    low, high = y[gaps][:, None], y[gaps + 1][:, None]
    tangent_low, tangent_high = slopes[gaps][:, None] * step, slopes[gaps + 1][:, None] * step
    curve: RealArray = (
        low
        + t * tangent_low
        + t**2 * (3 * (high - low) - 2 * tangent_low - tangent_high)
        + t**3 * (2 * (low - high) + tangent_low + tangent_high)
    )
    return curve
