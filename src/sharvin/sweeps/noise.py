"""Noise and counting statistics: numbers, or arrays over axes."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput, UnknownName
from sharvin.observables.counting import charge_distribution as _charge_distribution
from sharvin.observables.counting import cumulants as _cumulants
from sharvin.observables.noise import PARTS, Part, correlations, noise_with_error
from sharvin.observables.reservoirs import Reservoirs
from sharvin.observables.spectrum import Spectrum, transmissions
from sharvin.scattering.smatrix import SMatrix
from sharvin.sweeps.bench import Found, Reading
from sharvin.sweeps.laboratory import measured
from sharvin.typing import RealArray
from sharvin.units import quantity

NEEDS = (transmissions, correlations)


def noise_matrix(x: "SMatrix | Spectrum | Device", *, part: Part = "total", **options: Any) -> Any:
    r"""Zero-frequency correlations between the currents of all leads.

    .. math:: S_{\alpha\beta} = 2 \int dt\, \langle \delta I_\alpha(t)\, \delta I_\beta(0) \rangle

    One-sided: :math:`4 k_B T G` in equilibrium, :math:`2 e I F` for cold shot noise.

    Parameters
    ----------
    x : SMatrix, Spectrum or Device
        An SMatrix is taken to hold at every energy.
    part : {"total", "thermal", "shot", "excess"}
        ``thermal`` and ``shot`` add up to the total; ``excess`` is what a bias adds.
    **options
        As for `current`: voltages, temperature, temperatures and, for a device, the axes.

    Returns
    -------
    real array, shape (leads, leads), or xarray.DataArray with dims ``lead, lead_other``
        In A²/Hz.

    References
    ----------
    M. Büttiker, Phys. Rev. B 46, 12485 (1992).
    """
    reading = Reading("noise", "A²/Hz", _Noise(_known(part)), ("lead", "lead_other"), NEEDS)
    return measured(x, reading, options)


def noise(
    x: "SMatrix | Spectrum | Device",
    *,
    lead: str,
    with_: str | None = None,
    part: Part = "total",
    **options: Any,
) -> Any:
    """Noise power of the current through one lead, or its correlation with that of another.

    Parameters
    ----------
    x : SMatrix, Spectrum or Device
    lead : str
    with_ : str, optional
        The other lead; by default `lead` itself.
    part, **options
        As for `noise_matrix`.

    Returns
    -------
    float or xarray.DataArray
        In A²/Hz.
    """
    pair = (lead, lead if with_ is None else with_)
    return measured(x, Reading("noise", "A²/Hz", _Noise(_known(part), pair), (), NEEDS), options)


def cumulants(
    x: "SMatrix | Spectrum | Device", *, lead: str, order: int = 6, **options: Any
) -> Any:
    r"""Cumulants per second of the charge that enters through a lead, in units of e.

    :math:`C_1 = I/e`, :math:`C_2 = S/2e^2`, then skewness, and so on.

    Parameters
    ----------
    x : SMatrix, Spectrum or Device
    lead : str
    order : int
        Highest one, at most 12.
    **options
        As for `current`.

    Returns
    -------
    real array, shape (order,), or xarray.DataArray with the dimension ``order``
        In 1/s.

    References
    ----------
    L. S. Levitov and G. B. Lesovik, JETP Lett. 58, 230 (1993).
    """
    reading = Reading("cumulants", "1/s", _Counted(lead, order), ("order",), NEEDS, True)
    found = measured(x, reading, options)
    if isinstance(x, Device):
        return found.assign_coords(order=np.arange(1, order + 1))
    return np.asarray(found)


def charge_distribution(
    x: "SMatrix | Spectrum", *, lead: str, time: Any, **options: Any
) -> tuple[RealArray, RealArray]:
    """Probability of each whole number of charges that enters through a lead in a time.

    Parameters
    ----------
    x : SMatrix or Spectrum
    lead : str
    time : float or str
        In ps, or such as "1 ns"; much longer than h/eV.
    **options
        As for `current`.

    Returns
    -------
    charges, probabilities : real array, shape (m,)
    """
    ps = float(quantity(time, "ps", name="time"))
    if isinstance(x, Device):
        raise InvalidInput("give an SMatrix, or a table from spectrum(); a device has many points")

    def read(table: Spectrum, baths: Reservoirs) -> Found:
        pair = np.stack(_charge_distribution(table, baths, lead=lead, time=ps))
        return pair, np.zeros_like(pair)

    charges, chances = measured(x, Reading("charge_distribution", "", read), options)
    return charges, chances


@dataclass(frozen=True)
class _Noise:
    part: Part
    pair: tuple[str, str] | None = None

    def __call__(self, table: Spectrum, baths: Reservoirs) -> Found:
        values, errors = noise_with_error(table, baths, part=self.part)
        if self.pair is None:
            return values, errors
        for lead in self.pair:
            if lead not in table.leads:
                raise UnknownName.among("lead", lead, table.leads)
        i, j = (table.leads.index(lead) for lead in self.pair)
        return np.asarray(values[i, j]), np.asarray(errors[i, j])


@dataclass(frozen=True)
class _Counted:
    lead: str
    order: int

    def __call__(self, table: Spectrum, baths: Reservoirs) -> Found:
        found = _cumulants(table, baths, lead=self.lead, order=self.order)
        return found, np.full_like(found, np.nan)


def _known(part: Part) -> Part:
    if part not in PARTS:
        raise InvalidInput(f"part must be one of {', '.join(PARTS)}, got {part!r}")
    return part
