"""Outlines of a device file as lists of corners in nm: region, gates, contacts."""

from typing import Any

import numpy as np

from sharvin.app import build
from sharvin.app.device_file import DeviceFile
from sharvin.app.gates import PolygonGate, RectangleGate, SplitGate
from sharvin.app.region import Box, Disk, LeadSection, Polygon, Rectangle, Ring
from sharvin.typing import RealArray

_ROUND = 72  # corners of a circle
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
    """Metal inside the region's box; a split gate has two pieces."""
    left, right, bottom, top = file.region.bounds
    found = []
    for index, part in enumerate(file.gates):
        if not isinstance(part, SplitGate | RectangleGate | PolygonGate):
            continue
        pieces = [
            outline.corners((left, right), (bottom, top))
            for gate in part.potential(build.mass(file)).parts
            for outline in gate.outlines
        ]
        name = part.voltage if isinstance(part.voltage, str) else f"{part.voltage:g} V"
        found += [
            {"name": name, "index": index, "kind": part.kind, "polygon": corners.tolist()}
            for corners in pieces
            if _has_area(corners)
        ]
    return found


def _has_area(corners: RealArray) -> bool:
    return len(corners) > 2 and bool((corners.max(axis=0) > corners.min(axis=0)).all())


def leads(file: DeviceFile) -> list[dict[str, Any]]:
    """Contacts as strips along the outside of their window."""
    bounds = file.region.bounds
    deep = _DEPTH * max(bounds[1] - bounds[0], bounds[3] - bounds[2])
    return [
        {"name": name, "side": lead.side, "polygon": _strip(lead, bounds, deep)}
        for name, lead in file.leads.items()
    ]


def _strip(lead: LeadSection, bounds: Box, deep: float) -> Corners:
    low, high = lead.window(bounds)
    left, right, bottom, top = bounds
    edge, sign = {
        "left": (left, -1), "right": (right, 1), "bottom": (bottom, -1), "top": (top, 1)
    }[lead.side]  # fmt: skip
    far = edge + sign * deep
    corners = [[low, edge], [high, edge], [high, far], [low, far]]
    return corners if lead.is_vertical else [[y, x] for x, y in corners]
