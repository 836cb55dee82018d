"""Shapes of conductance peaks of a dot, each with its derivatives."""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.formulas.polygamma import trigamma, trigamma_and_slope
from sharvin.typing import RealArray

FAR = 300.0  # widths from the center beyond which a thermal tail is zero in floating point


def thermal_peak(
    x: ArrayLike, *, center: float, width: float, height: float, base: float = 0.0
) -> RealArray:
    r"""One level, coupled weakly: :math:`G_0 + G_1 \cosh^{-2}[(x - x_0)/2w]`, w = kT/α.

    For hΓ ≪ kT ≪ ΔE; full width at half maximum 3.5255 w. C. W. J. Beenakker, Phys. Rev. B 44,
    1646 (1991).
    """
    half = np.clip(np.abs(np.asarray(x, dtype=np.float64) - center) / (2 * width), 0, FAR)
    peak: RealArray = base + height / np.cosh(half) ** 2
    return peak


def thermal_slopes(
    x: RealArray, *, center: float, width: float, height: float, base: float
) -> dict[str, RealArray]:
    """Derivatives of `thermal_peak` by its parameters."""
    half = np.clip((x - center) / (2 * width), -FAR, FAR)
    shape = np.cosh(half) ** -2.0
    steep = height * shape * np.tanh(half) / width
    return {
        "center": steep, "width": 2 * steep * half, "height": shape, "base": np.ones(x.shape)
    }  # fmt: skip


def multi_level_peak(
    x: ArrayLike, *, center: float, width: float, height: float, base: float = 0.0
) -> RealArray:
    r"""Many levels within kT: :math:`G_0 + G_1 u/\sinh u`, :math:`u = (x - x_0)/w`, w = kT/α.

    For ΔE ≪ kT ≪ E_C; full width at half maximum 4.3546 w. I. O. Kulik and R. I. Shekhter, Sov.
    Phys. JETP 41, 308 (1975).
    """
    u = np.clip(np.abs(np.asarray(x, dtype=np.float64) - center) / width, 1e-6, FAR)
    peak: RealArray = base + height * u / np.sinh(u)
    return peak


def multi_level_slopes(
    x: RealArray, *, center: float, width: float, height: float, base: float
) -> dict[str, RealArray]:
    """Derivatives of `multi_level_peak` by its parameters."""
    away = (x - center) / width
    u = np.clip(np.abs(away), 1e-6, FAR)
    shape = u / np.sinh(u)
    # u coth u - 1 = u²/3 near zero, where the difference would be rounding.
    fall = np.where(u < 1e-3, u**2 / 3, u / np.tanh(u) - 1)
    steep = height * shape * fall / width
    return {
        "center": steep * np.sign(away) / u, "width": steep, "height": shape,
        "base": np.ones(x.shape),
    }  # fmt: skip


def lifetime_peak(
    x: ArrayLike, *, center: float, gamma: float, height: float, base: float = 0.0
) -> RealArray:
    r"""One level at T = 0: :math:`G_0 + G_1 (\gamma/2)^2/[(\gamma/2)^2 + (x-x_0)^2]`, γ = Γ/α."""
    x = np.asarray(x, dtype=np.float64)
    peak: RealArray = base + height / (1 + (2 * (x - center) / gamma) ** 2)
    return peak


def lifetime_slopes(
    x: RealArray, *, center: float, gamma: float, height: float, base: float
) -> dict[str, RealArray]:
    """Derivatives of `lifetime_peak` by its parameters."""
    u = 2 * (x - center) / gamma
    shape = 1 / (1 + u**2)
    steep = 2 * height * shape**2 * u / gamma
    return {"center": 2 * steep, "gamma": steep * u, "height": shape, "base": np.ones(x.shape)}


def broadened_peak(
    x: ArrayLike, *, center: float, width: float, gamma: float, height: float, base: float = 0.0
) -> RealArray:
    r"""Lorentzian of width γ = Γ/α averaged over w = kT/α, with G_1 the height of the peak.

    .. math:: G_0 + G_1 \frac{\mathrm{Re}\,\psi'[z(x)]}{\psi'[z(x_0)]}, \qquad
              z(x) = \frac12 + \frac{\gamma/2 + i (x - x_0)}{2\pi w}

    A. D. Stone and P. A. Lee, Phys. Rev. Lett. 54, 1196 (1985).
    """
    away = np.append(np.asarray(x, dtype=np.float64) - center, 0.0)
    first = trigamma(0.5 + (gamma / 2 + 1j * away) / (2 * np.pi * width))
    peak: RealArray = base + height * first.real[:-1] / first.real[-1]
    return peak


def broadened_slopes(
    x: RealArray, *, center: float, width: float, gamma: float, height: float, base: float
) -> dict[str, RealArray]:
    """Derivatives of `broadened_peak` by its parameters."""
    rise = (gamma / 2 + 1j * np.append(x - center, 0.0)) / (2 * np.pi * width)
    first, second = trigamma_and_slope(0.5 + rise)
    top = first.real[-1]
    shape = first.real / top

    def moved(change: RealArray) -> RealArray:
        """Derivative of the shape where ψ' changes like this, at the top too."""
        steep: RealArray = height * (change - shape * change[-1])[:-1] / top
        return steep

    return {
        "center": moved(second.imag) / (2 * np.pi * width),
        "gamma": moved(second.real) / (4 * np.pi * width),
        "width": moved(-(second * rise).real) / width,
        "height": shape[:-1], "base": np.ones(x.shape),
    }  # fmt: skip
