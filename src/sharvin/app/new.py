"""Verb ``new``: a commented device file to start from."""

from importlib.resources import files
from typing import Any

from sharvin.errors import UnknownName


def new(kind: str) -> str:
    """Text of a template; ``templates()`` lists the kinds."""
    name = kind.replace("-", "_")
    if name not in templates():
        raise UnknownName.among("template", kind, templates())
    return str(_folder().joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def templates() -> tuple[str, ...]:
    """Names of the templates."""
    found = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


def _folder() -> Any:  # Traversable has moved between versions of Python
    return files("sharvin.app").joinpath("templates")
