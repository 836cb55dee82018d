"""Sharvin against Kwant: time per sweep point, one-shot time, memory, and the same numbers.

    python benchmarks/versus_kwant.py --kwant-python PATH [--quick] [--json FILE] [--only W1 W6]
    python benchmarks/versus_kwant.py --scaling
    python benchmarks/versus_kwant.py --threads

Both sides start from their own description of the device, run on one core with single-threaded
BLAS, and take turns, so that a busy machine slows both alike. Times are CPU time, the best of
several rounds; memory is the peak of a fresh process above what it holds once everything is
imported and a tiny problem has been solved. Compilation happens once per machine and is reported
apart. Without ``--kwant-python`` only Sharvin's side runs.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
from problems import RIBBONS, SWEEPS, Ribbon, Workload
from protocol import Peer, PeerFailed

OURS, THEIRS = "workloads.py", "peer_workloads.py"
AGREEMENT = 1e-9
SCALING_SIZES = (50, 71, 100, 141, 200, 283, 400, 566, 800, 1000)
MAX_TIME_POWER, MAX_MEMORY_POWER = 1.6, 1.05
MIN_THREAD_GAIN = 1.6
MAX_MEMORY_SHARE = 0.25


@dataclass(frozen=True)
class Row:
    """One line of the result; NaN where Kwant was not there."""

    workload: str
    ours_ms: float
    kwant_ms: float
    ratio: float
    max_dT: float
    ours_mb: float
    kwant_mb: float

    @classmethod
    def of(
        cls, name: str, ours_s: float, kwant_s: float, apart: float, mb: tuple[float, float]
    ) -> "Row":
        """Row from times in seconds."""
        return cls(name, 1e3 * ours_s, 1e3 * kwant_s, kwant_s / ours_s, apart, *mb)


class Bench:
    """The two sides of the comparison; Kwant's may be missing."""

    def __init__(self, kwant_python: str | None) -> None:
        self.pythons = {OURS: sys.executable, THEIRS: kwant_python}
        # The last core is usually the quietest; both sides share it, in turn.
        self.core = max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None

    @property
    def has_kwant(self) -> bool:
        """Whether Kwant's interpreter was named."""
        return self.pythons[THEIRS] is not None

    def worker(self, script: str, stack: ExitStack) -> Peer | None:
        """A fresh worker with everything imported and compiled, closed with ``stack``."""
        python = self.pythons[script]
        if python is None:
            return None
        peer = stack.enter_context(Peer(python, script, self.core))
        peer.ask("compile")
        return peer

    def fresh(self, script: str, request: str, **arguments: object) -> dict[str, float] | None:
        """Ask a worker that is started for this one request."""
        with ExitStack() as stack:
            peer = self.worker(script, stack)
            return None if peer is None else peer.ask(request, **arguments)


def sweep_rows(bench: Bench, workload: Workload, quick: bool) -> list[Row]:
    """Per-point and one-shot rows of a sweep."""
    rounds = 2 if quick else 5
    count = len(workload.points())
    theirs_each = 1 if quick else 2
    best = {OURS: np.inf, THEIRS: np.inf}
    apart = 0.0 if bench.has_kwant else np.nan
    with ExitStack() as stack:
        ours = bench.worker(OURS, stack)
        theirs = bench.worker(THEIRS, stack)
        for peer in (ours, theirs):
            if peer is not None:
                peer.ask("open", name=workload.name)
        ours.ask("batch", indices=[0])  # the elimination plan belongs to the sweep, not a point
        for number in range(rounds):
            start = (number * 7919) % count
            chosen = [
                (start + k * max(1, count // workload.batch)) % count for k in range(workload.batch)
            ]
            said = ours.ask("batch", indices=chosen)
            best[OURS] = min(best[OURS], said["cpu_s"] / len(chosen))
            if theirs is not None:
                other = theirs.ask("batch", indices=chosen[:theirs_each])
                best[THEIRS] = min(best[THEIRS], other["cpu_s"] / theirs_each)
                apart = max(apart, _apart(said, other, theirs_each))
        # Threads and caches of a whole batch, in a process that has seen nothing else.
    used = [
        bench.fresh(OURS, "footprint", name=workload.name, indices=list(range(8))),
        bench.fresh(THEIRS, "footprint", name=workload.name, indices=[0]),
    ]
    memory = tuple(np.nan if u is None else u["mb"] for u in used)
    point = Row.of(
        workload.name, best[OURS], best[THEIRS] if bench.has_kwant else np.nan, apart, memory
    )
    return [point, one_shot_row(bench, workload.name)[1]]


def _apart(ours: dict[str, object], theirs: dict[str, object], count: int) -> float:
    a = np.array(ours["transmissions"][:count])
    b = np.array(theirs["transmissions"][:count])
    return float(np.abs(a - b).max())


def one_shot_row(bench: Bench, name: str) -> tuple[Row, Row]:
    """Solving once, without and with building, in fresh processes."""
    ours = bench.fresh(OURS, "one_shot", name=name)
    theirs = bench.fresh(THEIRS, "one_shot", name=name)
    if theirs is None:
        theirs = dict.fromkeys(("build_s", "solve_s", "mb"), np.nan) | {"transmissions": np.nan}
    apart = float(np.abs(np.array(ours["transmissions"]) - theirs["transmissions"]).max())
    memory = ours["mb"], theirs["mb"]
    solve = Row.of(f"{name} one-shot", ours["solve_s"], theirs["solve_s"], apart, memory)
    whole = Row.of(
        f"{name} with build",
        ours["build_s"] + ours["solve_s"],
        theirs["build_s"] + theirs["solve_s"],
        apart,
        memory,
    )
    return solve, whole


def ribbon_rows(bench: Bench, ribbon: Ribbon) -> list[Row]:
    """W5 at one size."""
    return list(one_shot_row(bench, ribbon.name))


def table(rows: Sequence[Row]) -> str:
    """Readable table of all rows."""
    head = ("workload", "ours ms", "kwant ms", "ratio", "floor", "max |dT|", "ours MB", "kwant MB")
    lines = ["{:22}{:>11}{:>11}{:>8}{:>7}{:>11}{:>9}{:>10}".format(*head)]
    lines += [
        f"{r.workload:22}{r.ours_ms:11.2f}{r.kwant_ms:11.1f}{r.ratio:8.1f}"
        f"{_floor(r.workload) or '':>7}{r.max_dT:11.1e}{r.ours_mb:9.1f}{r.kwant_mb:10.1f}"
        for r in rows
    ]
    return "\n".join(lines)


def _floor(name: str) -> float | None:
    if name in SWEEPS:
        return SWEEPS[name].floor
    ribbon = RIBBONS.get(name.split()[0])
    if ribbon is None:
        return None
    return ribbon.floor_with_build if name.endswith("with build") else ribbon.floor


def shortfalls(rows: Sequence[Row]) -> list[str]:
    """Sentences for each floor that was missed."""
    missed = []
    for row in rows:
        floor = _floor(row.workload)
        if floor is not None and row.ratio < floor:
            missed.append(f"{row.workload}: {row.ratio:.1f}x Kwant, the floor is {floor:g}x")
        if row.max_dT > AGREEMENT:
            missed.append(f"{row.workload}: transmissions differ by {row.max_dT:.1e}")
        if row.workload.startswith("W5") and row.ours_mb > MAX_MEMORY_SHARE * row.kwant_mb:
            missed.append(
                f"{row.workload}: {row.ours_mb:.0f} MB, a quarter of Kwant's is "
                f"{MAX_MEMORY_SHARE * row.kwant_mb:.0f}"
            )
    return missed


def scaling(bench: Bench, quick: bool) -> list[str]:
    """Fit time ~ N^p and memory ~ N^q over L x L devices; sentences for powers too large."""
    sizes = SCALING_SIZES[:-3] if quick else SCALING_SIZES
    results = []
    for size in sizes:
        said = bench.fresh(OURS, "square", size=size)
        results.append(said)
        _say(
            f"{size:5} x {size:<5} first {said['first_s']:8.3f} s   point {said['point_s']:8.3f} s"
            f"   peak {said['mb']:8.1f} MB"
        )
    orbitals = np.log(np.square(sizes))
    missed = []
    for key, limit in (
        ("point_s", MAX_TIME_POWER),
        ("first_s", MAX_TIME_POWER),
        ("mb", MAX_MEMORY_POWER),
    ):
        values = np.array([said[key] for said in results])
        # Below the resolution of the counters there is nothing to fit.
        seen = values > (1.0 if key == "mb" else 1e-3)
        power = float(np.polyfit(orbitals[seen], np.log(values[seen]), 1)[0])
        _say(f"{key} ~ N^{power:.2f} (at most {limit})")
        if power > limit:
            missed.append(f"{key} grows as N^{power:.2f}, allowed is N^{limit}")
    return missed


def threads(quick: bool) -> list[str]:
    """Wall-clock gain of two threads over points; sentences for gains too small."""
    missed = []
    for name in ("W1", "W2", "W3"):
        with Peer(sys.executable, OURS) as peer:
            peer.ask("compile")
            peer.ask("open", name=name)
            indices = [i % len(SWEEPS[name].points()) for i in range(32 if quick else 64)]
            peer.ask("batch", indices=indices[:16], workers=2)
            clocks = {1: np.inf, 2: np.inf}
            for _ in range(3):
                for workers in clocks:
                    said = peer.ask("batch", indices=indices, workers=workers)
                    clocks[workers] = min(clocks[workers], said["wall_s"])
        gain = clocks[1] / clocks[2]
        _say(f"{name}: two threads {gain:.2f}x one")
        if gain < MIN_THREAD_GAIN:
            missed.append(
                f"{name}: two threads gain {gain:.2f}x, at least {MIN_THREAD_GAIN} is due"
            )
    return missed


def compare(bench: Bench, names: Sequence[str], quick: bool) -> tuple[list[Row], list[str]]:
    """All rows asked for, and what was missed."""
    rows: list[Row] = []
    failed = []
    for name in names:
        try:
            found = (
                sweep_rows(bench, SWEEPS[name], quick)
                if name in SWEEPS
                else ribbon_rows(bench, RIBBONS[name])
            )
        except PeerFailed as error:
            failed.append(f"{name}: {error}")
            _say(failed[-1])
            continue
        rows += found
        _say(table(found).partition("\n")[2])
    return rows, failed + shortfalls(rows)


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for; 1 if a floor was missed."""
    options = _parse(arguments)
    bench = Bench(options.kwant_python)
    if options.scaling or options.threads:
        missed = scaling(bench, options.quick) if options.scaling else []
        missed += threads(options.quick) if options.threads else []
    else:
        with Peer(sys.executable, OURS) as peer:
            _say(f"loading or compiling kernels: {peer.ask('compile')['cpu_s']:.1f} s CPU")
        ribbons = list(RIBBONS)[:1] if options.quick else list(RIBBONS)
        names = options.only or [*SWEEPS, *ribbons]
        _say(table([]))
        rows, missed = compare(bench, names, options.quick)
        if options.json:
            data = [{k: None if v != v else v for k, v in asdict(row).items()} for row in rows]
            Path(options.json).write_text(json.dumps(data, indent=1))
    for line in missed:
        _say(f"MISSED: {line}")
    return 1 if missed else 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kwant-python", metavar="PATH", help="Kwant's interpreter")
    parser.add_argument("--quick", action="store_true", help="few points, under 5 minutes")
    parser.add_argument("--json", metavar="FILE", help="write the rows there")
    parser.add_argument("--only", nargs="+", choices=[*SWEEPS, *RIBBONS], metavar="NAME")
    parser.add_argument("--scaling", action="store_true", help="growth over L x L devices")
    parser.add_argument("--threads", action="store_true", help="two threads against one")
    return parser.parse_args(arguments)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
