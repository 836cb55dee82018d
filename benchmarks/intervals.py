"""How often a 95 % interval holds the truth: every fit on synthetic data, as a table in docs.

python benchmarks/intervals.py [COUNT] [--write] [part of a name]: COUNT data sets (500) of each
case; with --write the table goes to docs/coverage.md. A file `intervals_NAME.py` beside this one
with a table CASES: name -> function(seed) -> (fit, truth) is taken in by itself.
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

How often the 95 % interval of a fit holds the value that made the data. With {count} data sets the
share itself is known to about {spread:.1f} % (one standard deviation). Written by
`python benchmarks/intervals.py {count} --write`.

| fit | value | held by 95 % interval | bias, in errors | failed |
|---|---|---|---|---|
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


def main(arguments: list[str]) -> None:
    count = next((int(a) for a in arguments if a.isdigit()), 500)
    wanted = [a for a in arguments if not a.isdigit() and not a.startswith("--")]
    text = HEAD.format(count=count, spread=100 * np.sqrt(0.05 * 0.95 / count))
    for name, case in cases().items():
        if wanted and not any(w in name for w in wanted):
            continue
        begin = time.perf_counter()
        found, failed = measure(case, count)
        for value, (share, pull) in found.items():
            line = f"| {name} | {value} | {100 * share:.1f} % | {pull:+.2f} | {failed} |"
            print(line, flush=True)
            text += line + "\n"
        print(f"  {1e3 * (time.perf_counter() - begin) / count:.0f} ms each", flush=True)
    if "--write" in arguments:
        TABLE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
