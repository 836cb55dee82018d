"""A periodic Hamiltonian: lattice, onsite and hopping blocks, named parameters.

Everything here is a statement about the infinite crystal. Regions, leads, potentials and fields
belong to a device.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName
from sharvin.matter.block import Block, BlockSource
from sharvin.matter.conserved import Conserved, checked_conserved
from sharvin.matter.hopping import Hopping, checked_hoppings
from sharvin.matter.lattice import Lattice
from sharvin.matter.spin import checked_spin
from sharvin.typing import ComplexArray, IntArray, NumberArray, RealArray


@dataclass(frozen=True, eq=False)
class Model:
    r"""Tight-binding crystal.

    .. math:: H = \sum_{n,s} |n,s\rangle \epsilon_s \langle n,s|
              + \sum_{n,h} \big( |n+o_h, s'_h\rangle t_h \langle n, s_h| + \text{adjoint} \big)

    Parameters
    ----------
    lattice : Lattice
    onsite : sequence of blocks
        One per basis site, in meV; a block is an array, a mapping ``{"": M0, "alpha": M1}``
        (meaning ``M0 + alpha * M1``) or a function of named parameters. Hermitian.
    hoppings : sequence of Hopping
        Any range; one direction each.
    orbitals : int or sequence of int
        Orbitals on each basis site.
    defaults : mapping of str to float
        Parameters that need not be given.
    units : mapping of str to str
        Unit in which a parameter is counted, such as ``{"B": "T"}``.
    degeneracy : int
        How often every mode really exists (2 for a spin that is not in the orbitals). It
        multiplies observables once and never enters the Hamiltonian.
    charges : sequence of arrays, optional
        Charge of each orbital in units of e > 0, per basis site: -1 for electrons (default),
        +1 for the holes of a Bogoliubov-de Gennes model.
    conserved : mapping of str to Conserved
        Quantities by which leads can be resolved, such as ``"spin"``.
    spin : sequence of arrays, optional
        :math:`\sigma_x, \sigma_y, \sigma_z` on the orbitals of each basis site, shape (3, n, n),
        for exchange fields and time reversal :math:`\Theta = i \sigma_y K`. Empty (default):
        the orbitals carry no spin.
    max_field : float
        Largest magnetic field, in T, for which a scaled lattice still means what it says.
    name : str
        For pictures and messages.
    """

    lattice: Lattice
    onsite: tuple[Block, ...]
    hoppings: tuple[Hopping, ...]
    orbitals: tuple[int, ...] = 1  # type: ignore[assignment]
    defaults: Mapping[str, float] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    degeneracy: int = 1
    charges: tuple[RealArray, ...] = ()
    conserved: Mapping[str, Conserved] = field(default_factory=dict)
    max_field: float = np.inf
    name: str = "model"
    spin: tuple[NumberArray, ...] = ()

    if TYPE_CHECKING:  # what may be given is wider than what is kept

        def __init__(
            self,
            lattice: Lattice,
            onsite: Sequence[BlockSource],
            hoppings: Sequence[Hopping],
            orbitals: int | Sequence[int] = 1,
            defaults: Mapping[str, float] = ...,
            units: Mapping[str, str] = ...,
            degeneracy: int = 1,
            charges: Sequence[ArrayLike] = (),
            conserved: Mapping[str, Conserved] = ...,
            max_field: float = np.inf,
            name: str = "model",
            spin: Sequence[ArrayLike] = (),
        ) -> None: ...

    def __post_init__(self) -> None:
        sites = len(self.lattice.basis)
        orbitals = _orbitals(self.orbitals, sites)
        object.__setattr__(self, "orbitals", orbitals)
        object.__setattr__(self, "onsite", _onsite(self.onsite, orbitals))
        object.__setattr__(
            self, "hoppings", checked_hoppings(self.hoppings, orbitals, self.lattice.dimension)
        )
        object.__setattr__(self, "charges", _charges(self.charges, orbitals))
        object.__setattr__(self, "conserved", checked_conserved(self.conserved, orbitals))
        object.__setattr__(self, "spin", checked_spin(self.spin, orbitals))
        blocks = (*self.onsite, *(hopping.block for hopping in self.hoppings))
        defaults = {name: value for block in blocks for name, value in block.defaults.items()}
        defaults |= {name: float(value) for name, value in self.defaults.items()}
        for name in (*self.defaults, *self.units):
            if name not in self.parameters:
                raise UnknownName.among("parameter", name, self.parameters)
        object.__setattr__(self, "defaults", MappingProxyType(defaults))
        object.__setattr__(self, "units", MappingProxyType(dict(self.units)))
        if int(self.degeneracy) != self.degeneracy or self.degeneracy < 1:
            raise InvalidInput(f"degeneracy must be a positive whole number, got {self.degeneracy}")

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Sorted names of everything that the blocks depend on."""
        blocks = (*self.onsite, *(hopping.block for hopping in self.hoppings))
        return tuple(sorted({name for block in blocks for name in block.parameters}))

    @cached_property
    def reach(self) -> IntArray:
        """Largest hop, in cells, along each Bravais vector; shape (d,)."""
        offsets = [hopping.offset for hopping in self.hoppings] or [(0,) * self.lattice.dimension]
        largest: IntArray = np.abs(np.array(offsets, dtype=np.int64)).max(axis=0)
        return largest

    def resolve(self, params: Mapping[str, float]) -> dict[str, float]:
        """Defaults filled in; unknown and missing names refused."""
        for name in params:
            if name not in self.parameters:
                raise UnknownName.among("parameter", name, self.parameters)
        values = {**self.defaults, **params}
        missing = [name for name in self.parameters if name not in values]
        if missing:
            raise InvalidInput(f"{self.name} needs a value for {', '.join(map(repr, missing))}")
        return values

    def onsite_block(self, site: int, params: Mapping[str, float]) -> NumberArray:
        """Onsite matrix of basis ``site``; ``params`` may hold foreign names."""
        block = self.onsite[site]
        params = {**self.defaults, **params}
        matrix = block.at(params)
        if block.terms is None:  # arrays and affine terms were checked once, on construction
            block.check_hermitian(matrix)
        return matrix

    def hopping_block(self, hopping: int, params: Mapping[str, float]) -> NumberArray:
        """Matrix of the hopping with this index; ``params`` may hold foreign names."""
        block: Block = self.hoppings[hopping].block
        return block.at({**self.defaults, **params})

    def bloch(self, k: ArrayLike, **params: float) -> ComplexArray:
        r"""Hamiltonian of the cell-periodic parts, periodic in the reciprocal lattice.

        .. math:: H(\mathbf k) = \epsilon + \sum_h \big( t_h e^{-i \mathbf k \cdot \mathbf R_h}
                  + \text{adjoint} \big), \qquad \mathbf R_h = \sum_i o_{h,i} \mathbf a_i

        Parameters
        ----------
        k : real array, shape (..., D)
            Wave vectors in 1/nm; a single number will do in one dimension.
        **params : float

        Returns
        -------
        complex array, shape (..., n, n)
            In meV; ``n`` counts the orbitals of one cell, basis site by basis site.
        """
        waves = np.asarray(k, dtype=np.float64)
        if waves.ndim == 0 and self.lattice.space == 1:
            waves = waves[None]
        if waves.ndim == 0 or waves.shape[-1] != self.lattice.space:
            raise ShapeMismatch(
                f"k has shape {waves.shape}, but its last axis must hold the "
                f"{self.lattice.space} components of each wave vector"
            )
        values = self.resolve(params)
        starts = np.concatenate(([0], np.cumsum(self.orbitals)))
        total = np.zeros((*waves.shape[:-1], starts[-1], starts[-1]), dtype=np.complex128)
        for site in range(len(self.orbitals)):
            part = slice(starts[site], starts[site + 1])
            total[..., part, part] += self.onsite_block(site, values)
        for index, hopping in enumerate(self.hoppings):
            rows = slice(starts[hopping.to], starts[hopping.to + 1])
            columns = slice(starts[hopping.from_], starts[hopping.from_ + 1])
            shift = np.array(hopping.offset) @ self.lattice.vectors
            phase = np.exp(-1j * (waves @ shift))[..., None, None]
            hop = phase * self.hopping_block(index, values)
            total[..., rows, columns] += hop
            total[..., columns, rows] += np.swapaxes(hop.conj(), -1, -2)
        return total

    def bands(self, k: ArrayLike, **params: float) -> RealArray:
        """Energies at wave vectors ``k`` (..., D), ascending, shape (..., n), in meV."""
        return np.linalg.eigvalsh(self.bloch(k, **params)).astype(np.float64, copy=False)

    def check_field(self, field: float) -> None:
        """Refuse a magnetic field, in T, that is too strong for this lattice."""
        if abs(field) > self.max_field:
            raise InvalidInput(
                f"{field:g} T is too strong for {self.name}: above {self.max_field:.3g} T its "
                "lattice constant exceeds a quarter of the magnetic length; use a smaller scaling"
            )


def _orbitals(given: Any, sites: int) -> tuple[int, ...]:
    counts = (given,) * sites if np.ndim(given) == 0 else tuple(given)
    if len(counts) != sites or any(count != int(count) or count < 1 for count in counts):
        raise ShapeMismatch(
            f"orbitals must be {sites} positive counts, one per site, got {given!r}"
        )
    return tuple(int(count) for count in counts)


def _onsite(given: Any, orbitals: tuple[int, ...]) -> tuple[Block, ...]:
    if not isinstance(given, (tuple, list)) or len(given) != len(orbitals):
        raise ShapeMismatch(
            f"onsite must be a list with one block per basis site ({len(orbitals)}), "
            f"got {len(given) if hasattr(given, '__len__') else given!r}"
        )
    blocks = []
    for site, (source, count) in enumerate(zip(given, orbitals, strict=True)):
        block = Block.of(source, (count, count), f"onsite block of site {site}")
        for matrix in (block.terms or {}).values():
            block.check_hermitian(matrix)
        blocks.append(block)
    return tuple(blocks)


def _charges(given: Any, orbitals: tuple[int, ...]) -> tuple[RealArray, ...]:
    if len(given) == 0:
        given = [-np.ones(count) for count in orbitals]
    charges = tuple(np.array(charge, dtype=np.float64) for charge in given)
    shapes = [charge.shape for charge in charges]
    if shapes != [(count,) for count in orbitals]:
        raise ShapeMismatch(f"charges have shapes {shapes}, but sites have {orbitals} orbitals")
    for charge in charges:
        charge.flags.writeable = False
    return charges
