"""One door for measured data: a file of any common kind becomes a labelled record."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from sharvin.analysis.records import ALIASES, record_of
from sharvin.analysis.text_table import Table, as_map, is_unit, read_table
from sharvin.errors import InvalidInput, ShapeMismatch, UnitError, UnknownName

if TYPE_CHECKING:
    import xarray as xr

Column = str | int | tuple[str | int, str]
_HDF5, _SQLITE, _NUMPY, _ZIP, _CDF = (
    b"\x89HDF",
    b"SQLite format 3",
    b"\x93NUMPY",
    b"PK\x03\x04",
    b"CDF",
)


def load(
    source: Any,
    *,
    columns: Mapping[str, Column] | None = None,
    run: int | None = None,
) -> "xr.Dataset":
    """Labelled record of a measurement: variables with units, attributes with provenance.

    Parameters
    ----------
    source : path, pair of paths, array, mapping of arrays, or xarray object
        Text tables of any dialect, NetCDF, HDF5, Labber logs, QCoDeS databases, ``.npy`` and
        ``.npz`` are told apart by their content. A text table whose first row and first column
        are axes becomes a map. Of several files, each is one variable with a trace per column.
    columns : mapping, optional
        Name in the record -> column (name in the file, or number from zero) and unit, or only
        one of them: ``{"gate": ("Vg", "V"), "G": (1, "uS")}``. Of a map: its two axes (columns'
        axis 0, rows' axis 1) and body (2); of several files: the number of the file. Without it
        everything is kept under the names of the file.
    run : int, optional
        Which run of a database; the last one without it.

    Returns
    -------
    xarray.Dataset
        Its attributes name the source, its SHA-256 and the version of sharvin.

    Raises
    ------
    InvalidInput
        With the file and what is wrong with it; the file is never changed.
    UnknownName
        For a column that is not there, with the nearest names.
    """
    wanted = dict(columns or {})
    if isinstance(source, (list, tuple)) and source and isinstance(source[0], (str, Path)):
        record = _several([Path(item) for item in source], wanted)
        return _stamp(record, [Path(item) for item in source])
    if not isinstance(source, (str, Path)):
        return _in_memory(source, wanted)
    path = Path(source)
    if path.is_dir() or not path.exists():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise InvalidInput(f"{path} {what}; a file with measured data is needed")
    return _stamp(_file(path, wanted, run), [path])


def _file(path: Path, wanted: dict[str, Column], run: int | None) -> "xr.Dataset":
    with path.open("rb") as stream:
        head = stream.read(16)
    if head.startswith(_SQLITE):
        from sharvin.analysis.qcodes_reader import read_qcodes

        return rename(read_qcodes(path, run), wanted, str(path))
    if head.startswith(_HDF5) or head.startswith(_CDF):
        from sharvin.analysis.hdf5_reader import read_hdf5

        return rename(read_hdf5(path), wanted, str(path))
    if head.startswith((_NUMPY, _ZIP)):
        return _numpy(path, wanted)
    return from_table(read_table(path), wanted, str(path))


def _numpy(path: Path, wanted: dict[str, Column]) -> "xr.Dataset":
    try:
        found = np.load(BytesIO(path.read_bytes()), allow_pickle=False)
        data = dict(found) if hasattr(found, "files") else found
    except (ValueError, OSError, EOFError, KeyError, BadZipFile) as error:
        raise InvalidInput(f"{path}: not a NumPy file of numbers ({error})") from None
    return _in_memory(data, wanted, str(path))


def _in_memory(source: Any, wanted: dict[str, Column], name: str = "arrays") -> "xr.Dataset":
    import xarray as xr

    if isinstance(source, xr.DataArray):
        source = source.to_dataset(name=source.name or "value")
    if isinstance(source, xr.Dataset):
        return rename(source, wanted, name)
    if isinstance(source, Mapping):
        return rename(record_of({k: (v, "") for k, v in source.items()}, source=name), wanted, name)
    try:
        data = np.asarray(source, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidInput(
            "a path, an array, a mapping of arrays or an xarray object is needed, got "
            f"{source!r:.80}"
        ) from None
    if data.ndim != 2:
        raise ShapeMismatch(f"an array of shape (points, columns) is needed, got {data.shape}")
    if data.shape[0] < data.shape[1] and data.shape[0] <= 8:  # rows are columns: np.stack([x, y])
        data = data.T
    blank = ("",) * data.shape[1]
    return from_table(Table(data, blank, blank), wanted, name)


def from_table(table: Table, wanted: dict[str, Column], source: str) -> "xr.Dataset":
    """Record of a table: its columns by name or number, or a map if it is one."""
    grid = None if any(table.names) else as_map(table.data)
    if grid is not None:
        return _map(grid, wanted, source)
    names = [name or f"column {i}" for i, name in enumerate(table.names)]
    if not wanted:
        if len(names) == 2 and not any(table.names):
            names = ["x", "y"]
        pairs = zip(names, table.units, table.data.T, strict=True)
        return record_of({_free(n): (column, unit) for n, unit, column in pairs}, source=source)
    chosen = {}
    for name, column in wanted.items():
        where, unit = _split(column, names)
        index = _index(name if where is None else where, names, source)
        chosen[name] = (table.data[:, index], _same_unit(name, unit, table.units[index], source))
    return record_of(chosen, source=source)


def rename(record: "xr.Dataset", wanted: dict[str, Column], source: str) -> "xr.Dataset":
    """The record with only the wanted variables, under their new names."""
    if not wanted:
        return record
    names = [str(name) for name in record.variables]
    found, labels = {}, {}
    for name, column in wanted.items():
        where, unit = _split(column, names)
        index = _index(name if where is None else where, names, source)
        array = record[names[index]]
        given = _same_unit(name, unit, str(array.attrs.get("units", "")), source)
        found[name], labels[names[index]] = (array, given), name
    new = record[[old for old in labels if old not in record.dims]].rename(
        {old: label for old, label in labels.items() if old != label}
    )
    for name, (_, unit) in found.items():
        new[name].attrs["units"] = unit
    return new


def _several(paths: Sequence[Path], wanted: dict[str, Column]) -> "xr.Dataset":
    tables = [read_table(path).data for path in paths]
    shapes = {table.shape for table in tables}
    if len(shapes) > 1:
        said = ", ".join(f"{p.name} {t.shape}" for p, t in zip(paths, tables, strict=True))
        raise ShapeMismatch(f"files of one record need the same rows and columns, got {said}")
    names = [path.stem for path in paths]
    if not wanted:
        wanted = {name: i for i, name in enumerate(names)}
    found = {}
    for place, (name, column) in enumerate(wanted.items()):
        where, unit = _split(column, names)
        index = place if where is None else _index(where, names, "these files")
        data = tables[index]
        found[name] = (data if data.shape[1] > 1 else data[:, 0], unit)
    return record_of(found, source=", ".join(map(str, paths)))


def _map(grid: Any, wanted: dict[str, Column], source: str) -> "xr.Dataset":
    import xarray as xr

    side, top, body = grid
    parts = {0: ("x", ""), 1: ("y", ""), 2: ("z", "")}
    for place, (name, column) in enumerate(wanted.items()):
        where, unit = _split(column, ["x", "y", "z"])
        index = place if where is None else _index(where, ["x", "y", "z"], source)
        parts[index] = (name, unit)
    (x, x_unit), (y, y_unit), (z, z_unit) = parts[0], parts[1], parts[2]
    return xr.Dataset(
        {z: ((y, x), body, {"units": z_unit, "long_name": z})},
        {y: (y, side, {"units": y_unit}), x: (x, top, {"units": x_unit})},
        {"source": source},
    )


def _split(column: Column, names: Sequence[str]) -> tuple[str | int | None, str]:
    """Where in the file, and in which unit; a bare string may be either."""
    if isinstance(column, (tuple, list)):
        if len(column) != 2:
            raise InvalidInput(f"a column is (name or number, unit), got {column!r}")
        where, unit = column
        if unit and not is_unit(str(unit)):
            raise UnitError(f"unknown unit {unit!r} of column {where!r}")
        return where, str(unit)
    if isinstance(column, str) and column not in names and is_unit(column):
        return None, column
    return column, ""


def _index(where: str | int, names: Sequence[str], source: str) -> int:
    if isinstance(where, (int, np.integer)) and not isinstance(where, bool):
        if not -len(names) <= where < len(names):
            raise UnknownName(
                f"{source}: no column {where}; there are {len(names)}, numbered from 0"
            )
        return int(where) % len(names)
    if where in names:
        return list(names).index(str(where))
    folded = [name.lower() for name in names]
    for alias in (str(where).lower(), *ALIASES.get(str(where), ())):
        if alias in folded:
            return folded.index(alias)
    raise UnknownName.among("column", where, names)


def _same_unit(name: str, asked: str, given: str, source: str) -> str:
    """The unit asked for, unless the file says that it is of another kind."""
    if asked and given and is_unit(given):
        from sharvin.units import ratio

        try:
            same = ratio(given, asked) == 1.0
        except UnitError as error:
            raise UnitError(f"{source}: {name}: the file and the call disagree: {error}") from None
        if not same:
            raise UnitError(
                f"{source}: {name} is in {given} says the file, in {asked} says the call; leave "
                "the unit out, or correct it"
            )
    return asked or given


def _free(name: str) -> str:
    return name.replace("/", "_").strip() or "column"


def _stamp(record: "xr.Dataset", paths: Sequence[Path]) -> "xr.Dataset":
    from sharvin import __version__

    digests = [sha256(path.read_bytes()).hexdigest() for path in paths]
    return record.assign_attrs(
        source=", ".join(map(str, paths)), sha256=", ".join(digests), sharvin=__version__
    )
