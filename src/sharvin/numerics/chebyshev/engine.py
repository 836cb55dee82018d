"""Blocks of vectors and what the recursions do with them, in compiled loops on several threads."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np

from sharvin.numerics.chebyshev import kernels
from sharvin.numerics.chebyshev.operators import Operator
from sharvin.typing import NumberArray, RealArray

Block = Any  # the engine's own array of vectors; opaque to the recursions

# Least and most rows per piece. Sums are added piece by piece, so that they do not depend on which
# thread did which; a piece of a large torus is many lines of it.
PIECE, LARGE = 1 << 13, 1 << 18


class Engine(Protocol):
    """Where blocks of vectors live, and the few things that are done to them."""

    size: int
    is_complex: bool
    widths: tuple[int, ...]
    heard: Callable[[int], None] | None  # is told how many vectors H has just been applied to

    def zeros(self, width: int) -> Block:
        """Block of zeros."""
        ...

    def random(self, seed: int, first: int, width: int) -> Block:
        """Random vectors number first..first + width: ±1, or 1, i, -1, -i."""
        ...

    def block(self, columns: NumberArray) -> Block:
        """Block of given vectors, shape (n, width)."""
        ...

    def columns(self, block: Block) -> NumberArray:
        """The vectors of a block, shape (n, width)."""
        ...

    def unpack(self, block: Block, stack: NumberArray, row: int) -> None:
        """Write each vector of a block to ``stack[vector, row]``."""
        ...

    def step(
        self, name: str, x: Block, y: Block, scale: float, shift: float, back: float
    ) -> tuple[RealArray, RealArray]:
        """Y <- scale (A - shift) x + back y; what comes back is |y|² and Re⟨y|x⟩ by vector."""
        ...

    def add(self, total: Block, a: complex, x: Block, b: complex, y: Block) -> None:
        """Total += a x + b y."""
        ...

    def copy(self, block: Block) -> Block:
        """Copy of a block."""
        ...

    def inner(self, x: Block, y: Block) -> NumberArray:
        """⟨x|y⟩ by vector."""
        ...


def split(vectors: int, widths: Sequence[int] = kernels.WIDTHS) -> list[int]:
    """Widths of the blocks in which so many vectors are treated: wide ones first."""
    parts = []
    for width in widths:
        parts += [width] * (vectors // width)
        vectors %= width
    return parts


class Compiled:
    """Compiled loops on the cores of this machine.

    Parameters
    ----------
    operators : mapping of str to Operator
        Of one size; "h" is the one that is expanded.
    workers : int, optional
        Threads; by default one per usable core, where there is enough work.
    is_complex : bool
        Complex vectors also for real matrices.
    width : int
        Most vectors side by side.
    """

    def __init__(
        self,
        operators: Mapping[str, Operator],
        *,
        workers: int | None = None,
        is_complex: bool = False,
        width: int = 8,
    ) -> None:
        self.is_complex = is_complex or any(o.is_complex for o in operators.values())
        self.operators = {
            name: operator.as_complex() if self.is_complex else operator
            for name, operator in operators.items()
        }
        self.size = self.operators["h"].size
        self.heard: Callable[[int], None] | None = None
        self.widths = tuple(w for w in kernels.WIDTHS if w <= width)
        few = self.size < 8 * PIECE
        self.workers = workers or (1 if few else usable_cores())
        self._pool = ThreadPoolExecutor(self.workers) if self.workers > 1 else None

    @property
    def parts(self) -> int:
        """Real numbers per entry."""
        return 2 if self.is_complex else 1

    def zeros(self, width: int) -> Block:
        """Block of zeros, shape (n, parts, width), on a cache line."""
        return aligned(self.size * self.parts * width).reshape(self.size, self.parts, width)

    def random(self, seed: int, first: int, width: int) -> Block:
        """Random vectors number first..first + width: ±1, or 1, i, -1, -i."""
        block = self.zeros(width)

        def fill(start: int, stop: int, _: RealArray) -> None:
            kernels.random_signs(block[start:stop], start, seed, first)

        self.each(fill, self.size, 1, 1)
        return block

    def block(self, columns: NumberArray) -> Block:
        """Block of given vectors, shape (n, width)."""
        made = self.zeros(columns.shape[1])
        made[:, 0] = columns.real
        if self.is_complex:
            made[:, 1] = columns.imag
        return made

    def columns(self, block: Block) -> NumberArray:
        """The vectors of a block, shape (n, width)."""
        columns: NumberArray = block[:, 0] + 1j * block[:, 1] if self.is_complex else block[:, 0]
        return columns

    def unpack(self, block: Block, stack: NumberArray, row: int) -> None:
        """Write each vector of a block to ``stack[vector, row]``."""
        if self.is_complex:
            kernels.unpack_complex(block, stack, row)
        else:
            kernels.unpack(block.reshape(self.size, -1), stack, row)

    def copy(self, block: Block) -> Block:
        """Copy of a block."""
        made = self.zeros(block.shape[2])
        made[...] = block
        return made

    def step(
        self, name: str, x: Block, y: Block, scale: float, shift: float, back: float
    ) -> tuple[RealArray, RealArray]:
        """Y <- scale (A - shift) x + back y; what comes back is |y|² and Re⟨y|x⟩ by vector."""
        operator, width = self.operators[name], x.shape[2]
        numbers = (float(scale), float(shift), float(back))
        typed = np.complex128 if self.is_complex else np.float64
        a, b = (v.reshape(-1).view(typed) for v in (x, y))

        def act(start: int, stop: int, sums: RealArray) -> None:
            operator.rows(start, stop, a, b, sums, numbers, width)

        sums = self.each(act, self.size, operator.grain, 2 * width)
        if self.heard is not None and name == "h":
            self.heard(width)
        return sums[:width], sums[width:]

    def add(self, total: Block, a: complex, x: Block, b: complex, y: Block) -> None:
        """Total += a x + b y."""

        def act(start: int, stop: int, _: RealArray) -> None:
            t, u, v = (array[start:stop] for array in (total, x, y))
            if complex(a).imag or complex(b).imag:
                kernels.add_two_complex(t, complex(a), u, complex(b), v, total.shape[2])
            else:
                kernels.add_two(
                    t.reshape(-1), complex(a).real, u.reshape(-1), complex(b).real, v.reshape(-1)
                )

        self.each(act, self.size, 1, 1)

    def inner(self, x: Block, y: Block) -> NumberArray:
        """⟨x|y⟩ by vector."""
        real: NumberArray = np.einsum("ipl,ipl->l", x, y)
        if not self.is_complex:
            return real
        imaginary: NumberArray = 1j * (
            np.einsum("il,il->l", x[:, 0], y[:, 1]) - np.einsum("il,il->l", x[:, 1], y[:, 0])
        )
        return real + imaginary

    def each(
        self, act: Callable[[int, int, RealArray], None], size: int, grain: int, sums: int
    ) -> RealArray:
        """Call ``act(start, stop, sums)`` for all pieces of ``size``; add up the sums in order."""
        few = min(max(size // 64, PIECE), LARGE)
        rows = max(1, few // grain) * grain
        starts = range(0, size, rows)
        found = np.zeros((len(starts), sums))

        def share(worker: int) -> None:
            # Neighboring pieces to one thread: it finds its neighbors' vectors in its own cache.
            first, last = (len(starts) * (worker + k) // self.workers for k in (0, 1))
            for piece in range(first, last):
                start = starts[piece]
                act(start, min(size, start + rows), found[piece])

        if self._pool is None:
            share(0)
        else:
            list(self._pool.map(share, range(self.workers)))
        total: RealArray = found.sum(axis=0)
        return total


def aligned(count: int) -> RealArray:
    """So many zeros, on a cache line."""
    memory = np.zeros(count + 8)
    start = (-memory.ctypes.data // 8) % 8
    return memory[start : start + count]


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
