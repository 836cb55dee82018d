r"""Chern number as a property of a place: the local marker, in open samples of any shape.

.. math:: C(\mathbf r) = \frac{4\pi}{A_\mathbf r}\, \mathrm{Im}
          \langle \mathbf r | P\, x\, P\, y\, P | \mathbf r \rangle

Its mean over a piece of bulk is the Chern number with the sign of `chern_number`. P is short-
ranged in a gap, so that columns of it are computed many at a time, far apart from one another.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.device.regions import Region
from sharvin.errors import InvalidInput, Unreliable
from sharvin.matter.model import Model
from sharvin.topology.projector import DENSE, FINEST, Projector, dense_projector
from sharvin.typing import BoolArray, IntArray, NumberArray, RealArray

SAMPLES = 4  # sites at which accuracy is measured
CLOSEST, FARTHEST = 6, 96  # cells between columns that share a vector
COLUMNS = 16  # vectors at a time
# Weight times distance squared at the rim of a window: what is certainly harmless, and how much
# more than at the sampled sites tells a state along an edge.
LEAK, FAR_MORE = 0.02, 30.0


def local_chern_marker(
    device: Device,
    *,
    energy: float,
    within: Region | None = None,
    tolerance: float = 1e-3,
    **params: float,
) -> RealArray:
    r"""Local Chern marker at every site of a device, its leads left out.

    Small devices are diagonalized. For larger ones P is a polynomial of the Hamiltonian, whose
    degree and the distance between columns grow until the values at a few sites stand still; the
    cost is linear in the number of sites.

    Parameters
    ----------
    device : Device
        Carved from a model with two periodic directions; field and disorder included.
    energy : float
        Fermi energy, in a gap or mobility gap of the bulk, meV.
    within : Region, optional
        Sites for which the marker is wanted; the others get NaN. It should keep clear of the
        edges, whose marker makes up for the bulk's: the sum over all sites is zero.
    tolerance : float
        Largest change of a sampled value between the last two steps.
    **params : float
        Parameters of the device.

    Returns
    -------
    real array, shape (sites,)
        In the order of ``device.positions``; NaN where it is not wanted, and along the edges of
        large devices, where states reach too far for this method. Each site counts with the area
        of its cell divided by the sites of a cell, so that the plain mean over bulk sites is the
        Chern number.

    Raises
    ------
    Unreliable
        When no degree up to 2048 is enough: the Fermi energy is in a band.

    References
    ----------
    R. Bianco and R. Resta, Phys. Rev. B 84, 241106 (2011). Polynomials: A. Weisse et al., Rev.
    Mod. Phys. 78, 275 (2006).
    """
    sample = _Sample.of(device, within, params)
    found = np.full(len(sample.orbital_sums), np.nan)
    dense = sample.size <= DENSE
    values = _dense(sample, energy) if dense else _sparse(sample, energy, tolerance)
    sums = np.bincount(sample.owner, weights=values, minlength=len(found))
    found[sample.wanted] = sums[sample.wanted] / sample.area
    return found


@dataclass(frozen=True, eq=False)
class _Sample:
    """A device as arrays over its orbitals."""

    hamiltonian: Any
    places: RealArray  # (n, 2), nm
    cells: IntArray  # (n, 2)
    kind: IntArray  # (n,), orbital of the cell
    owner: IntArray  # (n,), site
    wanted: Any  # (sites,), bool
    orbital_sums: RealArray  # (sites,)
    area: float
    vectors: RealArray

    @property
    def size(self) -> int:
        return len(self.owner)

    @classmethod
    def of(cls, device: Device, within: Region | None, params: dict[str, float]) -> "_Sample":
        model, sites = getattr(device, "model", None), getattr(device, "sites", None)
        if sites is None or not isinstance(model, Model) or model.lattice.dimension != 2:
            raise InvalidInput(
                "local_chern_marker needs a Device carved from a model with two periodic "
                "directions, such as Device(haldane(), region=disk(20))"
            )
        owner = device.orbital_site
        first = np.searchsorted(owner, np.arange(len(sites)))
        starts = np.concatenate(([0], np.cumsum(model.orbitals)))
        kind = starts[sites.sublattice][owner] + np.arange(len(owner)) - first[owner]
        places = sites.positions
        wanted = np.ones(len(sites), dtype=bool) if within is None else within(places)
        if not wanted.any():
            raise InvalidInput("within= contains no site of the device")
        vectors = model.lattice.vectors[:, :2]
        return cls(
            device.pattern.matrix(device.values(params)),
            places[owner][:, :2],
            sites.cells[owner].astype(np.int64),
            kind,
            owner,
            wanted,
            np.zeros(len(sites)),
            abs(float(np.linalg.det(vectors))) / len(model.orbitals),
            vectors,
        )


def _dense(sample: _Sample, energy: float) -> RealArray:
    """Marker of every orbital, times its area."""
    p = dense_projector(sample.hamiltonian.toarray(), energy)
    x, y = sample.places.T
    values: RealArray = 4 * np.pi * np.imag(((p * x) @ p * p.T * y).sum(axis=1))
    return values


def _sparse(sample: _Sample, energy: float, tolerance: float) -> RealArray:
    probes = _probes(sample)
    projector = Projector.of(sample.hamiltonian, energy)
    exact = _single(sample, projector, probes)
    while True:
        if projector.degree >= FINEST:
            raise Unreliable(
                f"the marker has not converged at polynomial degree {FINEST}: {energy:g} meV lies "
                "in a band of the bulk, or in a gap too small for this method"
            )
        projector = projector.finer()
        better = _single(sample, projector, probes)
        moved = float(np.abs(better - exact).max()) / sample.area
        exact = better
        if moved <= tolerance / 4:
            break
    apart = CLOSEST
    while apart <= FARTHEST:
        colors = _Colors.of(sample, apart)
        there, leaks = colors.marker(sample, projector, only=probes)
        if np.abs(there[probes] - exact).max() / sample.area <= tolerance / 2:
            largest = max(LEAK * sample.area, FAR_MORE * float(leaks[probes].max()))
            values, leaks = colors.marker(sample, projector)
            return np.where(leaks <= largest, values, np.nan)
        apart += max(2, apart // 3)
    raise Unreliable(
        f"states at {energy:g} meV reach over more than {FARTHEST} cells: the energy does not lie "
        "in a gap of the bulk"
    )


def _probes(sample: _Sample) -> IntArray:
    """A few orbitals in the middle of what is wanted, away from edges as far as can be."""
    orbitals = np.flatnonzero(sample.wanted[sample.owner])
    places = sample.places[orbitals]
    middle = (places.min(axis=0) + places.max(axis=0)) / 2
    order = np.argsort(((places - middle) ** 2).sum(axis=1))
    step = max(1, len(order) // (8 * SAMPLES))
    found: IntArray = orbitals[order[: SAMPLES * step : step]]
    return found


def _single(sample: _Sample, projector: Projector, orbitals: IntArray) -> RealArray:
    """Marker times area of single orbitals, one column of P each."""
    start = np.zeros((sample.size, len(orbitals)), dtype=np.complex128)
    start[orbitals, np.arange(len(orbitals))] = 1
    first = projector.apply(start)
    moved = sample.places[:, None, :] - sample.places[orbitals][None, :, :]
    second = projector.apply(moved[..., 1] * first)
    values: RealArray = 4 * np.pi * np.imag((first.conj() * moved[..., 0] * second).sum(axis=0))
    return values


@dataclass(frozen=True, eq=False)
class _Colors:
    """Orbitals ``apart`` cells from one another share a vector."""

    apart: int
    color: IntArray  # (n,)
    phases: Any  # (n,)

    @classmethod
    def of(cls, sample: _Sample, apart: int) -> "_Colors":
        label = np.mod(sample.cells, apart)
        kinds = int(sample.kind.max()) + 1
        color = (label[:, 0] * apart + label[:, 1]) * kinds + sample.kind
        # Random phases: what columns that share a vector leak into each other adds up to less.
        turns = np.random.default_rng(1).random(sample.size)
        return cls(apart, color, np.exp(2j * np.pi * turns))

    def marker(
        self, sample: _Sample, projector: Projector, only: IntArray | None = None
    ) -> tuple[RealArray, RealArray]:
        """Marker times area of all wanted orbitals, and how far each reaches beyond its window.

        With `only`, of those that share a vector with these.
        """
        asked = sample.wanted[sample.owner]
        colors = np.unique(self.color[asked] if only is None else self.color[only])
        values, leaks = np.zeros(sample.size), np.zeros(sample.size)
        batches = [colors[start : start + COLUMNS] for start in range(0, len(colors), COLUMNS)]
        # the recursion lets go of the interpreter, and batches write to different orbitals
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            jobs = [
                pool.submit(self._fill, sample, projector, batch, values, leaks)
                for batch in batches
            ]
            for job in jobs:
                job.result()
        return values, leaks

    def _fill(
        self,
        sample: _Sample,
        projector: Projector,
        colors: IntArray,
        values: RealArray,
        leaks: RealArray,
    ) -> None:
        asked = sample.wanted[sample.owner]
        members = [np.flatnonzero((self.color == color) & asked) for color in colors]
        start = np.zeros((sample.size, len(colors)), dtype=np.complex128)
        for column, own in enumerate(members):
            start[own, column] = self.phases[own]
        x, y, rim = (np.empty(start.shape) for _ in range(3))
        window = np.empty(start.shape, dtype=np.int64)
        for column, own in enumerate(members):
            window[:, column], rim[:, column], moved = self._around(sample, own)
            x[:, column], y[:, column] = moved
        first = projector.apply(start)
        second = projector.apply(y * first)
        local = 4 * np.pi * np.imag(first.conj() * x * second)
        # What reaches the rim of a window reaches the next one too: states along an edge do.
        leaking = 4 * np.pi * np.abs(first) ** 2 * (x**2 + y**2) * rim
        for column, own in enumerate(members):
            values[own] = _sums(window[:, column], local[:, column], own)
            leaks[own] = _sums(window[:, column], leaking[:, column], own)

    def _around(self, sample: _Sample, own: IntArray) -> tuple[IntArray, BoolArray, RealArray]:
        """Window of every orbital, whether it sits at its rim, and where from its middle."""
        half = self.apart // 2
        label = np.mod(sample.cells[own[0]], self.apart)
        shifted = sample.cells - label + half
        window = np.floor_divide(shifted, self.apart)
        low = window.min(axis=0)
        wide = int(window[:, 1].max() - low[1]) + 1
        inside = shifted - window * self.apart - half
        # Within a cell, orbitals sit where they do: relative to that of the center.
        basis = sample.places - sample.cells @ sample.vectors
        moved: RealArray = inside @ sample.vectors + basis - basis[own[0]]
        number: IntArray = (window[:, 0] - low[0]) * wide + window[:, 1] - low[1]
        rim: BoolArray = ((inside == -half) | (inside == self.apart - half - 1)).any(axis=1)
        return number, rim, moved.T


def _sums(window: IntArray, local: RealArray, own: IntArray) -> RealArray:
    """Sum over each window, for the orbitals at the middle of theirs."""
    sums: NumberArray = np.bincount(window, weights=local)
    found: RealArray = sums[window[own]]
    return found
