"""Conductance while a charged tip is moved over a device."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput, ShapeMismatch, Unreliable
from sharvin.scattering.smatrix import Port, SMatrix
from sharvin.solvers.scanning import Change, LocalChanges, Patch
from sharvin.solvers.smatrix import one_blas_thread
from sharvin.sweeps.executors import cores
from sharvin.sweeps.sweep import version
from sharvin.typing import IntArray, RealArray
from sharvin.units import quantity, ratio

if TYPE_CHECKING:
    import xarray as xr

Tip = Callable[[RealArray, RealArray], Any]

BLOCKS = (1, 2, 3, 5, 8, 10, 14, 20, 30)  # tip positions per side that may share a patch
WIDEST = 260  # orbitals under a tip from which redoing fronts is cheaper than a dense solve
RATE, START = 1.2e10, 0.02  # complex flops per second and seconds per patch of a slow core
MESH = 2_000_000  # points on which the reach of a tip is looked for
# A column of S must carry the current that came in; Dyson's equation does not see to that.
LOST = 1e-9


def scanning_gate(
    device: Device,
    *,
    tip: Tip,
    x: Any,
    y: Any,
    to: Port,
    from_: Port,
    energy: float | str,
    unit: str = "e²/h",
    workers: int | None = None,
    **parameters: Any,
) -> "xr.DataArray":
    r"""Conductance map of a device under a movable tip.

    .. math:: G(x_0, y_0) = g\,\frac{e^2}{h}\, T[\,U(x, y) + U_{tip}(x - x_0, y - y_0)\,]

    A tip that ends (a potential that is exactly zero beyond some distance) costs one small solve
    with the Green function under it, whatever the device's size; one without an end is solved
    anew at every position. The leads do not feel the tip.

    Parameters
    ----------
    device : Device
        With positions.
    tip : callable
        ``tip(x, y)`` in meV, vectorized over coordinates in nm counted from the tip.
    x, y : array or string list
        Tip positions, in nm.
    to, from_ : lead or (lead, label)
    energy : float or str
        Fermi energy, in meV.
    unit : str
        Any unit of conductance.
    workers : int, optional
        Threads; by default one per core.
    **parameters
        The device's parameters, one number each.

    Returns
    -------
    xarray.DataArray
        Dimensions ``(x, y)``; coordinate ``error`` estimates the error of each value.
        ``attrs["bare"]`` is the conductance without the tip.

    References
    ----------
    M. A. Topinka et al., Science 289, 2323 (2000), for the experiment.
    """
    scan = _Scan.of(device, tip, (x, y), energy, parameters, to, from_)
    tiles = scan.tiles()
    count = max(1, int(workers or cores()))
    values = np.empty((len(scan.x), len(scan.y)))
    errors = np.empty_like(values)
    with one_blas_thread(), ThreadPoolExecutor(count) as pool:
        bare = scan.bare()
        for tile, (found, error) in zip(tiles, pool.map(scan.solve, tiles), strict=True):
            values[np.ix_(*tile)] = found
            errors[np.ix_(*tile)] = error
    factor = device.degeneracy * ratio("e²/h", unit)
    return _labelled(scan, factor * values, factor * errors, factor * bare, unit)


@dataclass(frozen=True, eq=False)
class _Scan:
    """All that one map needs to know."""

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
    ) -> "_Scan":
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

    def solve(self, tile: tuple[IntArray, IntArray]) -> tuple[RealArray, RealArray]:
        """Transmissions and their errors at the positions of one tile."""
        places = list(product(*tile))
        changes = [self.change(i, j) for i, j in places]
        shape = len(tile[0]), len(tile[1])
        if max(len(c[0]) for c in changes) > WIDEST:
            found = self._one_by_one(changes)
        else:
            found = self._patched(changes)
        return found[0].reshape(shape), found[1].reshape(shape)

    def _patched(self, changes: list[Change]) -> tuple[RealArray, RealArray]:
        orbitals = np.unique(np.concatenate([c[0] for c in changes]))
        try:
            patch = Patch(self.device, self.energy, self.parameters, orbitals)
        except Unreliable:
            return self._one_by_one(changes)
        rows, columns = patch.smatrix.rows_of(self.to), patch.smatrix.columns_of(self.from_)
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
            again = self._one_by_one([changes[i] for i in doubtful])
            values[doubtful], errors[doubtful] = again
        return values, errors

    def _one_by_one(self, changes: list[Change]) -> tuple[RealArray, RealArray]:
        solver = LocalChanges(self.device, self.energy, self.parameters)
        found = [self._read(solver, change) for change in changes]
        return np.array([v for v, _ in found]), np.array([e for _, e in found])

    def _read(self, solver: LocalChanges, change: Change) -> tuple[float, float]:
        try:
            s: SMatrix = solver.smatrix(change)
        except Unreliable:
            return np.nan, np.nan
        t = np.abs(s.block(to=self.to, from_=self.from_))
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


def _labelled(
    scan: _Scan, values: RealArray, errors: RealArray, bare: float, unit: str
) -> "xr.DataArray":
    import xarray as xr

    about = {"units": unit, "long_name": "estimated error of conductance"}
    return xr.DataArray(
        values,
        dims=("x", "y"),
        coords={
            "x": ("x", scan.x, {"units": "nm", "long_name": "tip position x"}),
            "y": ("y", scan.y, {"units": "nm", "long_name": "tip position y"}),
            "error": (("x", "y"), errors, about),
            "energy": ((), scan.energy, {"units": "meV"}),
            **{name: ((), value) for name, value in scan.parameters.items()},
        },
        name="conductance",
        attrs={
            "units": unit,
            "long_name": "conductance",
            "bare": bare,
            "version": version(),
            "device_hash": scan.device.content_hash,
        },
    )
