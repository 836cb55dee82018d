"""A resistor in series with a contact, and how to take it out again."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.device.disorder import disorder
from sharvin.device.lead import lead
from sharvin.device.regions import rectangle
from sharvin.formulas import (
    RESISTANCE_PER_SPIN_MODE,
    apparent_plateau,
    contact_resistance,
    fit_series_resistance,
    four_terminal_resistance,
    two_terminal_resistance,
)
from sharvin.gallery.check import Check
from sharvin.gallery.contacts import HBAR_OMEGA, WIDTH, smooth_contact
from sharvin.gallery.logbook import WIRES, measured
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.matter.square import square_lattice
from sharvin.observables.resistance import resistance
from sharvin.scattering.joining import join
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.smatrix import smatrices

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ENERGY = 4 * HBAR_OMEGA  # four modes without a barrier
MODES = np.array([1, 2, 3, 4])
TAPER, LENGTH = 40, 241
STRENGTH, OHMIC_LENGTH = 0.5, 40  # of the disorder, t; sites
SUBTRACTED = 400.0  # Ω, what was taken out in 1988
ENDS = ("source", "drain")


def model() -> Device:
    """Return the smooth contact with spin; its parameter ``barrier`` closes mode by mode."""
    return smooth_contact(taper=TAPER, length=LENGTH, degeneracy=2)


def compute(full: bool = False) -> "xr.Dataset":
    """Contact, voltage probe and disordered resistor in a row; the probe forgets the phase."""
    import xarray as xr

    barrier = HBAR_OMEGA * np.unique([*np.linspace(-0.3, 3.9, 169 if full else 43), 0, 1, 2, 3])
    contacts = list(smatrices(model(), [{"energy": ENERGY, "barrier": b} for b in barrier]))
    seeds = np.arange(24 if full else 8)
    resistors = list(smatrices(_resistor(), [{"energy": ENERGY, "seed": k} for k in seeds]))
    on_plateau = [contacts[int(np.abs(barrier - (4 - n) * HBAR_OMEGA).argmin())] for n in MODES]
    coherent = [[_ohms(_row(s, r, 0.0)) for s in on_plateau] for r in resistors]
    incoherent = [_ohms(_row(s, resistors[0], 1.0)) for s in on_plateau]
    whole = [_ohms(_row(s, resistors[0], 1.0)) for s in contacts]
    clean = fit_series_resistance(MODES, two_terminal_resistance(MODES, SUBTRACTED))
    ohm = {"units": "Ω"}
    parts = {
        "R_contact": ("barrier", [_ohms(s) for s in contacts], ohm),
        "R_whole": ("barrier", whole, ohm),
        "R_incoherent": ("N", incoherent, ohm),
        "R_coherent": (("seed", "N"), coherent, ohm),
        "R_resistor": ("seed", [_ohms(r) for r in resistors], ohm),
        "wide_modes": ((), resistors[0].modes[0]),
        "raw": ("N", apparent_plateau(MODES, SUBTRACTED), {"units": "1"}),
        "clean_fit": ("line", [clean.series_resistance, clean.slope], ohm),
        "R_4t": ((), four_terminal_resistance(2, 10), ohm),
    }
    coordinates = {
        "barrier": ("barrier", barrier, {"units": "t"}),
        "N": ("N", MODES),
        "seed": ("seed", seeds),
        "line": ["intercept", "slope"],
    }
    return xr.merge([xr.Dataset(parts, coordinates), measured()])


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """A straight line against 1/N whose slope and intercept nobody put in."""
    fit = fit_series_resistance(data.N.values, data.R_incoherent.values)
    alone = float(data.R_resistor.values[0])
    leak = "the plateaus are quantized to 1e-5"
    found = [
        Check("slope of R against 1/N (Ω)", fit.slope, RESISTANCE_PER_SPIN_MODE, 1.0, leak),
        Check(
            "its intercept against the resistor alone (Ω)", fit.series_resistance, alone, 1, leak
        ),
    ]
    line = fit.series_resistance + fit.slope / data.N.values
    # Without a reservoir in between, the resistor has one contact less.
    wire = data.R_resistor - contact_resistance(data.wide_modes)
    off = data.R_coherent - wire - contact_resistance(data.N)
    reason = "without the probe waves interfere between contact and resistor"
    scatter = float(np.sqrt((off**2).mean()))
    found.append(Check.between("coherent R off the sum, rms (Ω)", scatter, 50.0, 2000.0, reason))
    error = float(off.std(ddof=1)) / np.sqrt(data.sizes["seed"])
    reason = "four standard errors, the plateaus of a sample taken as one"
    found.append(Check("mean of that (Ω)", off.mean(), 0.0, 4 * error, reason))
    found.append(
        Check(
            "largest distance from the line (Ω)",
            np.abs(data.R_incoherent.values - line).max(), 0.0, 1.0, leak,
        )
    )  # fmt: skip
    raw = (0.96994, 0.94163, 0.91493, 0.88970)
    for n, height, expected in zip(MODES, data.raw.values, raw, strict=True):
        name = f"raw plateau {n} behind 400 Ω over N"
        found.append(Check(name, height, expected, 6e-6, "printed digits"))
    series, slope = data.clean_fit.values
    found.append(Check("fit of noise-free data: R_s (Ω)", series, SUBTRACTED, 1e-6, "rounding"))
    found.append(Check("fit of noise-free data: slope (Ω)", slope, 12906.40373, 1e-5, "digits"))
    reason = "printed digits"
    found.append(Check("R_4t for N = 2 between 10 modes (Ω)", data.R_4t, 5162.56, 5e-3, reason))
    return (*found, *_measured_checks(data))


def _measured_checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Two sweeps as an instrument writes them: R_s within its own error, a charge found."""
    joint, error = float(data.lab_R_s), float(data.lab_R_s_error)
    reason = "three of the standard errors that the fit states"
    found = [Check("R_s of both sweeps of a laboratory (Ω)", joint, WIRES, 3 * error, reason)]
    for k, name in enumerate(("up", "down, with a charge that jumps")):
        single, own = float(data.lab_single[k]), float(data.lab_single_error[k])
        found.append(Check(f"R_s of the sweep {name} (Ω)", single, WIRES, 3 * own, reason))
    size = "a scatter of 0.2 % on six plateaus; 15 Ω more would move N = 6 by 0.7 %"
    found += [
        Check.between("its stated error (Ω)", error, 0.5, 15.0, size),
        Check("corrected plateaus off whole numbers, worst", data.lab_off, 0.0, 0.01,
              "0.2 % of scatter, noise, and tails of the risers"),
        Check.between("raw plateaus off whole numbers, worst", data.lab_raw_off, 0.08, 0.15,
                      "6 R_s of 12 906 Ω"),
        Check("jumps that are found", data.lab_jumps, 1, 0, "a count"),
        Check("where (mV)", data.lab_jump_gate, data.lab_kick_gate, 1.0, "the step of the gate"),
        Check.between("sweeps apart, in noises", data.lab_hysteresis, 20.0, 1e3,
                      "a lag of 4 mV on risers of 25 mV, noise of 0.8 %"),
    ]  # fmt: skip
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """Raw and corrected staircase, and the line that corrects it."""
    from sharvin.gallery.drawing import BLUE, GRAY, INK, ORANGE, finish, new_figure, plateaus

    fig, (left, right, last) = new_figure(3)
    _draw_measured(last, data)
    fit = fit_series_resistance(data.N.values, data.R_incoherent.values)
    plateaus(left, range(5))
    per = RESISTANCE_PER_SPIN_MODE
    height = -data.barrier / HBAR_OMEGA
    left.plot(height, per / data.R_whole, color=GRAY, linewidth=1.6, label="measured")
    corrected = per / (data.R_whole - fit.series_resistance)
    left.plot(height, corrected, color=BLUE, linewidth=1.8, label="less the series resistance")
    left.legend(frameon=False, fontsize=9)
    finish(left, x=r"gate (barrier in $-\hbar\omega_y$)", y="G (2e²/h)", title="Plateaus put right")
    inverse = np.linspace(0, 1.05, 50)
    right.plot(inverse, (fit.series_resistance + fit.slope * inverse) / 1e3, color=BLUE, lw=1.2)
    for number, sample in enumerate(data.R_coherent.values):
        right.plot(
            1 / data.N, sample / 1e3, "o", color=ORANGE, markersize=3, alpha=0.5,
            label=f"coherent, {len(data.seed)} samples" if number == 0 else None,
        )  # fmt: skip
    sum_ = inverse * RESISTANCE_PER_SPIN_MODE + float(data.R_resistor.mean())
    one_less = sum_ - float(contact_resistance(data.wide_modes))
    right.plot(inverse, one_less / 1e3, color=ORANGE, linewidth=1, linestyle=(0, (4, 3)))
    right.plot(1 / data.N, data.R_incoherent / 1e3, "D", color=BLUE, label="with a voltage probe")
    right.plot(0, fit.series_resistance / 1e3, "o", mfc="white", mec=INK, clip_on=False)
    text = f"$R_s$ = {fit.series_resistance:.0f} Ω, slope {fit.slope:.1f} Ω"
    right.annotate(text, (0.98, 0.06), xycoords="axes fraction", ha="right")
    right.set_xlim(0, 1.05)
    right.set_ylim(0, None)
    right.legend(frameon=False, fontsize=9)
    finish(right, x="1/N", y="resistance (kΩ)", title=r"$R = R_s + (h/2e^2)/N$, if phase is lost")
    return fig


def _draw_measured(axes: "Axes", data: "xr.Dataset") -> None:
    """Both sweeps, as measured and put right."""
    from sharvin.gallery.drawing import BLUE, GRAY, ORANGE, finish, plateaus

    plateaus(axes, range(8))
    for k, (color, name) in enumerate(((BLUE, "sweep up"), (ORANGE, "sweep down"))):
        gate = 1e-3 * data.lab_gate[k]
        axes.plot(gate, data.lab_raw[k], color=GRAY, lw=0.9, label=None if k else "as measured")
        axes.plot(gate, data.lab_corrected[k], color=color, linewidth=1.1, label=name)
    x = 1e-3 * float(data.lab_jump_gate)
    axes.annotate(
        "a charge jumps", (x, 2.5), xytext=(x + 0.08, 1.5), fontsize=9,
        arrowprops={"arrowstyle": "-", "color": GRAY},
    )  # fmt: skip
    axes.legend(frameon=False, fontsize=9, loc="upper left")
    value, error = float(data.lab_R_s), float(data.lab_R_s_error)
    finish(
        axes,
        x="gate (V)",
        y="G (2e²/h)",
        title=f"A laboratory's sweeps: {value:.0f} ± {error:.0f} Ω",
    )


def _resistor() -> Device:
    """Return a disordered piece of the wide strip: a parameter ``seed``."""
    return Device(
        square_lattice(onsite=4.0, degeneracy=2),
        region=rectangle(OHMIC_LENGTH, WIDTH),
        leads={"source": lead("left"), "drain": lead("right")},
        disorder=disorder(STRENGTH, "seed"),
    )


def _row(contact: SMatrix, resistor: SMatrix, coupling: float) -> SMatrix:
    """Contact, voltage probe and resistor one behind the other."""
    probe = voltage_probe(contact.modes[1], coupling, energy=contact.energy)
    first = _renamed(contact, {"drain": "contact"})
    last = _renamed(resistor, {"source": "resistor"})
    return join(join(first, probe, {"contact": "left"}), last, {"right": "resistor"})


def voltage_probe(modes: int, coupling: float, *, energy: float = np.nan) -> SMatrix:
    r"""Büttiker's probe between two leads, for every mode by itself.

    A share :math:`\varepsilon` of each wave goes into the reservoir of the probe and forgets its
    phase; with :math:`\varepsilon = 1` nothing passes directly and resistances add.

    References
    ----------
    M. Büttiker, Phys. Rev. B 33, 3020 (1986).
    """
    one, none = np.eye(modes), np.zeros((modes, modes))
    through, aside = np.sqrt(1 - coupling) * one, np.sqrt(coupling) * one
    blocks = [
        [none, through, aside, none],
        [through, none, none, aside],
        [aside, none, none, -through],
        [none, aside, -through, none],
    ]
    return SMatrix(
        np.block(blocks),
        leads=("left", "right", "probe"),
        modes=(modes, modes, 2 * modes),
        energy=energy,
        degeneracy=2,
        error_estimate=0.0,
    )


def _renamed(s: SMatrix, names: dict[str, str]) -> SMatrix:
    return SMatrix(
        s.data,
        leads=tuple(names.get(name, name) for name in s.leads),
        modes=s.modes,
        energy=s.energy,
        degeneracy=s.degeneracy,
        error_estimate=s.error_estimate,
    )


def _ohms(s: SMatrix) -> float:
    return resistance(s, current=ENDS, voltage=ENDS, unit="Ohm")


PAGE = Phenomenon(
    id="series-resistance",
    title="Series resistance, and R against 1/N",
    statement=(
        "Two terminals measure R = R_s + (h/2e²)/N: a straight line against 1/N whose slope is "
        "12 906.4 Ω and whose intercept is everything else in the circuit. Resistances add only "
        "where phase is lost between them; here a voltage probe takes it, a reservoir whose own "
        "contact resistance belongs to R_s. The same line is read off two sweeps with noise, "
        "hysteresis and a charge that jumps, without being told the plateau numbers."
    ),
    kind="computed",
    references=(
        "B. J. van Wees et al., Phys. Rev. Lett. 60, 848 (1988)",
        "M. Büttiker, Phys. Rev. B 33, 3020 (1986)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
