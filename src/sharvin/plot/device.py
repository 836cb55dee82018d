"""A device seen from above: electrons as a sea, gates, contacts, the Fermi contour.

Where the potential lies below the Fermi energy there are electrons; the color shows how deep the
sea is. The line around it is the Fermi contour, E_F = U(x, y).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Polygon

from sharvin.errors import InvalidInput
from sharvin.plot.labels import scaled
from sharvin.plot.style import (
    BLUE,
    DOUBLE,
    GOLD,
    GRAY,
    INK,
    LAND,
    NOTE,
    ORANGE,
    PALE,
    SEA,
    TICK,
    TITLE,
    house_style,
    new_figure,
)
from sharvin.typing import RealArray

_SQUARE = 0.8  # share of the sites of a square grid that have a right neighbor, at least
_COARSER = 1.6
_FLAT = 1e-9  # meV: a potential with less structure needs no cuts
_SIDES = {"left": (-1, 0), "right": (1, 0), "bottom": (0, -1), "top": (0, 1)}


@dataclass(frozen=True, eq=False)
class Contact:
    """Where a lead meets the device, for the picture.

    Parameters
    ----------
    name : str
    side : str
    window : tuple of float
        First and last coordinate along that side, nm.
    """

    name: str
    side: str
    window: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Scene:
    """What the picture of a device shows.

    Parameters
    ----------
    positions : real array, shape (sites, 2), nm
    potential : real array, shape (sites,), meV
    fermi_energy : float
        In meV.
    contacts : sequence of Contact
    gates : sequence of arrays (m, 2)
        Corners of the metal.
    caption : str
        Where in the sweep this is.
    title : str
    """

    positions: RealArray
    potential: RealArray
    fermi_energy: float
    contacts: Sequence[Contact] = ()
    gates: Sequence[RealArray] = ()
    caption: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        if self.positions.ndim != 2 or self.positions.shape[1] != 2:
            raise InvalidInput(
                "the picture of a device needs sites in a plane, got positions of shape "
                f"{self.positions.shape}"
            )


def device(scene: Scene) -> Figure:
    """Picture of a device: from above, and the potential along two cuts through its middle."""
    along, across = np.ptp(scene.positions, axis=0)
    with house_style():
        if _is_flat(scene):
            share = float(np.clip((across + 0.2 * along) / along, 0.35, 1.0))
            figure = new_figure(5.4, 0.9 + 5.0 * share)
            draw_device(figure.add_subplot(), scene)
        else:
            figure = _with_cuts(scene, wide=bool(along > 1.2 * across), share=across / along)
        if scene.title:
            figure.suptitle(scene.title, x=0.015, ha="left", fontsize=TITLE)
    return figure


def _with_cuts(scene: Scene, *, wide: bool, share: float) -> Figure:
    """View from above, with the cuts below a wide device and beside any other."""
    share = float(np.clip(share, 0.25, 1.0))
    figure = new_figure(DOUBLE, 2.4 + 5.6 * share if wide else 4.6)
    if wide:
        grid = figure.add_gridspec(2, 2, height_ratios=[5.6 * share + 0.3, 1.9])
        places = grid[0, :], grid[1, 0], grid[1, 1]
    else:
        grid = figure.add_gridspec(2, 2, width_ratios=[1.7, 1.0])
        places = grid[:, 0], grid[0, 1], grid[1, 1]
    draw_device(figure.add_subplot(places[0]), scene)
    _cut(figure.add_subplot(places[1]), scene, axis=0)
    _cut(figure.add_subplot(places[2]), scene, axis=1)
    return figure


def _is_flat(scene: Scene) -> bool:
    return bool(np.ptp(scene.potential) < _FLAT)


def draw_device(axes: Axes, scene: Scene, *, small: bool = False) -> None:
    """Draw the device from above into `axes`; `small` leaves out ticks and names."""
    x, y = scene.positions.T
    unit = scaled([x.min(), x.max(), y.min(), y.max()], "nm")
    sea = _sea(axes, scene, unit.factor)
    _gates(axes, scene, unit.factor)
    axes.set_aspect("equal")
    axes.spines[["left", "bottom"]].set_visible(False)
    if small:
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_title(scene.caption, fontsize=NOTE, color=INK, loc="center", pad=4)
        _scale_bar(axes, (x, y), unit.factor)
        return
    for contact in scene.contacts:
        _contact(axes, contact, (x, y), unit.factor)
    _limits(axes, scene, unit.factor)
    axes.set_xlabel(f"$x$ ({unit.unit})")
    axes.set_ylabel(f"$y$ ({unit.unit})")
    axes.set_title(scene.caption, fontsize=TICK, color=GRAY)
    if not _is_flat(scene):
        bar = axes.figure.colorbar(sea, ax=axes, fraction=0.03, pad=0.08, aspect=28)
        bar.set_label("$E_F - U$ (meV)")
        bar.outline.set_visible(False)


def _scale_bar(axes: Axes, xy: tuple[RealArray, RealArray], factor: float) -> None:
    """A round length, below the picture on the right."""
    x, y = (values / factor for values in xy)
    wanted = np.ptp(x) * factor / 4
    power = 10 ** np.floor(np.log10(wanted))
    length = next(step * power for step in (5, 2, 1) if step * power <= wanted)
    right, low = x.max(), y.min() - 0.05 * np.ptp(x)
    axes.plot([right - length / factor, right], [low, low], color=INK, lw=1.4, clip_on=False,
              solid_capstyle="butt")  # fmt: skip
    text = f"{length:g} nm" if length < 1000 else f"{length / 1000:g} µm"
    axes.annotate(
        text, (right - length / factor / 2, low), xytext=(0, -2), textcoords="offset points",
        ha="center", va="top", fontsize=NOTE,
    )  # fmt: skip


def _sea(axes: Axes, scene: Scene, factor: float) -> Any:
    """Depth of the sea in blue, dry land in sand, the Fermi contour between them."""
    depth = scene.fermi_energy - scene.potential
    top = float(max(depth.max(), 1e-9))
    low = float(min(depth.min(), -1e-9))
    if _is_flat(scene):
        top *= 1.8  # one shade for all: not the darkest
    x, y, grid = raster(scene.positions, depth)
    extent = _extent(x, y, factor)
    style: dict[str, Any] = {"origin": "lower", "extent": extent, "interpolation": "bilinear"}
    sea = axes.imshow(np.where(grid >= 0, grid, np.nan), cmap=SEA, vmin=0, vmax=top, **style)
    axes.imshow(np.where(grid < 0, -grid, np.nan), cmap=LAND, vmin=0, vmax=-low, **style)
    if (grid > 0).any() and (grid < 0).any():
        axes.contour(x / factor, y / factor, grid, levels=[0.0], colors=[INK], linewidths=1.1)
    count = 4
    if top > 1e-6:
        levels = np.linspace(0, top, count + 2)[1:-1]
        axes.contour(
            x / factor, y / factor, grid, levels=levels, colors="white", linewidths=0.4, alpha=0.7
        )
    return sea


def raster(positions: RealArray, values: RealArray) -> tuple[RealArray, RealArray, RealArray]:
    """Axes x, y and values on a rectangular grid, NaN outside.

    Sites of a square grid keep their places; those of other lattices are averaged in cells of
    about one site.
    """
    x, column = np.unique(np.round(positions[:, 0], 6), return_inverse=True)
    y, row = np.unique(np.round(positions[:, 1], 6), return_inverse=True)
    filled = np.zeros((len(y), len(x) + 1), dtype=bool)
    filled[row, column] = True
    if filled[row, column + 1].mean() < _SQUARE or len(x) < 2 or len(y) < 2:
        return _averaged(positions, values)
    grid = np.full((len(y), len(x)), np.nan)
    grid[row, column] = values
    return x, y, grid


def _averaged(positions: RealArray, values: RealArray) -> tuple[RealArray, RealArray, RealArray]:
    low, high = positions.min(axis=0), positions.max(axis=0)
    # As many cells as sites if they filled their box; a coarser grid leaves no holes in a lattice.
    size = _COARSER * float(np.sqrt(max(np.prod(high - low), 1e-12) / len(values)))
    column, row = np.floor((positions - low) / size).astype(int).T
    shape = (row.max() + 1, column.max() + 1)
    total, count = np.zeros(shape), np.zeros(shape)
    np.add.at(total, (row, column), values)
    np.add.at(count, (row, column), 1.0)
    with np.errstate(invalid="ignore"):
        grid = total / count
    x = low[0] + (np.arange(shape[1]) + 0.5) * size
    return x, low[1] + (np.arange(shape[0]) + 0.5) * size, grid


def _extent(x: RealArray, y: RealArray, factor: float) -> tuple[float, float, float, float]:
    dx, dy = (x[1] - x[0]) / 2, (y[1] - y[0]) / 2
    return (
        (x[0] - dx) / factor, (x[-1] + dx) / factor, (y[0] - dy) / factor, (y[-1] + dy) / factor
    )  # fmt: skip


def _gates(axes: Axes, scene: Scene, factor: float) -> None:
    for corners in scene.gates:
        metal = Polygon(
            corners / factor, closed=True, facecolor=(*_rgb(GOLD), 0.16), edgecolor=GOLD,
            hatch="////", linewidth=1.0, zorder=3,
        )  # fmt: skip
        axes.add_patch(metal)


def _rgb(color: str) -> tuple[float, float, float]:
    from matplotlib.colors import to_rgb

    return to_rgb(color)


def _contact(axes: Axes, contact: Contact, xy: tuple[RealArray, RealArray], factor: float) -> None:
    """Bar along the contact's window, an arrow outward, its name."""
    x, y = (values / factor for values in xy)
    out = np.array(_SIDES[contact.side], dtype=float)
    size = max(np.ptp(x), np.ptp(y))
    low, high = (value / factor for value in contact.window)
    if out[0]:
        edge = x.min() if out[0] < 0 else x.max()
        ends = np.array([[edge, low], [edge, high]])
    else:
        edge = y.min() if out[1] < 0 else y.max()
        ends = np.array([[low, edge], [high, edge]])
    ends = ends + 0.012 * size * out
    axes.plot(*ends.T, color=ORANGE, linewidth=3.2, solid_capstyle="butt", zorder=4, clip_on=False)
    start = ends.mean(axis=0)
    arrow = FancyArrowPatch(
        tuple(start), tuple(start + 0.06 * size * out), arrowstyle="-|>", mutation_scale=9,
        color=ORANGE, linewidth=1.2, zorder=4, clip_on=False,
    )  # fmt: skip
    axes.add_patch(arrow)
    place = start + 0.085 * size * out
    axes.text(
        place[0], place[1], contact.name, rotation=90 if out[0] else 0, ha="center", va="center",
        fontsize=TICK, color=INK,
    )  # fmt: skip


def _round(middle: float, unit: str) -> str:
    """Place of a cut to a nanometer: finer than what the eye sees."""
    number = middle / (1000.0 if unit == "µm" else 1.0)
    text = f"{number:.0f}" if unit == "nm" else f"{number:.3g}"
    return "0" if float(text) == 0 else text.replace("-", "−")


def _limits(axes: Axes, scene: Scene, factor: float) -> None:
    """Room for the contacts and their names, where there are any."""
    low, high = scene.positions.min(axis=0) / factor, scene.positions.max(axis=0) / factor
    size = float((high - low).max())
    sides = {contact.side for contact in scene.contacts}
    room = {side: (0.13 if side in sides else 0.02) * size for side in _SIDES}
    axes.set_xlim(low[0] - room["left"], high[0] + room["right"])
    axes.set_ylim(low[1] - room["bottom"], high[1] + room["top"])


def _cut(axes: Axes, scene: Scene, *, axis: int) -> None:
    """Potential along one axis through the middle, with the Fermi level."""
    across = 1 - axis
    places = scene.positions[:, across]
    middle = (places.min() + places.max()) / 2
    nearest = places[np.argmin(np.abs(places - middle))]
    chosen = np.abs(places - nearest) < 1e-5
    where, potential = scene.positions[chosen, axis], scene.potential[chosen]
    order = np.argsort(where)
    x, unit, _ = scaled(where[order], "nm")
    u, level = potential[order].copy(), scene.fermi_energy
    u[:-1][np.diff(x) > 2.5 * np.median(np.diff(x))] = np.nan  # a hole is not bridged
    axes.fill_between(x, u, np.maximum(u, level), where=u < level, color=BLUE, alpha=0.16, lw=0,
                      interpolate=True)  # fmt: skip
    axes.plot(x, u, color=INK, linewidth=1.3)
    axes.axhline(level, color=BLUE, linewidth=1.0, linestyle=(0, (4, 2)))
    axes.set_xlabel(f"${'xy'[axis]}$ ({unit}) at ${'xy'[across]}$ = {_round(middle, unit)}")
    axes.set_ylabel("$U$ (meV)")
    axes.margins(x=0)
    top = max(level * 2.2, float(np.nanpercentile(u, 60)) * 1.1) if level > 0 else np.nanmax(u)
    axes.set_ylim(min(0.0, float(np.nanmin(u))), min(float(np.nanmax(u)) * 1.05 + 1e-9, top))
    if axes.get_ylim()[1] < level:
        axes.set_ylim(top=level * 1.3)
    axes.annotate(
        "$E_F$", (1.0, level), xycoords=("axes fraction", "data"), xytext=(-3, 2),
        textcoords="offset points", ha="right", va="bottom", color=BLUE, fontsize=NOTE,
    )  # fmt: skip
    axes.grid(axis="y", color=PALE, linewidth=0.5)
    axes.tick_params(colors=GRAY, labelcolor=INK)
