r"""Without a field, up and down may be exchanged: half of the blocks are copies of the others.

The exchange M maps :math:`|↑\rangle ↔ |↓\rangle` and :math:`|↑↓\rangle → -|↑↓\rangle` on every
site. States of a block (up, down) are chosen such that M maps number k to number k of (down, up);
where both are the same block, to itself with a sign, its parity.
"""

from collections.abc import Mapping

import numpy as np

from sharvin.manybody.nrg.blocks import Charges, Product
from sharvin.manybody.nrg.eigen import eigenstates
from sharvin.typing import RealArray

Parities = Mapping[Charges, RealArray]
# State of the new site that M makes of 0, up, down, both; and its sign.
SWAPPED = ((0, 1.0), (2, 1.0), (1, 1.0), (3, -1.0))


def swapped(charges: Charges) -> Charges:
    """Block into which M maps this one."""
    return charges[1], charges[0]


def mirrored(vectors: RealArray, one: Product, other: Product, parities: Parities) -> RealArray:
    """Eigenvectors of block `other`, from those of its mirror image `one`."""
    found = np.empty_like(vectors)
    for local, (image, sign) in enumerate(SWAPPED):
        rows = vectors[one.rows[local]]
        if len(rows):
            found[other.rows[image]] = (sign * parities[one.old[local]])[:, None] * rows
    return found


def own_image(
    h: RealArray, product: Product, parities: Parities
) -> tuple[RealArray, RealArray, RealArray]:
    """Energies, vectors and parities of a block with as many up as down, by parity.

    Parameters
    ----------
    h : array, shape (n, n)
        Its lower triangle.
    """
    h = h + np.tril(h, -1).T
    sign = np.zeros(len(h))
    for local in (0, 3):
        if product.old[local] in parities:
            sign[product.rows[local]] = SWAPPED[local][1] * parities[product.old[local]]
    up, down = product.rows[1], product.rows[2]
    across = h[up, down]
    parts = []
    for parity in (1.0, -1.0):
        alone = np.flatnonzero(sign == parity)
        count, size = len(alone), len(alone) + up.stop - up.start
        if not size:
            continue
        half = np.empty((size, size))  # its lower triangle: alone, then (up ± down)/√2
        half[:count, :count] = h[np.ix_(alone, alone)]
        half[count:, :count] = np.sqrt(0.5) * (h[up, alone] + parity * h[down, alone])
        half[count:, count:] = 0.5 * (h[up, up] + h[down, down] + parity * (across + across.T))
        e, v = eigenstates(half)
        vectors = np.zeros((len(h), size))
        vectors[alone] = v[:count]
        vectors[up] = np.sqrt(0.5) * v[count:]
        vectors[down] = parity * vectors[up]
        parts.append((e, vectors, np.full(size, parity)))
    energies, vectors, signs = (np.concatenate(x, axis=-1) for x in zip(*parts, strict=True))
    order = np.argsort(energies, kind="stable")
    return energies[order], np.ascontiguousarray(vectors[:, order]), signs[order]
