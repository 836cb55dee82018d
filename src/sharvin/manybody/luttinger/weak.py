"""Weak repulsion on top of any scatterer: how it changes T(E) of a device with temperature."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.luttinger.checks import positive
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN, quantity

if TYPE_CHECKING:
    from sharvin.device.device import Device

WINDOW = 16.0  # of energies, in k_B T: 4 exp(-16) of the weight lies outside
SECOND_CHANNEL = 0.02  # transmission of a second channel that one-channel theory may neglect
ROUGH = 5e-3  # accepted change of a conductance when every second energy is left out


def renormalized_transmission(
    transmission: ArrayLike, energy: ArrayLike, *, alpha: float, bandwidth: float
) -> RealArray:
    r"""Transmission of one channel, with the electrons' repulsion to leading logarithms (formula).

    .. math:: T(E) = \frac{T_0\, x}{R_0 + T_0\, x}, \qquad x = |E/D|^{2\alpha}

    Electrons scatter off the Friedel oscillation of their own density around the scatterer.

    Parameters
    ----------
    transmission : array
        T_0 of free electrons, 0 to 1.
    energy : array
        From the chemical potential; beyond D nothing changes.
    alpha : float
        α = [V(0) - V(2k_F)] / 2πħv without spin, 1/K - 1 to first order. Small.
    bandwidth : float
        D in the same unit.

    Returns
    -------
    real array, the shapes broadcast

    References
    ----------
    K. A. Matveev, D. Yue and L. I. Glazman, Phys. Rev. Lett. 71, 3351 (1993); Phys. Rev. B 49,
    1966 (1994).
    """
    t = np.asarray(transmission, dtype=np.float64)
    if not ((t >= -1e-9) & (t <= 1 + 1e-9)).all():
        raise InvalidInput("transmissions of one channel lie between 0 and 1")
    if not (np.isfinite(alpha) and alpha >= 0):
        raise InvalidInput(f"alpha must not be negative, got {alpha!r}")
    e = np.abs(np.asarray(energy, dtype=np.float64)) / positive(bandwidth, "bandwidth")
    x = np.minimum(e, 1.0) ** (2 * alpha)
    t = np.clip(t, 0.0, 1.0)
    with np.errstate(invalid="ignore"):
        result: RealArray = np.where(t < 1, t * x / (1 - t + t * x), 1.0)
    return result


def renormalized_conductance(
    transmission: Callable[[RealArray], ArrayLike],
    thermal_energy: ArrayLike,
    *,
    alpha: float,
    bandwidth: float,
) -> RealArray:
    r"""Thermal conductance of one channel with weak repulsion, in e²/h.

    .. math:: G(T) = \int \Big(-\frac{\partial f}{\partial E}\Big) T(E)\, dE

    Parameters
    ----------
    transmission : callable
        T_0 at energies from the chemical potential, shape (n,) to (n,).
    thermal_energy : array
        k_B T > 0.
    alpha, bandwidth : float
        As for `renormalized_transmission`.

    Returns
    -------
    real array, shape of `thermal_energy`
    """
    kt = positive(thermal_energy, "thermal energy")
    # In ln|E| the cusp at the chemical potential is smooth and the trapezoidal rule exponential.
    step = 0.05
    logs = np.arange(-36.0, np.log(WINDOW) + step / 2, step)
    e = np.exp(logs)
    weight = step * e / (4 * np.cosh(e / 2) ** 2)
    total = np.zeros(kt.shape)
    for side in (1.0, -1.0):
        energy = side * kt[..., None] * e
        bare = np.asarray(transmission(energy.ravel()), dtype=np.float64).reshape(energy.shape)
        new = renormalized_transmission(bare, energy, alpha=alpha, bandwidth=bandwidth)
        total += new @ weight
    # The end of the window cuts the weight off by a known amount.
    norm = float(2 * weight.sum())
    return np.asarray(total / norm)


def device_conductance(
    device: "Device",
    *,
    to: str,
    from_: str,
    chemical_potential: float | str,
    temperature: Any,
    alpha: float,
    bandwidth: float | str,
    energies: int = 65,
    **params: Any,
) -> RealArray:
    """Conductance of a one-channel device with weak repulsion, in e²/h, with degeneracy.

    Parameters
    ----------
    device : Device
        Whose second transmission eigenvalue stays below 2 % near the chemical potential.
    to, from_ : str
        Leads.
    chemical_potential : float or str
        meV.
    temperature : array
        K, all positive.
    alpha : float
    bandwidth : float or str
        D in meV.
    energies : int
        Where the device is solved, within 16 k_B T of the chemical potential.
    **params
        The device's own parameters.

    Returns
    -------
    real array, shape of `temperature`

    Raises
    ------
    Unreliable
        Where the energies do not resolve T(E).
    InvalidInput
        Where more than one channel is open: repulsion then mixes them in ways this leaves out.
    """
    from scipy.interpolate import CubicSpline

    from sharvin.observables.eigenchannels import transmission_eigenvalues
    from sharvin.solvers.smatrix import smatrices

    if not (isinstance(energies, int) and energies >= 9):
        raise InvalidInput(f"energies must be an integer of at least 9, got {energies!r}")
    mu = quantity(chemical_potential, "meV", name="chemical_potential")
    top = quantity(bandwidth, "meV", name="bandwidth")
    kt = BOLTZMANN * positive(quantity(temperature, "K", name="temperature"), "temperature")
    grid = np.linspace(-1, 1, energies | 1) * WINDOW * float(kt.max())
    points = [{**params, "energy": mu + float(e)} for e in grid]
    found = [transmission_eigenvalues(s, to=to, from_=from_) for s in smatrices(device, points)]
    second = max((float(t[1]) for t in found if len(t) > 1), default=0.0)
    if second > SECOND_CHANNEL:
        raise InvalidInput(
            f"a second channel passes with {second:.2f} within {WINDOW:g} kT of the chemical "
            "potential; weak-interaction theory is for one: lower the chemical potential or the "
            "temperature"
        )
    bare = np.array([t[0] if len(t) else 0.0 for t in found])

    def averaged(every: int) -> RealArray:
        spline = CubicSpline(grid[::every], bare[::every])
        return renormalized_conductance(
            lambda e: np.clip(spline(e), 0.0, 1.0), kt, alpha=alpha, bandwidth=top
        )

    fine, coarse = averaged(1), averaged(2)
    if np.abs(fine - coarse).max() > ROUGH:
        raise Unreliable(
            f"{energies} energies do not resolve the transmission: with half of them the "
            f"conductance changes by {np.abs(fine - coarse).max():.1e}; raise energies"
        )
    return np.asarray(fine * device.degeneracy)
