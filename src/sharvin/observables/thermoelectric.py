"""Thermopower and its relatives: what a device makes of heat."""

from dataclasses import dataclass

import numpy as np

from sharvin.errors import InvalidInput, UnknownName
from sharvin.observables.reservoirs import Reservoirs
from sharvin.observables.response import onsager_matrix
from sharvin.observables.spectrum import Spectrum
from sharvin.scattering.smatrix import SMatrix
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN_SI, ELEMENTARY_CHARGE

LORENZ_NUMBER = np.pi**2 / 3 * (BOLTZMANN_SI / ELEMENTARY_CHARGE) ** 2
"""Lorenz number of Wiedemann and Franz, 2.443e-8 W Ω/K²."""

# An exchange this much smaller than the largest is rounding: nothing fixes what such a lead reads.
CUT_OFF = 1e-13


@dataclass(frozen=True)
class Thermoelectric:
    """Linear coefficients between a hot and a cold lead.

    Parameters
    ----------
    temperature : float
        In K.
    conductance : float
        At equal temperatures, S.
    seebeck : float
        In V/K; negative where electrons above the chemical potential pass more easily.
    thermal_conductance : float
        Without a charge current, W/K.
    """

    temperature: float
    conductance: float
    seebeck: float
    thermal_conductance: float

    @property
    def peltier(self) -> float:
        """Heat per charge at equal temperatures, V: S T, after Kelvin."""
        return self.seebeck * self.temperature

    @property
    def figure_of_merit(self) -> float:
        """ZT = G S² T / kappa of the electrons alone."""
        return self.conductance * self.seebeck**2 * self.temperature / self.thermal_conductance

    @property
    def lorenz_ratio(self) -> float:
        """Thermal over electric conductance, kappa / G T, in Lorenz numbers."""
        return self.thermal_conductance / (self.conductance * self.temperature * LORENZ_NUMBER)


def thermoelectric(
    s: SMatrix | Spectrum, reservoirs: Reservoirs, *, hot: str, cold: str
) -> Thermoelectric:
    r"""Coefficients of the conductor between two leads; all others draw neither charge nor heat.

    .. math:: S = -\frac{K_1}{e T K_0}, \qquad
              \kappa = \frac{1}{hT}\Big(K_2 - \frac{K_1^2}{K_0}\Big)

    Parameters
    ----------
    s : SMatrix or Spectrum
    reservoirs : Reservoirs
        All at one chemical potential and one temperature above zero.
    hot, cold : str
        The open-circuit voltage is :math:`V_\text{hot} - V_\text{cold} = -S\,\Delta T`.

    References
    ----------
    U. Sivan and Y. Imry, Phys. Rev. B 33, 551 (1986).
    """
    leads = Spectrum.of(s).leads
    for lead in (hot, cold):
        if lead not in leads:
            raise UnknownName.among("lead", lead, leads)
    if hot == cold:
        raise InvalidInput(f"a thermopower needs two different leads, got {hot!r} twice")
    matrix = onsager_matrix(s, reservoirs)
    one, other = leads.index(hot), leads.index(cold)
    kelvin = float(reservoirs.temperatures[0])
    g, cross, heat = _between(matrix, leads, one, other)
    seebeck = cross / (g * kelvin)
    return Thermoelectric(kelvin, g, seebeck, (heat - cross * cross / g) / kelvin)


def _between(
    matrix: RealArray, leads: tuple[str, ...], hot: int, cold: int
) -> tuple[float, float, float]:
    """Charge, cross and heat coefficients of `hot` against `cold`, the others floating."""
    n = len(leads)
    free = [i for i in range(n) if i not in (hot, cold)]
    for lead in free:
        if matrix[lead, lead] <= CUT_OFF * np.abs(matrix[:n, :n]).max():
            raise InvalidInput(
                f"lead {leads[lead]!r} exchanges nothing with the others, so its voltage and "
                "temperature float; couple it, or leave it out"
            )
    mine, rest = [hot, n + hot], [*free, *(n + i for i in free)]
    reduced = matrix[np.ix_(mine, mine)]
    if rest:
        inner = np.linalg.solve(matrix[np.ix_(rest, rest)], matrix[np.ix_(rest, mine)])
        reduced = reduced - matrix[np.ix_(mine, rest)] @ inner
    if not reduced[0, 0] > CUT_OFF * np.abs(matrix[:n, :n]).max():
        raise InvalidInput(
            f"no current passes from {leads[hot]!r} to {leads[cold]!r}, so the voltage between "
            "them floats; open the contact or raise the temperature"
        )
    # S is what balances the current that the temperature drives: V = -I_T / G.
    return float(reduced[0, 0]), float(reduced[0, 1]), float(reduced[1, 1])
