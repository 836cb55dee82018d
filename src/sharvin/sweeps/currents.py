"""Charge and heat that flow at any voltages and temperatures: numbers, or arrays over axes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import UnknownName
from sharvin.observables.currents import AMPERE_PER_MEV, WATT_PER_MEV2, Currents, currents
from sharvin.observables.reservoirs import Reservoirs
from sharvin.observables.response import onsager_matrix as _onsager_matrix
from sharvin.observables.spectrum import Spectrum
from sharvin.observables.thermoelectric import Thermoelectric
from sharvin.observables.thermoelectric import thermoelectric as _thermoelectric
from sharvin.scattering.smatrix import SMatrix
from sharvin.sweeps.bench import Found, Reading
from sharvin.sweeps.laboratory import measured
from sharvin.typing import RealArray

if TYPE_CHECKING:
    import xarray as xr

Source = SMatrix | Spectrum | Device


def current(x: Source, *, lead: str | None = None, **options: Any) -> Any:
    r"""Electric current into the device through each lead, at any voltages and temperatures.

    .. math:: I_i = -\frac{e}{h}\,g \sum_j \int T_{ij}(E)\, [f_i(E) - f_j(E)]\, dE, \qquad
              \mu_i = \mu - e V_i

    The potential inside the device does not follow the voltages; for profiles that do see
    `bias_spectroscopy`.

    Parameters
    ----------
    x : SMatrix, Spectrum or Device
        An SMatrix is taken to hold at every energy.
    lead : str, optional
        One lead; without it all of them, in their order.
    voltages : mapping of lead to voltage
        Numbers in V or strings such as "1 mV"; others are at 0 V. An array becomes an axis
        ``voltage_LEAD``.
    temperature : number, string or axis
        Of all leads, K.
    temperatures : mapping of lead to temperature, optional
        For single leads; an array becomes an axis ``temperature_LEAD``.
    chemical_potential, density : number, string or axis
        At 0 V. Needed for a device and a Spectrum.
    tolerance : float, optional
        Accepted error of an average of T(E) over the window (default 1e-5).
    workers : int, optional
        Threads.
    **parameters
        The device's own.

    Returns
    -------
    float, real array of shape (leads,), or xarray.DataArray
        In A, positive into the device. The array's coordinate ``error`` is the quadrature's.

    References
    ----------
    M. Büttiker, Phys. Rev. B 46, 12485 (1992).
    """
    return measured(x, Reading("current", "A", _Pick("charge", lead), _dims(lead)), options)


def heat_currents(x: Source, *, lead: str | None = None, **options: Any) -> Any:
    r"""Heat that leaves each reservoir into the device.

    .. math:: \dot Q_i = \frac{g}{h} \sum_j \int (E - \mu_i)\, T_{ij}\,[f_i - f_j]\, dE, \qquad
              \sum_i \dot Q_i + \sum_i I_i V_i = 0

    The balance is checked to 1e-9 on every result.

    Parameters
    ----------
    x, lead, **options
        As for `current`.

    Returns
    -------
    float, real array of shape (leads,), or xarray.DataArray
        In W, positive into the device.

    References
    ----------
    U. Sivan and Y. Imry, Phys. Rev. B 33, 551 (1986).
    """
    return measured(x, Reading("heat_currents", "W", _Pick("heat", lead), _dims(lead)), options)


def reservoir_heat(x: Source, *, lead: str | None = None, **options: Any) -> Any:
    """Heat that arrives in each reservoir: minus `heat_currents`; it adds up to the Joule heat.

    Returns
    -------
    float, real array of shape (leads,), or xarray.DataArray
        In W, positive where a reservoir is heated.
    """
    reading = Reading("reservoir_heat", "W", _Pick("heat", lead, -1.0), _dims(lead))
    return measured(x, reading, options)


def onsager_matrix(x: SMatrix | Spectrum, **options: Any) -> RealArray:
    r"""Charge and heat currents per voltage and relative temperature change, all leads.

    See `sharvin.observables.response.onsager_matrix`; options are those of `current`, with one
    temperature above zero.

    Returns
    -------
    real array, shape (2 leads, 2 leads)
        Charge rows first. In a reversed field it is its own transpose.
    """

    def read(table: Spectrum, baths: Reservoirs) -> Found:
        matrix = _onsager_matrix(table, baths)
        return matrix, np.zeros_like(matrix)

    found: RealArray = measured(_one(x), Reading("onsager_matrix", "A/V", read), options)
    return found


def thermopower(x: Source, *, hot: str, cold: str, **options: Any) -> Any:
    r"""Seebeck coefficient: open-circuit voltage per temperature difference.

    .. math:: S = -\frac{V_\text{hot} - V_\text{cold}}{T_\text{hot} - T_\text{cold}}\Big|_{I=0}
              = -\frac{K_1}{e T K_0}

    Negative where electrons above the chemical potential pass more easily than holes below it.
    Other leads draw neither charge nor heat.

    Parameters
    ----------
    x : SMatrix, Spectrum or Device
    hot, cold : str
    **options
        As for `current`; the temperature must be above zero, and all voltages zero.

    Returns
    -------
    float or xarray.DataArray
        In V/K.

    References
    ----------
    U. Sivan and Y. Imry, Phys. Rev. B 33, 551 (1986).
    """
    return measured(x, Reading("thermopower", "V/K", _Coefficient("seebeck", hot, cold)), options)


def thermoelectric(x: Source, *, hot: str, cold: str, **options: Any) -> Any:
    """Conductance, thermopower, Peltier coefficient, thermal conductance, ZT and Lorenz ratio.

    Parameters
    ----------
    x, hot, cold, **options
        As for `thermopower`.

    Returns
    -------
    Thermoelectric or xarray.Dataset
        ``conductance`` (S), ``seebeck`` (V/K), ``peltier`` (V), ``thermal_conductance`` (W/K),
        ``figure_of_merit`` and ``lorenz_ratio``.
    """
    if not isinstance(x, Device):
        names = ("conductance", "seebeck", "thermal_conductance")
        reading = Reading("thermoelectric", "", _Coefficient(names, hot, cold), ("coefficient",))
        g, s, kappa = measured(x, reading, options)
        kelvin = _temperature(options)
        return Thermoelectric(kelvin, float(g), float(s), float(kappa))
    reading = Reading(
        "thermoelectric", "", _Coefficient(tuple(_UNITS), hot, cold), ("coefficient",)
    )
    table = measured(x, reading, options)
    return _dataset(table)


_UNITS = {
    "conductance": "S",
    "seebeck": "V/K",
    "peltier": "V",
    "thermal_conductance": "W/K",
    "figure_of_merit": "",
    "lorenz_ratio": "",
}


@dataclass(frozen=True)
class _Pick:
    """Charge or heat currents of all leads, or of one."""

    what: str
    lead: str | None
    sign: float = 1.0

    def __call__(self, table: Spectrum, baths: Reservoirs) -> Found:
        flow = currents(table, baths)
        values = self.sign * np.asarray(getattr(flow, self.what))
        errors = _errors(flow, self.what)
        if self.lead is None:
            return values, errors
        if self.lead not in table.leads:
            raise UnknownName.among("lead", self.lead, table.leads)
        place = table.leads.index(self.lead)
        return np.asarray(values[place]), np.asarray(errors[place])


@dataclass(frozen=True)
class _Coefficient:
    """One or several linear coefficients; their errors are not estimated."""

    what: str | tuple[str, ...]
    hot: str
    cold: str

    def __call__(self, table: Spectrum, baths: Reservoirs) -> Found:
        found = _thermoelectric(table, baths, hot=self.hot, cold=self.cold)
        if isinstance(self.what, str):
            value = np.asarray(getattr(found, self.what))
        else:
            value = np.array([getattr(found, name) for name in self.what])
        return value, np.full_like(value, np.nan)


def _errors(flow: Currents, what: str) -> RealArray:
    if what == "charge":
        return np.asarray(AMPERE_PER_MEV * flow.errors[0])
    above = np.abs(flow.reservoirs.potentials - flow.reservoirs.base)
    return np.asarray(WATT_PER_MEV2 * (flow.errors[1] + above * flow.errors[0]))


def _dims(lead: str | None) -> tuple[str, ...]:
    return ("lead",) if lead is None else ()


def _one(x: object) -> Any:
    return Spectrum.of(x) if not isinstance(x, SMatrix) else x  # type: ignore[arg-type]


def _temperature(options: Any) -> float:
    from sharvin.units import quantity

    return float(quantity(options.get("temperature", 0.0), "K", name="temperature"))


def _dataset(table: "xr.DataArray") -> "xr.Dataset":
    import xarray as xr

    plain = table.drop_vars("error")
    arrays = {}
    for place, (name, unit) in enumerate(_UNITS.items()):
        one = plain.isel(coefficient=place, drop=True).rename(name)
        arrays[name] = one.assign_attrs(units=unit, long_name=name.replace("_", " "))
    return xr.Dataset(arrays, attrs={k: v for k, v in table.attrs.items() if k != "units"})
