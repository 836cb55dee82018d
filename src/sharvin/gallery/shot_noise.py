"""Noise of a contact: quiet plateaus, Nyquist at rest, and why thick wires are silent."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.device.device import Device
from sharvin.device.disorder import disorder
from sharvin.device.lead import lead
from sharvin.device.regions import rectangle
from sharvin.gallery.check import Check
from sharvin.gallery.contacts import HBAR_OMEGA, smooth_contact
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.matter.square import square_lattice
from sharvin.observables.conductance import conductance_matrix
from sharvin.observables.eigenchannels import fano_factor
from sharvin.observables.probes import KINDS, noise_with_probes
from sharvin.observables.reservoirs import reservoirs
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.smatrix import smatrices
from sharvin.sweeps.noise import charge_distribution, cumulants, noise, noise_matrix
from sharvin.units import BOLTZMANN, CONDUCTANCE_PER_MODE, ELEMENTARY_CHARGE

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

ENERGY = 3 * HBAR_OMEGA  # three modes without a barrier
VOLT = 1e-3
RATIOS = np.array([1.0, 2.0, 5.0, 10.0])  # eV/kT
PIECES = np.array([1, 2, 4, 8])  # parts of a wire with a reservoir between each two
ROWS, LENGTH, STRENGTH, FERMI = 14, 30, 1.6, 3.05  # of one disordered part, t = a = 1
TRIES = 20  # attempts of one channel in the distribution
PER_MEV = 1e-3 * ELEMENTARY_CHARGE / 6.62607015e-34


def model() -> Device:
    """Return the smooth contact; its parameter ``barrier`` closes mode by mode."""
    return smooth_contact()


def compute(full: bool = False) -> "xr.Dataset":
    """Noise along the staircase, from rest to bias, and of a wire in parts."""
    import xarray as xr

    barrier = HBAR_OMEGA * np.linspace(3.2, 0.3, 117 if full else 34)
    points = [{"energy": ENERGY, "barrier": b} for b in barrier]
    contacts = list(smatrices(model(), points))
    bias = {"source": VOLT}
    power = [noise(s, lead="drain", voltages=bias) for s in contacts]
    excess = [2 * ELEMENTARY_CHARGE * CONDUCTANCE_PER_MODE * VOLT] * len(contacts)
    t = np.array([s.transmission(to="drain", from_="source") for s in contacts])
    ends = {"to": "drain", "from_": "source"}
    rest = noise(contacts[17], lead="drain", temperature=1.0)
    tunnel = _barrier(1e-8)
    cross = [
        noise(tunnel, lead="R", voltages={"L": VOLT}, temperature=VOLT * 1e3 / BOLTZMANN / x)
        for x in RATIOS
    ]
    half = _barrier(0.5)
    charges, chances = charge_distribution(
        half, lead="L", time=TRIES / PER_MEV * 1e12, voltages={"L": VOLT}
    )
    kept = (charges >= 0) & (charges <= TRIES)
    seeds = range(64 if full else 16)
    parts = list(smatrices(_part(), [{"energy": FERMI, "seed": k} for k in seeds]))
    wires = {kind: [_wire_fano(parts, int(n), kind) for n in PIECES] for kind in KINDS}
    return xr.Dataset(
        {
            "G": ("barrier", t, {"units": "e²/h"}),
            "noise": ("barrier", np.array(power) / np.array(excess), {"units": "2e·(e²/h)V"}),
            "F": ("barrier", [fano_factor(s, **ends) for s in contacts], {"units": "1"}),
            "nyquist": ((), rest / (4 * BOLTZMANN * VOLT * ELEMENTARY_CHARGE * float(
                conductance_matrix(contacts[17], unit="S")[0, 0])), {"units": "4kTG"}),
            "tunnel": ("ratio", np.array(cross) / (2 * ELEMENTARY_CHARGE * 1e-8
                                                   * CONDUCTANCE_PER_MODE * VOLT)),
            "chance": ("n", chances[kept]),
            "cumulants": ("order", cumulants(half, lead="L", order=6, voltages={"L": VOLT})
                          / PER_MEV),
            "cross": (("out", "in"), noise_matrix(_splitter(), voltages={"0": VOLT})
                      / excess[0]),
            **{f"F_{kind}": ("pieces", values) for kind, values in wires.items()},
        },
        {"barrier": ("barrier", barrier, {"units": "t"}), "ratio": RATIOS, "n": charges[kept],
         "order": np.arange(1, 7), "pieces": PIECES},
    )  # fmt: skip


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Partition noise, its crossover, its counting statistics and its end in a long wire."""
    g, f = data.G.values[::-1], data.F.values[::-1]
    order = np.argsort(g)
    first = g < 0.9
    closed = "higher modes pass 1e-3"
    found = [
        Check("F = 1 - T on the first riser: worst", np.abs(f - (1 - g))[first].max(), 0, 5e-3,
              closed),
        Check("F where G = 0.5 e²/h", np.interp(0.5, g[order], f[order]), 0.5, 0.02, "grid"),
        Check("F where G = 1.5 e²/h", np.interp(1.5, g[order], f[order]), 1 / 6, 0.02, "grid"),
        Check("F on the first plateau", f[np.abs(g - 1).argmin()], 0, 0.02, "grid"),
        Check("S = 2eI F along the staircase: worst", _worst(data),
              0, 1e-9, "two routes"),
        Check("S(V = 0) over 4kTG", data.nyquist, 1, 1e-10, "exact"),
    ]  # fmt: skip
    for x, value, expected in zip(
        RATIOS, data.tunnel.values, (2.1640, 1.3130, 1.0136, 1.00009), strict=True
    ):
        found.append(Check(f"S/2eI of a tunnel junction, eV/kT = {x:g}", value, expected, 6e-5,
                           "digits"))  # fmt: skip
    binomial = np.array([0.5, 0.25, 0, -0.125, 0, 0.25])
    worst = float(np.abs(data.cumulants.values - binomial).max())
    found += [
        Check("cumulants 1-6 of T = 1/2 less those of the binomial", worst, 0, 1e-11, "rounding"),
        Check("P(10 of 20 attempts), T = 1/2", data.chance.sel(n=10), 184756 / 2**20, 1e-10,
              "C(20, 10)/2^20"),
        Check("cross-correlation behind a half-transparent splitter", data.cross.values[2, 3],
              -0.25, 1e-10, "-RT"),
    ]  # fmt: skip
    sample = "few samples, and parts that are not quite diffusive"
    found += [
        Check("F, 8 parts, elastic reservoirs", data.F_elastic[-1], 1 / 3, 0.02, sample),
        Check("F, thermalizing reservoirs", data.F_thermal[-1], np.sqrt(3) / 4, 0.025, sample),
        Check("F, reservoirs at the bath's temperature", data.F_voltage[-1],
              float(data.F_voltage[0]) / 8, 0.02, "1/n"),
    ]  # fmt: skip
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """Noise against conductance, the distribution of charge, and a wire in parts."""
    from sharvin.gallery.drawing import BLUE, GRAY, INK, ORANGE, RED, finish, new_figure

    fig, (left, middle, right) = new_figure(3)
    g = np.linspace(1e-3, 2.999, 400)
    left.plot(g, (g % 1) * (1 - g % 1), color=GRAY, label="one mode after the other")
    left.plot(data.G, data.noise, "o", color=BLUE, markersize=4, label="lattice contact")
    left.set_ylim(0, 0.33)
    left.legend(frameon=False, fontsize=9, loc="upper right")
    finish(left, x="G (e²/h)", y="S / 2e(e²/h)V", title="Plateaus are quiet")
    middle.bar(data.n, data.chance, color=ORANGE, width=0.75)
    finish(middle, x=f"charges in {TRIES} attempts, T = 1/2", y="probability",
           title="Counting electrons")  # fmt: skip
    looks = {"elastic": (BLUE, "o"), "thermal": (RED, "s"), "voltage": (INK, "^")}
    names = {"elastic": "phases lost", "thermal": "electrons share heat", "voltage": "bath"}
    for kind, (color, marker) in looks.items():
        right.plot(data.pieces, data[f"F_{kind}"], marker + "-", color=color, markersize=5,
                   linewidth=1, label=names[kind])  # fmt: skip
    for level, text in ((1 / 3, "1/3"), (np.sqrt(3) / 4, r"$\sqrt{3}/4$")):
        right.axhline(level, color=GRAY, linewidth=0.8, linestyle=(0, (4, 3)))
        right.text(8.1, level + 0.006, text, color=GRAY, ha="right")
    right.set_ylim(0, 0.52)
    right.legend(frameon=False, fontsize=9, loc=(0.45, 0.2))
    finish(right, x="parts of the wire", y="F", title="A wire cut by reservoirs")
    return fig


def _worst(data: "xr.Dataset") -> float:
    return float(abs(data.noise - data.G * data.F).max())


def _barrier(transparency: float) -> SMatrix:
    t, r = np.sqrt(transparency), 1j * np.sqrt(1 - transparency)
    return SMatrix(np.array([[r, t], [t, r]]), ("L", "R"), (1, 1))


def _splitter() -> SMatrix:
    """Two inputs 0, 1 and two outputs 2, 3 without reflection."""
    half = np.array([[1, 1j], [1j, 1]]) / np.sqrt(2)
    zero = np.zeros((2, 2))
    return SMatrix(np.block([[zero, half], [half, zero]]), ("0", "1", "2", "3"), (1, 1, 1, 1))


def _part() -> Device:
    """Return a disordered strip; energies from the band bottom."""
    return Device(
        square_lattice(onsite=4.0),
        region=rectangle(LENGTH, ROWS),
        leads={"left": lead("left"), "right": lead("right")},
        disorder=disorder(STRENGTH, "seed"),
    )


def _wire_fano(parts: Sequence[SMatrix], count: int, kind: Any) -> float:
    """Noise over 2eI, both averaged, of wires put together from that many parts."""
    shot, flow = 0.0, 0.0
    for start in range(0, len(parts) - count + 1, count):
        s = _in_a_row(parts[start : start + count])
        probes = list(s.leads[1:-1])
        baths = reservoirs(s.leads, voltages={"left": VOLT})
        matrix, _ = noise_with_probes(s, baths, probes, kind=kind)
        shot += float(matrix[0, 0])
        ohm = sum(
            1 / p.transmission(to="right", from_="left") for p in parts[start : start + count]
        )
        flow += CONDUCTANCE_PER_MODE * VOLT / ohm
    return shot / (2 * ELEMENTARY_CHARGE * flow)


def _in_a_row(parts: Sequence[SMatrix]) -> SMatrix:
    """Parts whose neighbors share a reservoir that everything passes through."""
    sizes = [part.modes[0] for part in parts]
    n = 2 * sum(sizes)
    data, start = np.zeros((n, n), complex), 0
    for part in parts:
        width = len(part.data)
        data[start : start + width, start : start + width] = part.data
        start += width
    between = [a + b for a, b in pairwise(sizes)]
    names = ("left", *(f"reservoir{k}" for k in range(1, len(parts))), "right")
    return SMatrix(data, names, (sizes[0], *between, sizes[-1]))


PAGE = Phenomenon(
    id="shot-noise",
    title="The noise of quantized charge",
    statement=(
        "A contact is noisy where a mode is half open and quiet where all are open or closed: "
        "S = 2eV G0 ΣT(1 - T). At rest it has Nyquist's noise 4kTG. A diffusive wire has F = 1/3; "
        "electrons that share their heat raise it to √3/4, and a cold lattice lets it vanish like "
        "1/length, which is why thick wires are silent."
    ),
    kind="computed",
    references=(
        "M. Büttiker, Phys. Rev. B 46, 12485 (1992)",
        "L. S. Levitov and G. B. Lesovik, JETP Lett. 58, 230 (1993)",
        "A. H. Steinbach, J. M. Martinis and M. H. Devoret, Phys. Rev. Lett. 76, 3806 (1996)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
