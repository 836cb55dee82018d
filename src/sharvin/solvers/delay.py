r"""How long electrons stay: the Wigner-Smith matrix, and the density of states it holds."""

from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.solvers.inside import quadratic_density, refuse_closed, solve_inside
from sharvin.solvers.motion import energy_motion
from sharvin.solvers.smatrix import one_blas_thread
from sharvin.typing import ComplexArray, RealArray
from sharvin.units import HBAR


def wigner_smith(device: Device, *, energy: float | str, **parameters: Any) -> ComplexArray:
    r"""Wigner-Smith matrix of a device; its eigenvalues are the proper delay times.

    .. math:: Q = -i\hbar\, S^\dagger \frac{\partial S}{\partial E}

    Time is counted from the device's outermost orbitals, at which the waves of a mode have the
    same phase coming in and going out: a hard wall there reflects every mode without delay. In
    the same gauge :math:`\mathrm{Tr}\,Q / 2\pi\hbar` is the density of states
    (`density_of_states`). (A lead whose coupling is not its own hop counts from its first cell.)
    Nothing is differentiated across a resonance: the device enters through its scattering states
    and only the leads' self-energies by differences, so that the sharpest level is exact.

    Parameters
    ----------
    device : Device
    energy : float or str
        In meV (a raw Hamiltonian's own unit).
    **parameters
        The device's parameters.

    Returns
    -------
    complex array, shape (n, n)
        Hermitian, rows and columns in the order of the columns of S (incoming modes), in ps; for
        a raw Hamiltonian in its own unit U read as meV, in ps. A diagonal element is the mean
        delay of a wave that comes in through that mode.

    Raises
    ------
    InvalidInput
        At an energy at which no mode is open.
    Unreliable
        So near a band edge, or a state bound to the surface of a lead, that the leads' own
        derivative cannot be trusted.

    References
    ----------
    E. P. Wigner, Phys. Rev. 98, 145 (1955); F. T. Smith, Phys. Rev. 118, 349 (1960).
    """
    with one_blas_thread():
        inside = solve_inside(device, energy, parameters)
        refuse_closed(inside.smatrix, "delay")
        waves = inside.waves()
        return HBAR * (waves.conj().T @ waves - energy_motion(inside))


def delay_times(device: Device, *, energy: float | str, **parameters: Any) -> RealArray:
    """Proper delay times, the eigenvalues of `wigner_smith`, ascending, in ps.

    Returns
    -------
    real array, shape (n,)
        They may be negative: what a lead's wave would have spent where it cannot go is not
        charged.
    """
    matrix = wigner_smith(device, energy=energy, **parameters)
    return np.asarray(np.linalg.eigvalsh(matrix), dtype=np.float64)


def density_of_states(device: Device, *, energy: float | str, **parameters: Any) -> float:
    r"""Density of states of the device, with its share of the leads' surface: Friedel's sum rule.

    .. math:: \nu(E) = \frac{1}{2\pi i} \frac{d}{dE} \ln\det S
              = -\frac{1}{\pi}\,\mathrm{Im}\,\mathrm{Tr}\,[G\,(1 - \partial\Sigma/\partial E)]

    The term with :math:`\partial\Sigma/\partial E` is what the device changes in the leads; the
    sum of `ldos` over the device lacks it and is another number.

    Parameters
    ----------
    device : Device
    energy : float or str
        In meV (a raw Hamiltonian's own unit).
    **parameters
        The device's parameters.

    Returns
    -------
    float
        In 1/meV (one over the Hamiltonian's unit). Degeneracy is not included, nor are states
        that no lead reaches.

    References
    ----------
    J. Friedel, Philos. Mag. 43, 153 (1952); for many channels
    R. Dashen, S.-K. Ma and H. J. Bernstein, Phys. Rev. 187, 345 (1969).
    """
    with one_blas_thread():
        inside = solve_inside(device, energy, parameters)
        refuse_closed(inside.smatrix, "density of states")
        stay = quadratic_density(inside, np.eye(len(inside.smatrix.data), dtype=complex)).sum()
        return float(stay - np.trace(energy_motion(inside)).real) / (2 * np.pi)
