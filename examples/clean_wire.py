"""Conductance of one clean wire: a staircase of whole quanta.

A strip of a two-dimensional electron gas in GaAs between two leads of the same width. Nothing
scatters, so every subband below the Fermi energy carries exactly e²/h per spin, and the conductance
counts them: 2e²/h, 4e²/h, 6e²/h ... (B. J. van Wees et al., Phys. Rev. Lett. 60, 848 (1988); for
hard walls a subband opens at E_n = ħ²π²n²/2mw²).

Run it with ``make demo``; it writes a figure and the numbers behind it.
"""

import sys
import time
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import sharvin as sv

SPACING = 4.0  # nm
WIDTH = 120.0  # nm
LENGTH = 300.0  # nm
MASS = 0.067  # GaAs


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


def draw(energies: np.ndarray, conductances: np.ndarray, edges: np.ndarray) -> Figure:
    """Staircase with the subband bottoms marked."""
    ink, blue, gray = "#1b1f24", "#1f5fa8", "#b8c0c8"
    figure = Figure(figsize=(6.4, 4.0), dpi=160, layout="constrained")
    axes = figure.add_subplot()
    for n, edge in enumerate(edges, start=1):
        axes.axvline(edge, color=gray, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
        axes.annotate(
            rf"$E_{n}$", (edge, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 3),
            textcoords="offset points", ha="center", color=ink, fontsize=9,
        )  # fmt: skip
    axes.plot(energies, conductances, color=blue, linewidth=2.0)
    axes.fill_between(energies, conductances, color=blue, alpha=0.08, linewidth=0)
    axes.set_xlim(energies[0], energies[-1])
    axes.set_ylim(0, conductances.max() + 0.6)
    axes.set_yticks(range(int(conductances.max()) + 1))
    axes.set_xlabel("Fermi energy above the band bottom (meV)")
    axes.set_ylabel(r"conductance ($2e^2/h$)")
    axes.grid(axis="y", color=gray, linewidth=0.5, alpha=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(
        f"Clean GaAs wire, {WIDTH:g} nm wide: each subband carries $2e^2/h$",
        loc="left", fontsize=11, color=ink, pad=18,
    )  # fmt: skip
    return figure


def main(folder: Path) -> None:
    device = build()
    edges = subbands(6)
    energies = np.linspace(0.1, 1.02 * edges[-1], 240)
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
    figure = draw(energies, conductances, edges)
    FigureCanvasAgg(figure)
    figure.savefig(folder / "clean_wire.png")
    table = np.column_stack([energies, conductances, [s.error_estimate for s in matrices]])
    header = "energy_meV,conductance_2e2_per_h,error_estimate"
    np.savetxt(folder / "clean_wire.csv", table, delimiter=",", header=header, comments="")
    print(f"{len(energies)} energies in {seconds:.1f} s (the first run ever also compiles)")
    print(f"conductance = number of open subbands to {worst:.0e}")
    print(f"figure: {folder / 'clean_wire.png'}")
    print(f"data:   {folder / 'clean_wire.csv'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results"))
