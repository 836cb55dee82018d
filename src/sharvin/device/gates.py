"""Metal gates on a pinned surface: their potential in the electron gas below, volt by volt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from sharvin.device.landscape import Factor, Points, Term
from sharvin.device.outlines import (
    Outline,
    half_plane_outline,
    polygon_outline,
    rectangle_outline,
)
from sharvin.device.parameters import Knob, Parameters, joined
from sharvin.device.screening import Screening
from sharvin.errors import InvalidInput, UnknownName
from sharvin.typing import RealArray
from sharvin.units import quantity

MEV_PER_VOLT = 1000.0  # of an electron, which a positive voltage pulls down


@dataclass(frozen=True, eq=False)
class Gate:
    r"""Metal at one voltage on the surface, at a depth d above the electron gas.

    .. math:: U(x, y) = -e V \frac{f(x, y)}{\epsilon}

    f is the share of the sky that the metal covers (`outlines`), ε the screening.

    Parameters
    ----------
    outlines : tuple of Outline
        Pieces that do not overlap.
    depth : float
        In nm.
    voltage : float or str
        In V, or the name of a parameter.
    screening : Screening
    """

    outlines: tuple[Outline, ...]
    depth: float
    voltage: float | str
    screening: Screening

    def coverage(self, x: RealArray, y: RealArray) -> RealArray:
        """Share of the upper half space that the gate covers, 0 to 1: its bare lever arm."""
        total = np.zeros(np.broadcast(x, y).shape)
        for outline in self.outlines:
            total += outline.coverage(x, y, self.depth)
        return total

    def lever_arm(self, x: Any = 0.0, y: Any = 0.0) -> RealArray:
        """Energy that one volt takes from an electron, in eV: coverage over screening."""
        bare = self.coverage(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
        return bare / self.screening.divisor(self.depth)

    @cached_property
    def knob(self) -> Knob:
        """The voltage."""
        return Knob.of(self.voltage, "V", "voltage of a gate")

    @property
    def name(self) -> str:
        """Name of the voltage, or its value."""
        return self.knob.name or f"{self.knob.number:g} V"

    def __repr__(self) -> str:
        labels = [outline.label for outline in self.outlines]
        shapes = " and ".join(dict.fromkeys(labels))
        count = f"{len(labels)} pieces, " if len(labels) > 1 else ""
        return (
            f"gate {self.name!r} ({count}{shapes}) {self.depth:g} nm above the electrons, "
            f"{self.screening.describe(self.depth)}"
        )


@dataclass(frozen=True, eq=False)
class Gates:
    """Several gates whose potentials add up; more are joined with ``+``.

    Parameters
    ----------
    parts : tuple of Gate
    """

    parts: tuple[Gate, ...]

    def __add__(self, other: "Gates") -> "Gates":
        if not isinstance(other, Gates):
            return NotImplemented
        return Gates((*self.parts, *other.parts))

    @property
    def parameters(self) -> Parameters:
        """The voltages that a point of a sweep gives."""
        return joined(part.knob.parameters for part in self.parts)

    def energy(self, x: Any, y: Any, **voltages: float | str) -> RealArray:
        """Potential energy of an electron, meV, at points given by arrays in nm."""
        params = self.parameters.resolve(voltages)
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        total = np.zeros(np.broadcast(x, y).shape)
        for part in self.parts:
            total -= MEV_PER_VOLT * part.knob.at(params) * part.lever_arm(x, y)
        return total

    def lever_arms(self, at: Any = (0.0, 0.0)) -> dict[str, float]:
        r"""For every voltage, :math:`-\partial U / \partial (e V)` at a point, dimensionless.

        One volt on the gate lowers the energy of an electron there by so many eV.
        """
        x, y = _point(at)
        found: dict[str, float] = {}
        for part in self.parts:
            found[part.name] = found.get(part.name, 0.0) + float(part.lever_arm(x, y))
        return found

    @property
    def attrs(self) -> Mapping[str, Any]:
        """What to write next to results: depth, screening, lever arms at the origin."""
        first = self.parts[0]
        return {
            "gate_depth_nm": first.depth,
            "gate_screening": first.screening.divisor(first.depth),
            "gate_screening_rule": first.screening.describe(first.depth),
            "lever_arms_at_origin": self.lever_arms(),
        }

    def bind(self, what: str) -> tuple[Term, ...]:
        """One term per gate: a shape in meV per volt, times the voltage."""
        return tuple(
            Term(partial(_per_volt, part, what), Parameters(), factor=Factor(part.knob))
            for part in self.parts
        )

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.parts))


def _per_volt(part: Gate, what: str, points: Points, params: Mapping[str, float]) -> RealArray:
    x, y = points.coordinate("x", what), points.coordinate("y", what)
    return -MEV_PER_VOLT * part.lever_arm(x, y)


def gate(
    *,
    voltage: float | str,
    depth: float | str,
    x: Any = None,
    y: Any = None,
    polygon: Any = None,
    normal: Any = None,
    through: Any = (0.0, 0.0),
    screening: bool | float = True,
    mass: float = 0.067,
    permittivity: float = 12.9,
) -> Gates:
    """A gate of any outline on a pinned surface.

    The outline is given by ``x`` and ``y``, or by ``polygon``, or by ``normal`` and ``through``.

    Parameters
    ----------
    voltage : float or str
        In V, text with a unit, or the name of a parameter.
    depth : float or str
        Of the electrons below the surface, nm.
    x, y : pair, optional
        Sides of a rectangle in nm; None instead of a side: it goes on forever.
    polygon : array, shape (m, 2), optional
        Corners in order, nm.
    normal, through : pairs, optional
        A half plane: the side of the point ``through`` to which ``normal`` points.
    screening : bool or float
        See `split_gate`.
    mass, permittivity : float
        Of the semiconductor; the screening needs them.

    Examples
    --------
    >>> plunger = gate(x=("-50 nm", "50 nm"), y=("200 nm", None), voltage="plunger", depth="60 nm")
    >>> print(plunger)
    gate 'plunger' (strip end) 60 nm above the electrons, screened by 24.6 = 1 + 4 d/a_B*, ...
    """
    outline: Outline
    ways = [x is not None or y is not None, polygon is not None, normal is not None]
    if sum(ways) != 1:
        raise InvalidInput("a gate needs one outline: x= and y=, or polygon=, or normal=")
    if polygon is not None:
        outline = polygon_outline(polygon)
    elif normal is not None:
        outline = half_plane_outline(normal, through)
    else:
        outline = rectangle_outline(x, y)
    rule = Screening.of(screening, mass, permittivity)
    return Gates((_gate((outline,), depth, voltage, rule),))


def split_gate(
    *,
    gap: float | str,
    length: float | str,
    depth: float | str,
    voltage: float | str | Sequence[float | str] = "gate",
    screening: bool | float = True,
    center: Any = (0.0, 0.0),
    mass: float = 0.067,
    permittivity: float = 12.9,
) -> Gates:
    r"""Two gates that face one another across a gap: a point contact along x.

    ::

        --------+  length  +--------      upper gate, y > gap/2
                |          |
        - - - - +- - - - - +- - - - ->  x     current
                |          |
        --------+          +--------      lower gate, y < -gap/2

    (The metal lies between the two vertical lines and goes on forever in y.)

    Parameters
    ----------
    gap, length : float or str
        Distance of the two gates, and their extent along the current, nm.
    depth : float or str
        Of the electrons below the surface, nm.
    voltage : float, str or pair of these
        In V, or the name of a parameter. A pair: lower and upper gate have their own.
    screening : bool or float
        True: by the electrons of a wide gas, in linear response and at long wavelengths,
        :math:`\epsilon = 1 + 4 d / a_B^*` with :math:`a_B^* = 4 \pi \epsilon_0 \epsilon_r
        \hbar^2 / m e^2` (24.6 for d = 60 nm in GaAs). False: the bare potential. A number: that
        divisor. `thomas_fermi` solves for the screening instead.
    center : pair
        Middle of the contact; by default the origin, where `rectangle` has its middle.
    mass, permittivity : float
        Of the semiconductor; the screening needs them.

    References
    ----------
    J. H. Davies, I. A. Larkin, E. V. Sukhorukov, J. Appl. Phys. 77, 4504 (1995).
    """
    cx, cy = _point(center)
    half = quantity(gap, "nm", name="gap") / 2
    reach = quantity(length, "nm", name="length") / 2
    if not (half > 0 and reach > 0 and np.isfinite(half)):
        raise InvalidInput(f"a split gate needs gap > 0 and length > 0, got {gap!r}, {length!r}")
    along = (cx - reach, cx + reach)
    lower = rectangle_outline(along, (None, cy - half))
    upper = rectangle_outline(along, (cy + half, None))
    rule = Screening.of(screening, mass, permittivity)
    if isinstance(voltage, str) or not isinstance(voltage, Sequence):
        return Gates((_gate((lower, upper), depth, voltage, rule),))
    if len(voltage) != 2:
        raise InvalidInput(f"a split gate has one voltage or two, got {len(voltage)}")
    pairs = zip((lower, upper), voltage, strict=True)
    return Gates(tuple(_gate((outline,), depth, name, rule) for outline, name in pairs))


def lever_arm(gates: Gates, gate: str | None = None, *, at: Any = (0.0, 0.0)) -> float:
    """Lever arm of one voltage (needed where there are several) at a point: see `Gates`."""
    arms = gates.lever_arms(at)
    if gate is None and len(arms) == 1:
        gate = next(iter(arms))
    if gate not in arms:
        raise UnknownName.among("gate", gate, arms)
    return arms[gate]


def _gate(
    outlines: tuple[Outline, ...], depth: float | str, voltage: float | str, rule: Screening
) -> Gate:
    below = quantity(depth, "nm", name="depth of a gate")
    if not (below > 0 and np.isfinite(below)):
        raise InvalidInput(f"the electrons must lie below the gate, depth > 0, got {depth!r}")
    made = Gate(outlines, below, voltage, rule)
    assert made.knob is not None  # reads the voltage, and refuses it here if it means nothing
    return made


def _point(at: Any) -> tuple[float, float]:
    place = np.asarray(quantity(at, "nm", name="point"))
    if place.shape != (2,):
        raise InvalidInput(f"a point must be a pair (x, y), got {at!r}")
    return float(place[0]), float(place[1])
