"""What reservoirs at given voltages and temperatures make of a device, over any axes."""

import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput, Unreliable
from sharvin.observables.reservoirs import Reservoirs, reservoirs
from sharvin.observables.spectrum import Read, Spectrum, transmissions
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.junction import Junction
from sharvin.solvers.smatrix import one_blas_thread
from sharvin.sweeps.axes import Axes, Axis, read_axes
from sharvin.sweeps.edges import EdgeFinder
from sharvin.sweeps.executors import cores
from sharvin.sweeps.spectra import TOLERANCE, tabulate
from sharvin.sweeps.sweep import version
from sharvin.typing import RealArray
from sharvin.units import quantity

if TYPE_CHECKING:
    import xarray as xr

Found = tuple[RealArray, RealArray]  # values and their errors


@dataclass(frozen=True)
class Reading:
    """One kind of result.

    Parameters
    ----------
    name, unit : str
    read : callable
        From a table and reservoirs to values and errors, of one shape.
    dims : tuple of str
        Names of their dimensions; those that begin with "lead" run over the leads.
    needs : tuple of callable
        What the table has to interpolate.
    resolved : bool
        Whether the table must resolve the occupations.
    """

    name: str
    unit: str
    read: Callable[[Spectrum, Reservoirs], Found]
    dims: tuple[str, ...] = ()
    needs: tuple[Read, ...] = (transmissions,)
    resolved: bool = False


def measured(x: object, reading: Reading, options: Mapping[str, Any]) -> Any:
    """Return numbers for an SMatrix or a Spectrum, a labelled array for a device with axes."""
    given = dict(options)
    volts = dict(given.pop("voltages", None) or {})
    kelvins = dict(given.pop("temperatures", None) or {})
    if isinstance(x, Device):
        return _swept(x, reading, volts, kelvins, given)
    table = Spectrum.of(x)  # type: ignore[arg-type]
    level = given.pop("chemical_potential", None)
    temperature = given.pop("temperature", 0.0)
    if given:
        raise InvalidInput(
            f"{reading.name} of {type(x).__name__} takes no {next(iter(given))!r}: its parameters "
            "are fixed; give the Device to sweep them"
        )
    if level is None:
        if isinstance(x, Spectrum) and x.constant is None:
            raise InvalidInput("a table of S over energy needs chemical_potential= in meV")
        level = x.energy if isinstance(x, SMatrix) and np.isfinite(x.energy) else 0.0
    baths = reservoirs(
        table.leads,
        voltages=volts,
        temperature=temperature,
        temperatures=kelvins,
        level=float(quantity(level, "meV", name="chemical_potential")),
    )
    values = reading.read(table, baths)[0]
    return values if values.ndim else float(values)


@dataclass(frozen=True, eq=False)
class _Bench:
    """A device with its axes and the settings of its reservoirs."""

    device: Device
    reading: Reading
    axes: Axes
    settings: tuple[Axis, ...]  # voltages, then temperatures of single leads
    voltages: tuple[str, ...]
    tolerance: float

    def baths(self, level: float) -> list[Reservoirs]:
        """Reservoirs at one level, temperatures first, settings in their order, last fastest."""
        names = [axis.name for axis in self.settings]
        count = len(self.voltages)
        found = []
        for kelvin in self.axes.temperatures:
            for values in product(*(axis.values for axis in self.settings)):
                pairs = list(zip(names, values, strict=True))
                found.append(
                    reservoirs(
                        self.device.lead_names,
                        voltages=dict(zip(self.voltages, values[:count], strict=True)),
                        temperature=kelvin,
                        temperatures={n.removeprefix("temperature_"): v for n, v in pairs[count:]},
                        level=level,
                    )
                )
        return found

    def row(self, junction: Junction, number: int) -> tuple[list[Found], int]:
        """Everything at one set of parameters and one level."""
        levels = self.axes.levels
        parameters = self.axes.parameter_sets()[number // len(levels)]
        values = self.device.resolve(parameters)
        loads = self.baths(levels[number % len(levels)])
        edges, tally = EdgeFinder(self.device), [0]

        def count(_: object) -> None:
            tally[0] += 1

        def table(some: list[Reservoirs]) -> Spectrum:
            return tabulate(
                self.device, values, some, tolerance=self.tolerance, reads=self.reading.needs,
                resolved=self.reading.resolved, junction=junction, edges=edges, count=count,
            )  # fmt: skip

        shared = None if self.reading.resolved else table(loads)
        found = []
        for load in loads:
            own = table([load]) if shared is None else shared
            _refuse_empty(own, load)
            found.append(self.reading.read(own, load))
        return found, tally[0]


def _swept(
    device: Device,
    reading: Reading,
    volts: Mapping[str, Any],
    kelvins: Mapping[str, Any],
    given: dict[str, Any],
) -> "xr.DataArray":
    tolerance = float(given.pop("tolerance", TOLERANCE))
    workers = given.pop("workers", None)
    if "energy" in given:
        raise InvalidInput(
            f"{reading.name} needs a window of energies; say chemical_potential= instead of energy="
        )
    settings = [_setting(device, "voltage", lead, value, "V") for lead, value in volts.items()]
    settings += [_setting(device, "temperature", k, value, "K") for k, value in kelvins.items()]
    axes = read_axes(device, given)
    bench = _Bench(device, reading, axes, tuple(settings), tuple(volts), tolerance)
    bench.baths(axes.levels[0])  # wrong settings are refused before anything is computed
    rows = range(len(axes.parameter_sets()) * len(axes.levels))
    base = Junction(device)
    reasons: list[str] = []

    def one(number: int) -> tuple[list[Found] | None, int]:
        try:
            return bench.row(base.fork(), number)
        except Unreliable as error:
            reasons.append(str(error))
            return None, 0

    with one_blas_thread():
        base.point(axes.levels[0], device.resolve(axes.parameter_sets()[0]))
        with ThreadPoolExecutor(workers or cores()) as pool:
            results = list(pool.map(one, rows))
    if all(found is None for found, _ in results):
        raise Unreliable(f"no point has an answer: {reasons[0]}")
    if reasons:
        warnings.warn(
            f"{len(reasons)} points have no number (NaN); the first because {reasons[0]}",
            RuntimeWarning,
            stacklevel=4,
        )
    return _labelled(bench, results)


def _setting(device: Device, kind: str, lead: str, value: Any, unit: str) -> Axis:
    device.check_lead(lead)
    entries = np.asarray(value) if hasattr(value, "__array__") else value
    shape = () if isinstance(value, str) else np.shape(entries)
    if len(shape) > 1 or shape == (0,):
        raise InvalidInput(f"{kind} of {lead!r} must be a number or a flat list, got shape {shape}")
    numbers = np.atleast_1d(quantity(entries, unit, name=f"{kind} of {lead!r}"))
    return Axis(f"{kind}_{lead}", tuple(float(v) for v in numbers), unit, shape == ())


def _refuse_empty(table: Spectrum, load: Reservoirs) -> None:
    """A bias beyond the band, or energies at which no lead conducts."""
    if not any(any(s.modes) for s in table.smatrices):
        low, high = table.window
        raise InvalidInput(
            f"no lead has an open mode between {low:g} and {high:g} meV; choose a chemical "
            "potential inside a band"
        )
    ends = np.array([panel.high for panel in table.panels])

    def modes(energy: float) -> tuple[int, ...]:
        panel = table.panels[min(int(np.searchsorted(ends, energy)), len(ends) - 1)]
        nearest = int(np.abs(panel.nodes - energy).argmin())
        return panel.smatrices[nearest].modes

    usual = modes(load.base) if table.window[0] <= load.base <= table.window[1] else None
    for place, lead in enumerate(load.leads):
        level = float(load.potentials[place])
        if usual and level != load.base and usual[place] and not modes(level)[place]:
            raise InvalidInput(
                f"a voltage of {load.voltages[place]:g} V puts lead {lead!r} at {level:g} meV, "
                "where it has no open mode: the bias reaches beyond the band; make it smaller"
            )


def _labelled(bench: _Bench, results: list[tuple[list[Found] | None, int]]) -> "xr.DataArray":
    import xarray as xr

    axes, reading = bench.axes, bench.reading
    example = next(found for found, _ in results if found is not None)
    missing = [(np.full_like(v, np.nan), np.full_like(e, np.nan)) for v, e in example]
    table = np.array(
        [[np.stack(pair) for pair in (missing if found is None else found)] for found, _ in results]
    )  # (rows, settings, 2, ...)
    own = [axis for axis in axes.given if axis.name != "temperature"]
    temperature = [axis for axis in axes.given if axis.name == "temperature"]
    stored = [*axes.parameters, axes.level, *temperature, *bench.settings]
    shape = [len(axis.values) for axis in stored]
    blocks = table.reshape(*shape, 2, *table.shape[3:])
    order = [*own, *temperature, *bench.settings]
    turn = [stored.index(axis) for axis in order]
    rest = range(len(stored), blocks.ndim)
    blocks = blocks.transpose(*turn, *rest)
    for place in reversed(range(len(order))):
        if order[place].is_point:
            blocks = blocks.take(0, axis=place)
    dims = [axis.name for axis in order if not axis.is_point]
    values, errors = np.moveaxis(blocks, len(dims), 0)
    coords: dict[str, Any] = {}
    for axis in order:
        attrs = {"units": axis.unit, "long_name": axis.long_name}
        numbers = axis.values[0] if axis.is_point else np.array(axis.values)
        coords[axis.name] = (() if axis.is_point else axis.name, numbers, attrs)
    for dim in reading.dims:
        if dim.startswith("lead"):
            coords[dim] = list(bench.device.lead_names)
    names = (*dims, *reading.dims)
    long_name = reading.name.replace("_", " ")
    spread = {"units": reading.unit, "long_name": f"estimated error of {long_name}"}
    coords["error"] = (names, errors, spread)
    about: dict[str, Any] = {
        "units": reading.unit,
        "long_name": long_name,
        "degeneracy": bench.device.degeneracy,
        "device": repr(bench.device).splitlines()[0],
        "device_hash": bench.device.content_hash,
        "sharvin_version": version(),
        "tolerance": bench.tolerance,
        "energies_used": sum(count for _, count in results),
    }
    return xr.DataArray(values, dims=names, coords=coords, name=reading.name, attrs=about)
