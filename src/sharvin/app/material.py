"""Section ``[material]``: the crystal that the device is cut from."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from sharvin.app.quantities import Energy, Name, Number, Positive, RashbaCoupling, Size
from sharvin.app.section import Asked, Section
from sharvin.matter.electron_gas import electron_gas
from sharvin.matter.graphene import graphene
from sharvin.matter.model import Model
from sharvin.matter.rashba import rashba_wire
from sharvin.matter.square import square_lattice
from sharvin.units import HBAR2_OVER_2ME

_SPACING = Field(description="grid constant", examples=["6 nm"])


class ElectronGas(Section):
    """Effective-mass electrons on a square grid."""

    kind: Literal["electron_gas"]
    mass: Positive = Field(description="in electron masses", examples=[0.067])
    spacing: Size = _SPACING
    g_factor: Number | None = Field(default=None, examples=[-0.44])
    spin: Literal["auto", "degenerate", "resolved"] = "auto"
    zeeman: Name = Field(default="B", description="parameter, in T", examples=["B"])

    def model(self) -> Model:
        """Return the material."""
        return electron_gas(
            mass=self.mass,
            spacing=self.spacing,
            g_factor=self.g_factor,
            spin=self.spin,
            zeeman=self.zeeman,
        )

    def asked(self) -> Iterator[Asked]:
        """Yield the field that the spin feels."""
        if self.g_factor is not None and self.spin != "degenerate":
            yield "zeeman", self.zeeman, "T"

    @property
    def cell_area(self) -> float:
        """Area per site, nm²."""
        return self.spacing**2

    @property
    def orbitals(self) -> int:
        """Orbitals per site."""
        resolved = self.spin == "resolved" or (self.spin == "auto" and self.g_factor is not None)
        return 2 if resolved else 1

    @property
    def highest_energy(self) -> float:
        """Where the grid's band ends, meV."""
        return 8 * HBAR2_OVER_2ME / (self.mass * self.spacing**2)


class Graphene(Section):
    """Honeycomb lattice of carbon, also scaled."""

    kind: Literal["graphene"]
    scaling: Positive = Field(default=1.0, examples=[8])
    hopping: Energy = Field(default=2700.0, examples=["2.7 eV"])
    lattice_constant: Size = Field(default=0.246, examples=["0.246 nm"])
    next_nearest: Energy = Field(default=0.0, examples=["0.1 eV"])

    def model(self) -> Model:
        """Return the material."""
        return graphene(**self.model_dump(exclude={"kind"}))

    @property
    def cell_area(self) -> float:
        """Area per site, nm²."""
        return float(0.75**0.5 / 2 * (self.scaling * self.lattice_constant) ** 2)

    @property
    def orbitals(self) -> int:
        """Orbitals per site."""
        return 1


class SquareLattice(Section):
    """Square lattice with one orbital per site."""

    kind: Literal["square_lattice"]
    spacing: Size = Field(default=1.0, examples=["1 nm"])
    hopping: Energy = Field(default=1.0, examples=["1 meV"])
    onsite: Energy = Field(default=0.0, examples=["4 meV"])
    next_nearest: Energy = Field(default=0.0, examples=["0.1 meV"])
    degeneracy: Literal[1, 2, 4] = 1

    def model(self) -> Model:
        """Return the material."""
        return square_lattice(**self.model_dump(exclude={"kind"}))

    @property
    def cell_area(self) -> float:
        """Area per site, nm²."""
        return self.spacing**2

    @property
    def orbitals(self) -> int:
        """Orbitals per site."""
        return 1


class Rashba(Section):
    """Effective-mass electrons with Rashba spin-orbit coupling."""

    kind: Literal["rashba"]
    mass: Positive = Field(description="in electron masses", examples=[0.023])
    spacing: Size = _SPACING
    alpha: RashbaCoupling = Field(examples=["20 meV nm"])
    g_factor: Number | None = Field(default=None, examples=[-15])
    zeeman: Name = Field(default="B", description="parameter, in T", examples=["B"])
    zeeman_axis: Literal["x", "y", "z"] = "z"

    def model(self) -> Model:
        """Return the material."""
        return rashba_wire(**self.model_dump(exclude={"kind"}))

    def asked(self) -> Iterator[Asked]:
        """Yield the field that the spin feels."""
        if self.g_factor is not None:
            yield "zeeman", self.zeeman, "T"

    @property
    def cell_area(self) -> float:
        """Area per site, nm²."""
        return self.spacing**2

    @property
    def orbitals(self) -> int:
        """Orbitals per site."""
        return 2


Material = Annotated[ElectronGas | Graphene | SquareLattice | Rashba, Field(discriminator="kind")]
