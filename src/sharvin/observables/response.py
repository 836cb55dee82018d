r"""Linear response of charge and energy currents to voltages and temperatures.

.. math:: K^{(p)}_{ij} = g \int (E - \mu_j)^p \Big[\delta_{ij} \sum_{k \ne i} T_{ik} -
          (1 - \delta_{ij})\, T_{ij}\Big] \Big({-\frac{\partial f_j}{\partial E}}\Big)\, dE
"""

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.observables.currents import AMPERE_PER_MEV, WATT_PER_MEV2
from sharvin.observables.reservoirs import Reservoirs
from sharvin.observables.spectrum import Spectrum, transmissions
from sharvin.scattering.smatrix import SMatrix
from sharvin.typing import RealArray

MOMENTS = 3  # p = 0, 1, 2


def responses(s: SMatrix | Spectrum, reservoirs: Reservoirs) -> tuple[RealArray, RealArray]:
    """K and the estimated errors of it.

    Column j belongs to a change of reservoir j, whose own occupation weighs it; at temperature
    zero that is the transmission at its chemical potential.

    Returns
    -------
    values, errors : real array, shape (3, leads, leads)
        In meV**p.
    """
    table = Spectrum.of(s)
    n = len(table.leads)
    values, errors = np.zeros((2, MOMENTS, n, n))
    done: dict[tuple[float, float], tuple[RealArray, RealArray]] = {}
    for j in range(n):
        key = (float(reservoirs.potentials[j]), float(reservoirs.widths[j]))
        if key not in done:
            done[key] = _moments(table, *key)
        for out, found in zip((values, errors), done[key], strict=True):
            out[:, :, j] = found.reshape(MOMENTS, n, n)[:, :, j]
            out[:, j, j] = found.reshape(MOMENTS, n, n)[:, j].sum(axis=-1) - out[:, j, j]
    away = np.arange(n)
    values *= -1
    values[:, away, away] *= -1
    return table.degeneracy * values, table.degeneracy * np.abs(errors)


def _moments(table: Spectrum, level: float, width: float) -> tuple[RealArray, RealArray]:
    """Averages of (E - level)^p T_ij over one thermal window, shape (3, leads**2)."""
    if width == 0:
        flat = table.at(transmissions, np.array([level]))[0]
        found = np.zeros((MOMENTS, len(flat)))
        found[0] = flat
        return found, np.zeros_like(found)
    bath = Reservoirs(("",), np.array([level]), np.array([1.0]))
    offsets = (bath.cuts() - level) / bath.widths[0]

    def weights(energies: RealArray) -> RealArray:
        x = (energies - level) / width
        kernel = 1 / (4 * width * np.cosh(0.5 * x) ** 2)
        powers: RealArray = kernel[:, None] * (energies[:, None] - level) ** np.arange(MOMENTS)
        return powers

    return table.integrals(transmissions, weights, level + width * offsets)


def onsager_matrix(s: SMatrix | Spectrum, reservoirs: Reservoirs) -> RealArray:
    r"""Charge and heat currents into the device per voltage and relative temperature change.

    .. math:: \begin{pmatrix} I \\ \dot Q \end{pmatrix} = L
              \begin{pmatrix} V \\ \Delta T / T \end{pmatrix}, \qquad
              L = \begin{pmatrix} e^2 K^{(0)} & -e K^{(1)} \\ -e K^{(1)} & K^{(2)}
              \end{pmatrix} \Big/ h

    In this form :math:`L(B) = L(-B)^T`.

    Parameters
    ----------
    s : SMatrix or Spectrum
    reservoirs : Reservoirs
        All at one chemical potential and one temperature above zero.

    Returns
    -------
    real array, shape (2 leads, 2 leads)
        Charge rows in A/V and A, heat rows in W/V and W.

    References
    ----------
    L. Onsager, Phys. Rev. 37, 405 (1931); P. N. Butcher, J. Phys.: Condens. Matter 2, 4869 (1990).
    """
    _refuse_uneven(reservoirs)
    k, _ = responses(s, reservoirs)
    charge, cross, heat = AMPERE_PER_MEV * 1e3 * k[0], -AMPERE_PER_MEV * k[1], WATT_PER_MEV2 * k[2]
    return np.block([[charge, cross], [cross, heat]])


def _refuse_uneven(reservoirs: Reservoirs) -> None:
    if np.ptp(reservoirs.potentials) > 0 or np.ptp(reservoirs.temperatures) > 0:
        raise InvalidInput(
            "linear response starts from equal reservoirs; give one temperature and no voltages"
        )
    if reservoirs.temperatures[0] == 0:
        raise InvalidInput(
            "a response to temperature needs a temperature above zero; give temperature="
        )
