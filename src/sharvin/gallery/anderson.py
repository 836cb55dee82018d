"""Anderson localization: chains and strips, three ways to one localization length."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.formulas import dmpk
from sharvin.formulas.localization import (
    BAND_CENTER,
    chain_localization_length,
    edge_lyapunov,
)
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.strips import ENERGY, strip, tesla
from sharvin.numerics.lyapunov import Lyapunov, chain_exponent, strip_exponents
from sharvin.sweeps.ensembles import ensemble
from sharvin.typing import IntArray, RealArray

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

WEAK = 0.5  # disorder of the chain
ENERGIES = np.array([0.0, 0.25, 0.5, 1.0, 1.5])
NEAR = np.array([0.001, 0.003, 0.01, 0.03, 0.1])  # of the band center
WIDTH, DISORDER, MODES, PATH, FLUX = 10, 1.5, 7, 19.4, 0.01
LENGTHS = np.array([200, 400, 800])


def model() -> Device:
    """Return the strip of 400 sites with the parameters seed and B."""
    return strip(400, WIDTH, DISORDER, field="B")


def compute(full: bool = False) -> "xr.Dataset":
    """Lyapunov exponents of chains; conductances and exponents of strips, also in a field."""
    import xarray as xr

    sites = 80_000_000 if full else 12_000_000
    chains = [chain_exponent(e, WEAK, sites, seed=1) for e in ENERGIES]
    near = [chain_exponent(e, WEAK, sites // 2, seed=2) for e in NEAR]
    edge = chain_exponent(2.0, 0.3, sites // 4, seed=3)
    samples, slices = (400, 400_000) if full else (64, 40_000)
    lengths = np.append(LENGTHS, 1600) if full else LENGTHS
    logs = np.array([_logarithms(int(length), samples) for length in lengths])
    strips = [strip_exponents(WIDTH, ENERGY, DISORDER, slices, flux=f) for f in (0.0, FLUX)]
    widths = np.array([4, 8, 16, 32]) if full else np.array([4, 8, 16])
    squares = [
        strip_exponents(int(m), 0.0, w, slices // 4, ring=True) for w in (6.0, 10.0) for m in widths
    ]
    data = {
        "xi": ("energy", [x.localization_length for x in chains]),
        "xi_error": ("energy", [x.localization_length_error for x in chains]),
        "xi_near": ("near", [x.localization_length for x in near]),
        "xi_near_error": ("near", [x.localization_length_error for x in near]),
        "edge": ((), edge.exponents[0]),
        "edge_error": ((), edge.errors[0]),
        "mean_log": (("field", "length"), logs[:, :, 0].T),
        "mean_log_error": (("field", "length"), logs[:, :, 1].T),
        "var_log": (("field", "length"), logs[:, :, 2].T),
        "xi_strip": ("field", [x.localization_length for x in strips]),
        "xi_strip_error": ("field", [x.localization_length_error for x in strips]),
        "scaled": (("W", "width"), _scaled(squares, widths)),
        "samples": ((), samples),
    }
    coordinates = {
        "energy": ("energy", ENERGIES, {"units": "t"}),
        "near": ("near", NEAR, {"units": "t"}),
        "length": ("length", lengths, {"units": "a"}),
        "field": ["no field", "field"],
        "W": [6.0, 10.0],
        "width": widths,
    }
    found = xr.Dataset(data, coordinates)
    return found.set_coords([n for n in found.data_vars if str(n).endswith(("error", "samples"))])


def _logarithms(length: int, samples: int) -> list[list[float]]:
    """Mean of ln g, its error and its variance, without and in a field."""
    found = ensemble(
        strip(length, WIDTH, DISORDER, field="B"), samples=samples, energy=ENERGY,
        B=[0.0, tesla(FLUX)],
    )  # fmt: skip
    logs = np.log(found.conductance.values)
    mean, variance = logs.mean(axis=0), logs.var(axis=0, ddof=1)
    return [[m, float(np.sqrt(v / samples)), v] for m, v in zip(mean, variance, strict=True)]


def _scaled(found: list[Lyapunov], widths: IntArray) -> RealArray:
    lengths = np.array([x.localization_length for x in found]).reshape(2, len(widths))
    scaled: RealArray = lengths / widths
    return scaled


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """The anomaly of the band center, weak disorder, N + 1 mean free paths, doubling in a field."""
    found = []
    for e, xi, error in zip(ENERGIES, data.xi.values, data.xi_error.values, strict=True):
        if e in (0.25, 0.5):
            continue  # shown; the next order in W is larger near the center
        expected = float(chain_localization_length(e, WEAK)) * WEAK**2
        reason = "three standard errors, and 1 % of the next order in W"
        spread = 3 * error * WEAK**2 + 0.01 * expected
        found.append(Check(f"W² ξ of a chain, E = {e:g}", xi * WEAK**2, expected, spread, reason))
    anomaly, naive = float(data.xi[0]) * WEAK**2, 96.0
    reason = f"96 would be {BAND_CENTER - naive:.0f} off"
    found.append(Check.between("the band center is no 96", anomaly - naive, 5, 13, reason))
    error = float(data.edge_error)
    expected = float(edge_lyapunov(0.3))
    reason = "three standard errors, and 1 % of the next order"
    found.append(
        Check(
            "exponent at the band edge, W = 0.3",
            float(data.edge),
            expected,
            3 * error + 0.01 * expected,
            reason,
        )
    )
    for field, beta in (("no field", 1), ("field", 2)):
        own = data.sel(field=field)
        theory = float(dmpk.localization_length(MODES, PATH, beta))
        xi, error = float(own.xi_strip), float(own.xi_strip_error)
        if beta == 1:
            reason = "three standard errors, and 5 % for seven modes that are not alike"
            found.append(
                Check("ξ of a strip, (N + 1) l", xi, theory, 3 * error + 0.05 * theory, reason)
            )
        slope, its = _slope(own)
        spread = 3 * np.hypot(its, error) + 0.04 * xi
        reason = "three standard errors, and 4 % for the shortest length"
        found.append(Check(f"ξ from <ln g>, {field}", slope, xi, spread, reason))
    gain = float(data.xi_strip[1] / data.xi_strip[0])
    of_gain = gain * float(np.hypot(*(data.xi_strip_error / data.xi_strip).values))
    reason = "1.5 to 1.75 (2N/(N+1)), and two standard errors"
    found.append(
        Check.between(
            "ξ in a field over ξ without", gain, 1.5 - 2 * of_gain, 1.75 + 2 * of_gain, reason
        )
    )
    last = data.isel(length=-1).sel(field="no field")
    ratio = float(-last.var_log / last.mean_log)
    spread = 2 * (3 * np.sqrt(2 / float(data.samples)) + 0.1)
    reason = "three standard errors of a variance, and 10 % of finite length"
    found.append(Check("var ln g over -<ln g>", ratio, 2.0, spread, reason))
    for w in data.W.values:
        falling = np.diff(data.scaled.sel(W=w).values).max()
        name = f"a ring of rows, W = {w:g}: ξ/M falls with M"
        found.append(Check.between(name, falling, -3.0, -0.01, "localized in two dimensions"))
    return tuple(found)


def _slope(own: "xr.Dataset") -> tuple[float, float]:
    """Localization length from the slope of <ln g>, and its error."""
    weights = 1 / own.mean_log_error.values
    (slope, _), cov = np.polyfit(
        own.length.values, own.mean_log.values, 1, w=weights, cov="unscaled"
    )
    return float(-2 / slope), float(2 / slope**2 * np.sqrt(cov[0, 0]))


def figure(data: "xr.Dataset") -> "Figure":
    """The chain's anomaly, decay of ln g, scaling of strips."""
    from sharvin.gallery.drawing import BLUE, GRAY, GREEN, INK, ORANGE, finish, new_figure

    fig, (left, middle, right) = new_figure(3)
    e = np.geomspace(5e-4, 1.7, 200)
    left.semilogx(e, 24 * (4 - e**2), color=ORANGE, label=r"$24\,(4 - E^2)$")
    left.axhline(BAND_CENTER, color=GRAY, linewidth=1)
    left.text(0.02, BAND_CENTER + 0.7, "105.045 at E = 0", fontsize=9, color=INK)
    places = np.concatenate([data.near.values, data.energy.values[1:]])
    xi = np.concatenate([data.xi_near.values, data.xi.values[1:]]) * WEAK**2
    error = np.concatenate([data.xi_near_error.values, data.xi_error.values[1:]]) * WEAK**2
    left.errorbar(places, xi, error, fmt="o", color=BLUE, capsize=3, label=f"lattice, W = {WEAK}")
    left.set_ylim(40, 110)
    left.legend(frameon=False, loc="lower left")
    finish(left, x="distance from the band center (t)", y=r"$W^2 \xi$",
           title="A chain, and the anomaly of its center")  # fmt: skip
    for field, color in (("no field", BLUE), ("field", GREEN)):
        own = data.sel(field=field)
        middle.errorbar(
            own.length, own.mean_log, own.mean_log_error, fmt="o", color=color, capsize=3
        )
        x = np.array([0.0, float(own.length[-1]) * 1.05])
        start = float(own.mean_log[-1] + 2 * own.length[-1] / own.xi_strip)
        text = f"{field}: ξ = {float(own.xi_strip):.0f}({float(own.xi_strip_error):.0f})"
        middle.plot(x, start - 2 * x / float(own.xi_strip), color=color, label=text)
    middle.legend(frameon=False, fontsize=9, loc="lower left", title="slope: Lyapunov exponent")
    finish(middle, x="length (sites)", y=r"$\langle \ln g \rangle$", title="A strip of seven modes")
    for w, color in zip(data.W.values, (BLUE, ORANGE), strict=True):
        right.loglog(data.width, data.scaled.sel(W=w), "o-", color=color, label=f"W = {w:g} t")
    right.set_xticks(data.width.values, [str(m) for m in data.width.values])
    right.minorticks_off()
    right.legend(frameon=False)
    finish(right, x="rows M, joined to a ring", y=r"$\xi_M / M$",
           title="Two dimensions: no metal at any disorder")  # fmt: skip
    return fig


PAGE = Phenomenon(
    id="anderson",
    title="Anderson localization",
    statement=(
        "Without loss of phase every wire is an insulator if it is long enough: ln g is normally "
        "distributed around -2L/ξ with a variance of twice that, and ξ is about N mean free "
        "paths, (N + 1) l with time reversal and 2 N l in a field. A chain has 96/W² at weak "
        "disorder, and 105/W² at the very center of its band."
    ),
    kind="computed",
    references=(
        "P. W. Anderson, Phys. Rev. 109, 1492 (1958)",
        "M. Kappus and F. Wegner, Z. Phys. B 45, 15 (1981)",
        "O. N. Dorokhov, JETP Lett. 36, 318 (1982)",
        "A. MacKinnon and B. Kramer, Z. Phys. B 53, 1 (1983)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
