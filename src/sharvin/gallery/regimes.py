"""Which physics a conductor shows: its size against the lengths of its electrons."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.formulas import LengthScales, length_scales, regime
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon

if TYPE_CHECKING:
    import xarray as xr
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
    }
    coordinates = {
        "T": ("T", temperature, {"units": "K"}),
        "fixed_T": ("fixed_T", [LOW, HIGH], {"units": "K"}),
        "kind": ["ballistic", "diffusive"],
        "length": ("length", length, nm),
        "width": ("width", width, nm),
    }
    return xr.Dataset(parts, coordinates)


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
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """Lengths of the wafer of 1988, and a map of regimes."""
    from matplotlib.colors import ListedColormap

    from sharvin.gallery.drawing import BLUE, GREEN, INK, ORANGE, RED, finish, new_figure

    fig, (left, right) = new_figure(2)
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
    return fig


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
        "for ballistic and √(ħD/kT) for diffusive conductors."
    ),
    kind="formula",
    references=(
        "C. W. J. Beenakker and H. van Houten, Solid State Phys. 44, 1 (1991)",
        "B. J. van Wees et al., Phys. Rev. Lett. 60, 848 (1988)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
