"""Plain loops over flat arrays, which compile faster than NumPy's general versions.

An array assignment between arrays, for one, brings along the text of its broadcasting error:
seconds of compilation, for every kernel that has one.
"""

import importlib
from typing import Any

from sharvin.numerics.elimination.blas import cgutils, intrinsic, ir, types
from sharvin.numerics.elimination.kernel import Index, IndexArray, part

_arrayobj: Any = importlib.import_module("numba.np.arrayobj")


def _allocate(context: Any, builder: Any, kind: Any, entries: Any, *, clear: bool) -> Any:
    """Emit the making of a flat array."""
    entry = context.get_data_type(kind.dtype)
    width = context.get_constant(types.intp, context.get_abi_sizeof(entry))
    size = builder.mul(entries, width)
    align = context.get_preferred_array_alignment(kind.dtype)
    info = context.nrt.meminfo_alloc_aligned(builder, size, ir.Constant(ir.IntType(32), align))
    data = context.nrt.meminfo_data(builder, info)
    if clear:
        cgutils.memset(builder, data, size, 0)
    array = context.make_array(kind)(context, builder)
    _arrayobj.populate_array(
        array, data=builder.bitcast(data, entry.as_pointer()), shape=[entries], strides=[width],
        itemsize=width, meminfo=info,
    )  # fmt: skip
    return array._getvalue()


def _flat(like: Any) -> Any:
    """Type of a flat array with the entries of ``like``, an array or a type."""
    return types.Array(like.dtype, 1, "C")


@intrinsic
def empty(typing, n, like):  # type: ignore[no-untyped-def]
    """Uninitialized flat array of ``n`` entries of the type ``like``, which may be an array's.

    NumPy's own is compiled anew for every combination of argument types.
    """
    return _flat(like)(types.intp, like), lambda context, builder, signature, args: _allocate(
        context, builder, signature.return_type, args[0], clear=False
    )


@intrinsic
def zeros(typing, n, like):  # type: ignore[no-untyped-def]
    """The same, filled with zeros."""
    return _flat(like)(types.intp, like), lambda context, builder, signature, args: _allocate(
        context, builder, signature.return_type, args[0], clear=True
    )


@part
def grown(array: Any, need: Index) -> Any:
    """Copy of a flat array with room for ``need`` entries and half as many more."""
    wider = empty(need + need // 2 + 16, array)
    for i in range(array.size):
        wider[i] = array[i]
    return wider


@part
def head(array: Any, size: Index) -> Any:
    """Copy of the first ``size`` entries."""
    short = empty(size, array)
    for i in range(size):
        short[i] = array[i]
    return short


@part
def sort(a: IndexArray) -> None:
    """Shell sort in place; fronts have at most a few thousand boundary sites."""
    gap = 1
    while 3 * gap < a.size:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, a.size):
            x = a[i]
            j = i
            while j >= gap and a[j - gap] > x:
                a[j] = a[j - gap]
                j -= gap
            a[j] = x
        gap //= 3


@part
def merge(a: IndexArray, middle: Index) -> None:
    """Sort an array whose parts before and after ``middle`` are sorted each by itself."""
    if middle == 0 or middle == a.size or a[middle - 1] < a[middle]:
        return
    later = head(a[middle:], a.size - middle)
    i, j, k = middle - 1, later.size - 1, a.size - 1
    while j >= 0:
        if i >= 0 and a[i] > later[j]:
            a[k] = a[i]
            i -= 1
        else:
            a[k] = later[j]
            j -= 1
        k -= 1
