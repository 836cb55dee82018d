"""The honeycomb lattice: sites A and B, its bonds, and the way around its hexagons."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.matter.hopping import Hopping
from sharvin.matter.lattice import Lattice
from sharvin.typing import RealArray
from sharvin.units import quantity

VECTORS = np.array([[1.0, 0.0], [0.5, np.sqrt(0.75)]])
SHIFT = np.array([0.0, 1 / np.sqrt(3)])  # from A to B, in lattice constants
BONDS = ((0, 0), (0, -1), (1, -1))  # cells from an A to its three B
# Second neighbors of an A along which one walks counterclockwise around the hexagon that A, B and
# the target share; the same steps go clockwise on B.
LOOPS = ((1, 0), (0, -1), (-1, 1))


def honeycomb(lattice_constant: float | str) -> Lattice:
    """Lattice with rows of zigzag bonds along x; site 0 is A, site 1 is B above it."""
    a = quantity(lattice_constant, "nm", name="lattice_constant")
    if not a > 0:
        raise InvalidInput(f"lattice_constant must be positive, got {lattice_constant!r}")
    return Lattice(a * VECTORS, np.stack((0 * SHIFT, a * SHIFT)))


def nearest(block: Any) -> list[Hopping]:
    """Three bonds from A to B, with one block for all or a function of the bond's unit vector."""
    make: Callable[[RealArray], Any] = block if callable(block) else lambda _: block
    bonds = []
    for offset in BONDS:
        bond = np.array(offset) @ VECTORS + SHIFT
        bonds.append(Hopping(make(bond / np.linalg.norm(bond)), offset, to=1, from_=0))
    return bonds
