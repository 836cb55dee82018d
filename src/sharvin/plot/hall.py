"""Longitudinal and Hall resistance as a laboratory draws them: one field, two scales."""

from typing import TYPE_CHECKING, Any

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
    LABEL,
    ORANGE,
    RED,
    headline,
    heat_colors,
    house_style,
    level_lines,
    new_figure,
)
from sharvin.typing import RealArray
from sharvin.units import ratio

if TYPE_CHECKING:
    import xarray as xr

_LONGITUDINAL = (RED, ORANGE)
_HALL = (BLUE, GREEN)
_PLATEAUS = 12
_DRAWN_PLATEAUS = 60  # a color bar names those that are there
_ON_PLATEAU = 0.004  # how near to h/(i e²) a plateau lies; h/59e² and h/60e² are 0.017 apart
_SHARE = 0.01  # of a map that a plateau must cover to be named
_APART = 0.12  # of the logarithms of two named plateaus
_RIPPLE, _CLIPPED = 0.05, 99.5  # negative share that is ripple; percentile where colors end
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
        return _maps(result, long[0], long[1], title, subtitle)


def _one(result: "xr.DataArray", along: str, title: str, subtitle: str) -> Figure:
    """Both scales in one panel."""
    figure = new_figure(height=4.2)
    axes = figure.subplots()
    _draw_readings(axes, result, along)
    headline(axes, title, subtitle)
    return figure


def _draw_readings(
    left: Axes, result: "xr.DataArray", along: str, levels: list[float] | None = None
) -> None:
    """Hall resistances on the left scale with its plateaus, the others on a second one."""
    x, x_unit, _ = scaled(result.coords[along].values, unit_of(result[along]))
    unit = unit_of(result)
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
    _plateaus(left, unit, levels)
    top = float(np.nanmax(right.dataLim.y1 if drawn[False] else 1.0))
    right.set_ylim(-0.02 * top, 2.2 * top)  # the oscillations keep to the lower half
    left.margins(x=0)
    left.set_xlabel(axis_label(along, x_unit, long_name=long_name_of(result.coords[along])))
    left.set_ylabel(f"Hall resistance ({shown_unit(unit)})", color=BLUE)
    right.set_ylabel(f"longitudinal resistance ({shown_unit(unit)})", color=RED)
    handles = [*left.get_lines(), *right.get_lines()]
    shown = [h for h in handles if not str(h.get_label()).startswith("_")]
    left.legend(handles=shown, loc="best")


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


def _maps(result: "xr.DataArray", along: str, other: str, title: str, subtitle: str) -> Figure:
    """One map for each reading, and a cut through all of them at the last value of an axis."""
    from sharvin.plot.maps import draw_map

    names, unit = _names(result), unit_of(result)
    figure = new_figure(5.0 * len(names) + 1.0, 8.0)
    rows = figure.add_gridspec(2, len(names), height_ratios=[1.35, 1.0])
    plateaus: dict[float, str] = {}
    for place, name in enumerate(names):
        axes = figure.add_subplot(rows[0, place])
        one = result.sel(reading=name)
        image = draw_map(axes, one, **_colors(one.values, is_hall=name.endswith("xy")))
        bar = figure.colorbar(image, ax=axes, pad=0.03, aspect=28)
        bar.set_label(f"{_symbol(name)} ({shown_unit(unit)})")
        bar.outline.set_visible(False)
        if name.endswith("xy"):
            named = _named_plateaus(one.values, unit)
            _mark_plateaus(bar, named)
            plateaus |= named
        if place == 0:
            headline(axes, title, subtitle)
    last = result[other].values[-1]
    below = figure.add_subplot(rows[1, :])
    _draw_readings(below, result.isel({other: -1}), along, list(plateaus) or None)
    where = value_label(float(last), unit_of(result[other]))
    below.set_title(f"cut at {symbol_of(other)} = {where}", fontsize=LABEL)
    return figure


def _colors(values: RealArray, *, is_hall: bool) -> dict[str, Any]:
    """Hall resistances on a logarithmic scale, where plateaus of all orders show; roots of others.

    Only where nothing is negative: a change of sign needs two colors, and no scale but the linear.
    """
    from matplotlib.colors import LogNorm, PowerNorm

    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if is_hall and 0 < low < high / 2:
        return {"norm": LogNorm(low, high)}
    if not is_hall and high > 0 and low > -_RIPPLE * high:
        return {"norm": PowerNorm(0.5, 0.0, float(np.nanpercentile(values, _CLIPPED)) or high)}
    return {}


def _named_plateaus(values: RealArray, unit: str) -> dict[float, str]:
    """Those h/(i e²) on which a share of the values lies, and their names."""
    whole = ratio("h/e²", unit)
    found: dict[float, str] = {}
    for n in range(1, _DRAWN_PLATEAUS + 1):
        near = np.abs(np.abs(values) * n / whole - 1) < _ON_PLATEAU
        if near.mean() > _SHARE:
            for sign in np.unique(np.sign(values[near])).tolist():
                found[sign * whole / n] = f"{'-' if sign < 0 else ''}h/{n if n > 1 else ''}e²"
    return found


def _mark_plateaus(bar: Any, found: dict[float, str]) -> None:
    """Plateaus as ticks of a color bar, but for those that would print over a neighbor."""
    kept: list[float] = []
    for value in sorted(found, key=abs, reverse=True):
        if all(abs(np.log(abs(value / k))) > _APART for k in kept if k * value > 0):
            kept.append(value)
    if len(kept) > 1:
        bar.ax.minorticks_off()
        bar.set_ticks(kept, labels=[found[value] for value in kept])


def _names(result: "xr.DataArray") -> list[str]:
    return [str(name) for name in result.coords["reading"].values]


def _symbol(name: str) -> str:
    return f"$R_{{{name.removeprefix('R_')}}}$"


def _plateaus(axes: Axes, unit: str, levels: list[float] | None = None) -> None:
    """Lines at h/(i e²), or at the given values, inside what is shown."""
    low, high = axes.get_ylim()
    whole = ratio("h/e²", unit)
    values = levels or [s * whole / n for n in range(1, _PLATEAUS + 1) for s in (1, -1)]
    level_lines(axes, [value for value in values if low < value < high])
