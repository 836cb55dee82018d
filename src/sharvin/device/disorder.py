"""Random potentials that depend on nothing but a seed and a site: no order, no state."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sharvin.errors import InvalidInput
from sharvin.typing import RealArray


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
    """
    return hashed(seed, integer_columns(cells, sublattice))


def hashed(seed: int, columns: NDArray[np.uint64]) -> RealArray:
    """The same from what `integer_columns` made of the coordinates."""
    from sharvin.numerics.hashing import hashed_uniform  # compiled when asked for

    return hashed_uniform(seed, columns)


def integer_columns(*parts: NDArray[np.integer]) -> NDArray[np.uint64]:
    """Integer coordinates of n things, one row each: what `hashed_uniform` takes."""
    rows = [np.atleast_2d(np.asarray(part).T) for part in parts]
    whole = np.concatenate([row.astype(np.int64) for row in rows])
    return np.ascontiguousarray(whole).view(np.uint64)
