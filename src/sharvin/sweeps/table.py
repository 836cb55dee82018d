"""A table of T(E): how to read between its samples, and how far to believe that.

Transmission eigenvalues are interpolated as their logits ln[T/(1 - T)], which run straight through
a riser; other numbers as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy.special import expit

from sharvin.numerics.hermite import hermite, limited_slopes, mean_slopes
from sharvin.typing import BoolArray, IntArray, RealArray
from sharvin.units import BOLTZMANN

GAUSS = 12  # Gauss points on each of PIECES equal parts of the gap between two energies
PIECES = 4
FLOOR = 1e-30  # eigenvalues below it count as it
SILENT = 55.0  # a larger logit is lost in rounding (of amplitudes, 1e-13) and says nothing more
EDGE_WIDTH = 1e-6  # meV: samples this far apart around a band edge count as its two sides
OPEN = 14.0  # logit from which a channel counts as open: 1 - T < 1e-6
CEILING = 100.0
RISE = 0.02  # change of T between two samples that is not taken on trust where one saturates
# The interpolation is checked by leaving samples out, which doubles the spacing. Its error is of
# second order or better, which would leave a quarter; twice that is counted, since a neighbor may
# lie anywhere. (On point contacts the true error is 3 to 100 times smaller.)
ORDER_FACTOR = 0.5


@dataclass(frozen=True)
class Window:
    """One thermal average that is wanted.

    Parameters
    ----------
    level : float
        Chemical potential, meV.
    temperature : float
        In K, positive.
    """

    level: float
    temperature: float

    @property
    def width(self) -> float:
        """Thermal energy kT in meV."""
        return BOLTZMANN * self.temperature

    def weight(self, energies: RealArray) -> RealArray:
        """-f' at the energies, 1/meV."""
        x = np.minimum(np.abs(energies - self.level) / (2 * self.width), 350.0)
        weight: RealArray = 1 / (4 * self.width * np.cosh(x) ** 2)
        return weight

    def above(self, energy: float) -> float:
        """Weight beyond an energy."""
        return float(expit((self.level - energy) / self.width))


@dataclass(frozen=True, eq=False)
class Sample:
    """What one S-matrix says.

    Parameters
    ----------
    energy : float
        Where it was evaluated.
    linear : real array, shape (k,)
    channels : real array, shape (n, 2), or None
        Transmission eigenvalues T_n, descending, whose sum is ``linear``, and 1 - T_n.
    modes : tuple of int
        Open modes of the leads.
    uncertainty : float
        Error estimate of the S-matrix.
    """

    energy: float
    linear: RealArray
    channels: RealArray | None
    modes: tuple[int, ...]
    uncertainty: float


@dataclass(frozen=True, eq=False)
class Table:
    """Samples by energy, and how to read between them.

    Parameters
    ----------
    samples : tuple of Sample
    energies : real array, shape (n,)
    heights : real array, shape (n, c)
        What is interpolated: logits of eigenvalues, or the linear numbers themselves.
    is_logit : bool
    edge_width : float
        Samples this far apart around a band edge count as its two sides, meV.
    """

    samples: tuple[Sample, ...]
    energies: RealArray
    heights: RealArray
    is_logit: bool
    edge_width: float = EDGE_WIDTH

    @classmethod
    def of(cls, samples: Sequence[Sample], edge_width: float = EDGE_WIDTH) -> "Table":
        """Table of samples that are sorted by energy."""
        energies = np.array([s.energy for s in samples])
        if any(s.channels is None for s in samples):
            heights = np.array([s.linear for s in samples])
            return cls(tuple(samples), energies, heights, False, edge_width)
        count = max(1, *(len(s.channels) for s in samples if s.channels is not None))
        parts = np.tile([0.0, 1.0], (len(samples), count, 1))
        for row, sample in zip(parts, samples, strict=True):
            assert sample.channels is not None
            row[: len(sample.channels)] = sample.channels
        return cls(tuple(samples), energies, logit(parts), True, edge_width)

    @cached_property
    def borders(self) -> list[int]:
        """Samples on the two sides of a band edge, which no interpolation may cross."""
        return [i for part in self.stretches[1:] for i in (part.start - 1, part.start)]

    @cached_property
    def stretches(self) -> list[slice]:
        """Runs of samples between which no band edge was found."""
        narrow = np.diff(self.energies) < 2.5 * self.edge_width
        cuts = [
            gap + 1
            for gap in np.flatnonzero(narrow)
            if self.samples[gap].modes != self.samples[gap + 1].modes
        ]
        return [slice(a, b) for a, b in pairwise([0, *cuts, len(self.energies)])]

    def averages(self, windows: Sequence[Window]) -> tuple[RealArray, RealArray, RealArray]:
        """Averages (windows, k), their errors (windows, k), and the share of each gap in them.

        The shares have shape (windows, gaps).
        """
        points, gauss = self._points()
        curve = self._read(points)
        doubt = self._doubt(points, curve)
        values, errors, shares = [], [], []
        for window in windows:
            weight = window.weight(points) * gauss
            low, high = 1 - window.above(self.energies[0]), window.above(self.energies[-1])
            ends = low * curve[0, 0], high * curve[-1, -1]
            values.append(np.einsum("gp,gpk->k", weight, curve) + ends[0] + ends[1])
            # Beyond its ends T is taken for constant; it may change there by as much as inside.
            beyond = (low + high) * np.ptp(curve.reshape(-1, curve.shape[-1]), axis=0)
            each = np.einsum("gp,gpk->gk", weight, doubt)
            errors.append(each.sum(axis=0) + beyond)
            shares.append(each.max(axis=1))
        return np.array(values), np.array(errors), np.array(shares)

    def _points(self) -> tuple[RealArray, RealArray]:
        """Gauss points and weights in every gap, shape (gaps, points)."""
        x, w = np.polynomial.legendre.leggauss(GAUSS)
        inner = (np.arange(PIECES)[:, None] + 0.5 * (x + 1)).ravel() / PIECES
        widths = np.diff(self.energies)
        points = self.energies[:-1, None] + widths[:, None] * inner
        return points, widths[:, None] * np.tile(0.5 * w / PIECES, PIECES)

    def _read(self, points: RealArray, gaps: IntArray | None = None) -> RealArray:
        """The interpolated numbers at points inside the gaps, shape (gaps, points, k)."""
        rule = limited_slopes if self.is_logit else mean_slopes
        heights = self.heights
        if self.is_logit:
            heights = np.concatenate(
                [unsaturated(self.energies[part], heights[part]) for part in self.stretches]
            )
        slopes = np.concatenate(
            [rule(self.energies[part], heights[part]) for part in self.stretches]
        )
        return self._numbers(hermite(self.energies, heights, slopes, points, gaps))

    def _numbers(self, heights: RealArray) -> RealArray:
        return expit(heights).sum(axis=-1, keepdims=True) if self.is_logit else heights

    def _doubt(self, points: RealArray, curve: RealArray) -> RealArray:
        """How far the curve may be off, at the same points.

        Every other sample is left out, the even ones and the odd ones in turn; each gap is then
        judged by the worse of the two.
        """
        n = len(self.energies)
        if n < 5:
            spread: RealArray = np.ptp(curve, axis=1, keepdims=True) + np.zeros_like(curve)
            return spread
        worst = np.zeros_like(curve)
        for start in (0, 1):
            kept = np.unique([0, *range(start, n, 2), *self.borders, n - 1]).astype(np.int64)
            samples = tuple(self.samples[i] for i in kept)
            coarse = Table(
                samples, self.energies[kept], self.heights[kept], self.is_logit, self.edge_width
            )
            gaps = np.searchsorted(kept, np.arange(n - 1), side="right") - 1
            other = coarse._read(points, gaps)
            worst = np.maximum(worst, np.abs(other - curve))
        worst *= ORDER_FACTOR
        total: RealArray = worst + self.unresolved()[:, None]
        return total

    def unresolved(self) -> RealArray:
        """Rises between samples which say nothing about where they are, shape (gaps, k)."""
        if not self.is_logit:
            return np.zeros((len(self.energies) - 1, self.heights.shape[1]))
        rise = np.abs(np.diff(expit(self.heights), axis=0))
        silent = np.abs(self.heights) > SILENT
        silent = silent[:-1] | silent[1:]
        unknown = np.where(silent & (rise > RISE), rise, 0.0)
        return 0.25 * np.asarray(unknown.sum(axis=1, keepdims=True), dtype=np.float64)

    def is_abrupt(self) -> BoolArray:
        """Gaps across which something rises as at a band edge, shape (gaps,)."""
        if self.is_logit:
            return np.asarray(self.unresolved()[:, 0] > 0)
        jumps: BoolArray = np.abs(np.diff(self.heights, axis=0)).max(axis=1) > 0.5
        return jumps


def logit(parts: RealArray) -> RealArray:
    """ln[T/(1 - T)] from pairs of T and 1 - T in the last axis; finite where one is zero."""
    inside = np.log(np.clip(parts, FLOOR, 1.0))
    heights: RealArray = inside[..., 0] - inside[..., 1]
    return heights


def unsaturated(x: RealArray, heights: RealArray) -> RealArray:
    """Logits beyond `OPEN` and `SILENT` put back onto the lines on which they got there.

    What an open channel reflects in the end, far from its riser, says nothing about where the
    riser is, and neither does rounding where it is closed; a line through the riser's own
    samples does. T changes by less than a millionth.
    """
    raised = _extended(x, heights, OPEN)
    return -_extended(x, -raised, SILENT)


def _extended(x: RealArray, heights: RealArray, threshold: float) -> RealArray:
    """Heights above the threshold raised to the line through the two samples before."""
    lines = []
    for order in (slice(None), slice(None, None, -1)):
        e, h = np.abs(x[order] - x[order][:1]), heights[order].copy()
        is_known = h <= threshold  # or on a line through known ones
        for k in range(2, len(h)):
            slope = (h[k - 1] - h[k - 2]) / (e[k - 1] - e[k - 2])
            line = h[k - 1] + slope * (e[k] - e[k - 1])
            is_late = ~is_known[k] & is_known[k - 1] & is_known[k - 2] & (slope > 0)
            h[k] = np.where(is_late, np.clip(line, h[k], CEILING), h[k])
            is_known[k] |= is_late
        lines.append(h[order])
    # Between two risers the lower line counts; a channel that never closes has one line only.
    first, second = lines
    both = (first > heights) & (second > heights)
    raised: RealArray = np.where(both, np.minimum(first, second), np.maximum(first, second))
    return raised
