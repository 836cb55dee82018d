"""Outlines of surface gates, and how much of the sky they cover for an electron below.

On a pinned surface the potential at a depth d under a gate at voltage V is V times the share of
the upper half space that the gate fills: its solid angle over 2π. Closed forms for every outline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.typing import RealArray
from sharvin.units import quantity

Span = tuple[float, float]


class Outline(Protocol):
    """A part of the surface covered with metal."""

    @property
    def label(self) -> str:
        """What it is, for messages and captions."""

    def coverage(self, x: RealArray, y: RealArray, depth: float) -> RealArray:
        """Share of the upper half space seen at ``depth`` below, 0 to 1."""

    def corners(self, x: Span, y: Span) -> RealArray:
        """Polygon (m, 2) of the part in a window, for pictures."""


@dataclass(frozen=True)
class RectangleOutline:
    r"""Rectangle along the axes; its sides may be infinite, which makes strips and half planes.

    With :math:`u = x' - x`, :math:`v = y' - y` the coverage is a sum over the four corners,

    .. math:: f = \frac{1}{2\pi} \sum \pm \arctan \frac{u v}{d \sqrt{u^2 + v^2 + d^2}} .

    Parameters
    ----------
    x, y : tuple of float
        Lower and upper side, nm.

    References
    ----------
    J. H. Davies, I. A. Larkin, E. V. Sukhorukov, J. Appl. Phys. 77, 4504 (1995), section IV.
    """

    x: Span
    y: Span

    @property
    def label(self) -> str:
        """What it is, for messages and captions."""
        infinite = sum(np.isinf([*self.x, *self.y]))
        return {0: "rectangle", 1: "strip end", 2: "strip", 3: "half plane"}.get(infinite, "plane")

    def coverage(self, x: RealArray, y: RealArray, depth: float) -> RealArray:
        """Share of the upper half space seen at ``depth`` below, 0 to 1."""
        total = np.zeros(np.broadcast(x, y).shape)
        for sign_x, side_x in zip((-1, 1), self.x, strict=True):
            for sign_y, side_y in zip((-1, 1), self.y, strict=True):
                total += sign_x * sign_y * _corner(side_x - x, side_y - y, depth)
        return total / (2 * np.pi)

    def corners(self, x: Span, y: Span) -> RealArray:
        """Polygon (m, 2) of the part in a window, for pictures."""
        (left, right), (low, high) = np.clip(self.x, *x), np.clip(self.y, *y)
        return np.array([(left, low), (right, low), (right, high), (left, high)])


def _corner(u: RealArray, v: RealArray, depth: float) -> RealArray:
    """Solid angle of the rectangle from the foot of the viewer to one corner, with its sign."""
    far_u, far_v = np.isinf(u), np.isinf(v)
    a, b = np.where(far_u, np.sign(u), u), np.where(far_v, np.sign(v), v)
    # A side at infinity drops out of u / sqrt(u² + v² + d²) and leaves its sign.
    square = np.where(far_u, 0.0, a * a) + np.where(far_v, 0.0, b * b) + depth**2
    root = np.where(far_u | far_v, 1.0, np.sqrt(square))
    angle: RealArray = np.arctan(a * b / (depth * root))
    return np.where(far_u & far_v, np.sign(a * b) * np.pi / 2, angle)


@dataclass(frozen=True)
class HalfPlaneOutline:
    r"""Everything on one side of a line: :math:`f = \tfrac12 + \arctan(s/d)/\pi`.

    Parameters
    ----------
    normal : tuple of float
        Unit vector to the side with the gate.
    offset : float
        Distance of the line from the origin along the normal, nm.
    """

    normal: tuple[float, float]
    offset: float

    @property
    def label(self) -> str:
        """What it is, for messages and captions."""
        return "half plane"

    def coverage(self, x: RealArray, y: RealArray, depth: float) -> RealArray:
        """Share of the upper half space seen at ``depth`` below, 0 to 1."""
        inside = self.normal[0] * x + self.normal[1] * y - self.offset
        share: RealArray = 0.5 + np.arctan(inside / depth) / np.pi
        return share

    def corners(self, x: Span, y: Span) -> RealArray:
        """Polygon (m, 2) of the part in a window, for pictures."""
        box = np.array([(x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1])])
        kept = []
        for here, there in zip(box, np.roll(box, -1, axis=0), strict=True):
            inside, beyond = (float(np.dot(self.normal, r)) - self.offset for r in (here, there))
            if inside >= 0:
                kept.append(here)
            if inside * beyond < 0:
                kept.append(here + (there - here) * inside / (inside - beyond))
        return np.array(kept).reshape(-1, 2)


@dataclass(frozen=True)
class PolygonOutline:
    r"""Any polygon that does not cross itself, convex or not: one arctangent per edge.

    With the vectors :math:`\mathbf a, \mathbf b` from the foot of the viewer to the ends of an
    edge, and A, B the distances of these ends from the viewer itself,

    .. math:: f = \frac{1}{\pi} \Big| \sum_{edges} \arctan
              \frac{(\mathbf a \times \mathbf b)_z}
                   {A B + \mathbf a \cdot \mathbf b + d^2 + d (A + B)} \Big| ,

    half the solid angle of the triangle between the foot and the edge each time. No denominator
    vanishes, on an edge and at a corner included.

    Parameters
    ----------
    vertices : tuple of pairs
        Corners in order, nm.

    References
    ----------
    A. van Oosterom, J. Strackee, IEEE Trans. Biomed. Eng. 30, 125 (1983); Davies et al. (1995).
    """

    vertices: tuple[tuple[float, float], ...]

    @property
    def label(self) -> str:
        """What it is, for messages and captions."""
        return f"polygon of {len(self.vertices)} corners"

    def coverage(self, x: RealArray, y: RealArray, depth: float) -> RealArray:
        """Share of the upper half space seen at ``depth`` below, 0 to 1."""
        corners = np.array(self.vertices)
        ends = [(cx - x, cy - y) for cx, cy in corners]
        lengths = [np.sqrt(u * u + v * v + depth**2) for u, v in ends]
        total = np.zeros(np.broadcast(x, y).shape)
        for number in range(len(ends)):
            (ax, ay), (bx, by) = ends[number - 1], ends[number]
            one, two = lengths[number - 1], lengths[number]
            below = one * two + ax * bx + ay * by + depth**2 + depth * (one + two)
            total += np.arctan((ax * by - ay * bx) / below)
        return np.abs(total) / np.pi

    def corners(self, x: Span, y: Span) -> RealArray:
        """All its corners; a picture clips them."""
        return np.array(self.vertices)


def rectangle_outline(x: Any, y: Any) -> RectangleOutline:
    """Rectangle between two pairs of sides; None in a pair: no side there."""
    return RectangleOutline(_span(x, "x"), _span(y, "y"))


def half_plane_outline(normal: Any, through: Any = (0.0, 0.0)) -> HalfPlaneOutline:
    """All points on the side of ``through`` that ``normal`` points to."""
    vector = np.asarray(normal, dtype=np.float64)
    point = np.asarray(quantity(through, "nm", name="through of a gate"))
    if vector.shape != (2,) or not np.isfinite(vector).all() or not vector.any():
        raise InvalidInput(f"a gate's normal must be a vector (x, y) that is not zero: {normal!r}")
    if point.shape != (2,):
        raise ShapeMismatch(f"through of a gate must be a point (x, y), got {through!r}")
    unit = vector / np.linalg.norm(vector)
    return HalfPlaneOutline((float(unit[0]), float(unit[1])), float(unit @ point))


def polygon_outline(vertices: Any) -> PolygonOutline:
    """Polygon with the given corners (m, 2), in order; a crossing of its edges is refused."""
    corners = np.asarray(quantity(vertices, "nm", name="polygon of a gate"))
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3:
        raise ShapeMismatch(
            f"polygon of a gate needs at least three corners (m, 2), got shape {corners.shape}"
        )
    if not np.isfinite(corners).all():
        raise InvalidInput("polygon of a gate needs finite corners; use x= and y= for open gates")
    crossing = _first_crossing(corners)
    if crossing is not None:
        raise InvalidInput(
            f"polygon of a gate: its edges {crossing[0]} and {crossing[1]} cross; "
            "order the corners around the gate, or use one polygon per piece"
        )
    return PolygonOutline(tuple((float(cx), float(cy)) for cx, cy in corners))


def _span(given: Any, axis: str) -> Span:
    if given is None:
        return -np.inf, np.inf
    what = f"{axis} of a gate"
    if isinstance(given, str) or not isinstance(given, Sequence | np.ndarray) or len(given) != 2:
        raise InvalidInput(f"{what} must be a pair of sides, such as ('-50 nm', None): {given!r}")
    low = -np.inf if given[0] is None else quantity(given[0], "nm", name=what)
    high = np.inf if given[1] is None else quantity(given[1], "nm", name=what)
    if not low < high:
        raise InvalidInput(f"{what} must ascend, got {given!r}")
    return float(low), float(high)


def _first_crossing(corners: RealArray) -> tuple[int, int] | None:
    """Two edges that cross, or None."""
    ends = np.roll(corners, -1, axis=0)
    for one in range(len(corners)):
        for two in range(one + 1, len(corners)):
            sides = [
                _side(corners[one], ends[one], corners[two]),
                _side(corners[one], ends[one], ends[two]),
                _side(corners[two], ends[two], corners[one]),
                _side(corners[two], ends[two], ends[one]),
            ]
            if sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0:
                return one, two
    return None


def _side(start: RealArray, end: RealArray, point: RealArray) -> float:
    """On which side of the line from start to end a point lies: the sign of a cross product."""
    along, across = end - start, point - start
    return float(np.sign(along[0] * across[1] - along[1] * across[0]))
