"""Self-consistent second Born approximation of a Hubbard barrier, on the Keldysh contour."""

from dataclasses import dataclass

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.contact.barrier import HubbardBarrier
from sharvin.manybody.contact.chain import check_zeeman
from sharvin.manybody.contact.grid import FrequencyGrid
from sharvin.manybody.contact.mean_field import mean_field
from sharvin.manybody.contact.propagation import Propagator, Spin
from sharvin.typing import ComplexArray, RealArray

MAX_LEAK = 1e-4  # of the current; a larger one means that the result is not conserving
BIAS = 0.2  # over the thermal energy: its square over 24 is the error of the linear response


@dataclass(frozen=True, eq=False)
class SecondBorn:
    """A converged second Born solution.

    Parameters
    ----------
    barrier : HubbardBarrier
    thermal_energy, zeeman, bias : float
        In the unit of the hopping.
    transmissions : real array, shape (2,)
        Conductances of up and down in e²/h, from the current that the bias drives.
    occupations : real array, shape (2, sites)
    leak : float
        Sum of the currents into the contact over half their difference. On a mirror-symmetric
        barrier it only says whether the iteration has converged; on a skew one it tests
        conservation of charge.
    residual : float
        Change of the occupations in the last iteration.
    iterations : int
    grid : FrequencyGrid
    """

    barrier: HubbardBarrier
    thermal_energy: float
    zeeman: float
    bias: float
    transmissions: RealArray
    occupations: RealArray
    leak: float
    residual: float
    iterations: int
    grid: FrequencyGrid

    @property
    def conductance(self) -> float:
        """In e²/h, both spins."""
        return float(self.transmissions.sum())


def second_born(
    barrier: HubbardBarrier,
    *,
    thermal_energy: float,
    zeeman: float = 0.0,
    bias: float | None = None,
    frequencies: int | None = None,
    tolerance: float = 1e-6,
    iterations: int = 60,
) -> SecondBorn:
    r"""Conductance at a temperature with inelastic scattering between electrons.

    .. math:: \Sigma^{\gtrless}_{ij,\sigma}(t) = U_i U_j\, G^{\gtrless}_{ij,\sigma}(t)\,
              G^{\gtrless}_{ij,\bar\sigma}(t)\, G^{\lessgtr}_{ji,\bar\sigma}(-t)

    beside the Hartree term, with Green functions that contain it (skeleton diagrams): charge is
    conserved once it is self-consistent. A small bias drives the current, so that vertex
    corrections are in. Perturbative in U: it has no Kondo scale, and for a purely local repulsion
    it shows the suppression of the conductance with temperature, not a flat plateau at 0.7.
    Time grows as sites³ times frequencies, memory as sites² times frequencies: 41 sites take ten
    seconds and half a gigabyte at 1680 frequencies.

    Parameters
    ----------
    barrier : HubbardBarrier
    thermal_energy : float
        k_B T > 0, in the unit of the hopping.
    zeeman : float
        Splitting of the spins.
    bias : float, optional
        eV, by default a fifth of the thermal energy: linear response to 0.2 %.
    frequencies : int, optional
        Points of the grid; an even number; by default enough to resolve a quarter of k_B T.
    tolerance : float
        Of the occupations.
    iterations : int
        How many are allowed.

    Returns
    -------
    SecondBorn

    Raises
    ------
    Unreliable
        When it does not converge, or the converged currents do not add up to zero.

    References
    ----------
    N. E. Dahlen and R. van Leeuwen, Phys. Rev. Lett. 98, 153004 (2007); for contacts
    L. Weidinger, C. Schmauder, D. H. Schimmel and J. von Delft, Phys. Rev. B 98, 115112 (2018).
    """
    check_zeeman(barrier, zeeman)
    if not (np.isfinite(thermal_energy) and thermal_energy > 0):
        raise InvalidInput(
            f"the thermal energy must be positive, got {thermal_energy!r}; at zero temperature "
            "use functional_rg"
        )
    volt = BIAS * thermal_energy if bias is None else float(bias)
    if not 0 < abs(volt) < barrier.hopping:
        raise InvalidInput(f"the bias must lie between 0 and the hopping, got {volt!r}")
    grid = FrequencyGrid.covering(barrier, thermal_energy, frequencies)
    contact = Propagator(barrier, grid, thermal_energy, zeeman, volt)
    solution = _converged(contact, tolerance, iterations)
    if not abs(solution.leak) < MAX_LEAK:
        raise Unreliable(
            f"the currents of both leads differ by {solution.leak:.1e} of themselves (accepted "
            f"{MAX_LEAK:.0e}): the solution does not conserve charge; raise frequencies (now "
            f"{grid.count}) or lower tolerance"
        )
    return solution


def one_shot(
    barrier: HubbardBarrier, *, thermal_energy: float, frequencies: int | None = None
) -> SecondBorn:
    """Second order without self-consistency: its leak shows why self-consistency is needed."""
    grid = FrequencyGrid.covering(barrier, thermal_energy, frequencies)
    contact = Propagator(barrier, grid, thermal_energy, 0.0, BIAS * thermal_energy)
    start = np.zeros((contact.spins, barrier.sites))
    bare = contact.green(start, None)
    dressed = contact.green(contact.occupations(bare), contact.scattering(bare))
    return _result(contact, dressed, np.inf, 1)


def _converged(contact: Propagator, tolerance: float, limit: int) -> SecondBorn:
    start = mean_field(contact.barrier, zeeman=contact.zeeman, polarized=False)
    filled = np.array(start.occupations[: contact.spins])
    scattering: tuple[ComplexArray, ComplexArray] | None = None
    for iteration in range(1, limit + 1):
        spins: list[Spin] = contact.green(filled, scattering)
        new = contact.occupations(spins)
        change = float(np.abs(new - filled).max())
        if not np.isfinite(change):
            break
        result = _result(contact, spins, change, iteration)
        # Occupations settle before the currents do: both must.
        if (
            change < tolerance
            and abs(result.leak) < min(10 * tolerance, MAX_LEAK)
            and iteration > 2
        ):
            return result
        filled, scattering = new, contact.scattering(spins)
        del spins
    raise Unreliable(
        f"second Born did not converge in {limit} iterations: the occupations still change by "
        f"{change:.1e} (wanted {tolerance:.0e}); lower the interaction or raise the temperature"
    )


def _result(contact: Propagator, spins: list[Spin], residual: float, iteration: int) -> SecondBorn:
    left, right = (np.array(contact.currents(spins, side)) for side in (0, -1))
    half = (left - right) / 2
    leak = float((left + right).sum() / half.sum())
    filled = np.broadcast_to(contact.occupations(spins), (2, contact.barrier.sites))
    return SecondBorn(
        contact.barrier, contact.thermal_energy, contact.zeeman, contact.bias,
        np.broadcast_to(half / contact.bias, (2,)), filled, leak, residual, iteration, contact.grid,
    )  # fmt: skip
