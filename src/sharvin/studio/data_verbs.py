"""Verbs on measured data: load, fit. They run in a worker."""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.errors import InvalidInput, SharvinError, UnknownName
from sharvin.studio.fit_kinds import KINDS, FitKind
from sharvin.studio.limits import NAME
from sharvin.studio.page_verbs import svg
from sharvin.typing import RealArray

if TYPE_CHECKING:
    import xarray as xr

_ROWS = 20  # of a preview
_POINTS = 4_000  # of a column that is drawn


def _function(kind: FitKind) -> Any:
    analysis = import_module("sharvin.analysis")
    return getattr(analysis, kind.function, None)


def load(path: str, name: str, columns: Any) -> dict[str, Any]:
    """Columns of a file with their units, and its first rows."""
    record = _read(path, name, _wanted(columns))
    table = _table(record)
    rows = max((len(values) for _, _, _, values in table), default=0)
    return {
        "name": name,
        "columns": [
            {"name": key, "unit": unit, "label": label, "values": _thin(values)}
            for key, unit, label, values in table
        ],
        "rows": rows,
        "preview": [
            [float(values[row]) if row < len(values) else None for _, _, _, values in table]
            for row in range(min(rows, _ROWS))
        ],
        "dims": {str(key): int(size) for key, size in record.sizes.items()},
    }


def fit(
    path: str, name: str, kind: str, columns: Any, options: Mapping[str, Any]
) -> dict[str, Any]:
    """Values with errors, a report, a figure and the fitted curve."""
    if kind not in KINDS:
        raise UnknownName.among("kind", kind, KINDS)
    wanted, chosen = KINDS[kind], _options(KINDS[kind], options)
    function = _function(wanted)
    if function is None:
        raise InvalidInput(f"this installation of sharvin has no {wanted.function}")
    given = _columns(wanted, columns)
    record = _read(path, name, given)
    try:
        if wanted.takes_record:
            found = function(record, **chosen)
        else:
            arrays = _arrays(wanted, record, given)
            first, second = (column.name for column in wanted.columns[:2])
            found = function(arrays.pop(first), arrays.pop(second), **arrays, **chosen)
    except SharvinError:
        raise
    except (ValueError, ArithmeticError, LookupError, TypeError) as error:
        raise InvalidInput(f"these columns cannot be fitted so: {str(error)[:NAME]}") from error
    return _told(kind, found)


def _read(path: str, name: str, columns: Mapping[str, Any] | None) -> "xr.Dataset":
    try:
        from sharvin.analysis.load import load as read
    except ImportError:
        raise InvalidInput("this installation of sharvin cannot read measured files yet") from None
    try:
        return read(path, columns=columns)
    except SharvinError as error:  # our name of the file means nothing to the reader
        raise InvalidInput(str(error).replace(path, name)) from None
    except (ValueError, OSError, LookupError, ArithmeticError) as error:
        raise InvalidInput(f"{name} cannot be read as a table of numbers: {error}"[:400]) from None


def _wanted(columns: Any) -> dict[str, Any] | None:
    """Columns by name, as ``"name"`` or ``["name or number", "unit"]``."""
    if columns is None:
        return None
    if not isinstance(columns, Mapping) or len(columns) > NAME:
        raise InvalidInput('columns are an object, {"field": ["Bz", "mT"]}')
    found: dict[str, Any] = {}
    for key, value in columns.items():
        entry = value
        if isinstance(value, Mapping):
            entry = [value.get("column"), value.get("unit") or ""]
        if isinstance(entry, list):
            if len(entry) != 2 or not _is_name(entry[0]) or not isinstance(entry[1], str):
                raise InvalidInput(f"column {key!r} must be [name or number, unit]")
            found[str(key)] = (entry[0], entry[1])
        elif _is_name(entry):
            found[str(key)] = (entry, "")
        else:
            raise InvalidInput(f"column {key!r} must be the name or the number of a column")
    return found


def _is_name(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))


def _columns(kind: FitKind, columns: Any) -> dict[str, Any]:
    given = _wanted(columns) or {}
    names = [column.name for column in kind.columns]
    for name in given:
        if name not in names:
            raise UnknownName.among("column", name, names)
    for column in kind.columns:
        if column.name not in given and not column.is_optional:
            raise InvalidInput(f"choose the column with the {column.label}")
    return given


def _arrays(kind: FitKind, record: "xr.Dataset", given: Mapping[str, Any]) -> dict[str, RealArray]:
    from sharvin.analysis.records import numbers

    found = {}
    for column in kind.columns:
        if column.name in given:
            array = record[column.name]
            values = np.asarray(array.values, dtype=np.float64)
            if column.unit:
                values = numbers(array, column.unit, default=column.unit)
            found[column.name] = values
    return found


def _options(kind: FitKind, given: Mapping[str, Any]) -> dict[str, Any]:
    known = {option.name: option for option in kind.options}
    chosen: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise UnknownName.among("option", name, known)
        option = known[name]
        if option.choices and value not in option.choices:
            raise UnknownName.among(option.label, value, option.choices)
        if isinstance(option.value, bool):
            value = bool(value)
        elif isinstance(option.value, int) and isinstance(value, float):
            value = round(value)
        chosen[name] = value
    return {name: value for name, value in chosen.items() if value is not None}


def _table(record: "xr.Dataset") -> list[tuple[str, str, str, RealArray]]:
    """Name, unit, label and values of everything in a record that is one column."""
    found = []
    for key in [*record.coords, *record.data_vars]:
        array = record[key]
        if array.dtype.kind not in "fiub" or array.ndim > 2:
            continue
        unit, label = str(array.attrs.get("units", "")), str(array.attrs.get("long_name", key))
        found.append((str(key), unit, label, np.asarray(array.values, np.float64).ravel()))
    return found


def _thin(values: RealArray) -> RealArray:
    """At most so many points as can be drawn, evenly taken."""
    return values[:: max(1, -(-len(values) // _POINTS))]


def _told(kind: str, found: Any) -> dict[str, Any]:
    if not found.converged:
        return {
            "kind": kind,
            "figure_svg": svg(_figure(found)),
            "report": str(found),
            "values": [],
            "curve": _curve(found),
            "problem": found.problem,
        }
    values, errors = found.values, found.errors
    return {
        "kind": kind,
        "figure_svg": svg(_figure(found)),
        "report": _report(found),
        "values": [
            {"name": n, "value": values[n], "error": errors[n], "unit": found.units.get(n, "")}
            for n in values
        ],
        "curve": _curve(found),
        "problem": "",
        "formula": found.formula,
        "model": found.model,
        "notes": list(found.notes),
    }


def _report(found: Any) -> str:
    from sharvin.analysis.report import report

    return report(found)


def _curve(found: Any) -> dict[str, Any]:
    """Data and fit as curves over x, if x is one number per point."""
    if found.x.ndim != 1 or found.x.shape != found.y.shape:
        return {"x": [], "y": [], "fitted": [], "labels": list(found.labels)}
    return {"x": found.x, "y": found.y, "fitted": found.fitted, "labels": list(found.labels)}


def _figure(found: Any) -> Any:
    """Figure of a fit: the one of its kind, or data, curve and residuals."""
    from sharvin.studio.fit_figure import figure

    try:
        plot = import_module("sharvin.plot.fit")
    except ImportError:
        return figure(found)
    draw = getattr(plot, "fit", None)
    return figure(found) if draw is None else draw(found)
