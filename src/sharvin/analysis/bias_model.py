"""Least squares of a conductance map: two steps per subband and row, lines common to all rows."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from sharvin.analysis.bias_lines import Crosses
from sharvin.typing import BoolArray, RealArray

RIDGE = 1e-9  # keeps heights of steps that a row does not reach finite
PER_RISER = 5  # place, two slopes, width, share of the source


@dataclass(frozen=True, eq=False)
class Model:
    r"""Rows of a map as sums of steps whose heights are free in every row.

    .. math:: G(V_g, V) = c(V) + \sum_n h_n(V) \big[ f_n L(x_n^s) + (1 - f_n) L(x_n^d) \big],
              \quad x_n = \frac{V_g - V_n - p_n (V - V_0)}{w_n + u |V - V_0|}

    with the logistic function L. Heights and backgrounds are eliminated by linear least squares
    (variable projection), so that only the lines are iterated.

    Parameters
    ----------
    gate : real array, shape (columns,)
    bias, body : real array, shape (rows, columns)
    used : bool array, shape (rows, columns)
    """

    gate: RealArray
    bias: RealArray
    body: RealArray
    used: BoolArray

    def start(self, crosses: Crosses) -> RealArray:
        """Values at the found crosses: blocks of places, slopes, widths, shares; then V_0, u."""
        half = np.full(crosses.risers.size, 0.5)
        blocks = (crosses.risers, crosses.drain, crosses.source, crosses.widths, half)
        return np.concatenate([*blocks, [crosses.offset, 0.0]])

    def residuals(self, theta: RealArray) -> RealArray:
        """Map less model where it is used, shape (points,)."""
        difference: RealArray = (self.body - self.fitted(theta))[self.used]
        return difference

    def fitted(self, theta: RealArray) -> RealArray:
        """Best rows for these lines, shape (rows, columns)."""
        design = self._steps(theta)[0]
        fitted: RealArray = (design @ self._heights(design)[..., None])[..., 0]
        return fitted

    def heights(self, theta: RealArray) -> RealArray:
        """Backgrounds and heights, shape (rows, 1 + risers)."""
        return self._heights(self._steps(theta)[0])

    def jacobian(self, theta: RealArray) -> RealArray:
        """Derivatives of the residuals, without those of the heights (Kaufman)."""
        design, slopes = self._design(theta)
        heights = self._heights(design)[:, 1:]
        moved = -slopes * heights[:, None, :, None]  # (rows, columns, risers, kinds)
        flat = moved.reshape(*moved.shape[:2], -1)
        seen = design * self.used[..., None]
        inverse = self._gram(seen)
        flat = flat * self.used[..., None]
        flat = flat - seen @ np.linalg.solve(inverse, seen.transpose(0, 2, 1) @ flat)
        return self._gathered(flat.reshape(moved.shape))[self.used]

    def _gathered(self, moved: RealArray) -> RealArray:
        """Columns in the order of the values; offset and broadening add over risers."""
        rows, columns = moved.shape[:2]
        own = moved[..., :PER_RISER].transpose(0, 1, 3, 2).reshape(rows, columns, -1)
        shared = moved[..., PER_RISER:].sum(axis=2)
        return np.concatenate([own, shared], axis=2)

    def _gram(self, seen: RealArray) -> RealArray:
        gram = np.matmul(seen.transpose(0, 2, 1), seen)
        size = np.trace(gram, axis1=1, axis2=2)[:, None, None] / gram.shape[-1]
        identity = np.eye(gram.shape[-1])
        return np.asarray(gram + (RIDGE * size + 1e-12) * identity, dtype=np.float64)

    def _heights(self, design: RealArray) -> RealArray:
        seen = design * self.used[..., None]
        right = seen.transpose(0, 2, 1) @ np.where(self.used, self.body, 0.0)[..., None]
        heights = np.linalg.solve(self._gram(seen), right)[..., 0]
        return np.asarray(heights, dtype=np.float64)

    def _steps(self, theta: RealArray) -> tuple[RealArray, RealArray, RealArray, RealArray]:
        """Design of shape (rows, columns, 1 + risers), and (x, L) of both lines, and widths."""
        place, drain, source, width, share = theta[:-2].reshape(PER_RISER, -1)
        offset, broadening = theta[-2:]
        v = (self.bias - offset)[..., None]
        wide = np.maximum(width + broadening * np.abs(v), 1e-3 * np.abs(width))
        away = self.gate[None, :, None] - place
        x = np.stack([(away - source * v) / wide, (away - drain * v) / wide])
        both = expit(x)
        step = share * both[0] + (1 - share) * both[1]
        return np.concatenate([np.ones((*step.shape[:2], 1)), step], axis=2), x, both, wide

    def _design(self, theta: RealArray) -> tuple[RealArray, RealArray]:
        """Steps, and their derivatives by the five kinds of values, V_0 and u, on a last axis."""
        _, drain, source, _, share = theta[:-2].reshape(PER_RISER, -1)
        v = (self.bias - theta[-2])[..., None]
        design, x, both, wide = self._steps(theta)
        bent = both * (1 - both) / wide
        gs, gd = share * bent[0], (1 - share) * bent[1]
        narrow = -(gs * x[0] + gd * x[1])
        derivatives = np.stack(
            [-(gs + gd), -gd * v, -gs * v, narrow, both[0] - both[1], gs * source + gd * drain,
             narrow * np.abs(v)], axis=-1,
        )  # fmt: skip
        return design, derivatives


def solve(model: Model, theta: RealArray) -> tuple[RealArray, bool]:
    """Best values and whether the iteration settled."""
    from scipy.optimize import least_squares

    found = least_squares(
        model.residuals, theta, jac=model.jacobian, x_scale="jac", max_nfev=40, xtol=1e-9,
        ftol=1e-10, gtol=1e-12,
    )  # fmt: skip
    best: RealArray = found.x
    return best, bool(found.status > 0)


def region(crosses: Crosses, gate: RealArray, bias: RealArray, *, below: bool) -> BoolArray:
    """Points that no line of an unseen subband can reach: above the last riser, below the first.

    Parameters
    ----------
    below : bool
        Whether subbands may be hidden below the first riser; not where the contact is shut.
    """
    v = bias - crosses.offset
    gap = np.diff(crosses.risers)
    early = np.minimum(crosses.source[-1] * v, crosses.drain[-1] * v)
    inside: BoolArray = gate <= crosses.risers[-1] + 0.5 * gap[-1] + early
    if below:
        late = np.maximum(crosses.source[0] * v, crosses.drain[0] * v)
        inside &= gate >= crosses.risers[0] - 0.5 * gap[0] + late
    return inside
