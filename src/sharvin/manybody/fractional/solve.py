"""Lowest states of a repulsion in a geometry, sector by sector."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import gcd
from typing import Any, Protocol

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.manybody.fractional import lanczos
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
from sharvin.manybody.fractional.torus import Torus
from sharvin.manybody.fractional.translations import Orbits, by_second_momentum, folded_size
from sharvin.typing import NumberArray, RealArray

MEMORY = 6e9  # bytes
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
    workers: int = 1,
) -> Size:
    """States, matrix elements and bytes that `lowest_states` would need: a sample, no matrix."""
    basis = Basis(geometry.space(bosons=bosons), particles, (int(charge),))
    terms = _terms(geometry, interaction, bosons, particles)
    if _splits(geometry, basis):
        return folded_size(Orbits.of(basis), terms, workers=workers)
    return estimate(basis, [terms])


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
    basis = _basis(geometry, particles, charge, bosons, memory)
    return _assembled(basis, [_terms(geometry, interaction, bosons, particles), *extra], memory)


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
    workers: int = 1,
) -> Levels:
    """Lowest levels of one sector, exactly; arguments as `hamiltonian`.

    Energies in units of the pseudopotentials, or e²/4πε l for Coulomb. A degenerate level of more
    than ``count`` states can be returned in part. Fermions on a torus without ``extra`` are solved
    by their second momentum as well, block by block, ``workers`` of them at a time.
    """
    wanted = _whole(count)
    basis = _basis(geometry, particles, charge, bosons, memory)
    terms = _terms(geometry, interaction, bosons, particles)
    if not extra and _splits(geometry, basis):
        orbits = Orbits.of(basis)
        _fits(folded_size(orbits, terms, workers=workers, count=wanted), memory)
        energies, states = by_second_momentum(orbits, terms, wanted, workers)
        return Levels(energies, states, basis)
    return lowest_levels(_assembled(basis, [terms, *extra], memory), wanted)


def lowest_levels(h: Hamiltonian, count: int = 1) -> Levels:
    """Lowest levels of a matrix."""
    energies, states = lanczos.lowest(h.matrix, _whole(count))
    return Levels(energies, states, h.basis)


def spectrum(
    geometry: Geometry,
    interaction: Interaction,
    particles: int,
    *,
    count: int = 2,
    charges: Sequence[int] | None = None,
    bosons: bool = False,
    memory: float = MEMORY,
    workers: int = 1,
) -> dict[int, RealArray]:
    """Lowest energies by charge; all sectors unless ``charges`` names some."""
    chosen = sector_dimensions(geometry, particles, bosons=bosons) if charges is None else charges
    how: dict[str, Any] = {"count": count, "bosons": bosons, "memory": memory, "workers": workers}
    return {
        charge: lowest_states(geometry, interaction, particles, charge, **how).energies
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
    scale = max(float(np.abs(h.matrix.diagonal).max()), 1.0)
    if len(h.basis) <= 4 * lanczos.DENSE:
        return int((np.linalg.eigvalsh(h.toarray()) < ZERO * scale).sum())
    known: NumberArray | None = None
    while True:
        energies, states = lanczos.lanczos(h.matrix, 6, known)
        zero = states[:, energies < ZERO * scale]
        if zero.shape[1] == 0:
            return 0 if known is None else int(known.shape[1])
        known = zero if known is None else np.linalg.qr(np.hstack([known, zero]))[0]


def _whole(count: int) -> int:
    if int(count) != count or count < 1:
        raise InvalidInput(f"count must be a whole number from 1 on, got {count!r}")
    return int(count)


def _splits(geometry: Geometry, basis: Basis) -> bool:
    """Whether translations of a torus leave blocks apart, and the sector is large enough."""
    return (
        isinstance(geometry, Torus)
        and not basis.orbitals.bosons
        and basis.charge is not None
        and gcd(basis.particles, geometry.flux) > 1
        and len(basis) > lanczos.DENSE
    )


def _basis(
    geometry: Geometry, particles: int, charge: int | None, bosons: bool, memory: float
) -> Basis:
    space = geometry.space(bosons=bosons)
    _room(space, particles, charge, memory)
    return Basis(space, particles, None if charge is None else (int(charge),))


def _assembled(basis: Basis, terms: Sequence[Terms], memory: float) -> Hamiltonian:
    _fits(estimate(basis, terms), memory)
    return assemble(basis, terms)


def _fits(needed: Size, memory: float) -> None:
    if needed.bytes > memory:
        raise InvalidInput(
            f"{needed.states} states with {needed.elements:.3g} matrix elements need "
            f"{needed.bytes / 1e9:.1f} GB, more than the {memory / 1e9:.1f} GB allowed; take fewer "
            "particles, or raise memory="
        )


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
