"""Point contacts: plateaus, the series resistance, and the staircase put right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.analysis.corrected import FORMULA, corrected_trace, together
from sharvin.analysis.fit import Fit
from sharvin.analysis.numbering import DEGENERACIES, Numbering, number_plateaus
from sharvin.analysis.series import Series, solve_series
from sharvin.analysis.steps import Reading, flat_pieces
from sharvin.analysis.text import with_error
from sharvin.analysis.traces import Trace, traces
from sharvin.errors import InvalidInput
from sharvin.typing import RealArray
from sharvin.units import RESISTANCE_QUANTUM

CLOSED = 0.05  # e²/h per copy: below, a flat piece is a contact that is shut
MODEL = "plateaus of a point contact behind a series resistance"


@dataclass(frozen=True)
class MeasuredPlateau:
    """One plateau of a measured trace.

    Parameters
    ----------
    number : int
        Zero for a flat piece that belongs to no whole number; it took no part in the fit.
    gate, start, stop : float
        Where it was read, and the flat piece, in the unit of the gate.
    raw, raw_error : float
        As measured, in e²/h times the degeneracy.
    value, error : float
        Corrected for R_s; the error includes that of R_s.
    """

    number: int
    gate: float
    start: float
    stop: float
    raw: float
    raw_error: float
    value: float
    error: float

    @property
    def deviation(self) -> float:
        """Relative distance from the whole number."""
        return self.value / self.number - 1 if self.number else float("nan")


def fit_plateaus(trace: Any, *, degeneracy: int | None = None, unit: str | None = None) -> Fit:
    r"""Series resistance and plateaus of one trace, or of several jointly.

    .. math:: R_N = R_s + \frac{h}{e^2} \frac{1}{g N}

    Plateaus are found as dips of the slope between risers; their numbers, the degeneracy g and a
    unit that the record does not name follow from :math:`1/G` being a straight line in 1/N with a
    known slope. R_s is then the weighted mean of :math:`R_N - h/ge^2N`. A scatter of plateaus
    beyond their noise (rounding, scattering in the contact) widens the errors, and a plateau far
    from all others is left out and named. Jointly, deviations of one plateau in all traces count
    as one.

    Assumes that R_s does not change with the gate and that the plateaus are whole. Fails for
    plateaus at other values (fractions, half plateaus at finite bias) and for fewer than two.

    Parameters
    ----------
    trace : record of `load`, or a sequence of them
        With variables ``gate`` and ``G`` (or ``R``), or two variables in this order; a second
        dimension holds further traces.
    degeneracy : int, optional
        Copies of each mode: 2 for spin. Found from the slope without it.
    unit : str, optional
        Of the conductance where the record names none.

    Returns
    -------
    Fit
        Value ``R_s`` in Ω, from points (1/N, R_N). Parts: ``plateaus`` (a tuple of
        `MeasuredPlateau` for each trace), ``corrected`` (the record with ``G_corrected``),
        ``degeneracy``, ``slope`` (of the line with a free slope, over h/ge², and its error) and
        ``traces`` (the fit of each trace when there are several).

    References
    ----------
    B. J. van Wees et al., Phys. Rev. Lett. 60, 848 (1988). Scatter: R. DerSimonian and N. Laird,
    Control. Clin. Trials 7, 177 (1986).
    """
    known = traces(trace, unit)
    found = [_read(one, degeneracy) for one in known]
    good = [item for item in found if item.numbering is not None]
    if not good:
        return _nothing(found)
    if degeneracy is None and len({item.degeneracy for item in good}) > 1:
        counts = [item.degeneracy for item in good]
        common = max(set(counts), key=counts.count)
        good = [item for item in (_read(one, common) for one in known) if item.numbering]
    fit = _joint(good)
    notes = [*fit.notes, *_lost_notes(found)]
    if len(found) == 1:
        return _with(fit, notes, {"corrected": corrected_trace(found[0].trace, fit), "traces": ()})
    alone = tuple(_joint([item]) for item in good)
    record = [corrected_trace(item.trace, fit) for item in good]
    return _with(fit, notes, {"corrected": together(record), "traces": alone})


@dataclass(frozen=True)
class _Found:
    trace: Trace
    readings: tuple[Reading, ...]
    numbering: Numbering | None
    unit: str

    @property
    def degeneracy(self) -> int:
        return self.numbering.degeneracy if self.numbering else 2


def _read(trace: Trace, degeneracy: int | None) -> _Found:
    """Plateaus of a trace with their numbers, in the unit that makes sense of them."""
    allowed = DEGENERACIES if degeneracy is None else (degeneracy,)
    if degeneracy is not None and degeneracy < 1:
        raise InvalidInput(f"degeneracy counts copies of a mode: at least 1, got {degeneracy}")
    best: _Found | None = None
    for unit, scale in trace.scales:
        readings = _rising(trace.gate, trace.conductance(unit, scale))
        # Shut or not is asked with the smallest step that the degeneracy allows.
        readings = tuple(r for r in readings if r.value > CLOSED * min(allowed))
        ohms = np.array([RESISTANCE_QUANTUM / r.value for r in readings])
        numbering = number_plateaus(ohms, allowed) if len(ohms) > 1 else None
        found = _Found(trace, readings, numbering, unit)
        if best is None or _merit(found) > _merit(best):
            best = found
    assert best is not None
    return best


def _merit(found: _Found) -> float:
    # Of units that explain as many plateaus, the one with the slope closer to h/ge².
    if found.numbering is None:
        return -1.0
    slope = found.numbering.slope
    return found.numbering.merit - (abs(slope - 1) if np.isfinite(slope) else 1.0)


def _rising(gate: RealArray, conductance: RealArray) -> tuple[Reading, ...]:
    """Flat pieces in the order of rising conductance, whichever way the gate opens the contact."""
    tenth = max(len(gate) // 10, 1)
    if conductance[-tenth:].mean() >= conductance[:tenth].mean():
        return flat_pieces(gate, conductance)[0]
    mirrored = flat_pieces(-gate[::-1], conductance[::-1])[0]
    return tuple(Reading(-r.place, -r.stop, -r.start, r.value, r.error) for r in mirrored)


def _joint(items: Sequence[_Found]) -> Fit:
    """One R_s for all traces."""
    degeneracy = items[0].degeneracy
    quantum = RESISTANCE_QUANTUM / degeneracy
    numbers = np.concatenate([i.numbering.numbers for i in items if i.numbering])
    values = np.concatenate([[r.value for r in i.readings] for i in items])
    errors = np.concatenate([[r.error for r in i.readings] for i in items])
    used = numbers > 0
    ohms = RESISTANCE_QUANTUM / values
    series = solve_series(numbers[used], ohms[used], ohms[used] * (errors / values)[used], quantum)
    r_s, error = series.resistance, series.error
    plateaus, place = [], 0
    for item in items:
        plateaus.append(_plateaus(item, r_s, error))
        place += len(item.readings)
    slope, slope_error = series.slope
    inverse = 1.0 / numbers[used]
    return Fit(
        model=MODEL, formula=FORMULA, names=("R_s",), estimates=np.array([r_s]),
        covariance=np.array([[error**2]]), x=inverse, y=ohms[used],
        fitted=r_s + quantum * inverse, sigma=series.sigma,
        units={"R_s": "Ω"}, labels=("1/N", "R (Ω)"),
        notes=tuple(_notes(items, series, plateaus)), kind="plateaus",
        refit=lambda y: np.array([series.mean(y)]),
        parts={
            "plateaus": tuple(plateaus), "degeneracy": degeneracy, "slope": (slope, slope_error),
            "lines": _lines(plateaus, degeneracy, slope, slope_error), "used": series.used,
            "raw": tuple(item.trace for item in items), "unit": items[0].unit,
        },
    )  # fmt: skip


def _plateaus(item: _Found, r_s: float, error: float) -> tuple[MeasuredPlateau, ...]:
    assert item.numbering is not None
    g = item.degeneracy
    found = []
    for number, r in zip(item.numbering.numbers, item.readings, strict=True):
        raw, raw_error = r.value / g, r.error / g
        # G = raw / (1 - raw R_s g e²/h), whose derivatives are the two terms of the error.
        damping = 1 - r.value * r_s / RESISTANCE_QUANTUM
        value = raw / damping
        spread = np.hypot(raw_error / damping**2, value**2 * g * error / RESISTANCE_QUANTUM)
        found.append(
            MeasuredPlateau(
                int(number), r.place, r.start, r.stop, raw, raw_error, value, float(spread)
            )
        )
    return tuple(found)


def _lines(
    plateaus: Sequence[Sequence[MeasuredPlateau]], g: int, slope: float, slope_error: float
) -> list[str]:
    step = "e²/h" if g == 1 else f"{g}e²/h"
    lines = []
    for count, one in enumerate(plateaus):
        name = f"trace {count + 1}: " if len(plateaus) > 1 else ""
        shown = ", ".join(with_error(p.value, p.error) for p in one if p.number)
        worst = max((abs(p.deviation) for p in one if p.number), default=np.nan)
        lines.append(f"{name}plateaus at {shown} × {step}; farthest from whole {100 * worst:.2f} %")
    if np.isfinite(slope):
        quantum = RESISTANCE_QUANTUM / g
        lines.append(
            f"slope left free: {with_error(slope * quantum, slope_error * quantum, 'Ω')}, "
            f"h/{g if g > 1 else ''}e² = {quantum:.1f} Ω"
        )
    return lines


def _missing(plateaus: Sequence[MeasuredPlateau]) -> list[int]:
    """Numbers that no plateau between the first and the last has."""
    seen = {p.number for p in plateaus if p.number}
    return sorted(set(range(min(seen), max(seen) + 1)) - seen)


def _gap_note(plateaus: Sequence[MeasuredPlateau]) -> str:
    missing = ", ".join(map(str, _missing(plateaus)))
    return f"no plateau N = {missing} between the others: did the trace jump? Then R_s is wrong"


def _notes(
    items: Sequence[_Found], series: Series, plateaus: Sequence[Sequence[MeasuredPlateau]]
) -> list[str]:
    notes = []
    if any(len(item.trace.scales) > 1 for item in items):
        notes.append(
            f"the record names no unit: {items[0].unit} is the one in which the slope is h/ge²"
        )
    stray = [
        r
        for i in items
        if i.numbering
        for r, n in zip(i.readings, i.numbering.numbers, strict=True)
        if not n
    ]
    notes += [f"flat at gate {r.place:.4g} without being a plateau: left out" for r in stray]
    notes += [_gap_note(one) for one in plateaus if _missing(one)]
    if series.outliers:
        notes.append(
            "plateaus far from the line of the others, left out of R_s: N = "
            + ", ".join(map(str, series.outliers))
        )
    if series.scatter > 0:
        notes.append(
            f"plateaus scatter by {100 * series.scatter:.2g} % beyond their noise, included in R_s"
        )
    return notes


def _lost_notes(found: Sequence[_Found]) -> list[str]:
    lost = [str(i + 1) for i, item in enumerate(found) if item.numbering is None]
    missing = sum(item.trace.lost for item in found)
    notes = [f"no plateaus found in trace {', '.join(lost)}"] if lost and len(found) > 1 else []
    return notes + ([f"{missing} points are not finite: left out"] if missing else [])


def _nothing(found: Sequence[_Found]) -> Fit:
    pieces = sum(len(item.readings) for item in found)
    detail = (
        f"{pieces} flat piece{'s' if pieces > 1 else ''}, but not at R_s + (h/e²)/(g N) for any R_s"
        if pieces
        else "the slope never dips between two risers"
    )
    empty = np.empty(0)
    return Fit(
        model=MODEL, formula=FORMULA, names=("R_s",), estimates=np.array([np.nan]),
        covariance=np.array([[np.nan]]), x=empty, y=empty, fitted=empty, converged=False,
        problem=f"no plateaus found: {detail}; two or more are needed", units={"R_s": "Ω"},
        labels=("1/N", "R (Ω)"), kind="plateaus",
        parts={"plateaus": (), "raw": tuple(item.trace for item in found)},
    )  # fmt: skip


def _with(fit: Fit, notes: Sequence[str], parts: dict[str, Any]) -> Fit:
    from dataclasses import replace

    return replace(fit, notes=tuple(notes), parts={**fit.parts, **parts})
