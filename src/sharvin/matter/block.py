"""One block of a Hamiltonian: a matrix that may depend on named parameters."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias, Union

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName
from sharvin.typing import NumberArray

# Largest |M - M^†| over the largest |M| that still counts as rounding.
HERMITIAN = 1e-12

BlockSource: TypeAlias = Union[
    ArrayLike, Mapping[str, ArrayLike], Callable[..., ArrayLike], "Block"
]


@dataclass(frozen=True, eq=False)
class Block:
    r"""Matrix :math:`M = M_0 + \sum_p p\, M_p`, or any function of named parameters.

    Real matrices stay ``float64``: the solver is several times faster for them.

    Parameters
    ----------
    source : array, mapping or callable
        An array does not depend on parameters. ``{"": M0, "alpha": M1}`` means
        ``M0 + alpha * M1``. A callable is called with its own parameters by name.
    shape : (int, int)
        What the matrix must be; numbers are read as 1 x 1.
    what : str
        Starts error messages, for example ``"onsite block of site 0"``.

    Attributes
    ----------
    parameters : tuple of str
        Sorted names that the matrix depends on.
    defaults : mapping of str to float
        Defaults in a callable's own signature.
    """

    source: Any
    shape: tuple[int, int]
    what: str = "block"
    terms: Mapping[str, NumberArray] | None = field(init=False)
    parameters: tuple[str, ...] = field(init=False)
    defaults: Mapping[str, float] = field(init=False)

    def __post_init__(self) -> None:
        terms: Mapping[str, NumberArray] | None = None
        defaults: dict[str, float] = {}
        if isinstance(self.source, Mapping):
            if not self.source:
                raise InvalidInput(f"{self.what}: the mapping is empty; give {{'': matrix}}")
            terms = {self._name(key): self._matrix(m) for key, m in self.source.items()}
            parameters = tuple(sorted(key for key in terms if key))
        elif callable(self.source):
            parameters, defaults = _signature(self.source, self.what)
        else:
            terms, parameters = {"": self._matrix(self.source)}, ()
        object.__setattr__(self, "terms", terms if terms is None else MappingProxyType(terms))
        object.__setattr__(self, "parameters", parameters)
        object.__setattr__(self, "defaults", MappingProxyType(defaults))

    def at(self, params: Mapping[str, float]) -> NumberArray:
        """Matrix at ``params``, which may hold other names too; float64 or complex128."""
        missing = [name for name in self.parameters if name not in params]
        if missing:
            raise InvalidInput(f"{self.what} needs a value for {', '.join(map(repr, missing))}")
        if self.terms is None:
            return self._matrix(self.source(**{name: params[name] for name in self.parameters}))
        total = self.terms.get("", np.zeros(self.shape))
        for name in self.parameters:
            if params[name]:  # a complex term of weight zero must leave a real matrix real
                total = total + params[name] * self.terms[name]
        return total

    def check_hermitian(self, matrix: NumberArray) -> None:
        """Refuse ``matrix``, a value of this block, unless it is Hermitian to rounding."""
        size = np.abs(matrix).max(initial=0.0)
        defect = np.abs(matrix - matrix.conj().T).max(initial=0.0)
        if defect > HERMITIAN * size:
            raise InvalidInput(
                f"{self.what} is not Hermitian: |M - M†| reaches {defect / size:.1e} of its "
                "largest entry; check its off-diagonal signs and complex conjugates"
            )

    @classmethod
    def of(cls, source: Any, shape: tuple[int, int], what: str) -> "Block":
        """Block from anything that describes one, a block included."""
        return cls(source.source if isinstance(source, Block) else source, shape, what)

    def _name(self, key: object) -> str:
        if isinstance(key, str) and (not key or key.isidentifier()):
            return key
        raise UnknownName(
            f"{self.what}: {key!r} cannot be a parameter name; use a Python identifier"
        )

    def _matrix(self, values: Any) -> NumberArray:
        """Read-only, finite matrix of the right shape; real if it can be."""
        if hasattr(values, "toarray"):  # scipy.sparse, without importing it
            values = values.toarray()
        try:
            matrix = np.array(values, dtype=np.complex128)
        except (TypeError, ValueError) as error:
            raise ShapeMismatch(
                f"{self.what} must be a matrix of numbers, got {values!r}"
            ) from error
        if matrix.ndim == 0 and self.shape == (1, 1):
            matrix = matrix.reshape(1, 1)
        if matrix.shape != self.shape:
            raise ShapeMismatch(f"{self.what} has shape {matrix.shape}, but needs {self.shape}")
        if not np.isfinite(matrix).all():
            raise InvalidInput(f"{self.what} contains NaN or infinity")
        result: NumberArray = matrix if matrix.imag.any() else np.ascontiguousarray(matrix.real)
        result.flags.writeable = False
        return result


def _signature(function: Callable[..., Any], what: str) -> tuple[tuple[str, ...], dict[str, float]]:
    """Parameter names of a callable, and the defaults in its signature."""
    names, defaults = [], {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise InvalidInput(
                f"{what}: its function takes {parameter}, so its parameters have no names; "
                "write them out, for example def block(alpha, B)"
            )
        names.append(name)
        if parameter.default is not parameter.empty:
            defaults[name] = float(parameter.default)
    return tuple(sorted(names)), defaults
