"""What a voltmeter on a contact reads, with the probes in the calculation."""

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from sharvin.device.blocks import LeadBlocks
from sharvin.device.device import Device
from sharvin.device.lead import lead
from sharvin.device.leads import MatrixLead, SelfEnergyLead
from sharvin.device.regions import rectangle
from sharvin.formulas import four_terminal_resistance
from sharvin.gallery.check import Check
from sharvin.gallery.contacts import HBAR_OMEGA, smooth_contact
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.matter.electron_gas import electron_gas
from sharvin.observables.circuit import circuit
from sharvin.observables.resistance import resistance
from sharvin.scattering.transmissions import Transmissions
from sharvin.solvers.smatrix import smatrices, smatrix

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

ENERGIES = np.linspace(0.385, 0.415, 3)  # t: ten wide modes, averaged over their interference
BARRIERS = HBAR_OMEGA * np.array([-0.15, 0.85, 1.85])  # 3, 2 and 1 modes pass
PASSED = (3, 2, 1)
WIDE = 10
COLUMNS = 20  # of sites under each probe, of which it takes
EVERY = 16  # one of so many: 16 and 51 share no divisor, so all rows take part
COUPLINGS = np.array([1e-6, 3e-3, 1e-2, 3e-2, 1e-1])  # broadening under a probe, t
FIELDS = np.array([-2.0, -1.0, -0.5, 0.5, 1.0, 2.0])  # T
ENDS, PROBES = ("source", "drain"), ("1", "2")


def model(coupling: float = 1e-6) -> Device:
    """Return the smooth contact with a probe over the wide part on either side.

    A probe takes electrons from sites scattered below it, all at the same small rate.
    """
    given = smooth_contact(taper=15.0, length=121)
    values = {
        "": _matrix(given, 0.0),
        "barrier": _matrix(given, 1.0) - _matrix(given, 0.0),
    }
    leads: dict[str, Any] = {}
    for blocks in given.lead_blocks({"barrier": 0.0}):
        assert isinstance(blocks, LeadBlocks)
        leads[blocks.name] = MatrixLead(
            cell=blocks.cell, hop=blocks.hop, sites=blocks.sites, coupling=blocks.coupling
        )
    assert given.pattern.positions is not None
    x = given.pattern.positions[:, 0]
    for name, side in zip(PROBES, (-1, 1), strict=True):
        below = np.flatnonzero(side * x > np.abs(x).max() - COLUMNS + 0.5)
        below = below[::EVERY]
        sigma = -1j * coupling * np.eye(len(below))
        leads[name] = SelfEnergyLead(self_energy=lambda _, sigma=sigma: sigma, sites=below)
    return Device.from_matrices(values, leads=leads, positions=given.pattern.positions)


def compute(full: bool = False) -> "xr.Dataset":
    """The ideal matrix, the lattice with two strengths of probes, a cross in a field."""
    import xarray as xr

    ideal = [[_ohms(_ideal(n, w)) for n in (1, 2, 3)] for w in (4, 10, 25)]
    greed = COUPLINGS if full else COUPLINGS[[0, 2]]
    read = [_lattice(model(c)) for c in greed]
    fields = FIELDS
    cross = _cross()
    points = [{"energy": 14.0, "B": b} for b in fields]
    forth, back = [], []
    for s in smatrices(cross, points):
        forth.append(resistance(s, current=("1", "3"), voltage=("2", "4"), unit="Ohm"))
        back.append(resistance(s, current=("2", "4"), voltage=("1", "3"), unit="Ohm"))
    s = smatrix(cross, energy=14.0, B=1.0)
    grounds = [
        circuit(s, currents={"1": "1 nA", "3": "-1 nA"}, voltages={g: 0},
                series={"1": "1 kOhm", "2": "1 MOhm"}).voltage("2", "4") * 1e9
        for g in ("2", "4")
    ]  # fmt: skip
    two = circuit(s, currents={"1": "1 nA"}, voltages={"3": 0}, series={"1": "1 kOhm"})
    bare = resistance(s, current=("1", "3"), voltage=("1", "3"), unit="Ohm")
    ohm = {"units": "Ω"}
    return xr.Dataset(
        {
            "R_ideal": (("wide", "through"), ideal, ohm),
            "R_lattice": (("coupling", "passed", "energy"), [r for r, _ in read], ohm),
            "R_two": (("coupling", "passed", "energy"), [r for _, r in read], ohm),
            "R_forth": ("B", forth, ohm),
            "R_back": ("B", back, ohm),
            "R_ground": ("ground", grounds, ohm),
            "R_series": ((), two.voltage("1", "3") * 1e9 - bare, ohm),
        },
        {
            "wide": [4, 10, 25], "through": [1, 2, 3],
            "coupling": ("coupling", greed, {"units": "t"}),
            "passed": list(PASSED), "energy": ("energy", ENERGIES, {"units": "t"}),
            "B": ("B", fields, {"units": "T"}), "ground": ["2", "4"],
        },
    )  # fmt: skip


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """The ideal number exactly, the lattice's within a tenth, and what holds for any device."""
    ideal = float(data.R_ideal.sel(wide=10, through=2))
    found = [Check("formula: R of 2 modes between 10, ideal matrix (Ω)", ideal, 5162.56, 6e-3,
                   "digits")]  # fmt: skip
    for wide in data.wide.values:
        for n in data.through.values:
            value = float(data.R_ideal.sel(wide=wide, through=n))
            expected = four_terminal_resistance(int(n), int(wide))
            found.append(
                Check(
                    f"ideal matrix, {n} of {wide} (Ω)", value, expected, 1e-6, "probes take 1e-12"
                )
            )
    gentle = data.R_lattice.isel(coupling=0).mean("energy")
    for n in PASSED:
        expected = four_terminal_resistance(n, WIDE)
        tolerance = 0.1 * expected
        reason = "slow modes are dense: a probe does not weigh all modes alike"
        name = f"lattice, gentle probes, {n} of {WIDE} modes (Ω)"
        found.append(Check(name, gentle.sel(passed=n), expected, tolerance, reason))
    turned = data.R_back.values[::-1]
    worst = float(np.abs(data.R_forth.values - turned).max())
    found += [
        Check("reciprocity R_13,24(B) - R_24,13(-B), largest (Ω)", worst, 0, 1e-4, "rounding"),
        Check("another ground changes (Ω)", data.R_ground.values[0] - data.R_ground.values[1], 0,
              1e-6, "rounding"),
        Check("four-terminal R does not see 1 kΩ at contact 1 (Ω)", data.R_ground.values[0],
              data.R_forth.sel(B=1.0), 1e-4, "rounding"),
        Check("two-terminal R does (Ω)", data.R_series, 1000.0, 1e-4, "rounding"),
    ]  # fmt: skip
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """Readings against formula, for two strengths of probes; reciprocity in a field."""
    from sharvin.gallery.drawing import BLUE, COLORS, GRAY, RED, finish, new_figure

    fig, (left, right) = new_figure(2)
    n = np.array(PASSED)
    line = np.linspace(0.9, 3.1, 50)
    left.plot(line, 12.9064 * (1 / line - 1 / WIDE), color=GRAY,
              label=r"$\frac{h}{2e^2}\,(1/N_c - 1/N_w)$")  # fmt: skip
    left.plot(line, 12.9064 / line, color=GRAY, linestyle=(0, (4, 3)), linewidth=0.9,
              label="two terminals")  # fmt: skip
    for eta, color in zip(data.coupling.values, COLORS, strict=False):
        four = data.R_lattice.sel(coupling=eta).mean("energy") / 1e3
        left.plot(
            n,
            four,
            "ox"[int(eta > 1e-3)],
            color=color,
            markersize=7,
            label=f"probes take {eta:g} t",
        )
    left.set_xticks([1, 2, 3])
    left.legend(frameon=False, fontsize=8.5)
    finish(left, x="modes through the contact", y="R (kΩ)", title="Read with probes, 10 wide modes")
    right.plot(data.B, data.R_forth / 1e3, "o-", color=BLUE, label=r"$R_{13,24}(B)$")
    right.plot(-data.B, data.R_back / 1e3, "x", color=RED, markersize=9, label=r"$R_{24,13}(-B)$")
    right.axhline(0, color=GRAY, linewidth=0.8)
    right.legend(frameon=False, fontsize=9)
    finish(right, x="B (T)", y="R (kΩ)", title="A cross in a field: reciprocity")
    return fig


def _matrix(device: Device, barrier: float) -> Any:
    pattern = device.pattern
    size = len(pattern.indptr) - 1
    values = device.values({"barrier": barrier})
    return sp.csr_matrix((values, pattern.indices, pattern.indptr), shape=(size, size))


def _ideal(through: int, wide: int) -> Transmissions:
    """A contact that passes some modes, and a probe beside it that is shared evenly by all.

    Each probe takes a vanishing part of every mode, in both directions alike.
    """
    e = 1e-12
    names, modes = ("source", "drain", "1", "2"), (wide, wide, 1, 1)
    t = np.zeros((4, 4))
    t[0, 1] = t[1, 0] = through
    # Seen from probe 1: right-movers come from the source, left-movers from behind the contact.
    for probe, near, far in ((2, 0, 1), (3, 1, 0)):
        t[probe, near] = t[near, probe] = e * (2 * wide - through)
        t[probe, far] = t[far, probe] = e * through
    return Transmissions(t, names, modes, degeneracy=2)


def _ohms(s: Any) -> float:
    return resistance(s, current=ENDS, voltage=PROBES, unit="Ohm")


def _lattice(device: Device) -> tuple[Any, Any]:
    """Four- and two-terminal resistance with spin, shape (barriers, energies) each."""
    four, two = np.zeros((2, len(BARRIERS), len(ENERGIES)))
    points = [{"energy": e, "barrier": b} for b in BARRIERS for e in ENERGIES]
    for k, s in enumerate(smatrices(device, points)):
        place = np.unravel_index(k, four.shape)
        four[place] = resistance(s, current=ENDS, voltage=PROBES, unit="Ohm") / 2
        two[place] = resistance(s, current=ENDS, voltage=ENDS, unit="Ohm") / 2
    return four, two


def _cross() -> Device:
    """Return a small cross of four leads without symmetry, in GaAs."""
    return Device(
        electron_gas(mass=0.067, spacing=6.0),
        region=rectangle(120.0, 120.0),
        leads={
            "1": lead("left", at=12.0, width=60.0), "2": lead("top", at=-18.0, width=48.0),
            "3": lead("right"), "4": lead("bottom", at=24.0, width=60.0),
        },
        potential=lambda x, y: 2e-3 * (x + 15) * y * np.exp(-((x / 50) ** 2)),
        field="B",
    )  # fmt: skip


PAGE = Phenomenon(
    id="four-terminal",
    title="Four terminals",
    statement=(
        "Voltage probes that take little read (h/2e²)(1/N_c - 1/N_w) for a contact of N_c modes "
        "between regions of N_w: the contact's own resistance less that of the wide region. "
        "Exchanging current and voltage leads and reversing the field leaves every reading."
    ),
    kind="computed",
    references=(
        "M. Büttiker, Phys. Rev. Lett. 57, 1761 (1986)",
        "H.-L. Engquist and P. W. Anderson, Phys. Rev. B 24, 1151 (1981)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
