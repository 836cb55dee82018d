"""What the figures of the gallery share, on top of the house style."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sharvin.plot import style
from sharvin.plot.style import BLUE, COLORS, GRAY, GREEN, INK, ORANGE, PALE, PURPLE, RED
from sharvin.plot.style import level_lines as plateaus

__all__ = [
    "BLUE",
    "COLORS",
    "GRAY",
    "GREEN",
    "INK",
    "ORANGE",
    "PALE",
    "PURPLE",
    "RED",
    "finish",
    "new_figure",
    "plateaus",
]


def new_figure(columns: int = 2, **grid: Any) -> tuple[Figure, Any]:
    """Figure with a row of axes."""
    figure = style.new_figure(width=4.4 * columns, height=3.6)
    return figure, figure.subplots(1, columns, **grid)


def finish(axes: Axes, *, x: str, y: str, title: str = "") -> None:
    """Labels and a title of normal weight, at the left."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    if title:
        axes.set_title(title, fontsize=style.LABEL + 1, loc="left")
