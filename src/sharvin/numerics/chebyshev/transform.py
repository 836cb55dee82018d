r"""Cosine transforms in SIMD lanes: products of two Chebyshev series, orbital by orbital.

The pair of series :math:`f = \sum_n w_n a_n T_n`, :math:`g = \sum_n w_n b_n T_n` is taken as one
complex series, :math:`w_n (a_n + i b_n)`, and evaluated at K nodes of the circle by one Fourier
transform (J. Makhoul, IEEE Trans. Acoust. Speech Signal Process. 28, 27 (1980)); there f g is the
product of the real and the imaginary part. Eight pairs stand side by side in the lanes.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sharvin.numerics.chebyshev.compiled import kernel
from sharvin.numerics.chebyshev.rows import Emitter
from sharvin.numerics.elimination.blas import intrinsic, types
from sharvin.numerics.elimination.emitter import F64, INT, const, signature
from sharvin.numerics.elimination.kernel import Index, IndexArray
from sharvin.typing import ComplexArray, IntArray, RealArray

LANES = 8
TOGETHER = 8  # lines that are fetched together
Pair = tuple[Any, Any]  # real and imaginary vectors of an entry


class _Complex(Emitter):
    """Arithmetic on complex entries of the work space, and on single vectors of a stack."""

    def get(self, base: Any, entry: Any) -> Pair:
        """Complex entry."""
        first = self.builder.mul(entry, const(2))
        return self.load(base, first)[0], self.load(base, self.plus(first, const(1)))[0]

    def put(self, value: Pair, base: Any, entry: Any) -> None:
        """Write a complex entry."""
        first = self.builder.mul(entry, const(2))
        self.store([value[0]], base, first)
        self.store([value[1]], base, self.plus(first, const(1)))

    def factor(self, base: Any, index: Any) -> Pair:
        """Complex number of a table, spread over the lanes."""
        first = self.builder.mul(index, const(2))
        return self.number(base, first)[0], self.number(base, self.plus(first, const(1)))[0]

    def sum(self, a: Pair, b: Pair) -> Pair:
        """A + b."""
        return self.builder.fadd(a[0], b[0]), self.builder.fadd(a[1], b[1])

    def less(self, a: Pair, b: Pair) -> Pair:
        """A - b."""
        return self.builder.fsub(a[0], b[0]), self.builder.fsub(a[1], b[1])

    def product(self, c: Pair, z: Pair, total: Pair | None = None) -> Pair:
        """C z, or total + c z."""
        minus = self.builder.fneg(c[1])
        if total is None:
            re, im = self.builder.fmul(c[0], z[0]), self.builder.fmul(c[0], z[1])
        else:
            re, im = self.fma(c[0], z[0], total[0]), self.fma(c[0], z[1], total[1])
        return self.fma(minus, z[1], re), self.fma(c[1], z[0], im)

    def four(self, entries: list[Pair]) -> list[Pair]:
        """Fourier transform of four entries, with the exponent +i."""
        a, b, c, d = entries
        even, odd = self.sum(a, c), self.less(a, c)
        plus, minus = self.sum(b, d), self.less(b, d)
        turned = (self.builder.fneg(minus[1]), minus[0])
        return [
            self.sum(even, plus), self.sum(odd, turned),
            self.less(even, plus), self.less(odd, turned),
        ]  # fmt: skip

    def collect(self, value: Pair, base: Any, entry: Any) -> None:
        """Sums[entry] += Re value Im value."""
        self.store([self.fma(value[0], value[1], self.load(base, entry)[0])], base, entry)


def _begin(ctx: Any, bld: Any, s: Any, args: Any, arrays: int) -> tuple[Any, ...]:
    e = _Complex(ctx, bld, s.args[0], LANES)
    return e, *(e.data(args[k], s.args[k], e.vector) for k in range(arrays))


@intrinsic
def _copy(typing, source, i, target, j):  # type: ignore[no-untyped-def]
    """Line i of the source to line j of the target."""
    sig = signature(types.none, source, INT, target, INT)

    def generate(ctx: Any, bld: Any, s: Any, args: Any) -> Any:
        e, source = _begin(ctx, bld, s, args, 1)
        target = e.data(args[2], s.args[2], e.vector)
        e.store(e.load(source, args[1]), target, args[3])
        return ctx.get_dummy_value()

    return sig, generate


@intrinsic
def _enter(typing, left, right, table, work, i, j, n, half):  # type: ignore[no-untyped-def]
    """Entries n and n + half of the first stage, from the terms i and j of both series."""
    sig = signature(types.none, left, right, table, work, INT, INT, INT, INT)

    def generate(ctx: Any, bld: Any, s: Any, args: Any) -> Any:
        e, left, right = _begin(ctx, bld, s, args, 2)
        table, work = e.data(args[2], s.args[2], F64), e.data(args[3], s.args[3], e.vector)
        terms = [(e.load(left, at)[0], e.load(right, at)[0]) for at in args[4:6]]
        first = bld.mul(args[6], const(4))
        for k, entry in enumerate((args[6], e.plus(args[6], args[7]))):
            c, d = (e.factor(table, e.plus(first, const(2 * k + m))) for m in (0, 1))
            e.put(e.product(d, terms[1], e.product(c, terms[0])), work, entry)
        return ctx.get_dummy_value()

    return sig, generate


@intrinsic
def _quartet(typing, work, roots, first, apart, turn):  # type: ignore[no-untyped-def]
    """Four entries of a stage and their roots of unity, ``turn`` apart in the table."""
    sig = signature(types.none, work, roots, INT, INT, INT)

    def generate(ctx: Any, bld: Any, s: Any, args: Any) -> Any:
        e, work = _begin(ctx, bld, s, args, 1)
        roots = e.data(args[1], s.args[1], F64)
        places = [e.plus(args[2], bld.mul(const(k), args[3])) for k in range(4)]
        found = e.four([e.get(work, place) for place in places])
        e.put(found[0], work, places[0])
        for k in (1, 2, 3):
            root = e.factor(roots, bld.mul(const(k), args[4]))
            e.put(e.product(root, found[k]), work, places[k])
        return ctx.get_dummy_value()

    return sig, generate


@intrinsic
def _last_four(typing, work, sums, first):  # type: ignore[no-untyped-def]
    """The last stage of four neighbors, added to the sums."""
    sig = signature(types.none, work, sums, INT)

    def generate(ctx: Any, bld: Any, s: Any, args: Any) -> Any:
        e, work, sums = _begin(ctx, bld, s, args, 2)
        places = [e.plus(args[2], const(k)) for k in range(4)]
        found = e.four([e.get(work, place) for place in places])
        for value, place in zip(found, places, strict=True):
            e.collect(value, sums, place)
        return ctx.get_dummy_value()

    return sig, generate


@intrinsic
def _last_two(typing, work, sums, first):  # type: ignore[no-untyped-def]
    """The last stage of two neighbors, added to the sums."""
    sig = signature(types.none, work, sums, INT)

    def generate(ctx: Any, bld: Any, s: Any, args: Any) -> Any:
        e, work, sums = _begin(ctx, bld, s, args, 2)
        places = [e.plus(args[2], const(k)) for k in range(2)]
        a, b = (e.get(work, place) for place in places)
        e.collect(e.sum(a, b), sums, places[0])
        e.collect(e.less(a, b), sums, places[1])
        return ctx.get_dummy_value()

    return sig, generate


@kernel
def add_products(
    left: Any, right: Any, apart: Index, start: Index, stop: Index, counts: IndexArray, table: Any,
    roots: Any, near: Any, work: Any, sums: Any,
) -> None:  # fmt: skip
    """Add f g at all nodes, of the lines of eight numbers start..stop, to ``sums``.

    Term n of line g stands at ``left[apart * n + g]``, counted in lines. For each of ``counts``,
    the terms of one weighting, its tables and its sums follow those of the one before.
    """
    terms = counts.max()
    for first in range(start, stop, TOGETHER):
        few = min(TOGETHER, stop - first)
        # Terms are far apart in memory: neighboring lines come together, and once.
        for n in range(terms):
            for i in range(few):
                _copy(left, apart * n + first + i, near[0], TOGETHER * n + i)
            for i in range(few):
                _copy(right, apart * n + first + i, near[1], TOGETHER * n + i)
        done = 0
        for count in counts:
            half = _half(count)
            for line in range(few):
                _add_one(
                    near[0], near[1], line, count, table[8 * done :], roots[2 * done :], half,
                    work, sums[2 * LANES * done :],
                )  # fmt: skip
            done += half


@kernel
def _add_one(
    left: Any, right: Any, line: Index, count: Index, table: Any, roots: Any, half: Index,
    work: Any, sums: Any,
) -> None:  # fmt: skip
    for n in range(half):
        i = n if n < count else 0  # times zero
        j = half - n if half - n < count else 0
        _enter(left, right, table, work, TOGETHER * i + line, TOGETHER * j + line, n, half)
    for block in (0, half):
        if half < 8:
            _finish(work, roots, sums, block, half, half)
            continue
        quarter = half // 4
        for k in range(quarter):
            _quartet(work, roots, block + k, quarter, k)
        # Quarter by quarter, so that one stays in the nearest cache.
        for part in range(block, block + half, quarter):
            _finish(work, roots, sums, part, quarter, half)


@kernel
def _half(count: Index) -> Index:
    """Half the number of nodes: the power of two that holds all terms."""
    half = 4
    while half < count:
        half *= 2
    return half


@kernel
def _finish(work: Any, roots: Any, sums: Any, first: Index, size: Index, half: Index) -> None:
    span = size
    while span > 4:
        quarter = span // 4
        for block in range(first, first + size, span):
            for k in range(quarter):
                _quartet(work, roots, block + k, quarter, k * (half // span))
        span = quarter
    if span == 4:
        for block in range(first, first + size, 4):
            _last_four(work, sums, block)
    else:
        for block in range(first, first + size, 2):
            _last_two(work, sums, block)


@dataclass(frozen=True, eq=False)
class Transform:
    """Nodes and tables of one weighting of the series.

    Parameters
    ----------
    weights : float array, shape (terms,)
        :math:`w_n`; at least two.
    """

    weights: RealArray

    @cached_property
    def half(self) -> int:
        """Half the number K of nodes: the power of two that holds all terms."""
        return int(_half(len(self.weights)))

    @cached_property
    def table(self) -> RealArray:
        """Numbers of the first stage, flat (half, 4, real and imaginary)."""
        half, nodes = self.half, 2 * self.half
        w = np.zeros(half + 1)
        w[: len(self.weights)] = self.weights / 2
        w[0] *= 2
        n = np.arange(half)
        own = w[:-1] * np.exp(0.5j * np.pi * n / nodes)
        other = -1j * w[half - n] * np.exp(0.5j * np.pi * (n + half) / nodes)
        turn = np.exp(2j * np.pi * n / nodes)
        made = np.stack([own, other, own * turn, -other * turn], axis=1)
        return _flat(made)

    @cached_property
    def roots(self) -> RealArray:
        """Roots of unity, flat (half, real and imaginary)."""
        return _flat(np.exp(2j * np.pi * np.arange(self.half) / self.half))

    @cached_property
    def order(self) -> IntArray:
        """Which of the nodes cos(π (p + 1/2) / K) each sum belongs to."""
        nodes = 2 * self.half
        inner = _reversed(self.half)
        j = np.concatenate([2 * inner, 2 * inner + 1])
        place: IntArray = np.where(2 * j < nodes, 2 * j, 2 * nodes - 2 * j - 1)
        return place

    def series(self, sums: RealArray) -> RealArray:
        """Chebyshev coefficients of what has these sums at the nodes, shape (..., K)."""
        from scipy.fft import dct

        values = np.empty_like(sums)
        values[..., self.order] = sums
        found: RealArray = dct(values, axis=-1) / sums.shape[-1]
        found[..., 0] /= 2
        return found


def _flat(numbers: ComplexArray) -> RealArray:
    return np.ascontiguousarray(numbers).reshape(-1).view(np.float64)


def _reversed(size: int) -> IntArray:
    """Numbers 0..size in the order in which stages of four, and at last one of two, leave them."""
    if size <= 2:
        return np.arange(size)
    inner = 4 * _reversed(size // 4)
    return np.concatenate([inner + k for k in range(4)])
