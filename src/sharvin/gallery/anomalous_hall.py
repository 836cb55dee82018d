"""A Hall effect without a field: Chern insulators, and the moiré bands of twisted graphene."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.device.disorder import disorder
from sharvin.device.presets import hall_bar
from sharvin.device.regions import rectangle
from sharvin.gallery.check import Check
from sharvin.gallery.moire import (
    BORON_NITRIDE,
    aligned_bilayer,
    bands_along_path,
    chiral_bilayer,
    flat_fluxes,
    flat_width,
)
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.matter.qwz import qwz
from sharvin.observables.resistance import resistance
from sharvin.solvers.smatrix import smatrix
from sharvin.topology import (
    anomalous_hall,
    bott_index,
    chern_number,
    local_chern_marker,
    torus,
)
from sharvin.typing import RealArray

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MASSES = (-1.0, 1.0)
ENERGY = 0.1  # in the gap from -1 to 1
ALPHA = 0.586  # Tarnopolsky, Kruchkov, Vishwanath
# Domain flip: uniaxial magnet of Landau's free energy -a M²/2 + b M⁴/4 - h M.
STIFFNESS, QUARTIC, FULL_MASS = 1.0, 1.0, 1.0


def model() -> Device:
    """Return a six-terminal bar of a Chern insulator in zero field, with scalar disorder."""
    return hall_bar(
        qwz(mass=MASSES[0]), length=50, width=24, probe_width=10, disorder=disorder(1.0, seed=5)
    )


def compute(full: bool = False) -> "xr.Dataset":
    """Chern insulator by five routes, a hysteresis loop, and the flat bands of twisted graphene."""
    import xarray as xr

    field, mass = _loop(81 if full else 41)
    r_xy, r_xx = _resistances(mass)
    routes = np.array([_routes(m) for m in MASSES])
    alphas = np.sort(np.append(np.linspace(0.5, 0.68, 19 if full else 7), ALPHA))
    widths = np.array([flat_width(chiral_bilayer(alpha), 8 if full else 4) for alpha in alphas])
    cutoff, points = (7.0, 24) if full else (5.0, 8)
    masses = ((BORON_NITRIDE, 1), (-BORON_NITRIDE, 1), (BORON_NITRIDE, -1))
    flat = [flat_fluxes(m, v, cutoff, points) for m, v in masses]
    path, bands = bands_along_path(12 if not full else 30, cutoff)
    temperature = np.array([0.5, 1, 2, 3, 4, 6, 8, 10.0, 13.0])
    warm = anomalous_hall(qwz(mass=MASSES[0]), mu=0.0, temperature=temperature)
    return xr.Dataset(
        {
            "mass": ("field", mass, {"units": "t"}),
            "R_xy": ("field", r_xy, {"units": "h/e²"}),
            "R_xx": ("field", r_xx, {"units": "h/e²"}),
            "route": (("sign", "road"), routes, {"units": "1"}),
            "width": ("alpha", widths, {"units": "meV"}),
            "valley_chern": ("case", [f.sum() / (2 * np.pi) for f in flat], {"units": "1"}),
            "flux": (("u", "v"), flat[0], {"units": "rad"}),
            "reciprocal": (
                ("vector", "component"),
                aligned_bilayer(1, cutoff).lattice.reciprocal,
                {"units": "1/nm"},
            ),
            "bands": (("path", "band"), bands, {"units": "meV"}),
            "sigma_xy": ("temperature", warm.values, {"units": "e²/h"}),
        },
        {
            "field": ("field", field, {"units": "coercive field"}),
            "sign": list(MASSES),
            "road": ["Chern number", "Bott index", "marker", "bar", "sigma_xy"],
            "alpha": alphas,
            "case": ["valley +, mass +", "valley +, mass -", "valley -, mass +"],
            "path": ("path", path, {"units": "1/nm"}),
            "temperature": ("temperature", temperature, {"units": "K"}),
        },
    )


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Signs and integers of all roads, the loop, and the numbers of the moiré bands."""
    found = []
    for mass, chern in zip(MASSES, (1, -1), strict=True):
        row = data.route.sel(sign=mass)
        found += [
            Check(f"{road}, m = {mass:g}", row.sel(road=road), chern, 1e-12, "an integer")
            for road in ("Chern number", "Bott index")
        ]
        reason = "disorder moves single sites, the edge is 5 sites away"
        found.append(Check(f"marker, m = {mass:g}", row.sel(road="marker"), chern, 1e-2, reason))
        reason = "edges 24 sites apart: exp(-24/ξ)"
        found.append(
            Check(f"1/R_xy, m = {mass:g} (e²/h)", row.sel(road="bar"), chern, 1e-6, reason)
        )
        reason = "grid converged to 1e-9 in the gap"
        found.append(
            Check(f"-σ_xy, m = {mass:g} (e²/h)", -row.sel(road="sigma_xy"), chern, 1e-6, reason)
        )
    up, down = float(data.R_xy[len(data.field) // 4]), float(data.R_xy[3 * len(data.field) // 4])
    reason = "plateaus of the two domains, 24 sites wide"
    found.append(Check("R_xy with rising field, at h = 0 (h/e²)", up, -1.0, 1e-6, reason))
    found.append(Check("R_xy with falling field, at h = 0 (h/e²)", down, 1.0, 1e-6, reason))
    quiet = np.abs(data.R_xx.values[np.abs(data.mass.values) > 0.8]).max()
    found.append(Check("largest R_xx inside a domain (h/e²)", quiet, 0.0, 1e-6, reason))
    reason = "what is left at eighth order and by the sampling of α"
    narrowest = float(data.alpha[int(data.width.values.argmin())])
    found.append(Check("α of the narrowest bands", narrowest, ALPHA, 0.016, reason))
    flat = float(data.width.sel(alpha=ALPHA))
    found.append(
        Check.between("width of both flat bands at α = 0.586 (meV)", flat, 0.0, 0.3, "published")
    )
    reason = "plane waves beyond the cutoff; the fluxes do not assume a periodic zone"
    for value, expected, case in zip(data.valley_chern.values, (1, -1, -1), data.case.values,
                                     strict=True):  # fmt: skip
        found.append(Check(f"valence band, {case}: valley Chern number", value, expected, 1e-3,
                           reason))  # fmt: skip
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """Hysteresis loop of a Chern insulator; moiré bands, their curvature and the magic angle."""
    from sharvin.gallery.drawing import BLUE, GREEN, ORANGE, finish, plateaus
    from sharvin.plot import style

    fig = style.new_figure(width=8.8, height=7.0)
    (loop, warm), (moire, magic) = fig.subplots(2, 2)
    _draw_loop(loop, data)
    warm.plot(data.temperature, -data.sigma_xy, "o-", color=GREEN, markersize=4)
    plateaus(warm, (1,))
    warm.set_ylim(0, 1.08)
    finish(
        warm,
        x="temperature (K), gap 2 meV",
        y=r"$-\sigma_{xy}$ (e²/h)",
        title="Heat fills the other band",
    )
    _draw_moire(moire, data)
    magic.semilogy(data.alpha, data.width, "o-", color=BLUE, markersize=4)
    magic.axvline(ALPHA, color=ORANGE, linewidth=1.0, linestyle="--")
    magic.text(ALPHA + 0.004, float(data.width.max()) * 0.6, "0.586", color=ORANGE, fontsize=9)
    finish(
        magic,
        x=r"$\alpha = w_1 / \hbar v k_\theta$",
        y="width of both flat bands (meV)",
        title="Chiral limit: the magic angle",
    )
    return fig


def _draw_loop(axes: "Axes", data: "xr.Dataset") -> None:
    """Resistances around the hysteresis loop."""
    from sharvin.gallery.drawing import BLUE, GRAY, ORANGE, finish, plateaus

    half = len(data.field) // 2
    parts = (
        (slice(0, half + 1), BLUE, "field rising"),
        (slice(half, None), ORANGE, "field falling"),
    )
    for part, color, label in parts:
        h, r = data.field[part], data.R_xy[part]
        axes.plot(h, r, color=color, linewidth=1.8, label=label)
        middle = len(h) // 4
        arrow = {"arrowstyle": "-|>", "color": color}
        axes.annotate("", (h[middle + 2], r[middle + 2]), (h[middle], r[middle]), arrowprops=arrow)
    axes.plot(data.field, data.R_xx, color=GRAY, linewidth=1.0, label="R$_{xx}$")
    plateaus(axes, (-1, 0, 1))
    axes.set_yticks((-1, 0, 1))
    axes.legend(frameon=False, fontsize=8.5, loc=(0.36, 0.58))
    finish(
        axes,
        x="field that turns the domain (coercive fields)",
        y="resistance (h/e²)",
        title="A magnet's memory, read by a Hall bar",
    )


def _draw_moire(axes: "Axes", data: "xr.Dataset") -> None:
    """Bands around neutrality, with a map of the valence band's curvature."""
    from sharvin.gallery.drawing import GRAY, RED, finish
    from sharvin.plot import style

    middle = data.sizes["band"] // 2
    for band in range(data.sizes["band"]):
        look = (RED, 2.0) if band in (middle - 1, middle) else (GRAY, 0.9)
        axes.plot(data.path, data.bands[:, band], color=look[0], linewidth=look[1])
    corners = data.path.values[np.linspace(0, len(data.path) - 1, 4).round().astype(int)]
    axes.set_xticks(corners, ["K", "Γ", "M", "K′"])
    for corner in corners:
        axes.axvline(corner, color="#e5e9ee", linewidth=0.7, zorder=0)
    axes.set_ylim(-120, 120)
    axes.text(corners[0] + 0.01, 12, "C = −1", color=RED, fontsize=9)
    axes.text(corners[0] + 0.01, -20, "C = +1", color=RED, fontsize=9)
    finish(axes, x="", y="energy (meV)", title="1.05° on boron nitride, one valley")
    inset = axes.inset_axes((0.69, 0.64, 0.30, 0.34))
    kx, ky, density = _tiled(data)
    inset.pcolormesh(kx, ky, density, cmap=style.MAGNITUDE, shading="gouraud", rasterized=True)
    inset.set_aspect("equal")
    reach = 1.3 * float(np.linalg.norm(data.reciprocal.values[0])) / np.sqrt(3)
    inset.set(xlim=(-reach, reach), ylim=(-reach, reach))
    inset.set_xticks([])
    inset.set_yticks([])
    inset.set_title("curvature", fontsize=8, pad=2, loc="center")


def _tiled(data: "xr.Dataset") -> tuple[RealArray, RealArray, RealArray]:
    """Curvature over several zones, at the middles of the plaquettes."""
    n = data.sizes["u"]
    density = np.tile(data.flux.values * n**2 / (2 * np.pi), (4, 4))
    middles = (np.arange(4 * n) + 0.5) / n - 2
    u, v = np.meshgrid(middles, middles, indexing="ij")
    g1, g2 = data.reciprocal.values
    return u * g1[0] + v * g2[0], u * g1[1] + v * g2[1], density


def _loop(points: int) -> tuple[RealArray, RealArray]:
    """Field up and down in coercive fields, and the mass that follows the magnet's domain.

    The magnetization stays in its minimum of the free energy until that disappears.
    """
    coercive = 2 * STIFFNESS / 3 * np.sqrt(STIFFNESS / (3 * QUARTIC))
    up = np.linspace(-1.6, 1.6, points)
    field = np.concatenate([up, up[::-1][1:]])
    order, followed = -1.0, []
    for h in field * coercive:
        roots = np.roots([QUARTIC, 0.0, -STIFFNESS, -h])
        real = roots.real[np.abs(roots.imag) < 1e-9]
        stable = real[3 * QUARTIC * real**2 > STIFFNESS - 1e-9]
        order = float(stable[np.abs(stable - order).argmin()])
        followed.append(order)
    # A magnetization up is a mass of -1 here: Chern number +1.
    return field, -FULL_MASS * np.array(followed)


def _resistances(mass: RealArray) -> tuple[RealArray, RealArray]:
    """R_xy and R_xx along the loop; equal masses are solved once."""
    device = model()
    known: dict[float, tuple[float, float]] = {}
    for value in np.round(mass, 1):
        if float(value) not in known:
            s = smatrix(device, energy=ENERGY, mass=float(value))
            current = ("source", "drain")
            known[float(value)] = (
                resistance(s, current=current, voltage=("1", "3")),
                resistance(s, current=current, voltage=("1", "2")),
            )
    both = np.array([known[float(value)] for value in np.round(mass, 1)])
    return both[:, 0], both[:, 1]


def _routes(mass: float) -> list[float]:
    """Chern number, Bott index, marker, 1/R_xy of the disordered bar and σ_xy."""
    crystal = qwz(mass=mass)
    flake = Device(crystal, region=rectangle(18, 18), disorder=disorder(1.0, seed=5))
    marker = local_chern_marker(flake, energy=ENERGY)
    assert flake.positions is not None
    inner = (np.abs(flake.positions) < 4.0).all(axis=1)
    s = smatrix(model(), energy=ENERGY, mass=mass)
    bar = resistance(s, current=("source", "drain"), voltage=("1", "3"))
    return [
        chern_number(crystal, filled=1),
        bott_index(torus(crystal, (12, 12), onsite=disorder(1.0, seed=5)), energy=ENERGY),
        float(np.nanmean(marker[inner])),
        1 / bar,
        anomalous_hall(crystal, mu=ENERGY),
    ]


PAGE = Phenomenon(
    id="anomalous-hall",
    title="A Hall effect without a field",
    statement=(
        "A Chern insulator shows R_xy = h/(C e²) in zero field; five roads lead to the same "
        "integer and the same sign. Turn the magnetization and the sign turns with it (the loop "
        "itself is a toy: one domain in a Landau free energy). The flat bands of "
        "magic-angle graphene on boron nitride carry C = ±1, opposite in the two valleys."
    ),
    kind="computed",
    references=(
        "F. D. M. Haldane, Phys. Rev. Lett. 61, 2015 (1988)",
        "C.-Z. Chang et al., Science 340, 167 (2013)",
        "M. Serlin et al., Science 367, 900 (2020)",
        "R. Bistritzer and A. H. MacDonald, PNAS 108, 12233 (2011)",
        "G. Tarnopolsky, A. J. Kruchkov, A. Vishwanath, Phys. Rev. Lett. 122, 106405 (2019)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
