"""Names and numbers a device takes: which are known, which are missing, in what unit."""

import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

from sharvin.errors import InvalidInput, UnknownName
from sharvin.units import quantity

# The verbs (conductance, smatrix, ...) use these keywords themselves.
# fmt: off
RESERVED = frozenset({
    "chemical_potential", "cluster", "density", "energy", "executor", "from_", "progress",
    "resume", "store", "temperature", "to", "tolerance", "unit", "workers",
})
# fmt: on


def check_name(name: object, owner: str) -> str:
    """Return ``name`` if a device may take a parameter called so."""
    if not isinstance(name, str) or not name.isidentifier():
        raise InvalidInput(f"{owner}: {name!r} cannot name a parameter; use a Python identifier")
    if name in RESERVED:
        raise InvalidInput(
            f"{owner}: parameter {name!r} would shadow a keyword of the verbs; rename it "
            f"(taken: {', '.join(sorted(RESERVED))})"
        )
    return name


@dataclass(frozen=True, eq=False)
class Parameters:
    """The parameters of a device: names in order of appearance, defaults, units.

    Parameters
    ----------
    names : tuple of str
        All that a point may give.
    defaults : mapping
        Numbers for those that a point may leave out.
    units : mapping
        Internal units of those that may be given as text, such as ``{"B": "T"}``.
    """

    names: tuple[str, ...] = ()
    defaults: Mapping[str, float] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    def resolve(self, given: Mapping[str, Any]) -> dict[str, float]:
        """Return one finite number per name; refuse unknown and missing names."""
        for name in given:
            if name not in self.names:
                raise UnknownName.among("parameter", name, self.names)
        return {name: self._number(name, given) for name in self.names}

    def _number(self, name: str, given: Mapping[str, Any]) -> float:
        value = given.get(name, self.defaults.get(name))
        if value is None:
            raise InvalidInput(f"the device needs a value for its parameter {name!r}")
        if isinstance(value, str):
            if name not in self.units:
                raise InvalidInput(f"parameter {name!r} takes a bare number, got {value!r}")
            value = quantity(value, self.units[name])
        number = float(value)
        if not math.isfinite(number):
            raise InvalidInput(f"parameter {name!r} must be finite, got {number}")
        return number


def joined(parts: Iterable[Parameters]) -> Parameters:
    """Union of several parameter lists; two different defaults for one name are refused."""
    names: dict[str, None] = {}
    defaults: dict[str, float] = {}
    units: dict[str, str] = {}
    for part in parts:
        names.update(dict.fromkeys(part.names))
        units.update(part.units)
        for name, value in part.defaults.items():
            if defaults.setdefault(name, value) != value:
                raise InvalidInput(
                    f"parameter {name!r} has two defaults, {defaults[name]} and {value}; "
                    "make them equal or drop one"
                )
    return Parameters(tuple(names), defaults, units)


def signature_parameters(
    function: Callable[..., Any], owner: str, *, skip: Iterable[str]
) -> Parameters:
    """Parameters named by the signature of ``function``, without the names in ``skip``.

    A numeric default may be left out of a point; any other default (an array, a table) is
    taken as data that the function carries along, not as a parameter.
    """
    names: list[str] = []
    defaults: dict[str, float] = {}
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            f"{owner}: the signature of {function!r} cannot be read; wrap it in a function"
        ) from error
    for name, parameter in signature.parameters.items():
        bare = parameter.default is parameter.empty
        if name in skip or not (bare or isinstance(parameter.default, Real)):
            continue
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise InvalidInput(f"{owner}: name every parameter instead of *{name}")
        names.append(check_name(name, owner))
        if not bare:
            defaults[name] = float(parameter.default)
    return Parameters(tuple(names), defaults, dict(getattr(function, "units", {})))


@dataclass(frozen=True, eq=False)
class Knob:
    """A number that is fixed, or left to a named parameter of the device.

    Parameters
    ----------
    number : float or None
        The fixed value.
    name : str
        The parameter, where there is no fixed value.
    unit : str
        Internal unit; empty for a bare number.
    """

    number: float | None
    name: str
    unit: str

    @classmethod
    def of(cls, value: Any, unit: str, what: str) -> "Knob":
        """Read a number, text with a unit, or the name of a parameter."""
        if isinstance(value, str) and value.isidentifier():
            return cls(None, check_name(value, what), unit)
        number = float(quantity(value, unit or "1", name=what))
        if not math.isfinite(number):
            raise InvalidInput(f"{what} must be finite, got {value!r}")
        return cls(number, "", unit)

    @property
    def parameters(self) -> Parameters:
        """The parameter, if there is one."""
        if self.number is not None:
            return Parameters()
        return Parameters((self.name,), {}, {self.name: self.unit} if self.unit else {})

    def at(self, params: Mapping[str, float]) -> float:
        """Value at ``params``."""
        return params[self.name] if self.number is None else self.number
