"""Eigenstates of the many small blocks of a shell, by LAPACK itself: wrappers cost more than it."""

import numpy as np
from scipy.linalg.lapack import dsyevd

from sharvin.errors import Unreliable
from sharvin.typing import RealArray


def eigenstates(h: RealArray) -> tuple[RealArray, RealArray]:
    """Ascending energies and their vectors, in columns; `h` is overwritten.

    Parameters
    ----------
    h : array, shape (n, n)
        In C order; its lower triangle.

    Raises
    ------
    Unreliable
        When a number was not finite.
    """
    if len(h) == 1:
        return h[0], np.ones((1, 1))
    # The lower triangle by rows is the upper one by columns: nothing is copied.
    energies, vectors, info = dsyevd(h.T, compute_v=1, lower=0, overwrite_a=1)
    if info:
        raise Unreliable(
            "the energies of a block did not converge; is a parameter of the dot huge?"
        )
    return energies, vectors
