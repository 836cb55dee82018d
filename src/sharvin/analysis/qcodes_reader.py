"""Runs of a QCoDeS database, read with SQLite alone and without touching the file."""

import io
import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np

from sharvin.errors import InvalidInput, UnknownName

if TYPE_CHECKING:
    import xarray as xr

NEWEST = 9  # schema version (`user_version`) that this reader has been written for


def read_qcodes(path: Path, run: int | None = None) -> "xr.Dataset":
    """One run of a QCoDeS database as a labelled record.

    Every measured parameter comes with its setpoints; setpoints that form a complete grid become
    axes of a map. The database is opened read-only and never upgraded.

    Parameters
    ----------
    path : Path
    run : int, optional
        ``run_id``; the last one without it.

    Raises
    ------
    InvalidInput
        For a database that is locked, damaged, newer than schema 9, or not from QCoDeS.
    UnknownName
        For a run that is not there.
    """
    uri = f"file:{quote(str(path.absolute()))}?mode=ro"
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=2.0)
        try:
            return _run(path, connection, run)
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise InvalidInput(
                f"{path}: another program has locked the database; close it, or copy the file"
            ) from None
        raise InvalidInput(f"{path}: cannot be read as a QCoDeS database ({error})") from None
    except sqlite3.DatabaseError as error:
        raise InvalidInput(f"{path}: damaged SQLite file ({error})") from None


def _run(path: Path, connection: sqlite3.Connection, run: int | None) -> "xr.Dataset":
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > NEWEST:
        raise InvalidInput(
            f"{path}: QCoDeS schema {version} is newer than {NEWEST}, the newest known here; "
            "export the run to NetCDF with QCoDeS"
        )
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if "runs" not in tables:
        raise InvalidInput(f"{path}: an SQLite file, but not from QCoDeS: it has no table of runs")
    known = [row[0] for row in connection.execute("SELECT run_id FROM runs ORDER BY run_id")]
    if not known:
        raise InvalidInput(f"{path}: the database has no runs")
    chosen = known[-1] if run is None else run
    if chosen not in known:
        raise UnknownName.among("run", chosen, map(str, known))
    row = connection.execute(
        "SELECT result_table_name, run_description FROM runs WHERE run_id = ?", (chosen,)
    ).fetchone()
    tree, specs = _description(path, row[1])
    parts: dict[str, Any] = {}
    for measured, setpoints in tree.items():
        columns = [*setpoints, measured]
        quoted = ", ".join('"' + c.replace('"', '""') + '"' for c in columns)
        table = str(row[0]).replace('"', '""')
        rows = connection.execute(
            f'SELECT {quoted} FROM "{table}" WHERE "{measured}" IS NOT NULL ORDER BY id'
        ).fetchall()
        try:
            _add(parts, measured, setpoints, rows, specs)
        except (ValueError, EOFError, OSError) as error:
            raise InvalidInput(
                f"{path}: run {chosen}: {measured!r} is damaged or of a kind not known here "
                f"({str(error).partition('.')[0]})"
            ) from None
    if not parts:
        raise InvalidInput(f"{path}: run {chosen} holds no numbers")
    return _record(parts, path, chosen)


def _description(path: Path, text: str) -> tuple[dict[str, list[str]], dict[str, Any]]:
    """Setpoints of every measured parameter, and the specification of each parameter."""
    try:
        found = json.loads(text)
        new = found.get("interdependencies_")
        if new:
            tree = {k: list(v) for k, v in new["dependencies"].items()}
            return tree, dict(new["parameters"])
        old = found["interdependencies"]["paramspecs"]
    except (TypeError, ValueError, KeyError):
        raise InvalidInput(f"{path}: the description of the run cannot be understood") from None
    return {p["name"]: list(p["depends_on"]) for p in old if p["depends_on"]}, {
        p["name"]: p for p in old
    }


def _value(cell: Any) -> Any:
    if isinstance(cell, bytes):
        return np.load(io.BytesIO(cell), allow_pickle=False)
    return np.nan if cell is None else cell


def _add(
    parts: dict[str, Any],
    measured: str,
    setpoints: list[str],
    rows: list[Any],
    specs: dict[str, Any],
) -> None:
    columns = list(zip(*rows, strict=True))
    for name, cells in zip([*setpoints, measured], columns, strict=False):
        values = np.concatenate([np.ravel(_value(cell)) for cell in cells])
        if values.dtype.kind not in "fiuc":
            continue
        spec = specs.get(name, {})
        attrs = {"units": spec.get("unit") or "", "long_name": spec.get("label") or name}
        values = values.astype(np.complex128 if values.dtype.kind == "c" else np.float64)
        # One parameter may be the setpoint of several: the longest account of it is kept.
        if name not in parts or parts[name][1].size < values.size:
            parts[name] = (tuple(setpoints) if name == measured else (), values, attrs)


def _record(parts: dict[str, Any], path: Path, run: int) -> "xr.Dataset":
    import xarray as xr

    attrs = {"source": str(path), "run": run}
    measured = {name: part for name, part in parts.items() if part[0]}
    grids = {setpoints for setpoints, _, _ in measured.values()}
    if len(grids) == 1:
        axes = next(iter(grids))
        unique = [np.unique(parts[a][1]) for a in axes if a in parts]
        size = int(np.prod([len(u) for u in unique]))
        full = all(values.size == size for _, values, _ in measured.values())
        if len(unique) == len(axes) and len(axes) > 1 and full:
            return _grid(parts, measured, axes, unique, attrs)
    lengths = {values.size for _, values, _ in parts.values()}
    if len(lengths) == 1:
        flat = {name: ("point", values, a) for name, (_, values, a) in parts.items()}
    else:
        flat = {name: (f"point {values.size}", values, a) for name, (_, values, a) in parts.items()}
    return xr.Dataset(flat, attrs=attrs)


def _grid(
    parts: dict[str, Any], measured: dict[str, Any], axes: tuple[str, ...], unique: list[Any],
    attrs: dict[str, Any],
) -> "xr.Dataset":  # fmt: skip
    """Map over setpoints that were visited once each, in any order."""
    import xarray as xr

    place = tuple(
        np.searchsorted(grid, parts[axis][1]) for axis, grid in zip(axes, unique, strict=True)
    )
    variables = {}
    for name, (_, values, labels) in measured.items():
        body = np.full(tuple(map(len, unique)), np.nan, dtype=values.dtype)
        body[place] = values
        variables[name] = (axes, body, labels)
    coordinates = {a: (a, grid, parts[a][2]) for a, grid in zip(axes, unique, strict=True)}
    return xr.Dataset(variables, coordinates, attrs)
