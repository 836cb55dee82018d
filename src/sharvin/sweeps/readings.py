"""What is read off each S-matrix of a sweep, and what of it a temperature averages.

A reading keeps, per energy, numbers that are linear in the transmissions; their thermal average
is turned into the result. A resistance is therefore that of averaged transmissions, as four
terminals measure it, and not the average of resistances.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput
from sharvin.observables.conductance import conductance
from sharvin.observables.eigenchannels import fano_factor
from sharvin.scattering.smatrix import Port, SMatrix
from sharvin.typing import ComplexArray, RealArray
from sharvin.units import ratio

Labels = tuple[str, ...]


@runtime_checkable
class Reading(Protocol):
    """One kind of result of a sweep."""

    @property
    def outputs(self) -> tuple[tuple[str, str, str], ...]:
        """Name, long name and unit of every number of the result; empty: not known before."""

    @property
    def smears(self) -> bool:
        """Whether it has a meaning at a temperature above zero."""

    def check(self, device: Device) -> None:
        """Refuse a device that it cannot be read off."""

    def at(self, s: SMatrix) -> RealArray:
        """The result at zero temperature, shape (outputs,)."""

    def uncertainty(self, s: SMatrix) -> RealArray:
        """What the error estimate of S makes of it, shape (outputs,)."""

    def linear(self, s: SMatrix) -> RealArray:
        """The numbers that a temperature averages, shape (k,)."""

    def channels(self, s: SMatrix) -> RealArray | None:
        """Eigenvalues T and 1 - T, shape (n, 2), the sum of T being ``linear(s)``, or None."""

    def averaged(self, linear: RealArray, device: Device) -> RealArray:
        """The result from averaged numbers, shape (outputs,)."""

    def propagated(self, linear: RealArray, errors: RealArray, device: Device) -> RealArray:
        """What errors of the averaged numbers make of it, shape (outputs,)."""


@dataclass(frozen=True)
class TransmissionReading:
    """Transmission, or with `unit` the conductance, between two ports.

    Parameters
    ----------
    to, from_ : lead or (lead, label)
    unit : str or None
        Unit of the conductance; None reads the bare transmission, without degeneracy.
    """

    to: Port
    from_: Port
    unit: str | None = None
    smears: bool = field(default=True, init=False)

    @property
    def outputs(self) -> tuple[tuple[str, str, str], ...]:
        """One number, named after what it is."""
        if self.unit is None:
            return (("transmission", "transmission", ""),)
        return (("conductance", "conductance", self.unit),)

    def check(self, device: Device) -> None:
        """Both leads exist, and for a conductance they differ."""
        _check_ports(device, self.to, self.from_)
        if self.unit is not None:
            ratio("e²/h", self.unit)
            if lead_of(self.to) == lead_of(self.from_):
                raise InvalidInput(
                    f"a conductance needs two different leads, got {self.to!r} twice; "
                    "transmission() gives the reflection"
                )

    def at(self, s: SMatrix) -> RealArray:
        """The same number as the verb gives for this S-matrix."""
        if self.unit is None:
            return np.array([s.transmission(to=self.to, from_=self.from_)])
        return np.array([conductance(s, to=self.to, from_=self.from_, unit=self.unit)])

    def uncertainty(self, s: SMatrix) -> RealArray:
        """|dT| <= 2 e sum|t| <= 2 e sqrt(T N M), e the error of an element of S."""
        t = s.block(to=self.to, from_=self.from_)
        total = float(np.sum(np.abs(t)))
        return self._factor(s.degeneracy) * np.array([2 * s.error_estimate * total])

    def linear(self, s: SMatrix) -> RealArray:
        """The transmission."""
        return np.array([s.transmission(to=self.to, from_=self.from_)])

    def channels(self, s: SMatrix) -> RealArray | None:
        """Eigenvalues T of t†t, and 1 - T from the waves that end elsewhere."""
        there = s.rows_of(self.to)
        elsewhere = np.setdiff1d(np.arange(len(s.data)), there)
        columns = s.columns_of(self.from_)
        passed = _powers(s.data[np.ix_(there, columns)])
        return np.stack((passed, _powers(s.data[np.ix_(elsewhere, columns)])[::-1]), axis=1)

    def averaged(self, linear: RealArray, device: Device) -> RealArray:
        """The averaged transmission in the result's unit."""
        return self._factor(device.degeneracy) * linear

    def propagated(self, linear: RealArray, errors: RealArray, device: Device) -> RealArray:
        """Errors in the result's unit."""
        return self._factor(device.degeneracy) * errors

    def _factor(self, degeneracy: int) -> float:
        return 1.0 if self.unit is None else degeneracy * ratio("e²/h", self.unit)


@dataclass(frozen=True)
class FanoReading:
    """Zero-temperature Fano factor between two ports."""

    to: Port
    from_: Port
    smears: bool = field(default=False, init=False)
    outputs: tuple[tuple[str, str, str], ...] = field(
        default=(("fano_factor", "Fano factor", ""),), init=False
    )

    def check(self, device: Device) -> None:
        """Both leads exist."""
        _check_ports(device, self.to, self.from_)

    def at(self, s: SMatrix) -> RealArray:
        """The same number as the verb gives for this S-matrix."""
        return np.array([fano_factor(s, to=self.to, from_=self.from_)])

    def uncertainty(self, s: SMatrix) -> RealArray:
        """Each of numerator and denominator is as uncertain as the transmission."""
        t = np.abs(s.block(to=self.to, from_=self.from_))
        total = float(np.sum(t**2))
        return np.array([4 * s.error_estimate * float(t.sum()) / total if total > 0 else np.nan])

    def linear(self, s: SMatrix) -> RealArray:
        """Never asked for: it has no meaning above zero temperature."""
        raise NotImplementedError

    def channels(self, s: SMatrix) -> RealArray | None:
        """None: a ratio is no sum."""

    def averaged(self, linear: RealArray, device: Device) -> RealArray:
        """Never asked for."""
        raise NotImplementedError

    def propagated(self, linear: RealArray, errors: RealArray, device: Device) -> RealArray:
        """Never asked for."""
        raise NotImplementedError


@dataclass(frozen=True)
class MeasureReading:
    """Anything that a user's function reads off an S-matrix.

    Parameters
    ----------
    measure : callable
        ``measure(s) -> float`` or a mapping of names to numbers.
    names : tuple of str
        Keys of the mapping; ``("measure",)`` for a single number.
    """

    measure: Callable[[SMatrix], Any]
    names: Labels = ()
    is_mapping: bool = False
    smears: bool = field(default=False, init=False)

    @property
    def outputs(self) -> tuple[tuple[str, str, str], ...]:
        """One number per name."""
        return tuple((name, name.replace("_", " "), "") for name in self.names)

    def check(self, device: Device) -> None:
        """Nothing is known about the function."""

    def at(self, s: SMatrix) -> RealArray:
        """What the function says, in the order of `names`."""
        found = self.measure(s)
        if not isinstance(found, Mapping):
            found = {self.names[0]: found}
        if tuple(found) != self.names:
            raise InvalidInput(
                f"measure gave {', '.join(map(str, found))} at one point and "
                f"{', '.join(self.names)} at the first; it must always give the same names"
            )
        return np.array([float(found[name]) for name in self.names])

    def uncertainty(self, s: SMatrix) -> RealArray:
        """Unknown."""
        return np.full(len(self.names), np.nan)

    def linear(self, s: SMatrix) -> RealArray:
        """Never asked for."""
        raise NotImplementedError

    def channels(self, s: SMatrix) -> RealArray | None:
        """None."""

    def averaged(self, linear: RealArray, device: Device) -> RealArray:
        """Never asked for."""
        raise NotImplementedError

    def propagated(self, linear: RealArray, errors: RealArray, device: Device) -> RealArray:
        """Never asked for."""
        raise NotImplementedError


def lead_of(port: Port) -> str:
    """The lead that a port belongs to."""
    return port if isinstance(port, str) else port[0]


def _powers(block: ComplexArray) -> RealArray:
    """Squared singular values, one per column, descending; small ones keep their digits."""
    powers = np.zeros(block.shape[1])
    found = np.linalg.svd(block, compute_uv=False) ** 2
    powers[: len(found)] = found
    return powers


def _check_ports(device: Device, *ports: Port) -> None:
    for port in ports:
        if isinstance(port, tuple) and len(port) != 2:
            raise InvalidInput(f"a port is a lead's name or a pair (lead, label), got {port!r}")
        device.check_lead(lead_of(port))
