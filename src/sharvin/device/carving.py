"""From a model, a region and leads to the sites, bonds and terms of a device."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sharvin.device.cutting import Strip, cut, first_cell_positions
from sharvin.device.gauge import Gauge, landau_gauge
from sharvin.device.landscape import Points, Term
from sharvin.device.lead import Lead
from sharvin.device.orbitals import Orbitals
from sharvin.device.parameters import Knob
from sharvin.device.potentials import bind_terms, structure
from sharvin.device.regions import Region
from sharvin.device.sites import Sites, SiteTable, carve
from sharvin.device.spin_orbit import SpinOrbitDisorder, split_bonds
from sharvin.device.stencil import Stencil
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.typing import IntArray, RealArray
from sharvin.units import quantity


@dataclass(frozen=True, eq=False)
class Carving:
    """A piece of a crystal with strips where its leads will be.

    Parameters
    ----------
    model : Model
    region : Region
    leads : mapping
        Those of type `Lead` get a strip.
    potential, disorder
        What `potentials.bind_terms` reads; leads continue only the first.
    field : Knob
        B in T.
    origin : vector or None
        Where the lattice has its origin, nm.
    """

    model: Model
    region: Region
    leads: Mapping[str, Any]
    potential: Any
    disorder: Any
    field: Knob
    origin: Any
    sites: Sites = dataclasses.field(init=False)
    stencil: Stencil = dataclasses.field(init=False)
    strips: Mapping[str, Strip] = dataclasses.field(init=False)
    smooth: tuple[Term, ...] = dataclasses.field(init=False)
    rough: tuple[Term, ...] = dataclasses.field(init=False)
    bonds: tuple[SpinOrbitDisorder, ...] = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        lattice, orbitals = self.model.lattice, self.model.orbitals
        if lattice.space == 1 and self.field.number != 0:
            raise InvalidInput("a magnetic field does not act on orbits in one dimension")
        bare = carve(lattice, self.region, lattice_origin(lattice, self.region, self.origin))
        few = np.arange(len(bare))[:2]
        trial = Points(bare.positions[few], bare.cells[few], bare.sublattice[few], few)
        smooth = bind_terms(self.potential, orbitals, trial, "potential")
        of_sites, bonds = split_bonds(self.disorder, orbitals)
        rough = bind_terms(of_sites, orbitals, trial, "disorder")
        filled = [structure((*smooth, *rough), n) for n in orbitals]
        stencil = Stencil.of(self.model, filled, full_hoppings=bool(bonds))
        strips = {
            name: cut(name, lead, bare, stencil)
            for name, lead in self.leads.items()
            if isinstance(lead, Lead)
        }
        sites = _completed(bare, strips)
        object.__setattr__(self, "sites", sites)
        object.__setattr__(self, "stencil", stencil)
        object.__setattr__(self, "strips", strips)
        object.__setattr__(self, "smooth", smooth)
        object.__setattr__(self, "rough", rough)
        object.__setattr__(self, "bonds", bonds)

    @cached_property
    def orbitals(self) -> Orbitals:
        """Orbitals of the device."""
        return Orbitals(self.model, self.sites.sublattice)

    @property
    def has_field(self) -> bool:
        """Whether there may be a magnetic field."""
        return self.field.number != 0

    @cached_property
    def gauge(self) -> Gauge:
        """Landau gauge of the device: along its first lead and zero in the middle of that lead."""
        for strip in self.strips.values():
            flat = strip.unit.copy()
            flat[2:] = 0.0  # of a direction in space, what lies in the plane of the orbits
            if np.linalg.norm(flat) > 1e-6:
                return landau_gauge(flat, self.middle(strip))
        places = self.sites.positions
        return landau_gauge(
            np.eye(self.model.lattice.space)[0], (places.min(axis=0) + places.max(axis=0)) / 2
        )

    def middle(self, strip: Strip) -> RealArray:
        """Middle of cell 0 of a lead, nm."""
        places = first_cell_positions(strip, self.sites)
        middle: RealArray = (places.min(axis=0) + places.max(axis=0)) / 2
        return middle


def lattice_origin(lattice: Lattice, region: Region, asked: Any) -> RealArray:
    """Where the lattice has its origin, shape (D,), nm.

    A grid of one site per rectangular cell is only a discretization: by default its cells tile
    the region's box from the middle outwards, so that a symmetric region gets symmetric sites.
    Any other lattice keeps the origin of the coordinates.
    """
    if asked is not None:
        origin = np.asarray(quantity(asked, "nm", name="origin"), dtype=np.float64)
        if origin.shape != (lattice.space,):
            raise ShapeMismatch(f"origin needs {lattice.space} coordinates, got {origin.shape}")
        return origin
    origin = np.zeros(lattice.space)
    spacings = np.abs(lattice.vectors).max(axis=1)
    is_grid = (np.count_nonzero(lattice.vectors, axis=1) == 1).all() and len(lattice.basis) == 1
    if not is_grid:
        return origin
    lower, upper = region.bounds(lattice.space)
    for vector, spacing in zip(lattice.vectors, spacings, strict=True):
        axis = int(np.flatnonzero(vector)[0])
        if np.isfinite([lower[axis], upper[axis]]).all():
            count = np.floor((upper[axis] - lower[axis]) / spacing * (1 + 1e-9))
            span = (count - 1) * spacing
            origin[axis] = (lower[axis] + upper[axis] - span) / 2
    placed: RealArray = origin - lattice.basis[0]
    return placed


def _completed(bare: Sites, strips: Mapping[str, Strip]) -> Sites:
    """The sites of the region and those that make the leads' edges straight."""
    added = [strip for strip in strips.values() if len(strip.added_cells)]
    if not added:
        return bare
    return bare.extended(
        np.concatenate([strip.added_cells for strip in added]),
        np.concatenate([strip.added_sublattice for strip in added]),
    )


def touched_sites(table: SiteTable, strips: Mapping[str, Strip]) -> dict[str, IntArray]:
    """Device sites that form cell 0 of each lead, -1 where there is none."""
    return {name: table.find(s.cells, s.sublattice).astype(np.int64) for name, s in strips.items()}


def check_overlap(table: SiteTable, strips: Mapping[str, Strip]) -> None:
    """Refuse leads whose first cells share a site with the device or with one another."""
    seen: dict[tuple[int, ...], str] = {}
    for name, strip in strips.items():
        first = strip.cells + strip.period
        inside = table.find(first, strip.sublattice) >= 0
        if inside.any():
            raise InvalidInput(
                f"lead {name!r} runs into the device: {int(inside.sum())} sites of its first cell "
                "belong to the device or to the edge of another lead; narrow or move its window"
            )
        for key in np.column_stack((first, strip.sublattice)).tolist():
            other = seen.setdefault(tuple(key), name)
            if other != name:
                raise InvalidInput(f"leads {other!r} and {name!r} overlap; narrow or move one")
