"""Conductance against one axis: curves, quantized levels, and the plateaus that were found."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sharvin.analysis.plateaus import Plateau, find_plateaus
from sharvin.errors import InvalidInput
from sharvin.plot.device import Scene, draw_device
from sharvin.plot.labels import axis_label, long_name_of, scaled, shown_unit, unit_of
from sharvin.plot.style import (
    BLUE,
    COLORS,
    GRAY,
    INK,
    NOTE,
    PALE,
    TICK,
    headline,
    heat_colors,
    house_style,
    new_figure,
)
from sharvin.typing import RealArray

_INSET = (0.60, 0.075, 0.385, 0.34)  # left, bottom, width, height in the axes

if TYPE_CHECKING:
    import xarray as xr


def staircase(
    result: "xr.DataArray", *, title: str = "", subtitle: str = "", scene: Scene | None = None
) -> Figure:
    """Figure of a conductance with one or two axes; the longer one runs along x.

    Parameters
    ----------
    result : DataArray
        From `conductance` over a gate voltage (or an energy, a field), perhaps at several
        temperatures.
    title, subtitle : str
        Above the figure, the second smaller.
    scene : Scene, optional
        The device, drawn small where a rising staircase leaves room.
    """
    with house_style():
        figure = new_figure(height=4.6)
        axes = figure.subplots()
        draw_staircase(axes, result)
        headline(axes, title, subtitle)
        if scene is not None:
            inset = axes.inset_axes(_INSET)
            draw_device(inset, scene, small=True)
    return figure


def draw_staircase(axes: Axes, result: "xr.DataArray") -> tuple[Plateau, ...]:
    """Draw the curves and their plateaus; returns the plateaus of the first (coldest) curve."""
    along, curves = split_axes(result)
    unit = str(result.coords[along].attrs.get("units", ""))
    x, x_unit, _ = scaled(result.coords[along].values, unit)
    traces, labels = _traces(result, along, curves)
    plateaus = find_plateaus(x, traces[0]) if is_counted(result) else ()
    top = float(np.nanmax([np.nanmax(trace) for trace in traces]))
    _levels(axes, top, counted=is_counted(result))
    colors = heat_colors(len(traces)) if curves == "temperature" else _cycle(len(traces))
    # Curves that coincide stay visible: the coldest is broad and lies below the others.
    widths = np.linspace(2.8, 1.2, len(traces)) if len(traces) > 1 else [1.8]
    for number, (trace, color) in enumerate(zip(traces, colors, strict=True)):
        axes.plot(x, trace, color=color, linewidth=widths[number], zorder=3, label=labels[number])
    _mark(axes, plateaus)
    axes.margins(x=0)
    axes.set_ylim(min(0.0, float(np.nanmin(traces))), top * 1.04 + 1e-12)
    axes.set_xlabel(axis_label(along, x_unit, long_name=long_name_of(result.coords[along])))
    axes.set_ylabel(f"{long_name_of(result, 'conductance')} ({shown_unit(unit_of(result))})")
    if curves:
        axes.legend(
            loc="upper left", handlelength=1.4, labelspacing=0.35, borderaxespad=0.3,
            frameon=True, facecolor="white", edgecolor="none", framealpha=0.9,
        )  # fmt: skip
    return plateaus


def split_axes(result: "xr.DataArray") -> tuple[str, str]:
    """Name of the axis along x, and of the one that tells the curves apart (or nothing)."""
    long = [str(name) for name in result.dims if result.sizes[name] > 1]
    if not 1 <= len(long) <= 2:
        raise InvalidInput(
            f"a staircase needs one axis, or two, got {len(long)}; pick points with .sel(...)"
        )
    if "temperature" in long and len(long) == 2:
        long.remove("temperature")
        return long[0], "temperature"
    long.sort(key=lambda name: -result.sizes[name])
    return long[0], long[1] if len(long) == 2 else ""


def is_counted(result: "xr.DataArray") -> bool:
    """Whether whole numbers of the unit are what to look for."""
    return unit_of(result) in ("e²/h", "2e²/h")


def _traces(result: "xr.DataArray", along: str, curves: str) -> tuple[list[RealArray], list[str]]:
    reduced = result.squeeze()
    if not curves:
        return [np.asarray(reduced.values, dtype=np.float64)], [""]
    coordinate = reduced.coords[curves]
    values, unit, _ = scaled(coordinate.values, str(coordinate.attrs.get("units", "")))
    order = np.argsort(values)
    table = reduced.transpose(along, curves).values
    name = "" if curves == "temperature" else f"{long_name_of(coordinate, curves)} "
    return [table[:, i] for i in order], [f"{name}{values[i]:.4g} {unit}" for i in order]


def _cycle(count: int) -> Sequence[str]:
    return [COLORS[i % len(COLORS)] for i in range(count)] if count > 1 else [BLUE]


def _levels(axes: Axes, top: float, *, counted: bool) -> None:
    if not counted:
        axes.grid(axis="y", color=PALE, linewidth=0.7)
        return
    most = int(np.floor(top + 0.5))
    for level in range(1, most + 1):
        axes.axhline(level, color=PALE, linewidth=0.7, zorder=0)
    every = max(1, -(-most // 14))
    axes.set_yticks(range(0, most + 1, every))


def _mark(axes: Axes, plateaus: Sequence[Plateau]) -> None:
    """A soft band under each plateau, and its number above the middle."""
    for plateau in plateaus:
        axes.plot(
            [plateau.start, plateau.stop], [plateau.number] * 2, color=GRAY, alpha=0.22,
            linewidth=7.5, solid_capstyle="butt", zorder=1,
        )  # fmt: skip
        axes.annotate(
            f"{plateau.number}", ((plateau.start + plateau.stop) / 2, plateau.number),
            xytext=(0, 5.5), textcoords="offset points", ha="center", va="bottom",
            fontsize=NOTE if len(plateaus) > 12 else TICK, color=INK, fontweight="bold",
        )  # fmt: skip
