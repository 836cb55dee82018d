"""Coulomb diamonds found in a map of current or conductance against bias and gate."""

from typing import Any

import numpy as np

from sharvin.analysis.diamond import diamond_lines, even_odd
from sharvin.analysis.diamond_errors import Measured, derived, mean_covariance
from sharvin.analysis.edges import (
    Map,
    conductance_map,
    degeneracy_points,
    differential,
    edge_points,
)
from sharvin.analysis.fit import Fit
from sharvin.analysis.least_squares import fit_curve
from sharvin.analysis.records import has, numbers, pick
from sharvin.errors import InvalidInput, SharvinError
from sharvin.typing import RealArray

MODEL = "Coulomb diamonds"
FORMULA = (
    "edges V_sd = C_g/(C - C_s) (V_g - V_L) and C_g/C_s (V_R - V_g);  α = C_g/C,  E_add = α ΔV_g"
)
FEWEST = 8  # edge points from which a diamond can be fitted
APEX = 0.4  # of the height: how far apart both edges must be for either to be read
MISFIT = 0.3  # of the height of a diamond: rms distance from which edges are no diamond


def fit_diamonds(record: Any, *, units: tuple[str, str] = ("V", "mV")) -> Fit:
    r"""Lever arm, addition energy and capacitances of every complete diamond in a map.

    Degeneracy points are the gates at which the dot conducts without bias; between two of them an
    edge is the first maximum of dI/dV going out from the middle. Two slopes are fitted to the
    four edges, which start at the degeneracy points:

    .. math:: \frac{1}{\alpha} = \frac{1}{s_+} + \frac{1}{s_-}, \quad
              E_\mathrm{add} = e\alpha\,\Delta V_g, \quad C_g = \frac{e}{\Delta V_g}, \quad
              C_s = \frac{C_g}{s_-}, \quad C = \frac{C_g}{\alpha}

    Assumes constant capacitances over one diamond, a dot biased at the source, and lines that are
    resolved (several columns per diamond, thermal width well below the height). Cotunneling and
    inelastic steps inside a diamond are passed over while they are weaker than the edge. Diamonds
    cut by a border of the map are not reported.

    Parameters
    ----------
    record : record of `load`
        Variable ``I`` (any unit) or ``G`` over ``gate`` and ``bias``.
    units : (str, str)
        Of gate and bias where the record names none.

    Returns
    -------
    Fit
        Means over the diamonds: ``lever_arm`` (eV/V), ``E_add`` (meV), ``gate_spacing`` (V), with
        the larger of propagated error and scatter. Parts: ``diamonds`` (a tuple of `Diamond`),
        ``map``, ``edges``, ``even_odd`` (difference of the mean addition energies of odd and even
        diamonds in meV, and its error) and ``excited`` (see `excited_states`).

    References
    ----------
    L. P. Kouwenhoven et al., in Mesoscopic Electron Transport (Kluwer, 1997).
    """
    gate, bias, values, is_current = _arrays(record, units)
    found = (differential if is_current else conductance_map)(gate, bias, values)
    points, errors = degeneracy_points(found)
    results = []
    for k in range(len(points) - 1):
        one = _diamond(found, points, errors, k)
        if one is not None:
            results.append(one)
    if not results:
        return _nothing(found, len(points))
    return _summary(found, results, errors, record)


def _arrays(record: Any, units: tuple[str, str]) -> tuple[RealArray, RealArray, RealArray, bool]:
    """Gate and bias, rising, and the map with the bias first."""
    is_current = not has(record, "G") or has(record, "I")
    name = "I" if is_current else "G"
    try:
        body = pick(record, name)
    except SharvinError:
        two = [v for v in getattr(record, "data_vars", {}).values() if v.ndim == 2]
        if len(two) != 1:
            raise
        body = two[0]
    if body.ndim != 2:
        raise InvalidInput(f"diamonds need a map over gate and bias, got {body.ndim} dimension(s)")
    if has(record, "gate") and has(record, "bias"):
        gate_axis, bias_axis = pick(record, "gate"), pick(record, "bias")
    else:  # rows are the bias, as instruments write them
        gate_axis, bias_axis = body[body.dims[1]], body[body.dims[0]]
    body = body.transpose(bias_axis.dims[0], gate_axis.dims[0])
    gate = numbers(gate_axis, "V", default=units[0])
    bias = numbers(bias_axis, "mV", default=units[1])
    values = np.asarray(body.values, dtype=np.float64)
    if not np.isfinite(values).any():
        raise InvalidInput(f"all {values.size} points of the map are NaN: nothing was measured")
    if min(values.shape) < 12:
        raise InvalidInput(f"a map of 12 x 12 points or more is needed, got {values.shape}")
    rows, columns = np.argsort(bias), np.argsort(gate)
    return gate[columns], bias[rows], values[np.ix_(rows, columns)], is_current


def _roof(x: RealArray, *, rising: float, falling: float, offset: float) -> RealArray:
    """Edges of a diamond: x holds V - V_L, V_R - V (mV) and the side, +1 above and -1 below."""
    from_left, to_right, side = x
    above = np.minimum(rising * from_left, falling * to_right)
    below = np.minimum(falling * from_left, rising * to_right)
    roof: RealArray = offset + np.where(side > 0, above, -below)
    return roof


def _diamond(found: Map, points: RealArray, errors: RealArray, k: int) -> Measured | None:
    """The diamond between degeneracy points k and k + 1, if it is one."""
    ends = points[k : k + 2]
    left, right = (float(v) for v in ends)
    gate, upper, lower = edge_points(found, left, right)
    x = np.stack([np.tile(gate - left, 2), np.tile(right - gate, 2), np.repeat([1, -1], gate.size)])
    x[:2] *= 1e3
    y = np.concatenate([upper, lower])
    if np.isfinite(upper).sum() < FEWEST / 2 or np.isfinite(lower).sum() < FEWEST / 2:
        return None
    half = float(np.nanmax(np.abs(y)))
    slope = 2 * half / ((right - left) * 1e3)
    best: Fit | None = None
    for skew in (0.6, 1.0, 1.7):
        fit = fit_curve(
            _roof, x, y, start={"rising": slope * skew, "falling": slope / skew, "offset": 0.0},
            bounds={"rising": (slope / 50, 50 * slope), "falling": (slope / 50, 50 * slope),
                    "offset": (-half, half)},
            name="edges of a diamond", formula=FORMULA, loss="soft_l1",
            labels=("edge points", "bias (mV)"),
        )  # fmt: skip
        if fit.converged and (best is None or _cost(fit) < _cost(best)):
            best = fit
    if best is None or _cost(best) > MISFIT * half:
        return None
    best = _away_from_apex(best, x, y)
    diamond, values, by_edges, by_ends = derived(found, best, ends, errors[k : k + 2])
    edges = (gate, np.stack([upper, lower]))
    return Measured(diamond, best, values, by_edges, by_ends, edges, (k, k + 1))


def _away_from_apex(fit: Fit, x: RealArray, y: RealArray) -> Fit:
    """The fit without points where both edges are near: their maxima merge there, outside both."""
    up, down, _ = fit.estimates
    from_left, to_right, side = x
    first = np.where(side > 0, up, down) * from_left
    second = np.where(side > 0, down, up) * to_right
    height = up * down / (up + down) * (from_left + to_right)
    near = np.abs(first - second) < APEX * height
    if np.isfinite(np.where(near, np.nan, y)).sum() < FEWEST:
        return fit
    again = fit_curve(
        _roof, x, np.where(near, np.nan, y), start=dict(zip(fit.names, fit.estimates, strict=True)),
        name=fit.model, formula=fit.formula, loss="soft_l1", labels=fit.labels,
    )  # fmt: skip
    return again if again.converged and (again.estimates[:2] > 0).all() else fit


def _cost(fit: Fit) -> float:
    return float(np.median(np.abs(fit.residuals)))


def _summary(found: Map, results: list[Measured], errors: RealArray, record: Any) -> Fit:
    from sharvin.analysis.excited import excited_states

    diamonds = tuple(one.diamond for one in results)
    energies = np.array([d.addition_energy for d in diamonds])
    means = np.mean([one.values for one in results], axis=0)
    y = np.concatenate([one.fit.y for one in results])
    excited = tuple(excited_states(found, one) for one in diamonds)
    edges = tuple(one.edges for one in results)
    return Fit(
        model=f"{MODEL}: {len(diamonds)} complete", formula=FORMULA,
        names=("lever_arm", "E_add", "gate_spacing"), estimates=means,
        covariance=mean_covariance(results, errors), x=np.arange(y.size, dtype=np.float64), y=y,
        fitted=np.concatenate([one.fit.fitted for one in results]),
        units={"lever_arm": "eV/V", "E_add": "meV", "gate_spacing": "V"},
        labels=("edge points", "bias (mV)"), kind="diamonds",
        parts={
            "diamonds": diamonds, "map": found, "edges": edges, "excited": excited,
            "even_odd": even_odd(energies), "lines": diamond_lines(diamonds, excited),
            "source": str(getattr(record, "attrs", {}).get("source", "")),
        },
    )  # fmt: skip


def _nothing(found: Map, points: int) -> Fit:
    nan = np.full(3, np.nan)
    empty = np.empty(0)
    return Fit(
        model=MODEL, formula=FORMULA, names=("lever_arm", "E_add", "gate_spacing"), estimates=nan,
        covariance=np.diag(nan), x=empty, y=empty, fitted=empty, converged=False,
        problem=(
            f"no diamonds found: {points} degeneracy point{'s' if points != 1 else ''} at zero "
            "bias, and no closed edges between two of them"
        ),
        units={"lever_arm": "eV/V", "E_add": "meV", "gate_spacing": "V"}, kind="diamonds",
        labels=("edge points", "bias (mV)"), parts={"diamonds": (), "map": found, "edges": ()},
    )  # fmt: skip
