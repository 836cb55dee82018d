"""The saddle point: how sharp a step is, and what G = 3.041 means."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.formulas import (
    cyclotron_energy,
    saddle_energies,
    saddle_point,
    saddle_point_in_field,
    saddle_riser,
)
from sharvin.gallery.check import Check
from sharvin.gallery.contacts import saddle_contact
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.scan import energies, transmissions
from sharvin.typing import RealArray

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MASS, OMEGA_X, OMEGA_Y = 0.067, 1.0, 3.0  # GaAs; meV
ENERGY = 10.0  # meV above the saddle: half of ħω_x below the fourth step
SPACINGS = (5.0, 2.0, 1.6)  # nm
FINER = (1.25,)  # nm, with full=True
FIELDS = np.array([0.0, 0.5, 1.0, 2.0, 5.0])  # T
TESTED_FIELD, TESTED_MODE = 2.0, 1  # the middle of this step is simulated, too
RATIOS = np.array([1.0, 2.0, 3.0])  # ω_y/ω_x
STRONG = 1e3  # ω_c/ω_x of a strong field


def model() -> Device:
    """Return a saddle point in GaAs, ħω_x = 1 meV and ħω_y = 3 meV, in a field B, on 4 nm."""
    return _saddle(4.0)


def compute(full: bool = False) -> "xr.Dataset":
    """Evaluate the formulas, and solve the same saddle on grids that get finer."""
    import xarray as xr

    spacings = np.array(SPACINGS + (FINER if full else ()))
    middle = 1.5 * _spacing(TESTED_FIELD)
    points = [{"energy": ENERGY, "B": 0.0}, {"energy": middle, "B": TESTED_FIELD}]
    simulated = np.array([transmissions(_saddle(a), points) for a in spacings])
    energy = np.linspace(0, 13, 521)
    lattice = np.linspace(1.2, 10.2, 37)
    curve = transmissions(_saddle(5.0), energies(lattice, B=0.0))
    e2 = {"units": "e²/h"}
    parts = {
        "G_lattice": (("spacing", "point"), simulated, {"units": "2e²/h"}),
        "G_coarse": ("lattice_energy", curve, {"units": "2e²/h"}),
        "T": (
            ("ratio", "energy_ratio", "n"),
            np.stack([_transmission(RATIOS.max() * energy / 13 * r, 1.0, r, 8) for r in RATIOS]),
            {"units": "1"},
        ),
        "G": ("energy", _transmission(energy, OMEGA_X, OMEGA_Y, 20).sum(-1), e2),
        "G_10": ((), _transmission(ENERGY, OMEGA_X, OMEGA_Y, 20).sum(), {"units": "2e²/h"}),
        "T_10": ("n", _transmission(ENERGY, OMEGA_X, OMEGA_Y, 8), {"units": "1"}),
        "G_field": (
            ("B", "energy"),
            np.stack([_in_field(energy, b) for b in FIELDS]),
            {"units": "2e²/h"},
        ),
        "G_field_10": ("B", np.array([_in_field(ENERGY, b) for b in FIELDS]), {"units": "2e²/h"}),
        "missing": ("ratio", [1 - _transmission(r, 1.0, r, 1)[0] for r in RATIOS], {"units": "1"}),
        "width": ((), _measured_width(), {"units": "ħω_x"}),
        "slope": ((), _slope(), {"units": "1/ħω_x"}),
        "E_1_strong": ((), saddle_energies(1.0, 3.0, STRONG)[0], {"units": "ħω_x"}),
        "E_1": ("B", np.array([_energies(b)[0] for b in FIELDS]), {"units": "meV"}),
        "E_2": ("B", np.array([_energies(b)[1] for b in FIELDS]), {"units": "meV"}),
    }
    coordinates = {
        "spacing": ("spacing", spacings, {"units": "nm"}),
        "point": ["10 meV, 0 T", f"{middle:.4g} meV, {TESTED_FIELD:g} T"],
        "energy": ("energy", energy, {"units": "meV"}),
        "energy_ratio": ("energy_ratio", RATIOS.max() * energy / 13, {"long_name": "E/ħω_y"}),
        "lattice_energy": ("lattice_energy", lattice, {"units": "meV"}),
        "B": ("B", FIELDS, {"units": "T"}),
        "ratio": ("ratio", RATIOS, {"long_name": "ω_y/ω_x"}),
    }
    return xr.Dataset(parts, coordinates)


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """3.0414237 twice, the sharpness of a step, and magnetic depopulation."""
    limit = continuum(data.spacing.values, data.G_lattice.values)
    coarse = data.G_lattice.sel(spacing=5.0).values[0]
    narrow = "the grid's a⁴ and the bend of the parabola, 4e-4 together"
    found = [
        Check("G/G0 at 10 meV, formula", data.G_10, 3.0414237, 1e-6, "printed digits"),
        Check("T of the fourth mode", data.T_10.values[3], 0.0414238, 1e-7, "printed digits"),
        Check("G/G0 at 10 meV, lattice with a → 0", limit[0], data.G_10, 0.002, narrow),
        Check("G/G0 at 10 meV, lattice of 5 nm", coarse, 3.10, 0.005, "grid error of 5 nm"),
        Check("G/G0 in the middle of a step at 2 T, a → 0", limit[1], 1.5, 0.002, narrow),
        Check("10-90 % width of a step (ħω_x)", data.width, 0.6994, 1e-4, "digits"),
        Check("slope dT/dE at a step (1/ħω_x)", data.slope, np.pi / 2, 1e-6, "finite difference"),
    ]
    exact = (0.0414, 1.864e-3, 8.07e-5)
    for ratio, missing, expected in zip(RATIOS, data.missing.values, exact, strict=True):
        name = f"1 - T in the middle of the plateau, ω_y/ω_x = {ratio:g}"
        found.append(Check(name, missing, expected, 1e-3 * expected, "printed digits"))
    table = (3.04142, 3.003073, 2.999966, 2.000005, 1.000000)
    for field, g, expected in zip(data.B.values, data.G_field_10.values, table, strict=True):
        found.append(Check(f"G/G0 at {field:g} T", g, expected, 6e-6, "printed digits"))
    ratio = float(data.E_1_strong) / (3.0 / (2 * STRONG))
    found.append(Check("E_1 in a strong field over ħω_xω_y/2ω_c", ratio, 1, 2e-5, "(ω_y/ω_c)²"))
    return tuple(found)


def continuum(spacing: RealArray, values: RealArray) -> RealArray:
    """Values at zero spacing, from the two finest grids: the error grows as a²."""
    order = np.argsort(spacing)
    fine, next_ = spacing[order[:2]] ** 2
    limit: RealArray = (next_ * values[order[0]] - fine * values[order[1]]) / (next_ - fine)
    return limit


def figure(data: "xr.Dataset") -> "Figure":
    """Steps of three saddles, the same saddle on a lattice, and in a field."""
    from sharvin.gallery.drawing import BLUE, COLORS, ORANGE, finish, new_figure, plateaus

    fig, (left, middle, right) = new_figure(3)
    plateaus(left, range(4))
    for ratio, color in zip(data.ratio.values, (COLORS[4], COLORS[1], COLORS[0]), strict=True):
        total = data.T.sel(ratio=ratio).sum("n")
        left.plot(data.energy_ratio, total, color=color, linewidth=1.8, label=f"{ratio:g}")
    for n in range(3):
        each = data.T.sel(ratio=3.0).isel(n=n)
        left.plot(data.energy_ratio, each, color=BLUE, linewidth=0.8, alpha=0.5)
    left.legend(title=r"$\omega_y/\omega_x$", frameon=False, fontsize=9)
    left.set_xlim(0, 3)
    left.set_ylim(-0.05, 3.1)
    finish(left, x=r"$(E - V_0)/\hbar\omega_y$", y="G (2e²/h)", title="Plateaus need a long saddle")

    plateaus(middle, range(4))
    middle.plot(data.energy, data.G, color=BLUE, linewidth=1.8, label="formula")
    middle.plot(data.lattice_energy, data.G_coarse, "o", color=ORANGE, markersize=3.5, label="5 nm")
    middle.set_xlim(0, 10.6)
    middle.set_ylim(-0.05, 3.4)
    middle.legend(frameon=False, fontsize=9, loc="upper left")
    finish(middle, x=r"$E - V_0$ (meV)", y="G (2e²/h)", title="The same saddle on a lattice")
    _draw_limit(middle.inset_axes((0.63, 0.16, 0.36, 0.36)), data)

    plateaus(right, range(5))
    for field, color in zip(data.B.values, COLORS, strict=True):
        curve = data.G_field.sel(B=field)
        right.plot(data.energy, curve, color=color, linewidth=1.5, label=f"{field:g} T")
    right.set_xlim(0, 13)
    right.legend(frameon=False, fontsize=9, loc="upper left")
    finish(right, x=r"$E - V_0$ (meV)", y="G (2e²/h)", title="A field widens and flattens them")
    return fig


def _draw_limit(axes: "Axes", data: "xr.Dataset") -> None:
    """Conductance at 10 meV against the square of the grid constant."""
    from sharvin.gallery.drawing import BLUE, INK, ORANGE, finish

    order = np.argsort(data.spacing.values)
    squares, at_10 = data.spacing.values[order] ** 2, data.G_lattice.values[order, 0]
    limit = continuum(data.spacing.values, data.G_lattice.values)[0]
    axes.plot([0, *squares], [limit, *at_10], "-", color=ORANGE, linewidth=1)
    axes.plot(squares, at_10, "o", color=ORANGE, markersize=3.5)
    axes.plot(0, data.G_10, "D", color=BLUE, markersize=4.5, clip_on=False)
    axes.annotate(
        f"{float(data.G_10):.4f}", (0, float(data.G_10)), xytext=(8, -7), fontsize=8, color=INK,
        textcoords="offset points",
    )  # fmt: skip
    finish(axes, x="", y="")
    axes.set_ylim(3.02, 3.12)
    axes.set_title("G at 10 meV against a² (nm²)", fontsize=7.5, color=INK)
    axes.tick_params(labelsize=7)


def _saddle(spacing: float) -> Device:
    return saddle_contact(
        spacing=spacing, hbar_omega_x=OMEGA_X, hbar_omega_y=OMEGA_Y, mass=MASS, field="B"
    )


def _transmission(energy: RealArray | float, x: float, y: float, modes: int) -> RealArray:
    return saddle_point(energy, hbar_omega_x=x, hbar_omega_y=y, modes=modes)


def _in_field(energy: RealArray | float, field: float) -> RealArray:
    total: RealArray = saddle_point_in_field(
        energy,
        hbar_omega_x=OMEGA_X,
        hbar_omega_y=OMEGA_Y,
        hbar_omega_c=cyclotron_energy(field, MASS),
        modes=20,
    ).sum(axis=-1)
    return total


def _energies(field: float) -> tuple[float, float]:
    return saddle_energies(OMEGA_X, OMEGA_Y, cyclotron_energy(field, MASS))


def _spacing(field: float) -> float:
    return _energies(field)[1]


def _measured_width() -> float:
    """Width read off the curve itself, in ħω_x; `saddle_riser` is the formula."""
    energy = np.linspace(-2, 2, 40001) + 1.5 * saddle_riser(1.0)
    step = _transmission(energy, 1.0, 2 * 1.5 * saddle_riser(1.0), 1)[:, 0]
    low, high = np.interp([0.1, 0.9], step, energy)
    return float(high - low)


def _slope(step: float = 1e-4) -> float:
    around = _transmission(np.array([1.5 - step, 1.5 + step]), 1.0, 3.0, 1)[:, 0]
    return float((around[1] - around[0]) / (2 * step))


PAGE = Phenomenon(
    id="saddle-point",
    title="The saddle point and G/G₀ = 3.041",
    statement=(
        "A contact is a saddle of the potential. Each mode tunnels through an inverted parabola, "
        "T_n = 1/(1 + exp(-2π ε_n)), so a step is 0.70 ħω_x wide and plateaus need ω_y > ω_x. Half "
        "of ħω_x below the fourth step, G = 3.041·2e²/h: three open modes and the tail of one. A "
        "perpendicular field pushes the steps apart and sharpens them."
    ),
    kind="computed",
    references=(
        "M. Büttiker, Phys. Rev. B 41, 7906 (1990)",
        "H. A. Fertig and B. I. Halperin, Phys. Rev. B 36, 7969 (1987)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
