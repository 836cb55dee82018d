"""S-matrices for the points of a chunk: eight at a time, and around what has no answer."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sharvin.device.blocks import LeadBlocks
from sharvin.device.device import Device
from sharvin.errors import BandEdge, Unreliable
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.junction import Junction
from sharvin.solvers.modes import PreparedLead, prepare
from sharvin.solvers.modes.wire import Wire
from sharvin.solvers.smatrix import solve_resolved
from sharvin.sweeps.sweep import LANES
from sharvin.sweeps.table import EDGE_WIDTH

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


class EdgeFinder:
    """Where leads gain or lose a mode, found from the leads alone.

    It remembers what it found; one finder serves one chunk, whose cells mostly share their
    leads, so that what it remembers does not depend on other chunks.

    Parameters
    ----------
    device : Device
    width : float
        How closely an edge is enclosed, meV. In a strong field a lead's levels are so flat that
        no answer can be had within a distance of them; a wider enclosure then succeeds where a
        narrow one fails, and is cheaper anyway.
    """

    def __init__(self, device: Device, width: float = EDGE_WIDTH) -> None:
        self._device, self._width = device, width
        # The wire is kept with its edges, so that no other one can come to the same id.
        self._known: dict[int, tuple[Wire, list[tuple[float, float]]]] = {}

    def __call__(self, parameters: Mapping[str, float], low: float, high: float) -> list[float]:
        """Energies on both sides of one change between `low` and `high`, for each lead."""
        energies: set[float] = set()
        seen: dict[int, PreparedLead] = {}
        for lead in self._device.lead_blocks(parameters):
            if isinstance(lead, LeadBlocks):
                prepared = prepare(lead.cell, lead.hop, conserved=lead.conserved)
                seen.setdefault(id(prepared.wire), prepared)
        for prepared in seen.values():
            energies.update(self._sides(prepared, low, high))
        return sorted(energies)

    def _sides(self, prepared: PreparedLead, low: float, high: float) -> Sequence[float]:
        _, edges = self._known.setdefault(id(prepared.wire), (prepared.wire, []))
        for sides in edges:
            if low < sides[0] and sides[1] < high:
                return sides
        found = _around_edge(prepared, low, high, self._width)
        if found:
            edges.append((found[0], found[1]))
        return found


def _around_edge(prepared: PreparedLead, low: float, high: float, width: float) -> list[float]:
    """The two sides of a change of the number of modes, by halving; empty if none was found."""
    ends, probe = (low, high), low
    try:
        below, probe = prepared.modes(low).count, high
        if prepared.modes(high).count == below:
            return []
        while high - low > width:
            probe = 0.5 * (low + high)
            is_below = prepared.modes(probe).count == below
            low, high = (probe, high) if is_below else (low, probe)
    except BandEdge as edge:
        if probe in ends or not edge.clearance < width:
            return []
        return [probe - width, probe + width]  # halving has hit the edge itself
    except Unreliable:
        return []
    return [low, high]
