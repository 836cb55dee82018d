"""The device reduced to its interface, sector by sector."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sharvin.numerics.elimination import Reduced
from sharvin.typing import IntArray, NumberArray


@dataclass(frozen=True, eq=False)
class Root:
    """The device reduced to its interface: M with the delayed unknowns first.

    Parameters
    ----------
    matrix : array, shape (k + q, k + q)
        Schur complement of E - H, sector by sector; the k delayed unknowns come first.
    delayed : int
    probe_error : array, shape (k + q, probes)
        Measured error of ``matrix @ x`` for random x of unit variance.
    growth : float
        Largest multiplier of the elimination.
    """

    matrix: NumberArray
    delayed: int
    probe_error: NumberArray
    growth: float


def assemble(parts: Sequence[Reduced], kept: Sequence[IntArray], size: int) -> Root:
    """One root out of the sectors' Schur complements; `kept` says where theirs belong."""
    if len(parts) == 1 and len(kept[0]) == size:
        one = parts[0]
        return Root(one.matrix, one.delayed, one.probe_error, one.growth)
    delayed = sum(part.delayed for part in parts)
    kind = np.result_type(float, *(part.matrix.dtype for part in parts))
    matrix = np.zeros((delayed + size, delayed + size), kind)
    probes = parts[0].probe_error.shape[1] if parts else 2
    error = np.zeros((delayed + size, probes), kind)
    start = 0
    for part, places in zip(parts, kept, strict=True):
        index = np.concatenate([np.arange(start, start + part.delayed), delayed + places])
        matrix[np.ix_(index, index)] = part.matrix
        error[index] = part.probe_error
        start += part.delayed
    return Root(matrix, delayed, error, max((part.growth for part in parts), default=0.0))
