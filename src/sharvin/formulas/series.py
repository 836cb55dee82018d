"""Resistances in series with a quantized contact, and how to take them out again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.typing import RealArray
from sharvin.units import RESISTANCE_QUANTUM

RESISTANCE_PER_SPIN_MODE = RESISTANCE_QUANTUM / 2
"""h/2e² in Ω: what one spin-degenerate mode resists without scattering, 12 906.4037 Ω."""


@dataclass(frozen=True)
class SeriesFit:
    """Straight line R = R_s + slope / N through measured plateaus, all in Ω.

    Parameters
    ----------
    series_resistance, slope : float
    series_error, slope_error : float
        Standard errors from the scatter about the line; NaN for two points.
    """

    series_resistance: float
    slope: float
    series_error: float
    slope_error: float


def contact_resistance(modes: ArrayLike) -> RealArray:
    r"""Resistance :math:`\frac{h}{2e^2} \frac{1}{N}` of an ideal contact, in Ω."""
    resistance: RealArray = RESISTANCE_PER_SPIN_MODE / np.asarray(modes, dtype=np.float64)
    return resistance


def two_terminal_resistance(modes: ArrayLike, series_resistance: float) -> RealArray:
    r"""What two terminals show: :math:`R_N = R_s + \frac{h}{2e^2} \frac{1}{N}`, in Ω.

    References
    ----------
    B. J. van Wees et al., Phys. Rev. Lett. 60, 848 (1988), who subtracted 400 Ω.
    """
    return contact_resistance(modes) + series_resistance


def apparent_plateau(modes: ArrayLike, series_resistance: float) -> RealArray:
    r"""Height :math:`1/R_N` of the raw plateaus over :math:`N \cdot 2e^2/h`, below one."""
    height: RealArray = contact_resistance(modes) / two_terminal_resistance(
        modes, series_resistance
    )
    return height


def fit_series_resistance(modes: ArrayLike, resistance: ArrayLike) -> SeriesFit:
    r"""Least-squares line of R against 1/N; neither intercept nor slope is assumed.

    Parameters
    ----------
    modes : array, shape (n,)
        Plateau numbers N.
    resistance : array, shape (n,)
        In Ω, taken on the plateaus.
    """
    inverse = 1 / np.asarray(modes, dtype=np.float64)
    measured = np.asarray(resistance, dtype=np.float64)
    if inverse.ndim != 1 or inverse.shape != measured.shape:
        raise ShapeMismatch(
            f"one resistance per plateau is needed, got {measured.shape} for {inverse.shape}"
        )
    if len(np.unique(inverse)) < 2:
        raise InvalidInput("a line needs at least two different plateaus")
    design = np.column_stack([np.ones_like(inverse), inverse])
    (intercept, slope), *_ = np.linalg.lstsq(design, measured, rcond=None)
    freedom = len(inverse) - 2
    scatter = measured - design @ [intercept, slope]
    variance = scatter @ scatter / freedom if freedom else np.nan
    errors = np.sqrt(variance * np.diag(np.linalg.inv(design.T @ design)))
    return SeriesFit(float(intercept), float(slope), float(errors[0]), float(errors[1]))


def four_terminal_resistance(contact_modes: float, wide_modes: float) -> float:
    r"""Resistance :math:`\frac{h}{2e^2} (\frac1{N_c} - \frac1{N_w})` between wide regions, in Ω.

    References
    ----------
    M. Büttiker, Phys. Rev. B 38, 9375 (1988); H. van Houten et al., Phys. Rev. B 37, 8534 (1988).
    """
    return RESISTANCE_PER_SPIN_MODE * (1 / contact_modes - 1 / wide_modes)
