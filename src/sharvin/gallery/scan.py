"""Many points of one device, on all cores, for the pages of the gallery."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.scattering.smatrix import Port, SMatrix
from sharvin.solvers.smatrix import smatrices
from sharvin.typing import RealArray


def scan(
    device: Device, points: Sequence[Mapping[str, Any]], measure: Callable[[SMatrix], Any]
) -> RealArray:
    """``measure`` at every point, shape (points, ...)."""
    workers = os.cpu_count() or 1
    return np.array([measure(s) for s in smatrices(device, points, workers=workers)])


def transmissions(
    device: Device,
    points: Sequence[Mapping[str, Any]],
    *,
    to: Port = "drain",
    from_: Port = "source",
) -> RealArray:
    """Transmission at every point, shape (points,): G in e²/h, without degeneracy."""
    return scan(device, points, lambda s: s.transmission(to=to, from_=from_))


def energies(values: RealArray, **parameters: float) -> list[dict[str, float]]:
    """Points that differ in energy only."""
    return [{"energy": float(value), **parameters} for value in values]
