"""Verb ``explain``: one paragraph on a stored result."""

from pathlib import Path

from sharvin.app.export import read


def explain(path: str | Path) -> str:
    """What the result at ``path`` (NAME.nc or NAME.sharvin) is, and when to believe it."""
    from sharvin.sweeps.explain import explain as tell

    return tell(read(Path(path)))
