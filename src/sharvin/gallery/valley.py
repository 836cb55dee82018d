"""Valleys: steps of 4e²/h and of 12e²/h, and what takes them apart."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.device.disorder import disorder
from sharvin.device.lead import lead
from sharvin.device.presets import hall_bar
from sharvin.device.regions import rectangle
from sharvin.formulas import armchair_thresholds, degenerate_staircase, zigzag_thresholds
from sharvin.gallery.check import Check
from sharvin.gallery.contacts import saddle_contact
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.scan import energies, scan
from sharvin.matter.conserved import Conserved
from sharvin.matter.graphene import graphene
from sharvin.matter.hopping import Hopping
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.observables.conductance import conductance
from sharvin.observables.resistance import resistance
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.smatrix import smatrix
from sharvin.sweeps.gas import fermi_energy
from sharvin.typing import RealArray
from sharvin.units import FLUX_QUANTUM, HBAR2_OVER_2ME

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CHAINS = 20  # zigzag chains, 40 atoms across
DIMERS = 22  # dimer lines of the armchair ribbon: a semiconducting one
ROW = np.sqrt(3) / 2  # distance of zigzag chains in lattice constants
NEAR = 1e-4  # t, how closely the steps of the ribbons are enclosed
SILICON_MASS = 0.358  # density-of-states mass of a (111) surface, here isotropic
SPACING = 2.5  # nm
OMEGA_X, OMEGA_Y = 0.5, 2.0  # meV
STRAIN = 1.2  # meV
SCALING = 14  # of graphene in a field: its constant of 3.4 nm is a quarter of l at 3.5 T
FILLINGS = (-6, -2, 2, 6, 10)  # middles of plateaus
PLATEAU_FIELD = 3.0  # T
ENDS = ("source", "drain")
VALLEYS = ("+x", "-x", "+y", "-y", "+z", "-z")


def model() -> Device:
    """Return a saddle point in six equal valleys; ``strain`` (meV) lifts four of them."""
    return _silicon_contact(six_valleys())


def six_valleys() -> Model:
    """Electron gas with one orbital per valley and the spin in its degeneracy.

    Valleys of equal, isotropic mass stand in for the tilted ellipsoids of Si(111): what counts
    here is that there are six of them.
    """
    t = HBAR2_OVER_2ME / (SILICON_MASS * SPACING**2)
    unit = np.eye(6)
    return Model(
        Lattice(SPACING * np.eye(2)),
        onsite=[{"": 4 * t * unit, "strain": np.diag([1.0, 1.0, 1.0, 1.0, 0.0, 0.0])}],
        hoppings=[Hopping(-t * unit, (1, 0)), Hopping(-t * unit, (0, 1))],
        orbitals=6,
        defaults={"strain": 0.0},
        units={"strain": "meV"},
        degeneracy=2,
        conserved={"valley": Conserved((np.diag(np.arange(6.0)),), dict(enumerate(VALLEYS)))},
        name="six valleys",
    )


def compute(full: bool = False) -> "xr.Dataset":
    """Ribbons of graphene with both edges; six valleys, alike and strained."""
    import xarray as xr

    zigzag, armchair = _zigzag(), _armchair()
    zigzag_edges = zigzag_thresholds(CHAINS, 3)
    armchair_edges = armchair_thresholds(DIMERS)[:3]
    edges = np.concatenate([zigzag_edges, armchair_thresholds(DIMERS)])
    edges = edges[edges < 0.59]  # a point on either side of every step draws it upright
    ribbon = np.linspace(0.012, 0.59, 296 if full else 15)
    ribbon = np.unique(np.concatenate([ribbon, edges - NEAR, edges + NEAR]))
    silicon, plain = model(), _silicon_contact(_one_valley())
    energy = np.linspace(0.0, 7.0, 141 if full else 43)
    middles = OMEGA_Y * np.array([1.0, 2.0, 3.0])
    strained = smatrix(silicon, energy=0.5 * OMEGA_Y + 0.5 * STRAIN, strain=STRAIN)
    fields = np.linspace(2.0, 3.4, 31 if full else 6)
    densities = np.linspace(0.0, 10.0, 62 if full else 13)[1:]
    bar = hall_bar(graphene(scaling=SCALING), length=260, width=130, probe_width=110,
                   separation=140, field="B")  # fmt: skip
    hall = scan(bar, [_filled(nu, PLATEAU_FIELD) for nu in FILLINGS], _hall_and_along)
    e2 = {"units": "e²/h"}
    parts = {
        "G_hall": ("filling", 1 / hall[:, 0], e2),
        "R_along": ("filling", hall[:, 1], {"units": "h/e²"}),
        "G_fan": (("field", "density"), _fan(fields, densities), e2),
        "G_zigzag": ("ribbon_energy", scan(zigzag, energies(ribbon), _conductance), e2),
        "G_armchair": ("ribbon_energy", scan(armchair, energies(ribbon), _conductance), e2),
        "zigzag_steps": (("step", "side"), _around(zigzag, zigzag_edges), e2),
        "armchair_steps": (("step", "side"), _around(armchair, armchair_edges), e2),
        "G_silicon": ("energy", scan(silicon, energies(energy), _conductance), e2),
        "G_strained": (
            "energy", scan(silicon, energies(energy, strain=STRAIN), _conductance), e2,
        ),
        "G_middle": ("plateau", scan(silicon, energies(middles), _conductance), e2),
        "G_degenerate": ("plateau", scan(plain, energies(middles), _conductance), e2),
        "G_valley": ("valley", np.array([_of_valley(strained, v) for v in VALLEYS]), e2),
        "G_four": ((), _conductance(strained), e2),
    }  # fmt: skip
    coordinates = {
        "ribbon_energy": ("ribbon_energy", ribbon, {"units": "t"}),
        "step": [1, 2, 3],
        "side": ["below", "above"],
        "zigzag_edge": ("step", zigzag_edges, {"units": "t"}),
        "armchair_edge": ("step", armchair_edges, {"units": "t"}),
        "energy": ("energy", energy, {"units": "meV"}),
        "plateau": [1, 2, 3],
        "filling": list(FILLINGS),
        "field": ("field", fields, {"units": "T"}),
        "density": ("density", densities, {"units": "10¹⁵ m⁻²"}),
        "valley": list(VALLEYS),
    }
    return xr.Dataset(parts, coordinates)


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Height of the steps, where they are, and how strain and edges split them."""
    found = []
    reason = "counted modes; the step is enclosed within 1e-4 t"
    for edge, height, data_ in (
        ("zigzag", 4, data.zigzag_steps),
        ("armchair", 2, data.armchair_steps),
    ):
        start = 2 if edge == "zigzag" else 0  # the edge states of one, the gap of the other
        for n, (below, above) in enumerate(data_.values):
            low = start + height * n
            found.append(Check(f"{edge}, below step {n + 1} (e²/h)", below, low, 1e-9, reason))
            name = f"{edge}, above step {n + 1} (e²/h)"
            found.append(Check(name, above, low + height, 1e-9, reason))
    for n, g, same in zip((1, 2, 3), data.G_middle.values, data.G_degenerate.values, strict=True):
        reason = "tails exp(-2π·1/0.5) of twelve"
        found.append(Check(f"six valleys, plateau {n} (e²/h)", g, 12 * n, 2e-3, reason))
        found.append(Check("six orbitals against degeneracy 12", g, same, 1e-9, "two routes"))
    reason = "tails exp(-2π·0.6/0.5) of twelve"
    found.append(Check("strained, between the valleys (e²/h)", data.G_four, 4.0, 0.01, reason))
    low, high = data.G_valley.sel(valley="+z"), data.G_valley.sel(valley="+x")
    found.append(Check("carried by a lowered valley (e²/h)", low, 2.0, 3e-3, reason))
    found.append(Check("carried by a lifted valley (e²/h)", high, 0.0, 3e-3, reason))
    reason = "opposite edges are 9 magnetic lengths apart"
    for nu, g, along in zip(FILLINGS, data.G_hall.values, data.R_along.values, strict=True):
        found.append(
            Check(f"graphene in a field, filling {nu}: 1/R_xy (e²/h)", g, nu, 1e-6, reason)
        )
        name = f"graphene in a field, filling {nu}: R_xx (h/e²)"
        found.append(Check(name, along, 0.0, 1e-6, reason))
    reason = "a strip of 6 magnetic lengths with disorder loses up to one percent of ten channels"
    fan = data.G_fan.interp(field=2.6)
    for g in (2, 6, 10):
        density = g * 2.6 / FLUX_QUANTUM * 1e3
        if density < float(data.density[-1]):
            value = float(fan.sel(density=density, method="nearest"))
            found.append(Check(f"fan at 2.6 T, filling {g} (e²/h)", value, g, 0.15, reason))
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """Graphene with two kinds of edges and in a field; six valleys with and without strain."""
    from sharvin.gallery.drawing import BLUE, GREEN, ORANGE, PURPLE, finish, new_figure, plateaus

    fig, (left, middle, right) = new_figure(3)
    left.plot(data.ribbon_energy, data.G_zigzag, color=BLUE, linewidth=1.8, label="zigzag edges")
    left.plot(data.ribbon_energy, data.G_armchair, color=ORANGE, linewidth=1.3, label="armchair")
    left.set_yticks(range(0, 20, 2))
    plateaus(left, range(0, 20, 2))
    left.legend(frameon=False, fontsize=9)
    finish(left, x="energy (t)", y="G (e²/h)", title="Graphene ribbons: 2, 6, 10, 14 e²/h")
    _draw_fan(fig, middle, data)
    fine = np.linspace(0, 6.9, 700)
    ideal = degenerate_staircase(fine, OMEGA_Y * (np.arange(4) + 0.5), 12)
    right.plot(fine, ideal, color="#dfe5ec", linewidth=5, label="ideal")
    right.plot(data.energy, data.G_silicon, color=GREEN, linewidth=1.8, label="six equal valleys")
    right.plot(
        data.energy, data.G_strained, color=PURPLE, linewidth=1.3,
        label=f"strained by {STRAIN:g} meV",
    )  # fmt: skip
    right.set_yticks(range(0, 37, 4))
    plateaus(right, range(0, 37, 4))
    right.legend(frameon=False, fontsize=9)
    finish(right, x="energy (meV)", y="G (e²/h)", title="Six valleys: 12e²/h at once, or 4 and 8")
    return fig


def _draw_fan(fig: "Figure", axes: "Axes", data: "xr.Dataset") -> None:
    """Conductance in the plane of density and field, with the levels of Dirac electrons."""
    from sharvin.gallery.drawing import finish
    from sharvin.plot.style import MAGNITUDE

    image = axes.pcolormesh(
        data.density, data.field, data.G_fan, cmap=MAGNITUDE, vmin=0, vmax=18, shading="nearest",
        rasterized=True,
    )  # fmt: skip
    low, high = float(data.field[0]), float(data.field[-1])
    for level in (1, 2, 3):  # four electrons per flux quantum and level
        field = np.array([low, high])
        axes.plot(4 * level * field / FLUX_QUANTUM * 1e3, field, color="white", linewidth=1)
    for g in (2, 6, 10):
        axes.text(0.93 * g * high / FLUX_QUANTUM * 1e3, 0.93 * high, str(g), color="white",
                  ha="center", va="center", fontsize=11, fontweight="bold")  # fmt: skip
    axes.set_xlim(float(data.density[0]), float(data.density[-1]))
    axes.set_ylim(low, high)
    fig.colorbar(image, ax=axes, pad=0.03, ticks=[2, 6, 10, 14]).set_label("G (e²/h)")
    finish(axes, x="density (10¹⁵ m⁻²)", y="field (T)", title="Landau fan: 2, 6, 10 e²/h")


def _filled(filling: float, field: float) -> dict[str, float]:
    """Point at which zero-field graphene holds this many electrons per flux quantum."""
    energy = fermi_energy(graphene(scaling=SCALING), filling * field / FLUX_QUANTUM)
    return {"energy": energy, "B": field}


def _fan(fields: RealArray, densities: RealArray) -> RealArray:
    """Conductance of a disordered strip, shape (fields, densities)."""
    strip = Device(
        graphene(scaling=SCALING),
        region=rectangle(60.0, 100.0),
        leads={"source": lead("left"), "drain": lead("right")},
        field="B",
        disorder=disorder(40.0, seed=1),
    )
    points = [_filled(n * 1e-3 * FLUX_QUANTUM / b, b) for b in fields for n in densities]
    return scan(strip, points, _conductance).reshape(len(fields), len(densities))


def _hall_and_along(s: SMatrix) -> tuple[float, float]:
    return (
        resistance(s, current=ENDS, voltage=("1", "3")),
        resistance(s, current=ENDS, voltage=("1", "2")),
    )


def _zigzag() -> Device:
    """Return a ribbon of 20 whole zigzag chains along x."""
    low, high = -1 / (2 * np.sqrt(3)) - 0.1, (CHAINS - 1) * ROW + 0.1
    return Device(
        graphene(hopping=1.0, lattice_constant=1.0),
        region=rectangle(5.0, high - low).translated((0.0, (high + low) / 2)),
        leads={"source": lead("left"), "drain": lead("right")},
    )


def _armchair() -> Device:
    """Return a ribbon of 22 dimer lines along y."""
    return Device(
        graphene(hopping=1.0, lattice_constant=1.0),
        region=rectangle(DIMERS / 2, 8 * ROW),
        leads={"source": lead("bottom"), "drain": lead("top")},
    )


def _silicon_contact(model: Model) -> Device:
    return saddle_contact(
        spacing=SPACING,
        hbar_omega_x=OMEGA_X,
        hbar_omega_y=OMEGA_Y,
        mass=SILICON_MASS,
        drop=5.0,
        length=240.0,
        width=90.0,
        model=model,
    )


def _one_valley() -> Model:
    """Return the same gas with valleys and spin in the degeneracy."""
    t = HBAR2_OVER_2ME / (SILICON_MASS * SPACING**2)
    return Model(
        Lattice(SPACING * np.eye(2)),
        onsite=[4 * t],
        hoppings=[Hopping(-t, (1, 0)), Hopping(-t, (0, 1))],
        degeneracy=12,
        name="twelvefold gas",
    )


def _conductance(s: SMatrix) -> float:
    return conductance(s, to="drain", from_="source")


def _of_valley(s: SMatrix, valley: str) -> float:
    return s.degeneracy * s.transmission(to=("drain", valley), from_="source")


def _around(device: Device, edges: RealArray) -> RealArray:
    """Conductance just below and just above each edge, shape (edges, 2)."""
    both = np.stack([edges - NEAR, edges + NEAR], axis=-1)
    return scan(device, energies(both.ravel()), _conductance).reshape(both.shape)


PAGE = Phenomenon(
    id="valley",
    title="Valleys multiply the steps",
    statement=(
        "Equivalent valleys open together: graphene with valleys kept apart climbs in steps of "
        "4e²/h, six valleys in steps of 12e²/h. What tells valleys apart splits the steps again: "
        "armchair edges, which mix them, or strain, which lifts some. In a field graphene keeps "
        "them: its Hall conductance is 2, 6, 10 e²/h, half-integer per valley and spin."
    ),
    kind="computed",
    references=(
        "L. Brey and H. A. Fertig, Phys. Rev. B 73, 235411 (2006)",
        "V. P. Gusynin and S. G. Sharapov, Phys. Rev. Lett. 95, 146801 (2005)",
        "N. M. R. Peres, A. H. Castro Neto and F. Guinea, Phys. Rev. B 73, 195411 (2006)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
