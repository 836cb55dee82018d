"""Weak localization: a small field takes it away, spin-orbit coupling turns it over."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.device.disorder import disorder
from sharvin.device.lead import lead
from sharvin.device.regions import rectangle
from sharvin.formulas import dmpk, hikami
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.strips import ENERGY, strip, tesla
from sharvin.matter.rashba import rashba_wire
from sharvin.numerics.loops import loop_correction
from sharvin.sweeps.ensembles import ensemble, statistics
from sharvin.units import HBAR2_OVER_2ME

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

WIDTH, LENGTH, DISORDER, MODES, PATH = 30, 100, 1.5, 20, 19.4
FLUXES = np.array([0.0, 0.0005, 0.001, 0.002, 0.004])
REFERENCE = {0.001: (0.144, 0.008), 0.002: (0.159, 0.009), 0.004: (0.177, 0.009)}
# Spin-orbit coupling: a narrower strip, whose length is a few spin-orbit lengths.
SPIN_WIDTH, SPIN_LENGTH, SPIN_MODES, ALPHA = 16, 80, 11, 0.3
SPIN_REFERENCE = {"with": (2.251, 0.008), "without": (2.007, 0.015)}
MASS = HBAR2_OVER_2ME  # makes the hopping of a grid of 1 nm one
FIELDS = np.array([1e-3, 1e-2, 0.1])  # T, of the film
FILM_LENGTH = 1000.0  # coherence length of the film, nm
# A film of random walks: steps of 1 nm, phase lost after WALK_LENGTH, spins turned at each step.
WALK_LENGTH, TURN = 8.0, 0.5
WALK_FLUXES = np.concatenate([[0.0], np.geomspace(2e-4, 1.2e-2, 9)])
FILM_NUMBERS = (0.1527, 0.7075, 1.4178)  # at 1, 10 and 100 mT


def model() -> Device:
    """Return the strip with the parameters seed and B."""
    return strip(LENGTH, WIDTH, DISORDER, field="B")


def spinful(alpha: float) -> Device:
    """Return a strip with both spins and Rashba coupling (hoppings times spacing), plain leads."""
    return Device(
        rashba_wire(mass=MASS, spacing=1.0, alpha=2 * alpha),
        region=rectangle(SPIN_LENGTH, SPIN_WIDTH),
        leads={
            "source": lead("left", parameters={"alpha": 0.0}),
            "drain": lead("right", parameters={"alpha": 0.0}),
        },
        disorder=disorder(DISORDER, "seed"),
    )


def compute(full: bool = False) -> "xr.Dataset":
    """Return paired samples in several fields, with and without spin-orbit coupling; a film."""
    import xarray as xr

    fluxes = FLUXES if full else FLUXES[[0, 2, 3, 4]]
    g = ensemble(
        model(), samples=2000 if full else 256, energy=ENERGY, B=tesla(1) * fluxes
    ).conductance
    gain = [statistics.difference(g.isel(B=k), g.isel(B=0)) for k in range(len(fluxes))]
    data: dict[str, object] = {
        "gain": ("flux", [float(x.value) for x in gain]),
        "gain_error": ("flux", [float(x.error) for x in gain]),
        "g_zero": ((), float(g.isel(B=0).mean())),
        "g_zero_error": ((), float(g.isel(B=0).std() / np.sqrt(g.sizes["sample"]))),
        "samples": ((), g.sizes["sample"]),
    }
    count = 600 if full else 128
    # the band bottom of the Rashba model is zero, four hoppings below the band center
    turned = ensemble(spinful(ALPHA), samples=count, energy=ENERGY + 4)
    plain = ensemble(strip(SPIN_LENGTH, SPIN_WIDTH, DISORDER), samples=4 * count, energy=ENERGY)
    for name, found, spins in (("with", turned, 2), ("without", plain, 1)):
        data[f"g_{name}"] = ((), float(found.conductance_mean) / spins)
        data[f"g_{name}_error"] = ((), float(found.conductance_mean_error) / spins)
        data[f"var_{name}"] = ((), float(found.conductance_variance) / spins**2)
        data[f"var_{name}_error"] = ((), float(found.conductance_variance_error) / spins**2)
    data |= {"film": ("film_B", hikami.hikami(FIELDS, FILM_LENGTH)), **_films(full)}
    coordinates = {
        "flux": ("flux", fluxes, {"units": "h/e per plaquette"}),
        "film_B": ("film_B", FIELDS, {"units": "T"}),
        "walk_B": ("walk_B", tesla(1) * WALK_FLUXES, {"units": "T"}),
    }
    found = xr.Dataset(data, coordinates)
    return found.set_coords([n for n in found.data_vars if str(n).endswith(("error", "samples"))])


def _films(full: bool) -> dict[str, object]:
    """Magnetoconductivity of films from random walks, and what a fit makes of it."""
    data: dict[str, object] = {}
    b = tesla(1) * WALK_FLUXES
    for name, turn, walks in (("plain", 0.0, 16_000), ("turned", TURN, 8_000)):
        _, gain, error = loop_correction(
            WALK_FLUXES, WALK_LENGTH, turn=turn, walks=walks * (8 if full else 1)
        )
        data[f"film_{name}"] = ("walk_B", gain, {"units": "e²/h"})
        data[f"film_{name}_error"] = ("walk_B", error)
        if turn == 0:
            fit = hikami.fit_hikami(b[1:], gain[1:], error[1:])
            data |= {
                "film_fitted": ((), fit.coherence_length),
                # the points share their walks, so that they do not average: the largest one's
                "film_fitted_error": ((), fit.coherence_length * float(error[-1] / gain[-1])),
                "film_prefactor": ((), fit.prefactor),
            }
    return data


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """The gain in a field, its sign with spin-orbit coupling, the numbers of a film."""
    found = []
    s = LENGTH / PATH
    expected = float(dmpk.magnetoconductance(MODES, s))
    for flux, gain, error in zip(
        data.flux.values, data.gain.values, data.gain_error.values, strict=True
    ):
        if flux not in REFERENCE:
            continue
        was, its = REFERENCE[float(flux)]
        reason = "three standard errors of both ensembles"
        name = f"g(B) - g(0), {flux} flux quanta per plaquette"
        found.append(Check(name, gain, was, 3 * float(np.hypot(error, its)), reason))
    place = int(np.flatnonzero(data.flux.values == 0.002)[0])
    gain, error = float(data.gain[place]), float(data.gain_error[place])
    reason = "three standard errors, and 10 % for a field that does not quite suffice"
    found.append(
        Check(
            "gain by theory, 1/3 at finite length",
            gain,
            expected,
            3 * error + 0.1 * expected,
            reason,
        )
    )
    mean = float(dmpk.mean_conductance(MODES, s, 1)) + 4 / 45 * s / MODES
    error = float(data.g_zero_error)
    reason = "three standard errors, and 1 % of the mean free path"
    found.append(Check("g without a field", float(data.g_zero), mean, 3 * error + 0.03, reason))
    for name in ("with", "without"):
        was, its = SPIN_REFERENCE[name]
        spread = 3 * float(np.hypot(its, float(data[f"g_{name}_error"])))
        title = f"g per spin {name} spin-orbit coupling"
        found.append(Check(title, float(data[f"g_{name}"]), was, spread, "three standard errors"))
    change = float(data.g_with - data.g_without)
    found.append(
        Check.between("spin-orbit coupling raises g", change, 0.1, 0.4, "five errors from 0")
    )
    ratio = float(data.var_with / data.var_without)
    reason = "1/4 for long samples; these are a few spin-orbit lengths long"
    found.append(Check.between("variance per spin falls towards 1/4", ratio, 0.2, 0.5, reason))
    return (*found, *_film_checks(data))


def _film_checks(data: "xr.Dataset") -> list[Check]:
    """Numbers of the formula, and films made of random walks against it."""
    found = []
    for b, value, number in zip(data.film_B.values, data.film.values, FILM_NUMBERS, strict=True):
        name = f"film, L_φ = 1 µm, {1e3 * b:g} mT (e²/h)"
        found.append(Check(name, value, number, 5e-5, "printed digits"))
    value, error = float(data.film_fitted), float(data.film_fitted_error)
    reason = "three relative errors of the largest gain, and 3 % of a grid of walks"
    name = "L_φ recovered from the simulated film (steps)"
    found.append(Check(name, value, WALK_LENGTH, 3 * error + 0.03 * WALK_LENGTH, reason))
    value = float(data.film_prefactor)
    found.append(
        Check("prefactor of the simulated film", value, 1.0, 0.12, "one, within its walks")
    )
    theory = hikami.hikami(data.walk_B.values, WALK_LENGTH, 2 / TURN)
    for k in (5, 7):
        value, error = float(data.film_turned[k]), float(data.film_turned_error[k])
        reason = "three standard errors, and 5 % of a grid of walks"
        name = f"antilocalization of the simulated film, point {k}"
        spread = 3 * error + 0.05 * abs(theory[k])
        found.append(Check(name, value, theory[k], spread, reason))
    return found


def figure(data: "xr.Dataset") -> "Figure":
    """Gain against field, with and without spin-orbit coupling, films."""
    from sharvin.gallery.drawing import BLUE, GRAY, GREEN, INK, ORANGE, finish, new_figure

    fig, (left, middle, right) = new_figure(3)
    expected = float(dmpk.magnetoconductance(MODES, LENGTH / PATH))
    left.axhline(expected, color=ORANGE, label="random-matrix theory")
    left.axhline(1 / 3, color=GRAY, linewidth=1)
    left.text(0, 0.338, "1/3: long wire of many modes", fontsize=8.5, color=INK)
    left.errorbar(
        1e3 * data.flux, data.gain, data.gain_error, fmt="o-", color=BLUE, capsize=4,
        label=f"{int(data.samples)} paired samples",
    )  # fmt: skip
    left.set_ylim(-0.02, 0.38)
    left.legend(frameon=False, loc="lower right")
    finish(left, x=r"flux per plaquette ($10^{-3}\,h/e$)", y="g(B) - g(0) (e²/h per spin)",
           title="A field takes weak localization away")  # fmt: skip
    names = ("without", "with")
    classical = SPIN_MODES / (1 + SPIN_LENGTH / PATH)
    middle.axhline(classical, color=GRAY, linewidth=1)
    middle.text(0.5, classical + 0.01, "N/(1 + L/l)", fontsize=9, color=INK, ha="center")
    for place, (name, color) in enumerate(zip(names, (BLUE, GREEN), strict=True)):
        middle.errorbar(
            place, data[f"g_{name}"], 2 * data[f"g_{name}_error"], fmt="o", color=color, capsize=5
        )
    middle.set_xticks([0, 1], ["no spin-orbit\ncoupling", "Rashba\ncoupling"])
    middle.set_xlim(-0.6, 1.6)
    finish(middle, x="", y="g (e²/h per spin)", title="Localization and antilocalization")
    b = np.linspace(0, float(data.walk_B[-1]) * 1.05, 300)
    shown = (
        ("plain", np.inf, BLUE, "no spin-orbit coupling"),
        ("turned", 2 / TURN, GREEN, r"$L_{so} = L_\varphi/2$"),
    )
    right.axhline(0, color=GRAY, linewidth=0.8)
    for name, so, color, text in shown:
        right.plot(b, hikami.hikami(b, WALK_LENGTH, so), color=color)
        right.errorbar(
            data.walk_B, data[f"film_{name}"], data[f"film_{name}_error"], fmt="o", color=color,
            capsize=3, markersize=4, label=text,
        )  # fmt: skip
    right.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(0, 0.93))
    text = f"fit: L_φ = {float(data.film_fitted):.2f} steps, walked with {WALK_LENGTH:g}"
    right.text(
        0.03,
        0.95,
        text.replace("L_φ", r"$L_\varphi$"),
        transform=right.transAxes,
        fontsize=9,
        color=INK,
    )
    right.set_ylim(None, 0.62)
    finish(right, x="B (T)", y="σ(B) - σ(0) (e²/h)", title="A film: random walks, HLN (lines)")
    return fig


PAGE = Phenomenon(
    id="weak-localisation",
    title="Weak localization and antilocalization",
    statement=(
        "Two waves that run the same closed path in opposite directions meet in phase: the "
        "intensity of return is twice the classical one, and a coherent wire conducts e²/3h per "
        "spin less. A small field ends it, so the magnetoconductance is positive; spin-orbit "
        "coupling reverses its sign. (The film: interfering closed random walks, semiclassical.)"
    ),
    kind="computed",
    references=(
        "G. Bergmann, Phys. Rep. 107, 1 (1984)",
        "P. A. Mello and A. D. Stone, Phys. Rev. B 44, 3559 (1991)",
        "S. Hikami, A. I. Larkin and Y. Nagaoka, Prog. Theor. Phys. 63, 707 (1980)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
