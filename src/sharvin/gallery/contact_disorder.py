"""Point scatterers in a contact."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.device.disorder import uniform
from sharvin.device.lead import lead
from sharvin.device.regions import rectangle
from sharvin.formulas import strip_thresholds
from sharvin.gallery.check import Check
from sharvin.gallery.contacts import HBAR_OMEGA, smooth_contact
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.scan import energies, transmissions
from sharvin.gallery.strips import tesla
from sharvin.matter.square import square_lattice
from sharvin.sweeps.ensembles import ensemble, statistics
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

STRENGTHS = np.array([0.2, 0.5, 1.0])  # W in units of the hopping
RATIOS = np.array([1.0, 1.55, 2.0])  # E/ħω_y: plateau, riser, plateau
REACH = 15  # scatterers sit within so many sites of the middle
FIRST = 1000  # seed
FLUX = 0.004  # per plaquette, of the fingerprint in a field
KT = 0.02  # in hoppings
PRINT = 1.0  # disorder of the fingerprint
REFERENCE = {  # 30 samples each: mean and standard deviation
    0.2: ((0.965, 0.037), (1.759, 0.140), (1.954, 0.029)),
    0.5: ((0.831, 0.164), (1.485, 0.282), (1.759, 0.123)),
    1.0: ((0.590, 0.294), (1.031, 0.318), (1.288, 0.289)),
}
REFERENCE_SAMPLES = 30
ROWS = 12  # of the wire with one point scatterer
SCATTERER = 2.0  # its energy, in units of the hopping
NEAR = 1e-6  # from the opening of a mode, in units of the hopping


def model() -> Device:
    """Return the smooth contact with scatterers in its middle: parameters W, seed and B."""

    # W is what everybody calls it
    def rough(x: RealArray, y: RealArray, W: float = 0.0, seed: int = 0) -> RealArray:
        cells = np.rint(np.stack([x, y], axis=-1)).astype(np.int64)
        drawn = uniform(int(seed), cells, np.zeros(len(cells), dtype=np.int64))
        return np.where(np.abs(x) <= REACH, W * drawn, 0.0)

    return smooth_contact(disorder=rough, field="B")


def compute(full: bool = False) -> "xr.Dataset":
    """Clean and rough contacts, many samples of each; one point scatterer in a wire."""
    import xarray as xr

    device, samples = model(), 400 if full else 48
    rough = ensemble(
        device, samples=samples, first_seed=FIRST, W=STRENGTHS, energy=HBAR_OMEGA * RATIOS, B=0.0
    ).conductance
    energy = HBAR_OMEGA * np.linspace(0.2, 5.8, 113)

    def curve(**more: float) -> RealArray:
        return transmissions(device, energies(energy, **{"seed": FIRST, "B": 0.0, **more}))

    curves = [curve(W=w) for w in (0.0, PRINT)]
    other = curve(W=PRINT, seed=FIRST + 1)
    again = transmissions(device, energies(energy[::8], W=PRINT, seed=FIRST, B=0.0))
    pair = xr.DataArray([curves[1], other], dims=("sample", "energy"), coords={"energy": energy})
    warm = statistics.smeared(pair, KT / BOLTZMANN)
    bottoms = 4 + strip_thresholds(ROWS)[:4]
    wire = np.linspace(bottoms[0] + 0.01, bottoms[3] - 0.002, 120)
    wire = np.sort(np.concatenate([wire, bottoms[1:3] - NEAR, bottoms[1:3] + 1e-4]))
    e2 = {"units": "e²/h"}
    parts = {
        "G": (("W", "ratio", "sample"), rough.transpose("W", "energy", "sample").values, e2),
        "G_clean": ("ratio", transmissions(device, energies(HBAR_OMEGA * RATIOS, B=0.0)), e2),
        "G_sample": (("shown_W", "energy"), np.array(curves), e2),
        "G_field": ("energy", curve(W=PRINT, B=tesla(FLUX)), e2),
        "G_again": ("energy_again", again, e2),
        "G_warm": ("energy", warm.isel(sample=0).reindex(energy=energy).values, e2),
        "apart": (("state",), _apart(pair, warm), e2),
        "G_wire": ("wire_energy", transmissions(_wire(), energies(wire)), e2),
        "G_opening": ("opening", transmissions(_wire(), energies(bottoms[1:] - NEAR)), e2),
        "G_before": ("opening", transmissions(_wire(), energies(bottoms[1:] - 0.1)), e2),
    }
    coordinates = {
        "W": ("W", STRENGTHS, {"units": "t"}),
        "shown_W": ("shown_W", [0.0, PRINT], {"units": "t"}),
        "ratio": ("ratio", RATIOS, {"long_name": "E/ħω_y"}),
        "sample": np.arange(samples),
        "energy": ("energy", energy, {"units": "t"}),
        "energy_again": ("energy_again", energy[::8], {"units": "t"}),
        "state": ["cold", "warm"],
        "wire_energy": ("wire_energy", wire, {"units": "t"}),
        "opening": [2, 3, 4],
    }
    return xr.Dataset(parts, coordinates)


def _apart(cold: "xr.DataArray", warm: "xr.DataArray") -> list[float]:
    """How much the difference of two samples varies with energy, cold and warm."""
    kept = cold.sel(energy=warm.energy)
    return [float(x.diff("sample").std()) for x in (kept, warm)]


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """Ensembles against published samples of our own; the exact case of one scatterer."""
    found = []
    for ratio, g, expected in zip(RATIOS, data.G_clean.values, (1.000, 1.777, 2.0005), strict=True):
        found.append(Check(f"clean, E = {ratio:g} ħω", g, expected, 5e-4, "printed digits"))
    n = data.sizes["sample"]
    mean, spread = data.G.mean("sample").values, data.G.std("sample", ddof=1).values
    for i, w in enumerate(STRENGTHS):
        for j, ratio in enumerate(RATIOS):
            was, scatter = REFERENCE[float(w)][j]
            error = np.hypot(scatter / np.sqrt(REFERENCE_SAMPLES), spread[i, j] / np.sqrt(n))
            name = f"mean G, W = {w:g} t, E = {ratio:g} ħω"
            reason = "four standard errors of the two ensembles"
            found.append(Check(name, mean[i, j], was, 4 * error, reason))
    for i, w in enumerate(STRENGTHS):
        was = REFERENCE[float(w)][0][1]
        name = f"spread of G on the first plateau, W = {w:g} t, over {was}"
        reason = "three standard errors of two spreads, 0.16 each"
        found.append(Check.between(name, spread[i, 0] / was, 0.5, 1.7, reason))
    # the riser's scatter is far above the plateaus' as long as the plateaus still are some
    riser, flat = spread[0, 1], max(spread[0, 0], spread[0, 2])
    reason = "0.140 over 0.037, and 10 % of each"
    found.append(
        Check.between("spread on the riser over plateaus, W = 0.2 t", riser / flat, 2, 6, reason)
    )
    one = data.G_sample.sel(shown_W=PRINT)
    same = float(
        np.abs(one.sel(energy=data.energy_again.values).values - data.G_again.values).max()
    )
    found.append(Check("same seed, same fingerprint", same, 0, 1e-8, "rounding of the solver"))
    changed = float(np.sqrt(((data.G_field - one) ** 2).mean()))
    reason = "some hundredths to tenths of e²/h"
    found.append(
        Check.between("rms change of the fingerprint by a field", changed, 0.02, 0.5, reason)
    )
    cold, warm = data.apart.values
    reason = "it averages over the fingerprint"
    found.append(
        Check.between(
            "what distinguishes two samples, warm over cold", warm / cold, 0.05, 0.7, reason
        )
    )
    for n_, g, before in zip((1, 2, 3), data.G_opening.values, data.G_before.values, strict=True):
        reason = "distance of the energy from the opening"
        found.append(Check(f"one scatterer, opening of mode {n_ + 1}", g, n_, 1e-3, reason))
        name = f"one scatterer, 0.1 t below that: N - G, N = {n_}"
        found.append(Check.between(name, n_ - before, 0.01, 1.0, "it does scatter"))
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """One sample, many samples, and the scatterer that becomes invisible."""
    from sharvin.gallery.drawing import (
        BLUE,
        COLORS,
        GRAY,
        GREEN,
        ORANGE,
        finish,
        new_figure,
        plateaus,
    )

    fig, (left, middle, right) = new_figure(3)
    plateaus(left, range(7))
    x = data.energy / HBAR_OMEGA
    one = data.G_sample.sel(shown_W=PRINT)
    left.plot(x, data.G_sample.sel(shown_W=0.0), color=GRAY, linewidth=1.4, label="clean")
    left.plot(x, one, color=BLUE, linewidth=1.6, label=f"one sample, W = {PRINT:g} t")
    left.plot(
        data.energy_again / HBAR_OMEGA,
        data.G_again,
        "o",
        color=BLUE,
        markersize=4,
        label="the same seed again",
    )
    left.plot(x, data.G_field, color=GREEN, linewidth=1.3, label="the same in a field")
    left.plot(x, data.G_warm, color=ORANGE, linewidth=2, label=f"the same at kT = {KT:g} t")
    left.legend(frameon=False, fontsize=8)
    finish(
        left, x=r"$E/\hbar\omega_y$", y="G (e²/h per spin)", title="A fingerprint of the contact"
    )
    plateaus(middle, range(3))
    for w, color in zip(data.W.values, COLORS[1:], strict=False):
        all_ = data.G.sel(W=w)
        place = data.ratio.values + 0.05 * (list(data.W.values).index(w) - 1)
        for x, samples in zip(place, all_.values, strict=True):
            middle.plot(np.full(len(samples), x), samples, "_", color=color, alpha=0.25)
        middle.errorbar(
            place, all_.mean("sample"), all_.std("sample"), fmt="o", color=color, capsize=3,
            markersize=5, label=f"W = {w:g} t",
        )  # fmt: skip
    middle.plot(data.ratio, data.G_clean, "D", color=BLUE, markersize=4, label="clean")
    middle.legend(frameon=False, fontsize=9, loc="upper left")
    title = f"{data.sizes['sample']} samples: mean and spread"
    finish(middle, x=r"$E/\hbar\omega_y$", y="G (e²/h per spin)", title=title)
    plateaus(right, range(4))
    modes = (data.wire_energy.values[:, None] > 4 + strip_thresholds(ROWS)).sum(axis=1)
    right.step(data.wire_energy, modes, where="post", color="#c9d6e6", linewidth=4, label="clean")
    right.plot(data.wire_energy, data.G_wire, color=BLUE, linewidth=1.6, label="one scatterer")
    right.legend(frameon=False, fontsize=9)
    title = "One scatterer vanishes where a mode opens"
    finish(right, x="energy (t)", y="G (e²/h per spin)", title=title)
    return fig


def _wire() -> Device:
    """Return a clean strip with one repulsive site, off the nodes of its low modes."""
    return Device(
        square_lattice(onsite=4.0),
        region=rectangle(9, ROWS),
        leads={"source": lead("left"), "drain": lead("right")},
        potential=lambda x, y: np.where((np.abs(x) < 0.5) & (np.abs(y - 1.5) < 0.5), SCATTERER, 0),
    )


PAGE = Phenomenon(
    id="contact-disorder",
    title="Point scatterers in a contact",
    statement=(
        "Short-range scatterers in a contact send back what moves slowly: plateaus sag below N, "
        "risers round, and samples differ most on the risers. Each sample has its fingerprint, "
        "which a field changes and temperature washes out. One repulsive point scatterer "
        "closes nothing at the very energy where a mode opens: there G = N exactly."
    ),
    kind="computed",
    references=(
        "J. A. Nixon, J. H. Davies and H. U. Baranger, Phys. Rev. B 43, 12638 (1991)",
        "P. F. Bagwell, Phys. Rev. B 41, 10354 (1990)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
