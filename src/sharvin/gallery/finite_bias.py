"""Half plateaus and diamonds: a point contact at finite bias."""

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.device.device import Device
from sharvin.gallery.check import Check
from sharvin.gallery.contacts import saddle_contact
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.scan import energies, transmissions
from sharvin.sweeps.spectroscopy import bias_spectroscopy
from sharvin.typing import RealArray
from sharvin.units import CONDUCTANCE_PER_MODE

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

OMEGA_X, OMEGA_Y = 0.8, 3.0  # meV
SPACING = 6.0  # nm
KELVIN = 0.3
ENDS = {"to": "drain", "from_": "source"}


def model() -> Device:
    """Return a saddle point in GaAs with ħω_x = 0.8 meV and ħω_y = 3 meV."""
    return saddle_contact(spacing=SPACING, hbar_omega_x=OMEGA_X, hbar_omega_y=OMEGA_Y)


def compute(full: bool = False) -> "xr.Dataset":
    """Bias map, the same numbers without the verb, one-sided bias, a potential that follows."""
    import xarray as xr

    device = model()
    level = np.linspace(0.6, 9.4, 178 if full else 89)
    bias = np.linspace(-4.5, 4.5, 181 if full else 91)
    common: dict[str, Any] = {**ENDS, "unit": "2e²/h"}
    chart = bias_spectroscopy(
        device, **common, bias=bias, chemical_potential=level, temperature=KELVIN
    )
    grid = np.arange(-2.0, 12.0, 0.05)
    table = transmissions(device, energies(grid))
    risers = np.array([_crossing(grid, table, n + 0.5) for n in range(3)])
    spacing = np.diff(risers)
    cold = bias_spectroscopy(
        device, **common, bias=[float(spacing[0]), 1.0], chemical_potential=risers[:2].tolist()
    )
    one_sided = bias_spectroscopy(
        device, **common, bias=float(spacing[1]) / 2, chemical_potential=float(risers[1]), share=1
    )
    follow = bias_spectroscopy(
        device, **common, bias=np.linspace(0.0, 4.0, 5), profile="linear",
        chemical_potential=float(risers[1]),
    )  # fmt: skip
    halves = [_mean_of_ends(grid, table, mu, volts) for mu in risers[:2] for volts in cold.bias]
    areas = [_area(grid, table, mu, volts) for mu in risers[:2] for volts in cold.bias]
    parts = {
        "G": (("level", "bias"), chart.conductance.values, {"units": "2e²/h"}),
        "G_error": ((), float(chart.conductance_error.max()), {"units": "2e²/h"}),
        "riser": ("n", risers, {"units": "meV"}),
        "G_cold": ("setting", cold.conductance.values.ravel(), {"units": "2e²/h"}),
        "G_ends": ("setting", np.array(halves), {"units": "2e²/h"}),
        "I": ("setting", cold.current.values.ravel(), {"units": "nA"}),
        "I_area": ("setting", np.array(areas), {"units": "nA"}),
        "closes": ("vertex", _closing(level, bias, chart.conductance.values, risers)),
        "G_one_sided": ((), float(one_sided.conductance), {"units": "2e²/h"}),
        "G_follow": ("volts", follow.conductance.values, {"units": "2e²/h"}),
        "G_linear": ((), float(np.interp(risers[1], grid, table)), {"units": "2e²/h"}),
        **_measured_like(level, bias, chart.conductance.values),
    }
    coordinates = {
        "level": ("level", level, {"units": "meV", "long_name": "chemical potential"}),
        "bias": ("bias", bias, {"units": "mV", "long_name": "bias"}),
        "volts": ("volts", follow.bias.values, {"units": "mV"}),
    }
    return xr.Dataset(parts, coordinates)


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Half plateaus, the mean of both ends, the current's area, where the diamonds close."""
    spacing = np.diff(data.riser.values)
    tails = "tails of the risers, exp(-π ω_y/ω_x), and the curvature of the lattice's subbands"
    interpolated = "accepted error of T(E): 1e-3 e²/h per spin"
    found = [
        Check(f"dI/dV on the half plateau {n + 0.5}", data.G_cold[2 * n], n + 0.5, 5e-3, tails)
        for n in range(2)
    ]
    for place in range(data.sizes["setting"]):
        name = f"dI/dV and the mean of G at both levels, setting {place + 1}"
        value, expected = data.G_cold.values[place], data.G_ends.values[place]
        found.append(Check(name, value, expected, 1.5e-3, interpolated))
        name = f"current against the area under T(E), setting {place + 1} (nA)"
        value, expected = data.I.values[place], data.I_area.values[place]
        found.append(Check(name, value, expected, 0.05, interpolated))
    for n, closing in enumerate(data.closes.values):
        name = f"bias at which diamond {n + 1} closes (mV)"
        found.append(Check(name, closing, spacing[n], 0.15, "pixels of the map: 0.1 mV"))
    digits = "error of the map over its slope: a few µV"
    for n, found_spacing in enumerate(data.fit_spacing.values):
        name = f"spacing {n + 1} that the analysis of measured maps finds (meV)"
        found.append(Check(name, found_spacing, spacing[n], 3e-3, digits))
    found += [
        Check("its lever arm (eV/eV), worst riser", data.fit_lever, 1.0, 2e-3, digits),
        Check("its share of the bias before the saddle", data.fit_share, 0.5, 2e-3, digits),
        Check("no half plateau where one side takes the bias", data.G_one_sided, 2.0, 5e-3, tails),
        Check("small bias and a falling potential", data.G_follow[0], data.G_linear, 2e-2,
              "slope over steps of 1 mV"),
        Check("largest error of the map, as it says itself", data.G_error, 0.0, 2e-3, interpolated),
    ]  # fmt: skip
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """The slope of dI/dV over level and bias, and dI/dV against bias for all levels."""
    from sharvin.gallery.drawing import ORANGE, finish, new_figure
    from sharvin.plot.maps import draw_map
    from sharvin.plot.spectroscopy import draw_traces

    fig, (left, right) = new_figure(2)
    slope = data.G.differentiate("level")
    slope.attrs = {"units": "2e²/h / meV", "long_name": r"$\mathrm{d}G/\mathrm{d}\mu$"}
    image = draw_map(left, slope)
    bar = fig.colorbar(image, ax=left, pad=0.02, aspect=28)
    bar.set_label("slope of dI/dV ($2e^2/h$ per meV)")
    bar.outline.set_visible(False)
    for n, text in enumerate(("1", "2", "3")):
        middle = float(data.riser[n]) + OMEGA_Y / 2
        if middle < float(data.level.max()):
            left.text(middle, 0, text, ha="center", va="center")
        left.text(float(data.riser[n]), 2.6, f"{n}½" if n else "½", ha="center", va="center",
                  color=ORANGE)  # fmt: skip
    finish(left, x="chemical potential (meV)", y="bias (mV)", title="Diamonds close at ΔE")
    draw_traces(right, data.G.assign_attrs(units="2e²/h", long_name="dI/dV"))
    finish(right, x="bias (mV)", y="dI/dV (2e²/h)", title="Curves bunch at halves and wholes")
    return fig


def _measured_like(level: RealArray, bias: RealArray, chart: RealArray) -> dict[str, Any]:
    """The map handed to the analysis as if a lock-in had written it, 1 meV for each mV of gate."""
    import xarray as xr

    from sharvin.analysis import fit_bias_diamonds

    record = xr.Dataset(
        {"G": (("gate", "bias"), chart, {"units": "2e²/h"})},
        {"gate": ("gate", level, {"units": "mV"}), "bias": ("bias", bias, {"units": "mV"})},
    )
    fit = fit_bias_diamonds(record)
    levers = [r.lever_arm[0] for r in fit.parts["risers"]]
    shares = [r.share[0] for r in fit.parts["risers"]]
    return {
        "fit_spacing": ("vertex", [d.spacing[0] for d in fit.parts["diamonds"]]),
        "fit_lever": ((), max(levers, key=lambda a: abs(a - 1))),
        "fit_share": ((), max(shares, key=lambda b: abs(b - 0.5))),
    }


def _crossing(x: RealArray, y: RealArray, level: float) -> float:
    """Where a rising curve first reaches a level."""
    k = int(np.argmax(y >= level))
    return float(np.interp(level, y[k - 1 : k + 1], x[k - 1 : k + 1]))


def _mean_of_ends(grid: RealArray, table: RealArray, mu: float, volts: float) -> float:
    from scipy.interpolate import CubicSpline

    return float(np.mean(CubicSpline(grid, table)(mu + np.array([-0.5, 0.5]) * float(volts))))


def _area(grid: RealArray, table: RealArray, mu: float, volts: float) -> float:
    """Current in nA from the area under T(E), spin included."""
    from scipy.interpolate import CubicSpline

    half = 0.5 * float(volts)
    area = float(CubicSpline(grid, table).integrate(mu - half, mu + half))
    return 2 * CONDUCTANCE_PER_MODE * 1e-3 * area / 1e-9


def _closing(level: RealArray, bias: RealArray, g: RealArray, risers: RealArray) -> RealArray:
    """Bias at which the two sides of each diamond meet, from the map alone.

    On the line halfway between two risers dI/dV changes fastest with the level where a riser of
    the source meets one of the drain.
    """
    slope = np.gradient(g, level, axis=0)
    found = []
    for low, high in pairwise(risers):
        row = np.array([np.interp(0.5 * (low + high), level, column) for column in slope.T])
        positive = bias > 0
        peak = int(np.argmax(np.where(positive, row, -np.inf)))
        found.append(_vertex(bias[peak - 1 : peak + 2], row[peak - 1 : peak + 2]))
    return np.array(found)


def _vertex(x: RealArray, y: RealArray) -> float:
    """Maximum of the parabola through three points."""
    curve = np.polyfit(x - x[1], y, 2)
    return float(x[1] - curve[1] / (2 * curve[0]))


PAGE = Phenomenon(
    id="finite-bias",
    title="Half plateaus and diamonds",
    statement=(
        "I = (2e/h) ∫ T(E) (f_s - f_d) dE. Where the bias drops symmetrically and the potential "
        "stays rigid, dI/dV is the mean of G at both chemical potentials: plateaus at (n + ½) G0 "
        "where they sit on neighboring steps, and diamonds that close at eV = ΔE. With all of "
        "the bias on one side there are none."
    ),
    kind="computed",
    references=(
        "L. I. Glazman and A. V. Khaetskii, Europhys. Lett. 9, 263 (1989)",
        "L. P. Kouwenhoven et al., Phys. Rev. B 39, 8040 (1989)",
        "N. K. Patel et al., Phys. Rev. B 44, 13549 (1991)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
