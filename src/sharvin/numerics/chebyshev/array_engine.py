"""The same blocks in any library of the array API standard, such as NumPy, CuPy or PyTorch.

Tested on the CPU, with NumPy and array-api-strict; on a GPU it has never been run.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from sharvin.numerics.chebyshev import kernels
from sharvin.numerics.chebyshev.operators import Operator
from sharvin.typing import NumberArray, RealArray


class ArrayEngine:
    """Blocks as arrays of shape (n, width) of the module ``xp``.

    A matrix is a list of entries of every row, padded to one length, so that a product is a few
    gathers; the vectors are drawn by the same hash as those of the compiled loops.

    Parameters
    ----------
    operators : mapping of str to Operator
        Of one size; "h" is the one that is expanded.
    xp : module
        With the names of the array API standard; PyTorch as it is.
    is_complex : bool
        Complex vectors also for real matrices.
    """

    widths: tuple[int, ...] = kernels.WIDTHS

    def __init__(
        self, operators: Mapping[str, Operator], xp: Any, *, is_complex: bool = False
    ) -> None:
        self.xp = xp
        self.is_complex = is_complex or any(o.is_complex for o in operators.values())
        self.size = operators["h"].size
        self.heard: Callable[[int], None] | None = None
        self._matrices = {}
        for name, operator in operators.items():
            columns, entries = operator.padded()
            kind = np.complex128 if self.is_complex else np.float64
            self._matrices[name] = [
                (self._there(columns[:, k]), self._there(entries[:, k : k + 1].astype(kind)))
                for k in range(columns.shape[1])
            ]

    def zeros(self, width: int) -> Any:
        """Block of zeros."""
        return self.block(np.zeros((self.size, width)))

    def random(self, seed: int, first: int, width: int) -> Any:
        """Random vectors number first..first + width: ±1, or 1, i, -1, -i."""
        drawn = np.zeros((self.size, 2 if self.is_complex else 1, width))
        kernels.random_signs(drawn, 0, seed, first)
        return self.block(drawn[:, 0] + 1j * drawn[:, 1] if self.is_complex else drawn[:, 0])

    def block(self, columns: NumberArray) -> Any:
        """Block of given vectors, shape (n, width)."""
        kind = np.complex128 if self.is_complex else np.float64
        return self._there(np.array(columns, dtype=kind))

    def columns(self, block: Any) -> NumberArray:
        """The vectors of a block, shape (n, width)."""
        return _host(block)

    def unpack(self, block: Any, stack: NumberArray, row: int) -> None:
        """Write each vector of a block to ``stack[vector, row]``."""
        stack[:, row] = self.columns(block).T

    def copy(self, block: Any) -> Any:
        """Copy of a block."""
        return block + 0.0

    def step(
        self, name: str, x: Any, y: Any, scale: float, shift: float, back: float
    ) -> tuple[RealArray, RealArray]:
        """Y <- scale (A - shift) x + back y; what comes back is |y|² and Re⟨y|x⟩ by vector."""
        scale, shift, back = float(scale), float(shift), float(back)
        total = x * (-scale * shift)
        for columns, entries in self._matrices[name]:
            total = total + entries * self._rows(x, columns) * scale
        y[:, :] = total + y * back if back else total
        if self.heard is not None and name == "h":
            self.heard(int(x.shape[1]))
        return self.inner(y, y).real, self.inner(y, x).real

    def add(self, total: Any, a: complex, x: Any, b: complex, y: Any) -> None:
        """Total += a x + b y."""
        p, q = (complex(c) if complex(c).imag else complex(c).real for c in (a, b))
        total[:, :] = total + x * p + y * q

    def inner(self, x: Any, y: Any) -> NumberArray:
        """⟨x|y⟩ by vector."""
        left = self.xp.conj(x) if self.is_complex else x
        return _host(self.xp.sum(left * y, axis=0))

    def _rows(self, x: Any, index: Any) -> Any:
        if hasattr(self.xp, "index_select"):  # PyTorch, whose take() flattens
            return self.xp.index_select(x, 0, index)
        return self.xp.take(x, index, axis=0)

    def _there(self, array: NumberArray) -> Any:
        return self.xp.asarray(np.ascontiguousarray(array))


def _host(array: Any) -> NumberArray:
    """NumPy copy of an array, wherever it lives."""
    if hasattr(array, "get"):  # CuPy
        array = array.get()
    elif hasattr(array, "cpu"):  # PyTorch
        array = array.cpu().numpy()
    return np.asarray(array)
