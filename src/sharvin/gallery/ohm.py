"""Ohm's law out of quantum mechanics: what loss of phase memory does to a wire."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.device.leads import MatrixLead
from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.observables.resistance import resistance
from sharvin.solvers.dephasing import dephased
from sharvin.solvers.smatrix import smatrix

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

LENGTHS = np.array([10, 50, 100, 200, 400])
LONG = np.array([50, 100, 200, 400])
ETA = np.array([0.02, 0.1])  # broadening in units of the hopping
STRENGTH, ENERGY = 3.0, 0.0
PROBED = 200  # sites of the wire whose voltage is drawn
ENDS = ("left", "right")


def model(length: int = 100, strength: float = 0.0, seed: int = 0) -> Device:
    """Return a chain between two perfect leads (t = a = 1), band center at zero."""
    onsite = strength * np.random.default_rng(seed).uniform(-0.5, 0.5, length)
    h = np.diag(onsite) - np.eye(length, k=1) - np.eye(length, k=-1)
    leads = {
        name: MatrixLead(cell=[[0.0]], hop=[[-1.0]], sites=[site])
        for name, site in zip(ENDS, (0, length - 1), strict=True)
    }
    return Device.from_matrices(h, leads=leads)


def compute(full: bool = False) -> "xr.Dataset":
    """Clean and disordered chains, coherent and dephased, and the voltage along one of each."""
    import xarray as xr

    samples = 200 if full else 16
    clean = [[_ohms(model(n), eta) for n in LENGTHS] for eta in ETA]
    dirty = [[_ohms(model(n, STRENGTH, k), ETA[1]) for k in range(samples)] for n in LONG]
    coherent = [[_log_t(model(n, STRENGTH, k)) for k in range(samples)] for n in LONG]
    drops = [_drop(model(PROBED, w, 7), ETA[1]) for w in (0.0, STRENGTH)]
    unit = {"units": "h/e²"}
    return xr.Dataset(
        {
            "R": (("eta", "L"), clean, unit),
            "slope": ("eta", [np.polyfit(LENGTHS, r, 1)[0] for r in clean], unit),
            "intercept": ("eta", [np.polyfit(LENGTHS, r, 1)[1] for r in clean], unit),
            "R_disordered": (("length", "sample"), dirty, unit),
            "lnT": (("length", "sample"), coherent, {"units": "1"}),
            "voltage": (("wire", "site"), drops, {"units": "V/V"}),
        },
        {
            "eta": ("eta", ETA, {"units": "t"}),
            "L": ("L", LENGTHS, {"units": "sites"}),
            "length": ("length", LONG, {"units": "sites"}),
            "wire": ["clean", "disordered"],
        },
    )


def checks(data: "xr.Dataset") -> tuple[Check, ...]:
    """A clean wire gets a slope, a localized one a finite conductivity."""
    table = (1.10002, 1.50005, 2.00008, 3.00012, 5.00021)
    digits = "printed digits"
    found = [
        Check(f"R of {n} clean sites, η = 0.02 (h/e²)", r, expected, 6e-6, digits)
        for n, r, expected in zip(LENGTHS, data.R.values[0], table, strict=True)
    ]
    # 1/l = η/v with v = 2 at the band center; the next order is (η/2)³ per probe.
    found += [
        Check("slope, η = 0.02: η/v (h/e² per site)", data.slope.values[0], 0.01, 2e-6, "η³"),
        Check("slope, η = 0.1 (h/e² per site)", data.slope.values[1], 0.05006, 6e-6, digits),
        Check("intercept, η = 0.02 (h/e²)", data.intercept.values[0], 1.0, 1e-4, "η²"),
    ]
    means = data.R_disordered.mean("sample").values
    for n, r, expected in zip(LONG, means, (66.0, 112.0, 232.0, 478.0), strict=True):
        reason = "mean of 16 samples against one of another ensemble: 3 standard errors"
        sigma = float(data.R_disordered.sel(length=n).std()) / np.sqrt(data.sizes["sample"])
        found.append(
            Check(f"⟨R⟩ of {n} disordered sites (h/e²)", r, expected, 4.5 * sigma + 0.5, reason)
        )
    logs = data.lnT.mean("sample").values
    for n, value, expected in zip(LONG, logs, (-9.7, -17.7, -35.2, -70.5), strict=True):
        sigma = float(data.lnT.sel(length=n).std()) / np.sqrt(data.sizes["sample"])
        found.append(
            Check(f"coherent ⟨ln T⟩ of {n} sites", value, expected, 4.5 * sigma, "standard error")
        )
    growth = means[-1] / means[-2]
    found.append(Check("R(400)/R(200) with dephasing", growth, 2.0, 0.5, "16 samples: 10 % each"))
    return tuple(found)


def figure(data: "xr.Dataset") -> "Figure":
    """Resistance against length, and how the voltage falls."""
    from sharvin.gallery.drawing import BLUE, GRAY, ORANGE, RED, finish, new_figure

    fig, (left, right) = new_figure(2)
    for eta, color in zip(data.eta.values, (BLUE, ORANGE), strict=True):
        left.loglog(data.L, data.R.sel(eta=eta), "o", color=color, markersize=5,
                    label=f"clean, $\\eta$ = {eta:g} t")  # fmt: skip
        line = np.geomspace(8, 500, 60)
        left.loglog(line, 1 + line * eta / 2, color=color, linewidth=1)
    mean = data.R_disordered.mean("sample")
    left.loglog(
        data.length, mean, "s-", color=RED, markersize=5, label=r"disordered, $\eta$ = 0.1 t"
    )
    typical = np.exp(-data.lnT.mean("sample"))
    left.loglog(data.length, typical, "^--", color=GRAY, markersize=5, label="disordered, coherent")
    left.set_ylim(0.7, 3e6)
    left.legend(frameon=False, fontsize=8.5, loc="upper left")
    finish(left, x="length (sites)", y="R (h/e²)", title="Probes make resistance grow like length")
    site = np.arange(data.sizes["site"])
    for wire, color in zip(data.wire.values, (BLUE, RED), strict=True):
        right.plot(site, data.voltage.sel(wire=wire), color=color, linewidth=1.3, label=str(wire))
    right.axhline(1, color=GRAY, linewidth=0.8)
    right.axhline(0, color=GRAY, linewidth=0.8)
    right.legend(frameon=False, fontsize=9)
    finish(right, x="site", y="voltage of the probes / V", title=r"The voltage along 200 sites")
    return fig


def _ohms(device: Device, eta: float) -> float:
    found = dephased(device, energy=ENERGY, broadening=eta)
    return resistance(found, current=ENDS, voltage=ENDS)


def _log_t(device: Device) -> float:
    return float(np.log(smatrix(device, energy=ENERGY).transmission(to="right", from_="left")))


def _drop(device: Device, eta: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    found = dephased(device, energy=ENERGY, broadening=eta)
    assert found.shares is not None
    return np.asarray(found.shares[:, 0])


PAGE = Phenomenon(
    id="ohm",
    title="Ohm's law",
    statement=(
        "A wire that loses phase memory at every site, through probes that draw no current, obeys "
        "R = (h/e²)(1 + Lη/ħv): resistance grows like length, and the contact resistance stays. "
        "The same probes take a localized wire, whose resistance grows exponentially, back to Ohm."
    ),
    kind="computed",
    references=(
        "J. L. D'Amato and H. M. Pastawski, Phys. Rev. B 41, 7411 (1990)",
        "M. Büttiker, Phys. Rev. B 33, 3020 (1986)",
    ),
    model=model,
    compute=compute,
    checks=checks,
    figure=figure,
)
