"""Blocks of a lead that was cut from the model, at every parameter set."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sharvin.device.affine import read_only
from sharvin.device.blocks import LeadBlocks
from sharvin.device.cutting import StripBonds
from sharvin.device.landscape import Landscape
from sharvin.device.leads import check_conserved, conserves
from sharvin.device.orbitals import Orbitals
from sharvin.device.parameters import Knob, Parameters, joined
from sharvin.device.stencil import Stencil
from sharvin.errors import InvalidInput, UnknownName
from sharvin.typing import IntArray, NumberArray, RealArray


@dataclass(frozen=True, eq=False)
class LeadField:
    """Magnetic field in a lead: its own gauge, and the way to the device's.

    Parameters
    ----------
    strength : Knob
        B in T.
    cell, hop : real array
        Phases of the entries of both blocks per unit charge and field, rad/T.
    change : real array, shape (p,)
        Gauge function from the lead's to the device's gauge on the touched orbitals, times
        their charge, rad/T.
    same : bool
        Whether both gauges are one.
    """

    strength: Knob
    cell: RealArray
    hop: RealArray
    change: RealArray
    same: bool


@dataclass(frozen=True, eq=False)
class CutLead:
    r"""A lead that continues the model, bound to its device.

    In a field its blocks are written in a gauge that does not change along the lead. The gauge
    function :math:`\chi` that leads to the device's gauge goes into the coupling:

    .. math:: C = V_{cols}\, e^{-i \chi}

    The phases on the lead's side of the bond are a change of basis of the lead, which no
    S-matrix in its own modes can see.

    Parameters
    ----------
    name : str
    stencil : Stencil
    cell_bonds, hop_bonds : StripBonds
        Entries of the two blocks.
    sites : int array, shape (p,)
        Device orbitals that the first cell couples to.
    columns : int array, shape (p,)
        The orbitals of cell 0 that they are.
    landscape : Landscape
        Potential on the sites of cell 0.
    shift : Knob
        Added to all onsite energies, meV.
    orbitals : Orbitals
        Those of one cell.
    peierls : LeadField or None
    conserved : array, shape (m, m), or None
    labels : mapping or None
    insists : bool
        Whether a lead that does not conserve the quantity is refused, or solved without it.
    own : mapping
        Parameters of the model that have another value in the lead than in the device.
    """

    name: str
    stencil: Stencil
    cell_bonds: StripBonds
    hop_bonds: StripBonds
    sites: IntArray
    columns: IntArray
    landscape: Landscape
    shift: Knob
    orbitals: Orbitals
    peierls: LeadField | None
    conserved: NumberArray | None
    labels: Mapping[float, str] | None
    insists: bool
    own: Mapping[str, float] = field(default_factory=dict)
    parameters: Parameters = field(init=False)

    def __post_init__(self) -> None:
        model = self.stencil.model
        for name in self.own:
            if name not in model.parameters:
                raise UnknownName.among(f"parameter of lead {self.name!r}", name, model.parameters)
        parts = [
            Parameters(model.parameters, dict(model.defaults), dict(model.units)),
            self.landscape.parameters,
            self.shift.parameters,
        ]
        if self.peierls is not None:
            parts.append(self.peierls.strength.parameters)
        object.__setattr__(self, "parameters", joined(parts))

    def at(self, params: Mapping[str, float]) -> LeadBlocks:
        """Blocks at one parameter set."""
        coefficients = self.stencil.coefficients({**params, **self.own})
        strength = 0.0 if self.peierls is None else self.peierls.strength.at(params)
        cell = self._block(self.cell_bonds, coefficients, strength, "cell")
        hop = self._block(self.hop_bonds, coefficients, strength, "hop")
        cell = self._with_potential(cell, params)
        if np.iscomplexobj(cell):
            cell = (cell + cell.conj().T) / 2  # the phases of both halves round apart
        coupling = hop[:, self.columns]
        if self.peierls is not None and strength != 0:
            self._check_pairing(coefficients)
            coupling = coupling * np.exp(-1j * strength * self.peierls.change)
        conserved = self._kept_quantity(cell, hop)
        return LeadBlocks(
            self.name,
            read_only(cell),
            read_only(hop),
            self.sites,
            read_only(coupling),
            conserved,
            None if conserved is None else self.labels,
        )

    def _kept_quantity(self, cell: NumberArray, hop: NumberArray) -> NumberArray | None:
        """The conserved quantity, unless this lead breaks it."""
        if self.insists:
            check_conserved(self.name, self.conserved, cell, hop)
        if self.conserved is None or not conserves(self.conserved, cell, hop):
            return None
        return self.conserved

    def _block(
        self, bonds: StripBonds, coefficients: NumberArray, strength: float, which: str
    ) -> NumberArray:
        values = coefficients[bonds.numbers]
        if self.peierls is not None and strength != 0:
            phases = getattr(self.peierls, which)
            values = values * np.exp(1j * strength * phases)
        m = len(self.orbitals.owner)
        block = np.zeros((m, m), dtype=values.dtype)
        block[bonds.rows, bonds.columns] = values
        return block

    def _with_potential(self, cell: NumberArray, params: Mapping[str, float]) -> NumberArray:
        n = len(self.landscape.points)
        size = len(cell) // max(n, 1)
        scalar = self.landscape.scalar(params)
        blocks = self.landscape.blocks(params)
        if blocks is not None:
            full = np.zeros((n, size, n, size), dtype=blocks.dtype)
            full[np.arange(n), :, np.arange(n), :] = blocks
            cell = cell + full.reshape(cell.shape)
        diagonal = np.full(len(cell), self.shift.at(params))
        if scalar is not None:
            diagonal += scalar[self.orbitals.owner]
        if self.orbitals.signs is not None:
            diagonal *= self.orbitals.signs
        cell[np.diag_indices(len(cell))] += diagonal
        return cell

    def _check_pairing(self, coefficients: NumberArray) -> None:
        assert self.peierls is not None
        numbers = np.concatenate((self.cell_bonds.numbers, self.hop_bonds.numbers))
        pairs = self.stencil.is_mixed[numbers] & (coefficients[numbers] != 0)
        if not self.peierls.same and pairs.any():
            raise InvalidInput(
                f"lead {self.name!r} pairs electrons with holes and does not run parallel to the "
                "device's first lead: in a field its pairing would change from cell to cell"
            )
