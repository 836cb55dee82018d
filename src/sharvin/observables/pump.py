"""Charge that slow, cyclic changes of a device drive through it without any bias."""

from collections.abc import Sequence

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.scattering.smatrix import SMatrix

# Largest change of S between neighbors on the cycle for which the sum is a path integral.
LARGEST_STEP = 0.5


def pumped_charge(cycle: Sequence[SMatrix], *, to: str) -> tuple[float, float]:
    r"""Charge that arrives in one lead during a slow cycle, in electrons.

    .. math:: \frac{Q}{e} = -\frac{g}{2\pi} \oint \mathrm{Im}\,\mathrm{Tr}\,
              P_\mathrm{to}\; dS\; S^\dagger, \qquad g = \text{degeneracy}

    The integral runs over the closed path of S-matrices by the midpoint rule, for all points and
    for every other one; their difference is extrapolated away and counted as the error. Summed
    over all leads it is the number of states that the cycle carries through the Fermi energy: a
    whole number, zero for a cycle that can be shrunk to a point.

    Parameters
    ----------
    cycle : sequence of SMatrix
        An even number of points along the closed path, all at one energy and with the same
        leads; the last is joined to the first.
    to : str
        Lead whose electrons are counted, positive where they leave the device.

    Returns
    -------
    float, float
        The charge in electrons, and an estimate of its error.

    Raises
    ------
    Unreliable
        Where S changes so much between two points that the path between them is unclear.

    References
    ----------
    P. W. Brouwer, Phys. Rev. B 58, R10135 (1998); M. Büttiker, H. Thomas and A. Prêtre, Z. Phys.
    B 94, 133 (1994).
    """
    points = list(cycle)
    first = _checked(points)
    rows = first.rows_of(to)
    data = np.stack([s.data for s in points])
    step = float(np.abs(np.roll(data, -1, axis=0) - data).max(initial=0.0))
    if step > LARGEST_STEP:
        raise Unreliable(
            f"S changes by up to {step:.2f} from one point of the cycle to the next; take more "
            f"points (about {int(np.ceil(len(points) * step / 0.1))})"
        )
    fine = _circulation(data, rows)
    coarse = 0.5 * (_circulation(data[::2], rows) + _circulation(data[1::2], rows))
    charge = (4 * fine - coarse) / 3
    return first.degeneracy * charge, first.degeneracy * abs(fine - coarse) / 3


def _circulation(data: np.ndarray, rows: np.ndarray) -> float:
    after = np.roll(data, -1, axis=0)[:, rows]
    return -float(np.einsum("kab,kab->", after, data[:, rows].conj()).imag) / (2 * np.pi)


def _checked(points: Sequence[SMatrix]) -> SMatrix:
    if len(points) < 4 or len(points) % 2:
        raise InvalidInput(
            f"a cycle needs an even number of S-matrices, at least 4, got {len(points)}"
        )
    first = points[0]
    for s in points:
        if (s.leads, s.modes) != (first.leads, first.modes) or s.energy != first.energy:
            raise InvalidInput(
                "all points of a cycle need the same energy, leads and open modes: pumping "
                "parameters may change the device, not its leads"
            )
    return first
