"""Temperature smears the staircase, and the staircase measures temperature."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.formulas import (
    KERNEL_FWHM,
    KERNEL_RMS,
    STEP_WIDTH,
    intrinsic_thermal_energy,
    plateau_slope,
    saddle_point,
    thermal_average,
    thermal_kernel,
    thermal_step,
)
from sharvin.gallery.check import Check
from sharvin.gallery.contacts import saddle_contact
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.scan import energies, transmissions
from sharvin.sweeps.measure import conductance
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

OMEGA_X, OMEGA_Y = 1.0, 3.0  # meV
SPACING = 5.0  # nm
SHOWN = np.array([0.0, 1.0, 4.2, 10.0])  # K
SET = np.array([0.1, 0.3, 0.6, 1.0, 2.0, 3.0, 4.2, 6.0, 8.0])  # K, read back from a riser
QUIET = (3.0, 6.0, 9.0)  # meV, the middles of the plateaus
VERB = (4.2, 4.3)  # K and meV at which `sharvin.conductance` must agree


def model() -> Device:
    """Return a saddle point in GaAs with ħω_x = 1 meV and ħω_y = 3 meV."""
    return saddle_contact(spacing=SPACING, hbar_omega_x=OMEGA_X, hbar_omega_y=OMEGA_Y)


def compute(full: bool = False) -> "xr.Dataset":
    """Solve the contact at T = 0 once, smear it at every temperature, read the risers."""
    import xarray as xr
    from scipy.interpolate import CubicSpline

    device = model()
    grid = np.arange(-0.5, 24.0, 0.05 if full else 0.1)
    cold = transmissions(device, energies(grid))

    between = CubicSpline(grid, cold)

    def simulated(energy: RealArray) -> RealArray:
        inside = np.clip(energy, grid[0], grid[-1])
        return np.where(energy < grid[0], 0.0, between(inside))

    mu = np.linspace(0.0, 10.6, 213)
    kelvin, potential = VERB
    verb = conductance(
        device, to="drain", from_="source", chemical_potential=potential, temperature=kelvin,
        unit="2e²/h", progress=False,
    )  # fmt: skip
    parts = {
        "G": (("T", "mu"), np.stack([_smeared(simulated, mu, t) for t in SHOWN]), _G0),
        "G_verb": ((), float(verb), _G0),
        "G_same": ((), _smeared(simulated, np.array([potential]), kelvin)[0], _G0),
        "T_read": ("T_set", np.array([_read(simulated, t) for t in SET]), {"units": "K"}),
        "T_formula": ("T_set", np.array([_read(_saddle, t) for t in SET]), {"units": "K"}),
        "G_saddle": ("kT", np.array([_average(10.0, kt) for kt in _KT]), _G0),
        "G_quiet": ("kT", np.array([_average(9.0, kt) for kt in _KT]), _G0),
        "slope": ("ratio", np.array([_slope(r) for r in _RATIOS]), {"units": "1"}),
        "kernel": ("widths", np.array(_kernel_widths()), {"units": "kT"}),
    }
    coordinates = {
        "T": ("T", SHOWN, {"units": "K"}),
        "mu": ("mu", mu, {"units": "meV"}),
        "T_set": ("T_set", SET, {"units": "K"}),
        "kT": ("kT", _KT, {"units": "meV"}),
        "ratio": ("ratio", _RATIOS, {"long_name": "kT/ΔE"}),
        "widths": ["norm", "FWHM", "rms", "step 10-90 %"],
    }
    return xr.Dataset(parts, coordinates)


_G0 = {"units": "2e²/h"}
_KT = np.array([0.02, 0.1, 0.2, 0.5, 1.0])
_RATIOS = np.array([0.05, 0.1, 0.15, 0.2, 0.25])


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Widths of the kernel, the smeared saddle, and thermometers that read right or saturate."""
    norm, fwhm, rms, step = data.kernel.values
    digits = "printed digits"
    found = [
        Check("∫(-∂f/∂E) dE", norm, 1.0, 1e-8, "trapezoidal rule"),
        Check("its FWHM (kT)", fwhm, KERNEL_FWHM, 1e-4, "interpolation"),
        Check("its rms width (kT)", rms, KERNEL_RMS, 1e-6, "trapezoidal rule"),
        Check("10-90 % width of an ideal step (kT)", step, STEP_WIDTH, 1e-4, "interpolation"),
        Check("FWHM at 4.2 K (meV)", fwhm * BOLTZMANN * 4.2, 1.2760, 1e-4, digits),
    ]
    for kt, g, expected in zip(
        _KT, data.G_saddle.values, (3.04238, 3.06728, 3.13063, 3.27529, 3.32912), strict=True
    ):
        found.append(Check(f"G/G0 at 10 meV, kT = {kt:g} meV", g, expected, 6e-6, digits))
    found.append(Check("G/G0 at 9 meV, kT = 1 meV", data.G_quiet.values[-1], 3.0, 5e-5, digits))
    table = (0.0018, 0.133, 0.443, 0.701, 0.840)
    for ratio, slope, expected in zip(_RATIOS, data.slope.values, table, strict=True):
        name = f"slope in mid-plateau, kT/ΔE = {ratio:g}"
        found.append(Check(name, slope, expected, 6e-4, digits))
        found.append(Check(f"{name}, formula", plateau_slope(1 / ratio), slope, 1e-6, "two routes"))
    name = "sharvin.conductance at 4.2 K and 4.3 meV (2e²/h)"
    found.append(Check(name, data.G_verb, data.G_same, 2e-4, "its tolerance is 1e-4"))
    read, formula = data.T_read.values, data.T_formula.values
    floor = intrinsic_thermal_energy(OMEGA_X) / BOLTZMANN
    found += [
        Check("thermometer at 0.1 K reads ħω_x/2πk (K)", read[0], floor, 0.06, "grid of 5 nm: 2 %"),
        Check("thermometer at 4.2 K (K)", read[6], formula[6], 0.05, "grid of 5 nm"),
        Check("less what tunneling adds, in squares (K)", _net(read[6], floor), 4.2, 0.25,
              "steps of two shapes do not quite add in squares"),
    ]  # fmt: skip
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """Smeared staircases, and what their first riser says about the temperature."""
    from sharvin.gallery.drawing import BLUE, COLORS, GRAY, ORANGE, finish, new_figure, plateaus

    fig, (left, right) = new_figure(2)
    plateaus(left, range(4))
    for kelvin, color in zip(data["T"].values, COLORS, strict=False):
        left.plot(data.mu, data.G.sel(T=kelvin), color=color, label=f"{kelvin:g} K")
    left.legend(frameon=False, fontsize=9)
    left.set_ylim(-0.05, 3.6)
    finish(
        left, x="chemical potential (meV)", y="G (2e²/h)", title="One contact, four temperatures"
    )
    floor = intrinsic_thermal_energy(OMEGA_X) / BOLTZMANN
    line = np.array([0.08, 12.0])
    right.loglog(line, line, color=GRAY, linewidth=1, label="a perfect thermometer")
    right.axhline(floor, color=ORANGE, linewidth=1, linestyle=(0, (4, 3)))
    right.text(11.5, floor * 0.72, r"tunneling, $\hbar\omega_x/2\pi k_B$", color=ORANGE, ha="right")
    right.loglog(data.T_set, data.T_formula, color=BLUE, linewidth=1.2, label="formula")
    right.loglog(data.T_set, data.T_read, "o", color=BLUE, markersize=5, label="simulated contact")
    right.legend(frameon=False, fontsize=9, loc="upper left")
    right.set_ylim(0.08, 14)
    title = "Temperature read from the first riser"
    finish(right, x="temperature (K)", y="width of the riser / 4.39 k (K)", title=title)
    return fig


def _saddle(energy: RealArray) -> RealArray:
    total: RealArray = saddle_point(
        energy, hbar_omega_x=OMEGA_X, hbar_omega_y=OMEGA_Y, modes=12
    ).sum(axis=-1)
    return total


def _smeared(function: "_Curve", mu: RealArray, kelvin: float) -> RealArray:
    if kelvin == 0:
        return function(mu)
    return thermal_average(function, mu, BOLTZMANN * kelvin)


def _average(mu: float, thermal_energy: float) -> float:
    return float(thermal_average(_saddle, mu, thermal_energy))


def _read(function: "_Curve", kelvin: float) -> float:
    """Temperature that the 10-90 % width of the first riser stands for."""
    mu = np.linspace(-4.0, 3.0, 141)
    g = _smeared(function, mu, kelvin)
    # The second step begins before the first is complete: take what the foot says, up to half.
    low, half = np.interp([0.1, 0.5], g, mu)
    return float(2 * (half - low) / STEP_WIDTH / BOLTZMANN)


def _net(read: float, floor: float) -> float:
    return float(np.sqrt(read**2 - floor**2))


def _slope(ratio: float, step: float = 1e-4) -> float:
    """Slope between two steps at 0 and 1, in steps per spacing."""
    around = thermal_step(np.array([0.5 - step, 0.5 + step]), [0.0, 1.0], ratio)
    return float((around[1] - around[0]) / (2 * step))


def _kernel_widths() -> tuple[float, float, float, float]:
    """Norm, FWHM and rms of the kernel, and the width of a step, on a grid."""
    e = np.linspace(-40, 40, 16001)
    kernel, spacing = thermal_kernel(e, 0.0, 1.0), e[1] - e[0]
    right = e > 0
    half = np.interp(-kernel.max() / 2, -kernel[right], e[right])
    step = np.interp([0.1, 0.9], thermal_step(e, [0.0], 1.0), e)
    norm = kernel.sum() * spacing
    return norm, 2 * half, float(np.sqrt((kernel * e**2).sum() * spacing)), step[1] - step[0]


if TYPE_CHECKING:
    from collections.abc import Callable

    _Curve = Callable[[RealArray], RealArray]

PAGE = Phenomenon(
    id="thermal",
    title="Smeared by temperature",
    statement=(
        "At a temperature the conductance is the average of T(E) over 3.5 kT around the chemical "
        "potential. Plateaus survive up to kT = ΔE/4. A riser is a thermometer as long as kT is "
        "larger than ħω_x/2π, the width that tunneling alone gives it."
    ),
    kind="computed",
    references=("P. F. Bagwell and T. P. Orlando, Phys. Rev. B 40, 1456 (1989)",),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
