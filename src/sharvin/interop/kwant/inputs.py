"""How the numbers of a sweep become the arguments of Kwant's value functions."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from numbers import Integral, Real
from threading import Lock
from typing import Any, Protocol

from sharvin.device.parameters import RESERVED, Parameters
from sharvin.errors import InvalidInput, UnknownName

CALL = "call"  # the one parameter of a device whose Kwant arguments change as a whole

Arguments = tuple[tuple[Any, ...], dict[str, Any] | None]  # Kwant's ``args`` and ``params``


class Inputs(Protocol):
    """Kwant arguments for every parameter set of a device."""

    def parameters(self, names: frozenset[str] | None) -> Parameters:
        """Those of the device's parameters that a part with Kwant's ``names`` depends on."""
        ...

    def at(self, params: Mapping[str, float]) -> Arguments:
        """Arguments that belong to one parameter set."""
        ...


@dataclass(frozen=True, eq=False)
class NamedInputs:
    """Each number among the given values is a parameter; everything else stays as it is.

    Parameters
    ----------
    given : mapping
        A value for every Kwant parameter.
    """

    given: Mapping[str, Any]

    def parameters(self, names: frozenset[str] | None) -> Parameters:
        """Numbers among ``names`` (among all where that is None), with the given defaults."""
        chosen = [
            name
            for name in sorted(self.given)
            if (names is None or name in names) and _is_parameter(name, self.given[name])
        ]
        return Parameters(tuple(chosen), {name: float(self.given[name]) for name in chosen})

    def at(self, params: Mapping[str, float]) -> Arguments:
        """Given values, overridden by ``params``; integers stay integers where they can."""
        values = dict(self.given)
        for name, number in params.items():
            if name in values:
                # Value functions use integers as indices, into a table of disorder say.
                whole = isinstance(self.given[name], Integral) and float(number).is_integer()
                values[name] = int(number) if whole else float(number)
        return (), values or None


def _is_parameter(name: str, value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and name not in RESERVED


def named_inputs(system: Any, params: Mapping[str, Any] | None) -> NamedInputs:
    """Check that ``params`` has a value for every parameter of the system and its leads."""
    given = dict(params or {})
    known = set(system.parameters)
    for lead in system.leads:
        known |= set(getattr(lead, "parameters", None) or ())
    for name in given:
        if name not in known:
            raise UnknownName.among("Kwant parameter", name, known)
    missing = sorted(known - set(given))
    if missing:
        raise InvalidInput(
            f"the system needs a value for its parameter {missing[0]!r}: pass "
            f"params={{{missing[0]!r}: ...}}; a number given there is a default that each point "
            "of a sweep may override"
        )
    return NamedInputs(given)


@dataclass(eq=False)
class LatestInputs:
    """Whatever arguments the present call has: each call is a parameter value of its own.

    The drop-in solvers use it, because Kwant's arguments may be anything, and because a value
    function may read a variable that changed although its arguments did not.
    """

    arguments: Arguments = ((), None)
    _numbers: Iterator[int] = field(default_factory=count)
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def call(self, args: tuple[Any, ...], params: Mapping[str, Any] | None) -> Iterator[float]:
        """Hold the arguments of one call; its number is the device's parameter ``call``."""
        with self._lock:
            self.arguments = (tuple(args), None if params is None else dict(params))
            try:
                yield float(next(self._numbers))
            finally:
                self.arguments = ((), None)

    def parameters(self, names: frozenset[str] | None) -> Parameters:
        """One parameter, on which everything depends."""
        del names
        return Parameters((CALL,))

    def at(self, params: Mapping[str, float]) -> Arguments:
        """Arguments of the call that is in progress."""
        del params
        return self.arguments
