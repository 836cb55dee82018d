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
    parts = []
    for parity in (1.0, -1.0):
        alone = np.flatnonzero(sign == parity)
        basis = np.zeros((len(h), len(alone) + up.stop - up.start))
        basis[alone, np.arange(len(alone))] = 1.0
        pairs = np.arange(len(alone), basis.shape[1])
        basis[np.arange(up.start, up.stop), pairs] = np.sqrt(0.5)
        basis[np.arange(down.start, down.stop), pairs] = parity * np.sqrt(0.5)
        if not basis.shape[1]:
            continue
        e, v = eigenstates(basis.T @ h @ basis)
        parts.append((e, basis @ v, np.full(len(e), parity)))
    energies, vectors, signs = (np.concatenate(x, axis=-1) for x in zip(*parts, strict=True))
    order = np.argsort(energies, kind="stable")
    return energies[order], np.ascontiguousarray(vectors[:, order]), signs[order]
