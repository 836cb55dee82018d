"""Synthetic data sets of point contacts and dots, each with the values that made it."""

from collections.abc import Callable

import numpy as np

from sharvin.analysis.contacts import fit_plateaus
from sharvin.analysis.diamonds import fit_diamonds
from sharvin.analysis.fit import Fit
from sharvin.analysis.peak_series import fit_peak_widths, peak_spacings
from sharvin.analysis.peak_shapes import (
    broadened_peak,
    lifetime_peak,
    multi_level_peak,
    thermal_peak,
)
from sharvin.analysis.peaks import fit_peak
from sharvin.analysis.risers import fit_risers
from sharvin.analysis.synthetic import synthetic_contact, synthetic_diamonds

X = np.linspace(0.0, 1.0, 200)


def plateaus(seed: int) -> tuple[Fit, dict[str, float]]:
    record = synthetic_contact(noise=0.02, points=600, seed=seed)
    return fit_plateaus(record), {"R_s": 280.0}


def scattered(seed: int) -> tuple[Fit, dict[str, float]]:
    record = synthetic_contact(noise=0.01, scatter=0.004, points=600, seed=seed)
    return fit_plateaus(record), {"R_s": 280.0}


def risers(seed: int) -> tuple[Fit, dict[str, float]]:
    record = synthetic_contact(noise=0.01, points=600, seed=seed)
    truth = {f"V_{n}": -1.5 + 0.1 * (n - 0.5) for n in range(1, 7)}
    widths = {f"w_{n}": 0.005 for n in range(1, 7)}
    return fit_risers(fit_plateaus(record)), truth | widths


def peak(shape: str, model: Callable[..., np.ndarray], **widths: float):
    def case(seed: int) -> tuple[Fit, dict[str, float]]:
        truth = {"center": 0.52, "height": 0.8, **widths}
        y = model(X, base=0.02, **truth)
        y = y + 0.02 * np.random.default_rng(seed).standard_normal(X.size)
        return fit_peak((X, y), shape=shape), truth

    return case


def temperatures(seed: int) -> tuple[Fit, dict[str, float]]:
    t = np.linspace(0.05, 0.8, 12)
    widths = 1e-3 * 0.08617333262 / 0.05 * np.hypot(t, 0.12)
    noise = 0.02 * widths * np.random.default_rng(seed).standard_normal(t.size)
    return fit_peak_widths(t, widths + noise, 0.02 * widths), {"lever_arm": 0.05, "T_0": 0.12}


def spacings(own: float, noise: float):
    """Eight peaks whose spacings scatter by `own` (V), on traces with noise."""

    def case(seed: int) -> tuple[Fit, dict[str, float]]:
        rng = np.random.default_rng(seed)
        steps = 0.2 + 0.025 * (-1.0) ** np.arange(7) + own * rng.standard_normal(7)
        x = np.linspace(-0.1, 0.1, 60)
        peaks = []
        for center in np.concatenate([[0.0], np.cumsum(steps)]):
            y = thermal_peak(x, center=0.003 * center, height=1.0, width=0.015)
            y = y + noise * rng.standard_normal(x.size)
            peaks.append(fit_peak((x + 0.997 * center, y), shape="thermal"))
        return peak_spacings(tuple(peaks)), {"spacing": 0.2, "even_odd": 0.05}

    return case


def diamonds(seed: int) -> tuple[Fit, dict[str, float]]:
    record = synthetic_diamonds(noise=0.02, points=(161, 161), seed=seed)
    return fit_diamonds(record), {"lever_arm": 0.1, "E_add": 2.0}


CASES = {
    "plateaus, white noise": plateaus,
    "plateaus that scatter by 0.4 %": scattered,
    "risers": risers,
    "peak, thermal": peak("thermal", thermal_peak, width=0.03),
    "peak, multi-level": peak("multi-level", multi_level_peak, width=0.03),
    "peak, lifetime": peak("lifetime", lifetime_peak, gamma=0.1),
    "peak, both": peak("both", broadened_peak, width=0.03, gamma=0.08),
    "peak widths against T": temperatures,
    "spacings of peaks, read with noise": spacings(1e-6, 0.05),
    "spacings of peaks that scatter by 2 %": spacings(0.004, 0.02),
    "diamonds": diamonds,
}
