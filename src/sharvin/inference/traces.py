"""A measured trace in the units of a simulation."""

from typing import Any

import numpy as np

from sharvin.analysis.records import curve, pick
from sharvin.errors import InvalidInput, UnitError
from sharvin.typing import RealArray
from sharvin.units import ratio


def scaled(array: Any, unit: str, what: str) -> RealArray:
    """Values of a labelled array in `unit`; numbers without a unit are taken as they are."""
    values = np.asarray(getattr(array, "values", array), dtype=np.float64)
    given = str(getattr(array, "attrs", {}).get("units", ""))
    if not given or not unit or given == unit:
        return values
    try:
        factor = ratio(given, unit)
    except UnitError as error:
        raise UnitError(f"{what}: {error}") from None
    found: RealArray = values * factor
    return found


def trace_of(
    record: Any, x: str | None, y: str | None, *, unit: str, x_unit: str = "", least: int = 4
) -> tuple[RealArray, RealArray, tuple[str, str]]:
    """Finite points of a trace in rising order and what its axes are called.

    Parameters
    ----------
    record : xarray object, or pair of arrays
    x, y : str, optional
        Which variables; a one-dimensional DataArray needs none.
    unit, x_unit : str
        Wanted; empty takes numbers as they are.
    """
    import xarray as xr

    if isinstance(record, tuple | list) and len(record) == 2:
        at, of, names = record[0], record[1], (x or "x", y or "y")
    elif isinstance(record, xr.DataArray) and record.ndim == 1:
        dim = x or str(record.dims[0])
        at, of, names = pick(record, dim), record, (dim, str(record.name or y or "y"))
    elif isinstance(record, xr.Dataset) and x and y:
        at, of, names = pick(record, x), pick(record, y), (x, y)
    else:
        raise InvalidInput(
            "a record is a one-dimensional DataArray, a pair of arrays, or a Dataset with x= and "
            f"y= naming two of its variables; got {type(record).__name__}"
        )
    ordinates = scaled(of, unit, names[1])
    abscissas = scaled(at, x_unit, names[0])
    good_x, good_y, _ = curve(abscissas, ordinates, least=least)
    return good_x, good_y, names
