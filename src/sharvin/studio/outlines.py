"""Outlines of a device file as lists of corners in nm: region, gates, contacts."""

from typing import Any

import numpy as np

from sharvin.app.device_file import DeviceFile
from sharvin.app.region import Box, Disk, LeadSection, Polygon, Rectangle, Ring

_ROUND = 72  # corners of a circle
_LENGTHS = ("center", "gap", "length", "x", "y", "corners")
_DEPTH = 0.06  # of a drawn contact, in longer sides of the region
Corners = list[list[float]]


def region(shape: Rectangle | Disk | Ring | Polygon) -> Corners:
    """Outer boundary."""
    if isinstance(shape, Polygon):
        return [list(corner) for corner in shape.corners]
    if isinstance(shape, Rectangle):
        left, right, bottom, top = shape.bounds
        return [[left, bottom], [right, bottom], [right, top], [left, top]]
    radius = shape.radius if isinstance(shape, Disk) else shape.outer
    return _circle(shape.center, radius)


def holes(shape: Rectangle | Disk | Ring | Polygon) -> list[Corners]:
    """Inner boundaries."""
    return [_circle(shape.center, shape.inner)] if isinstance(shape, Ring) else []


def _circle(center: tuple[float, float], radius: float) -> Corners:
    angle = np.linspace(0, 2 * np.pi, _ROUND, endpoint=False)
    corners = np.add(center, radius * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    return [[float(x), float(y)] for x, y in corners]


def gates(file: DeviceFile) -> list[dict[str, Any]]:
    """Every gate and potential: kind, voltage, and its lengths in nm; None goes on forever."""
    return [
        {
            "index": index, "kind": part.kind, "voltage": getattr(part, "voltage", None),
            **part.model_dump(include=set(_LENGTHS)),
        }
        for index, part in enumerate(file.gates)
    ]  # fmt: skip


def leads(file: DeviceFile) -> list[dict[str, Any]]:
    """Contacts as strips along the outside of their window."""
    bounds = file.region.bounds
    deep = _DEPTH * max(bounds[1] - bounds[0], bounds[3] - bounds[2])
    return [
        {
            "name": name, "side": lead.side, "at": lead.at, "width": lead.width,
            "window": lead.window(bounds), "polygon": _strip(lead, bounds, deep),
        }
        for name, lead in file.leads.items()
    ]  # fmt: skip


def _strip(lead: LeadSection, bounds: Box, deep: float) -> Corners:
    low, high = lead.window(bounds)
    left, right, bottom, top = bounds
    edge, sign = {
        "left": (left, -1), "right": (right, 1), "bottom": (bottom, -1), "top": (top, 1)
    }[lead.side]  # fmt: skip
    far = edge + sign * deep
    corners = [[low, edge], [high, edge], [high, far], [low, far]]
    return corners if lead.is_vertical else [[y, x] for x, y in corners]
