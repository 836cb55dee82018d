"""Chebyshev expansions against kwant.kpm: the same model, moments and number of vectors.

    python benchmarks/versus_kpm.py --kwant-python PATH [--quick] [--json FILE]

Both sides run on one core with single-threaded BLAS and take turns. Times are CPU time, the best of
several rounds, from the description of the model's matrix on; compilation (once per machine) is
not counted. The answers are compared: both are estimates with random vectors, so they differ by
their statistical errors, which are printed.
"""

import argparse
import json
import sys
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
from protocol import Peer

FLOORS = {"density of states": 5.0, "σ_xx, all energies": 10.0, "σ_xx, one energy": 10.0}
GOALS = {"density of states": 10.0, "σ_xx, all energies": 40.0, "σ_xx, one energy": 40.0}
# Graphene with Anderson disorder, hopping 1: cells along each lattice vector, moments, vectors.
CASES = {
    "density of states": {"cells": 300, "moments": 256, "vectors": 8},
    "σ_xx, all energies": {"cells": 80, "moments": 256, "vectors": 8},
    "σ_xx, one energy": {"cells": 80, "moments": 256, "vectors": 8},
}
QUICK = {"cells": 40, "moments": 128, "vectors": 4}
ENERGY, STRENGTH = 0.5, 1.0


def compare(name: str, case: dict[str, int], kwant_python: str | None, rounds: int) -> dict:
    """One line of the result."""
    best = {"ours": np.inf, "kwant": np.inf}
    answers: dict[str, list[float]] = {"ours": [], "kwant": []}
    with ExitStack() as stack:
        peers = {"ours": stack.enter_context(Peer(sys.executable, "kpm_workload.py"))}
        if kwant_python:
            peers["kwant"] = stack.enter_context(Peer(kwant_python, "peer_kpm_workload.py"))
        request = {"name": name, "energy": ENERGY, "strength": STRENGTH, **case}
        for peer in peers.values():
            peer.ask("run", **{**request, "cells": 12, "moments": 16})  # compile, import
        for seed in range(rounds):
            for side, peer in peers.items():
                said = peer.ask("run", seed=seed, **request)
                best[side] = min(best[side], said["cpu_s"])
                answers[side].append(said["answer"])
    row = {"name": name, **case, "orbitals": 2 * case["cells"] ** 2, "ours_s": best["ours"]}
    for side, values in answers.items():
        if values:
            row[side] = float(np.mean(values))
            row[f"{side}_error"] = float(np.std(values, ddof=1) / np.sqrt(len(values)))
    if kwant_python:
        row["kwant_s"], row["ratio"] = best["kwant"], best["kwant"] / best["ours"]
    return row


def show(row: dict) -> str:
    """One line for people."""
    text = (
        f"{row['name']:20s} {row['orbitals']:7d} orbitals, {row['moments']} moments, "
        f"{row['vectors']} vectors: ours {row['ours_s']:7.2f} s"
    )
    if "ratio" in row:
        z = (row["ours"] - row["kwant"]) / np.hypot(row["ours_error"], row["kwant_error"])
        text += (
            f", Kwant {row['kwant_s']:7.2f} s, ratio {row['ratio']:6.1f} "
            f"(floor {FLOORS[row['name']]:g}, goal {GOALS[row['name']]:g}); "
            f"{row['ours']:.5g} against {row['kwant']:.5g}, z = {z:+.1f}"
        )
    return text


def main() -> int:
    """Compare, print, and fail where a floor is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kwant-python")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=list(CASES))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = []
    for name in given.only or CASES:
        case = QUICK if given.quick else CASES[name]
        rows.append(compare(name, case, given.kwant_python, max(2, given.rounds)))
        print(show(rows[-1]), flush=True)
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
    missed = [row["name"] for row in rows if row.get("ratio", np.inf) < FLOORS[row["name"]]]
    if missed and not given.quick:
        print("below the floor: " + ", ".join(missed))
    return int(bool(missed) and not given.quick)


if __name__ == "__main__":
    sys.exit(main())
