"""Inverse design: five gates find the voltages that let one mode through and stop the next.

A wire with two open modes gets five finger gates across it. A target conductance of 1.00 e²/h
over a window of energies is asked for; SciPy's optimizer moves the gates, and `sv.sensitivity`
gives the gradient by all of them from one elimination at each energy, so a step costs no more for
fifty gates than for one.

Run it with ``python examples/inverse_design.py``; it writes a figure and the numbers behind it.
"""

import sys
import time
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from scipy.optimize import minimize

import sharvin as sv

GATES = ("g1", "g2", "g3", "g4", "g5")
LENGTH, WIDTH = 60, 15
WINDOW = np.linspace(0.175, 0.215, 4)  # energies above the band bottom, in hoppings
TARGET = 1.0  # e²/h
MOST = 0.35  # largest gate, in hoppings
ENDS = {"to": "drain", "from_": "source"}

INK, BLUE, ORANGE, GRAY = "#1b1f24", "#1f5fa8", "#d9742b", "#b8c0c8"


def fingers(x, y, g1, g2, g3, g4, g5):
    """Potential of five finger gates, each stronger away from the middle of the wire."""
    places = np.linspace(-20.0, 20.0, len(GATES))
    heights = (g1, g2, g3, g4, g5)
    across = 0.4 + (y / (WIDTH / 2)) ** 2
    return across * sum(
        g * np.exp(-(((x - a) / 5.0) ** 2)) for g, a in zip(heights, places, strict=True)
    )


def build() -> sv.Device:
    """Return the wire with its gates."""
    return sv.Device(
        sv.square_lattice(onsite=4.0),
        region=sv.rectangle(LENGTH, WIDTH),
        leads={"source": sv.lead("left"), "drain": sv.lead("right")},
        potential=fingers,
    )


def mismatch(gates: np.ndarray, device: sv.Device) -> tuple[float, np.ndarray]:
    """Mean squared distance of T from the target over the window, and its gradient."""
    given = dict(zip(GATES, gates, strict=True))
    total, gradient = 0.0, np.zeros(len(GATES))
    for energy in WINDOW:
        found = sv.sensitivity(device, energy=energy, **ENDS, **given)
        off = found.value - TARGET
        total += off**2 / len(WINDOW)
        slopes = found.gradient()
        gradient += 2 * off * np.array([slopes[name] for name in GATES]) / len(WINDOW)
    return total, gradient


def curve(device: sv.Device, energies: np.ndarray, gates: np.ndarray) -> np.ndarray:
    given = dict(zip(GATES, map(float, gates), strict=True))
    points = [{"energy": float(e), **given} for e in energies]
    return np.array([s.transmission(**ENDS) for s in sv.smatrices(device, points)])


def main(folder: Path) -> None:
    device = build()
    first = np.full(len(GATES), 0.02)
    start = time.perf_counter()
    found = minimize(
        mismatch, first, args=(device,), jac=True, method="L-BFGS-B",
        bounds=[(0.0, MOST)] * len(GATES), options={"maxiter": 60, "ftol": 1e-10},
    )  # fmt: skip
    seconds = time.perf_counter() - start
    assert found.fun < 3e-3, f"no gate voltages reach the target: mismatch {found.fun:.1e}"
    # The gradient must be that of differences, or the optimizer was lucky.
    step, middle = 1e-5, 0.5 * (first + found.x)
    moved = [mismatch(middle + side * step * np.eye(len(GATES))[2], device)[0] for side in (1, -1)]
    slope = mismatch(middle, device)[1][2]
    assert abs((moved[0] - moved[1]) / (2 * step) - slope) < 1e-5 * max(1.0, abs(slope))

    energies = np.linspace(0.06, 0.36, 101)
    before, after = curve(device, energies, first), curve(device, energies, found.x)
    folder.mkdir(parents=True, exist_ok=True)
    figure = draw(device, energies, (before, after), found.x)
    FigureCanvasAgg(figure)
    figure.savefig(folder / "inverse_design.png")
    np.savetxt(
        folder / "inverse_design.csv", np.column_stack([energies, before, after]), fmt="%.8g",
        delimiter=",", header="energy_hopping,T_before,T_after", comments="",
    )  # fmt: skip
    gates = ", ".join(f"{g:.3f}" for g in found.x)
    print(f"{found.nfev} evaluations in {seconds:.1f} s; mismatch {found.fun:.1e}")
    print(f"gates (hoppings): {gates}")
    print(f"figure: {folder / 'inverse_design.png'}")
    print(f"data:   {folder / 'inverse_design.csv'}")


def draw(device: sv.Device, energies: np.ndarray, curves: tuple, gates: np.ndarray) -> Figure:
    """T(E) before and after, and the potential that was found."""
    figure = Figure(figsize=(9.6, 3.6), dpi=150, layout="constrained")
    left, right = figure.subplots(1, 2)
    left.axvspan(WINDOW[0], WINDOW[-1], color=BLUE, alpha=0.08, linewidth=0)
    left.axhline(TARGET, color=GRAY, linewidth=0.8)
    left.plot(energies, curves[0], color=GRAY, linewidth=1.4, label="before")
    left.plot(energies, curves[1], color=BLUE, linewidth=2.0, label="after")
    left.set_xlabel("energy above the band bottom (hoppings)")
    left.set_ylabel("conductance ($e^2/h$)")
    left.legend(frameon=False)
    left.set_title("One mode passes, the second does not", loc="left", fontsize=11)
    potential = device.potential_energy(dict(zip(GATES, gates, strict=True)))
    table = potential[np.lexsort(device.positions.T)].reshape(WIDTH, LENGTH)
    image = right.imshow(
        table, origin="lower", cmap="Blues", extent=(-LENGTH / 2, LENGTH / 2, -WIDTH / 2, WIDTH / 2)
    )
    figure.colorbar(image, ax=right, shrink=0.6, label="potential (hoppings)")
    right.set_xlabel("x (sites)")
    right.set_ylabel("y (sites)")
    right.set_title("The gates that were found", loc="left", fontsize=11)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results"))
