"""Where each lead touches the device: which orbitals, through which part of the lead's first bond.

A lead's equations are written on the bond between its cell 1 and "cell 0", the device orbitals that
would be its inner neighbor. When `coupling` is `hop` restricted to columns, up to one phase per
column, the device orbitals *are* cell 0. Otherwise cell 1 itself is appended to the device and
takes the part of cell 0, which is exact for any coupling.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from sharvin.device.blocks import LeadBlocks, SelfEnergyBlocks
from sharvin.device.pattern import Pattern
from sharvin.typing import ComplexArray, IntArray, NumberArray

# Number of a lead whose cell was appended; rows and columns of its cell's and coupling's entries.
Entries = tuple[int, IntArray, IntArray, IntArray, IntArray]

PHASE_TOLERANCE = 1e-14  # |coupling - hop * phase| against max|hop|: equal up to one rounding


@dataclass(frozen=True, eq=False)
class Contact:
    """How one lead is attached to the (extended) device.

    Parameters
    ----------
    name : str
        Name of the lead.
    orbitals : integer array, shape (q,)
        Orbitals of the extended device that play cell 0.
    rows : integer array, shape (q,)
        Their places in the lead cell (the non-zero columns of `hop`).
    phases : complex array, shape (q,), or None
        Unimodular: the wave of cell 0 is ``phases * psi[orbitals]``.
    appended : slice or None
        Orbitals of the extended device that hold the lead's first cell, where it was appended.
    """

    name: str
    orbitals: IntArray
    rows: IntArray
    phases: ComplexArray | None
    appended: slice | None


def column_match(
    coupling: NumberArray, hop: NumberArray
) -> tuple[IntArray, IntArray, ComplexArray | None] | None:
    """Columns of `coupling`, columns of `hop` and phases with coupling = hop * phases, or None."""
    used = np.flatnonzero(np.any(coupling != 0, axis=0))
    rows = np.flatnonzero(np.any(hop != 0, axis=0))
    if len(used) != len(rows):
        return None
    if not len(rows):
        return used, rows, None
    c, v = coupling[:, used], hop[:, rows]
    tolerance = PHASE_TOLERANCE * np.abs(v).max()
    if np.abs(c - v).max() <= tolerance:
        return used, rows, None
    largest = np.abs(v).argmax(axis=0)
    index = np.arange(len(rows))
    phases = c[largest, index] / v[largest, index]
    unimodular = np.abs(np.abs(phases) - 1.0).max() <= 1e-13
    if unimodular and np.abs(c - v * phases).max() <= 4 * tolerance:
        return used, rows, (phases / np.abs(phases)).astype(complex)
    return None


@dataclass(frozen=True, eq=False)
class Extension:
    """The device with the first cells of some leads appended.

    Parameters
    ----------
    pattern : Pattern
        Of the extended Hamiltonian.
    contacts : tuple of Contact
        In the order of the leads.
    source : integer array or None
        Slot of the extended values -> slot of (device values, appended entries); None when
        nothing was appended.
    entries : tuple
        What was appended: per lead, where its cell and its coupling are not zero.
    """

    pattern: Pattern
    contacts: tuple[Contact, ...]
    source: IntArray | None
    entries: tuple[Entries, ...] = ()

    def values(
        self, device_values: NumberArray, leads: Sequence[LeadBlocks | SelfEnergyBlocks]
    ) -> NumberArray:
        """Values of the extended Hamiltonian, in the order of `pattern`."""
        if self.source is None:
            return device_values
        parts = [device_values]
        for number, cell_i, cell_j, hop_i, hop_j in self.entries:
            lead = leads[number]
            assert isinstance(lead, LeadBlocks)
            bond = lead.coupling[hop_i, hop_j]
            parts += [lead.cell[cell_i, cell_j], bond, bond.conj()]
        values = np.concatenate(parts)[self.source]
        values.flags.writeable = False
        return values


def attach(
    pattern: Pattern,
    leads: Sequence[LeadBlocks | SelfEnergyBlocks],
    known: Extension | None = None,
) -> Extension:
    """Attach the leads to a device pattern, appending first cells where the coupling needs it.

    The pattern of `known`, an earlier answer for the same device, is used again where it fits.
    """
    contacts: list[Contact] = []
    entries: list[Entries] = []
    size = len(pattern.indptr) - 1
    for number, lead in enumerate(leads):
        sites = np.asarray(lead.sites)
        if isinstance(lead, SelfEnergyBlocks):
            contacts.append(Contact(lead.name, sites, np.arange(len(sites)), None, None))
            continue
        match = column_match(lead.coupling, lead.hop)
        if match is not None:
            used, rows, phases = match
            contacts.append(Contact(lead.name, sites[used], rows, phases, None))
            continue
        m = len(lead.cell)
        cell_i, cell_j = np.nonzero((lead.cell != 0) | np.eye(m, dtype=bool))
        bond_i, bond_j = np.nonzero(lead.coupling)
        entries.append((number, cell_i, cell_j, bond_i, bond_j))
        rows = np.flatnonzero(np.any(lead.hop != 0, axis=0))
        contacts.append(Contact(lead.name, size + rows, rows, None, slice(size, size + m)))
        size += m
    if not entries:
        return Extension(pattern, tuple(contacts), None)
    if known is not None and _same(known.entries, entries):
        return replace(known, contacts=tuple(contacts))
    return _extend(pattern, leads, tuple(contacts), tuple(entries), size)


def _same(known: Sequence[Entries], entries: Sequence[Entries]) -> bool:
    """Whether the appended entries sit in the same places."""
    return len(known) == len(entries) and all(
        one[0] == other[0]
        and all(np.array_equal(a, b) for a, b in zip(one[1:], other[1:], strict=True))
        for one, other in zip(known, entries, strict=True)
    )


def _extend(
    pattern: Pattern,
    leads: Sequence[LeadBlocks | SelfEnergyBlocks],
    contacts: tuple[Contact, ...],
    entries: tuple[Entries, ...],
    size: int,
) -> Extension:
    """The pattern with the appended cells, and where each of its entries comes from."""
    start = len(pattern.indptr) - 1
    rows = [np.repeat(np.arange(start), np.diff(pattern.indptr))]
    columns = [np.asarray(pattern.indices)]
    places = [] if pattern.positions is None else [pattern.positions]
    for number, cell_i, cell_j, bond_i, bond_j in entries:
        sites, m = np.asarray(leads[number].sites), int(cell_i.max()) + 1
        rows += [start + cell_i, start + bond_i, sites[bond_j]]
        columns += [start + cell_j, sites[bond_j], start + bond_i]
        if pattern.positions is not None:
            places.append(_cell_positions(pattern.positions, sites, m))
        start += m
    i, j = np.concatenate(rows), np.concatenate(columns)
    order = sp.csr_matrix((np.arange(1, len(i) + 1), (i, j)), shape=(size, size))
    order.sort_indices()
    extended = Pattern(order.indptr, order.indices, np.concatenate(places) if places else None)
    return Extension(extended, contacts, order.data - 1, entries)


def _cell_positions(positions: NumberArray, sites: IntArray, m: int) -> NumberArray:
    """Rough places for an appended cell (they only guide the elimination order)."""
    if not len(sites):
        return np.zeros((m, positions.shape[1]))
    return positions[sites[np.arange(m) % len(sites)]]
