"""Sums of potentials on given sites: what depends on no parameter is evaluated once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sharvin.device.disorder import integer_columns
from sharvin.device.parameters import Knob, Parameters, joined
from sharvin.errors import InvalidInput
from sharvin.typing import NumberArray, RealArray

COORDINATES = ("x", "y", "z")


@dataclass(frozen=True, eq=False)
class Points:
    """Sites at which potentials are evaluated.

    Parameters
    ----------
    positions : real array, shape (n, D)
    cells : int array, shape (n, d)
    sublattice : int array, shape (n,)
    sites : int array, shape (n,), or None
        Their numbers in the device (-1: none), for potentials given as arrays; None: all.
    """

    positions: RealArray
    cells: NDArray[np.integer[Any]]
    sublattice: NDArray[np.integer[Any]]
    sites: NDArray[np.integer[Any]] | None = None

    def __len__(self) -> int:
        return len(self.positions)

    @cached_property
    def coordinates(self) -> dict[str, RealArray]:
        """Arrays x, y, z, as many as there are, contiguous and read-only."""
        named = zip(COORDINATES, self.positions.T, strict=False)
        columns = {name: np.ascontiguousarray(column) for name, column in named}
        for column in columns.values():
            column.flags.writeable = False
        return columns

    @cached_property
    def integers(self) -> NDArray[np.uint64]:
        """Cells and sublattice as rows of integers, for random numbers hashed from them."""
        return integer_columns(self.cells, self.sublattice)

    def coordinate(self, name: str, what: str) -> RealArray:
        """One coordinate of all sites, shape (n,), nm; ``what`` asks for it."""
        if name not in self.coordinates:
            raise InvalidInput(
                f"{what} asks for the coordinate {name!r}, but the lattice has only "
                f"{', '.join(self.coordinates)}"
            )
        return self.coordinates[name]


@dataclass(frozen=True, eq=False)
class Factor:
    """What multiplies a shape at a point of a sweep: a number or a parameter, to a power.

    Parameters
    ----------
    knob : Knob
    power : int
    """

    knob: Knob
    power: int = 1

    @classmethod
    def of(cls, value: Any, unit: str, what: str, power: int = 1) -> "Factor":
        """Read a number, text with a unit, or the name of a parameter."""
        return cls(Knob.of(value, unit, what), power)

    @property
    def is_zero(self) -> bool:
        """Whether it is zero whatever the parameters are."""
        return self.knob.number == 0

    def at(self, params: Mapping[str, float]) -> float:
        """Value at ``params``."""
        return self.knob.at(params) ** self.power


@dataclass(frozen=True, eq=False)
class Term:
    """One summand of a potential, ready to be evaluated: a shape, times a factor if it has one.

    Parameters
    ----------
    evaluate : callable
        ``evaluate(points, params)`` returns (n,) or, if `is_block`, (n, orbitals, orbitals).
    shape_parameters : Parameters
        Those that `evaluate` needs. While they stay the same, it is not called again.
    matrix : array, shape (orbitals, orbitals), or None
        Multiplies the scalar values.
    is_block : bool
    factor : Factor or None
        Multiplies everything, and costs next to nothing where it changes along a sweep.
    """

    evaluate: Callable[[Points, Mapping[str, float]], NumberArray]
    shape_parameters: Parameters
    matrix: NumberArray | None = None
    is_block: bool = False
    factor: Factor | None = None

    @cached_property
    def parameters(self) -> Parameters:
        """Parameters of the shape and of the factor."""
        if self.factor is None:
            return self.shape_parameters
        return joined((self.shape_parameters, self.factor.knob.parameters))


@dataclass(frozen=True, eq=False)
class Landscape:
    """Sum of several terms on given points; remembers what did not change.

    Parameters
    ----------
    terms : sequence of Term
    points : Points
    """

    terms: Sequence[Term]
    points: Points
    _last: dict[int, tuple[tuple[float, ...], NumberArray]] = field(
        default_factory=dict, init=False, repr=False
    )

    @cached_property
    def parameters(self) -> Parameters:
        """Parameters of all terms."""
        return joined(term.parameters for term in self.terms)

    def scalar(self, params: Mapping[str, float]) -> RealArray | None:
        """Sum of the scalar terms, shape (n,), None if there are none."""
        plain = [
            self._values(number, params)
            for number, term in enumerate(self.terms)
            if term.matrix is None and not term.is_block
        ]
        total: RealArray | None = _sum(plain)
        return total

    def blocks(self, params: Mapping[str, float]) -> NumberArray | None:
        """Sum of the matrix-valued terms, shape (n, orbitals, orbitals), None without any."""
        found = []
        for number, term in enumerate(self.terms):
            if term.is_block:
                found.append(self._values(number, params))
            elif term.matrix is not None:
                found.append(self._values(number, params)[:, None, None] * term.matrix)
        total: NumberArray | None = _sum(found)
        return total

    def _values(self, number: int, params: Mapping[str, float]) -> NumberArray:
        term = self.terms[number]
        key = tuple(params[name] for name in term.shape_parameters.names)
        last = self._last.get(number)
        if last is None or last[0] != key:
            last = (key, term.evaluate(self.points, params))
            self._last[number] = last
        return last[1] if term.factor is None else last[1] * term.factor.at(params)


def _sum(arrays: list[NumberArray]) -> Any:
    if not arrays:
        return None
    total = arrays[0]
    for array in arrays[1:]:
        total = total + array
    return total
