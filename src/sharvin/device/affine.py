"""Arrays that depend on named parameters: constant, affine, or computed by a function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy import sparse

from sharvin.device.parameters import Parameters, check_name, signature_parameters
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.typing import NumberArray

# What a caller may pass as a matrix: an array (dense or sparse), {"": M0, "gate": M1},
# or a function of named parameters.
BlockLike = Any

HERMITIAN_TOLERANCE = 1e-12
"""Largest accepted |H - H†|, relative to the largest entry of H."""


class Block(Protocol):
    """An array for every parameter set."""

    @property
    def parameters(self) -> Parameters:
        """Names that the array depends on."""
        ...

    def at(self, params: Mapping[str, float]) -> NumberArray:
        """Array for one parameter set; the same object while nothing varies."""
        ...


@dataclass(frozen=True, eq=False)
class Affine:
    r"""Array :math:`M_0 + \sum_k p_k M_k` with real parameters :math:`p_k`.

    Parameters
    ----------
    constant : array
        :math:`M_0`.
    slopes : mapping
        :math:`M_k` by parameter name, each of the shape of :math:`M_0`.
    """

    constant: NumberArray
    slopes: Mapping[str, NumberArray]

    @property
    def parameters(self) -> Parameters:
        """Names of the slopes."""
        return Parameters(tuple(self.slopes))

    def at(self, params: Mapping[str, float]) -> NumberArray:
        """Sum at ``params``; stays real where the complex terms have zero weight."""
        total = self.constant
        for name, slope in self.slopes.items():
            # A vanishing field leaves a real matrix real, which solves four times faster.
            if params[name] != 0:
                total = total + params[name] * slope
        return total


@dataclass(frozen=True, eq=False)
class Computed:
    """Array returned by a function of named parameters, checked at every call.

    Parameters
    ----------
    function : callable
        Called with keywords only.
    parameters : Parameters
        Names in its signature.
    check : callable
        Turns what came into a validated array.
    """

    function: Callable[..., Any]
    parameters: Parameters
    check: Callable[[Any], NumberArray]

    def at(self, params: Mapping[str, float]) -> NumberArray:
        """Call the function and validate what it returns."""
        return self.check(self.function(**{name: params[name] for name in self.parameters.names}))


def dense_block(
    value: BlockLike, what: str, shape: tuple[int, int] | None = None, *, hermitian: bool = False
) -> Block:
    """Block of dense matrices; ``what`` names it in messages (lead and argument)."""
    if callable(value):
        return Computed(
            value,
            signature_parameters(value, what, skip=()),
            lambda came: dense_matrix(came, what, shape, hermitian=hermitian),
        )
    parts = affine_parts(value, what)
    arrays = {name: dense_matrix(part, what, shape, hermitian=hermitian) for name, part in parts}
    constant = arrays.pop("", None)
    if constant is None:
        constant = read_only(np.zeros_like(next(iter(arrays.values())), dtype=np.float64))
    for name, array in arrays.items():
        if array.shape != constant.shape:
            raise ShapeMismatch(
                f"{what}: the term {name!r} has shape {array.shape}, the others {constant.shape}"
            )
    return Affine(constant, arrays)


def affine_parts(value: BlockLike, what: str) -> list[tuple[str, Any]]:
    """Pairs (parameter name, matrix) of a block; the name is empty for the constant part."""
    if not isinstance(value, Mapping):
        return [("", value)]
    if not value:
        raise InvalidInput(f"{what}: the mapping is empty; give at least {{'': matrix}}")
    for name in value:
        if name != "":
            check_name(name, what)
    return list(value.items())


def dense_matrix(
    value: Any, what: str, shape: tuple[int, int] | None = None, *, hermitian: bool = False
) -> NumberArray:
    """Read-only copy as float64 if real, else complex128; shape and entries checked."""
    array = number_array(_dense(value), what)
    if array.ndim != 2 or (hermitian and array.shape[0] != array.shape[1]):
        needed = "a square matrix" if hermitian else "a matrix"
        raise ShapeMismatch(f"{what} must be {needed}, got shape {array.shape}")
    if shape is not None and array.shape != shape:
        raise ShapeMismatch(f"{what} has shape {array.shape}, needed is {shape}")
    if hermitian:
        defect = float(np.max(np.abs(array - array.conj().T), initial=0.0))
        check_hermitian(defect, float(np.max(np.abs(array), initial=0.0)), what)
    return read_only(array)


def _dense(value: Any) -> Any:
    if sparse.issparse(value):
        matrix: Any = value
        return matrix.toarray()
    return value


def number_array(value: Any, what: str) -> NumberArray:
    """Copy as float64 where no imaginary part is present, else complex128; finite."""
    try:
        array = np.array(value)
        array = array.astype(np.complex128 if np.iscomplexobj(array) else np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"{what} must hold numbers, got {type(value).__name__}") from error
    if not np.isfinite(array).all():
        raise InvalidInput(f"{what} holds NaN or infinity; every entry must be finite")
    if np.iscomplexobj(array) and not array.imag.any():
        array = array.real.copy()
    return array


def check_hermitian(defect: float, largest: float, what: str) -> None:
    """Refuse a matrix whose adjoint differs by ``defect`` at a scale of ``largest``."""
    if defect > HERMITIAN_TOLERANCE * largest:
        raise InvalidInput(
            f"{what} is not Hermitian: it differs from its adjoint by {defect:.1e} "
            f"(largest entry {largest:.1e}); check that each hopping has its conjugate partner"
        )


def read_only(array: NumberArray) -> NumberArray:
    """Return the same array, closed to writing."""
    array.flags.writeable = False
    return array
