"""Rings: one flux quantum is one period, and averages keep only the half."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.device.disorder import disorder
from sharvin.device.lead import lead
from sharvin.device.leads import MatrixLead
from sharvin.device.regions import rectangle, ring
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.scan import transmissions
from sharvin.matter.square import square_lattice
from sharvin.solvers.smatrix import smatrix
from sharvin.typing import RealArray
from sharvin.units import FLUX_QUANTUM

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

SITES, ENERGY = 20, -0.3  # of the thin ring, t
INNER, OUTER, BAND = 8.5, 11.5, -1.2  # of the wide ring, lattice constants and t
STRENGTH = 1.2  # of its disorder, t
LONG, ROUGH, STEPS = 40, 2.0, 8  # of the disordered rings: sites, disorder (t), fluxes per period


def model() -> Device:
    """Return the wide ring with disorder; ``B`` is the field, ``seed`` the sample."""
    arms = rectangle(6.0, 3.0, corner=(-OUTER - 3.0, -1.5)) | rectangle(
        6.0, 3.0, corner=(OUTER - 3.0, -1.5)
    )
    return Device(
        square_lattice(),
        region=ring(INNER, OUTER) | arms,
        leads={"source": lead("left"), "drain": lead("right")},
        disorder=disorder(STRENGTH, "seed"),
        field="B",
    )


def compute(full: bool = False) -> "xr.Dataset":
    """The clean ring at published fluxes and in between, disordered rings, a wide one."""
    import xarray as xr

    flux = np.linspace(0.0, 2.0, 121)
    thin = [[_thin(site, phi) for phi in flux] for site in (10, 7)]
    samples = 800 if full else 200
    quanta = np.arange(STEPS) / STEPS
    table = np.array([_rough(seed, quanta) for seed in range(samples)])
    one, two = np.fft.rfft(table, axis=1).real.T[1:3] / STEPS
    wide = model()
    quantum = FLUX_QUANTUM / (np.pi * (0.5 * (INNER + OUTER)) ** 2)
    around = np.linspace(-2.0, 2.0, 49)
    points = [{"energy": BAND, "B": float(b * quantum), "seed": 4} for b in around]
    sample = transmissions(wide, points)
    parts = {
        "T_thin": (("leads", "flux"), np.array(thin), {"units": "1"}),
        "T_sample": (("sample", "quanta"), table, {"units": "1"}),
        "one": ("sample", one, {"units": "1", "long_name": "amplitude of period h/e"}),
        "two": ("sample", two, {"units": "1", "long_name": "amplitude of period h/2e"}),
        "T_wide": ("around", sample, {"units": "1"}),
        "turned": ((), abs(_three(0.2) - _three(-0.2)), {"units": "1"}),
    }
    coordinates = {
        "leads": ["opposite", "at 7 of 20"],
        "flux": ("flux", flux, {"units": "h/e"}),
        "quanta": ("quanta", quanta, {"units": "h/e"}),
        "around": ("around", around, {"units": "h/e"}),
    }
    return xr.Dataset(parts, coordinates)


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Published values, the period, evenness in the field, and what survives an average."""
    printed = {
        "opposite": ((0.0, 0.650622), (0.25, 0.903015), (0.5, 0.0), (1.0, 0.650622)),
        "at 7 of 20": ((0.0, 0.177301), (0.25, 0.334573), (0.5, 0.473498), (1.0, 0.177301)),
    }
    found = []
    for where, row in printed.items():
        curve = data.T_thin.sel(leads=where)
        for flux, expected in row:
            value = curve.sel(flux=flux, method="nearest")
            name = f"T of 20 sites, leads {where}, flux {flux:g} h/e"
            found.append(Check(name, value, expected, 6e-7, "printed digits"))
    period = np.abs(data.T_thin.values[:, :61] - data.T_thin.values[:, 60:]).max()
    even = np.abs(data.T_thin.values - data.T_thin.values[:, ::-1]).max()
    odd = np.abs(data.T_wide.values - data.T_wide.values[::-1]).max()
    rounding = "linear algebra in double precision"
    count = data.sizes["sample"]
    rms = float(np.sqrt(np.mean(data.one.values**2)))
    mean_one = float(data.one.mean()) / (rms / np.sqrt(count))
    mean_two = float(data.two.mean()) / (float(data.two.std()) / np.sqrt(count))
    found += [
        Check("one flux quantum is one period", period, 0.0, 1e-10, rounding),
        Check("two terminals: even in the flux", even, 0.0, 1e-10, rounding),
        Check("two terminals: T(B) = T(-B), wide ring", odd, 0.0, 1e-10, rounding),
        Check.between("three terminals: T_21(B) - T_21(-B)", data.turned, 0.01, 1.0,
                      "the flux must break something"),
        Check.between("rms amplitude of h/e in a sample", rms, 0.02, 0.2, "samples have it"),
        Check.between("mean of h/e over samples, in standard errors", mean_one, -3.5, 3.5,
                      "its sign is random: three and a half standard errors"),
        Check.between("mean of h/2e over samples, in standard errors", mean_two, -30.0, -3.5,
                      "time-reversed paths always meet in phase at zero flux"),
    ]  # fmt: skip
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """The clean ring's oscillations; disordered rings, their average, and what it keeps."""
    from sharvin.gallery.drawing import BLUE, COLORS, GRAY, ORANGE, finish, new_figure

    fig, (left, middle, right) = new_figure(3)
    for curve, color in zip(data.T_thin, COLORS, strict=False):
        left.plot(data.flux, curve, color=color, label=f"leads {curve.leads.item()}")
    left.legend(frameon=False, fontsize=9)
    left.set_ylim(0, 1.3)
    finish(left, x="flux (h/e)", y="transmission", title="20 sites: the period is h/e")
    quanta = np.concatenate([data.quanta, data.quanta + 1, [2.0]])
    rows = np.concatenate([data.T_sample, data.T_sample, data.T_sample[:, :1]], axis=1)
    fine = np.linspace(0, 2, 161)
    for row in rows[:10]:
        middle.plot(fine, _smooth(quanta, row, fine), color=GRAY, linewidth=0.5, alpha=0.6)
    middle.plot(
        fine,
        _smooth(quanta, rows[int(np.argmax(np.abs(data.one[:10].values)))], fine),
        color=ORANGE,
        linewidth=1.4,
        label="one ring",
    )
    middle.plot(fine, _smooth(quanta, rows.mean(axis=0), fine), color=BLUE, linewidth=2,
                label="the mean of all")  # fmt: skip
    middle.legend(frameon=False, fontsize=9, loc="upper right")
    middle.set_ylim(0, 1.3)
    title = f"{len(rows)} disordered rings of {LONG} sites"
    finish(middle, x="flux (h/e)", y="transmission", title=title)
    counts = np.unique(np.geomspace(1, data.sizes["sample"] // 8, 9).astype(int))
    for name, color, text in (("one", ORANGE, "h/e"), ("two", BLUE, "h/2e")):
        left_over = [_left_over(data[name].values, n) for n in counts]
        right.loglog(counts, left_over, "o-", color=color, markersize=4, linewidth=1, label=text)
    first = _left_over(data.one.values, 1)
    right.loglog(counts, first / np.sqrt(counts), color=GRAY, linewidth=1, linestyle=(0, (4, 3)),
                 label=r"$1/\sqrt{N}$")  # fmt: skip
    right.legend(frameon=False, fontsize=9)
    finish(right, x="rings averaged, N", y="amplitude", title="Averages keep h/2e")
    return fig


def _smooth(x: RealArray, y: RealArray, fine: RealArray) -> RealArray:
    """A periodic curve through points that resolve it."""
    from scipy.interpolate import CubicSpline

    curve: RealArray = CubicSpline(x, y, bc_type="periodic")(fine)
    return curve


def _left_over(amplitudes: RealArray, count: int) -> float:
    """Rms of means over groups of `count` samples."""
    groups = len(amplitudes) // count
    means = amplitudes[: groups * count].reshape(groups, count).mean(axis=1)
    return float(np.sqrt(np.mean(means**2)))


def _ring_hamiltonian(flux: float) -> np.ndarray:
    h = np.zeros((SITES, SITES), complex)
    here = np.arange(SITES)
    h[here, (here + 1) % SITES] = -np.exp(2j * np.pi * flux / SITES)
    return h + h.conj().T


def _chains(*sites: int) -> dict[str, MatrixLead]:
    names = ("source", "drain", "side")
    return {
        name: MatrixLead(cell=[[0.0]], hop=[[-1.0]], sites=[site])
        for name, site in zip(names, sites, strict=False)
    }


def _thin(site: int, flux: float) -> float:
    """Transmission of 20 sites with chains at 0 and at `site`."""
    device = Device.from_matrices(_ring_hamiltonian(flux), leads=_chains(0, site))
    return smatrix(device, energy=ENERGY).transmission(to="drain", from_="source")


def _rough(seed: int, quanta: RealArray) -> RealArray:
    """T of one disordered ring at several fluxes, all of which sit on its last bond."""
    onsite = ROUGH * (np.random.default_rng(seed).random(LONG) - 0.5)
    open_chain = np.diag(onsite) - np.eye(LONG, k=1) - np.eye(LONG, k=-1)
    last = np.zeros((LONG, LONG), complex)
    last[0, -1] = -1.0
    ring_ = {
        "": open_chain,
        "cos": (last + last.conj().T).real,
        "sin": 1j * last + (1j * last).conj().T,
    }
    device = Device.from_matrices(ring_, leads=_chains(0, LONG // 2))
    angle = 2 * np.pi * quanta
    points = [{"energy": ENERGY, "cos": float(np.cos(a)), "sin": float(np.sin(a))} for a in angle]
    return transmissions(device, points)


def _three(flux: float) -> float:
    """The same between two of three chains."""
    device = Device.from_matrices(_ring_hamiltonian(flux), leads=_chains(0, 7, 13))
    return smatrix(device, energy=ENERGY).transmission(to="drain", from_="source")


PAGE = Phenomenon(
    id="aharonov-bohm",
    title="Rings and the flux quantum",
    statement=(
        "The transmission of a ring repeats when the flux through its hole grows by h/e, and with "
        "two terminals it is even in the field. From ring to ring the phase of h/e is random and "
        "averages to zero; paths that run all around in opposite directions meet in phase in "
        "every ring, so that h/2e survives."
    ),
    kind="computed",
    references=(
        "Y. Aharonov and D. Bohm, Phys. Rev. 115, 485 (1959)",
        "R. A. Webb et al., Phys. Rev. Lett. 54, 2696 (1985)",
        "B. L. Altshuler, A. G. Aronov and B. Z. Spivak, JETP Lett. 33, 94 (1981)",
        "M. Büttiker, Y. Imry and M. Ya. Azbel, Phys. Rev. A 30, 1982 (1984)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
