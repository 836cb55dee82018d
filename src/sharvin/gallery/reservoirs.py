"""Where the heat of a resistor without dissipation goes: into the reservoirs."""

from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.device.device import Device
from sharvin.device.lead import lead
from sharvin.device.regions import rectangle
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.matter.electron_gas import electron_gas
from sharvin.observables.spectrum import Spectrum
from sharvin.scattering.smatrix import SMatrix
from sharvin.sweeps.currents import current, reservoir_heat
from sharvin.sweeps.spectra import spectrum
from sharvin.typing import RealArray
from sharvin.units import HBAR2_OVER_2ME

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

MASS, SPACING, ROWS = 0.067, 6.0, 10
BIAS = np.linspace(0.0, 2e-3, 21)  # V, of electrons: the source is lifted by eV
LIFT = 0.05  # meV: how far the bottom lies below the level of the source, at full bias
ENDS = ("source", "drain")


def model() -> Device:
    """Return a clean wire in GaAs, 60 nm wide: each subband opens like a step."""
    return Device(
        electron_gas(mass=MASS, spacing=SPACING),
        region=rectangle(30.0, ROWS * SPACING),
        leads={"source": lead("left"), "drain": lead("right")},
    )


def compute(full: bool = False) -> "xr.Dataset":
    """Heat into both reservoirs of an open mode and of a step, against the voltage."""
    import xarray as xr

    device, cold = model(), "0 K"
    flat = SMatrix(np.array([[0, 1], [1, 0]], complex), ENDS, (1, 1), degeneracy=2)
    base = _bottom() + 1.0  # with its 2 meV of bias on the first plateau, which is 3.7 meV long
    plateau = spectrum(
        device, chemical_potential=base, voltages={"source": -BIAS[-1]}, temperature=cold
    )
    # The step lies LIFT below the source's level: all that passes leaves within LIFT of it.
    edge = _bottom() + LIFT - 1e3 * BIAS[-1]
    step = spectrum(
        device, chemical_potential=edge, voltages={"source": -BIAS[-1]}, temperature=cold
    )
    warm = "0.25 K"
    difference = {"source": "0.5 K"}
    rows = [_balance(flat, 0.0), _balance(plateau, base), _balance(step, edge)]
    single = reservoir_heat(flat, voltages={"source": "1 mV"})
    idle = reservoir_heat(
        device, chemical_potential=base + 1.0, temperature=warm, temperatures=difference
    )
    watt = {"units": "W"}
    return xr.Dataset(
        {
            "heat": (("case", "bias", "reservoir"), [heat for heat, _ in rows], watt),
            "power": (("case", "bias"), [power for _, power in rows], watt),
            "I_mV": ((), float(current(flat, lead="source", voltages={"source": 1e-3})),
                     {"units": "A"}),
            "Q_mV": ("reservoir", single, watt),
            "Q_heat": ("reservoir", idle.values, watt),
        },
        {
            "bias": ("bias", BIAS, {"units": "V"}),
            "case": ["open mode", "plateau", "step"],
            "reservoir": list(ENDS),
        },
    )  # fmt: skip


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Half to each side where all energies pass; all to one side where only the highest do."""
    pico = 1e12
    found = [
        Check("I of one spin-degenerate mode at 1 mV (nA)", data.I_mV * 1e9, 77.48, 5e-3, "digits"),
    ]
    for name, value in zip(ENDS, data.Q_mV.values, strict=True):
        found.append(Check(f"heat into the {name} (pW)", value * pico, 38.74, 5e-3, "digits"))
    found.append(
        Check("both together: IV (pW)", data.Q_mV.sum() * pico, data.I_mV * 1e-3 * pico, 1e-9,
              "energy is conserved")
    )  # fmt: skip
    for case in data.case.values:
        heat, power = data.heat.sel(case=case).sum("reservoir"), data.power.sel(case=case)
        worst = float(abs(heat / power - 1)[1:].max())
        found.append(Check(f"energy balance, {case}: largest |ΣQ/IV - 1|", worst, 0, 1e-9, "exact"))
    last = data.heat.isel(bias=-1) / data.power.isel(bias=-1)
    half = float(last.sel(case="plateau", reservoir="drain"))
    found.append(
        Check(
            "plateau: share of the drain",
            half,
            0.5,
            1e-3,
            "one mode in the window",
        )
    )
    drain, source = (float(last.sel(case="step", reservoir=r)) for r in ("drain", "source"))
    # The window reaches from the step at LIFT below to the source's level.
    expected = 1 - LIFT / (2e3 * BIAS[-1])
    found += [
        Check("step: share of the drain", drain, expected, 1e-3, "1 - lift/2eV"),
        Check("step: share of the source", source, 1 - expected, 1e-3, "lift/2eV"),
    ]
    quantum = 0.25 * np.pi**2 / 6 * 1.380649e-23**2 / 6.62607015e-34 * (1 - 0.25) * 2
    hot = -float(data.Q_heat.sel(reservoir="source"))
    found.append(
        Check("heat at V = 0 between 0.5 K and 0.25 K (fW)", hot * 1e15, quantum * 1e15,
              1e-3 * quantum * 1e15, "quantum of heat of a mode with spin")
    )  # fmt: skip
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """Heat of both reservoirs and Joule's power against the voltage, twice."""
    from sharvin.gallery.drawing import BLUE, GRAY, RED, finish, new_figure

    fig, axes = new_figure(2, sharey=False)
    titles = {"plateau": "Every energy passes: half to each", "step": "A step: hot electrons only"}
    for ax, (case, title) in zip(axes, titles.items(), strict=True):
        one, volt = data.sel(case=case), data.bias * 1e3
        unit = 1e12
        ax.plot(volt, one.power * unit, color=GRAY, linewidth=5, alpha=0.45, label="IV")
        ax.plot(volt, one.heat.sum("reservoir") * unit, color="black", linewidth=1, label="sum")
        ax.plot(volt, one.heat.sel(reservoir="drain") * unit, color=RED, label="into the drain")
        ax.plot(volt, one.heat.sel(reservoir="source") * unit, "--", color=BLUE,
                label="into the source")  # fmt: skip
        ax.legend(frameon=False, fontsize=9)
        finish(ax, x="bias on the source (mV)", y="heat current (pW)", title=title)
    axes[1].set_xlim(1.9, 2.0)
    return fig


def _bottom() -> float:
    """Edge of the first subband of the lattice wire, in closed form."""
    t = HBAR2_OVER_2ME / (MASS * SPACING**2)
    return float(2 * t - 2 * t * np.cos(np.pi / (ROWS + 1)))


def _balance(table: SMatrix | Spectrum, level: float) -> tuple[RealArray, RealArray]:
    """Heat into both reservoirs and power IV at every bias; the source's electrons are lifted."""
    given: list[dict[str, Any]] = [
        {"voltages": {"source": -v}, "chemical_potential": level} for v in BIAS
    ]
    heat = np.array([reservoir_heat(table, **one) for one in given])
    power = np.array([-v * current(table, lead="source", **one)
                      for v, one in zip(BIAS, given, strict=True)])  # fmt: skip
    return heat, power


PAGE = Phenomenon(
    id="reservoirs",
    title="Where the heat goes",
    statement=(
        "A ballistic contact has a resistance but dissipates nothing inside. Joule's heat IV "
        "arrives in the reservoirs: exactly half in each where all energies pass alike (hot "
        "electrons in one, hot holes in the other), and all in the drain where only electrons near "
        "the source's level pass."
    ),
    kind="computed",
    references=(
        "U. Sivan and Y. Imry, Phys. Rev. B 33, 551 (1986)",
        "W. Lee et al., Nature 498, 209 (2013)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
