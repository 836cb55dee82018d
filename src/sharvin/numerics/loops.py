r"""Interference of closed paths with their reverses: weak localization of a film by random walks.

An electron diffuses on a square grid, one step at a time. Each time it is back where it began, the
path and its reverse meet in phase; a flux, a spin that has turned, and lost phase spoil that:

.. math:: \delta\sigma(\phi) = -\frac{e^2}{h} \Big\langle \sum_{n:\, r_n = r_0}
          e^{-n/n_\varphi} \cos(4\pi\phi A_n)\, \tfrac12 \mathrm{Tr} R_n^2 \Big\rangle ,
          \qquad L_\varphi^2 = n_\varphi / 4

for both spins together; A is the enclosed area in plaquettes and R the rotation of the spin. What
diffusion and the return probability do is simulated; that they decide is theory.

References
----------
D. E. Khmel'nitskii, Physica B+C 126, 235 (1984); G. Bergmann, Phys. Rep. 107, 1 (1984).
"""

from typing import Any

import numpy as np
from numba import njit

from sharvin.errors import InvalidInput
from sharvin.numerics.hashing import GOLDEN, hashed_bits, mixed
from sharvin.typing import RealArray

BATCHES = 32  # independent ones, for the error
LIFETIMES = 8.0  # n_phi after which a walk is given up: what is left out is 3e-4 of it


@njit(cache=True, nogil=True)
def _turned(spin: Any, state: Any, angle: float) -> Any:
    """Turn the unit quaternion of a spin by small angles, uniform in a width, about each axis."""
    state[0] += GOLDEN
    bits = mixed(state[0])
    mask = np.uint64(0x1FFFFF)  # 21 bits for each axis
    x = angle * (np.float64(bits & mask) * 2.0**-21 - 0.5)
    y = angle * (np.float64((bits >> np.uint64(21)) & mask) * 2.0**-21 - 0.5)
    z = angle * (np.float64((bits >> np.uint64(42)) & mask) * 2.0**-21 - 0.5)
    w = np.sqrt(max(0.0, 1.0 - (x * x + y * y + z * z) / 4))
    x, y, z = x / 2, y / 2, z / 2
    a, b, c, d = spin[0], spin[1], spin[2], spin[3]
    spin[0] = a * w - b * x - c * y - d * z
    spin[1] = a * x + b * w + c * z - d * y
    spin[2] = a * y - b * z + c * w + d * x
    spin[3] = a * z + b * y - c * x + d * w


@njit(cache=True, nogil=True)
def _walk(
    walks: int, steps: int, life: float, angle: float, flux: Any, state: Any, total: Any
) -> None:
    """Add up the returns of many walks; ``total`` has one entry per flux."""
    spin = np.empty(4)
    for _ in range(walks):
        x, y, area = 0, 0, 0
        spin[:] = 0.0
        spin[0] = 1.0
        bits, left = np.uint64(0), 0
        for step in range(1, steps + 1):
            if left == 0:
                state[0] += GOLDEN
                bits, left = mixed(state[0]), 32
            way = bits & np.uint64(3)
            bits, left = bits >> np.uint64(2), left - 1
            if way == 0:
                x += 1
            elif way == 1:
                x -= 1
            elif way == 2:
                y += 1
                area += x
            else:
                y -= 1
                area -= x
            if angle > 0:
                _turned(spin, state, angle)
            if x == 0 and y == 0:
                weight = np.exp(-step / life) * (2 * spin[0] * spin[0] - 1)  # Tr R²/2
                for k in range(flux.shape[0]):
                    total[k] += weight * np.cos(4 * np.pi * flux[k] * area)


def loop_correction(
    flux: RealArray,
    coherence_length: float,
    *,
    turn: float = 0.0,
    walks: int = 16_000,
    seed: int = 0,
) -> tuple[RealArray, RealArray, RealArray]:
    """Weak-localization correction of a film against flux, from random walks.

    Parameters
    ----------
    flux : real array, shape (n,)
        Flux quanta h/e per plaquette.
    coherence_length : float
        In steps of the walk, at least 3.
    turn : float
        Width of the angle, in radians, by which the spin turns about each axis in a step (uniform,
        at most 1): spin-orbit coupling of the length :math:`L_{so}` = 2 / turn steps.
    walks : int
    seed : int

    Returns
    -------
    correction, gain, error : real array, shape (n,)
        The correction, what it has gained over that at ``flux[0]``, and the standard error of the
        gain, in e²/h for both spins. All fluxes share the same walks.
    """
    flux = np.asarray(flux, dtype=float)
    if coherence_length < 3:
        raise InvalidInput(
            f"a coherence length of {coherence_length} steps is no diffusion; 3 at least"
        )
    if not 0 <= turn <= 1:
        raise InvalidInput(f"turn must lie between 0 and 1 radian, got {turn}")
    each = int(walks) // BATCHES
    if each < 1:
        raise InvalidInput(f"at least {BATCHES} walks are needed, got {walks}")
    life = 4 * coherence_length**2
    steps = int(LIFETIMES * life)
    found = np.zeros((BATCHES, len(flux)))
    for batch in range(BATCHES):
        state = np.array([hashed_bits(seed, batch)], np.uint64)
        _walk(each, steps, float(life), float(turn), flux, state, found[batch])
    found = -found / each
    gains = found - found[:, :1]
    error = gains.std(axis=0, ddof=1) / np.sqrt(BATCHES)
    return found.mean(axis=0), gains.mean(axis=0), error
