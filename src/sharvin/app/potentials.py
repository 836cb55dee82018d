"""Textbook contacts and tables among the ``[[gates]]``, and what ``[[disorder]]`` may be."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from sharvin.app.quantities import EnergyKnob, FactorKnob, Positive, SeedKnob, Size
from sharvin.app.region import Pair
from sharvin.app.section import Section, knob

_CENTER = Field(default=(0.0, 0.0), description="its middle", examples=[["0 nm", "0 nm"]])
_SEED = Field(default=0.0, examples=[1], json_schema_extra=knob(""))


def _energy(example: str, **given: Any) -> Any:
    return Field(examples=[example], json_schema_extra=knob("meV"), **given)


class Saddle(Section):
    """Saddle point of two parabolas."""

    kind: Literal["saddle"]
    omega_x: EnergyKnob = _energy("1 meV", description="along the current")
    omega_y: EnergyKnob = _energy("3 meV", description="across the current")
    height: EnergyKnob = _energy("2 meV", default=0.0)
    center: Pair = _CENTER

    def potential(self, mass: float) -> Any:
        """Return what ``Device(potential=...)`` takes."""
        from sharvin.device.constrictions import saddle

        return saddle(**self.model_dump(exclude={"kind"}), mass=mass)


class Taper(Section):
    """Smooth contact whose confinement fades along the current."""

    kind: Literal["taper"]
    omega_y: EnergyKnob = _energy("3 meV", description="across the current")
    length: Size = Field(examples=["200 nm"])
    height: EnergyKnob = _energy("2 meV", default=0.0)
    center: Pair = _CENTER

    def potential(self, mass: float) -> Any:
        """Return what ``Device(potential=...)`` takes."""
        from sharvin.device.constrictions import taper

        return taper(**self.model_dump(exclude={"kind"}), mass=mass)


class CoshBarrier(Section):
    """Barrier whose transmission is known exactly."""

    kind: Literal["cosh_barrier"]
    height: EnergyKnob = _energy("5 meV")
    length: Size = Field(examples=["100 nm"])
    omega_y: EnergyKnob = _energy("3 meV", default=0.0)
    center: Pair = _CENTER

    def potential(self, mass: float) -> Any:
        """Return what ``Device(potential=...)`` takes."""
        from sharvin.device.constrictions import cosh_barrier

        return cosh_barrier(**self.model_dump(exclude={"kind"}), mass=mass)


class Table(Section):
    """Potential interpolated in a CSV file of x, y (nm) and energy."""

    kind: Literal["table"]
    file: str = Field(description="CSV file next to the device file", examples=["potential.csv"])
    factor: FactorKnob = Field(default=1.0, examples=["gate"], json_schema_extra=knob(""))
    unit: Literal["ueV", "meV", "eV"] = "meV"

    def potential(self, mass: float) -> Any:
        """Return what ``Device(potential=...)`` takes."""
        from sharvin.device.grids import grid_potential

        return grid_potential(Path(self.file), factor=self.factor, unit=self.unit)


class ShortRange(Section):
    """Site energies that are independent of one another."""

    kind: Literal["short_range"]
    strength: EnergyKnob = _energy("0.5 meV", description="full width of the distribution")
    seed: SeedKnob = _SEED

    def potential(self, mass: float) -> Any:
        """Return what ``Device(disorder=...)`` takes."""
        from sharvin.device.disorder import disorder

        return disorder(self.strength, _whole(self.seed))


class Correlated(Section):
    """Gaussian random potential with a correlation length."""

    kind: Literal["correlated"]
    strength: EnergyKnob = _energy("0.5 meV", description="root mean square")
    correlation_length: Size = Field(examples=["30 nm"])
    seed: SeedKnob = _SEED

    def potential(self, mass: float) -> Any:
        """Return what ``Device(disorder=...)`` takes."""
        from sharvin.device.random_fields import correlated_disorder

        return correlated_disorder(self.strength, self.correlation_length, _whole(self.seed))


class Donors(Section):
    """Randomly placed ionized donors in a remote plane."""

    kind: Literal["donors"]
    setback: Size = Field(description="of the donors from the gas", examples=["40 nm"])
    strength: EnergyKnob = _energy("0.5 meV", description="root mean square")
    depth: Size | None = Field(default=None, description="of the gas", examples=["60 nm"])
    permittivity: Positive = 12.9
    seed: SeedKnob = _SEED

    def potential(self, mass: float) -> Any:
        """Return what ``Device(disorder=...)`` takes."""
        from sharvin.device.random_fields import donor_disorder

        given = self.model_dump(exclude={"kind", "seed"})
        return donor_disorder(**given, seed=_whole(self.seed), mass=mass)


def _whole(seed: float | str) -> int | str:
    return seed if isinstance(seed, str) else int(seed)


Disorder = Annotated[ShortRange | Correlated | Donors, Field(discriminator="kind")]
