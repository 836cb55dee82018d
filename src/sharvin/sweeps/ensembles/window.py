"""Whether samples are long enough, and not too long, for what they are meant to show."""

import warnings
from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput, UnknownName
from sharvin.scattering.smatrix import Port
from sharvin.sweeps.axes import Axes
from sharvin.sweeps.chunk import first_smatrix

if TYPE_CHECKING:
    import xarray as xr

REGIMES = ("ballistic", "diffusive", "localized")
# In units of the mean free path l and of N l: what the universal numbers of a regime ask for.
BALLISTIC = 0.5  # L/l at most
DIFFUSIVE = (4.0, 1 / 3)  # L/l at least, L/Nl at most
LOCALIZED = 2.0  # -<ln g> at least: more than one localization length


def check_regime_name(regime: str | None) -> None:
    """Refuse a regime that there is not."""
    if regime is not None and regime not in REGIMES:
        raise UnknownName.among("regime", regime, REGIMES)


def check_regime(
    result: "xr.Dataset",
    device: Device,
    axes: Axes,
    regime: str,
    to: Port | None,
    from_: Port | None,
) -> None:
    """Warn, with the numbers, where the samples do not show what they are meant to.

    L/l is read off the mean conductance itself, :math:`g = N / (1 + L/l)`, so that it needs no
    mean free path from elsewhere.
    """
    names = [name for name in ("conductance", "transmission") if name in result]
    if not names:
        raise InvalidInput("regime= is judged by the conductance; ask for that observable too")
    factor = device.degeneracy if names[0] == "conductance" else 1
    g = result[names[0]] / factor
    point = axes.levels[0], device.resolve(next(iter(axes.parameter_sets())))
    s = first_smatrix(device, point)
    to, from_ = (s.leads[1], s.leads[0]) if to is None or from_ is None else (to, from_)
    modes = min(len(s.rows_of(to)), len(s.columns_of(from_)))
    if modes == 0:
        raise InvalidInput("regime= needs open modes, and there are none at the first energy")
    numbers = g.transpose("sample", ...).values.reshape(g.sizes["sample"], -1)
    logarithms = np.log(np.maximum(numbers, 1e-300))
    for mean, logs in zip(numbers.mean(axis=0), logarithms.mean(axis=0), strict=True):
        problem = _problem(regime, modes, float(mean), float(logs))
        if problem:
            warnings.warn(problem, RuntimeWarning, stacklevel=3)
            return


def _problem(regime: str, modes: int, mean: float, logs: float) -> str:
    s = modes / mean - 1
    numbers = f"L/l = {s:.2g}, L/Nl = {s / modes:.2g}, N = {modes}, <g> = {mean:.3g}"
    if regime == "ballistic" and s > BALLISTIC:
        return f"these samples scatter too much to be ballistic: {numbers}; L/l <= 0.5 is needed"
    if regime == "diffusive" and not (s >= DIFFUSIVE[0] and s / modes <= DIFFUSIVE[1]):
        end = "short" if s < DIFFUSIVE[0] else "long"
        return (
            f"these samples are too {end} to be diffusive: {numbers}; "
            "4 l <= L <= N l / 3 is needed for universal numbers"
        )
    if regime == "localized" and -logs < LOCALIZED:
        return (
            f"these samples are too short to be localized: <ln g> = {logs:.2g}, {numbers}; "
            "<ln g> <= -2, more than one localization length, is needed"
        )
    return ""
