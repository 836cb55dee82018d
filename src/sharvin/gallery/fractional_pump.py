"""One flux quantum goes in, a third of an electron moves: the fractional quantum Hall effect."""

from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.gallery.check import Check
from sharvin.gallery.fractional_picture import HOLES, RADIUS, figure
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.typing import RealArray

if TYPE_CHECKING:
    import xarray as xr

ELECTRONS = 7
CIRCUMFERENCE = 11.0  # magnetic lengths
QUASIHOLES = ((4, 13), (4, 14), (5, 16), (5, 17))  # electrons, flux quanta
COUNTS = (13, 35, 16, 51)
CENTER = ((0, 2), (1, 2), (2, 2))  # momenta of the three ground states of the lattice


def model() -> Any:
    """Return the cylinder through which flux is threaded."""
    from sharvin.manybody.fractional import Cylinder

    return Cylinder(3 * ELECTRONS - 2, CIRCUMFERENCE)


def compute(full: bool = False) -> "xr.Dataset":
    """Solve electrons at 1/3 on a cylinder, tori, spheres and a disk, and on a lattice."""
    import xarray as xr

    parts = {
        **_cylinder(),
        **_torus(8 if full else 6),
        **_sphere(),
        **_lattice(full),
        **_rough(full),
    }
    data: xr.Dataset = xr.Dataset(parts)
    return data.assign_coords(
        radius=("radius", np.linspace(0, RADIUS, 161), {"units": "l"}),
        holes=list(HOLES),
        system=[f"{n} electrons, {phi} flux quanta" for n, phi in QUASIHOLES],
    )


def _cylinder() -> dict[str, Any]:
    """Profiles and pumped charges, of electrons at 1/3 and bosons at 1/2; a disk with holes."""
    from sharvin.manybody.fractional import Cylinder, Disk, density, laughlin, pumped_charge

    tube, flux = model(), np.linspace(0.0, 3.0, 37)
    n = laughlin(tube, ELECTRONS).occupations()
    pair = Cylinder(2 * ELECTRONS - 1, 10.0)
    bosons = laughlin(pair, ELECTRONS, bosons=True).occupations()
    x = np.linspace(-3.0, tube.spacing * tube.orbitals + 3.0, 241)
    r = np.linspace(0, RADIUS, 161)
    rings = [Disk(3 * ELECTRONS - 2, k) for k in HOLES]
    return {
        "charge": ("flux", pumped_charge(tube, n, flux), {"units": "e"}),
        "charge_bosons": ("flux", pumped_charge(pair, bosons, flux), {"units": "particles"}),
        "before": ("x", density(tube, n, x), {"units": "1/2πl²"}),
        "after": ("x", density(tube, n, x - tube.spacing), {"units": "1/2πl²"}),
        "disk": (
            ("holes", "radius"),
            np.array([density(d, laughlin(d, ELECTRONS).occupations(), r) for d in rings]),
            {"units": "1/2πl²"},
        ),
        "flux": ("flux", flux, {"units": "h/e"}),
        "x": ("x", x, {"units": "l"}),
    }


def _torus(largest: int) -> dict[str, Any]:
    """Zero modes, gap, counts of quasiholes, and what a flux quantum does to the three states."""
    from sharvin.manybody.fractional import (
        Haldane,
        Torus,
        excitation_gap,
        flux_return,
        ground_state_charges,
        laughlin_multiplet,
        overlap,
        particle_entanglement,
        zero_modes,
    )

    torus = Torus(3 * largest)
    three = laughlin_multiplet(torus, largest)
    exact = _coulomb(torus, largest, list(ground_state_charges(largest, torus.flux, (1, 3))))
    once = flux_return(three, torus)
    five = laughlin_multiplet(Torus(15), 5)
    entangled = particle_entanglement(five, 2)
    bosons = zero_modes(Torus(8), Haldane({0: 1.0}), 4, bosons=True)
    return {
        "zero": ("state", [float(level.energies[0]) for level in three], {"units": "V₁"}),
        "gap": ((), excitation_gap(torus, Haldane(), largest).size, {"units": "V₁"}),
        "stays": ((), float(np.abs(np.diag(once)).max())),
        "returns": ((), float(np.abs(np.diag(np.linalg.matrix_power(once, 3))).min())),
        "counts": (
            "system",
            [float(sum(zero_modes(Torus(f), Haldane(), n).values())) for n, f in QUASIHOLES],
        ),
        "entangled": ((), float(sum(len(levels) for levels in entangled.values()))),
        "zero_bosons": ((), float(sum(bosons.values()))),
        "overlap_torus": ((), overlap(three, exact)),
        "energy_torus": ((), exact[0].energies[0] / largest, {"units": "e²/4πεl"}),
    }


def _coulomb(torus: Any, particles: int, charges: list[int]) -> list[Any]:
    from sharvin.manybody.fractional import Coulomb, lowest_states

    return [lowest_states(torus, Coulomb(), particles, charge) for charge in charges]


def _sphere() -> dict[str, Any]:
    """Coulomb's ground state against Laughlin's, and the charge of a quasihole."""
    from sharvin.manybody.fractional import (
        Coulomb,
        Haldane,
        Sphere,
        excess_charge,
        laughlin,
        lowest_states,
        overlap,
    )

    sphere = Sphere(3 * ELECTRONS - 3)
    exact = lowest_states(sphere, Coulomb(), ELECTRONS, 0)
    # The flat liquid is denser by what curvature adds to the flux.
    scale = np.sqrt(sphere.flux / (3 * ELECTRONS))
    hole = Sphere(3 * ELECTRONS - 2)
    state = lowest_states(hole, Haldane(), ELECTRONS, -ELECTRONS)
    angles = np.pi * np.linspace(0.0, 1.0, 91)
    missing = excess_charge(hole, state.occupations(), angles)
    return {
        "overlap_sphere": ((), overlap(laughlin(sphere, ELECTRONS), exact)),
        "energy_sphere": ((), exact.energies[0] / ELECTRONS * scale, {"units": "e²/4πεl"}),
        "hole": ("arc", missing, {"units": "e"}),
        "arc": ("arc", angles * hole.radius, {"units": "l"}),
    }


def _lattice(full: bool) -> dict[str, Any]:
    """Many-body Chern number and spectral flow of a fractional Chern insulator."""
    from sharvin.manybody.fractional import FlatBand, checkerboard, many_body_chern, spectral_flow

    band = FlatBand(checkerboard(), (3, 4), 4)
    found = many_body_chern(band, states=3, grid=10 if full else 6)
    twist, energies = spectral_flow(band, points=24 if full else 8, count=2)
    trio = np.stack([energies[k][:, 0] for k in CENTER])
    others = [e if k not in CENTER else e[:, 1:] for k, e in energies.items()]
    return {
        "chern": ((), found.raw),
        "chern_gap": ((), found.gap, {"units": "U"}),
        "trio": (("state", "twist"), trio, {"units": "U"}),
        "excited": (("level", "twist"), np.hstack(others).T, {"units": "U"}),
        "twist": ("twist", twist, {"units": "h/e"}),
    }


def _rough(full: bool) -> dict[str, Any]:
    """Mean splitting of the three states of a torus by a weak random potential."""
    from sharvin.manybody.fractional import (
        Torus,
        laughlin_multiplet,
        random_potential,
        triplet_energies,
    )

    numbers = (3, 4, 5, 6, 7, 8) if full else (3, 4, 5, 6)
    samples = 24 if full else 8
    means, errors = [], []
    for n in numbers:
        torus = Torus(3 * n)
        three = laughlin_multiplet(torus, n)
        widths = [
            np.ptp(triplet_energies(three, random_potential(torus, seed=s))) for s in range(samples)
        ]
        means.append(np.mean(widths))
        errors.append(np.std(widths, ddof=1) / np.sqrt(samples))
    return {
        "splitting": ("electrons", means, {"units": "W"}),
        "splitting_error": ("electrons", errors, {"units": "W"}),
        "electrons": ("electrons", list(numbers)),
    }


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """The fraction on four surfaces, the counts that go with it, and what protects it."""
    charge = data.charge.values
    ripple = "density waves in a droplet of seven"
    at = [int(np.abs(data.flux.values - f).argmin()) for f in (0.5, 1.0, 3.0)]
    found = [
        Check("charge across the cylinder, half a flux quantum (e)", charge[at[0]], 1 / 6, 0.02,
              ripple),
        Check("charge, one flux quantum (e)", charge[at[1]], 1 / 3, 0.02, ripple),
        Check("charge, three flux quanta (e)", charge[at[2]], 1.0, 0.02, ripple),
        Check("bosons at 1/2, one flux quantum", data.charge_bosons.values[at[1]], 0.5, 0.02,
              ripple),
        Check("largest of three zero modes (V₁)", np.abs(data.zero.values).max(), 0.0, 1e-10,
              "rounding: 3e-15 measured"),
        Check.between("gap above them (V₁)", data.gap, 0.36, 0.43, "0.36 to 0.42 for N = 4 to 8"),
        Check("a state kept by one flux quantum", data.stays, 0.0, 1e-8, "another momentum"),
        Check("each state after three flux quanta", data.returns, 1.0, 1e-8, "eigenvector's error"),
    ]  # fmt: skip
    for name, count, expected in zip(data.system.values, data.counts.values, COUNTS, strict=True):
        found.append(Check(f"quasihole states, {name}", count, expected, 0.0, "a count"))
    outside = data.hole.values[data.arc.values > 0.62 * float(data.arc[-1])]
    energy = float(data.energy_sphere)
    found += [
        Check("entanglement levels, 2 of 5 electrons", data.entangled, 75, 0.0, "a count"),
        Check("zero modes of bosons at 1/2", data.zero_bosons, 2, 0.0, "a count"),
        Check("charge of a quasihole on the sphere (e)", outside[0], -1 / 3, 0.02, ripple),
        Check.between("Laughlin in Coulomb's state, sphere", data.overlap_sphere, 0.98, 1.0,
                      "0.9927 for seven electrons"),
        Check.between("Laughlin in Coulomb's states, torus", data.overlap_torus, 0.98, 1.0,
                      "0.989 for six electrons"),
        Check("Coulomb energy per electron, torus (e²/4πεl)", data.energy_torus, energy, 2e-3,
              "finite size, sphere against torus"),
        Check("many-body Chern number of three states", data.chern, -1.0, 1e-6, "an integer"),
        Check("levels after three flux quanta (U)",
              np.abs(data.trio.values[:, -1] - data.trio.values[:, 0]).max(), 0.0, 1e-10,
              "rounding"),
        Check("levels after one: the next one's (U)", _exchanged(data.trio.values), 0.0, 1e-10,
              "rounding"),
        Check.between("splitting by roughness, per electron more", _decay(data), 3.0, 9.0,
                      "measured 5 to 8, exponential in the size"),
    ]  # fmt: skip
    return tuple(found)


def _exchanged(trio: RealArray) -> float:
    """Largest difference of each level after a flux quantum from that of the next state."""
    turn = (trio.shape[1] - 1) // 3
    return float(np.abs(trio[:, turn] - np.roll(trio[:, 0], -1)).max())


def _decay(data: "xr.Dataset") -> float:
    slope = np.polyfit(data.electrons.values, np.log(np.abs(data.splitting.values)), 1)[0]
    return float(np.exp(-slope))


PAGE = Phenomenon(
    id="fractional-pump",
    title="A third of an electron per flux quantum",
    statement=(
        "Electrons that fill a third of a Landau level form a liquid with three ground states on a "
        "torus and a gap above them. Thread one flux quantum h/e and the liquid has its spectrum "
        "back, but each state has become the next one and e/3 has crossed the sample; only three "
        "quanta, and a whole electron, bring everything back. A hole made by one quantum lacks "
        "e/3. A weak rough potential splits the three states by less and less as the torus grows. "
        "Everything here is diagonalized exactly, for four to eight electrons."
    ),
    kind="exact small system",
    references=(
        "R. B. Laughlin, Phys. Rev. Lett. 50, 1395 (1983)",
        "F. D. M. Haldane, Phys. Rev. Lett. 51, 605 (1983)",
        "Q. Niu, D. J. Thouless, Y.-S. Wu, Phys. Rev. B 31, 3372 (1985)",
        "N. Regnault, B. A. Bernevig, Phys. Rev. X 1, 021014 (2011)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
