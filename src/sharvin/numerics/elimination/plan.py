"""`analyze` a sparsity pattern once; its `Plan` gives Schur complements at any values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.numerics.elimination.batch import Batch, lane_fronts, lane_widths, schur_lanes
from sharvin.numerics.elimination.emitter import LANES
from sharvin.numerics.elimination.fronts import PROBES
from sharvin.numerics.elimination.ordering import dissect
from sharvin.numerics.elimination.single import Point, schur_single, unpack
from sharvin.numerics.elimination.symbolic import Tree, stack_sizes, symbolic
from sharvin.numerics.elimination.vertices import (
    components,
    group,
    landmarks,
    neighbor_keys,
    position_keys,
)
from sharvin.typing import BoolArray, IntArray, NumberArray, RealArray

if TYPE_CHECKING:
    from sharvin.numerics.elimination.factors import Factors
    from sharvin.numerics.elimination.incremental import Incremental

Accuracy = Literal["fast", "high"]

LEAF = 12  # orbitals below which a part is not cut further; 8 to 24 differ by less than 10 %
PROBE_SEED = 20261120
LANES_PAY = 3  # points from which eight lanes, some of them idle, beat as many single runs
LANE_FRONT = 300  # larger fronts leave the cache in eight lanes and go to BLAS one point at a time


@dataclass(frozen=True, eq=False)
class Reduced:
    r"""Schur complement of E - H on the kept orbitals, with a measurement of its own error.

    .. math:: S = (E - H)_{KK} - H_{KI} (E - H)_{II}^{-1} H_{IK}

    Eigenvectors of interior blocks that could not be eliminated safely stay as ``delayed`` extra
    unknowns; they come first. With :math:`G = (E - H - \Sigma)^{-1}` on kept orbitals,
    G is the last block of the inverse of ``matrix`` minus Σ padded with zeros.
    """

    matrix: NumberArray  # (delayed + kept, delayed + kept), Hermitian
    delayed: int
    growth: float  # largest multiplier met; inf when the values are not finite
    probe_x: NumberArray  # (delayed + kept, 2) fixed random vectors x restricted to these unknowns
    probe_b: NumberArray  # (delayed + kept, 2) (E - H) x after forward elimination

    @cached_property
    def probe_error(self) -> NumberArray:
        """Error ``matrix @ probe_x - probe_b``, zero but for rounding in ``matrix``; unscaled."""
        error: NumberArray = self.matrix @ self.probe_x - self.probe_b
        return error


@dataclass(frozen=True, eq=False)
class Plan:
    """Elimination of one sparsity pattern, for any values; threads may share it."""

    n: int
    kept: IntArray  # (q,)
    nnz: int
    tree: Tree = field(repr=False)
    flops: float  # multiply-adds of one elimination, half-flop path

    @cached_property
    def probe(self) -> RealArray:
        """The fixed random vectors x, (n, 2)."""
        return np.random.default_rng(PROBE_SEED).standard_normal((self.n, PROBES))

    @cached_property
    def sizes(self) -> IntArray:
        """Workspace of one point: even stack, odd stack, largest panel and its rows."""
        own, boundary = self.tree.own.astype(np.int64), self.tree.boundary.astype(np.int64)
        even, odd = stack_sizes(self.tree, (boundary + PROBES) * boundary)
        panel = int(((own + boundary + PROBES) * own).max())
        return np.array([even, odd, max(panel, 1), max(int(own.max()), 1)])

    def schur(self, values: NumberArray, energy: float, *, accuracy: Accuracy = "fast") -> Reduced:
        """Schur complement of one point.

        ``values`` (nnz,) are those of H. ``accuracy="fast"`` eliminates by half-flop block LDL^H
        and falls back to LU and delayed eigenvectors where its own checks fail; "high" begins with
        LU, which keeps one to two digits more and takes about 1.4 times as long.
        """
        values = checked_values(values, self.nnz)
        counts = np.zeros(3, np.int64)
        point = Point(values, float(energy), self.probe, 0 if fast(accuracy) else 1)
        u, delayed, growth, y = schur_single(point, self.sizes, self.tree, counts)
        return self.reduced(u, delayed, growth, y)

    def schur_many(
        self,
        values: NumberArray,
        energies: Sequence[float] | RealArray,
        *,
        accuracy: Accuracy = "fast",
    ) -> list[Reduced]:
        """Schur complements of many points: ``values`` (nnz,) for all or (points, nnz)."""
        energies = np.ascontiguousarray(energies, dtype=float).reshape(-1)
        values = checked_values(values, self.nnz, len(energies))
        if not fast(accuracy) or len(energies) < LANES_PAY:
            rows = np.broadcast_to(values, (len(energies), self.nnz))
            pairs = zip(rows, energies, strict=True)
            return [self.schur(row, energy, accuracy=accuracy) for row, energy in pairs]
        results = []
        for first in range(0, len(energies), LANES):
            results += self._eight(values, energies[first : first + LANES], first)
        return results

    @cached_property
    def _in_lanes(self) -> BoolArray:
        own, boundary = self.tree.own, self.tree.boundary
        return lane_fronts(self.tree, (own + boundary <= LANE_FRONT))

    @cached_property
    def _lane_sizes(self) -> IntArray:
        own, boundary = self.tree.own.astype(np.int64), self.tree.boundary.astype(np.int64)
        wide = self._in_lanes
        panel = (own + boundary + PROBES) * own
        even, odd = stack_sizes(self.tree, lane_widths(boundary, wide))
        plain = ~wide & (own > 0)
        return np.array([
            even, odd, max(int(panel[wide].max(initial=0)), 1),
            max(int(panel[plain].max(initial=0)), 1), max(int(own[plain].max(initial=0)), 1),
        ])  # fmt: skip

    def _eight(self, values: NumberArray, energies: RealArray, first: int) -> list[Reduced]:
        """Up to eight points from row ``first`` of the values; spare lanes repeat the last."""
        live = len(energies)
        spare = np.minimum(np.arange(LANES), live - 1)
        base = np.zeros(LANES, np.int64) if values.ndim == 1 else (first + spare) * self.nnz
        batch = Batch(values.reshape(-1), base, energies[spare], self.probe, live)
        counts = np.zeros(3, np.int64)
        u, delayed, growth, y = schur_lanes(
            batch, self._in_lanes, self._lane_sizes, self.tree, counts
        )
        results, at, at_y = [], 0, 0
        for lane in range(live):
            k = int(delayed[lane])
            m = k + len(self.kept)
            size = m * (m + PROBES)
            results.append(self.reduced(u[at : at + size], k, growth[lane], y[at_y : at_y + k]))
            at, at_y = at + size, at_y + k
        return results

    def factorize(
        self, values: NumberArray, energy: float, *, accuracy: Accuracy = "high"
    ) -> "Factors":
        """Eliminate one point and keep the factors, for wave and Green functions inside."""
        from sharvin.numerics.elimination.factors import factor  # compiled when asked for

        return factor(self, values, energy, accuracy)

    def incremental(self, values: NumberArray, energy: float) -> "Incremental":
        """Eliminate one point and keep all updates, so that local changes are cheap afterwards."""
        from sharvin.numerics.elimination.incremental import start

        return start(self, values, energy)

    def reduced(self, u: NumberArray, delayed: int, growth: float, y: NumberArray) -> Reduced:
        """Wrap a root update."""
        m = delayed + len(self.kept)
        matrix, b = np.empty((m, m), u.dtype), np.empty((m, PROBES), u.dtype)
        unpack(u, m, matrix, b)
        x = np.empty((m, PROBES), u.dtype)
        x[:delayed] = y
        x[delayed:] = self.probe[self.kept]
        return Reduced(matrix, int(delayed), float(growth), x, b)


def fast(accuracy: Accuracy) -> bool:
    """Whether the half-flop path is tried first."""
    if accuracy not in ("fast", "high"):
        raise InvalidInput(f"accuracy is {accuracy!r}; choose 'fast' or 'high'")
    return accuracy == "fast"


def checked_values(values: NumberArray, nnz: int, points: int | None = None) -> NumberArray:
    """``values`` as a contiguous read-only float64 or complex128 array of the right shape."""
    values = np.asarray(values)
    dtype = np.complex128 if np.iscomplexobj(values) else np.float64
    wanted = [(nnz,)] if points is None else [(nnz,), (points, nnz)]
    if values.shape not in wanted:
        raise ShapeMismatch(
            f"values have shape {values.shape}, but the analyzed pattern needs "
            + " or ".join(map(str, wanted))
        )
    # One array type, whatever the caller's flags: each combination would compile its own kernel.
    view = np.ascontiguousarray(values, dtype).view()
    view.flags.writeable = False
    return view


def analyze(
    indptr: IntArray,
    indices: IntArray,
    kept: IntArray,
    *,
    positions: RealArray | None = None,
    leaf: int | None = None,
) -> Plan:
    """Order the elimination of every orbital but ``kept``.

    Parameters
    ----------
    indptr, indices : int arrays
        CSR pattern of a structurally symmetric (n, n) matrix: sorted columns, full diagonal.
    kept : (q,) int array
        Distinct orbitals, in the order wanted; any subset, parts of a site included.
    positions : (n, d) real array, optional
        One row per orbital, any unit. Without them the order comes from graph distances.
    leaf : int, optional
        Parts with at most this many orbitals are not cut further.
    """
    indptr, indices = _pattern(indptr, indices)
    n = len(indptr) - 1
    kept = np.ascontiguousarray(kept, dtype=np.int64).reshape(-1)
    is_kept = np.zeros(n, bool)
    if kept.size and not 0 <= kept.min() <= kept.max() < n:
        raise InvalidInput(f"kept orbitals must lie between 0 and {n - 1}")
    is_kept[kept] = True
    if np.count_nonzero(is_kept) != len(kept):
        raise InvalidInput("kept orbitals must be distinct")
    label, count = components(indptr, indices, is_kept)
    if positions is None:
        keys = neighbor_keys(indptr, indices)
    else:
        positions = np.ascontiguousarray(positions, dtype=float)
        if positions.ndim != 2 or len(positions) != n:
            raise ShapeMismatch(f"positions have shape {positions.shape}, but need ({n}, d)")
        keys = position_keys(positions.view(np.int64))
    vertices = group(label, count, keys, kept.astype(np.int32))
    del label, keys
    if positions is None:
        x, y = landmarks(indptr, indices, vertices).T
        along, tries = np.stack([x, y, x + y, x - y]), 4
    else:
        along, tries = positions[vertices.member[vertices.start[:-1]]].T, 1
    order, low, high, parent = dissect(
        indptr, indices, vertices.vertex, vertices.start, vertices.member, vertices.first,
        np.ascontiguousarray(along), tries, LEAF if leaf is None else leaf,
    )  # fmt: skip
    tree = symbolic(
        indptr, indices, vertices.start, vertices.member, order, low, high, parent,
        kept.astype(np.int32),
    )  # fmt: skip
    own, boundary = tree.own.astype(float), tree.boundary.astype(float)
    flops = float((own**3 / 6 + own**2 * boundary / 2 + own * boundary**2 / 2).sum())
    return Plan(n, kept, len(indices), tree, flops)


def connected(indptr: IntArray, indices: IntArray) -> tuple[IntArray, int]:
    """Number of the connected component of each orbital of a pattern, and how many there are."""
    indptr, indices = _pattern(indptr, indices)
    label, count = components(indptr, indices, np.zeros(len(indptr) - 1, dtype=bool))
    return label, int(count)


def _pattern(indptr: IntArray, indices: IntArray) -> tuple[IntArray, IntArray]:
    """The pattern as int32 arrays, checked in one vectorized pass."""
    indptr = np.ascontiguousarray(indptr, dtype=np.int32)
    indices = np.ascontiguousarray(indices, dtype=np.int32)
    n = len(indptr) - 1
    if n < 1 or indptr[0] != 0 or indptr[-1] != len(indices):
        raise ShapeMismatch(
            f"indptr ends at {indptr[-1] if n >= 0 else None}, but there are {len(indices)} indices"
        )
    return _own(indptr), _own(indices)


def _own(array: IntArray) -> IntArray:
    """A writable array: read-only ones are another type to the compiler."""
    return array if array.flags.writeable else array.copy()
