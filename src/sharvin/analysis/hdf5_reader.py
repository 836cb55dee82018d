"""NetCDF and HDF5 files, and logs of Labber, as labelled records; opened read-only."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sharvin.analysis.text_table import split_unit
from sharvin.errors import InvalidInput

if TYPE_CHECKING:
    import xarray as xr


def read_hdf5(path: Path) -> "xr.Dataset":
    """Record of a NetCDF file, a Labber log, or any HDF5 file with arrays of one shape.

    Raises
    ------
    InvalidInput
        When the file is damaged or holds no numbers.
    """
    import h5py  # type: ignore[import-untyped]

    with path.open("rb") as stream:
        if stream.read(3) == b"CDF":  # NetCDF-3, which is no HDF5
            return _netcdf(path, "scipy")
    try:
        with h5py.File(path, "r") as file:
            if "Data" in file and "Channel names" in file["Data"]:
                return _labber(path, file)
            is_netcdf = "_NCProperties" in file.attrs or any(
                "DIMENSION_SCALE" in str(item.attrs.get("CLASS", b"")) for item in file.values()
            )
            if not is_netcdf:
                return _plain(path, file)
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be opened as HDF5 or NetCDF-4 ({error})") from None
    return _netcdf(path)


def _netcdf(path: Path, engine: Literal["h5netcdf", "scipy"] = "h5netcdf") -> "xr.Dataset":
    import xarray as xr

    try:
        with xr.open_dataset(path, engine=engine) as data:
            return data.load()
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise InvalidInput(f"{path}: cannot be read as NetCDF ({error})") from None


def _plain(path: Path, file: Any) -> "xr.Dataset":
    """All numeric arrays; dimensions are shared where lengths agree."""
    import h5py
    import xarray as xr

    found: dict[str, Any] = {}

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "fiu" and item.ndim in (1, 2):
            unit = item.attrs.get("units", item.attrs.get("unit", ""))
            unit = unit.decode() if isinstance(unit, bytes) else str(unit)
            dims = tuple(f"axis {length}" for length in item.shape)
            if len(set(dims)) == item.ndim:
                found[name.replace("/", " ")] = (dims, item[()].astype(float), {"units": unit})

    file.visititems(visit)
    if not found:
        raise InvalidInput(f"{path}: no numeric arrays of one or two dimensions in this HDF5 file")
    return xr.Dataset(found, attrs={"source": str(path)})


def _labber(path: Path, file: Any) -> "xr.Dataset":
    """Channels of a Labber log: ``Data/Data`` holds (steps, channels, sweeps), plus traces."""
    import xarray as xr

    group = file["Data"]
    names = [_name(row) for row in group["Channel names"][()]]
    units = _labber_units(file)
    data = np.asarray(group["Data"][()], dtype=np.float64)
    if data.ndim != 3 or data.shape[1] != len(names):
        raise InvalidInput(
            f"{path}: a Labber log has Data/Data of shape (steps, channels, sweeps), here it is "
            f"{data.shape} for {len(names)} channels"
        )
    flat = data.shape[2] == 1
    parts: dict[str, Any] = {}
    for i, (name, part) in enumerate(names):
        values = data[:, i, 0] if flat else data[:, i, :]
        label = f"{name} - {part}" if part else name
        parts[label] = (("point", "trace")[: values.ndim], values, {"units": units.get(name, "")})
    for name, item in file.get("Traces", {}).items():
        values = np.asarray(item[()], dtype=np.float64)
        if values.ndim == 3 and values.shape[1] in (1, 2):
            complex_ = values[:, 0, :] + (1j * values[:, 1, :] if values.shape[1] == 2 else 0)
            dims = (f"{name} sample", "point")
            parts[name] = (dims, complex_, {"units": units.get(name, "")})
    return xr.Dataset(
        parts, attrs={"source": str(path), "log": str(file.attrs.get("log_name", ""))}
    )


def _name(row: Any) -> tuple[str, str]:
    """Channel name and, for complex channels, which part of it."""
    parts = [x.decode() if isinstance(x, bytes) else str(x) for x in tuple(row)]
    return parts[0], parts[1] if len(parts) > 1 else ""


def _labber_units(file: Any) -> dict[str, str]:
    if "Channels" not in file:
        return {}
    table = file["Channels"][()]
    fields = table.dtype.names or ()
    if "name" not in fields:
        return {}
    unit = "unitPhys" if "unitPhys" in fields else "unitInstr"
    if unit not in fields:
        return {}

    def text(value: Any) -> str:
        return value.decode() if isinstance(value, bytes) else str(value)

    known = {text(row["name"]): text(row[unit]) for row in table}
    return {name: split_unit(f"x ({u})")[1] for name, u in known.items()}
