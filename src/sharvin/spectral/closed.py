"""From a torus or a device to the operators that are expanded: H and its commutators with x."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from sharvin.device.device import Device
from sharvin.errors import InvalidInput, UnknownName
from sharvin.numerics.chebyshev.operators import Operator, Sparse, Stencil
from sharvin.spectral.torus import Torus
from sharvin.typing import NumberArray, RealArray

System = Torus | Device
AXES = ("x", "y", "z")


@dataclass(frozen=True, eq=False)
class Closed:
    """Operators of a closed system.

    Parameters
    ----------
    hamiltonian : Operator
    system : Torus or Device
    shifts : real array, shape (entries of H, D), or None
        x_j - x_i of every entry, nm, the short way around a torus.
    volume : float or None
        In nm to the power `dimension`.
    dimension : int or None
    """

    hamiltonian: Operator
    system: System
    shifts: RealArray | None
    volume: float | None
    dimension: int | None

    @property
    def is_periodic(self) -> bool:
        """Whether it has no edges."""
        return isinstance(self.system, Torus)

    @property
    def copies(self) -> int:
        """How many cells are exactly alike: all of a clean torus, or one."""
        system = self.system
        if isinstance(system, Torus) and system.is_clean:
            return system.cell_count
        return 1

    def commutator(self, axis: str) -> Operator:
        """[H, x], anti-Hermitian, in meV nm: the velocity is i/ħ times it."""
        if self.shifts is None:
            raise InvalidInput(
                "velocities need positions: give Device.from_matrices(..., positions=)"
            )
        count = self.shifts.shape[1]
        if axis not in AXES[:count]:
            raise UnknownName.among("axis", axis, AXES[:count])
        shift = self.shifts[:, AXES.index(axis)]
        h = self.hamiltonian
        assert isinstance(h, Sparse | Stencil)
        moved = replace(h, data=h.data * shift)
        return replace(moved, energies=None) if isinstance(moved, Stencil) else moved

    def current(self, axis: str, quantity: str | None) -> Operator:
        """Commutator for the current of charge, or of a conserved quantity Q: {Q, [H, x]}/2."""
        bare = self.commutator(axis)
        if quantity is None:
            return bare
        assert isinstance(bare, Sparse | Stencil)
        written = (bare.sparse() if isinstance(bare, Stencil) else bare).matrix
        q = self._quantity(quantity)
        return Sparse.of((q @ written + written @ q) / 2)

    def _quantity(self, name: str) -> Any:
        model = self.system.model
        known = getattr(model, "conserved", {})
        if name not in known:
            raise UnknownName.among("conserved quantity", name, known)
        blocks = known[name].operators
        if isinstance(self.system, Torus):
            return sparse.kron(
                sparse.identity(self.system.cell_count), sparse.block_diag(blocks), format="csr"
            )
        sites = self.system.sites
        assert sites is not None
        return sparse.block_diag([blocks[s] for s in sites.sublattice], format="csr")


def closed(system: System, parameters: Mapping[str, Any]) -> Closed:
    """Operators of a torus, or of a device whose leads are cut off."""
    if isinstance(system, Torus):
        return _torus(system, system.resolve(parameters))
    if isinstance(system, Device):
        return _device(system, parameters)
    raise InvalidInput(
        f"this needs a Torus or a Device, got {type(system).__name__}; a model becomes a torus by "
        "Torus(model, cells)"
    )


def _device(device: Device, parameters: Mapping[str, Any]) -> Closed:
    pattern = device.pattern
    h = Sparse.of(pattern.matrix(device.values(device.resolve(parameters))))
    places, volume, dimension = device.positions, None, None
    shifts = None
    if places is not None:
        of_orbital = places[device.orbital_site]
        row = np.repeat(np.arange(h.size), np.diff(h.indptr))
        shifts = of_orbital[h.indices] - of_orbital[row]
    if device.sites is not None:
        lattice = device.model.lattice
        cell = np.sqrt(np.linalg.det(lattice.vectors @ lattice.vectors.T))
        volume = float(cell * len(device.sites) / len(lattice.basis))
        dimension = lattice.dimension
    return Closed(h, device, shifts, volume, dimension)


def _torus(torus: Torus, values: Mapping[str, float]) -> Closed:
    model = torus.model
    stencil, shifts = _stencil(torus, values)
    counts = np.array(model.orbitals)
    scalar, blocks = torus.energies(values), torus.blocks(values)
    if scalar is not None:
        # holes feel the opposite
        weights = -np.concatenate(model.charges)
        rough = np.repeat(scalar, counts, axis=1) * weights
        stencil = replace(stencil, energies=np.ascontiguousarray(rough.reshape(-1)))
    quanta = torus.flux_quanta(values) if torus.field != 0 else 0
    whole = (torus, torus.volume, model.lattice.dimension)
    if blocks is None and not quanta:
        return Closed(stencil, whole[0], shifts, *whole[1:])
    written, places = _written(torus, stencil, shifts, quanta, blocks)
    return Closed(written, whole[0], places, *whole[1:])


def _stencil(torus: Torus, values: Mapping[str, float]) -> tuple[Stencil, RealArray]:
    """Entries of one cell's rows, and how far each reaches, (entries, D)."""
    model, dimension = torus.model, torus.model.lattice.dimension
    starts = np.concatenate([[0], np.cumsum(model.orbitals)])
    found: list[tuple[int, int, tuple[int, ...], complex, RealArray]] = []

    def write(to: int, from_: int, step: tuple[int, ...], block: NumberArray) -> None:
        basis = model.lattice.basis
        apart = np.array(step) @ model.lattice.vectors + basis[from_] - basis[to]
        for a, b in np.argwhere(block != 0):
            found.append((starts[to] + a, starts[from_] + b, step, block[a, b], apart))

    for site in range(len(model.orbitals)):
        write(site, site, (0,) * dimension, np.asarray(model.onsite_block(site, values)))
    for index, hopping in enumerate(model.hoppings):
        block = np.asarray(model.hopping_block(index, values))
        back = tuple(-step for step in hopping.offset)
        write(hopping.to, hopping.from_, back, block)
        write(hopping.from_, hopping.to, hopping.offset, block.conj().T)
    found.sort(key=lambda entry: entry[:3])
    data = np.array([entry[3] for entry in found])
    if not (np.iscomplexobj(data) and data.imag.any()):
        data = data.real.astype(np.float64)
    rows = np.array([entry[0] for entry in found], dtype=np.int64)
    padding = (0,) * (3 - dimension)
    stencil = Stencil(
        shape=(1,) * len(padding) + torus.cells,  # type: ignore[arg-type]
        firsts=np.searchsorted(rows, np.arange(starts[-1] + 1)).astype(np.int64),
        source=np.array([entry[1] for entry in found], dtype=np.int64),
        steps=np.array([padding + entry[2] for entry in found], dtype=np.int64).reshape(-1, 3),
        data=data,
    )
    shifts = np.array([entry[4] for entry in found]).reshape(-1, model.lattice.space)
    return stencil, shifts


def _written(
    torus: Torus, stencil: Stencil, shifts: RealArray, quanta: int, blocks: NumberArray | None
) -> tuple[Sparse, RealArray]:
    """All entries, with the phases of a field and with matrix-valued potentials."""
    where, count = torus.origins, stencil.orbitals
    cells = np.arange(torus.cell_count)
    target = np.repeat(np.arange(count), np.diff(stencil.firsts))
    space = shifts.shape[1]
    rows, columns, data, apart = [], [], [], []
    for t, a in enumerate(target):
        step = stencil.steps[t, 3 - len(torus.cells) :]
        there = np.ravel_multi_index(tuple(((where + step) % torus.cells).T), torus.cells)
        rows.append(cells * count + a)
        columns.append(there * count + stencil.source[t])
        phases = _phases(torus, int(a), int(stencil.source[t]), step, quanta) if quanta else 1.0
        data.append(stencil.data[t] * phases * np.ones(len(cells)))
        apart.append(np.broadcast_to(shifts[t], (len(cells), space)))
    if stencil.energies is not None:
        rows.append(np.arange(stencil.size))
        columns.append(rows[-1])
        data.append(stencil.energies)
        apart.append(np.zeros((stencil.size, space)))
    if blocks is not None:
        _add_blocks(torus, blocks, rows, columns, data, apart)
    return _compressed(stencil.size, rows, columns, data, apart)


def _add_blocks(
    torus: Torus, blocks: NumberArray, rows: list[Any], columns: list[Any], data: list[Any],
    apart: list[Any],
) -> None:  # fmt: skip
    starts = np.concatenate([[0], np.cumsum(torus.model.orbitals)])
    cells = np.arange(torus.cell_count)
    for site, orbitals in enumerate(torus.model.orbitals):
        for a in range(orbitals):
            for b in range(orbitals):
                rows.append(cells * starts[-1] + starts[site] + a)
                columns.append(cells * starts[-1] + starts[site] + b)
                data.append(blocks[:, site, a, b])
                apart.append(np.zeros((len(cells), torus.model.lattice.space)))


def _compressed(
    size: int, rows: list[Any], columns: list[Any], data: list[Any], apart: list[Any]
) -> tuple[Sparse, RealArray]:
    """Rows with every entry kept apart: around a small torus two may join the same orbitals."""
    row, column = np.concatenate(rows), np.concatenate(columns)
    order = np.lexsort((column, row))
    indptr = np.searchsorted(row[order], np.arange(size + 1)).astype(np.int32)
    values = np.concatenate(data)[order]
    if not (np.iscomplexobj(values) and values.imag.any()):
        values = values.real.astype(np.float64)
    made = Sparse(indptr, column[order].astype(np.int32), np.ascontiguousarray(values))
    return made, np.concatenate(apart)[order]


def _phases(torus: Torus, a: int, b: int, step: Any, quanta: int) -> NumberArray:
    r"""Peierls phases of one kind of hop, from orbital b of the cell ``step`` away to orbital a.

    In lattice coordinates (u, v) the gauge is :math:`A = -2\pi\phi\, v\, \nabla u`, φ flux quanta
    per cell (times -1 for electrons); going around v once more changes it by the gauge function
    :math:`2\pi \phi N_v u`, which is single-valued on the torus as the total flux is whole.
    """
    lattice = torus.model.lattice
    sites = np.repeat(np.arange(len(lattice.basis)), torus.model.orbitals)
    inverse = np.linalg.inv(lattice.vectors)
    to, from_ = (lattice.basis[sites[orbital]] @ inverse for orbital in (a, b))
    turned = np.sign(np.linalg.det(lattice.vectors))
    charge = -np.concatenate(torus.model.charges)[a]
    # An electron has charge -e: the phase of a loop is -2π Φ/(h/e), counterclockwise.
    flux = charge * turned * quanta / torus.cell_count
    end = torus.origins + to  # where the hop ends, inside the torus
    start = torus.origins + np.asarray(step) + from_
    phase = np.pi * flux * (end[:, 1] + start[:, 1]) * (end[:, 0] - start[:, 0])
    # The start is really at v - N_v k: undo the gauge function of k turns.
    turns = np.floor((torus.origins[:, 1] + np.asarray(step)[1]) / torus.cells[1])
    phase += 2 * np.pi * flux * torus.cells[1] * turns * start[:, 0]
    found: NumberArray = np.exp(1j * phase)
    return found
