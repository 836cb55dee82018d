"""Sections ``[region]`` and ``[leads.NAME]``: the outline of the device and its contacts."""

import math
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from sharvin.app.quantities import EnergyKnob, Length, Size
from sharvin.app.section import Section, knob

Pair = tuple[Length, Length]
Box = tuple[float, float, float, float]  # left, right, bottom, top

_CENTER = Field(default=(0.0, 0.0), description="its middle", examples=[["0 nm", "0 nm"]])


class Rectangle(Section):
    """Rectangle, length along x and width along y."""

    shape: Literal["rectangle"]
    length: Size = Field(description="along x", examples=["1.5 um"])
    width: Size = Field(description="along y", examples=["0.78 um"])
    center: Pair = _CENTER

    @property
    def bounds(self) -> Box:
        """Box around the shape, nm."""
        x, y = self.center
        return x - self.length / 2, x + self.length / 2, y - self.width / 2, y + self.width / 2

    @property
    def area(self) -> float:
        """Area, nm²."""
        return self.length * self.width


class Disk(Section):
    """Disk."""

    shape: Literal["disk"]
    radius: Size = Field(examples=["300 nm"])
    center: Pair = _CENTER

    @property
    def bounds(self) -> Box:
        """Box around the shape, nm."""
        (x, y), r = self.center, self.radius
        return x - r, x + r, y - r, y + r

    @property
    def area(self) -> float:
        """Area, nm²."""
        return math.pi * self.radius**2


class Ring(Section):
    """Ring between two radii."""

    shape: Literal["ring"]
    inner: Size = Field(examples=["200 nm"])
    outer: Size = Field(examples=["300 nm"])
    center: Pair = _CENTER

    @field_validator("outer")
    @classmethod
    def _beyond(cls, outer: float, info: ValidationInfo) -> float:
        inner = info.data.get("inner")
        if inner is not None and outer <= inner:
            raise ValueError(f"the outer radius must be larger than the inner one, {inner:g} nm")
        return outer

    @property
    def bounds(self) -> Box:
        """Box around the shape, nm."""
        (x, y), r = self.center, self.outer
        return x - r, x + r, y - r, y + r

    @property
    def area(self) -> float:
        """Area, nm²."""
        return math.pi * (self.outer**2 - self.inner**2)


class Polygon(Section):
    """Polygon with the given corners, in order."""

    shape: Literal["polygon"]
    corners: tuple[Pair, ...] = Field(
        min_length=3, examples=[[["0 nm", "0 nm"], ["300 nm", "0 nm"], ["0 nm", "200 nm"]]]
    )

    @field_validator("corners")
    @classmethod
    def _has_area(cls, corners: tuple[Pair, ...]) -> tuple[Pair, ...]:
        if _shoelace(corners) == 0:
            raise ValueError("the corners enclose no area")
        return corners

    @property
    def bounds(self) -> Box:
        """Box around the shape, nm."""
        x, y = zip(*self.corners, strict=True)
        return min(x), max(x), min(y), max(y)

    @property
    def area(self) -> float:
        """Area, nm²."""
        return _shoelace(self.corners)


def _shoelace(corners: tuple[Pair, ...]) -> float:
    turns = zip(corners, (*corners[1:], corners[0]), strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in turns)) / 2


Shape = Annotated[Rectangle | Disk | Ring | Polygon, Field(discriminator="shape")]


class LeadSection(Section):
    """A contact that continues the device outward from one of its sides."""

    side: Literal["left", "right", "top", "bottom"] = Field(examples=["left"])
    at: Length | None = Field(
        default=None, description="middle of its window along the side", examples=["300 nm"]
    )
    width: Size | None = Field(default=None, description="of its window", examples=["150 nm"])
    shift: EnergyKnob = Field(default=0.0, examples=["0 meV"], json_schema_extra=knob("meV"))

    @property
    def is_vertical(self) -> bool:
        """Whether the window lies along x."""
        return self.side in ("top", "bottom")

    def window(self, bounds: Box) -> tuple[float, float]:
        """First and last coordinate of the contact along its side, nm."""
        low, high = self.edge(bounds)
        if self.width is None:
            return low, high
        middle = (low + high) / 2 if self.at is None else self.at
        return middle - self.width / 2, middle + self.width / 2

    def edge(self, bounds: Box) -> tuple[float, float]:
        """First and last coordinate of the side itself, nm."""
        return bounds[:2] if self.is_vertical else bounds[2:]
