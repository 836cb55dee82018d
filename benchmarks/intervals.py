"""How often a 95 % interval holds the truth: every fit on synthetic data, as a table in docs.

python benchmarks/intervals.py [COUNT] [--write] [parts of names]: COUNT data sets (500) of each
case; with --write its rows in docs/coverage.md are replaced, the others stay. A file
`intervals_NAME.py` beside this one with a table CASES: name -> function(seed) -> (fit, truth) is
taken in by itself.
"""

import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np

from sharvin.analysis.fit import Fit

HERE = Path(__file__).resolve().parent
TABLE = HERE.parent / "docs" / "coverage.md"
Case = Callable[[int], tuple[Fit, dict[str, float]]]
HEAD = """# Coverage of error bars

How often the 95 % interval of a fit holds the value that made the data. With 500 data sets the
share itself is known to 1.0 % (one standard deviation). Refused fits are counted apart. Written by
`python benchmarks/intervals.py 500 --write`.

| fit | data sets | value | held by 95 % interval | bias, in errors | refused |
|---|---|---|---|---|---|
"""


def cases() -> dict[str, Case]:
    sys.path.insert(0, str(HERE))
    found: dict[str, Case] = {}
    for path in sorted(HERE.glob("intervals_*.py")):
        found |= import_module(path.stem).CASES
    return found


def measure(case: Case, count: int) -> tuple[dict[str, tuple[float, float]], int]:
    """Share of intervals that hold the truth and mean pull, by value; and failures."""
    hits: dict[str, list[bool]] = {}
    pulls: dict[str, list[float]] = {}
    failed = 0
    for seed in range(count):
        fit, truth = case(seed)
        if not fit.converged:
            failed += 1
            continue
        for name, value in truth.items():
            low, high = fit.interval(name)
            hits.setdefault(name, []).append(low <= value <= high)
            pulls.setdefault(name, []).append((fit.values[name] - value) / fit.errors[name])
    return {n: (float(np.mean(hits[n])), float(np.mean(pulls[n]))) for n in hits}, failed


def rows(name: str, case: Case, count: int) -> list[str]:
    """Lines of the table, one per value."""
    found, failed = measure(case, count)
    return [
        f"| {name} | {count} | {value} | {100 * share:.1f} % | {pull:+.2f} | {failed} |"
        for value, (share, pull) in found.items()
    ]


def write(new: dict[str, list[str]], order: list[str]) -> None:
    """The table with some fits measured anew."""
    table = dict(new)
    known = TABLE.read_text(encoding="utf-8").splitlines() if TABLE.exists() else []
    for line in known:
        name = line.strip("| ").split(" | ")[0]
        if name in order and name not in new:
            table.setdefault(name, []).append(line)
    lines = [line for name in order for line in table.get(name, [])]
    TABLE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> None:
    count = next((int(a) for a in arguments if a.isdigit()), 500)
    wanted = [a for a in arguments if not a.isdigit() and not a.startswith("--")]
    known = cases()
    for name, case in known.items():
        if wanted and not any(w in name for w in wanted):
            continue
        begin = time.process_time()
        found = rows(name, case, count)
        print("\n".join(found), flush=True)
        print(f"  {1e3 * (time.process_time() - begin) / count:.0f} ms each", flush=True)
        if "--write" in arguments:
            write({name: found}, list(known))


if __name__ == "__main__":
    main(sys.argv[1:])
