"""Order and phases of modes: fixed rules, so that S is a continuous function of the energy."""

from itertools import pairwise

import numpy as np

from sharvin.solvers.modes.limits import BRANCH_CUT, SAME_MOMENTUM, SAME_VELOCITY
from sharvin.typing import ComplexArray, IntArray, NumberArray, RealArray

SEED = 12345


def momentum_key(lam: ComplexArray, *, incoming: bool) -> RealArray:
    """Sort key: outgoing modes by ascending k, incoming ones by descending k.

    Time reversal maps k to -k, so partners get the same place.
    """
    k = -np.angle(lam) if incoming else np.angle(lam)
    return np.where(k > np.pi - BRANCH_CUT, k - 2 * np.pi, k)


def block_order(lam: ComplexArray, block: IntArray, *, incoming: bool) -> IntArray:
    """Block by block, then by momentum.

    Blocks first: with plain momentum order the equal-k spin partners swap by rounding.
    """
    return np.lexsort((momentum_key(lam, incoming=incoming), block))


def fixed_basis(
    lam: ComplexArray, psi: NumberArray, rows: IntArray, size: int, *, incoming: bool
) -> NumberArray:
    """Unitary (n, n) that takes modes in any order and phase to the conventional ones.

    Equal momenta of one direction get definite velocities, and those of equal velocity too
    diagonalize a fixed generic label of the orbitals; then
    c^H psi > 0 with a fixed complex c. A complex c vanishes on psi at isolated *pairs* of
    parameters, so a sweep over one parameter meets no jump; "largest component real" does.

    Parameters
    ----------
    lam, psi
        Bloch factors (n,) and waves (rows, n) of one direction and one block.
    rows
        Orbitals of the lead that psi lives on.
    size
        Orbitals of the lead cell.
    incoming
        Direction.
    """
    n = len(lam)
    key = momentum_key(lam, incoming=incoming)
    order = np.argsort(key, kind="stable")
    turn = np.eye(n, dtype=complex)[:, order]
    edges = np.flatnonzero(np.diff(key[order]) > SAME_MOMENTUM) + 1
    bounds = np.concatenate([[0], edges, [n]])
    label = (1 + rows / max(size - 1, 1)) ** 2
    for i, j in pairwise(bounds.tolist()):
        if j - i > 1:
            turn[:, i:j] = turn[:, i:j] @ _resolved(psi[:, order[i:j]], label)
    overlap = generic_vector(size)[rows].conj() @ (psi @ turn)
    length = np.abs(overlap)
    phase = np.where(length > 0, length / np.where(length > 0, overlap, 1), 1)
    result: NumberArray = turn * phase
    return result


def _resolved(group: NumberArray, label: RealArray) -> NumberArray:
    """Unitary that gives modes of one momentum definite velocities, then definite labels."""
    slowness, mix = np.linalg.eigh(group.conj().T @ group)
    edges = np.flatnonzero(np.diff(slowness) > SAME_VELOCITY * slowness[1:]) + 1
    for i, j in pairwise([0, *edges.tolist(), len(slowness)]):
        if j - i > 1:
            same = group @ mix[:, i:j]
            mix[:, i:j] = mix[:, i:j] @ np.linalg.eigh(same.conj().T @ (label[:, None] * same))[1]
    result: NumberArray = mix
    return result


def generic_vector(size: int) -> ComplexArray:
    """The fixed complex vector that phases are measured against."""
    real, imaginary = np.random.default_rng(SEED).normal(size=(2, size))
    vector: ComplexArray = real + 1j * imaginary
    return vector
