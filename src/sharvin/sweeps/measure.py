"""The verbs of a laboratory: a number for one S-matrix, a labelled array for a device with axes."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, overload

from sharvin.device.device import Device
from sharvin.errors import InvalidInput
from sharvin.observables import conductance as _conductance
from sharvin.observables import fano_factor as _fano_factor
from sharvin.observables import resistance as _resistance
from sharvin.scattering.smatrix import Port, SMatrix
from sharvin.scattering.transmissions import Transmissions

if TYPE_CHECKING:
    import xarray as xr

    from sharvin.sweeps.readings import Reading

# Accepted error of a thermal average, in transmission. The estimate is conservative: smooth
# contacts come out ten times better.
TOLERANCE = 1e-3


@overload
def conductance(
    x: SMatrix | Transmissions, *, to: Port, from_: Port, unit: str = ..., **options: Any
) -> float: ...
@overload
def conductance(
    x: Device, *, to: Port, from_: Port, unit: str = ..., **options: Any
) -> "xr.DataArray": ...
def conductance(
    x: SMatrix | Transmissions | Device,
    *,
    to: Port,
    from_: Port,
    unit: str = "e²/h",
    **options: Any,
) -> "float | xr.DataArray":
    r"""Linear-response current into `to` per voltage on `from_`, all other leads grounded.

    .. math:: G = g\,\frac{e^2}{h} \int T_{\mathrm{to},\mathrm{from}}(E)\,
              \Big({-\frac{\partial f}{\partial E}}\Big)\, dE, \qquad g = \text{degeneracy}

    At zero temperature it is T at the chemical potential. With two leads this is *the*
    conductance; what a voltage probe reads is `resistance`.

    Parameters
    ----------
    x : SMatrix or Device
        For an SMatrix the conductance at its energy; the options below are for a Device.
    to, from_ : lead or (lead, label)
        Two different leads; a label picks the modes of one spin or valley.
    unit : str
        Any unit of conductance, for example "2e²/h" or "uS".
    energy, chemical_potential, density : number, string or axis
        Exactly one: an energy (zero temperature only), a chemical potential, both in meV, or
        the density of a two-dimensional electron gas, in m^-2.
    temperature : number, string or axis, optional
        In K; zero by default, and zero means no smearing at all.
    tolerance : float, optional
        Accepted error of a thermal average, in transmission (default 1e-3).
    store : path, optional
        File in which every finished part is safe at once. The same call continues it after any
        interruption; a call that asks for something else is refused.
    resume : bool, optional
        False refuses a store that already holds results.
    workers : int, optional
        Threads or processes; by default one per core.
    executor : {"threads", "processes"}, optional
    cluster : str or distributed.Client, optional
        ``"local"``, or the address of a Dask scheduler. Needs ``sharvin[cluster]``.
    progress : bool or callable, optional
        By default a bar on terminals and in notebooks. A function gets `Progress` objects.
    **parameters
        The device's own parameters. Everything that takes an axis takes a number, a string with
        a unit, or a list or an array of these.

    Returns
    -------
    float or xarray.DataArray
        In `unit`. Dimensions are the arrays, in the order of the call; numbers stay as scalar
        coordinates. The coordinate ``error`` estimates the error of each value; ``attrs`` say
        which device, version, accuracy and energies. The numbers are the same, bit for bit, for
        any number and kind of workers.

    References
    ----------
    M. Büttiker, Phys. Rev. Lett. 57, 1761 (1986).

    Examples
    --------
    >>> import numpy as np, sharvin as sv
    >>> wire = sv.Device(
    ...     sv.electron_gas(mass=0.067, spacing="6 nm"),
    ...     region=sv.rectangle(length="30 nm", width="60 nm"),
    ...     leads={"source": sv.lead("left"), "drain": sv.lead("right")},
    ... )
    >>> g = sv.conductance(wire, to="drain", from_="source", unit="2e²/h", energy=[1.0, 5.0, 10.0])
    >>> g.dims, g.values.round(9).tolist()
    (('energy',), [0.0, 1.0, 2.0])
    """
    if isinstance(x, SMatrix | Transmissions):
        _only(options, "conductance")
        return _conductance(x, to=to, from_=from_, unit=unit)
    from sharvin.sweeps.readings import TransmissionReading

    result: xr.DataArray = _swept(x, TransmissionReading(to, from_, unit), options)
    return result


@overload
def transmission(x: SMatrix, *, to: Port, from_: Port, **options: Any) -> float: ...
@overload
def transmission(x: Device, *, to: Port, from_: Port, **options: Any) -> "xr.DataArray": ...
def transmission(
    x: SMatrix | Device, *, to: Port, from_: Port, **options: Any
) -> "float | xr.DataArray":
    """Transmission probability summed over modes, without degeneracy, thermally averaged.

    The same lead twice gives the reflection.

    Parameters
    ----------
    x : SMatrix or Device
    to, from_ : lead or (lead, label)
    **options
        As for `conductance`.

    Returns
    -------
    float or xarray.DataArray
    """
    if isinstance(x, SMatrix):
        _only(options, "transmission")
        return x.transmission(to=to, from_=from_)
    from sharvin.sweeps.readings import TransmissionReading

    result: xr.DataArray = _swept(x, TransmissionReading(to, from_), options)
    return result


@overload
def fano_factor(x: SMatrix, *, to: Port, from_: Port, **options: Any) -> float: ...
@overload
def fano_factor(x: Device, *, to: Port, from_: Port, **options: Any) -> "xr.DataArray": ...
def fano_factor(
    x: SMatrix | Device, *, to: Port, from_: Port, **options: Any
) -> "float | xr.DataArray":
    r"""Zero-temperature shot noise over its Poisson value, :math:`\sum T(1-T) / \sum T`.

    Parameters
    ----------
    x : SMatrix or Device
    to, from_ : lead or (lead, label)
    **options
        As for `conductance`, without temperature: above zero, noise has a thermal part that no
        single factor describes.

    Returns
    -------
    float or xarray.DataArray
        NaN where nothing is transmitted.

    References
    ----------
    Ya. M. Blanter and M. Büttiker, Phys. Rep. 336, 1 (2000).
    """
    if isinstance(x, SMatrix):
        _only(options, "fano_factor")
        return _fano_factor(x, to=to, from_=from_)
    from sharvin.sweeps.readings import FanoReading

    result: xr.DataArray = _swept(x, FanoReading(to, from_), options)
    return result


@overload
def resistance(
    x: SMatrix | Transmissions,
    *,
    current: tuple[str, str],
    voltage: tuple[str, str],
    unit: str = ...,
    **options: Any,
) -> float: ...
@overload
def resistance(
    x: Device,
    *,
    current: tuple[str, str],
    voltage: "tuple[str, str] | Mapping[str, tuple[str, str]]",
    unit: str = ...,
    **options: Any,
) -> Any: ...
def resistance(
    x: SMatrix | Transmissions | Device,
    *,
    current: tuple[str, str],
    voltage: "tuple[str, str] | Mapping[str, tuple[str, str]]",
    unit: str = "h/e²",
    **options: Any,
) -> "float | xr.DataArray | xr.Dataset":
    r"""Voltage between two leads per current driven through two (other or the same) leads.

    At a temperature it is the resistance that belongs to thermally averaged transmissions, which
    is what a voltmeter reads; not the average of resistances.

    Parameters
    ----------
    x : SMatrix or Device
    current : (source, drain)
        The current enters the device at `source` and leaves it at `drain`.
    voltage : (high, low)
        Where the voltmeter is attached; all other leads draw no current. Of a Device also several
        pairs with names, ``{"R_xy": ("1", "3"), "R_xx": ("1", "2")}``, solved together: an
        xarray.Dataset comes back.
    unit : str
        Any unit of resistance, for example "Ohm".
    **options
        As for `conductance`.

    Returns
    -------
    float or xarray.DataArray
        In `unit`; negative values are physical. NaN, counted in ``attrs["points_refused"]``,
        where a probe is cut off.

    References
    ----------
    M. Büttiker, IBM J. Res. Dev. 32, 317 (1988).
    """
    if isinstance(x, SMatrix | Transmissions):
        _only(options, "resistance")
        if isinstance(voltage, Mapping):
            raise InvalidInput("resistance() of an SMatrix takes one pair of voltage leads")
        return _resistance(x, current=current, voltage=voltage, unit=unit)
    from sharvin.sweeps.terminals import resistance_reading

    result: xr.DataArray | xr.Dataset = _swept(
        x, resistance_reading(current, voltage, unit), options
    )
    return result


def sweep(
    measure: Callable[[SMatrix], Any], device: Device, **options: Any
) -> "xr.DataArray | xr.Dataset":
    """Anything that a function reads off an S-matrix, over any axes.

    Parameters
    ----------
    measure : callable
        ``measure(s) -> float``, or a mapping of names to floats, the same names at every point.
    device : Device
    **options
        As for `conductance`, at zero temperature.

    Returns
    -------
    xarray.DataArray, or Dataset if `measure` returns a mapping

    Examples
    --------
    >>> import sharvin as sv
    >>> wire = sv.Device(
    ...     sv.electron_gas(mass=0.067, spacing="6 nm"),
    ...     region=sv.rectangle(length="30 nm", width="60 nm"),
    ...     leads={"source": sv.lead("left"), "drain": sv.lead("right")},
    ... )
    >>> sv.sweep(lambda s: max(s.modes), wire, energy=["1 meV", "5 meV"]).values.tolist()
    [0.0, 1.0]
    """
    from sharvin.sweeps.axes import read_axes
    from sharvin.sweeps.chunk import first_smatrix
    from sharvin.sweeps.readings import MeasureReading
    from sharvin.sweeps.run import Options

    if not callable(measure):
        raise InvalidInput(f"measure must be a function of an S-matrix, got {measure!r}")
    _check_device(device)
    given = Options.among(options)[1]
    axes = read_axes(device, {name: value for name, value in given.items() if name != "tolerance"})
    parameters = device.resolve(next(iter(axes.parameter_sets())))
    first = measure(first_smatrix(device, (axes.levels[0], parameters)))
    if isinstance(first, Mapping):
        reading = MeasureReading(measure, tuple(map(str, first)), is_mapping=True)
    else:
        reading = MeasureReading(measure, (getattr(measure, "__name__", "measure"),))
    result: xr.DataArray | xr.Dataset = _swept(device, reading, options)
    return result


def _swept(device: Device, reading: "Reading", given: Mapping[str, Any]) -> Any:
    """Labelled result of a reading over the axes among the options."""
    from sharvin.sweeps.axes import read_axes
    from sharvin.sweeps.run import Options, run
    from sharvin.sweeps.sweep import Sweep

    _check_device(device)
    options, axes = Options.among(given)
    tolerance = float(axes.pop("tolerance", TOLERANCE))
    return run(Sweep(device, reading, read_axes(device, axes), tolerance), options)


def _check_device(device: object) -> None:
    if not isinstance(device, Device):
        raise InvalidInput(f"needed is an SMatrix or a Device, got {type(device).__name__}")


def _only(options: Mapping[str, Any], verb: str) -> None:
    if options:
        raise InvalidInput(
            f"{verb}() of an SMatrix takes no {next(iter(options))!r}: its energy and parameters "
            "are fixed; give the Device to sweep them"
        )
