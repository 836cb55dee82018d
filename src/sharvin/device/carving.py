"""From a model, a region and leads to a device in numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from sharvin.device.assembly import Assembly
from sharvin.device.cutting import Strip, cut, first_cell_positions, strip_bonds
from sharvin.device.gauge import Gauge, landau_gauge
from sharvin.device.hamiltonian import CarvedHamiltonian, Peierls
from sharvin.device.lead import Lead
from sharvin.device.leads import BoundLead, MatrixLead, SelfEnergyLead, bind_lead, check_sites
from sharvin.device.parameters import Knob
from sharvin.device.potentials import Landscape, Points, Term, bind_terms, structure
from sharvin.device.quantities import chosen_conserved, cell_operator, potential_signs
from sharvin.device.regions import Region
from sharvin.device.sites import Sites, carve
from sharvin.device.stencil import Stencil
from sharvin.device.system import System
from sharvin.device.wire import CutLead, LeadField
from sharvin.errors import InvalidInput
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.typing import IntArray, RealArray
from sharvin.units import quantity


@dataclass(frozen=True, eq=False)
class Carving:
    """A device cut out of a crystal: its sites, and its parts while they are put together.

    Parameters
    ----------
    model : Model
    region : Region
    leads : mapping
    potential, disorder
        What `potentials.bind_terms` reads.
    field : Knob
        B in T.
    conserved : str, Conserved or None
    origin : vector or None
    """

    model: Model
    region: Region
    leads: Mapping[str, Any]
    potential: Any
    disorder: Any
    field: Knob
    conserved: Any
    origin: Any
    strips: Mapping[str, Strip] = field(init=False)
    sites: Sites = field(init=False)
    stencil: Stencil = field(init=False)
    smooth: tuple[Term, ...] = field(init=False)
    rough: tuple[Term, ...] = field(init=False)

    def __post_init__(self) -> None:
        lattice, orbitals = self.model.lattice, self.model.orbitals
        if lattice.space == 1 and self.field.number != 0:
            raise InvalidInput("a magnetic field does nothing to the orbits in one dimension")
        bare = carve(lattice, self.region, _origin(lattice, self.region, self.origin))
        trial = Points(
            bare.positions[:2].copy(), bare.cells[:2], bare.sublattice[:2], np.arange(len(bare))[:2]
        )
        smooth = bind_terms(self.potential, orbitals, trial, "potential")
        rough = bind_terms(self.disorder, orbitals, trial, "disorder")
        stencil = Stencil.of(self.model, [structure((*smooth, *rough), n) for n in orbitals])
        strips = {
            name: cut(name, lead, bare, stencil)
            for name, lead in self.leads.items()
            if isinstance(lead, Lead)
        }
        sites = _completed(bare, strips)
        check_overlap(sites, strips)
        for name, value in {
            "smooth": smooth, "rough": rough, "stencil": stencil, "strips": strips, "sites": sites,
        }.items():  # fmt: skip
            object.__setattr__(self, name, value)

    @cached_property
    def assembly(self) -> Assembly:
        """Sparsity and coefficients of H."""
        return Assembly(self.sites, self.stencil)

    @cached_property
    def system(self) -> System:
        """The device in numbers."""
        everywhere = Points(self.sites.positions, self.sites.cells, self.sites.sublattice)
        signs = potential_signs(self.model)
        hamiltonian = CarvedHamiltonian(
            self.assembly,
            Landscape((*self.smooth, *self.rough), everywhere),
            Peierls(self.field, self.gauge, self.assembly) if self._has_field else None,
            None if signs is None else np.concatenate(signs)[self._orbital_kind],
        )
        found = self._touched()
        leads = tuple(
            self._cut_lead(name, lead, found[name])
            if isinstance(lead, Lead)
            else self._given_lead(name, lead)
            for name, lead in self.leads.items()
        )
        return System(self.assembly.pattern, hamiltonian, leads)

    @cached_property
    def gauge(self) -> Gauge:
        """Landau gauge of the device: along its first lead, through the middle of that lead."""
        along = np.eye(self.model.lattice.space)[0]
        center = self.sites.positions[[0, -1]].mean(axis=0)
        for strip in self.strips.values():
            flat = strip.unit.copy()
            flat[2:] = 0.0
            if np.linalg.norm(flat) > 1e-6:
                places = first_cell_positions(strip, self.sites)
                return landau_gauge(flat, (places.min(axis=0) + places.max(axis=0)) / 2)
        return landau_gauge(along, center)

    @property
    def _has_field(self) -> bool:
        return self.field.number != 0

    @property
    def _orbital_kind(self) -> IntArray:
        """For every orbital, its number among those of one cell of the lattice."""
        orbitals = np.array(self.model.orbitals)
        starts = np.cumsum(orbitals) - orbitals
        site = self.assembly.orbital_site
        within = np.arange(len(site)) - self.assembly.first_orbital[site]
        return starts[self.sites.sublattice[site]] + within

    def _touched(self) -> dict[str, IntArray]:
        """Device sites that form cell 0 of each lead, -1 where there is none."""
        if not self.strips:
            return {}
        strips = list(self.strips.values())
        cells = np.concatenate([strip.cells for strip in strips])
        kinds = np.concatenate([strip.sublattice for strip in strips])
        ends = np.cumsum([len(strip.cells) for strip in strips])
        found = np.split(self.sites.find(cells, kinds).astype(np.int64), ends[:-1])
        return dict(zip(self.strips, found, strict=True))

    def _cut_lead(self, name: str, lead: Lead, sites: IntArray) -> CutLead:
        strip, stencil = self.strips[name], self.stencil
        cell, hop = strip_bonds(strip, self.sites, stencil)
        orbitals = np.array(self.model.orbitals)[strip.sublattice]
        owner = np.repeat(np.arange(len(orbitals)), orbitals)
        within = np.arange(len(owner)) - (np.cumsum(orbitals) - orbitals)[owner]
        used = np.zeros(len(owner), dtype=bool)
        used[hop.columns] = True
        columns = np.flatnonzero(used & (sites[owner] >= 0))
        if not len(columns):
            raise InvalidInput(
                f"lead {name!r} touches nothing: no hopping of the model joins its cells to the "
                "device; turn or move it"
            )
        places = first_cell_positions(strip, self.sites)
        points = Points(places, strip.cells, strip.sublattice, sites)
        terms = self.smooth
        if lead.potential is not None:
            terms = bind_terms(lead.potential, self.model.orbitals, points, f"lead {name!r}")
            if (structure(terms, max(self.model.orbitals)) & ~self._filled).any():
                raise InvalidInput(
                    f"potential of lead {name!r} couples orbitals that the device's does not"
                )
        touched = columns[:]
        signs = potential_signs(self.model)
        kind = [(strip.sublattice[o], w) for o, w in zip(owner, within, strict=True)]
        charges = np.array([self.model.charges[s][w] for s, w in kind])
        lead_field = None
        if self._has_field:
            lead_field = self._lead_field(strip, (cell, hop), places[owner[touched]], charges[touched])
        quantity_ = chosen_conserved(self.model, self.conserved)
        return CutLead(
            name=name,
            stencil=stencil,
            cell_bonds=cell,
            hop_bonds=hop,
            sites=self.assembly.first_orbital[sites[owner[columns]]] + within[columns],
            columns=columns,
            landscape=Landscape(terms, points),
            shift=Knob.of(lead.shift, "meV", f"shift of lead {name!r}"),
            signs=np.ones(len(owner)) if signs is None else np.array([signs[s][w] for s, w in kind]),
            peierls=lead_field,
            conserved=None if quantity_ is None else cell_operator(quantity_, strip.sublattice),
            labels=None if quantity_ is None else quantity_.labels,
        )
