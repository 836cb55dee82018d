"""Shapes: vectorized questions "is this point inside?", joined by & | - ~, moved and turned.

A boundary belongs to a shape on its lower side only, so that a length of 250 spacings holds 250
sites and shapes laid side by side share none. Points closer to a boundary than a billionth of the
shape's size count as lying on it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.typing import BoolArray, RealArray
from sharvin.units import quantity

Contains = Callable[[RealArray], Any]

# Positions are sums of a few products: 1e-9 of a shape is far above their rounding and far
# below the lattice spacing of any device that fits in memory.
ON_BOUNDARY = 1e-9


@dataclass(frozen=True, eq=False)
class Region:
    """A set of points, with a box around it.

    Regions combine: ``a & b``, ``a | b``, ``a - b`` and ``~a``.

    Parameters
    ----------
    contains : callable
        Maps positions (n, D), in nm, to n truth values.
    lower, upper : tuple of float
        Corners of a box around the region; infinite where it has no end, and for every
        coordinate beyond those given.
    name : str
        For messages and pictures.
    """

    contains: Contains
    lower: tuple[float, ...] = ()
    upper: tuple[float, ...] = ()
    name: str = "region"

    def __call__(self, positions: RealArray) -> BoolArray:
        """Which of the positions (n, D) lie inside."""
        inside = np.asarray(self.contains(positions))
        if inside.dtype != np.bool_ or inside.shape != (len(positions),):
            raise ShapeMismatch(
                f"{self.name} must answer {len(positions)} positions with as many booleans, got "
                f"{inside.dtype} of shape {inside.shape}; write it for arrays, with & | ~"
            )
        return inside

    def bounds(self, space: int) -> tuple[RealArray, RealArray]:
        """Lower and upper corner of the box in ``space`` dimensions."""
        lower, upper = np.full(space, -np.inf), np.full(space, np.inf)
        if len(self.lower) > space:
            raise InvalidInput(
                f"{self.name} has {len(self.lower)} coordinates, but the lattice only {space}"
            )
        lower[: len(self.lower)], upper[: len(self.upper)] = self.lower, self.upper
        return lower, upper

    def __and__(self, other: "Region") -> "Region":
        space = max(len(self.lower), len(other.lower))
        (low_a, up_a), (low_b, up_b) = self.bounds(space), other.bounds(space)
        return Region(
            lambda r: self(r) & other(r),
            tuple(np.maximum(low_a, low_b)),
            tuple(np.minimum(up_a, up_b)),
            f"({self.name} & {other.name})",
        )

    def __or__(self, other: "Region") -> "Region":
        space = max(len(self.lower), len(other.lower))
        (low_a, up_a), (low_b, up_b) = self.bounds(space), other.bounds(space)
        return Region(
            lambda r: self(r) | other(r),
            tuple(np.minimum(low_a, low_b)),
            tuple(np.maximum(up_a, up_b)),
            f"({self.name} | {other.name})",
        )

    def __sub__(self, other: "Region") -> "Region":
        return Region(
            lambda r: self(r) & ~other(r), self.lower, self.upper, f"({self.name} - {other.name})"
        )

    def __invert__(self) -> "Region":
        return Region(lambda r: ~self(r), name=f"~{self.name}")

    def translated(self, shift: Any) -> "Region":
        """Return the region moved by the vector ``shift``."""
        step = _lengths(shift, "shift")
        space = max(len(step), len(self.lower))
        step = np.concatenate((step, np.zeros(space - len(step))))
        lower, upper = self.bounds(space)
        low, high = tuple(lower + step), tuple(upper + step)
        return Region(lambda r: self(r - _fitting(step, r)), low, high, self.name)

    def rotated(self, angle: float, center: Any = (0.0, 0.0)) -> "Region":
        """Return the region turned in the x-y plane by ``angle`` (radians, counterclockwise)."""
        pivot = _lengths(center, "center")
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])

        def contains(positions: RealArray) -> BoolArray:
            back = positions.copy()
            back[:, :2] = (positions[:, :2] - pivot) @ turn + pivot
            return self(back)

        lower, upper = self.bounds(max(2, len(self.lower)))
        if np.isfinite([lower[:2], upper[:2]]).all():
            x, y = np.meshgrid((lower[0], upper[0]), (lower[1], upper[1]))
            corners = (np.stack((x.ravel(), y.ravel()), axis=1) - pivot) @ turn.T + pivot
            lower[:2], upper[:2] = corners.min(axis=0), corners.max(axis=0)
        else:
            lower[:2], upper[:2] = -np.inf, np.inf
        return Region(contains, tuple(lower), tuple(upper), self.name)


def box(lower: Any, upper: Any) -> Region:
    """Return all points with lower <= r < upper, in as many coordinates as are given."""
    low, up = _lengths(lower, "lower"), _lengths(upper, "upper")
    if low.shape != up.shape or not (low < up).all():
        raise InvalidInput(f"box needs lower < upper in every coordinate, got {lower}, {upper}")
    slack = ON_BOUNDARY * np.maximum(up - low, np.maximum(np.abs(low), np.abs(up)))

    def contains(positions: RealArray) -> BoolArray:
        inside = np.ones(len(positions), dtype=bool)
        for axis in range(len(low)):
            r = positions[:, axis]
            inside &= (r >= low[axis] - slack[axis]) & (r < up[axis] - slack[axis])
        return inside

    return Region(contains, tuple(low), tuple(up), "box")


def interval(length: float | str, *, center: float | str = 0.0) -> Region:
    """Part of a line of the given length (nm) along x."""
    half, middle = quantity(length, "nm") / 2, quantity(center, "nm")
    return box((middle - half,), (middle + half,))


def rectangle(
    length: float | str, width: float | str, *, center: Any = (0.0, 0.0), corner: Any = None
) -> Region:
    """Rectangle of ``length`` along x and ``width`` along y.

    Parameters
    ----------
    length, width : float or str
        In nm. On a square lattice of spacing a it holds length/a x width/a sites.
    center : pair
        Its middle.
    corner : pair, optional
        Its lower left corner, instead of the middle.
    """
    size = np.array([quantity(length, "nm"), quantity(width, "nm")])
    if not (size > 0).all():
        raise InvalidInput(f"a rectangle needs positive sides, got {length!r} and {width!r}")
    low = _lengths(center, "center") - size / 2 if corner is None else _lengths(corner, "corner")
    return box(low, low + size)


def disk(radius: float | str, *, center: Any = (0.0, 0.0)) -> Region:
    """Disk (a ball in three dimensions), its rim included."""
    rim, middle = quantity(radius, "nm"), _lengths(center, "center")
    if not rim > 0:
        raise InvalidInput(f"a disk needs a positive radius, got {radius!r}")
    limit = (rim * (1 + ON_BOUNDARY)) ** 2

    def contains(positions: RealArray) -> BoolArray:
        inside: BoolArray = ((positions[:, : len(middle)] - middle) ** 2).sum(axis=1) <= limit
        return inside

    return Region(contains, tuple(middle - rim), tuple(middle + rim), "disk")


def ring(inner: float | str, outer: float | str, *, center: Any = (0.0, 0.0)) -> Region:
    """Points whose distance from ``center`` lies above ``inner`` and up to ``outer``."""
    if not 0 < quantity(inner, "nm") < quantity(outer, "nm"):
        raise InvalidInput(f"a ring needs 0 < inner < outer, got {inner!r} and {outer!r}")
    return disk(outer, center=center) - disk(inner, center=center)


def half_plane(normal: Any, *, through: Any = None) -> Region:
    """All points on the side of ``through`` (default: the origin) that ``normal`` points to."""
    n = np.asarray(normal, dtype=np.float64)
    if n.ndim != 1 or not np.linalg.norm(n) > 0:
        raise InvalidInput(f"normal must be a vector that is not zero, got {normal!r}")
    n = n / np.linalg.norm(n)
    point = np.zeros(len(n)) if through is None else _lengths(through, "through")
    offset = float(point @ n)

    def contains(positions: RealArray) -> BoolArray:
        height = positions[:, : len(n)] @ n
        slack = ON_BOUNDARY * (abs(offset) + np.abs(height).max(initial=0.0))
        inside: BoolArray = height >= offset - slack
        return inside

    # Only a half plane along an axis has a box that helps.
    lower = np.where(n == 1, point, -np.inf)
    upper = np.where(n == -1, point, np.inf)
    return Region(contains, tuple(lower), tuple(upper), "half plane")


def polygon(vertices: Any) -> Region:
    """Polygon with the given corners (m, 2), in order; even-odd rule where it crosses itself."""
    corners = _lengths(vertices, "vertices")
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3:
        raise ShapeMismatch(f"polygon needs at least three corners (m, 2), got {corners.shape}")
    low, up = corners.min(axis=0), corners.max(axis=0)
    # Looking from a hair up and to the right keeps lower boundaries in and upper ones out.
    nudge = ON_BOUNDARY * (up - low + np.maximum(np.abs(low), np.abs(up)))

    def contains(positions: RealArray) -> BoolArray:
        x, y = positions[:, 0] + nudge[0], positions[:, 1] + nudge[1]
        inside = np.zeros(len(positions), dtype=bool)
        for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            if y1 != y2:
                crosses = (y1 > y) != (y2 > y)
                inside ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
        return inside

    return Region(contains, tuple(low), tuple(up), "polygon")


def everything() -> Region:
    """Return all of space: cut it down with ``&``."""
    return Region(lambda r: np.ones(len(r), dtype=bool), name="everything")


def from_function(function: Callable[..., Any], lower: Any = (), upper: Any = ()) -> Region:
    """Region where ``function(x, y)`` is true for arrays of coordinates.

    Parameters
    ----------
    function : callable
        Takes one array per coordinate and returns booleans.
    lower, upper : sequence, optional
        A box around the region; needed unless it is cut down with another region.
    """
    shape = Region(lambda r: function(*r.T), name=getattr(function, "__name__", "region"))
    return shape & box(lower, upper) if np.size(lower) else shape


def _lengths(values: Sequence[Any] | Any, what: str) -> RealArray:
    return np.atleast_1d(np.asarray(quantity(values, "nm", name=what), dtype=np.float64))


def _fitting(step: RealArray, positions: RealArray) -> RealArray:
    """Shift vector in as many coordinates as the positions have."""
    space = positions.shape[1]
    if len(step) > space and step[space:].any():
        raise InvalidInput(f"cannot shift by {step.tolist()} in {space} dimensions")
    return np.concatenate((step, np.zeros(max(0, space - len(step)))))[:space]
