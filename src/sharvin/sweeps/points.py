"""S-matrices for the points of a chunk: eight at a time, and around what has no answer."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sharvin.device.device import Device
from sharvin.errors import BandEdge, Unreliable
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.junction import Junction
from sharvin.solvers.smatrix import solve_resolved
from sharvin.sweeps.sweep import LANES

Point = tuple[float, Mapping[str, float]]
TRIES = 3  # each with ten times the clearance of the one before


@dataclass(frozen=True, eq=False)
class Answer:
    """One point: an S-matrix, or why there is none.

    Parameters
    ----------
    smatrix : SMatrix or None
    moved : float
        How far the energy was moved off a band edge, meV.
    refusal : str
        Empty where there is an S-matrix.
    """

    smatrix: SMatrix | None
    moved: float = 0.0
    refusal: str = ""


def solve(device: Device, junction: Junction, points: Sequence[Point]) -> list[Answer]:
    """Answers to all points, in order."""
    answers: list[Answer] = []
    for start in range(0, len(points), LANES):
        batch = points[start : start + LANES]
        try:
            answers += [Answer(s) for s in _smatrices(device, junction, batch)]
        except Unreliable:
            answers += [_solve_one(device, junction, point) for point in batch]
    return answers


def _smatrices(device: Device, junction: Junction, points: Sequence[Point]) -> Iterator[SMatrix]:
    wanted = [(energy, device.resolve(parameters)) for energy, parameters in points]
    # A batch is complete or fails: half of it would be counted twice. Executors hold BLAS to one
    # thread all along.
    return iter(solve_resolved(device, junction, wanted))


def _solve_one(device: Device, junction: Junction, point: Point) -> Answer:
    """One point alone; at a band edge, the nearest energies at which the lead has an answer."""
    energy, parameters = point
    try:
        return Answer(next(_smatrices(device, junction, [point])))
    except BandEdge as edge:
        refusal, step = str(edge), edge.clearance
    except Unreliable as error:
        return Answer(None, refusal=str(error))
    for _ in range(TRIES if math.isfinite(step) else 0):
        for moved in (energy + step, energy - step):
            try:
                s = next(_smatrices(device, junction, [(moved, parameters)]))
            except Unreliable as error:  # still too near the edge
                refusal = str(error)
            else:
                return Answer(s, abs(moved - energy))
        step *= 10
    return Answer(None, refusal=refusal)
