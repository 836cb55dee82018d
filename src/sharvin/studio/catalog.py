"""What pages the gallery has, read from their sources: importing them would load every solver."""

import ast
from functools import lru_cache
from importlib.resources import files
from typing import Any

from sharvin.gallery.registry import ids

_SHOWN = ("title", "statement", "kind")


@lru_cache(maxsize=1)
def catalog() -> tuple[dict[str, str], ...]:
    """Id, title, statement and kind of every page, in reading order."""
    return tuple(_page(name) for name in ids())


def _page(name: str) -> dict[str, str]:
    source = files("sharvin.gallery").joinpath(f"{name.replace('-', '_')}.py").read_text("utf-8")
    start = source.rindex("\nPAGE")  # only this statement is parsed
    call = next(
        node.value
        for node in ast.parse(source[start:]).body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call)
    )
    return {"id": name, **{key.arg: _text(key.value) for key in call.keywords if key.arg in _SHOWN}}


def _text(node: Any) -> str:
    return str(ast.literal_eval(node))
