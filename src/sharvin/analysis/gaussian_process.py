"""A Gaussian process in blocks, with the derivatives of its likelihood."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from sharvin.typing import IntArray, RealArray

STEP = 2e-2  # of a logarithm, for second derivatives of the likelihood
HOPELESS = 1e10  # cost of values at which the covariance is not positive


def correlation_shape(lag: ArrayLike, half: float, *, thermal: bool = False) -> RealArray:
    r"""Autocorrelation of fluctuations of a wire, one at zero and one half at `half`.

    .. math:: F = \big[1 + (2^{1/p} - 1) (\Delta B/B_c)^2\big]^{-p}

    p = 3/2 for :math:`L_\varphi \ll L_T`, where the variance is :math:`\propto L_\varphi^3` and the
    field adds to :math:`L_\varphi^{-2}`; p = 1/2 for :math:`L_T \ll L_\varphi`.

    References
    ----------
    C. W. J. Beenakker and H. van Houten, Solid State Phys. 44, 1 (1991), section 8.
    """
    return _shape_and_slope(np.asarray(lag, dtype=np.float64), half, thermal)[0]


def _shape_and_slope(lag: RealArray, half: float, thermal: bool) -> tuple[RealArray, RealArray]:
    """F and its derivative by ln B_c."""
    power = 0.5 if thermal else 1.5
    grown = (2 ** (1 / power) - 1) * (lag / half) ** 2
    below = 1 / (1 + grown)
    shape = np.sqrt(below) if thermal else below * np.sqrt(below)
    return shape, 2 * power * grown * below * shape


@dataclass(frozen=True, eq=False)
class Process:
    """The Gaussian process at given fields, each block with a background of its own.

    Parameters
    ----------
    field : real array, shape (blocks, points)
    degree : int
        Of the polynomial background.
    thermal : bool
    known : float or None
        Logarithm of the noise, or None to fit it.
    """

    field: RealArray
    degree: int
    thermal: bool
    known: float | None

    @cached_property
    def kinds(self) -> tuple[RealArray, IntArray]:
        """Different blocks, up to where they lie, and which of them each block is.

        Even sweeps have one kind: its covariance is factorized once for all blocks.
        """
        places = self.field - self.field[:, :1]
        reach = float(np.abs(places).max()) or 1.0
        _, first, owner = np.unique(
            np.rint(places / (1e-6 * reach)), axis=0, return_index=True, return_inverse=True
        )
        return places[first], owner.ravel()

    @cached_property
    def lags(self) -> RealArray:
        """Distances in field, shape (kinds, points, points)."""
        places, _ = self.kinds
        lags: RealArray = np.abs(places[:, :, None] - places[:, None, :])
        return lags

    @cached_property
    def basis(self) -> RealArray:
        """Polynomials of the background, shape (kinds, points, degree + 1)."""
        places, _ = self.kinds
        x = (places - places.mean(axis=1, keepdims=True)) / np.ptp(places, axis=1)[:, None]
        powers: RealArray = x[..., None] ** np.arange(self.degree + 1)
        return powers

    def kernels(self, theta: RealArray) -> tuple[RealArray, list[RealArray]]:
        """Covariance, shape (kinds, points, points), and its derivatives."""
        shape, slope = _shape_and_slope(self.lags, float(np.exp(theta[1])), self.thermal)
        variance = np.exp(2 * theta[0])
        white = np.exp(2 * (theta[2] if self.known is None else self.known))
        one = np.eye(shape.shape[-1])
        slopes = [2 * variance * shape, variance * slope]
        if self.known is None:
            slopes.append(np.broadcast_to(2 * white * one, shape.shape))
        return variance * shape + white * one, slopes

    def cost(self, theta: RealArray, y: RealArray) -> tuple[float, RealArray]:
        r"""Minus the logarithm of the likelihood with the background integrated out, and its slope.

        .. math:: \tfrac12 (y^T P y + \ln\det K + \ln\det X^T K^{-1} X), \qquad
                  P = K^{-1} - K^{-1} X (X^T K^{-1} X)^{-1} X^T K^{-1}
        """
        kernel, slopes = self.kernels(theta)
        try:
            lower = np.linalg.cholesky(kernel)
            inverse = np.linalg.inv(kernel)
        except np.linalg.LinAlgError:
            return HOPELESS, np.zeros(theta.size)
        _, owner = self.kinds
        share = np.bincount(owner)
        half = inverse @ self.basis
        inner = np.swapaxes(self.basis, 1, 2) @ half
        project = inverse - half @ np.linalg.solve(inner, np.swapaxes(half, 1, 2))
        white = np.einsum("bij,bj->bi", project[owner], y)
        diagonal = np.diagonal(lower, axis1=1, axis2=2)
        determinants = 2 * np.log(diagonal).sum(axis=1) + np.linalg.slogdet(inner)[1]
        value = 0.5 * float((white * y).sum() + share @ determinants)
        # Sum over the blocks of one kind of what their data say about its covariance.
        outer = np.zeros_like(kernel)
        for kind in range(len(kernel)):
            rows = white[owner == kind]
            outer[kind] = rows.T @ rows
        gap = share[:, None, None] * project - outer
        return value, np.array([0.5 * float((gap * slope).sum()) for slope in slopes])

    def fitted(self, y: RealArray, start: RealArray) -> tuple[RealArray, RealArray]:
        """Minimum of the cost, and the inverse of its second derivatives there."""
        from scipy.optimize import minimize

        with np.errstate(over="ignore", invalid="ignore"):
            found = minimize(
                self.cost, start, args=(y,), jac=True, method="BFGS",
                options={"gtol": 1e-2, "maxiter": 40},
            )  # fmt: skip
            theta = np.asarray(found.x, dtype=np.float64)
            return theta, _inverse(_hessian(lambda at: self.cost(at, y)[1], theta))

    def predicted(self, y: RealArray, theta: RealArray) -> RealArray:
        """Each point from those before it in its block: what is left over is independent; flat."""
        _, owner = self.kinds
        kernel, basis = self.kernels(theta)[0], self.basis
        inverse = np.linalg.inv(kernel)
        turned = np.swapaxes(basis, 1, 2) @ inverse
        mean = np.linalg.solve((turned @ basis)[owner], turned[owner] @ y[..., None])
        lower = np.linalg.cholesky(kernel)[owner]
        white = np.linalg.solve(lower, y[..., None] - basis[owner] @ mean)[..., 0]
        curve: RealArray = (y - white * np.diagonal(lower, axis1=1, axis2=2)).ravel()
        return curve


def _hessian(slope: Callable[[RealArray], RealArray], theta: RealArray) -> RealArray:
    unit = STEP * np.eye(theta.size)
    rows = np.array([(slope(theta + one) - slope(theta - one)) / (2 * STEP) for one in unit])
    hessian: RealArray = (rows + rows.T) / 2
    return hessian


def _inverse(hessian: RealArray) -> RealArray:
    blank = np.full(hessian.shape, np.nan)
    try:
        inverse = np.asarray(np.linalg.inv(hessian), dtype=np.float64)
    except np.linalg.LinAlgError:
        return blank
    return inverse if (np.diag(inverse) > 0).all() else blank
