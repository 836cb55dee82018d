"""What is read off every sample: named numbers of one transmission block, many blocks at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput, UnknownName
from sharvin.scattering.smatrix import Port, SMatrix
from sharvin.sweeps.readings import MeasureReading, Reading, TransmissionReading, lead_of
from sharvin.typing import RealArray

NAMES = ("conductance", "transmission", "noise", "eigenvalues")
_TEXT = {
    "conductance": ("conductance", "e²/h"),
    "transmission": ("transmission", ""),
    "noise": ("sum of T (1 - T)", "e²/h"),
}


@dataclass(frozen=True)
class BlockReading:
    """Numbers of the transmission block of each sample.

    Parameters
    ----------
    names : tuple of str
        Among `NAMES`.
    to, from_ : lead or (lead, label)
    kept : int
        Eigenvalues to keep, the largest first; missing ones are NaN.
    """

    names: tuple[str, ...]
    to: Port
    from_: Port
    kept: int = 0
    smears: bool = field(default=False, init=False)
    is_mapping: bool = field(default=True, init=False)

    @property
    def outputs(self) -> tuple[tuple[str, str, str], ...]:
        """One number per name, and one per eigenvalue."""
        found: list[tuple[str, str, str]] = []
        for name in self.names:
            if name == "eigenvalues":
                found += [(f"T{n}", f"transmission eigenvalue {n}", "") for n in self._numbers]
            else:
                found.append((name, *_TEXT[name]))
        return tuple(found)

    @property
    def _numbers(self) -> range:
        return range(1, self.kept + 1)

    def check(self, device: Device) -> None:
        """Both leads exist."""
        for port in (self.to, self.from_):
            device.check_lead(lead_of(port))

    def at(self, s: SMatrix) -> RealArray:
        """Numbers of one S-matrix."""
        numbers: RealArray = self.at_many([s])[0]
        return numbers

    def at_many(self, found: Sequence[SMatrix]) -> RealArray:
        """Numbers of several S-matrices, shape (n, outputs)."""
        result = np.empty((len(found), len(self.outputs)))
        alike: dict[tuple[int, ...], list[int]] = {}
        for number, s in enumerate(found):
            alike.setdefault(s.modes, []).append(number)
        for numbers in alike.values():
            result[numbers] = self._stacked([found[n] for n in numbers])
        return result

    def _stacked(self, found: Sequence[SMatrix]) -> RealArray:
        first = found[0]
        place = np.ix_(first.rows_of(self.to), first.columns_of(self.from_))
        blocks = np.stack([s.data[place] for s in found])
        total = (np.abs(blocks) ** 2).sum(axis=(1, 2))
        powers = np.zeros((len(found), 0))
        if {"noise", "eigenvalues"} & {*self.names} and blocks.size:
            powers = np.minimum(np.linalg.svd(blocks, compute_uv=False) ** 2, 1.0)
        columns = []
        for name in self.names:
            if name == "eigenvalues":
                largest = np.full((len(found), self.kept), np.nan)
                largest[:, : powers.shape[1]] = powers[:, : self.kept]
                columns.append(largest)
            elif name == "noise":
                columns.append(first.degeneracy * (powers * (1 - powers)).sum(axis=1)[:, None])
            else:
                factor = first.degeneracy if name == "conductance" else 1
                columns.append(factor * total[:, None])
        return np.concatenate(columns, axis=1)

    def uncertainty(self, s: SMatrix) -> RealArray:
        """Not told number by number; the largest error of any S is an attribute of the result."""
        return np.full(len(self.outputs), np.nan)

    def linear(self, s: SMatrix) -> RealArray:
        """Never asked for: it does not smear."""
        raise NotImplementedError

    def channels(self, s: SMatrix) -> None:
        """None."""

    def averaged(self, linear: RealArray, device: Device) -> RealArray:
        """Never asked for."""
        raise NotImplementedError

    def propagated(self, linear: RealArray, errors: RealArray, device: Device) -> RealArray:
        """Never asked for."""
        raise NotImplementedError


def read_observable(
    device: Device,
    observable: str | Sequence[str] | Callable[[SMatrix], Any],
    to: Port | None,
    from_: Port | None,
    firsts: Callable[[], Sequence[SMatrix]],
    is_thermal: bool,
) -> Reading:
    """Reading for what the caller asked for; `firsts` gives one sample, at all energies."""
    if callable(observable):
        if to is not None or from_ is not None:
            raise InvalidInput("a function of an S-matrix picks its own leads; drop to= and from_=")
        return _own(observable, firsts()[0])
    names = (observable,) if isinstance(observable, str) else tuple(observable)
    for name in names:
        if name not in NAMES:
            raise UnknownName.among("observable", name, NAMES)
    if not names or len(set(names)) < len(names):
        raise InvalidInput(f"observables must be different names, got {list(names)}")
    to, from_ = _ports(device, to, from_)
    if is_thermal:
        if names not in (("conductance",), ("transmission",)):
            raise InvalidInput(
                f"{names[-1]} is read off one S-matrix and has no thermal average; ask for the "
                "conductance alone, or leave temperature= out"
            )
        return TransmissionReading(to, from_, "e²/h" if names == ("conductance",) else None)
    kept = 0
    if "eigenvalues" in names:
        open_ = [(len(s.rows_of(to)), len(s.columns_of(from_))) for s in firsts()]
        kept = max(min(pair) for pair in open_)
    return BlockReading(names, to, from_, kept)


def _own(measure: Callable[[SMatrix], Any], s: SMatrix) -> MeasureReading:
    found = measure(s)
    if hasattr(found, "keys"):
        return MeasureReading(measure, tuple(map(str, found)), is_mapping=True)
    return MeasureReading(measure, (getattr(measure, "__name__", "measure").strip("<>"),))


def _ports(device: Device, to: Port | None, from_: Port | None) -> tuple[Port, Port]:
    """Ports of the call; a device with two leads needs none: from the first to the second."""
    if to is None and from_ is None and len(device.lead_names) == 2:
        return device.lead_names[1], device.lead_names[0]
    if to is None or from_ is None:
        raise InvalidInput(
            f"say between which leads: to= and from_= (leads: {', '.join(device.lead_names)})"
        )
    return to, from_
