"""Leads given by their matrices or by a self-energy, as the user writes them."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import numpy as np

from sharvin.device.affine import (
    HERMITIAN_TOLERANCE,
    Block,
    BlockLike,
    dense_block,
    dense_matrix,
)
from sharvin.device.blocks import LeadBlocks, SelfEnergyBlocks
from sharvin.device.parameters import Parameters, joined, signature_parameters
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.typing import IntArray, NumberArray


@dataclass(frozen=True, eq=False)
class MatrixLead:
    """A semi-infinite wire given by its blocks; cells are numbered outward.

    Every block may be dense or sparse, ``{"": M0, "gate": M1}`` for M0 + gate M1, or a
    function of named parameters.

    Parameters
    ----------
    cell : matrix, shape (m, m)
        Hermitian block of one cell.
    hop : matrix, shape (m, m)
        ``<cell j+1| H |cell j>``.
    sites : int array, shape (p,)
        Distinct device orbitals that the first cell couples to; for a device carved from
        a model also a region.
    coupling : matrix, shape (m, p), optional
        ``<first cell| H |device[sites]>``; by default `hop`, which needs p = m.
    conserved : matrix, shape (m, m), optional
        Hermitian, commutes with `cell` and `hop`: modes get its eigenvalues as labels.
    labels : mapping, optional
        Names of those eigenvalues.
    """

    cell: BlockLike
    hop: BlockLike
    sites: Any
    coupling: BlockLike = None
    conserved: Any = None
    labels: Mapping[float, str] | None = None


@dataclass(frozen=True, eq=False)
class SelfEnergyLead:
    """A contact given by its retarded self-energy; its channels diagonalize Γ.

    Parameters
    ----------
    self_energy : callable
        ``self_energy(energy)``, or with further named parameters, returns a (p, p) matrix.
    sites : int array, shape (p,)
        Distinct device orbitals that it acts on; for a carved device also a region.
    """

    self_energy: Callable[..., Any]
    sites: Any


@dataclass(frozen=True, eq=False)
class BoundMatrixLead:
    """A `MatrixLead` checked against its device: blocks for every parameter set."""

    name: str
    cell: Block
    hop: Block
    sites: IntArray
    coupling: Block | None
    conserved: NumberArray | None
    labels: Mapping[float, str] | None
    parameters: Parameters = field(init=False)

    def __post_init__(self) -> None:
        blocks = [self.cell, self.hop] + ([self.coupling] if self.coupling else [])
        object.__setattr__(self, "parameters", joined(block.parameters for block in blocks))

    def at(self, params: Mapping[str, float]) -> LeadBlocks:
        """Blocks for one parameter set, shapes checked against one another."""
        cell, hop = self.cell.at(params), self.hop.at(params)
        coupling = hop if self.coupling is None else self.coupling.at(params)
        check_lead_shapes(self.name, cell, hop, coupling, len(self.sites))
        check_conserved(self.name, self.conserved, cell, hop)
        return LeadBlocks(self.name, cell, hop, self.sites, coupling, self.conserved, self.labels)


@dataclass(frozen=True, eq=False)
class BoundSelfEnergyLead:
    """A `SelfEnergyLead` checked against its device."""

    name: str
    self_energy: Callable[..., Any]
    sites: IntArray
    parameters: Parameters

    def at(self, params: Mapping[str, float]) -> SelfEnergyBlocks:
        """Contact for one parameter set: its self-energy is a function of energy alone."""
        named = {name: params[name] for name in self.parameters.names}
        return SelfEnergyBlocks(self.name, partial(self._checked, named), self.sites)

    def _checked(self, named: Mapping[str, float], energy: float) -> NumberArray:
        p = len(self.sites)
        sigma = self.self_energy(energy, **named)
        return dense_matrix(sigma, f"self-energy of lead {self.name!r}", (p, p))


class BoundLead(Protocol):
    """What a device keeps of a lead: its blocks for every parameter set."""

    @property
    def name(self) -> str:
        """Name of the lead."""
        ...

    @property
    def sites(self) -> IntArray:
        """Device orbitals that it touches."""
        ...

    @property
    def parameters(self) -> Parameters:
        """Parameters that the blocks depend on."""
        ...

    def at(self, params: Mapping[str, float]) -> LeadBlocks | SelfEnergyBlocks:
        """Blocks for one parameter set."""
        ...


def bind_lead(
    name: str, lead: MatrixLead | SelfEnergyLead, sites: IntArray
) -> BoundMatrixLead | BoundSelfEnergyLead:
    """Validate a lead given by matrices; ``sites`` are its checked device orbitals."""
    if isinstance(lead, SelfEnergyLead):
        return _bind_self_energy(name, lead, sites)
    bound = BoundMatrixLead(
        name=name,
        cell=dense_block(lead.cell, f"cell of lead {name!r}", hermitian=True),
        hop=dense_block(lead.hop, f"hop of lead {name!r}"),
        sites=sites,
        coupling=None
        if lead.coupling is None
        else dense_block(lead.coupling, f"coupling of lead {name!r}"),
        conserved=None
        if lead.conserved is None
        else dense_matrix(lead.conserved, f"conserved of lead {name!r}", hermitian=True),
        labels=None if lead.labels is None else dict(lead.labels),
    )
    if not any(callable(block) for block in (lead.cell, lead.hop, lead.coupling)):
        # Shapes do not depend on the parameters: refuse now, not at the first point.
        bound.at(dict.fromkeys(bound.parameters.names, 1.0))
    return bound


def _bind_self_energy(name: str, lead: SelfEnergyLead, sites: IntArray) -> BoundSelfEnergyLead:
    what = f"self_energy of lead {name!r}"
    if not callable(lead.self_energy):
        raise InvalidInput(f"{what} must be a function of energy; wrap a constant in a lambda")
    try:
        energy_name = next(iter(inspect.signature(lead.self_energy).parameters), None)
    except (TypeError, ValueError):
        return BoundSelfEnergyLead(name, lead.self_energy, sites, Parameters())
    if energy_name is None:
        raise InvalidInput(f"{what} must take the energy as its first argument")
    parameters = signature_parameters(lead.self_energy, what, skip=(energy_name,))
    return BoundSelfEnergyLead(name, lead.self_energy, sites, parameters)


def check_sites(name: str, sites: Any, n: int) -> IntArray:
    """Distinct orbitals within the device, in the order given; read-only copy."""
    array = np.array(sites)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise InvalidInput(
            f"sites of lead {name!r} must be a list of orbital indices "
            f"(np.flatnonzero turns a mask into one), got {array.dtype} of shape {array.shape}"
        )
    if not array.size:
        raise InvalidInput(f"lead {name!r} touches no orbital; its sites are empty")
    outside = array[(array < 0) | (array >= n)]
    if outside.size:
        raise InvalidInput(
            f"sites of lead {name!r} are out of range: {outside[0]} is not in 0..{n - 1}"
        )
    values, counts = np.unique(array, return_counts=True)
    if (counts > 1).any():
        raise InvalidInput(
            f"sites of lead {name!r} must be distinct: {values[counts > 1][0]} comes twice"
        )
    result: IntArray = array.astype(np.int64)
    result.flags.writeable = False
    return result


def check_lead_shapes(
    name: str, cell: NumberArray, hop: NumberArray, coupling: NumberArray, p: int
) -> None:
    """Refuse blocks that do not fit, naming the lead and the argument."""
    m = len(cell)
    if hop.shape != (m, m):
        raise ShapeMismatch(
            f"hop of lead {name!r} has shape {hop.shape}, but its cell needs ({m}, {m})"
        )
    if coupling is hop and p != m:
        raise ShapeMismatch(
            f"lead {name!r} has {m} orbitals per cell but touches {p} sites: "
            f"give its coupling, shape ({m}, {p})"
        )
    if coupling.shape != (m, p):
        raise ShapeMismatch(
            f"coupling of lead {name!r} has shape {coupling.shape}, needed is ({m}, {p}): "
            f"cell orbitals by sites"
        )


def check_conserved(
    name: str, conserved: NumberArray | None, cell: NumberArray, hop: NumberArray
) -> None:
    """Refuse a quantity that the lead does not conserve."""
    if conserved is None:
        return
    if conserved.shape != cell.shape:
        raise ShapeMismatch(
            f"conserved of lead {name!r} has shape {conserved.shape}, its cell {cell.shape}"
        )
    if not conserves(conserved, cell, hop):
        raise InvalidInput(
            f"lead {name!r} does not conserve the given quantity; "
            "choose one that commutes with its cell and hop"
        )


def conserves(conserved: NumberArray, cell: NumberArray, hop: NumberArray) -> bool:
    """Whether both blocks commute with the quantity, up to rounding."""
    for block in (cell, hop):
        scale = float(np.max(np.abs(block), initial=0.0) * np.max(np.abs(conserved), initial=0.0))
        defect = float(np.max(np.abs(block @ conserved - conserved @ block), initial=0.0))
        # Rounding of two products with as many terms as the cell has orbitals.
        if defect > HERMITIAN_TOLERANCE * len(cell) * scale:
            return False
    return True
