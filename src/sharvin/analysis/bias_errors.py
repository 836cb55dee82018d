"""Errors of fitted lines: by points, and by rows that may move as a whole."""

from dataclasses import dataclass

import numpy as np

from sharvin.analysis.bias_model import PER_RISER, Model
from sharvin.analysis.residuals import correlation_length, noise_level
from sharvin.typing import RealArray

SIDE, JUMP = 5, 7.0  # rows on either side of a jump, and by how many errors they differ


@dataclass(frozen=True, eq=False)
class Lines:
    """Values of the lines, their covariance by points and by rows, and how far rows moved (V)."""

    theta: RealArray
    plain: RealArray
    grouped: RealArray
    moved: RealArray

    @classmethod
    def of(cls, model: Model, theta: RealArray) -> "Lines":
        """Both covariances at the best values."""
        jacobian, rest = model.jacobian(theta), model.residuals(theta)
        size = np.sqrt((jacobian**2).sum(axis=0)) + 1e-300
        inverse = np.linalg.pinv((jacobian / size).T @ (jacobian / size)) / np.outer(size, size)
        rows = model.used.any(axis=1)
        moved = _row_shifts(model, theta, rest)
        # Rows that move together (a jump, lines that bend) are one observation.
        block = min(correlation_length(moved[rows]), max(int(rows.sum()) // 10, 1))
        spent = theta.size + int(rows.sum()) * (1 + subbands(theta))
        variance = float((rest**2).sum()) / max(rest.size - spent, 1)
        group = np.arange(len(model.body)) // block
        row = np.broadcast_to(group[:, None], model.used.shape)[model.used]
        pulls = np.stack([np.bincount(row, column * rest) for column in jacobian.T], axis=1)
        groups = len(np.unique(group[rows]))
        # Rows know their own scatter from few of them: the usual correction.
        scale = groups / max(groups - 2, 1) * rest.size / max(rest.size - spent, 1)
        grouped = scale * inverse @ (pulls.T @ pulls) @ inverse
        return cls(theta, variance * inverse, grouped, moved)

    def spread(self, slopes: RealArray) -> tuple[RealArray, RealArray]:
        """Covariance of derived quantities, shape (q, q), and by how much rows widened each."""
        plain = slopes @ self.plain @ slopes.T
        grouped = np.einsum("ij,jk,ik->i", slopes, self.grouped, slopes)
        wider = np.sqrt(np.maximum(grouped / np.diag(plain), 1.0))
        return plain * np.outer(wider, wider), wider


def _row_shifts(model: Model, theta: RealArray, rest: RealArray) -> RealArray:
    """Shift of the gate of each row that its residuals suggest, V."""
    slope = np.gradient(model.fitted(theta), model.gate, axis=1) * model.used
    difference = np.zeros_like(model.body)
    difference[model.used] = rest
    power = (slope**2).sum(axis=1)
    shift: RealArray = -(slope * difference).sum(axis=1) / np.maximum(power, 1e-300)
    return np.where(power > 0, shift, 0.0)


def subbands(theta: RealArray) -> int:
    """How many risers a list of values describes."""
    return (theta.size - 2) // PER_RISER


def derived(theta: RealArray) -> RealArray:
    """Spacings (meV), lever arms (eV/V), shares, then both apexes' biases."""
    place, drain, source, _, _ = theta[:-2].reshape(PER_RISER, -1)
    gap = np.diff(place)
    up = gap / (drain[:-1] - source[1:])
    down = gap / (drain[1:] - source[:-1])
    lever = 1.0 / (drain - source)
    return np.concatenate([(up + down) / 2, 1e-3 * lever, -source * lever, up, down])


def derivatives(theta: RealArray) -> RealArray:
    """Derivatives of `_derived`, shape (quantities, values)."""
    rows = []
    for k in range(theta.size):
        step = np.zeros_like(theta)
        step[k] = 1e-6 * max(abs(float(theta[k])), 1e-6)
        rows.append((derived(theta + step) - derived(theta - step)) / (2 * step[k]))
    return np.array(rows).T


def jump_note(model: Model, moved: RealArray) -> str:
    """A sentence on rows from which on the whole map is shifted, if there are such."""
    rows = np.flatnonzero(model.used.any(axis=1))
    shift = moved[rows]
    if shift.size < 4 * SIDE:
        return ""
    windows = np.lib.stride_tricks.sliding_window_view(shift, SIDE).mean(axis=1)
    step = windows[SIDE:] - windows[:-SIDE]
    worst = int(np.argmax(np.abs(step)))
    noise = noise_level(shift) * np.sqrt(2 / SIDE)
    sudden = abs(shift[worst + SIDE] - shift[worst + SIDE - 1]) > 0.5 * abs(step[worst])
    if abs(step[worst]) < JUMP * noise or not sudden:
        return ""
    bias = float(model.bias[rows[worst + SIDE]].mean())
    return (
        f"the map jumps along the gate by about {1e3 * step[worst]:.2g} mV near a bias of "
        f"{bias:.3g} mV: lines bend there, use one side alone"
    )
