r"""Density and mobility from the classical Hall effect."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.evidence import weighed
from sharvin.analysis.fit import Fit, fit_curve
from sharvin.analysis.residuals import noise_level
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.typing import BoolArray, RealArray
from sharvin.units import ELEMENTARY_CHARGE

FEWEST = 4


def synthetic_hall(
    field: ArrayLike,
    *,
    density: float = 3e15,
    mobility: float = 50.0,
    aspect: float = 3.0,
    noise: float = 0.005,
    seed: int = 0,
) -> tuple[RealArray, RealArray]:
    r""":math:`R_{xy}` and :math:`R_{xx}` in Ω of a Drude metal; `noise` relative to the largest."""
    b = np.asarray(field, dtype=np.float64)
    rng = np.random.default_rng(seed)
    hall = b / (density * ELEMENTARY_CHARGE)
    along = np.full(b.shape, aspect / (density * ELEMENTARY_CHARGE * mobility))
    noisy = [r + noise * np.abs(r).max() * rng.standard_normal(b.shape) for r in (hall, along)]
    return noisy[0], noisy[1]


def fit_hall(
    field: ArrayLike,
    r_xy: ArrayLike,
    sigma: ArrayLike | None = None,
    *,
    r_xx: ArrayLike | None = None,
    aspect: float = 1.0,
) -> Fit:
    r"""Density and mobility from the classical Hall effect.

    .. math:: R_{xy} = R_0 \pm \frac{B}{n e}, \qquad
              R_{xx} = \frac{L}{W} \frac{1}{n e \mu}

    for one band in fields below the oscillations (:math:`\mu B < 1` is enough); cut the trace
    there before.

    Parameters
    ----------
    field : real array, shape (points,)
        In T.
    r_xy, r_xx : real array, shape (points,)
        In Ω. Without `r_xx` there is no mobility.
    sigma : float or array, optional
        Noise of `r_xy`, Ω. With `r_xx` it is measured from point to point instead if not given.
    aspect : float
        L/W between the probes of `r_xx`.

    Returns
    -------
    Fit
        ``density`` (m⁻²), ``offset`` (Ω, from misaligned probes) and ``mobility`` (m²/Vs). The
        sign of the slope is in the notes: it is that of the carriers if the leads are known.
        Refused where R_xy does not grow in proportion to the field.
    """
    b, hall = np.asarray(field, dtype=np.float64), np.asarray(r_xy, dtype=np.float64)
    good = finite_points(b, hall)
    slope, offset = np.polyfit(b[good], hall[good], 1)
    sign = 1.0 if slope > 0 else -1.0
    start = {"density": 1 / (ELEMENTARY_CHARGE * max(abs(slope), 1e-6)), "offset": float(offset)}
    bounds = {"density": (0.0, np.inf), "mobility": (0.0, np.inf)}

    def line(at: RealArray, density: float, offset: float) -> RealArray:
        straight: RealArray = offset + sign * at / (density * ELEMENTARY_CHARGE)
        return straight

    about = {
        "units": {"density": "m⁻²", "offset": "Ω", "mobility": "m²/Vs"},
        "name": "Hall effect",
        "formula": "R_xy = R_0 ± B/(n e), R_xx = (L/W)/(n e µ)",
        "labels": ("magnetic field (T)", "resistance (Ω)"),
        "notes": [f"R_xy {'rises' if sign > 0 else 'falls'} with the field"],
    }
    alone = weighed(
        fit_curve(
            line, b, hall, sigma, start=start, bounds={"density": bounds["density"]}, **about
        ),
        "Hall effect",
    )
    if r_xx is None or not alone.converged:
        return alone
    along = np.asarray(r_xx, dtype=np.float64)
    if along.shape != hall.shape or not aspect > 0:
        raise ShapeMismatch(
            f"r_xx needs the shape of r_xy, {hall.shape}, and a positive aspect; got "
            f"{along.shape} and {aspect!r}"
        )
    noises = (noise_level(hall) if sigma is None else sigma, noise_level(along))
    start = alone.values
    mean = float(np.nanmean(along))
    if not mean > 0:
        raise InvalidInput(f"the mean of r_xx must be positive, got {mean:g} Ω; check its leads")
    start["mobility"] = aspect / (start["density"] * ELEMENTARY_CHARGE * mean)

    def both(at: RealArray, density: float, offset: float, mobility: float) -> RealArray:
        longitudinal = aspect / (density * ELEMENTARY_CHARGE * mobility)
        found: RealArray = np.where(at[1] == 0, line(at[0], density, offset), longitudinal)
        return found

    order = np.argsort(b, kind="stable")
    which = np.repeat([0.0, 1.0], b.size)
    spread = np.concatenate([np.broadcast_to(n, b.shape)[order] for n in noises])
    joint = fit_curve(
        both, np.stack([np.tile(b[order], 2), which]), np.concatenate([hall[order], along[order]]),
        spread, start=start, bounds=bounds,
        parts={"readings": ("$R_{xy}$ (Ω)", "$R_{xx}$ (Ω)")}, **about,
    )  # fmt: skip
    return _drude(joint)


def _drude(fit: Fit) -> Fit:
    """The fit with a note where R_xx is no constant."""
    along = fit.residuals[fit.x[1] == 1]
    spread = np.asarray(fit.sigma)[fit.x[1] == 1]
    if float(np.mean((along / spread) ** 2)) < 3:
        return fit
    note = (
        "R_xx is not constant: oscillations, a second band or a magnetoresistance; use less field"
    )
    return replace(fit, notes=(*fit.notes, note))


def finite_points(b: RealArray, r: RealArray) -> BoolArray:
    """Which points of a Hall trace are numbers; refused where that is too few."""
    if b.shape != r.shape or b.ndim != 1:
        raise ShapeMismatch(
            f"a Hall trace has as many fields as resistances, got {b.shape} and {r.shape}"
        )
    good: BoolArray = np.isfinite(b) & np.isfinite(r)
    if good.sum() < FEWEST or not np.ptp(b[good]) > 0:
        raise InvalidInput(f"a Hall trace needs {FEWEST} finite points at different fields or more")
    return good
