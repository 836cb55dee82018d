"""Spins apart: half steps, and a current of one spin."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.formulas import spin_polarization, zeeman_saddle, zeeman_splitting
from sharvin.gallery.check import Check
from sharvin.gallery.contacts import saddle_contact
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.scan import scan
from sharvin.matter.electron_gas import electron_gas
from sharvin.scattering.smatrix import SMatrix
from sharvin.typing import RealArray
from sharvin.units import BOHR_MAGNETON

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

MASS, G_FACTOR = 0.023, -15.0  # InAs
OMEGA_X, OMEGA_Y = 0.5, 3.0  # meV
SPLITTING = 1.2  # meV
FIELD = SPLITTING / (abs(G_FACTOR) * BOHR_MAGNETON)  # T
PLATEAUS = np.array([1.5, 3.0, 4.5, 6.0])  # meV, their middles
FIELDS = FIELD * np.array([0.0, 1.0, 2.0])


def model() -> Device:
    """Return a saddle point in InAs in a field B_parallel (T) that only the spin feels."""
    gas = electron_gas(mass=MASS, spacing=6.0, g_factor=G_FACTOR, zeeman="B_parallel")
    return saddle_contact(
        spacing=6.0,
        hbar_omega_x=OMEGA_X,
        hbar_omega_y=OMEGA_Y,
        mass=MASS,
        drop=5.0,
        length=900.0,
        width=230.0,
        model=gas,
    )


def compute(full: bool = False) -> "xr.Dataset":
    """Conductance of each spin against energy, at several fields."""
    import xarray as xr

    device = model()
    energy = np.linspace(0.0, 7.2, 145 if full else 49)
    points = [{"energy": e, "B_parallel": b} for b in FIELDS for e in energy]
    spins = scan(device, points, _spins).reshape(len(FIELDS), len(energy), 2)
    middles = scan(device, [{"energy": e, "B_parallel": FIELD} for e in PLATEAUS], _spins)
    reverse = scan(device, [{"energy": PLATEAUS[0], "B_parallel": -FIELD}], _spins)[0]
    flipped = scan(device, [{"energy": PLATEAUS[0], "B_parallel": FIELD}], _flips)[0]
    e2 = {"units": "e²/h"}
    parts = {
        "G": (("B", "energy", "spin"), spins, e2),
        "G_middle": (("plateau", "spin"), middles, e2),
        "G_reverse": ("spin", reverse, e2),
        "G_flip": ((), flipped, e2),
        "G_formula": (("energy", "order"), _formula(energy), e2),
        "G_middle_formula": (("plateau", "order"), _formula(PLATEAUS), e2),
        "gallium_arsenide": ((), 1e3 * zeeman_splitting(-0.44, 1.0), {"units": "µeV"}),
    }
    coordinates = {
        "B": ("B", FIELDS, {"units": "T"}),
        "energy": ("energy", energy, {"units": "meV"}),
        "spin": ["up", "down"],
        "order": ["lower", "upper"],
        "plateau": ("plateau", PLATEAUS, {"units": "meV"}),
    }
    return xr.Dataset(parts, coordinates)


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Half and full plateaus, and how polarized their currents are."""
    found = []
    formula, simulated = data.G_middle_formula.sum("order"), data.G_middle.sum("spin")
    for n, exact, g in zip((1, 2, 3, 4), formula.values, simulated.values, strict=True):
        found.append(
            Check(f"plateau {n} (e²/h), formula", exact, n, 1e-3, "tails exp(-2π·0.6/0.5)")
        )
        reason = "tails and the shift of the levels on a grid of 6 nm"
        found.append(Check(f"plateau {n} (e²/h), lattice", g, n, 3e-3, reason))
    polarized = spin_polarization(data.G_middle.sel(spin="up"), data.G_middle.sel(spin="down"))
    for n, p in zip((1, 2, 3, 4), polarized, strict=True):
        ideal = (np.ceil(n / 2) - np.floor(n / 2)) / n
        found.append(Check(f"polarization on plateau {n}", p, ideal, 2e-3, "the same tails"))
    reverse = float(spin_polarization(*data.G_reverse.values))
    found.append(Check("polarization on plateau 1, field reversed", reverse, -1, 2e-3, "tails"))
    found.append(Check("spin flips (e²/h)", data.G_flip, 0.0, 1e-12, "S_z is conserved"))
    curve = data.G.sel(B=FIELD, method="nearest").sum("spin") - data.G_formula.sum("order")
    reason = "slope π/2ħω_x of a step times the grid's shift, 0.04 meV"
    found.append(Check("largest |lattice - formula| (e²/h)", np.abs(curve).max(), 0, 0.15, reason))
    found.append(
        Check("splitting of GaAs at 1 T (µeV)", data.gallium_arsenide, 25.5, 0.05, "digits")
    )
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """Staircases that split, and the polarization of the current."""
    from sharvin.gallery.drawing import BLUE, COLORS, GRAY, RED, finish, new_figure, plateaus

    fig, (left, right) = new_figure(2)
    offset = 0.0
    plateaus(left, range(5))
    for field, color in zip(data.B.values, COLORS, strict=False):
        total = data.G.sel(B=field).sum("spin")
        left.plot(data.energy + offset, total, color=color, label=f"{field:.2g} T")
        offset += 0.9
    left.legend(frameon=False, fontsize=9, title="in-plane field")
    finish(
        left, x="energy (meV, each curve moved by 0.9)", y="G (e²/h)",
        title="Every second plateau is a half one in 2e²/h",
    )  # fmt: skip
    plateaus(right, range(5))
    at = data.G.sel(B=FIELD, method="nearest")
    for spin, color, marker in (("up", BLUE, "↑"), ("down", RED, "↓")):
        right.plot(data.energy, at.sel(spin=spin), color=color, label=f"G{marker}")
    right.plot(data.energy, at.sum("spin"), color=GRAY, linewidth=1, label="sum")
    right.legend(frameon=False, fontsize=9, loc="upper left")
    finish(right, x="energy (meV)", y="G (e²/h)", title=f"The two spins at {FIELD:.2f} T")
    twin = right.twinx()
    shown = at.sum("spin") > 0.02
    polarization = spin_polarization(at.sel(spin="up"), at.sel(spin="down"))
    twin.fill_between(data.energy, np.where(shown, polarization, 0), color=GRAY, alpha=0.22, lw=0)
    twin.set_ylim(0, 2.4)
    twin.set_yticks([0, 1 / 3, 1], ["0", "⅓", "1"])
    twin.set_ylabel("polarization (shaded)", fontsize=9)
    twin.spines[["top"]].set_visible(False)
    return fig


def _spins(s: SMatrix) -> list[float]:
    return [s.transmission(to=("drain", spin), from_="source") for spin in ("up", "down")]


def _flips(s: SMatrix) -> float:
    return s.transmission(to=("drain", "up"), from_=("source", "down"))


def _formula(energy: RealArray) -> RealArray:
    return zeeman_saddle(
        energy, splitting=SPLITTING, hbar_omega_x=OMEGA_X, hbar_omega_y=OMEGA_Y, modes=6
    )


PAGE = Phenomenon(
    id="zeeman",
    title="Half steps in a magnetic field",
    statement=(
        "A field along the plane moves the two spins apart by gµ_B B. Once that exceeds the width "
        "of a step (0.7 ħω_x) and 4kT, the staircase climbs by e²/h, and on the half plateaus one "
        "spin is ahead: the current on the first is fully polarized."
    ),
    kind="computed",
    references=(
        "D. A. Wharam et al., J. Phys. C 21, L209 (1988)",
        "K. J. Thomas et al., Phys. Rev. Lett. 77, 135 (1996)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
