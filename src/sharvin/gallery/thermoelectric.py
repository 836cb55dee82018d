"""Thermopower and heat conductance of a contact: peaks on risers, the heat quantum on plateaus."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.device.lead import lead
from sharvin.device.regions import rectangle
from sharvin.formulas import saddle_point, thermal_kernel
from sharvin.gallery.check import Check
from sharvin.gallery.contacts import saddle_contact
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.matter.electron_gas import electron_gas
from sharvin.sweeps.currents import thermoelectric
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN, HBAR2_OVER_2ME

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

OMEGA_X, OMEGA_Y = 1.0, 3.0  # meV
WIDTHS = np.array([0.05, 1.0])  # meV, ħω_x of the two risers of PHYSICS entry 13
KELVIN = 0.1 / BOLTZMANN  # kT = 0.1 meV
MASS, SPACING, ROWS = 0.067, 4.0, 15
ENDS = {"hot": "source", "cold": "drain"}


def model() -> Device:
    """Return a saddle point in GaAs with ħω_x = 1 meV and ħω_y = 3 meV."""
    return saddle_contact(spacing=6.0, hbar_omega_x=OMEGA_X, hbar_omega_y=OMEGA_Y)


def compute(full: bool = False) -> "xr.Dataset":
    """Sharp steps of a clean wire, a saddle on a lattice, and the saddle's closed form."""
    import xarray as xr

    wire = Device(
        electron_gas(mass=MASS, spacing=SPACING),
        region=rectangle(24.0, ROWS * SPACING),
        leads={"source": lead("left"), "drain": lead("right")},
    )
    steps = thermoelectric(wire, **ENDS, chemical_potential=_edges(4), temperature=0.4)
    middle = float(_edges(2).mean())
    plateau = thermoelectric(wire, **ENDS, chemical_potential=middle, temperature=0.4)
    mu = np.linspace(0.3, 7.5, 73 if full else 13)
    swept = thermoelectric(model(), **ENDS, chemical_potential=mu, temperature=KELVIN,
                           tolerance=1e-3)  # fmt: skip
    fine = np.linspace(0.3, 7.5, 145)
    exact = np.array([_coefficients(e, OMEGA_X) for e in fine])
    riser = np.array([_coefficients(4.5, w) for w in WIDTHS])
    mott = np.array([_mott(4.5, w) for w in WIDTHS])
    micro = {"units": "µV/K"}
    return xr.Dataset(
        {
            "S_steps": ("N", steps.seebeck.values * 1e6, micro),
            "S_plateau": ((), float(plateau.seebeck) * 1e6, micro),
            "lorenz_plateau": ((), float(plateau.lorenz_ratio), {"units": "L0"}),
            "kappa_plateau": ((), float(plateau.thermal_conductance), {"units": "W/K"}),
            "S": ("mu", swept.seebeck.values * 1e6, micro),
            "G": ("mu", swept.conductance.values / 7.748091729863649e-5, {"units": "2e²/h"}),
            "lorenz": ("mu", swept.lorenz_ratio.values, {"units": "L0"}),
            "formula": (("level", "what"), exact, {"units": "2e²/h, µV/K, L0"}),
            "riser": (("width", "what"), riser, {"units": "2e²/h, µV/K, L0"}),
            "S_mott": ("width", mott, micro),
        },
        {
            "N": np.arange(4),
            "mu": ("mu", mu, {"units": "meV"}),
            "level": ("level", fine, {"units": "meV"}),
            "width": ("width", WIDTHS, {"units": "meV"}),
            "what": ["G", "S", "lorenz"],
        },
    )


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Ln 2 at steps, one heat quantum on plateaus, and Mott's formula only where it holds."""
    found = [
        Check(f"S at the sharp step {n} to {n + 1} (µV/K)", s, expected, 0.06, "digits")
        for n, s, expected in zip(
            data.N.values, data.S_steps.values, (-119.5, -39.82, -23.89, -17.07), strict=True
        )
    ]
    quantum = np.pi**2 * 1.380649e-23**2 * 0.4 / (3 * 6.62607015e-34)
    found += [
        Check("S on the plateau (µV/K)", data.S_plateau, 0, 1e-3, "exp(-ΔE/2kT)"),
        Check("Lorenz ratio on the plateau", data.lorenz_plateau, 1, 1e-6, "exp(-ΔE/2kT)"),
        Check("κ of one mode with spin (pW/K)", data.kappa_plateau * 1e12, 2 * quantum * 1e12, 1e-6,
              "exp(-ΔE/2kT)"),
    ]  # fmt: skip
    sharp, smooth = data.riser.values
    names = [f"ħω_x = {w:g} meV" for w in WIDTHS]
    for name, row, seebeck, lorenz, mott, expected in zip(
        names, (sharp, smooth), (-39.67, -22.52), (0.9356, 0.9792), data.S_mott.values,
        (-594.0, -29.69), strict=True,
    ):  # fmt: skip
        found += [
            Check(f"S on a riser, {name} (µV/K)", row[1], seebeck, 6e-3, "digits"),
            Check(f"Lorenz ratio there, {name}", row[2], lorenz, 6e-5, "digits"),
            Check(f"Mott's formula, {name} (µV/K)", mott, expected, abs(expected) * 1e-3, "digits"),
        ]
    s_form = np.interp(data.mu, data.level, data.formula.sel(what="S"))
    g_form = np.interp(data.mu, data.level, data.formula.sel(what="G"))
    lattice = "grid of 6 nm shifts thresholds by 2 %"
    found += [
        Check("lattice saddle: deepest S (µV/K)", data.S.min(), s_form.min(), 8.0, lattice),
        Check("lattice saddle: largest |G - formula| (2e²/h)", abs(data.G - g_form).max(), 0, 0.2,
              lattice),
        Check("lattice saddle: Lorenz ratio at 6.1 meV", _at(data.lorenz, 6.1),
              np.interp(6.1, data.level, data.formula.sel(what="lorenz")), 0.02, lattice),
    ]  # fmt: skip
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """Conductance, thermopower and Lorenz ratio against the chemical potential."""
    from sharvin.gallery.drawing import BLUE, GRAY, ORANGE, RED, finish, new_figure, plateaus

    fig, (one, two, three) = new_figure(3)
    labels = {"G": one, "S": two, "lorenz": three}
    for (what, ax), color in zip(labels.items(), (BLUE, RED, ORANGE), strict=True):
        ax.plot(data.level, data.formula.sel(what=what), color=GRAY, label="saddle formula")
        ax.plot(data.mu, data[what], "o", color=color, markersize=4, label="lattice")
        ax.legend(frameon=False, fontsize=9)
    plateaus(one, range(4))
    for n in range(3):
        two.axvline(OMEGA_Y * (n + 0.5), color=GRAY, linewidth=0.6, linestyle=(0, (2, 3)))
    three.axhline(1, color=GRAY, linewidth=0.8)
    x = "chemical potential (meV)"
    finish(one, x=x, y="G (2e²/h)", title="Staircase at kT = 0.1 meV")
    finish(two, x=x, y="S (µV/K)", title="Thermopower peaks on the risers")
    finish(three, x=x, y=r"$\kappa / L_0 G T$", title="Wiedemann and Franz hold on plateaus")
    return fig


def _edges(count: int) -> RealArray:
    """Subband edges of the lattice wire, in closed form."""
    t = HBAR2_OVER_2ME / (MASS * SPACING**2)
    edges: RealArray = 2 * t - 2 * t * np.cos(np.pi * np.arange(1, count + 1) / (ROWS + 1))
    return edges


def _coefficients(mu: float, hbar_omega_x: float) -> tuple[float, float, float]:
    """G (2e²/h), S (µV/K) and Lorenz ratio of the saddle's closed form."""
    width = BOLTZMANN * KELVIN
    energy = np.linspace(mu - 40 * width, mu + 40 * width, 8001)
    t = saddle_point(energy, hbar_omega_x=hbar_omega_x, hbar_omega_y=OMEGA_Y, modes=8).sum(axis=-1)
    weight = t * thermal_kernel(energy, mu, width) * (energy[1] - energy[0])
    l0, l1, l2 = ((energy - mu) ** j @ weight for j in range(3))
    seebeck = -l1 / (KELVIN * l0) * 1e3
    lorenz = (l2 - l1**2 / l0) / l0 / (np.pi**2 / 3 * width**2)
    return float(l0), float(seebeck), float(lorenz)


def _mott(mu: float, hbar_omega_x: float, step: float = 1e-4) -> float:
    """Mott's formula at T = 0 transmissions, µV/K."""
    ends = np.array([mu - step, mu + step])
    t = saddle_point(ends, hbar_omega_x=hbar_omega_x, hbar_omega_y=OMEGA_Y, modes=8).sum(axis=-1)
    slope = np.log(t[1] / t[0]) / (2 * step)
    return float(-(np.pi**2) / 3 * BOLTZMANN**2 * KELVIN * slope * 1e3)


def _at(values: "xr.DataArray", mu: float) -> float:
    return float(values.interp(mu=mu))


PAGE = Phenomenon(
    id="thermoelectric",
    title="Electricity from heat",
    statement=(
        "The thermopower of a contact is zero on plateaus and -(k/e) ln 2/(N + 1/2) at a sharp "
        "step. Each open mode carries the quantum of heat, so that the two conductances "
        "keep the ratio of Wiedemann and Franz on plateaus, and not on risers. Mott's formula "
        "fails where the step is sharper than kT."
    ),
    kind="computed",
    references=(
        "P. Streda, J. Phys.: Condens. Matter 1, 1025 (1989)",
        "L. W. Molenkamp et al., Phys. Rev. Lett. 65, 1052 (1990); 68, 3765 (1992)",
        "S. Jezouin et al., Science 342, 601 (2013)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
