"""The leads of a carved device: cut ones get their blocks, given ones their orbitals."""

from typing import Any

import numpy as np

from sharvin.device.assembly import Assembly, assemble
from sharvin.device.carving import Carving, check_overlap, touched_sites
from sharvin.device.cutting import Strip, StripBonds, first_cell_positions, strip_bonds
from sharvin.device.gauge import landau_gauge
from sharvin.device.hamiltonian import CarvedHamiltonian, Peierls
from sharvin.device.landscape import Landscape, Points
from sharvin.device.lead import Lead
from sharvin.device.leads import BoundLead, MatrixLead, SelfEnergyLead, bind_lead, check_sites
from sharvin.device.orbitals import Orbitals, chosen_quantity
from sharvin.device.parameters import Knob
from sharvin.device.potentials import bind_terms
from sharvin.device.regions import Region
from sharvin.device.sites import SiteTable
from sharvin.device.spin_orbit import RandomBonds
from sharvin.device.system import System
from sharvin.device.wire import CutLead, LeadField
from sharvin.errors import InvalidInput
from sharvin.matter.conserved import Conserved
from sharvin.typing import IntArray, RealArray


def carved_system(carving: Carving, conserved: str | Conserved | None) -> System:
    """The device in numbers."""
    table = SiteTable.of(carving.sites, carving.model.reach)
    check_overlap(table, carving.strips)
    touched = touched_sites(table, carving.strips)
    leads: list[BoundLead] = []
    for name, lead in carving.leads.items():
        if isinstance(lead, Lead):
            leads.append(_cut_lead(carving, name, touched[name], conserved))
        else:
            leads.append(_given_lead(carving, name, lead))
    assembly = assemble(table, carving.stencil, carving.orbitals)
    return System(assembly.pattern, _hamiltonian(carving, assembly), tuple(leads))


def _hamiltonian(carving: Carving, assembly: Assembly) -> CarvedHamiltonian:
    sites = carving.sites
    return CarvedHamiltonian(
        assembly,
        Landscape(
            (*carving.smooth, *carving.rough),
            Points(sites.positions, sites.cells, sites.sublattice),
        ),
        Peierls(carving.field, carving.gauge, assembly) if carving.has_field else None,
        carving.orbitals.signs,
        RandomBonds(assembly, carving.bonds) if carving.bonds else None,
    )


def _given_lead(carving: Carving, name: str, lead: Any) -> BoundLead:
    """Lead given by matrices, on orbitals or on those of the sites in a region."""
    if not isinstance(lead, MatrixLead | SelfEnergyLead):
        raise InvalidInput(
            f"lead {name!r} must come from lead(...), or be a MatrixLead or a SelfEnergyLead, "
            f"got {type(lead).__name__}"
        )
    orbitals = lead.sites
    if isinstance(orbitals, Region):
        orbitals = np.flatnonzero(orbitals(carving.sites.positions)[carving.orbitals.owner])
    return bind_lead(name, lead, check_sites(name, orbitals, len(carving.orbitals.owner)))


def _cut_lead(
    carving: Carving, name: str, sites: IntArray, conserved: str | Conserved | None
) -> CutLead:
    """Lead that continues the model from the device sites of its cell 0."""
    lead, strip, model = carving.leads[name], carving.strips[name], carving.model
    cell, hop = strip_bonds(strip, carving.sites, carving.stencil)
    orbitals = Orbitals(model, strip.sublattice)
    columns = _touching(name, hop, orbitals, sites)
    places = first_cell_positions(strip, carving.sites)
    points = Points(places, strip.cells, strip.sublattice, sites)
    terms = carving.smooth
    if lead.potential is not None:
        what = f"potential of lead {name!r}"
        terms = bind_terms(lead.potential, model.orbitals, points, what)
    owner, device = orbitals.owner[columns], carving.orbitals
    quantity = chosen_quantity(model, conserved)
    return CutLead(
        name=name,
        stencil=carving.stencil,
        cell_bonds=cell,
        hop_bonds=hop,
        sites=device.first[sites[owner]] + columns - orbitals.first[owner],
        columns=columns,
        landscape=Landscape(terms, points),
        shift=Knob.of(lead.shift, "meV", f"shift of lead {name!r}"),
        orbitals=orbitals,
        peierls=_lead_field(carving, strip, (cell, hop), places[owner], orbitals.charges[columns]),
        conserved=None if quantity is None else orbitals.operator(quantity),
        labels=None if quantity is None else dict(quantity.labels),
        insists=conserved is not None,
        own=lead.parameters,
    )


def _touching(name: str, hop: StripBonds, orbitals: Orbitals, sites: IntArray) -> IntArray:
    """Orbitals of cell 0 that cell 1 couples to and that the device has."""
    used = np.zeros(len(orbitals.owner), dtype=bool)
    used[hop.columns] = True
    columns = np.flatnonzero(used & (sites[orbitals.owner] >= 0))
    if not len(columns):
        raise InvalidInput(
            f"lead {name!r} touches nothing: no hopping joins its cells to the device; "
            "turn or move it, or on an oblique edge give it a window with at= and width="
        )
    return columns


def _lead_field(
    carving: Carving,
    strip: Strip,
    bonds: tuple[StripBonds, StripBonds],
    places: RealArray,
    charges: RealArray,
) -> LeadField | None:
    """Phases of a lead in its own gauge, and the gauge function to the device's."""
    if not carving.has_field:
        return None
    stencil = carving.stencil
    # A gauge that vanishes in the middle of the lead keeps its momenta symmetric. Pairing has
    # one phase for the whole device, so with it all parallel leads must share one gauge.
    center = carving.gauge.center if stencil.is_mixed.any() else carving.middle(strip)
    gauge = landau_gauge(strip.unit, center)
    cell, hop = (
        stencil.charges[part.numbers] * gauge.bonds(stencil.vectors[part.numbers], part.ends)
        for part in bonds
    )
    change = charges * carving.gauge.change(gauge, places)
    return LeadField(carving.field, cell, hop, change, carving.gauge.equals(gauge))
