"""Figure of bias diamonds: transconductance with the fitted lines, spacings and lever arms."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.analysis.fit import Fit
from sharvin.analysis.text import with_error
from sharvin.analysis.transconductance import slope_map
from sharvin.plot.style import (
    BLUE,
    DOUBLE,
    GRAY,
    INK,
    NOTE,
    ORANGE,
    SEA,
    headline,
    new_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CLIPPED = 99.5  # percentile at which colors end: crossings are twice as steep as lines
LOOSE = 0.25  # relative error from which a lever arm is not drawn


def draw_bias_diamonds(found: Fit) -> "Figure":
    """The map that was fitted; without a result, the map and the reason."""
    figure = new_figure(DOUBLE, 4.0)
    if not found.converged:
        axes = figure.subplots()
        _map(axes, found)
        headline(axes, "No bias diamonds found", found.problem.partition(": ")[2])
        return figure
    panels = figure.subplot_mosaic([["map", "spacing"], ["map", "lever"]], width_ratios=(2.1, 1))
    left = panels["map"]
    _map(left, found)
    _lines(left, found)
    said = "full: diamonds, dashed: fitted lines"
    if abs(found.parts["offset"]) > 0.01:
        said += f"; zero of the bias at {found.parts['offset']:+.2f} mV"
    headline(left, "Lines of neighbors cross at $eV = ħω_y$", said)
    _numbers(panels["spacing"], panels["lever"], found)
    return figure


def _map(axes: "Axes", found: Fit) -> None:
    m = found.parts["map"]
    gate, slope, noise, _ = slope_map(m)
    shown = np.where(np.isfinite(slope), slope, 0.0)
    top = float(np.percentile(shown, CLIPPED)) or 1.0
    image = axes.pcolormesh(
        m.sign * gate, m.bias, shown, cmap=SEA, vmin=min(2 * noise, 0.2 * top), vmax=top,
        shading="nearest", rasterized=True,
    )  # fmt: skip
    figure = axes.figure
    bar = figure.colorbar(image, ax=axes, pad=0.02, aspect=30)
    bar.set_label("dG/dV$_g$" + (" (2e²/h per V)" if m.is_counted else ""))
    bar.outline.set_visible(False)
    axes.set_xlabel("gate (V)")
    axes.set_ylabel("bias (mV)")


def _lines(axes: "Axes", found: Fit) -> None:
    m, offset = found.parts["map"], found.parts["offset"]
    ends = np.array([m.across.min(), m.across.max()])
    for riser, slopes in zip(found.parts["risers"], found.parts["slopes"].T, strict=True):
        for slope in slopes:
            axes.plot(
                riser.gate[0] + slope * (ends - offset), ends, color=ORANGE, linewidth=0.7,
                linestyle=(0, (4, 3)), alpha=0.8,
            )  # fmt: skip
    for d in found.parts["diamonds"]:
        corners = d.corners(offset)
        axes.plot(corners[:, 0], corners[:, 1], color=ORANGE, linewidth=1.4)
        center = (d.left[0] + d.right[0]) / 2
        axes.text(center, offset, f"{d.number}", color=INK, ha="center", va="center")
    height = float(np.mean([d.spacing[0] for d in found.parts["diamonds"]]))
    for r in found.parts["risers"]:
        if np.isfinite(r.half[0]) and offset + height < m.bias[-1]:
            name = f"{r.number - 1}½" if r.number > 1 else "½"
            axes.text(
                r.gate[0],
                offset + height,
                name,
                color=GRAY,
                ha="center",
                va="center",
                fontsize=NOTE,
            )
    axes.set_xlim(*sorted((m.sign * m.gate[0], m.sign * m.gate[-1])))
    axes.set_ylim(m.bias[0], m.bias[-1])


def _numbers(above: "Axes", below: "Axes", found: Fit) -> None:
    """Spacings of the plateaus and lever arms of the risers, with their errors."""
    diamonds, risers = found.parts["diamonds"], found.parts["risers"]
    spacings = [(d.number, *d.spacing) for d in diamonds]
    levers = [(r.number, 1e3 * r.lever_arm[0], 1e3 * r.lever_arm[1]) for r in risers]
    levers = [one for one in levers if one[2] < LOOSE * one[1]]
    labels = ("$ħω_y$ (meV)", "plateau N"), ("lever arm (meV/V)", "riser to plateau N")
    for axes, table, color, (y, x) in zip(
        (above, below), (spacings, levers), (BLUE, ORANGE), labels, strict=True
    ):
        at, value, error = np.array(table).T
        axes.errorbar(at, value, error, fmt="o", color=color, markersize=4, capsize=2)
        for place, (n, v, e) in enumerate(table):
            high = 6 if place % 2 == 0 else -14  # neighbors' numbers would touch
            axes.annotate(
                with_error(v, e), (n, v), xytext=(0, high), textcoords="offset points", ha="center",
                fontsize=NOTE, color=color,
            )  # fmt: skip
        room = max(0.35 * float(np.ptp(value)), 0.06 * float(value.mean()))
        axes.set_ylim(float(value.min()) - 1.6 * room, float(value.max()) + 1.6 * room)
        axes.set_xlim(risers[0].number - 0.6, risers[-1].number + 0.6)
        axes.set_xticks([r.number for r in risers])
        axes.set_ylabel(y)
        axes.set_xlabel(x)
