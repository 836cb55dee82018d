"""The work of one tip map: which positions share a patch, and the numbers of each patch."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise, product
from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.device.digest import digest
from sharvin.errors import InvalidInput, ShapeMismatch, Unreliable
from sharvin.scattering.smatrix import Port, SMatrix
from sharvin.solvers.scanning import Change, LocalChanges, Patch
from sharvin.sweeps.chunk import Outcome, Tally
from sharvin.sweeps.sweep import version
from sharvin.typing import IntArray, RealArray
from sharvin.units import quantity

Tip = Callable[[RealArray, RealArray], Any]

BLOCKS = (1, 2, 3, 5, 8, 10, 14, 20, 30)  # tip positions per side that may share a patch
WIDEST = 260  # orbitals under a tip from which redoing fronts is cheaper than a dense solve
RATE, START = 1.2e10, 0.02  # complex flops per second and seconds per patch of a slow core
MESH = 2_000_000  # points on which the reach of a tip is looked for
# A column of S must carry the current that came in; Dyson's equation does not see to that.
LOST = 1e-9


@dataclass(frozen=True, eq=False)
class Scan:
    """All that one map needs to know: a job of one chunk per tile of tip positions."""

    device: Device
    tip: Tip
    x: RealArray
    y: RealArray
    energy: float
    parameters: Mapping[str, float]
    to: Port
    from_: Port
    reach: RealArray  # (2, 2) lowest and highest x, y at which the tip is not zero

    @classmethod
    def of(
        cls,
        device: Device,
        tip: Tip,
        places: tuple[Any, Any],
        energy: float | str,
        parameters: Mapping[str, Any],
        to: Port,
        from_: Port,
    ) -> "Scan":
        """Read the arguments of `scanning_gate`; raises `InvalidInput` as it says."""
        if not isinstance(device, Device):
            raise InvalidInput(f"scanning_gate() needs a Device, got {type(device).__name__}")
        if device.positions is None or device.positions.shape[1] != 2:
            raise InvalidInput("a tip moves over a device in the plane: give positions=(n, 2)")
        if not callable(tip):
            raise InvalidInput("tip must be a function tip(x, y) of distances in nm, in meV")
        for port in (to, from_):
            device.check_lead(port if isinstance(port, str) else port[0])
        x, y = (_axis(name, given) for name, given in zip("xy", places, strict=True))
        reach = _reach(tip, device.positions, x, y)
        return cls(
            device, tip, x, y, float(quantity(energy, "meV")), device.resolve(parameters), to,
            from_, reach,
        )  # fmt: skip

    @cached_property
    def content_hash(self) -> str:
        """Fingerprint: equal hashes mean equal numbers, bit for bit."""
        return digest(
            {
                "version": version(),
                "device": self.device.content_hash,
                "tip": self.tip,
                "places": (self.x, self.y),
                "energy": self.energy,
                "parameters": self.parameters,
                "ports": (self.to, self.from_),
            }
        )

    @cached_property
    def chunks(self) -> list[range]:
        """Tip positions of each tile, counted tile by tile."""
        ends = accumulate((len(i) * len(j) for i, j in self.tiles), initial=0)
        return [range(a, b) for a, b in pairwise(ends)]

    def worker(self) -> "TipWorker":
        """Return what computes its chunks, in any thread."""
        return TipWorker(self)

    def change(self, i: int, j: int) -> Change:
        """What the tip at position (i, j) does to the onsite energies."""
        positions = self.device.positions
        assert positions is not None
        apart = positions - (self.x[i], self.y[j])
        near = np.flatnonzero(((apart >= self.reach[0]) & (apart <= self.reach[1])).all(axis=1))
        potential = _potential(self.tip, apart[near])
        felt = np.flatnonzero(potential)
        return self._on_orbitals(near[felt], potential[felt])

    def _on_orbitals(self, sites: IntArray, potential: RealArray) -> Change:
        of_site = self.device.orbital_site
        if len(of_site) == len(self.device.positions):  # type: ignore[arg-type]
            return sites, potential * self.device.orbital_signs[sites]
        on_site = np.zeros(int(of_site.max()) + 1)
        on_site[sites] = potential
        orbitals = np.flatnonzero(on_site[of_site])
        return orbitals, on_site[of_site[orbitals]] * self.device.orbital_signs[orbitals]

    @cached_property
    def tiles(self) -> list[tuple[IntArray, IntArray]]:
        """Positions that share a patch, so many that all patches together cost least."""
        middle = len(self.x) // 2, len(self.y) // 2
        under = len(self.change(*middle)[0])
        if under > WIDEST:  # strips, each walked by one elimination that is kept
            return [(i, np.arange(len(self.y))) for i in np.array_split(np.arange(len(self.x)), 8)
                    if len(i)]  # fmt: skip
        best, cost = 1, np.inf
        for side in BLOCKS:
            xs, ys = (slice(max(0, m - side // 2), m - side // 2 + side) for m in middle)
            numbers = product(range(len(self.x))[xs], range(len(self.y))[ys])
            size = len(np.unique(np.concatenate([self.change(i, j)[0] for i, j in numbers])))
            size += sum(len(b.sites) for b in self.device.lead_blocks(self.parameters))
            each = START + self.device.pattern.n * 2e-6 + 8.0 * size**3 / RATE
            now = each * np.ceil(len(self.x) / side) * np.ceil(len(self.y) / side)
            if now < cost:
                best, cost = side, float(now)
        pieces = (
            np.array_split(np.arange(len(axis)), int(np.ceil(len(axis) / best)))
            for axis in (self.x, self.y)
        )
        along, across = pieces
        return [(i, j) for i in along for j in across]

    def bare(self) -> float:
        """Transmission without the tip."""
        from sharvin.solvers.smatrix import smatrix

        s = smatrix(self.device, energy=self.energy, **self.parameters)
        if not len(s.columns_of(self.from_)):
            raise InvalidInput(
                f"at energy {self.energy:g} the port {self.from_!r} has no open mode, so there is "
                "nothing to map; choose an energy inside its band"
            )
        return s.transmission(to=self.to, from_=self.from_)


class TipWorker:
    """Computes tiles of one map, in any thread."""

    def __init__(self, scan: Scan) -> None:
        self.scan = scan

    def solve(self, number: int) -> Outcome:
        """Transmissions and their errors at the positions of one tile, the last index fastest."""
        started, scan = time.perf_counter(), self.scan
        places = list(product(*scan.tiles[number]))
        changes = [scan.change(i, j) for i, j in places]
        outcome = Outcome(np.empty(len(places)), np.empty(len(places)), Tally(len(places)))
        is_wide = max(len(c[0]) for c in changes) > WIDEST
        found = self._one_by_one if is_wide else self._patched
        outcome.values[:], outcome.errors[:] = found(changes, outcome.tally)
        outcome.tally.seconds = time.perf_counter() - started
        return outcome

    def _patched(self, changes: list[Change], tally: Tally) -> tuple[RealArray, RealArray]:
        orbitals = np.unique(np.concatenate([c[0] for c in changes]))
        try:
            patch = Patch(self.scan.device, self.scan.energy, self.scan.parameters, orbitals)
        except Unreliable:
            return self._one_by_one(changes, tally)
        rows, columns = (
            patch.smatrix.rows_of(self.scan.to),
            patch.smatrix.columns_of(self.scan.from_),
        )
        values, errors = np.empty(len(changes)), np.empty(len(changes))
        doubtful = []
        for number, data in enumerate(patch.changed(changes, columns)):
            powers = data.real**2 + data.imag**2
            lost = float(np.abs(powers.sum(axis=0) - 1).max(initial=0.0))
            values[number] = powers[rows].sum()
            errors[number] = 2 * max(lost, patch.error) * np.sqrt(values[number] * len(columns))
            if not lost < LOST:
                doubtful.append(number)
        if doubtful:
            again = self._one_by_one([changes[i] for i in doubtful], tally)
            values[doubtful], errors[doubtful] = again
        return values, errors

    def _one_by_one(self, changes: list[Change], tally: Tally) -> tuple[RealArray, RealArray]:
        solver = LocalChanges(self.scan.device, self.scan.energy, self.scan.parameters)
        found = [self._read(solver, change, tally) for change in changes]
        return np.array([v for v, _ in found]), np.array([e for _, e in found])

    def _read(self, solver: LocalChanges, change: Change, tally: Tally) -> tuple[float, float]:
        try:
            s: SMatrix = solver.smatrix(change)
        except Unreliable as error:
            tally.refuse(str(error))
            return np.nan, np.nan
        t = np.abs(s.block(to=self.scan.to, from_=self.scan.from_))
        return float((t**2).sum()), float(2 * s.error_estimate * t.sum())


def _axis(name: str, given: Any) -> RealArray:
    numbers = np.atleast_1d(np.asarray(quantity(given, "nm", name=name), dtype=float))
    if numbers.ndim != 1 or not len(numbers):
        raise ShapeMismatch(f"{name} must be a flat list of tip positions, got {numbers.shape}")
    if not np.isfinite(numbers).all():
        raise InvalidInput(f"{name} holds a tip position that is not finite")
    return numbers


def _potential(tip: Tip, apart: RealArray) -> RealArray:
    found = np.asarray(tip(apart[:, 0], apart[:, 1]), dtype=float)
    potential = np.broadcast_to(found, (len(apart),))
    if not np.isfinite(potential).all():
        raise InvalidInput("the tip's potential is not finite somewhere; every value must be")
    return potential


def _reach(tip: Tip, positions: RealArray, x: RealArray, y: RealArray) -> RealArray:
    """Box around the tip outside which it is zero, looked for on a fine mesh."""
    low = positions.min(axis=0) - (x.max(), y.max())
    high = positions.max(axis=0) - (x.min(), y.min())
    spans = np.maximum(high - low, 1e-9)
    area = np.prod(np.ptp(positions, axis=0) + 1e-9)
    step = max(0.4 * np.sqrt(area / len(positions)), float(np.sqrt(np.prod(spans) / MESH)))
    lines = [np.arange(a, b + step, step) for a, b in zip(low, high, strict=True)]
    mesh = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, 2)
    felt = mesh[_potential(tip, np.concatenate([mesh, np.zeros((1, 2))]))[:-1] != 0]
    felt = np.concatenate([felt, np.zeros((1, 2))])
    return np.stack([felt.min(axis=0) - 2 * step, felt.max(axis=0) + 2 * step])
