"""Synthetic point contacts and dots with known answers, for coverage and robustness."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sharvin.analysis.contacts import fit_plateaus
from sharvin.analysis.diamonds import fit_diamonds
from sharvin.analysis.example import Example
from sharvin.analysis.fit import Fit
from sharvin.analysis.peak_series import fit_peak_widths, peak_spacings
from sharvin.analysis.peak_shapes import (
    broadened_peak,
    lifetime_peak,
    multi_level_peak,
    thermal_peak,
)
from sharvin.analysis.peaks import fit_peak, fit_peaks
from sharvin.analysis.records import record_of
from sharvin.analysis.risers import fit_risers
from sharvin.analysis.synthetic import synthetic_contact, synthetic_diamonds
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN

_BIAS = np.linspace(-3.0, 3.0, 121)  # mV


def _contact(x: RealArray, noise: float, seed: int, scatter: float = 0.0) -> RealArray:
    record = synthetic_contact(gate=x, noise=noise, scatter=scatter, seed=seed)
    return np.asarray(record["G"].values)


def _fit_contact(x: RealArray, y: RealArray) -> Fit:
    return fit_plateaus(record_of({"gate": (x, "V"), "G": (y, "uS")}))


def contact_examples() -> tuple[Example, ...]:
    """Plateaus and risers."""
    gate = np.linspace(-1.5, -0.85, 600)
    risers = {f"V_{n}": 0.1 * n - 1.55 for n in range(1, 7)} | {
        f"w_{n}": 0.005 for n in range(1, 7)
    }
    return (
        Example("plateaus", gate, _contact, _fit_contact, {"R_s": 280.0}, noise=0.02),
        Example(
            "plateaus that scatter", gate, lambda x, n, s: _contact(x, n, s, scatter=0.004),
            _fit_contact, {"R_s": 280.0},
        ),
        Example(
            "risers", gate, _contact, lambda x, y: fit_risers(_fit_contact(x, y)), risers,
        ),
    )  # fmt: skip


def _peaks(x: RealArray, noise: float, seed: int, own: float = 0.0) -> RealArray:
    """Eight peaks 0.2 V apart, every second one 50 mV more, with a scatter of their own."""
    rng = np.random.default_rng(seed)
    steps = 0.2 + 0.025 * (-1.0) ** np.arange(7) + own * rng.standard_normal(7)
    centers = 0.1 + np.concatenate([[0.0], np.cumsum(steps)])
    clean = sum(thermal_peak(x, center=c, height=1.0, width=0.012) for c in centers)
    return np.asarray(clean + noise * rng.standard_normal(x.size))


def _fit_spacings(x: RealArray, y: RealArray) -> Fit:
    return peak_spacings(fit_peaks((x, y), shape="thermal"))


def _diamonds(x: RealArray, noise: float, seed: int) -> RealArray:
    record = synthetic_diamonds(gate=x, points=(x.size, _BIAS.size), noise=noise, seed=seed)
    return np.asarray(record["I"].values)


def _fit_diamonds(x: RealArray, current: RealArray) -> Fit:
    import xarray as xr

    return fit_diamonds(
        xr.Dataset(
            {"I": (("bias", "gate"), current, {"units": "nA"})},
            {"gate": ("gate", x, {"units": "V"}), "bias": ("bias", _BIAS, {"units": "mV"})},
        )
    )


def _widths(x: RealArray, noise: float, seed: int) -> RealArray:
    clean = 1e-3 * BOLTZMANN / 0.05 * np.hypot(x, 0.12)
    rough = noise * clean.mean() * np.random.default_rng(seed).standard_normal(x.size)
    return np.asarray(clean + rough)


def _single(
    shape: Any, gate: RealArray, model: Callable[..., RealArray], widths: dict[str, float]
) -> Example:
    truth = {"center": 0.52, "height": 0.8, **widths}

    def make(x: RealArray, noise: float, seed: int) -> RealArray:
        rough = noise * np.random.default_rng(seed).standard_normal(x.size)
        return np.asarray(model(x, base=0.02, **truth) + rough)

    def fit(x: RealArray, y: RealArray) -> Fit:
        return fit_peak((x, y), shape=shape)

    return Example(f"peak, {shape}", gate, make, fit, truth, noise=0.02, rough=0.08)


def dot_examples() -> tuple[Example, ...]:
    """Peaks, their widths and spacings, and diamonds."""
    gate, long = np.linspace(0.0, 1.0, 200), np.linspace(0.0, 1.62, 800)
    shapes: dict[str, tuple[Callable[..., RealArray], dict[str, float]]] = {
        "thermal": (thermal_peak, {"width": 0.03}),
        "multi-level": (multi_level_peak, {"width": 0.03}),
        "lifetime": (lifetime_peak, {"gamma": 0.1}),
        "both": (broadened_peak, {"width": 0.03, "gamma": 0.08}),
    }
    singles = [_single(shape, gate, model, widths) for shape, (model, widths) in shapes.items()]
    both = {"spacing": 0.2, "even_odd": 0.05}
    return (
        *singles,
        Example(
            "spacings of peaks", long, _peaks, _fit_spacings,
            both, noise=0.05,
        ),
        Example(
            "spacings of peaks that scatter", long, lambda x, n, s: _peaks(x, n, s, own=0.004),
            _fit_spacings, both, noise=0.02,
        ),
        Example(
            "widths of peaks", np.linspace(0.05, 0.8, 12), _widths,
            lambda t, w: fit_peak_widths(t, w), {"lever_arm": 0.05, "T_0": 0.12}, noise=0.02,
            rough=0.05,
        ),
        Example(
            "Coulomb diamonds", np.linspace(-0.008, 0.088, 161), _diamonds, _fit_diamonds,
            {"lever_arm": 0.1, "E_add": 2.0}, noise=0.02, rough=0.1,
        ),
    )  # fmt: skip
