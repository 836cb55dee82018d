r"""Adding one site to a chain, in blocks of fixed numbers of up and down electrons.

A product state is :math:`|k, l\rangle`, with the operators of the old states k to the left of
those of the new site's state l = 0, ↑, ↓, ↑↓ (:math:`c^†_↑ c^†_↓|0\rangle`). So old operators
act without a sign, and an operator of the new site brings :math:`(-1)^{N_k}`.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sharvin.typing import RealArray

Charges = tuple[int, int]  # electrons with spin up and down
Matrices = Mapping[Charges, RealArray]

# Electrons that each of the four states of a site adds.
LOCAL: tuple[Charges, ...] = ((0, 0), (1, 0), (0, 1), (1, 1))
UP, DOWN = (1, 0), (0, 1)
# <l'| f |l> = sign, for f of spin up and of spin down: (l', l, sign).
ANNIHILATES = {UP: ((0, 1, 1), (2, 3, 1)), DOWN: ((0, 2, 1), (1, 3, -1))}


def less(charges: Charges, spin: Charges) -> Charges:
    """Charges after one electron of that spin is taken away."""
    return charges[0] - spin[0], charges[1] - spin[1]


def parity(charges: Charges) -> int:
    """Sign that an operator gains when it passes these electrons."""
    return -1 if (charges[0] + charges[1]) % 2 else 1


@dataclass(frozen=True, eq=False)
class Product:
    """Basis of one block of the longer chain: for each l, the rows of the old states.

    Parameters
    ----------
    rows : tuple of slice
        One per state of the new site; empty where no old states fit.
    old : tuple of charges
        Block of the old states for each l.
    size : int
    """

    rows: tuple[slice, ...]
    old: tuple[Charges, ...]
    size: int


def products(kept: Mapping[Charges, int]) -> dict[Charges, Product]:
    """All blocks of the longer chain, from the numbers of kept states per old block."""
    found = {}
    filled = [old for old, count in kept.items() if count]
    for charges in sorted({_add(old, local) for old in filled for local in LOCAL}):
        olds = tuple([less(charges, local) for local in LOCAL])
        ends = list(itertools.accumulate([kept.get(old, 0) for old in olds], initial=0))
        rows = tuple([slice(a, b) for a, b in itertools.pairwise(ends)])
        found[charges] = Product(rows, olds, ends[-1])
    return found


def hamiltonian(
    product: Product,
    energies: Matrices,
    edge: Mapping[Charges, Matrices],
    hop: float,
) -> RealArray:
    r"""Old energies and :math:`t \sum_σ f^†_σ c_σ + h.c.` with the new site's c, in one block.

    Only the lower triangle is filled.
    """
    h = np.zeros((product.size, product.size))
    filled = zip(product.rows, product.old, strict=True)
    levels = [energies[old] for rows, old in filled if rows.stop > rows.start]
    h.reshape(-1)[:: product.size + 1] = np.concatenate(levels)
    for spin, jumps in ANNIHILATES.items():
        for end, start, sign in jumps:
            f = edge[spin].get(product.old[end])  # <old of start| f |old of end>
            if f is not None and f.size:
                h[product.rows[start], product.rows[end]] = (
                    hop * sign * parity(product.old[start])
                ) * f
    return h


def carried(
    old: Matrices,
    spin: Charges,
    blocks: Mapping[Charges, Product],
    vectors: Matrices,
) -> dict[Charges, RealArray]:
    """An operator that annihilates on the old chain, between eigenstates of the longer one.

    ``result[Q]`` has the states of block Q as columns, those with one electron less as rows.
    """
    found = {}
    for charges, product in blocks.items():
        target = less(charges, spin)
        if target not in blocks:
            continue
        u, left = vectors[charges], vectors[target]
        total = np.zeros((left.shape[1], u.shape[1]))
        for local in range(4):
            d = old.get(product.old[local])
            if d is not None and d.size:
                rows = blocks[target].rows[local]
                total += left[rows].T @ (d @ u[product.rows[local]])
        found[charges] = total
    return found


def edge_operators(
    blocks: Mapping[Charges, Product], vectors: Matrices, kept: Mapping[Charges, int]
) -> dict[Charges, dict[Charges, RealArray]]:
    """Annihilators of the new site between kept states: spin -> block -> matrix."""
    return {
        spin: {
            charges: _edge(blocks, vectors, kept, charges, spin)
            for charges in blocks
            if kept[charges] and kept.get(less(charges, spin))
        }
        for spin in (UP, DOWN)
    }


def _edge(
    blocks: Mapping[Charges, Product],
    vectors: Matrices,
    kept: Mapping[Charges, int],
    charges: Charges,
    spin: Charges,
) -> RealArray:
    target = less(charges, spin)
    columns, rows = kept[charges], kept[target]
    total = np.zeros((rows, columns))
    product, left = blocks[charges], blocks[target]
    for end, start, sign in ANNIHILATES[spin]:
        here = product.rows[start]
        if here.stop > here.start:
            overlap = vectors[target][left.rows[end], :rows].T @ vectors[charges][here, :columns]
            total += (sign * parity(product.old[start])) * overlap
    return total


def _add(one: Charges, other: Charges) -> Charges:
    return one[0] + other[0], one[1] + other[1]
