"""The closed inside of a device, reduced onto the orbitals that the leads touch.

Sectors that the Hamiltonian does not connect (spins, valleys, islands) are found from the values
that are not zero and are eliminated apart; those that no kept orbital belongs to never enter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from sharvin.device.pattern import Pattern
from sharvin.numerics.elimination import Accuracy, Plan, Reduced, analyze
from sharvin.typing import BoolArray, IntArray, NumberArray, RealArray

if TYPE_CHECKING:
    from sharvin.numerics.elimination import Factors


@dataclass(frozen=True, eq=False)
class Sector:
    """One connected part of the device.

    Parameters
    ----------
    orbitals : integer array or None
        Its orbitals in the device; None means all of them.
    slots : integer array or None
        Its entries in the device's values; None means all of them.
    kept : integer array
        Places of its kept orbitals in the interior's `kept`.
    plan : Plan
        How it is eliminated.
    """

    orbitals: IntArray | None
    slots: IntArray | None
    kept: IntArray
    plan: Plan

    def pick(self, values: NumberArray) -> NumberArray:
        """The sector's entries of one or of several (rows) sets of values."""
        if self.slots is None:
            return values
        picked: NumberArray = values[..., self.slots]
        return picked


@dataclass(frozen=True, eq=False)
class Interior:
    """All sectors of a device that touch the kept orbitals.

    Parameters
    ----------
    size : int
        Number of orbitals of the device.
    kept : integer array, shape (q,)
        Orbitals that stay.
    active : boolean array or None
        Entries in use when the sectors were found; None if every entry was.
    idle : integer array or None
        Entries that were zero when the sectors were found; None if every entry was used.
    sectors : tuple of Sector
    """

    size: int
    kept: IntArray
    active: BoolArray | None
    idle: IntArray | None
    sectors: tuple[Sector, ...]

    def covers(self, values: NumberArray) -> bool:
        """Whether these values leave zero what was zero when the sectors were found."""
        return self.idle is None or not np.any(values[..., self.idle])

    def reduce(
        self, values: NumberArray, energies: RealArray, accuracy: Accuracy = "fast"
    ) -> list[tuple[Reduced, ...]]:
        """Schur complements of E - H, for each point those of every sector.

        `values` has shape (entries,), shared by all points, or (points, entries).
        """
        if len(energies) == 1:
            one = values if values.ndim == 1 else values[0]
            return [
                tuple(
                    s.plan.schur(s.pick(one), float(energies[0]), accuracy=accuracy)
                    for s in self.sectors
                )
            ]
        columns = [
            s.plan.schur_many(s.pick(values), energies, accuracy=accuracy) for s in self.sectors
        ]
        return [tuple(column[point] for column in columns) for point in range(len(energies))]

    def factorize(self, values: NumberArray, energy: float) -> "tuple[Factors, ...]":
        """The same for one point, with everything kept that waves inside need."""
        return tuple(s.plan.factorize(s.pick(values), energy) for s in self.sectors)


def find_interior(
    pattern: Pattern,
    kept: IntArray,
    values: Sequence[NumberArray],
    known: Interior | None = None,
) -> Interior:
    """Sectors of a Hamiltonian, from every entry that is not zero in one of `values`.

    Entries in use by `known`, an earlier answer for the same pattern, stay in use.
    """
    size = len(pattern.indptr) - 1
    active = np.zeros(len(pattern.indices), dtype=bool)
    if known is not None:
        active |= True if known.active is None else known.active
    for entries in values:
        active |= entries != 0
    active[pattern.diagonal] = True
    rows = np.repeat(np.arange(size, dtype=pattern.indices.dtype), np.diff(pattern.indptr))
    every = bool(active.all())
    used = slice(None) if every else np.flatnonzero(active)
    i, j = rows[used], pattern.indices[used]
    graph = sp.csr_matrix((np.ones(len(i), dtype=np.int8), (i, j)), shape=(size, size))
    count, found = connected_components(graph, directed=False)
    label = found.astype(np.int64)
    needed = np.unique(label[kept])
    whole = every and count == 1
    sectors = []
    for sector in needed:
        if whole:
            sectors.append(_sector(pattern.indptr, pattern.indices, pattern.positions, kept))
        else:
            sectors.append(_part(pattern, kept, label, sector, rows, used))
    idle = None if every else np.flatnonzero(~active)
    return Interior(size, kept, None if every else active, idle, tuple(sectors))


def _sector(
    indptr: IntArray, indices: IntArray, positions: RealArray | None, kept: IntArray
) -> Sector:
    plan = analyze(indptr, indices, kept, positions=positions)
    return Sector(None, None, np.arange(len(kept)), plan)


def _part(
    pattern: Pattern,
    kept: IntArray,
    label: IntArray,
    sector: int,
    rows: IntArray,
    used: slice | IntArray,
) -> Sector:
    orbitals = np.flatnonzero(label == sector)
    local = np.full(len(label), -1)
    local[orbitals] = np.arange(len(orbitals))
    slots = np.arange(len(pattern.indices))[used]
    slots = slots[label[rows[used]] == sector]
    counts = np.bincount(local[rows[slots]], minlength=len(orbitals))
    indptr = np.concatenate([[0], np.cumsum(counts)])
    places = np.flatnonzero(label[kept] == sector)
    positions = None if pattern.positions is None else pattern.positions[orbitals]
    plan = analyze(indptr, local[pattern.indices[slots]], local[kept[places]], positions=positions)
    return Sector(orbitals, slots, places, plan)
