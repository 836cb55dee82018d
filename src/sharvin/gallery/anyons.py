"""Two braids, two orders, two results: anyons remember how they went around each other."""

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.manybody import anyons
from sharvin.manybody.anyons.compiling.search import nearest
from sharvin.manybody.anyons.consistency import hexagon_defect, pentagon_defect

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

# Two full turns: 1 around 2, and 2 around 3.
FIRST, SECOND = anyons.Braid(3, (1, 1)), anyons.Braid(3, (2, 2))
KNOTS = {
    "trefoil": (anyons.Braid(2, (1, 1, 1)), {1: 1, 3: 1, 4: -1}),
    "figure eight": (anyons.Braid(3, (1, -2, 1, -2)), {2: 1, 1: -1, 0: 1, -1: -1, -2: 1}),
    "5_1": (anyons.Braid(2, (1,) * 5), {2: 1, 4: 1, 5: -1, 6: 1, 7: -1}),
}
EIGHTH = Fraction(1, 4)  # of π: the T gate
PRECISIONS = (1e-2, 1e-3, 1e-4, 1e-6, 1e-8, 1e-10, 1e-13, 1e-16, 1e-20)
LENGTHS = np.arange(2, 27)
SHAKES = 8


def model() -> anyons.FusionSpace:
    """Return the qubit of the page: three Fibonacci anyons of charge τ."""
    return anyons.qubit()


def compute(full: bool = False) -> "xr.Dataset":
    """Verify the models, braid in two orders, tie knots, compile a gate."""
    import xarray as xr

    parts = {**_consistency(), **_orders(), **_protection(), **_knots(), **_compiled(full)}
    coordinates = {
        "model": [m.name for m in _models()],
        "order": ["first then second", "second then first"],
        "knot": list(KNOTS),
        "precision": list(PRECISIONS) + ([1e-30] if full else []),
        "length": LENGTHS,
    }
    return xr.Dataset(parts, coordinates)


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Consistency, its sensitivity, orders, protection, knots and lengths of compiled gates."""
    rounding = "sums of a few products of floats"
    exact = "rounding"
    found = [
        Check("largest pentagon defect", data.pentagon.max(), 0, 1e-12, rounding),
        Check("largest hexagon defect", data.hexagon.max(), 0, 1e-12, rounding),
        Check.between("defect of an F or R off by 1e-3, at least", data.broken.min(), 1e-4, 1e-2,
                      "of the size of the change, times other entries of F"),
    ]  # fmt: skip
    for name, charge in (("Fibonacci", 14 / 5), ("Ising", 1 / 2), ("SU(2)_3", 9 / 5)):
        value = data.central_charge.sel(model=name)
        found.append(Check(f"central charge, {name}", value, charge, 1e-11, exact))
    one, other = data.vacuum.values
    golden = (1 + 5**0.5) / 2
    found += [
        Check("P(1) after A, then B", one, _by_hand(), 1e-12, "two routes"),
        Check("P(1) after B, then A", other, golden**-2, 1e-12, exact),
        Check.between("difference of the two orders", one - other, 0.1, 1, "two results"),
        Check("difference for Laughlin anyons", data.laughlin_difference, 0, 1e-12, "a phase"),
        Check("gate of a shaken path, difference", data.shaken, 0, 1e-12, "same braid"),
        Check.between("distance after one more crossing", data.extra, 0.5, 1.5, "another gate"),
        Check("phase jump of a 1/3 interferometer (2π)", data.jump, -1 / 3, 1e-12, exact),
    ]
    t = np.exp(-0.4j * np.pi)
    for name, (_, polynomial) in KNOTS.items():
        value = sum(c * t**e for e, c in polynomial.items())
        got = data.jones.sel(knot=name)
        found.append(Check(f"|V| of the {name}", got, abs(value), 1e-12, "published polynomial"))
    crossings = data.crossings.sel(precision=1e-10)
    found += [
        Check.between("T gate to 1e-10: crossings", crossings, 66, 199, "counting bound and 200"),
        Check.between("its error (1e-10)", data.error.sel(precision=1e-10) * 1e10, 0, 1, "asked"),
        Check.between("X to 1e-10: crossings", data.general[0], 66, 599, "three rotations"),
        Check.between("its error, multiplied out (1e-10)", data.general[1] * 1e10, 0, 1, "asked"),
        Check.between("H to 1e-3 by search: crossings", data.searched[0], 20, 38, "pairs of 19"),
        Check.between("its error (1e-3)", data.searched[1] * 1e3, 0, 1, "asked"),
        Check("gates of Ising braids", data.ising[0], 24, 0, "the Clifford group"),
        Check("distance of T from them", data.ising[1], 2 * np.sin(np.pi / 16), 1e-12, exact),
    ]
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """Two orders of two braids and their outcomes, and the price of precision."""
    from sharvin.gallery.drawing import BLUE, GRAY, INK, ORANGE, PURPLE, finish
    from sharvin.plot.braids import draw_braid
    from sharvin.plot.style import new_figure

    fig = new_figure(width=9.6, height=4.0)
    left, right = fig.subfigures(1, 2, squeeze=False, width_ratios=(1, 1.15))[0]
    grid = left.subplots(2, 2, width_ratios=(1.5, 1))
    for row, word in enumerate((FIRST + SECOND, SECOND + FIRST)):
        draw_braid(grid[row, 0], word, labels=True, width=3)
        chance = float(data.vacuum[row])
        bars = grid[row, 1]
        bars.barh([1, 0], [chance, 1 - chance], color=[BLUE, ORANGE], height=0.6)
        for place, (share, name) in enumerate(((1 - chance, "τ"), (chance, "1"))):
            bars.text(share + 0.03, place, f"{name}  {share:.3f}", va="center", color=INK)
        bars.set_xlim(0, 1.45)
        bars.set_ylim(-0.7, 1.7)
        bars.set_axis_off()
        bars.set_xlabel("probability")
        grid[row, 0].set_xlabel("time")
    grid[0, 0].set_title("1 around 2, then 2 around 3", fontsize=10)
    grid[1, 0].set_title("2 around 3, then 1 around 2", fontsize=10)
    grid[0, 1].set_title("lowest two fuse to", fontsize=10)
    axes = right.subplots()
    bound = np.array([0.0, 330.0])
    axes.semilogy(bound, 10 ** (-bound / 10.9), color=GRAY, lw=1, ls=(0, (4, 3)),
                  label="counting: 10.9 per decade")  # fmt: skip
    axes.semilogy(data.length, data.best, color=ORANGE, label="shortest braids, search")
    axes.semilogy(data.crossings, data.error, "o-", color=BLUE, ms=4, label="number theory")
    axes.semilogy(*data.solovay.values.T, "s", color=PURPLE, ms=5, label="Solovay-Kitaev (H)")
    axes.set_xlim(0, float(data.crossings.max()) * 1.08)
    axes.set_ylim(float(data.error.min()) / 30, 3)
    axes.legend(frameon=False, fontsize=8.5, loc="lower left")
    finish(axes, x="crossings", y="error of the gate", title="A T gate made of three anyons")
    return fig


def _models() -> tuple[anyons.AnyonModel, ...]:
    return anyons.fibonacci(), anyons.ising(), *(anyons.su2(k) for k in (1, 2, 3, 4))


def _consistency() -> dict[str, object]:
    models = _models()
    return {
        "pentagon": ("model", [m.defects["pentagon"] for m in models]),
        "hexagon": ("model", [m.defects["hexagon"] for m in models]),
        "central_charge": ("model", [anyons.central_charge(m) for m in models]),
        "broken": ("entry", _broken(anyons.su2(2))),
    }


def _broken(model: anyons.AnyonModel) -> list[float]:
    """What pentagon and hexagons notice when one entry is off by a thousandth."""
    found = []
    for place in np.argwhere(model.f != 0):
        if place[:3].min() > 0:
            f = model.f.copy()
            f[tuple(place)] += 1e-3
            noticed = max(
                pentagon_defect(model.fusion, f), hexagon_defect(model.fusion, f, model.r)
            )
            found.append(noticed)
    for place in np.argwhere(model.r != 0):
        if place[:2].min() > 0:
            r = model.r.copy()
            r[tuple(place)] *= np.exp(1e-3j)
            found.append(hexagon_defect(model.fusion, model.f, r))
    return found


def _orders() -> dict[str, object]:
    space = model()
    # 2 and 3 were made as a pair, so together they are the vacuum.
    start = anyons.collapsed(space, space.state(["1"]), first=2, last=3, outcome="1")
    chances = [
        anyons.fusion_probabilities(space, anyons.apply(space, b, start), first=1, last=2)["1"]
        for b in (FIRST + SECOND, SECOND + FIRST)
    ]
    laughlin = anyons.FusionSpace(anyons.laughlin(3), ("1",) * 3, "3")
    one, other = (anyons.matrix(laughlin, b) for b in (FIRST + SECOND, SECOND + FIRST))
    flux = [float(anyons.laughlin_phase(3, 0.0, n)) / (2 * np.pi) for n in (0, 1)]
    return {
        "vacuum": ("order", chances),
        "laughlin_difference": ((), float(np.abs(one - other).max())),
        "jump": ((), flux[1] - flux[0]),
    }


def _by_hand() -> float:
    """Chance of the vacuum after the first order, from 2 × 2 matrices written out."""
    golden = (1 + 5**0.5) / 2
    f = np.array([[1 / golden, golden**-0.5], [golden**-0.5, -1 / golden]])
    r = np.diag(np.exp([-0.8j * np.pi, 0.6j * np.pi]))
    return float(abs((f @ r @ r @ f @ r @ r @ f)[0, 0]) ** 2)


def _protection() -> dict[str, object]:
    space, word = model(), FIRST + SECOND + anyons.Braid(3, (-2, 1, 1))
    gate, lines = anyons.matrix(space, word), anyons.worldlines(word, steps=80)
    read = [anyons.read_braid(anyons.jittered(lines, 0.45, seed=s)) for s in range(SHAKES)]
    more = anyons.matrix(space, word + anyons.Braid(3, (2,)))
    return {
        "shaken": ((), max(float(np.abs(anyons.matrix(space, b) - gate).max()) for b in read)),
        "extra": ((), anyons.distance(gate, more)),
    }


def _knots() -> dict[str, object]:
    return {"jones": ("knot", [abs(anyons.jones_polynomial(b, 3)) for b, _ in KNOTS.values()])}


def _compiled(full: bool) -> dict[str, object]:
    precisions = [*PRECISIONS, *([1e-30] if full else [])]
    rotations = [anyons.compile_rotation(EIGHTH, error=e, unit="pi") for e in precisions]
    general = anyons.compile_gate("X", error=1e-10)
    searched = anyons.compile_gate("H", error=1e-3, method="search")
    target, space = anyons.gate("T"), model()
    best = [nearest(target, space, int(n))[1] for n in LENGTHS]
    steps = (3e-3, 2e-4, 5e-6) if full else (3e-3, 2e-4)
    slow = [anyons.compile_gate("H", error=e, method="solovay-kitaev") for e in steps]
    return {
        "crossings": ("precision", [len(c.braid) for c in rotations]),
        "error": ("precision", [c.error for c in rotations]),
        "best": ("length", best),
        "general": ("pair", [len(general.braid), general.error]),
        "searched": ("pair", [len(searched.braid), searched.error]),
        "solovay": (("level", "pair"), [[len(c.braid), c.error] for c in slow]),
        "ising": ("pair", _ising()),
    }


def _ising() -> list[float]:
    """Number of gates that Ising anyons can make, and how far T is from the nearest."""
    space = anyons.qubit(anyons.ising())
    table = anyons.braid_table(space, 8)
    if not table.complete:
        raise InvalidInput("the gates of Ising anyons do not close")
    gates = [anyons.matrix(space, anyons.Braid(4, table.word(n, i)))
             for n, level in enumerate(table.quaternions) for i in range(len(level))]  # fmt: skip
    return [float(len(gates)), min(anyons.distance(anyons.gate("T"), g) for g in gates)]


PAGE = Phenomenon(
    id="anyons",
    title="Two braids, two orders, two results",
    statement=(
        "Fibonacci anyons that are carried around each other end in a state that depends on the "
        "order of the turns, and on nothing else: shaking the paths changes nothing, one crossing "
        "more changes all. Laughlin anyons (1/3) only collect a phase. With enough crossings "
        "three Fibonacci anyons make any gate on a qubit; Ising anyons make 24 and no T gate."
    ),
    kind="exact small system",
    references=(
        "A. Kitaev, Ann. Phys. 303, 2 (2003)",
        "C. Nayak, S. H. Simon, A. Stern, M. Freedman and S. Das Sarma, Rev. Mod. Phys. 80, 1083 "
        "(2008)",
        "V. Kliuchnikov, A. Bocharov and K. M. Svore, Phys. Rev. Lett. 112, 140504 (2014)",
        "J. Nakamura, S. Liang, G. C. Gardner and M. J. Manfra, Nat. Phys. 16, 931 (2020)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
