"""One chunk of a sweep: from rows to numbers, the same on every machine and in every order."""

import io
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import Unreliable
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.junction import Junction
from sharvin.sweeps.edges import EdgeFinder
from sharvin.sweeps.points import Answer, Point, solve
from sharvin.sweeps.readings import Reading
from sharvin.sweeps.sweep import Sweep
from sharvin.sweeps.table import Sample, Window
from sharvin.sweeps.thermal import Averages, Refinement, edge_width, refine
from sharvin.typing import RealArray


@dataclass
class Tally:
    """What it took to compute a chunk.

    Attributes
    ----------
    energies : int
        S-matrices computed.
    seconds : float
    s_error : float
        Largest error estimate of an S-matrix.
    quadrature_error : float
        Largest estimated error of a thermal average, in transmission.
    moved, farthest : int, float
        Energies that were moved off a band edge, and by how much at most (meV).
    refused : int
        Rows without a number.
    reason : str
        Why, for the first of them.
    """

    energies: int = 0
    seconds: float = 0.0
    s_error: float = 0.0
    quadrature_error: float = 0.0
    moved: int = 0
    farthest: float = 0.0
    refused: int = 0
    reason: str = ""

    def count(self, answer: Answer) -> None:
        """Take one more answer into account."""
        self.energies += 1
        if answer.moved:
            self.moved += 1
            self.farthest = max(self.farthest, answer.moved)
        if answer.smatrix is not None and np.isfinite(answer.smatrix.error_estimate):
            self.s_error = max(self.s_error, answer.smatrix.error_estimate)

    def refuse(self, reason: str) -> None:
        """Count a row without a number."""
        self.refused += 1
        self.reason = self.reason or reason

    def add(self, other: "Tally") -> None:
        """Add another chunk's."""
        self.energies += other.energies
        self.seconds += other.seconds
        self.s_error = max(self.s_error, other.s_error)
        self.quadrature_error = max(self.quadrature_error, other.quadrature_error)
        self.moved += other.moved
        self.farthest = max(self.farthest, other.farthest)
        self.refused += other.refused
        self.reason = self.reason or other.reason


@dataclass(frozen=True, eq=False)
class Outcome:
    """Numbers of a finished chunk.

    Parameters
    ----------
    values, errors : real array, shape (rows, temperatures, outputs)
    tally : Tally
    """

    values: RealArray
    errors: RealArray
    tally: Tally = field(default_factory=Tally)

    def to_bytes(self) -> bytes:
        """The outcome as a self-contained piece of a journal."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            values=self.values,
            errors=self.errors,
            tally=np.frombuffer(json.dumps(asdict(self.tally)).encode(), dtype=np.uint8),
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Outcome":
        """The same outcome again."""
        with np.load(io.BytesIO(data), allow_pickle=False) as parts:
            tally = Tally(**json.loads(parts["tally"].tobytes()))
            return cls(parts["values"], parts["errors"], tally)


class Worker:
    """Computes chunks of one sweep, in any thread.

    Every chunk starts from the same knowledge about the device, gained from the first and the
    last set of parameters; what one chunk learns does not reach the next. Its bits then do not
    depend on what else this process has computed.
    """

    def __init__(self, sweep: Sweep) -> None:
        self.sweep = sweep
        self._junction = Junction(sweep.device, many=True)
        sets = sweep.parameter_sets
        for parameters in (sets[0], sets[-1]):
            self._junction.point(sweep.level(0), sweep.device.resolve(parameters))

    def solve(self, number: int) -> Outcome:
        """Numbers of chunk `number`."""
        started = time.perf_counter()
        sweep, junction = self.sweep, self._junction.fork()
        chunk = sweep.chunks[number]
        outcome = (by_temperature if sweep.is_thermal else _exact)(sweep, junction, chunk)
        outcome.tally.seconds = time.perf_counter() - started
        return outcome


def first_smatrix(device: Device, point: Point) -> SMatrix:
    """S-matrix of one point, moved off a band edge where it must be."""
    answer = solve(device, Junction(device), [point])[0]
    if answer.smatrix is None:
        raise Unreliable(answer.refusal)
    return answer.smatrix


def _exact(sweep: Sweep, junction: Junction, chunk: range) -> Outcome:
    """Rows at zero temperature: one energy each."""
    points = [(sweep.level(row), sweep.parameters(row)) for row in chunk]
    outcome = empty(sweep, chunk)
    for place, answer in enumerate(solve(sweep.device, junction, points)):
        outcome.tally.count(answer)
        value, error = _read(sweep.reading, answer, outcome)
        outcome.values[place], outcome.errors[place] = value, error
    return outcome


def empty(sweep: Sweep, chunk: range) -> Outcome:
    """Outcome of a chunk whose numbers are still missing."""
    shape = (len(chunk), len(sweep.axes.temperatures), len(sweep.reading.outputs))
    return Outcome(np.full(shape, np.nan), np.full(shape, np.nan))


def _read(reading: Reading, answer: Answer, outcome: Outcome) -> tuple[Any, Any]:
    """Result and error of one S-matrix; NaN, counted and explained, where there is none."""
    if answer.smatrix is None:
        outcome.tally.refuse(answer.refusal)
        return np.nan, np.nan
    try:
        return reading.at(answer.smatrix), reading.uncertainty(answer.smatrix)
    except Unreliable as error:
        outcome.tally.refuse(str(error))
        return np.nan, np.nan


class _Cell:
    """Rows with one set of parameters, on their way to thermal averages."""

    def __init__(self, sweep: Sweep, rows: range, edges: EdgeFinder) -> None:
        self.sweep, self.rows = sweep, rows
        self.parameters = sweep.parameters(rows[0])
        self.levels = [sweep.level(row) for row in rows]
        temperatures = sweep.axes.temperatures
        self.windows = [Window(mu, t) for mu in self.levels for t in temperatures if t > 0]
        self.exact = self.levels if min(temperatures) == 0 else []
        self.answers: dict[float, Answer] = {}
        self.averages: Averages | None = None
        find = partial(edges.sides, sweep.device.resolve(self.parameters))
        self._refinement: Refinement = refine(
            self.windows, sweep.tolerance, exact=self.exact, edges=find,
            edge_width=edge_width(temperatures, sweep.tolerance),
        )  # fmt: skip
        self.wanted = next(self._refinement)

    def take(self, answers: Sequence[Answer]) -> None:
        """Receive what was wanted and decide what is wanted next."""
        self.answers.update(zip(self.wanted, answers, strict=True))
        samples = [self._sample(e, a) for e, a in zip(self.wanted, answers, strict=True)]
        try:
            self.wanted = self._refinement.send([s for s in samples if s is not None])
        except StopIteration as finished:
            self.averages, self.wanted = finished.value, []

    def _sample(self, energy: float, answer: Answer) -> Sample | None:
        s, reading = answer.smatrix, self.sweep.reading
        if s is None:
            return None
        return Sample(energy, reading.linear(s), reading.channels(s), s.modes, s.error_estimate)


def by_temperature(sweep: Sweep, junction: Junction, chunk: range) -> Outcome:
    """Outcome of rows with temperatures; the energies of all its cells fill the lanes together."""
    width = edge_width(sweep.axes.temperatures, sweep.tolerance)
    edges = EdgeFinder(sweep.device, width)
    cells = [_Cell(sweep, rows, edges) for rows in sweep.cells(chunk)]
    outcome = empty(sweep, chunk)
    while busy := [cell for cell in cells if cell.wanted]:
        points = [(energy, cell.parameters) for cell in busy for energy in cell.wanted]
        answers = solve(sweep.device, junction, points)
        for answer in answers:
            outcome.tally.count(answer)
        for cell in busy:
            own, answers = answers[: len(cell.wanted)], answers[len(cell.wanted) :]
            cell.take(own)
    for cell in cells:
        _write(cell, outcome, cell.rows.start - chunk.start)
    return outcome


def _write(cell: _Cell, outcome: Outcome, start: int) -> None:
    """A cell's averages, and its exact values at zero temperature, into the outcome."""
    sweep, averages = cell.sweep, cell.averages
    assert averages is not None
    number = 0
    for place, level in enumerate(cell.levels, start):
        for column, temperature in enumerate(sweep.axes.temperatures):
            if temperature == 0:
                found = _read(sweep.reading, cell.answers[level], outcome)
            else:
                found = _average(sweep, averages, number, outcome)
                number += 1
            outcome.values[place, column], outcome.errors[place, column] = found


def _average(sweep: Sweep, averages: Averages, number: int, outcome: Outcome) -> tuple[Any, Any]:
    """Result and error of one thermal average."""
    if not averages.samples:
        outcome.tally.refuse("no energy of the thermal window has an answer")
        return np.nan, np.nan
    quadrature = averages.errors[number]
    outcome.tally.quadrature_error = max(
        outcome.tally.quadrature_error, float(quadrature.max(initial=0.0))
    )
    # An error e of S changes a transmission by up to 2 e sqrt(T N): the sum over modes is kept.
    linear = averages.values[number]
    solver = (
        2
        * max(s.uncertainty for s in averages.samples)
        * np.sqrt(np.abs(linear) * max(max(s.modes, default=0) for s in averages.samples))
    )
    try:
        value = sweep.reading.averaged(linear, sweep.device)
        spread = quadrature + np.nan_to_num(solver)
        return value, sweep.reading.propagated(linear, spread, sweep.device)
    except Unreliable as error:
        outcome.tally.refuse(str(error))
        return np.nan, np.nan
