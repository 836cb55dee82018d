"""Finalized Kwant systems played back from stored matrices, where Kwant itself is not installed."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

STORED = json.loads(
    (Path(__file__).parent / "reference" / "kwant_numbers.json").read_text(encoding="ascii")
)
NAMES = sorted(STORED["systems"])


def matrix(pairs: Any) -> np.ndarray:
    array = np.array(pairs, dtype=float)
    return array[..., 0] + 1j * array[..., 1]


@dataclass
class Law:
    projectors: list[Any] | None
    time_reversal: Any = None
    particle_hole: Any = None
    chiral: Any = None


@dataclass
class ReplayedLead:
    """A lead with cells; asks the system which parameters it is to be for."""

    points: list[Any]
    number: int
    parameters: frozenset[str]

    def _stored(self, params: Any) -> Any:
        return find(self.points, params)["leads"][self.number]

    def cell_hamiltonian(self, args: Any = (), *, params: Any = None) -> np.ndarray:
        return matrix(self._stored(params)["cell"])

    def inter_cell_hopping(self, args: Any = (), *, params: Any = None) -> np.ndarray:
        return matrix(self._stored(params)["hop"])

    def discrete_symmetry(self, args: Any = (), *, params: Any = None) -> Law:
        stored = self._stored(params)["projectors"]
        return Law(None if stored is None else [sparse.csr_matrix(matrix(p)) for p in stored])

    def modes(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("Kwant's modes must not be needed")


@dataclass
class ReplayedContact:
    """A lead with a self-energy only."""

    points: list[Any]
    number: int
    parameters: frozenset[str]

    def selfenergy(self, energy: float, args: Any = (), *, params: Any = None) -> np.ndarray:
        return matrix(find(self.points, params)["leads"][self.number]["self_energy"])


@dataclass(eq=False)
class ReplayedSystem:
    """What `from_kwant` asks of a finalized system."""

    graph: list[list[int]]
    norb: np.ndarray
    positions: np.ndarray
    lead_interfaces: list[list[int]]
    points: list[Any]
    leads: list[Any] = field(init=False)
    evaluations: int = 0

    def __post_init__(self) -> None:
        self.leads = [
            (ReplayedContact if "self_energy" in lead else ReplayedLead)(
                self.points, number, self.parameters
            )
            for number, lead in enumerate(self.points[0]["leads"])
        ]

    @property
    def parameters(self) -> frozenset[str]:
        return frozenset(self.points[0]["params"])

    def pos(self, site: int) -> np.ndarray:
        return self.positions[site]

    def hamiltonian_submatrix(
        self,
        args: Any = (),
        sparse: bool = False,
        return_norb: bool = False,
        params: Any = None,
    ) -> Any:
        self.evaluations += 1
        h = matrix(find(self.points, params)["hamiltonian"])
        h = sparse_matrix(h) if sparse else h
        return (h, self.norb, self.norb) if return_norb else h


def sparse_matrix(h: np.ndarray) -> Any:
    # Like Kwant, which leaves zeros out.
    return sparse.coo_matrix(h)


def find(points: list[Any], params: Any) -> Any:
    for point in points:
        if point["params"] == dict(params or {}):
            return point
    raise AssertionError(f"no numbers are stored for {params}")


def replayed(name: str) -> ReplayedSystem:
    stored = STORED["systems"][name]
    return ReplayedSystem(
        stored["graph"],
        np.array(stored["norb"]),
        np.array(stored["positions"]),
        stored["interfaces"],
        stored["points"],
    )
