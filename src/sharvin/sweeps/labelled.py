"""Results with labels: xarray objects with units, errors and provenance, and files of them.

Everything here is built from plain numbers and a description of the sweep, so that a store can
be opened without the device it belongs to.
"""

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.sweeps.axes import Axes, Axis
from sharvin.sweeps.chunk import Outcome, Tally
from sharvin.sweeps.gas import effective_mass
from sharvin.sweeps.journal import Journal
from sharvin.sweeps.sweep import Sweep, version

if TYPE_CHECKING:
    import xarray as xr

ERROR = "error"

# Who labels the numbers of a store that is not a plain sweep's; their modules know this one.
ASSEMBLERS = {
    "ensemble": ("ensembles.labelled", "assemble_store"),
    "bias": ("bias_labels", "assemble_bias"),
    "reservoirs": ("bench_labels", "assemble_bench"),
    "tip": ("tip_labels", "assemble_tip"),
}


def describe(sweep: Sweep) -> dict[str, Any]:
    """The sweep in plain words and numbers, for its store and its result."""
    device = sweep.device
    mass = effective_mass(device.model)
    return {
        "version": version(),
        "sweep_hash": sweep.content_hash,
        "device_hash": device.content_hash,
        "device": repr(device).splitlines()[0],
        "model": str(getattr(device.model, "name", "matrices")),
        "mass": mass,
        "degeneracy": device.degeneracy,
        "leads": list(device.lead_names),
        "measures": _measures(sweep),
        "outputs": [list(output) for output in sweep.reading.outputs],
        "is_dataset": bool(getattr(sweep.reading, "is_mapping", False)),
        "axes": [describe_axis(axis, sweep.axes) for axis in sweep.axes.given],
        "levels": list(sweep.axes.levels),
        "level": sweep.axes.level.name,
        "tolerance": sweep.tolerance,
        "chunks": [[chunk.start, chunk.stop] for chunk in sweep.chunks],
    }


def describe_axis(axis: Axis, axes: Axes) -> dict[str, Any]:
    """One of these axes in plain words and numbers."""
    return {
        "name": axis.name,
        "long_name": axis.long_name,
        "values": list(axis.values),
        "unit": axis.unit,
        "is_point": axis.is_point,
        "is_parameter": axis in axes.parameters,
    }


def assemble(
    about: Mapping[str, Any], outcomes: Mapping[int, Outcome]
) -> "xr.DataArray | xr.Dataset":
    """The labelled result of the finished chunks; rows of the others are NaN.

    Parameters
    ----------
    about : mapping
        From `describe`.
    outcomes : mapping of int to Outcome
        By number of the chunk.

    Returns
    -------
    xarray.DataArray, or xarray.Dataset for a measure with several names
        Dimensions in the order of the call, coordinates with units, the estimated error of
        every number as coordinate ``error``.
    """
    import xarray as xr

    values, errors, tally = _gather(about, outcomes)
    attrs = _provenance(about, tally, len(outcomes))
    dims, coords = _coordinates(about)
    arrays = {}
    for column, (name, long_name, unit) in enumerate(about["outputs"]):
        own = {"units": unit, "long_name": long_name}
        error = {"units": unit, "long_name": f"estimated error of {long_name}"}
        finite = errors[..., column][np.isfinite(errors[..., column])]
        arrays[name] = xr.DataArray(
            values[..., column],
            dims=dims,
            coords={**coords, ERROR: (dims, errors[..., column], error)},
            name=name,
            attrs={**own, "error_estimate": float(finite.max(initial=0.0)), **attrs},
        )
    if not about["is_dataset"]:
        return next(iter(arrays.values()))
    plain = {name: array.drop_vars(ERROR) for name, array in arrays.items()}
    return xr.Dataset(plain, attrs=attrs)


def open_store(path: str | Path) -> "xr.DataArray | xr.Dataset":
    """What a store holds, finished or not: rows still to come are NaN.

    It may be read while the sweep runs, on the same machine.

    Parameters
    ----------
    path : str or Path
        As given to ``store=``.

    Returns
    -------
    xarray.DataArray or Dataset
        ``attrs["complete"]`` is 1 when every chunk is there. Of an ensemble, the samples from the
        first one on without a gap.
    """
    if not Path(path).is_file():
        raise InvalidInput(f"there is no store {path}")
    with Journal(path) as journal:
        about, outcomes = journal.description, journal.finished()
    room, name = ASSEMBLERS.get(about.get("kind", ""), ("labelled", "assemble"))
    label = getattr(import_module(f"sharvin.sweeps.{room}"), name)
    result: xr.DataArray | xr.Dataset = label(about, outcomes)
    return result


def to_netcdf(result: "xr.DataArray | xr.Dataset", path: str | Path) -> Path:
    """Write a result as NetCDF-4 with its units and provenance; the file appears all at once.

    It is written beside its place and then renamed, so that no reader, and no crash, ever meets
    half a file. Read it with ``xarray.open_dataarray`` or any NetCDF program.

    Returns
    -------
    Path
        Of the file.
    """
    target = Path(path)
    if target.is_dir() or not target.parent.is_dir():
        raise InvalidInput(f"{target} is a folder, or lies in one that does not exist")
    temporary = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        result.to_netcdf(temporary, engine="h5netcdf")
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def _measures(sweep: Sweep) -> str:
    """What is measured between which leads, in a few words."""
    reading: Any = sweep.reading
    if hasattr(reading, "measures"):
        return str(reading.measures)
    if hasattr(reading, "current"):
        (source, drain), (high, low) = reading.current, reading.voltage
        return f"current {source} to {drain}, voltage {high} against {low}"
    if hasattr(reading, "from_"):
        return f"from {_port(reading.from_)} to {_port(reading.to)}"
    return str(getattr(reading.measure, "__name__", "a function of the S-matrix"))


def _port(port: Any) -> str:
    return port if isinstance(port, str) else f"{port[0]} ({port[1]})"


def gathered(
    chunks: Sequence[Sequence[int]], outcomes: Mapping[int, Outcome], shape: tuple[int, ...]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], Tally]:
    """Values and errors of all rows, NaN where there are none yet, and the sum of all tallies.

    Parameters
    ----------
    chunks : sequence of (start, stop)
        Rows of each chunk.
    outcomes : mapping of int to Outcome
    shape : tuple of int
        Of the numbers of one row.
    """
    values, errors = np.full((2, max(stop for _, stop in chunks), *shape), np.nan)
    tally = Tally()
    for number in sorted(outcomes):
        start, stop = chunks[number]
        values[start:stop], errors[start:stop] = outcomes[number].values, outcomes[number].errors
        tally.add(outcomes[number].tally)
    return values, errors, tally


def _gather(
    about: Mapping[str, Any], outcomes: Mapping[int, Outcome]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], Tally]:
    """Values and errors in the order of the axes, and the sum of all tallies."""
    parameters = [axis for axis in about["axes"] if axis["is_parameter"]]
    temperatures = [axis for axis in about["axes"] if axis["name"] == "temperature"]
    widths = (
        *(len(axis["values"]) for axis in parameters),
        len(about["levels"]),
        len(temperatures[0]["values"]) if temperatures else 1,
        len(about["outputs"]),
    )
    values, errors, tally = gathered(about["chunks"], outcomes, widths[-2:])
    stored = [*(axis["name"] for axis in parameters), about["level"], "temperature"]
    order = [stored.index(axis["name"]) for axis in about["axes"]]
    order += [i for i in range(len(stored)) if i not in order] + [len(stored)]
    kept = [len(axis["values"]) for axis in about["axes"] if not axis["is_point"]]
    shape = (*kept, widths[-1])
    return (
        values.reshape(widths).transpose(order).reshape(shape),
        errors.reshape(widths).transpose(order).reshape(shape),
        tally,
    )


def _coordinates(about: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    dims: list[str] = []
    coords: dict[str, Any] = {}
    for axis in about["axes"]:
        attrs = {"units": axis["unit"], "long_name": axis["long_name"]}
        name, values = axis["name"], axis["values"]
        if axis["is_point"]:
            coords[name] = ((), values[0], attrs)
        else:
            dims.append(name)
            coords[name] = (name, np.array(values), attrs)
        if name == "density":
            levels = {"units": "meV", "long_name": "chemical potential"}
            found = about["levels"]
            coords["chemical_potential"] = (
                ((), found[0], levels) if axis["is_point"] else (name, np.array(found), levels)
            )
    return dims, coords


def _provenance(about: Mapping[str, Any], tally: Tally, finished: int) -> dict[str, Any]:
    """Attributes that NetCDF can hold: text and numbers."""
    attrs: dict[str, Any] = {
        "measures": about["measures"],
        "device": about["device"],
        "model": about["model"],
        "leads": ", ".join(about["leads"]),
        "degeneracy": about["degeneracy"],
        "sharvin_version": about["version"],
        "device_hash": about["device_hash"],
        "sweep_hash": about["sweep_hash"],
        "tolerance": about["tolerance"],
        "energies_used": tally.energies,
        "quadrature_error": tally.quadrature_error,
        "smatrix_error": tally.s_error,
        "seconds": round(tally.seconds, 3),
        "complete": int(finished == len(about["chunks"])),
        "chunks_finished": finished,
        "chunks_total": len(about["chunks"]),
        "energies_moved": tally.moved,
        "farthest_move_meV": tally.farthest,
        "points_refused": tally.refused,
        "refused_because": tally.reason,
    }
    if about["mass"] is not None:
        attrs["effective_mass"] = about["mass"]
    return attrs


def refused_message(result: "xr.DataArray | xr.Dataset") -> str:
    """One sentence on numbers that are missing; empty if there are none."""
    count, reason = result.attrs["points_refused"], result.attrs["refused_because"]
    return f"{count} points have no number (NaN); the first because {reason}" if count else ""
