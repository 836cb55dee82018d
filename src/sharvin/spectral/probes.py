"""Which vectors a trace is taken with, and the mean and the error that come of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.numerics.chebyshev.engine import Block, Compiled, Engine, split
from sharvin.spectral.closed import Closed
from sharvin.typing import NumberArray, RealArray

# A full trace multiplies the cost by the size; beyond this, random vectors are as good.
MAX_EXACT = 20_000


@dataclass(frozen=True)
class Probes:
    """Vectors of a trace: so many random ones, or all unit vectors.

    Parameters
    ----------
    count : int or None
        None for all unit vectors.
    seed : int
    orbitals : int
        Unit vectors of the exact trace: those of one cell where all cells are alike.
    copies : int
        How often each of them counts.
    """

    count: int | None
    seed: int
    orbitals: int = 0
    copies: int = 1

    @classmethod
    def of(cls, vectors: int | str, seed: int, whole: Closed) -> "Probes":
        """Read what a caller gave."""
        if vectors == "all":
            copies = whole.copies
            return cls(None, 0, whole.hamiltonian.size // copies, copies)
        if isinstance(vectors, bool) or not isinstance(vectors, int | np.integer) or vectors < 2:
            raise InvalidInput(
                f"vectors must be a whole number of at least 2 (one gives no error bar) or 'all', "
                f"got {vectors!r}"
            )
        if not isinstance(seed, int | np.integer):
            raise InvalidInput(f"vector_seed must be a whole number, got {seed!r}")
        return cls(int(vectors), int(seed) & (2**62 - 1))

    @property
    def label(self) -> int | str:
        """What a result says of them."""
        return "all" if self.count is None else self.count

    @property
    def vectors(self) -> int:
        """How many there are."""
        return self.count or self.orbitals

    def tally(self) -> "Tally":
        """An empty tally of traces with these vectors."""
        return Tally(self.copies if self.count is None else 0)

    def blocks(self, engine: Engine) -> Iterator["Chosen"]:
        """Blocks of vectors, wide ones first."""
        if self.count is None and self.orbitals > MAX_EXACT:
            raise InvalidInput(
                f"vectors='all' needs one expansion per orbital, and there are {self.orbitals}; "
                f"above {MAX_EXACT} take random vectors"
            )
        first = 0
        for width in split(self.vectors, engine.widths):
            yield Chosen(engine, self, first, width)
            first += width


@dataclass(frozen=True)
class Chosen:
    """One block of vectors; it can be made as often as it is needed."""

    engine: Engine
    probes: Probes
    first: int
    width: int

    def make(self) -> Block:
        """A fresh copy of the block."""
        if self.probes.count is not None:
            return self.engine.random(self.probes.seed, self.first, self.width)
        columns = np.zeros((self.engine.size, self.width))
        columns[np.arange(self.first, self.first + self.width), np.arange(self.width)] = 1.0
        return self.engine.block(columns)


@dataclass
class Tally:
    """Traces estimated vector by vector: mean and standard error, or a sum without one.

    Parameters
    ----------
    copies : int
        How often each vector of an exact trace counts; 0 for random vectors.
    samples : list of arrays
        One per vector.
    """

    copies: int
    samples: list[NumberArray] = field(default_factory=list)

    def add(self, values: NumberArray) -> None:
        """Take in ``values`` of shape (vectors, ...)."""
        self.samples.extend(values)

    @property
    def trace(self) -> NumberArray:
        """The trace."""
        total: NumberArray = np.sum(self.samples, axis=0)
        return total * self.copies if self.copies else total / len(self.samples)

    @property
    def error(self) -> RealArray:
        """Its standard error."""
        if self.copies:
            return np.zeros(np.shape(self.trace))
        spread = np.std(np.array(self.samples), axis=0, ddof=1)
        error: RealArray = spread / np.sqrt(len(self.samples))
        return error


def engine_for(
    operators: Any, *, array_module: Any, workers: int | None, width: int = 8,
    is_complex: bool = False,
) -> Engine:  # fmt: skip
    """Compiled loops, or an array library if one is named."""
    if array_module is None:
        return Compiled(operators, workers=workers, width=width, is_complex=is_complex)
    from sharvin.numerics.chebyshev.array_engine import ArrayEngine

    return ArrayEngine(operators, array_module, is_complex=is_complex)
