"""Chebyshev recursions on blocks of vectors: moments, weighted sums, pairs of moments."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sharvin.errors import Unreliable
from sharvin.numerics.chebyshev.damping import Interval
from sharvin.numerics.chebyshev.engine import Block, Engine
from sharvin.typing import ComplexArray, NumberArray, RealArray

# T_n of a matrix within its interval has norm at most 1; anything above is not rounding.
GROWTH = 1 + 1e-8


@dataclass(frozen=True)
class Expansion:
    """A matrix, mapped into (-1, 1), whose Chebyshev polynomials act on blocks of vectors."""

    engine: Engine
    interval: Interval

    def chain(self, start: Block, last: int) -> Iterator[tuple[int, Block, Block]]:
        """Give (n, T_n v, T_{n-1} v) for n = 1..last; both blocks are overwritten, v too."""
        for n, now, before, _, _ in self._steps(start, last):
            yield n, now, before

    def moments(self, start: Block, count: int) -> RealArray:
        r"""Diagonal moments :math:`\langle v | T_n | v \rangle`, n < count, shape (count, width).

        Two moments for each product with the matrix:
        :math:`T_{2n} = 2 T_n^2 - 1`, :math:`T_{2n+1} = 2 T_{n+1} T_n - T_1`. ``start`` is
        overwritten.
        """
        norm = self.engine.inner(start, start).real
        found = np.zeros((count + 1, len(norm)))
        found[0] = norm
        for n, _, _, squares, products in self._steps(start, max(1, count // 2)):
            if n == 1:
                found[1] = products
            else:
                found[2 * n - 1] = 2 * products - found[1]
            if 2 * n <= count:
                found[2 * n] = 2 * squares - found[0]
        return found[:count]

    def sums(self, start: Block, weights: NumberArray) -> list[Block]:
        """Blocks Σ_n w_kn T_n v for weights of shape (k, moments); ``start`` is overwritten."""
        engine, last = self.engine, weights.shape[1] - 1
        width = len(engine.inner(start, start))
        totals = [engine.zeros(width) for _ in weights]
        if last == 0:
            for total, w in zip(totals, weights, strict=True):
                engine.add(total, w[0], start, 0.0, start)
        # Two terms at a time: a total is read and written half as often.
        for n, now, before in self.chain(start, last) if last else ():
            if n % 2 or n == last:
                for total, w in zip(totals, weights, strict=True):
                    a, b = w[n], w[n - 1] if n % 2 else 0.0
                    if a or b:
                        engine.add(total, a, now, b, before)
        return totals

    def against(self, bra: Block, start: Block, count: int) -> ComplexArray:
        """Moments ⟨bra|T_n|v⟩, n < count, shape (count, width); ``start`` is overwritten."""
        found = [self.engine.inner(bra, start)]
        for _, now, _ in self.chain(start, count - 1) if count > 1 else ():
            found.append(self.engine.inner(bra, now))
        return np.array(found, dtype=np.complex128)

    def _steps(
        self, start: Block, last: int
    ) -> Iterator[tuple[int, Block, Block, RealArray, RealArray]]:
        engine, interval = self.engine, self.interval
        limit = GROWTH * engine.inner(start, start).real
        before, now = start, engine.zeros(len(limit))
        scale, shift = 1 / interval.half, interval.center
        squares, products = engine.step("h", before, now, scale, shift, 0.0)
        for n in range(1, last + 1):
            if not (squares <= limit).all():
                grown = float(np.sqrt((squares / np.maximum(limit, 1e-300)).max()))
                raise Unreliable(
                    f"the spectrum leaves the bounds ({interval.center - interval.half:.6g}, "
                    f"{interval.center + interval.half:.6g}): vectors have grown {grown:.3g}-fold "
                    f"after {n} steps of the expansion; give wider bounds"
                )
            yield n, now, before, squares, products
            if n < last:
                squares, products = engine.step("h", now, before, 2 * scale, shift, -1.0)
                now, before = before, now


def double_moments(
    expansion: Expansion,
    left: Block,
    right: Block,
    operator: str,
    count: int,
    memory: float,
) -> NumberArray:
    r"""Moments :math:`\langle T_m l | A T_n r \rangle`, shape (width, m, n).

    Left vectors are kept as many at a time as ``memory`` (bytes) allows, right ones in small
    batches, and a batch is one matrix product; what does not fit is computed again.
    """
    engine = expansion.engine
    width = len(engine.inner(left, left))
    batch = min(count, RIGHTS)
    rows = rows_at_once(engine, width, count, memory)
    found = np.zeros((width, count, count), complex if engine.is_complex else float)
    for first in range(0, count, rows):
        last = min(count, first + rows)
        kept = _stack(engine, width, last - first)
        fill = _keep(kept, engine, first, last)
        run(expansion, engine.copy(left), last, fill)
        if engine.is_complex:
            np.conj(kept, out=kept)
        rights = _stack(engine, width, batch)
        image = engine.zeros(width)

        def take(
            n: int, block: Block, kept: NumberArray = kept, rights: NumberArray = rights,
            image: Block = image, first: int = first, last: int = last,
        ) -> None:  # fmt: skip
            engine.step(operator, block, image, 1.0, 0.0, 0.0)
            engine.unpack(image, rights, n % batch)
            if n % batch == batch - 1 or n == count - 1:
                start = n - n % batch
                part = rights[:, : n - start + 1]
                found[:, first:last, start : n + 1] = kept @ part.transpose(0, 2, 1)

        run(expansion, engine.copy(right), count, take)
    return found


RIGHTS = 128  # right vectors in one matrix product


def rows_at_once(engine: Engine, width: int, count: int, memory: float) -> int:
    """Left vectors that are kept at a time."""
    entry = 16 if engine.is_complex else 8
    batch = min(count, RIGHTS)
    rows = int(memory / (entry * width * engine.size)) - batch
    return max(min(count, rows), min(count, batch))


def _stack(engine: Engine, width: int, rows: int) -> NumberArray:
    return np.empty((width, rows, engine.size), complex if engine.is_complex else float)


def _keep(kept: NumberArray, engine: Engine, first: int, last: int) -> Callable[[int, Block], None]:
    def keep(n: int, block: Block) -> None:
        if first <= n < last:
            engine.unpack(block, kept, n - first)

    return keep


def run(expansion: Expansion, start: Block, count: int, take: Callable[[int, Block], None]) -> None:
    """Call ``take(n, T_n v)`` for n < count; ``start`` is overwritten."""
    take(0, start)
    for n, now, _ in expansion.chain(start, count - 1) if count > 1 else ():
        take(n, now)
