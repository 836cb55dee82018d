"""What samples say: moments, quantiles, histograms, correlations; each with its standard error.

Every function takes arrays with a dimension ``sample``, as `ensemble` returns them (or as a
measurement provides them), and returns a Dataset of the value and its ``error``. A sample that
has no number somewhere is left out as a whole.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.errors import InvalidInput, UnknownName
from sharvin.numerics import statistics as plain
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN, quantity

if TYPE_CHECKING:
    import xarray as xr

SAMPLE = "sample"
REACH = 12.0  # kT on either side of the level: the window's tails beyond hold 1e-5
GRID = 1.5  # kT between energies at most: the trapezoid rule is then good to 1e-4


def moments(x: "xr.DataArray", dim: str = SAMPLE) -> "xr.Dataset":
    """Mean, variance, skewness and kurtosis over the samples, with their standard errors."""
    import xarray as xr

    values, rest = _samples(x, dim)
    found = plain.Moments.of(values)
    higher = plain.jackknife(
        lambda s: np.stack([plain.Moments.of(s).skewness, plain.Moments.of(s).kurtosis]), values
    )[1]
    parts = {
        "mean": found.mean,
        "mean_error": found.mean_error,
        "variance": found.variance,
        "variance_error": found.variance_error,
        "skewness": found.skewness,
        "skewness_error": higher[0],
        "kurtosis": found.kurtosis,
        "kurtosis_error": higher[1],
    }
    coords = _coords(x, rest)
    return xr.Dataset({k: (rest, v) for k, v in parts.items()}, coords, {"samples": len(values)})


def ratio(a: "xr.DataArray", b: "xr.DataArray", dim: str = SAMPLE) -> "xr.Dataset":
    r"""Ratio of means :math:`\langle a \rangle / \langle b \rangle`.

    The Fano factor of an ensemble is that of noise and conductance: the mean of each sample's own
    Fano factor is another number.
    """
    import xarray as xr

    a, b = xr.broadcast(a, b)
    values, rest = _samples(xr.concat([a, b], dim="_both"), dim, last="_both")
    value, error = plain.ratio(values[..., 0], values[..., 1])
    return _result(value, error, rest, _coords(a, rest), len(values))


def difference(a: "xr.DataArray", b: "xr.DataArray", dim: str = SAMPLE) -> "xr.Dataset":
    r"""Mean :math:`\langle a - b \rangle` of paired samples: what they share drops out."""
    values, rest = _samples(a - b, dim)
    found = plain.Moments.of(values)
    return _result(found.mean, found.mean_error, rest, _coords(a, rest), len(values))


def quantiles(
    x: "xr.DataArray",
    levels: Sequence[float] = (0.05, 0.25, 0.5, 0.75, 0.95),
    dim: str = SAMPLE,
) -> "xr.Dataset":
    """Quantiles over the samples; of ``np.log(g)``, those that a localized conductor has."""
    values, rest = _samples(x, dim)
    value, error = plain.quantiles(values, levels)
    coords = {**_coords(x, rest), "level": list(levels)}
    return _result(value, error, ("level", *rest), coords, len(values))


def histogram(x: "xr.DataArray", bins: Any = 20, dim: str = SAMPLE) -> "xr.Dataset":
    """Numbers per sample and unit length, all other dimensions counted together.

    Parameters
    ----------
    x : DataArray
    bins : int or array
        So many between the smallest and the largest number, or their edges.
    """
    values, _ = _samples(x, dim, keep_missing=True)
    if np.ndim(bins) == 0:
        if int(bins) < 1:
            raise InvalidInput(f"a histogram needs at least one bin, got {bins}")
        bins = np.linspace(np.nanmin(values), np.nanmax(values), int(bins) + 1)
    edges = np.asarray(bins, dtype=float)
    value, error = plain.histogram(values, edges)
    coords = {
        "bin": (edges[:-1] + edges[1:]) / 2,
        "low": ("bin", edges[:-1]),
        "high": ("bin", edges[1:]),
    }
    return _result(value, error, ("bin",), coords, len(values))


def correlation(x: "xr.DataArray", along: str, dim: str = SAMPLE) -> "xr.Dataset":
    r"""Correlation function :math:`\langle \delta x(u)\, \delta x(u + \Delta) \rangle`.

    Averaged over u, an axis with equal steps. ``attrs`` hold ``half_width``, the lag at which
    it falls to half (NaN if it does not), and ``half_width_error``: the correlation energy or
    field of the conductance.
    """
    values, rest = _samples(x, dim, last=along)
    if len(rest) != 1:
        raise InvalidInput(f"correlation along {along!r}: pick one value of {rest[:-1]} first")
    step = _step(x, along)
    value, error = plain.correlation(values)
    width, width_error = plain.half_width(values, step)
    lags = step * np.arange(len(value))
    found = _result(value, error, ("lag",), {"lag": lags}, len(values))
    return found.assign_attrs(half_width=width, half_width_error=width_error, along=along)


def smeared(x: "xr.DataArray", temperature: float | str, along: str = "energy") -> "xr.DataArray":
    r"""Thermal average :math:`\int x(E) (-f'(E - \mu))\, dE` of every sample, at every level μ.

    Parameters
    ----------
    x : DataArray
        On an axis of energies (meV) with equal steps of at most 1.5 kT.
    temperature : float or str
        In K.
    along : str
        The axis of energies.

    Returns
    -------
    DataArray
        At the levels that lie 12 kT or more within the axis; the window's tails are dropped and
        its weights add up to one.
    """
    kt = BOLTZMANN * quantity(temperature, "K", name="temperature")
    if kt == 0:
        return x
    step = _step(x, along)
    energies = x[along].values
    reach = int(np.ceil(REACH * kt / step))
    if step > GRID * kt:
        raise InvalidInput(
            f"energies {step:.3g} meV apart cannot resolve kT = {kt:.3g} meV; {GRID} kT is needed"
        )
    if 2 * reach + 1 > len(energies):
        raise InvalidInput(
            f"the axis {along!r} spans {energies[-1] - energies[0]:.3g} meV; a thermal average at "
            f"kT = {kt:.3g} meV needs {2 * REACH * kt:.3g} meV and more"
        )
    offsets = step * np.arange(-reach, reach + 1)
    weights = 1 / np.cosh(offsets / (2 * kt)) ** 2
    weights /= weights.sum()
    axis = x.get_axis_num(along)
    windows = np.lib.stride_tricks.sliding_window_view(x.values, len(weights), axis=axis)
    kept = x.isel({along: slice(reach, len(energies) - reach)})
    return kept.copy(data=windows @ weights)


def _samples(
    x: "xr.DataArray", dim: str, last: str = "", keep_missing: bool = False
) -> tuple[RealArray, tuple[str, ...]]:
    """Values with the samples first, the whole ones only, and the names of the other axes."""
    for name in (dim, *([last] if last else [])):
        if name not in x.dims:
            raise UnknownName.among("dimension", name, map(str, x.dims))
    rest = [str(d) for d in x.dims if d not in (dim, last)] + ([last] if last else [])
    values = x.transpose(dim, *rest).values.astype(float)
    if not keep_missing:
        values = values[np.isfinite(values.reshape(len(values), -1)).all(axis=1)]
    plain.check_count(len(values))
    return values, tuple(name for name in rest if name != "_both")


def _step(x: "xr.DataArray", along: str) -> float:
    places = x[along].values.astype(float)
    steps = np.diff(places)
    if not len(steps) or not np.allclose(steps, steps[0], rtol=1e-6) or steps[0] <= 0:
        raise InvalidInput(f"the axis {along!r} needs equal ascending steps")
    return float(steps[0])


def _coords(x: "xr.DataArray", kept: Sequence[str]) -> dict[str, Any]:
    return {name: x[name].drop_vars(list(set(x[name].coords) - {name})) for name in kept
            if name in x.coords}  # fmt: skip


def _result(
    value: RealArray, error: RealArray, dims: Sequence[str], coords: dict[str, Any], samples: int
) -> "xr.Dataset":
    import xarray as xr

    parts = {"value": (tuple(dims), value), "error": (tuple(dims), error)}
    return xr.Dataset(parts, coords, {"samples": samples})
