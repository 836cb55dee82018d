"""What a sweep runs over: names, numbers and units, in the order in which they were given."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName
from sharvin.sweeps.gas import fermi_energy
from sharvin.units import quantity, ratio

LEVELS = ("energy", "chemical_potential", "density")
LONG_NAMES = {
    "energy": "energy",
    "chemical_potential": "chemical potential",
    "density": "electron density",
    "temperature": "temperature",
}
_UNITS = {"energy": "meV", "chemical_potential": "meV", "density": "m^-2", "temperature": "K"}


@dataclass(frozen=True)
class Axis:
    """One quantity that a sweep varies, or holds.

    Parameters
    ----------
    name : str
    values : tuple of float
        In `unit`.
    unit : str
        Empty for a bare number.
    is_point : bool
        Whether it was given as one number, so that the result has no dimension for it.
    """

    name: str
    values: tuple[float, ...]
    unit: str
    is_point: bool

    @property
    def long_name(self) -> str:
        """The name as a reader says it."""
        return LONG_NAMES.get(self.name, self.name.replace("_", " "))


@dataclass(frozen=True)
class Axes:
    """All axes of a sweep.

    Parameters
    ----------
    given : tuple of Axis
        In the order of the call, then the device's defaults.
    levels : tuple of float
        Chemical potentials in meV, one per value of the axis that sets them.
    """

    given: tuple[Axis, ...]
    levels: tuple[float, ...]

    @property
    def level(self) -> Axis:
        """The axis that sets the chemical potential."""
        return next(axis for axis in self.given if axis.name in LEVELS)

    @property
    def temperatures(self) -> tuple[float, ...]:
        """Temperatures in K."""
        found = [axis for axis in self.given if axis.name == "temperature"]
        return found[0].values if found else (0.0,)

    @property
    def parameters(self) -> tuple[Axis, ...]:
        """The axes that are parameters of the device."""
        own = {*LEVELS, "temperature"}
        return tuple(axis for axis in self.given if axis.name not in own)

    def parameter_sets(self) -> Sequence[dict[str, float]]:
        """Every combination of the device's parameters, the last axis fastest."""
        names = [axis.name for axis in self.parameters]
        return [
            dict(zip(names, values, strict=True))
            for values in product(*(axis.values for axis in self.parameters))
        ]


def read_axes(device: Device, given: Mapping[str, Any]) -> Axes:
    """Axes of a call: unknown names, missing values and wrong units are refused here.

    Parameters
    ----------
    device : Device
    given : mapping
        Exactly one of ``energy``, ``chemical_potential`` and ``density``, perhaps
        ``temperature``, and the device's parameters. A number or a string with a unit is a
        point; a list or an array is an axis.
    """
    known = (*device.parameters, *LEVELS, "temperature")
    for name in given:
        if name not in known:
            raise UnknownName.among("parameter", name, known)
    axes = [_axis(device, name, value) for name, value in given.items()]
    axes += [
        Axis(name, (float(value),), device.units.get(name, ""), True)
        for name, value in device.defaults.items()
        if name not in given
    ]
    missing = [name for name in device.parameters if name not in {axis.name for axis in axes}]
    if missing:
        raise InvalidInput(f"the device needs a value for its parameter {missing[0]!r}")
    level = _level(axes)
    temperatures = next((a.values for a in axes if a.name == "temperature"), (0.0,))
    if min(temperatures) < 0:
        raise InvalidInput(f"a temperature must not be negative, got {min(temperatures):g} K")
    if level.name == "energy" and max(temperatures) > 0:
        raise InvalidInput(
            "energy= picks one energy, which no temperature can smear; "
            "say chemical_potential= where the temperature is not zero"
        )
    return Axes(tuple(axes), _levels(device, level))


def _level(axes: Sequence[Axis]) -> Axis:
    found = [axis for axis in axes if axis.name in LEVELS]
    if len(found) == 1:
        return found[0]
    if found:
        names = " and ".join(f"{axis.name}=" for axis in found)
        raise InvalidInput(f"{names} both set the Fermi level; give one of them")
    raise InvalidInput(
        "the Fermi level is missing; give energy=, chemical_potential= (meV) or density= (m^-2)"
    )


def _levels(device: Device, level: Axis) -> tuple[float, ...]:
    if level.name != "density":
        return level.values
    to_internal = ratio("m^-2", "nm^-2")
    return tuple(fermi_energy(device.model, n * to_internal) for n in level.values)


def _axis(device: Device, name: str, value: Any) -> Axis:
    unit = _UNITS.get(name) or device.units.get(name, "")
    if isinstance(value, str) and not unit:
        raise InvalidInput(f"parameter {name!r} takes a bare number, got {value!r}")
    shape = () if isinstance(value, str) else np.shape(value)
    if len(shape) > 1:
        raise ShapeMismatch(f"{name} has shape {shape}; an axis is a flat list of values")
    if shape == (0,):
        raise ShapeMismatch(f"{name} holds no values; an axis needs at least one")
    entries = np.asarray(value) if hasattr(value, "__array__") else value
    numbers = np.atleast_1d(np.asarray(quantity(entries, unit or "1", name=name), dtype=float))
    for number in numbers:
        if not math.isfinite(number):
            raise InvalidInput(f"{name} must be finite, got {number}")
    return Axis(name, tuple(numbers.tolist()), unit, shape == ())
