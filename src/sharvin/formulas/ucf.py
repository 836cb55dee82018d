r"""Universal conductance fluctuations of metallic samples: shape, temperature, dephasing.

Per spin, in (e²/h)²; for two spins that both conduct alike the variance is four times as large.
"""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput
from sharvin.typing import RealArray

MODES = 200  # of the diffusion equation, per direction; the tail of the sum is added in closed form


def fluctuation_variance(length: float, width: float = 0.0, beta: int = 1) -> float:
    r"""Variance of the conductance of a film between two wide reservoirs, at zero temperature.

    .. math:: \operatorname{var} g = \frac{12}{\beta \pi^4} \sum_{m \ge 1} \sum_{n \ge 0}
              \Big[m^2 + n^2 \frac{L^2}{W^2}\Big]^{-2}

    Thin wires have :math:`2/15\beta`, squares :math:`0.1856/\beta`; it grows as W/L in wide films.

    Parameters
    ----------
    length, width : float
        Between the reservoirs and across, in the same unit; no width for a thin wire.
    beta : {1, 2, 4}
        Symmetry: time reversal, a magnetic field, spin-orbit coupling (per Kramers pair).

    References
    ----------
    P. A. Lee, A. D. Stone, H. Fukuyama, Phys. Rev. B 35, 1039 (1987).
    """
    if beta not in (1, 2, 4):
        raise InvalidInput(f"beta must be 1, 2 or 4, got {beta!r}")
    if not (length > 0 and width >= 0):
        raise InvalidInput(f"a film has a positive length and width, got {length} and {width}")
    scale = 12 / (beta * np.pi**4)
    if width == 0:
        return float(scale * np.pi**4 / 90)
    along = np.arange(1, MODES + 1, dtype=float)[:, None]
    # as many modes across as reach the same wave number
    count = int(np.ceil(MODES * max(width / length, 1.0)))
    across = np.arange(count + 1) * (length / width)
    total = float(((along**2 + across**2) ** -2.0).sum())
    return scale * (total + _tail(MODES + 0.5, (count + 0.5) * length / width) * width / length)


def _tail(a: float, b: float) -> float:
    """Integral of r^-4 over the quarter plane outside the box (0, a) x (0, b)."""
    steep = np.arctan2(b, a)
    rest = np.pi / 2 - steep
    near = (steep / 2 + np.sin(2 * steep) / 4) / (2 * a * a)
    far = (rest / 2 + np.sin(2 * rest) / 4) / (2 * b * b)
    return float(near + far)


def fluctuation_amplitude(
    length: ArrayLike,
    coherence_length: ArrayLike,
    thermal_length: ArrayLike = np.inf,
    beta: int = 1,
    spins: int = 1,
) -> RealArray:
    r"""Rms conductance fluctuation of a wire longer than its coherence length, in e²/h.

    .. math:: \delta g = \sqrt{12}\, \frac{g_s}{2} \sqrt{\frac{1}{\beta}}
              \Big(\frac{L_\varphi}{L}\Big)^{3/2}
              \Big[1 + \frac{9}{2\pi} \Big(\frac{L_\varphi}{L_T}\Big)^2\Big]^{-1/2}

    with :math:`L_T = \sqrt{\hbar D / k_B T}`. An interpolation, good to some ten percent.

    References
    ----------
    C. W. J. Beenakker, H. van Houten, Solid State Phys. 44, 1 (1991), eq. 8.24.
    """
    phase, long = np.asarray(coherence_length, float), np.asarray(length, float)
    thermal = np.asarray(thermal_length, dtype=float)
    scale = np.sqrt(12 / beta) * spins / 2 * (phase / long) ** 1.5
    found: RealArray = scale / np.sqrt(1 + 9 / (2 * np.pi) * (phase / thermal) ** 2)
    return found


def thouless_energy(diffusivity: ArrayLike, length: ArrayLike, hbar: float = 1.0) -> RealArray:
    r"""Correlation energy :math:`\pi \hbar D / L^2`, within a factor of order one."""
    found: RealArray = (
        np.pi * hbar * np.asarray(diffusivity, float) / np.asarray(length, float) ** 2
    )
    return found
