"""Universal conductance fluctuations: their size, their fingerprint, what washes them out."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.formulas import dmpk
from sharvin.formulas import ucf as theory
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.scan import transmissions
from sharvin.gallery.strips import ENERGY, strip, tesla
from sharvin.sweeps.ensembles import ensemble, statistics
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

WIDTH, LENGTH, DISORDER, PATH = 30, 100, 1.5, 19.4
FLUX = 0.002
# In a field the law needs L >> l and W (and L << 2 N l). With 2,500 to 9,000 samples each, L = 100,
# 200, 300, 400 have 0.0961(15), 0.0755(15), 0.0710(15), 0.0693(20); at l = 19, L = 100 and 200 have
# 0.0839(17) and 0.0713(11). Isotropic scatterers as long and with as many modes have 1/15.
FIELD_LENGTH, FIELD_DISORDER, FIELD_PATH = 400, 1.0, 43.7
SQUARE, SQUARE_DISORDER = 60, 2.5  # L/l = 8: deep enough, and not yet localized
NARROW = 21  # 14 modes, for the fluctuations in energy
KT = np.array([0.005, 0.01])  # in hoppings
REFERENCE_WARM = {0.005: 0.073 / 0.126, 0.01: 0.048 / 0.126}  # of the variance at zero
HALF_WIDTH = 0.008  # of the correlation in energy, in hoppings


def model() -> Device:
    """Return the strip of the fingerprint, with the parameters seed and B."""
    return strip(LENGTH, WIDTH, DISORDER, field="B")


def compute(full: bool = False) -> "xr.Dataset":
    """Variances of wires and squares; one sample in a field; many samples in energy."""
    import xarray as xr

    wires = {
        "wire": ensemble(
            strip(LENGTH, WIDTH, DISORDER), samples=2000 if full else 400, energy=ENERGY
        ),
        "wire_field": ensemble(
            strip(FIELD_LENGTH, WIDTH, FIELD_DISORDER, field="B"),
            samples=4000 if full else 96,
            energy=ENERGY,
            B=tesla(FLUX),
        ),
        "square": ensemble(
            strip(SQUARE, SQUARE, SQUARE_DISORDER), samples=1000 if full else 112, energy=ENERGY
        ),
    }
    data: dict[str, object] = {}
    for name, found in wires.items():
        data[f"var_{name}"] = ((), float(found.conductance_variance))
        data[f"var_{name}_error"] = ((), float(found.conductance_variance_error))
    flux = np.linspace(-0.004, 0.004, 81 if full else 41)
    prints = [_fingerprint(flux, seed) for seed in (1, 2)]
    again = _fingerprint(flux[::4], 1)
    over_field = ensemble(model(), samples=64 if full else 16, energy=ENERGY,
                          B=tesla(1) * np.linspace(0.001, 0.004, 7))  # fmt: skip
    by_field = over_field.conductance.var("B", ddof=1)
    energies = ENERGY + np.linspace(-0.15, 0.15, 61)
    warm = ensemble(
        strip(LENGTH, NARROW, DISORDER), samples=200 if full else 16, energy=energies
    ).conductance
    curve = statistics.correlation(warm, along="energy")
    cold = float(warm.var("sample", ddof=1).mean())
    smeared = [statistics.smeared(warm, kt / BOLTZMANN).var("sample", ddof=1) for kt in KT]
    data |= {
        "g_of_B": (("print", "flux"), np.array(prints)),
        "g_again": ("flux_again", again),
        "var_over_field": ((), float(by_field.mean())),
        "var_over_field_error": ((), float(by_field.std(ddof=1) / np.sqrt(by_field.size))),
        "correlation": ("lag", curve.value.values / float(curve.value[0])),
        "half_width": ((), curve.attrs["half_width"]),
        "half_width_error": ((), curve.attrs["half_width_error"]),
        "remaining": ("kT", [float(v.mean()) / cold for v in smeared]),
        "g_of_E": ("energy", warm.values[0]),
        "g_warm": ("energy", _padded(warm, KT[0], energies)),
        "samples": ((), warm.sizes["sample"]),
    }
    coordinates = {
        "flux": ("flux", flux, {"units": "h/e per plaquette"}),
        "energy": ("energy", energies, {"units": "t"}),
        "lag": ("lag", curve.lag.values, {"units": "t"}),
        "kT": ("kT", KT, {"units": "t"}),
        "flux_again": ("flux_again", flux[::4]),
        "print": ["seed 1", "seed 2"],
    }
    found = xr.Dataset(data, coordinates)
    return found.set_coords([n for n in found.data_vars if str(n).endswith(("error", "samples"))])


def _fingerprint(flux: RealArray, seed: int) -> RealArray:
    """Conductance of one sample against field."""
    device = strip(50, WIDTH, DISORDER, field="B")
    points = [{"energy": ENERGY, "B": tesla(x), "seed": seed} for x in flux]
    return transmissions(device, points)


def _padded(warm: "xr.DataArray", kt: float, energies: RealArray) -> RealArray:
    """Thermally averaged curve of the first sample; NaN where the average leaves the axis."""
    averaged = statistics.smeared(warm, kt / BOLTZMANN).isel(sample=0)
    curve: RealArray = averaged.reindex(energy=energies).values
    return curve


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Two fifteenths and half of it, the square; symmetry and memory of the fingerprint."""
    s = LENGTH / PATH
    wanted = {
        "wire": (float(dmpk.conductance_variance(s, 1)), "var g, wire, no field (2/15)"),
        "wire_field": (
            float(dmpk.conductance_variance(FIELD_LENGTH / FIELD_PATH, 2)),
            "var g, wire, field (1/15)",
        ),
        "square": (theory.fluctuation_variance(1.0, 1.0), "var g, square, no field"),
    }
    found = []
    for name, (expected, title) in wanted.items():
        value, error = float(data[f"var_{name}"]), float(data[f"var_{name}_error"])
        reason = "10 % of finite length and width, or three standard errors"
        found.append(Check(title, value, expected, max(3 * error, 0.1 * expected), reason))
    ratio = float(data.var_wire / data.var_wire_field)
    found.append(Check.between("var without over with a field (2)", ratio, 1.2, 2.8, "14 % each"))
    first, other = data.g_of_B.values
    reason = "rounding of the solver"
    found.append(
        Check(
            "same seed, same curve", np.abs(first[::4] - data.g_again.values).max(), 0, 1e-9, reason
        )
    )
    change = float(np.abs(first - other).max())
    found.append(Check.between("another seed, another curve", change, 0.3, 3.0, "order e²/h"))
    odd = float(np.abs(first - first[::-1]).max())
    found.append(Check("two terminals: even in B", odd, 0, 1e-8, reason))
    expected = float(dmpk.conductance_variance(s, 2))
    value, error = float(data.var_over_field), float(data.var_over_field_error)
    reason = "three standard errors; 25 % as L = 100 is short for a field"
    found.append(
        Check(
            "variance over fields as over samples",
            value,
            expected,
            3 * error + 0.25 * expected,
            reason,
        )
    )
    value, error = float(data.half_width), float(data.half_width_error)
    reason = "three standard errors, and the printed digit"
    found.append(Check("correlation energy (t)", value, HALF_WIDTH, 3 * error + 5e-4, reason))
    for kt, left in zip(KT, data.remaining.values, strict=True):
        was = REFERENCE_WARM[float(kt)]
        reason = "two samples of correlated energies, 15 % each"
        found.append(Check(f"variance left at kT = {kt} t", left, was, 0.3 * was, reason))
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """Fingerprint in a field, correlation in energy, variances."""
    from sharvin.gallery.drawing import BLUE, GRAY, GREEN, ORANGE, finish, new_figure

    fig, (left, middle, right) = new_figure(3)
    left.plot(1e3 * data.flux, data.g_of_B[0], color=BLUE, label="sample 1")
    left.plot(1e3 * data.flux, data.g_of_B[1], color=ORANGE, label="sample 2")
    left.plot(
        1e3 * data.flux_again, data.g_again, "o", color=BLUE, markersize=3,
              label="sample 1, once more")  # fmt: skip
    left.legend(frameon=False, fontsize=8.5, ncols=2, loc="upper center")
    low, high = left.get_ylim()
    left.set_ylim(low, high + 0.22 * (high - low))
    finish(left, x=r"flux per plaquette ($10^{-3}\,h/e$)", y="G (e²/h per spin)",
           title="A fingerprint: reproducible, even in B")  # fmt: skip
    middle.plot(data.energy, data.g_of_E, color=BLUE, linewidth=1.3, label="T = 0")
    middle.plot(data.energy, data.g_warm, color=ORANGE, linewidth=2, label=f"kT = {KT[0]} t")
    middle.legend(frameon=False, fontsize=9, loc="upper left")
    inset = middle.inset_axes((0.62, 0.7, 0.36, 0.27))
    inset.plot(1e3 * data.lag[:13], data.correlation[:13], "o-", color=GREEN, markersize=2.5)
    inset.axhline(0.5, color=GRAY, linewidth=0.8)
    inset.set_xlabel(r"ΔE ($10^{-3}$ t)", fontsize=7, labelpad=1)
    inset.set_title("correlation", fontsize=7, pad=2)
    inset.tick_params(labelsize=7)
    low, high = middle.get_ylim()
    middle.set_ylim(low, high + 0.45 * (high - low))
    finish(middle, x="energy (t)", y="G (e²/h per spin)", title="One sample, cold and warm")
    s = LENGTH / PATH
    rows = (
        ("square", "square\nno field", theory.fluctuation_variance(1.0, 1.0)),
        ("wire", "wire\nno field", float(dmpk.conductance_variance(s, 1))),
        ("wire_field", "wire\nfield", float(dmpk.conductance_variance(s, 2))),
        ("over_field", "wire, field\nover B", float(dmpk.conductance_variance(s, 2))),
    )
    for place, (name, _, expected) in enumerate(rows):
        right.plot([place - 0.3, place + 0.3], [expected] * 2, color=ORANGE, linewidth=3)
        right.errorbar(
            place, data[f"var_{name}"], data[f"var_{name}_error"], fmt="o", color=BLUE, capsize=4
        )
    right.set_xticks(range(len(rows)), [text for _, text, _ in rows], fontsize=8.5)
    right.set_ylim(0, 0.26)
    right.set_xlim(-0.6, 3.6)
    finish(
        right, x="", y="variance of G ((e²/h)² per spin)", title="Universal: lattice (dots), theory"
    )
    return fig


PAGE = Phenomenon(
    id="ucf",
    title="Universal conductance fluctuations",
    statement=(
        "The conductance of a coherent diffusive sample fluctuates from sample to sample, with "
        "the field and with the energy, by about e²/h, whatever its size and its disorder: "
        "var G = 2/15 (e²/h)² per spin in a wire, half of that in a field. One sample has one "
        "fingerprint; temperature averages over it."
    ),
    kind="computed",
    references=(
        "B. L. Altshuler, JETP Lett. 41, 648 (1985)",
        "P. A. Lee and A. D. Stone, Phys. Rev. Lett. 55, 1622 (1985)",
        "P. A. Mello and A. D. Stone, Phys. Rev. B 44, 3559 (1991)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
