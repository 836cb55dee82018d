"""Samples with labels: an xarray Dataset of every sample, the means and variances beside them."""

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.numerics.statistics import Moments
from sharvin.sweeps.chunk import Outcome
from sharvin.sweeps.ensembles.sampling import Sampling
from sharvin.sweeps.labelled import assemble, describe, refused_message

if TYPE_CHECKING:
    import xarray as xr

SAMPLE = "sample"


def describe_sampling(sampling: Sampling) -> dict[str, Any]:
    """The ensemble in plain words and numbers, for its store and its result."""
    about = describe(sampling.whole(2))
    return {
        **about,
        "kind": "ensemble",
        "sweep_hash": sampling.content_hash,
        "seed": sampling.seed,
        "first_seed": sampling.first,
        "group": sampling.group,
        "points": sampling.points,
    }


def assemble_samples(
    about: Mapping[str, Any], outcomes: Mapping[int, Outcome], samples: int
) -> "xr.Dataset":
    """The labelled result of the first samples, all of whose chunks are finished.

    Parameters
    ----------
    about : mapping
        From `describe_sampling`.
    outcomes : mapping of int to Outcome
    samples : int
    """
    import xarray as xr

    group = about["group"]
    used = {n: outcomes[n] for n in range(-(-samples // group))}
    width = next(iter(used.values())).values.shape[0] // group
    rows = [[n * group * width, (n + 1) * group * width] for n in used]
    seeds = [float(about["first_seed"] + n) for n in range(len(used) * group)]
    axes = [
        {**axis, "values": seeds} if axis["name"] == about["seed"] else axis
        for axis in about["axes"]
    ]
    table = assemble({**about, "axes": axes, "chunks": rows, "is_dataset": True}, used)
    assert isinstance(table, xr.Dataset)
    message = refused_message(table)
    table = table.isel({about["seed"]: slice(samples)}).rename({about["seed"]: SAMPLE})
    count = np.array(seeds[:samples], dtype=np.int64)
    table = table.assign_coords({SAMPLE: np.arange(samples), "seed": (SAMPLE, count)})
    table = _with_eigenvalues(table)
    if message:
        if not any(np.isfinite(table[name]).any() for name in table.data_vars):
            raise Unreliable(f"no sample has an answer: {table.attrs['refused_because']}")
        warnings.warn(message, RuntimeWarning, stacklevel=4)
    table = table.assign_attrs(samples=samples, first_seed=about["first_seed"])
    return table.assign(_averages(table))


def assemble_store(about: Mapping[str, Any], outcomes: Mapping[int, Outcome]) -> "xr.Dataset":
    """What a store holds of an ensemble: the samples from the first one on without a gap."""
    chunks = next(n for n in range(len(outcomes) + 1) if n not in outcomes)
    if not chunks:
        raise InvalidInput("this store holds no finished samples yet")
    return assemble_samples(about, outcomes, chunks * about["group"])


def _with_eigenvalues(table: "xr.Dataset") -> "xr.Dataset":
    """The numbered eigenvalues as one array with a dimension of channels."""
    import xarray as xr

    names = [n for n in table.data_vars if str(n)[:1] == "T" and str(n)[1:].isdigit()]
    if not names:
        return table
    first = table[names[0]]
    values = np.stack([table[name].values for name in names], axis=-1)
    attrs = {"units": "", "long_name": "transmission eigenvalue"}
    stacked = xr.DataArray(values, first.coords, (*first.dims, "channel"), attrs=attrs)
    return table.drop_vars(names).assign(eigenvalues=stacked)


def _averages(table: "xr.Dataset") -> dict[str, Any]:
    """Mean and variance of every number over the samples, with their standard errors."""
    found: dict[str, Any] = {}
    for name, array in table.data_vars.items():
        if "channel" in array.dims:
            continue
        values = array.transpose(SAMPLE, ...).values
        whole = values.reshape(len(values), -1)
        good = np.isfinite(whole).all(axis=1)
        if good.sum() < 2:
            continue
        moments = Moments.of(values[good])
        dims = tuple(d for d in array.dims if d != SAMPLE)
        unit, long_name = array.attrs.get("units", ""), array.attrs.get("long_name", str(name))
        squared = f"({unit})²" if unit else ""
        parts = {
            "mean": (moments.mean, unit, f"mean {long_name}"),
            "mean_error": (moments.mean_error, unit, f"standard error of the mean {long_name}"),
            "variance": (moments.variance, squared, f"variance of the {long_name}"),
            "variance_error": (
                moments.variance_error,
                squared,
                f"standard error of the variance of the {long_name}",
            ),
        }
        for part, (numbers, units, text) in parts.items():
            found[f"{name}_{part}"] = (dims, numbers, {"units": units, "long_name": text})
    return found
