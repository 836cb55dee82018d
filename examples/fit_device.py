"""A device file fitted to a measured trace: lever arm, offset, temperature, series resistance.

The device of ``examples/qpc_short.toml`` was, as it were, cooled down: its gate works a little less
than the drawing says and is shifted by trapped charge, the electrons are warmer than the cryostat,
and the wires have a resistance. `fit_device` gets all four back from one noisy trace. Its
derivatives are those of the adjoint solution: one elimination per point and energy, whatever is
free.

Run it with ``python examples/fit_device.py``; it writes a figure and the numbers behind it.
"""

import sys
import time
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg

import sharvin as sv
from sharvin.app import build
from sharvin.app.device_file import load

FILE = Path(__file__).resolve().with_name("qpc_short.toml")
TRUTH = {"lever_arm": 0.95, "offset": -0.02, "temperature": 1.2, "series_resistance": 400.0}
START = {"lever_arm": 1.0, "offset": 0.0, "temperature": 0.8, "series_resistance": 200.0}
ENERGY = 5.36  # meV: n = 1.5e15 m^-2 in GaAs
GATE = np.linspace(-0.75, -0.44, 20)
NOISE = 0.02  # e²/h


def measured(device: sv.Device) -> xr.DataArray:
    """What an instrument would have written: an average over energies, a resistor, noise."""
    ideal = sv.conductance(
        device, to="drain", from_="source", chemical_potential=ENERGY,
        temperature=TRUTH["temperature"], gate=TRUTH["offset"] + TRUTH["lever_arm"] * GATE,
    ).values  # fmt: skip
    noise = NOISE * np.random.default_rng(1).standard_normal(GATE.size)
    trace = 1 / (1 / ideal + TRUTH["series_resistance"] / 25812.807) + noise
    gate = xr.DataArray(GATE, dims="gate", attrs={"units": "V"})
    return xr.DataArray(trace, {"gate": gate}, ("gate",), "G", {"units": "e²/h"})


def main(folder: Path) -> None:
    file, document = load(FILE)
    device = build.device(file, document)
    record = measured(device)
    start = time.perf_counter()
    fit = sv.inference.fit_device(
        device, record, free=START, to="drain", from_="source", axis="gate", energy=ENERGY,
        sigma=NOISE, nodes=5,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    print(fit.report())
    print(f"{seconds:.1f} s")
    for name, value in TRUTH.items():
        off = abs(fit.values[name] - value) / fit.errors[name]
        assert off < 3, f"{name} is {off:.1f} standard errors from what made the trace"
    folder.mkdir(parents=True, exist_ok=True)
    figure = sv.plot.fit(fit)
    FigureCanvasAgg(figure)
    figure.savefig(folder / "fit_device.png")
    np.savetxt(
        folder / "fit_device.csv", np.column_stack([fit.x, fit.y, fit.fitted]), fmt="%.8g",
        delimiter=",", header="gate_V,G_measured,G_fitted", comments="",
    )  # fmt: skip
    print(f"figure: {folder / 'fit_device.png'}")
    print(f"data:   {folder / 'fit_device.csv'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results"))
