"""Seconds of every fit on its own synthetic example and on longer traces.

python benchmarks/fit_times.py [parts of names]: CPU milliseconds, the best of three.
"""

import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from sharvin.analysis.diamonds import fit_diamonds
from sharvin.analysis.example import Example
from sharvin.analysis.examples import examples
from sharvin.analysis.peak_shapes import broadened_peak
from sharvin.analysis.peaks import fit_peak
from sharvin.analysis.synthetic import synthetic_diamonds

LONG = (1000, 5000)


def best(job: Callable[[], object]) -> float:
    """CPU milliseconds of a call, once everything is imported."""
    job()
    taken = []
    for _ in range(3):
        start = time.process_time()
        job()
        taken.append(time.process_time() - start)
    return 1e3 * min(taken)


def row(example: Example) -> str:
    cells = []
    for count in (example.x.size, *LONG):
        if example.name == "Coulomb diamonds" and count > LONG[0]:
            cells.append("")
            continue
        x = np.interp(np.linspace(0, 1, count), np.linspace(0, 1, example.x.size), example.x)
        data = example.make(x, example.noise, 0)
        cells.append(f"{best(lambda x=x, data=data: example.fit(x, data)):.0f}")
    return f"| {example.name} | {example.x.size} | " + " | ".join(cells) + " |"


def main(wanted: list[str]) -> None:
    print("| fit | points | own ms | 1000 ms | 5000 ms |\n|---|---|---|---|---|")
    for example in examples():
        if not wanted or any(w in example.name for w in wanted):
            print(row(example), flush=True)
    if wanted:
        return
    x = np.linspace(0.0, 1.0, LONG[-1])
    y = broadened_peak(x, center=0.5, width=0.03, gamma=0.06, height=1.0)
    y += 0.01 * np.random.default_rng(0).standard_normal(x.size)
    print(f"peak of any shape, {LONG[-1]} points: {best(lambda: fit_peak((x, y))):.0f} ms")
    record = synthetic_diamonds(points=(400, 400))
    print(f"Coulomb diamonds, 400 x 400: {best(lambda: fit_diamonds(record)):.0f} ms")


if __name__ == "__main__":
    main(sys.argv[1:])
