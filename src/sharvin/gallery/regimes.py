"""Which physics a conductor shows: its size against the lengths of its electrons."""

from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.device.device import Device
from sharvin.device.disorder import disorder
from sharvin.device.lead import lead
from sharvin.device.regions import interval
from sharvin.formulas import LengthScales, dmpk, length_scales, regime
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.strips import ENERGY, strip
from sharvin.matter.chain import chain
from sharvin.solvers.dephasing import dephased
from sharvin.sweeps.ensembles import ensemble

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# The wafer of van Wees et al. (1988).
DENSITY, MOBILITY, MASS = "3.56e15 m^-2", "85 m^2/V/s", 0.067
LOW, HIGH = 0.6, 4.2  # K
MAP_MOBILITY = "2 m^2/V/s"  # a poorer wafer, whose regimes fit into one picture

_NAMES = ("ballistic", "quasi-ballistic", "diffusive", "localized")
# Expected regime; mobility, length, width and coherence length of a strip.
_STRIPS = (
    ("ballistic", MOBILITY, "0.5 um", "0.25 um", None),  # the point contact of 1988
    ("quasi-ballistic", MOBILITY, "20 um", "1 um", None),
    ("diffusive", MAP_MOBILITY, "1 um", "1 um", None),
    ("localized", MAP_MOBILITY, "10 um", "0.1 um", None),
    ("quasi-ballistic", MAP_MOBILITY, "10 um", "0.1 um", "0.5 um"),  # dephased before that
)


# One ribbon of every length: ten rows, seven modes.
WIDTH, DISORDER, MODES, PATH = 10, 1.5, 7, 19.4
LENGTHS = np.array([2, 5, 10, 20, 50, 100, 200, 400, 800])
# A chain that forgets its phase: without dephasing it is an insulator, with it a resistor.
CHAIN, CHAIN_DISORDER, DEPHASING = np.array([50, 100, 200]), 3.0, 0.1
CHAIN_REFERENCE = {50: 66.0, 100: 112.0, 200: 232.0}  # <R> in h/e², of samples of our own


def model() -> LengthScales:
    """Lengths of the wafer at 0.6 K; `sharvin.formulas.regime` takes them."""
    return _wafer(LOW)


def compute(full: bool = False) -> "xr.Dataset":
    """Evaluate the lengths against temperature, and the regimes of strips of another wafer."""
    import xarray as xr

    temperature = np.geomspace(0.02, 20, 121)
    wafers = [_wafer(t) for t in temperature]
    cold, warm = _wafer(LOW), _wafer(HIGH)
    poor = length_scales(density=DENSITY, mobility=MAP_MOBILITY, mass=MASS)
    length, width = np.geomspace(10, 1e5, 161), np.geomspace(20, 5e3, 121)
    names = [[regime(poor, length=x, width=w).name for x in length] for w in width]
    number = np.array([[_NAMES.index(name) for name in row] for row in names])
    nm = {"units": "nm"}
    parts = {
        "k_F": ((), cold.fermi_wave_number * 1e9, {"units": "1/m"}),
        "lambda_F": ((), cold.fermi_wavelength, nm),
        "v_F": ((), cold.fermi_velocity * 1e3, {"units": "m/s"}),
        "E_F": ((), cold.fermi_energy, {"units": "meV"}),
        "tau": ((), cold.scattering_time, {"units": "ps"}),
        "l_e": ((), cold.mean_free_path, nm),
        "D": ((), cold.diffusivity * 1e-6, {"units": "m²/s"}),
        "R_sheet": ((), cold.sheet_resistance, {"units": "Ω"}),
        "L_T_ballistic": ("T", [w.thermal_length_ballistic for w in wafers], nm),
        "L_T_diffusive": ("T", [w.thermal_length_diffusive for w in wafers], nm),
        "at_fixed_T": (
            ("fixed_T", "kind"),
            [[w.thermal_length_ballistic, w.thermal_length_diffusive] for w in (cold, warm)],
            nm,
        ),
        "regime": (("width", "length"), number, {"meaning": ", ".join(_NAMES)}),
        "named": ("strip", [_regime_of(*strip) for _, *strip in _STRIPS]),
        "l_e_map": ((), poor.mean_free_path, nm),
        **_ribbons(400 if full else 32),
        **_chains(100 if full else 10),
    }
    coordinates = {
        "T": ("T", temperature, {"units": "K"}),
        "fixed_T": ("fixed_T", [LOW, HIGH], {"units": "K"}),
        "kind": ["ballistic", "diffusive"],
        "length": ("length", length, nm),
        "width": ("width", width, nm),
        "L": ("L", LENGTHS, {"units": "a"}),
        "chain": ("chain", CHAIN, {"units": "a"}),
    }
    found = xr.Dataset(parts, coordinates)
    return found.set_coords([n for n in found.data_vars if str(n).endswith("error")])


def _ribbons(samples: int) -> dict[str, Any]:
    """Conductances of one ribbon from ballistic to localized."""
    found = [
        ensemble(strip(int(n), WIDTH, DISORDER), samples=samples, energy=ENERGY).conductance.values
        for n in LENGTHS
    ]
    g, logs = np.array(found), np.log(found)
    root = np.sqrt(samples)
    return {
        "g": ("L", g.mean(axis=1), {"units": "e²/h"}),
        "g_error": ("L", g.std(axis=1, ddof=1) / root),
        "spread": ("L", g.std(axis=1, ddof=1) / g.mean(axis=1)),
        "log_g": ("L", logs.mean(axis=1)),
        "log_g_error": ("L", logs.std(axis=1, ddof=1) / root),
    }


def _chains(samples: int) -> dict[str, Any]:
    """Resistance of a disordered chain whose electrons lose their phase, and that of ln T."""
    resistances, logs = [], []
    for n in CHAIN:
        device = Device(
            chain(),
            region=interval(float(n)),
            leads={"source": lead("left"), "drain": lead("right")},
            disorder=disorder(CHAIN_DISORDER, "seed"),
        )
        ports = {"to": "drain", "from_": "source"}
        resistances.append([
            1 / dephased(device, energy=0.0, broadening=DEPHASING, seed=k).transmission(**ports)
            for k in range(samples)
        ])  # fmt: skip
        coherent = ensemble(device, "transmission", samples=200, energy=0.0)
        logs.append(float(np.log(coherent.transmission).mean()))
    r = np.array(resistances)
    return {
        "R": ("chain", r.mean(axis=1), {"units": "h/e²"}),
        "R_error": ("chain", r.std(axis=1, ddof=1) / np.sqrt(samples)),
        "log_T": ("chain", logs),
    }


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Numbers of the 1988 wafer, and the names of well-known conductors."""
    table = (
        ("k_F (1/m)", data.k_F, 1.4956e8, 5e3),
        ("λ_F (nm)", data.lambda_F, 42.01, 0.005),
        ("v_F (m/s)", data.v_F, 2.584e5, 50),
        ("E_F (meV)", data.E_F, 12.72, 0.005),
        ("τ (ps)", data.tau, 32.4, 0.05),
        ("l_e (nm)", data.l_e, 8370, 5),
        ("D (m²/s)", data.D, 1.081, 5e-4),
        ("sheet resistance (Ω)", data.R_sheet, 20.63, 0.005),
        ("L_T at 0.6 K, ballistic (nm)", data.at_fixed_T.values[0, 0], 3290, 5),
        ("L_T at 0.6 K, diffusive (nm)", data.at_fixed_T.values[0, 1], 3710, 5),
        ("L_T at 4.2 K, ballistic (nm)", data.at_fixed_T.values[1, 0], 470, 0.5),
        ("L_T at 4.2 K, diffusive (nm)", data.at_fixed_T.values[1, 1], 1400, 5),
    )
    digits = "printed digits"
    found = [Check(name, float(value), want, off, digits) for name, value, want, off in table]
    for (name, *_, length, width, phase), came in zip(_STRIPS, data.named.values, strict=True):
        label = f"{length} x {width} is {name}" + (f", L_φ = {phase}" if phase else "")
        found.append(Check(label, came, _NAMES.index(name), 0, "a name, by its number"))
    return (*found, *_crossover_checks(data))


def _crossover_checks(data: "xr.Dataset") -> list[Check]:
    """Ballistic, Ohmic and localized lengths of one ribbon; Ohm's law from loss of phase."""
    found = []
    reason = "three standard errors, and 4 % for what is neither one nor the other"
    for n in (2, 20, 50):
        g, error = float(data.g.sel(L=n)), float(data.g_error.sel(L=n))
        expected = float(dmpk.mean_conductance(MODES, n / PATH, 1))
        name = f"ribbon of {n} sites: N/(1 + L/l) - 1/3"
        found.append(Check(name, g, expected, 3 * error + 0.04 * expected, reason))
    tail = data.sel(L=[200, 400, 800])
    weights = 1 / tail.log_g_error.values
    (slope, _), cov = np.polyfit(tail.L.values, tail.log_g.values, 1, w=weights, cov="unscaled")
    xi, error = -2 / slope, 2 / slope**2 * np.sqrt(cov[0, 0])
    expected = float(dmpk.localization_length(MODES, PATH, 1))
    reason = "three standard errors, and 5 % for modes that are not alike"
    found.append(Check("ribbon: ξ = (N + 1) l", xi, expected, 3 * error + 0.05 * expected, reason))
    reason = "coherent samples do not average themselves"
    ratio = float(data.spread[-1] / data.spread[3])
    found.append(Check.between("relative fluctuation, 800 sites over 20", ratio, 4, 100, reason))
    for n, r, its in zip(CHAIN, data.R.values, data.R_error.values, strict=True):
        reason = "three standard errors, and 10 % of samples that were as few"
        name, was = f"<R> of a dephased chain of {n} sites", CHAIN_REFERENCE[int(n)]
        found.append(Check(name, r, was, 3 * its + 0.1 * was, reason))
    ohm = float(data.R[2] / data.R[1])
    found.append(Check.between("R doubles with the length: Ohm", ohm, 1.6, 2.4, "12 samples"))
    slope = float((data.log_T[2] - data.log_T[0]) / (CHAIN[2] - CHAIN[0]))
    was = (-35.2 + 9.7) / 150
    reason = "two ensembles, 4 % each"
    found.append(Check("slope of <ln T> without dephasing", slope, was, 0.15 * abs(was), reason))
    return found


def figure(data: "xr.Dataset") -> "Figure":
    """Lengths of the wafer of 1988, and a map of regimes."""
    from matplotlib.colors import ListedColormap

    from sharvin.gallery.drawing import BLUE, GREEN, INK, ORANGE, RED, finish, new_figure

    fig, (left, right, cross, ohm) = new_figure(4)
    left.loglog(data.T, data.L_T_ballistic / 1e3, color=BLUE, label=r"$L_T = \hbar v_F/k_BT$")
    left.loglog(data.T, data.L_T_diffusive / 1e3, color=GREEN, label=r"$L_T = \sqrt{\hbar D/k_BT}$")
    for value, color, text in (
        (data.l_e, ORANGE, r"mean free path $l_e$"),
        (500.0, INK, "gate of the contact"),
        (data.lambda_F, RED, r"Fermi wavelength $\lambda_F$"),
    ):
        left.axhline(float(value) / 1e3, color=color, linewidth=1.2)
        left.text(18, float(value) / 1e3 * 1.12, text, fontsize=8.5, color=color, ha="right")
    left.set_xlim(0.02, 20)
    left.set_ylim(0.02, 200)
    left.legend(frameon=False, fontsize=9, loc="lower left", bbox_to_anchor=(0, 0.12))
    finish(left, x="temperature (K)", y="length (µm)", title="The wafer of van Wees et al., 1988")
    colors = ListedColormap(["#dbe8f5", "#b9d5c6", "#f3dcc4", "#dcc9e6"])
    right.pcolormesh(
        data.length / 1e3, data.width / 1e3, data.regime, cmap=colors, vmin=-0.5, vmax=3.5,
        rasterized=True, shading="nearest",
    )  # fmt: skip
    right.set_xscale("log")
    right.set_yscale("log")
    for x, y, text in (
        (0.04, 0.9, "ballistic"),
        (0.4, 0.11, "quasi-\nballistic"),
        (2.0, 1.3, "diffusive"),
        (20, 0.04, "localized"),
    ):
        right.text(x, y, text, ha="center", fontsize=10, color=INK)
    right.axvline(float(data.l_e_map) / 1e3, color=ORANGE, linewidth=1)
    right.text(float(data.l_e_map) / 1e3 * 1.08, 3.6, r"$l_e$", color=ORANGE, fontsize=9)
    finish(
        right,
        x="length (µm)",
        y="width (µm)",
        title=r"A poorer wafer, 2 m²/Vs, if $L_\varphi \to \infty$",
    )
    _draw_crossover(cross, data)
    _draw_chain(ohm, data)
    return fig


def _draw_crossover(axes: "Axes", data: "xr.Dataset") -> None:
    """One ribbon of every length."""
    from sharvin.gallery.drawing import BLUE, GRAY, GREEN, INK, ORANGE, finish

    x = np.geomspace(1.5, 900, 200)
    axes.loglog(x, MODES / (1 + x / PATH), color=GRAY, label="N/(1 + L/l)")
    xi = float(dmpk.localization_length(MODES, PATH, 1))
    last = data.log_g.values[-1] + 2 * LENGTHS[-1] / xi
    axes.loglog(x[x > 150], np.exp(last - 2 * x[x > 150] / xi), color=GREEN,
                label=r"$\propto e^{-2L/\xi}$, $\xi = (N+1)\,l$")  # fmt: skip
    axes.errorbar(data.L, data.g, data.g_error, fmt="o", color=BLUE, capsize=2, label="mean g")
    axes.plot(data.L, np.exp(data.log_g), "s", color=ORANGE, markersize=4, label="typical g")
    for place, text in ((PATH, "l"), (MODES * PATH, "N l")):
        axes.axvline(place, color=INK, linewidth=0.8, linestyle=":")
        axes.text(place * 1.06, 9.5, text, fontsize=9, color=INK)
    axes.set_ylim(2e-5, 20)
    axes.legend(frameon=False, fontsize=8.5, loc="lower left")
    finish(axes, x="length (sites)", y="g (e²/h per spin)", title="One ribbon: three regimes")


def _draw_chain(axes: "Axes", data: "xr.Dataset") -> None:
    """A chain with and without its phase memory."""
    from sharvin.gallery.drawing import BLUE, ORANGE, finish

    axes.errorbar(data.chain, data.R, data.R_error, fmt="o-", color=BLUE, capsize=3,
                  label="phase lost: Ohm's law")  # fmt: skip
    axes.plot(
        data.chain,
        np.exp(-data.log_T),
        "s-",
        color=ORANGE,
        label=r"coherent: $e^{-\langle \ln T \rangle}$",
    )
    axes.set_yscale("log")
    axes.set_ylim(10, 1e17)
    axes.legend(frameon=False, fontsize=9, loc="upper left")
    finish(axes, x="length (sites)", y="resistance (h/e²)", title="A disordered chain, W = 3 t")


def _regime_of(mobility: str, length: str, width: str, phase: str | None) -> int:
    """Return the number of a strip's regime."""
    scales = length_scales(density=DENSITY, mobility=mobility, mass=MASS)
    found = regime(scales, length=length, width=width, coherence_length=phase)
    return _NAMES.index(found.name)


def _wafer(temperature: float) -> LengthScales:
    return length_scales(density=DENSITY, mobility=MOBILITY, mass=MASS, temperature=temperature)


PAGE = Phenomenon(
    id="regimes",
    title="Four lengths decide",
    statement=(
        "How electrons cross a conductor depends on its size against the Fermi wavelength, the "
        "mean free path, the coherence length and the localization length N·l_e: ballistic, "
        "diffusive or localized, coherent or not. Two thermal lengths have the same name: ħv_F/kT "
        "for ballistic and √(ħD/kT) for diffusive conductors. One ribbon shows all regimes as it "
        "grows; loss of phase turns an insulating chain into a resistor that obeys Ohm."
    ),
    kind="computed",
    references=(
        "C. W. J. Beenakker and H. van Houten, Solid State Phys. 44, 1 (1991)",
        "B. J. van Wees et al., Phys. Rev. Lett. 60, 848 (1988)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
