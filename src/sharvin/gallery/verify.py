"""The scorecard: every page computed and its numbers compared with what they should be."""

import time
from collections.abc import Callable, Iterable
from math import isfinite
from typing import TypedDict

from sharvin.gallery.check import Check
from sharvin.gallery.registry import ids as all_ids
from sharvin.gallery.registry import phenomenon


class CheckRow(TypedDict):
    """One check; the numbers are None where there is none (an error, NaN)."""

    name: str
    value: float | None
    expected: float | None
    tolerance: float | None
    passed: bool


class Row(TypedDict):
    """One page of the scorecard, ready for JSON."""

    id: str
    kind: str
    checks: list[CheckRow]
    seconds: float


def verify(
    ids: Iterable[str] | None = None,
    full: bool = False,
    progress: Callable[[Row], None] | None = None,
) -> list[Row]:
    """Compute pages of the gallery and compare every number with its expected value.

    A page that fails to compute becomes a failed check with the error's message, so that one
    broken page hides none of the others.

    Parameters
    ----------
    ids : iterable of str, optional
        All pages by default; unknown names are refused before anything is computed.
    full : bool
        With the ensembles and grids that take minutes.
    progress : callable, optional
        Called with every row as soon as it is there.

    Returns
    -------
    list of dict
        ``{"id", "kind", "checks": [{"name", "value", "expected", "tolerance", "passed"}],
        "seconds"}``
    """
    wanted = all_ids() if ids is None else tuple(dict.fromkeys(ids))
    for id_ in wanted:
        if id_ not in all_ids():
            phenomenon(id_)  # refuses, naming the nearest
    rows = []
    for id_ in wanted:
        row = _row(id_, full)
        rows.append(row)
        if progress is not None:
            progress(row)
    return rows


def passed(row: Row) -> bool:
    """Whether a page has checks and all of them passed."""
    return bool(row["checks"]) and all(check["passed"] for check in row["checks"])


def _row(id_: str, full: bool) -> Row:
    start = time.perf_counter()
    kind = "unknown"
    try:
        page = phenomenon(id_)
        kind = page.kind
        checks = [_check_row(check) for check in page.checks(page.compute(full=full))]
    except Exception as error:  # whatever it is, it belongs on the scorecard
        message = f"{type(error).__name__}: {' '.join(str(error).split())}"
        checks = [CheckRow(name=message, value=None, expected=None, tolerance=None, passed=False)]
    seconds = round(time.perf_counter() - start, 3)
    return Row(id=id_, kind=kind, checks=checks, seconds=seconds)


def _check_row(check: Check) -> CheckRow:
    return CheckRow(
        name=check.name,
        value=check.value if isfinite(check.value) else None,  # JSON has no NaN
        expected=check.expected,
        tolerance=check.tolerance,
        passed=check.passed,
    )
