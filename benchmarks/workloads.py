"""The workloads as Sharvin devices, and a worker that solves them (see `protocol`)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import problems
from measure import PeakMemory, cpu, wall
from problems import HALL_STARTS, HALL_WIDTH, RIBBONS, SWEEPS, Point, bhz_blocks, rashba_blocks
from protocol import serve

from sharvin.device.device import Device
from sharvin.device.lead import lead
from sharvin.device.leads import MatrixLead
from sharvin.device.regions import rectangle
from sharvin.matter.graphene import graphene
from sharvin.matter.hopping import Hopping
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.matter.square import square_lattice
from sharvin.solvers.smatrix import smatrices, smatrix
from sharvin.units import FLUX_QUANTUM


def strip(model: Model, length: int, width: int, **described: Any) -> Device:
    """Rectangle with sites at whole numbers between two wide clean leads."""
    sides = {"0": lead("left", potential=0.0), "1": lead("right", potential=0.0)}
    region = rectangle(length, width, corner=(-0.5, -0.5))
    return Device(model, region=region, leads=sides | described.pop("more", {}), **described)


def point_contact(length: int, width: int) -> Device:
    """W1: a split gate whose voltage is swept."""

    def potential(x: np.ndarray, y: np.ndarray, gate: float) -> np.ndarray:
        return gate * problems.gate_shape(x, y)

    return strip(square_lattice(onsite=4.0), length, width, potential=potential)


def disordered_wire(length: int, width: int) -> Device:
    """W2: fixed disorder."""
    table = problems.disorder("W2")

    def potential(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return table[np.rint(x).astype(int), np.rint(y).astype(int)]

    return strip(square_lattice(onsite=4.0), length, width, potential=potential)


def ensemble(length: int, width: int) -> Device:
    """W3: another disorder table at every point."""
    tables = problems.disorder("W3")

    def potential(x: np.ndarray, y: np.ndarray, sample: float) -> np.ndarray:
        return tables[int(sample)][np.rint(x).astype(int), np.rint(y).astype(int)]

    return strip(square_lattice(onsite=4.0), length, width, potential=potential)


def hall_bar(length: int, width: int) -> Device:
    """W4: four side leads, magnetic field swept."""
    more = {}
    for start in HALL_STARTS:
        middle = start + (HALL_WIDTH - 1) / 2
        more[str(2 + len(more))] = lead("top", at=middle, width=HALL_WIDTH)
        more[str(2 + len(more))] = lead("bottom", at=middle, width=HALL_WIDTH)
    return strip(square_lattice(onsite=4.0), length, width, field="B", more=more)


def bhz_wire(length: int, width: int) -> Device:
    """W6: four orbitals, two of which never meet the others."""
    return _multi_orbital(length, width, bhz_blocks(), "W6")


def rashba_strip(length: int, width: int) -> Device:
    """Rashba: two coupled spins, disorder."""
    return _multi_orbital(length, width, rashba_blocks(), "Rashba")


def _multi_orbital(length: int, width: int, blocks: Any, name: str) -> Device:
    onsite, along, across = blocks
    table = problems.disorder(name)

    def potential(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return table[np.rint(x).astype(int), np.rint(y).astype(int)]

    model = Model(
        Lattice(np.eye(2)),
        onsite=[onsite],
        hoppings=[Hopping(along, (1, 0)), Hopping(across, (0, 1))],
        orbitals=len(onsite),
    )
    return strip(model, length, width, potential=potential)


def ribbon(cells: int, rows: int) -> Device:
    """W5: clean graphene between leads of the same width."""
    return Device(
        graphene(hopping=1.0, lattice_constant=1.0),
        region=rectangle(cells, rows * np.sqrt(0.75), corner=(0.0, 0.0)),
        leads={"0": lead("left"), "1": lead("right")},
        origin=(0.0, 0.0),
    )


BUILDERS = {
    "W1": point_contact,
    "W2": disordered_wire,
    "W3": ensemble,
    "W4": hall_bar,
    "W6": bhz_wire,
    "Rashba": rashba_strip,
}


def build(name: str) -> Device:
    """Device of a workload from its description."""
    if name in RIBBONS:
        return ribbon(RIBBONS[name].cells, RIBBONS[name].rows)
    return BUILDERS[name](SWEEPS[name].length, SWEEPS[name].width)


def sweep_points(name: str) -> list[Point]:
    """Points of a workload in the parameters of its device."""
    if name in RIBBONS:
        # The second point of a one-shot problem shows what a further energy costs.
        return [{"energy": RIBBONS[name].energy}, {"energy": RIBBONS[name].energy + 0.01}]
    # A flux of one radian per plaquette is the flux quantum over 2 pi; electrons are negative.
    scale = {"flux": ("B", -FLUX_QUANTUM / (2 * np.pi))}
    points = []
    for point in SWEEPS[name].points():
        renamed = {
            scale.get(k, (k, 1.0))[0]: v * scale.get(k, (k, 1.0))[1] for k, v in point.items()
        }
        points.append(renamed)
    return points


class Worker:
    """Solves one workload at a time."""

    def __init__(self) -> None:
        self.device: Device | None = None
        self.points: list[Point] = []

    def compile(self) -> dict[str, float]:
        """Load or compile every kernel on tiny devices; the CPU time of that."""
        return {"cpu_s": cpu(warm_up)[1]}

    def open(self, name: str) -> dict[str, float]:
        """Build a workload's device."""
        self.device, seconds = cpu(lambda: build(name))
        self.points = sweep_points(name)
        return {"cpu_s": seconds, "orbitals": self.device.pattern.n}

    def batch(self, indices: Sequence[int], workers: int = 1) -> dict[str, Any]:
        """Solve points of the sweep; CPU and wall time of all of them together."""
        chosen = [self.points[i] for i in indices]

        def solve() -> list[list[list[float]]]:
            found = smatrices(self.device, chosen, workers=workers)
            return [s.transmissions.tolist() for s in found]

        (tables, clock), seconds = cpu(lambda: wall(solve))
        return {"cpu_s": seconds, "wall_s": clock, "transmissions": tables}

    def one_shot(self, name: str) -> dict[str, Any]:
        """Build, solve, and solve again at another energy; peak memory of all three."""
        peak = PeakMemory()
        self.device, build_s = cpu(lambda: build(name))
        points = sweep_points(name)
        first, solve_s = cpu(lambda: smatrix(self.device, **points[0]))
        memory = peak.above()
        _, next_s = cpu(lambda: smatrix(self.device, **points[1]))
        return {
            "build_s": build_s,
            "solve_s": solve_s,
            "next_s": next_s,
            "mb": memory,
            "transmissions": first.transmissions.tolist(),
        }

    def footprint(self, name: str, indices: Sequence[int]) -> dict[str, float]:
        """Peak memory of building and of a batch."""
        peak = PeakMemory()
        self.open(name)
        self.batch(indices)
        return {"mb": peak.above()}

    def square(self, size: int) -> dict[str, float]:
        """One point of a size x size disordered device: CPU time and peak solver memory."""
        rng = np.random.default_rng(size)
        table = rng.uniform(-0.5, 0.5, (size, size))
        device = strip(
            square_lattice(onsite=4.0),
            size,
            size,
            potential=lambda x, y: table[np.rint(x).astype(int), np.rint(y).astype(int)],
        )
        device.values({})  # the matrix is the device's, not the solver's
        peak = PeakMemory()
        _, first = cpu(lambda: smatrix(device, energy=1.037))
        _, again = cpu(lambda: smatrix(device, energy=1.053))
        return {"first_s": first, "point_s": again, "mb": peak.above()}


def warm_up() -> None:
    """Solve tiny real and complex problems, alone and eight at a time."""
    for phase in (1.0, 1j):
        for size in (3, 40):
            hop = np.diag(np.full(size**2 - size, -phase), -size)
            ladder = np.kron(np.eye(size), np.diag(np.full(size - 1, -1.0), -1))
            h = hop + hop.conj().T + ladder + ladder.T
            wire = {"cell": np.zeros((size, size)), "hop": -np.eye(size), "coupling": -np.eye(size)}
            ends = {"0": np.arange(size), "1": np.arange(size) + size**2 - size}
            device = Device.from_matrices(
                h, {name: MatrixLead(sites=sites, **wire) for name, sites in ends.items()}
            )
            list(smatrices(device, [{"energy": 0.1 + 0.01 * i} for i in range(8)]))
            smatrix(device, energy=0.3)


if __name__ == "__main__":
    worker = Worker()
    serve(
        {
            name: getattr(worker, name)
            for name in ("compile", "open", "batch", "one_shot", "footprint", "square")
        }
    )
