"""Conductance of one clean wire: a staircase of whole quanta.

A strip of a two-dimensional electron gas in GaAs between two leads of the same width. Nothing
scatters, so every subband below the Fermi energy carries exactly e²/h per spin, and the conductance
counts them: 2e²/h, 4e²/h, 6e²/h ... (B. J. van Wees et al., Phys. Rev. Lett. 60, 848 (1988); for
hard walls a subband opens at E_n = ħ²π²n²/2mw²).

Run it with ``python examples/clean_wire.py``; it writes a figure and the numbers behind it.
"""

import sys
import time
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import sharvin as sv

SPACING = 4.0  # nm
WIDTH = 120.0  # nm
LENGTH = 300.0  # nm
MASS = 0.067  # GaAs
WAVE_ENERGY = 4.5  # meV, on the third plateau

INK, BLUE, GRAY = "#1b1f24", "#1f5fa8", "#b8c0c8"


def build() -> sv.Device:
    """Return the wire: a rectangle of electron gas and a lead at each end."""
    gas = sv.electron_gas(mass=MASS, spacing=SPACING)
    return sv.Device(
        gas,
        region=sv.rectangle(length=LENGTH, width=WIDTH),
        leads={"source": sv.lead("left"), "drain": sv.lead("right")},
    )


def subbands(count: int) -> np.ndarray:
    """Bottoms of the subbands of the lattice wire, in meV."""
    rows = round(WIDTH / SPACING)
    t = sv.units.HBAR2_OVER_2ME / MASS / SPACING**2
    n = np.arange(1, count + 1)
    return 2 * t * (1 - np.cos(np.pi * n / (rows + 1)))


def waves(device: sv.Device, energy: float) -> np.ndarray:
    """Real parts of the waves that come in from the source, shape (modes, rows, columns)."""
    states = sv.states(device, energy=energy)
    place = np.rint((device.pattern.positions - device.pattern.positions.min(axis=0)) / SPACING)
    x, y = place.astype(int).T
    found = states.waves_from("source").T
    maps = np.zeros((len(found), y.max() + 1, x.max() + 1))
    maps[:, y, x] = found.real
    return maps


def draw_staircase(axes: Axes, energies: np.ndarray, g: np.ndarray, edges: np.ndarray) -> None:
    """Conductance against energy with the subband bottoms marked."""
    for n, edge in enumerate(edges, start=1):
        axes.axvline(edge, color=GRAY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
        axes.annotate(
            rf"$E_{n}$", (edge, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 3),
            textcoords="offset points", ha="center", color=INK, fontsize=9,
        )  # fmt: skip
    axes.plot(energies, g, color=BLUE, linewidth=2.0)
    axes.fill_between(energies, g, color=BLUE, alpha=0.08, linewidth=0)
    axes.set_xlim(0, energies[-1])
    axes.set_ylim(0, g.max() + 0.6)
    axes.set_yticks(range(int(g.max()) + 1))
    axes.set_xlabel("Fermi energy above the band bottom (meV)")
    axes.set_ylabel(r"conductance ($2e^2/h$)")
    axes.grid(axis="y", color=GRAY, linewidth=0.5, alpha=0.6)
    axes.spines[["top", "right"]].set_visible(False)


def draw(energies: np.ndarray, g: np.ndarray, edges: np.ndarray, maps: np.ndarray) -> Figure:
    """Staircase, and the waves of the third plateau beside it."""
    figure = Figure(figsize=(9.6, 4.2), dpi=150, layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=[2, 1])
    left.suptitle("Each open subband carries $2e^2/h$", fontsize=11, color=INK)
    draw_staircase(left.add_subplot(), energies, g, edges)
    right.suptitle(
        rf"Its waves at {WAVE_ENERGY:g} meV, $\mathrm{{Re}}\,\psi$", fontsize=11, color=INK
    )
    panels = right.subplots(len(maps), 1, sharex=True)
    for wave, axes in zip(maps, panels, strict=True):
        size = np.abs(wave).max()
        axes.imshow(
            wave, cmap="RdBu_r", vmin=-size, vmax=size, origin="lower", interpolation="bicubic",
            extent=(0, LENGTH, -WIDTH / 2, WIDTH / 2),
        )  # fmt: skip
        axes.set_yticks([-WIDTH / 2, 0, WIDTH / 2])
        axes.tick_params(labelsize=8)
    panels[-1].set_xlabel("x (nm)")
    panels[len(maps) // 2].set_ylabel("y (nm)")
    return figure


def main(folder: Path) -> None:
    device = build()
    edges = subbands(6)
    # A grid, and a point on either side of every step to draw it upright.
    grid = np.linspace(0.05, 1.06 * edges[-1], 200)
    energies = np.sort(np.concatenate([grid, edges - 1e-3, edges + 1e-3]))
    start = time.perf_counter()
    points = [{"energy": energy} for energy in energies]
    matrices = list(sv.smatrices(device, points))
    seconds = time.perf_counter() - start
    conductances = np.array(
        [sv.conductance(s, to="drain", from_="source", unit="2e²/h") for s in matrices]
    )
    # A wire that is the same all along transmits every open mode: G = N exactly.
    counted = (energies[:, None] > edges).sum(axis=1)
    worst = float(np.abs(conductances - counted).max())
    assert worst < 1e-9, f"the clean wire does not count its modes: off by {worst:.1e}"

    folder.mkdir(parents=True, exist_ok=True)
    figure = draw(energies, conductances, edges, waves(device, WAVE_ENERGY))
    FigureCanvasAgg(figure)
    figure.savefig(folder / "clean_wire.png")
    table = np.column_stack([energies, conductances, [s.error_estimate for s in matrices]])
    header = "energy_meV,conductance_2e2_per_h,error_estimate"
    np.savetxt(
        folder / "clean_wire.csv", table, fmt="%.12g", delimiter=",", header=header, comments=""
    )
    print(f"{len(energies)} energies in {seconds:.1f} s (the first run ever also compiles)")
    print(f"conductance = number of open subbands to {worst:.0e}")
    print(f"figure: {folder / 'clean_wire.png'}")
    print(f"data:   {folder / 'clean_wire.csv'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results"))
