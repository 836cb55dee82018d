"""Figures on disk: PNG, PDF, and the numbers behind them as CSV."""

import csv
import os
from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from sharvin.plot.style import RESOLUTION, house_style

if TYPE_CHECKING:
    import xarray as xr

_FORMATS = ("png", "pdf")


def save(figure: Figure, stem: str | Path, *, formats: Iterable[str] = _FORMATS) -> list[Path]:
    """Write ``figure`` to STEM.png and STEM.pdf; returns the paths.

    A file appears whole or not at all: it is written next to its place and then renamed.
    """
    stem = Path(stem)
    stem.parent.mkdir(parents=True, exist_ok=True)
    written = []
    with house_style():
        for suffix in formats:
            path = stem.with_name(f"{stem.name}.{suffix}")
            partial = stem.with_name(f".{stem.name}.partial.{suffix}")
            # no dates inside: the same figure is the same file
            metadata = {"CreationDate": None} if suffix == "pdf" else {"Software": None}
            figure.savefig(partial, dpi=RESOLUTION, metadata=metadata)
            os.replace(partial, path)
            written.append(path)
    return written


def save_table(result: "xr.DataArray", path: str | Path) -> Path:
    """Write a labelled array as CSV, one row per point, units in the header; returns the path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    names = [str(name) for name in result.dims]
    headers = [_header(name, result.coords[name].attrs.get("units", "")) for name in names]
    headers.append(_header(str(result.name or "value"), str(result.attrs.get("units", ""))))
    axes = [result.coords[name].values.tolist() for name in names]
    rows = (
        (*point, value)
        for point, value in zip(product(*axes), result.values.ravel().tolist(), strict=True)
    )
    return write_rows(path, headers, rows)


def write_rows(path: Path, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """Write a CSV file, whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(headers)
        writer.writerows(rows)
    os.replace(partial, path)
    return path


def _header(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit else name
