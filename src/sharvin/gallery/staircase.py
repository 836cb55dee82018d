"""The staircase of a split gate, in volts."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.device.gates import split_gate
from sharvin.device.lead import lead
from sharvin.device.regions import rectangle
from sharvin.formulas import length_scales
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.scan import scan
from sharvin.matter.electron_gas import electron_gas
from sharvin.observables.conductance import conductance
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.states import states
from sharvin.typing import RealArray
from sharvin.units import CONDUCTANCE_PER_MODE

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

DENSITY, MASS = "3.56e15 m^-2", 0.067  # van Wees et al. (1988)
RANGE = (-1.80, -0.56)  # V
STEPS = 8
FLAT = 0.01  # 2e²/h
SHOWN = -1.40  # V, whose waves are drawn: the second plateau


def model(spacing: float = 8.0) -> Device:
    """Return the contact of 1988 on a window of 1.2 x 0.64 µm, on a grid of 8 nm."""
    return Device(
        electron_gas(mass=MASS, spacing=spacing),
        region=rectangle("1.2 um", "0.64 um"),
        leads={"source": lead("left"), "drain": lead("right")},
        potential=split_gate(gap="250 nm", length="500 nm", depth="60 nm", voltage="gate"),
    )


def compute(full: bool = False) -> "xr.Dataset":
    """Conductance against the gate voltage, and the waves on the second plateau."""
    import xarray as xr

    fermi = length_scales(density=DENSITY, mobility="85 m^2/V/s", mass=MASS).fermi_energy
    device = model(6.0 if full else 8.0)
    gate = np.linspace(*RANGE, 401 if full else 97)
    g = scan(device, [{"energy": fermi, "gate": v} for v in gate], _conductance)
    waves = states(device, energy=fermi, gate=SHOWN)
    assert device.positions is not None
    columns, rows = (np.unique(np.round(c, 6)) for c in device.positions.T)
    place = np.lexsort(device.positions.T[::-1])  # x first, then y
    shape = (len(columns), len(rows))
    bottom = _diagonal(device, gate=SHOWN) - _diagonal(device, gate=0.0)
    parts = {
        "G": ("gate", g, {"units": "S"}),
        "density": (("x", "y"), waves.density(from_="source")[place].reshape(shape), {}),
        "potential": (("x", "y"), bottom[place].reshape(shape), {"units": "meV"}),
        "fermi_energy": ((), fermi, {"units": "meV"}),
    }
    coordinates = {
        "gate": ("gate", gate, {"units": "V"}),
        "x": ("x", columns, {"units": "nm"}),
        "y": ("y", rows, {"units": "nm"}),
    }
    return xr.Dataset(parts, coordinates)


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Eight flat plateaus at the right heights, and a pinch-off of the right order."""
    gate, g = data.gate.values, data.G.values / (2 * CONDUCTANCE_PER_MODE)
    edges = crossings(gate, g)
    found = []
    for n in range(1, STEPS + 1):
        inside = (gate > edges[n - 1]) & (gate < edges[n])
        height = np.median(g[inside]) if inside.any() else np.nan
        found.append(Check(f"plateau {n} (2e²/h)", height, n, FLAT, "tunneling through the next"))
        on_it = gate[inside & (np.abs(g - n) < FLAT)]
        share = np.ptp(on_it) / (edges[n] - edges[n - 1]) if len(on_it) else 0.0
        reason = "flat within 0.01 over at least 30 % of the step"
        found.append(Check.between(f"flat share of step {n}", share, 0.3, 1.0, reason))
    widths = np.diff(edges)
    found += [
        Check.between("pinch-off (V)", edges[0], -2.2, -1.2, "the order seen in experiments"),
        Check.between(
            "last step over first, in volts", widths[STEPS - 1] / widths[0], 0.2, 0.8,
            "steps get narrower as the parabola turns into a box",
        ),
    ]  # fmt: skip
    return tuple(found)


def crossings(gate: RealArray, g: RealArray) -> RealArray:
    """Gate voltages at which G passes ½, 1½, ... up to the last step inside, ascending."""
    halves = np.arange(0.5, STEPS + 1)
    found: RealArray = np.interp(halves, np.maximum.accumulate(g), gate)
    return found


def figure(data: "xr.Dataset") -> "Figure":
    """Staircase with its plateaus, and electrons on their way through."""
    from sharvin.gallery.drawing import BLUE, INK, ORANGE, PALE, finish
    from sharvin.plot.style import new_figure

    fig = new_figure(9.6, 4.0)
    left, right = fig.subplots(1, 2, width_ratios=[1.25, 1])
    gate, g = data.gate.values, data.G.values / (2 * CONDUCTANCE_PER_MODE)
    edges = crossings(gate, g)
    for n in range(1, STEPS + 1):
        left.axhline(n, color=PALE, linewidth=1, zorder=0)
        left.plot(edges[n - 1 : n + 1], [n, n], color=ORANGE, linewidth=6, alpha=0.25)
    left.plot(gate, g, color=BLUE, linewidth=1.8)
    left.plot(SHOWN, np.interp(SHOWN, gate, g), "o", color=INK, markersize=5)
    left.set_xlim(*RANGE)
    left.set_ylim(-0.1, 9)
    finish(left, x="gate voltage (V)", y="G (2e²/h)", title="250 nm gap, 60 nm deep, T = 0")
    x, y = data.x.values, data.y.values
    density = data.density.values / np.quantile(data.density.values, 0.995)
    extent = (x[0], x[-1], y[0], y[-1])
    right.imshow(
        np.sqrt(np.minimum(density, 1)).T, origin="lower", extent=extent, cmap="magma",
        interpolation="bicubic", aspect="equal",
    )  # fmt: skip
    right.contour(
        x, y, data.potential.values.T, levels=[float(data.fermi_energy)], colors="white",
        linewidths=1.2,
    )  # fmt: skip
    finish(right, x="x (nm)", y="y (nm)", title="Waves from the left on the second plateau")
    return fig


def _conductance(s: SMatrix) -> float:
    return conductance(s, to="drain", from_="source", unit="S")


def _diagonal(device: Device, **parameters: float) -> RealArray:
    values: RealArray = device.values(parameters)[device.pattern.diagonal]
    return values


PAGE = Phenomenon(
    id="staircase",
    title="The staircase of a split gate",
    statement=(
        "Two gates on the surface squeeze the electrons below into a channel. As their voltage "
        "rises, one mode after another opens and the conductance climbs in steps of 2e²/h, flat "
        "to better than a percent without a parameter to adjust."
    ),
    kind="computed",
    references=(
        "B. J. van Wees et al., Phys. Rev. Lett. 60, 848 (1988)",
        "D. A. Wharam et al., J. Phys. C 21, L209 (1988)",
        "J. H. Davies, I. A. Larkin and E. V. Sukhorukov, J. Appl. Phys. 77, 4504 (1995)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
