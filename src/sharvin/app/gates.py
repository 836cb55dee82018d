"""Sections ``[[gates]]``, ``[field]`` and ``[[disorder]]``: what bends and scatters electrons."""

from typing import Annotated, Any, Literal

from pydantic import Field

from sharvin.app.quantities import EnergyKnob, FieldKnob, SeedKnob, Size, VoltageKnob
from sharvin.app.section import Section, knob

_VOLTAGE = Field(
    description="a voltage or the name of a parameter",
    examples=["gate"],
    json_schema_extra=knob("V"),
)


class SplitGate(Section):
    """Two gates with a gap between them, in the middle of the device."""

    kind: Literal["split_gate"]
    gap: Size = Field(description="between the gates", examples=["250 nm"])
    length: Size = Field(description="of the gates along x", examples=["500 nm"])
    depth: Size = Field(description="of the electron gas below them", examples=["60 nm"])
    voltage: VoltageKnob = _VOLTAGE
    screening: bool = True

    def potential(self) -> Any:
        """Return what ``Device(potential=...)`` takes."""
        from sharvin.device.gates import split_gate

        return split_gate(**self.model_dump(exclude={"kind"}))


Gate = SplitGate


class FieldSection(Section):
    """Magnetic field through the orbits."""

    perpendicular: FieldKnob = Field(
        description="a field or the name of a parameter",
        examples=["1 T"],
        json_schema_extra=knob("T"),
    )


class ShortRange(Section):
    """Site energies that are independent of one another."""

    kind: Literal["short_range"]
    strength: EnergyKnob = Field(examples=["0.5 meV"], json_schema_extra=knob("meV"))
    seed: SeedKnob = Field(default=0, examples=[1], json_schema_extra=knob(""))

    def potential(self) -> Any:
        """Return what ``Device(disorder=...)`` takes."""
        from sharvin.device.disorder import disorder

        seed = self.seed if isinstance(self.seed, str) else int(self.seed)
        return disorder(self.strength, seed)


Disorder = Annotated[ShortRange, Field()]
