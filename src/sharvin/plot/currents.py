"""Where the current flows: streamlines or arrows over the potential."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from sharvin.errors import InvalidInput, UnknownName
from sharvin.plot.device import raster
from sharvin.plot.labels import scaled
from sharvin.plot.style import INK, PAPER, TITLE, house_style, new_figure
from sharvin.typing import RealArray

if TYPE_CHECKING:
    from sharvin.solvers.currents import CurrentDensity

KINDS = ("streamlines", "arrows")
WIDTH = 7.2  # inches
# Night to light: what flows glows, and lines drawn on it stay visible at both ends.
GLOW = LinearSegmentedColormap.from_list(
    "sharvin.glow", ["#f7f9fb", "#cfe0ef", "#8fb9dc", "#4a87c0", "#1f5fa8", "#163d73"]
)
CLIPPED = 99.5  # percentile at which the colors end: one bright spot should not hide the rest


def currents(
    density: "CurrentDensity",
    *,
    kind: str = "streamlines",
    fermi_energy: float | None = None,
    title: str = "",
) -> Figure:
    """Figure of a current density: its size in color, its direction as lines or arrows.

    Parameters
    ----------
    density : CurrentDensity
        Of a device in the plane.
    kind : {"streamlines", "arrows"}
    fermi_energy : float, optional
        Draws the contour at which the potential energy reaches it, in meV.
    title : str
    """
    positions = _in_the_plane(density)
    extent = np.ptp(positions, axis=0)
    height = float(np.clip(WIDTH * 0.86 * extent[1] / extent[0], 1.8, 7.0)) + 0.8
    with house_style():
        figure = new_figure(WIDTH, height)
        axes = figure.subplots()
        image = draw_currents(axes, density, kind=kind, fermi_energy=fermi_energy)
        bar = figure.colorbar(image, ax=axes, pad=0.02, aspect=24, shrink=0.9)
        bar.set_label("current density ($e^2/h$ per nm and volt)")
        bar.outline.set_visible(False)
        if title:
            axes.set_title(title, fontsize=TITLE)
    return figure


def draw_currents(
    axes: Axes,
    density: "CurrentDensity",
    *,
    kind: str = "streamlines",
    fermi_energy: float | None = None,
    largest: float | None = None,
) -> Any:
    """Draw into `axes`; returns what a color bar needs.

    `largest` is the current density at which the colors end; by default that of this map.
    """
    if kind not in KINDS:
        raise UnknownName.among("kind of current map", kind, KINDS)
    positions = _in_the_plane(density)
    x, y, flow = _flow(density, positions)
    size = np.hypot(*flow)
    u, unit, factor = scaled(x, "nm")
    v = y / factor
    top = largest or float(np.nanpercentile(size, CLIPPED)) or 1.0
    image = axes.imshow(
        size, origin="lower", cmap=GLOW, vmin=0.0, vmax=top, interpolation="bilinear",
        extent=(u[0], u[-1], v[0], v[-1]), aspect="equal",
    )  # fmt: skip
    if kind == "streamlines":
        _streamlines(axes, (u, v), flow, size, top)
    else:
        _arrows(axes, (u, v), flow, size, top)
    if density.potential is not None and fermi_energy is not None:
        grid = raster(positions, np.asarray(density.potential))[2]
        if np.nanmin(grid) < fermi_energy < np.nanmax(grid):
            axes.contour(u, v, grid, levels=[fermi_energy], colors=[INK], linewidths=1.1)
    axes.set_xlabel(f"$x$ ({unit})")
    axes.set_ylabel(f"$y$ ({unit})")
    axes.set_xlim(u[0], u[-1])
    axes.set_ylim(v[0], v[-1])
    return image


def _in_the_plane(density: "CurrentDensity") -> RealArray:
    positions = density.positions
    if positions.shape[1] != 2 or min(np.ptp(positions, axis=0)) <= 0:
        raise InvalidInput("a current map needs sites in the plane: give the device positions")
    return positions


def _flow(
    density: "CurrentDensity", positions: RealArray
) -> tuple[RealArray, RealArray, tuple[RealArray, RealArray]]:
    """Grid, and current density on it; atomic detail is averaged over neighbors."""
    vectors = density.vectors
    x, y, first = raster(positions, vectors[:, 0])
    second = raster(positions, vectors[:, 1])[2]
    cell = float((x[1] - x[0]) * (y[1] - y[0]))
    count = len(positions) * 1.0 / max(int(np.isfinite(first).sum()), 1)  # sites per grid cell
    parts = [_smooth(part) * count / cell for part in (first, second)]
    return x, y, (parts[0], parts[1])


def _smooth(grid: RealArray) -> RealArray:
    """Means over a few neighbors, ignoring what lies outside."""
    from scipy.ndimage import gaussian_filter

    known = np.isfinite(grid)
    width = max(0.6, 0.004 * max(grid.shape))
    weight = gaussian_filter(known.astype(float), width)
    total = gaussian_filter(np.where(known, grid, 0.0), width)
    smooth: RealArray = np.where(known, total / np.where(weight > 0, weight, 1.0), np.nan)
    return smooth


def _streamlines(
    axes: Axes,
    grid: tuple[RealArray, RealArray],
    flow: tuple[RealArray, RealArray],
    size: RealArray,
    top: float,
) -> None:
    u, v = (np.linspace(a[0], a[-1], len(a)) for a in grid)  # equal steps to the last bit
    strength = np.clip(np.nan_to_num(size) / top, 0.0, 1.0)
    faint = strength < 0.03
    parts = [np.where(faint, np.nan, part) for part in flow]
    ratio = (v[-1] - v[0]) / (u[-1] - u[0])
    axes.streamplot(
        u, v, parts[0], parts[1], density=(1.6, max(0.6, 1.6 * ratio)),
        color=_shades(strength), cmap=_LINES,
        linewidth=0.45 + 0.9 * strength, arrowsize=0.7, arrowstyle="-|>", minlength=0.15,
    )  # fmt: skip


_LINES = LinearSegmentedColormap.from_list("sharvin.lines", ["#3f6f9f", "#1b1f24", PAPER])


def _shades(strength: RealArray) -> RealArray:
    """Dark lines on a pale ground, pale ones where the ground is dark."""
    shades: RealArray = np.where(strength > 0.72, 1.0, strength)
    return shades


def _arrows(
    axes: Axes,
    grid: tuple[RealArray, RealArray],
    flow: tuple[RealArray, RealArray],
    size: RealArray,
    top: float,
) -> None:
    step = max(1, max(size.shape) // 36)
    rows, columns = slice(step // 2, None, step), slice(step // 2, None, step)
    u, v = np.meshgrid(grid[0][columns], grid[1][rows])
    arrows = [part[rows, columns] for part in flow]
    visible = np.nan_to_num(size[rows, columns]) > 0.02 * top
    dark = np.nan_to_num(size[rows, columns]) > 0.6 * top
    for chosen, color in ((visible & ~dark, INK), (visible & dark, PAPER)):
        axes.quiver(
            u[chosen], v[chosen], arrows[0][chosen], arrows[1][chosen], color=color,
            scale=28 * top, width=0.0022, headwidth=4.2, headlength=5, pivot="mid",
        )  # fmt: skip
