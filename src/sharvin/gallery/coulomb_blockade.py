"""Electrons counted one by one: peaks, diamonds and honeycombs."""

from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.device.device import Device
from sharvin.device.lead import lead
from sharvin.device.regions import rectangle
from sharvin.formulas import thermal_average
from sharvin.gallery.check import Check
from sharvin.gallery.dot_cycles import check_cycles, compute_cycles
from sharvin.gallery.dot_picture import figure
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.scan import transmissions
from sharvin.manybody import dot
from sharvin.manybody.dot.transport import AMPERE
from sharvin.matter.electron_gas import electron_gas
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN, HBAR2_OVER_2ME

if TYPE_CHECKING:
    import xarray as xr

MASS, FERMI = 0.067, 8.0  # GaAs; meV above the bottom of the gas
LEVER = 0.2  # eV per volt, of the gate over the channel
PINCH = 13.0  # meV that the two barriers are raised by to close the dot
CHARGING = 2.0  # meV, e²/C of the closed dot
COLD = 0.3  # K
CAPACITANCES = {"source": 28.0, "drain": 18.0, "gate": 8.0}  # aF, of the diamonds
LEVELS = (0.0, 0.7)  # meV, each with spin
SLOW = {"source": 2e-3, "drain": 2e-3}  # meV
ATTOFARAD = 160.2176634  # e²/1 aF, meV


def model(spacing: float = 8.0) -> Device:
    """Return a channel with two barriers ("pinch", meV) below one gate ("gate", V)."""
    curvature = MASS / (4 * HBAR2_OVER_2ME)

    def potential(x: RealArray, y: RealArray, pinch: float = 0.0, gate: float = 0.0) -> RealArray:
        barriers = np.exp(-(((x - 80) / 14) ** 2)) + np.exp(-(((x + 80) / 14) ** 2))
        under = np.exp(-((x / 140) ** 6))
        omega = 4.0 + 3.0 * under  # the leads are wider than the channel
        return curvature * (omega * y) ** 2 + pinch * barriers - 1e3 * LEVER * gate * under

    return Device(
        electron_gas(mass=MASS, spacing=spacing),
        region=rectangle(320, 130),
        leads={"source": lead("left"), "drain": lead("right")},
        potential=potential,
    )


def compute(full: bool = False) -> "xr.Dataset":
    """One layout open and closed, diamonds, a honeycomb, pumps, and controls."""
    import xarray as xr

    gate = np.linspace(-0.035, 0.062, 98 if full else 41)
    device = model()
    points = [{"energy": FERMI, "gate": v, "pinch": 0.0} for v in gate]
    fine = np.linspace(gate[0], gate[-1], 1201)
    closed, levels = _closed(device, fine)
    d = diamond_dot()
    map_gate = np.linspace(-0.004, 0.084, 241 if full else 221)
    bias = np.linspace(-5e-3, 5e-3, 241 if full else 131)
    at: dict[str, Any] = {"rates": SLOW, "temperature": 0.25}
    diamonds = dot.differential_conductance(d, **at, source=bias, gate=map_gate)
    still = dot.differential_conductance(d, rates=SLOW, temperature=0.1, gate=_FINE)
    volts = np.linspace(0.0, 0.16, 201 if full else 101)
    islands = double_dot()
    pair = {"source": [1e-3] * 3 + [0] * 3, "drain": [0] * 3 + [1e-3] * 3}
    honey = dot.transport(islands, rates=pair, temperature=0.4, left=volts, right=volts)
    controls = _controls()
    parts = {
        "G_open": ("gate", transmissions(device, points), {"units": "2e²/h"}),
        "G_closed": ("fine", closed / 2, {"units": "2e²/h"}),
        "levels": ("level", levels, {"units": "meV"}),
        "dIdV": (("bias", "Vg"), diamonds.values, {"units": "e²/h"}),
        "G_still": ("Vg_still", still.values, {"units": "e²/h"}),
        "charge": (("left", "right"), honey.charge.values, {}),
        "numbers": ("check", controls[:, 0], {}),
        "exact": ("check", controls[:, 1], {}),
    }
    coordinates = {
        "gate": ("gate", gate, {"units": "V"}),
        "fine": ("fine", fine, {"units": "V"}),
        "Vg": ("Vg", map_gate, {"units": "V"}),
        "Vg_still": ("Vg_still", _FINE, {"units": "V"}),
        "bias": ("bias", bias, {"units": "V"}),
        "left": ("left", volts, {"units": "V"}),
        "right": ("right", volts, {"units": "V"}),
        "check": list(_NAMES),
    }
    return xr.Dataset(parts, coordinates).merge(compute_cycles(full))


_FINE = np.linspace(-0.004, 0.084, 3521)


def diamond_dot() -> dot.Dot:
    """Return the dot of the diamonds: two levels with spin."""
    return dot.constant_interaction(LEVELS, capacitances=CAPACITANCES)


def double_dot() -> dot.Dot:
    """Return two islands with three levels each, coupled by a capacitance."""
    one = {"source": 20.0, "left": 4.0, "right": 0.8}
    other = {"drain": 20.0, "right": 4.0, "left": 0.8}
    return dot.coupled_islands(
        [[0.0, 0.3, 0.6]] * 2, capacitances=[one, other], mutual=8.0, spin=False
    )


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Plateaus and peaks, the geometry of the diamonds, and closed forms."""
    total = sum(CAPACITANCES.values())
    peaks = _tops(_FINE, data.G_still.values)
    charging = ATTOFARAD / total
    cost = 1e-3 * total / CAPACITANCES["gate"]
    step = _FINE[1] - _FINE[0]
    gaps = np.diff(peaks) if len(peaks) == 4 else np.full(3, np.nan)
    found = [
        Check("plateau of the open layout (2e²/h)", _plateau(data), 1.0, 0.02, "smooth entrances"),
        Check.between("peaks of the closed layout", len(_tops(data.fine.values,
                      data.G_closed.values)), 3, 8, "how many fit the range"),
        Check.between("highest peak of the closed layout (2e²/h)", float(data.G_closed.max()),
                      0.001, 0.5, "thermal: of the order Γ/kT"),
        Check("first spacing of peaks: e/C_g (V)", gaps[0], charging * cost, 3 * step, "grid"),
        Check("second, with the level spacing (V)", gaps[1], (charging + LEVELS[1]) * cost,
              6 * step, "grid, and kT ln 2 where both spins help"),
        Check("slope of one edge: C_g/(C - C_s)", _edge(data, rising=True),
              CAPACITANCES["gate"] / (total - CAPACITANCES["source"]), 0.02, "grid of the map"),
        Check("slope of the other: -C_g/C_s", _edge(data, rising=False),
              -CAPACITANCES["gate"] / CAPACITANCES["source"], 0.03, "grid of the map"),
        Check("electrons on two islands, all gates down", data.charge.values[0, 0], 0.0, 1e-3,
              "Boltzmann"),
        Check.between("and up", data.charge.values[-1, -1], 4.0, 6.0, "six orbitals"),
    ]  # fmt: skip
    rows = zip(data.numbers.values, data.exact.values, strict=True)
    for name, (value, exact) in zip(data.check.values, rows, strict=True):
        tolerance, reason = _NAMES[str(name)]
        found.append(Check(str(name), value, exact, tolerance * max(abs(exact), 1e-30), reason))
    return (*found, *check_cycles(data))


# Relative tolerances: the master equation is solved without subtractions.
_NAMES = {
    "one level: current (meV/ħ)": (1e-12, "rounding"),
    "a spin, no double charge: current (meV/ħ)": (1e-12, "rounding"),
    "its peak is off by (kT)": (5e-3, "grid"),
    "its noise: Fano factor": (1e-9, "linear solve"),
    "no interaction, Γ << kT: G (e²/h)": (2e-3, "Γ/kT"),
    "excited line: energy (meV)": (0.02, "grid; temperature shifts both lines alike"),
    "second order deep in the valley: G (e²/h)": (1e-4, "(Γ/ε)²"),
}


def _controls() -> RealArray:
    """Computed and exact numbers of `_NAMES`."""
    left, right, kt = 4e-3, 7e-3, BOLTZMANN
    rates = {"source": left, "drain": right}
    energy, mu = 0.2, 0.35
    f, g = 1 / (1 + np.exp((energy - mu) / kt)), 1 / (1 + np.exp(energy / kt))
    at: dict[str, Any] = {"rates": rates, "temperature": 1.0, "source": -1e-3 * mu}
    single, doublet = dot.quantum_dot([energy]), dot.quantum_dot([energy] * 2, repulsion=1e5)
    flows = [-float(dot.transport(d, **at).current[0]) / AMPERE for d in (single, doublet)]
    zero = dot.quantum_dot([0.0] * 2, repulsion=1e5)
    gate = np.linspace(0.2, 0.5, 1501) * kt * 1e-3
    curve = dot.differential_conductance(zero, rates=rates, temperature=1.0, gate=-gate).values
    far: dict[str, Any] = {"rates": rates, "temperature": 1.0, "source": -0.01, "gate": -0.005}
    noisy = dot.noise(dot.quantum_dot([0.0] * 2, repulsion=1e5, charges=(0, 1)), **far)
    weak: dict[str, Any] = {"rates": {"source": 1e-4, "drain": 1e-4}, "temperature": 1.0}
    tail: dict[str, Any] = {"rates": {"source": 4e-3, "drain": 4e-3}, "temperature": 0.3}
    linear = dot.differential_conductance(single, **weak)
    valley = dot.quantum_dot([1.0])
    virtual = dot.differential_conductance(valley, **tail, method="cotunneling")
    both = left + right
    rows = [
        (flows[0], left * right / both * (f - g)),
        (flows[1], 2 * left * right * (f - g) / (left * (1 + f) + right * (1 + g))),
        (1e3 * gate[int(np.argmax(curve))] / kt, 0.5 * np.log(2)),
        (float(noisy.fano[0]), (4 * left**2 + right**2) / (2 * left + right) ** 2),
        (float(linear), _breit_wigner(energy, 1e-4, kt, 20000)),
        (_excited(), LEVELS[1]),
        (float(virtual), _breit_wigner(1.0, 4e-3, 0.3 * kt, 400)),
    ]
    return np.array(rows)


def _breit_wigner(level: float, rate: float, kt: float, points: int) -> float:
    """Exact conductance of a level without interaction and two equal rates, e²/h."""
    return float(
        thermal_average(
            lambda e: rate**2 / ((e - level) ** 2 + rate**2), 0.0, kt,
            points_per_thermal_energy=points,
        )
    )  # fmt: skip


def _closed(device: Device, gate: RealArray) -> tuple[RealArray, RealArray]:
    """Conductance of the closed layout against the gate, e²/h, and its levels, meV."""
    found = dot.closed_levels(device, window=(FERMI - 4.0, FERMI + 1.5), pinch=PINCH, gate=0.0)
    rates = {name: np.maximum(rate, 2e-5) for name, rate in found.rates().items()}
    kept = slice(0, 3)
    total = ATTOFARAD / CHARGING
    capacitances = {"gate": LEVER * total, "ground": (1 - LEVER) * total}
    d = dot.constant_interaction((found.energies[kept] - FERMI).tolist(), capacitances=capacitances)
    rates = {name: rate[:6] for name, rate in rates.items()}
    g = dot.differential_conductance(d, rates=rates, temperature=COLD, gate=gate)
    return g.values, found.energies[kept]


def _tops(gate: RealArray, g: RealArray) -> RealArray:
    """Positions of the maxima that are not negligible."""
    inner = (g[1:-1] > g[:-2]) & (g[1:-1] >= g[2:]) & (g[1:-1] > 0.02 * g.max())
    tops: RealArray = gate[1:-1][inner]
    return tops


def _plateau(data: "xr.Dataset") -> float:
    g = data.G_open.values
    near = g[np.abs(g - 1) < 0.3]
    return float(np.median(near)) if len(near) else float("nan")


def _edge(data: "xr.Dataset", *, rising: bool) -> float:
    """Slope in the plane (gate, bias) of an edge that starts at the first peak."""
    peak = float(_tops(_FINE, data.G_still.values)[0])
    gate, bias, g = data.Vg.values, data.bias.values, data.dIdV.values
    chosen = (bias > 0.8e-3) & (bias < 1.6e-3)
    side = (gate > peak) if rising else (gate < peak)
    near = side & (np.abs(gate - peak) < 0.012)
    places = []
    for row in g[chosen][:, near]:
        weight = np.where(row > 0.6 * row.max(), row, 0.0)
        places.append((weight * gate[near]).sum() / weight.sum())
    return float(np.polyfit(places, bias[chosen], 1)[0])


def _excited() -> float:
    """Distance of the ground and the excited line in bias, as an energy of the dot, meV."""
    arm = CAPACITANCES["source"] / sum(CAPACITANCES.values())
    below = 0.3  # meV from the first level to the Fermi energy at zero bias
    d = dot.constant_interaction(LEVELS, capacitances=CAPACITANCES)
    gate = 1e-3 * (d.hamiltonian[0, 0] - below) / d.lever_arms["gate"][0]
    bias = -np.linspace(0.1e-3, 3.2e-3, 621)
    g = dot.differential_conductance(d, rates=SLOW, temperature=0.15, gate=gate, source=bias)
    first, second = _tops(-bias, g.values)[:2]
    return float(1e3 * (second - first) * (1 - arm))


PAGE = Phenomenon(
    id="coulomb-blockade",
    title="One electron at a time",
    statement=(
        "One layout of gates: with open contacts its conductance climbs in plateaus, with two "
        "closed ones it is a row of peaks, one for each electron, e²/C and a level spacing apart. "
        "In gate and bias the current is blocked inside diamonds whose edges are ratios of "
        "capacitances; lines outside are excited states. Two islands make a honeycomb. A state "
        "that empties slowly lowers the current as the bias rises, and a cycle of two gates or "
        "barriers carries one electron without a bias. Rates of first order in tunneling, for Γ "
        "well below kT."
    ),
    kind="computed",
    references=(
        "U. Meirav, M. A. Kastner and S. J. Wind, Phys. Rev. Lett. 65, 771 (1990)",
        "C. W. J. Beenakker, Phys. Rev. B 44, 1646 (1991)",
        "W. G. van der Wiel et al., Rev. Mod. Phys. 75, 1 (2003)",
        "H. Pothier et al., Europhys. Lett. 17, 249 (1992)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
