r"""Thouless pumps in real time: what a cycle of finite duration moves, and at a temperature."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.matter.model import Model
from sharvin.topology.evolution import (
    Hamiltonian,
    Ramp,
    checked_time,
    enough_steps,
    ramped,
    stepped,
)
from sharvin.topology.pumps import TURN, Cycle, check_chain, check_cycle, momentum_grid
from sharvin.typing import ComplexArray, NumberArray, RealArray
from sharvin.units import BOLTZMANN, HBAR, quantity

TAIL = 1e-8  # harmonics of U(k) near the end of the spectrum, relative to the largest


def evolve_pump(
    model: Model,
    cycle: Cycle,
    *,
    period: float | str,
    filled: int = 1,
    temperature: float | str = 0.0,
    chemical_potential: float | None = None,
    cycles: int = 1,
    start: float = 0.0,
    ramp: Ramp = "uniform",
    momenta: int | None = None,
    steps: int | None = None,
    **params: float,
) -> float:
    r"""Electrons that a cycle of finite period moves towards +x, from the Schrödinger equation.

    .. math:: Q = \int \frac{dk}{2\pi}\, \mathrm{Tr}\big[ \rho_0\, U^\dagger i \partial_k U \big],
              \qquad i\hbar\, \dot U = H(k, \theta(t))\, U

    the displacement of the filled states in cells, with the places of the sites inside the cell.
    At zero temperature ρ_0 fills the lowest bands at the start; above it, all bands by the Fermi
    function, so that empty and filled bands pump against each other.

    Parameters
    ----------
    model : Model
        One periodic direction.
    cycle : callable
        Phase in rad to parameters.
    period : float or str
        Duration of one cycle, ps.
    filled : int
        Bands filled at zero temperature.
    temperature : float or str
        K, of the state at the start; then `chemical_potential`, in meV, must be given.
    cycles : int
        How many cycles in a row; Q is what they move together.
    start : float
        Phase at the start, rad.
    ramp : {"uniform", "smooth"}
        Whether the phase grows uniformly from a sudden start, which leaves an error that falls as
        1/period², or starts and ends at rest, which leaves an exponentially small one.
    momenta, steps : int, optional
        Points of the grid in k and steps of each cycle; by default enough for 1e-6.
    **params : float
        Parameters that stay.

    Returns
    -------
    float
        In electrons, without degeneracy.

    Raises
    ------
    Unreliable
        When the grid in k is too coarse for the time: electrons would run around the ring.

    References
    ----------
    D. J. Thouless, Phys. Rev. B 27, 6083 (1983).
    """
    check_chain(model)
    check_cycle(cycle)
    time = checked_time(period, cycles, ramp)
    scale = band_width(model, cycle, params)
    duration = time * cycles / HBAR
    count = momenta or _even(64 + 0.8 * scale * duration)
    per_cycle = steps or enough_steps(scale, time)
    k = momentum_grid(model, count)

    crystal = _bloch_at(model, k)

    def hamiltonian(at: float) -> NumberArray:
        return crystal(**params, **cycle(start + ramped(at / time, ramp)))

    energies, states = np.linalg.eigh(hamiltonian(0.0))
    propagator = _propagate(hamiltonian, energies.shape[-1], time, cycles, per_cycle)
    weights = _occupations(energies, filled, temperature, chemical_potential)
    rho = np.einsum("kin,kn,kjn->kij", states, weights, states.conj())
    return _displacement(model, propagator, rho)


def _bloch_at(model: Model, k: RealArray) -> Callable[..., ComplexArray]:
    """H at fixed wave vectors as a function of the parameters; a sum where every block is one."""
    blocks = (*model.onsite, *(hopping.block for hopping in model.hoppings))
    if any(block.terms is None for block in blocks):
        return partial(model.bloch, k)
    none = dict.fromkeys(model.parameters, 0.0)
    fixed = model.bloch(k, **none)
    slopes = {name: model.bloch(k, **{**none, name: 1.0}) - fixed for name in none}

    def bloch(**params: float) -> ComplexArray:
        values = model.resolve(params)
        total = fixed.copy()
        for name, slope in slopes.items():
            total += values[name] * slope
        return total

    return bloch


def _displacement(model: Model, u: ComplexArray, rho: ComplexArray) -> float:
    """Mean of U† i∂_k U in cells, plus what moved between the sites of a cell."""
    count = len(u)
    harmonics = np.fft.fft(u, axis=0)
    orders = np.fft.fftfreq(count, 1 / count)
    middle = count // 2
    edge = float(np.abs(harmonics[middle - count // 16 : middle + count // 16 + 1]).max())
    if edge > TAIL * float(np.abs(harmonics).max()):
        raise Unreliable(
            f"{count} momenta stand for a ring that electrons run around in this time; take more "
            "momenta or a shorter period"
        )
    orders[middle] = 0
    slope = np.fft.ifft(1j * orders[:, None, None] * harmonics, axis=0)  # ∂U/∂(ka/2π) over 2π
    moved = np.einsum("kij,klj,kli->k", rho, u.conj(), 1j * slope).real.mean()
    length = np.linalg.norm(model.lattice.vectors[0])
    axis = model.lattice.vectors[0] / length
    place = np.repeat(np.asarray(model.lattice.basis) @ axis / length, model.orbitals)
    after = np.einsum("kli,kij,klj->kl", u, rho, u.conj()).real
    before = np.einsum("kll->kl", rho).real
    return float(moved + ((after - before) @ place).mean())


def _propagate(
    hamiltonian: Hamiltonian, size: int, period: float, cycles: int, steps: int
) -> ComplexArray:
    """Evolution operators (momenta, n, n) after all cycles."""
    one: ComplexArray = np.eye(size, dtype=np.complex128)
    dt = period / steps
    for step in range(steps):
        one = stepped(one, hamiltonian, step * dt, dt)
    return np.linalg.matrix_power(one, cycles)


def _occupations(
    energies: RealArray,
    filled: int,
    temperature: float | str,
    chemical_potential: float | None,
) -> RealArray:
    from sharvin.formulas import fermi

    kelvin = float(quantity(temperature, "K"))
    if kelvin < 0:
        raise InvalidInput(f"a temperature must not be negative, got {temperature!r}")
    if kelvin > 0:
        if chemical_potential is None:
            raise InvalidInput("at a temperature give the chemical_potential too, in meV")
        found: RealArray = fermi(energies, chemical_potential, BOLTZMANN * kelvin)
        return found
    bands = energies.shape[-1]
    if not 0 < filled < bands:
        raise InvalidInput(f"filled must be 1 to {bands - 1} of {bands} bands, got {filled!r}")
    return np.broadcast_to((np.arange(bands) < filled).astype(float), energies.shape)


def band_width(model: Model, cycle: Cycle, params: Mapping[str, float]) -> float:
    """Width of all bands over the cycle, meV."""
    k = momentum_grid(model, 24)
    bands = [model.bands(k, **params, **cycle(t)) for t in TURN * np.arange(8) / 8]
    return float(np.ptp(bands))


def _even(number: float) -> int:
    return 2 * int(np.ceil(number / 2))
