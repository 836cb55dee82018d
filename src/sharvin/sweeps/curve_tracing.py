"""Curves T(E) of several sets of parameters at once, so that their energies share the lanes."""

from collections.abc import Sequence

from sharvin.device.device import Device
from sharvin.errors import Unreliable
from sharvin.solvers.junction import Junction
from sharvin.sweeps.edges import EdgeFinder
from sharvin.sweeps.points import Answer, solve
from sharvin.sweeps.readings import TransmissionReading
from sharvin.sweeps.table import Sample
from sharvin.sweeps.transmission_curve import TransmissionCurve, trace

# Parameters and the range of energies that is asked for.
Cell = tuple[dict[str, float], tuple[float, float]]


def trace_curves(
    device: Device,
    junction: Junction,
    reading: TransmissionReading,
    tolerance: float,
    cells: Sequence[Cell],
) -> list[TransmissionCurve]:
    """One adaptive curve for each cell, in order; raises `Unreliable` where none can be had."""
    finder = EdgeFinder(device)
    tracers = [Tracer(reading, tolerance, finder, cell) for cell in cells]
    while busy := [t for t in tracers if t.wanted]:
        points = [(energy, t.parameters) for t in busy for energy in t.wanted]
        answers = solve(device, junction, points)
        for tracer in busy:
            own, answers = answers[: len(tracer.wanted)], answers[len(tracer.wanted) :]
            tracer.take(own)
    return [tracer.curve for tracer in tracers]


class Tracer:
    """One curve being traced."""

    def __init__(
        self, reading: TransmissionReading, tolerance: float, finder: EdgeFinder, cell: Cell
    ) -> None:
        self.reading = reading
        self.parameters, window = cell
        self._steps = trace(*window, tolerance, lambda a, b: finder.sides(self.parameters, a, b))
        self.wanted = next(self._steps)
        self._found: TransmissionCurve | None = None
        self._refusal = ""

    @property
    def curve(self) -> TransmissionCurve:
        """The finished curve."""
        if self._found is None:
            raise Unreliable(f"no energy of the bias window has an answer: {self._refusal}")
        return self._found

    def take(self, answers: Sequence[Answer]) -> None:
        """Receive what was wanted and decide what is wanted next."""
        reading, samples = self.reading, []
        for energy, answer in zip(self.wanted, answers, strict=True):
            s = answer.smatrix
            if s is None:
                self._refusal = answer.refusal
                continue
            samples.append(
                Sample(energy, reading.linear(s), reading.channels(s), s.modes, s.error_estimate)
            )
        try:
            self.wanted = self._steps.send(samples)
        except StopIteration as finished:
            self._found, self.wanted = finished.value, []
