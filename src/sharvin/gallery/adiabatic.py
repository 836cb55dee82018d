"""Smooth and abrupt contacts: being quantized and staying in lane are two things."""

from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.device.device import Device
from sharvin.device.lead import lead
from sharvin.device.regions import rectangle
from sharvin.gallery.check import Check
from sharvin.gallery.contacts import HBAR_OMEGA, WIDTH, smooth_contact
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.scan import energies, transmissions
from sharvin.matter.square import square_lattice
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.smatrix import smatrix
from sharvin.typing import IntArray, RealArray

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

TAPERS = {20: 121, 40: 241, 80: 401, 120: 601}  # and the lengths that let them end
SLIT = 11  # rows
SLIT_LENGTHS = np.array([1, 10, 30])
WIDE = 60  # rows of the leads of the slits in the figure
FIRST_PLATEAU = (0.07, 0.2626)  # energies above the first and below the second mode of the slit

CUSP = 1e-3  # e²/h


def model() -> Device:
    """Return the smooth contact with a taper of 20 sites (t = a = 1)."""
    return smooth_contact()


def compute(full: bool = False) -> "xr.Dataset":
    """Mode-resolved transmission of four tapers and a slit; conductances against energy."""
    import xarray as xr

    matrices = [
        smatrix(smooth_contact(taper=taper, length=length), energy=HBAR_OMEGA)
        for taper, length in TAPERS.items()
    ]
    matrices.append(smatrix(_slit(1, WIDTH), energy=HBAR_OMEGA))
    lanes = np.array([_intensities(s) for s in matrices])
    smooth = HBAR_OMEGA * np.array([1.0, 2.0, 3.0])
    energy = np.linspace(*FIRST_PLATEAU, 481 if full else 121)
    energy = np.unique(np.concatenate([energy, [0.12]]))
    parts = {
        "lanes": (("contact", "out", "in"), lanes, {"units": "1"}),
        "G": ("contact", lanes.sum(axis=(1, 2)), {"units": "e²/h"}),
        "G_smooth": ("plateau", transmissions(model(), energies(smooth)), {"units": "e²/h"}),
        "G_curve": ("energy", transmissions(model(), energies(energy)), {"units": "e²/h"}),
        "G_slit": (
            ("length", "energy"),
            np.array([transmissions(_slit(n, WIDE), energies(energy)) for n in SLIT_LENGTHS]),
            {"units": "e²/h"},
        ),
    }
    coordinates = {
        "contact": [f"taper {taper}" for taper in TAPERS] + ["slit"],
        "plateau": [1, 2, 3],
        "energy": ("energy", energy, {"units": "t"}),
        "length": ("length", SLIT_LENGTHS, {"units": "a"}),
    }
    return xr.Dataset(parts, coordinates)


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Mixed although quantized; an abrupt slit is neither; resonances counted."""
    mixed = off_diagonal_share(data.lanes.values)
    reference = (0.367, 0.214, 0.069, 0.021)
    found = [
        Check(f"share off the diagonal, taper {taper}", share, expected, 5e-4, "printed digits")
        for taper, share, expected in zip(TAPERS, mixed, reference, strict=False)
    ]
    found += [
        Check(f"G (e²/h), taper {taper}", g, 1.0, 4e-5, "tunneling through the second mode")
        for taper, g in zip(TAPERS, data.G.values, strict=False)
    ]
    found.append(Check.between("share off the diagonal, slit", mixed[-1], 0.6, 1.0, "abrupt"))
    found.append(
        Check.between(
            "|G - 1| of the slit (e²/h)", abs(data.G.values[-1] - 1), 0.02, 1.0, "not quantized"
        )
    )
    for n, g, expected in zip(
        (1, 2, 3), data.G_smooth.values, (1.00004, 2.00054, 3.00244), strict=True
    ):
        found.append(Check(f"G (e²/h) at E = {n} ħω", g, expected, 1e-5, "printed digits"))
    return (*found, *_resonances(data))


def _resonances(data: "xr.Dataset") -> list[Check]:
    tops = [maxima(g) for g in data.G_slit.values]
    bottom = 2 - 2 * np.cos(np.pi / (SLIT + 1))
    low, high = (np.arccos(1 - (e - bottom) / 2) for e in FIRST_PLATEAU)
    ten, thirty = data.G_slit.sel(length=10).values, data.G_slit.sel(length=30).values
    dip = thirty[tops[2][1] : tops[2][2]].min()
    found = [
        Check(f"maxima on the plateau of a slit of length {n}", len(top), count, 0, "a count")
        for n, top, count in zip(SLIT_LENGTHS, tops, (0, 2, 4), strict=True)
    ]
    one = data.G_slit.sel(length=1).values
    found += [
        Check.between("largest fall of G, length 1", max(-np.diff(one)), -1.0, 0.0, "monotonic"),
        Check("G of length 1 below the second mode (e²/h)", one[-1], 1.67, 0.005, "digits"),
        Check(
            "maxima of length 30 against Δk L/π", len(tops[2]), (high - low) * 30 / np.pi, 0.5,
            "the ends shift the phase by less than half a wave",
        ),
        Check("highest G of length 10 (e²/h)", ten.max(), 1.13, 0.005, "printed digits"),
        Check("dip between the middle maxima of length 30 (e²/h)", dip, 0.940, 1e-3, "digits"),
    ]  # fmt: skip
    return found


def off_diagonal_share(lanes: RealArray) -> RealArray:
    r"""Share of :math:`\sum |t_{mn}|^2` with m ≠ n, shape (...), for lanes (..., out, in)."""
    same = np.einsum("...ii->...", lanes)
    share: RealArray = 1 - same / lanes.sum(axis=(-2, -1))
    return share


def maxima(values: RealArray) -> IntArray:
    """Positions of the maxima; the cusps where a lead opens a mode are too shallow to count."""
    inner = values[1:-1]
    tops = 1 + np.flatnonzero((inner > values[:-2]) & (inner > values[2:]))
    found: IntArray = np.array(
        [i for i in tops.tolist() if _prominence(values, i) > CUSP], dtype=np.int64
    )
    return found


def _prominence(values: RealArray, top: int) -> float:
    """How far one must descend from a maximum before it goes up to a higher place."""
    sides = []
    for side in (values[top::-1], values[top:]):
        higher = np.flatnonzero(side > values[top])
        sides.append(side[: higher[0] if len(higher) else None].min())
    return float(values[top] - max(sides))


def figure(data: "xr.Dataset") -> "Figure":
    """Who goes where, and what it does to the staircase."""
    from matplotlib.colors import PowerNorm

    from sharvin.gallery.drawing import BLUE, COLORS, GRAY, INK, finish, plateaus
    from sharvin.plot.style import new_figure

    fig = new_figure(9.6, 6.6)
    halves: Any = fig.subfigures(2, 1, height_ratios=[1.1, 1.3])
    top, bottom = halves
    share = off_diagonal_share(data.lanes.values)
    for place, axes in enumerate(top.subplots(1, len(share))):
        lanes = data.lanes.values[place]
        n = len(lanes)
        axes.imshow(
            lanes, cmap="Blues", norm=PowerNorm(0.5, 0, 1), origin="lower",
            extent=(0.5, n + 0.5, 0.5, n + 0.5),
        )  # fmt: skip
        axes.set_title(str(data.contact.values[place]), fontsize=10, color=INK)
        axes.set_xlabel(f"in\n{100 * share[place]:.0f} % change lanes", fontsize=8.5)
        axes.set_ylabel("out" if place == 0 else "")
        axes.text(
            0.95, 0.06, f"G = {data.G.values[place]:.5f}", transform=axes.transAxes, ha="right",
            fontsize=8, color=INK,
        )  # fmt: skip
        axes.set_xticks([1, n])
        axes.set_yticks([1, n] if place == 0 else [])
        axes.spines[:].set_color(GRAY)
        axes.tick_params(length=0, labelsize=8)
    top.suptitle(
        "$|t_{mn}|^2$ on the first plateau: smooth contacts are quantized, in lane or not",
        fontsize=10.5, color=INK,
    )  # fmt: skip
    axes = bottom.subplots()
    plateaus(axes, (1,))
    axes.plot(data.energy, data.G_curve, color=BLUE, linewidth=2.2, label="smooth (taper 20)")
    for length, color in zip(data.length.values, COLORS[1:], strict=False):
        curve = data.G_slit.sel(length=length)
        axes.plot(data.energy, curve, color=color, linewidth=1.2, label=f"slit of length {length}")
    axes.set_xlim(FIRST_PLATEAU)
    axes.set_ylim(0, 1.8)
    axes.legend(frameon=False, fontsize=9, ncols=2)
    finish(
        axes, x="energy (t)", y="G (e²/h per spin)",
        title="A long abrupt slit resonates like a cavity; a smooth contact does not",
    )  # fmt: skip
    return fig


def _slit(length: int, rows: int) -> Device:
    """Return a slit between hard walls, with a little of both leads."""
    span = rectangle(length + 4, rows)
    walls = rectangle(length, rows) - rectangle(length, SLIT)
    if rows % 2 == 0:  # the middle of the slit sits on a row of its own
        walls = rectangle(length, rows) - rectangle(length, SLIT).translated((0.0, 0.5))
    return Device(
        square_lattice(onsite=4.0),
        region=span - walls,
        leads={"source": lead("left"), "drain": lead("right")},
    )


def _intensities(s: SMatrix) -> RealArray:
    """|t_mn|² by transverse index, shape (out, in)."""
    by_momentum = np.abs(s.block(to="drain", from_="source")) ** 2
    # The slowest comes first, which is the mode with most nodes across the strip.
    found: RealArray = by_momentum[::-1, ::-1]
    return found


PAGE = Phenomenon(
    id="adiabatic",
    title="No sudden moves",
    statement=(
        "A contact that widens slowly has flat plateaus: a mode is either let through or turned "
        "back whole. For that nothing needs to stay in lane: with a taper of a few wavelengths a "
        "third of the current changes its mode while G is quantized to 4e-5. An abrupt slit mixes "
        "more, is not quantized, and resonates when half waves fit into its length."
    ),
    kind="computed",
    references=(
        "L. I. Glazman et al., JETP Lett. 48, 238 (1988)",
        "A. Szafer and A. D. Stone, Phys. Rev. Lett. 62, 300 (1989)",
        "G. Kirczenow, Solid State Commun. 68, 715 (1988)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
