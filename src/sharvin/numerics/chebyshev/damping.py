r"""Kernels that turn a truncated Chebyshev series into a positive, finite-width delta function.

An energy E is :math:`x = (E - c)/\Delta` inside (-1, 1), and

.. math:: \delta(E - H) \approx \frac{1}{\pi \Delta \sqrt{1 - x^2}}
          \sum_{n < M} g_n h_n T_n(x)\, T_n(\tilde H), \qquad h_0 = 1,\ h_{n > 0} = 2
"""

from dataclasses import dataclass

import numpy as np

from sharvin.errors import InvalidInput, UnknownName
from sharvin.typing import ComplexArray, RealArray

KERNELS = ("jackson", "lorentz")
# Sharpness of the Lorentz kernel: its tails are cut at exp(-4).
LORENTZ = 4.0
# How much of the exact Lorentzian may be missing when its series is cut off.
CUT = 1e-3


@dataclass(frozen=True)
class Interval:
    """Energies c - Δ..c + Δ that are mapped on (-1, 1)."""

    center: float
    half: float

    def scaled(self, energy: RealArray) -> RealArray:
        """Energies as positions in (-1, 1)."""
        scaled: RealArray = (np.asarray(energy, dtype=np.float64) - self.center) / self.half
        return scaled


def damping(kernel: str, moments: int) -> RealArray:
    r"""Factors :math:`g_n` of a named kernel, shape (moments,).

    References
    ----------
    A. Weiße et al., Rev. Mod. Phys. 78, 275 (2006), table II.
    """
    n = np.arange(moments)
    if kernel == "jackson":
        q = np.pi / (moments + 1)
        jackson: RealArray = ((moments - n + 1) * np.cos(q * n) + np.sin(q * n) / np.tan(q)) / (
            moments + 1
        )
        return jackson
    if kernel == "lorentz":
        lorentz: RealArray = np.sinh(LORENTZ * (1 - n / moments)) / np.sinh(LORENTZ)
        return lorentz
    raise UnknownName.among("kernel", kernel, KERNELS)


def resolution(kernel: str, moments: int, interval: Interval, energy: RealArray) -> RealArray:
    """Width of the kernel at each energy: rms of Jackson's, half width of Lorentz's."""
    x: RealArray = np.clip(interval.scaled(energy), -1, 1)
    if kernel == "jackson":
        q = np.pi / (moments + 1)
        squared = (moments - x**2 * (moments - 1)) / (2 * (moments + 1)) * (1 - np.cos(2 * q))
        width: RealArray = interval.half * np.sqrt(squared)
        return width
    if kernel == "lorentz":
        half_width: RealArray = interval.half * LORENTZ / moments * np.sqrt(1 - x**2)
        return half_width
    raise UnknownName.among("kernel", kernel, KERNELS)


def delta_weights(kernel: str, moments: int, interval: Interval, energy: RealArray) -> RealArray:
    """Numbers w with δ(E - H) = Σ w_n T_n, shape (energies, moments), one over energy."""
    x = interval.scaled(np.atleast_1d(energy))[:, None]
    n = np.arange(moments)
    factors = damping(kernel, moments) * np.where(n == 0, 1.0, 2.0)
    weights: RealArray = np.cos(n * np.arccos(x)) * factors
    weights /= np.pi * interval.half * np.sqrt(1 - x**2)
    return weights


def green_weights(
    moments: int, interval: Interval, energy: RealArray, broadening: float
) -> ComplexArray:
    r"""Numbers w with :math:`(E + i\eta - H)^{-1} = \sum_n w_n T_n`, shape (energies, moments).

    The series is exact but for what is cut off: with :math:`z = (E + i\eta - c)/\Delta`,

    .. math:: w_n = -\frac{i h_n}{\Delta\sqrt{1 - z^2}}\, e^{-i n \arccos z}

    References
    ----------
    A. Ferreira and E. R. Mucciolo, Phys. Rev. Lett. 115, 106601 (2015).
    """
    z = interval.scaled(np.atleast_1d(energy))[:, None] + 1j * broadening / interval.half
    n = np.arange(moments)
    # arccos has Im < 0 above the real axis, so that the series decays.
    phase = np.exp(-1j * n * np.arccos(z))
    weights: ComplexArray = -1j * np.where(n == 0, 1.0, 2.0) * phase
    weights /= interval.half * np.sqrt(1 - z**2)
    return weights


def moments_for(interval: Interval, energy: RealArray, broadening: float) -> int:
    """Moments after which the series of a Green function may be cut off."""
    z = interval.scaled(np.atleast_1d(energy)) + 1j * broadening / interval.half
    decay = float(-np.arccos(z).imag.max())
    if not decay > 0:
        raise InvalidInput(f"broadening must be positive, got {broadening}")
    return int(np.ceil(np.log(1 / CUT) / decay))
