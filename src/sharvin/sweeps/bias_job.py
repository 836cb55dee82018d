"""The work of one bias spectroscopy: its question, read and checked, and its numbers."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput
from sharvin.scattering.smatrix import Port
from sharvin.solvers.junction import Junction, junction_of
from sharvin.solvers.smatrix import one_blas_thread
from sharvin.sweeps.axes import Axes, read_axes
from sharvin.sweeps.curve_tracing import Cell, trace_curves
from sharvin.sweeps.profile import Profile, check_band
from sharvin.sweeps.readings import TransmissionReading, lead_of
from sharvin.sweeps.transmission_curve import TransmissionCurve
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN, quantity

TOGETHER = 4  # curves that one worker traces at once, so that eight energies fill its lanes
NARROW = 12.0  # kT beyond which a window is not followed: 6e-6 of it


@dataclass(frozen=True, eq=False)
class BiasNumbers:
    """Results of one set of parameters, shape (levels, temperatures, biases, 2): value, error."""

    integral: RealArray  # in meV
    slope: RealArray
    energies: int


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

    def run(self, workers: int) -> list[BiasNumbers]:
        """All sets of parameters, in order."""
        sets = list(self.axes.parameter_sets())
        base = junction_of(self.profile.device)
        groups = [sets[i : i + TOGETHER] for i in range(0, len(sets), TOGETHER)]
        if self.profile.knob is not None:
            groups = [[one] for one in sets]
        task = self._rigid if self.profile.knob is None else self._following
        with one_blas_thread(), ThreadPoolExecutor(workers) as pool:
            done = pool.map(lambda group: task(base.fork(), group), groups)
            return [one for group in done for one in group]

    def levels(self, mu: float, bias: RealArray) -> tuple[RealArray, RealArray]:
        """Chemical potentials of source and drain, meV."""
        return mu + self.share * bias, mu - (1 - self.share) * bias

    def _window(self, bias: RealArray) -> tuple[float, float]:
        """Range of energies that these biases and all temperatures ask for."""
        reach = NARROW * BOLTZMANN * max(self.axes.temperatures)
        ends = np.concatenate([self.levels(mu, bias) for mu in self.axes.levels])
        return float(ends.min() - reach), float(ends.max() + reach)

    def _check_bands(self, parameters: dict[str, float], bias: RealArray) -> None:
        names = lead_of(self.reading.from_), lead_of(self.reading.to)
        for mu in {min(self.axes.levels), max(self.axes.levels)}:
            for volts in {float(bias.min()), float(bias.max())}:
                for name, level in zip(names, self.levels(mu, np.array(volts)), strict=True):
                    check_band(self.profile.device, parameters, name, float(level), volts)

    def _rigid(self, junction: Junction, sets: Sequence[dict[str, float]]) -> list[BiasNumbers]:
        for parameters in sets:
            self._check_bands(parameters, self.bias)
        window = self._window(self.bias)
        curves = self._trace(junction, [(p, window) for p in sets])
        found = []
        for curve in curves:
            shape = (len(self.axes.levels), len(self.axes.temperatures), len(self.bias), 2)
            integral, slope = np.empty(shape), np.empty(shape)
            for i, mu in enumerate(self.axes.levels):
                upper, lower = self.levels(mu, self.bias)
                for j, kelvin in enumerate(self.axes.temperatures):
                    integral[i, j] = np.stack(curve.integral(upper, lower, kelvin), axis=-1)
                    parts = [np.stack(curve.transmission(e, kelvin), -1) for e in (upper, lower)]
                    slope[i, j] = self.share * parts[0] + (1 - self.share) * parts[1]
            found.append(BiasNumbers(integral, slope, len(curve.samples)))
        return found

    def _following(self, junction: Junction, sets: Sequence[dict[str, float]]) -> list[BiasNumbers]:
        (parameters,) = sets
        step = self.bias[1] - self.bias[0]
        beyond = step * np.array([1.0, 2.0])
        wide = np.concatenate([self.bias[0] - beyond[::-1], self.bias, self.bias[-1] + beyond])
        knob = self.profile.knob
        assert knob is not None
        cells = []
        for volts in wide:
            own = {**parameters, knob: float(volts)}
            self._check_bands(own, np.array([volts]))
            cells.append((own, self._window(np.array([volts]))))
        curves: list[TransmissionCurve] = []
        for start in range(0, len(cells), 2 * TOGETHER):
            curves += self._trace(junction, cells[start : start + 2 * TOGETHER])
        shape = (len(self.axes.levels), len(self.axes.temperatures), len(wide), 2)
        currents = np.empty(shape)
        for k, (volts, curve) in enumerate(zip(wide, curves, strict=True)):
            for i, mu in enumerate(self.axes.levels):
                upper, lower = self.levels(mu, np.array(volts))
                for j, kelvin in enumerate(self.axes.temperatures):
                    currents[i, j, k] = curve.integral(upper, lower, kelvin)
        energies = sum(len(curve.samples) for curve in curves)
        return [BiasNumbers(currents[:, :, 2:-2], _slope(currents, step), energies)]

    def _trace(self, junction: Junction, cells: Sequence[Cell]) -> list[TransmissionCurve]:
        return trace_curves(self.profile.device, junction, self.reading, self.tolerance, cells)


def _slope(currents: RealArray, step: float) -> RealArray:
    """Derivative along the biases and its error, from two neighbors on either side."""
    i, error = currents[..., 0], currents[..., 1]
    near = (i[:, :, 3:-1] - i[:, :, 1:-3]) / (2 * step)
    far = (i[:, :, 4:] - i[:, :, :-4]) / (4 * step)
    noise = (error[:, :, 3:-1] + error[:, :, 1:-3]) / abs(step)
    return np.stack([(4 * near - far) / 3, np.abs(near - far) / 3 + noise], axis=-1)
