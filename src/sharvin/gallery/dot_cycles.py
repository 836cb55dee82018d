"""Second row of the page of dots: a state that blocks the current, and pumps without a bias."""

from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.gallery.check import Check
from sharvin.manybody import dot
from sharvin.manybody.dot.transport import AMPERE
from sharvin.units import BOLTZMANN, HBAR

if TYPE_CHECKING:
    import xarray as xr

IN, OUT, STUCK = 2e-3, 2e-3, 1e-4  # meV: into both levels, out of the lower, out of the upper
SPLIT = 0.6  # meV between them
TURN = 1.0  # meV that the level of the turnstile is moved up and down
WARM = 0.4  # K
STROKES = {"source": [1, 0, 0, 1], "drain": [0, 1, 1, 0]}
LOOPS = {"one point": (0.0205, 0.0205), "both points": (0.0265, 0.0265)}
RADIUS = {"one point": 0.0075, "both points": 0.02}  # V


def compute_cycles(full: bool = False) -> "xr.Dataset":
    """Current past a blocking state; a turnstile against its period; the curvature of two dots."""
    import xarray as xr

    bias = np.linspace(0.0, 2e-3, 201 if full else 101)
    at: dict[str, Any] = {"temperature": 0.2, "gate": -0.1e-3, "source": -bias}
    d = dot.quantum_dot([0.0, SPLIT], repulsion=50.0)
    stuck = {"source": [IN, IN], "drain": [OUT, STUCK]}
    flows = [
        dot.transport(d, rates=r, **at).current.sel(lead="drain").values
        for r in (stuck, {"source": IN, "drain": OUT})
    ]
    memory = HBAR / IN
    periods = memory * np.geomspace(0.3, 300, 25 if full else 13)
    volts = np.linspace(0.0, 0.053, 107 if full else 54)
    curvature = dot.pumping_curvature(islands(), **_COUPLED, left=volts, right=volts)
    loops = [float(around(name).electrons[0]) for name in LOOPS]
    slow = turnstile()
    parts = {
        "I_blocked": ("drop", np.abs(flows[0]), {"units": "A"}),
        "I_free": ("drop", np.abs(flows[1]), {"units": "A"}),
        "turned": ("period", np.array([float(turnstile(t).electrons[0]) for t in periods]), {}),
        "turned_slow": ((), float(slow.electrons[0]), {}),
        "curvature": (("one", "other"), curvature.sel(lead="source").values, {"units": "1/V²"}),
        "loop": ("cycle", np.array(loops), {}),
    }
    coordinates = {
        "drop": ("drop", bias, {"units": "V"}),
        "period": ("period", periods / memory, {"units": "ħ/Γ"}),
        "one": ("one", curvature.left.values, {"units": "V"}),
        "other": ("other", curvature.right.values, {"units": "V"}),
        "cycle": list(LOOPS),
    }
    return xr.Dataset(parts, coordinates)


def turnstile(period: float | None = None) -> "xr.Dataset":
    """Return what a level carries that is filled from the source and emptied into the drain."""
    gate = 1e-3 * TURN * np.array([1.0, 1.0, -1.0, -1.0])
    return dot.pump(
        dot.quantum_dot([0.0]), rates={"source": IN, "drain": IN}, temperature=WARM,
        openings=STROKES, gate=gate, period=period,
    )  # fmt: skip


def islands() -> dot.Dot:
    """Return two islands of one level, coupled by a capacitance and by tunneling."""
    one, other = {"left": 3.0, "source": 10.0}, {"right": 3.0, "drain": 10.0}
    return dot.coupled_islands(
        [[0.0], [0.0]], capacitances=[one, other], mutual=6.0, tunneling=0.1, spin=False
    )


_COUPLED: dict[str, Any] = {
    "rates": {"source": [1e-3, 0.0], "drain": [0.0, 1e-3]},
    "temperature": 0.5,
}


def circle(name: str, corners: int = 32) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Voltages of the two gates along a cycle."""
    angle = 2 * np.pi * np.arange(corners) / corners
    x, y = LOOPS[name]
    return x + RADIUS[name] * np.cos(angle), y + RADIUS[name] * np.sin(angle)


def around(name: str) -> "xr.Dataset":
    """Return what a cycle of the two gates carries."""
    left, right = circle(name)
    return dot.pump(islands(), **_COUPLED, left=left, right=right)


def check_cycles(data: "xr.Dataset") -> list[Check]:
    """Plateaus in closed form, one electron per cycle, and the flux inside it."""
    bias, current = data["drop"].values, data.I_blocked.values / AMPERE
    first = IN * OUT / (IN + OUT)
    second = 2 * IN / (1 + IN / OUT + IN / STUCK)
    upper = 1 / (1 + np.exp(TURN / BOLTZMANN / WARM))
    spot = float(data.one[1] - data.one[0]) ** 2
    flux = spot * data.curvature.where(_inside(data, "one point"), 0.0).sum()
    return [
        Check("current before the blocking state (meV/ħ)", np.interp(0.4e-3, bias, current), first,
              5e-3 * first, "Fermi edges at 0.2 K"),
        Check("and past it: it falls (meV/ħ)", current[-1], second, 5e-3 * second, "the same"),
        Check("electrons per cycle of the turnstile, slow", data.turned_slow, 1 - 2 * upper, 1e-9,
              "exact for two leads that open in turn"),
        Check("the same in 300 ħ/Γ", data.turned[-1], float(data.turned_slow), 1e-4,
              "exponential in the period"),
        Check("electrons per cycle around one triple point", data.loop[0], 1.0, 0.05,
              "the curvature beyond the cycle at 0.5 K"),
        Check("around both, which cancel", data.loop[1], 0.0, 0.02, "the same"),
        Check("flux of the curvature through the first", flux, float(data.loop[0]), 0.05,
              "cells that the cycle cuts"),
    ]  # fmt: skip


def _inside(data: "xr.Dataset", name: str) -> Any:
    x, y = LOOPS[name]
    return np.hypot(data.one - x, data.other - y) < RADIUS[name]
