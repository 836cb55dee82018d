"""Conductance is transmission."""

from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.device.device import Device
from sharvin.device.disorder import disorder
from sharvin.device.lead import lead
from sharvin.device.regions import interval, rectangle
from sharvin.formulas import chain_impurity, strip_thresholds
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.scan import energies, transmissions
from sharvin.matter.chain import chain
from sharvin.matter.square import square_lattice
from sharvin.observables.conductance import conductance
from sharvin.observables.eigenchannels import transmission_eigenvalues
from sharvin.observables.resistance import resistance
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.smatrix import smatrix
from sharvin.typing import ComplexArray, RealArray

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

ROWS, LENGTH = 10, 24
THREE_MODES = -3.0  # t, between the third and the fourth threshold
ENERGY = -1.7  # t, in the middle of the disordered strip's band
STRENGTHS = np.array([0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0])  # of the disorder, t
IMPURITIES = np.array([0.3, 1.0, 2.5])  # t
FIELD = 100.0  # T at a spacing of 1 nm: a fortieth of a flux quantum in each square


def model() -> Device:
    """Return a strip of ten rows whose disorder W (in hoppings) is a parameter."""
    return _strip(disorder("W", "seed"))


def compute(full: bool = False) -> "xr.Dataset":
    """Clean and disordered strips, one impurity in a chain, three leads in a field."""
    import xarray as xr

    edges = strip_thresholds(ROWS)
    energy = np.unique(np.concatenate([np.linspace(-3.99, -2.0, 61), edges[edges < -2] + 1e-4]))
    clean = _strip(None)
    three = smatrix(clean, energy=THREE_MODES)
    rough = model()
    eigenvalues = [
        transmission_eigenvalues(s, to="drain", from_="source")
        for s in (smatrix(rough, energy=ENERGY, W=w, seed=3) for w in STRENGTHS)
    ]
    s = smatrix(rough, energy=ENERGY, W=2.0, seed=3)
    back = transmission_eigenvalues(s, to="source", from_="drain")
    forth = transmission_eigenvalues(s, to="drain", from_="source")
    wave = np.linspace(-1.9, 1.9, 39)
    past = [transmissions(_impurity(u), energies(wave)) for u in IMPURITIES]
    straight, up, down = (_three_leads(field) for field in (0.0, FIELD, -FIELD))
    parts = {
        "G_clean": ("energy", transmissions(clean, energies(energy)), {"units": "e²/h"}),
        "modes": ("energy", (energy[:, None] > edges).sum(axis=1), {"units": "1"}),
        "T_n": (("W", "channel"), np.array(eigenvalues), {"units": "1"}),
        "T_impurity": (("U", "wave_energy"), np.array(past), {"units": "1"}),
        "G_siemens": ((), conductance(three, to="drain", from_="source", unit="S") / 3),
        "R_three_modes": ((), _two_terminal(three), {"units": "Ω"}),
        "trace": ((), s.transmission(to="drain", from_="source")),
        "caroli": ((), _caroli(rough, W=2.0, seed=3)),
        "both_ways": ((), np.abs(forth - back).max()),
        "unitarity": ((), s.unitarity_defect()),
        "symmetry": ((), np.abs(straight - straight.T).max()),
        "onsager": ((), np.abs(up - down.T).max()),
        "asymmetry": ((), np.abs(up - up.T).max()),
        "sum_rule": ((), _sum_rule(s)),
    }
    coordinates = {
        "energy": ("energy", energy, {"units": "t"}),
        "wave_energy": ("wave_energy", wave, {"units": "t"}),
        "W": ("W", STRENGTHS, {"units": "t"}),
        "U": ("U", IMPURITIES, {"units": "t"}),
        "channel": np.arange(1, len(forth) + 1),
    }
    return xr.Dataset(parts, coordinates)


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Quanta, two routes to one transmission, and the laws of the S-matrix."""
    off = np.abs(data.G_clean - data.modes).max()
    formula = np.stack([chain_impurity(data.wave_energy, strength=u) for u in data.U.values])
    impurity = np.abs(data.T_impurity - formula).max()
    rounding = "linear algebra in double precision"
    return (
        Check("2e²/h of one mode (S)", data.G_siemens, 7.748091729863649e-5, 1e-15, rounding),
        Check("resistance of three modes (Ω)", data.R_three_modes, 4302.1345766, 1e-5, rounding),
        Check("largest |G - N| of a clean strip", off, 0.0, 1e-9, "solver: error estimates 1e-10"),
        Check("|T - exact| behind one impurity", impurity, 0.0, 1e-10, rounding),
        Check("Tr ΓGΓG† in place of Tr t†t", data.caroli, data.trace, 1e-10, "two routes"),
        Check("eigenvalues of t†t and t'†t'", data.both_ways, 0.0, 1e-10, rounding),
        Check("|S†S - 1|", data.unitarity, 0.0, 1e-10, rounding),
        Check("T + R = N in and out", data.sum_rule, 0.0, 1e-10, rounding),
        Check("T_ij = T_ji without a field", data.symmetry, 0.0, 1e-10, rounding),
        Check("T_ij(B) = T_ji(-B), three leads", data.onsager, 0.0, 1e-10, rounding),
        Check.between(
            "largest T_ij(B) - T_ji(B)", data.asymmetry, 0.05, 5.0, "the field must break something"
        ),
    )


def figure(data: "xr.Dataset") -> "Figure":
    """Staircase of a clean strip, and how disorder takes its channels apart."""
    from sharvin.gallery.drawing import BLUE, COLORS, INK, finish, new_figure, plateaus

    fig, (left, middle, right) = new_figure(3)
    plateaus(left, range(8))
    left.step(data.energy, data.modes, where="post", color="#c9d6e6", linewidth=5, label="modes")
    left.plot(data.energy, data.G_clean, ".", color=BLUE, markersize=4, label="computed")
    left.legend(frameon=False, fontsize=9)
    finish(left, x="energy (t)", y="G (e²/h per spin)", title="A clean strip counts its modes")
    for u, color, past in zip(data.U.values, COLORS[:3], data.T_impurity.values, strict=True):
        smooth = np.linspace(-2, 2, 300)
        middle.plot(smooth, chain_impurity(smooth, strength=u), color=color, linewidth=1.2)
        middle.plot(data.wave_energy, past, "o", color=color, markersize=3, label=f"U = {u:g} t")
    middle.legend(frameon=False, fontsize=9)
    finish(
        middle, x="energy (t)", y="transmission", title="One impurity: T = 1/(1 + U²/(4t² − E²))"
    )
    for channel in data.channel.values:
        right.plot(
            data.W, data.T_n.sel(channel=channel), "o-", color=BLUE, markersize=3, linewidth=1,
            alpha=1 - 0.09 * channel,
        )  # fmt: skip
    total = data.T_n.sum("channel")
    for w, sum_ in zip(data.W.values, total.values, strict=True):
        right.annotate(
            f"{sum_:.2f}", (w, 1.03), ha="center", fontsize=7.5, color=INK, annotation_clip=False
        )
    right.set_ylim(0, 1.1)
    finish(right, x="disorder W (t)", y="eigenvalues of t†t", title="G is their sum (on top)")
    return fig


def _strip(rough: Any) -> Device:
    return Device(
        square_lattice(degeneracy=2),
        region=rectangle(LENGTH, ROWS),
        leads={"source": lead("left"), "drain": lead("right")},
        disorder=rough,
    )


def _impurity(strength: float) -> Device:
    return Device(
        chain(),
        region=interval(5.0),
        leads={"source": lead([-1.0]), "drain": lead([1.0])},
        potential=lambda x: np.where(np.abs(x) < 0.5, strength, 0.0),
    )


def _two_terminal(s: SMatrix) -> float:
    ends = ("source", "drain")
    return resistance(s, current=ends, voltage=ends, unit="Ohm")


def _sum_rule(s: SMatrix) -> float:
    """Largest violation of T + R = N over rows and columns."""
    modes = np.array(s.modes)
    sums = [s.transmissions.sum(axis=axis) - modes for axis in (0, 1)]
    return float(np.abs(sums).max())


def _three_leads(field: float) -> RealArray:
    """Transmissions of a disordered strip with a third lead on top, shape (3, 3)."""
    device = Device(
        square_lattice(),
        region=rectangle(LENGTH, ROWS),
        leads={
            "source": lead("left"),
            "drain": lead("right"),
            "probe": lead("top", at=-4.0, width=6.0),
        },
        disorder=disorder(1.0, 7),
        field="B",
    )
    return smatrix(device, energy=ENERGY, B=field).transmissions


def _caroli(device: Device, **parameters: float) -> float:
    r"""Return :math:`\mathrm{Tr}\, \Gamma_L G \Gamma_R G^\dagger` by dense linear algebra alone.

    The self-energy of a clean strip is known in closed form: its rows decouple in the sine
    modes, each of which is a chain. Nothing of the solver takes part.
    """
    pattern, values = device.pattern, device.values(parameters)
    h = np.zeros((pattern.n, pattern.n))
    rows = np.repeat(np.arange(pattern.n), np.diff(pattern.indptr))
    h[rows, pattern.indices] = values
    assert device.positions is not None
    x, y = np.rint(device.positions - device.positions.min(axis=0)).astype(int).T
    ends = [np.flatnonzero(x == side)[np.argsort(y[x == side])] for side in (0, LENGTH - 1)]
    sigma = _strip_self_energy()
    inverse = (ENERGY * np.eye(pattern.n) - h).astype(np.complex128)
    for end in ends:
        inverse[np.ix_(end, end)] -= sigma
    g = np.linalg.inv(inverse)[np.ix_(ends[1], ends[0])]
    gamma = 1j * (sigma - sigma.conj().T)
    return float(np.trace(gamma @ g @ gamma @ g.conj().T).real)


def _strip_self_energy() -> ComplexArray:
    m = np.arange(1, ROWS + 1)
    waves = np.sqrt(2 / (ROWS + 1)) * np.sin(np.pi * np.outer(m, m) / (ROWS + 1))
    along = (ENERGY + 2 * np.cos(np.pi * m / (ROWS + 1))).astype(np.complex128)
    root = np.sqrt(along**2 - 4)
    # Of the two solutions of σ = 1/(ε - σ), the one that decays, or moves outward.
    sigma = (along - root) / 2
    wrong = (np.abs(sigma) > 1 + 1e-12) | (sigma.imag > 1e-12)
    sigma = np.where(wrong, (along + root) / 2, sigma)
    found: ComplexArray = (waves * sigma) @ waves.T
    return found


PAGE = Phenomenon(
    id="landauer",
    title="Conductance is transmission",
    statement=(
        "Each open mode that reaches the other side carries e²/h per spin: G = (e²/h) Tr t†t, the "
        "sum of the eigenvalues of t†t, which lie between 0 and 1. A perfect conductor has "
        "G = N·2e²/h and the resistance h/(2e²N), although nothing in it scatters."
    ),
    kind="computed",
    references=(
        "R. Landauer, IBM J. Res. Dev. 1, 223 (1957)",
        "D. S. Fisher and P. A. Lee, Phys. Rev. B 23, 6851 (1981)",
        "C. Caroli et al., J. Phys. C 4, 916 (1971)",
        "M. Büttiker, Phys. Rev. Lett. 57, 1761 (1986)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
