"""Subband spacings and lever arms of a point contact from its map at finite bias."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sharvin.analysis.bias_diamond import BiasDiamond, bias_lines
from sharvin.analysis.bias_errors import Lines, derivatives, derived, jump_note, subbands
from sharvin.analysis.bias_lines import Crosses, find_crosses
from sharvin.analysis.bias_model import PER_RISER, Model, region, solve
from sharvin.analysis.bias_readings import first_number, read_diamonds, read_risers
from sharvin.analysis.fit import Fit
from sharvin.analysis.transconductance import ROWS, BiasMap, bias_map, slope_map
from sharvin.errors import InvalidInput
from sharvin.typing import RealArray

MODEL = "bias diamonds of a point contact"
FORMULA = (
    "risers at V_n - β(V - V_0)/α and V_n + (1 - β)(V - V_0)/α;  ħω_y = eV where the lines of "
    "neighbors cross"
)
MOST = 20_000  # points: larger maps are averaged in blocks
RISES = 0.6  # net rise of a row over its total variation: below, it is no staircase
SPLIT = 2.0  # widths by which the lines of a riser part within the map
BETTER = 0.6  # of the squares that risers without a splitting leave
LOOSE = 0.25  # relative error from which a spacing or lever arm is not reported
ONE_SIDED = 0.05  # share of a step below which its second line is not there
FAR = 2.0  # largest biases: an apex farther out is not reported
MISFIT = 0.12  # of a step: rms of the residuals from which the map is something else
STRAY = 3.0  # how much larger row-by-row errors are when the rows have moved


def fit_bias_diamonds(
    record: Any,
    *,
    series_resistance: float = 0.0,
    units: tuple[str, str] = ("V", "mV"),
) -> Fit:
    r"""Subband spacings and lever arms from dI/dV over gate and bias.

    At a bias V each riser splits in two lines, where the subband passes the chemical potential of
    the source and that of the drain; between them dI/dV stands on half plateaus. Lines of
    neighboring subbands cross at an apex, and there the bias is the spacing of the subbands,
    whatever the lever arm does:

    .. math:: V_g = V_n - \frac{\beta}{\alpha_n}(V - V_0), \quad
              V_g = V_n + \frac{1 - \beta}{\alpha_n}(V - V_0), \qquad
              eV_\mathrm{apex} = E_{n+1} - E_n = \hbar\omega_y

    Every riser has two slopes of its own. The whole map is fitted: each row is a sum of logistic
    steps along all lines, their heights free in every row and their widths in every riser, so
    that overlapping lines do not pull each other. Errors are the larger of those of independent
    points and those of rows that may move as a whole.

    Assumes straight lines over the map, risers that part by more than their width, and a contact
    that opens with the gate. Self-consistent fields bend lines at large bias and pull the half
    plateaus from ½ (reported, not used). A series resistance makes all energies too large by its
    share of the voltage unless it is given.

    Parameters
    ----------
    record : record of `load`
        Variable ``G`` (dI/dV) or ``I`` over ``gate`` and ``bias``.
    series_resistance : float
        In Ω, from `fit_plateaus`.
    units : (str, str)
        Of gate and bias where the record names none.

    Returns
    -------
    Fit
        ``spacing_N`` (meV) of the subbands around plateau N, and ``lever_arm_N`` (eV/V) of the
        riser to plateau N. Parts: ``diamonds`` (tuple of `BiasDiamond`), ``risers`` (tuple of
        `SplitRiser`), ``map`` and ``offset`` (V_0, mV). Maps without diamonds do not converge.

    References
    ----------
    L. I. Glazman and A. V. Khaetskii, Europhys. Lett. 9, 263 (1989); N. K. Patel et al., Phys.
    Rev. B 44, 13549 (1991).
    """
    if not series_resistance >= 0:
        raise InvalidInput(f"a series resistance is zero or more, got {series_resistance:g} Ω")
    found = bias_map(record, units, series_resistance)
    crosses = find_crosses(found)
    problem = _unlike(found, crosses)
    if problem or crosses is None:
        return _nothing(found, problem)
    small = _reduced(found, float(crosses.widths.min()))
    model = _model(small, crosses)
    best, settled = solve(model, model.start(crosses))
    if not settled:
        return _nothing(found, "the lines do not settle on the ridges of this map")
    lines = Lines.of(model, best)
    problem = _unsplit(model, best, lines)
    return _nothing(found, problem) if problem else _summary(found, model, lines)


def _unlike(found: BiasMap, crosses: Crosses | None) -> str:
    """Why the map is no staircase, before anything is fitted."""
    if crosses is None:
        return "the conductance has no riser at zero bias that stands out of its noise"
    if crosses.risers.size < 2:
        return "one riser only at zero bias; a diamond lies between two"
    _, slope, noise, _ = slope_map(found)
    near = np.argsort(np.abs(found.bias - crosses.offset))[:5]
    row = slope[near].mean(axis=0)
    row = np.where(np.abs(row) > 3 * noise / np.sqrt(near.size), row, 0.0)  # noise does not add up
    if row.sum() < RISES * np.abs(row).sum():
        return "the conductance does not rise in steps: peaks are the business of Coulomb diamonds"
    return ""


def _reduced(found: BiasMap, width: float) -> BiasMap:
    """The map averaged in blocks of two until it is small, as long as risers stay resolved."""
    while found.conductance.size > MOST:
        rows, columns = found.conductance.shape
        step = float(np.ptp(found.gate)) / (columns - 1)
        if width > 3 * step and columns >= rows:
            found = _halved(found, 1)
        elif rows > 2 * ROWS:
            found = _halved(found, 0)
        else:
            break
    return found


def _halved(found: BiasMap, axis: int) -> BiasMap:
    def half(array: RealArray, along: int) -> RealArray:
        length = array.shape[along] // 2 * 2
        first = np.take(array, range(0, length, 2), axis=along)
        mean: RealArray = (first + np.take(array, range(1, length, 2), axis=along)) / 2
        return mean

    return replace(
        found, gate=half(found.gate, 0) if axis == 1 else found.gate,
        bias=half(found.bias, 0) if axis == 0 else found.bias,
        conductance=half(found.conductance, axis), across=half(found.across, axis),
    )  # fmt: skip


def _model(found: BiasMap, crosses: Crosses) -> Model:
    step = float(np.nanmedian(np.diff(_levels(found, crosses)))) or 1.0
    shut = _levels(found, crosses)[0] < 0.3 * step
    used = np.isfinite(found.conductance)
    used &= region(crosses, found.gate, found.across, below=not shut)
    # A row with hardly any points cannot have heights of its own.
    used &= used.sum(axis=1, keepdims=True) > 3 * (crosses.risers.size + 1)
    return Model(found.gate, found.across, np.nan_to_num(found.conductance), used)


def _levels(found: BiasMap, crosses: Crosses) -> RealArray:
    """Zero-bias conductance below the first riser, between risers, and above the last."""
    gap = np.diff(crosses.risers)
    places = np.concatenate([
        [max(crosses.risers[0] - 0.5 * gap[0], found.gate[0])],
        (crosses.risers[1:] + crosses.risers[:-1]) / 2,
        [min(crosses.risers[-1] + 0.5 * gap[-1], found.gate[-1])],
    ])  # fmt: skip
    near = np.argsort(np.abs(found.bias - crosses.offset))[:3]
    body = found.conductance[near]
    row, finite = np.where(np.isfinite(body), body, 0.0).sum(axis=0), np.isfinite(body).sum(axis=0)
    some = finite > 0
    if not some.any():
        return np.arange(places.size, dtype=np.float64)
    levels: RealArray = np.interp(places, found.gate[some], row[some] / finite[some])
    return levels


def _unsplit(model: Model, theta: RealArray, lines: Lines) -> str:
    """Why the fitted lines are no diamonds."""
    place, drain, source, width, _ = theta[:-2].reshape(PER_RISER, -1)
    reach = float(np.abs(model.bias - theta[-2]).max())
    opening = (drain - source) * reach
    if (opening < SPLIT * width).any() or (np.diff(place) <= 0).any():
        return "risers stay where they are at finite bias: they do not split into diamonds"
    still = theta.copy()
    count = place.size
    still[count : 3 * count] = 0.0
    rest = float((model.residuals(theta) ** 2).sum())
    without = float((model.residuals(still) ** 2).sum())
    if rest > BETTER * without:
        return "lines that split with the bias describe the map no better than straight risers"
    share = theta[4 * count : 5 * count]
    if (share < ONE_SIDED).any() or (share > 1 - ONE_SIDED).any():
        return "risers move to one side only: all of the bias drops on one side of the contact"
    heights = model.heights(theta)[:, 1:]
    step = float(np.median(heights))
    rms = float(np.sqrt(rest / max(int(model.used.sum()), 1)))
    noise = float(np.sqrt(np.median(model.residuals(theta) ** 2) / 0.455))
    if step <= 0 or (rms > MISFIT * step and rms > 2 * noise):
        return f"steps along straight lines miss the map by {rms / max(step, 1e-9):.2g} of a step"
    if not np.isfinite(lines.plain).all():
        return "the map cannot tell the lines of its risers apart"
    return ""


def _summary(found: BiasMap, model: Model, lines: Lines) -> Fit:
    theta, count = lines.theta, subbands(lines.theta)
    values = derived(theta)
    covariance, wider = lines.spread(derivatives(theta))
    errors = np.sqrt(np.diag(covariance))
    first = first_number(found, theta)
    risers = read_risers(found, theta, lines, values, errors, first)
    diamonds = read_diamonds(found, theta, risers, values, errors)
    kept = [k for k in range(count - 1) if _is_known(values[k], errors[k], found, theta)]
    if not kept:
        return _nothing(found, "no two lines meet within reach of the measured biases")
    levers = [count - 1 + n for n in range(count) if errors[count - 1 + n] < LOOSE]
    chosen = np.array([*kept, *levers])
    names = [f"spacing_{first + k}" for k in kept]
    names += [f"lever_arm_{first + k - count + 1}" for k in levers]
    shown = tuple(diamonds[k] for k in kept)
    fitted = model.fitted(theta)[model.used]
    unit = "× 2e²/h" if found.is_counted else ""

    def refit(body: RealArray) -> RealArray:
        new = model.body.copy()
        new[model.used] = body
        again, _ = solve(Model(model.gate, model.bias, new, model.used), theta)
        picked: RealArray = derived(again)[chosen]
        return picked

    grid = np.broadcast_to(model.gate[None, :], model.used.shape)[model.used]
    rows = model.bias[model.used]
    return Fit(
        model=MODEL, formula=FORMULA, names=tuple(names), estimates=values[chosen],
        covariance=covariance[np.ix_(chosen, chosen)], x=np.stack([found.sign * grid, rows]),
        y=model.body[model.used], fitted=fitted,
        units={n: "meV" if n.startswith("spacing") else "eV/V" for n in names},
        labels=("gate (V)", f"dI/dV ({unit[2:] or 'as given'})"), kind="bias-diamonds", refit=refit,
        notes=_notes(found, shown, wider, jump_note(model, lines.moved)),
        parts={
            "diamonds": shown, "risers": risers, "map": found, "offset": float(theta[-2]),
            "row": _zero_row(found, model, theta), "broadening": float(theta[-1]),
            "lines": bias_lines(risers, shown, unit),
            "slopes": theta[count : 3 * count].reshape(2, count) * found.sign,
        },
    )  # fmt: skip


def _zero_row(
    found: BiasMap, model: Model, theta: RealArray
) -> tuple[RealArray, RealArray, RealArray]:
    """Gate, conductance and fit of the row nearest to zero bias."""
    away = np.where(model.used.any(axis=1), np.abs(model.bias.mean(axis=1) - theta[-2]), np.inf)
    row = int(np.argmin(away))
    used = model.used[row]
    return found.sign * model.gate[used], model.body[row, used], model.fitted(theta)[row, used]


def _is_known(value: float, error: float, found: BiasMap, theta: RealArray) -> bool:
    reach = float(np.abs(found.bias - theta[-2]).max())
    return bool(0 < value < FAR * reach and error < LOOSE * value)


def _notes(
    found: BiasMap, diamonds: Sequence[BiasDiamond], wider: RealArray, jump: str
) -> tuple[str, ...]:
    notes = [jump] if jump else []
    open_ = [str(d.number) for d in diamonds if not d.is_closed]
    if open_:
        notes.append(
            f"apexes of diamond {', '.join(open_)} lie outside of the measured biases: the lines "
            "are extrapolated"
        )
    if float(np.median(wider)) > STRAY:
        notes.append(
            "rows scatter as a whole (charges that move, or lines that are not straight): errors "
            f"are widened by {float(np.median(wider)):.1f}"
        )
    if not found.is_counted:
        notes.append("the record names no unit of conductance: plateaus are counted from the first")
    lost = int((~np.isfinite(found.conductance)).sum())
    return (*notes, *([f"{lost} points are not finite: left out"] if lost else []))


def _nothing(found: BiasMap, problem: str) -> Fit:
    nan, empty = np.full(1, np.nan), np.empty(0)
    return Fit(
        model=MODEL, formula=FORMULA, names=("spacing_1",), estimates=nan,
        covariance=np.diag(nan), x=empty, y=empty, fitted=empty, converged=False,
        problem=f"no bias diamonds found: {problem}", units={"spacing_1": "meV"},
        labels=("gate (V)", "dI/dV"), kind="bias-diamonds",
        parts={"diamonds": (), "risers": (), "map": found, "offset": 0.0},
    )  # fmt: skip
