"""Particle entanglement: a ground state alone tells how its quasiholes count."""

from math import comb

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.manybody.fractional.kernels import shared_out
from sharvin.manybody.fractional.solve import Levels
from sharvin.typing import IntArray, NumberArray, RealArray

MOST = 40_000_000  # ways to share out the particles of all states
FAINT = 1e-12  # of the largest singular value: what rounding leaves of a zero


def particle_entanglement(multiplet: list[Levels] | Levels, particles: int) -> dict[int, RealArray]:
    r"""Entanglement energies ξ = -ln λ of ``particles`` of a state, the others traced out.

    .. math:: \rho_A = \mathrm{Tr}_B \frac1d \sum_{k=1}^d |\psi_k\rangle\langle\psi_k|,
              \qquad \sum \lambda = 1

    Their number is that of quasihole states of ``particles`` in the same orbitals: 330 for three
    of six electrons at 1/3 on a torus, of 816 possible ones.

    Parameters
    ----------
    multiplet : Levels or list of Levels
        Ground states (the first level of each), all with the same weight; fermions.
    particles : int
        N_A, at most half of all.

    Returns
    -------
    dict of int to real array
        By the charge of A (momentum on a torus), ascending; infinite ones are left out.

    References
    ----------
    A. Sterdyniak, N. Regnault, B. A. Bernevig, Phys. Rev. Lett. 106, 100405 (2011).
    """
    levels = [multiplet] if isinstance(multiplet, Levels) else list(multiplet)
    if not levels or levels[0].basis.orbitals.bosons:
        raise InvalidInput("particle entanglement needs at least one state, of fermions")
    whole = levels[0].basis.particles
    if int(particles) != particles or not 1 <= particles <= whole // 2:
        raise InvalidInput(
            f"particles in the part must be 1 to {whole // 2}, half of {whole}; got {particles!r}"
        )
    ways = comb(whole, int(particles))
    if sum(len(level.basis) for level in levels) * ways > MOST:
        raise InvalidInput(
            f"{len(levels[0].basis)} states times {ways} ways to share out {whole} particles are "
            f"more than {MOST:.0e}; take fewer"
        )
    shares = [_shares(level, int(particles), ways * len(levels)) for level in levels]
    charges = np.unique(np.concatenate([share[0] for share in shares]))
    singular = {int(c): _singular_values(shares, c) for c in charges}
    largest = max(float(values.max()) for values in singular.values())
    return {
        c: -2 * np.log(values[values > FAINT * largest])
        for c, values in singular.items()
        if (values > FAINT * largest).any()
    }


def _shares(
    level: Levels, size: int, norm: int
) -> tuple[IntArray, IntArray, IntArray, NumberArray]:
    """Charge of A, patterns of A and B, and amplitude of each way to share out the particles."""
    space, n = level.basis.orbitals, level.basis.particles
    ways = len(level.basis) * comb(n, size)
    parts, rests, signs = (np.empty(ways, np.int64) for _ in range(3))
    shared_out(level.basis.codes, n, size, parts, rests, signs)
    amplitudes = np.repeat(level.states[:, 0], comb(n, size)) * signs / np.sqrt(norm)
    bits = (parts[:, None] >> np.arange(space.count)) & 1
    charge = bits @ space.charges[:, 0]
    return (charge % space.moduli[0] if space.moduli[0] else charge), parts, rests, amplitudes


def _singular_values(
    shares: list[tuple[IntArray, IntArray, IntArray, NumberArray]], charge: int
) -> RealArray:
    """Of the amplitudes between A and B, descending; the B of different states are different."""
    chosen = [tuple(column[share[0] == charge] for column in share[1:]) for share in shares]
    parts = np.unique(np.concatenate([c[0] for c in chosen]))
    blocks = []
    for a, b, amplitudes in chosen:
        rests, columns = np.unique(b, return_inverse=True)
        block = np.zeros((len(parts), len(rests)), amplitudes.dtype)
        block[np.searchsorted(parts, a), columns] = amplitudes
        blocks.append(block)
    values: RealArray = np.linalg.svd(np.hstack(blocks), compute_uv=False)
    return values
