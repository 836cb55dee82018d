"""Longitudinal and Hall resistance as a laboratory draws them: one field, two scales."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sharvin.errors import InvalidInput
from sharvin.plot.labels import (
    axis_label,
    long_name_of,
    scaled,
    shown_unit,
    symbol_of,
    unit_of,
    value_label,
)
from sharvin.plot.style import (
    BLUE,
    GREEN,
    ORANGE,
    RED,
    headline,
    heat_colors,
    house_style,
    level_lines,
    new_figure,
)
from sharvin.units import ratio

if TYPE_CHECKING:
    import xarray as xr

_LONGITUDINAL = (RED, ORANGE)
_HALL = (BLUE, GREEN)
_PLATEAUS = 12
_FEW = 8  # values of a second axis that are drawn as curves; more become a map


def hall_traces(result: "xr.DataArray", *, title: str = "", subtitle: str = "") -> Figure:
    """Figure of resistances with names along the dimension ``reading``.

    Of one swept axis: names that end in "xy" belong to the left scale with lines at h/(i e²), the
    others to the right. A second axis of a few values gives one color to each of them, in a panel
    per reading; one of many values gives a map per reading.

    Parameters
    ----------
    result : DataArray
        One or two swept axes, and ``reading``; of any further axis the first value is drawn.
    title, subtitle : str
    """
    long = [str(d) for d in result.dims if d != "reading" and result.sizes[d] > 1]
    if not long:
        raise InvalidInput("needed is a swept axis, such as a field or a density")
    long.sort(key=lambda name: result.sizes[name], reverse=True)
    result = result.isel(dict.fromkeys(long[2:], 0))
    if "reading" not in result.dims:
        result = result.expand_dims("reading")
    result = result.squeeze([d for d in result.dims if d != "reading" and result.sizes[d] == 1])
    with house_style():
        if len(long) == 1:
            return _one(result, long[0], title, subtitle)
        if result.sizes[long[1]] <= _FEW:
            return _family(result, long[0], long[1], title, subtitle)
        return _maps(result, title)


def _one(result: "xr.DataArray", along: str, title: str, subtitle: str) -> Figure:
    """Both scales in one panel."""
    x, x_unit, _ = scaled(result.coords[along].values, unit_of(result[along]))
    unit = unit_of(result)
    figure = new_figure(height=4.2)
    left = figure.subplots()
    right = left.twinx()
    right.spines["right"].set_visible(True)
    drawn = {True: 0, False: 0}
    for name in _names(result):
        is_hall = name.endswith("xy")
        axes, colors = (left, _HALL) if is_hall else (right, _LONGITUDINAL)
        axes.plot(
            x, result.sel(reading=name).values, color=colors[drawn[is_hall] % 2],
            linewidth=1.8 if is_hall else 1.2, label=_symbol(name),
        )  # fmt: skip
        drawn[is_hall] += 1
    _plateaus(left, unit)
    top = float(np.nanmax(right.dataLim.y1 if drawn[False] else 1.0))
    right.set_ylim(-0.02 * top, 2.2 * top)  # the oscillations keep to the lower half
    left.margins(x=0)
    left.set_xlabel(axis_label(along, x_unit, long_name=long_name_of(result.coords[along])))
    left.set_ylabel(f"Hall resistance ({shown_unit(unit)})", color=BLUE)
    right.set_ylabel(f"longitudinal resistance ({shown_unit(unit)})", color=RED)
    handles = [*left.get_lines(), *right.get_lines()]
    shown = [h for h in handles if not str(h.get_label()).startswith("_")]
    left.legend(handles=shown, loc="upper left")
    headline(left, title, subtitle)
    return figure


def _family(result: "xr.DataArray", along: str, other: str, title: str, subtitle: str) -> Figure:
    """One panel for each reading, one color for each value of the other axis."""
    x, x_unit, _ = scaled(result.coords[along].values, unit_of(result[along]))
    values, unit = result.coords[other].values, unit_of(result[other])
    names = _names(result)
    figure = new_figure(height=1.3 + 2.1 * len(names))
    panels = figure.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0]
    for axes, name in zip(panels, names, strict=True):
        traces = result.sel(reading=name).transpose(other, along).values
        for color, value, trace in zip(heat_colors(len(values)), values, traces, strict=True):
            label = f"{symbol_of(other)} = {value_label(float(value), unit)}"
            axes.plot(x, trace, color=color, linewidth=1.5, label=label)
        if name.endswith("xy"):
            _plateaus(axes, unit_of(result))
        axes.margins(x=0)
        axes.set_ylabel(f"{_symbol(name)} ({shown_unit(unit_of(result))})")
    panels[-1].set_xlabel(axis_label(along, x_unit, long_name=long_name_of(result.coords[along])))
    panels[0].legend(loc="upper left")
    headline(panels[0], title, subtitle)
    return figure


def _maps(result: "xr.DataArray", title: str) -> Figure:
    """One map for each reading, side by side."""
    from sharvin.plot.maps import draw_map

    names = _names(result)
    figure = new_figure(5.2 * len(names), 4.2)
    panels = figure.subplots(1, len(names), squeeze=False)[0]
    for axes, name in zip(panels, names, strict=True):
        image = draw_map(axes, result.sel(reading=name))
        bar = figure.colorbar(image, ax=axes, pad=0.03, aspect=28)
        bar.set_label(f"{_symbol(name)} ({shown_unit(unit_of(result))})")
        bar.outline.set_visible(False)
    panels[0].set_title(title)
    return figure


def _names(result: "xr.DataArray") -> list[str]:
    return [str(name) for name in result.coords["reading"].values]


def _symbol(name: str) -> str:
    return f"$R_{{{name.removeprefix('R_')}}}$"


def _plateaus(axes: Axes, unit: str) -> None:
    """Lines at h/(i e²) inside what is shown."""
    low, high = axes.get_ylim()
    values = [s * ratio("h/e²", unit) / n for n in range(1, _PLATEAUS + 1) for s in (1, -1)]
    level_lines(axes, [value for value in values if low < value < high])
