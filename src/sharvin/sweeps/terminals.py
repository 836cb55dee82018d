"""Resistances read with several terminals, from averages of all transmissions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput, Unreliable
from sharvin.observables.resistance import probe_resistance, resistance
from sharvin.scattering.smatrix import SMatrix
from sharvin.typing import RealArray
from sharvin.units import ratio

Labels = tuple[str, ...]


@dataclass(frozen=True)
class ResistanceReading:
    """Voltage between two leads per current through two leads."""

    current: tuple[str, str]
    voltage: tuple[str, str]
    unit: str
    smears: bool = field(default=True, init=False)

    @property
    def outputs(self) -> tuple[tuple[str, str, str], ...]:
        """One number."""
        return (("resistance", "resistance", self.unit),)

    def check(self, device: Device) -> None:
        """All leads exist and each pair differs."""
        ratio("h/e²", self.unit)
        for name, pair in (("current", self.current), ("voltage", self.voltage)):
            if isinstance(pair, str) or len(pair) != 2 or pair[0] == pair[1]:
                raise InvalidInput(f"{name} must be a pair of different lead names, got {pair!r}")
            for lead in pair:
                device.check_lead(lead)
            if name in device.parameters:
                raise InvalidInput(
                    f"the device's parameter {name!r} shadows a keyword of resistance(); rename it"
                )

    def at(self, s: SMatrix) -> RealArray:
        """The same number as the verb gives for this S-matrix."""
        try:
            value = resistance(s, current=self.current, voltage=self.voltage, unit=self.unit)
        except InvalidInput as error:  # the names are known to be good: a probe floats here
            raise Unreliable(str(error)) from None
        return np.array([value])

    def uncertainty(self, s: SMatrix) -> RealArray:
        """First order in the errors of all transmissions, added without cancellation."""
        owner = np.repeat(np.arange(len(s.leads)), s.modes)
        member = (owner == np.arange(len(s.leads))[:, None]).astype(float)
        errors = 2 * s.error_estimate * (member @ np.abs(s.data) @ member.T)
        value = self._value(s.transmissions, s.leads, s.degeneracy)
        return np.array([self._spread(value, s.transmissions, errors, s.leads, s.degeneracy)])

    def linear(self, s: SMatrix) -> RealArray:
        """All transmissions, row by row."""
        return s.transmissions.ravel()

    def channels(self, s: SMatrix) -> RealArray | None:
        """None: transmissions between several leads share no eigenchannels."""

    def averaged(self, linear: RealArray, device: Device) -> RealArray:
        """The resistance of averaged transmissions."""
        n = len(device.lead_names)
        square = linear.reshape(n, n)
        return np.array([self._value(square, device.lead_names, device.degeneracy)])

    def propagated(self, linear: RealArray, errors: RealArray, device: Device) -> RealArray:
        """First order in the errors of all transmissions, added without cancellation."""
        n = len(device.lead_names)
        square, spread = linear.reshape(n, n), errors.reshape(n, n)
        value = self._value(square, device.lead_names, device.degeneracy)
        total = self._spread(value, square, spread, device.lead_names, device.degeneracy)
        return np.array([total])

    def _value(self, transmissions: RealArray, leads: Labels, degeneracy: int) -> float:
        try:
            value = probe_resistance(
                transmissions, leads, current=self.current, voltage=self.voltage
            )
        except InvalidInput as error:
            raise Unreliable(str(error)) from None
        return value / degeneracy * ratio("h/e²", self.unit)

    def _spread(
        self, value: float, transmissions: RealArray, errors: RealArray, leads: Labels, copies: int
    ) -> float:
        total = 0.0
        for i, j in np.argwhere(~np.eye(len(leads), dtype=bool)):
            # A loop of current, i to j and back, keeps the balance that a resistance needs.
            step = max(float(errors[i, j]), 1e-12)
            changed = transmissions.copy()
            changed[i, j] += step
            changed[j, i] += step
            total += abs(self._value(changed, leads, copies) - value) / step * errors[i, j]
        return total


@dataclass(frozen=True)
class ResistancesReading:
    """Several voltages for one current, such as the longitudinal and the Hall voltage."""

    parts: tuple[tuple[str, ResistanceReading], ...]
    smears: bool = field(default=True, init=False)
    is_mapping: bool = field(default=True, init=False)

    @property
    def outputs(self) -> tuple[tuple[str, str, str], ...]:
        """One number per name."""
        return tuple((name, f"resistance {name}", part.unit) for name, part in self.parts)

    @property
    def measures(self) -> str:
        """What is measured, in a few words."""
        first = self.parts[0][1]
        voltages = ", ".join(f"{name} {p.voltage[0]}-{p.voltage[1]}" for name, p in self.parts)
        return f"current {first.current[0]} to {first.current[1]}, voltages {voltages}"

    def check(self, device: Device) -> None:
        """Each of them is possible."""
        for _, part in self.parts:
            part.check(device)

    def at(self, s: SMatrix) -> RealArray:
        """All numbers at zero temperature."""
        return np.concatenate([part.at(s) for _, part in self.parts])

    def uncertainty(self, s: SMatrix) -> RealArray:
        """Their errors."""
        return np.concatenate([part.uncertainty(s) for _, part in self.parts])

    def linear(self, s: SMatrix) -> RealArray:
        """All transmissions, row by row."""
        return s.transmissions.ravel()

    def channels(self, s: SMatrix) -> RealArray | None:
        """None."""

    def averaged(self, linear: RealArray, device: Device) -> RealArray:
        """The resistances of averaged transmissions."""
        return np.concatenate([part.averaged(linear, device) for _, part in self.parts])

    def propagated(self, linear: RealArray, errors: RealArray, device: Device) -> RealArray:
        """Errors of the averaged numbers."""
        return np.concatenate([part.propagated(linear, errors, device) for _, part in self.parts])


def resistance_reading(
    current: Any, voltage: Any, unit: str
) -> "ResistanceReading | ResistancesReading":
    """Reading of one pair of voltage probes, or of several with names."""
    if not isinstance(voltage, Mapping):
        return ResistanceReading(_pair(current), _pair(voltage), unit)
    if not voltage or not all(isinstance(name, str) and name for name in voltage):
        raise InvalidInput(
            "voltage must be a pair of leads, or name pairs: {'R_xy': ('1', '3'), ...}; got "
            f"{voltage!r}"
        )
    parts = [(n, ResistanceReading(_pair(current), _pair(v), unit)) for n, v in voltage.items()]
    return ResistancesReading(tuple(parts))


def _pair(pair: Any) -> Any:
    return tuple(pair) if isinstance(pair, list) else pair
