"""What is wrong with a trace, named and counted; nothing is mended that was not asked for."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.records import curve
from sharvin.analysis.residuals import noise_level
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.typing import BoolArray, IntArray, RealArray

SPIKE = 8.0  # noises from both neighbors' line: a spike
JUMP = 8.0  # noises between the lines of both sides: a jump


@dataclass(frozen=True, eq=False)
class Cleaned:
    """A trace in rising order, and what was found on the way.

    Parameters
    ----------
    x, y : real array, shape (points,)
        Finite; changed only where `notes` say so.
    noise : float
        Standard deviation of one point.
    spikes : int array
        Indices of points far from the line between their neighbors.
    jumps : int array
        Indices of points behind which the trace continues at another height: charge jumps.
    hysteresis : float
        Largest smoothed difference of the sweeps up and down, in noises; NaN for one direction.
    notes : tuple of str
    """

    x: RealArray
    y: RealArray
    noise: float
    spikes: IntArray
    jumps: IntArray
    hysteresis: float
    notes: tuple[str, ...] = field(default=())


def clean(
    x: ArrayLike, y: ArrayLike, *, offset: float = 0.0, despike: bool = False, width: float = 0.0
) -> Cleaned:
    """Trace in rising order, with spikes, jumps and hysteresis flagged.

    Parameters
    ----------
    x, y : real array, shape (points,)
        In the order of the measurement: the direction of the sweep is read from it.
    offset : float
        Subtracted from `y`, such as the current of an amplifier with nothing connected.
    despike : bool
        Put spikes on the line between their neighbors.
    width : float
        Standard deviation of a Gaussian window for smoothing, in the unit of `x`; zero for none.
    """
    raw_x, raw_y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if raw_x.ndim != 1 or raw_x.shape != raw_y.shape:
        raise ShapeMismatch(f"a trace needs as many values as points, got {raw_y.shape}")
    at, of, lost = curve(raw_x, raw_y)
    of = of - offset
    noise = noise_level(of)
    spikes = np.flatnonzero(_spikes(at, of, noise))
    notes = [f"{lost} points are not finite: left out"] if lost else []
    notes += [f"{offset:g} subtracted"] if offset else []
    notes += [f"{spikes.size} spike{'s' if spikes.size > 1 else ''}"] if spikes.size else []
    kept = np.ones(at.size, dtype=bool)
    kept[spikes] = False
    mended = np.where(kept, of, np.interp(at, at[kept], of[kept]))
    if despike and spikes.size:
        of = mended
        notes[-1] += " put on the line between their neighbors"
    jumps = _jumps(mended, noise)  # a spike is no jump
    notes += [f"jump near {at[j]:.6g}" for j in jumps]
    hysteresis = _hysteresis(raw_x, raw_y, noise)
    if hysteresis > JUMP:
        notes.append(f"sweeps up and down differ by up to {hysteresis:.0f} noises")
    if width < 0:
        raise InvalidInput(f"a smoothing width is positive, got {width}")
    if width:
        of = smooth(at, of, width)
        notes.append(f"smoothed with a Gaussian of standard deviation {width:g}")
    return Cleaned(at, of, noise, spikes, jumps, hysteresis, tuple(notes))


def smooth(x: ArrayLike, y: ArrayLike, width: float) -> RealArray:
    """Local straight lines with Gaussian weights of standard deviation `width`; x may be uneven."""
    return _local(x, y, width)[0]


def derivative(x: ArrayLike, y: ArrayLike, width: float) -> tuple[RealArray, RealArray]:
    """Slope dy/dx of local straight lines, and the standard deviation that noise gives it.

    Parameters
    ----------
    x, y : real array, shape (points,)
        x rising.
    width : float
        Standard deviation of the Gaussian window, in the unit of x.
    """
    _, slope, gain = _local(x, y, width)
    return slope, gain * noise_level(np.asarray(y, dtype=np.float64))


def _local(x: ArrayLike, y: ArrayLike, width: float) -> tuple[RealArray, RealArray, RealArray]:
    at, of = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if not width > 0:
        raise InvalidInput(f"a smoothing width is positive, got {width}")
    value, slope, gain = np.empty_like(of), np.empty_like(of), np.empty_like(of)
    for first in range(0, at.size, 512):  # blocks keep the matrix of weights small
        rows = slice(first, first + 512)
        away = at[None, :] - at[rows, None]
        weight = np.exp(-0.5 * (away / width) ** 2)
        s0, s1, s2 = (np.einsum("ij,ij->i", weight, away**k) for k in range(3))
        determinant = s0 * s2 - s1**2
        if not (determinant > 1e-12 * s0 * np.maximum(s2, 1e-300)).all():
            raise InvalidInput(f"a width of {width:g} holds fewer than two points somewhere")
        t0 = weight @ of
        t1 = np.einsum("ij,ij,j->i", weight, away, of)
        value[rows] = (s2 * t0 - s1 * t1) / determinant
        slope[rows] = (s0 * t1 - s1 * t0) / determinant
        kernel = weight * (s0[:, None] * away - s1[:, None]) / determinant[:, None]
        gain[rows] = np.sqrt((kernel**2).sum(axis=1))
    return value, slope, gain


def _spikes(x: RealArray, y: RealArray, noise: float) -> BoolArray:
    line = y[:-2] + (y[2:] - y[:-2]) * (x[1:-1] - x[:-2]) / (x[2:] - x[:-2])
    away = np.abs(y[1:-1] - line)
    both = np.minimum(np.abs(y[1:-1] - y[:-2]), np.abs(y[1:-1] - y[2:]))
    found = np.zeros(y.size, dtype=bool)
    found[1:-1] = (away > SPIKE * noise) & (both > SPIKE * noise)
    # On a riser the neighbors of a spike are far from its line as well: only the farthest counts.
    distance = np.zeros(y.size)
    distance[1:-1] = away
    found[1:-1] &= (distance[1:-1] >= distance[:-2]) & (distance[1:-1] > distance[2:])
    return found


def _jumps(y: RealArray, noise: float, reach: int = 6) -> IntArray:
    """Steps between two points that straight lines on either side do not explain."""
    if y.size < 2 * reach + 2 or noise == 0:
        return np.empty(0, dtype=np.int64)
    places = np.arange(reach)
    window = np.lib.stride_tricks.sliding_window_view(y, reach)
    slope = (window @ (places - places.mean())) / ((places - places.mean()) ** 2).sum()
    mean = window.mean(axis=1)
    after_left = mean + slope * (reach / 2)  # half a point behind the left window
    before_right = mean - slope * (reach / 2)
    gap = before_right[reach:] - after_left[:-reach]
    lever = (reach / 2) ** 2 / ((places - places.mean()) ** 2).sum()
    error = noise * np.sqrt(2 / reach + 2 * lever)
    # A steep riser bends as well: a jump also takes a single step much larger than those around.
    step = np.abs(np.diff(y))
    found: list[int] = []
    for i in np.flatnonzero(np.abs(gap) > JUMP * error):
        place = int(i) + reach - 1
        if step[place] > JUMP * noise + 4 * _typical(step, place, reach) and (
            not found or place - found[-1] > reach
        ):
            found.append(place)
    return np.array(found, dtype=np.int64)


def _typical(step: RealArray, place: int, reach: int) -> float:
    return float(np.median(step[max(place - reach, 0) : place + reach]))


def _hysteresis(x: RealArray, y: RealArray, noise: float) -> float:
    """Difference between the parts of the sweep that rise and that fall."""
    finite = np.isfinite(x) & np.isfinite(y)
    x, y = x[finite], y[finite]
    rising = np.append(np.diff(x) > 0, x[-1] > x[-2])
    if min(rising.sum(), (~rising).sum()) < 8 or noise == 0:
        return float("nan")
    up, down = (np.argsort(x[part]) for part in (rising, ~rising))
    low, high = max(x[rising].min(), x[~rising].min()), min(x[rising].max(), x[~rising].max())
    if not high > low:
        return float("nan")
    grid = np.linspace(low, high, 200)
    first = np.interp(grid, x[rising][up], y[rising][up])
    second = np.interp(grid, x[~rising][down], y[~rising][down])
    kernel = np.ones(5) / 5
    difference = np.convolve(first - second, kernel, mode="valid")
    return float(np.abs(difference).max() / (noise * np.sqrt(2 / 5)))
