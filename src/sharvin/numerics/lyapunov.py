r"""Growth of waves along disordered chains and strips: Lyapunov exponents by transfer matrices.

Hopping -1 and spacing 1; site energies uniform in :math:`[-W/2, W/2)`. Every product of transfer
matrices is orthogonalized again before its columns have become parallel to rounding (QR), and the
errors come from independent stretches, not from neighbors that know one another.

References
----------
J.-L. Pichard, G. Sarma, J. Phys. C 14, L127 (1981); A. MacKinnon, B. Kramer, Z. Phys. B 53, 1
(1983).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from sharvin.errors import InvalidInput
from sharvin.numerics.hashing import GOLDEN, mixed
from sharvin.typing import NumberArray, RealArray

CHAINS = 64  # independent ones, side by side in the SIMD lanes; each a measurement of its own
SETTLE = 1000  # sites before the wave has forgotten its beginning
RESCALE = 16  # sites between two logarithms: a product of as many ratios cannot overflow
STRETCHES = 40  # of a strip, whose scatter gives the error
MOST_GROWTH = 8.0  # ln of the growth between two orthogonalizations that keeps half the digits


@dataclass(frozen=True, eq=False)
class Lyapunov:
    """Lyapunov exponents per site, and their standard errors.

    Parameters
    ----------
    exponents : real array, shape (n,)
        Of the amplitude, descending; the last one is the inverse of the localization length.
    errors : real array, shape (n,)
    sites : int
        Slices that were multiplied.
    """

    exponents: RealArray
    errors: RealArray
    sites: int

    @property
    def localization_length(self) -> float:
        """Inverse of the smallest exponent, in sites: <ln g> = -2L/ξ."""
        return float(1 / self.exponents[-1])

    @property
    def localization_length_error(self) -> float:
        """Standard error of the localization length."""
        return float(self.errors[-1] / self.exponents[-1] ** 2)


@njit(cache=True, nogil=True)
def _chains(energy: float, disorder: float, steps: int, state: Any, ratio: Any, grown: Any) -> None:
    """Advance chains by ``steps`` times RESCALE sites; ``grown`` collects ln|psi|."""
    lanes = ratio.shape[0]
    product = np.ones(lanes)
    for _ in range(steps):
        product[:] = 1.0
        for _ in range(RESCALE):
            for lane in range(lanes):
                state[lane] += GOLDEN
                drawn = np.float64(mixed(state[lane]) >> np.uint64(11)) * 2.0**-53 - 0.5
                ratio[lane] = energy - disorder * drawn - 1.0 / ratio[lane]
                product[lane] *= ratio[lane]
        for lane in range(lanes):
            grown[lane] += np.log(abs(product[lane]))


def chain_exponent(energy: float, disorder: float, sites: int, seed: int = 0) -> Lyapunov:
    r"""Lyapunov exponent of a chain, from ``sites`` sites in all.

    .. math:: \gamma = \langle \ln |\psi_{n+1} / \psi_n| \rangle, \qquad
              \frac{\psi_{n+1}}{\psi_n} = \epsilon_n - E - \frac{\psi_{n-1}}{\psi_n}

    Sixty-four independent chains give the error. Ten million sites take a fraction of a second.

    Parameters
    ----------
    energy : float
        From the middle of the band, in hoppings.
    disorder : float
        W in hoppings, positive.
    sites : int
        At least 64 times a thousand, in all chains together.
    seed : int
    """
    each = int(sites) // CHAINS
    if each < SETTLE:
        raise InvalidInput(
            f"a Lyapunov exponent needs at least {CHAINS * SETTLE} sites ({CHAINS} chains that "
            f"forget their beginning), got {sites}"
        )
    _check(energy, disorder)
    first = np.uint64(seed & (2**64 - 1))
    start = np.array([mixed_number(int(first), lane) for lane in range(CHAINS)], np.uint64)
    ratio, grown = np.full(CHAINS, 1.0 + np.pi / 10), np.zeros(CHAINS)
    settle = -(-SETTLE // RESCALE)
    _chains(float(energy), float(disorder), settle, start, ratio, grown)
    grown[:] = 0
    steps = -(-each // RESCALE)
    _chains(float(energy), float(disorder), steps, start, ratio, grown)
    found = grown / (steps * RESCALE)
    error = found.std(ddof=1) / np.sqrt(CHAINS)
    return Lyapunov(np.array([found.mean()]), np.array([error]), steps * RESCALE * CHAINS)


def mixed_number(seed: int, number: int) -> int:
    """Where one of several independent streams of random numbers begins."""
    from sharvin.numerics.hashing import hashed_bits

    return hashed_bits(seed, number)


@njit(cache=True, nogil=True)
def _slices(  # type: ignore[no-untyped-def]
    waves, before, energy, disorder, phases, ring, count, state, scratch
):
    """Multiply ``count`` transfer matrices onto the waves of two neighboring slices."""
    m, n = waves.shape
    for _ in range(count):
        for i in range(m):
            state[0] += GOLDEN
            drawn = np.float64(mixed(state[0]) >> np.uint64(11)) * 2.0**-53 - 0.5
            onsite = disorder * drawn - energy
            up = i + 1 if i + 1 < m else (0 if ring else -1)
            down = i - 1 if i > 0 else (m - 1 if ring else -1)
            turn = phases[i]
            for j in range(n):
                v = onsite * waves[i, j] - turn * before[i, j]
                if up >= 0:
                    v -= waves[up, j]
                if down >= 0:
                    v -= waves[down, j]
                scratch[i, j] = turn * v
        before[:] = waves
        waves[:] = scratch


def strip_exponents(
    width: int,
    energy: float,
    disorder: float,
    length: int,
    *,
    seed: int = 0,
    ring: bool = False,
    flux: float = 0.0,
) -> Lyapunov:
    r"""All positive Lyapunov exponents of a strip of ``width`` rows.

    .. math:: \psi_{n+1} = P \big[ (h_n - E)\, \psi_n - P\, \psi_{n-1} \big]

    with the Peierls phases :math:`P = \mathrm{diag}\, e^{2\pi i \phi y}` of one column.

    Parameters
    ----------
    width : int
        Rows; hard walls, or the first joined to the last with `ring`.
    energy, disorder : float
        In hoppings; the energy from the middle of the band.
    length : int
        Slices, at least 4000.
    seed : int
    ring : bool
    flux : float
        Flux quanta h/e per plaquette; not on a ring.

    Returns
    -------
    Lyapunov
        ``width`` exponents; `localization_length` is that of the strip, and over the width it is
        the scaling variable of finite-size scaling.
    """
    if width < 1 or int(width) != width:
        raise InvalidInput(f"a strip has a whole number of rows, got {width!r}")
    if length < 100 * STRETCHES:
        raise InvalidInput(f"length must be at least {100 * STRETCHES} slices, got {length}")
    if ring and flux:
        raise InvalidInput("a ring of rows has no gauge with a flux through its plaquettes")
    _check(energy, disorder)
    kind = complex if flux else float
    phases = np.ones(width, kind) if not flux else np.exp(2j * np.pi * flux * np.arange(width))
    rng = np.random.default_rng(seed)
    waves: NumberArray = rng.standard_normal((2 * width, width)).astype(kind)
    state = np.array([mixed_number(int(seed), -1)], np.uint64)
    every = _stride(width, energy, disorder)
    steps = -(-int(length) // (STRETCHES * every))
    grown = np.zeros((STRETCHES, width))
    scratch = np.empty((width, width), kind)
    joined = bool(ring and width > 2)
    for stretch in range(-1, STRETCHES):  # the first one only forgets the beginning
        for _ in range(steps):
            now = np.ascontiguousarray(waves[:width])
            before = np.ascontiguousarray(waves[width:])
            _slices(now, before, float(energy), float(disorder), phases, joined, every, state,
                    scratch)  # fmt: skip
            waves, triangle = np.linalg.qr(np.concatenate([now, before]))
            if stretch >= 0:
                grown[stretch] += np.log(np.abs(np.diagonal(triangle)))
    rates = grown / (steps * every)
    order = np.argsort(-rates.mean(axis=0))
    errors = rates.std(axis=0, ddof=1) / np.sqrt(STRETCHES)
    return Lyapunov(rates.mean(axis=0)[order], errors[order], steps * every * STRETCHES)


def _stride(width: int, energy: float, disorder: float) -> int:
    """Slices between two orthogonalizations, from the fastest growth that there can be."""
    largest = abs(energy) + disorder / 2 + (2.0 if width > 1 else 0.0)
    rate = np.arccosh(max(1.0 + 1e-9, largest / 2)) + 0.1
    return int(np.clip(MOST_GROWTH / rate, 2, 10))


def _check(energy: float, disorder: float) -> None:
    if not (np.isfinite(energy) and np.isfinite(disorder) and disorder > 0):
        raise InvalidInput(
            f"a disorder above zero and a finite energy are needed, got W = {disorder}, "
            f"E = {energy}: without disorder nothing decays"
        )
