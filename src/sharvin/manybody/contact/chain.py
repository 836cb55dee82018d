"""Green functions of a chain between two semi-infinite chains, at one energy or at many."""

import numba
import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, Unreliable
from sharvin.formulas.thermal import thermal_average
from sharvin.manybody.contact.barrier import HubbardBarrier
from sharvin.typing import ComplexArray, RealArray


def lead_self_energy(energy: ArrayLike, hopping: float) -> ComplexArray:
    r"""Self-energy of a lead on the site that it touches.

    .. math:: \Delta(z) = \tfrac12 \big(z - \sqrt{z - 2\tau} \sqrt{z + 2\tau}\big)

    Retarded on the real axis and in the upper half plane.

    Parameters
    ----------
    energy : complex array
        From the middle of the band.
    hopping : float
        τ.

    Returns
    -------
    complex array, shape of `energy`
    """
    z = np.asarray(energy, dtype=np.complex128)
    # Two roots, not the root of a product: their cuts join to the band and nothing else.
    delta: ComplexArray = 0.5 * (z - np.sqrt(z - 2 * hopping) * np.sqrt(z + 2 * hopping))
    return delta


def inverse_green(
    barrier: HubbardBarrier, energy: complex, self_energy: RealArray | None = None
) -> ComplexArray:
    """``z - h - Σ - Δ`` of one spin, shape (sites, sites), µ being the zero of `energy`."""
    z = complex(energy) + barrier.chemical_potential
    matrix = np.zeros((barrier.sites, barrier.sites), dtype=np.complex128)
    here = np.arange(barrier.sites)
    matrix[here, here] = z - barrier.onsite
    matrix[here[1:], here[:-1]] = barrier.hopping
    matrix[here[:-1], here[1:]] = barrier.hopping
    if self_energy is not None:
        matrix -= self_energy
    delta = lead_self_energy(z, barrier.hopping)
    matrix[0, 0] -= delta
    matrix[-1, -1] -= delta
    return matrix


def transmission(
    barrier: HubbardBarrier, energy: float = 0.0, self_energy: RealArray | None = None
) -> float:
    r"""Transmission of one spin at an energy from µ, :math:`T = \Gamma^2 |G_{1N}|^2`.

    Exact for a static real self-energy, shape (sites, sites); zero outside the band.
    """
    gamma = -2 * lead_self_energy(energy + barrier.chemical_potential, barrier.hopping).imag
    if gamma <= 0:
        return 0.0
    last = np.zeros(barrier.sites, dtype=np.complex128)
    last[-1] = 1.0
    column = np.linalg.solve(inverse_green(barrier, energy, self_energy), last)
    return float(gamma**2 * np.abs(column[0]) ** 2)


def chain_transmission(onsite: RealArray, hopping: float, energy: ArrayLike) -> RealArray:
    r"""Transmission through a potential on a chain at many energies, shape of `energy`.

    .. math:: g_j = (E - V_j - \tau^2 g_{j-1})^{-1}, \qquad
              T = \Gamma^2 \Big| g_N \prod_{j<N} \tau g_j \Big|^2

    with the leads' self-energies in the first and the last step; zero outside their band.
    """
    z = np.asarray(energy, dtype=np.complex128)
    delta = lead_self_energy(z, hopping)
    below = delta
    amplitude = np.ones_like(z)
    for level in onsite[:-1]:
        g = 1 / (z - level - below)
        amplitude = amplitude * (hopping * g)
        below = hopping**2 * g
    amplitude = amplitude / (z - onsite[-1] - below - delta)
    found: RealArray = (2 * delta.imag) ** 2 * np.abs(amplitude) ** 2
    return found


def landauer(
    barrier: HubbardBarrier, zeeman: float = 0.0, thermal_energy: float = 0.0
) -> RealArray:
    """Conductances (up, down) of the potential without interaction in e²/h, shape (2,)."""
    check_zeeman(barrier, zeeman)

    def both(energy: RealArray) -> RealArray:
        shifted = np.asarray(energy)[..., None] + np.array([0.5, -0.5]) * zeeman
        return chain_transmission(
            barrier.onsite, barrier.hopping, shifted + barrier.chemical_potential
        )

    if thermal_energy == 0:
        return both(np.array(0.0))
    return thermal_average(both, 0.0, thermal_energy)


def check_zeeman(barrier: HubbardBarrier, zeeman: float) -> None:
    """Refuse a field in which one spin has no electrons left in the leads."""
    room = 2 * barrier.hopping - abs(barrier.chemical_potential)
    if not abs(zeeman) / 2 < room:
        raise InvalidInput(
            f"a Zeeman splitting of {zeeman:g} moves one spin out of the band of the leads; it "
            f"must stay below {2 * room:g}"
        )


def occupations(onsite: RealArray, hopping: float, energy: ArrayLike) -> RealArray:
    r"""Electrons per site and spin at zero temperature.

    .. math:: n_j = \tfrac12 + \frac{1}{\pi} \int_0^\infty \operatorname{Re} G_{jj}(\mu + i\omega)
              \, d\omega

    The trapezoidal rule in ln ω converges exponentially; its error is 1e-9.

    Parameters
    ----------
    onsite : real array, shape (..., sites)
        With all static self-energies.
    hopping : float
    energy : array, shape (...)
        Chemical potential from the middle of the band.

    Returns
    -------
    real array, shape (..., sites)
    """
    step = 0.5
    omega = hopping * np.exp(np.arange(-20.0, 20.0 + step / 2, step))
    rows = np.ascontiguousarray(onsite, dtype=np.float64).reshape(-1, np.shape(onsite)[-1])
    levels = np.broadcast_to(np.asarray(energy, dtype=np.float64), np.shape(onsite)[:-1]).ravel()
    z = levels[:, None] + 1j * omega
    delta = lead_self_energy(z, hopping)
    weights = omega * step / np.pi
    filled = np.empty_like(rows)
    for row in range(len(rows)):
        filled[row] = 0.5 + _weighted_diagonal(rows[row], hopping, z[row], delta[row], weights)
    if not np.isfinite(filled).all():
        raise Unreliable("the occupations came out infinite; the potential is too large")
    found: RealArray = filled.reshape(np.shape(onsite))
    return found


@numba.njit(nogil=True, cache=True)
def _weighted_diagonal(
    onsite: RealArray, hopping: float, z: ComplexArray, delta: ComplexArray, weights: RealArray
) -> RealArray:  # pragma: no cover - compiled
    """Sum over energies of weight times Re G_jj, by continued fractions from both ends."""
    n = len(onsite)
    total = np.zeros(n)
    left = np.empty(n, dtype=np.complex128)
    t2 = hopping * hopping
    for e in range(len(z)):
        left[0] = delta[e]
        for j in range(1, n):
            left[j] = t2 / (z[e] - onsite[j - 1] - left[j - 1])
        right = delta[e]
        for j in range(n - 1, -1, -1):
            total[j] += weights[e] * (1 / (z[e] - onsite[j] - left[j] - right)).real
            right = t2 / (z[e] - onsite[j] - right)
    return total
