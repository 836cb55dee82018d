"""One fingerprint for everything that defines a device, the same in every process."""

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
from scipy import sparse

DEEPEST = 12  # functions that call functions that call ...


def digest(value: Any) -> str:
    """SHA-256 of a value by its contents, 64 hexadecimal digits.

    Functions count by their code, defaults, and what they use from around them; objects that
    are not plain data count by their type and attributes.
    """
    state = hashlib.sha256()
    _feed(state, value, ())
    return state.hexdigest()


def _feed(state: Any, value: Any, above: tuple[int, ...]) -> None:
    """Add a value; each kind is preceded by its name, so that 1, 1.0 and "1" differ."""
    if id(value) in above or len(above) > DEEPEST:
        state.update(b"again")
        return
    above = (*above, id(value))
    if isinstance(value, np.ndarray | np.generic) and value.dtype != object:
        array = np.ascontiguousarray(value)
        state.update(f"array {array.dtype.str} {np.shape(value)}".encode())
        state.update(array.tobytes())
    elif sparse.issparse(value):
        given: Any = value
        matrix = given.tocoo()
        _parts(state, "sparse", (matrix.shape, matrix.row, matrix.col, matrix.data), above)
    elif isinstance(value, Mapping):
        pairs = sorted(value.items(), key=lambda pair: repr(pair[0]))
        _parts(state, "mapping", [part for pair in pairs for part in pair], above)
    elif isinstance(value, list | tuple):
        _parts(state, "sequence", value, above)
    elif isinstance(value, set | frozenset):
        _parts(state, "set", sorted(value, key=repr), above)
    else:
        _feed_object(state, value, above)


def _feed_object(state: Any, value: Any, above: tuple[int, ...]) -> None:
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    if isinstance(value, FunctionType):
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
        used = {name: value.__globals__.get(name) for name in sorted(_names(value.__code__))}
        parts = (value.__code__, value.__defaults__, value.__kwdefaults__, cells, used)
        _parts(state, "function", parts, above)
    elif isinstance(value, MethodType):
        _parts(state, "method", (value.__func__, value.__self__), above)
    elif isinstance(value, CodeType):
        _parts(state, "code", (value.co_code, value.co_consts, value.co_names), above)
    elif is_dataclass(value) and not isinstance(value, type):
        given = {f.name: getattr(value, f.name) for f in fields(value) if f.init}
        _parts(state, kind, (given,), above)
    elif isinstance(value, ModuleType | type) or not hasattr(value, "__dict__"):
        name = getattr(value, "__qualname__", getattr(value, "__name__", None))
        state.update(f"{kind} {name or repr(value)}".encode())
    else:
        _parts(state, kind, (vars(value),), above)


def _names(code: CodeType) -> set[str]:
    """Global names that a function or one inside it may use."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names(constant)
    return names


def _parts(state: Any, kind: str, values: Any, above: tuple[int, ...]) -> None:
    state.update(f"{kind} {len(values)}".encode())
    for value in values:
        _feed(state, value, above)
        state.update(b";")
