"""Luttinger liquids: clean wires conduct one quantum, an impurity cuts them, a contact screens."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.device.lead import lead
from sharvin.device.regions import rectangle
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.manybody.contact import HartreeContact, hartree_contact
from sharvin.manybody.luttinger import (
    ac_conductance,
    bethe_conductance,
    clean_conductance,
    echoes,
    exponents,
    fit_parameter,
    half_conductance,
    impurity_conductance,
    propagate_pulse,
    renormalized_conductance,
    xxz_parameter,
)
from sharvin.matter.electron_gas import electron_gas
from sharvin.solvers.smatrix import smatrix
from sharvin.typing import RealArray
from sharvin.units import HBAR2_OVER_2ME

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PARAMETERS = (0.25, 1 / 3, 0.5, 0.7, 0.9)  # of the family G(T)
WIRE = 0.25  # K of the wire whose echoes are shown
MASS, OMEGA_Y, REACH, SPACING = 0.067, 3.0, 600.0, 8.0  # of the short contact: meV, nm
ENERGY, INTERACTION = 12.0, 16.0  # meV, meV nm
PLATEAUS = {1: 8.4, 2: 4.6, 3: 1.1}  # barriers in meV on each, with interaction


def model() -> Device:
    """Return a smooth barrier across a wire in GaAs; ``gate`` is its height in meV."""
    stiffness = MASS / (4 * HBAR2_OVER_2ME) * OMEGA_Y**2

    def potential(x: RealArray, y: RealArray, gate: float = 5.0) -> RealArray:
        return gate * _shape(x) + stiffness * y**2

    return Device(
        electron_gas(mass=MASS, spacing=SPACING),
        region=rectangle(2 * REACH, 128.0),
        leads={"source": lead("left"), "drain": lead("right")},
        potential=potential,
    )


def _shape(x: RealArray) -> RealArray:
    s = np.clip(x / REACH, -0.9999, 0.9999)
    return np.exp(-4 * s**2 / (1 - s**2))


def compute(full: bool = False) -> "xr.Dataset":
    """Families of an impurity, echoes of a clean wire, and a contact with its own potential."""
    import xarray as xr

    temperature = np.logspace(-2.5, 2.5, 101 if full else 61)
    family = [impurity_conductance(temperature, k, half_temperature=1.0) for k in PARAMETERS]
    angle = np.linspace(0.0, 2 * np.pi, 201)
    gate = np.linspace(0.6, 11.2, 107 if full else 48)
    staircase = _staircase(gate)
    parts = {
        "G": (("K", "T"), np.array([c.conductance for c in family]), _UNIT),
        "error": ("K", np.array([c.error for c in family]), _UNIT),
        "G_ac": ("angle", np.abs(ac_conductance(angle, WIRE, length=1.0, velocity=1.0)), _UNIT),
        "low": ("m", np.array([_slope(m, 1e-3, 0.0) for m in _M])),
        "high": ("m", np.array([-_slope(m, 1e5, 1 / m) for m in _M])),
        "expected_low": ("m", np.array([exponents(1 / m).strong for m in _M])),
        "expected_high": ("m", np.array([-exponents(1 / m).weak for m in _M])),
        "G_staircase": (("U", "gate"), staircase, {"units": "2e²/h"}),
        **_numbers(),
        **_plateaus(staircase, gate),
    }
    coordinates = {
        "K": ("K", np.array(PARAMETERS)),
        "T": ("T", temperature, {"units": "T of half height"}),
        "angle": ("angle", angle, {"long_name": "ωL/u"}),
        "m": np.array(_M),
        "gate": ("gate", gate, {"units": "meV"}),
        "U": ("U", np.array([0.0, INTERACTION]), {"units": "meV nm"}),
        "N": sorted(PLATEAUS),
        "wire": list(_WIRES),
    }
    return xr.Dataset(parts, coordinates)


_UNIT = {"units": "e²/h"}
_M = (3, 4, 5)


def _slope(m: int, ratio: float, limit: float) -> float:
    """Power of the temperature with which the Bethe ansatz leaves or reaches a limit."""
    one, two = np.abs(limit - bethe_conductance(np.array([ratio, 2 * ratio]), m))
    return float(np.log2(two / one))


def _numbers() -> dict[str, object]:
    """Identities and limits that are one number each."""
    ratio = np.logspace(-4, 4, 33)
    ks = np.ones(60)
    ks[20:40] = WIRE
    pulse = np.zeros(60)
    pulse[19] = 1.0
    frames = propagate_pulse(ks, pulse, 61)
    paths = echoes(WIRE, length=20.0, velocity=1.0, bounces=200)
    t = np.logspace(-2, 1, 40)
    noise = 1 + 0.003 * np.random.default_rng(42).normal(size=40)
    measured = 0.02 * t ** exponents(0.6, flavors=2).strong * noise
    weak = renormalized_conductance(
        lambda e: np.full_like(e, 0.5), [1e-9, 2e-9], alpha=0.25, bandwidth=1.0
    )
    free = renormalized_conductance(
        lambda e: np.full_like(e, 0.37), [0.01], alpha=0.0, bandwidth=1.0
    )
    dual = impurity_conductance(ratio, 2.0, half_temperature=1.0).conductance
    scale = impurity_conductance(ratio, 0.5, half_temperature=1.0).conductance
    return {
        "two_exact": float(np.abs(bethe_conductance(ratio, 2) - half_conductance(ratio)).max()),
        "running": ("echo", frames[[21, 61], 40]),
        "paths": ("echo", paths.transmitted[:2]),
        "charge": float(paths.transmitted.sum()),
        "returned": float(abs(paths.reflected.sum())),
        "fitted": fit_parameter(t, measured, flavors=2, r_squared=0.99).k,
        "weak_power": float(np.log2(weak[1] / weak[0])),
        "free": float(free[0]),
        "duality": float(np.abs(dual / 2 + 2 * scale - 1).max()),
        "xxz": xxz_parameter(0.5),
        "dc": ("wire", np.abs(_direct(_WIRES))),
        "intrinsic": ("wire", np.array([clean_conductance(k, leads=False) for k in _WIRES])),
    }


_WIRES = (0.25, 0.7, 1.4)


def _direct(ks: tuple[float, ...]) -> RealArray:
    return np.array([ac_conductance(0.0, k, length=300.0, velocity=200.0) for k in ks])


def _staircase(gate: RealArray) -> RealArray:
    device = model()
    both = [[_contact(device, v, u).transmissions.sum() for v in gate] for u in (0.0, INTERACTION)]
    return np.array(both)


def _plateaus(staircase: RealArray, gate: RealArray) -> dict[str, object]:
    """Self-consistent contacts on plateaus, by the S-matrix of the whole strip, and on risers."""
    device, found, lifted = model(), [], []
    charged = np.interp(-np.arange(0.5, len(PLATEAUS)), -staircase[1], gate)
    for count, riser in enumerate(charged, start=1):
        middle = PLATEAUS[count]
        contact = _contact(device, middle)
        s = smatrix(contact.device, energy=ENERGY, gate=middle)
        found.append(s.transmission(to="drain", from_="source") - count)
        contact = _contact(device, riser)
        top = contact.potential + riser * _shape(contact.x)
        lifted.append(top.max() - riser)
    return {
        "off_plateau": ("N", np.array(found)),
        "lifted": ("N", np.array(lifted), {"units": "meV"}),
    }


def _contact(device: Device, gate: float, interaction: float = INTERACTION) -> HartreeContact:
    return hartree_contact(
        device, chemical_potential=ENERGY, interaction=interaction, tolerance=1e-6, gate=gate
    )


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Exact exponents and identities, one quantum with leads, plateaus that stay."""
    found = []
    for m in data.m.values:
        at = data.sel(m=m)
        found += [
            Check(
                f"power of T at low T, K = 1/{m}", at.low, at.expected_low, 1e-3, "the next term"
            ),
            Check(f"the same at high T, K = 1/{m}", at.high, at.expected_high, 1e-3, "next term"),
        ]
    for k in data.wire.values:
        name = f"direct conductance between leads, K = {k:g} (e²/h)"
        found.append(Check(name, data.dc.sel(wire=k), 1.0, 1e-12, "rounding"))
    quarter = float(np.interp(np.pi / 2, data.angle, data.G_ac))
    small = 1e-9
    found += [
        Check("|G| of a quarter wave (e²/h)", quarter, 2 * WIRE / (1 + WIRE**2), 1e-9, "rounding"),
        Check("K = 1/2: Bethe ansatz less closed form", data.two_exact, 0, small, "rounding"),
        Check("first echo, run through cells", data.running[0], data.paths[0], 1e-12, "two routes"),
        Check("second echo", data.running[1], data.paths[1], 1e-12, "two routes"),
        Check("all echoes together (e)", data.charge, 1.0, 1e-12, "a sum of a series"),
        Check("what comes back (e)", data.returned, 0.0, 1e-12, "the same"),
        Check("K from a noisy curve of K = 0.6 with spin", data.fitted, 0.6, 0.006, "1 %, noise"),
        Check("power of weak repulsion, α = 1/4", data.weak_power, 0.5, 1e-3, "the next term"),
        Check("no repulsion, T_0 = 0.37 (e²/h)", data.free, 0.37, 1e-12, "rounding"),
        Check("duality of K = 2 and 1/2", data.duality, 0, small, "rounding"),
        Check("K of the XXZ chain at Δ = 1/2", data.xxz, 0.75, 1e-12, "rounding"),
        Check("half height of K = 0.7 (e²/h)", _half(data, 0.7), 0.35, 1e-9, "its definition"),
    ]
    return (*found, *_contact_checks(data))


def _contact_checks(data: "xr.Dataset") -> list[Check]:
    found = []
    for n in data.N.values:
        name = f"plateau {n} with interactions, off by"
        found.append(Check(name, data.off_plateau.sel(N=n), 0.0, 1e-6, "tunneling, ω_y/ω_x > 5"))
    risers = _risers(data)
    for number, (free, charged) in enumerate(zip(*risers, strict=True), start=1):
        name = f"riser {number} moves by (meV of the barrier)"
        # The electrons at the top lift it by as much.
        lifted = data.lifted.sel(N=number)
        found.append(Check(name, free - charged, lifted, 0.1, "the top changes its shape too"))
    return found


def _half(data: "xr.Dataset", k: float) -> float:
    return float(np.interp(0.0, np.log(data["T"]), data.G.sel(K=k)))


def _risers(data: "xr.Dataset") -> tuple[RealArray, RealArray]:
    """Barriers at which G = 1/2, 3/2, 5/2, without and with interaction."""
    halves = np.array([0.5, 1.5, 2.5])
    free, charged = (
        np.interp(-halves, -data.G_staircase.sel(U=u), data.gate) for u in data.U.values
    )
    return free, charged


def figure(data: "xr.Dataset") -> "Figure":
    """G(T) of an impurity, the wire at all frequencies, and the contact beside it."""
    from sharvin.gallery.drawing import BLUE, GRAY, finish, new_figure, plateaus
    from sharvin.plot.style import heat_colors

    fig, (left, middle, right) = new_figure(3)
    for k, color in zip(data.K.values, heat_colors(len(data.K))[::-1], strict=True):
        exact = float(data.error.sel(K=k)) < 1e-6
        left.loglog(data["T"], data.G.sel(K=k) / k, color=color, label=f"K = {k:.3g}",
                    linestyle="-" if exact else (0, (5, 2)))  # fmt: skip
    left.plot([], [], color=GRAY, linestyle=(0, (5, 2)), label="interpolated")
    left.set_ylim(1e-5, 2)
    left.legend(loc="lower right")
    finish(left, x="temperature / that of half height", y="G / (K e²/h)",
           title="An impurity cuts the wire")  # fmt: skip
    plateaus(middle, (WIRE, 1.0))
    middle.plot(data.angle / np.pi, data.G_ac, color=BLUE)
    middle.text(1.98, 1.02, "with leads, at low frequency: one", color=GRAY, ha="right",
                va="bottom", fontsize=8)  # fmt: skip
    middle.text(1.98, WIRE + 0.02, f"infinite wire: K = {WIRE:g}", color=GRAY, ha="right",
                va="bottom", fontsize=8)  # fmt: skip
    middle.set_ylim(0, 1.12)
    finish(middle, x=r"$\omega L / \pi u$", y="|G| (e²/h)", title=f"A clean wire, K = {WIRE:g}")
    plateaus(right, (1, 2, 3))
    _draw_contact(right, data)
    right.legend(loc="upper left")
    finish(right, x="- height of the barrier (meV)", y="G (2e²/h)",
           title="A short contact: risers move, plateaus stay")  # fmt: skip
    return fig


def _draw_contact(axes: "Axes", data: "xr.Dataset") -> None:
    """Both staircases, and by how much the risers move."""
    from scipy.interpolate import PchipInterpolator

    from sharvin.gallery.drawing import GRAY, INK, ORANGE

    gate = data.gate.values
    smooth = np.linspace(gate[0], gate[-1], 400)
    free, charged = (PchipInterpolator(gate, g)(smooth) for g in data.G_staircase.values)
    axes.plot(-smooth, free, color=INK, linewidth=1.0, linestyle=(0, (3, 2)), label="alone")
    axes.plot(-smooth, charged, color=ORANGE, label="in their own potential")
    for level, start, end in zip((0.5, 1.5, 2.5), *(-r for r in _risers(data)), strict=True):
        arrow = {"arrowstyle": "->", "color": GRAY, "linewidth": 0.8}
        axes.annotate("", (end, level), (start, level), arrowprops=arrow)
        label = f"{end - start:.2f} meV"
        axes.text(end + 0.2, level, label, color=GRAY, ha="left", va="center", fontsize=8)


PAGE = Phenomenon(
    id="luttinger",
    title="Luttinger liquids",
    statement=(
        "Between reservoirs of free electrons a clean interacting wire conducts one quantum per "
        "channel, whatever its K; only an infinite one, or one driven fast, shows K. A single "
        "impurity cuts it at low temperature with powers that depend on K. In a short contact "
        "the electrons' own potential moves the risers and leaves the plateaus."
    ),
    kind="computed",
    references=(
        "D. L. Maslov and M. Stone, Phys. Rev. B 52, R5539 (1995)",
        "C. L. Kane and M. P. A. Fisher, Phys. Rev. B 46, 15233 (1992)",
        "P. Fendley, A. W. W. Ludwig and H. Saleur, Phys. Rev. B 52, 8934 (1995)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
