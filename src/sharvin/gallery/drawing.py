"""One look for all figures of the gallery."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, GRAY, PALE = "#1b1f24", "#9aa4af", "#e3e7eb"
BLUE, ORANGE, GREEN, RED, PURPLE = "#1f5fa8", "#d9742b", "#2f8f6b", "#b8383f", "#7a54a8"
COLORS = (BLUE, ORANGE, GREEN, PURPLE, RED)


def new_figure(columns: int = 2, rows: int = 1, **grid: Any) -> "tuple[Figure, Any]":
    """Figure and its axes, without pyplot: nothing global, no window."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6 * columns, 3.7 * rows), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, columns, **grid)
    return figure, axes


def finish(axes: "Axes", *, x: str, y: str, title: str = "") -> None:
    """Labels, a quiet grid, no frame on top and right."""
    axes.set_xlabel(x, color=INK)
    axes.set_ylabel(y, color=INK)
    if title:
        axes.set_title(title, fontsize=10.5, color=INK, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GRAY)
    axes.tick_params(color=GRAY, labelsize=9)
    axes.set_axisbelow(True)


def plateaus(axes: "Axes", values: Any) -> None:
    """Thin lines at the quantized values."""
    for value in values:
        axes.axhline(value, color=PALE, linewidth=1.0, zorder=0)


def mark(axes: "Axes", where: float, text: str, *, color: str = GRAY) -> None:
    """Dashed vertical line with its name on top."""
    axes.axvline(where, color=color, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    axes.annotate(
        text, (where, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 2),
        textcoords="offset points", ha="center", color=color, fontsize=8,
    )  # fmt: skip
