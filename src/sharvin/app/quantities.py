"""What the values in a device file may look like: text with a unit, a parameter's name, an axis.

A bare number is refused where a unit belongs (zero needs none): a file is read again in a year by
somebody else, and 250 could then be nm or Å.
"""

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from sharvin.errors import InvalidInput, UnknownName
from sharvin.units import quantity

# What a grid of points may hold: far above any sweep that ends, far below what memory holds.
MOST_VALUES = 1_000_000
_RANGE = {"from", "to", "points"}

# Keywords of the verbs and of the experiment; a parameter of the device cannot be called so.
RESERVED = frozenset(
    {
        "chemical_potential", "cluster", "current", "density", "energy", "executor", "from_",
        "progress", "resume", "store", "temperature", "to", "tolerance", "unit", "voltage",
        "workers",
    }
)  # fmt: skip


def number(value: Any, unit: str) -> float:
    """``value`` as a finite number of ``unit``; bare numbers only where there is no unit."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"needed is a number{_of(unit)}")
    if isinstance(value, str) and not unit:
        raise ValueError("needed is a number without quotes and without a unit")
    if unit and value != 0 and _is_bare(value):
        raise ValueError(f'the unit is missing; write "{value} {unit}"')
    try:
        found = quantity(value, unit) if unit else float(value)
    except InvalidInput as error:
        raise ValueError(str(error)) from None
    if not math.isfinite(found):
        raise ValueError(f"needed is a finite number{_of(unit)}")
    return found


def _is_bare(value: float | str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def values(given: Any, unit: str) -> float | tuple[float, ...]:
    """One number, or the numbers of a list or of ``{from = ..., to = ..., points = ...}``."""
    if isinstance(given, Mapping):
        return _range(given, unit)
    if not isinstance(given, list):
        return number(given, unit)
    if not given:
        raise ValueError("the list is empty; needed is at least one value")
    found = tuple(number(entry, unit) for entry in given)
    if len(set(found)) < len(found):
        twice = next(entry for entry in found if found.count(entry) > 1)
        raise ValueError(f"{twice:g} {unit}".rstrip() + " stands there twice")
    return found


def _range(given: Mapping[str, Any], unit: str) -> tuple[float, ...]:
    low, high = (f'"{x} {unit}"' if unit else f"{x}" for x in (-1, 1))
    example = f"write {{ from = {low}, to = {high}, points = 201 }}"
    for key in given:
        if key not in _RANGE:
            raise ValueError(f"{UnknownName.among('key', key, _RANGE)}; {example}")
    for key in sorted(_RANGE - set(given)):
        raise ValueError(f"{key!r} is missing; {example}")
    points = given["points"]
    if isinstance(points, bool) or not isinstance(points, int) or not 1 < points <= MOST_VALUES:
        raise ValueError(f"points must be a whole number from 2 to {MOST_VALUES}, got {points!r}")
    first, last = number(given["from"], unit), number(given["to"], unit)
    if first == last:
        raise ValueError(f"the axis has no length: from and to are both {first:g} {unit}".rstrip())
    step = (last - first) / (points - 1)
    return (*(first + step * index for index in range(points - 1)), last)


def _of(unit: str) -> str:
    return f' with its unit, such as "1 {unit}"' if unit else ""


def parameter_name(value: str) -> str:
    """``value`` if a device may have a parameter called so."""
    if value in RESERVED:
        raise ValueError(f"a parameter cannot be called {value!r}, a keyword of the experiment")
    return value


def _positive(found: float) -> float:
    if found <= 0:
        raise ValueError("needed is a number above zero")
    return found


def _reader(unit: str, *, positive: bool = False) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        found = number(value, unit)
        return _positive(found) if positive else found

    return read


def _share(value: Any) -> float:
    found = number(value, "")
    if not 0 < found < 1:
        raise ValueError("needed is a number between 0 and 1")
    return found


def _knob(unit: str) -> Callable[[Any], float | str]:
    def read(value: Any) -> float | str:
        if isinstance(value, str) and value.isidentifier():
            return parameter_name(value)
        return number(value, unit)

    return read


def _many(unit: str, *, negative: bool = True) -> Callable[[Any], float | tuple[float, ...]]:
    def read(given: Any) -> float | tuple[float, ...]:
        found = values(given, unit)
        if not negative and min(found if isinstance(found, tuple) else (found,)) < 0:
            raise ValueError("needed are numbers that are not negative")
        return found

    return read


def _named(value: Any) -> str:
    if not isinstance(value, str) or not value.isidentifier():
        raise ValueError("needed is a name of letters, digits and _, in quotes")
    return parameter_name(value)


def _side(value: Any) -> float | None:
    if value in ("inf", "-inf"):
        return None
    return number(value, "nm")


def _seed(value: Any) -> float | str:
    found = _knob("")(value)
    if not isinstance(found, str) and (found != int(found) or found < 0):
        raise ValueError("needed is a whole number, or the name of a parameter that counts")
    return found


def _switch(value: Any) -> bool | float:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        raise ValueError("needed is true or false without quotes, or the divisor as a number")
    return _positive(number(value, ""))


Screening = Annotated[bool | float, BeforeValidator(_switch)]
Side = Annotated[float | None, BeforeValidator(_side)]  # of a gate; "inf": it goes on forever
Name = Annotated[str, BeforeValidator(_named)]
Number = Annotated[float, BeforeValidator(_reader(""))]
Positive = Annotated[float, BeforeValidator(_reader("", positive=True))]
Share = Annotated[float, BeforeValidator(_share)]
Length = Annotated[float, BeforeValidator(_reader("nm"))]
Size = Annotated[float, BeforeValidator(_reader("nm", positive=True))]
Energy = Annotated[float, BeforeValidator(_reader("meV"))]
RashbaCoupling = Annotated[float, BeforeValidator(_reader("meV nm"))]
EnergyKnob = Annotated[float | str, BeforeValidator(_knob("meV"))]
LengthKnob = Annotated[float | str, BeforeValidator(_knob("nm"))]
VoltageKnob = Annotated[float | str, BeforeValidator(_knob("V"))]
FieldKnob = Annotated[float | str, BeforeValidator(_knob("T"))]
FactorKnob = Annotated[float | str, BeforeValidator(_knob(""))]
SeedKnob = Annotated[float | str, BeforeValidator(_seed)]
Energies = Annotated[float | tuple[float, ...], BeforeValidator(_many("meV"))]
Densities = Annotated[float | tuple[float, ...], BeforeValidator(_many("m^-2"))]
Temperatures = Annotated[float | tuple[float, ...], BeforeValidator(_many("K", negative=False))]
