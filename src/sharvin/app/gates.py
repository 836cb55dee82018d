"""Sections ``[[gates]]`` and ``[field]``: metal on the surface, and the magnetic field."""

from typing import Annotated, Any, Literal

from pydantic import Field

from sharvin.app.potentials import CoshBarrier, Saddle, Table, Taper
from sharvin.app.quantities import FieldKnob, Positive, Screening, Side, Size, VoltageKnob
from sharvin.app.region import Pair
from sharvin.app.section import Section, knob

_VOLTAGE = Field(
    description="a voltage or the name of a parameter",
    examples=["gate"],
    json_schema_extra=knob("V"),
)


_CENTER = Field(default=(0.0, 0.0), description="its middle", examples=[["0 nm", "0 nm"]])


class _SurfaceGate(Section):
    """What all metal on the surface has in common."""

    depth: Size = Field(description="of the electron gas below it", examples=["60 nm"])
    screening: Screening = Field(default=True, examples=[True])
    permittivity: Positive = Field(default=12.9, examples=[12.9])


class SplitGate(_SurfaceGate):
    """Two gates that face each other across a gap: a point contact along x."""

    kind: Literal["split_gate"]
    gap: Size = Field(description="between the gates", examples=["250 nm"])
    length: Size = Field(description="of the gates along x", examples=["500 nm"])
    center: Pair = _CENTER
    voltage: VoltageKnob = _VOLTAGE

    def potential(self, mass: float) -> Any:
        """Return what ``Device(potential=...)`` takes."""
        from sharvin.device.gates import split_gate

        return split_gate(**self.model_dump(exclude={"kind"}), mass=mass)


class RectangleGate(_SurfaceGate):
    """A gate with sides along x and y; "inf" as a side lets it go on forever."""

    kind: Literal["gate"]
    x: tuple[Side, Side] = Field(examples=[["-50 nm", "50 nm"]])
    y: tuple[Side, Side] = Field(examples=[["200 nm", "inf"]])
    voltage: VoltageKnob = _VOLTAGE

    def potential(self, mass: float) -> Any:
        """Return what ``Device(potential=...)`` takes."""
        from sharvin.device.gates import gate

        return gate(**self.model_dump(exclude={"kind"}), mass=mass)


class PolygonGate(_SurfaceGate):
    """A gate with any corners."""

    kind: Literal["polygon_gate"]
    corners: tuple[Pair, ...] = Field(
        min_length=3, examples=[[["0 nm", "0 nm"], ["300 nm", "0 nm"], ["0 nm", "200 nm"]]]
    )
    voltage: VoltageKnob = _VOLTAGE

    def potential(self, mass: float) -> Any:
        """Return what ``Device(potential=...)`` takes."""
        from sharvin.device.gates import gate

        given = self.model_dump(exclude={"kind", "corners"})
        return gate(**given, polygon=self.corners, mass=mass)


Gate = Annotated[
    SplitGate | RectangleGate | PolygonGate | Saddle | Taper | CoshBarrier | Table,
    Field(discriminator="kind"),
]


class FieldSection(Section):
    """Magnetic field through the orbits."""

    perpendicular: FieldKnob = Field(
        description="a field or the name of a parameter",
        examples=["1 T"],
        json_schema_extra=knob("T"),
    )
