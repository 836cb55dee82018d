"""What the numbers of Coulomb diamonds owe to edges, to degeneracy points and to each other."""

from dataclasses import dataclass

import numpy as np

from sharvin.analysis.diamond import Diamond
from sharvin.analysis.edges import Map
from sharvin.analysis.fit import Fit
from sharvin.typing import RealArray
from sharvin.units import ELEMENTARY_CHARGE

_ATTO = ELEMENTARY_CHARGE * 1e18  # e in aC


@dataclass(frozen=True, eq=False)
class Measured:
    """A diamond, and what its error is made of.

    Parameters
    ----------
    diamond : Diamond
    fit : Fit
        Of its edges.
    values : real array, shape (3,)
        Lever arm, addition energy, gate spacing.
    by_edges : real array, shape (3, 3)
        Their covariance from the noise of the edges.
    by_ends : real array, shape (3, 2)
        Their derivatives by the degeneracy points.
    edges : (real array, real array)
        Gates, and upper and lower edge.
    ends : (int, int)
        Numbers of the degeneracy points.
    """

    diamond: Diamond
    fit: Fit
    values: RealArray
    by_edges: RealArray
    by_ends: RealArray
    edges: tuple[RealArray, RealArray]
    ends: tuple[int, int]


def derived(
    found: Map, fit: Fit, ends: RealArray, errors: RealArray
) -> tuple[Diamond, RealArray, RealArray, RealArray]:
    """Energies and capacitances with errors, from slopes and degeneracy points together."""
    theta = np.concatenate([fit.estimates[:2], ends])

    def quantities(p: RealArray) -> RealArray:
        up, down, a, b = p
        alpha = up * down / (up + down)
        gate = _ATTO / (b - a)
        total = gate / alpha
        source = gate / down
        energy = 1e3 * alpha * (b - a)
        return np.array(
            [alpha, energy, up, down, gate, source, total - gate - source, total, b - a]
        )

    best = quantities(theta)
    step = 1e-6 * np.abs(np.concatenate([theta[:2], np.full(2, np.ptp(ends))]))
    rows = [
        (quantities(theta + d) - quantities(theta - d)) / (2 * s)
        for s, d in zip(step, np.diag(step), strict=True)
    ]
    jacobian = np.array(rows).T
    # Slopes follow the points at which the edges are made to start.
    by_edges = jacobian[:, :2] @ fit.covariance[:2, :2] @ jacobian[:, :2].T
    by_ends = jacobian[:, 2:] + jacobian[:, :2] @ _pull_of_ends(fit)
    spread = np.sqrt(np.diag(by_edges) + (by_ends**2) @ errors**2)
    pairs = [(float(v), float(e)) for v, e in zip(best, spread, strict=True)]
    alpha, energy, up, down, gate, source, drain, total, _ = pairs
    diamond = Diamond(
        (float(ends[0]), float(errors[0])), (float(ends[1]), float(errors[1])),
        alpha, energy, up, down, gate, source, drain, total,
        found.offset + float(fit.estimates[2]),
    )  # fmt: skip
    summed = [0, 1, 8]
    return diamond, best[summed], by_edges[np.ix_(summed, summed)], by_ends[summed]


def _pull_of_ends(fit: Fit) -> RealArray:
    """How the two slopes (mV/mV) move with the degeneracy points (V), shape (2, 2)."""
    up, down, _ = fit.estimates
    from_left, to_right, side = fit.x
    first = np.where(side > 0, up, down) * from_left <= np.where(side > 0, down, up) * to_right
    rising = first == (side > 0)
    run = side * np.where(first, from_left, to_right)
    by_slopes = np.stack([run * rising, run * ~rising, np.ones(run.size)], axis=1)
    steep = 1e3 * side * np.where(rising, up, down)
    by_ends = np.stack([-steep * first, steep * ~first], axis=1)
    pull: RealArray = -np.linalg.lstsq(by_slopes, by_ends, rcond=None)[0][:2]
    return pull


def mean_covariance(results: list[Measured], errors: RealArray) -> RealArray:
    """Covariance of means over diamonds, which share degeneracy points, and their own scatter.

    Scatter beyond what the errors explain is that of the diamonds themselves; few diamonds know it
    badly, which widens it to Student's interval.
    """
    from scipy.stats import t

    count = len(results)
    moved = np.zeros((count, 3, len(errors)))
    for one, row in zip(results, moved, strict=True):
        row[:, list(one.ends)] = one.by_ends * errors[list(one.ends)]
    noise = np.einsum("aip,bjp->abij", moved, moved)
    noise[np.arange(count), np.arange(count)] += [one.by_edges for one in results]
    covariance: RealArray = noise.mean(axis=(0, 1))
    if count < 2:
        return covariance
    alone = np.einsum("aaii->i", noise) / count
    expected = (alone - np.diag(covariance)) * count / (count - 1)
    scatter = np.var([one.values for one in results], axis=0, ddof=1)
    student = float(t.ppf(0.975, count - 1) / t.ppf(0.975, np.inf))
    covariance += np.diag(student**2 * np.maximum(scatter - expected, 0.0) / count)
    return covariance
