"""What reservoirs at given voltages and temperatures make of a device, over any axes."""

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput
from sharvin.observables.reservoirs import reservoirs
from sharvin.observables.spectrum import Spectrum
from sharvin.scattering.smatrix import SMatrix
from sharvin.sweeps.axes import Axis, read_axes
from sharvin.sweeps.bench import Bench, Reading
from sharvin.sweeps.bench_labels import assemble_bench, describe_bench
from sharvin.sweeps.labelled import refused_message
from sharvin.sweeps.run import Options, finish
from sharvin.sweeps.spectra import TOLERANCE
from sharvin.units import quantity

if TYPE_CHECKING:
    import xarray as xr


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


def _swept(
    device: Device,
    reading: Reading,
    volts: Mapping[str, Any],
    kelvins: Mapping[str, Any],
    given: Mapping[str, Any],
) -> "xr.DataArray":
    how, rest = Options.among(given)
    tolerance = float(rest.pop("tolerance", TOLERANCE))
    if "energy" in rest:
        raise InvalidInput(
            f"{reading.name} needs a window of energies; say chemical_potential= instead of energy="
        )
    settings = [_setting(device, "voltage", lead, value, "V") for lead, value in volts.items()]
    settings += [_setting(device, "temperature", k, value, "K") for k, value in kelvins.items()]
    axes = read_axes(device, rest)
    bench = Bench(device, reading, axes, tuple(settings), tuple(volts), tolerance)
    bench.baths(axes.levels[0])  # wrong settings are refused before anything is computed
    about = describe_bench(bench)
    result = assemble_bench(about, finish(bench, about, how))
    message = refused_message(result)
    if message:
        warnings.warn(message, RuntimeWarning, stacklevel=4)
    return result


def _setting(device: Device, kind: str, lead: str, value: Any, unit: str) -> Axis:
    device.check_lead(lead)
    entries = np.asarray(value) if hasattr(value, "__array__") else value
    shape = () if isinstance(value, str) else np.shape(entries)
    if len(shape) > 1 or shape == (0,):
        raise InvalidInput(f"{kind} of {lead!r} must be a number or a flat list, got shape {shape}")
    numbers = np.atleast_1d(quantity(entries, unit, name=f"{kind} of {lead!r}"))
    return Axis(f"{kind}_{lead}", tuple(float(v) for v in numbers), unit, shape == ())
