r"""A torus sector split by its second momentum: blocks smaller by a factor of as many electrons."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import gcd
from typing import Any

import numpy as np

from sharvin.manybody.fractional.basis import Basis
from sharvin.manybody.fractional.hamiltonian import SAMPLE, VECTORS, Size
from sharvin.manybody.fractional.lanczos import HalfMatrix, lowest
from sharvin.manybody.fractional.orbit_kernels import find_orbits, orbit_rows, phased_product
from sharvin.manybody.fractional.terms import Terms
from sharvin.typing import IntArray, NumberArray, RealArray

_NO_COLUMNS = np.empty(0, np.int32)
_NO_ENTRIES = np.empty(0)
_NO_SHIFTS = np.empty(0, np.uint8)


@dataclass(frozen=True, eq=False)
class Orbits:
    r"""States of a sector of a torus, grouped by translations that keep its momentum.

    Moving all N electrons by :math:`N_\phi/g` orbitals, g = gcd(N, :math:`N_\phi`), leaves the
    total momentum as it is: state i is ``sign`` times the translation, ``shift`` times, of the
    lowest state of its orbit. States of the second momentum s = 0 ... g-1 are

    .. math:: |o, s\rangle = \frac{1}{\sqrt{L_o}} \sum_{m=0}^{L_o - 1} e^{-2\pi i s m/g}\,
              \tau^m |o\rangle, \qquad \tau |o, s\rangle = e^{2\pi i s/g} |o, s\rangle .

    Parameters
    ----------
    basis : Basis
    order : int
        g, the number of second momenta.
    orbit, shift, sign : arrays, shape (states,)
    first : int array, shape (orbits,)
        Lowest state of each.
    lengths, returns : int arrays, shape (orbits,)
        :math:`\tau^{L} |o\rangle` is ``returns`` times :math:`|o\rangle`.

    References
    ----------
    F. D. M. Haldane, Phys. Rev. Lett. 55, 2095 (1985).
    """

    basis: Basis
    order: int
    orbit: NumberArray
    shift: NumberArray
    sign: NumberArray
    first: NumberArray
    lengths: NumberArray
    returns: NumberArray

    @classmethod
    def of(cls, basis: Basis) -> "Orbits":
        """Orbits of a sector of fermions on a torus."""
        states, flux = len(basis), basis.orbitals.count
        order = gcd(basis.particles, flux)
        orbit = np.full(states, -1, np.int32)
        shift, sign = np.empty(states, np.uint8), np.empty(states, np.int8)
        first = np.empty(states, np.int32)
        lengths, returns = np.empty(states, np.uint8), np.empty(states, np.int8)
        tables = (basis.high, basis.low, basis.split)
        found = find_orbits(
            basis.codes, flux, flux // order, order, *tables, orbit, shift, sign, first, lengths,
            returns,
        )  # fmt: skip
        kept = (first[:found].copy(), lengths[:found].copy(), returns[:found].copy())
        return cls(basis, order, orbit, shift, sign, *kept)

    def __len__(self) -> int:
        return len(self.first)

    @property
    def roots(self) -> RealArray:
        """Roots of the lengths."""
        return np.sqrt(self.lengths.astype(np.float64))

    def allowed(self, momentum: int) -> IntArray:
        """Orbits that have a state of this second momentum."""
        g, s = self.order, momentum
        # exp(-2πi s L/g) times the sign of coming back must be one
        half_turns = 2 * s * self.lengths.astype(np.int64) + np.where(self.returns < 0, g, 0)
        return np.flatnonzero(half_turns % (2 * g) == 0)

    def spread(self, momentum: int, amplitudes: NumberArray) -> NumberArray:
        """States of the sector, columns, from amplitudes of orbits that are ``allowed``."""
        whole = np.zeros((len(self), amplitudes.shape[1]), amplitudes.dtype)
        kept = self.allowed(momentum)
        whole[kept] = amplitudes / self.roots[kept, None]
        phases = _phases(self.order, momentum).conj()[self.shift] * self.sign
        states: NumberArray = whole[self.orbit] * phases[:, None]
        return states


@dataclass(frozen=True, eq=False)
class Folded:
    """Matrix elements between orbits, from which `block` makes that of each second momentum.

    Parameters
    ----------
    orbits : Orbits
    start, columns, entries : arrays
        Compressed rows above the diagonal; entries are real and lack the phase.
    shifts : int array
        Translations that the phase of an entry stands for.
    diagonal : real array, shape (orbits, order)
        Elements of an orbit with itself, by translation.
    """

    orbits: Orbits
    start: IntArray
    columns: NumberArray
    entries: RealArray
    shifts: NumberArray
    diagonal: RealArray

    def block(self, momentum: int) -> "Block":
        """Matrix of one second momentum; real for 0 and half of the order."""
        phases = _phases(self.orbits.order, momentum)
        whole = np.ascontiguousarray((self.diagonal @ phases).real)
        # <row|H|column> is the conjugate of what leads out of the row
        return Block(
            self, np.ascontiguousarray(phases.conj()), whole, self.orbits.allowed(momentum)
        )


@dataclass(frozen=True, eq=False)
class Block:
    """Matrix of one second momentum, between the orbits that have such a state.

    Parameters
    ----------
    folded : Folded
    phases : array, shape (order,)
        Of an entry, by translation.
    whole : real array, shape (orbits,)
        Diagonal, with orbits that have no such state.
    allowed : int array
        Those that have.
    """

    folded: Folded
    phases: NumberArray
    whole: RealArray
    allowed: IntArray

    @property
    def dtype(self) -> "np.dtype[Any]":
        """Real or complex."""
        return self.phases.dtype

    @property
    def diagonal(self) -> RealArray:
        """Diagonal."""
        return self.whole[self.allowed]

    def __len__(self) -> int:
        return len(self.allowed)

    def __matmul__(self, x: NumberArray) -> NumberArray:
        """Product with a vector."""
        f = self.folded
        vector = np.zeros(len(self.whole), np.result_type(self.phases, x))
        vector[self.allowed] = x
        out = np.empty_like(vector)
        phased_product(
            f.start, f.columns, f.entries, f.shifts, self.phases, self.whole, vector, out
        )
        # What arrives at the other orbits cancels by itself.
        found: NumberArray = out[self.allowed]
        return found

    def toarray(self) -> NumberArray:
        """Dense matrix."""
        f = self.folded
        whole = HalfMatrix(f.start, f.columns, f.entries * self.phases[f.shifts], self.whole)
        return whole.toarray()[np.ix_(self.allowed, self.allowed)]


def fold(orbits: Orbits, terms: Terms) -> Folded:
    """Matrix of a translation-invariant repulsion between orbits."""
    rows = np.arange(len(orbits), dtype=np.int32)
    start = _counted(orbits, terms, rows)
    columns, entries = np.empty(start[-1], np.int32), np.empty(start[-1])
    shifts = np.empty(start[-1], np.uint8)
    diagonal = np.zeros((len(orbits), orbits.order))
    _run(orbits, terms, rows, start, columns, entries, shifts, diagonal)
    diagonal[:, 0] += terms.offset
    return Folded(orbits, start, columns, entries, shifts, diagonal)


def folded_size(orbits: Orbits, terms: Terms, *, workers: int = 1, count: int = 1) -> Size:
    """Size of the matrix between orbits from a sample of its rows: good to a few percent."""
    size = len(orbits)
    rows = np.unique(np.linspace(0, size - 1, min(SAMPLE, size)).astype(np.int32))
    elements = _counted(orbits, terms, rows)[-1] * size / len(rows)
    basis = orbits.basis
    tables = basis.codes.nbytes + basis.high.nbytes + basis.low.nbytes + 6 * len(basis)
    # a column, an entry and a shift; complex vectors for each block at work; the states found
    matrix = elements * 13 + size * 8 * orbits.order
    vectors = 16 * VECTORS * size * workers + 8 * len(basis) * (4 + 4 * count)
    return Size(len(basis), int(elements), int(matrix + vectors + tables))


def by_second_momentum(
    orbits: Orbits, terms: Terms, count: int, workers: int
) -> tuple[RealArray, NumberArray]:
    """Lowest energies of a sector and its real states, from all blocks."""
    folded = fold(orbits, terms)
    g = orbits.order

    def solve(s: int) -> tuple[RealArray, NumberArray]:
        # s and -s have equal levels, for the matrix of the sector is real; so real and imaginary
        # part of a state of s are states of the sector
        alone = 2 * s % g == 0
        energies, x = lowest(folded.block(s), count if alone else (count + 1) // 2)
        states = orbits.spread(s, x)
        if alone:
            return energies, states
        both = np.sqrt(2) * np.stack([states.real, states.imag], axis=-1)
        return np.repeat(energies, 2), both.reshape(len(states), -1)

    momenta = [s for s in range(g // 2 + 1) if len(orbits.allowed(s))]
    with ThreadPoolExecutor(workers) as pool:
        found = list(pool.map(solve, momenta))
    energies = np.concatenate([e for e, _ in found])
    order = np.argsort(energies, kind="stable")[:count]
    return energies[order], np.hstack([states for _, states in found])[:, order]


def _phases(order: int, momentum: int) -> NumberArray:
    """Powers of exp(2πi s/g), real where they can be."""
    turns = momentum * np.arange(order) % order / order
    if 2 * momentum % order == 0:
        return np.cos(2 * np.pi * turns).round()
    found: NumberArray = np.exp(2j * np.pi * turns)
    return found


def _counted(orbits: Orbits, terms: Terms, rows: NumberArray) -> IntArray:
    start = np.zeros(len(rows) + 1, np.int64)
    nothing = np.empty((0, orbits.order))
    _run(orbits, terms, rows, start, _NO_COLUMNS, _NO_ENTRIES, _NO_SHIFTS, nothing)
    return start


def _run(
    orbits: Orbits,
    terms: Terms,
    rows: NumberArray,
    start: IntArray,
    columns: NumberArray,
    entries: RealArray,
    shifts: NumberArray,
    diagonal: RealArray,
) -> None:
    basis = orbits.basis
    sources, targets = terms.masks()
    orbit_rows(
        rows, basis.codes[orbits.first[rows]], basis.high, basis.low, basis.split, orbits.orbit,
        orbits.shift, orbits.sign, sources, terms.first, targets, terms.values, orbits.roots,
        start, columns, entries, shifts, diagonal,
    )  # fmt: skip
