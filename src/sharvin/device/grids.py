"""Potentials that somebody else computed: an array on a grid, or a table in a CSV file."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from sharvin.device.landscape import Factor, Points, Term
from sharvin.device.parameters import Parameters
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.typing import RealArray
from sharvin.units import quantity

# Positions are sums of a few products; a site this share of a cell beyond the edge is on it.
ON_EDGE = 1e-6


@dataclass(frozen=True, eq=False)
class Grid:
    """Values on a rectangular grid, interpolated by cubic (or linear) splines.

    Parameters
    ----------
    x, y : real arrays, ascending
        Coordinates of the grid, nm.
    values : real array, shape (len(x), len(y))
        In meV, or in meV per unit of the factor.
    order : {1, 3}
    factor : Factor
    """

    x: RealArray
    y: RealArray
    values: RealArray
    order: int
    factor: Factor

    @cached_property
    def _spline(self) -> Any:
        from scipy.interpolate import RectBivariateSpline

        return RectBivariateSpline(self.x, self.y, self.values, kx=self.order, ky=self.order)

    def shape(self, x: Any, y: Any) -> RealArray:
        """Interpolated values at points inside the grid."""
        x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        for name, place, axis in (("x", x, self.x), ("y", y, self.y)):
            slack = ON_EDGE * float(np.diff(axis).max())
            low, high = axis[0] - slack, axis[-1] + slack
            if place.size and (place.min() < low or place.max() > high):
                raise InvalidInput(
                    f"the grid of the potential reaches from {name} = {axis[0]:g} to "
                    f"{axis[-1]:g} nm, but the device from {place.min():g} to {place.max():g} nm"
                )
        found: RealArray = self._spline.ev(x, y)
        return found

    def energy(self, x: Any, y: Any, **params: float | str) -> RealArray:
        """Potential energy, meV, at points inside the grid given by arrays in nm."""
        known = self.factor.knob.parameters.resolve(params)
        return self.factor.at(known) * self.shape(x, y)

    def bind(self, what: str) -> tuple[Term, ...]:
        """One term: the interpolated shape times the factor."""

        def evaluate(points: Points, params: Mapping[str, float]) -> RealArray:
            return self.shape(points.coordinate("x", what), points.coordinate("y", what))

        return (Term(evaluate, Parameters(), factor=self.factor),)

    def __repr__(self) -> str:
        return (
            f"grid of {len(self.x)} x {len(self.y)} values, x = {self.x[0]:g} to "
            f"{self.x[-1]:g} nm, y = {self.y[0]:g} to {self.y[-1]:g} nm"
        )


def grid_potential(
    values: Any,
    x: Any = None,
    y: Any = None,
    *,
    factor: float | str = 1.0,
    factor_unit: str = "",
    unit: str = "meV",
    order: int = 3,
) -> Grid:
    """Potential interpolated between values on a grid.

    Parameters
    ----------
    values : array, shape (len(x), len(y)), or path of a CSV file
        Energies of an electron. The file has three columns x, y (nm) and value, one line per
        grid point in any order; a line of headings and lines that begin with ``#`` are skipped.
    x, y : arrays, ascending
        Coordinates in nm; not with a file.
    factor : float or str
        Multiplies everything: a number, or the name of a parameter, such as a gate's voltage
        for a table of meV per volt.
    factor_unit : str
        Internal unit of that parameter, such as ``"V"``.
    unit : str
        Energy unit of the values.
    order : {1, 3}
        Linear or cubic interpolation.
    """
    if isinstance(values, str | Path):
        if x is not None or y is not None:
            raise InvalidInput("a potential from a file brings its own x and y; leave them out")
        along, across, table = _read(Path(values))
    else:
        if x is None or y is None:
            raise InvalidInput("a potential on a grid needs x= and y=, the coordinates of its axes")
        along, across = _axis(x, "x"), _axis(y, "y")
        table = np.array(values, dtype=np.float64)
    if table.shape != (len(along), len(across)):
        raise ShapeMismatch(
            f"the potential has shape {table.shape}, but x and y have {len(along)} and "
            f"{len(across)} points; values[i, j] belongs to x[i], y[j]"
        )
    if not np.isfinite(table).all():
        raise InvalidInput("the potential on the grid holds NaN or infinity")
    if order not in (1, 3):
        raise InvalidInput(f"order must be 1 (linear) or 3 (cubic), got {order!r}")
    if min(table.shape) <= order:
        raise InvalidInput(f"interpolation of order {order} needs {order + 1} points along x and y")
    table = table * quantity(f"1 {unit}", "meV", name="unit of the potential")
    scale = Factor.of(factor, factor_unit, "factor of the potential")
    return Grid(along, across, table, order, scale)


def _axis(given: Any, name: str) -> RealArray:
    axis = np.asarray(quantity(given, "nm", name=name), dtype=np.float64)
    if axis.ndim != 1 or len(axis) < 2 or not (np.diff(axis) > 0).all():
        raise InvalidInput(f"{name} of the grid must ascend, one number per grid line")
    return axis


def _read(path: Path) -> tuple[RealArray, RealArray, RealArray]:
    """Axes and table of a CSV file."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(_numbers(path, csv.reader(file)))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or "it is not a text file"
        raise InvalidInput(f"cannot read the potential {str(path)!r}: {reason}") from None
    if not rows:
        raise InvalidInput(f"{path}: no line of three numbers x, y, value")
    columns = np.array(rows)
    x, row = np.unique(columns[:, 0], return_inverse=True)
    y, column = np.unique(columns[:, 1], return_inverse=True)
    if len(x) * len(y) != len(rows):
        raise InvalidInput(
            f"{path}: {len(rows)} lines do not fill a grid of {len(x)} x {len(y)} points; "
            "each pair of x and y must come exactly once"
        )
    table = np.full((len(x), len(y)), np.nan)
    table[row, column] = columns[:, 2]
    if np.isnan(table).any():
        raise InvalidInput(f"{path}: a pair of x and y is missing, comes twice or has no value")
    return x, y, table


def _numbers(path: Path, lines: Iterator[list[str]]) -> Iterator[tuple[float, float, float]]:
    """Rows of three numbers; a first line that is no numbers counts as headings."""
    first = True
    for number, line in enumerate(lines, start=1):
        if not line or line[0].lstrip().startswith("#"):
            continue
        try:
            x, y, value = map(float, line)
        except ValueError:
            if not first:
                raise InvalidInput(
                    f"{path}, line {number}: needed are three numbers x, y, value, "
                    f"got {','.join(line)!r}"
                ) from None
        else:
            yield x, y, value
        first = False
