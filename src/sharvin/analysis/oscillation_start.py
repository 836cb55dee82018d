"""Where a fit of Shubnikov-de Haas oscillations starts: frequency, damping, mass."""

import numpy as np

from sharvin.analysis.spectra import fourier_sums
from sharvin.formulas.saddle import cyclotron_energy
from sharvin.typing import ComplexArray, RealArray
from sharvin.units import BOLTZMANN

PERIODS = 1.5  # fewer of them are a bend
STEP = 0.3  # of a period over the trace, between frequencies tried
DAMPING = np.concatenate([[0.0], np.geomspace(0.1, 30, 12)])  # Dingle exponents tried at mean B
ROUGH = slice(None, None, 3)  # of them for the search of the frequency


def start_of(b: RealArray, r: RealArray) -> tuple[float, float, complex, float, float] | None:
    """Frequency, Dingle field, complex amplitude, R0 and c of one trace; None without peak."""
    good = np.isfinite(r)
    if good.sum() < 12:
        return None
    u, y = 1 / b[good], r[good]
    bend, level = np.polyfit(b[good] ** 2, y, 1)
    if not level > 0:
        bend, level = 0.0, float(np.abs(y).mean()) or 1.0
    part = y / (level + bend * b[good] ** 2) - 1
    rates = DAMPING * float(np.median(b[good]))
    frequency = _frequency(u, part, rates[ROUGH])
    if frequency is None:
        return None
    near = frequency + np.array([-0.5, 0.0, 0.5]) * STEP / float(np.ptp(u))
    envelopes = np.exp(-np.outer(u - u.min(), rates))
    waves = np.exp(-2j * np.pi * np.outer(near, u))
    power, amplitude = _explained(
        waves @ (envelopes * part[:, None]), waves**2 @ envelopes**2, (envelopes**2).sum(axis=0)
    )
    peak, kind = np.unravel_index(int(np.argmax(power)), power.shape)
    if not power[peak, kind] > 0:
        return None
    wave = amplitude[peak, kind] * np.exp(rates[kind] * u.min())
    return (
        float(near[peak]), float(rates[kind]), complex(wave), float(level), float(bend / level),
    )  # fmt: skip


def _frequency(u: RealArray, y: RealArray, rates: RealArray) -> float | None:
    """The frequency at which a damped cosine explains most; None if none can be told."""
    span = float(np.ptp(u))
    # Nyquist of the median spacing in 1/B; high fields are sampled more densely
    spacing = np.abs(np.diff(u))
    highest = 0.5 / float(np.median(spacing[spacing != 0]))
    count = int(np.ceil((min(highest * span, u.size) - PERIODS) / STEP))
    if count < 1:
        return None
    lowest, step = round(PERIODS / STEP), STEP / span
    envelopes = np.exp(-np.outer(u - u.min(), rates))
    columns = np.concatenate([envelopes * y[:, None], envelopes**2], axis=1)
    sums = fourier_sums(u, columns, step, 2 * (lowest + count))
    inner = sums[lowest : lowest + count, : len(rates)]
    square = sums[2 * lowest :: 2, len(rates) :]
    power, _ = _explained(inner, square, (envelopes**2).sum(axis=0))
    best = int(np.argmax(power.max(axis=1)))
    return float((lowest + best) * step)


def _explained(
    inner: ComplexArray, square: ComplexArray, norm: RealArray
) -> tuple[RealArray, ComplexArray]:
    """Part of y² explained by damped cosines, and their amplitudes, shape (frequencies, rates)."""
    # normal equations of Re(c exp(i w u)) under the envelope
    determinant = np.maximum(norm**2 - np.abs(square) ** 2, 1e-12 * norm**2)
    amplitude = 2 * (norm * inner - square * inner.conj()) / determinant
    return (amplitude.conj() * inner).real, amplitude


def heat(b: RealArray, t: float, mass: float) -> float:
    """Thermal damping to be undone at the middle of the trace."""
    x = max(2 * np.pi**2 * BOLTZMANN * t / (cyclotron_energy(1.0, mass) * np.median(b)), 1e-6)
    return float(min(np.sinh(min(x, 20.0)) / x, 50.0))


def mass_start(
    b: RealArray, r: RealArray, t: RealArray, frequency: float, level: float, bend: float
) -> float:
    """The mass whose X/sinh X falls with temperature like the size of the oscillations."""
    size = np.nanstd(r / (level * (1 + bend * b**2)), axis=1)
    trial = np.geomspace(0.005, 3.0, 120)
    x = (
        2
        * np.pi**2
        * BOLTZMANN
        * t[:, None]
        / (np.array([cyclotron_energy(1.0, m) for m in trial]) * np.quantile(b, 0.8))
    )
    shape = np.maximum(x, 1e-6) / np.sinh(np.clip(x, 1e-6, 50))
    scale = (shape * size[:, None]).sum(axis=0) / (shape**2).sum(axis=0)
    return float(trial[np.argmin(((scale * shape - size[:, None]) ** 2).sum(axis=0))])
