"""Values of a carved device's Hamiltonian at every point of a sweep."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sharvin.device.assembly import Assembly, gather
from sharvin.device.gauge import PHASE_PER_FLUX, Gauge
from sharvin.device.landscape import Landscape
from sharvin.device.parameters import Knob, Parameters, joined
from sharvin.device.spin_orbit import RandomBonds
from sharvin.typing import IntArray, NumberArray, RealArray

KEPT_ENTRIES = 1 << 22  # larger arrays are gathered anew rather than held twice in memory


@dataclass(frozen=True, eq=False)
class Peierls:
    """Phases of all entries of H in one Landau gauge, as a table of few different ones.

    Along the gauge's direction nothing changes, so a coefficient of the model takes as many
    different phases as there are rows of sites across it.

    Parameters
    ----------
    strength : Knob
        B in T.
    gauge : Gauge
        Landau gauge of the plane, of rank one.
    assembly : Assembly
    """

    strength: Knob
    gauge: Gauge
    assembly: Assembly

    @cached_property
    def _rows(self) -> tuple[RealArray, IntArray]:
        """Gauge coordinate of the different rows, and the row of each site."""
        sites = self.assembly.sites
        along = (sites.positions - self.gauge.center) @ self._across
        step = 1e-7 * np.abs(sites.lattice.vectors).max()  # far above rounding
        _, first, row = np.unique(np.rint(along / step), return_index=True, return_inverse=True)
        return along[first], row.ravel()

    @property
    def _along(self) -> RealArray:
        """Direction e of the gauge: M = e p^T."""
        columns = np.linalg.norm(self.gauge.matrix, axis=0)
        column: RealArray = self.gauge.matrix[:, int(np.argmax(columns))]
        unit: RealArray = column / np.linalg.norm(column)
        return unit

    @property
    def _across(self) -> RealArray:
        """Vector p of the gauge: M = e p^T."""
        across: RealArray = self._along @ self.gauge.matrix
        return across

    @cached_property
    def numbers(self) -> NDArray[np.uint32]:
        """For every slot, which (coefficient, row) it holds."""
        rows, row = self._rows
        of_orbital = row[self.assembly.orbitals.owner].astype(np.uint32)
        numbers = np.repeat(of_orbital, np.diff(self.assembly.pattern.indptr))
        numbers += self.assembly.source * np.uint32(len(rows))
        return numbers

    def table(self, coefficients: NumberArray, strength: float) -> NumberArray:
        """Coefficients times phases for all (coefficient, row)."""
        rows, _ = self._rows
        stencil = self.assembly.stencil
        moved = stencil.charges * (stencil.vectors @ self._along)
        middle = rows - (stencil.vectors @ self._across)[:, None] / 2
        phases = np.exp(1j * (PHASE_PER_FLUX * strength) * moved[:, None] * middle)
        table: NumberArray = (coefficients[:, None] * phases).ravel()
        return table


@dataclass(frozen=True, eq=False)
class CarvedHamiltonian:
    """Model, field and potentials on the sites of a device.

    Parameters
    ----------
    assembly : Assembly
    landscape : Landscape
        Potential and disorder on all sites.
    peierls : Peierls or None
    signs : real array, shape (orbitals,), or None
        -1 on orbitals that feel the opposite of a potential (holes); None: nowhere.
    bonds : RandomBonds or None
    """

    assembly: Assembly
    landscape: Landscape
    peierls: Peierls | None
    signs: RealArray | None
    bonds: RandomBonds | None = None
    parameters: Parameters = field(init=False)
    _last: dict[str, tuple[tuple[float, ...], NumberArray, NumberArray]] = field(
        default_factory=dict, init=False, repr=False
    )

    def __post_init__(self) -> None:
        crystal = self._crystal_parameters
        parts = [crystal, self.landscape.parameters]
        if self.bonds is not None:
            parts.append(self.bonds.parameters)
        object.__setattr__(self, "parameters", joined(parts))

    @cached_property
    def _crystal_parameters(self) -> Parameters:
        model = self.assembly.stencil.model
        own = Parameters(model.parameters, dict(model.defaults), dict(model.units))
        return joined((own,) if self.peierls is None else (own, self.peierls.strength.parameters))

    def at(self, params: Mapping[str, float]) -> NumberArray:
        """Entries of H; only the potential is evaluated where only it changes."""
        crystal, diagonal = self._crystal(params)
        if self.bonds is not None:
            crystal, diagonal = crystal + self._turned(params), None
        scalar, blocks = self.landscape.scalar(params), self.landscape.blocks(params)
        if scalar is None and blocks is None:
            return crystal
        dtype = np.result_type(crystal, np.float64 if blocks is None else blocks.dtype)
        owned = diagonal is None  # nobody else holds it
        values = crystal if owned and dtype == crystal.dtype else crystal.astype(dtype)
        if blocks is not None:
            for slots, members, row, column in self._onsite:
                values[slots] += blocks[members, row, column]
        if scalar is not None:
            on_orbitals = scalar
            if len(scalar) < self.assembly.pattern.n:
                on_orbitals = scalar[self.assembly.orbitals.owner]
            if self.signs is not None:
                on_orbitals = on_orbitals * self.signs
            slots = self.assembly.pattern.diagonal
            if diagonal is None or blocks is not None:
                values[slots] += on_orbitals
            else:  # one scattered access instead of two: most of the time of a gate sweep
                values[slots] = diagonal + on_orbitals
        return values

    def _turned(self, params: Mapping[str, float]) -> NumberArray:
        """What random bonds add, with the phases of the field."""
        assert self.bonds is not None
        added = self.bonds.values(params)
        strength = 0.0 if self.peierls is None else self.peierls.strength.at(params)
        if self.peierls is None or strength == 0:
            return added
        ones = np.ones(self.assembly.stencil.size)
        phases = gather(self.peierls.table(ones, strength), self.peierls.numbers)
        turned: NumberArray = added * phases
        return turned

    def _crystal(self, params: Mapping[str, float]) -> tuple[NumberArray, NumberArray | None]:
        """Entries without potentials, and their diagonal; None: the caller may write to them."""
        key = tuple(params[name] for name in self._crystal_parameters.names)
        last = self._last.get("crystal")
        if last is not None and last[0] == key:
            return last[1], last[2]
        stencil = self.assembly.stencil
        coefficients = stencil.coefficients(params)
        strength = 0.0 if self.peierls is None else self.peierls.strength.at(params)
        stencil.model.check_field(strength)
        if self.peierls is None or strength == 0:
            values = gather(coefficients, self.assembly.source)
        else:
            values = gather(self.peierls.table(coefficients, strength), self.peierls.numbers)
        if len(values) > KEPT_ENTRIES:
            return values, None
        diagonal = values[self.assembly.pattern.diagonal]
        self._last["crystal"] = (key, values, diagonal)
        return values, diagonal

    @cached_property
    def _onsite(self) -> list[tuple[IntArray, IntArray, int, int]]:
        """Slots and sites of all onsite matrix elements: (slots, sites, row, column)."""
        found = []
        for site, bonds in enumerate(self.assembly.stencil.bonds):
            members = np.flatnonzero(self.assembly.sites.sublattice == site)
            bond = next(b for b in bonds if b.hopping < 0)
            for row, column in zip(bond.rows.tolist(), bond.columns.tolist(), strict=True):
                slots = self.assembly.onsite_slots(site, row, column)
                found.append((slots, members, row, column))
        return found
