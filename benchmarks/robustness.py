"""Thousands of small hostile devices: is any answer wrong, and how many are refused?

    python benchmarks/robustness.py [--cases 3000] [--seed 1] [--kwant-python PATH] [--json FILE]
    python benchmarks/robustness.py --lanes

Every case goes through Sharvin, a plain dense reference and, where its interpreter is given,
live Kwant. Where they differ by more than 1e-9, where the reference is undecided or the error
estimate looks too small, 50 digits decide; a sample of the small cases is computed to 50 digits
in any case. With ``--lanes`` each case is one of the eight points of a sweep over nearby energies,
which are eliminated and joined together. The exit status is 1 if a promise is broken.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent))

import dense
import numpy as np
import precise
from cases import Case, generate, known_answers
from edges import distance_to_edge
from protocol import Peer, PeerFailed, pack
from verdicts import (
    RIGHT,
    ROUNDING,
    Answer,
    Record,
    Truth,
    broken_promises,
    estimate_report,
    judge,
    outcome_table,
)

from sharvin.device.device import Device
from sharvin.device.leads import MatrixLead
from sharvin.errors import SharvinError, Unreliable
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.smatrix import LANES, smatrices, smatrix

# Half a second of 50-digit arithmetic at most; larger ones only where there is a dispute.
SAMPLE_EVERY, SAMPLE_SIZE, SAMPLE_CELL = 4, 24, 6
KNOWN_TOLERANCE = {"zigzag": 1e-6, "strip": 1e-10}
# Energies of the other lanes: as near as a state that disturbs one lane, and far from it.
NEARBY = (1e-3, -1e-3, 1e-6, -1e-6, 0.03, -0.03, 1e-8, -1e-8, 0.1, -0.1)
# The energy is the edge itself, up to the rounding of the band structure.
EXACTLY = 1e-12


def solve_ours(case: Case, *, lanes: bool = False) -> Answer:
    """Sharvin's answer, through the raw-matrix front door; in one of eight lanes if wanted."""
    leads = {
        str(i): MatrixLead(cell=lead.cell, hop=lead.hop, sites=lead.sites, coupling=lead.coupling)
        for i, lead in enumerate(case.leads)
    }
    try:
        device = Device.from_matrices(case.hamiltonian, leads)
        s = (_solve_in_lanes if lanes else _solve_alone)(device, case)
    except Unreliable as error:
        return Answer(refusal=str(error))
    except (SharvinError, Exception) as error:
        return Answer(refusal=f"{type(error).__name__}: {error}", crashed=True)
    return Answer(np.array(s.transmissions), tuple(s.modes), s.error_estimate)


def _solve_alone(device: Device, case: Case) -> SMatrix:
    return smatrix(device, energy=case.energy)


def _solve_in_lanes(device: Device, case: Case) -> SMatrix:
    """The case among seven nearby energies that have an answer, or itself where they have none."""
    energies = [case.energy + shift for shift in NEARBY if _has_answer(device, case.energy + shift)]
    energies = (energies + [case.energy] * LANES)[: LANES - 1]
    place = case.number % LANES
    energies.insert(place, case.energy)
    return list(smatrices(device, [{"energy": energy} for energy in energies]))[place]


def _has_answer(device: Device, energy: float) -> bool:
    try:
        smatrix(device, energy=energy)
    except Unreliable:
        return False
    return True


def solve_kwant(case: Case, peer: Peer | None) -> Answer | None:
    """Kwant's answer; whatever it raises counts as a refusal."""
    if peer is None:
        return None
    arrays = {"hamiltonian": case.hamiltonian}
    for i, lead in enumerate(case.leads):
        arrays |= {f"cell{i}": lead.cell, f"hop{i}": lead.hop}
        arrays |= {f"sites{i}": lead.sites, f"coupling{i}": lead.coupling}
    try:
        said = peer.ask("solve", case=pack(arrays), leads=len(case.leads), energy=case.energy)
    except PeerFailed as error:
        return Answer(refusal=str(error))
    table = np.array(said["transmissions"])
    if not np.isfinite(table).all():
        return Answer(refusal="not finite")
    return Answer(table, tuple(said["modes"]))


def find_truth(case: Case, ours: Answer, kwant: Answer | None) -> Truth | None:
    """Dense reference where all agree with it, 50 digits otherwise and for the sample."""
    small = len(case.hamiltonian) <= SAMPLE_SIZE and all(
        len(lead.cell) <= SAMPLE_CELL for lead in case.leads
    )
    if not (small and case.number % SAMPLE_EVERY == 0):
        try:
            table, counts = dense.transmissions(case)
        except (dense.Undecided, np.linalg.LinAlgError, ValueError):
            pass
        else:
            plain = Truth(table, tuple(counts), 16)
            if all(_agrees(answer, plain) for answer in (ours, kwant)):
                return plain
    if all(answer is None or answer.transmissions is None for answer in (ours, kwant)):
        return None  # nobody answered: there is nothing to judge
    try:
        table, counts = precise.transmissions(case)
    except (ArithmeticError, ZeroDivisionError):
        return None  # a state without any lead exactly at E, even at 50 digits
    return Truth(table, tuple(counts), 50)


def _agrees(answer: Answer | None, truth: Truth) -> bool:
    if answer is None or answer.transmissions is None:
        return True
    if answer.modes != truth.modes:
        return False
    apart = float(np.abs(answer.transmissions - truth.transmissions).max(initial=0.0))
    # The reference may be the one that is off: no estimate is blamed before 50 digits have spoken.
    honest = np.isnan(answer.estimate) or apart < max(answer.estimate, ROUNDING)
    return apart <= RIGHT and bool(honest)


def run_case(case: Case, peer: Peer | None, *, lanes: bool = False) -> Record:
    """One case through everything."""
    ours, kwant = solve_ours(case, lanes=lanes), solve_kwant(case, peer)
    truth = find_truth(case, ours, kwant)
    judged = [a for a in (ours, kwant) if a is not None]
    # Edges are costly to find and matter only for refusals and for what differs.
    clear = all(a.transmissions is not None and truth and _agrees(a, truth) for a in judged)
    distance = np.inf if clear else distance_to_edge(case)
    return Record(
        case.number,
        case.family,
        case.kind,
        case.energy,
        judge(ours, truth, distance),
        None if kwant is None else judge(kwant, truth, distance),
        ours.refusal,
    )


def run_known(peer: Peer | None) -> Iterator[str]:
    """Lines on wires whose transmission is known; those that fail start with FAILED."""
    for case in known_answers():
        ours, kwant = solve_ours(case), solve_kwant(case, peer)
        tolerance = KNOWN_TOLERANCE[case.family.split()[0]]
        said = _first_transmission(ours)
        theirs = "" if kwant is None else f"   kwant: {_error_text(kwant, case)}"
        if said is not None:
            passed = abs(said - case.expected) < tolerance
        else:
            # The one refusal that physics demands: a mode with exactly zero velocity.
            passed = distance_to_edge(case) < EXACTLY
        note = "" if said is not None else " (exactly on a band edge)"
        text = f"{case.family:18} T = {case.expected:g}: {_error_text(ours, case)}{note}{theirs}"
        yield text if passed else f"FAILED {text}"


def _first_transmission(answer: Answer) -> float | None:
    return None if answer.transmissions is None else float(answer.transmissions[1, 0])


def _error_text(answer: Answer, case: Case) -> str:
    said = _first_transmission(answer)
    return "refused" if said is None else f"error {abs(said - case.expected):.1e}"


def main(arguments: list[str] | None = None) -> int:
    """Run the campaign; 0 if every promise held."""
    options = _parse(arguments)
    count = 300 if options.quick else options.cases
    peer = Peer(options.kwant_python, "peer_cases.py") if options.kwant_python else None
    start = time.perf_counter()
    records = []
    for case in generate(count, options.seed):
        record = run_case(case, peer, lanes=options.lanes)
        records.append(record)
        if record.ours.outcome in ("wrong", "crashed", "refused away"):
            _say(
                f"case {record.number} ({record.family}, {record.kind}, E = {record.energy!r}): "
                f"{record.ours.outcome} {record.ours.error:.1e} {record.reason}"
            )
        if len(records) % 500 == 0:
            _say(f"... {len(records)} cases, {time.perf_counter() - start:.0f} s")
    known = [] if options.skip_known else list(run_known(peer))
    if peer is not None:
        peer.close()
    report = estimate_report(records)
    precise_count = sum(r.ours.digits == 50 for r in records)
    _say(
        f"\n{count} devices, seed {options.seed}, {time.perf_counter() - start:.0f} s; "
        f"{precise_count} decided or sampled with 50 digits\n"
    )
    _say(outcome_table(records))
    _say(str(report))
    for record in report.understated[:10]:
        _say(f"  case {record.number} {record.family}: {record.ours}")
    _say("\n" + "\n".join(known))
    broken = broken_promises(records) + [line for line in known if line.startswith("FAILED")]
    for line in broken:
        _say(f"BROKEN: {line}")
    if options.json:
        Path(options.json).write_text(json.dumps(_as_data(records, known, broken), indent=1))
    return 1 if broken else 0


def _as_data(records: list[Record], known: list[str], broken: list[str]) -> dict[str, Any]:
    return {"cases": [asdict(r) for r in records], "known": known, "broken": broken}


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kwant-python", metavar="PATH", help="Kwant's interpreter")
    parser.add_argument("--quick", action="store_true", help="300 cases")
    parser.add_argument("--skip-known", action="store_true", help="random devices only")
    parser.add_argument("--lanes", action="store_true", help="each case as one of eight points")
    parser.add_argument("--json", metavar="FILE", help="write every case there")
    return parser.parse_args(arguments)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
