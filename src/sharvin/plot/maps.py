"""Numbers over two axes as colors: conductance maps, and the transconductance of either kind."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sharvin.errors import InvalidInput
from sharvin.plot.labels import axis_label, long_name_of, scaled, shown_unit, symbol_of, unit_of
from sharvin.plot.staircase import split_axes
from sharvin.plot.style import DIVERGING, INK, MAGNITUDE, SEA, SINGLE, house_style, new_figure
from sharvin.typing import RealArray

if TYPE_CHECKING:
    import xarray as xr

_SIGNED = 0.05  # negative values smaller than this share of the largest are ripples
_CLIPPED = 99.5  # percentile at which the colors of a transconductance end: spikes say little


def map(result: "xr.DataArray", *, title: str = "", level_lines: bool = True) -> Figure:
    """Figure of a result with two axes; the first runs along x.

    Parameters
    ----------
    result : DataArray
    title : str
    level_lines : bool
        Whether half-integer conductances, the risers between plateaus, are drawn as lines.
    """
    with house_style():
        figure = new_figure(5.4, 4.2)
        axes = figure.subplots()
        image = draw_map(axes, result)
        counted = unit_of(result) in ("e²/h", "2e²/h")
        if level_lines and counted:
            _risers(axes, result)
        bar = figure.colorbar(image, ax=axes, pad=0.03, aspect=28)
        bar.set_label(f"{long_name_of(result, 'value')} ({shown_unit(unit_of(result))})")
        bar.outline.set_visible(False)
        if title:
            axes.set_title(title)
    return figure


def draw_map(
    axes: Axes, result: "xr.DataArray", *, signed: bool | None = None, norm: Any = None
) -> Any:
    """Draw the colors into `axes`, by a ``norm`` if given; returns what a color bar needs."""
    (x, y), table = _table(axes, result)
    if signed is None:
        signed = bool(np.nanmin(table) < -_SIGNED * np.nanmax(np.abs(table)))
    if signed:
        size = float(np.nanpercentile(np.abs(table), _CLIPPED)) or 1.0
        colors: dict[str, Any] = {"cmap": DIVERGING, "vmin": -size, "vmax": size}
    else:
        is_slope = str(result.attrs.get("long_name", "")).startswith(r"$\mathrm{d}")
        colors = {"cmap": SEA if is_slope else MAGNITUDE, "norm": norm}
    return axes.pcolormesh(x, y, table.T, shading="nearest", rasterized=True, **colors)


def transconductance(result: "xr.DataArray", *, title: str = "") -> Figure:
    """Derivative of a conductance along its longer axis, as curves or as a map.

    Risers are its peaks, plateaus its zeros: what an experimenter reads subbands from.
    """
    along = split_axes(result)[0]
    slope = differentiated(result, along)
    with house_style():
        if sum(size > 1 for size in result.sizes.values()) == 1:
            figure = new_figure(SINGLE + 2.0, 3.4)
            axes = figure.subplots()
            x, unit, _ = scaled(slope.coords[along].values, _unit(slope, along))
            axes.axhline(0, color=INK, linewidth=0.6)
            axes.plot(x, slope.squeeze().values)
            axes.margins(x=0)
            axes.set_xlabel(axis_label(along, unit))
            axes.set_ylabel(f"{slope.attrs['long_name']} ({slope.attrs['units']})")
        else:
            figure = new_figure(5.4, 4.2)
            axes = figure.subplots()
            image = draw_map(axes, slope)
            bar = figure.colorbar(image, ax=axes, pad=0.03, aspect=28)
            bar.set_label(f"{slope.attrs['long_name']} ({slope.attrs['units']})")
            bar.outline.set_visible(False)
        if title:
            axes.set_title(title)
    return figure


def differentiated(result: "xr.DataArray", along: str) -> "xr.DataArray":
    """Derivative of a labelled array along one of its axes, with its unit."""
    slope = result.differentiate(along)
    slope.attrs = {
        "long_name": rf"$\mathrm{{d}}{_bare(str(result.name))}/\mathrm{{d}}{_bare(along)}$",
        "units": f"{shown_unit(unit_of(result))} / {_unit(result, along)}",
    }
    return slope


def _bare(name: str) -> str:
    """Symbol of a quantity for use inside a formula."""
    symbol = symbol_of(name)
    return symbol.strip("$") if symbol.startswith("$") else rf"\,\mathrm{{{symbol}}}"


def _unit(result: "xr.DataArray", name: str) -> str:
    return str(result.coords[name].attrs.get("units", ""))


def _table(axes: Axes, result: "xr.DataArray") -> tuple[tuple[RealArray, RealArray], RealArray]:
    """Scaled axes and values (x, y) of a result with two axes; labels the axes."""
    reduced = result.squeeze()
    if reduced.ndim != 2:
        raise InvalidInput(f"a map needs two axes, got {reduced.ndim}; pick points with .sel(...)")
    first, second = (str(name) for name in reduced.dims)
    x, x_unit, _ = scaled(reduced.coords[first].values, _unit(reduced, first))
    y, y_unit, _ = scaled(reduced.coords[second].values, _unit(reduced, second))
    axes.set_xlabel(axis_label(first, x_unit, long_name=long_name_of(reduced.coords[first])))
    axes.set_ylabel(axis_label(second, y_unit, long_name=long_name_of(reduced.coords[second])))
    return (x, y), np.asarray(reduced.values, dtype=np.float64)


def _risers(axes: Axes, result: "xr.DataArray") -> None:
    (x, y), table = _table(axes, result)
    top = float(np.nanmax(table))
    levels = np.arange(0.5, top, 1.0)
    if 0 < len(levels) <= 40:
        axes.contour(x, y, table.T, levels=levels, colors="white", linewidths=0.6, alpha=0.75)
