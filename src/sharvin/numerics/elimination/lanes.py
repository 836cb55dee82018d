"""Dense kernels on eight sweep points at once: a matrix entry is a SIMD vector of points.

The intrinsics emit LLVM ``<8 x double>`` code, which the back end maps on whatever registers there
are. An entry is 8 doubles, or 16 when complex (8 real parts, then 8 imaginary), inside an array of
dtype float64 or complex128; offsets and leading dimensions count entries. Arrays start on a cache
line (`aligned`).
"""

from typing import Any

from sharvin.numerics.elimination.arrays import empty
from sharvin.numerics.elimination.blas import cgutils, intrinsic, ir, types
from sharvin.numerics.elimination.emitter import (
    F64,
    I32,
    I64,
    INT,
    LANES,
    VECTOR,
    Emitter,
    const,
    reals,
    signature,
)
from sharvin.numerics.elimination.kernel import Index, is_complex, part
from sharvin.typing import NumberArray


def _make_tile(rows: Index, columns: Index) -> Any:
    """Intrinsic for a register tile: C = A B^H (``fresh``) or C += A B^H."""

    @intrinsic
    def tile(  # type: ignore[no-untyped-def]
        typing, c, co, ldc, a, ao, lda, b, bo, ldb, depth, fresh
    ):
        i = INT
        sig = signature(types.none, c, i, i, a, i, i, b, i, i, i, types.boolean)

        def generate(ctx: Any, bld: Any, s: Any, args: Any) -> Any:
            e = Emitter(ctx, bld, s.args[0])
            pc, pa, pb = e.base(args[0]), e.base(args[3]), e.base(args[6])
            total = [
                [[cgutils.alloca_once(bld, VECTOR) for _ in range(e.parts)] for _ in range(columns)]
                for _ in range(rows)
            ]
            for slot in (slot for row in total for entry in row for slot in entry):
                bld.store(e.zero, slot)
            with cgutils.for_range(bld, args[9]) as loop:
                ka = bld.add(args[4], bld.mul(loop.index, args[5]))
                kb = bld.add(args[7], bld.mul(loop.index, args[8]))
                right = [e.load(e.at(pb, bld.add(kb, const(j)))) for j in range(columns)]
                for r in range(rows):
                    left = e.load(e.at(pa, bld.add(ka, const(r))))
                    for j in range(columns):
                        now = [bld.load(slot) for slot in total[r][j]]
                        for slot, x in zip(
                            total[r][j], e.plus_conjugate(now, left, right[j]), strict=True
                        ):
                            bld.store(x, slot)

            def finish(*, fresh: bool) -> None:
                for j in range(columns):
                    for r in range(rows):
                        entry = bld.add(args[1], const(r))
                        p = e.at(pc, bld.add(entry, bld.mul(args[2], const(j))))
                        product = [bld.load(slot) for slot in total[r][j]]
                        e.store(product if fresh else e.every(e.load(p), product), p)

            with bld.if_else(args[10]) as (then, otherwise):
                with then:
                    finish(fresh=True)
                with otherwise:
                    finish(fresh=False)
            return ctx.get_dummy_value()

        return sig, generate

    return tile


# A real tile of 4 x 4 and a complex one of 2 x 4 fill the 32 vector registers of AVX-512 without
# spills.
_tile_44, _tile_24, _tile_14 = _make_tile(4, 4), _make_tile(2, 4), _make_tile(1, 4)
_tile_21, _tile_11 = _make_tile(2, 1), _make_tile(1, 1)


@intrinsic
def eliminate_column(typing, g, go, k, n, c, d):  # type: ignore[no-untyped-def]
    """One column of a Gauss-Jordan step: f = g[k] d; g[k] = f; g[i] -= c[i] f, where c[k] = 0."""
    sig = signature(types.none, g, INT, INT, INT, c, d)

    def generate(ctx: Any, bld: Any, s: Any, args: Any) -> Any:
        e = Emitter(ctx, bld, s.args[0])
        pg, pc, pd = e.base(args[0]), e.base(args[4]), e.base(args[5])
        here = e.at(pg, bld.add(args[1], args[2]))
        nothing = [e.zero] * e.parts
        f = e.every(nothing, e.minus(nothing, e.load(here), e.load(pd)), subtract=True)
        e.store(f, here)
        with cgutils.for_range(bld, args[3]) as loop:
            p = e.at(pg, bld.add(args[1], loop.index))
            e.store(e.minus(e.load(p), e.load(e.at(pc, loop.index)), f), p)
        return ctx.get_dummy_value()

    return sig, generate


@intrinsic
def scatter_add(typing, t, to, rows, ro, n, source, so, probe):  # type: ignore[no-untyped-def]
    """Add n entries of ``source`` at ``rows`` of ``t``, and its two probe rows at ``probe``."""
    sig = signature(types.none, t, INT, rows, INT, INT, source, INT, INT)

    def generate(ctx: Any, bld: Any, s: Any, args: Any) -> Any:
        e = Emitter(ctx, bld, s.args[0])
        pt, ps = e.base(args[0]), e.base(args[5])
        pr = bld.gep(ctx.make_array(s.args[2])(ctx, bld, args[2]).data, [args[3]])
        last = bld.add(args[6], args[4])
        with cgutils.for_range(bld, args[4]) as loop:
            row = bld.sext(bld.load(bld.gep(pr, [loop.index])), I64)
            p = e.at(pt, bld.add(args[1], row))
            e.store(e.every(e.load(p), e.load(e.at(ps, bld.add(args[6], loop.index)))), p)
        for r in range(2):
            p = e.at(pt, bld.add(args[7], const(r)))
            e.store(e.every(e.load(p), e.load(e.at(ps, bld.add(last, const(r))))), p)
        return ctx.get_dummy_value()

    return sig, generate


@intrinsic
def copy_entries(typing, t, to, source, so, n):  # type: ignore[no-untyped-def]
    """t[to + i] = source[so + i] for i < n."""
    sig = signature(types.none, t, INT, source, INT, INT)

    def generate(ctx: Any, bld: Any, s: Any, args: Any) -> Any:
        e = Emitter(ctx, bld, s.args[0])
        pt, ps = e.base(args[0]), e.base(args[2])
        with cgutils.for_range(bld, args[4]) as loop:
            x = e.load(e.at(ps, bld.add(args[3], loop.index)))
            e.store(x, e.at(pt, bld.add(args[1], loop.index)))
        return ctx.get_dummy_value()

    return sig, generate


@intrinsic
def copy_negative(typing, g, j, n, a, ao):  # type: ignore[no-untyped-def]
    """Minus the lower column at ``a[ao]`` as column j of g (n x n), its adjoint as row j."""
    sig = signature(types.none, g, INT, INT, a, INT)

    def generate(ctx: Any, bld: Any, s: Any, args: Any) -> Any:
        e = Emitter(ctx, bld, s.args[0])
        pg, pa = e.base(args[0]), e.base(args[3])
        j, n = args[1], args[2]
        with cgutils.for_range(bld, bld.sub(n, j)) as loop:
            x = e.load(e.at(pa, bld.add(args[4], loop.index)))
            i = bld.add(j, loop.index)
            e.store([bld.fneg(v) for v in x], e.at(pg, bld.add(i, bld.mul(j, n))))
            e.store([bld.fneg(x[0]), *x[1:]], e.at(pg, bld.add(j, bld.mul(i, n))))
        if e.complex:  # the imaginary part of a Hermitian diagonal is rounding error
            p = e.at(pg, bld.add(j, bld.mul(j, n)))
            bld.store(e.zero, bld.gep(p, [const(1)]), align=64)
        return ctx.get_dummy_value()

    return sig, generate


@intrinsic
def largest_squares(typing, a, ao, n, largest, total):  # type: ignore[no-untyped-def]
    """Raise ``largest`` to the greatest |a|² of each lane, add all to ``total`` (shows NaN)."""
    sig = signature(types.none, a, INT, INT, largest, total)

    def generate(ctx: Any, bld: Any, s: Any, args: Any) -> Any:
        e = Emitter(ctx, bld, s.args[0])
        pa = e.base(args[0])
        outs = [reals(ctx, bld, args[3], s.args[3]), reals(ctx, bld, args[4], s.args[4])]
        slots = [cgutils.alloca_once(bld, VECTOR) for _ in outs]
        for slot, out in zip(slots, outs, strict=True):
            bld.store(bld.load(out, align=8), slot)
        with cgutils.for_range(bld, args[2]) as loop:
            v = e.square(e.load(e.at(pa, bld.add(args[1], loop.index))))
            now = bld.load(slots[0])
            bld.store(bld.select(bld.fcmp_ordered(">", v, now), v, now), slots[0])
            bld.store(bld.fadd(bld.load(slots[1]), v), slots[1])
        for slot, out in zip(slots, outs, strict=True):
            bld.store(bld.load(slot), out, align=8)
        return ctx.get_dummy_value()

    return sig, generate


@intrinsic
def choose_pivots(typing, g, go, k, n, size, worst, d):  # type: ignore[no-untyped-def]
    """Try the diagonal as pivot of column k in all lanes.

    Sets d to its reciprocal and lowers ``worst`` to |pivot|² / size, the column's own scale, save
    in the lanes, returned as bits, in which the diagonal is ten times below the best pivot of the
    column.
    """
    sig = signature(types.int64, g, INT, INT, INT, size, worst, d)

    def generate(ctx: Any, bld: Any, s: Any, args: Any) -> Any:
        e = Emitter(ctx, bld, s.args[0])
        pg, pd = e.base(args[0]), e.base(args[6])
        column = bld.add(args[1], bld.mul(args[2], args[3]))
        best = cgutils.alloca_once(bld, VECTOR)
        pivot = e.load(e.at(pg, bld.add(column, args[2])))
        own = e.square(pivot)
        bld.store(own, best)
        start = bld.add(args[2], const(1))
        with cgutils.for_range_slice(bld, start, args[3], const(1), inc=True) as (i, _):
            v = e.square(e.load(e.at(pg, bld.add(column, i))))
            now = bld.load(best)
            bld.store(bld.select(bld.fcmp_ordered(">", v, now), v, now), best)
        ps, pw = reals(ctx, bld, args[4], s.args[4]), reals(ctx, bld, args[5], s.args[5])
        ratio = bld.fdiv(own, bld.load(bld.gep(ps, [args[2]]), align=8))
        now = bld.load(pw, align=8)
        hundredth = bld.fmul(bld.load(best), ir.Constant(VECTOR, [0.01] * LANES))
        small = bld.fcmp_ordered("<", own, hundredth)
        # "not >=" so that NaN, from a column of zeros, becomes the worst
        keep = bld.or_(bld.fcmp_ordered(">=", ratio, now), small)
        bld.store(bld.select(keep, now, ratio), pw, align=8)
        if e.complex:
            inverse = bld.fdiv(ir.Constant(VECTOR, [1.0] * LANES), own)
            x = [bld.fmul(pivot[0], inverse), bld.fneg(bld.fmul(pivot[1], inverse))]
        else:
            x = [bld.fdiv(ir.Constant(VECTOR, [1.0] * LANES), pivot[0])]
        e.store(x, pd)
        return bld.zext(bld.bitcast(small, ir.IntType(8)), I64)

    return sig, generate


@intrinsic
def assemble_row(  # type: ignore[no-untyped-def]
    typing,
    f,
    column,
    diagonal,
    ld,
    values,
    base,
    energies,
    probe,
    a,
    begin,
    end,
    indices,
    target,
    entry,
):
    """Row ``a`` of E - H into a panel column, its product with the probes into the last rows.

    ``base`` (8,) int64: where each lane's values begin in ``values``.
    """
    i = INT
    sig = signature(
        types.none, f, i, i, i, values, base, energies, probe, i, i, i, indices, target, i
    )

    def generate(ctx: Any, bld: Any, s: Any, args: Any) -> Any:
        e = Emitter(ctx, bld, s.args[0])
        pf = e.base(args[0])

        def data(k: Index) -> Any:
            return ctx.make_array(s.args[k])(ctx, bld, args[k]).data

        pv = bld.bitcast(data(4), F64.as_pointer())
        starts = [bld.load(bld.gep(data(5), [const(lane)])) for lane in range(LANES)]
        px, pi, pt = data(7), data(11), data(12)
        energy = bld.load(reals(ctx, bld, args[6], s.args[6]), align=8)

        def probes(y: Any) -> list[Any]:
            at = bld.shl(y, const(1))
            return [e.spread(bld.load(bld.gep(px, [bld.add(at, const(r))]))) for r in range(2)]

        sums = [[cgutils.alloca_once(bld, VECTOR) for _ in range(e.parts)] for _ in range(2)]
        for slot in (slot for r in sums for slot in r):
            bld.store(e.zero, slot)
        with cgutils.for_range_slice(bld, args[9], args[10], const(1), inc=True) as (p, _):
            vector = [ir.Constant(VECTOR, ir.Undefined)] * e.parts
            for lane in range(LANES):
                at = bld.add(starts[lane], p)
                for piece in range(e.parts):
                    k = bld.add(bld.shl(at, const(1)), const(piece)) if e.complex else at
                    number = bld.load(bld.gep(pv, [k]))
                    vector[piece] = bld.insert_element(
                        vector[piece], number, ir.Constant(I32, lane)
                    )
            vector[0] = bld.fneg(vector[0])  # -conj(H)
            y = bld.sext(bld.load(bld.gep(pi, [p])), I64)
            for r, x in enumerate(probes(y)):
                for piece in range(e.parts):
                    bld.store(e.fma(vector[piece], x, bld.load(sums[r][piece])), sums[r][piece])
            t = bld.load(bld.gep(pt, [bld.add(args[13], bld.sub(p, args[9]))]))
            with bld.if_then(bld.icmp_signed(">=", t, ir.Constant(t.type, 0))):
                e.store(vector, e.at(pf, bld.add(args[1], bld.sext(t, I64))))
        here = e.at(pf, bld.add(args[1], args[2]))
        x = e.load(here)
        e.store([bld.fadd(x[0], energy), *x[1:]], here)
        for r, x in enumerate(probes(args[8])):
            total = [bld.load(slot) for slot in sums[r]]
            total[0] = e.fma(energy, x, total[0])
            row = bld.add(bld.add(args[1], bld.sub(args[3], const(2))), const(r))
            e.store(total, e.at(pf, row))
        return ctx.get_dummy_value()

    return sig, generate


def _number_at(ctx: Any, bld: Any, array_type: Any, array: Any, entry: Any, lane: Any) -> Any:
    data = ctx.make_array(array_type)(ctx, bld, array).data
    shift = const(4 if is_complex(array_type) else 3)
    return bld.gep(bld.bitcast(data, F64.as_pointer()), [bld.add(bld.shl(entry, shift), lane)])


@intrinsic
def get(typing, a, entry, lane):  # type: ignore[no-untyped-def]
    """Number in one lane of an entry."""
    sig = signature(a.dtype, a, INT, INT)

    def generate(ctx: Any, bld: Any, s: Any, args: Any) -> Any:
        p = _number_at(ctx, bld, s.args[0], args[0], args[1], args[2])
        if not is_complex(s.args[0]):
            return bld.load(p)
        z = ctx.make_complex(bld, s.return_type)
        z.real, z.imag = bld.load(p), bld.load(bld.gep(p, [const(LANES)]))
        return z._getvalue()

    return sig, generate


@intrinsic
def put(typing, a, entry, lane, x):  # type: ignore[no-untyped-def]
    """Set the number in one lane of an entry."""
    sig = signature(types.none, a, INT, INT, a.dtype)

    def generate(ctx: Any, bld: Any, s: Any, args: Any) -> Any:
        p = _number_at(ctx, bld, s.args[0], args[0], args[1], args[2])
        if not is_complex(s.args[0]):
            bld.store(args[3], p)
            return ctx.get_dummy_value()
        z = ctx.make_complex(bld, s.args[3], args[3])
        bld.store(z.real, p)
        bld.store(z.imag, bld.gep(p, [const(LANES)]))
        return ctx.get_dummy_value()

    return sig, generate


@part
def aligned(entries: Index, like: NumberArray) -> NumberArray:
    """Uninitialized lane array that begins on a cache line: a split line costs double."""
    a: NumberArray = empty(LANES * entries + 8, like)
    skip = (-a.ctypes.data % 64) // a.itemsize
    return a[skip : skip + LANES * entries]
