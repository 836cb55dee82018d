"""LLVM loops over the rows of a sparse product: several vectors side by side in SIMD lanes.

A block of vectors has one entry per orbital: ``width`` doubles, one per vector, or twice as many
when complex (all real parts, then all imaginary ones). Arrays start on a cache line.

Multiply-adds are fused where it is written, never where the optimizer likes: a process that
compiled a loop and one that loaded it give the same bits.
"""

from typing import Any

from sharvin.numerics.elimination.blas import cgutils, intrinsic, ir, types
from sharvin.numerics.elimination.emitter import F64, I32, I64, INT, const, signature
from sharvin.numerics.elimination.kernel import is_complex


class Emitter:
    """Arithmetic on entries of a block, each held as (re,) or (re, im) vectors."""

    def __init__(self, context: Any, builder: Any, array_type: Any, width: int) -> None:
        self.context, self.builder, self.width = context, builder, width
        self.parts = 2 if is_complex(array_type) else 1
        self.vector = ir.VectorType(F64, width)
        self.zero = ir.Constant(self.vector, [0.0] * width)

    def data(self, value: Any, array_type: Any, element: Any) -> Any:
        """Pointer to the first ``element`` of an array."""
        array = self.context.make_array(array_type)(self.context, self.builder, value)
        return self.builder.bitcast(array.data, element.as_pointer())

    def load(self, base: Any, entry: Any) -> list[Any]:
        """Vectors of an entry of a block."""
        return [self.builder.load(p, align=8 * self.width) for p in self._slots(base, entry)]

    def store(self, values: list[Any], base: Any, entry: Any) -> None:
        """Write an entry of a block."""
        for value, pointer in zip(values, self._slots(base, entry), strict=True):
            self.builder.store(value, pointer, align=8 * self.width)

    def number(self, base: Any, index: Any) -> list[Any]:
        """Coefficient, spread over the lanes: (re,) or (re, im)."""
        first = self.builder.mul(index, const(self.parts))
        return [
            self.spread(self.builder.load(self.builder.gep(base, [self.plus(first, const(k))])))
            for k in range(self.parts)
        ]

    def times(self, total: list[Any], c: list[Any], x: list[Any]) -> list[Any]:
        """Total + c x."""
        if self.parts == 1:
            return [self.fma(c[0], x[0], total[0])]
        minus = self.builder.fneg(c[1])
        return [
            self.fma(minus, x[1], self.fma(c[0], x[0], total[0])),
            self.fma(c[1], x[0], self.fma(c[0], x[1], total[1])),
        ]

    def inner(self, total: Any, a: list[Any], b: list[Any]) -> Any:
        """Total + Re conj(a) b, lane by lane."""
        for x, y in zip(a, b, strict=True):
            total = self.fma(x, y, total)
        return total

    def fma(self, x: Any, y: Any, z: Any) -> Any:
        """X y + z of vectors, rounded once."""
        prototype = ir.FunctionType(self.vector, [self.vector] * 3)
        name = f"llvm.fma.v{self.width}f64"
        fused = cgutils.get_or_insert_function(self.builder.module, prototype, name)
        return self.builder.call(fused, [x, y, z])

    def scaled(self, factor: Any, x: list[Any]) -> list[Any]:
        """Real factor times an entry."""
        return [self.builder.fmul(factor, part) for part in x]

    def plus(self, a: Any, b: Any) -> Any:
        """Sum of two integers."""
        return self.builder.add(a, b)

    def spread(self, number: Any) -> Any:
        """Vector with ``number`` in every lane."""
        undefined = ir.Constant(self.vector, ir.Undefined)
        one = self.builder.insert_element(undefined, number, ir.Constant(I32, 0))
        mask = ir.Constant(ir.VectorType(I32, self.width), [0] * self.width)
        return self.builder.shuffle_vector(one, undefined, mask)

    def _slots(self, base: Any, entry: Any) -> list[Any]:
        first = self.builder.mul(entry, const(self.parts))
        return [self.builder.gep(base, [self.plus(first, const(k))]) for k in range(self.parts)]


class _Row:
    """One row: y_i <- scale (sum_j h_ij x_j - shift_i x_i) + back y_i, and what is summed up."""

    def __init__(self, e: Emitter, x: Any, y: Any, sums: Any, numbers: tuple[Any, ...]) -> None:
        self.e, self.x, self.y, self.sums = e, x, y, sums
        self.scale, self.shift, self.back = (e.spread(number) for number in numbers)
        b = e.builder
        # Nothing of y is read where nothing of it stays: it may be fresh memory.
        nothing = b.fcmp_ordered("==", numbers[2], ir.Constant(F64, 0.0))
        self.old = b.select(nothing, x, y)
        self.total = [cgutils.alloca_once(b, e.vector) for _ in range(e.parts)]
        self.squares, self.products = (cgutils.alloca_once(b, e.vector) for _ in range(2))
        b.store(e.zero, self.squares)
        b.store(e.zero, self.products)

    def begin(self, i: Any, energy: Any = None) -> list[Any]:
        """Start with the diagonal; the entry x_i is needed again at the end."""
        e, here = self.e, self.e.load(self.x, i)
        b = e.builder
        factor = b.fneg(self.shift)
        if energy is not None:
            factor = b.fsub(e.spread(energy), self.shift)
        for slot, part in zip(self.total, e.scaled(factor, here), strict=True):
            b.store(part, slot)
        return here

    def add(self, coefficient: list[Any], j: Any) -> None:
        """Add h_ij x_j."""
        b = self.e.builder
        now = [b.load(slot) for slot in self.total]
        for slot, part in zip(
            self.total, self.e.times(now, coefficient, self.e.load(self.x, j)), strict=True
        ):
            b.store(part, slot)

    def finish(self, i: Any, here: list[Any]) -> None:
        """Write y_i and add |y_i|² and Re conj(y_i) x_i to the sums."""
        e, b = self.e, self.e.builder
        old = e.load(self.old, i)
        new = [
            e.fma(self.scale, b.load(slot), e.scaled(self.back, [part])[0])
            for slot, part in zip(self.total, old, strict=True)
        ]
        e.store(new, self.y, i)
        b.store(e.inner(b.load(self.squares), new, new), self.squares)
        b.store(e.inner(b.load(self.products), new, here), self.products)

    def close(self) -> None:
        """Add this run's sums to those in memory: squares, then products."""
        b = self.e.builder
        for place, slot in enumerate((self.squares, self.products)):
            pointer = b.gep(self.sums, [const(place)])
            b.store(b.fadd(b.load(pointer, align=8), b.load(slot)), pointer, align=8)


def make_sparse(width: int) -> Any:
    """Intrinsic for rows start..stop of a compressed sparse matrix."""

    @intrinsic
    def sparse_rows(  # type: ignore[no-untyped-def]
        typing, start, stop, indptr, indices, data, x, y, sums, scale, shift, back
    ):
        sig = signature(
            types.none, INT, INT, indptr, indices, data, x, y, sums, *[types.float64] * 3
        )

        def generate(ctx: Any, bld: Any, s: Any, args: Any) -> Any:
            e = Emitter(ctx, bld, s.args[5], width)
            pointers = e.data(args[2], s.args[2], I32)
            columns = e.data(args[3], s.args[3], I32)
            values = e.data(args[4], s.args[4], F64)
            x, y, sums = (e.data(args[k], s.args[k], e.vector) for k in (5, 6, 7))
            row = _Row(e, x, y, sums, tuple(args[8:]))
            with cgutils.for_range_slice(bld, args[0], args[1], const(1)) as (i, _):
                here = row.begin(i)
                lo, hi = (
                    bld.sext(bld.load(bld.gep(pointers, [e.plus(i, const(k))])), I64)
                    for k in (0, 1)
                )
                with cgutils.for_range_slice(bld, lo, hi, const(1)) as (p, _):
                    j = bld.sext(bld.load(bld.gep(columns, [p])), I64)
                    row.add(e.number(values, p), j)
                row.finish(i, here)
            row.close()
            return ctx.get_dummy_value()

        return sig, generate

    return sparse_rows


def make_run(width: int, *, has_energies: bool) -> Any:
    """Intrinsic for equal cells in a line: neighbors sit at fixed distances, nothing is stored."""

    @intrinsic
    def run_rows(  # type: ignore[no-untyped-def]
        typing, first, cells, orbitals, firsts, distances, data, energies, x, y, sums, scale,
        shift, back,
    ):  # fmt: skip
        sig = signature(
            types.none, INT, INT, INT, firsts, distances, data, energies, x, y, sums,
            *[types.float64] * 3,
        )  # fmt: skip

        def generate(ctx: Any, bld: Any, s: Any, args: Any) -> Any:
            e = Emitter(ctx, bld, s.args[7], width)
            begins = e.data(args[3], s.args[3], I64)
            apart = e.data(args[4], s.args[4], I64)
            values = e.data(args[5], s.args[5], F64)
            onsite = e.data(args[6], s.args[6], F64)
            x, y, sums = (e.data(args[k], s.args[k], e.vector) for k in (7, 8, 9))
            row = _Row(e, x, y, sums, tuple(args[10:]))
            with cgutils.for_range(bld, args[1]) as cell:
                start = e.plus(args[0], bld.mul(cell.index, args[2]))
                with cgutils.for_range(bld, args[2]) as orbital:
                    i = e.plus(start, orbital.index)
                    energy = bld.load(bld.gep(onsite, [i])) if has_energies else None
                    here = row.begin(i, energy)
                    lo, hi = (
                        bld.load(bld.gep(begins, [e.plus(orbital.index, const(k))])) for k in (0, 1)
                    )
                    with cgutils.for_range_slice(bld, lo, hi, const(1)) as (term, _):
                        j = e.plus(i, bld.load(bld.gep(apart, [term])))
                        row.add(e.number(values, term), j)
                    row.finish(i, here)
            row.close()
            return ctx.get_dummy_value()

        return sig, generate

    return run_rows
