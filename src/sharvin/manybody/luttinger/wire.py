"""A clean interacting wire: charge waves between leads, for direct and alternating currents."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput
from sharvin.manybody.luttinger.checks import luttinger_parameter, positive
from sharvin.typing import ComplexArray, RealArray


def clean_conductance(k: float, *, leads: bool = True) -> float:
    r"""Conductance of a clean wire per channel, in e²/h (formula).

    One, whatever K, between reservoirs of free electrons; K for a wire so long (or a frequency so
    high) that the reservoirs are never felt.

    Parameters
    ----------
    k : float
        Luttinger parameter of the charge.
    leads : bool
        Whether the wire ends in leads.

    References
    ----------
    D. L. Maslov and M. Stone, Phys. Rev. B 52, R5539 (1995); I. Safi and H. J. Schulz, Phys. Rev.
    B 52, R17040 (1995); V. V. Ponomarenko, Phys. Rev. B 52, R8666 (1995); without leads W. Apel
    and T. M. Rice, Phys. Rev. B 26, 7063 (1982).
    """
    parameter = luttinger_parameter(k)
    return 1.0 if leads else parameter


def ac_conductance(
    frequency: ArrayLike, k: float, *, length: float, velocity: float
) -> ComplexArray:
    r"""Current at the far end per voltage at the near end, per channel in e²/h (formula).

    .. math:: G(\omega) = \frac{(1 - r^2)\, e^{i\omega L/u}}{1 - r^2 e^{2i\omega L/u}}, \qquad
              r = \frac{1 - K}{1 + K}

    The charge wave is reflected where K changes. :math:`|G|` falls from one to
    :math:`2K/(1 + K^2)` at :math:`\omega L/u = \pi/2` and comes back.

    Parameters
    ----------
    frequency : array
        ω in rad/ps.
    k : float
    length : float
        L in nm.
    velocity : float
        u of the charge wave, nm/ps.

    Returns
    -------
    complex array, shape of `frequency`
    """
    delay = positive(length, "length") / positive(velocity, "velocity")
    return layered_conductance(frequency, [luttinger_parameter(k)], delay[None])


def layered_conductance(
    frequency: ArrayLike, parameters: ArrayLike, delays: ArrayLike
) -> ComplexArray:
    r"""The same for a wire whose K changes from layer to layer, between leads with K = 1.

    Where K changes from K₁ to K₂ a current wave is reflected by :math:`(K_1 - K_2)/(K_1 + K_2)`
    and :math:`2K_2/(K_1 + K_2)` of it goes on: current and potential (current over K) are
    continuous.

    Parameters
    ----------
    frequency : array, shape (...)
        ω in rad/ps.
    parameters : array, shape (layers,)
        K of each.
    delays : array, shape (layers,)
        Time to cross each, ps.

    Returns
    -------
    complex array, shape (...)
    """
    ks, times = positive(parameters, "K"), positive(delays, "delays")
    if ks.shape != times.shape or ks.ndim != 1:
        raise InvalidInput(f"as many delays as layers are needed, got {times.shape}, {ks.shape}")
    omega = np.asarray(frequency, dtype=np.float64)
    around = np.concatenate(([1.0], ks, [1.0]))
    forward = np.ones(omega.shape, dtype=np.complex128)
    back = np.zeros(omega.shape, dtype=np.complex128)  # of what meets the stack from inside
    for layer in range(len(ks) + 1):
        first, second = around[layer : layer + 2]
        r = (first - second) / (first + second)
        # Joined from the left: (forward, back) of the layers so far, then one interface.
        loop = 1 / (1 - back * r)
        forward = forward * loop * (1 - r)
        back = -r + (1 + r) * back * loop * (1 - r)
        if layer < len(ks):
            phase = np.exp(1j * omega * times[layer])
            forward = forward * phase
            back = back * phase**2
    return forward


@dataclass(frozen=True, eq=False)
class Echoes:
    """Charges that a unit pulse sends out of the ends of a wire.

    Parameters
    ----------
    delay : float
        Time to cross the wire, ps.
    transmitted : real array, shape (bounces,)
        Charges that leave at the far end at times delay, 3 delay, 5 delay, ...
    reflected : real array, shape (bounces,)
        Charges that leave at the near end at times 0, 2 delay, 4 delay, ...
    """

    delay: float
    transmitted: RealArray
    reflected: RealArray

    @property
    def transmitted_times(self) -> RealArray:
        """In ps, shape (bounces,)."""
        return np.asarray(self.delay * (2 * np.arange(len(self.transmitted)) + 1.0))

    @property
    def reflected_times(self) -> RealArray:
        """In ps, shape (bounces,)."""
        return np.asarray(self.delay * 2.0 * np.arange(len(self.reflected)))


def echoes(k: float, *, length: float, velocity: float, bounces: int = 20) -> Echoes:
    r"""Fractions into which a clean wire breaks an electron that arrives (formula).

    .. math:: q_n = (1 - r^2)\, r^{2n}, \qquad \sum_n q_n = 1

    At the far end each is positive and all add up to one charge: that is why the direct
    conductance knows nothing of K.

    Parameters
    ----------
    k : float
    length, velocity : float
        nm, nm/ps.
    bounces : int
    """
    parameter = luttinger_parameter(k)
    r = (1 - parameter) / (1 + parameter)
    delay = float(positive(length, "length") / positive(velocity, "velocity"))
    n = np.arange(bounces)
    transmitted = np.asarray((1 - r**2) * r ** (2 * n), dtype=np.float64)
    inside = (1 - r) * (-r) * (1 + r) * r ** (2.0 * (n - 1))
    reflected = np.where(n == 0, r, inside)
    return Echoes(delay, transmitted, reflected)


def propagate_pulse(parameters: ArrayLike, pulse: ArrayLike, steps: int) -> RealArray:
    r"""Charge density of a pulse that runs through a medium whose K varies (computed).

    Each cell takes one step of time to cross, so that waves hop from cell to cell without error;
    where K changes they scatter as in `layered_conductance`. Charge is conserved exactly.

    Parameters
    ----------
    parameters : array, shape (cells,)
        K of each cell; outside the chain goes on with the first and the last.
    pulse : array, shape (cells,)
        Charge of right movers in each cell at the beginning.
    steps : int
        Of time.

    Returns
    -------
    real array, shape (steps + 1, cells)
        Charge in each cell after each step.
    """
    ks = positive(parameters, "K")
    right = np.array(pulse, dtype=np.float64)
    if right.shape != ks.shape or ks.ndim != 1:
        raise InvalidInput(f"pulse and parameters need one shape, got {right.shape}, {ks.shape}")
    left = np.zeros_like(right)
    r = (ks[:-1] - ks[1:]) / (ks[:-1] + ks[1:])
    frames = np.empty((steps + 1, len(ks)))
    frames[0] = right
    for step in range(1, steps + 1):
        onward, backward = right[:-1], left[1:]
        new_right, new_left = np.zeros_like(right), np.zeros_like(left)
        new_right[1:] = (1 - r) * onward - r * backward
        new_left[:-1] = r * onward + (1 + r) * backward
        right, left = new_right, new_left
        frames[step] = right + left
    return frames
