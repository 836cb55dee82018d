"""What reservoirs make of a device, with labels: plain numbers, so that a store opens alone."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sharvin.errors import Unreliable
from sharvin.sweeps.bench import Bench
from sharvin.sweeps.chunk import Outcome, Tally
from sharvin.sweeps.labelled import describe_axis, gathered
from sharvin.sweeps.sweep import version
from sharvin.typing import RealArray

if TYPE_CHECKING:
    import xarray as xr


def describe_bench(bench: Bench) -> dict[str, Any]:
    """The job in plain words and numbers, for its store and its result."""
    axes, reading = bench.axes, bench.reading
    own = [axis for axis in axes.given if axis.name != "temperature"]
    temperature = [axis for axis in axes.given if axis.name == "temperature"]
    stored = [*axes.parameters, axes.level, *temperature, *bench.settings]
    return {
        "kind": "reservoirs",
        "version": version(),
        "sweep_hash": bench.content_hash,
        "device_hash": bench.device.content_hash,
        "device": repr(bench.device).splitlines()[0],
        "degeneracy": bench.device.degeneracy,
        "leads": list(bench.device.lead_names),
        "name": reading.name,
        "unit": reading.unit,
        "dims": list(reading.dims),
        "axes": [describe_axis(a, axes) for a in (*own, *temperature, *bench.settings)],
        "stored": [axis.name for axis in stored],  # the order of rows and settings, last fastest
        "tolerance": bench.tolerance,
        "chunks": [[chunk.start, chunk.stop] for chunk in bench.chunks],
    }


def assemble_bench(about: Mapping[str, Any], outcomes: Mapping[int, Outcome]) -> "xr.DataArray":
    """The labelled result; rows without an answer, or not computed yet, are NaN.

    Parameters
    ----------
    about : mapping
        From `describe_bench`.
    outcomes : mapping of int to Outcome

    Raises
    ------
    Unreliable
        If no row has an answer.
    """
    import xarray as xr

    values, errors, tally = _rows(about, outcomes)
    dims, coords = _coordinates(about)
    long_name = about["name"].replace("_", " ")
    spread = {"units": about["unit"], "long_name": f"estimated error of {long_name}"}
    coords["error"] = (dims, _turned(about, errors), spread)
    attrs: dict[str, Any] = {
        "units": about["unit"],
        "long_name": long_name,
        "degeneracy": about["degeneracy"],
        "device": about["device"],
        "device_hash": about["device_hash"],
        "sweep_hash": about["sweep_hash"],
        "sharvin_version": about["version"],
        "tolerance": about["tolerance"],
        "energies_used": tally.energies,
        "complete": int(len(outcomes) == len(about["chunks"])),
        "points_refused": tally.refused,
        "refused_because": tally.reason,
    }
    return xr.DataArray(
        _turned(about, values), dims=dims, coords=coords, name=about["name"], attrs=attrs
    )


def _rows(
    about: Mapping[str, Any], outcomes: Mapping[int, Outcome]
) -> tuple[RealArray, RealArray, Tally]:
    """Values and errors, shape (rows, settings, dimensions of the reading...)."""
    full = {number: outcome for number, outcome in outcomes.items() if outcome.values.size}
    if not full:
        reasons = [outcome.tally.reason for outcome in outcomes.values()]
        raise Unreliable(
            f"no point has an answer: {reasons[0]}" if reasons else "nothing is computed yet"
        )
    shape = next(iter(full.values())).values.shape[1:]
    values, errors, tally = gathered(about["chunks"], full, shape)
    for number in sorted(outcomes.keys() - full.keys()):
        tally.add(outcomes[number].tally)
    return values, errors, tally


def _turned(about: Mapping[str, Any], rows: RealArray) -> RealArray:
    """Rows and settings along the axes in the order of the call, without those of one point."""
    axes = {axis["name"]: axis for axis in about["axes"]}
    stored = about["stored"]
    blocks = rows.reshape(*(len(axes[name]["values"]) for name in stored), *rows.shape[2:])
    turn = [stored.index(name) for name in axes]
    blocks = blocks.transpose(*turn, *range(len(stored), blocks.ndim))
    points = tuple(0 if axis["is_point"] else slice(None) for axis in axes.values())
    turned: RealArray = blocks[points]
    return turned


def _coordinates(about: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    dims = [axis["name"] for axis in about["axes"] if not axis["is_point"]]
    coords: dict[str, Any] = {}
    for axis in about["axes"]:
        attrs = {"units": axis["unit"], "long_name": axis["long_name"]}
        name, values = axis["name"], axis["values"]
        coords[name] = ((), values[0], attrs) if axis["is_point"] else (name, values, attrs)
    for dim in about["dims"]:
        if dim.startswith("lead"):
            coords[dim] = about["leads"]
    return dims + about["dims"], coords
