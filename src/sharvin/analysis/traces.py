"""Traces of conductance against gate out of a record, whatever its unit and shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.analysis.records import curve, has, pick
from sharvin.errors import InvalidInput, ShapeMismatch, UnitError
from sharvin.typing import RealArray
from sharvin.units import ratio

# What an instrument may have meant by a number without a unit.
GUESSES = ("2e²/h", "e²/h", "S", "mS", "uS", "nS", "Ohm", "kOhm")


@dataclass(frozen=True, eq=False)
class Trace:
    """Finite points in rising order of the gate.

    Parameters
    ----------
    gate, values : real array, shape (points,)
        `values` in the unit of the record.
    scales : tuple of (str, float)
        Units that `values` may have, and how many e²/h (or h/e² for a resistance) one is.
    gate_unit, source : str
    lost : int
        Points that were not finite.
    """

    gate: RealArray
    values: RealArray
    scales: tuple[tuple[str, float], ...]
    gate_unit: str
    source: str
    lost: int

    def conductance(self, unit: str, scale: float) -> RealArray:
        """Values in e²/h, read in one of the possible units."""
        scaled = self.values * scale
        if not _is_resistance(unit):
            return scaled
        with np.errstate(divide="ignore"):
            inverse: RealArray = np.where(scaled > 0, 1.0 / np.maximum(scaled, 1e-9), 0.0)
        return inverse


def traces(record: Any, unit: str | None = None) -> list[Trace]:
    """All traces of a record or of several records."""
    if isinstance(record, Sequence) and not isinstance(record, (str, bytes)):
        if not record:
            raise InvalidInput("no traces to analyze: the list is empty")
        return [trace for one in record for trace in traces(one, unit)]
    gate, values = columns(record)
    scales = _scales(str(values.attrs.get("units", "")) or unit, str(values.name))
    x = np.asarray(gate.values, dtype=np.float64)
    y = np.asarray(values.values, dtype=np.float64)
    if gate.ndim == 1 and values.ndim == 2:
        axis = values.dims.index(gate.dims[0])
        y = np.moveaxis(y, axis, 0)
        x = np.broadcast_to(x[:, None], y.shape)
    if y.ndim <= 2 and x.shape != y.shape:
        raise ShapeMismatch(
            f"as many gate voltages as values are needed: {gate.name!r} has {x.shape}, "
            f"{values.name!r} has {y.shape}"
        )
    if y.ndim > 2:
        raise InvalidInput(f"a trace has shape (points,) or (points, traces), got {y.shape}")
    source = str(getattr(record, "attrs", {}).get("source", ""))
    found = []
    for a, b in zip(np.atleast_2d(x.T), np.atleast_2d(y.T), strict=True):
        at, of, lost = curve(a, b, least=16)
        # Cells that end early are the layout of a file, not lost points.
        padding = int((np.isnan(a) & np.isnan(b)).sum())
        kind = str(gate.attrs.get("units", ""))
        found.append(Trace(at, of, scales, kind, source, lost - padding))
    return found


def columns(record: Any) -> tuple[Any, Any]:
    """Gate and conductance (or resistance) of a record, by name or as its two variables."""
    import xarray as xr

    if isinstance(record, xr.DataArray):
        record = record.to_dataset(name=record.name or "G")
    if not isinstance(record, xr.Dataset):
        raise InvalidInput(
            f"a record of sharvin.analysis.load is needed, got {type(record).__name__}"
        )
    for name in ("G", "R"):
        if has(record, "gate") and has(record, name):
            return pick(record, "gate"), pick(record, name)
    names = [str(name) for name in (*record.coords, *record.data_vars)]
    names = [name for name in names if record[name].dtype.kind in "fiu"]
    if len(names) == 2:
        return record[names[0]], record[names[1]]
    pick(record, "gate")  # says which names there are
    return pick(record, "gate"), pick(record, "G")


def _scales(unit: str | None, name: str) -> tuple[tuple[str, float], ...]:
    if unit is None:
        return tuple((guess, _scale(guess)) for guess in GUESSES)
    try:
        return ((unit, _scale(unit)),)
    except UnitError:
        raise UnitError(
            f"{name!r} is in {unit!r}; a conductance (uS, 2e²/h) or a resistance (Ohm) is needed"
        ) from None


def _scale(unit: str) -> float:
    return ratio(unit, "h/e²") if _is_resistance(unit) else ratio(unit, "e²/h")


def _is_resistance(unit: str) -> bool:
    try:
        ratio(unit, "h/e²")
    except UnitError:
        return False
    return True
