"""Moving pictures: a figure drawn anew for every frame, written as GIF or MP4."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from sharvin.errors import InvalidInput
from sharvin.plot.currents import CLIPPED, WIDTH, draw_currents
from sharvin.plot.style import house_style, new_figure

if TYPE_CHECKING:
    from sharvin.solvers.currents import CurrentDensity

DOTS = 110  # per inch


def animate(
    draw: Callable[[Figure, Any], None],
    frames: Iterable[Any],
    path: str | Path,
    *,
    fps: float = 10.0,
    size: tuple[float, float] = (6.0, 3.6),
) -> Path:
    """Film in the house style; returns its path.

    Parameters
    ----------
    draw : callable
        ``draw(figure, frame)`` draws one frame into an empty figure.
    frames : iterable
    path : path
        Ending in .gif, or in .mp4 where ffmpeg is installed.
    fps : float
        Frames per second.
    size : (width, height) in inches
    """
    path = Path(path)
    writer = _writer(path.suffix.lower(), fps)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.stem}.partial{path.suffix}")
    drawn = 0
    with house_style():
        figure = new_figure(*size)
        with writer.saving(figure, str(partial), DOTS):
            for frame in frames:
                figure.clear()
                draw(figure, frame)
                writer.grab_frame()
                drawn += 1
            if not drawn:
                raise InvalidInput("a film needs at least one frame")
    os.replace(partial, path)
    return path


def currents_film(
    densities: Sequence["CurrentDensity"],
    path: str | Path,
    *,
    titles: Sequence[str] = (),
    fermi_energy: float | None = None,
    kind: str = "streamlines",
    fps: float = 6.0,
) -> Path:
    """Film of current densities, one per frame, all on one scale: a gate sweep, say.

    Parameters
    ----------
    densities : sequence of CurrentDensity
    path : path
    titles : sequence of str, optional
        One per frame, such as ``"gate = −0.3 V"``.
    fermi_energy : float, optional
        As for `sharvin.plot.currents`.
    kind : {"streamlines", "arrows"}
    fps : float
    """
    if not densities:
        raise InvalidInput("a film needs at least one current density")
    if titles and len(titles) != len(densities):
        raise InvalidInput(f"{len(densities)} frames need as many titles, got {len(titles)}")
    extent = np.ptp(densities[0].positions, axis=0)
    height = float(np.clip(WIDTH * 0.95 * extent[1] / extent[0], 1.8, 6.0)) + 0.7
    largest = max(_bright(density) for density in densities)

    def draw(figure: Figure, number: int) -> None:
        axes = figure.subplots()
        draw_currents(
            axes, densities[number], kind=kind, fermi_energy=fermi_energy, largest=largest
        )
        if titles:
            axes.set_title(titles[number])

    frames = range(len(densities))
    return animate(draw, frames, path, fps=fps, size=(WIDTH, height))


def _bright(density: "CurrentDensity") -> float:
    """Current density that few sites exceed, as `draw_currents` measures it."""
    from sharvin.plot.currents import _flow, _in_the_plane

    flow = _flow(density, _in_the_plane(density))[2]
    return float(np.nanpercentile(np.hypot(*flow), CLIPPED)) or 1.0


def _writer(suffix: str, fps: float) -> Any:
    from matplotlib.animation import FFMpegWriter, PillowWriter

    if suffix == ".gif":
        return PillowWriter(fps=fps)  # type: ignore[arg-type]
    if suffix == ".mp4":
        if not FFMpegWriter.isAvailable():
            raise InvalidInput("an .mp4 needs ffmpeg, which is not installed; write a .gif")
        return FFMpegWriter(fps=fps)  # type: ignore[arg-type]
    raise InvalidInput(f"a film is a .gif or an .mp4, got {suffix or 'no ending'!r}")
