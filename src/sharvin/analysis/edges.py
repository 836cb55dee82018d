"""Where a dot opens: degeneracy points and edges of Coulomb diamonds in a map."""

from dataclasses import dataclass

import numpy as np

from sharvin.analysis.residuals import noise_level
from sharvin.typing import IntArray, RealArray

STRONG = 0.9  # quantile of the conductance map that stands for "open"
ONSET = 0.4  # of it: an edge is the first maximum of dI/dV that reaches this share
QUIET = 0.05  # of it: the derivative is smoothed until its noise is below
CONTRAST = 3.0  # between a degeneracy point and its neighborhood at zero bias
# Of the range of bias: what counts as no bias, and what may where noise asks for a mean.
NARROW, WIDE = 0.03, 0.08
WEAK = 0.2  # of the largest peak: eight noises above it are too many
# Of a column: what the raster of a map leaves of the place of a peak (0.014 rms over shifts of
# peaks of 1.5 columns half width and more, 0.05 of one column).
GRAIN = 0.02
CORNER = 0.2  # of the gate spacing: too near a corner, both edges are one


@dataclass(frozen=True, eq=False)
class Map:
    """Differential conductance on an even grid of bias.

    Parameters
    ----------
    gate : real array, shape (columns,)
        Rising, V.
    bias : real array, shape (rows,)
        Rising, even, mV.
    conductance : real array, shape (rows, columns)
        Smoothed, any unit.
    open : float
        Its typical large value.
    offset : float
        Bias at which the current vanishes, mV.
    noise : float
        Of the conductance.
    reach : int
        Rows over which it was smoothed.
    """

    gate: RealArray
    bias: RealArray
    conductance: RealArray
    open: float
    offset: float
    noise: float
    reach: int


def differential(gate: RealArray, bias: RealArray, current: RealArray) -> Map:
    """Derivative of a current map along the bias, smoothed as much as its noise asks for.

    Parameters
    ----------
    gate, bias : real array
        Rising.
    current : real array, shape (bias, gate)
        NaN where nothing was measured; gaps are bridged along the bias.
    """
    from scipy.ndimage import gaussian_filter1d

    even = np.linspace(bias[0], bias[-1], len(bias))
    filled = np.stack([_filled(even, bias, column) for column in current.T], axis=1)
    step = even[1] - even[0]
    raw = np.gradient(filled, step, axis=0)
    # In the middle, where the dot is shut: open dots are noisier.
    third = slice(len(even) // 3, -(len(even) // 3))
    sigma = 0.375 / step * float(np.median([noise_level(c) for c in filled[third].T]))
    width = 1.5
    while True:
        smooth = gaussian_filter1d(raw, width, axis=0, mode="nearest")
        top = float(np.quantile(smooth, STRONG))
        # The derivative of a Gaussian of width w passes 0.375 w^-3/2 of white noise.
        noise = sigma / width**1.5
        if noise < QUIET * top or width > len(even) / 40:
            break
        width *= 1.3
    quiet = gaussian_filter1d(filled, width, axis=0, mode="nearest")
    offset = _zero(even, quiet, sigma * step / 0.375)
    return Map(gate, even, smooth, top, offset, noise, int(np.ceil(2 * width)))


def conductance_map(gate: RealArray, bias: RealArray, conductance: RealArray) -> Map:
    """The same for a map that was measured as a differential conductance."""
    step = np.diff(bias, prepend=2 * bias[0] - bias[1])
    return differential(gate, bias, np.cumsum(np.nan_to_num(conductance) * step[:, None], axis=0))


def _filled(even: RealArray, bias: RealArray, column: RealArray) -> RealArray:
    finite = np.isfinite(column)
    if finite.sum() < 2:
        return np.zeros_like(even)
    return np.interp(even, bias[finite], column[finite])


def _zero(bias: RealArray, current: RealArray, noise: float) -> float:
    """Middle of the blockade in the columns where it is narrowest."""
    level = max(10 * noise, 1e-3 * float(np.abs(current).max()))
    shut_up = current <= level
    shut_down = current >= -level
    last = len(bias) - 1 - np.argmax(shut_up[::-1], axis=0)  # above it everything flows
    first = np.argmax(shut_down, axis=0)
    width = bias[last] - bias[first]
    narrow = np.argsort(width)[: max(len(width) // 15, 3)]
    return float(np.median((bias[last] + bias[first])[narrow] / 2))


def degeneracy_points(found: Map) -> tuple[RealArray, RealArray]:
    """Gates at which the dot conducts without bias, and their errors."""
    from scipy.signal import find_peaks

    strength, noise = _without_bias(found)
    floor = max(8 * noise, 0.005 * found.open)
    level = np.log(np.maximum(strength, floor))
    padded = np.concatenate([[np.log(floor)], level, [np.log(floor)]])
    peaks, _ = find_peaks(padded, prominence=np.log(CONTRAST), height=np.log(2 * floor))
    centers, errors = [], []
    for peak in peaks - 1:
        low = high = int(peak)
        while low > 0 and strength[low - 1] > strength[peak] / 3:
            low -= 1
        while high < len(strength) - 1 and strength[high + 1] > strength[peak] / 3:
            high += 1
        place, error = _center(found, strength, noise, low, int(peak), high)
        centers.append(place)
        errors.append(error)
    return np.array(centers), np.array(errors)


def _center(
    found: Map, strength: RealArray, noise: float, low: int, peak: int, high: int
) -> tuple[float, float]:
    """Center of weight of a peak above a third of its height, and its error."""
    step = float(np.ptp(found.gate)) / (len(found.gate) - 1)
    if low == 0 or high == len(strength) - 1:
        # Cut by the edge of the map: its flank is all there is.
        return float(found.gate[peak]), step * np.sqrt((high - low + 1) / 12)
    gate = found.gate[low : high + 1]
    # Weight from the third up: columns at the ends come in without a jump.
    weight = strength[low : high + 1] - strength[peak] / 3
    place = float(weight @ gate / weight.sum())
    error = noise * float(np.sqrt(((gate - place) ** 2).sum()) / weight.sum())
    return place, float(np.hypot(error, GRAIN * step))


def _without_bias(found: Map) -> tuple[RealArray, float]:
    """Conductance around zero bias along the gate, and its noise.

    The largest of a few rows; a mean over more of them where that drowns in noise.
    """
    away = np.abs(found.bias - found.offset) / np.ptp(found.bias)
    strength = found.conductance[away <= NARROW].max(axis=0)
    if 8 * found.noise < WEAK * float(strength.max()):
        return strength, found.noise
    rows = away <= WIDE
    # A mean of a derivative is a difference of its ends: its noise falls with the distance.
    quieter = max(rows.sum() / found.reach, 1.0)
    return found.conductance[rows].mean(axis=0), found.noise / float(quieter)


def edge_points(found: Map, left: float, right: float) -> tuple[RealArray, RealArray, RealArray]:
    """Gates, upper and lower edge (mV from the offset) of one diamond, NaN where there is none."""
    margin = CORNER * (right - left)
    columns = np.flatnonzero((found.gate > left + margin) & (found.gate < right - margin)).tolist()
    above: IntArray = np.flatnonzero(found.bias >= found.offset)
    below: IntArray = np.flatnonzero(found.bias <= found.offset)[::-1]
    limit = ONSET * found.open
    upper = np.array([_first(found, above, j, limit) for j in columns])
    lower = np.array([_first(found, below, j, limit) for j in columns])
    return found.gate[columns], upper - found.offset, lower - found.offset


def _first(found: Map, rows: IntArray, column: int, limit: float) -> float:
    """Bias of the first maximum of dI/dV above the limit, going out from the middle."""
    line = found.conductance[rows, column]
    high = np.flatnonzero(line > limit)
    if not len(high):
        return float("nan")
    i = int(high[0])
    while True:  # noise makes small maxima on the way up: look as far as the smoothing reaches
        ahead = line[i : i + found.reach + 1]
        step_up = int(np.argmax(ahead))
        if step_up == 0:
            break
        i += step_up
    if i + 1 >= len(line) or i == 0:
        return float("nan")
    a, b, c = line[i - 1 : i + 2]
    shift = 0.5 * (a - c) / (a - 2 * b + c) if a - 2 * b + c != 0 else 0.0
    step = found.bias[rows[i + 1]] - found.bias[rows[i]]
    return float(found.bias[rows[i]] + shift * step)
