"""What both sides are asked to solve: sizes, disorder and sweep points, and no solver.

Each side describes the devices itself (`workloads` for Sharvin, `peer_workloads` for Kwant);
only numbers are shared. Energies are in units of the hopping, lengths in lattice constants.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

Point = dict[str, float]


@dataclass(frozen=True)
class Workload:
    """A sweep over one device.

    Parameters
    ----------
    name, title : str
    length, width : int
        Lattice cells along and across the current.
    points : callable
        Returns the sweep: each point has "energy" and the device's parameters.
    floor : float
        Smallest acceptable ratio of Kwant's time per point to ours.
    batch : int
        Points that our side takes together in one timed round.
    """

    name: str
    title: str
    length: int
    width: int
    points: Callable[[], list[Point]]
    floor: float
    batch: int = 16


def _gate_sweep() -> list[Point]:
    return [{"energy": 0.8, "gate": float(v)} for v in np.linspace(0, 2, 50)]


def _energy_sweep() -> list[Point]:
    return [{"energy": float(e)} for e in np.linspace(0.3, 2.3, 100)]


def _ensemble() -> list[Point]:
    return [{"energy": 1.0, "sample": float(r)} for r in range(200)]


def _field_sweep() -> list[Point]:
    return [{"energy": 1.0, "flux": float(b)} for b in np.linspace(0, 0.1, 20)]


def _bhz_sweep() -> list[Point]:
    return [{"energy": float(e)} for e in np.linspace(0.1, 1.0, 10)]


def _rashba_sweep() -> list[Point]:
    return [{"energy": float(e)} for e in np.linspace(0.6, 1.6, 11)]


SWEEPS = {
    w.name: w
    for w in (
        Workload("W1", "point contact, gate sweep", 200, 100, _gate_sweep, 60, 48),
        Workload("W2", "disordered wire, energy sweep", 500, 50, _energy_sweep, 70, 96),
        Workload("W3", "disorder ensemble", 400, 40, _ensemble, 70, 96),
        Workload("W4", "Hall bar, six terminals, field sweep", 300, 100, _field_sweep, 12, 16),
        Workload("W6", "BHZ wire, energy sweep", 200, 60, _bhz_sweep, 12, 8),
        Workload("Rashba", "Rashba strip, energy sweep", 250, 80, _rashba_sweep, 4, 8),
    )
}


@dataclass(frozen=True)
class Ribbon:
    """One-shot problem W5: a zigzag graphene ribbon at one energy."""

    name: str
    cells: int
    rows: int
    floor: float
    floor_with_build: float
    energy: float = 0.15

    @property
    def atoms(self) -> int:
        """Two per row and cell."""
        return 2 * self.cells * self.rows


RIBBONS = {
    r.name: r
    for r in (
        Ribbon("W5-115500", 462, 125, 7, 13),
        Ribbon("W5-462000", 924, 250, 12, 17),
        Ribbon("W5-1010250", 1347, 375, 17, 22),
    )
}

# Hall bar: columns at which the side leads begin, and their width.
HALL_STARTS, HALL_WIDTH = (60, 210), 30

# Spin-orbit strength of the Rashba strip, in units of the hopping times the lattice constant.
RASHBA_STRENGTH, RASHBA_ZEEMAN = 0.3, 0.1


@cache
def disorder(name: str) -> np.ndarray:
    """Site energies between -1/2 and 1/2, shape (length, width); (samples, ...) for W3."""
    workload = SWEEPS[name]
    shape = (workload.length, workload.width)
    if name == "W3":
        shape = (len(workload.points()), *shape)
    seed = {"W2": 1, "W3": 2, "W6": 3, "Rashba": 4}[name]
    return np.random.default_rng(seed).uniform(-0.5, 0.5, shape)


def gate_shape(x: np.ndarray | float, y: np.ndarray | float) -> np.ndarray | float:
    """Split gate of W1 per unit of gate voltage: a constriction of half-width 10."""
    workload = SWEEPS["W1"]
    along = (x - (workload.length - 1) / 2) / (workload.length / 10)
    across = (np.abs(y - (workload.width - 1) / 2) - 10) / 4
    return np.exp(-(along**2)) * 0.5 * (1 + np.tanh(across))


def bhz_blocks() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Onsite, x-hopping <x+1|H|x> and y-hopping blocks of the BHZ model, orbitals (E, H) x spin."""
    a, b, d, m = 1.0, -1.0, 0.1, -0.6
    one, sx = np.eye(2), np.array([[0, 1], [1, 0]])
    sy, sz = np.array([[0, -1j], [1j, 0]]), np.diag([1.0, -1.0])
    onsite = (m - 4 * b) * np.kron(one, sz) - 4 * d * np.eye(4)
    straight = b * np.kron(one, sz) + d * np.eye(4)
    along = straight + 0.5j * a * np.kron(sz, sx)
    across = straight - 0.5j * a * np.kron(one, sy)
    return onsite, along, across


def rashba_blocks() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Onsite, x-hopping and y-hopping blocks of the Rashba strip with a Zeeman term."""
    one, sx = np.eye(2), np.array([[0, 1], [1, 0]])
    sy, sz = np.array([[0, -1j], [1j, 0]]), np.diag([1.0, -1.0])
    onsite = 4 * one + RASHBA_ZEEMAN * sz
    along = -one + 0.5j * RASHBA_STRENGTH * sy
    across = -one - 0.5j * RASHBA_STRENGTH * sx
    return onsite, along, across
