"""Plateaus of a conductance trace: where it is flat, at what value, and for how much of a step."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.typing import RealArray

FLAT = 0.01  # in units of a step: what an eye calls flat on a printed staircase
# Flat part of a step from which it is a plateau: a straight ramp, which has none, stays within
# the tolerance for 2 % of a step, and a kink in it for several.
LEAST = 0.1


@dataclass(frozen=True)
class Plateau:
    """One flat piece of a staircase.

    Parameters
    ----------
    number : int
        Which step, counted from one.
    start, stop : float
        Where the trace is flat, in the unit of its abscissa, start < stop.
    value : float
        Mean over the flat piece, in the unit of the trace.
    deviation : float
        Largest distance of the flat piece from ``number`` steps, in steps.
    share : float
        Flat part of the distance between the two neighboring risers, 0 to 1.
    """

    number: int
    start: float
    stop: float
    value: float
    deviation: float
    share: float


def find_plateaus(
    x: ArrayLike, trace: ArrayLike, *, step: float = 1.0, tolerance: float = FLAT
) -> tuple[Plateau, ...]:
    """Plateaus at whole multiples of ``step`` of a trace that rises or falls along ``x``.

    A riser is where the trace passes halfway between two multiples. Between two neighboring
    risers, the longest stretch that stays within ``tolerance`` steps of the multiple is the
    plateau, if it is at least a tenth of the way between them; a trace that ends before the next
    riser leaves its last plateau out.

    Parameters
    ----------
    x, trace : real array, shape (n,)
        Sampled points, in any order; they are joined by straight lines.
    step : float
        Height of one step, in the unit of the trace.
    tolerance : float
        In steps.
    """
    if not (step > 0 and 0 < tolerance < 0.5):
        raise InvalidInput(f"needed are step > 0 and 0 < tolerance < 1/2, got {step}, {tolerance}")
    x, g = np.asarray(x, dtype=np.float64), np.asarray(trace, dtype=np.float64) / step
    if x.ndim != 1 or x.shape != g.shape:
        raise ShapeMismatch(f"a trace needs as many values as points, got {x.shape} and {g.shape}")
    order = np.argsort(x)
    x, g = x[order], g[order]
    finite = np.isfinite(g)
    x, g = x[finite], g[finite]
    if len(x) < 2:
        return ()
    falling = g[-1] < g[0]
    if falling:
        x, g = -x[::-1], g[::-1]
    found = []
    for number in range(1, int(np.floor(g.max() + 0.5)) + 1):
        first, last = _rise(x, g, number - 0.5), _rise(x, g, number + 0.5)
        if first is None or last is None or last <= first:
            continue
        piece = _flat(x, g, number, tolerance, (first, last))
        if piece is not None and piece[1] - piece[0] >= LEAST * (last - first):
            found.append(_plateau(x, g, number, piece, last - first, step, mirrored=falling))
    return tuple(found)


def _rise(x: RealArray, g: RealArray, level: float) -> float | None:
    """Where the trace first passes ``level`` upward."""
    upward = np.flatnonzero((g[:-1] < level) & (g[1:] >= level))
    if not len(upward):
        return None
    i = int(upward[0])
    return float(x[i] + (level - g[i]) / (g[i + 1] - g[i]) * (x[i + 1] - x[i]))


def _flat(
    x: RealArray, g: RealArray, number: int, tolerance: float, between: tuple[float, float]
) -> tuple[float, float] | None:
    """Longest stretch within the tolerance, ends found by straight lines."""
    low, high = between
    grid = np.union1d(x[(x > low) & (x < high)], [low, high])
    grid = np.union1d(grid, _crossings(x, g, (number - tolerance, number + tolerance)))
    grid = grid[(grid >= low) & (grid <= high)]
    middle = (grid[1:] + grid[:-1]) / 2
    inside = np.abs(np.interp(middle, x, g) - number) <= tolerance
    best, start = None, None
    for i in range(len(inside) + 1):
        if i < len(inside) and inside[i]:
            start = i if start is None else start
        elif start is not None:
            if best is None or grid[i] - grid[start] > best[1] - best[0]:
                best = (float(grid[start]), float(grid[i]))
            start = None
    return best


def _crossings(x: RealArray, g: RealArray, levels: tuple[float, float]) -> RealArray:
    """Where straight lines between the points pass the levels."""
    found = []
    for level in levels:
        i = np.flatnonzero((g[:-1] - level) * (g[1:] - level) < 0)
        found.append(x[i] + (level - g[i]) / (g[i + 1] - g[i]) * (x[i + 1] - x[i]))
    return np.concatenate(found)


def _plateau(
    x: RealArray,
    g: RealArray,
    number: int,
    piece: tuple[float, float],
    spacing: float,
    step: float,
    *,
    mirrored: bool,
) -> Plateau:
    start, stop = piece
    inner = x[(x > start) & (x < stop)]
    places = np.concatenate(([start], inner, [stop]))
    values = np.interp(places, x, g)
    mean = float(np.trapezoid(values, places) / (stop - start))
    ends = (-stop, -start) if mirrored else (start, stop)
    return Plateau(
        number=number,
        start=ends[0],
        stop=ends[1],
        value=mean * step,
        deviation=float(np.abs(values - number).max()),
        share=(stop - start) / spacing,
    )
