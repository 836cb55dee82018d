"""Emitter of LLVM vector arithmetic: the vocabulary in which the lane kernels are written.

Multiply-adds are fused where it is written, never where the optimizer likes: see `kernel`.
"""

import importlib
from collections.abc import Sequence
from typing import Any

from sharvin.numerics.elimination.blas import cgutils, ir, types
from sharvin.numerics.elimination.kernel import is_complex

LANES = 8
signature: Any = importlib.import_module("numba.core.typing").signature
F64, I64, I32 = ir.DoubleType(), ir.IntType(64), ir.IntType(32)
VECTOR = ir.VectorType(F64, LANES)
INT = types.intp


def const(n: int) -> Any:
    """64-bit integer constant."""
    return ir.Constant(I64, n)


class Emitter:
    """Arithmetic on one entry, held as (re,) or (re, im) vectors."""

    def __init__(self, context: Any, builder: Any, array_type: Any) -> None:
        self.context, self.builder, self.type = context, builder, array_type
        self.complex = is_complex(array_type)
        self.parts = 2 if self.complex else 1
        self.zero = ir.Constant(VECTOR, [0.0] * LANES)

    def base(self, value: Any) -> Any:
        """Pointer to the first vector of an array."""
        data = self.context.make_array(self.type)(self.context, self.builder, value).data
        return self.builder.bitcast(data, VECTOR.as_pointer())

    def at(self, base: Any, entry: Any) -> Any:
        """Pointer to an entry."""
        if self.complex:
            entry = self.builder.shl(entry, const(1))
        return self.builder.gep(base, [entry])

    def load(self, pointer: Any) -> list[Any]:
        """Vectors of the entry at ``pointer``."""
        slots = [self.builder.gep(pointer, [const(k)]) for k in range(self.parts)]
        return [self.builder.load(slot, align=64) for slot in slots]

    def store(self, entry: Sequence[Any], pointer: Any) -> None:
        """Write an entry."""
        for k, vector in enumerate(entry):
            self.builder.store(vector, self.builder.gep(pointer, [const(k)]), align=64)

    def fma(self, x: Any, y: Any, z: Any) -> Any:
        """X y + z of vectors."""
        return self._fused(x, y, z)

    def fms(self, x: Any, y: Any, z: Any) -> Any:
        """Z - x y of vectors."""
        return self._fused(self.builder.fneg(x), y, z)

    def _fused(self, x: Any, y: Any, z: Any) -> Any:
        """X y + z of vectors, rounded once."""
        prototype = ir.FunctionType(VECTOR, [VECTOR] * 3)
        fma = cgutils.get_or_insert_function(self.builder.module, prototype, "llvm.fma.v8f64")
        return self.builder.call(fma, [x, y, z])

    def plus_conjugate(self, c: Sequence[Any], a: Sequence[Any], b: Sequence[Any]) -> list[Any]:
        """C + a conj(b)."""
        if not self.complex:
            return [self.fma(a[0], b[0], c[0])]
        real = self.fma(a[1], b[1], self.fma(a[0], b[0], c[0]))
        return [real, self.fms(a[0], b[1], self.fma(a[1], b[0], c[1]))]

    def minus(self, c: Sequence[Any], a: Sequence[Any], b: Sequence[Any]) -> list[Any]:
        """C - a b."""
        if not self.complex:
            return [self.fms(a[0], b[0], c[0])]
        real = self.fma(a[1], b[1], self.fms(a[0], b[0], c[0]))
        return [real, self.fms(a[1], b[0], self.fms(a[0], b[1], c[1]))]

    def square(self, a: Sequence[Any]) -> Any:
        """|a|² lane by lane."""
        total = self.builder.fmul(a[0], a[0])
        return self.fma(a[1], a[1], total) if self.complex else total

    def every(self, a: Sequence[Any], b: Sequence[Any], *, subtract: bool = False) -> list[Any]:
        """A + b, or a - b."""
        act = self.builder.fsub if subtract else self.builder.fadd
        return [act(x, y) for x, y in zip(a, b, strict=True)]

    def spread(self, number: Any) -> Any:
        """Vector with ``number`` in every lane."""
        one = self.builder.insert_element(
            ir.Constant(VECTOR, ir.Undefined), number, ir.Constant(I32, 0)
        )
        mask = ir.Constant(ir.VectorType(I32, LANES), [0] * LANES)
        return self.builder.shuffle_vector(one, ir.Constant(VECTOR, ir.Undefined), mask)


def reals(context: Any, builder: Any, value: Any, array_type: Any) -> Any:
    """Pointer to the vectors of a float64 array."""
    data = context.make_array(array_type)(context, builder, value).data
    return builder.bitcast(data, VECTOR.as_pointer())
