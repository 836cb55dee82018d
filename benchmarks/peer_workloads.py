"""The workloads as Kwant systems, and a worker that solves them in Kwant's interpreter.

Written as a Kwant user writes them: per-site value functions where values vary, constants where
they do not, declared orbital numbers, the default solver (MUMPS where it is there).
"""

import math
from collections.abc import Sequence
from typing import Any

import kwant
import numpy as np
import problems
from measure import PeakMemory, cpu
from problems import HALL_STARTS, HALL_WIDTH, RIBBONS, SWEEPS, bhz_blocks, rashba_blocks
from protocol import serve


def strip(length: int, width: int, onsite: Any, hopping: Any = -1.0) -> kwant.Builder:
    """One-orbital strip with clean leads at both ends."""
    lattice = kwant.lattice.square(norbs=1)
    system = kwant.Builder()
    system[(lattice(x, y) for x in range(length) for y in range(width))] = onsite
    system[lattice.neighbors()] = hopping
    wire = kwant.Builder(kwant.TranslationalSymmetry((-1, 0)))
    wire[(lattice(0, y) for y in range(width))] = 4.0
    wire[lattice.neighbors()] = hopping
    system.attach_lead(wire)
    system.attach_lead(wire.reversed())
    return system


def point_contact(length: int, width: int) -> kwant.Builder:
    """W1."""
    x_middle, y_middle = (length - 1) / 2, (width - 1) / 2

    def onsite(site: Any, gate: float) -> float:
        x, y = site.tag
        along = math.exp(-(((x - x_middle) / (length / 10)) ** 2))
        return 4.0 + gate * along * 0.5 * (1 + math.tanh((abs(y - y_middle) - 10) / 4))

    return strip(length, width, onsite)


def disordered_wire(length: int, width: int) -> kwant.Builder:
    """W2."""
    table = problems.disorder("W2")

    def onsite(site: Any) -> float:
        x, y = site.tag
        return 4.0 + table[x, y]

    return strip(length, width, onsite)


def ensemble(length: int, width: int) -> kwant.Builder:
    """W3."""
    tables = problems.disorder("W3")

    def onsite(site: Any, sample: int) -> float:
        x, y = site.tag
        return 4.0 + tables[sample, x, y]

    return strip(length, width, onsite)


def hall_bar(length: int, width: int) -> kwant.Builder:
    """W4: Landau's gauge along the bar, turned by 90 degrees in the side leads.

    Kwant evaluates a lead's hoppings in the fundamental domain of its symmetry, so they must not
    depend on where along the lead they are: each side lead has a function of its own.
    """

    def along(to: Any, from_: Any, flux: float) -> complex:
        (x, y), (x_from, y_from) = to.tag, from_.tag
        angle = -flux * y * (x - x_from) if y == y_from else 0.0
        return -complex(math.cos(angle), math.sin(angle))

    def across(edge: int) -> Any:
        def hopping(to: Any, from_: Any, flux: float) -> complex:
            (x, y), (x_from, y_from) = to.tag, from_.tag
            angle = -flux * edge * (x - x_from) if y == y_from else flux * x * (y - y_from)
            return -complex(math.cos(angle), math.sin(angle))

        return hopping

    lattice = kwant.lattice.square(norbs=1)
    system = strip(length, width, 4.0, along)
    for start in HALL_STARTS:
        for direction, edge in ((1, width - 1), (-1, 0)):
            wire = kwant.Builder(kwant.TranslationalSymmetry((0, direction)))
            wire[[lattice(x, 0) for x in range(start, start + HALL_WIDTH)]] = 4.0
            wire[lattice.neighbors()] = across(edge)
            system.attach_lead(wire)
    return system


def multi_orbital(length: int, width: int, blocks: Any, name: str) -> kwant.Builder:
    """W6 and Rashba."""
    block, along, across = blocks
    table = problems.disorder(name)
    one = np.eye(len(block))

    def onsite(site: Any) -> np.ndarray:
        x, y = site.tag
        return block + table[x, y] * one

    lattice = kwant.lattice.square(norbs=len(block))
    system = kwant.Builder()
    system[(lattice(x, y) for x in range(length) for y in range(width))] = onsite
    wire = kwant.Builder(kwant.TranslationalSymmetry((-1, 0)))
    wire[(lattice(0, y) for y in range(width))] = block
    for builder in (system, wire):
        builder[kwant.HoppingKind((1, 0), lattice)] = along
        builder[kwant.HoppingKind((0, 1), lattice)] = across
    system.attach_lead(wire)
    system.attach_lead(wire.reversed())
    return system


def ribbon(cells: int, rows: int) -> kwant.Builder:
    """W5."""
    lattice = kwant.lattice.honeycomb(norbs=1, name=["a", "b"])
    height = rows * math.sqrt(3) / 2
    system = kwant.Builder()
    system[lattice.shape(lambda r: 0 <= r[0] < cells and 0 <= r[1] < height, (1, 1))] = 0.0
    system[lattice.neighbors()] = -1.0
    wire = kwant.Builder(kwant.TranslationalSymmetry((-1, 0)))
    wire[lattice.shape(lambda r: 0 <= r[1] < height, (1, 1))] = 0.0
    wire[lattice.neighbors()] = -1.0
    system.attach_lead(wire)
    system.attach_lead(wire.reversed())
    return system


def build(name: str) -> Any:
    """Finalized system of a workload."""
    if name in RIBBONS:
        return ribbon(RIBBONS[name].cells, RIBBONS[name].rows).finalized()
    size = SWEEPS[name].length, SWEEPS[name].width
    if name == "W6":
        return multi_orbital(*size, bhz_blocks(), name).finalized()
    if name == "Rashba":
        return multi_orbital(*size, rashba_blocks(), name).finalized()
    builders = {"W1": point_contact, "W2": disordered_wire, "W3": ensemble, "W4": hall_bar}
    return builders[name](*size).finalized()


def solve(system: Any, point: dict[str, float]) -> list[list[float]]:
    """All transmissions at one point."""
    params = {name: value for name, value in point.items() if name != "energy"}
    if "sample" in params:
        params["sample"] = int(params["sample"])
    s = kwant.smatrix(system, point["energy"], params=params)
    leads = range(len(system.leads))
    return [[float(s.transmission(i, j)) for j in leads] for i in leads]


class Worker:
    """Solves one workload at a time."""

    def __init__(self) -> None:
        self.system: Any = None
        self.points: list[dict[str, float]] = []

    def compile(self) -> dict[str, float]:
        """Load the solver library by solving a tiny wire."""
        return {"cpu_s": cpu(lambda: solve(strip(3, 3, 4.0).finalized(), {"energy": 2.5}))[1]}

    def open(self, name: str) -> dict[str, float]:
        """Build and finalize a workload's system."""
        self.system, seconds = cpu(lambda: build(name))
        self.points = SWEEPS[name].points()
        return {
            "cpu_s": seconds,
            "orbitals": self.system.hamiltonian_submatrix(
                sparse=True, params=self._params(0)
            ).shape[0],
        }

    def _params(self, index: int) -> dict[str, Any]:
        point = self.points[index]
        return {k: int(v) if k == "sample" else v for k, v in point.items() if k != "energy"}

    def batch(self, indices: Sequence[int]) -> dict[str, Any]:
        """Solve points of the sweep; CPU time of all of them together."""
        tables, seconds = cpu(lambda: [solve(self.system, self.points[i]) for i in indices])
        return {"cpu_s": seconds, "transmissions": tables}

    def one_shot(self, name: str) -> dict[str, Any]:
        """Build and solve once; peak memory of both."""
        peak = PeakMemory()
        system, build_s = cpu(lambda: build(name))
        energy = RIBBONS[name].energy if name in RIBBONS else None
        point = {"energy": energy} if name in RIBBONS else SWEEPS[name].points()[0]
        table, solve_s = cpu(lambda: solve(system, point))
        return {
            "build_s": build_s,
            "solve_s": solve_s,
            "next_s": solve_s,  # Kwant starts anew at every energy
            "mb": peak.above(),
            "transmissions": table,
        }

    def footprint(self, name: str, indices: Sequence[int]) -> dict[str, float]:
        """Peak memory of building and of a batch."""
        peak = PeakMemory()
        self.open(name)
        self.batch(indices)
        return {"mb": peak.above()}


if __name__ == "__main__":
    worker = Worker()
    serve(
        {
            name: getattr(worker, name)
            for name in ("compile", "open", "batch", "one_shot", "footprint")
        }
    )
