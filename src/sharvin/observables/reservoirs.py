"""What stands behind the leads: chemical potentials, temperatures, and how they fill states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit

from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN, quantity

# Beyond so many kT from a chemical potential an occupation differs from 0 or 1 by 1e-18, and by
# 1e-14 when it is weighted with the square of the energy, in units of kT.
REACH = 42.0
COLDEST = 1e-9  # K: 1e-10 meV cannot be told from a step
# Cuts in units of kT: between two of them a Fermi function is a polynomial of degree 11 to 1e-14.
_CUTS = (0.0, 2.0, 4.0, 7.0, 10.0, 14.0, 19.0, 25.0, 33.0, REACH)


@dataclass(frozen=True, eq=False)
class Reservoirs:
    r"""Chemical potential and temperature of the bath behind each lead.

    .. math:: f_i(E) = \frac{1}{1 + e^{(E - \mu_i)/k_B T_i}}

    Parameters
    ----------
    leads : tuple of str
    potentials : real array, shape (leads,)
        Chemical potentials in meV. A voltage V on a lead lowers its own by eV.
    temperatures : real array, shape (leads,)
        In K; zero fills states up to the chemical potential and no further.
    base : float
        Chemical potential of a lead at voltage zero, meV.
    """

    leads: tuple[str, ...]
    potentials: RealArray
    temperatures: RealArray
    base: float = 0.0

    def __post_init__(self) -> None:
        for name in ("potentials", "temperatures"):
            values = np.array(getattr(self, name), dtype=np.float64)
            if values.shape != (len(self.leads),):
                raise ShapeMismatch(
                    f"{name} has shape {values.shape}, but there are {len(self.leads)} leads"
                )
            if not np.isfinite(values).all():
                raise InvalidInput(f"{name} must be finite, got {values.tolist()}")
            values.flags.writeable = False
            object.__setattr__(self, name, values)
        for lead, kelvin in zip(self.leads, self.temperatures, strict=True):
            if kelvin < 0:
                raise InvalidInput(
                    f"the temperature of lead {lead!r} is {kelvin:g} K; it must not be negative"
                )

    @property
    def widths(self) -> RealArray:
        """Thermal energies kT in meV, shape (leads,); a nanokelvin counts as zero."""
        return BOLTZMANN * np.where(self.temperatures < COLDEST, 0.0, self.temperatures)

    @property
    def voltages(self) -> RealArray:
        """Voltages in V, shape (leads,)."""
        volts: RealArray = -1e-3 * (self.potentials - self.base)
        return volts

    @property
    def window(self) -> tuple[float, float]:
        """Lowest and highest energy at which the reservoirs differ or are partly filled, meV."""
        reach = REACH * self.widths
        return float((self.potentials - reach).min()), float((self.potentials + reach).max())

    def cuts(self) -> RealArray:
        """Energies between which all occupations are smooth, ascending.

        The first and the last are the ends of `window`.
        """
        parts = []
        for level, width in zip(self.potentials, self.widths, strict=True):
            offsets = np.array(_CUTS) * width if width > 0 else np.zeros(1)
            parts += [level - offsets, level + offsets]
        return np.unique(np.concatenate(parts)) if parts else np.zeros(0)

    def occupations(self, energies: RealArray) -> tuple[RealArray, RealArray]:
        """Of electrons f and of holes 1 - f, each of shape (energies, leads).

        Both keep their digits where they are small.
        """
        above = np.asarray(energies)[:, None] - self.potentials
        width = self.widths
        cold = width == 0
        x = above / np.where(cold, 1.0, width)
        step = np.where(above < 0, 1.0, np.where(above > 0, 0.0, 0.5))
        return np.where(cold, step, expit(-x)), np.where(cold, 1 - step, expit(x))

    def differences(self, energies: RealArray) -> RealArray:
        r"""Differences :math:`f_i - f_j`, shape (energies, leads, leads), without cancellation."""
        f, hole = self.occupations(energies)
        # f_i - f_j = f_i (1 - f_j) - f_j (1 - f_i): small terms only where both are nearly 1.
        both: RealArray = f[:, :, None] * hole[:, None, :]
        return both - both.transpose(0, 2, 1)

    def replaced(self, potentials: RealArray, temperatures: RealArray) -> "Reservoirs":
        """The same leads with other baths."""
        return Reservoirs(self.leads, potentials, temperatures, self.base)


def reservoirs(
    leads: Sequence[str],
    *,
    voltages: Mapping[str, Any] | None = None,
    temperature: Any = 0.0,
    temperatures: Mapping[str, Any] | None = None,
    level: float = 0.0,
) -> Reservoirs:
    """Baths from what a laboratory sets.

    Parameters
    ----------
    leads : sequence of str
    voltages : mapping of lead to voltage, optional
        Numbers in V or strings such as "1 mV"; leads that are not named are at 0 V.
    temperature : float or str
        In K, of every lead that `temperatures` does not name.
    temperatures : mapping of lead to temperature, optional
    level : float
        Chemical potential at 0 V, meV.
    """
    common = _kelvin(temperature, "temperature")
    volts = [0.0] * len(leads)
    kelvin = [common] * len(leads)
    for lead, value in (voltages or {}).items():
        volts[_place(leads, lead)] = float(quantity(value, "V", name=f"voltage of {lead!r}"))
    for lead, value in (temperatures or {}).items():
        kelvin[_place(leads, lead)] = _kelvin(value, f"temperature of {lead!r}")
    levels = level - 1e3 * np.array(volts)
    return Reservoirs(tuple(leads), levels, np.array(kelvin), level)


def _place(leads: Sequence[str], lead: str) -> int:
    if lead not in leads:
        raise UnknownName.among("lead", lead, leads)
    return list(leads).index(lead)


def _kelvin(value: Any, name: str) -> float:
    kelvin = float(quantity(value, "K", name=name))
    if kelvin < 0:
        raise InvalidInput(f"{name} must not be negative, got {kelvin:g} K")
    return kelvin
