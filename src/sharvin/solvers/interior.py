"""The closed inside of a device, reduced onto the orbitals that the leads touch.

Sectors that the Hamiltonian does not connect (spins, valleys, islands) are found from the values
that are not zero and are eliminated apart; those that no kept orbital belongs to never enter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.pattern import Pattern
from sharvin.numerics.elimination import Accuracy, Plan, Reduced, connected
from sharvin.solvers.mirror import Graph, Mirror, find_mirror
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
    graph : Graph
        Its sparsity, with the kept orbitals.
    mirror : Mirror or None
        Its reflection, where it has one: a quarter of the work.
    """

    orbitals: IntArray | None
    slots: IntArray | None
    kept: IntArray
    graph: Graph
    mirror: Mirror | None

    @property
    def plan(self) -> Plan:
        """How it is eliminated as a whole."""
        return self.graph.plan

    def pick(self, values: NumberArray) -> NumberArray:
        """The sector's entries of one or of several (rows) sets of values."""
        if self.slots is None:
            return values
        picked: NumberArray = values[..., self.slots]
        return picked

    def covers(self, values: NumberArray) -> bool:
        """Whether the device's values have the reflection, if the sector counts on one."""
        return self.mirror is None or self.mirror.holds(self.pick(values))

    def schur(self, values: NumberArray, energy: float, accuracy: Accuracy) -> Reduced:
        """Schur complement of one point, from the device's values."""
        if self.mirror is not None:
            return self.mirror.schur(self.pick(values), energy, accuracy)
        return self.plan.schur(self.pick(values), energy, accuracy=accuracy)

    def schur_many(
        self, values: NumberArray, energies: RealArray, accuracy: Accuracy
    ) -> list[Reduced]:
        """The same for many points."""
        if self.mirror is not None:
            return self.mirror.schur_many(self.pick(values), energies, accuracy)
        return self.plan.schur_many(self.pick(values), energies, accuracy=accuracy)


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
        """Whether these values leave zero what was zero, and a reflection what it was."""
        if self.idle is not None and np.any(values[..., self.idle]):
            return False
        return all(sector.covers(values) for sector in self.sectors)

    def reduce(
        self, values: NumberArray, energies: RealArray, accuracy: Accuracy = "fast"
    ) -> list[tuple[Reduced, ...]]:
        """Schur complements of E - H, for each point those of every sector.

        `values` has shape (entries,), shared by all points, or (points, entries).
        """
        if len(energies) == 1:
            one = values if values.ndim == 1 else values[0]
            return [tuple(s.schur(one, float(energies[0]), accuracy) for s in self.sectors)]
        columns = [s.schur_many(values, energies, accuracy) for s in self.sectors]
        return [tuple(column[point] for column in columns) for point in range(len(energies))]

    def factorize(self, values: NumberArray, energy: float) -> "tuple[Factors, ...]":
        """The same for one point, with everything kept that waves inside need."""
        return tuple(s.plan.factorize(s.pick(values), energy) for s in self.sectors)


def find_interior(
    pattern: Pattern,
    kept: IntArray,
    values: Sequence[NumberArray],
    known: Interior | None = None,
    *,
    mirrored: bool = False,
) -> Interior:
    """Sectors of a Hamiltonian, from every entry that is not zero in one of `values`.

    Entries in use by `known`, an earlier answer for the same pattern, stay in use. With
    `mirrored`, each sector's reflection is looked for: that takes as long as a few points.
    """
    size = len(pattern.indptr) - 1
    active = np.zeros(len(pattern.indices), dtype=bool)
    if known is not None:
        active |= True if known.active is None else known.active
    for entries in values:
        active |= entries != 0
    active[pattern.diagonal] = True
    every = bool(active.all())
    if every:
        label, count = connected(pattern.indptr, pattern.indices)
    else:
        before = np.concatenate([[0], np.cumsum(active)])
        label, count = connected(before[pattern.indptr], pattern.indices[active])
    needed = np.unique(label[kept])
    whole = every and count == 1
    sectors = []
    for sector in needed:
        if whole:
            own = Graph(pattern.indptr, pattern.indices, kept, pattern.positions)
            orbitals, slots, places = None, None, np.arange(len(kept))
        else:
            orbitals, slots, places, own = _part(pattern, kept, label, sector, active)
        # Not looked for again once a point had none.
        mirror = _mirror(own, slots, values) if mirrored and known is None else None
        sectors.append(Sector(orbitals, slots, places, own, mirror))
    idle = None if every else np.flatnonzero(~active)
    return Interior(size, kept, None if every else active, idle, tuple(sectors))


def _mirror(graph: Graph, slots: IntArray | None, values: Sequence[NumberArray]) -> Mirror | None:
    """A reflection that all values have."""
    own = [v if slots is None else v[slots] for v in values]
    mirror = find_mirror(graph, own[0])
    return mirror if mirror is not None and all(mirror.holds(v) for v in own[1:]) else None


def _part(
    pattern: Pattern,
    kept: IntArray,
    label: IntArray,
    sector: int,
    active: BoolArray,
) -> tuple[IntArray, IntArray, IntArray, Graph]:
    """Orbitals, entries and kept places of a connected part, and its own sparsity."""
    orbitals = np.flatnonzero(label == sector)
    local = np.full(len(label), -1)
    local[orbitals] = np.arange(len(orbitals))
    rows = np.repeat(np.arange(len(label)), np.diff(pattern.indptr))
    slots = np.flatnonzero(active & (label == sector)[rows])
    counts = np.bincount(local[rows[slots]], minlength=len(orbitals))
    indptr = np.concatenate([[0], np.cumsum(counts)])
    places = np.flatnonzero(label[kept] == sector)
    positions = None if pattern.positions is None else pattern.positions[orbitals]
    graph = Graph(indptr, local[pattern.indices[slots]], local[kept[places]], positions)
    return orbitals, slots, places, graph
