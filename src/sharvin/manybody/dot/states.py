"""Eigenstates of a dot at every point of a sweep, and how electrons come and go."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse.csgraph import connected_components

from sharvin.manybody.dot.fock import (
    annihilators,
    counted,
    four_index,
    occupations,
    pair_energy,
    patterns,
    single_particle,
)
from sharvin.manybody.dot.model import Dot
from sharvin.typing import BoolArray, IntArray, NumberArray, RealArray

VOLT = 1000.0  # meV an electron falls by per volt and unit of lever arm
SAME = 1e-12  # matrix elements below this, relative to the largest, are rounding


@dataclass(frozen=True, eq=False)
class States:
    r"""Many-electron eigenstates, by number of electrons.

    Parameters
    ----------
    charges : integer array, shape (s,)
        Electrons in each state, ascending.
    energies : array, shape (points, s)
        meV.
    ladder : array, shape (1 or points, orbitals, s, s)
        :math:`\langle a|d_i|b\rangle`; one for all points where voltages only shift levels.
    """

    charges: IntArray
    energies: RealArray
    ladder: NumberArray

    @cached_property
    def transitions(self) -> tuple[IntArray, IntArray]:
        """States with one electron less and those with one more, of all pairs that any d joins."""
        size = np.abs(self.ladder).max(axis=(0, 1))
        low, high = np.nonzero(size > SAME)
        return low, high

    @property
    def shared(self) -> bool:
        """Whether all points have the same eigenvectors."""
        return len(self.ladder) == 1


def states(dot: Dot, voltages: Mapping[str, RealArray], points: int) -> States:
    """Eigenstates at all points.

    Parameters
    ----------
    voltages : mapping of str to array, shape (points,)
        In V, of whatever has a lever arm; what is missing is at 0 V.
    """
    n = dot.orbitals
    basis = patterns(n, *dot.charges)
    h = single_particle(basis, dot.hamiltonian)
    h[np.diag_indices(len(h))] += pair_energy(basis, dot.repulsion)
    if dot.exchange is not None:
        h = h + four_index(basis, dot.exchange)
    number = occupations(basis, n)
    moved = [name for name in dot.lever_arms if name in voltages]
    arms = np.array([number @ dot.lever_arms[name] for name in moved]).reshape(-1, len(basis))
    volts = np.array([voltages[name] for name in moved]).reshape(-1, points)
    blocks = _blocks(h)
    if _only_shift(arms, blocks):
        energies, vectors = _diagonal(h, blocks)
        shift = np.array([[a[b].mean() for b in blocks] for a in arms])
        shift = shift.reshape(len(arms), len(blocks))
        owner = np.concatenate([np.full(len(b), k) for k, b in enumerate(blocks)])
        order = np.argsort(counted(basis)[np.concatenate(blocks)], kind="stable")
        shifted = -VOLT * np.einsum("kp,ks->ps", volts, shift[:, owner[order]])
        return _ordered(basis, energies[order] + shifted, vectors[None][:, :, order], n)
    return _per_point(basis, h, blocks, arms, volts, n)


def _per_point(
    basis: IntArray,
    h: NumberArray,
    blocks: list[IntArray],
    arms: RealArray,
    volts: RealArray,
    n: int,
) -> States:
    """Diagonalize at each point: voltages pull coupled orbitals apart."""
    points = volts.shape[1]
    energies = np.empty((points, len(h)))
    vectors = np.zeros((points, *h.shape), h.dtype)
    start = 0
    for block in blocks:
        here = slice(start, start + len(block))
        stack = np.repeat(h[np.ix_(block, block)][None], points, axis=0)
        diagonal = np.arange(len(block))
        stack[:, diagonal, diagonal] -= VOLT * np.einsum("kp,kb->pb", volts, arms[:, block])
        energies[:, here], found = np.linalg.eigh(stack)
        vectors[:, block, here] = found
        start += len(block)
    order = np.argsort(counted(basis)[np.concatenate(blocks)], kind="stable")
    return _ordered(basis, energies[:, order], vectors[:, :, order], n)


def _ordered(basis: IntArray, energies: RealArray, vectors: NumberArray, n: int) -> States:
    d = annihilators(basis, n)
    left = vectors.conj().transpose(0, 2, 1)[:, None]
    ladder = left @ d[None] @ vectors[:, None]
    ladder[np.abs(ladder) < SAME] = 0.0
    return States(np.sort(counted(basis)), energies, ladder)


def _blocks(h: NumberArray) -> list[IntArray]:
    """Patterns that H connects. Apart, degenerate states of different spin cannot be mixed."""
    linked: BoolArray = np.abs(h) > SAME * np.abs(h).max()
    count, label = connected_components(linked, directed=False)
    return [np.flatnonzero(label == k) for k in range(count)]


def _only_shift(arms: RealArray, blocks: list[IntArray]) -> bool:
    """Whether a voltage moves all patterns of a block together."""
    return all(np.ptp(a[b]) <= SAME * np.abs(arms).max() for a in arms for b in blocks)


def _diagonal(h: NumberArray, blocks: list[IntArray]) -> tuple[RealArray, NumberArray]:
    energies, vectors, start = np.empty(len(h)), np.zeros_like(h), 0
    for block in blocks:
        here = slice(start, start + len(block))
        energies[here], vectors[block, here] = np.linalg.eigh(h[np.ix_(block, block)])
        start += len(block)
    return energies, vectors
