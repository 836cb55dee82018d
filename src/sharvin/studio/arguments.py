"""The arguments of a verb, checked before anything is done with them."""

import base64
import binascii
import math
import re
from collections.abc import Mapping
from typing import Any

from sharvin.errors import InvalidInput, UnknownName
from sharvin.studio import limits

_JOB = re.compile(r"[0-9a-f]{16}")
_MISSING = object()


def known(args: Mapping[str, Any], names: tuple[str, ...]) -> None:
    """Refuse arguments that the verb does not take."""
    for name in args:
        if name not in names:
            raise UnknownName.among("argument", str(name)[: limits.NAME], names)


def string(args: Mapping[str, Any], name: str, default: Any = _MISSING) -> str:
    """Short text."""
    value = args.get(name, default)
    if value is _MISSING or not isinstance(value, str):
        raise InvalidInput(f"{name!r} must be text")
    if len(value) > limits.NAME:
        raise InvalidInput(f"{name!r} holds {len(value)} characters, more than {limits.NAME}")
    return value


def choice(args: Mapping[str, Any], name: str, known_names: tuple[str, ...]) -> str:
    """One of some names."""
    value = string(args, name)
    if value not in known_names:
        raise UnknownName.among(name, value, known_names)
    return value


def toml(args: Mapping[str, Any]) -> str:
    """Text of a device file."""
    value = args.get("toml")
    if not isinstance(value, str):
        raise InvalidInput("'toml' must be the text of a device file")
    size = len(value.encode("utf-8", "replace"))
    if size > limits.TOML:
        raise InvalidInput(
            f"the device file has {size / 1024:.0f} kB; at most {limits.TOML // 1024} kB are read"
        )
    if any(0xD800 <= ord(sign) < 0xE000 for sign in value):
        raise InvalidInput("the device file holds characters that are not text")
    return value


def number(value: Any, name: str) -> float:
    """Finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(f"{name!r} must be a number")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise InvalidInput(f"{name!r} must be a finite number")
    return found


def optional_number(args: Mapping[str, Any], name: str) -> float | None:
    """Finite number, or None."""
    value = args.get(name)
    return None if value is None else number(value, name)


def numbers(args: Mapping[str, Any], name: str) -> dict[str, float]:
    """Numbers by name."""
    given = args.get(name)
    if given is None:
        return {}
    if not isinstance(given, Mapping) or len(given) > limits.NAME:
        raise InvalidInput(f'{name!r} must be an object of numbers, such as {{"gate": -1.2}}')
    return {str(key): number(value, str(key)[: limits.NAME]) for key, value in given.items()}


def options(args: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Numbers, switches and short texts by name."""
    given = args.get(name)
    if given is None:
        return {}
    if not isinstance(given, Mapping) or len(given) > limits.NAME:
        raise InvalidInput(f"{name!r} must be an object")
    found: dict[str, Any] = {}
    for key, value in given.items():
        is_plain = value is None or isinstance(value, bool)
        found[str(key)] = value if is_plain else _text_or_number(value, str(key)[: limits.NAME])
    return found


def _text_or_number(value: Any, name: str) -> str | float:
    return string({name: value}, name) if isinstance(value, str) else number(value, name)


def job_id(args: Mapping[str, Any]) -> str:
    """Id of a job: sixteen hexadecimal digits, so that it can never be a path."""
    value = args.get("job")
    if not isinstance(value, str) or not _JOB.fullmatch(value):
        raise InvalidInput("'job' must be the id of a job, sixteen hexadecimal digits")
    return value


def is_job_id(value: str) -> bool:
    """Whether this could be the id of a job."""
    return _JOB.fullmatch(value) is not None


def data(args: Mapping[str, Any]) -> bytes:
    """Content of an uploaded file."""
    value = args.get("b64")
    if not isinstance(value, str):
        raise InvalidInput("'b64' must be the content of the file in base64")
    if len(value) > limits.UPLOAD * 4 // 3 + 4:
        raise InvalidInput(f"the file is larger than {limits.UPLOAD // 2**20} MB")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput("'b64' is not base64") from None
