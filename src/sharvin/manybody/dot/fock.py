"""States of a few orbitals as bit patterns: Hamiltonian blocks and annihilators."""

from functools import lru_cache

import numpy as np

from sharvin.typing import IntArray, NumberArray, RealArray

MAX_BITS = 24


@lru_cache(maxsize=32)
def patterns(orbitals: int, lowest: int, highest: int) -> IntArray:
    """Bit patterns with so many electrons, by their number; shape (states,)."""
    every = np.arange(2**orbitals, dtype=np.int64)
    count = counted(every)
    inside = every[(count >= lowest) & (count <= highest)]
    ordered: IntArray = inside[np.argsort(counted(inside), kind="stable")]
    ordered.flags.writeable = False
    return ordered


def counted(states: IntArray) -> IntArray:
    """Number of electrons in each pattern, shape (states,)."""
    bits: IntArray = ((states[:, None] >> np.arange(MAX_BITS)) & 1).sum(axis=1)
    return bits


def occupations(states: IntArray, orbitals: int) -> RealArray:
    """Electrons in each orbital, shape (states, orbitals)."""
    return ((states[:, None] >> np.arange(orbitals)) & 1).astype(np.float64)


def jump(states: IntArray, orbital: int, *, up: bool) -> tuple[IntArray, RealArray]:
    """Patterns after adding or removing an electron, and the sign; sign 0 where it cannot be.

    The sign counts the electrons in lower orbitals, which the operator passes.
    """
    bit = np.int64(1) << orbital
    there = (states & bit) != 0
    passed = counted(states & (bit - 1))
    sign = np.where(there != up, 1.0 - 2.0 * (passed % 2), 0.0)
    return states ^ bit, sign


def single_particle(states: IntArray, h: NumberArray) -> NumberArray:
    r"""Matrix of :math:`\sum_{ij} h_{ij} d^†_i d_j` between patterns, shape (states, states)."""
    n = len(h)
    matrix = np.zeros((len(states), len(states)), h.dtype)
    place = _places(states)
    matrix[np.diag_indices(len(states))] = occupations(states, n) @ np.diag(h)
    for i, j in np.argwhere(h - np.diag(np.diag(h))):
        without, first = jump(states, int(j), up=False)
        there, second = jump(without, int(i), up=True)
        columns = np.flatnonzero(first * second)
        rows = place[there[columns]]
        matrix[rows, columns] += h[i, j] * (first * second)[columns]
    return matrix


def pair_energy(states: IntArray, repulsion: RealArray) -> RealArray:
    r"""Energies :math:`\tfrac12 \sum_{i \ne j} U_{ij} n_i n_j` of the patterns, shape (states,)."""
    n = occupations(states, len(repulsion))
    u = repulsion - np.diag(np.diag(repulsion))
    energy: RealArray = 0.5 * np.einsum("si,ij,sj->s", n, u, n)
    return energy


def four_index(states: IntArray, v: NumberArray) -> NumberArray:
    r"""Matrix of :math:`\tfrac12 \sum V_{ijkl}\, d^†_i d^†_j d_k d_l`, shape (states, states)."""
    matrix = np.zeros((len(states), len(states)), v.dtype)
    place = _places(states)
    for i, j, k, m in np.argwhere(v):
        there, sign = states, np.ones(len(states))
        for orbital, up in ((m, False), (k, False), (j, True), (i, True)):
            there, more = jump(there, int(orbital), up=up)
            sign = sign * more
        columns = np.flatnonzero(sign)
        matrix[place[there[columns]], columns] += 0.5 * v[i, j, k, m] * sign[columns]
    return matrix


def annihilators(states: IntArray, orbitals: int) -> RealArray:
    """Matrices of all :math:`d_i` between patterns, shape (orbitals, states, states)."""
    place = _places(states)
    found = np.zeros((orbitals, len(states), len(states)))
    for i in range(orbitals):
        there, sign = jump(states, i, up=False)
        columns = np.flatnonzero(sign)
        columns = columns[place[there[columns]] >= 0]
        found[i, place[there[columns]], columns] = sign[columns]
    return found


def _places(states: IntArray) -> IntArray:
    """Position of each pattern, -1 where it is not among the states."""
    place: IntArray = np.full(int(states.max()) * 2 + 2, -1, dtype=np.int64)
    place[states] = np.arange(len(states))
    return place
