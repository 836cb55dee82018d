"""Crosses in a map of transconductance: where risers split with the bias, found by stacking."""

from dataclasses import dataclass

import numpy as np

from sharvin.analysis.transconductance import BiasMap, slope_map
from sharvin.typing import BoolArray, IntArray, RealArray

NEAR = 0.06  # of the largest bias: rows that count as zero bias
CLEAR = 6.0  # noises by which a riser stands out
SHARE = 0.2  # of the steepest riser: smaller maxima are ripples on plateaus
STEEPEST, SLOPES = 0.15, 241  # of the largest bias: smallest spacing that is looked for
SEARCH = 0.2  # of the range of biases: how far the offset may be from zero
HALF_WIDTH = 3.5255  # full width at half maximum of sech²(x/2w) over w


@dataclass(frozen=True, eq=False)
class Crosses:
    """A cross of two lines at each riser: V_g = V_n + drain (V - V_0) and V_n + source (V - V_0).

    Parameters
    ----------
    risers, widths : real array, shape (risers,)
        In V.
    drain, source : real array, shape (risers,)
        Slopes in V/mV, positive and negative.
    offset : float
        V_0 in mV.
    """

    risers: RealArray
    widths: RealArray
    drain: RealArray
    source: RealArray
    offset: float


def find_crosses(found: BiasMap) -> Crosses | None:
    """Starting lines of a map, or None where it has no risers that stand out."""
    gate, slope, noise, width = slope_map(found)
    offset = _offset(found.bias, slope)
    near = np.abs(found.bias - offset) <= NEAR * float(np.abs(found.bias).max())
    if not near.any():
        near = np.abs(found.bias - offset) == np.abs(found.bias - offset).min()
    middle = slope[near].mean(axis=0)
    level = noise / np.sqrt(near.sum())
    peaks = _risers(middle, level, width / (gate[1] - gate[0]))
    if not len(peaks):
        return None
    risers, widths = gate[peaks], _widths(gate, middle, peaks, width)
    spread = float(np.ptp(risers)) / max(len(risers) - 1, 1) if len(risers) > 1 else np.ptp(gate)
    reach = float(np.abs(found.bias - offset).max())
    slopes = np.linspace(0.0, float(spread) / (STEEPEST * reach), SLOPES)
    up = _stacked(gate, found.bias - offset, slope, risers, slopes)
    down = _stacked(gate, found.bias - offset, slope, risers, -slopes)
    drain, source = _best(slopes, up), -_best(slopes, down)
    return Crosses(risers, widths, drain, source, offset)


def _offset(bias: RealArray, slope: RealArray) -> float:
    """Bias near zero at which ridges coincide, so that the slopes are the steepest."""
    from scipy.ndimage import gaussian_filter1d

    power = gaussian_filter1d((slope**2).sum(axis=1), 1.0)
    step = float(np.ptp(bias)) / (bias.size - 1)
    inside = np.abs(bias) <= max(SEARCH * float(np.abs(bias).max()), step)
    if not inside.any() or power[inside].max() <= 0:
        return float(bias[np.argmin(np.abs(bias))])
    best = float(bias[inside][np.argmax(power[inside])])
    # A maximum at the end of the search is the flank of something else.
    return best if abs(best) < SEARCH * float(np.abs(bias).max()) - step else 0.0


def _risers(slope: RealArray, noise: float, width: float) -> IntArray:
    from scipy.signal import find_peaks

    clear = max(CLEAR * noise, SHARE * float(np.quantile(slope, 0.99)))
    padded = np.concatenate([[0.0], slope, [0.0]])
    peaks, _ = find_peaks(padded, height=clear, prominence=clear, distance=max(3 * width, 1))
    inner: IntArray = peaks - 1
    return inner[(inner > 1) & (inner < slope.size - 2)]


def _widths(gate: RealArray, slope: RealArray, peaks: IntArray, window: float) -> RealArray:
    from scipy.signal import peak_widths

    step = float(gate[1] - gate[0])
    full = peak_widths(slope, peaks, rel_height=0.5)[0] * step
    # What the smoothing window adds goes in quadrature; a pixel remains in any case.
    own = np.sqrt(np.maximum(full**2 - (2.355 * window) ** 2, 0.0)) / HALF_WIDTH
    widths: RealArray = np.maximum(own, 0.4 * step)
    return widths


def _stacked(
    gate: RealArray, bias: RealArray, slope: RealArray, risers: RealArray, slopes: RealArray
) -> RealArray:
    """Mean transconductance along lines through each riser: shape (slopes, risers)."""
    reach = float(np.abs(bias).max())
    rows = np.flatnonzero(np.abs(bias) > STEEPEST * reach)
    total = np.zeros((slopes.size, risers.size))
    count = np.zeros_like(total)
    for row in rows.tolist():
        place = risers[None, :] + slopes[:, None] * bias[row]
        inside: BoolArray = (place >= gate[0]) & (place <= gate[-1])
        total += np.where(inside, np.interp(place, gate, slope[row]), 0.0)
        count += inside
    mean: RealArray = np.where(count > 0.25 * len(rows), total / np.maximum(count, 1), 0.0)
    return mean


def _best(slopes: RealArray, stacked: RealArray) -> RealArray:
    """Slope of each riser's line: near the one that is best for all of them."""
    common = stacked.mean(axis=1)
    best = slopes[int(np.argmax(common))]
    near = np.abs(slopes - best) <= 0.35 * best + 1e-12
    inside = np.where(near[:, None], stacked, -np.inf)
    chosen: RealArray = slopes[np.argmax(inside, axis=0)]
    return chosen
