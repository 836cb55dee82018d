"""Helical edges: resistances of contacts on a ring, local and nonlocal, and what breaks them."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.device.disorder import disorder
from sharvin.device.lead import lead
from sharvin.device.potentials import Potential
from sharvin.device.presets import h_bar, hall_bar
from sharvin.device.regions import rectangle
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.scan import scan
from sharvin.matter.bhz import bhz
from sharvin.matter.spin import IDENTITY, PAULI
from sharvin.observables.resistance import resistance
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.smatrix import smatrix
from sharvin.typing import RealArray

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

ENERGY = 0.1  # in the gap of |M| = 1
RING = ("source", "1", "2", "drain", "4", "3")  # contacts of the bar, clockwise
# Contacts are counted around from 1: current from, to; voltage between; what an ideal ring gives.
SIX = ((1, 4, 1, 4, 3 / 2), (1, 4, 2, 3, 1 / 2), (1, 3, 1, 3, 4 / 3), (2, 6, 3, 5, 2 / 3))
FOUR = ((1, 2, 1, 2, 3 / 4), (1, 3, 1, 3, 1.0), (1, 4, 2, 3, 1 / 4))
WELL = {"mass": 1.0, "a": 1.0, "b": 1.0, "d": 0.0, "spacing": 1.0}


def model() -> Device:
    """Return a six-terminal bar of an inverted well; ``W``: scalar disorder, ``J``: magnetic."""
    magnetic = [
        Potential(disorder(1.0, seed=7 + i), matrix=np.kron(sigma, IDENTITY), factor="J")
        for i, sigma in enumerate(PAULI)
    ]
    return hall_bar(
        bhz(**WELL), length=50, width=20, probe_width=12, separation=26,
        disorder=[disorder("W", seed=1), *magnetic],
    )  # fmt: skip


def compute(full: bool = False) -> "xr.Dataset":
    """Six and four terminals; scalar and magnetic disorder; a wall where the mass changes sign."""
    import xarray as xr

    bar = model()
    clean = smatrix(bar, energy=ENERGY, W=0.0, J=0.0)
    dirty = smatrix(bar, energy=ENERGY, W=1.0, J=0.0)
    legs = h_bar(bhz(**WELL), leg_length=60, leg_width=20, bridge_length=20, bridge_width=20)
    four = smatrix(legs, energy=ENERGY)
    strengths = np.linspace(0.0, 2.0, 41 if full else 9)
    scalar = scan(bar, [{"energy": ENERGY, "W": w, "J": 0.0} for w in strengths], _end_to_end)
    magnetic = scan(bar, [{"energy": ENERGY, "W": 0.0, "J": j} for j in strengths], _end_to_end)
    wall = smatrix(interface(), energy=ENERGY)
    h_e2 = {"units": "h/e²"}
    parts = {
        "six": ("reading", _six(clean), h_e2),
        "six_dirty": ("reading", _six(dirty), h_e2),
        "four": ("leg_reading", _readings(four, ("1", "2", "3", "4"), FOUR), h_e2),
        "hall": ((), _hall(clean), h_e2),
        "G": ((), 1 / _end_to_end(clean), {"units": "e²/h"}),
        "scalar": ("strength", scalar, h_e2),
        "magnetic": ("strength", magnetic, h_e2),
        "wall_modes": ((), float(wall.modes[0]), {"units": "1"}),
        "wall_T": ((), wall.transmission(to="drain", from_="source"), {"units": "1"}),
    }
    coordinates = {
        "reading": [_name(*row) for row in SIX],
        "leg_reading": [_name(*row) for row in FOUR],
        "strength": ("strength", strengths, {"units": "half a gap"}),
    }
    return xr.Dataset(parts, coordinates)


def interface() -> Device:
    """Strip whose mass has opposite signs above and below y = 0, its outer edges both normal."""

    def mass(y: RealArray) -> RealArray:
        # inverted (M = 1) within |y| < 12, normal (M = -1) outside: two walls
        return np.where(np.abs(y) < 12, 0.0, -2.0)

    sigma_z = np.kron(IDENTITY, PAULI[2])
    return Device(
        bhz(**WELL),
        region=rectangle(10, 48),
        leads={"source": lead("left"), "drain": lead("right")},
        potential=Potential(mass, matrix=sigma_z),
    )


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Fractions of h/e² on a helical ring, robust to scalar and not to magnetic disorder."""
    found = []
    reason = "opposite edges of a bar of 20 sites hybridize by 1e-5"
    for row, value in zip(SIX, data.six.values, strict=True):
        found.append(Check(f"{_name(*row)}, six contacts (h/e²)", value, row[-1], 1e-4, reason))
    for row, value in zip(FOUR, data.four.values, strict=True):
        found.append(Check(f"{_name(*row)}, H-bar (h/e²)", value, row[-1], 1e-4, reason))
    reason = "scalar disorder of half a gap scatters no helical channel back"
    for row, value in zip(SIX, data.six_dirty.values, strict=True):
        found.append(Check(f"{_name(*row)}, scalar disorder (h/e²)", value, row[-1], 5e-4, reason))
    found.append(Check("Hall resistance (h/e²)", data.hall, 0.0, 1e-9, "time reversal"))
    lost = data.magnetic.values[len(data.strength) // 2]
    reason = "magnetic impurities scatter back; one sample of many"
    found.append(Check.between("R_14,14, magnetic disorder (h/e²)", lost, 4.0, 10.0, reason))
    weak, twice = (float(data.magnetic.sel(strength=j, method="nearest")) for j in (0.25, 0.5))
    ratio = (weak - 3 / 2) / (twice - 3 / 2)
    reason = "golden rule, and the next order at half a gap"
    name = "excess R_14,14 at half the magnetic disorder"
    found.append(Check(name, ratio, 1 / 4, 0.06, reason))
    reason = "one helical pair at each wall (Jackiw-Rebbi)"
    found.append(Check("modes each way at two walls of the mass", data.wall_modes, 2, 1e-9, reason))
    found.append(Check("transmission along the walls", data.wall_T, 2, 1e-9, reason))
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """What the contacts read, and end-to-end resistance with both kinds of disorder."""
    from sharvin.gallery.drawing import BLUE, GRAY, ORANGE, RED, finish, new_figure, plateaus

    fig, (left, right) = new_figure(2)
    names = [*data.reading.values, *data.leg_reading.values]
    ideal = [row[-1] for row in (*SIX, *FOUR)]
    place = np.arange(len(names), dtype=float)
    place[len(SIX) :] += 0.8
    left.bar(place, ideal, width=0.72, color="#dfe5ec", label="ideal helical ring")
    left.plot(place, [*data.six.values, *data.four.values], "o", color=BLUE, label="clean")
    left.plot(place[: len(SIX)], data.six_dirty, "x", color=ORANGE, markersize=8,
              markeredgewidth=1.8, label="scalar disorder")  # fmt: skip
    for x, value, text in zip(place, ideal, _FRACTIONS, strict=True):
        left.text(x, value + 0.04, text, ha="center", color=GRAY, fontsize=9)
    left.set_xticks(place, [rf"$R_{{{name[2:]}}}$" for name in names], rotation=35, fontsize=9)
    left.set_ylim(0, 1.85)
    left.legend(frameon=False, fontsize=9, loc="upper right")
    finish(left, x="", y="resistance (h/e²)", title="Six contacts, and an H-bar")
    plateaus(right, [1.5])
    right.plot(data.strength, data.magnetic, color=RED, marker="o", markersize=3.5,
               label="magnetic impurities")  # fmt: skip
    right.plot(data.strength, data.scalar, color=BLUE, linewidth=2.2, label="scalar disorder")
    right.set_yscale("log")
    right.set_yticks([1.5, 3, 6, 12, 24, 48], ["3/2", "3", "6", "12", "24", "48"])
    right.set_ylim(1.3, 1.3 * float(data.magnetic.max()))
    right.minorticks_off()
    right.margins(x=0.01)
    right.legend(frameon=False, fontsize=9)
    finish(
        right, x="disorder (half gaps)", y=r"$R_{14,14}$ (h/e²)",
        title="Protected from all but magnetism",
    )  # fmt: skip
    return fig


_FRACTIONS = ("3/2", "1/2", "4/3", "2/3", "3/4", "1", "1/4")


def _name(a: int, b: int, c: int, d: int, _: float) -> str:
    return f"R_{a}{b},{c}{d}"


def _readings(
    s: SMatrix, ring: tuple[str, ...], rows: tuple[tuple[int, int, int, int, float], ...]
) -> RealArray:
    return np.array(
        [
            resistance(s, current=(ring[a - 1], ring[b - 1]), voltage=(ring[c - 1], ring[d - 1]))
            for a, b, c, d, _ in rows
        ]
    )


def _six(s: SMatrix) -> RealArray:
    return _readings(s, RING, SIX)


def _end_to_end(s: SMatrix) -> float:
    return resistance(s, current=("source", "drain"), voltage=("source", "drain"))


def _hall(s: SMatrix) -> float:
    return resistance(s, current=("source", "drain"), voltage=("1", "3"))


PAGE = Phenomenon(
    id="quantum-spin-hall",
    title="Helical edges and nonlocal resistances",
    statement=(
        "An inverted quantum well conducts by two counterpropagating channels on its edge, one per "
        "spin. Every contact mixes them, so resistances are fractions of h/e² that depend on how "
        "many contacts lie on the way, also where no current should flow. Disorder leaves them "
        "alone unless it is magnetic."
    ),
    kind="computed",
    references=(
        "B. A. Bernevig, T. L. Hughes and S.-C. Zhang, Science 314, 1757 (2006)",
        "M. König et al., Science 318, 766 (2007)",
        "A. Roth et al., Science 325, 294 (2009)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
