"""Plain loops over flat arrays, which compile faster than NumPy's general versions.

An array assignment between arrays, for one, brings along the text of its broadcasting error:
seconds of compilation, for every kernel that has one.
"""

from typing import Any

import numpy as np

from sharvin.numerics.elimination.kernel import Index, IndexArray, part


@part
def grown(array: Any, need: Index) -> Any:
    """Copy of a flat array with room for ``need`` entries and half as many more."""
    wider = np.empty(need + need // 2 + 16, array.dtype)
    for i in range(array.size):
        wider[i] = array[i]
    return wider


@part
def head(array: Any, size: Index) -> Any:
    """Copy of the first ``size`` entries."""
    short = np.empty(size, array.dtype)
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
