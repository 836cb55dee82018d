"""Measured numbers with names and units: what ``load`` makes, and how fits take it apart."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, ShapeMismatch, UnitError, UnknownName
from sharvin.typing import RealArray
from sharvin.units import ratio

if TYPE_CHECKING:
    import xarray as xr

# What laboratories call things; a column is found by any of these, folded to lower case.
ALIASES: dict[str, tuple[str, ...]] = {
    "gate": ("gate", "vg", "v_g", "vgate", "gate voltage", "v_gate", "splitgate", "plunger", "vp"),
    "G": ("g", "conductance", "cond", "didv", "di/dv", "dcond"),
    "I": ("i", "current", "isd", "i_sd", "id", "ids"),
    "R": ("r", "resistance", "rxx", "r_xx"),
    "bias": ("bias", "vsd", "v_sd", "vbias", "v_bias", "vds", "source-drain", "bias voltage"),
    "B": ("b", "field", "magnetic field", "bfield"),
    "S": ("s", "noise", "s_i", "si", "noise power"),
    "Rxy": ("rxy", "r_xy", "hall resistance", "rhall"),
    "conductivity": ("sigma", "sigma_xx", "sxx", "sheet conductance"),
    "L_phi": ("lphi", "l_phi", "coherence length"),
    "T": ("t", "temperature", "temp"),
}


def pick(record: "xr.Dataset | xr.DataArray", name: str) -> "xr.DataArray":
    """Variable or coordinate ``name`` of a record, or what laboratories call so.

    Raises
    ------
    UnknownName
        With the nearest names that the record has.
    """
    import xarray as xr

    if isinstance(record, xr.DataArray):
        if name in record.coords:
            return record[name]
        return record
    known = {str(key): key for key in record.variables}
    if name in known:
        return record[name]
    folded = {key.lower().strip(): key for key in known}
    for alias in ALIASES.get(name, ()):
        if alias in folded:
            return record[folded[alias]]
    raise UnknownName.among("column", name, known)


def has(record: Any, name: str) -> bool:
    """Whether `pick` would find it."""
    try:
        pick(record, name)
    except UnknownName:
        return False
    return True


def numbers(array: "xr.DataArray", unit: str, *, default: str | None = None) -> RealArray:
    """Values of a labelled array in `unit`; `default` is taken where it names no unit.

    Raises
    ------
    UnitError
        When it has no unit and none is given, or one of another kind.
    """
    given = str(array.attrs.get("units", "")) or default
    if given is None:
        raise UnitError(
            f"{array.name!r} has no unit, but {unit} is needed; load it with "
            f"columns={{{array.name!r}: (column, {unit!r})}} (-c {array.name}=COLUMN:{unit})"
        )
    values = np.asarray(array.values, dtype=np.float64)
    scaled: RealArray = values * ratio(given, unit)
    return scaled


def curve(x: ArrayLike, y: ArrayLike, *, least: int = 8) -> tuple[RealArray, RealArray, int]:
    """Finite points of a curve in rising order, repeated abscissas averaged, and how many fell out.

    Raises
    ------
    ShapeMismatch
        For unequal lengths.
    InvalidInput
        When fewer than `least` points are left.
    """
    at, of = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if at.ndim != 1 or at.shape != of.shape:
        raise ShapeMismatch(
            f"a trace needs as many values as points, got {of.shape} values at {at.shape} points"
        )
    finite = np.isfinite(at) & np.isfinite(of)
    lost = int(at.size - finite.sum())
    if lost == at.size and lost:
        raise InvalidInput(f"all {lost} points of the trace are NaN: nothing was measured")
    at, of = at[finite], of[finite]
    if at.size:
        at, place, count = np.unique(at, return_inverse=True, return_counts=True)
        of = np.bincount(place.ravel(), weights=of) / count
    if at.size < least:
        raise InvalidInput(f"a fit needs {least} finite points or more, got {at.size}")
    return at, of, lost


def record_of(
    columns: Mapping[str, tuple[Any, str]], *, source: str = "arrays", **attrs: Any
) -> "xr.Dataset":
    """Labelled record of columns of equal length: name -> (values, unit).

    Columns may have shape (points,) or (points, traces).
    """
    import xarray as xr

    arrays = {name: np.asarray(values, dtype=np.float64) for name, (values, _) in columns.items()}
    lengths = {name: a.shape for name, a in arrays.items()}
    if len({a.shape[0] for a in arrays.values()}) > 1 or len({a.ndim for a in arrays.values()}) > 1:
        said = ", ".join(f"{name} {shape}" for name, shape in lengths.items())
        raise ShapeMismatch(f"columns of one record need the same length, got {said}")
    parts = {
        name: (_dims(a), a, {"units": unit, "long_name": name})
        for (name, (_, unit)), a in zip(columns.items(), arrays.values(), strict=True)
    }
    return xr.Dataset(parts, attrs={"source": source, **attrs})


def _dims(array: RealArray) -> Sequence[str]:
    return ("point", "trace")[: array.ndim]
