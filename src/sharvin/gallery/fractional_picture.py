"""Pictures of the fractional pump: droplets, charge, spectral flow and protection."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

HOLES = (0, 1, 2, 3)  # flux quanta through the middle of a disk
RADIUS = 8.0  # magnetic lengths, of the pictures


def figure(data: "xr.Dataset") -> "Figure":
    """Draw a hole that grows with the flux above the pump, the spectral flow and the protection."""
    from sharvin.plot.style import new_figure

    fig = new_figure(width=12.6, height=6.7)
    parts: Any = fig.subfigures(2, 1, height_ratios=[1.0, 1.25])
    top, bottom = parts
    _draw_disks(data, top)
    pump, flow, rough = bottom.subplots(1, 3, width_ratios=[1.15, 1.15, 0.8])
    _draw_pump(data, pump)
    _draw_flow(data, flow)
    _draw_rough(data, rough)
    return fig


def _draw_disks(data: "xr.Dataset", fig: Any) -> None:
    """Density of a droplet with 0 to 3 flux quanta through its middle."""
    from sharvin.plot.style import MAGNITUDE, TITLE

    side = np.linspace(-RADIUS, RADIUS, 321)
    r = np.hypot(*np.meshgrid(side, side))
    axes = fig.subplots(1, 4)
    for ax, k, title in zip(
        axes, HOLES, ("Laughlin's droplet", "+ one flux quantum", "+ two", "+ three"), strict=True
    ):
        profile = np.interp(r, data.radius.values, data.disk.sel(holes=k).values)
        inside = np.where(r <= RADIUS, profile, np.nan)
        picture = ax.imshow(
            inside, cmap=MAGNITUDE, vmin=0.0, vmax=0.5, extent=(-RADIUS, RADIUS) * 2,
            interpolation="bilinear",
        )  # fmt: skip
        ax.set_axis_off()
        ax.set_title(title, fontsize=TITLE, loc="center")
    bar = fig.colorbar(picture, ax=list(axes), shrink=0.8, aspect=18, pad=0.015)
    bar.set_ticks([0.0, 1 / 3, 0.5], labels=["0", "1/3", "1/2"])
    bar.set_label("local filling")


def _draw_pump(data: "xr.Dataset", ax: Any) -> None:
    from sharvin.gallery.drawing import BLUE, GRAY, GREEN, finish

    for k in (1 / 3, 2 / 3, 1.0):
        ax.axhline(k, color=GRAY, linewidth=0.7, linestyle=(0, (4, 3)))
    ax.plot(data.flux, data.flux / 2, color=GRAY, linewidth=0.8)
    ax.plot(data.flux, data.flux / 3, color=GRAY, linewidth=0.8)
    ax.plot(data.flux, data.charge_bosons, color=GREEN, linewidth=2, label="bosons at 1/2")
    ax.plot(data.flux, data.charge, color=BLUE, linewidth=2, label="electrons at 1/3")
    ax.set_yticks([0, 1 / 3, 2 / 3, 1, 1.5], labels=["0", "1/3", "2/3", "1", "3/2"])
    ax.set_xticks([0, 1, 2, 3])
    ax.legend(frameon=False, fontsize=9, loc="upper left")
    _draw_profiles(data, ax.inset_axes((0.56, 0.07, 0.43, 0.26)))
    title = "A third of an electron for each flux quantum"
    finish(ax, x="flux threaded (h/e)", y="charge across the cylinder (e)", title=title)


def _draw_profiles(data: "xr.Dataset", ax: Any) -> None:
    """Draw the droplet before and after a flux quantum: it has moved by one orbital."""
    from sharvin.gallery.drawing import BLUE, GRAY, PALE

    ax.fill_between(data.x, data.before, color=PALE, linewidth=0)
    ax.plot(data.x, data.before, color=GRAY, linewidth=1)
    ax.plot(data.x, data.after, color=BLUE, linewidth=1.2)
    ax.set_ylim(0, 0.75)
    ax.set_yticks([0, 1 / 3], labels=["0", "1/3"], fontsize=7.5)
    ax.set_xticks([])
    middle = float(data.x.mean())
    ax.text(middle, 0.6, "filling along it, before and after h/e", ha="center", fontsize=7.5)


def _draw_flow(data: "xr.Dataset", ax: Any) -> None:
    from sharvin.gallery.drawing import BLUE, GRAY, ORANGE, PURPLE, finish

    ax.plot(data.twist, data.excited.values.T, color=GRAY, linewidth=0.6, alpha=0.6)
    for k, color in enumerate((BLUE, ORANGE, PURPLE)):
        ax.plot(data.twist, data.trio.values[k], color=color, linewidth=2)
        ax.plot([0, 3], data.trio.values[k, [0, -1]], "o", color=color, markersize=5, clip_on=False)
    ax.set_ylim(0.1, 0.26)
    ax.set_xticks([0, 1, 2, 3])
    chern = f"{float(data.chern):.0f}".replace("-", "−")
    note = f"a lattice without a field: many-body Chern number {chern}/3 each"
    ax.text(1.5, 0.146, note, ha="center", fontsize=8.5)
    title = "Three states trade places, and return after three"
    finish(ax, x="flux threaded (h/e)", y="energy (U)", title=title)


def _draw_rough(data: "xr.Dataset", ax: Any) -> None:
    from sharvin.gallery.drawing import BLUE, finish

    ax.errorbar(data.electrons, data.splitting, yerr=data.splitting_error, fmt="o-", color=BLUE,
                markersize=5, linewidth=1.2)  # fmt: skip
    ax.set_yscale("log")
    ax.set_xticks(data.electrons.values)
    title = "Roughness cannot tell them apart"
    finish(ax, x="electrons on the torus", y="splitting (strength W)", title=title)
