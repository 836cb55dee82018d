"""Lowest states of a repulsion in a geometry, sector by sector."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.fractional.basis import Basis, Orbitals
from sharvin.manybody.fractional.hamiltonian import (
    VECTORS,
    Hamiltonian,
    Size,
    assemble,
    estimate,
)
from sharvin.manybody.fractional.interactions import Interaction
from sharvin.manybody.fractional.terms import Terms
from sharvin.typing import NumberArray, RealArray

DENSE = 700  # below, all levels at once are faster than a few of them
MEMORY = 6e9  # bytes
KRYLOV = 40  # vectors of the iteration: a third fewer products than with the usual 20
ZERO = 1e-10  # of the largest pseudopotential; measured zero modes lie below 1e-13


class Geometry(Protocol):
    """A Landau level on some surface."""

    @property
    def orbitals(self) -> int:
        """Number of orbitals."""
        ...

    def __hash__(self) -> int: ...

    def space(self, *, bosons: bool = False) -> Orbitals:
        """Orbitals and their charges."""
        ...

    def terms(self, interaction: Interaction, *, bosons: bool, particles: int) -> Terms:
        """Elements of a repulsion."""
        ...


@dataclass(frozen=True, eq=False)
class Levels:
    """Lowest levels of one sector.

    Parameters
    ----------
    energies : real array, shape (levels,), ascending
    states : array, shape (states of the basis, levels)
    basis : Basis
    """

    energies: RealArray
    states: NumberArray
    basis: Basis

    def occupations(self, level: int = 0) -> RealArray:
        """Mean number of particles in each orbital, shape (orbitals,)."""
        weights = np.abs(self.states[:, level]) ** 2
        found: RealArray = weights @ self.basis.occupations()
        return found


def sector_dimensions(
    geometry: Geometry, particles: int, *, bosons: bool = False
) -> dict[int, int]:
    """Number of states by charge, counted without listing them: free for any size."""
    counted = geometry.space(bosons=bosons).dimensions(particles)
    return {charge[0]: states for charge, states in counted.items()}


def sector_size(
    geometry: Geometry,
    interaction: Interaction,
    particles: int,
    charge: int,
    *,
    bosons: bool = False,
) -> Size:
    """States, matrix elements and bytes that `lowest_states` would need: a sample, no matrix."""
    basis = Basis(geometry.space(bosons=bosons), particles, (int(charge),))
    return estimate(basis, [_terms(geometry, interaction, bosons, particles)])


def hamiltonian(
    geometry: Geometry,
    interaction: Interaction,
    particles: int,
    charge: int | None,
    *,
    bosons: bool = False,
    extra: Sequence[Terms] = (),
    memory: float = MEMORY,
) -> Hamiltonian:
    """Matrix of one sector.

    Parameters
    ----------
    geometry : Sphere, Disk, Cylinder or Torus
    interaction : Haldane, Coulomb or Cluster
    particles : int
    charge : int or None
        The sector: total momentum (torus modulo its flux), angular momentum, 2 L_z on a sphere;
        None for all states at once, which terms that conserve no charge need.
    extra : sequence of Terms
        Such as a `one_body` potential.
    memory : float
        Bytes; more is refused before anything is built.
    """
    space = geometry.space(bosons=bosons)
    _room(space, particles, charge, memory)
    basis = Basis(space, particles, None if charge is None else (int(charge),))
    terms = [_terms(geometry, interaction, bosons, particles), *extra]
    needed = estimate(basis, terms)
    if needed.bytes > memory:
        raise InvalidInput(
            f"{needed.states} states with {needed.elements:.3g} matrix elements need "
            f"{needed.bytes / 1e9:.1f} GB, more than the {memory / 1e9:.1f} GB allowed; take fewer "
            "particles, or raise memory="
        )
    return assemble(basis, terms)


def lowest_states(
    geometry: Geometry,
    interaction: Interaction,
    particles: int,
    charge: int | None,
    *,
    count: int = 1,
    bosons: bool = False,
    extra: Sequence[Terms] = (),
    memory: float = MEMORY,
) -> Levels:
    """Lowest levels of one sector, exactly; arguments as `hamiltonian`.

    Energies in units of the pseudopotentials, or e²/4πε l for Coulomb. A degenerate level of more
    than ``count`` states can be returned in part.
    """
    h = hamiltonian(
        geometry, interaction, particles, charge, bosons=bosons, extra=extra, memory=memory
    )
    return lowest_levels(h, count)


def lowest_levels(h: Hamiltonian, count: int = 1) -> Levels:
    """Lowest levels of a matrix."""
    size = len(h.basis)
    if int(count) != count or count < 1:
        raise InvalidInput(f"count must be a whole number from 1 on, got {count!r}")
    wanted = min(int(count), size)
    if size <= DENSE or wanted > size // 3:
        energies, states = np.linalg.eigh(h.toarray())
        return Levels(energies[:wanted], states[:, :wanted], h.basis)
    energies, states = _lanczos(h, wanted, None)
    return Levels(energies, states, h.basis)


def _lanczos(
    h: Hamiltonian, wanted: int, known: NumberArray | None
) -> tuple[RealArray, NumberArray]:
    """Lowest levels apart from the known ones, which are lifted out of the way."""
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

    lift = float(2 * np.abs(h.diagonal).max() + 1)

    def product(x: NumberArray) -> NumberArray:
        y = h @ x.ravel()
        return y if known is None else y + lift * (known @ (known.conj().T @ x.ravel()))

    size = len(h.basis)
    operator = LinearOperator((size, size), matvec=product, dtype=h.entries.dtype)
    # Tolerance at rounding: a looser one misses the second of two equal levels.
    vectors = min(size, max(KRYLOV, 2 * wanted + 1))
    # The same start in every run; not the same with known states, so as to see what was missed.
    start = np.random.default_rng(size + (0 if known is None else 1)).normal(size=size)
    try:
        energies, states = eigsh(operator, k=wanted, which="SA", v0=start, ncv=vectors)
    except ArpackNoConvergence as error:
        raise Unreliable(
            f"the Lanczos iteration found {len(error.eigenvalues)} of {wanted} levels among {size} "
            "states; ask for more levels (count=), so that a close group is complete"
        ) from error
    order = np.argsort(energies)
    return energies[order], states[:, order]


def spectrum(
    geometry: Geometry,
    interaction: Interaction,
    particles: int,
    *,
    count: int = 2,
    charges: Sequence[int] | None = None,
    bosons: bool = False,
    memory: float = MEMORY,
) -> dict[int, RealArray]:
    """Lowest energies by charge; all sectors unless ``charges`` names some."""
    chosen = sector_dimensions(geometry, particles, bosons=bosons) if charges is None else charges
    return {
        charge: lowest_states(
            geometry, interaction, particles, charge, count=count, bosons=bosons, memory=memory
        ).energies
        for charge in chosen
    }


def zero_modes(
    geometry: Geometry,
    interaction: Interaction,
    particles: int,
    *,
    charges: Sequence[int] | None = None,
    bosons: bool = False,
) -> dict[int, int]:
    """Number of states with no energy, by charge, degenerate ones and all.

    Where a sector is too large to be solved whole, levels are found in groups, each with the
    former ones lifted, until one has energy.
    """
    chosen = sector_dimensions(geometry, particles, bosons=bosons) if charges is None else charges
    return {
        int(charge): _zero_modes(
            hamiltonian(geometry, interaction, particles, charge, bosons=bosons)
        )
        for charge in chosen
    }


def _zero_modes(h: Hamiltonian) -> int:
    scale = max(float(np.abs(h.diagonal).max()), 1.0)
    if len(h.basis) <= 4 * DENSE:
        return int((np.linalg.eigvalsh(h.toarray()) < ZERO * scale).sum())
    known: NumberArray | None = None
    while True:
        energies, states = _lanczos(h, 6, known)
        zero = states[:, energies < ZERO * scale]
        if zero.shape[1] == 0:
            return 0 if known is None else int(known.shape[1])
        known = zero if known is None else np.linalg.qr(np.hstack([known, zero]))[0]


def _room(space: Orbitals, particles: int, charge: int | None, memory: float) -> None:
    """Refuse, from a count alone, a basis whose mere vectors do not fit."""
    space.check(particles)
    if space.total(particles) * 8 * VECTORS <= memory:
        return
    counted = space.dimensions(particles)
    wanted = None if charge is None else (_reduced(space, charge),)
    states = sum(counted.values()) if wanted is None else counted.get(wanted, 0)
    if states * 8 * VECTORS > memory:
        raise InvalidInput(
            f"{particles} particles in {space.count} orbitals have {states:.3g} states in this "
            f"sector: vectors alone need {states * 8 * VECTORS / 1e9:.1f} GB, more than the "
            f"{memory / 1e9:.1f} GB allowed; take fewer particles or name a sector"
        )


def _reduced(space: Orbitals, charge: int) -> int:
    return int(charge) % space.moduli[0] if space.moduli[0] else int(charge)


@lru_cache(maxsize=16)
def _terms(geometry: Geometry, interaction: Interaction, bosons: bool, particles: int) -> Terms:
    """Elements of a repulsion, which the sectors share."""
    return geometry.terms(interaction, bosons=bosons, particles=particles)
