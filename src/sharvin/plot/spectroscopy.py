"""Finite bias: the map of dI/dV with its diamonds, and the traces that bunch at half plateaus."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sharvin.errors import InvalidInput
from sharvin.plot.labels import axis_label, long_name_of, scaled, shown_unit, unit_of
from sharvin.plot.maps import differentiated, draw_map
from sharvin.plot.style import BLUE, GRAY, PALE, house_style, new_figure
from sharvin.typing import RealArray

if TYPE_CHECKING:
    import xarray as xr


def spectroscopy(result: "xr.Dataset", *, title: str = "") -> Figure:
    """Figure of a bias spectroscopy over one further axis.

    On the left the slope of dI/dV along that axis, in which plateaus are quiet and risers are
    the lines of the diamonds; on the right dI/dV against bias, one thin line per setting: where
    lines bunch there is a plateau.

    Parameters
    ----------
    result : Dataset
        From `sharvin.bias_spectroscopy`, with the dimension ``bias`` and one other.
    title : str
    """
    conductance = result["conductance"]
    other = [str(name) for name in conductance.dims if name != "bias"]
    if "bias" not in conductance.dims or len(other) != 1:
        raise InvalidInput(
            f"bias spectroscopy is drawn over bias and one other axis, got {conductance.dims}; "
            "pick points with .sel(...)"
        )
    with house_style():
        figure = new_figure(7.6, 3.7)
        left, right = figure.subplots(1, 2, width_ratios=[1.15, 1.0])
        slope = differentiated(conductance, other[0])
        image = draw_map(left, slope.transpose(other[0], "bias"))
        bar = figure.colorbar(image, ax=left, pad=0.02, aspect=28)
        bar.set_label(rf"{slope.attrs['long_name']} ({slope.attrs['units']})")
        bar.outline.set_visible(False)
        draw_traces(right, conductance.transpose(other[0], "bias"))
        if title:
            left.set_title(title)
    return figure


def draw_traces(axes: Axes, conductance: "xr.DataArray") -> None:
    """Traces against bias, one per setting of the first axis; levels at halves are marked."""
    bias, unit, _ = scaled_bias(conductance)
    table = np.asarray(conductance.values, dtype=float)
    counted = unit_of(conductance) in ("e²/h", "2e²/h")
    if counted:
        top = float(np.nanmax(table))
        for level in np.arange(0.5, top + 0.25, 0.5):
            whole = float(level).is_integer()
            axes.axhline(level, color=GRAY if whole else PALE, linewidth=0.5, zorder=0)
    for row in table:
        axes.plot(bias, row, color=BLUE, linewidth=0.55, alpha=0.75)
    axes.set_xlabel(axis_label("bias", unit))
    axes.set_ylabel(f"{long_name_of(conductance)} ({shown_unit(unit_of(conductance))})")
    axes.margins(x=0)
    low = float(np.nanmin(table))
    axes.set_ylim(bottom=np.floor(2 * low) / 2 if counted else None)


def scaled_bias(conductance: "xr.DataArray") -> tuple[RealArray, str, float]:
    """Biases with a suitable unit."""
    bias = conductance.coords["bias"]
    return scaled(bias.values, str(bias.attrs.get("units", "mV")))
