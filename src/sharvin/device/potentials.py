"""Onsite energies that differ from site to site: gates, arrays, disorder, orbital matrices."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sharvin.device.affine import check_hermitian, dense_matrix, number_array
from sharvin.device.disorder import Disorder, uniform
from sharvin.device.parameters import Knob, Parameters, joined, signature_parameters
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.typing import NumberArray, RealArray

COORDINATES = ("x", "y", "z")


@dataclass(frozen=True, eq=False)
class Potential:
    """Scalar potential times a fixed matrix in the orbitals of a site.

    Parameters
    ----------
    values : number, array (sites,), callable or Disorder
        As for ``Device(potential=...)``.
    matrix : array, shape (orbitals, orbitals)
        Hermitian; for example a Pauli matrix for an exchange field.
    """

    values: Any
    matrix: Any


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


@dataclass(frozen=True, eq=False)
class Term:
    """One summand of a potential, ready to be evaluated.

    Parameters
    ----------
    evaluate : callable
        ``evaluate(points, params)`` returns (n,) or, if `is_block`, (n, orbitals, orbitals).
    parameters : Parameters
    matrix : array, shape (orbitals, orbitals), or None
        Multiplies the scalar values.
    is_block : bool
    """

    evaluate: Callable[[Points, Mapping[str, float]], NumberArray]
    parameters: Parameters
    matrix: NumberArray | None = None
    is_block: bool = False


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
        key = tuple(params[name] for name in term.parameters.names)
        last = self._last.get(number)
        if last is None or last[0] != key:
            last = (key, term.evaluate(self.points, params))
            self._last[number] = last
        return last[1]


def _sum(arrays: list[NumberArray]) -> Any:
    if not arrays:
        return None
    total = arrays[0]
    for array in arrays[1:]:
        total = total + array
    return total


def bind_terms(given: Any, orbitals: Sequence[int], trial: Points, what: str) -> tuple[Term, ...]:
    """Terms of a potential as the user wrote it; a list or tuple is a sum.

    Parameters
    ----------
    given : None, number, text, array, callable, Potential, Disorder, or a list of these
    orbitals : sequence of int
        Orbitals of each sublattice.
    trial : Points
        A few sites to find out whether a function returns numbers or matrices.
    what : str
        Starts error messages.
    """
    if given is None:
        return ()
    if isinstance(given, list | tuple):
        return tuple(t for part in given for t in bind_terms(part, orbitals, trial, what))
    matrix = None
    if isinstance(given, Potential):
        size = _uniform(orbitals, what)
        matrix = dense_matrix(given.matrix, f"matrix of {what}", (size, size), hermitian=True)
        given = given.values
    if isinstance(given, Disorder):
        return (_random(given, matrix, what),)
    if callable(given):
        return (_function(given, matrix, orbitals, trial, what),)
    if isinstance(given, np.ndarray) and given.ndim:
        return (_array(given, matrix, orbitals, what),)
    number = Knob.of(given, "meV", what)
    if number.number == 0:
        return ()

    def flat(points: Points, params: Mapping[str, float]) -> RealArray:
        return np.full(len(points), number.at(params))

    return (Term(flat, number.parameters, matrix),)


def structure(terms: Sequence[Term], orbitals: int) -> NDArray[np.bool_]:
    """Which onsite matrix elements the terms may fill, shape (orbitals, orbitals)."""
    filled = np.zeros((orbitals, orbitals), dtype=bool)
    for term in terms:
        if term.is_block:
            filled[:] = True
        elif term.matrix is not None:
            filled |= term.matrix != 0
    return filled


def _uniform(orbitals: Sequence[int], what: str) -> int:
    if len(set(orbitals)) > 1:
        raise InvalidInput(f"{what}: matrices need the same number of orbitals on every site")
    return orbitals[0]


def _random(given: Disorder, matrix: NumberArray | None, what: str) -> Term:
    strength = Knob.of(given.strength, "meV", f"strength of {what}")
    seed = Knob.of(given.seed, "", f"seed of {what}")

    def evaluate(points: Points, params: Mapping[str, float]) -> RealArray:
        which = seed.at(params)
        if which != int(which):
            raise InvalidInput(f"seed of {what} must be a whole number, got {which}")
        drawn = uniform(int(which), points.cells, points.sublattice)
        drawn *= strength.at(params)
        return drawn

    return Term(evaluate, joined((strength.parameters, seed.parameters)), matrix)


def _array(
    given: NumberArray, matrix: NumberArray | None, orbitals: Sequence[int], what: str
) -> Term:
    values = number_array(given, what)
    values.flags.writeable = False
    is_block = values.ndim == 3

    def evaluate(points: Points, params: Mapping[str, float]) -> NumberArray:
        if points.sites is None:
            return _checked(values, len(points), orbitals, is_block, what)
        if (points.sites < 0).any():
            raise InvalidInput(f"{what}: an array does not say what a lead beyond the edge feels")
        return _checked(values[points.sites], len(points), orbitals, is_block, what)

    return Term(evaluate, Parameters(), matrix, is_block)


def _function(
    function: Callable[..., Any],
    matrix: NumberArray | None,
    orbitals: Sequence[int],
    trial: Points,
    what: str,
) -> Term:
    parameters = signature_parameters(function, what, skip=COORDINATES)
    known = _coordinates(function, trial, what)

    def call(points: Points, params: Mapping[str, float]) -> Any:
        place = {name: points.coordinates[name] for name in known}
        return function(**place, **{name: params[name] for name in parameters.names})

    is_block = False
    if matrix is None and max(orbitals) > 1:
        # Parameters may have any meaning: where one does not suit, the potential is taken
        # for a scalar, and `_checked` refuses what turns out to be a matrix.
        try:
            guess = {name: parameters.defaults.get(name, 1.0) for name in parameters.names}
            is_block = np.ndim(call(trial, guess)) == 3
        except Exception:
            is_block = False

    def evaluate(points: Points, params: Mapping[str, float]) -> NumberArray:
        return _checked(call(points, params), len(points), orbitals, is_block, what)

    return Term(evaluate, parameters, matrix, is_block)


def _coordinates(function: Callable[..., Any], trial: Points, what: str) -> tuple[str, ...]:
    """Coordinates that the function asks for."""
    asked = [name for name in inspect.signature(function).parameters if name in COORDINATES]
    for name in asked:
        if name not in trial.coordinates:
            raise InvalidInput(
                f"{what} asks for the coordinate {name!r}, but the lattice has only "
                f"{', '.join(trial.coordinates)}"
            )
    return tuple(asked)


def _checked(
    values: Any, n: int, orbitals: Sequence[int], is_block: bool, what: str
) -> NumberArray:
    """Finite, real values of shape (n,), or Hermitian ones of shape (n, orbitals, orbitals)."""
    array = number_array(values, what) if not _is_clean(values) else values
    if is_block:
        size = _uniform(orbitals, what)
        if array.shape != (n, size, size):
            raise ShapeMismatch(f"{what} has shape {array.shape}, needed is ({n}, {size}, {size})")
        defect = np.abs(array - array.conj().transpose(0, 2, 1)).max()
        check_hermitian(float(defect), float(np.abs(array).max()), what)
        return array
    if array.ndim == 0:
        array = np.full(n, array)
    if array.shape != (n,):
        hint = "; for matrices write Potential(function, matrix)" if array.ndim == 3 else ""
        raise ShapeMismatch(
            f"{what} has shape {array.shape}, needed is one number per site, ({n},){hint}"
        )
    if np.iscomplexobj(array):
        raise InvalidInput(f"{what} must be real: its imaginary part would not conserve current")
    return array


def _is_clean(values: Any) -> bool:
    """Whether the values need no conversion, which would cost a copy per point."""
    return (
        isinstance(values, np.ndarray)
        and values.dtype == np.float64
        and bool(np.isfinite(values).all())
    )
