"""Random numbers that are hashed from integer coordinates: no state, no order.

The mixing is that of splitmix64: G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sharvin.typing import RealArray

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@njit(inline="always")
def mixed(state: Any) -> Any:
    """Scramble 64 bits; every input bit flips each output bit with probability one half."""
    state ^= state >> np.uint64(30)
    state *= np.uint64(0xBF58476D1CE4E5B9)
    state ^= state >> np.uint64(27)
    state *= np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


@njit(cache=True, nogil=True)
def _hashed(
    seed: Any, columns: NDArray[np.uint64], states: NDArray[np.uint64], drawn: RealArray
) -> None:
    states[:] = seed
    for column in range(columns.shape[0]):
        for site in range(drawn.shape[0]):  # inside, so that it runs in SIMD lanes
            # mixing between the coordinates keeps (1, 2) and (2, 1) apart
            states[site] = mixed(states[site] + GOLDEN) ^ columns[column, site]
    for site in range(drawn.shape[0]):
        drawn[site] = np.float64(mixed(states[site] + GOLDEN) >> np.uint64(11)) * 2.0**-53 - 0.5


def hashed_bits(seed: int, number: int) -> int:
    """Sixty-four bits that depend on both numbers."""
    mask = 2**64 - 1
    pair = np.array([seed & mask, number & mask], np.uint64)
    with np.errstate(over="ignore"):
        return int(mixed.py_func(mixed.py_func(pair[0] + GOLDEN) ^ pair[1]))


def hashed_uniform(seed: int, columns: NDArray[np.uint64]) -> RealArray:
    """One number in [-1/2, 1/2) for each column of integers.

    Parameters
    ----------
    seed : int
    columns : uint64 array, shape (coordinates, n), contiguous

    Returns
    -------
    real array, shape (n,)
    """
    drawn = np.empty(columns.shape[1])
    states = np.empty(columns.shape[1], np.uint64)
    _hashed(np.uint64(int(seed) & (2**64 - 1)), columns, states, drawn)
    return drawn
