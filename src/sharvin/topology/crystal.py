"""What invariants ask of a crystal: Bloch states on grids, and how they continue beyond a zone."""

from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput
from sharvin.matter.lattice import Lattice
from sharvin.typing import ComplexArray, IntArray, RealArray

CHUNK = 1 << 22  # matrix elements that are diagonalized at a time


@runtime_checkable
class Crystal(Protocol):
    """A `Model`, or anything else with a lattice and a Bloch Hamiltonian."""

    @property
    def lattice(self) -> Lattice:
        """Its Bravais lattice."""
        ...

    @property
    def name(self) -> str:
        """For messages."""
        ...

    def bloch(self, k: ArrayLike, **params: float) -> ComplexArray:
        """Hamiltonian at wave vectors (..., D), shape (..., n, n)."""
        ...


@runtime_checkable
class Folded(Protocol):
    """A crystal whose Hamiltonian changes by a relabeling from one Brillouin zone to the next."""

    def translated(self, states: ComplexArray, steps: IntArray) -> ComplexArray:
        """States (..., n, m) at k + G from those at k, G = steps times the reciprocal vectors."""
        ...


def fractions(shape: tuple[int, ...]) -> RealArray:
    """Uniform grid over the unit cell of fractions, shape (*shape, d)."""
    axes = [np.arange(n) / n for n in shape]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)


def wave_vectors(crystal: Crystal, places: RealArray) -> RealArray:
    """Wave vectors, 1/nm, from fractions (..., d) of the reciprocal vectors."""
    k: RealArray = places @ crystal.lattice.reciprocal
    return k


def eigen(
    crystal: Crystal, places: RealArray, params: dict[str, float]
) -> tuple[RealArray, ComplexArray]:
    """Energies (..., n) and states (..., n, n) at fractions (..., d) of the reciprocal vectors."""
    flat = wave_vectors(crystal, places).reshape(-1, crystal.lattice.space)
    size = crystal.bloch(flat[:1], **params).shape[-1]
    step = max(1, CHUNK // size**2)
    parts = [
        np.linalg.eigh(crystal.bloch(flat[start : start + step], **params))
        for start in range(0, len(flat), step)
    ]
    energies = np.concatenate([part[0] for part in parts]).astype(np.float64)
    states = np.concatenate([part[1] for part in parts])
    head = places.shape[:-1]
    return energies.reshape(*head, size), states.reshape(*head, size, size)


def levels(crystal: Crystal, places: RealArray, params: dict[str, float]) -> RealArray:
    """Energies alone."""
    flat = wave_vectors(crystal, places).reshape(-1, crystal.lattice.space)
    size = crystal.bloch(flat[:1], **params).shape[-1]
    step = max(1, CHUNK // size**2)
    parts = [
        np.linalg.eigvalsh(crystal.bloch(flat[start : start + step], **params))
        for start in range(0, len(flat), step)
    ]
    energies: RealArray = np.concatenate(parts).reshape(*places.shape[:-1], size)
    return energies


def following(crystal: Crystal, states: ComplexArray, axis: int) -> ComplexArray:
    """States at the next points along an axis of a grid that spans the zone: periodic gauge."""
    rolled = np.roll(states, -1, axis)
    if isinstance(crystal, Folded):
        last = [slice(None)] * states.ndim
        last[axis] = slice(-1, None)
        steps = np.zeros(crystal.lattice.dimension, dtype=np.int64)
        steps[axis] = 1
        rolled[tuple(last)] = crystal.translated(rolled[tuple(last)], steps)
    return rolled


def check_crystal(crystal: Any, dimension: int, what: str) -> None:
    """Refuse what is not a crystal of the right dimension."""
    if not isinstance(crystal, Crystal):
        raise InvalidInput(
            f"{what} needs a Model, got {type(crystal).__name__}; for a finite piece or a "
            "disordered one use bott_index or local_chern_marker"
        )
    if crystal.lattice.dimension != dimension:
        raise InvalidInput(
            f"{what} needs a model with {dimension} periodic directions, but {crystal.name} has "
            f"{crystal.lattice.dimension}"
        )


def place_text(crystal: Crystal, place: RealArray) -> str:
    """A point of the zone for messages: fractions and 1/nm."""
    inside = np.mod(place + 1e-9, 1.0)
    k = wave_vectors(crystal, np.asarray(place))
    parts = ", ".join(f"{f:.4f}" for f in inside)
    vector = ", ".join(f"{c:.4g}" for c in k)
    return f"k = ({vector}) 1/nm, fractions ({parts}) of the reciprocal vectors"
