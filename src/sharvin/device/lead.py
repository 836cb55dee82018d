"""Leads cut from the model: which way, and through which part of the edge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sharvin.device.regions import Region
from sharvin.errors import InvalidInput, UnknownName
from sharvin.matter.lattice import Lattice
from sharvin.typing import IntArray, RealArray
from sharvin.units import quantity

SIDES = {"left": (-1, 0), "right": (1, 0), "bottom": (0, -1), "top": (0, 1)}

LONGEST = 24  # lattice translations with larger coefficients are not looked for
PARALLEL = 1e-6  # largest sine of the angle between a direction and a lattice translation


@dataclass(frozen=True, eq=False)
class Lead:
    """A semi-infinite wire that continues the device's model outward; see `lead`."""

    direction: tuple[float, ...]
    at: float | None = None
    width: float | None = None
    within: Region | None = None
    potential: Any = None
    shift: float | str = 0.0
    overhang: bool = False
    parameters: Mapping[str, float] = field(default_factory=dict)


def lead(
    direction: str | Sequence[float],
    *,
    at: float | str | None = None,
    width: float | str | None = None,
    within: Region | None = None,
    potential: Any = None,
    shift: float | str = 0.0,
    overhang: bool = False,
    parameters: Mapping[str, float] | None = None,
) -> Lead:
    """Lead that leaves the device in a direction, along the shortest lattice translation.

    Without a window it continues the device's outermost cells in that direction. It has the
    field of the device, no disorder, and along its whole length the potential of the edge.

    Parameters
    ----------
    direction : str or vector
        ``"left"``, ``"right"``, ``"top"``, ``"bottom"``, or a vector out of the device.
    at, width : float or str, optional
        Middle and width, in nm, of a window on the edge, measured along it (in x for top and
        bottom, in y for left and right). `at` alone missing: the middle of the edge.
    within : Region, optional
        Only device sites in this region count as the edge.
    potential : optional
        Instead of the continued one: what ``Device(potential=...)`` takes.
    shift : float or str, optional
        Added to the lead's onsite energies, meV, or the name of a parameter.
    overhang : bool
        Whether the window may reach beyond the edge, which makes a wide lead on a narrow device.
    parameters : mapping of str to float, optional
        Parameters of the model that have a value of their own in the lead: ``{"pairing": 0}`` makes
        a normal lead on a superconductor.
    """
    if isinstance(direction, str):
        if direction not in SIDES:
            raise UnknownName.among("side", direction, SIDES)
        direction = SIDES[direction]
    vector = np.asarray(direction, dtype=np.float64)
    if vector.ndim != 1 or not np.isfinite(vector).all() or not vector.any():
        raise InvalidInput(f"a lead's direction must be a vector that is not zero, got {direction}")
    if at is not None and width is None:
        raise InvalidInput("a lead with at= needs a width= too")
    breadth = None if width is None else float(quantity(width, "nm"))
    if breadth is not None and not breadth > 0:
        raise InvalidInput(f"a lead's width must be positive, got {width!r}")
    return Lead(
        direction=tuple(float(c) for c in vector),
        at=None if at is None else float(quantity(at, "nm")),
        width=breadth,
        within=within,
        potential=potential,
        shift=shift,
        overhang=overhang,
        parameters={name: float(value) for name, value in (parameters or {}).items()},
    )


def unit_direction(lead: Lead, space: int, name: str) -> RealArray:
    """Unit vector of the lead's direction in the space of the lattice."""
    vector = np.array(lead.direction)
    if len(vector) > space and not vector[space:].any():
        vector = vector[:space]
    if len(vector) > space:
        raise InvalidInput(
            f"lead {name!r} points along {vector.tolist()}, but the lattice has only "
            f"{space} coordinate{'s' * (space > 1)}"
        )
    vector = np.concatenate((vector, np.zeros(space - len(vector))))
    unit: RealArray = vector / np.linalg.norm(vector)
    return unit


def shortest_translation(lattice: Lattice, unit: RealArray, name: str) -> IntArray:
    """Coefficients (d,) of the shortest lattice translation along ``unit``."""
    ideal = unit @ np.linalg.pinv(lattice.vectors)
    ideal = ideal / np.abs(ideal).max()
    for size in range(1, LONGEST + 1):
        steps: IntArray = np.rint(ideal * size).astype(np.int64)
        vector = steps @ lattice.vectors
        along = vector @ unit
        if along > 0 and np.linalg.norm(vector - along * unit) <= PARALLEL * along:
            return steps
    raise InvalidInput(
        f"lead {name!r}: no short lattice translation points along {unit.tolist()}; "
        f"turn it to one, such as {_nearest(lattice, unit)}"
    )


def _nearest(lattice: Lattice, unit: RealArray) -> list[float]:
    """Direction of the short translation that comes closest to ``unit``."""
    steps = np.stack(
        np.meshgrid(*[np.arange(-3, 4)] * lattice.dimension, indexing="ij"), axis=-1
    ).reshape(-1, lattice.dimension)
    vectors = steps[steps.any(axis=1)] @ lattice.vectors
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    best: list[float] = np.round(vectors[np.argmax(vectors @ unit)], 6).tolist()
    return best
