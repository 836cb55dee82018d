"""Kwant's three sorts of leads: cells, modes without cells, and self-energies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.device.affine import dense_matrix
from sharvin.device.blocks import LeadBlocks, SelfEnergyBlocks
from sharvin.device.leads import BoundLead, check_sites
from sharvin.device.parameters import Parameters
from sharvin.errors import ShapeMismatch
from sharvin.interop.kwant.inputs import Inputs
from sharvin.typing import IntArray, NumberArray


def has_cells(lead: Any) -> bool:
    """Whether the lead is a periodic system, not a function or a precalculated result."""
    return hasattr(lead, "cell_hamiltonian") and hasattr(lead, "inter_cell_hopping")


def has_modes(lead: Any) -> bool:
    """Whether Kwant can name the lead's modes; otherwise it has a self-energy only."""
    return hasattr(lead, "modes")


def read_leads(system: Any, inputs: Inputs, interfaces: list[IntArray]) -> tuple[BoundLead, ...]:
    """Leads by their cells; those without cells by the self-energy of their modes."""
    return _read(system, inputs, interfaces, _self_energy_of_modes)


def read_contacts(system: Any, inputs: Inputs, interfaces: list[IntArray]) -> tuple[BoundLead, ...]:
    """Leads by their cells; those without cells by the self-energy that they state."""
    return _read(system, inputs, interfaces, _stated_self_energy)


def _read(
    system: Any, inputs: Inputs, interfaces: list[IntArray], self_energy: Callable[..., Any]
) -> tuple[BoundLead, ...]:
    leads: list[BoundLead] = []
    for number, (lead, sites) in enumerate(zip(system.leads, interfaces, strict=True)):
        name = str(number)
        checked = check_sites(name, sites, int(sites.max(initial=-1)) + 1)
        parameters = inputs.parameters(_names(lead))
        if has_cells(lead):
            leads.append(CellLead(name, checked, lead, inputs, parameters))
        else:
            leads.append(ContactLead(name, checked, lead, inputs, parameters, self_energy))
    return tuple(leads)


def _names(lead: Any) -> frozenset[str] | None:
    names = getattr(lead, "parameters", None)
    return None if names is None else frozenset(names)


@dataclass(frozen=True, eq=False)
class CellLead:
    """A periodic Kwant lead: cell, hop and, where declared, its conservation law."""

    name: str
    sites: IntArray
    lead: Any
    inputs: Inputs
    parameters: Parameters

    def at(self, params: Mapping[str, float]) -> LeadBlocks:
        """Blocks at one parameter set, real where Kwant's are real."""
        args, named = self.inputs.at(params)
        what = f"lead {self.name!r}"
        cell = self.lead.cell_hamiltonian(args, params=named)
        coupling = self.lead.inter_cell_hopping(args, params=named)
        cell = dense_matrix(cell, f"cell of {what}", hermitian=True)
        coupling = dense_matrix(coupling, f"hopping of {what}")
        m, p = coupling.shape
        if p != len(self.sites):
            raise ShapeMismatch(
                f"{what} hops to {p} orbitals, but its interface in the device has "
                f"{len(self.sites)}"
            )
        # Kwant's interface orbitals come first in the lead cell: the rest does not hop on.
        hop = np.zeros((m, m), dtype=coupling.dtype)
        hop[:, :p] = coupling
        conserved, labels = self._conserved(args, named, cell, hop)
        return LeadBlocks(self.name, cell, hop, self.sites, coupling, conserved, labels)

    def _conserved(
        self, args: Any, named: Any, cell: NumberArray, hop: NumberArray
    ) -> tuple[NumberArray | None, Mapping[float, str] | None]:
        """Block number as a matrix that commutes with H, and the names of its values."""
        projectors = self.lead.discrete_symmetry(args, params=named).projectors
        if projectors is None or len(projectors) < 2:
            return None, None
        number = sum(
            index * (projector @ projector.conj().T) for index, projector in enumerate(projectors)
        )
        conserved = dense_matrix(number, f"conservation law of lead {self.name!r}", hermitian=True)
        for block in (cell, hop):
            broken = np.abs(block @ conserved - conserved @ block).max(initial=0)
            # Kwant warns of a broken law and goes on without it; so do we, without the warning.
            if broken > 1e-8 * max(np.abs(block).max(initial=0), 1e-300):
                return None, None
        return conserved, {float(index): str(index) for index in range(len(projectors))}


@dataclass(frozen=True, eq=False)
class ContactLead:
    """A Kwant lead without cells: only a self-energy on the interface is known."""

    name: str
    sites: IntArray
    lead: Any
    inputs: Inputs
    parameters: Parameters
    self_energy: Callable[..., Any]

    def at(self, params: Mapping[str, float]) -> SelfEnergyBlocks:
        """Contact at one parameter set."""
        arguments = self.inputs.at(params)
        p = len(self.sites)

        def sigma(energy: float) -> NumberArray:
            came = np.asarray(self.self_energy(self.lead, energy, *arguments))
            return dense_matrix(came, f"self-energy of lead {self.name!r}", (p, p))

        return SelfEnergyBlocks(self.name, sigma, self.sites)


def _stated_self_energy(lead: Any, energy: float, args: Any, params: Any) -> Any:
    return lead.selfenergy(energy, args, params=params)


def _self_energy_of_modes(lead: Any, energy: float, args: Any, params: Any) -> Any:
    if not has_modes(lead):
        return lead.selfenergy(energy, args, params=params)
    return lead.modes(energy, args, params=params)[1].selfenergy()
