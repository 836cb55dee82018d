"""One level between two wires: equal couplings let everything through."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.device.leads import MatrixLead, SelfEnergyLead
from sharvin.formulas.resonance import breit_wigner, thermal_breit_wigner
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.scan import energies, transmissions
from sharvin.manybody import dot
from sharvin.manybody.dot.transport import Method
from sharvin.solvers.delay import density_of_states, wigner_smith
from sharvin.sweeps.measure import conductance
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN, HBAR

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

LEVEL, LEFT, RIGHT, THERMAL = 0.1, 0.3, 0.2, 0.15  # meV
SUM = 0.4  # of both couplings in the figure, meV
RATIOS = np.array([1.0, 3.0, 10.0, 30.0])
WEAK = 0.1  # hopping to the level over that of the chain
ENDS = {"to": "drain", "from_": "source"}


def model() -> Device:
    """Return one level at the energy ``level`` in wide bands, Γ_L = 0.3 and Γ_R = 0.2 meV."""
    return _level(LEFT, RIGHT)


def compute(full: bool = False) -> "xr.Dataset":
    """Lines for several ratios of the couplings, temperature, delay, a lattice, a dot."""
    import xarray as xr

    grid = np.linspace(-1.2, 1.2, 481 if full else 161)
    rates = [(SUM * r / (1 + r), SUM / (1 + r)) for r in RATIOS]
    lines = np.array([transmissions(_level(*pair), energies(grid, level=0.0)) for pair in rates])
    formula = np.array([breit_wigner(grid, level=0, left=a, right=b) for a, b in rates])
    kelvin = np.array([0.02, 0.1, 0.5, 1.0, 2.0, 20.0]) / BOLTZMANN * SUM
    equal = _level(SUM / 2, SUM / 2)
    warm = conductance(
        equal, **ENDS, chemical_potential=0.0, level=0.0, temperature=kelvin, tolerance=1e-4,
        progress=False,
    )  # fmt: skip
    entry = conductance(
        model(), **ENDS, chemical_potential=0.0, level=LEVEL, temperature=THERMAL / BOLTZMANN,
        tolerance=1e-6, progress=False,
    )  # fmt: skip
    counted = _counted()
    delay = np.trace(wigner_smith(model(), energy=LEVEL, level=LEVEL)).real
    states = [density_of_states(model(), energy=float(e), level=LEVEL) for e in grid]
    parts = {
        "T": (("ratio", "energy"), lines, {"units": "1"}),
        "T_formula": (("ratio", "energy"), formula, {"units": "1"}),
        "peak": ("ratio", lines.max(axis=1), {"units": "1"}),
        "width": ((), _width(grid, lines[0]), {"units": "meV"}),
        "G_warm": ("kelvin", warm.values, {"units": "e²/h"}),
        "G_entry": ((), float(entry), {"units": "e²/h"}),
        "delay": ((), delay / HBAR * (LEFT + RIGHT), {"units": "ħ/Γ"}),
        "states": ("energy", np.array(states), {"units": "1/meV"}),
        "T_lattice": ("wave_energy", _lattice(WEAK, WEAK), {"units": "1"}),
        "G_dot": ("method", counted[:, 0], {"units": "e²/h"}),
        "G_dot_exact": ("method", counted[:, 1], {"units": "e²/h"}),
        "T_uneven": ((), _lattice(WEAK, 2 * WEAK)[len(_WAVES) // 2], {"units": "1"}),
    }
    coordinates = {
        "ratio": ("ratio", RATIOS, {"units": "1"}),
        "energy": ("energy", grid, {"units": "meV"}),
        "kelvin": ("kelvin", kelvin, {"units": "K"}),
        "wave_energy": ("wave_energy", _WAVES, {"units": "t"}),
        "method": ["pauli", "redfield", "cotunneling"],
    }
    return xr.Dataset(parts, coordinates)


# A hundredth of the band around its center, where a chain is a wide band.
_WAVES = np.linspace(-0.05, 0.05, 21)


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Heights, width, temperature, delay and states of one level, and a level on a lattice."""
    rounding = "linear algebra in double precision"
    found = [
        Check(f"peak for Γ_L/Γ_R = {r:g}", peak, 4 * r / (1 + r) ** 2, 1e-10, rounding)
        for r, peak in zip(RATIOS, data.peak.values, strict=True)
    ]
    off = float(np.abs(data["T"] - data.T_formula).max())
    found.append(Check("largest |T - formula|", off, 0.0, 1e-10, rounding))
    found.append(Check("full width at half maximum (meV)", data.width, SUM, 2e-3, "grid"))
    found.append(Check("G at ε = 0.1, Γ = 0.3 + 0.2, kT = 0.15 meV", data.G_entry, 0.60185070325,
                       1e-5, "accepted error of the average: 1e-6"))  # fmt: skip
    half = SUM / 2
    for kelvin, g in zip(data.kelvin.values, data.G_warm.values, strict=True):
        kt = BOLTZMANN * kelvin
        expected = float(thermal_breit_wigner(0.0, left=half, right=half, thermal_energy=kt))
        name = f"G on resonance, kT/Γ = {kt / SUM:g}"
        found.append(Check(name, g, expected, 1e-4, "accepted error of the average"))
    kt = BOLTZMANN * float(data.kelvin[-1])
    found.append(Check("its high-temperature limit πΓ/8kT", data.G_warm[-1], np.pi * SUM / 8 / kt,
                       5e-4, "next order: (Γ/kT)² of one"))  # fmt: skip
    found.append(Check("delay on resonance (ħ/Γ)", data.delay, 4.0, 1e-9, rounding))
    area = float(np.trapezoid(data.states, data.energy))
    seen = [np.arctan2(e - LEVEL, (LEFT + RIGHT) / 2) for e in data.energy.values[[0, -1]]]
    found.append(Check("states under the line", area, (seen[1] - seen[0]) / np.pi, 2e-4,
                       "trapezoidal rule"))  # fmt: skip
    gamma = 4 * WEAK**2
    level = breit_wigner(data.wave_energy.values, level=0, left=gamma / 2, right=gamma / 2)
    worst = float(np.abs(data.T_lattice - level).max())
    found.append(Check("a level between chains, largest |T - formula|", worst, 0.0, 1.5e-2,
                       "the band is not infinitely wide: Γ/4t = 1e-2"))  # fmt: skip
    for name, g, exact in zip(
        data.method.values, data.G_dot.values, data.G_dot_exact.values, strict=True
    ):
        tolerance, reason = _DOT[str(name)]
        found.append(Check(f"the dot code, method {name}: G over the exact one", g / exact, 1.0,
                           tolerance, reason))  # fmt: skip
    found.append(Check("hoppings 1 : 2 on resonance", data.T_uneven, 0.64, 1e-10, rounding))
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """Lines for several ratios at one width, and the peak against the ratio."""
    from sharvin.gallery.drawing import BLUE, COLORS, GRAY, ORANGE, finish, new_figure

    fig, (left, middle, right) = new_figure(3)
    for ratio, line, color in zip(data.ratio.values, data["T"].values, COLORS, strict=False):
        left.plot(data.energy, line, color=color, label=f"{ratio:g} : 1")
    left.legend(frameon=False, fontsize=9, title="Γ$_L$ : Γ$_R$", title_fontsize=9)
    left.set_ylim(0, 1.05)
    finish(left, x="energy (meV)", y="transmission", title="One width, four ratios")
    ratio = np.geomspace(0.02, 50, 200)
    middle.semilogx(ratio, 4 * ratio / (1 + ratio) ** 2, color=GRAY, linewidth=1, label="formula")
    middle.semilogx(data.ratio, data.peak, "o", color=BLUE, label="computed")
    middle.set_ylim(0, 1.05)
    middle.legend(frameon=False, fontsize=9)
    finish(middle, x="Γ$_L$/Γ$_R$", y="peak transmission", title="Only equal couplings give one")
    over = BOLTZMANN * data.kelvin.values / SUM
    warm = np.geomspace(over[0] / 1.5, over[-1] * 1.5, 120)
    exact = [
        float(thermal_breit_wigner(0.0, left=0.5, right=0.5, thermal_energy=kt)) for kt in warm
    ]
    right.loglog(warm, exact, color=GRAY, linewidth=1, label="formula")
    right.loglog(warm, np.pi / 8 / warm, color=ORANGE, linewidth=1, linestyle=(0, (4, 3)),
                 label="πΓ/8kT")  # fmt: skip
    right.loglog(over, data.G_warm, "o", color=BLUE, label="computed")
    right.set_ylim(0.01, 2.0)
    right.set_yticks([0.01, 0.1, 1.0])
    right.minorticks_off()
    right.legend(frameon=False, fontsize=9)
    finish(right, x="kT/Γ", y="G on resonance (e²/h)", title="Warm, the peak falls")
    return fig


def _level(left: float, right: float) -> Device:
    """One level between two wide bands."""

    def wide(rate: float) -> SelfEnergyLead:
        return SelfEnergyLead(self_energy=lambda e: np.array([[-0.5j * rate]]), sites=[0])

    return Device.from_matrices(
        {"": np.zeros((1, 1)), "level": np.eye(1)},
        leads={"source": wide(left), "drain": wide(right)},
    )


# A level without repulsion by master equations: warm on its flank, and cold far from it.
_DOT = {
    "pauli": (2e-3, "first order in Γ: Γ/kT = 0.0012"),
    "redfield": (2e-3, "the same"),
    "cotunneling": (1e-4, "second order: (Γ/ε)² = 6e-5"),
}


# Level and rate in meV, temperature in K.
_CASES: tuple[tuple[Method, float, float, float], ...] = (
    ("pauli", 0.2, 1e-4, 1.0), ("redfield", 0.2, 1e-4, 1.0), ("cotunneling", 1.0, 4e-3, 0.3),
)  # fmt: skip


def _counted() -> RealArray:
    """Conductances of one level by the code of quantum dots, and exact ones, shape (3, 2)."""
    rows = []
    for method, level, rate, kelvin in _CASES:
        g = dot.differential_conductance(
            dot.quantum_dot([level]), rates={"source": rate, "drain": rate}, temperature=kelvin,
            method=method,
        )  # fmt: skip
        kt = BOLTZMANN * kelvin
        exact = thermal_breit_wigner(level, left=rate, right=rate, thermal_energy=kt)
        rows.append([float(g), float(exact)])
    return np.array(rows)


def _lattice(left: float, right: float) -> RealArray:
    """A site at zero energy between two chains of hopping one."""
    leads = {
        name: MatrixLead(cell=[[0.0]], hop=[[-1.0]], sites=[0], coupling=[[-weak]])
        for name, weak in (("source", left), ("drain", right))
    }
    return transmissions(Device.from_matrices(np.zeros((1, 1)), leads=leads), energies(_WAVES))


def _width(x: RealArray, y: RealArray) -> float:
    """Full width at half maximum."""
    top = int(np.argmax(y))
    rising = np.interp(y[top] / 2, y[: top + 1], x[: top + 1])
    falling = np.interp(-y[top] / 2, -y[top:], x[top:])
    return float(falling - rising)


PAGE = Phenomenon(
    id="resonant-level",
    title="One level, equal couplings",
    statement=(
        "T = Γ_L Γ_R/[(E - ε)² + Γ²/4]: two opaque barriers let everything through at one energy, "
        "but only if they are equal. On resonance an electron stays 4ħ/Γ, summed over channels. "
        "At a temperature above Γ the peak falls as πΓ/8kT."
    ),
    kind="computed",
    references=(
        "G. Breit and E. Wigner, Phys. Rev. 49, 519 (1936)",
        "M. Büttiker, IBM J. Res. Dev. 32, 63 (1988)",
        "C. W. J. Beenakker, Phys. Rev. B 44, 1646 (1991)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
