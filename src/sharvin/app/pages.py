"""Verbs ``gallery`` and ``verify``: the phenomena, one page each, and their scorecard."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, eq=False)
class Page:
    """A page of the gallery that was computed."""

    title: str
    statement: str
    kind: str
    references: tuple[str, ...]
    checks: tuple[Any, ...]
    files: tuple[Path, ...]


def catalog() -> list[tuple[str, str]]:
    """Id and title of every page."""
    from sharvin.gallery.registry import ids, phenomenon

    return [(id_, phenomenon(id_).title) for id_ in ids()]


def page(id_: str, out: str | Path, *, full: bool = False) -> Page:
    """Compute one page, and write its figure and its numbers to the folder ``out``."""
    from sharvin.gallery.registry import phenomenon
    from sharvin.plot.table import save

    found = phenomenon(id_)
    data = found.compute(full=full)
    stem = Path(out) / id_
    files = save(found.figure(data), stem)
    return Page(
        found.title,
        found.statement,
        found.kind,
        found.references,
        tuple(found.checks(data)),
        tuple(files),
    )


def verify(
    ids: Sequence[str], *, full: bool = False, progress: Callable[[Any], None] | None = None
) -> list[Any]:
    """Scorecard rows; all pages where no ids are given."""
    from sharvin.gallery.verify import verify as compare

    return list(compare(list(ids) or None, full=full, progress=progress))
