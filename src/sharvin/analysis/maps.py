"""A quantity over gate and bias out of a record, however its axes and rows are laid out."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.analysis.records import has, numbers, pick
from sharvin.errors import InvalidInput, SharvinError
from sharvin.typing import RealArray

FULL = 0.6  # share of the cells of a grid that a list of points must fill to be a map
LEAST = 12  # points along either axis


@dataclass(frozen=True, eq=False)
class Measured:
    """A map as it was measured.

    Parameters
    ----------
    gate, bias : real array
        Rising, V and mV.
    body : real array, shape (bias, gate)
        NaN where nothing was measured.
    unit : str
        Of the body; empty where the record names none.
    is_current : bool
    source : str
    """

    gate: RealArray
    bias: RealArray
    body: RealArray
    unit: str
    is_current: bool
    source: str


def read_map(record: Any, units: tuple[str, str] = ("V", "mV"), *, what: str = "map") -> Measured:
    """Map of ``I`` or ``G`` over ``gate`` and ``bias``, axes rising.

    Three columns of equal length, one row per point, become a map as well.

    Parameters
    ----------
    record : record of `load`
    units : (str, str)
        Of gate and bias where the record names none.
    what : str
        What needs the map, for refusals.
    """
    # A lock-in's dI/dV beats the derivative of a current that was measured beside it.
    is_current = not has(record, "G") and has(record, "I")
    body = _body(record, "I" if is_current else "G")
    source = str(getattr(record, "attrs", {}).get("source", ""))
    unit = str(body.attrs.get("units", ""))
    named = has(record, "gate") and has(record, "bias")
    if body.ndim == 1 and named and pick(record, "gate").shape == pick(record, "bias").shape:
        gate, bias = pick(record, "gate"), pick(record, "bias")
        axes, values = _gridded(
            numbers(gate, "V", default=units[0]), numbers(bias, "mV", default=units[1]),
            np.asarray(body.values, dtype=np.float64), what,
        )  # fmt: skip
        return Measured(*axes, _checked(values, what), unit, is_current, source)
    if body.ndim != 2:
        raise InvalidInput(f"{what}: a map over gate and bias is needed, got {body.ndim} dimension")
    if named:
        gate, bias = pick(record, "gate"), pick(record, "bias")
    else:  # rows are the bias, as instruments write them
        gate, bias = body[body.dims[1]], body[body.dims[0]]
    if gate.ndim != 1 or bias.ndim != 1 or gate.dims == bias.dims:
        raise InvalidInput(f"{what}: gate and bias must each be one axis of the map")
    body = body.transpose(bias.dims[0], gate.dims[0])
    x, y = numbers(gate, "V", default=units[0]), numbers(bias, "mV", default=units[1])
    values = _checked(np.asarray(body.values, dtype=np.float64), what)
    rows, columns = np.argsort(y), np.argsort(x)
    return Measured(x[columns], y[rows], values[np.ix_(rows, columns)], unit, is_current, source)


def _body(record: Any, name: str) -> Any:
    try:
        return pick(record, name)
    except SharvinError:
        two = [v for v in getattr(record, "data_vars", {}).values() if v.ndim == 2]
        if len(two) != 1:
            raise
        return two[0]


def _gridded(
    gate: RealArray, bias: RealArray, values: RealArray, what: str
) -> tuple[tuple[RealArray, RealArray], RealArray]:
    """Points in any order on the grid of their coordinates; repeated ones are averaged."""
    if not gate.shape == bias.shape == values.shape:
        raise InvalidInput(
            f"{what}: a map over gate and bias needs as many of each, got {gate.shape}, "
            f"{bias.shape} and {values.shape}"
        )
    good = np.isfinite(gate) & np.isfinite(bias) & np.isfinite(values)
    x, column = np.unique(gate[good], return_inverse=True)
    y, row = np.unique(bias[good], return_inverse=True)
    if not good.any() or good.sum() < FULL * x.size * y.size:
        raise InvalidInput(
            f"{what}: {int(good.sum())} points on {x.size} gates and {y.size} biases are no map; "
            "gate and bias must repeat on a grid"
        )
    place = row.ravel() * x.size + column.ravel()
    count = np.bincount(place, minlength=x.size * y.size)
    total = np.bincount(place, weights=values[good], minlength=x.size * y.size)
    with np.errstate(invalid="ignore"):
        body: RealArray = np.where(count > 0, total / count, np.nan)
    return (x, y), body.reshape(y.size, x.size)


def _checked(values: RealArray, what: str) -> RealArray:
    if not np.isfinite(values).any():
        raise InvalidInput(f"all {values.size} points of the map are NaN: nothing was measured")
    if min(values.shape) < LEAST:
        raise InvalidInput(
            f"{what}: a map of {LEAST} x {LEAST} points or more is needed, got "
            f"{values.shape[1]} gates and {values.shape[0]} biases"
        )
    return values
