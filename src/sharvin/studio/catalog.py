"""What pages the gallery has, read from their sources: importing them would load every solver."""

import ast
import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from sharvin import __version__
from sharvin.gallery.registry import ids

_SHOWN = ("title", "statement", "kind", "references")


@lru_cache(maxsize=1)
def catalog() -> tuple[dict[str, Any], ...]:
    """Id, title, statement, kind and references of every page, in reading order."""
    return tuple(_page(name) for name in ids())


def fingerprint(name: str) -> str:
    """What changes when the source of a page or the version does."""
    return hashlib.sha256(f"{__version__}\n{_source(name)}".encode()).hexdigest()[:16]


def _source(name: str) -> str:
    return files("sharvin.gallery").joinpath(f"{name.replace('-', '_')}.py").read_text("utf-8")


def _page(name: str) -> dict[str, Any]:
    source = _source(name)
    start = source.rindex("\nPAGE")  # only this statement is parsed
    call = next(
        node.value
        for node in ast.parse(source[start:]).body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call)
    )
    shown = {key.arg: ast.literal_eval(key.value) for key in call.keywords if key.arg in _SHOWN}
    return {"id": name, **shown}
