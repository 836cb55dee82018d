"""States of many particles as bit patterns: one sector of conserved charges at a time."""

from dataclasses import dataclass, field
from math import comb

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.fractional.kernels import count_patterns, fill_patterns, occupations
from sharvin.typing import IntArray

MAX_BITS = 60
# Patterns are found by walking through all of them, some 2e8 a second.
MOST_WALKED = 4e9
MOST_STATES = 20_000_000


@dataclass(frozen=True, eq=False)
class Orbitals:
    """Orbitals with additive charges, and the particles that fill them.

    Parameters
    ----------
    charges : int array, shape (orbitals, charges)
        What a particle in each orbital carries: a momentum, or two.
    moduli : tuple of int
        Charges are conserved modulo these; 0 where exactly.
    bosons : bool
        Fermions otherwise.
    """

    charges: IntArray
    moduli: tuple[int, ...]
    bosons: bool = False

    @property
    def count(self) -> int:
        """Number of orbitals."""
        return len(self.charges)

    def bits(self, particles: int) -> int:
        """Length of a pattern: bosons are written as particles between the walls of orbitals."""
        return self.count + (particles - 1 if self.bosons else 0)

    def check(self, particles: int) -> None:
        """Refuse what cannot be filled or written as a pattern."""
        if int(particles) != particles or particles < 1:
            raise InvalidInput(f"particles must be a whole number from 1 on, got {particles!r}")
        if not self.bosons and particles > self.count:
            raise InvalidInput(f"{particles} fermions do not fit into {self.count} orbitals")
        if self.bits(particles) > MAX_BITS:
            raise InvalidInput(
                f"{particles} particles in {self.count} orbitals need patterns of "
                f"{self.bits(particles)} bits; at most {MAX_BITS} are possible"
            )

    def total(self, particles: int) -> int:
        """Number of patterns without regard to charges."""
        return comb(self.bits(particles), particles)

    def dimensions(self, particles: int) -> dict[tuple[int, ...], int]:
        """Number of states with each total charge, counted without listing them."""
        self.check(particles)
        # counts[n] maps charges to the number of ways with n particles, orbital by orbital
        counts: list[dict[tuple[int, ...], int]] = [{} for _ in range(particles + 1)]
        counts[0] = {tuple(0 for _ in self.moduli): 1}
        for charge in self.charges.tolist():
            order = range(1, particles + 1) if self.bosons else range(particles, 0, -1)
            # upward: an orbital may be used again, which is what bosons do
            for n in order:
                for before, ways in counts[n - 1].items():
                    now = self._reduced([a + b for a, b in zip(before, charge, strict=True)])
                    counts[n][now] = counts[n].get(now, 0) + ways
        return dict(sorted(counts[particles].items()))

    def _reduced(self, charge: list[int]) -> tuple[int, ...]:
        return tuple(c % m if m else c for c, m in zip(charge, self.moduli, strict=True))


@dataclass(frozen=True, eq=False)
class Basis:
    """All states of so many particles with one total charge, or with any.

    Parameters
    ----------
    orbitals : Orbitals
    particles : int
    charge : tuple of int, or None
        Total charge; None takes every state.
    """

    orbitals: Orbitals
    particles: int
    charge: tuple[int, ...] | None = None
    codes: IntArray = field(init=False, repr=False)
    high: IntArray = field(init=False, repr=False)
    low: IntArray = field(init=False, repr=False)
    split: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        orbitals, n = self.orbitals, int(self.particles)
        orbitals.check(n)
        charges, moduli, charge = orbitals.charges, orbitals.moduli, self.charge
        if charge is None:
            charges, moduli, charge = np.zeros((orbitals.count, 1), np.int64), (1,), (0,)
        charge = orbitals._reduced(list(charge)) if self.charge is not None else charge
        if orbitals.total(n) > MOST_WALKED:
            raise InvalidInput(
                f"{n} particles in {orbitals.count} orbitals have {orbitals.total(n):.2g} patterns "
                f"in all, more than {MOST_WALKED:.0e} that can be searched; take fewer particles"
            )
        modulus, wanted = np.array(moduli, np.int64), np.array(charge, np.int64)
        bits = orbitals.bits(n)
        job = (n, bits, orbitals.bosons, np.ascontiguousarray(charges), modulus, wanted)
        size = count_patterns(*job)
        if size == 0:
            known = list(orbitals.dimensions(n))
            raise InvalidInput(
                f"no state of {n} particles in {orbitals.count} orbitals has the charge {charge}; "
                f"charges run from {known[0]} to {known[-1]}"
            )
        if size > MOST_STATES:
            raise Unreliable(
                f"{size} states need more than memory allows ({MOST_STATES} at most); name a "
                "momentum sector or take fewer particles"
            )
        codes = np.empty(size, np.int64)
        fill_patterns(*job, codes)
        # Lin's two tables: the place of a pattern is that of its high half plus the rank of its
        # low half among those that share number and charge.
        split = (bits + 1) // 2
        tops, starts = np.unique(codes >> split, return_index=True)
        high = np.zeros(1 << max(bits - split, 1), np.int64)
        high[tops] = starts
        low = np.zeros(1 << split, np.int64)
        low[codes & ((1 << split) - 1)] = np.arange(size) - high[codes >> split]
        for name, value in (("codes", codes), ("high", high), ("low", low)):
            value.flags.writeable = False
            object.__setattr__(self, name, value)
        object.__setattr__(self, "split", split)

    def __len__(self) -> int:
        return len(self.codes)

    def index(self, codes: IntArray) -> IntArray:
        """Places of patterns that belong to the basis."""
        places: IntArray = (
            self.high[codes >> self.split] + self.low[codes & ((1 << self.split) - 1)]
        )
        return places

    def occupations(self) -> IntArray:
        """Particles in each orbital, shape (states, orbitals), bytes."""
        found: IntArray = occupations(
            self.codes,
            self.orbitals.count,
            self.orbitals.bits(self.particles),
            self.orbitals.bosons,
        )
        return found
