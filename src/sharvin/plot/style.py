"""The look of all figures: one typographic scale, few colors, units on every axis.

The categorical colors and the two color maps stay apart for the common color deficiencies and in
gray; text is never smaller than 7.5 points at the printed size. Figures are plain `Figure` objects:
no pyplot, no window, nothing global.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure

INK, GRAY, PALE, PAPER = "#1b1f24", "#7d8894", "#dfe4e9", "#ffffff"
BLUE, ORANGE, GREEN, PURPLE, RED = "#1f5fa8", "#d9742b", "#2f8f6b", "#7a54a8", "#b8383f"
GOLD = "#c79a2e"
COLORS = (BLUE, ORANGE, GREEN, PURPLE, RED)

TITLE, LABEL, TICK, NOTE = 11.0, 9.5, 8.5, 7.5  # points

# Cold to warm, for temperatures; its lightness changes little, so that all curves carry weight.
_HEAT = LinearSegmentedColormap.from_list(
    "sharvin.heat", ["#16407c", "#4a9fd6", "#e5a134", "#d2622a", "#a32a22"]
)
# Depleted to deep: an electron gas as a sea seen from above.
SEA = LinearSegmentedColormap.from_list(
    "sharvin.sea", ["#eef5fa", "#b9d7ea", "#6aaed6", "#2f7fbf", "#15508f"]
)
LAND = LinearSegmentedColormap.from_list("sharvin.land", ["#f4efe6", "#e3d8c4", "#cdbb9c"])
DIVERGING = LinearSegmentedColormap.from_list(
    "sharvin.diverging", ["#8c3b12", "#d9742b", "#f7f4ef", "#3f82c4", "#143f7a"]
)
MAGNITUDE = LinearSegmentedColormap.from_list(
    "sharvin.magnitude", ["#0d1b33", "#1f4f8a", "#2f8fa8", "#8cc7a1", "#f3efc4"]
)

SINGLE, DOUBLE = 3.5, 7.2  # inches: one and two columns of a journal
RESOLUTION = 200  # dots per inch of a PNG

_RC: Any = {
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "dejavusans",
    "font.size": LABEL,
    "axes.labelsize": LABEL,
    "axes.titlesize": TITLE,
    "axes.titlelocation": "left",
    "axes.titlepad": 8.0,
    "axes.titlecolor": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": GRAY,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "xtick.labelsize": TICK,
    "ytick.labelsize": TICK,
    "xtick.color": GRAY,
    "ytick.color": GRAY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.size": 3.5,
    "ytick.major.size": 3.5,
    "lines.linewidth": 1.6,
    "axes.prop_cycle": cycler(color=COLORS),
    "lines.solid_capstyle": "round",
    "lines.solid_joinstyle": "round",
    "legend.frameon": False,
    "legend.fontsize": TICK,
    "text.color": INK,
    "pdf.fonttype": 42,  # text in a PDF stays text
    "hatch.linewidth": 0.6,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Everything drawn inside has the look of the house; nothing outside changes."""
    with mpl.rc_context(_RC):
        yield


def new_figure(width: float = DOUBLE, height: float = 4.2) -> Figure:
    """Empty figure of a size in inches, with a canvas of its own."""
    figure = Figure(figsize=(width, height), dpi=RESOLUTION, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def heat_colors(count: int) -> list[str]:
    """Colors of ``count`` temperatures, cold to warm."""
    if count == 1:
        return [BLUE]
    return [to_hex(_HEAT(place)) for place in np.linspace(0.0, 1.0, count)]


def headline(axes: Axes, title: str, subtitle: str = "") -> None:
    """Title and, smaller and gray below it, what the reader should know."""
    if not subtitle:
        axes.set_title(title)
        return
    axes.set_title(title, pad=8.0 + 1.5 * TICK, fontweight="bold")
    axes.annotate(
        subtitle, (0.0, 1.0), xycoords="axes fraction", xytext=(0, 7), ha="left", va="bottom",
        textcoords="offset points", color=GRAY, fontsize=TICK,
    )  # fmt: skip


def level_lines(axes: Axes, values: Any) -> None:
    """Thin lines at quantized values, behind everything."""
    for value in values:
        axes.axhline(value, color=PALE, linewidth=0.7, zorder=0)
