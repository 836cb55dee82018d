"""Shot noise of diffusive wires and chaotic cavities: eigenvalues near zero and near one."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.device.lead import lead
from sharvin.device.regions import rectangle
from sharvin.formulas import cavity, dmpk
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.strips import ENERGY, strip, tesla
from sharvin.matter.square import square_lattice
from sharvin.sweeps.ensembles import ensemble, statistics
from sharvin.typing import RealArray

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

WIDTH, DISORDER, MODES = 30, 1.5, 20
FLUX = 0.002  # per plaquette: breaks time reversal, bends no orbit
LENGTHS = np.array([25, 50, 100, 150])
EDGES = np.linspace(0.0, 1.0, 11)
REFERENCE_PATH = 19.4  # mean free path that 2,000 samples gave at every length
# The cavity: a square with a hard disk somewhere in it and two openings.
SIZE, OPENING, CAVITY_ENERGY, CAVITY_FLUX = 60, 9, -2.3, 0.004
CAVITY_MODES = 4
WALL = 1e3  # in hoppings


def model() -> Device:
    """Return the strip of 100 sites with the parameters seed and B."""
    return strip(100, WIDTH, DISORDER, field="B")


def billiard() -> Device:
    """Return a square cavity with a disk whose place and size the parameter seed draws."""

    def disk(x: RealArray, y: RealArray, seed: int = 0) -> RealArray:
        rng = np.random.default_rng(int(seed))
        cx, cy = rng.uniform(-12, 12, 2)
        radius = rng.uniform(9, 14)
        return np.where((x - cx) ** 2 + (y - cy) ** 2 < radius**2, WALL, 0.0)

    low, high = (0.35 * SIZE - SIZE / 2, 0.65 * SIZE - SIZE / 2)
    return Device(
        square_lattice(),
        region=rectangle(SIZE, SIZE),
        leads={
            "source": lead("left", at=round(low), width=OPENING),
            "drain": lead("right", at=round(high), width=OPENING),
        },
        disorder=disk,
        field="B",
    )


def compute(full: bool = False) -> "xr.Dataset":
    """Eigenvalues of four lengths of one wire, and of many cavities."""
    import xarray as xr

    samples = 2000 if full else 128
    wanted = ("conductance", "noise", "eigenvalues")
    parts: dict[str, list[tuple[float, float]]] = {"g": [], "F": []}
    density = None
    for length in LENGTHS:
        device = strip(int(length), WIDTH, DISORDER, field="B")
        found = ensemble(device, wanted, samples=samples, energy=ENERGY, B=tesla(FLUX))
        parts["g"].append((float(found.conductance_mean), float(found.conductance_mean_error)))
        fano = statistics.ratio(found.noise, found.conductance)
        parts["F"].append((float(fano.value), float(fano.error)))
        if length == 100:
            density = statistics.histogram(found.eigenvalues, EDGES)
            all_ = np.sort(found.eigenvalues.values, axis=None)
    assert density is not None
    cavities = ensemble(
        billiard(),
        wanted,
        samples=800 if full else 48,
        energy=np.linspace(CAVITY_ENERGY - 0.06, CAVITY_ENERGY + 0.06, 3),
        B=tesla(CAVITY_FLUX),
    )
    by_shape = cavities.mean("energy")
    fano = statistics.ratio(by_shape.noise, by_shape.conductance)
    spread = statistics.histogram(cavities.eigenvalues, EDGES)
    mean = statistics.moments(by_shape.conductance)
    energies = cavities.sizes["energy"]
    data = {
        **{name: ("length", [v for v, _ in pairs]) for name, pairs in parts.items()},
        **{f"{name}_error": ("length", [e for _, e in pairs]) for name, pairs in parts.items()},
        "density": ("bin", density.value.values),
        "density_error": ("bin", density.error.values),
        "T_sorted": ("rank", all_[:: max(1, len(all_) // 800)]),
        "cavity_g": ((), float(mean["mean"])),
        "cavity_g_error": ((), float(mean["mean_error"])),
        "cavity_F": ((), float(fano.value)),
        "cavity_F_error": ((), float(fano.error)),
        "cavity_density": ("bin", spread.value.values / energies),
        "cavity_density_error": ("bin", spread.error.values / energies),
        "samples": ((), samples),
        "cavities": ((), cavities.sizes["sample"]),
    }
    coordinates = {
        "length": ("length", LENGTHS, {"units": "a"}),
        "bin": ("bin", (EDGES[:-1] + EDGES[1:]) / 2, {"long_name": "transmission"}),
    }
    found = xr.Dataset(data, coordinates)
    # errors and counts are no results that a check could be about
    return found.set_coords(
        [n for n in found.data_vars if str(n).endswith(("error", "samples", "cavities"))]
    )


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """One mean free path, one third, the bimodal density; one quarter in a cavity."""
    found = []
    s = LENGTHS / REFERENCE_PATH
    paths = LENGTHS / (MODES / data.g.values - 1)
    for length, path, g, error in zip(
        LENGTHS, paths, data.g.values, data.g_error.values, strict=True
    ):
        spread = float(3 * path * error / g * (1 + path / length) + 0.15)
        reason = "three standard errors, and what lengths of 2,000 samples differ by"
        found.append(
            Check(f"mean free path from L = {length}", path, REFERENCE_PATH, spread, reason)
        )
    for length, f, error, expected in zip(
        LENGTHS, data.F.values, data.F_error.values, dmpk.fano_factor(s), strict=True
    ):
        reason = "three standard errors, and corrections of order L/Nl: 2 %"
        found.append(Check(f"F, L = {length}", f, expected, 3 * error + 0.02 * expected, reason))
    g = float(data.g.sel(length=100))
    counts = dmpk.bimodal_count(EDGES[1:-1], EDGES[2:], g)
    for low, rho, error, count in zip(
        EDGES[1:-1], data.density.values[1:], data.density_error.values[1:], counts, strict=True
    ):
        name, expected = f"channels with T in [{low:.1f}, {low + 0.1:.1f}]", count / 0.1
        # at 2,000 samples the bins follow the formula to 5 % (the last digit of its own g)
        reason = "four standard errors, and 4 % of the formula's finite length"
        found.append(Check(name, rho, expected, 4 * error + 0.04 * expected, reason))
    reason = "three standard errors, and 5 % for what flies straight through"
    quarter = _cavity_noise() / float(cavity.cavity_conductance(CAVITY_MODES, CAVITY_MODES, 2))
    f, error = float(data.cavity_F), float(data.cavity_F_error)
    found.append(Check("F of a chaotic cavity", f, quarter, 3 * error + 0.05 * quarter, reason))
    g, error = float(data.cavity_g), float(data.cavity_g_error)
    expected = float(cavity.cavity_conductance(CAVITY_MODES, CAVITY_MODES, 2))
    found.append(Check("g of a chaotic cavity", g, expected, 3 * error + 0.05 * expected, reason))
    return tuple(found)


def _cavity_noise() -> float:
    """Mean sum of T (1 - T) of the unitary ensemble: exact for any number of modes."""
    n = CAVITY_MODES
    return n * n * n * n / (2 * n * (4 * n * n - 1.0))


def figure(data: "xr.Dataset") -> "Figure":
    """Histogram, Fano factor against length, and the cavity."""
    from sharvin.gallery.drawing import BLUE, GRAY, INK, ORANGE, PALE, finish, new_figure

    fig, (left, middle, right) = new_figure(3)
    t = np.linspace(0.012, 0.9985, 600)
    left.bar(data.bin, data.density, 0.1, color=PALE, edgecolor="white")
    left.errorbar(data.bin, data.density, data.density_error, fmt="none", ecolor=BLUE, capsize=2)
    left.plot(t, dmpk.bimodal_density(t, float(data.g.sel(length=100))), color=ORANGE)
    left.text(
        0.5, 20, r"$\frac{g}{2}\,\frac{1}{T\sqrt{1-T}}$", color=ORANGE, ha="center", fontsize=13
    )
    left.set_ylim(0, 40)
    finish(left, x="transmission of a channel T", y="channels per unit of T",
           title=f"Wire: open or closed ({int(data.samples)} samples)")  # fmt: skip
    s = np.linspace(0.05, 8, 200)
    middle.axhline(1 / 3, color=GRAY, linewidth=1)
    middle.plot(s * REFERENCE_PATH, dmpk.fano_factor(s), color=ORANGE, label="random-matrix theory")
    middle.errorbar(
        data.length, data.F, data.F_error, fmt="o", color=BLUE, capsize=3, label="lattice"
    )
    middle.text(6, 0.338, "1/3", color=INK, fontsize=10)
    middle.set_ylim(0, 0.38)
    middle.legend(frameon=False, loc="lower right")
    finish(middle, x="length (sites)", y="Fano factor", title="Noise of a diffusive wire")
    right.bar(data.bin, data.cavity_density, 0.1, color=PALE, edgecolor="white")
    right.errorbar(
        data.bin, data.cavity_density, data.cavity_density_error, fmt="none", ecolor=BLUE, capsize=2
    )
    right.plot(t, cavity.cavity_density(t, CAVITY_MODES), color=ORANGE)
    f, error = float(data.cavity_F), float(data.cavity_F_error)
    right.text(0.5, 7.2, f"F = {f:.3f} ± {error:.3f}", ha="center", color=INK, fontsize=10)
    right.text(
        0.5,
        3.3,
        r"$\frac{N}{\pi}\,\frac{1}{\sqrt{T(1-T)}}$",
        color=ORANGE,
        ha="center",
        fontsize=13,
    )
    right.set_ylim(0, 9)
    finish(right, x="transmission of a channel T", y="channels per unit of T",
           title=f"Chaotic cavity ({int(data.cavities)} shapes)")  # fmt: skip
    return fig


PAGE = Phenomenon(
    id="fano-third",
    title="One third of the shot noise",
    statement=(
        "In a diffusive wire most channels are open or closed: the density of their "
        "transmissions has two peaks, and the shot noise is one third of its Poisson value, "
        "whatever the disorder, if L is many mean free paths l and far below N l. A chaotic "
        "cavity has a symmetric density, and one quarter."
    ),
    kind="computed",
    references=(
        "C. W. J. Beenakker and M. Büttiker, Phys. Rev. B 46, 1889 (1992)",
        "O. N. Dorokhov, Solid State Commun. 51, 381 (1984)",
        "R. A. Jalabert, J.-L. Pichard and C. W. J. Beenakker, Europhys. Lett. 27, 255 (1994)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
