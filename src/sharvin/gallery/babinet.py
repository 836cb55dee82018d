"""Babinet's principle for electrons: an aperture and the obstacle of its shape."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.babinet import BabinetPair, babinet_pair, mode_angles
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.matter.square import square_lattice
from sharvin.solvers.smatrix import smatrix
from sharvin.typing import ComplexArray

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

# Rows of the strip, energy (t, band bottom at -4), open rows, published conductance.
PUBLISHED = ((20, -1.3, (8, 12), 2.0667852), (24, -2.5, (3, 9), 2.8625670))
ROWS = 120
ENERGY = -3.6
WIDTHS = (8, 16, 24, 32, 40)
SLIT = 24


def model() -> BabinetPair:
    """Return a slit of 24 rows in a hard screen across 120 rows, and its Neumann obstacle."""
    return slit(SLIT)


def slit(width: int, hard: str = "screen") -> BabinetPair:
    """Return one slit in the middle of the strip."""
    return babinet_pair(
        square_lattice(), width=ROWS, openings=[(-width / 2, width / 2)],
        hard=hard,  # type: ignore[arg-type]
    )  # fmt: skip


def compute(full: bool = False) -> "xr.Dataset":
    """Published pairs, slits of many widths, random screens, and where the waves go."""
    import xarray as xr

    published, identity = [], []
    for rows, energy, (low, high), _ in PUBLISHED:
        is_open = np.zeros(rows, dtype=bool)
        is_open[low:high] = True
        pair = babinet_pair(square_lattice(), width=rows, openings=is_open, hard="obstacle")
        ap, ob, free = amplitudes(pair, energy)
        published.append([_power(ap), _power(ob)])
        identity.append(_most(ap + ob - free))
    sums = np.array([_sums(slit(width), slit(width, "both")) for width in WIDTHS])
    random = np.random.default_rng(5)
    screens = []
    for number in range(40 if full else 6):
        is_open = random.random(60) < 0.45
        hard = ("screen", "obstacle")[number % 2]
        pair = babinet_pair(square_lattice(), width=60, openings=is_open, hard=hard)  # type: ignore[arg-type]
        ap, ob, free = amplitudes(pair, -3.0)
        screens.append(_most(ap + ob - free))
    pair = model()
    ap, ob, free = amplitudes(pair, ENERGY)
    # the mode with the smallest momentum across the strip comes in
    lowest = int(np.argmin(mode_angles(pair, ENERGY)))
    entering = int(np.argmax(np.abs(free[lowest])))
    parts = {
        "g_published": (("pair", "of"), np.array(published), {"units": "e²/h"}),
        "identity": ("pair", identity, {"units": "1"}),
        "random_identity": ("screen", screens, {"units": "1"}),
        "g_slit": ("width", sums[:, 0], {"units": "e²/h"}),
        "g_obstacle": ("width", sums[:, 1], {"units": "e²/h"}),
        "g_hard": ("width", sums[:, 2], {"units": "e²/h"}),
        "extinction": ("width", sums[:, 3], {"units": "e²/h"}),
        "N": ((), float(free.shape[0]), {"units": "1"}),
        "through": ("angle", np.abs(ap[:, entering]) ** 2, {"units": "1"}),
        "around": ("angle", np.abs((ob - free)[:, entering]) ** 2, {"units": "1"}),
    }
    coordinates = {
        "pair": [1, 2],
        "of": ["aperture", "obstacle"],
        "width": ("width", list(WIDTHS), {"units": "sites"}),
        "angle": ("angle", np.degrees(mode_angles(pair, ENERGY)), {"units": "degrees"}),
    }
    return xr.Dataset(parts, coordinates)


def amplitudes(pair: BabinetPair, energy: float) -> tuple[ComplexArray, ComplexArray, ComplexArray]:
    """Transmission amplitudes of aperture, obstacle and open strip."""
    found = [
        smatrix(device, energy=energy).block(to="right", from_="left")
        for device in (pair.aperture, pair.obstacle, pair.free)
    ]
    return found[0], found[1], found[2]


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Exact pairs, their conductances, and by how much hard pairs miss."""
    found = []
    for number, row in enumerate(PUBLISHED):
        g = data.g_published.values[number, 0]
        found.append(Check(f"aperture {number + 1} (e²/h)", g, row[3], 6e-8, "printed digits"))
        total = data.g_published.values[number].sum()
        modes = (12, 10)[number]
        found.append(Check(f"aperture + obstacle {number + 1}", total, modes, 1e-12, "exact"))
        worst = data.identity.values[number]
        found.append(Check(f"|t_ap + t_ob - t_free| {number + 1}", worst, 0, 1e-12, "exact"))
    worst = data.random_identity.values.max()
    found.append(Check("worst of random screens, both duals", worst, 0, 1e-12, "exact"))
    n = float(data.N)
    missing = (data.g_slit + data.g_obstacle - n).values
    found.append(Check("slits, sum less N (e²/h)", np.abs(missing).max(), 0, 1e-11, "exact"))
    twice = np.abs(data.extinction - 2 * data.g_slit).values.max()
    found.append(Check("obstacle scatters twice the aperture", twice, 0, 1e-11, "exact"))
    hard = (data.g_slit + data.g_hard - n).values
    reason = "two edges of order one half each, whatever the width"
    found.append(Check.between("hard pair, sum less N, least (e²/h)", hard.min(), -1, -0.1, reason))
    found.append(Check.between("hard pair, sum less N, most (e²/h)", hard.max(), -1, 0, reason))
    wave = np.arccos(1 - (ENERGY + 4) / 2)  # along a row
    ratio = data.g_slit.values[-1] / (wave * WIDTHS[-1] / np.pi)
    reason = "edges and the grid cost some percent"
    found.append(Check("slit of 40 over k w / π", ratio, 1.0, 0.06, reason))
    forward = np.abs(data.through - data.around).values.max()
    found.append(Check("same wave behind slit and obstacle", forward, 0, 1e-12, "exact"))
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """Conductances of complementary slits, and the angles into which both scatter."""
    from sharvin.gallery.drawing import BLUE, GRAY, GREEN, ORANGE, RED, finish
    from sharvin.plot.style import new_figure

    fig = new_figure(width=12.0, height=3.7)
    left, middle, right = fig.subplots(1, 3)
    n = float(data.N)
    width = data.width.values
    left.plot(width, data.g_slit, "o-", color=BLUE, label="slit in a hard screen")
    left.plot(width, data.g_obstacle, "o-", color=ORANGE, label="its Neumann strip")
    left.plot(width, data.g_slit + data.g_obstacle, "s-", color=GREEN, label="sum")
    left.axhline(n, color=GRAY, linewidth=0.8, linestyle=(0, (4, 3)))
    left.text(width[-1], n + 1.2, f"N = {n:.0f} modes", color=GRAY, ha="right", fontsize=9)
    left.set_ylim(0, n + 4)
    left.legend(frameon=False, fontsize=9, loc="center left", bbox_to_anchor=(0, 0.55))
    finish(left, x="width (sites)", y="G (e²/h)", title="Aperture and obstacle share N")
    middle.axhline(0, color=GREEN, linewidth=2, label="exact pair")
    hard = data.g_slit + data.g_hard - n
    middle.plot(width, hard, "o-", color=RED, label="both hard")
    middle.set_ylim(-1.0, 0.2)
    middle.legend(frameon=False, fontsize=9, loc="lower right")
    finish(middle, x="width (sites)", y="sum − N (e²/h)", title="A hard pair misses it")
    even = data.through.values > 1e-9  # a slit in the middle leaves no odd waves
    right.semilogy(data.angle[even], data.through[even], "o-", color=BLUE, linewidth=3,
                   markersize=8, label="behind the slit")  # fmt: skip
    right.semilogy(data.angle[even], data.around[even], "o", color=ORANGE, markersize=4,
                   label="scattered by the obstacle")  # fmt: skip
    right.margins(x=0)
    right.legend(frameon=False, fontsize=9)
    finish(right, x="angle (degrees)", y="probability", title="The same diffraction")
    return fig


def _sums(exact: BabinetPair, hard: BabinetPair) -> tuple[float, float, float, float]:
    ap, ob, free = amplitudes(exact, ENERGY)
    back = smatrix(exact.obstacle, energy=ENERGY).block(to="left", from_="left")
    both_hard = smatrix(hard.obstacle, energy=ENERGY).transmission(to="right", from_="left")
    return _power(ap), _power(ob), both_hard, _power(ob - free) + _power(back)


def _power(t: ComplexArray) -> float:
    return float(np.sum(np.abs(t) ** 2))


def _most(t: ComplexArray) -> float:
    return float(np.abs(t).max())


PAGE = Phenomenon(
    id="babinet",
    title="Aperture and obstacle",
    statement=(
        "What an aperture lets through, the obstacle of its shape takes out of the wave: "
        "t_ap + t_ob = t_free and G_ap + G_ob = N, exactly, if one of the two is hard (ψ = 0) and "
        "the other its dual (∂ψ = 0); either may be the hard one. The obstacle scatters twice the "
        "aperture's conductance, half forward, half back. A hard screen and a hard obstacle miss N "
        "by less than one for the two edges, at any width."
    ),
    kind="computed",
    references=(
        "A. Babinet, C. R. Acad. Sci. 4, 638 (1837)",
        "C. J. Bouwkamp, Rep. Prog. Phys. 17, 35 (1954)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
