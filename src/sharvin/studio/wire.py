"""How numbers travel to a page: JSON without NaN, long arrays as base64 of little-endian floats."""

import base64
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput
from sharvin.studio.limits import NUMBERS


def packed(values: ArrayLike) -> Any:
    """Array as nested lists, or as ``{"shape", "dtype", "b64"}`` where that would be long."""
    array = np.asarray(values)
    if array.size < NUMBERS:
        return _listed(array)
    flat = np.ascontiguousarray(array, dtype="<f4")
    text = base64.b64encode(flat.tobytes()).decode("ascii")
    return {"shape": list(array.shape), "dtype": "f4", "b64": text}


def _listed(array: Any) -> Any:
    if array.dtype.kind != "f":
        return array.tolist()
    if np.isfinite(array).all():
        return array.tolist()
    plain = array.astype(object)
    plain[~np.isfinite(array)] = None
    return plain.tolist()


def text(value: Any) -> bytes:
    """``value`` as JSON in UTF-8; numbers that are not finite become null."""
    plain = clean(value)
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def clean(value: Any) -> Any:
    """``value`` with nothing in it that JSON does not know."""
    if isinstance(value, np.ndarray):
        return packed(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): clean(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [clean(entry) for entry in value]
    return value


def parsed(message: str | bytes) -> Any:
    """What a JSON message says; refused in one sentence when it is not JSON."""
    try:
        return json.loads(message, parse_constant=_not_a_number)
    except (ValueError, RecursionError):
        raise InvalidInput("the message is not valid JSON") from None


def _not_a_number(name: str) -> float:
    raise ValueError(name)
