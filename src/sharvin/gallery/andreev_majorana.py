"""Superconductors: doubled conductance, Andreev levels, and the peak of a Majorana state."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.device.lead import lead
from sharvin.device.regions import interval
from sharvin.formulas import andreev_doubling, btk_conductance, short_junction_level
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.scan import scan
from sharvin.matter.hopping import Hopping
from sharvin.matter.kitaev import kitaev_chain
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.matter.nambu import nambu
from sharvin.observables.andreev import andreev_levels, ns_conductance
from sharvin.scattering.checks import check_particle_hole
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.smatrix import smatrix
from sharvin.typing import RealArray

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

GAP = 2e-4  # t: Andreev's approximation errs by gap over bandwidth
BARRIERS = (0.0, 1.0, 3.0)  # t on one site; BTK's Z is half of it
TRANSMISSIONS = (0.3, 0.8, 0.99)
TOPOLOGICAL, TRIVIAL = 0.5, 3.0  # chemical potentials of Kitaev chains with t = 1
SITES = 40


def model(sites: int = SITES, mu: float = TOPOLOGICAL) -> Device:
    """Return a Kitaev chain with a normal lead behind a barrier; parameter ``barrier``."""
    probe = lead("left", parameters={"pairing": 0.0, "mu": 0.0}, potential=0.0)

    def potential(x: RealArray, barrier: float = 0.0) -> RealArray:
        return np.where(x == x.min(), barrier, 0.0)

    return Device(
        kitaev_chain(mu=mu), region=interval(sites), leads={"probe": probe}, potential=potential
    )


def contact() -> Device:
    """Return one site, with the parameter ``barrier``, between a metal and a superconductor."""
    chain = Model(Lattice([[1.0]]), [0.0], [Hopping(-1.0, (1,))], degeneracy=2)
    sides = {
        "normal": lead("left", parameters={"pairing": 0.0}, potential=0.0),
        "super": lead("right", potential=0.0),
    }

    def potential(x: RealArray, barrier: float) -> RealArray:
        return np.full(len(x), barrier)

    return Device(nambu(chain, pairing=GAP), region=interval(1), leads=sides, potential=potential)


def compute(full: bool = False) -> "xr.Dataset":
    """Contacts of any strength, levels of a junction, and chains with and without end states."""
    import xarray as xr

    bias = np.linspace(0.01, 2.6, 131 if full else 31)
    device = contact()
    points = [{"energy": e * GAP, "barrier": b} for b in BARRIERS for e in bias]
    g = scan(device, points, lambda s: ns_conductance(s, lead="normal", unit="2e²/h"))
    strengths = np.array([0.0, 0.5, 1.0, 2.0, 4.0, 8.0])
    zero = scan(
        device, [{"energy": 1e-9, "barrier": b} for b in strengths],
        lambda s: ns_conductance(s, lead="normal", unit="2e²/h"),
    )  # fmt: skip
    phase = np.linspace(0.0, 2 * np.pi, 121)
    levels = [andreev_levels(_channel(t), phases={"l": 0.0, "r": phase}, gap=1.0)
              for t in TRANSMISSIONS]  # fmt: skip
    low = np.linspace(0.002, 0.5, 250 if full else 48)
    volts = np.concatenate([-low[::-1], low])
    peak = [_chain(model(mu=mu), volts, b) for mu, b in ((TOPOLOGICAL, 0.0), (TOPOLOGICAL, 4.0),
                                                         (TRIVIAL, 0.0))]  # fmt: skip
    near = [_chain(d, [1e-6], b)[0] for d, b in
            ((model(), 0), (model(), 3), (model(mu=TRIVIAL), 0), (model(10), 0))]  # fmt: skip
    symmetry = [
        check_particle_hole(smatrix(d, energy=0.05), smatrix(d, energy=-0.05)).deviation
        for d in (model(), model(mu=TRIVIAL))
    ]
    g0, e2 = {"units": "2e²/h"}, {"units": "e²/h"}
    parts = {
        "G": (("barrier", "bias"), g.reshape(len(BARRIERS), -1), g0),
        "G_zero": ("strength", zero, g0),
        "levels": (("T", "phase", "level"), np.array(levels), {"units": "gap"}),
        "G_chain": (("chain", "volts"), np.array(peak), e2),
        "G_near": ("case", np.array(near), e2),
        "symmetry": ("phase_of_matter", np.array(symmetry), {"units": "1"}),
    }
    coordinates = {
        "barrier": ("barrier", list(BARRIERS), {"units": "t"}),
        "bias": ("bias", bias, {"units": "gap"}),
        "strength": ("strength", strengths, {"units": "t"}),
        "T": list(TRANSMISSIONS),
        "phase": ("phase", phase, {"units": "rad"}),
        "chain": ["open contact", "behind a barrier", "trivial"],
        "volts": ("volts", volts, {"units": "t"}),
        "case": ["topological", "topological, barrier", "trivial", "10 sites"],
    }
    return xr.Dataset(parts, coordinates)


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Doubling, the BTK curve, levels of a short junction, and the quantized peak."""
    found = []
    reason = "corrections of order gap over bandwidth, 6e-5 at most"
    for strength, g in zip(data.strength.values, data.G_zero.values, strict=True):
        t = 1 / (1 + (strength / 2) ** 2)
        name = f"G_NS, T = {t:.3f} (2e²/h)"
        found.append(Check(name, g, float(andreev_doubling(t)), GAP, reason))
    for barrier, row in zip(data.barrier.values, data.G.values, strict=True):
        formula = btk_conductance(data.bias.values, gap=1.0, barrier=barrier / 2)
        worst = float(np.abs(row - formula).max())
        name = f"worst distance from BTK, Z = {barrier / 2:g} (2e²/h)"
        # near the gap the curve is steepest
        found.append(Check(name, worst, 0.0, 5 * GAP, "order gap over bandwidth"))
    for t, levels in zip(data["T"].values, data.levels.values, strict=True):
        formula = short_junction_level(t, data.phase.values, gap=1.0)
        worst = float(np.abs(levels[:, 1] - formula).max())
        found.append(Check(f"Andreev level, T = {t:g} (gap)", worst, 0.0, 1e-7, "root of rounding"))
    near = data.G_near.values
    reason = "ends of 40 sites split by 1e-9, far below the peak's width"
    found += [
        Check("Majorana peak, open contact (e²/h)", near[0], 2.0, 1e-5, reason),
        Check("Majorana peak behind a barrier (e²/h)", near[1], 2.0, 1e-3, reason),
        Check("trivial chain (e²/h)", near[2], 0.0, 1e-9, "a gap and no end state"),
        Check("10 sites at the same bias (e²/h)", near[3], 0.0, 1e-3, "its two ends split"),
        Check("particle-hole symmetry, topological", data.symmetry.values[0], 0, 1e-9, "rounding"),
        Check("particle-hole symmetry, trivial", data.symmetry.values[1], 0, 1e-9, "rounding"),
    ]
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """BTK curves, Andreev levels, and the peak at zero bias."""
    from sharvin.gallery.drawing import BLUE, COLORS, GRAY, ORANGE, RED, finish, plateaus
    from sharvin.plot.style import new_figure

    fig = new_figure(width=12.0, height=3.7)
    left, middle, right = fig.subplots(1, 3)
    plateaus(left, [1, 2])
    fine = np.linspace(0.0, 2.6, 400)
    for barrier, row, color in zip(data.barrier.values, data.G.values, COLORS, strict=False):
        left.plot(fine, btk_conductance(fine, gap=1.0, barrier=barrier / 2), color=color)
        left.plot(data.bias[::3], row[::3], "o", color=color, markersize=3.5,
                  label=f"Z = {barrier / 2:g}")  # fmt: skip
    left.set_ylim(0, 2.15)
    left.margins(x=0)
    left.legend(frameon=False, fontsize=9, loc="upper right", bbox_to_anchor=(1, 0.93))
    finish(left, x="bias (gap)", y="G (2e²/h)", title="A contact: formula and lattice (dots)")
    for t, levels, color in zip(data["T"].values, data.levels.values, COLORS, strict=False):
        middle.plot(data.phase / np.pi, levels, color=color)
        middle.plot([], [], color=color, label=f"T = {t:g}")
    middle.set_ylim(-1.05, 1.05)
    middle.margins(x=0)
    middle.legend(frameon=True, edgecolor="none", fontsize=9, loc="center right")
    finish(middle, x="phase difference (π)", y="energy (gap)", title="Levels of a short junction")
    plateaus(right, [2])
    for row, color, name in zip(
        data.G_chain.values, (BLUE, ORANGE, GRAY), data.chain.values, strict=True
    ):
        right.plot(data.volts, row, color=color, label=str(name))
    right.set_ylim(-0.03, 2.9)
    right.margins(x=0)
    right.legend(frameon=False, fontsize=9, loc="upper right")
    right.text(-0.48, 2.06, "2e²/h", color=RED, fontsize=9)
    finish(right, x="bias (t)", y="G (e²/h)", title="A Majorana state at the end of a chain")
    return fig


def _channel(transmission: float) -> SMatrix:
    r, t = np.sqrt(1 - transmission), np.sqrt(transmission)
    return SMatrix(np.array([[r, 1j * t], [1j * t, r]]), ("l", "r"), (1, 1))


def _chain(device: Device, bias: object, barrier: float) -> RealArray:
    points = [{"energy": float(e), "barrier": barrier} for e in np.atleast_1d(bias)]  # type: ignore[call-overload]
    return scan(device, points, lambda s: ns_conductance(s, lead="probe"))


PAGE = Phenomenon(
    id="andreev-majorana",
    title="Andreev reflection and the Majorana peak",
    statement=(
        "Below the gap an electron enters a superconductor only with a partner: an open channel "
        "conducts twice its quantum, a tunnel barrier the square of its transmission. A Majorana "
        "state at the end of a chain reflects every electron as a hole at zero bias: 2e²/h behind "
        "any barrier, as long as the two ends of the chain do not notice each other. (Claims of "
        "such a peak in wires have been retracted: other states mimic it.)"
    ),
    kind="computed",
    references=(
        "G. E. Blonder, M. Tinkham and T. M. Klapwijk, Phys. Rev. B 25, 4515 (1982)",
        "C. W. J. Beenakker, Phys. Rev. B 46, 12841 (1992)",
        "K. T. Law, P. A. Lee and T. K. Ng, Phys. Rev. Lett. 103, 237001 (2009)",
        "A. Yu. Kitaev, Phys.-Usp. 44, 131 (2001)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
