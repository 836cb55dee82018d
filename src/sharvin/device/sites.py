"""Which sites of a lattice a device has, and where each one's neighbors are: arrays only."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sharvin.device.regions import Region
from sharvin.errors import InvalidInput
from sharvin.matter.lattice import Lattice
from sharvin.typing import IntArray, RealArray

Int32 = NDArray[np.int32]

CHUNK = 1 << 17  # candidates looked at together: their positions stay in the cache
MOST_ROWS = 1 << 26  # rows of candidates that a region's box may span


@dataclass(frozen=True, eq=False)
class Sites:
    r"""Sites :math:`\mathbf r = \mathbf o + \sum_i n_i \mathbf a_i + \mathbf b_s` of a device.

    They are numbered in ascending order of :math:`(n_1, \dots, n_d, s)`.

    Parameters
    ----------
    lattice : Lattice
    origin : real array, shape (D,)
        Where the lattice has its origin, nm.
    cells : int32 array, shape (n, d)
        Integer coordinates.
    sublattice : int16 array, shape (n,)
        Basis site.
    """

    lattice: Lattice
    origin: RealArray
    cells: Int32
    sublattice: NDArray[np.int16]

    def __post_init__(self) -> None:
        for array in (self.origin, self.cells, self.sublattice):
            array.flags.writeable = False

    def __len__(self) -> int:
        return len(self.cells)

    @cached_property
    def positions(self) -> RealArray:
        """Coordinates of every site, shape (n, D), nm."""
        positions = positions_of(self.lattice, self.origin, self.cells, self.sublattice)
        positions.flags.writeable = False
        return positions

    def extended(self, cells: IntArray, sublattice: IntArray) -> "Sites":
        """Return the sites with more of them, renumbered; those already here count once."""
        all_cells = np.concatenate((self.cells, cells.astype(np.int32)))
        all_basis = np.concatenate((self.sublattice, sublattice.astype(np.int16)))
        keys = np.column_stack((all_cells, all_basis))
        unique = np.unique(keys, axis=0)
        return Sites(
            self.lattice,
            self.origin,
            np.ascontiguousarray(unique[:, :-1], dtype=np.int32),
            unique[:, -1].astype(np.int16),
        )


@dataclass(frozen=True, eq=False)
class SiteTable:
    """Look-up of site numbers: one run of slots per row of cells, each run as long as needed.

    A dense box would waste most of its slots on a ribbon that runs obliquely to the lattice
    vectors; rows along the last vector hug the device. Runs and rows are padded, so that the
    neighbor of a site within the reach always has a slot: looking it up needs no test.
    """

    sites: Sites
    first: IntArray  # smallest outer coordinates (d - 1,)
    shape: IntArray  # number of outer coordinates (d - 1,)
    low: IntArray  # first inner coordinate of each row
    width: IntArray  # number of inner coordinates of each row
    start: IntArray  # first slot of each row
    row: IntArray  # row of each site
    own: IntArray  # slot of each site
    slots: Int32

    @classmethod
    def of(cls, sites: Sites, reach: IntArray) -> "SiteTable":
        """Table of `sites`, padded for neighbors up to ``reach`` (d,) cells away."""
        outer, inner = sites.cells[:, :-1], sites.cells[:, -1]
        first = outer.min(axis=0) - reach[:-1]
        shape = outer.max(axis=0) + reach[:-1] - first + 1
        row = _ravel(outer, shape) - int(_ravel(first[None], shape)[0])
        # Rows come in ascending order and inner coordinates ascend within them.
        heads = np.flatnonzero(np.diff(row, prepend=-1))
        tails = np.append(heads[1:], len(row)) - 1
        far = np.iinfo(np.int64).max // 4
        low, high = np.full(shape, far), np.full(shape, -far)
        low.reshape(-1)[row[heads]] = inner[heads]
        high.reshape(-1)[row[heads]] = inner[tails]
        low, high = _padded(low, high, reach)
        width = np.maximum(high - low + 1, 0)
        low[width == 0] = 0
        basis = len(sites.lattice.basis)
        start = (np.cumsum(width) - width) * basis
        own = (start - low * basis)[row]
        own += inner.astype(np.int64) * basis
        own += sites.sublattice
        slots = np.full(int(width.sum()) * basis, -1, dtype=np.int32)
        slots[own] = np.arange(len(row), dtype=np.int32)
        return cls(sites, first, shape, low, width, start, row, own, slots)

    def neighbors(self, offsets: IntArray, steps: IntArray) -> Int32:
        """Numbers of one neighbor of every site, -1 for none, shape (n,).

        Parameters
        ----------
        offsets : int array, shape (basis, d)
            Cells from a site of each sublattice to its neighbor.
        steps : int array, shape (basis,)
            From its sublattice to that of its neighbor.
        """
        basis = len(offsets)
        begin = self.start - self.low * basis
        change = np.empty((len(begin), basis), dtype=np.int64)
        for site in range(basis):
            jump = int(_ravel(offsets[site, None, :-1], self.shape)[0])
            # rows that roll around are padding: no site has its neighbor there
            change[:, site] = np.roll(begin, -jump) - begin
            change[:, site] += int(offsets[site, -1]) * basis + steps[site]
        slot = np.take(change, self.kind)
        slot += self.own
        return np.take(self.slots, slot)

    @cached_property
    def kind(self) -> IntArray:
        """Row and sublattice of each site in one number."""
        basis = len(self.sites.lattice.basis)
        return self.row if basis == 1 else self.row * basis + self.sites.sublattice

    def find(self, cells: NDArray[np.integer], sublattice: NDArray[np.integer]) -> Int32:
        """Numbers of the sites at any cells, -1 where there is none."""
        basis = len(self.sites.lattice.basis)
        outer = cells[:, :-1] - self.first
        known = ((outer >= 0) & (outer < self.shape)).all(axis=1)
        row = _ravel(outer, self.shape)
        row[~known] = 0
        local = cells[:, -1] - self.low[row]
        known &= (local >= 0) & (local < self.width[row])
        slot = self.start[row] + local * basis + sublattice
        slot[~known] = 0
        found: Int32 = np.where(known, self.slots[slot], np.int32(-1))
        return found


def _padded(low: IntArray, high: IntArray, reach: IntArray) -> tuple[IntArray, IntArray]:
    """Widen every row to what its neighbors within the reach may ask for; flat arrays."""
    for axis, steps in enumerate(reach[:-1]):
        wide_low, wide_high = low.copy(), high.copy()
        for step in range(1, int(steps) + 1):
            # The outermost rows are empty padding, so what rolls around never matters.
            for shift in (step, -step):
                np.minimum(wide_low, np.roll(low, shift, axis), out=wide_low)
                np.maximum(wide_high, np.roll(high, shift, axis), out=wide_high)
        low, high = wide_low, wide_high
    return low.ravel() - reach[-1], high.ravel() + reach[-1]


def _ravel(outer: NDArray[np.integer], shape: IntArray) -> IntArray:
    row = np.zeros(len(outer), dtype=np.int64)
    for axis in range(outer.shape[1]):
        row *= shape[axis]
        row += outer[:, axis]
    return row


def positions_of(
    lattice: Lattice, origin: RealArray, cells: NDArray[np.integer], sublattice: NDArray[np.integer]
) -> RealArray:
    """Coordinates (n, D) of sites, nm."""
    positions: RealArray = (lattice.basis + origin)[sublattice]
    for axis, vector in enumerate(lattice.vectors):
        for component in np.flatnonzero(vector):
            positions[:, component] += cells[:, axis] * vector[component]
    return positions


def carve(lattice: Lattice, region: Region, origin: RealArray) -> Sites:
    """All sites of ``lattice``, shifted by ``origin``, that lie in ``region``."""
    cells, basis = [], []
    for outer, counts, inner in _candidates(lattice, region, origin):
        base = np.repeat(origin + outer @ lattice.vectors[:-1], counts, axis=0)
        for component in np.flatnonzero(lattice.vectors[-1]):
            base[:, component] += inner * lattice.vectors[-1, component]
        inside = np.stack([region(base + shift) for shift in lattice.basis], axis=1)
        hits = np.flatnonzero(inside)
        cell, site = np.divmod(hits, len(lattice.basis))
        row = np.repeat(np.arange(len(outer)), counts)[cell]
        found = np.empty((len(hits), lattice.dimension), dtype=np.int32)
        found[:, :-1], found[:, -1] = outer[row], inner[cell]
        cells.append(found)
        basis.append(site.astype(np.int16))
    if not any(map(len, cells)):
        raise InvalidInput(
            f"{region.name} contains no site of the lattice; compare its size with the lattice "
            f"constant {np.linalg.norm(lattice.vectors[0]):g} nm"
        )
    return Sites(lattice, origin, np.concatenate(cells), np.concatenate(basis))


def _candidates(
    lattice: Lattice, region: Region, origin: RealArray
) -> Iterator[tuple[IntArray, IntArray, IntArray]]:
    """Integer coordinates that cover the region's box, in ascending chunks of rows.

    Yields the outer coordinates of the rows, how many inner ones each has, and those.
    """
    lower, upper = region.bounds(lattice.space)
    lower, upper = lower - origin, upper - origin
    lower, upper = lower - lattice.basis.max(axis=0), upper - lattice.basis.min(axis=0)
    outer = _outer_rows(lattice, lower, upper, region.name)
    low, high = _inner_range(lattice, outer, lower, upper)
    kept = np.flatnonzero(high >= low)
    outer, low, width = outer[kept], low[kept], (high - low + 1)[kept]
    ends = np.cumsum(width)
    row = 0
    while row < len(outer):
        done = ends[row - 1] if row else 0
        last = max(row + 1, int(np.searchsorted(ends, done + CHUNK, side="right")))
        counts = width[row:last]
        before = ends[row:last] - counts - done
        inner = np.arange(counts.sum()) + np.repeat(low[row:last] - before, counts)
        yield outer[row:last], counts, inner
        row = last


def _outer_rows(lattice: Lattice, lower: RealArray, upper: RealArray, name: str) -> IntArray:
    """All coordinates but the last one of rows that may meet the box, shape (rows, d - 1)."""
    # n_i = r . inverse[:, i]: each product is extremal at an end of its interval.
    inverse = np.linalg.pinv(lattice.vectors)
    with np.errstate(invalid="ignore"):
        ends = np.stack((lower[:, None] * inverse, upper[:, None] * inverse))
    ends[np.broadcast_to(np.abs(inverse) < 1e-12 * np.abs(inverse).max(), ends.shape)] = 0.0
    low, high = ends.min(axis=0).sum(axis=0), ends.max(axis=0).sum(axis=0)
    if not np.isfinite([low, high]).all():
        raise InvalidInput(f"{name} has no end; cut it down with a bounded region, such as & box")
    ranges = [
        np.arange(np.floor(a - 1e-6), np.ceil(b + 1e-6) + 1, dtype=np.int64)
        for a, b in zip(low[:-1], high[:-1], strict=True)
    ]
    if np.prod([float(len(r)) for r in ranges]) > MOST_ROWS:
        raise InvalidInput(f"{name} spans too many cells of the lattice; check its units")
    if not ranges:
        return np.zeros((1, 0), dtype=np.int64)
    return np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, len(ranges))


def _inner_range(
    lattice: Lattice, outer: IntArray, lower: RealArray, upper: RealArray
) -> tuple[IntArray, IntArray]:
    """First and last inner coordinate of each row that may meet the box (last < first: none)."""
    base, step = outer @ lattice.vectors[:-1], lattice.vectors[-1]
    low, high = np.full(len(outer), -np.inf), np.full(len(outer), np.inf)
    slack = 1e-6 * np.abs(lattice.vectors).max()
    for axis in range(lattice.space):
        near, far = lower[axis] - base[:, axis] - slack, upper[axis] - base[:, axis] + slack
        if abs(step[axis]) < 1e-12 * np.abs(step).max():
            high[(near > 0) | (far < 0)] = -np.inf
            continue
        ends = np.stack((near / step[axis], far / step[axis]))
        low, high = np.maximum(low, ends.min(axis=0)), np.minimum(high, ends.max(axis=0))
    empty = high < low
    low[empty], high[empty] = 0.0, -2.0
    return np.ceil(low - 1e-6).astype(np.int64), np.floor(high + 1e-6).astype(np.int64)
