"""One chunk of an ensemble: all samples of a point together, eight in the lanes of the solver."""

import time
from collections.abc import Sequence

import numpy as np

from sharvin.errors import Unreliable
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.junction import Junction
from sharvin.solvers.smatrix import solve_resolved
from sharvin.sweeps.chunk import Outcome, by_temperature, empty
from sharvin.sweeps.ensembles.sampling import Sampling
from sharvin.sweeps.points import Answer, Point, solve
from sharvin.sweeps.sweep import Sweep
from sharvin.typing import RealArray


class SampleWorker:
    """Computes chunks of one ensemble, in any thread.

    Every chunk starts from what the first sample taught about the device: layouts and lead modes.
    """

    def __init__(self, sampling: Sampling) -> None:
        self.sampling = sampling
        self._junction = Junction(sampling.device)
        first = sampling.part(0)
        sets = len(first.parameter_sets)
        for place in {0, sets // sampling.group - 1, sets - 1}:
            parameters = sampling.device.resolve(first.parameter_sets[place])
            self._junction.point(first.level(0), parameters)

    def solve(self, number: int) -> Outcome:
        """Numbers of chunk `number`, rows sample by sample."""
        started = time.perf_counter()
        sweep, junction = self.sampling.part(number), self._junction.fork()
        if sweep.is_thermal:
            outcome = by_temperature(sweep, junction, range(sweep.rows))
        else:
            outcome = self._exact(sweep, junction)
        outcome.tally.seconds = time.perf_counter() - started
        return outcome

    def _exact(self, sweep: Sweep, junction: Junction) -> Outcome:
        """One energy per row; the samples of one point follow one another through the solver."""
        outcome = empty(sweep, range(sweep.rows))
        samples = self.sampling.group
        points = sweep.rows // samples
        for point in range(points):
            rows = [sample * points + point for sample in range(samples)]
            wanted: list[Point] = [(sweep.level(row), sweep.parameters(row)) for row in rows]
            answers = _answers(sweep, junction, wanted)
            for answer in answers:
                outcome.tally.count(answer)
                if answer.smatrix is None:
                    outcome.tally.refuse(answer.refusal)
            solved = [i for i, answer in enumerate(answers) if answer.smatrix is not None]
            found = [answers[i].smatrix for i in solved]
            if found:
                places = [rows[i] for i in solved]
                outcome.values[places, 0] = _read(sweep, [s for s in found if s is not None])
        return outcome


def _answers(sweep: Sweep, junction: Junction, wanted: Sequence[Point]) -> list[Answer]:
    """All at once; where one of them has no answer, around it."""
    points = [(energy, sweep.device.resolve(parameters)) for energy, parameters in wanted]
    try:
        return [Answer(s) for s in solve_resolved(sweep.device, junction, points)]
    except Unreliable:
        return solve(sweep.device, junction, wanted)


def _read(sweep: Sweep, found: list[SMatrix]) -> RealArray:
    """Outputs of several S-matrices, shape (n, outputs)."""
    many = getattr(sweep.reading, "at_many", None)
    if many is not None:
        together: RealArray = many(found)
        return together
    return np.array([sweep.reading.at(s) for s in found])
