"""One scatterer in a chain."""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.typing import RealArray


def chain_impurity(energy: ArrayLike, *, strength: float, hopping: float = 1.0) -> RealArray:
    r"""Transmission past one site of energy U in a chain, exactly.

    .. math:: T = \frac{1}{1 + U^2 / (4t^2 - E^2)} = \frac{1}{1 + (U / \hbar v)^2}

    Parameters
    ----------
    energy : array
        From the middle of the band; T = 0 outside of it.
    strength, hopping : float
        U and t, in the unit of `energy`.

    Returns
    -------
    real array, shape of `energy`

    References
    ----------
    E. N. Economou, Green's Functions in Quantum Physics (1983), ch. 6.
    """
    squared_velocity = np.maximum(4 * hopping**2 - np.asarray(energy, dtype=np.float64) ** 2, 0.0)
    with np.errstate(invalid="ignore"):
        found: RealArray = squared_velocity / (squared_velocity + strength**2)
    return found
