"""Random potentials that depend on nothing but a seed and a site: no order, no state."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sharvin.errors import InvalidInput
from sharvin.typing import RealArray

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, eq=False)
class Disorder:
    r"""Anderson disorder: site energies uniform in :math:`[-W/2, W/2)`, variance W²/12.

    Parameters
    ----------
    strength : float or str
        W in meV (or text with a unit), or the name of a parameter.
    seed : int or str
        Which sample, or the name of a parameter that counts samples.
    """

    strength: float | str
    seed: int | str = 0


def disorder(strength: float | str, seed: int | str = 0) -> Disorder:
    """Site energies uniform in [-W/2, W/2): see `Disorder`."""
    return Disorder(strength, seed)


def whole(number: float, what: str) -> int:
    """Return the whole number that a seed is."""
    if number != int(number):
        raise InvalidInput(f"seed of {what} must be a whole number, got {number}")
    return int(number)


def uniform(seed: int, cells: NDArray[np.integer], sublattice: NDArray[np.integer]) -> RealArray:
    """One number in [-1/2, 1/2) per site, the same whatever other sites there are.

    Parameters
    ----------
    seed : int
    cells : int array, shape (n, d)
        Integer coordinates of the sites.
    sublattice : int array, shape (n,)

    Returns
    -------
    real array, shape (n,)

    References
    ----------
    The mixing is that of splitmix64: G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014.
    """
    state = np.full(len(cells), int(seed) & (2**64 - 1), dtype=np.uint64)
    for column in (*np.asarray(cells).T, sublattice):
        # mixing between the coordinates keeps (1, 2) and (2, 1) apart
        state = _mixed(state + GOLDEN)
        state ^= column.astype(np.int64).view(np.uint64)
    state = _mixed(state + GOLDEN)
    drawn: RealArray = (state >> np.uint64(11)) * 2.0**-53 - 0.5
    return drawn


def _mixed(state: NDArray[np.uint64]) -> Any:
    """Scramble 64 bits; every input bit flips each output bit with probability one half."""
    state ^= state >> np.uint64(30)
    state *= np.uint64(0xBF58476D1CE4E5B9)
    state ^= state >> np.uint64(27)
    state *= np.uint64(0x94D049BB133111EB)
    state ^= state >> np.uint64(31)
    return state
