"""Closed paths of voltages and barriers, corner by corner."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName
from sharvin.manybody.dot.contacts import Contacts
from sharvin.manybody.dot.model import Dot
from sharvin.typing import RealArray
from sharvin.units import quantity


@dataclass(frozen=True, eq=False)
class Cycle:
    """A closed polygon in the space of voltages and barriers, run through at even speed.

    Parameters
    ----------
    volts : mapping of str to array, shape (corners,)
        Voltages of all leads and gates at the corners; the first follows on the last.
    openings : array, shape (corners, leads)
        Factors on the rates of each lead.
    """

    volts: Mapping[str, RealArray]
    openings: RealArray

    @property
    def corners(self) -> int:
        """Corners, and stretches between them."""
        return len(self.openings)

    def divided(self, parts: int) -> "Cycle":
        """The same polygon with so many points on each stretch, evenly spaced."""

        def between(values: RealArray) -> RealArray:
            step = np.arange(parts) / parts
            step = step.reshape(1, -1, *[1] * (values.ndim - 1))
            after = np.roll(values, -1, axis=0)
            points = values[:, None] * (1 - step) + after[:, None] * step
            return points.reshape(-1, *values.shape[1:])

        return Cycle({n: between(v) for n, v in self.volts.items()}, between(self.openings))

    def part(self, start: int, end: int) -> "Cycle":
        """Some of its points."""
        volts = {name: v[start:end] for name, v in self.volts.items()}
        return Cycle(volts, self.openings[start:end])

    def shifted(self) -> "Cycle":
        """The middles of all stretches as corners."""

        def middle(values: RealArray) -> RealArray:
            return np.asarray((values + np.roll(values, -1, axis=0)) / 2)

        return Cycle({n: middle(v) for n, v in self.volts.items()}, middle(self.openings))


def read_cycle(
    dot: Dot, leads: tuple[str, ...], openings: Mapping[str, Any], voltages: Mapping[str, Any]
) -> Cycle:
    """Corners of a cycle from what is given for each lead and gate."""
    known = [*leads, *(name for name in dot.lever_arms if name not in leads)]
    given: dict[str, RealArray] = {}
    for name, value in voltages.items():
        if name not in known:
            raise UnknownName.among("lead or gate", name, known)
        given[name] = np.asarray(quantity(value, "V", name=name), dtype=np.float64)
    factors = {}
    for name, value in openings.items():
        if name not in leads:
            raise UnknownName.among("lead", name, leads)
        factors[name] = np.asarray(value, dtype=np.float64)
        if not (factors[name] >= 0).all():
            raise InvalidInput(f"the opening of {name!r} is a factor on its rate: not negative")
    every = [*given.values(), *factors.values()]
    lengths = {len(x) for x in every if x.ndim}
    if any(x.ndim > 1 or not np.isfinite(x).all() for x in every) or len(lengths) > 1:
        raise ShapeMismatch(
            f"a cycle needs as many corners for everything that moves, got lengths {lengths}"
        )
    count = lengths.pop() if lengths else 0
    if count < 3:
        raise InvalidInput(
            f"a cycle needs at least three corners, got {count}: give two or more voltages or "
            "openings as lists. What moves alone goes back the way it came and pumps nothing"
        )
    volts = {name: np.broadcast_to(given.get(name, np.zeros(1)), (count,)) for name in known}
    columns = [np.broadcast_to(factors.get(name, np.ones(1)), (count,)) for name in leads]
    return Cycle(volts, np.stack(columns, axis=1))


def opened(cycle: Cycle, leads: Contacts) -> tuple[Cycle, Contacts]:
    """The same with openings of at most one, which is checked again: Γ must stay below k_B T."""
    widest = cycle.openings.max(axis=0)
    rates = leads.rates * widest[:, None, None]
    scaled = replace(leads, rates=rates).checked()
    return replace(cycle, openings=cycle.openings / np.where(widest > 0, widest, 1.0)), scaled
