"""A rough torus: how well topology protects the degeneracy of its ground states."""

from collections.abc import Sequence

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.manybody.fractional.interactions import Haldane
from sharvin.manybody.fractional.solve import Levels, lowest_states
from sharvin.manybody.fractional.states import transition_matrix
from sharvin.manybody.fractional.terms import one_body
from sharvin.manybody.fractional.torus import Torus
from sharvin.typing import ComplexArray, RealArray


def random_potential(
    torus: Torus, *, strength: float = 1.0, length: float = 1.0, seed: int = 0, flux: float = 0.0
) -> ComplexArray:
    r"""Elements between orbitals of a Gaussian random potential, shape (orbitals, orbitals).

    .. math:: \langle U(\mathbf r) U(\mathbf r') \rangle = W^2 e^{-|\mathbf r - \mathbf r'|^2/2b^2}

    projected onto the lowest Landau level, without its mean.

    Parameters
    ----------
    torus : Torus
    strength : float
        W, in the units of the repulsion.
    length : float
        b, in magnetic lengths.
    seed : int
    flux : float
        Flux quanta threaded: the orbitals have moved by so many along x.
    """
    if not (np.isfinite(strength) and np.isfinite(length) and length >= 0):
        raise InvalidInput(f"strength and length must be finite, got {strength!r} and {length!r}")
    n = torus.flux
    steps, square = torus.wave_vectors(7.0)
    random = np.random.default_rng(seed)
    noise = random.normal(size=len(steps)) + 1j * random.normal(size=len(steps))
    # U(-q) is the conjugate of U(q): the list of wave vectors is symmetric about its middle.
    noise = (noise + noise[::-1].conj()) / 2
    power = np.exp(-square * length**2 / 2)
    power[square == 0] = 0.0
    scale = strength / np.sqrt(power.sum())
    waves = scale * np.sqrt(power) * noise * np.exp(-square / 4)
    waves = waves * np.exp(2j * np.pi * steps[:, 0] * flux / n)
    k = np.arange(n)
    matrix = np.zeros((n, n), np.complex128)
    for (s, t), wave in zip(steps.tolist(), waves, strict=True):
        matrix[(k + t) % n, k] += wave * np.exp(1j * np.pi * s * (2 * k + t) / n)
    return (matrix + matrix.conj().T) / 2


def triplet_energies(multiplet: Sequence[Levels], potential: ComplexArray) -> RealArray:
    """Energies of the ground states in a weak potential, to first order, ascending.

    Exact as far as the potential is small against the gap: what mixes the multiplet with the rest
    is of second order.
    """
    size = len(multiplet)
    h = np.zeros((size, size), np.complex128)
    for a in range(size):
        for b in range(a, size):
            h[a, b] = (potential * transition_matrix(multiplet[a], multiplet[b])).sum()
            h[b, a] = h[a, b].conj()
    return np.linalg.eigvalsh(h).astype(np.float64)


def rough_levels(
    torus: Torus, particles: int, potential: ComplexArray, *, count: int = 4
) -> RealArray:
    """Lowest energies of V₁ electrons in a potential, exactly, no charge being conserved."""
    levels = lowest_states(
        torus, Haldane(), particles, None, count=count, extra=[one_body(potential)]
    )
    return levels.energies
