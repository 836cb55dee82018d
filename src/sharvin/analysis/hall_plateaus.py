r"""Quantized plateaus of a Hall trace: values, errors, deviations."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.fit import Fit
from sharvin.analysis.hall import FEWEST, finite_points
from sharvin.analysis.residuals import correlation_length, noise_level
from sharvin.typing import BoolArray, IntArray, RealArray
from sharvin.units import ELEMENTARY_CHARGE, RESISTANCE_QUANTUM

# A piece is flat that stays this close to its median (relative). A classical trace crosses such a
# band in 2 FLAT B; a plateau must be LONG times longer than that.
FLAT, LONG = 0.004, 4.0
NEAR = 0.03  # how far a plateau may lie from its quantum: calibration, parallel conduction


@dataclass(frozen=True)
class HallPlateau:
    r"""One quantized plateau.

    Parameters
    ----------
    filling : int
        ν.
    start, stop : float
        Fields where it is flat, T.
    value, error : float
        Mean and its standard error, Ω.
    deviation, deviation_error : float
        :math:`R\,\nu e^2/h - 1`.
    """

    filling: int
    start: float
    stop: float
    value: float
    error: float
    deviation: float
    deviation_error: float


def synthetic_plateaus(
    field: ArrayLike,
    *,
    density: float = 3e15,
    width: float = 0.08,
    noise: float = 1e-4,
    seed: int = 0,
) -> RealArray:
    r"""Quantized :math:`R_{xy}` in Ω with steps of a relative `width` in filling."""
    b = np.abs(np.asarray(field, dtype=np.float64))
    filling = density * RESISTANCE_QUANTUM * ELEMENTARY_CHARGE / np.maximum(b, 1e-9)
    edges = np.arange(1, 40)[:, None] + 0.5
    with np.errstate(over="ignore"):
        steps = 1 + (1 / (1 + np.exp(-(filling - edges) / (width / 4)))).sum(axis=0)
    rng = np.random.default_rng(seed)
    clean = RESISTANCE_QUANTUM / steps
    return np.asarray(clean * (1 + noise * rng.standard_normal(b.shape)))


def fit_hall_plateaus(field: ArrayLike, r_xy: ArrayLike, *, highest: int = 20) -> Fit:
    r"""Plateaus :math:`R_{xy} = h/\nu e^2`: their values, errors and deviations.

    A plateau is a piece of the trace within 3 % of a quantum that stays within 0.4 % of its median
    over four times the field in which a classical trace would cross that band; its value is the
    mean over the middle half.

    Parameters
    ----------
    field : real array, shape (points,)
        In T.
    r_xy : real array, shape (points,)
        In Ω.
    highest : int
        Largest filling factor looked for.

    Returns
    -------
    Fit
        One value ``nu1``, ``nu2``, ... in Ω per plateau, with the error of the mean; blocks of
        correlated points count as one. ``parts["plateaus"]`` holds `HallPlateau` with deviations.
        Refused where there are none.
    """
    b, r = np.asarray(field, dtype=np.float64), np.asarray(r_xy, dtype=np.float64)
    good = finite_points(b, r)
    order = np.argsort(b[good], kind="stable")
    b, r = b[good][order], r[good][order]
    noise = noise_level(r) if r.size > FEWEST else 0.0
    sides = [np.flatnonzero(b * sign > 0) for sign in (1, -1)]
    pieces = [
        (filling, piece)
        for filling in range(1, highest + 1)
        for side in sides
        if len(piece := _plateau(b, r, side, filling, noise))
    ]
    return _staircase(b, r, pieces)


def _plateau(b: RealArray, r: RealArray, side: IntArray, filling: int, noise: float) -> IntArray:
    """Indices of the plateau of one filling on one side of zero field; empty without one."""
    quantum = RESISTANCE_QUANTUM / filling
    size = np.abs(r[side])
    near = min(NEAR, 0.4 / (filling + 1))
    run = _longest(np.abs(size / quantum - 1) < near)
    if len(run) < FEWEST:
        return run[:0]
    for _ in range(3):  # the median moves when the flanks are cut off
        center = float(np.median(size[run]))
        run = _longest(np.abs(size - center) < max(FLAT * center, 4 * noise))
        if len(run) < FEWEST:
            return run[:0]
    # the band of a classical trace is wider where there is more noise
    band = max(FLAT, 4 * noise / quantum)
    at = np.abs(b[side][run])
    long = float(np.ptp(at)) > min(LONG, 0.5 / (filling * band) + 1) * 2 * band * float(at.mean())
    # The flanks belong to the step: the value comes from the middle half of the plateau.
    low, high = np.quantile(1 / at, [0.25, 0.75])
    middle = run[(1 / at >= low) & (1 / at <= high)]
    return side[middle] if long else run[:0]


def _longest(flags: BoolArray) -> IntArray:
    """Indices of the longest stretch of True; two points out of it in a row end it."""
    hits = np.flatnonzero(flags)
    if not len(hits):
        return hits
    pieces = np.split(hits, np.flatnonzero(np.diff(hits) > 2) + 1)
    longest: IntArray = max(pieces, key=len)
    return longest


def _staircase(b: RealArray, r: RealArray, pieces: list[tuple[int, IntArray]]) -> Fit:
    fillings = tuple(sorted({filling for filling, _ in pieces}))
    index = {
        n: np.sort(np.concatenate([piece for filling, piece in pieces if filling == n]))
        for n in fillings
    }
    points = np.concatenate([index[n] for n in fillings]) if fillings else np.arange(0)
    owner = np.concatenate([np.full(len(index[n]), k) for k, n in enumerate(fillings)] or [points])
    size = np.abs(r[points])

    def means(y: RealArray) -> RealArray:
        found: RealArray = np.bincount(owner, y) / np.bincount(owner)
        return found

    values = means(size) if fillings else np.zeros(0)
    errors = []
    for k, value in enumerate(values):
        rest = size[owner == k] - value
        blocks = max(rest.size / correlation_length(rest), 2)
        errors.append(float(rest.std(ddof=1) / np.sqrt(blocks)))
    plateaus = tuple(
        HallPlateau(
            n, float(b[index[n]].min()), float(b[index[n]].max()), float(v), e,
            float(v * n / RESISTANCE_QUANTUM - 1), e * n / RESISTANCE_QUANTUM,
        )
        for n, v, e in zip(fillings, values, errors, strict=True)
    )  # fmt: skip
    lines = [
        f"nu = {p.filling}: {p.start:.4g} to {p.stop:.4g} T, deviation "
        f"{1e6 * p.deviation:.3g} ± {1e6 * p.deviation_error:.2g} ppm"
        for p in plateaus
    ]
    far = [p for p in plateaus if abs(p.deviation) > max(5 * p.deviation_error, FLAT)]
    notes = [
        f"nu = {p.filling} deviates by {100 * p.deviation:.2g} %: calibration, parallel "
        "conduction, or a jump"
        for p in far
    ]
    return Fit(
        model="Hall plateaus", formula="R_xy = h/(nu e²)",
        names=tuple(f"nu{n}" for n in fillings), estimates=values,
        covariance=np.diag(np.square(errors)), x=b[points], y=size,
        fitted=values[owner] if fillings else size, converged=bool(fillings),
        problem="" if fillings else "no Hall plateaus found",
        units={f"nu{n}": "Ω" for n in fillings},
        labels=("magnetic field (T)", "Hall resistance (Ω)"),
        notes=tuple(notes), parts={"plateaus": plateaus, "lines": lines},
        refit=means if fillings else None,
    )  # fmt: skip
