"""A crystal of finitely many cells whose opposite faces are joined: no edges, no leads."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.device.landscape import Landscape, Points
from sharvin.device.parameters import Knob, Parameters, joined
from sharvin.device.potentials import bind_terms
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.matter.model import Model
from sharvin.typing import IntArray, NumberArray, RealArray
from sharvin.units import FLUX_QUANTUM


@dataclass(frozen=True, eq=False)
class Torus:
    """Cells of a model around a torus, with a potential and disorder if wanted.

    Orbitals are numbered cell by cell (the last lattice direction runs fastest), in each cell
    basis site by basis site. Without matrix-valued potentials and fields the Hamiltonian is never
    stored: ten million orbitals cost the memory of a few vectors.

    Parameters
    ----------
    model : Model
    cells : int or sequence of int
        How many along each lattice vector.
    potential, disorder : optional
        As for a `Device`; what does not close around the torus makes a step there.
    field : float or str
        Magnetic field along z in T, or the name of a parameter; two-dimensional lattices only.
        The flux through the torus must be a whole number of h/e: see `flux_step`.

    Examples
    --------
    >>> from sharvin.matter.graphene import graphene
    >>> torus = Torus(graphene(), (30, 40))
    >>> torus.size, round(torus.volume, 3)
    (2400, 62.89)
    """

    model: Model
    cells: tuple[int, ...]
    potential: Any = None
    disorder: Any = None
    field: float | str = 0.0

    if TYPE_CHECKING:  # what may be given is wider than what is kept

        def __init__(
            self,
            model: Model,
            cells: int | Sequence[int],
            potential: Any = None,
            disorder: Any = None,
            field: float | str = 0.0,
        ) -> None: ...

    def __post_init__(self) -> None:
        if not isinstance(self.model, Model):
            raise InvalidInput(f"a torus needs a Model, got {type(self.model).__name__}")
        dimension = self.model.lattice.dimension
        counts = np.atleast_1d(np.asarray(self.cells))
        if counts.shape != (dimension,) or counts.dtype.kind not in "iu" or counts.min() < 1:
            raise ShapeMismatch(
                f"cells must be {dimension} positive whole numbers, one per lattice vector, "
                f"got {self.cells!r}"
            )
        if dimension > 3:
            raise InvalidInput(f"a torus has at most three directions, the model has {dimension}")
        object.__setattr__(self, "cells", tuple(int(count) for count in counts))
        knob = Knob.of(self.field, "T", "field")
        if knob.number != 0 and (dimension, self.model.lattice.space) != (2, 2):
            raise InvalidInput("a field acts on a torus of a two-dimensional lattice in the plane")
        object.__setattr__(self, "_knob", knob)
        few = self._points(np.arange(min(2, self.cell_count)))
        orbitals = self.model.orbitals
        terms = (
            *bind_terms(self.potential, orbitals, few, "potential"),
            *bind_terms(self.disorder, orbitals, few, "disorder"),
        )
        object.__setattr__(self, "_terms", terms)
        model = Parameters(self.model.parameters, self.model.defaults, self.model.units)
        known = joined((model, knob.parameters, *(term.parameters for term in terms)))
        object.__setattr__(self, "_known", known)

    @property
    def cell_count(self) -> int:
        """Number of cells."""
        return int(np.prod(self.cells))

    @property
    def size(self) -> int:
        """Number of orbitals."""
        return self.cell_count * sum(self.model.orbitals)

    @property
    def is_clean(self) -> bool:
        """Whether all cells are alike: no potential, disorder or field."""
        return not self.__dict__["_terms"] and self.__dict__["_knob"].number == 0

    @property
    def volume(self) -> float:
        """Length, area or volume of the torus in nm, nm² or nm³."""
        vectors = self.model.lattice.vectors
        return float(np.sqrt(np.linalg.det(vectors @ vectors.T))) * self.cell_count

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters that a point may give."""
        names: tuple[str, ...] = self.__dict__["_known"].names
        return names

    @property
    def degeneracy(self) -> int:
        """How many equal copies every state stands for."""
        return self.model.degeneracy

    @property
    def flux_step(self) -> float:
        """Smallest field that the torus can close around, in T; all others are multiples."""
        return FLUX_QUANTUM / self.volume

    def resolve(self, params: Mapping[str, Any]) -> dict[str, float]:
        """One finite number per parameter; unknown and missing names are refused."""
        known: Parameters = self.__dict__["_known"]
        return known.resolve(params)

    def flux_quanta(self, values: Mapping[str, float]) -> int:
        """Flux through the torus in h/e."""
        knob: Knob = self.__dict__["_knob"]
        field = knob.at(values)
        quanta = field / self.flux_step
        if abs(quanta - round(quanta)) > 1e-6:
            nearest = round(quanta) * self.flux_step
            raise InvalidInput(
                f"{field:.6g} T puts {quanta:.4g} flux quanta through the torus; they must be "
                f"whole: the nearest field is {nearest:.10g} T, a multiple of flux_step"
            )
        self.model.check_field(field)
        return round(quanta)

    def energies(self, values: Mapping[str, float]) -> RealArray | None:
        """Scalar potential and disorder of every site, shape (cells, sites), None without any."""
        landscape = self._landscape
        scalar = landscape.scalar(values)
        return None if scalar is None else scalar.reshape(self.cell_count, -1)

    def blocks(self, values: Mapping[str, float]) -> NumberArray | None:
        """Matrix-valued potentials, shape (cells, sites, orbitals, orbitals), None without any."""
        blocks = self._landscape.blocks(values)
        if blocks is None:
            return None
        return blocks.reshape(self.cell_count, len(self.model.orbitals), *blocks.shape[1:])

    @cached_property
    def origins(self) -> IntArray:
        """Lattice coordinates of every cell, shape (cells, d)."""
        grid = np.unravel_index(np.arange(self.cell_count), self.cells)
        return np.stack(grid, axis=1).astype(np.int64)

    @property
    def _landscape(self) -> Landscape:
        # Made anew each time: for millions of sites its points are larger than the vectors.
        terms = self.__dict__["_terms"]
        if not terms:
            return Landscape((), self._points(np.empty(0, dtype=np.int64)))
        return Landscape(terms, self._points(np.arange(self.cell_count)))

    def _points(self, cells: IntArray) -> Points:
        lattice = self.model.lattice
        where = np.stack(np.unravel_index(cells, self.cells), axis=1).astype(np.int64)
        sites = len(lattice.basis)
        sublattice = np.tile(np.arange(sites), len(cells))
        where = np.repeat(where, sites, axis=0)
        numbers = np.arange(len(where)) if len(cells) else np.empty(0, dtype=np.int64)
        return Points(lattice.positions(where, sublattice), where, sublattice, numbers)

    def replace(self, **changes: Any) -> "Torus":
        """The same torus with something changed."""
        return dataclasses.replace(self, **changes)
