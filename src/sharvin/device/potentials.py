"""Onsite energies that differ from site to site: gates, arrays, disorder, orbital matrices."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sharvin.device.affine import check_hermitian, dense_matrix, number_array
from sharvin.device.disorder import Disorder, hashed, whole
from sharvin.device.landscape import COORDINATES, Factor, Points, Term
from sharvin.device.parameters import Knob, Parameters, signature_parameters
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.typing import NumberArray, RealArray


@dataclass(frozen=True, eq=False)
class Potential:
    """Potential times a factor, and times a matrix in the orbitals of a site.

    Parameters
    ----------
    values : anything that ``Device(potential=...)`` takes
    matrix : array, shape (orbitals, orbitals), optional
        Hermitian; for example a Pauli matrix for an exchange field. By default unity.
    factor : float or str
        A number, or the name of a parameter. Along a sweep of it `values` are evaluated once.
    unit : str
        Internal unit of the factor, such as ``"V"``; then it may be given as text, ``"-0.9 V"``.

    Examples
    --------
    A gate whose potential is 30 meV per volt where x > 0:

    >>> step = Potential(lambda x: -30.0 * (x > 0), factor="gate", unit="V")
    """

    values: Any
    matrix: Any = None
    factor: float | str = 1.0
    unit: str = ""


@runtime_checkable
class Bindable(Protocol):
    """Gates, random fields, model potentials: whatever knows its own terms."""

    def bind(self, what: str) -> tuple[Term, ...]:
        """Terms of a sum; ``what`` starts error messages."""


def bind_terms(given: Any, orbitals: Sequence[int], trial: Points, what: str) -> tuple[Term, ...]:
    """Terms of a potential as the user wrote it; a list or tuple is a sum.

    Parameters
    ----------
    given : None, number, text, array, callable, Potential, Disorder, Bindable, or a list of these
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
    if isinstance(given, Potential):
        return _products(given, orbitals, trial, what)
    if isinstance(given, Bindable):
        check = getattr(given, "check_orbitals", None)
        if check is not None:
            check(orbitals, what)
        return given.bind(what)
    if isinstance(given, Disorder):
        return (_random(given, what),)
    if callable(given):
        return (_function(given, orbitals, trial, what),)
    if isinstance(given, np.ndarray) and given.ndim:
        return (_array(given, orbitals, what),)
    height = Factor.of(given, "meV", what)
    if height.is_zero:
        return ()
    return (Term(lambda points, params: np.ones(len(points)), Parameters(), factor=height),)


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


def _products(
    given: Potential, orbitals: Sequence[int], trial: Points, what: str
) -> tuple[Term, ...]:
    """Terms of a potential with a matrix and a factor."""
    terms = bind_terms(given.values, orbitals, trial, what)
    if given.matrix is not None:
        size = _uniform(orbitals, what)
        matrix = dense_matrix(given.matrix, f"matrix of {what}", (size, size), hermitian=True)
        if any(term.is_block or term.matrix is not None for term in terms):
            raise ShapeMismatch(f"{what}: what multiplies a matrix must be one number per site")
        terms = tuple(replace(term, matrix=matrix) for term in terms)
    factor = Factor.of(given.factor, given.unit, f"factor of {what}")
    if factor.knob.number == 1:
        return terms
    return tuple(_multiplied(term, factor) for term in terms)


def _multiplied(term: Term, factor: Factor) -> Term:
    if term.factor is None:
        return replace(term, factor=factor)
    inner = term.factor

    def evaluate(points: Points, params: Mapping[str, float]) -> NumberArray:
        return term.evaluate(points, params) * inner.at(params)

    return replace(term, evaluate=evaluate, shape_parameters=term.parameters, factor=factor)


def _random(given: Disorder, what: str) -> Term:
    seed = Knob.of(given.seed, "", f"seed of {what}")

    def evaluate(points: Points, params: Mapping[str, float]) -> RealArray:
        return hashed(whole(seed.at(params), what), points.integers)

    return Term(
        evaluate,
        seed.parameters,
        factor=Factor.of(given.strength, "meV", f"strength of {what}"),
    )


def _array(given: NumberArray, orbitals: Sequence[int], what: str) -> Term:
    values = number_array(given, what)
    values.flags.writeable = False
    is_block = values.ndim == 3

    def evaluate(points: Points, params: Mapping[str, float]) -> NumberArray:
        if points.sites is None:
            return _checked(values, len(points), orbitals, is_block, what)
        if (points.sites < 0).any():
            raise InvalidInput(f"{what}: an array does not say what a lead beyond the edge feels")
        return _checked(values[points.sites], len(points), orbitals, is_block, what)

    return Term(evaluate, Parameters(), is_block=is_block)


def _function(
    function: Callable[..., Any],
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
    if max(orbitals) > 1:
        # Parameters may have any meaning: where one does not suit, the potential is taken
        # for a scalar, and `_checked` refuses what turns out to be a matrix.
        try:
            guess = {name: parameters.defaults.get(name, 1.0) for name in parameters.names}
            is_block = np.ndim(call(trial, guess)) == 3
        except Exception:
            is_block = False

    def evaluate(points: Points, params: Mapping[str, float]) -> NumberArray:
        return _checked(call(points, params), len(points), orbitals, is_block, what)

    return Term(evaluate, parameters, is_block=is_block)


def _coordinates(function: Callable[..., Any], trial: Points, what: str) -> tuple[str, ...]:
    """Coordinates that the function asks for."""
    asked = [name for name in inspect.signature(function).parameters if name in COORDINATES]
    for name in asked:
        trial.coordinate(name, what)
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
