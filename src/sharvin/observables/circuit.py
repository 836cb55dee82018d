"""A device on the bench: sources, grounds, open contacts and the resistances of the wires."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput, UnknownName
from sharvin.observables.conductance import conductance_matrix
from sharvin.observables.resistance import DECOUPLED
from sharvin.scattering.smatrix import SMatrix
from sharvin.scattering.transmissions import Transmissions
from sharvin.typing import BoolArray, RealArray
from sharvin.units import quantity


@dataclass(frozen=True, eq=False)
class Circuit:
    """What the instruments read.

    Parameters
    ----------
    leads : tuple of str
    voltages : real array, shape (leads,)
        At the terminals, in V: outside the series resistances.
    currents : real array, shape (leads,)
        In A, positive into the device.
    """

    leads: tuple[str, ...]
    voltages: RealArray
    currents: RealArray

    def voltage(self, high: str, low: str) -> float:
        """Reading of a voltmeter between two terminals, V."""
        return float(self.voltages[self._place(high)] - self.voltages[self._place(low)])

    def current(self, lead: str) -> float:
        """Current into the device through a lead, A."""
        return float(self.currents[self._place(lead)])

    def _place(self, lead: str) -> int:
        if lead not in self.leads:
            raise UnknownName.among("lead", lead, self.leads)
        return self.leads.index(lead)


def circuit(
    s: SMatrix | Transmissions,
    *,
    voltages: Mapping[str, Any],
    currents: Mapping[str, Any] | None = None,
    series: Mapping[str, Any] | None = None,
) -> Circuit:
    r"""Voltages and currents of all contacts, in linear response.

    .. math:: I = G v, \qquad V_i = v_i + R_i I_i

    with v inside and V outside the contact resistances R. Contacts that are not named float.

    Parameters
    ----------
    s : SMatrix or Transmissions
        At the Fermi energy.
    voltages : mapping of lead to voltage
        Contacts held at a voltage (numbers in V, or "1 mV"); ground is ``{"drain": 0}``, and any
        contact may be it.
    currents : mapping of lead to current, optional
        Currents driven into the device, A or "10 nA"; what is missing returns through `voltages`.
    series : mapping of lead to resistance, optional
        Resistance between a contact and its terminal, Ohm or "1.2 kOhm".

    Raises
    ------
    InvalidInput
        For a contact whose voltage nothing fixes; the message names it.

    References
    ----------
    M. Büttiker, Phys. Rev. Lett. 57, 1761 (1986).
    """
    leads = s.leads
    held = _read(leads, voltages, "V", "voltage")
    driven = _read(leads, currents or {}, "A", "current")
    wires = _read(leads, series or {}, "Ohm", "series resistance")
    _check(leads, held, driven, wires)
    g = conductance_matrix(s, unit="S")
    away = ~np.eye(len(leads), dtype=bool)
    g[~away] = -np.where(away, g, 0.0).sum(axis=1)  # rows sum to zero to the last digit
    _refuse_floating(leads, np.abs(s.transmissions) * away, held)
    ohm = np.array([wires.get(lead, 0.0) for lead in leads])
    rows, right = g.copy(), np.array([driven.get(lead, 0.0) for lead in leads])
    for lead, volt in held.items():
        i = leads.index(lead)
        rows[i] = ohm[i] * g[i]
        rows[i, i] += 1.0
        right[i] = volt
    size = np.abs(rows).max(axis=1)
    inside = np.linalg.solve(rows / size[:, None], right / size)
    flow = g @ inside
    for lead in leads:  # a contact that floats draws nothing, not even rounding
        if lead not in held:
            flow[leads.index(lead)] = driven.get(lead, 0.0)
    return Circuit(leads, inside + ohm * flow, flow)


def _read(
    leads: tuple[str, ...], given: Mapping[str, Any], unit: str, name: str
) -> dict[str, float]:
    for lead in given:
        if lead not in leads:
            raise UnknownName.among("lead", lead, leads)
    return {
        lead: float(quantity(value, unit, name=f"{name} of {lead!r}"))
        for lead, value in given.items()
    }


def _check(
    leads: tuple[str, ...],
    held: Mapping[str, float],
    driven: Mapping[str, float],
    wires: Mapping[str, float],
) -> None:
    if not held:
        raise InvalidInput(
            f"no contact is held at a voltage; ground one, for example "
            f"voltages={{{leads[-1]!r}: 0}}"
        )
    both = [lead for lead in held if lead in driven]
    if both:
        raise InvalidInput(
            f"lead {both[0]!r} is given a voltage and a current; an instrument sets one of them"
        )
    for lead, ohm in wires.items():
        if ohm < 0:
            raise InvalidInput(
                f"the series resistance of lead {lead!r} is {ohm:g} Ohm; it must not be negative"
            )


def _refuse_floating(
    leads: tuple[str, ...], exchange: RealArray, held: Mapping[str, float]
) -> None:
    """Every contact must reach one that is held at a voltage."""
    linked: BoolArray = exchange > DECOUPLED
    linked |= linked.T
    reached = np.array([lead in held for lead in leads])
    for _ in leads:
        reached |= linked @ reached
    if not reached.all():
        names = ", ".join(repr(lead) for lead, ok in zip(leads, reached, strict=True) if not ok)
        raise InvalidInput(
            f"nothing fixes the voltage of {names}: no transmission leads from there to a contact "
            "that is held at a voltage; ground it, or couple it more strongly"
        )
