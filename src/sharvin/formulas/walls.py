"""Counting modes between walls: hard, harmonic, and on a lattice."""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.typing import RealArray


def hard_wall_modes(wave_number: ArrayLike, width: float) -> RealArray:
    r"""Open modes :math:`N = \lfloor k_F w/\pi \rfloor` between hard walls, whole numbers."""
    modes: RealArray = np.floor(np.asarray(wave_number, dtype=np.float64) * width / np.pi)
    return modes


def sharvin_modes(wave_number: ArrayLike, size: float, *, dimension: int = 2) -> RealArray:
    r"""Classical number of modes of an aperture: its conductance in e²/h per spin.

    .. math:: N = \frac{k_F w}{\pi} \;\text{(2D, a slit of width w)}, \qquad
              N = \frac{k_F^2 A}{4\pi} \;\text{(3D, a hole of area A)}

    References
    ----------
    Yu. V. Sharvin, Sov. Phys. JETP 21, 655 (1965).
    """
    k = np.asarray(wave_number, dtype=np.float64)
    modes: RealArray = k * size / np.pi if dimension == 2 else k**2 * size / (4 * np.pi)
    return modes


def strip_thresholds(rows: int, hopping: float = 1.0) -> RealArray:
    r"""Bottoms of the subbands of a square-lattice strip, shape (rows,), ascending.

    .. math:: E_m = -2t - 2t \cos \frac{\pi m}{n + 1}, \qquad m = 1 \dots n

    With zero onsite energy; add 4t to count from the band bottom.
    """
    m = np.arange(1, rows + 1)
    bottoms: RealArray = -2 * hopping * (1 + np.cos(np.pi * m / (rows + 1)))
    return bottoms


def harmonic_lattice_levels(hbar_omega: float, count: int, hopping: float = 1.0) -> RealArray:
    r"""Levels of a parabola on a lattice, to first order in the grid, shape (count,).

    .. math:: E_n = \hbar\omega (n + \tfrac12)
              - \frac{(\hbar\omega)^2}{64 t} (2n^2 + 2n + 1)

    from the term :math:`-t a^4 k^4/12` of the lattice band.
    """
    n = np.arange(count)
    levels: RealArray = hbar_omega * (n + 0.5) - hbar_omega**2 * (2 * n**2 + 2 * n + 1) / (
        64 * hopping
    )
    return levels
