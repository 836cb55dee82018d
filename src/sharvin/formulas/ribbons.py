"""Where the modes of graphene ribbons open."""

import numpy as np

from sharvin.typing import RealArray


def armchair_thresholds(dimer_lines: int, hopping: float = 1.0) -> RealArray:
    r"""Openings of the modes of an armchair ribbon above the Dirac point, ascending.

    .. math:: E_p = t\, \Big| 1 - 2 \cos \frac{\pi p}{n_d + 1} \Big|, \qquad p = 1 \dots n_d

    The ribbon is metallic, with a threshold at zero, where :math:`n_d = 3m + 2`.

    Parameters
    ----------
    dimer_lines : int
        :math:`n_d`, the number of rows of atoms across.
    hopping : float

    Returns
    -------
    real array, shape (dimer_lines,)
        In the unit of `hopping`; e²/h per spin each.

    References
    ----------
    L. Brey and H. A. Fertig, Phys. Rev. B 73, 235411 (2006).
    """
    p = np.arange(1, dimer_lines + 1)
    edges: RealArray = np.sort(hopping * np.abs(1 - 2 * np.cos(np.pi * p / (dimer_lines + 1))))
    return edges


def zigzag_thresholds(
    chains: int, count: int, hopping: float = 1.0, *, momenta: int = 2001
) -> RealArray:
    r"""Openings of the modes of a zigzag ribbon, above that of its edge states at zero.

    The lowest energies of its bands: at each momentum the ribbon is a chain of 2n atoms with the
    hoppings :math:`2t\cos(k/2)` inside a zigzag chain and t between two.

    Parameters
    ----------
    chains : int
        n; a cell has 2n atoms.
    count : int
        How many thresholds, fewer than n.
    hopping : float
    momenta : int
        Points on which the minima are looked for; the error falls with their square.

    Returns
    -------
    real array, shape (count,)
        Each opens two modes, one per valley.

    References
    ----------
    L. Brey and H. A. Fertig, Phys. Rev. B 73, 235411 (2006).
    """
    k = np.linspace(np.pi / 2, np.pi, momenta)
    bonds = np.ones((momenta, 2 * chains - 1))
    bonds[:, ::2] = 2 * np.cos(k / 2)[:, None]
    h = np.zeros((momenta, 2 * chains, 2 * chains))
    place = np.arange(2 * chains - 1)
    h[:, place + 1, place] = bonds  # eigvalsh reads the lower triangle
    bands = np.linalg.eigvalsh(h)[:, chains + 1 : chains + 1 + count]
    edges: RealArray = hopping * bands.min(axis=0)
    return edges
