"""Axis labels with a quantity, a symbol and a unit whose prefix suits the numbers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sharvin.typing import RealArray

if TYPE_CHECKING:
    import xarray as xr

_STEPS = {
    "V": ((1.0, "V"), (1e-3, "mV"), (1e-6, "µV")),
    "T": ((1.0, "T"), (1e-3, "mT")),
    "K": ((1.0, "K"), (1e-3, "mK")),
    "meV": ((1e3, "eV"), (1.0, "meV"), (1e-3, "µeV")),
    "nm": ((1e3, "µm"), (1.0, "nm")),
    "A": ((1.0, "A"), (1e-3, "mA"), (1e-6, "µA"), (1e-9, "nA"), (1e-12, "pA")),
    "S": ((1.0, "S"), (1e-3, "mS"), (1e-6, "µS")),
    "m^-2": ((1e15, "10¹⁵ m⁻²"),),
}
_SYMBOLS = {
    "gate": "$V_g$",
    "B": "$B$",
    "energy": "$E$",
    "chemical_potential": "$µ$",
    "conductance": "$G$",
    "resistance": "$R$",
    "density": "$n$",
    "temperature": "$T$",
}
_NAMES = {"gate": "gate voltage", "B": "magnetic field", "chemical_potential": "chemical potential"}
_UNITS = {"2e²/h": "$2e^2/h$", "e²/h": "$e^2/h$", "h/e²": "$h/e^2$"}


class Scaled(NamedTuple):
    """Numbers in a unit whose prefix keeps them short."""

    values: RealArray
    unit: str
    factor: float


def scaled(values: Any, unit: str) -> Scaled:
    """``values`` in the prefixed unit that makes the largest of them one or more.

    Examples
    --------
    >>> scaled([0.0, 0.02], "V")[1:]
    ('mV', 0.001)
    """
    numbers = np.asarray(values, dtype=np.float64)
    size = float(np.abs(numbers).max(initial=0.0))
    steps = _STEPS.get(unit, ((1.0, unit),))
    if size == 0 and unit in {name for _, name in steps}:
        return Scaled(numbers, unit, 1.0)
    factor, name = next(((f, n) for f, n in steps if size >= f * (1 - 1e-9)), steps[-1])
    return Scaled(numbers / factor, name, factor)


def shown_unit(unit: str) -> str:
    """Unit as it is typeset."""
    return _UNITS.get(unit, unit)


def axis_label(name: str, unit: str, *, long_name: str = "") -> str:
    """Quantity, symbol, unit: ``gate voltage $V_g$ (V)``."""
    text = _NAMES.get(name) or long_name or name.replace("_", " ")
    symbol = _SYMBOLS.get(name, "")
    parts = [text, symbol, f"({shown_unit(unit)})" if unit else ""]
    return " ".join(part for part in parts if part)


def symbol_of(name: str) -> str:
    """Symbol of a quantity, or its name."""
    return _SYMBOLS.get(name, name.replace("_", " "))


def value_label(value: float, unit: str) -> str:
    """One number with a short unit: ``600 mK``."""
    number, name, _ = scaled([value], unit)
    times = "·" if name.startswith("10") else " "
    return f"{number[0]:.4g}{times}{name}".strip()


def unit_of(array: "xr.DataArray") -> str:
    """Unit that a labelled array says it has."""
    return str(array.attrs.get("units", ""))


def long_name_of(array: "xr.DataArray", default: Iterable[str] | str = "") -> str:
    """What a labelled array calls itself."""
    return str(array.attrs.get("long_name", default or array.name or ""))
