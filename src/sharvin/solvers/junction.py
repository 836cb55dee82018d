"""What a device's sweep shares between its points: contacts, sectors, elimination plans, channels.

A `Junction` belongs to one device. It looks at each point's numbers only to see whether what it
knows still holds: which entries are zero, and how each lead is attached.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary, ref

import numpy as np

from sharvin.device.blocks import LeadBlocks, SelfEnergyBlocks
from sharvin.device.device import Device
from sharvin.device.pattern import Pattern
from sharvin.errors import SharvinError, Unreliable
from sharvin.solvers.chained import chain_channels
from sharvin.solvers.channels import Channels, lead_channels, self_energy_channels
from sharvin.solvers.contacts import Contact, Extension, attach
from sharvin.solvers.interior import Interior, find_interior
from sharvin.solvers.modes import PreparedLead, prepare
from sharvin.typing import IntArray, NumberArray

Leads = tuple[LeadBlocks | SelfEnergyBlocks, ...]
CHANNELS_KEPT = 16  # leads times energies whose channels stay in memory


@dataclass(frozen=True, eq=False)
class Layout:
    """Contacts and sectors that hold for a range of parameter values.

    Parameters
    ----------
    extension : Extension
        The device with appended lead cells, and its contacts.
    interior : Interior
        Sectors and elimination plans of the extended device.
    places : tuple of integer array
        Where each lead's orbitals sit in ``interior.kept``.
    """

    extension: Extension
    interior: Interior
    places: tuple[IntArray, ...]


@dataclass(frozen=True, eq=False)
class Point:
    """One point of a sweep in numbers."""

    energy: float
    values: NumberArray  # of the extended Hamiltonian
    leads: Leads
    layout: Layout


class Junction:
    """Shared knowledge about one device, safe to use from several threads.

    Parameters
    ----------
    device : Device
    keep : integer array
        Orbitals to keep besides those that leads touch (for Green functions between them).
    many : bool
        Whether many points will come: then looking for a reflection of the device pays.
    """

    def __init__(self, device: Device, keep: IntArray | None = None, *, many: bool = False) -> None:
        self._device = ref(device)  # weak: the registry below must not keep devices alive
        self.many = many
        self.keep = np.zeros(0, dtype=np.int64) if keep is None else np.asarray(keep)
        self._lock = threading.Lock()
        self._layout: Layout | None = None
        self._leads: Leads | None = None
        self._prepared: OrderedDict[int, tuple[object, PreparedLead]] = OrderedDict()
        self._channels: OrderedDict[tuple[int, float], tuple[object, Channels]] = OrderedDict()

    def point(self, energy: float, parameters: Mapping[str, float]) -> Point:
        """Numbers of one point, with the layout that they fit."""
        return self.points([energy], [parameters])[0]

    def points(
        self, energies: Sequence[float], parameters: Sequence[Mapping[str, float]]
    ) -> list[Point]:
        """The same for several points; all of them share one layout where they can."""
        device = self._device()
        assert device is not None, "the caller holds the device"
        found: list[Point] = []
        for number, (energy, given) in enumerate(zip(energies, parameters, strict=True)):
            if number and given == parameters[number - 1]:
                # One array for all energies: the elimination then loads it once for all lanes.
                found.append(replace(found[-1], energy=float(energy)))
                continue
            values, leads = device.values(given), device.lead_blocks(given)
            with self._lock:
                layout = self._fit(device.pattern, values, leads)
            extended = layout.extension.values(values, leads)
            found.append(Point(float(energy), extended, leads, layout))
        return found

    def fork(self) -> "Junction":
        """Junction that starts from what this one knows and keeps to itself what it learns.

        Layouts depend on what came before. Chunks of a sweep that each work on a fork of the
        same junction give the same bits in any order, on any number of threads.
        """
        device = self._device()
        assert device is not None, "the caller holds the device"
        with self._lock:
            other = Junction(device, self.keep, many=self.many)
            other._layout, other._leads = self._layout, self._leads
            other._prepared = self._prepared.copy()
        return other

    def _fit(self, pattern: Pattern, values: NumberArray, leads: Leads) -> Layout:
        """The layout for these numbers, made anew only where the last one does not hold."""
        layout = self._layout
        if layout is None or not _identical(leads, self._leads):
            known = None if layout is None else layout.extension
            extension = attach(pattern, leads, known)
            layout = self._lay_out(extension, values, leads, layout)
            self._leads = leads
        elif not layout.interior.covers(layout.extension.values(values, leads)):
            layout = self._lay_out(layout.extension, values, leads, layout)
        self._layout = layout
        return layout

    def _lay_out(
        self, extension: Extension, values: NumberArray, leads: Leads, last: Layout | None
    ) -> Layout:
        touched = [c.orbitals for c in extension.contacts]
        kept = np.unique(np.concatenate([*touched, self.keep]).astype(np.int64))
        places = tuple(np.searchsorted(kept, orbitals) for orbitals in touched)
        extended = extension.values(values, leads)
        known = None
        if (
            last is not None
            and last.extension.pattern is extension.pattern
            and np.array_equal(last.interior.kept, kept)
        ):
            if last.interior.covers(extended):
                return Layout(extension, last.interior, places)
            known = last.interior
        interior = find_interior(extension.pattern, kept, [extended], known, mirrored=self.many)
        return Layout(extension, interior, places)

    def channels(self, point: Point, *, careful: bool = False) -> list[Channels]:
        """Channels of every lead at the point's energy.

        `careful` takes the slower formulations of the leads' modes, and keeps their bonds as
        unknowns of the junction: neither magnifies errors where a surface state is near.
        """
        contacts = point.layout.extension.contacts
        for lead in point.leads:
            if isinstance(lead, LeadBlocks):  # know both ends of a wire before solving either
                self._prepared_lead(lead)
        find = self._make_channels if careful else self._lead_channels
        return [
            find(lead, contact, point.energy, careful)
            for lead, contact in zip(point.leads, contacts, strict=True)
        ]

    def channels_of_all(self, points: Sequence[Point]) -> list[list[Channels] | None]:
        """Channels at every point, leads in closed form at all energies at once.

        None where a lead refuses the point's energy: `channels` says why.
        """
        first = points[0]
        if all(p.energy == first.energy and _identical(p.leads, first.leads) for p in points):
            return [self._channels_or_none(first)] * len(points)
        columns = None
        if all(_identical(p.leads, first.leads) for p in points):
            columns = self._chained(points)
        if columns is None:
            return [self._channels_or_none(point) for point in points]
        return [
            None if any(c is None for c in row) else [c for c in row if c is not None]
            for row in zip(*columns, strict=True)
        ]

    def _channels_or_none(self, point: Point) -> list[Channels] | None:
        try:
            return self.channels(point)
        except SharvinError:
            return None

    def _chained(self, points: Sequence[Point]) -> list[list[Channels | None]] | None:
        """Per lead its channels at every point; None unless all leads have a closed form."""
        energies = np.array([point.energy for point in points])
        if not np.isfinite(energies).all():
            return None
        columns: list[list[Channels | None]] = []
        contacts = points[0].layout.extension.contacts
        for lead, contact in zip(points[0].leads, contacts, strict=True):
            form = self._prepared_lead(lead).chains if isinstance(lead, LeadBlocks) else None
            if form is None or not isinstance(lead, LeadBlocks):
                return None
            column = chain_channels(form, energies, lead, contact)
            if column is None:
                return None
            columns.append(column)
        return columns

    def _lead_channels(
        self,
        lead: LeadBlocks | SelfEnergyBlocks,
        contact: Contact,
        energy: float,
        careful: bool,
    ) -> Channels:
        key = (id(lead), energy)
        with self._lock:
            held = self._channels.get(key)
            if held is not None and held[0] is lead:
                self._channels.move_to_end(key)
                return held[1]
        made = self._make_channels(lead, contact, energy, careful)
        with self._lock:
            self._channels[key] = (lead, made)
            while len(self._channels) > CHANNELS_KEPT:
                self._channels.popitem(last=False)
        return made

    def _make_channels(
        self,
        lead: LeadBlocks | SelfEnergyBlocks,
        contact: Contact,
        energy: float,
        careful: bool,
    ) -> Channels:
        if isinstance(lead, SelfEnergyBlocks):
            return self_energy_channels(lead, energy)
        try:
            modes = self._prepared_lead(lead).modes(energy, careful=careful)
            return lead_channels(modes, lead, contact, by_ports=careful)
        except Unreliable as refusal:
            named = type(refusal)(f"lead {lead.name!r}: {refusal}")
            named.__dict__.update(refusal.__dict__)  # a band edge's clearance
            raise named from None

    def _prepared_lead(self, lead: LeadBlocks) -> PreparedLead:
        """The lead ready for any energy; found by identity, which spares hashing its matrices."""
        with self._lock:
            held = self._prepared.get(id(lead))
        if held is not None and held[0] is lead:
            return held[1]
        made = prepare(lead.cell, lead.hop, conserved=lead.conserved)
        with self._lock:
            self._prepared[id(lead)] = (lead, made)
            while len(self._prepared) > CHANNELS_KEPT:
                self._prepared.popitem(last=False)
        return made


def _identical(leads: Leads, others: Leads | None) -> bool:
    return others is not None and all(a is b for a, b in zip(leads, others, strict=True))


_junctions: WeakKeyDictionary[Device, Junction] = WeakKeyDictionary()
_junctions_lock = threading.Lock()


def junction_of(device: Device, *, many: bool = False) -> Junction:
    """The junction of a device, made at its first use and dropped with the device."""
    with _junctions_lock:
        junction = _junctions.get(device)
        if junction is None or (many and not junction.many):
            junction = _junctions[device] = Junction(device, many=many)
        return junction
