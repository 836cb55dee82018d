"""Flat pieces of a noisy staircase, found without being told how many or where."""

from dataclasses import dataclass

import numpy as np

from sharvin.analysis.residuals import noise_level
from sharvin.typing import IntArray, RealArray

GRID = 2000  # points of the even grid; more than a gate sweep resolves
CLEAR = 5.0  # a riser is this many times steeper than the noise of the slope
DIP = 0.4  # on a plateau the slope is below this share of that of the risers beside it
END = 0.3  # a piece at an end of the trace counts from this share of the spacing of risers
WINDOW = 0.3  # of the spacing of risers: length over which a plateau is read


@dataclass(frozen=True)
class Reading:
    """A flat piece and its height.

    Parameters
    ----------
    place, start, stop : float
        Where the slope is smallest, and the flat piece around it, in the unit of the abscissa.
    value, error : float
        Mean over the window around `place`, and its error: noise, and a third of the change
        along the window.
    """

    place: float
    start: float
    stop: float
    value: float
    error: float


def flat_pieces(x: RealArray, y: RealArray) -> tuple[tuple[Reading, ...], RealArray]:
    """Flat pieces between risers of the same sense, by height, and the places of the risers.

    A riser is a maximum of the slope that stands out of its noise; a piece is flat when between
    two risers the slope falls to a small share of theirs. Extrema are therefore no plateaus, nor
    is anything on a ramp.

    Parameters
    ----------
    x, y : real array, shape (points,)
        Finite, x rising; y rises with x on the whole (mirror it otherwise).
    """
    grid, even, sigma = _even(x, y)
    if sigma is None:
        return (), np.empty(0)
    slope, noise, width = _slope(even, sigma)
    risers = _risers(slope, noise, width)
    if not len(risers):
        return (), np.empty(0)
    step = grid[1] - grid[0]
    spacing = float(np.median(np.diff(risers))) if len(risers) > 1 else len(grid) / 4
    window = max(int(WINDOW * spacing / 2), 2)
    fine = _line_slope(even, max(window, 2))
    fine_noise = sigma * np.sqrt(12.0 / (2 * window + 1) ** 3)
    edges = [0, *risers.tolist(), len(grid) - 1]
    found = []
    for i in range(len(edges) - 1):
        inner = 0 < i < len(edges) - 2
        low, high = edges[i], edges[i + 1]
        beside = [slope[r] for r in (low, high) if r in risers]
        long_enough = inner or high - low > END * spacing + window
        limit = DIP * min(beside) if inner else DIP / 2 * min(beside)
        piece = _flattest(fine, low, high, window, limit) if long_enough else None
        if piece is None or min(beside) - fine[piece[0]] < 4 * fine_noise:
            continue
        found.append(_reading(grid, even, sigma, piece, window, step))
    return tuple(found), grid[risers]


def _even(x: RealArray, y: RealArray) -> tuple[RealArray, RealArray, float | None]:
    """Even grid of at most as many points as there are, averaged, and the noise on it."""
    count = int(min(len(x), GRID))
    if count < 16 or np.ptp(y) == 0:
        return x, y, None
    grid = np.linspace(x[0], x[-1], count)
    bins = np.clip(np.rint((x - x[0]) / (grid[1] - grid[0])).astype(int), 0, count - 1)
    hits = np.bincount(bins, minlength=count)
    sums = np.bincount(bins, weights=y, minlength=count)
    filled = hits > 0
    even = np.interp(grid, grid[filled], sums[filled] / hits[filled])
    sigma = noise_level(y) / np.sqrt(max(len(x) / count, 1.0))
    return grid, even, sigma


def _line_slope(even: RealArray, half: int) -> RealArray:
    """Slope per point of straight lines through 2 half + 1 points around each."""
    offsets = np.arange(-half, half + 1)
    kernel = offsets / (offsets**2).sum()
    padded = np.concatenate(
        [2 * even[0] - even[half:0:-1], even, 2 * even[-1] - even[-2 : -half - 2 : -1]]
    )
    slope: RealArray = np.correlate(padded, kernel, mode="valid")
    return slope


def _slope(even: RealArray, sigma: float) -> tuple[RealArray, float, int]:
    """Slope with the narrowest window in which risers stand out, and its noise and half width."""
    half = max(2, len(even) // 200)
    while True:
        slope = _line_slope(even, half)
        noise = sigma * np.sqrt(12.0 / (2 * half + 1) ** 3)
        if np.quantile(slope, 0.95) > 2 * CLEAR * noise or half > len(even) // 16:
            return slope, float(noise), half
        half = int(np.ceil(half * 1.3))


def _risers(slope: RealArray, noise: float, width: int) -> IntArray:
    """Indices of the maxima of the slope."""
    from scipy.signal import find_peaks

    top = float(np.quantile(slope, 0.97))
    clear = max(CLEAR * noise, 0.25 * top)
    padded = np.concatenate([[0.0], slope, [0.0]])
    peaks, _ = find_peaks(padded, height=clear, prominence=clear, distance=max(2 * width, 2))
    places: IntArray = peaks - 1
    return places


def _flattest(
    slope: RealArray, low: int, high: int, window: int, limit: float
) -> tuple[int, int, int] | None:
    """Where the slope is smallest in size between two risers, and the flat piece around it."""
    first, last = (
        low + (window if low == 0 else 1),
        high - window if high == len(slope) - 1 else high,
    )
    inside = np.abs(slope[first:last])
    if inside.size < 3:
        return None
    best = first + int(np.argmin(inside))
    if abs(slope[best]) > limit:
        return None
    start = stop = best
    while start > low and abs(slope[start - 1]) <= limit:
        start -= 1
    while stop < high and abs(slope[stop + 1]) <= limit:
        stop += 1
    return best, start, stop


def _reading(
    grid: RealArray,
    even: RealArray,
    sigma: float,
    piece: tuple[int, int, int],
    window: int,
    step: float,
) -> Reading:
    best, start, stop = piece
    part = even[max(best - window, 0) : best + window + 1]
    tilt = abs(float(np.polyfit(np.arange(part.size), part, 1)[0])) * part.size
    # Noise alone tilts a line by this much on the average; only the rest is a slope.
    tilt = np.sqrt(max(tilt**2 - 12 * sigma**2 / part.size, 0.0))
    return Reading(
        place=float(grid[best]),
        start=float(grid[start] - step / 2),
        stop=float(grid[stop] + step / 2),
        value=float(part.mean()),
        error=float(np.hypot(sigma / np.sqrt(part.size), tilt / 3)),
    )
