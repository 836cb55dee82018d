"""What a solver's answer is worth, and the tables that say how often."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RIGHT, LOOSE = 1e-9, 1e-7
NEAR_EDGE = 1e-6  # in units of the hopping
MAX_REFUSED = 0.003
# Below this an error is the rounding of adding up |S|^2, which no estimate of S describes.
ROUNDING = 2e-14
COLUMNS = ("right", "loose", "wrong", "refused near edge", "refused away", "crashed", "no truth")


@dataclass(frozen=True, eq=False)
class Answer:
    """Transmissions and mode counts of one solver, or why there are none."""

    transmissions: np.ndarray | None = None
    modes: tuple[int, ...] = ()
    estimate: float = float("nan")
    refusal: str = ""
    crashed: bool = False


@dataclass(frozen=True, eq=False)
class Truth:
    """The reference answer of a case."""

    transmissions: np.ndarray
    modes: tuple[int, ...]
    digits: int  # 16 or 50


@dataclass(frozen=True)
class Verdict:
    """How one answer compares with the truth."""

    outcome: str  # one of COLUMNS
    error: float = float("nan")
    estimate: float = float("nan")
    digits: int = 0


def judge(answer: Answer, truth: Truth | None, distance: float) -> Verdict:
    """Compare an answer with the truth; ``distance`` is that to the nearest band edge.

    Exactly on an edge the number of open modes is a convention, and with it the reflection, so
    that only transmissions between different leads count there.
    """
    if answer.crashed:
        return Verdict("crashed")
    if answer.transmissions is None:
        return Verdict("refused near edge" if distance <= NEAR_EDGE else "refused away")
    if truth is None:
        return Verdict("no truth", estimate=answer.estimate)
    apart = np.abs(answer.transmissions - truth.transmissions)
    if distance < 1e-14:
        apart = apart * (1 - np.eye(len(apart)))
    elif answer.modes != truth.modes:
        return Verdict("wrong", float("inf"), answer.estimate, truth.digits)
    error = float(apart.max(initial=0.0))
    outcome = "right" if error <= RIGHT else "loose" if error <= LOOSE else "wrong"
    return Verdict(outcome, error, answer.estimate, truth.digits)


@dataclass(frozen=True)
class Record:
    """One case of the campaign."""

    number: int
    family: str
    kind: str
    energy: float
    ours: Verdict
    kwant: Verdict | None
    reason: str = ""


def outcome_table(records: Sequence[Record]) -> str:
    """Outcomes by family, ours and then Kwant's."""
    lines = []
    for title, pick in (("sharvin", "ours"), ("kwant", "kwant")):
        if all(getattr(record, pick) is None for record in records):
            continue
        counts = {family: Counter() for family in sorted({r.family for r in records})}
        for record in records:
            verdict = getattr(record, pick)
            if verdict is not None:
                counts[record.family][verdict.outcome] += 1
        total = sum(counts.values(), Counter())
        lines.append(f"{title:20}{'cases':>7}" + "".join(f"{c:>19}" for c in COLUMNS))
        for family, row in [*counts.items(), ("all", total)]:
            cells = "".join(f"{row[c]:>19}" for c in COLUMNS)
            lines.append(f"  {family:18}{sum(row.values()):>7}{cells}")
        share = total["refused away"] / max(sum(total.values()), 1)
        lines.append(f"  refused away from band edges: {100 * share:.2f} %\n")
    return "\n".join(lines)


@dataclass(frozen=True)
class EstimateReport:
    """How honest the error estimate was."""

    answered: int
    understated: tuple[Record, ...]  # estimate below a tenth of the true error
    small_errors: int  # cases with a true error below 1e-10
    small_share: float  # of these, with an estimate below 1e-8
    lowest_ratio: float  # smallest estimate / error

    def __str__(self) -> str:
        return (
            f"error estimate over {self.answered} answers: below a tenth of the true error in "
            f"{len(self.understated)} (lowest estimate/error {self.lowest_ratio:.2g}); below 1e-8 "
            f"in {100 * self.small_share:.2f} % of the {self.small_errors} with a true error "
            "below 1e-10"
        )


def estimate_report(records: Sequence[Record]) -> EstimateReport:
    """Statistics of our error estimate over all answers with a reference."""
    judged = [r for r in records if r.ours.outcome in ("right", "loose", "wrong")]
    small = [r for r in judged if r.ours.error < 1e-10]
    tight = sum(r.ours.estimate < 1e-8 for r in small)
    real = [r for r in judged if r.ours.error > ROUNDING]
    ratios = [r.ours.estimate / r.ours.error for r in real]
    low = tuple(r for r, ratio in zip(real, ratios, strict=True) if not ratio >= 0.1)
    return EstimateReport(
        len(judged), low, len(small), tight / max(len(small), 1), min(ratios, default=float("inf"))
    )


def broken_promises(records: Sequence[Record]) -> list[str]:
    """Sentences for every promise of the package that the campaign broke; empty if none."""
    outcomes = Counter(r.ours.outcome for r in records)
    report = estimate_report(records)
    broken = []
    if outcomes["wrong"]:
        broken.append(f"{outcomes['wrong']} answers are wrong by more than {LOOSE:g}")
    if outcomes["crashed"]:
        broken.append(f"{outcomes['crashed']} cases ended in an unexpected exception")
    if outcomes["refused away"] >= MAX_REFUSED * len(records):
        share = 100 * outcomes["refused away"] / len(records)
        broken.append(f"{share:.2f} % were refused away from band edges (allowed: 0.3 %)")
    if report.understated:
        broken.append(f"{len(report.understated)} error estimates are below a tenth of the error")
    if report.small_share < 0.95:
        broken.append(
            f"only {100 * report.small_share:.1f} % of good answers have a small estimate"
        )
    return broken
