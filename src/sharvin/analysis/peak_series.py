"""What several peaks say together: even and odd spacings, and widths against temperature."""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.fit import Fit
from sharvin.analysis.least_squares import fit_curve
from sharvin.errors import InvalidInput
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN


def peak_spacings(peaks: tuple[Fit, ...]) -> Fit:
    r"""Mean spacing of peaks, and how much every second one is larger.

    .. math:: \Delta V_k = \overline{\Delta V} + \tfrac12 (-1)^k\, \delta

    A spin-degenerate dot has :math:`e\alpha\,\delta = \pm\Delta E`; needs four peaks or more.
    """
    if len(peaks) < 4:
        raise InvalidInput(f"even and odd spacings need four peaks or more, got {len(peaks)}")
    centers = np.array([peak.values["center"] for peak in peaks])

    def model(k: RealArray, *, spacing: float, even_odd: float) -> RealArray:
        alternating: RealArray = spacing + 0.5 * even_odd * (-1.0) ** k
        return alternating

    steps = np.diff(centers)
    return fit_curve(
        model, np.arange(steps.size, dtype=np.float64), steps,
        start={"spacing": float(steps.mean()), "even_odd": 0.0},
        units={"spacing": "V", "even_odd": "V"}, name="spacings of peaks",
        formula="ΔV_k = mean + (-1)^k even_odd / 2", labels=("spacing", "ΔV (V)"),
    )  # fmt: skip


def fit_peak_widths(
    temperatures: ArrayLike, widths: ArrayLike, sigma: ArrayLike | None = None
) -> Fit:
    r"""Lever arm and base electron temperature from thermal widths w = kT_e/α of a peak.

    .. math:: w(T) = \frac{k}{\alpha} \sqrt{T^2 + T_0^2}

    Parameters
    ----------
    temperatures : array
        Of the cryostat, K.
    widths : array
        ``width`` of thermal fits, V.
    """

    def model(t: RealArray, *, lever_arm: float, T_0: float) -> RealArray:
        width: RealArray = 1e-3 * BOLTZMANN / lever_arm * np.sqrt(t**2 + T_0**2)
        return width

    t, w = np.asarray(temperatures, dtype=np.float64), np.asarray(widths, dtype=np.float64)
    slope = float(np.nanmax(w) / np.nanmax(t))
    return fit_curve(
        model, t, w, sigma,
        start={"lever_arm": 1e-3 * BOLTZMANN / slope, "T_0": float(np.nanmin(t)) / 2 + 1e-3},
        bounds={"lever_arm": (1e-6, 10.0), "T_0": (0.0, 10 * float(np.nanmax(t)))},
        units={"lever_arm": "eV/V", "T_0": "K"}, name="peak width against temperature",
        formula="w = (k/α) √(T² + T_0²)", labels=("T (K)", "w (V)"),
    )  # fmt: skip
