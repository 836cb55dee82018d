"""Charge, energy and heat that reservoirs at any voltages and temperatures send into a device."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sharvin.errors import Unreliable
from sharvin.observables.reservoirs import Reservoirs
from sharvin.observables.spectrum import Spectrum, transmissions
from sharvin.scattering.smatrix import SMatrix
from sharvin.typing import RealArray
from sharvin.units import ELEMENTARY_CHARGE, PLANCK

MEV = 1e-3 * ELEMENTARY_CHARGE  # J
AMPERE_PER_MEV = ELEMENTARY_CHARGE * MEV / PLANCK  # e/h: current of one open mode per meV of bias
WATT_PER_MEV2 = MEV * MEV / PLANCK
# What the reservoirs deliver differs from what they receive by the rounding of S alone.
BALANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Currents:
    r"""What flows from every lead into the device.

    .. math:: J_i^{(p)} = \frac{g}{h} \sum_j \int T_{ij}(E)\, [f_i(E) - f_j(E)]\, E^p\, dE

    Parameters
    ----------
    reservoirs : Reservoirs
    particles : real array, shape (leads,)
        :math:`J^{(0)}` in meV/h.
    energy : real array, shape (leads,)
        :math:`J^{(1)}` in meV²/h, energies counted from the reservoirs' base.
    errors : real array, shape (2, leads)
        Estimated errors of the two.
    """

    reservoirs: Reservoirs
    particles: RealArray
    energy: RealArray
    errors: RealArray

    @property
    def charge(self) -> RealArray:
        """Electric currents in A, positive into the device; electrons carry -e."""
        return 0.0 - AMPERE_PER_MEV * self.particles

    @cached_property
    def heat(self) -> RealArray:
        r"""Heat currents :math:`J^{(1)} - \mu_i J^{(0)}` in W, positive into the device."""
        levels = self.reservoirs.potentials - self.reservoirs.base
        return WATT_PER_MEV2 * (self.energy - levels * self.particles)

    @property
    def energy_watts(self) -> RealArray:
        """Energy currents in W, positive into the device, from the chemical potential at 0 V."""
        return WATT_PER_MEV2 * self.energy

    @property
    def power(self) -> float:
        r"""Electric power :math:`\sum_i I_i V_i` in W that the sources spend."""
        return float(self.charge @ self.reservoirs.voltages)

    @property
    def imbalance(self) -> float:
        """Heat that arrives less power that is spent, relative to all that moves.

        Zero up to rounding: energy is conserved inside.
        """
        moved = float(
            np.abs(self.heat).sum() + np.abs(self.charge * self.reservoirs.voltages).sum()
        )
        return abs(float(self.heat.sum()) + self.power) / moved if moved > 0 else 0.0

    @property
    def entropy_production(self) -> float:
        r"""Entropy that the reservoirs gain, :math:`-\sum_i \dot Q_i / T_i \ge 0`, in W/K."""
        kelvin = self.reservoirs.temperatures
        if not np.all(kelvin > 0):
            return float("nan")
        return float(-(self.heat / kelvin).sum())


def currents(s: SMatrix | Spectrum, reservoirs: Reservoirs) -> Currents:
    """Return currents of charge, energy and heat from every reservoir.

    Parameters
    ----------
    s : SMatrix or Spectrum
        An SMatrix is taken to hold at every energy.
    reservoirs : Reservoirs
        In the order of the leads of `s`.

    Raises
    ------
    Unreliable
        Where energy is not conserved to 1e-9 of what moves.

    References
    ----------
    U. Sivan and Y. Imry, Phys. Rev. B 33, 551 (1986); P. N. Butcher, J. Phys.: Condens. Matter 2,
    4869 (1990).
    """
    table = Spectrum.of(s)
    n = len(table.leads)
    upper = np.triu_indices(n, 1)

    def weights(energies: RealArray) -> RealArray:
        pairs = reservoirs.differences(energies)[:, upper[0], upper[1]]
        above = energies[:, None] - reservoirs.base
        return np.concatenate((pairs, above * pairs), axis=1)

    found, doubts = table.integrals(transmissions, weights, reservoirs.cuts())
    moments = _antisymmetric(found.reshape(2, len(upper[0]), n, n), upper, n)
    spread = np.abs(_antisymmetric(doubts.reshape(2, len(upper[0]), n, n), upper, n))
    # moments[p, i, j] = int (f_i - f_j) T_ij E^p
    flow = table.degeneracy * moments.sum(axis=2)
    errors = table.degeneracy * spread.sum(axis=2)
    result = Currents(reservoirs, flow[0], flow[1], errors)
    if result.imbalance > BALANCE and not _is_rounding(result):
        raise Unreliable(
            f"energy is not conserved: {result.imbalance:.1e} of it is missing, so S is not "
            "unitary; mend the scatterer (see check_unitarity)"
        )
    return result


def _antisymmetric(values: RealArray, upper: tuple[Any, Any], n: int) -> RealArray:
    """Integrals of (f_i - f_j) T_ij for all i, j from those over pairs i < j, (2, n, n)."""
    full = np.zeros((2, n, n))
    for pair, (i, j) in enumerate(zip(*upper, strict=True)):
        full[:, i, j] = values[:, pair, i, j]
        full[:, j, i] = -values[:, pair, j, i]
    return full


def _is_rounding(result: Currents) -> bool:
    """Whether so little moves that a relative error means nothing."""
    levels = result.reservoirs.potentials - result.reservoirs.base
    scale = float(np.ptp(levels) + result.reservoirs.widths.max(initial=0.0)) ** 2
    total = float(result.heat.sum()) + result.power
    return abs(total) <= 1e-12 * WATT_PER_MEV2 * scale
