"""A flat band as a chain whose hops fall off exponentially, in as many digits as that takes."""

import itertools
import math
from decimal import Decimal, localcontext
from functools import lru_cache

import numpy as np

from sharvin.typing import RealArray

SPARE_RANGE = 33.0  # the band goes on down to exp(-33) of the scale of the last site
SPARE_DIGITS = 60
PREPARED = 16  # chains are made in multiples of this length


def wilson_chain(ratio: float, shift: float, sites: int) -> RealArray:
    r"""Hops :math:`\xi_0, \xi_1, \dots` of a chain that stands for a flat band of half-width 1.

    The band is cut at :math:`x_j = 1, \Lambda^{-z}, \Lambda^{-1-z}, \dots`; each interval, above
    and below the Fermi energy, is represented by one level at

    .. math:: E_j = (x_j - x_{j+1}) / \ln (x_j / x_{j+1}),

    for which the hybridization needs no correction, and tridiagonalized (Lanczos).
    The recursion loses :math:`\Lambda^{N^2/4}` in accuracy; it is run in that many more digits.

    Parameters
    ----------
    ratio : float
        Λ > 1.
    shift : float
        z in (0, 1]. Averages over equally spaced z remove most of what the discretization does.
    sites : int
        Number of sites of the chain.

    Returns
    -------
    real array, shape (sites - 1,)
        Accurate to the last digit; :math:`\xi_n \propto \Lambda^{-n/2}`.

    References
    ----------
    V. L. Campo and L. N. Oliveira, Phys. Rev. B 72, 104432 (2005).
    """
    longest = -(-sites // PREPARED) * PREPARED
    return _chain(ratio, shift, longest)[: sites - 1]


@lru_cache(maxsize=64)
def _chain(ratio: float, shift: float, sites: int) -> RealArray:
    """Hops of a chain, of which all shorter ones are the beginning."""
    nodes = sites // 2 + math.ceil(SPARE_RANGE / math.log(ratio))
    digits = 0.25 * sites**2 * np.log10(ratio) + SPARE_DIGITS
    with localcontext() as context:
        context.prec = int(digits)
        energies, vector = _star(Decimal(ratio), Decimal(shift), nodes)
        hops = _lanczos(energies, vector, sites - 1)
        found = np.array([float(hop) for hop in hops])
    found.flags.writeable = False
    return found


def _star(ratio: Decimal, shift: Decimal, nodes: int) -> tuple[list[Decimal], list[Decimal]]:
    """Levels above the Fermi energy, and square roots of their shares of the band."""
    edges = [Decimal(1)] + [ratio ** (-shift - j) for j in range(nodes)]
    pairs = list(itertools.pairwise(edges))
    energies = [(high - low) / (high / low).ln() for high, low in pairs]
    return energies, [(high - low).sqrt() for high, low in pairs]


def _lanczos(energies: list[Decimal], vector: list[Decimal], steps: int) -> list[Decimal]:
    """Hops of the chain. Levels at ±E make its onsite energies vanish, so +E alone suffices."""
    norm = sum((v * v for v in vector), Decimal(0)).sqrt()
    now = [v / norm for v in vector]
    before, hop = [Decimal(0)] * len(now), Decimal(0)
    hops = []
    for _ in range(steps):
        new = [e * v - hop * b for e, v, b in zip(energies, now, before, strict=True)]
        hop = sum((v * v for v in new), Decimal(0)).sqrt()
        before, now = now, [v / hop for v in new]
        hops.append(hop)
    return hops
