"""Waves on chains with one orbital per cell: the roots of E - e = |w| (z + 1/z), many at a time."""

from dataclasses import dataclass

import numpy as np

from sharvin.solvers.modes.limits import EPS, MODE, Doubt
from sharvin.typing import BoolArray, ComplexArray, RealArray


@dataclass(frozen=True, eq=False)
class Roots:
    """The roots inside the circle, or on it with current outward.

    Attributes
    ----------
    z : complex array, shape (..., channels)
    is_open : bool array, shape (..., channels)
        Whether the channel carries current.
    error : real array, shape (...)
        Bound of the error of z.
    mode_error : real array, shape (...)
        Bound of the relative error of velocities.
    at_edge : bool array, shape (...)
        Whether a channel's edge is too near to be told.
    gap, noise, of_mode : real array, shape (..., channels)
        Distance to the channel's nearest edge, what E - e is known to, and the velocity's error.
    """

    z: ComplexArray
    is_open: BoolArray
    error: RealArray
    mode_error: RealArray
    at_edge: BoolArray
    gap: RealArray
    noise: RealArray
    of_mode: RealArray

    def doubt(self) -> Doubt:
        """Why a single energy at an edge is refused, and how far away is far enough."""
        blamed = np.where(self.is_open, self.of_mode > MODE, self.gap < 10 * self.noise)
        near = float(self.gap[blamed].min())
        clearance = float((self.noise / MODE).max())
        where = "exactly at a band edge" if near < 1e-200 else f"band edge within {near:.0e}"
        return Doubt(where, edge=True, clearance=clearance)


def rounding(scale: RealArray, energy: float | RealArray) -> RealArray:
    """What E - e is known to, for a Hamiltonian of size ``scale``."""
    noise: RealArray = 4 * EPS * (scale + np.abs(energy))
    return noise


def chain_roots(x: RealArray, hop: RealArray, noise: RealArray) -> Roots:
    """Roots for x = E - e, shape (..., channels), with hop = |w|; all errors follow from noise."""
    size = np.abs(x)
    gap = np.maximum(np.abs(size - 2 * hop), 1e-300)
    is_open = size < 2 * hop
    of_mode = np.where(is_open, noise * size / (2 * hop) / (2 * gap), 0.0)
    worst = of_mode.max(axis=-1, initial=0.0)
    at_edge = (worst > MODE) | np.any(~is_open & (gap < 10 * noise), axis=-1)
    slope = np.sqrt(gap * (size + 2 * hop))  # = |dE/dz|, to a factor of order one
    error = np.maximum(EPS, (noise / slope).max(axis=-1, initial=0.0))
    c = x / (2 * hop)
    z = np.empty(x.shape, complex)
    z[is_open] = np.exp(-1j * np.arccos(c[is_open]))
    beyond = c[~is_open]
    z[~is_open] = 1 / (beyond + np.sign(beyond) * np.sqrt((beyond - 1) * (beyond + 1)))
    return Roots(z, is_open, error, worst, at_edge, gap, noise, of_mode)
