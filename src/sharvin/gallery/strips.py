"""Disordered strips that several pages share: hopping and spacing one, box disorder W."""

import os
from typing import Any

from sharvin.device.device import Device
from sharvin.device.disorder import disorder
from sharvin.device.lead import lead
from sharvin.device.regions import rectangle
from sharvin.matter.square import square_lattice
from sharvin.units import FLUX_QUANTUM

ENERGY = -1.0  # off the band center, where the lattice has a symmetry of its own


def strip(length: int, width: int, strength: float | str, **more: Any) -> Device:
    """Strip with the parameters seed and B; `tesla` turns flux quanta per plaquette into B."""
    return Device(
        square_lattice(),
        region=rectangle(length, width),
        leads={"source": lead("left"), "drain": lead("right")},
        disorder=disorder(strength, "seed"),
        **more,
    )


def tesla(flux: float) -> float:
    """Field of so many flux quanta h/e per plaquette of 1 nm², T."""
    return flux * FLUX_QUANTUM


def cores() -> int:
    """Workers for an ensemble of a page."""
    return os.cpu_count() or 1
