"""The work of one bias spectroscopy: its question, read and checked, and its numbers."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.device.digest import digest
from sharvin.errors import InvalidInput
from sharvin.scattering.smatrix import Port
from sharvin.solvers.junction import Junction
from sharvin.sweeps.axes import Axes, read_axes
from sharvin.sweeps.chunk import Outcome, Tally
from sharvin.sweeps.curve_tracing import Cell, trace_curves
from sharvin.sweeps.profile import Profile, check_band
from sharvin.sweeps.readings import TransmissionReading, lead_of
from sharvin.sweeps.sweep import version
from sharvin.sweeps.transmission_curve import TransmissionCurve
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN, quantity

TOGETHER = 4  # curves that one worker traces at once, so that eight energies fill its lanes
NARROW = 12.0  # kT beyond which a window is not followed: 6e-6 of it


@dataclass(frozen=True, eq=False)
class BiasJob:
    """One call of the verb, read and checked."""

    given: Device
    profile: Profile
    axes: Axes
    bias: RealArray
    is_point: bool
    share: float
    tolerance: float
    reading: TransmissionReading

    @classmethod
    def of(
        cls,
        device: Device,
        to: Port,
        from_: Port,
        bias: Any,
        profile: Any,
        share: float,
        tolerance: float,
        given: Mapping[str, Any],
    ) -> "BiasJob":
        """Read the arguments of `bias_spectroscopy`; raises `InvalidInput` as it says."""
        if not isinstance(device, Device):
            raise InvalidInput(f"bias_spectroscopy() needs a Device, got {type(device).__name__}")
        reading = TransmissionReading(to, from_, "e²/h")
        reading.check(device)
        if len(device.lead_names) != 2:
            raise InvalidInput(
                f"bias_spectroscopy() is for two leads, the device has {len(device.lead_names)}; "
                "the voltages of the others would have to be said too"
            )
        if not 0 <= share <= 1:
            raise InvalidInput(f"share is the source's part of the bias, 0 to 1, got {share!r}")
        if not tolerance > 0:
            raise InvalidInput(f"tolerance must be positive, got {tolerance!r}")
        numbers = np.asarray(quantity(bias, "mV", name="bias"), dtype=float)
        volts = np.atleast_1d(numbers)
        if volts.ndim != 1 or not volts.size or not np.isfinite(volts).all():
            raise InvalidInput("bias must be a finite voltage or a flat list of them")
        if "energy" in given:
            raise InvalidInput("a bias has two levels; give chemical_potential=, not energy=")
        moved = Profile.of(device, profile, share, lead_of(from_), lead_of(to))
        extra = {} if moved.knob is None else {moved.knob: 0.0}
        if moved.knob in given:
            raise InvalidInput(f"parameter {moved.knob!r} carries the bias and takes no value")
        axes = read_axes(moved.device, {**given, **extra})
        job = cls(
            device, moved, axes, volts, numbers.ndim == 0, float(share), float(tolerance), reading
        )
        job._check_steps()
        return job

    def _check_steps(self) -> None:
        if self.profile.knob is None:
            return
        steps = np.diff(self.bias)
        if len(self.bias) < 2 or not np.allclose(steps, steps[0], rtol=1e-6) or steps[0] == 0:
            raise InvalidInput(
                "where the potential follows the bias, dI/dV is read off neighboring biases: "
                "give an evenly spaced list of at least two"
            )

    @cached_property
    def content_hash(self) -> str:
        """Fingerprint: equal hashes mean equal numbers, bit for bit."""
        return digest(
            {
                "version": version(),
                "device": self.profile.device.content_hash,
                "knob": self.profile.knob,
                "reading": self.reading,
                "axes": self.axes,
                "bias": self.bias,
                "share": self.share,
                "tolerance": self.tolerance,
            }
        )

    @cached_property
    def parameter_sets(self) -> Sequence[dict[str, float]]:
        """Device parameters, one mapping per set."""
        return self.axes.parameter_sets()

    @cached_property
    def chunks(self) -> list[range]:
        """Sets of parameters of each chunk: a map's potential that follows the bias is its own."""
        size = TOGETHER if self.profile.knob is None else 1
        count = len(self.parameter_sets)
        return [range(i, min(i + size, count)) for i in range(0, count, size)]

    def worker(self) -> "BiasWorker":
        """Return what computes its chunks, in any thread."""
        return BiasWorker(self)

    def levels(self, mu: float, bias: RealArray) -> tuple[RealArray, RealArray]:
        """Chemical potentials of source and drain, meV."""
        return mu + self.share * bias, mu - (1 - self.share) * bias


class BiasWorker:
    """Computes chunks of one map, in any thread, each from the same knowledge of the device."""

    def __init__(self, job: BiasJob) -> None:
        self.job = job
        device = job.profile.device
        self._junction = Junction(device, many=True)
        for parameters in (job.parameter_sets[0], job.parameter_sets[-1]):
            self._junction.point(job.axes.levels[0], device.resolve(parameters))

    def solve(self, number: int) -> Outcome:
        """Numbers of one chunk: integrals of T in meV, and its slopes.

        Values and errors have shape (sets, 2, levels, temperatures, biases).
        """
        started = time.perf_counter()
        sets = [self.job.parameter_sets[row] for row in self.job.chunks[number]]
        task = self._rigid if self.job.profile.knob is None else self._following
        outcome = task(self._junction.fork(), sets)
        outcome.tally.seconds = time.perf_counter() - started
        return outcome

    def _window(self, bias: RealArray) -> tuple[float, float]:
        """Range of energies that these biases and all temperatures ask for."""
        reach = NARROW * BOLTZMANN * max(self.job.axes.temperatures)
        ends = np.concatenate([self.job.levels(mu, bias) for mu in self.job.axes.levels])
        return float(ends.min() - reach), float(ends.max() + reach)

    def _check_bands(self, parameters: dict[str, float], bias: RealArray) -> None:
        names = lead_of(self.job.reading.from_), lead_of(self.job.reading.to)
        for mu in {min(self.job.axes.levels), max(self.job.axes.levels)}:
            for volts in {float(bias.min()), float(bias.max())}:
                for name, level in zip(names, self.job.levels(mu, np.array(volts)), strict=True):
                    check_band(self.job.profile.device, parameters, name, float(level), volts)

    def _rigid(self, junction: Junction, sets: Sequence[dict[str, float]]) -> Outcome:
        job = self.job
        for parameters in sets:
            self._check_bands(parameters, job.bias)
        window = self._window(job.bias)
        curves = self._trace(junction, [(p, window) for p in sets])
        shape = (len(sets), 2, len(job.axes.levels), len(job.axes.temperatures), len(job.bias))
        found = np.empty((2, *shape))  # values, then errors
        for place, curve in enumerate(curves):
            for i, mu in enumerate(job.axes.levels):
                upper, lower = job.levels(mu, job.bias)
                for j, kelvin in enumerate(job.axes.temperatures):
                    found[:, place, 0, i, j] = curve.integral(upper, lower, kelvin)
                    above = np.stack(curve.transmission(upper, kelvin))
                    below = np.stack(curve.transmission(lower, kelvin))
                    found[:, place, 1, i, j] = job.share * above + (1 - job.share) * below
        return Outcome(found[0], found[1], _tally(curves))

    def _following(self, junction: Junction, sets: Sequence[dict[str, float]]) -> Outcome:
        job, (parameters,) = self.job, sets
        step = job.bias[1] - job.bias[0]
        beyond = step * np.array([1.0, 2.0])
        wide = np.concatenate([job.bias[0] - beyond[::-1], job.bias, job.bias[-1] + beyond])
        knob = job.profile.knob
        assert knob is not None
        cells = []
        for volts in wide:
            own = {**parameters, knob: float(volts)}
            self._check_bands(own, np.array([volts]))
            cells.append((own, self._window(np.array([volts]))))
        curves: list[TransmissionCurve] = []
        for start in range(0, len(cells), 2 * TOGETHER):
            curves += self._trace(junction, cells[start : start + 2 * TOGETHER])
        currents = np.empty((2, len(job.axes.levels), len(job.axes.temperatures), len(wide)))
        for k, (volts, curve) in enumerate(zip(wide, curves, strict=True)):
            for i, mu in enumerate(job.axes.levels):
                upper, lower = job.levels(mu, np.array(volts))
                for j, kelvin in enumerate(job.axes.temperatures):
                    currents[:, i, j, k] = curve.integral(upper, lower, kelvin)
        found = np.stack([currents[..., 2:-2], _slope(currents, step)], axis=1)[:, None]
        return Outcome(found[0], found[1], _tally(curves))

    def _trace(self, junction: Junction, cells: Sequence[Cell]) -> list[TransmissionCurve]:
        return trace_curves(
            self.job.profile.device, junction, self.job.reading, self.job.tolerance, cells
        )


def _tally(curves: Sequence[TransmissionCurve]) -> Tally:
    return Tally(energies=sum(len(curve.samples) for curve in curves))


def _slope(currents: RealArray, step: float) -> RealArray:
    """Derivative along the biases and its error, from two neighbors on either side."""
    i, error = currents
    near = (i[..., 3:-1] - i[..., 1:-3]) / (2 * step)
    far = (i[..., 4:] - i[..., :-4]) / (4 * step)
    noise = (error[..., 3:-1] + error[..., 1:-3]) / abs(step)
    return np.stack([(4 * near - far) / 3, np.abs(near - far) / 3 + noise])
