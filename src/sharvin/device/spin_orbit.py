r"""Random spin-orbit coupling: hoppings that turn the spin, a different way on every bond.

.. math:: \langle r | H | r' \rangle \to t + i \lambda\, \mathbf n_{rr'} \cdot \boldsymbol\sigma

with three independent normal components of n on every bond. It keeps time reversal and nothing
else of the spin, so that it drives a conductor into the symplectic class.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sharvin.device.assembly import Assembly
from sharvin.device.disorder import hashed, integer_columns, whole
from sharvin.device.landscape import Factor
from sharvin.device.parameters import Knob, Parameters, joined
from sharvin.errors import InvalidInput
from sharvin.typing import ComplexArray, IntArray

AXES = (0x5EED0005, 0x5EED0006, 0x5EED0007)  # added to a seed: three components of n
SIGMA = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])


@dataclass(frozen=True, eq=False)
class SpinOrbitDisorder:
    """Random spin-orbit coupling on all bonds; see `spin_orbit_disorder`.

    Parameters
    ----------
    strength : Factor
    seed : Knob
    """

    strength: Factor
    seed: Knob

    @property
    def parameters(self) -> Parameters:
        """Names that it depends on."""
        return joined((self.seed.parameters, self.strength.knob.parameters))


def spin_orbit_disorder(strength: float | str, seed: int | str = 0) -> SpinOrbitDisorder:
    r"""Hoppings that turn the spin: :math:`i \lambda\, \mathbf n \cdot \boldsymbol\sigma` per bond.

    For ``Device(disorder=...)`` of a model with two orbitals per site, spin up and down; add other
    disorder in a list.

    Parameters
    ----------
    strength : float or str
        λ in meV, or the name of a parameter; n has three normal components of variance one.
    seed : int or str
        Which sample, or the name of a parameter that counts samples.

    References
    ----------
    T. Ando, Phys. Rev. B 40, 5325 (1989), for hoppings of this kind.
    """
    return SpinOrbitDisorder(
        Factor.of(strength, "meV", "strength of the spin-orbit coupling"),
        Knob.of(seed, "", "seed of the spin-orbit coupling"),
    )


def split_bonds(given: Any, orbitals: Sequence[int]) -> tuple[Any, tuple[SpinOrbitDisorder, ...]]:
    """Disorder of sites, and that of bonds, from what the user wrote."""
    parts = list(given) if isinstance(given, list | tuple) else [given]
    bonds = tuple(part for part in parts if isinstance(part, SpinOrbitDisorder))
    if not bonds:
        return given, ()
    if set(orbitals) != {2}:
        raise InvalidInput(
            "spin_orbit_disorder turns a spin, so every site needs two orbitals, up and down; "
            f"this model has {', '.join(map(str, sorted(set(orbitals))))}"
        )
    return [part for part in parts if not isinstance(part, SpinOrbitDisorder)], bonds


@dataclass(frozen=True, eq=False)
class RandomBonds:
    """What random bonds add to the entries of H.

    Parameters
    ----------
    assembly : Assembly
        Whose stencil has full hopping blocks.
    terms : tuple of SpinOrbitDisorder
    """

    assembly: Assembly
    terms: tuple[SpinOrbitDisorder, ...]

    @property
    def parameters(self) -> Parameters:
        """Names that the bonds depend on."""
        return joined(term.parameters for term in self.terms)

    def values(self, params: Mapping[str, float]) -> ComplexArray:
        """Entries to be added in the order of the pattern, shape (nnz,), without a field."""
        added = np.zeros(len(self.assembly.source), complex)
        for term in self.terms:
            seed = whole(term.seed.at(params), "spin-orbit coupling")
            height = term.strength.at(params)
            for columns, slots, sign in self._bonds:
                n = np.stack([_normal(seed + salt, columns) for salt in AXES])
                blocks = 1j * sign * height * np.einsum("ka,kij->aij", n, SIGMA)
                added[slots] += blocks.reshape(-1, 4).T
        return added

    @cached_property
    def _bonds(self) -> list[tuple[Any, IntArray, float]]:
        """Per kind of bond: integers that name each one, its four slots, its direction."""
        assembly = self.assembly
        found = []
        for bond in assembly.stencil:
            if bond.hopping < 0:
                continue
            slots = np.stack([
                np.flatnonzero(assembly.source == bond.first + entry) for entry in range(4)
            ])  # fmt: skip
            orbital = np.searchsorted(assembly.pattern.indptr, slots[0], side="right") - 1
            cells = assembly.sites.cells[assembly.orbitals.owner[orbital]].astype(np.int64)
            if not bond.adjoint:  # the bond is named by the cell that it comes from
                cells = cells + np.asarray(bond.offset)
            kind = np.full(len(cells), bond.hopping)
            found.append((integer_columns(cells, kind), slots, -1.0 if bond.adjoint else 1.0))
        return found


def _normal(seed: int, columns: Any) -> Any:
    from scipy.special import ndtri

    return ndtri(hashed(seed, columns) + 0.5 + 2.0**-54)
