"""Longitudinal and Hall resistance as a laboratory draws them: one field, two scales."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from sharvin.errors import InvalidInput
from sharvin.plot.labels import axis_label, long_name_of, scaled, shown_unit, unit_of
from sharvin.plot.style import BLUE, GREEN, ORANGE, PALE, RED, headline, house_style, new_figure

if TYPE_CHECKING:
    import xarray as xr

_LONGITUDINAL = (RED, ORANGE)
_HALL = (BLUE, GREEN)
_PLATEAUS = 12


def hall_traces(result: "xr.DataArray", *, title: str = "", subtitle: str = "") -> Figure:
    """Figure of resistances with names along the dimension ``reading``.

    Names that end in "xy" belong to the left scale with lines at h/(i e²), the others to the right.

    Parameters
    ----------
    result : DataArray
        One swept axis, and ``reading``; of a further axis the first value is drawn.
    title, subtitle : str
    """
    long = [str(d) for d in result.dims if d != "reading" and result.sizes[d] > 1]
    if not long:
        raise InvalidInput("needed is a swept axis, such as a field or a density")
    along = max(long, key=lambda name: result.sizes[name])
    for other in long:
        if other != along:
            result = result.isel({other: 0})
    result = result.squeeze()
    names = [str(name) for name in np.atleast_1d(result.coords["reading"].values)]
    x, x_unit, _ = scaled(result.coords[along].values, str(result[along].attrs.get("units", "")))
    unit = unit_of(result)
    with house_style():
        figure = new_figure(height=4.2)
        left = figure.subplots()
        right = left.twinx()
        right.spines["right"].set_visible(True)
        hall, longitudinal = 0, 0
        for name in names:
            trace = result.sel(reading=name).values if len(names) > 1 else result.values
            label = f"$R_{{{name.removeprefix('R_')}}}$"
            if name.endswith("xy"):
                left.plot(x, trace, color=_HALL[hall % 2], linewidth=1.8, label=label)
                hall += 1
            else:
                right.plot(x, trace, color=_LONGITUDINAL[longitudinal % 2], linewidth=1.2,
                           label=label)  # fmt: skip
                longitudinal += 1
        _plateaus(left, unit)
        top = float(np.nanmax(right.dataLim.y1 if longitudinal else 1.0))
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


def _plateaus(axes: "object", unit: str) -> None:
    from sharvin.units import ratio

    low, high = axes.get_ylim()  # type: ignore[attr-defined]
    quantum = ratio("h/e²", unit)
    for filling in range(1, _PLATEAUS + 1):
        for sign in (1, -1):
            if low < sign * quantum / filling < high:
                axes.axhline(sign * quantum / filling, color=PALE, linewidth=0.7, zorder=0)  # type: ignore[attr-defined]
