"""Fusing some of the anyons: what comes out with which probability, and what is left."""

import numpy as np
from scipy import sparse

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.manybody.anyons.space import FusionSpace
from sharvin.typing import ComplexArray, IntArray

NORMALIZED = 1e-9  # rounding over a thousand crossings stays below 1e-12
IMPOSSIBLE = 1e-14


def fusion_probabilities(
    space: FusionSpace, state: ComplexArray, *, first: int, last: int
) -> dict[str, float]:
    """Probability of every charge that neighboring anyons can have together.

    Parameters
    ----------
    space : FusionSpace
    state : complex array, shape (dimension,)
        Of norm one.
    first, last : int
        Places of the group, counted from 1, both included.

    Returns
    -------
    dict of str to float
        They add up to one.
    """
    change, charges = _grouped(space, first, last)
    weights = np.abs(np.asarray(change @ _normalized(space, state))) ** 2
    labels = space.model.labels
    return {labels[c]: float(weights[charges == c].sum()) for c in np.unique(charges)}


def collapsed(
    space: FusionSpace, state: ComplexArray, *, first: int, last: int, outcome: str
) -> ComplexArray:
    """State after a measurement of the charge of anyons `first` to `last` gave `outcome`.

    Raises
    ------
    InvalidInput
        When that outcome never occurs.
    """
    change, charges = _grouped(space, first, last)
    kept = (change @ _normalized(space, state)) * (charges == space.model.index(outcome))
    norm = np.linalg.norm(kept)
    if norm**2 < IMPOSSIBLE:
        raise InvalidInput(f"anyons {first} to {last} are never found with charge {outcome} here")
    return np.asarray(change.conj().T @ kept / norm)


def charge_projector(
    space: FusionSpace, *, first: int, last: int, charge: str
) -> "sparse.csr_array":
    """Projector onto the states in which anyons `first` to `last` have a charge together."""
    change, charges = _grouped(space, first, last)
    part = change[charges == space.model.index(charge)]
    return sparse.csr_array(part.conj().T @ part)


def _grouped(space: FusionSpace, first: int, last: int) -> tuple["sparse.csr_array", IntArray]:
    """Change to a basis in which the group is fused first, and the group's charge in each state."""
    if not 1 <= first <= last <= len(space.anyons):
        raise InvalidInput(
            f"a group is first <= last among 1 to {len(space.anyons)}, got {first} to {last}"
        )
    types = np.array([space.model.index(a) for a in space.anyons])
    paths, change = space.paths, sparse.eye_array(space.dimension, dtype=complex, format="csr")
    inner = np.full(len(paths), types[first - 1])  # charge of the group so far
    for place in range(first, last):  # fold in the anyon at index `place`
        x, y, z = paths[:, first - 1], paths[:, place], paths[:, place + 1]
        # (x inner)_y a -> x (inner a)_c; column `place` holds c from now on.
        b = types[place]
        row, new = np.nonzero(space.model.fusion[inner, b] & space.model.fusion[x, :, z])
        value = space.model.f[x[row], inner[row], b, z[row], y[row], new]
        moved = paths[row]
        moved[:, place] = new
        moved, where = np.unique(moved, axis=0, return_inverse=True)
        shape = (len(moved), len(paths))
        change = sparse.csr_array((value, (where.ravel(), row)), shape=shape) @ change
        paths, inner = moved, moved[:, place]
    return change, inner


def _normalized(space: FusionSpace, state: ComplexArray) -> ComplexArray:
    vector = np.asarray(state, dtype=complex)
    if vector.shape != (space.dimension,):
        raise ShapeMismatch(f"state has shape {vector.shape}, the space {space.dimension} states")
    norm = np.linalg.norm(vector)
    if abs(norm - 1) > NORMALIZED:
        raise InvalidInput(f"a state needs norm 1, got {norm:.6g}")
    return np.asarray(vector / norm)
