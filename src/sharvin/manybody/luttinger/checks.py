"""What every file of this room asks of its arguments."""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput
from sharvin.typing import RealArray


def luttinger_parameter(k: float) -> float:
    """K, or an error."""
    if not (isinstance(k, int | float | np.floating) and np.isfinite(k) and k > 0):
        raise InvalidInput(
            f"the Luttinger parameter must be positive, got {k!r}: 1 for free electrons, less "
            "with repulsion"
        )
    return float(k)


def positive(values: ArrayLike, name: str) -> RealArray:
    """An array of positive numbers, or an error."""
    found = np.asarray(values, dtype=np.float64)
    if not (np.isfinite(found).all() and (found > 0).all()):
        raise InvalidInput(f"{name} must be positive, got {values!r}")
    return found


def flavor_count(flavors: int) -> int:
    """1 without spin, 2 with it, 4 in a nanotube."""
    if not (isinstance(flavors, int | np.integer) and flavors >= 1):
        raise InvalidInput(
            f"flavors must be 1 (no spin), 2 (spin) or 4 (nanotube), got {flavors!r}"
        )
    return int(flavors)
