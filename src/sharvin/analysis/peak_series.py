"""What several peaks say together: even and odd spacings, and widths against temperature."""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.evidence import weighed
from sharvin.analysis.fit import Fit
from sharvin.analysis.least_squares import fit_curve
from sharvin.errors import InvalidInput
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN


def peak_spacings(peaks: tuple[Fit, ...]) -> Fit:
    r"""Mean spacing of peaks, and how much every second one is larger.

    .. math:: \Delta V_k = \overline{\Delta V} + \tfrac12 (-1)^k\, \delta

    A spin-degenerate dot has :math:`e\alpha\,\delta = \pm\Delta E`; needs four peaks or more.
    Spacings scatter of their own (levels) and by the errors of the peaks, which two neighbors
    share with opposite signs: generalized least squares with both, in the proportion that makes
    the data most likely (restricted maximum likelihood).

    References
    ----------
    D. A. Harville, J. Am. Stat. Assoc. 72, 320 (1977), for the likelihood.
    """
    if len(peaks) < 4:
        raise InvalidInput(f"even and odd spacings need four peaks or more, got {len(peaks)}")
    centers = np.array([peak.values["center"] for peak in peaks])
    steps = np.diff(centers)
    k = np.arange(steps.size, dtype=np.float64)
    design = np.stack([np.ones(k.size), 0.5 * (-1.0) ** k], axis=1)
    read = np.diff(np.diag([peak.errors["center"] for peak in peaks]), axis=0)
    solve, covariance = _likeliest(design, steps, read @ read.T)
    best = solve @ steps
    return Fit(
        model="spacings of peaks", formula="ΔV_k = mean + (-1)^k even_odd / 2",
        names=("spacing", "even_odd"), estimates=best, covariance=covariance, x=k, y=steps,
        fitted=design @ best, units={"spacing": "V", "even_odd": "V"},
        labels=("spacing", "ΔV (V)"), refit=lambda y: solve @ y,
    )  # fmt: skip


def _likeliest(design: RealArray, y: RealArray, read: RealArray) -> tuple[RealArray, RealArray]:
    """Matrix that gives the values from data, and their covariance, scaled with the residuals.

    The data have the covariance `read` and, beyond it, a scatter of their own.
    """
    n, p = design.shape
    flat = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    total = float(flat @ flat) / max(n - p, 1) or 1e-30
    own = total * np.concatenate([[1e-9], np.geomspace(1e-3, 10.0, 60)])
    noise = read + own[:, None, None] * np.eye(n)
    weight = np.linalg.inv(noise)
    inner = design.T @ weight @ design
    solve = np.linalg.solve(inner, design.T @ weight)
    rest = y - solve @ y @ design.T
    misfit = np.einsum("ai,aij,aj->a", rest, weight, rest)
    cost = misfit + np.linalg.slogdet(noise)[1] + np.linalg.slogdet(inner)[1]
    best = int(np.argmin(cost))
    covariance = np.linalg.inv(inner[best]) * misfit[best] / max(n - p, 1)
    return solve[best], covariance


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
    sigma : array, optional
        Their errors, V; without them all widths count as equally uncertain.
    """

    def model(t: RealArray, *, lever_arm: float, T_0: float) -> RealArray:
        width: RealArray = 1e-3 * BOLTZMANN / lever_arm * np.sqrt(t**2 + T_0**2)
        return width

    t, w = np.asarray(temperatures, dtype=np.float64), np.asarray(widths, dtype=np.float64)
    slope = float(np.nanmax(w) / np.nanmax(t))
    fit = fit_curve(
        model, t, w, sigma,
        start={"lever_arm": 1e-3 * BOLTZMANN / slope, "T_0": float(np.nanmin(t)) / 2 + 1e-3},
        bounds={"lever_arm": (1e-6, 10.0), "T_0": (0.0, 10 * float(np.nanmax(t)))},
        units={"lever_arm": "eV/V", "T_0": "K"}, name="peak width against temperature",
        formula="w = (k/α) √(T² + T_0²)", labels=("T (K)", "w (V)"),
    )  # fmt: skip
    return weighed(fit, "thermal width")
