"""The Thouless pump: one electron per cycle, counted in five ways."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.device.lead import lead
from sharvin.device.regions import interval
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.matter.qwz import qwz
from sharvin.matter.rice_mele import rice_mele
from sharvin.topology.pumps import pump_chern
from sharvin.topology.pumps_atoms import cloud_displacement
from sharvin.topology.pumps_driven import two_tone_pump
from sharvin.topology.pumps_interacting import interacting_pump
from sharvin.topology.pumps_scattering import pumped_charge, reflection_winding
from sharvin.topology.pumps_time import evolve_pump
from sharvin.units import BOLTZMANN, HBAR

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

J = 1.0  # meV; times are counted in ħ/J
METAL = {"dimerization": 0.0, "staggered": 0.0}
CELLS = (2, 4, 8)
TEMPERATURES = np.array([0.02, 0.1, 0.2, 0.4, 0.8, 1.6])  # kT/J
REPULSIONS = (0.0, 2.0, 6.0)


def cycle(phase: float) -> dict[str, float]:
    """Around the gapless point of the Rice-Mele chain."""
    return {"dimerization": 0.5 * np.cos(phase), "staggered": np.sin(phase)}


def aside(phase: float) -> dict[str, float]:
    """Return the same loop beside that point."""
    return {"dimerization": 0.5 * np.cos(phase), "staggered": 1.5 + np.sin(phase)}


def model(cells: int = 8) -> Device:
    """Return a piece of a Rice-Mele chain between metallic leads."""
    leads = {side: lead(side, parameters=METAL) for side in ("left", "right")}
    return Device(rice_mele(hopping=J), region=interval(2 * cells), leads=leads)


def compute(full: bool = False) -> "xr.Dataset":
    """Bulk, scattering, time, temperature, atoms, two tones and repulsion."""
    import xarray as xr

    chain = rice_mele(hopping=J)
    periods = np.geomspace(2.0, 160.0, 33) if full else np.geomspace(2.0, 40.0, 8)
    moved = {
        ramp: np.array([evolve_pump(chain, cycle, period=t * HBAR, ramp=ramp) for t in periods])
        for ramp in ("uniform", "smooth")
    }
    hot = [
        evolve_pump(
            chain, cycle, period=15 * HBAR, ramp="smooth", temperature=kt / BOLTZMANN,
            chemical_potential=0.0,
        )
        for kt in TEMPERATURES
    ]  # fmt: skip
    brouwer = [pumped_charge(model(n), cycle, lead="right", energy=0.0, phases=120) for n in CELLS]
    way = cloud_displacement(chain, cycle, period=12 * HBAR, ramp="smooth")
    slow, golden = 0.2 / HBAR, (1 + np.sqrt(5)) / 2
    tones = two_tone_pump(
        qwz(mass=-1.0), frequencies=(slow, slow / golden), duration=4 * np.pi / slow, phases=4
    )
    repelled = [
        interacting_pump(chain, cycle, cells=2, repulsion=u, twists=4, phases=12)
        for u in REPULSIONS
    ]
    wound = reflection_winding(model(), cycle, lead="right", energy=0.0, phases=60)
    e = {"units": "e"}
    parts = {
        "C": ("loop", [float(pump_chern(chain, loop)) for loop in (cycle, aside)], e),
        "Q": ("cells", brouwer, e),
        "winding": ((), float(wound), e),
        "Q_uniform": ("period", moved["uniform"], e),
        "Q_smooth": ("period", moved["smooth"], e),
        "Q_hot": ("kT", hot, e),
        "cloud": ((), way[-1], {"units": "cells"}),
        "tones": ((), tones, {"units": "ħω₁ω₂/2π"}),
        "Q_repelled": ("U", np.array(repelled, dtype=float), e),
    }
    coordinates = {
        "loop": ["around", "beside"],
        "cells": list(CELLS),
        "period": ("period", periods, {"units": "ħ/J"}),
        "kT": ("kT", TEMPERATURES, {"units": "J"}),
        "U": ("U", list(REPULSIONS), {"units": "J"}),
    }
    return xr.Dataset(parts, coordinates)


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Five counts of the same electron, and the corrections of haste, heat and repulsion."""
    hasty, slow = data.Q_uniform.values[0], data.Q_smooth.values[-1]
    last = float(data.period[-1])
    residue = abs(1 - data.Q_uniform.values[-1]) * last**2
    found = [
        Check("Chern number, loop around the point (e)", data.C.values[0], 1, 1e-10, "an integer"),
        Check("Chern number, loop beside it (e)", data.C.values[1], 0, 1e-10, "an integer"),
        Check("winding of det r (e)", data.winding, 1, 1e-10, "an integer"),
    ]
    published = (0.893, 0.998, 1.0)
    leaks = (1e-3, 1e-3, 2e-6)  # printed digits; what eight cells transmit
    for n, q, expected, leak in zip(CELLS, data.Q.values, published, leaks, strict=True):
        reason = "printed digits" if n < 8 else "transmission 1e-6 through eight cells"
        found.append(Check(f"from the S-matrix, {n} cells (e)", q, expected, leak, reason))
    found += [
        Check("in time, smooth, longest period (e)", slow, 1, 1e-4, "exponentially small in it"),
        Check.between("in time, period 2 ħ/J (e)", hasty, 0.4, 0.8, "not adiabatic at all"),
        Check.between("(1 - Q) period², sudden start", residue, 0.01, 8, "envelope 6, oscillating"),
        Check("cold (e)", data.Q_hot.values[0], 1.0, 2e-3, "a smooth cycle of 15 ħ/J"),
        Check.between("at kT = 1.6 J (e)", data.Q_hot.values[-1], 0.1, 0.6, "both bands carry"),
        Check("atom cloud (cells)", data.cloud, 1.0, 3e-3, "a smooth cycle of 15 ħ/J"),
        Check("two tones (ħω₁ω₂/2π)", data.tones, 1.0, 0.05, "order (frequency/gap)²"),
    ]
    expected_u = (2, 2, 0)
    for u, q, expected in zip(REPULSIONS, data.Q_repelled.values, expected_u, strict=True):
        reason = "an integer; a Mott insulator pumps nothing"
        found.append(Check(f"two spins, U = {u:g} J (e)", q, expected, 1e-10, reason))
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """Haste and heat, and the loop in the plane of parameters."""
    from sharvin.gallery.drawing import BLUE, GRAY, ORANGE, PURPLE, RED, finish
    from sharvin.plot.style import new_figure

    fig = new_figure(width=12.0, height=3.7)
    left, middle, right = fig.subplots(1, 3, width_ratios=[0.8, 1.15, 1.0])
    theta = np.linspace(0, 2 * np.pi, 200)
    for loop, color, text in ((cycle, BLUE, "Q = 1"), (aside, GRAY, "Q = 0")):
        points = np.array([list(loop(t).values()) for t in theta])
        left.plot(points[:, 0], points[:, 1], color=color, linewidth=2)
        left.annotate("", points[30], points[24], arrowprops={"arrowstyle": "-|>", "color": color})
        left.text(0.53, points[:, 1].mean() + 0.12, text, color=color, fontsize=9)
    left.plot([0], [0], "o", color=RED, markersize=6)
    left.text(0.05, -0.22, "no gap", color=RED, fontsize=9)
    left.set_xlim(-0.75, 0.95)
    finish(left, x="dimerization δ (J)", y="staggered potential Δ (J)", title="The cycle")
    middle.loglog(data.period, np.abs(1 - data.Q_uniform), "o-", color=ORANGE, markersize=4,
                  label="sudden start")  # fmt: skip
    middle.loglog(data.period, np.abs(1 - data.Q_smooth), "o-", color=BLUE, markersize=4,
                  label="smooth start and end")  # fmt: skip
    line = np.array([8.0, float(data.period[-1])])
    middle.loglog(line, 6 / line**2, color=GRAY, linewidth=1, linestyle=(0, (4, 3)))
    middle.text(line[-1], 7.5 / line[-1] ** 2, r"$6/T^2$", color=GRAY, ha="right", fontsize=9)
    middle.legend(frameon=False, fontsize=9, loc="lower left")
    middle.set_xticks([2, 5, 10, 20, 40], ["2", "5", "10", "20", "40"])
    middle.xaxis.minorticks_off()
    finish(middle, x="period T (ħ/J)", y="|1 − Q| (e)", title="A finite period")
    right.semilogx(data.kT, data.Q_hot, "o-", color=PURPLE, markersize=4.5)
    right.set_ylim(0, 1.06)
    finish(right, x="temperature kT (J)", y="Q (e)", title="A hot start")
    return fig


PAGE = Phenomenon(
    id="thouless-pump",
    title="One electron per cycle",
    statement=(
        "A slow cycle of an insulator moves a whole number of electrons: the Chern number over "
        "momentum and phase, the winding of the reflection phase, the displacement of a cloud of "
        "atoms. Haste costs 1/period² after a sudden start and next to nothing after a smooth one. "
        "Our reading of a pump in an atom: two slow drives of a two-level system exchange energy "
        "by the same integers."
    ),
    kind="computed",
    references=(
        "D. J. Thouless, Phys. Rev. B 27, 6083 (1983)",
        "P. W. Brouwer, Phys. Rev. B 58, R10135 (1998)",
        "S. Nakajima et al., Nat. Phys. 12, 296 (2016)",
        "I. Martin, G. Refael and B. Halperin, Phys. Rev. X 7, 041008 (2017)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
