"""A bias spectroscopy with labels, built from plain numbers: its store opens without the device."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sharvin.sweeps.bias_job import BiasJob
from sharvin.sweeps.chunk import Outcome, Tally
from sharvin.sweeps.labelled import describe_axis, gathered
from sharvin.sweeps.sweep import version
from sharvin.typing import RealArray
from sharvin.units import CONDUCTANCE_PER_MODE, ratio

if TYPE_CHECKING:
    import xarray as xr

AMPERES = CONDUCTANCE_PER_MODE * 1e-3 / 1e-9  # nA per meV of integrated T


def describe_bias(job: BiasJob, unit: str) -> dict[str, Any]:
    """The map in plain words and numbers, for its store and its result."""
    axes = job.axes
    return {
        "kind": "bias",
        "version": version(),
        "sweep_hash": job.content_hash,
        "device_hash": job.given.content_hash,
        "degeneracy": job.given.degeneracy,
        "axes": [describe_axis(a, axes) for a in axes.given if a.name != job.profile.knob],
        "level": axes.level.name,
        "levels": list(axes.levels),
        "temperatures": list(axes.temperatures),
        "bias": job.bias.tolist(),
        "is_point": job.is_point,
        "profile": job.profile.text,
        "share": job.share,
        "tolerance": job.tolerance,
        "unit": unit,
        "chunks": [[chunk.start, chunk.stop] for chunk in job.chunks],
    }


def assemble_bias(about: Mapping[str, Any], outcomes: Mapping[int, Outcome]) -> "xr.Dataset":
    """The labelled map; what is not computed yet is NaN.

    Parameters
    ----------
    about : mapping
        From `describe_bias`.
    outcomes : mapping of int to Outcome
    """
    import xarray as xr

    shape = (2, len(about["levels"]), len(about["temperatures"]), len(about["bias"]))
    values, errors, tally = gathered(about["chunks"], outcomes, shape)
    siemens = about["degeneracy"] * ratio("e²/h", about["unit"])
    arrays = {}
    for numbers, text, of in ((values, "", ""), (errors, "_error", "estimated error of the ")):
        arrays[f"current{text}"] = _array(
            about, about["degeneracy"] * AMPERES * numbers[:, 0], "nA", f"{of}current"
        )
        arrays[f"conductance{text}"] = _array(
            about, siemens * numbers[:, 1], about["unit"], f"{of}differential conductance"
        )
    return xr.Dataset(arrays, _coordinates(about), _provenance(about, tally, len(outcomes)))


def _array(
    about: Mapping[str, Any], numbers: RealArray, unit: str, long_name: str
) -> "xr.DataArray":
    """Numbers of shape (sets, levels, temperatures, biases) in the order of the call."""
    import xarray as xr

    parameters = [axis for axis in about["axes"] if axis["is_parameter"]]
    names = [axis["name"] for axis in parameters] + [about["level"], "temperature", "bias"]
    lengths = [len(axis["values"]) for axis in parameters] + list(numbers.shape[1:])
    order = [axis["name"] for axis in about["axes"] if not axis["is_point"]]
    order += [] if about["is_point"] else ["bias"]
    whole = xr.DataArray(numbers.reshape(lengths), dims=names)
    points = {name: 0 for name in names if name not in order}
    attrs = {"units": unit, "long_name": long_name}
    return whole.isel(points).transpose(*order).assign_attrs(attrs)


def _coordinates(about: Mapping[str, Any]) -> dict[str, Any]:
    bias = {"name": "bias", "values": about["bias"], "is_point": about["is_point"],
            "unit": "mV", "long_name": "bias"}  # fmt: skip
    coords: dict[str, Any] = {}
    for axis in (*about["axes"], bias):
        attrs = {"units": axis["unit"], "long_name": axis["long_name"]}
        name, values = axis["name"], axis["values"]
        coords[name] = ((), values[0], attrs) if axis["is_point"] else (name, values, attrs)
    return coords


def _provenance(about: Mapping[str, Any], tally: Tally, finished: int) -> dict[str, Any]:
    return {
        "profile": about["profile"],
        "share": about["share"],
        "tolerance": about["tolerance"],
        "energies": tally.energies,
        "seconds": round(tally.seconds, 3),
        "complete": int(finished == len(about["chunks"])),
        "version": about["version"],
        "device_hash": about["device_hash"],
        "sweep_hash": about["sweep_hash"],
    }
