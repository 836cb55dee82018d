"""Steps of the Schrödinger equation with a slowly changing Hamiltonian, of fourth order."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.typing import ComplexArray
from sharvin.units import HBAR, quantity

Ramp = Literal["uniform", "smooth"]
Hamiltonian = Callable[[float], Any]  # dense (..., n, n), or sparse (n, n)

# Gauss points and weights of the fourth-order commutator-free Magnus step.
_SHIFT = np.sqrt(3.0) / 6
_HEAVY, _LIGHT = 0.25 + _SHIFT, 0.25 - _SHIFT
ROUNDING = 1e-17
MOST_TERMS = 60


def stepped(waves: ComplexArray, hamiltonian: Hamiltonian, start: float, dt: float) -> ComplexArray:
    r"""Waves (..., n, m) after a step of time; H in meV, times in ps.

    .. math:: \psi(t + \delta) = e^{-i (b H_1 + a H_2) \delta/\hbar}\,
              e^{-i (a H_1 + b H_2) \delta/\hbar}\, \psi(t), \qquad
              a, b = \tfrac14 \pm \tfrac{\sqrt 3}{6}

    with H at the two Gauss points; the error is of order δ⁴ and norms are kept.

    References
    ----------
    S. Blanes and P. C. Moan, Appl. Numer. Math. 56, 1519 (2006).
    """
    early = hamiltonian(start + (0.5 - _SHIFT) * dt)
    late = hamiltonian(start + (0.5 + _SHIFT) * dt)
    waves = _evolved(_HEAVY * early + _LIGHT * late, dt / HBAR, waves)
    return _evolved(_LIGHT * early + _HEAVY * late, dt / HBAR, waves)


def _evolved(h: Any, dt: float, waves: ComplexArray) -> ComplexArray:
    """exp(-i h dt) of Hermitian matrices, applied to waves."""
    result: ComplexArray
    n = h.shape[-1]
    if n == 2:
        # exp(-i d·σ dt) = cos |d| dt - i d·σ sin |d| dt / |d|
        middle = (h[..., 0, 0] + h[..., 1, 1]).real[..., None, None] / 2
        traceless = h - middle * np.eye(2)
        size = np.sqrt(traceless[..., 0, 0].real ** 2 + np.abs(h[..., 0, 1]) ** 2)
        angle = size[..., None, None] * dt
        turned = np.cos(angle) * waves - 1j * dt * np.sinc(angle / np.pi) * (traceless @ waves)
        result = np.exp(-1j * middle * dt) * turned
        return result
    if waves.shape[-1] < n / 4:
        return _series(h, dt, waves)
    energies, states = np.linalg.eigh(h)
    phases = np.exp(-1j * dt * energies)
    result = (states * phases[..., None, :]) @ (states.conj().swapaxes(-1, -2) @ waves)
    return result


def _series(h: Any, dt: float, waves: ComplexArray) -> ComplexArray:
    """The same for few waves of many orbitals: a Taylor series of products."""
    term, total = waves, waves.copy()
    for order in range(1, MOST_TERMS):
        term = (-1j * dt / order) * (h @ term)
        total += term
        if np.abs(term).max() < ROUNDING:
            return total
    raise Unreliable(f"a step of {dt * HBAR:.3g} ps is too long for this Hamiltonian; more steps")


def ramped(progress: float, ramp: Ramp) -> float:
    """Phase in rad at a share of the cycle, 0 to 1."""
    if ramp == "smooth":  # two derivatives vanish at both ends
        progress = progress**3 * (10 - 15 * progress + 6 * progress**2)
    return 2 * np.pi * progress


def checked_time(period: float | str, cycles: int, ramp: str) -> float:
    """Period in ps; refuses what is no duration, no count or no ramp."""
    time = float(quantity(period, "ps"))
    if not (np.isfinite(time) and time > 0):
        raise InvalidInput(f"the period of a pump must be positive, got {period!r}")
    if int(cycles) != cycles or cycles < 1:
        raise InvalidInput(f"cycles must be a whole number of at least 1, got {cycles!r}")
    if ramp not in ("uniform", "smooth"):
        raise InvalidInput(f"ramp must be 'uniform' or 'smooth', got {ramp!r}")
    return time


def enough_steps(width: float, time: float) -> int:
    """Steps that keep the error of bands of a width (meV) over a time (ps) below 1e-6."""
    return int(np.ceil(60 + 3 * width * time / HBAR))
