"""What every fit returns, and the least squares behind most of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.bootstrap import Bootstrap, resample
from sharvin.analysis.residuals import chi_square_test, runs_test
from sharvin.analysis.text import with_error
from sharvin.errors import UnknownName, Unreliable
from sharvin.typing import RealArray

SUSPECT = 0.01  # probability below which a report says that residuals are not noise


@dataclass(frozen=True, eq=False)
class Fit:
    r"""Values with errors, the data they came from, and what is wrong with them.

    Errors are one standard deviation, from :math:`C = (J^T W J)^{-1}`; without a known noise they
    are scaled with the residuals. `bootstrap` gives them again without linearization.

    Parameters
    ----------
    model : str
        What was fitted, in words.
    formula : str
        The same in symbols.
    names : tuple of str
    estimates : real array, shape (parameters,)
        Read them through `values`, which refuses those of a fit that did not converge.
    covariance : real array, shape (parameters, parameters)
    x, y, fitted : real array
        Points that took part, in the order of `x` where it is one number per point.
    sigma : real array, shape (points,) or None
        Noise of `y`, if it was known.
    converged : bool
    problem : str
        Why not, and what to do.
    units : mapping of str to str
    labels : (str, str)
        Of `x` and `y`, with units.
    notes : tuple of str
        What a reader must know before using the numbers.
    kind : str
        Chooses the figure of `sharvin.plot.fit`.
    parts : mapping
        What else was found: tables, corrected curves, other fits.
    refit : callable, optional
        New ordinates, shape (points,), to new estimates; what `bootstrap` needs.
    """

    model: str
    formula: str
    names: tuple[str, ...]
    estimates: RealArray
    covariance: RealArray
    x: RealArray
    y: RealArray
    fitted: RealArray
    sigma: RealArray | None = None
    converged: bool = True
    problem: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, str] = ("x", "y")
    notes: tuple[str, ...] = ()
    kind: str = "curve"
    parts: Mapping[str, Any] = field(default_factory=dict)
    refit: Callable[[RealArray], RealArray] | None = None

    def __post_init__(self) -> None:
        for name in ("estimates", "covariance", "x", "y", "fitted"):
            array = np.array(getattr(self, name), dtype=np.float64)
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        object.__setattr__(self, "parts", MappingProxyType(dict(self.parts)))
        object.__setattr__(self, "units", MappingProxyType(dict(self.units)))

    @property
    def values(self) -> dict[str, float]:
        """Best values by name; refused with the reason when the fit did not converge."""
        self.require()
        return dict(zip(self.names, self.estimates.tolist(), strict=True))

    @property
    def errors(self) -> dict[str, float]:
        """One standard deviation by name; refused like `values`."""
        self.require()
        spread = np.sqrt(np.diag(self.covariance))
        return dict(zip(self.names, spread.tolist(), strict=True))

    @property
    def residuals(self) -> RealArray:
        """Data less fit, in the unit of the data."""
        return self.y - self.fitted

    @property
    def correlation(self) -> RealArray:
        """Correlation matrix of the values, shape (parameters, parameters), diagonal one."""
        spread = np.sqrt(np.diag(self.covariance))
        scale = np.where(spread > 0, spread, 1.0)
        matrix: RealArray = self.covariance / np.outer(scale, scale)
        return matrix

    @property
    def freedom(self) -> int:
        """Points less parameters."""
        return self.y.size - len(self.names)

    def interval(self, name: str, level: float = 0.95) -> tuple[float, float]:
        """Where the true value lies with probability `level`, if model and noise are right.

        Student's distribution where the noise was taken from the residuals.
        """
        from scipy.stats import norm, t

        if name not in self.names:
            raise UnknownName.among("fitted value", name, self.names)
        known = self.sigma is not None or self.freedom < 1
        tail = 0.5 + level / 2
        width = float(norm.ppf(tail) if known else t.ppf(tail, self.freedom))
        value, error = self.values[name], self.errors[name]
        return value - width * error, value + width * error

    def derive(self, function: Callable[[dict[str, float]], float]) -> tuple[float, float]:
        """Value and error of a function of the fitted values, errors propagated linearly."""
        best = self.values
        steps = 1e-4 * np.array(list(self.errors.values()))
        steps = np.where(steps > 0, steps, 1e-8)
        slope = []
        for name, step in zip(self.names, steps, strict=True):
            up, down = best | {name: best[name] + step}, best | {name: best[name] - step}
            slope.append((function(up) - function(down)) / (2 * step))
        gradient = np.array(slope)
        return float(function(best)), float(np.sqrt(gradient @ self.covariance @ gradient))

    def bootstrap(self, count: int = 200, *, seed: int = 0) -> Bootstrap:
        """The fit repeated on resampled residuals, in blocks as long as these are correlated.

        Raises
        ------
        Unreliable
            When the fit did not converge, or has nothing to repeat.
        """
        self.require()
        if self.refit is None:
            raise Unreliable(f"{self.model}: this fit has no bootstrap; use its covariance")
        return resample(self.names, self.fitted, self.residuals, self.refit, count, seed=seed)

    def tests(self) -> dict[str, float]:
        """Probabilities that residuals like these are noise: ``runs``, and ``chi2`` with sigma."""
        found = {"runs": runs_test(self.residuals)}
        if self.sigma is not None:
            found["chi2"] = chi_square_test(self.residuals, self.sigma, len(self.names))
        return found

    def require(self) -> None:
        """Raise `Unreliable` with the reason when there is nothing to believe."""
        if not self.converged:
            raise Unreliable(f"{self.model}: {self.problem}")

    def report(self) -> str:
        """Model, values with errors, tests and warnings, as lines of text."""
        from sharvin.analysis.report import report

        return report(self)

    def __str__(self) -> str:
        if not self.converged:
            return f"{self.model}: {self.problem}"
        parts = [
            f"{name} = {with_error(value, self.errors[name], self.units.get(name, ''))}"
            for name, value in self.values.items()
        ]
        return f"{self.model}: " + ", ".join(parts)

    __repr__ = __str__


def fit_curve(
    model: Callable[..., RealArray],
    x: ArrayLike,
    y: ArrayLike,
    sigma: ArrayLike | None = None,
    *,
    start: Mapping[str, float],
    bounds: Mapping[str, tuple[float, float]] | None = None,
    **about: Any,
) -> Fit:
    """Least squares of ``model(x, **values)`` to a curve.

    See `sharvin.analysis.least_squares.fit_curve`.
    """
    from sharvin.analysis.least_squares import fit_curve as solve

    return solve(model, x, y, sigma, start=start, bounds=bounds, **about)
