"""BLAS and LAPACK inside kernels, called by name so that machine code caches.

SciPy exports the addresses of its Fortran routines for Cython. Each is registered with LLVM under
the name ``sharvin_<routine>``; cached object code then holds an unresolved *name*, which the
loader binds in the next process, where an address would be wrong. Matrices are column-major and
passed as a pair (one-dimensional array, offset of the first element); integers and letters are
passed by value.
"""

import ctypes
import importlib
from typing import Any

import numpy as np

from sharvin.numerics.elimination.kernel import is_complex, numba, template
from sharvin.typing import NumberArray, RealArray

_binding: Any = importlib.import_module("llvmlite.binding")
ir: Any = importlib.import_module("llvmlite.ir")
cgutils: Any = importlib.import_module("numba.core.cgutils")
intrinsic: Any = importlib.import_module("numba.extending").intrinsic
types: Any = numba.types

N, T, C, L, V = (ord(letter) for letter in "NTCLV")  # Fortran letters

_ROUTINES = {
    "scipy.linalg.cython_blas": ("dgemm", "zgemm"),
    "scipy.linalg.cython_lapack": (
        "dgetrf", "zgetrf", "dgetrs", "zgetrs", "dgetri", "zgetri", "dsyevd", "zheevd",
    ),
}  # fmt: skip


def _register() -> None:
    """Tell LLVM the addresses of SciPy's routines."""
    pointer, name_of = ctypes.pythonapi.PyCapsule_GetPointer, ctypes.pythonapi.PyCapsule_GetName
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    name_of.restype, name_of.argtypes = ctypes.c_char_p, [ctypes.py_object]
    for module, routines in _ROUTINES.items():
        capsules = importlib.import_module(module).__pyx_capi__
        for routine in routines:
            capsule = capsules[routine]
            _binding.add_symbol(f"sharvin_{routine}", pointer(capsule, name_of(capsule)))


_register()


def _call(context: Any, builder: Any, symbol: str, signature: Any, args: Any, kinds: str) -> Any:
    """Emit a Fortran call, every argument by reference.

    ``kinds`` has one letter per Fortran argument: ``a`` takes an (array, offset) pair, ``i`` an
    integer, ``c`` a letter, ``s`` a scalar of the matrix type.
    """
    int8, int32 = ir.IntType(8), ir.IntType(32)
    pointers, k = [], 0
    for kind in kinds:
        kind_type, value = signature.args[k], args[k]
        if kind == "a":
            array = context.make_array(kind_type)(context, builder, value)
            offset = context.cast(builder, args[k + 1], signature.args[k + 1], types.intp)
            pointers.append(builder.bitcast(builder.gep(array.data, [offset]), int8.as_pointer()))
            k += 2
            continue
        if kind == "i":
            value, low = context.cast(builder, value, kind_type, types.int32), int32
        elif kind == "c":
            value, low = context.cast(builder, value, kind_type, types.int8), int8
        else:
            low = context.get_value_type(kind_type)
        slot = cgutils.alloca_once(builder, low)
        builder.store(value, slot)
        pointers.append(builder.bitcast(slot, int8.as_pointer()))
        k += 1
    prototype = ir.FunctionType(ir.VoidType(), [int8.as_pointer()] * len(pointers))
    builder.call(cgutils.get_or_insert_function(builder.module, prototype, symbol), pointers)
    return context.get_dummy_value()


def _letter(array: Any) -> str:
    return "z" if is_complex(array) else "d"


@intrinsic
def gemm(  # type: ignore[no-untyped-def]
    typing, ta, tb, m, n, k, alpha, a, ao, lda, b, bo, ldb, beta, c, co, ldc
):
    """C <- alpha op(A) op(B) + beta C."""
    sig = types.none(ta, tb, m, n, k, c.dtype, a, ao, lda, b, bo, ldb, c.dtype, c, co, ldc)
    symbol = f"sharvin_{_letter(c)}gemm"
    return sig, lambda ctx, bld, s, args: _call(ctx, bld, symbol, s, args, "cciiisaiaisai")


@intrinsic
def getrf(typing, m, n, a, ao, lda, pivots, po, info, io):  # type: ignore[no-untyped-def]
    """A <- L U with row pivots."""
    sig = types.none(m, n, a, ao, lda, pivots, po, info, io)
    symbol = f"sharvin_{_letter(a)}getrf"
    return sig, lambda ctx, bld, s, args: _call(ctx, bld, symbol, s, args, "iiaiaa")


@intrinsic
def getrs(  # type: ignore[no-untyped-def]
    typing, ta, n, nrhs, a, ao, lda, pivots, po, b, bo, ldb, info, io
):
    """B <- op(A)^-1 B from the factors of `getrf`."""
    sig = types.none(ta, n, nrhs, a, ao, lda, pivots, po, b, bo, ldb, info, io)
    symbol = f"sharvin_{_letter(a)}getrs"
    return sig, lambda ctx, bld, s, args: _call(ctx, bld, symbol, s, args, "ciiaiaaia")


@intrinsic
def getri(  # type: ignore[no-untyped-def]
    typing, n, a, ao, lda, pivots, po, work, wo, size, info, io
):
    """A <- A^-1 from the factors of `getrf`."""
    sig = types.none(n, a, ao, lda, pivots, po, work, wo, size, info, io)
    symbol = f"sharvin_{_letter(a)}getri"
    return sig, lambda ctx, bld, s, args: _call(ctx, bld, symbol, s, args, "iaiaaia")


@intrinsic
def dsyevd(  # type: ignore[no-untyped-def]
    typing, job, uplo, n, a, ao, lda, w, wo, work, ko, lwork, iwork, io, liwork, info, fo
):
    """Eigenvalues and vectors of a real symmetric matrix."""
    sig = types.none(job, uplo, n, a, ao, lda, w, wo, work, ko, lwork, iwork, io, liwork, info, fo)
    kinds = "cciaiaaiaia"
    return sig, lambda ctx, bld, s, args: _call(ctx, bld, "sharvin_dsyevd", s, args, kinds)


@intrinsic
def zheevd(  # type: ignore[no-untyped-def]
    typing, job, uplo, n, a, ao, lda, w, wo, work, ko, lwork, rwork, ro, lrwork,
    iwork, io, liwork, info, fo,
):  # fmt: skip
    """Eigenvalues and vectors of a complex Hermitian matrix."""
    sig = types.none(
        job, uplo, n, a, ao, lda, w, wo, work, ko, lwork, rwork, ro, lrwork,
        iwork, io, liwork, info, fo,
    )  # fmt: skip
    kinds = "cciaiaaiaiaia"
    return sig, lambda ctx, bld, s, args: _call(ctx, bld, "sharvin_zheevd", s, args, kinds)


@intrinsic
def scatter(typing, t, to, rows, ro, n, s, so):  # type: ignore[no-untyped-def]
    """Add n entries of s at ``rows`` of t, without a loop's checks for negative indices."""
    i = types.intp
    sig = types.none(t, i, rows, i, i, s, i)
    parts = 2 if is_complex(t) else 1

    def generate(ctx: Any, bld: Any, signature: Any, args: Any) -> Any:
        real, wide = ir.DoubleType().as_pointer(), ir.IntType(64)

        def data(k: int) -> Any:
            return ctx.make_array(signature.args[k])(ctx, bld, args[k]).data

        target, source = bld.bitcast(data(0), real), bld.bitcast(data(5), real)
        row = bld.gep(data(2), [args[3]])
        with cgutils.for_range(bld, args[4]) as loop:
            at = bld.add(args[1], bld.sext(bld.load(bld.gep(row, [loop.index])), wide))
            of = bld.add(args[6], loop.index)
            for part in range(parts):
                here, there = (
                    (bld.add(bld.mul(x, ir.Constant(wide, parts)), ir.Constant(wide, part)))
                    for x in (at, of)
                )
                slot = bld.gep(target, [here])
                bld.store(bld.fadd(bld.load(slot), bld.load(bld.gep(source, [there]))), slot)
        return ctx.get_dummy_value()

    return sig, generate


def eigh(n: int, a: NumberArray, w: RealArray) -> int:
    """Eigenvectors into ``a`` (its lower triangle is read), values into ``w``; LAPACK's info."""
    raise NotImplementedError


@template(eigh)
def _eigh(n: Any, a: Any, w: Any) -> Any:
    def real(n: Any, a: Any, w: Any) -> Any:
        lw, li = 1 + 6 * n + 2 * n * n, 3 + 5 * n
        work, iwork, info = np.empty(lw), np.empty(li, np.int32), np.zeros(1, np.int32)
        dsyevd(V, L, n, a, 0, n, w, 0, work, 0, lw, iwork, 0, li, info, 0)
        return info[0]

    def hermitian(n: Any, a: Any, w: Any) -> Any:
        lw, lr, li = 2 * n + n * n, 1 + 5 * n + 2 * n * n, 3 + 5 * n
        work, rwork, iwork = np.empty(lw, a.dtype), np.empty(lr), np.empty(li, np.int32)
        info = np.zeros(1, np.int32)
        zheevd(V, L, n, a, 0, n, w, 0, work, 0, lw, rwork, 0, lr, iwork, 0, li, info, 0)
        return info[0]

    return hermitian if is_complex(a) else real
