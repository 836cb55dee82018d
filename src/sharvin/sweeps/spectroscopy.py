"""Current and differential conductance at finite bias, over any axes."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput, Unreliable
from sharvin.scattering.smatrix import Port
from sharvin.solvers.junction import Junction, junction_of
from sharvin.solvers.smatrix import one_blas_thread
from sharvin.sweeps.axes import Axes, read_axes
from sharvin.sweeps.executors import cores
from sharvin.sweeps.points import Answer, EdgeFinder, solve
from sharvin.sweeps.profile import Profile, check_band
from sharvin.sweeps.readings import TransmissionReading, lead_of
from sharvin.sweeps.spectrum import Spectrum, trace
from sharvin.sweeps.sweep import version
from sharvin.sweeps.table import Sample
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN, CONDUCTANCE_PER_MODE, quantity, ratio

if TYPE_CHECKING:
    import xarray as xr

TOLERANCE = 1e-3
TOGETHER = 4  # curves that one worker traces at once, so that eight energies fill its lanes
NARROW = 12.0  # kT beyond which a window is not followed: 6e-6 of it


def bias_spectroscopy(
    device: Device,
    *,
    to: Port,
    from_: Port,
    bias: Any,
    profile: Any = "rigid",
    share: float = 0.5,
    unit: str = "e²/h",
    tolerance: float = TOLERANCE,
    workers: int | None = None,
    **axes: Any,
) -> "xr.Dataset":
    r"""Current and differential conductance between two leads at finite bias.

    .. math:: I = g\,\frac{e}{h} \int T(E, V)\,[f(E - \mu_s) - f(E - \mu_d)]\,dE, \qquad
              \mu_s = \mu + \alpha eV,\quad \mu_d = \mu - (1 - \alpha) eV

    A positive bias raises the source (`from_`), and a positive current is a flow of electrons
    from source to drain (`to`). What the potential does is an assumption, and is stated:

    - ``"rigid"``: it stays; one curve T(E) serves all biases, and
      :math:`dI/dV = \alpha \langle T \rangle_{\mu_s} + (1 - \alpha) \langle T \rangle_{\mu_d}`
      exactly. A clean contact then has half plateaus where the two levels sit on neighboring
      plateaus, and diamonds that close at :math:`eV = \Delta E`.
    - ``"linear"``: it falls evenly from contact to contact, and the leads follow their levels.
    - a function ``drop(x, y)``: the fraction of the voltage that has dropped, 0 at the source
      and 1 at the drain; or the name of a parameter of the device that takes eV in meV.

    With the last three T is solved anew for every bias, and dI/dV is the slope of I over an
    evenly spaced axis of biases (five points).

    Parameters
    ----------
    device : Device
        With two leads; further ones would need a voltage of their own.
    to, from_ : lead or (lead, label)
        Drain and source.
    bias : number, string or axis
        Voltage in mV.
    profile : str or callable
    share : float
        The part of eV by which the source rises, 0 to 1: a half is the symmetric bias.
    unit : str
        Of the differential conductance.
    tolerance : float
        Accepted error of T(E), and so of dI/dV in e²/h per spin.
    workers : int, optional
        Threads; by default one per core.
    **axes
        ``chemical_potential`` or ``density``, ``temperature``, and the device's parameters;
        numbers, strings with units, or lists.

    Returns
    -------
    xarray.Dataset
        ``current`` in nA and ``conductance`` = dI/dV in `unit`, each with an error of its own
        (``current_error``, ``conductance_error``): doubt of the interpolated T(E) and the
        solver's. Dimensions in the order of the call, ``bias`` last. ``attrs`` say the profile
        and how many S-matrices it took.

    Raises
    ------
    InvalidInput
        Where a bias lifts a chemical potential out of its lead's band.

    References
    ----------
    L. I. Glazman and A. V. Khaetskii, Europhys. Lett. 9, 263 (1989); L. P. Kouwenhoven et al.,
    Phys. Rev. B 39, 8040 (1989); N. K. Patel et al., Phys. Rev. B 44, 13549 (1991).

    Examples
    --------
    >>> import sharvin as sv
    >>> wire = sv.Device(
    ...     sv.electron_gas(mass=0.067, spacing="6 nm"),
    ...     region=sv.rectangle(length="30 nm", width="60 nm"),
    ...     leads={"source": sv.lead("left"), "drain": sv.lead("right")},
    ... )
    >>> found = sv.bias_spectroscopy(
    ...     wire, to="drain", from_="source", chemical_potential=3.0, bias=[0.5, 1.0], unit="2e²/h"
    ... )
    >>> found.conductance.values.round(6).tolist(), found.current.values.round(3).tolist()
    ([1.0, 1.0], [38.74, 77.481])
    """
    job = _Job.of(device, to, from_, bias, profile, share, tolerance, axes)
    values = job.run(max(1, int(workers or cores())))
    return _labelled(job, values, unit)


@dataclass(frozen=True, eq=False)
class _Numbers:
    """Results of one set of parameters, shape (levels, temperatures, biases, 2): value, error."""

    integral: RealArray  # in meV
    slope: RealArray
    energies: int


@dataclass(frozen=True, eq=False)
class _Job:
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
    ) -> "_Job":
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

    def run(self, workers: int) -> list[_Numbers]:
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

    def _rigid(self, junction: Junction, sets: Sequence[dict[str, float]]) -> list[_Numbers]:
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
            found.append(_Numbers(integral, slope, len(curve.samples)))
        return found

    def _following(self, junction: Junction, sets: Sequence[dict[str, float]]) -> list[_Numbers]:
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
        curves: list[Spectrum] = []
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
        return [_Numbers(currents[:, :, 2:-2], _slope(currents, step), energies)]

    def _trace(
        self, junction: Junction, cells: Sequence[tuple[dict[str, float], tuple[float, float]]]
    ) -> list[Spectrum]:
        """Curves of several sets of parameters, whose energies fill the lanes together."""
        finder = EdgeFinder(self.profile.device)
        tracers = [_Tracer(self, finder, *cell) for cell in cells]
        while busy := [t for t in tracers if t.wanted]:
            points = [(energy, t.parameters) for t in busy for energy in t.wanted]
            answers = solve(self.profile.device, junction, points)
            for tracer in busy:
                own, answers = answers[: len(tracer.wanted)], answers[len(tracer.wanted) :]
                tracer.take(own)
        return [tracer.curve for tracer in tracers]


class _Tracer:
    """One curve being traced."""

    def __init__(
        self,
        job: _Job,
        finder: EdgeFinder,
        parameters: dict[str, float],
        window: tuple[float, float],
    ) -> None:
        self.job, self.parameters = job, parameters
        self._steps = trace(*window, job.tolerance, lambda a, b: finder(parameters, a, b))
        self.wanted = next(self._steps)
        self._found: Spectrum | None = None
        self._refusal = ""

    @property
    def curve(self) -> Spectrum:
        """The finished curve."""
        if self._found is None:
            raise Unreliable(f"no energy of the bias window has an answer: {self._refusal}")
        return self._found

    def take(self, answers: Sequence[Answer]) -> None:
        """Receive what was wanted and decide what is wanted next."""
        reading, samples = self.job.reading, []
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


def _slope(currents: RealArray, step: float) -> RealArray:
    """Derivative along the biases and its error, from two neighbors on either side."""
    i, error = currents[..., 0], currents[..., 1]
    near = (i[:, :, 3:-1] - i[:, :, 1:-3]) / (2 * step)
    far = (i[:, :, 4:] - i[:, :, :-4]) / (4 * step)
    noise = (error[:, :, 3:-1] + error[:, :, 1:-3]) / abs(step)
    return np.stack([(4 * near - far) / 3, np.abs(near - far) / 3 + noise], axis=-1)


def _labelled(job: _Job, values: Sequence[_Numbers], unit: str) -> "xr.Dataset":
    import xarray as xr

    axes = job.axes
    parameters = [a for a in axes.parameters if a.name != job.profile.knob]
    names = [a.name for a in parameters] + [axes.level.name, "temperature", "bias"]
    lengths = [len(a.values) for a in parameters]
    lengths += [len(axes.levels), len(axes.temperatures), len(job.bias)]
    order = [a.name for a in axes.given if not a.is_point and a.name != job.profile.knob]
    order += [] if job.is_point else ["bias"]
    per_mode = job.given.degeneracy
    amperes = per_mode * CONDUCTANCE_PER_MODE * 1e-3 / 1e-9  # nA per meV of integrated T
    siemens = per_mode * ratio("e²/h", unit)

    def array(numbers: list[RealArray], factor: float, about: dict[str, str]) -> "xr.DataArray":
        whole = xr.DataArray(factor * np.stack(numbers).reshape(lengths), dims=names)
        points = {n: 0 for n in names if n not in order}
        return whole.isel(points).transpose(*order).assign_attrs(about)

    found = {}
    for column, text in ((0, ""), (1, "_error")):
        of = "estimated error of the " if column else ""
        found[f"current{text}"] = array(
            [v.integral[..., column] for v in values], amperes,
            {"units": "nA", "long_name": f"{of}current"},
        )  # fmt: skip
        found[f"conductance{text}"] = array(
            [v.slope[..., column] for v in values], siemens,
            {"units": unit, "long_name": f"{of}differential conductance"},
        )  # fmt: skip
    coords: dict[str, Any] = {}
    for axis in axes.given:
        if axis.name != job.profile.knob:
            about = {"units": axis.unit, "long_name": axis.long_name}
            held = axis.values[0] if axis.is_point else list(axis.values)
            coords[axis.name] = ((), held, about) if axis.is_point else (axis.name, held, about)
    about = {"units": "mV", "long_name": "bias"}
    coords["bias"] = ((), job.bias[0], about) if job.is_point else ("bias", job.bias, about)
    attrs = {
        "profile": job.profile.text,
        "share": job.share,
        "tolerance": job.tolerance,
        "energies": sum(v.energies for v in values),
        "version": version(),
        "device_hash": job.given.content_hash,
    }
    return xr.Dataset(found, coords, attrs)
