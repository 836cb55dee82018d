"""Kubo equals Landauer on an open device; Chebyshev expansions give σ of large closed ones."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.device.disorder import disorder
from sharvin.device.lead import lead
from sharvin.device.regions import rectangle
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.matter.haldane import haldane
from sharvin.matter.qwz import qwz
from sharvin.matter.square import square_lattice
from sharvin.solvers.sections import kubo_conductance
from sharvin.solvers.smatrix import smatrix
from sharvin.spectral.conductivity import kubo_conductivity
from sharvin.spectral.density import density_of_states
from sharvin.spectral.torus import Torus
from sharvin.typing import RealArray

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

ENERGIES = np.array([-2.6, -1.9, -1.3, -0.7, -0.2])  # in hoppings
BETWEEN = np.linspace(-2.8, 0.0, 57)
SECTIONS = ((-2.0, -2.0), (-2.0, 2.0), (-4.0, 4.0), (0.0, 1.0))
STRENGTH, FERMI = 1.5, -1.0
BORN, TIME = 13.64, 6.02  # σ in e²/h and τ in ħ/t, golden rule for that disorder
WIDTHS = np.array([0.1, 0.2, 0.4])
MOMENTS = (32, 64, 128)
LEVELS = np.linspace(-3.2, 3.2, 129)


def model() -> Device:
    """Return a disordered strip of 10 by 6 sites between two leads."""
    return Device(
        square_lattice(),
        rectangle(10, 6),
        {"left": lead("left"), "right": lead("right")},
        disorder=disorder(1.0, seed="sample"),
    )


def compute(full: bool = False) -> "xr.Dataset":
    """Two cross-sections at many places; tori with wider and wider levels; two Chern insulators."""
    import xarray as xr

    device = model()
    landauer, line = (_landauer(device, where) for where in (ENERGIES, BETWEEN))
    kubo = [
        [kubo_conductance(device, energy=e, sections=pair, sample=1) for pair in SECTIONS]
        for e in ENERGIES
    ]
    samples, vectors = (24, 16) if full else (5, 4)
    bulk = np.array([_bulk(seed, vectors) for seed in range(samples)])
    hall = np.array([_hall(moments) for moments in MOMENTS])
    torus = Torus(qwz(mass=-1.0), (60, 60))
    density = density_of_states(torus, LEVELS, moments=128, vectors="all").density.values
    turned = kubo_conductivity(
        Torus(haldane(phase=-np.pi / 2), (24, 24)), 0.0, component="xy", moments=128, vectors="all"
    )
    unit = {"units": "e²/h"}
    parts = {
        "landauer": ("energy", landauer, unit),
        "line": ("between", line, unit),
        "kubo": (("energy", "sections"), np.array(kubo), unit),
        "sigma": ("width", bulk.mean(axis=0), unit),
        "sigma_error": ("width", bulk.std(axis=0, ddof=1) / np.sqrt(samples), unit),
        "hall": (("moments", "level"), hall, unit),
        "density": ("level", density, {"units": "1/t"}),
        "haldane": ((), float(turned.conductivity), unit),
    }
    coords = {
        "energy": ("energy", ENERGIES, {"units": "t"}),
        "between": ("between", BETWEEN, {"units": "t"}),
        "width": ("width", WIDTHS, {"units": "t"}),
        "moments": list(MOMENTS),
        "level": ("level", LEVELS, {"units": "t"}),
    }
    return xr.Dataset(parts, coords, {"samples": samples, "vectors": vectors})


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Any two sections give T; σ falls with the width as Born and Drude say; σ_xy = -C."""
    found = []
    for index, (first, second) in enumerate(SECTIONS):
        apart = float(np.abs(data.kubo[:, index] - data.landauer).max())
        name = f"Kubo less Landauer, sections at {first:g} and {second:g} (e²/h)"
        found.append(Check(name, apart, 0.0, 1e-9, "two solutions of the same equations"))
    for width, sigma, error in zip(WIDTHS, data.sigma.values, data.sigma_error.values, strict=True):
        expected = BORN / (1 + 2 * width * TIME)
        name = f"σ_xx of levels {width:g} t wide (e²/h)"
        reason = "four standard errors, and 5 % for the golden rule"
        found.append(Check(name, sigma, expected, min(4 * error, 0.6) + 0.05 * expected, reason))
    middle = data.hall.sel(level=0.0)
    for moments, expected in zip(MOMENTS, (-1.171, -1.041, -1.010), strict=True):
        name = f"σ_xy of a Chern insulator, {moments} moments (e²/h)"
        value = middle.sel(moments=moments)
        found.append(Check(name, value, expected, 6e-4, "printed digits"))
    # The error of Jackson's kernel falls like 1/moments²: one step of Richardson removes it.
    limit = (4 * middle[2] - middle[1]) / 3
    found.append(Check("its limit of many moments (e²/h)", limit, -1.0, 2e-3, "next order"))
    found.append(Check("σ_xy of Haldane's model, φ = -π/2", data.haldane, 1.0, 0.05, "128 moments"))
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """The same conductance from four pairs of sections; wide levels; a Hall plateau."""
    from sharvin.gallery.drawing import BLUE, COLORS, GRAY, GREEN, ORANGE, finish, new_figure

    fig, (left, middle, right) = new_figure(3)
    left.plot(data.between, data.line, color=GRAY, linewidth=1.2, label="Landauer")
    for index, (pair, color) in enumerate(zip(SECTIONS, COLORS, strict=False)):
        left.plot(
            data.energy, data.kubo[:, index], "o", markersize=13 - 3 * index,
            markerfacecolor="none", markeredgewidth=1.5, color=color,
            label=f"Kubo, x = {pair[0]:g}, {pair[1]:g}",
        )  # fmt: skip
    left.legend(frameon=False, fontsize=9)
    finish(left, x="energy (t)", y="G (e²/h)", title="Any two cross-sections")
    line = np.linspace(0.0, 0.45, 200)
    middle.plot(line, BORN / (1 + 2 * line * TIME), color=GRAY, linewidth=1.2,
                label=r"$\sigma_B/(1 + 2\eta\tau/\hbar)$")  # fmt: skip
    middle.errorbar(
        data.width, data.sigma, 2 * data.sigma_error, fmt="o", color=BLUE, capsize=3,
        label=f"{data.attrs['samples']} tori of 28 × 28 (2σ)",
    )  # fmt: skip
    middle.plot(0, BORN, "s", color=ORANGE, clip_on=False, label="golden rule")
    middle.set_xlim(0, 0.45)
    middle.set_ylim(0, 15)
    middle.legend(frameon=False, fontsize=9)
    finish(middle, x="width of the levels η (t)", y="σ_xx (e²/h)", title="Levels must be narrow")
    scaled = data.density / data.density.max()
    right.fill_between(data.level, -1.35 * scaled, 0, color=GRAY, alpha=0.25, linewidth=0)
    right.text(2.3, -0.42, "density\nof states", color=GRAY, ha="center", fontsize=9)
    for moments, color in zip(MOMENTS, (GREEN, ORANGE, BLUE), strict=True):
        right.plot(
            data.level, data.hall.sel(moments=moments), color=color, label=f"{moments} moments"
        )
    right.axhline(-1, color=GRAY, linewidth=1, linestyle=(0, (4, 3)))
    right.legend(frameon=False, fontsize=9, loc="lower left")
    right.set_ylim(-1.4, 0.1)
    finish(right, x="Fermi energy (t)", y="σ_xy (e²/h)", title="A Chern insulator, C = 1")
    return fig


def _landauer(device: Device, energies: RealArray) -> RealArray:
    points = (smatrix(device, energy=e, sample=1) for e in energies)
    return np.array([s.transmission(to="right", from_="left") for s in points])


def _bulk(seed: int, vectors: int) -> RealArray:
    """σ_xx of one disordered torus for all widths."""
    torus = Torus(square_lattice(), (28, 28), disorder=disorder(STRENGTH, seed=seed))
    return np.array(
        [
            kubo_conductivity(
                torus, FERMI, broadening=width, vectors=vectors, vector_seed=seed
            ).conductivity
            for width in WIDTHS
        ],
        dtype=np.float64,
    )


def _hall(moments: int) -> RealArray:
    torus = Torus(qwz(mass=-1.0), (24, 24))
    found = kubo_conductivity(
        torus, LEVELS, component="xy", moments=moments, vectors="all", bounds=(-3.6, 3.6)
    )
    return np.asarray(found.conductivity)


PAGE = Phenomenon(
    id="kubo",
    title="Kubo's conductivity",
    statement=(
        "The conductance of an open device is a correlation of two currents, the same for any two "
        "cross-sections. A closed system has a conductivity when its levels are given a width η "
        "between their spacing and ħ/τ; it comes out as σ/(1 + 2ητ/ħ). Chebyshev expansions reach "
        "ten million orbitals, and the Hall conductivity of a gap is minus its Chern number."
    ),
    kind="computed",
    references=(
        "H. U. Baranger and A. D. Stone, Phys. Rev. B 40, 8169 (1989)",
        "J. H. García, L. Covaci and T. G. Rappoport, Phys. Rev. Lett. 114, 116602 (2015)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
