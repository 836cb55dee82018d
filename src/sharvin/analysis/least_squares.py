"""Nonlinear least squares of a curve, with every number that a fit owes its reader."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.fit import Fit
from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName
from sharvin.typing import RealArray

Loss = Literal["linear", "soft_l1"]
SETTLED = 1e-12  # relative fall of the sum of squares that ends an iteration
MOST = 400  # evaluations of the residuals; well-started fits need ten
# Smallest singular value of the scaled Jacobian: below, a combination of values changes the curve
# by less than the rounding of finite differences (1e-8) can show.
SINGULAR = 1e-7


@dataclass(frozen=True)
class _Problem:
    """The curve in arrays: everything that does not change while values do."""

    model: Callable[..., RealArray]
    x: RealArray
    weight: RealArray
    names: tuple[str, ...]
    low: RealArray
    high: RealArray
    jacobian: Callable[..., RealArray] | None = None
    tolerance: float = SETTLED

    def curve(self, theta: RealArray) -> RealArray:
        values = dict(zip(self.names, theta.tolist(), strict=True))
        curve: RealArray = np.asarray(self.model(self.x, **values), dtype=np.float64)
        return curve

    def slope(self, theta: RealArray) -> RealArray:
        """Weighted derivatives, where the model brings its own."""
        assert self.jacobian is not None  # asked for only then
        values = dict(zip(self.names, theta.tolist(), strict=True))
        slope = np.asarray(self.jacobian(self.x, **values), dtype=np.float64)
        weighted: RealArray = slope * self.weight[:, None]
        return weighted


def fit_curve(
    model: Callable[..., RealArray],
    x: ArrayLike,
    y: ArrayLike,
    sigma: ArrayLike | None = None,
    *,
    start: Mapping[str, float],
    bounds: Mapping[str, tuple[float, float]] | None = None,
    units: Mapping[str, str] | None = None,
    name: str = "curve",
    formula: str = "",
    labels: tuple[str, str] = ("x", "y"),
    notes: Sequence[str] = (),
    kind: str = "curve",
    parts: Mapping[str, Any] | None = None,
    loss: Loss = "linear",
    jacobian: Callable[..., RealArray] | None = None,
    tolerance: float = SETTLED,
) -> Fit:
    r"""Values that minimize :math:`\sum_i [(y_i - m(x_i))/\sigma_i]^2`, with their covariance.

    Points where anything is NaN or infinite are left out and counted in the notes. Curves are
    sorted by `x` if it is one number per point, so that the runs test means something.

    Parameters
    ----------
    model : callable
        ``model(x, **values)`` returns shape (points,); never called with values out of bounds.
    x : real array, shape (points,) or (coordinates, points)
    y : real array, shape (points,)
    sigma : float or real array, shape (points,), optional
        Standard deviation of the noise. Without it the residuals tell, and no chi² test can.
    start : mapping
        Starting values; their order is the order of the parameters.
    bounds : mapping, optional
        Lowest and highest value by name.
    units, name, formula, labels, notes, kind, parts
        What the `Fit` says about itself.
    loss : str
        "linear", or "soft_l1" for data with outliers (covariance is then that of the linear
        problem at the robust solution).
    jacobian : callable, optional
        ``jacobian(x, **values)`` returns derivatives by the values, in their order, shape (points,
        parameters); finite differences otherwise.
    tolerance : float
        Relative fall of the sum of squares below which the iteration ends; larger where every
        evaluation is dear.

    Returns
    -------
    Fit
        `converged` is False, with the reason, when the iteration does not settle or the data
        cannot tell parameters apart.

    Raises
    ------
    InvalidInput
        For shapes that do not match, negative sigma, unknown bounds, or fewer points than values.
    """
    coordinates, ordinates, noise, dropped = _points(x, y, sigma)
    problem = _problem(
        model, coordinates, noise, ordinates.size, start, bounds or {}, jacobian, tolerance
    )
    if ordinates.size < len(start):
        raise InvalidInput(
            f"{name}: {len(start)} values need as many points or more, got {ordinates.size} "
            "finite ones"
        )
    first = np.array([float(v) for v in start.values()])
    theta, slopes, trouble = _minimize(problem, ordinates, first, loss)
    fitted = problem.curve(theta)
    covariance, blind = _covariance(slopes, problem.names)
    freedom = ordinates.size - len(start)
    if sigma is None:
        spread = float(((ordinates - fitted) ** 2).sum()) / max(freedom, 1)
        covariance = covariance * (spread if freedom else np.nan)
    said = [*notes, *_bound_notes(problem, theta)]
    if dropped:
        said.append(f"{dropped} of {dropped + ordinates.size} points are not finite: left out")

    def refit(new: RealArray) -> RealArray:
        return _minimize(problem, new, theta, loss)[0]

    return Fit(
        model=name, formula=formula, names=problem.names, estimates=theta, covariance=covariance,
        x=coordinates, y=ordinates, fitted=fitted, sigma=noise,
        converged=not (trouble or blind), problem=trouble or blind, units=units or {},
        labels=labels, notes=tuple(said), kind=kind, parts=parts or {}, refit=refit,
    )  # fmt: skip


def _points(
    x: ArrayLike, y: ArrayLike, sigma: ArrayLike | None
) -> tuple[RealArray, RealArray, RealArray | None, int]:
    """Finite points, sorted, and how many were not finite."""
    at = np.asarray(x, dtype=np.float64)
    of = np.asarray(y, dtype=np.float64)
    if of.ndim != 1 or at.ndim not in (1, 2) or at.shape[-1] != of.size:
        raise ShapeMismatch(
            f"a curve needs as many values as points, got x of shape {at.shape} and y of shape "
            f"{of.shape}"
        )
    noise = None
    finite = np.isfinite(of) & np.isfinite(np.atleast_2d(at)).all(axis=0)
    if sigma is not None:
        given = np.asarray(sigma, dtype=np.float64)
        if given.shape not in ((), of.shape):
            raise ShapeMismatch(f"sigma has shape {given.shape}, but y has {of.shape}")
        noise = np.broadcast_to(given, of.shape)
        if not (noise[finite] > 0).all():
            raise InvalidInput("sigma, the noise of the data, must be positive everywhere")
        finite &= np.isfinite(noise)
    order = np.flatnonzero(finite)
    if at.ndim == 1:
        order = order[np.argsort(at[order], kind="stable")]
    kept = None if noise is None else noise[order].copy()
    return at[..., order], of[order], kept, int((~finite).sum())


def _problem(
    model: Callable[..., RealArray],
    x: RealArray,
    sigma: RealArray | None,
    points: int,
    start: Mapping[str, float],
    bounds: Mapping[str, tuple[float, float]],
    jacobian: Callable[..., RealArray] | None,
    tolerance: float,
) -> _Problem:
    for name in bounds:
        if name not in start:
            raise UnknownName.among("parameter of the model", name, start)
    low = np.array([bounds.get(name, (-np.inf, np.inf))[0] for name in start], dtype=np.float64)
    high = np.array([bounds.get(name, (-np.inf, np.inf))[1] for name in start], dtype=np.float64)
    for name, a, b in zip(start, low, high, strict=True):
        if not a < b:
            raise InvalidInput(f"bounds of {name!r} must rise, got ({a:g}, {b:g})")
    weight = np.ones(points) if sigma is None else 1 / sigma
    return _Problem(model, x, weight, tuple(start), low, high, jacobian, tolerance)


def _minimize(
    problem: _Problem, y: RealArray, start: RealArray, loss: Loss
) -> tuple[RealArray, RealArray, str]:
    """Best values, weighted Jacobian there, and what went wrong if anything did."""
    from scipy.optimize import least_squares

    # An iteration that starts on a wall sees no slope across it.
    reach = np.where(np.isfinite(problem.high - problem.low), problem.high - problem.low, 1.0)
    inside = np.clip(start, problem.low + 1e-9 * reach, problem.high - 1e-9 * reach)

    def residuals(theta: RealArray) -> RealArray:
        distance: RealArray = (problem.curve(theta) - y) * problem.weight
        return distance

    if not np.isfinite(residuals(inside)).all():
        blank = np.zeros((y.size, start.size))
        return inside, blank, "the model is not finite at the starting values; give others"
    # SciPy's gtol is absolute: amperes or A²/Hz would stop the iteration where it starts.
    scale = float(np.median(np.abs(residuals(inside)))) or 1.0

    def scaled(theta: RealArray) -> RealArray:
        return residuals(theta) / scale

    def slope(theta: RealArray) -> RealArray:
        return problem.slope(theta) / scale

    own = problem.jacobian is not None
    try:
        found = least_squares(
            scaled, inside, bounds=(problem.low, problem.high),
            jac=slope if own else "2-point", x_scale="jac", loss=loss, max_nfev=MOST,
            xtol=max(1e-10, 1e-2 * problem.tolerance), ftol=problem.tolerance, gtol=1e-12,
        )  # fmt: skip
    except (ValueError, FloatingPointError, np.linalg.LinAlgError) as error:
        blank = np.zeros((y.size, start.size))
        return inside, blank, f"the iteration broke down ({error}); give other starting values"
    trouble = ""
    if found.status == 0:
        trouble = f"no minimum after {MOST} evaluations; give other starting values or bounds"
    best: RealArray = found.x
    jacobian = np.asarray(found.jac, dtype=np.float64) * scale
    if loss != "linear":  # SciPy scales the Jacobian of a robust loss
        jacobian = problem.slope(best) if own else _jacobian(residuals, best)
    return best, jacobian, trouble


def _jacobian(residuals: Callable[[RealArray], RealArray], theta: RealArray) -> RealArray:
    columns = []
    for i in range(theta.size):
        step = np.zeros_like(theta)
        step[i] = 1e-6 * max(abs(theta[i]), 1e-6)
        columns.append((residuals(theta + step) - residuals(theta - step)) / (2 * step[i]))
    return np.stack(columns, axis=1)


def _covariance(jacobian: RealArray, names: Sequence[str]) -> tuple[RealArray, str]:
    """(J^T J)^-1 from the singular values of J with columns of unit length."""
    size = np.sqrt((jacobian**2).sum(axis=0))
    if not size.all():
        idle = ", ".join(n for n, s in zip(names, size, strict=True) if s == 0)
        nan = np.full((len(names), len(names)), np.nan)
        return nan, f"the data does not depend on {idle}; fix it, or measure where it matters"
    _, singular, right = np.linalg.svd(jacobian / size, full_matrices=False)
    if singular[-1] < SINGULAR * singular[0]:
        mixed = ", ".join(n for n, w in zip(names, right[-1], strict=True) if abs(w) > 0.3)
        nan = np.full((len(names), len(names)), np.nan)
        return nan, f"the data cannot tell {mixed} apart; fix one of them"
    inverse = right.T / singular
    matrix: RealArray = inverse @ inverse.T / np.outer(size, size)
    return matrix, ""


def _bound_notes(problem: _Problem, theta: RealArray) -> list[str]:
    notes = []
    for name, value, low, high in zip(problem.names, theta, problem.low, problem.high, strict=True):
        near = 1e-6 * (high - low if np.isfinite(high - low) else max(abs(value), 1e-300))
        notes += [
            f"{name} ran into its bound {bound:g}: its error means nothing"
            for bound in (low, high)
            if np.isfinite(bound) and abs(value - bound) <= near
        ]
    return notes
