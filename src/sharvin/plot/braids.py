"""Braids as one draws them: worldlines that pass over and under, and a film of the exchange."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sharvin.errors import InvalidInput
from sharvin.manybody.anyons.braid import Braid
from sharvin.manybody.anyons.worldlines import Worldlines, worldlines
from sharvin.plot.animation import animate
from sharvin.plot.style import COLORS, GRAY, NOTE, PALE, house_style, new_figure

PER_ROW = 44  # crossings that fit side by side
_BEND = np.linspace(0, 1, 25)
_EASE = _BEND**2 * (3 - 2 * _BEND)
_FILM = 60  # crossings; a longer film is a large file that nobody watches


def braid(
    crossings: Braid, *, per_row: int = PER_ROW, title: str = "", colors: Sequence[str] = COLORS
) -> Figure:
    """Picture of a braid, time running to the right, in as many rows as it takes.

    Parameters
    ----------
    crossings : Braid
        A counterclockwise crossing is drawn with the strand that goes up on top.
    per_row : int
    title : str
    colors : sequence of str
        Of the strands, by their place at the start.
    """
    if per_row < 1:
        raise InvalidInput(f"a row holds at least one crossing, got {per_row}")
    rows = max(1, -(-len(crossings) // per_row))
    longest = min(max(len(crossings), 4), per_row)
    with house_style():
        height = rows * (0.28 * crossings.strands + 0.25) + (0.35 if title else 0.1)
        figure = new_figure(width=max(1.6, 0.16 * longest + 0.5), height=height)
        panels = np.atleast_1d(figure.subplots(rows, 1))
        for row, axes in enumerate(panels):
            draw_braid(
                axes, crossings, start=row * per_row, count=longest, colors=colors, labels=rows == 1
            )
        if title:
            panels[0].set_title(title)
    return figure


def draw_braid(
    axes: Axes,
    crossings: Braid,
    *,
    start: int = 0,
    count: int | None = None,
    colors: Sequence[str] = COLORS,
    width: float = 2.4,
    labels: bool = False,
) -> None:
    """Draw `count` crossings from number `start` on into axes; one unit of x per crossing."""
    count = len(crossings) - start if count is None else count
    at = list(Braid(crossings.strands, crossings.crossings[:start]).order)
    shown = crossings.crossings[start : start + count]
    for x, crossing in enumerate(shown):
        i = abs(crossing) - 1
        for place, strand in enumerate(at):
            if place not in (i, i + 1):
                _line(axes, x, place, place, colors[strand % len(colors)], width, 1)
        # Counterclockwise: the strand that goes to the larger place passes nearer to the viewer.
        up, down = colors[at[i] % len(colors)], colors[at[i + 1] % len(colors)]
        _line(axes, x, i, i + 1, up, width, 3 if crossing > 0 else 1)
        _line(axes, x, i + 1, i, down, width, 1 if crossing > 0 else 3)
        at[i], at[i + 1] = at[i + 1], at[i]
    for place, strand in enumerate(at):
        color = colors[strand % len(colors)]
        axes.plot([len(shown), len(shown) + 0.4], [place, place], color=color, lw=width)
        if labels:
            axes.text(len(shown) + 0.55, place, str(strand + 1), color=color, va="center",
                      fontsize=NOTE)  # fmt: skip
    axes.set_xlim(-0.2, count + 1.1)
    axes.set_ylim(-0.45, crossings.strands - 0.55)
    axes.set_axis_off()


def braid_film(
    crossings: Braid, path: str | Path, *, steps: int = 12, fps: float = 16.0, title: str = ""
) -> Path:
    """Film (.gif) of the particles in the plane, above the worldlines that they leave behind.

    Parameters
    ----------
    crossings : Braid
        Of up to 60 crossings.
    path : path
    steps : int
        Frames per crossing.
    fps : float
    title : str
    """
    if not 1 <= len(crossings) <= _FILM:
        raise InvalidInput(
            f"a film shows 1 to {_FILM} crossings, got {len(crossings)}; draw the braid instead"
        )
    lines = worldlines(crossings, steps=steps)

    def draw(figure: Figure, frame: int) -> None:
        plane, past = figure.subplots(2, 1, height_ratios=(1, 1.2))
        _draw_plane(plane, lines, frame, steps)
        _draw_past(past, crossings, frame / steps)
        if title:
            plane.set_title(title)

    frames = [*range(len(lines.times)), *[len(lines.times) - 1] * steps]
    size = (max(3.2, min(7.2, 0.22 * len(crossings) + 1.2)), 0.55 * crossings.strands + 1.2)
    return animate(draw, frames, path, fps=fps, size=size)


def _line(
    axes: Axes, x: float, from_: float, to: float, color: str, width: float, layer: int
) -> None:
    y = from_ + (to - from_) * _EASE
    if layer > 1:  # a gap in what passes below
        inner = slice(5, -5)
        axes.plot(x + _BEND[inner], y[inner], color="white", lw=2.6 * width, zorder=layer - 1)
    axes.plot(x + _BEND, y, color=color, lw=width, zorder=layer, solid_capstyle="round")


def _draw_plane(axes: Axes, lines: Worldlines, frame: int, steps: int) -> None:
    """Particles from above, with the last part of their ways."""
    tail = lines.positions[max(0, frame - steps) : frame + 1]
    for particle in range(lines.positions.shape[1]):
        color, z = COLORS[particle % len(COLORS)], tail[:, particle]
        axes.plot(z.real, z.imag, color=color, alpha=0.35)
        axes.plot(z[-1:].real, z[-1:].imag, "o", color=color, markersize=11)
    axes.plot(np.arange(lines.positions.shape[1]), 0 * lines.positions[0].real, ".", color=PALE,
              zorder=0)  # fmt: skip
    axes.set_xlim(-0.6, lines.positions.shape[1] - 0.4)
    axes.set_ylim(-0.75, 0.75)
    axes.set_aspect("equal")
    axes.set_axis_off()


def _draw_past(axes: Axes, crossings: Braid, now: float) -> None:
    draw_braid(axes, crossings)
    top = crossings.strands - 0.6
    axes.fill_between([now, len(crossings) + 1.1], -0.45, top, color="white", alpha=0.86, zorder=9)
    axes.axvline(now, color=GRAY, lw=0.8, zorder=10)
