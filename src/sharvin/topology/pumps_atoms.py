"""Pumps of cold atoms: a sliding lattice carries a cloud along, without any contact."""

import numpy as np
from scipy import sparse

from sharvin.errors import Unreliable
from sharvin.matter.model import Model
from sharvin.topology.evolution import Ramp, checked_time, enough_steps, ramped, stepped
from sharvin.topology.pumps import Cycle, check_chain, check_cycle
from sharvin.topology.pumps_time import band_width
from sharvin.typing import ComplexArray, NumberArray, RealArray
from sharvin.units import HBAR

EDGE = 1e-6  # probability in the outermost cells at which the walls are felt


def cloud_displacement(
    model: Model,
    cycle: Cycle,
    *,
    period: float | str,
    filled: int = 1,
    cells: int | None = None,
    cycles: int = 1,
    start: float = 0.0,
    ramp: Ramp = "uniform",
    steps: int | None = None,
    **params: float,
) -> RealArray:
    r"""Center of mass of one atom per band, cell by cell of its way, on an open chain.

    It starts as the Wannier state in the middle of the chain, the eigenstate of the position
    projected on the filled states, which cold-atom experiments prepare by raising a deep lattice;
    after a slow cycle it has moved by the Chern number of the bands, without any contact.

    Parameters
    ----------
    model : Model
        One periodic direction.
    cycle : callable
        Phase in rad to parameters.
    period : float or str
        Of one cycle, ps.
    filled : int
        Bands below the gap; one atom starts in each of as many neighboring Wannier states.
    cells : int, optional
        Length of the chain; by default enough for the spreading of the cloud.
    cycles : int
        In a row.
    start, ramp, steps, **params
        As for `evolve_pump`.

    Returns
    -------
    real array, shape (cycles + 1,)
        Sum of the displacements of the atoms in cells, after each cycle; the first is zero.

    Raises
    ------
    Unreliable
        When an atom reaches the end of the chain: take more cells.

    References
    ----------
    S. Nakajima et al., Nat. Phys. 12, 296 (2016); M. Lohse et al., Nat. Phys. 12, 350 (2016).
    """
    check_chain(model)
    check_cycle(cycle)
    time = checked_time(period, cycles, ramp)
    width = band_width(model, cycle, params)
    cells = cells or int(np.ceil(24 + 0.8 * width * time * cycles / HBAR))

    def hamiltonian(at: float) -> sparse.csr_array:
        phase = start + ramped(at / time, ramp)
        return open_chain(model, cells, {**params, **cycle(phase)})

    x = _places(model, cells)
    waves = _wannier(hamiltonian(0.0).toarray(), x, filled * cells, filled)
    count = steps or enough_steps(width, time)
    dt = time / count
    outer = np.abs(x - x.mean()) > np.ptp(x) / 2 - 2
    way = [_mean(waves, x)]
    for _ in range(cycles):
        for step in range(count):
            waves = stepped(waves, hamiltonian, step * dt, dt)
        if (np.abs(waves[outer]) ** 2).sum() > EDGE:
            raise Unreliable(
                f"an atom reached the end of the chain of {cells} cells; take more cells"
            )
        way.append(_mean(waves, x))
    return np.array(way) - way[0]


def _mean(waves: ComplexArray, x: RealArray) -> float:
    return float((np.abs(waves) ** 2).sum(axis=1) @ x)


def _places(model: Model, cells: int) -> RealArray:
    """Position of every orbital of an open chain, in cells."""
    length = np.linalg.norm(model.lattice.vectors[0])
    axis = model.lattice.vectors[0] / length
    inside = np.repeat(np.asarray(model.lattice.basis) @ axis / length, model.orbitals)
    places: RealArray = (np.arange(cells)[:, None] + inside).ravel()
    return places


def _wannier(h: NumberArray, x: RealArray, occupied: int, count: int) -> ComplexArray:
    """States (orbitals, count) in the middle, of the position projected on the filled states."""
    states = np.linalg.eigh(h)[1][:, :occupied]
    centers, mix = np.linalg.eigh(states.conj().T @ (x[:, None] * states))
    chosen = np.argsort(np.abs(centers - x.mean()), kind="stable")[:count]
    waves: ComplexArray = (states @ mix[:, chosen]).astype(np.complex128)
    return waves


def open_chain(model: Model, cells: int, params: dict[str, float]) -> sparse.csr_array:
    """Hamiltonian of a piece of a one-dimensional model, shape (orbitals, orbitals)."""
    starts = np.concatenate(([0], np.cumsum(model.orbitals)))
    n, values = int(starts[-1]), model.resolve(params)
    blocks: dict[int, NumberArray] = {0: np.zeros((n, n), dtype=np.complex128)}
    for site in range(len(model.orbitals)):
        part = slice(starts[site], starts[site + 1])
        blocks[0][part, part] += model.onsite_block(site, values)
    for index, hop in enumerate(model.hoppings):
        rows = slice(starts[hop.to], starts[hop.to + 1])
        columns = slice(starts[hop.from_], starts[hop.from_ + 1])
        block, step = model.hopping_block(index, values), int(hop.offset[0])
        for shift, one, r, c in (
            (step, block, rows, columns),
            (-step, block.conj().T, columns, rows),
        ):
            blocks.setdefault(shift, np.zeros((n, n), dtype=np.complex128))[r, c] += one
    # ⟨cell + step| H |cell⟩ lies below the diagonal for positive steps
    parts = [sparse.kron(sparse.eye_array(cells, k=-step), one) for step, one in blocks.items()]
    return sparse.csr_array(sum(parts[1:], parts[0]))
