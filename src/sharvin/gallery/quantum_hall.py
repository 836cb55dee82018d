"""The integer quantum Hall effect: plateaus, edges, what they survive and what breaks them."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.device.device import Device
from sharvin.device.disorder import disorder
from sharvin.device.necks import narrowest_neck
from sharvin.device.presets import hall_bar
from sharvin.device.regions import Region, disk, rectangle
from sharvin.gallery import corbino, hall_disorder
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.scan import scan
from sharvin.matter.square import square_lattice
from sharvin.observables.resistance import resistance
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.smatrix import smatrix
from sharvin.typing import RealArray
from sharvin.units import FLUX_QUANTUM

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FLUX = 0.05  # quanta per plaquette of 1 nm²
FIELD = FLUX * FLUX_QUANTUM
MAGNETIC_LENGTH = 1 / np.sqrt(2 * np.pi * FLUX)
# First three plateaus: between Landau levels at -3.698, -3.118, -2.584 and -2.096 t.
PLATEAUS = (-3.4, -3.05, -2.5)
MIDDLES = (-3.408, -2.851)
ENDS = ("source", "drain")
BARRIERS = (0.49, 0.98, 1.53)  # leave 3, 2 and 1 of four edge channels
BULK = -1.87  # four filled levels
NECKS = 8.0  # magnetic lengths that a neck needs


def model() -> Device:
    """Return a six-terminal bar of 60 x 30 sites; parameter ``B`` in T."""
    return hall_bar(square_lattice(), length=60, width=30, probe_width=10, separation=26, field="B")


def rough_bar(seed: int) -> Device:
    """Bar with random bites, bumps and unequal probes, all necks wider than 8 magnetic lengths."""
    random = np.random.default_rng(seed)
    while True:
        widths = [float(w) for w in random.integers(16, 22, 4)]
        plain = hall_bar(
            square_lattice(), length=100, width=46, probe_width=widths, separation=54, arm=6,
            field="B",
        )  # fmt: skip
        shape: Region = plain.region  # type: ignore[assignment]
        for _ in range(3):
            at, radius = random.uniform(-44, 44), random.uniform(4, 11)
            shape = shape - disk(radius, center=(at, random.choice([-23.0, 23.0])))
            at, radius = random.uniform(-44, 44), random.uniform(2, 5)
            shape = shape | disk(radius, center=(at, random.choice([-23.0, 23.0])))
        rough = replace(plain, region=shape)
        if narrowest_neck(rough) > NECKS * MAGNETIC_LENGTH:
            return rough


def necked_bar(width: float) -> Device:
    """Bar with a neck of this width between the two pairs of probes."""
    plain = hall_bar(
        square_lattice(), length=80, width=40, probe_width=16, separation=40, field="B"
    )
    cut = rectangle(6, (40 - width) / 2, corner=(-3, width / 2))
    whole: Region = plain.region  # type: ignore[assignment]
    shape = whole - cut - rectangle(6, (40 - width) / 2, corner=(-3, -20))
    return replace(plain, region=shape)


def gated_bar() -> Device:
    """Bar with a gate across it, whose parameter ``gate`` (in t) pushes edge channels back."""

    def barrier(x: RealArray, gate: float = 0.0) -> RealArray:
        return gate * np.exp(-((x / 9.0) ** 4))

    return hall_bar(
        square_lattice(), length=80, width=30, probe_width=12, separation=52, field="B",
        potential=barrier,
    )  # fmt: skip


def compute(full: bool = False) -> "xr.Dataset":
    """Plateaus of a clean bar, a gated one, rough ones, and what disorder leaves of them."""
    import xarray as xr

    bar = model()
    clean = scan(bar, [{"energy": e, "B": FIELD} for e in PLATEAUS], _both)
    fluxes = np.linspace(0.018, 0.108, 201 if full else 64)
    dirty = replace(bar, disorder=disorder(0.6, seed=3))
    swept = scan(dirty, [{"energy": -3.0, "B": f * FLUX_QUANTUM} for f in fluxes], _both)
    gates = np.linspace(0, 1.75, 106 if full else 36)
    gated = gated_bar()
    steps = [{"energy": BULK, "B": FIELD, "gate": g} for g in (*BARRIERS, *gates)]
    along = scan(gated, steps, _along)
    shapes = [rough_bar(seed) for seed in range(20 if full else 4)]
    rough = np.array([[_hall(smatrix(s, energy=e, B=FIELD)) for e in MIDDLES] for s in shapes])
    necks = np.array([3.0, 6.0, 10.0, 16.0]) if full else np.array([3.0, 16.0])
    behind = [smatrix(necked_bar(w), energy=MIDDLES[0], B=FIELD) for w in necks]
    table = hall_disorder.lost(60 if full else 30, FIELD)
    rims = np.linspace(0.018, 0.108, 121 if full else 25)
    disk = scan(
        corbino.disk(), [{"energy": -3.0, "B": f * FLUX_QUANTUM} for f in rims], corbino.across
    )
    between = [corbino.across(smatrix(corbino.disk(), energy=e, B=FIELD)) for e in MIDDLES]
    moved = [corbino.moved(e, FIELD) for e in MIDDLES]
    h_e2 = {"units": "h/e²"}
    parts = {
        "R_xy": ("plateau", clean[:, 0], h_e2),
        "R_xx": ("plateau", clean[:, 1], h_e2),
        "swept_xy": ("flux", swept[:, 0], h_e2),
        "swept_xx": ("flux", swept[:, 1], h_e2),
        "R_L": ("channels", along[:3], h_e2),
        "gate_L": ("gate", along[3:], h_e2),
        "rough": (("shape", "filling"), rough, h_e2),
        "narrow": ("neck", [_along(s) for s in behind], h_e2),
        "passed": ("neck", [_through(s) for s in behind], {"units": "1"}),
        "lost": (("lost_filling", "strength", "sample"), table, {"units": "1"}),
        "T_disk": ("disk_flux", disk, {"units": "1"}),
        "T_between": ("filled", between, {"units": "1"}),
        "moved": ("filled", moved, {"units": "electrons"}),
    }
    coordinates = {
        "plateau": [1, 2, 3],
        "flux": ("flux", fluxes, {"units": "h/e per site"}),
        "channels": [3, 2, 1],
        "gate": ("gate", gates, {"units": "t"}),
        "filling": [1, 2],
        "neck": ("neck", necks, {"units": "sites"}),
        "lost_filling": [1, 2],
        "strength": ("strength", np.array(hall_disorder.STRENGTHS), {"units": "t"}),
        "disk_flux": ("disk_flux", rims, {"units": "h/e per site"}),
        "filled": [1, 2],
    }
    return xr.Dataset(parts, coordinates)


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Quantization, sign, channels turned back, and how much disorder and necks do."""
    found = []
    reason = "channels of opposite edges overlap by less than rounding"
    for nu, hall, along in zip((1, 2, 3), data.R_xy.values, data.R_xx.values, strict=True):
        found.append(Check(f"R_xy, {nu} filled (h/e²)", hall, 1 / nu, 1e-9, reason))
        found.append(Check(f"R_xx, {nu} filled (h/e²)", along, 0.0, 1e-9, reason))
    reason = "tunneling between edge channels at the gate"
    for passed, value in zip((3, 2, 1), data.R_L.values, strict=True):
        name = f"R_L, {passed} of 4 channels pass (h/e²)"
        found.append(Check(name, value, 1 / passed - 1 / 4, 1e-4, reason))
    reason = "necks wider than 8 magnetic lengths: exp(-(8/2)²) = 1e-7 per edge"
    for nu in (1, 2):
        worst = float(np.abs(data.rough.sel(filling=nu) * nu - 1).max())
        found.append(Check(f"rough edges, worst |ν R_xy - 1|, ν = {nu}", worst, 0.0, 1e-6, reason))
    reason = "opposite edges meet in a neck of 1.7 magnetic lengths"
    narrow, passed = data.narrow.values[0], data.passed.values[0]
    name = "R_xx of a neck of 3 sites, in units of (1 - T)/T"
    found.append(Check(name, narrow * passed / (1 - passed), 1.0, 1e-6, "chiral edges beside it"))
    found.append(Check.between("T of a neck of 3 sites", passed, 0.0, 0.5, reason))
    name = "R_xx of a neck of 16 sites (h/e²)"
    found.append(Check(name, data.narrow.values[-1], 0.0, 1e-6, "wider than 8 magnetic lengths"))
    found += hall_disorder.checks(data.lost.values)
    found += _disk_checks(data)
    return tuple(found)


def _disk_checks(data: "xr.Dataset") -> list[Check]:
    """Nothing flows from rim to rim between levels, but a flux quantum moves ν electrons."""
    found = []
    for nu, passed, moved in zip((1, 2), data.T_between.values, data.moved.values, strict=True):
        reason = "states of the bulk 7 magnetic lengths from rim to rim, with some disorder"
        found.append(Check(f"Corbino disk between levels, ν = {nu}: T", passed, 0.0, 0.01, reason))
        name = f"Corbino disk: electrons moved inward by one flux quantum, ν = {nu}"
        found.append(Check(name, moved, nu, 2e-3, "what tunnels from rim to rim"))
    largest = float(data.T_disk.sel(disk_flux=slice(0.03, None)).max())
    name = "Corbino disk at a level: largest T above 0.03 h/e per site"
    found.append(Check.between(name, largest, 0.3, 10.0, "the bulk conducts there"))
    return found


def figure(data: "xr.Dataset") -> "Figure":
    """Bar and disk as a laboratory draws them, the current at the edge, a gate, and disorder."""
    from sharvin.gallery.drawing import finish
    from sharvin.plot.currents import draw_currents
    from sharvin.plot.style import new_figure
    from sharvin.solvers.currents import current_density

    fig = new_figure(width=12.5, height=6.6)
    grid: Any = [["bar", "flow", "gate"], ["disk", "lost", "lost"]]
    panels = fig.subplot_mosaic(grid, width_ratios=[1.1, 1.35, 1.0])
    _draw_sweeps(panels["bar"], panels["disk"], data)
    flow = current_density(
        model(), energy=PLATEAUS[0], B=FIELD, voltages={"source": 1.0, "1": 1.0, "2": 1.0}
    )
    draw_currents(panels["flow"], flow, kind="streamlines")
    finish(panels["flow"], x="x (sites)", y="y (sites)", title="One filled level: edge current")
    _draw_gate(panels["gate"], data)
    _draw_lost(panels["lost"], data)
    return fig


def _draw_sweeps(bar: "Axes", disk: "Axes", data: "xr.Dataset") -> None:
    """Resistances of the bar, and below, over the same field, what the disk transmits."""
    from sharvin.gallery.drawing import BLUE, GREEN, RED, finish, plateaus

    plateaus(bar, [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5])
    bar.plot(data.flux, data.swept_xy, color=BLUE, linewidth=1.8, label=r"$R_{xy}$")
    bar.plot(data.flux, data.swept_xx, color=RED, linewidth=1.2, label=r"$R_{xx}$")
    bar.set_yticks([0, 1 / 4, 1 / 3, 1 / 2, 1], ["0", "1/4", "1/3", "1/2", "1"])
    bar.set_ylim(-0.15, 1.12)
    bar.margins(x=0)
    bar.legend(loc="upper left", fontsize=9)
    title = "A bar of 60 × 30 sites, some disorder"
    finish(bar, x="flux per site (h/e)", y="resistance (h/e²)", title=title)
    disk.semilogy(data.disk_flux, data.T_disk.clip(1e-9), color=GREEN, linewidth=1.6)
    disk.set_xlim(*bar.get_xlim())
    disk.set_ylim(1e-9, 30)
    one, two = (f"{float(value):.4f}" for value in data.moved.values)
    text = f"one flux quantum through the hole\nmoves {one} (ν = 1), {two} (ν = 2) electrons"
    disk.text(0.04, 0.06, text, transform=disk.transAxes, fontsize=8)
    title = "A Corbino disk: no edge joins the rims"
    finish(disk, x="flux per site (h/e)", y="G from rim to rim (e²/h)", title=title)


def _draw_gate(axes: "Axes", data: "xr.Dataset") -> None:
    from sharvin.gallery.drawing import ORANGE, finish, plateaus

    plateaus(axes, [0, 1 / 12, 1 / 4, 3 / 4])
    axes.plot(data.gate, data.gate_L, color=ORANGE, linewidth=1.8)
    axes.set_yticks([0, 1 / 12, 1 / 4, 3 / 4], ["0", "1/12", "1/4", "3/4"])
    axes.set_ylim(-0.03, 1.0)
    finish(axes, x="gate (t)", y="R across the gate (h/e²)", title="A gate turns channels back")


def _draw_lost(axes: "Axes", data: "xr.Dataset") -> None:
    """Every sample a point; published values as bars."""
    from sharvin.gallery.drawing import BLUE, INK, PURPLE, finish

    samples = data.lost.sizes["sample"]
    beside = np.linspace(-0.035, 0.035, samples)
    for nu, color, shift in ((1, BLUE, -0.05), (2, PURPLE, 0.05)):
        for w in data.strength.values:
            values = data.lost.sel(lost_filling=nu, strength=w).clip(1e-15)
            label = f"ν = {nu}" if w == data.strength.values[0] else None
            axes.semilogy(
                w + shift + beside, values, ".", color=color, ms=4, alpha=0.7, label=label
            )
        for at, w, value in hall_disorder.PUBLISHED:
            if at == nu:
                axes.plot([w + shift - 0.05, w + shift + 0.05], [value, value], color=INK, lw=1.6)
    axes.plot([], [], color=INK, lw=1.6, label="published samples, middle")
    axes.set_xticks(data.strength.values)
    axes.legend(loc="lower right", fontsize=9)
    title = "What disorder takes from edge channels (60 × 40 sites, each point one sample)"
    finish(axes, x="disorder W (t)", y="|ν - T|", title=title)


def _hall(s: SMatrix) -> float:
    return resistance(s, current=ENDS, voltage=("1", "3"))


def _along(s: SMatrix) -> float:
    return resistance(s, current=ENDS, voltage=("1", "2"))


def _through(s: SMatrix) -> float:
    """Transmission from all leads on the left to all leads on the right."""
    left, right = ("source", "1", "3"), ("drain", "2", "4")
    return sum(s.transmission(to=b, from_=a) for a in left for b in right)


def _both(s: SMatrix) -> tuple[float, float]:
    return _hall(s), _along(s)


PAGE = Phenomenon(
    id="quantum-hall",
    title="The integer quantum Hall effect",
    statement=(
        "In a strong field a bar carries its current in one-way channels along its edges. The Hall "
        "resistance is h/νe² and the longitudinal one zero, whatever the shape of the edge, as "
        "long as opposite edges stay eight magnetic lengths apart. A gate across the bar turns "
        "channels back: R = (h/e²)(1/ν_g - 1/ν)."
    ),
    kind="computed",
    references=(
        "K. von Klitzing, G. Dorda and M. Pepper, Phys. Rev. Lett. 45, 494 (1980)",
        "M. Büttiker, Phys. Rev. B 38, 9375 (1988)",
        "R. J. Haug et al., Phys. Rev. Lett. 61, 2797 (1988)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
