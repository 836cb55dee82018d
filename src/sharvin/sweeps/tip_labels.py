"""A tip map with labels, built from plain numbers: its store opens without the device."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.sweeps.chunk import Outcome
from sharvin.sweeps.labelled import gathered
from sharvin.sweeps.sweep import version
from sharvin.sweeps.tip_job import Scan
from sharvin.units import ratio

if TYPE_CHECKING:
    import xarray as xr


def describe_tip(scan: Scan, unit: str) -> dict[str, Any]:
    """The map in plain words and numbers, for its store and its result."""
    return {
        "kind": "tip",
        "version": version(),
        "sweep_hash": scan.content_hash,
        "device_hash": scan.device.content_hash,
        "degeneracy": scan.device.degeneracy,
        "x": scan.x.tolist(),
        "y": scan.y.tolist(),
        "tiles": [[i.tolist(), j.tolist()] for i, j in scan.tiles],
        "energy": scan.energy,
        "parameters": dict(scan.parameters),
        "bare": scan.bare(),
        "unit": unit,
        "chunks": [[chunk.start, chunk.stop] for chunk in scan.chunks],
    }


def assemble_tip(about: Mapping[str, Any], outcomes: Mapping[int, Outcome]) -> "xr.DataArray":
    """The labelled map; positions without an answer, or not computed yet, are NaN.

    Parameters
    ----------
    about : mapping
        From `describe_tip`.
    outcomes : mapping of int to Outcome
    """
    import xarray as xr

    factor = about["degeneracy"] * ratio("e²/h", about["unit"])
    values, errors, tally = gathered(about["chunks"], outcomes, ())
    chart = np.empty((2, len(about["x"]), len(about["y"])))
    for (start, stop), (i, j) in zip(about["chunks"], about["tiles"], strict=True):
        for place, flat in enumerate((values, errors)):
            chart[place][np.ix_(i, j)] = factor * flat[start:stop].reshape(len(i), len(j))
    spread = {"units": about["unit"], "long_name": "estimated error of conductance"}
    return xr.DataArray(
        chart[0],
        dims=("x", "y"),
        coords={
            "x": ("x", about["x"], {"units": "nm", "long_name": "tip position x"}),
            "y": ("y", about["y"], {"units": "nm", "long_name": "tip position y"}),
            "error": (("x", "y"), chart[1], spread),
            "energy": ((), about["energy"], {"units": "meV"}),
            **{name: ((), value) for name, value in about["parameters"].items()},
        },
        name="conductance",
        attrs={
            "units": about["unit"],
            "long_name": "conductance",
            "bare": factor * about["bare"],
            "version": about["version"],
            "device_hash": about["device_hash"],
            "sweep_hash": about["sweep_hash"],
            "complete": int(len(outcomes) == len(about["chunks"])),
            "points_refused": tally.refused,
            "refused_because": tally.reason,
        },
    )
