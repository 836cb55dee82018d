"""A dense LU factorization that reports how singular its matrix is."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import lapack

from sharvin.typing import IntArray, NumberArray

# Panels of the substitution. OpenBLAS multiplies five times faster than it substitutes, so only
# triangles of this size are inverted and the rest is products; inverting the whole matrix
# instead would cost a digit.
PANEL = 48
_BELOW = np.tri(PANEL, k=-1, dtype=bool)


@dataclass(frozen=True, eq=False)
class LU:
    """Factors of a square matrix; ``solve`` applies its inverse.

    Calls LAPACK directly: the checks of `scipy.linalg.lu_factor` cost more than the
    factorization of the small matrices that most leads have.
    """

    matrix: NumberArray
    factors: NumberArray
    pivots: IntArray
    exact_zero: bool

    @classmethod
    def of(cls, matrix: NumberArray) -> "LU":
        """Factorize ``matrix`` (float64 or complex128); it is left untouched."""
        if matrix.size == 0:
            return cls(matrix, matrix, np.zeros(0, dtype=np.int64), False)
        getrf = lapack.zgetrf if matrix.dtype.kind == "c" else lapack.dgetrf
        factors, pivots, info = getrf(matrix)
        return cls(matrix, factors, pivots, info > 0)

    @property
    def _is_complex(self) -> bool:
        return self.factors.dtype.kind == "c"

    def solve(self, rhs: NumberArray) -> NumberArray:
        """Matrix^-1 @ rhs; real factors accept complex right-hand sides."""
        n = len(self.factors)
        if rhs.dtype.kind == "c" and not self._is_complex:
            # real and imaginary parts as neighboring columns
            real = self.solve(np.ascontiguousarray(rhs).view(float))
            return np.ascontiguousarray(real).view(complex)
        if n == 0 or rhs.shape[1] == 0:
            return np.zeros(rhs.shape, np.result_type(self.factors, rhs))
        if n > PANEL:
            return self._substituted(rhs)
        getrs = lapack.zgetrs if self._is_complex else lapack.dgetrs
        solution: NumberArray = getrs(self.factors, self.pivots, rhs)[0]
        return solution

    def _substituted(self, rhs: NumberArray) -> NumberArray:
        """Panel by panel: products for all but the diagonal triangles."""
        f, x = self.factors, rhs[self._permutation].astype(np.result_type(self.factors, rhs))
        for i, j, lower, _ in self._triangles:
            if i:
                x[i:j] -= f[i:j, :i] @ x[:i]
            x[i:j] = lower @ x[i:j]
        for i, j, _, upper in reversed(self._triangles):
            if j < len(f):
                x[i:j] -= f[i:j, j:] @ x[j:]
            x[i:j] = upper @ x[i:j]
        return x

    @cached_property
    def _permutation(self) -> IntArray:
        """Row interchanges as one permutation."""
        order = list(range(len(self.pivots)))
        for i, p in enumerate(self.pivots.tolist()):
            if p != i:
                order[i], order[p] = order[p], order[i]
        return np.array(order)

    @cached_property
    def _triangles(self) -> list[tuple[int, int, NumberArray, NumberArray]]:
        """Inverted diagonal triangles of L and U, panel by panel."""
        trtri = lapack.ztrtri if self._is_complex else lapack.dtrtri
        panels = []
        for i in range(0, len(self.factors), PANEL):
            j = min(i + PANEL, len(self.factors))
            block = self.factors[i:j, i:j]
            below = _BELOW[: j - i, : j - i]
            lower = trtri(block, lower=1, unitdiag=1)[0] * below
            lower.flat[:: j - i + 1] = 1
            panels.append((i, j, lower, trtri(block)[0] * ~below))
        return panels

    def rcond(self) -> float:
        """Estimate of the reciprocal condition number in the 1-norm; 0 if singular."""
        norm = float(np.abs(self.matrix).sum(axis=0).max(initial=0.0))
        if self.exact_zero or not np.isfinite(norm):
            return 0.0
        if self.factors.size == 0:
            return 1.0
        gecon = lapack.zgecon if self._is_complex else lapack.dgecon
        return float(gecon(self.factors, norm)[0])


def nonzero(matrix: NumberArray) -> tuple[IntArray, IntArray]:
    """Rows and columns of the entries that are not zero, five times faster than `np.nonzero`."""
    return np.divmod(np.flatnonzero(np.ascontiguousarray(matrix).ravel() != 0), matrix.shape[1])


def product(first: NumberArray, second: NumberArray) -> NumberArray:
    """First @ second; a real factor stays real, which numpy would make complex."""
    if first.dtype.kind == "c" and second.dtype.kind != "c":
        return product(second.T, first.T).T
    if first.dtype.kind != "c" and second.dtype.kind == "c" and second.size:
        result: NumberArray = (first @ np.ascontiguousarray(second).view(float)).view(complex)
        return result
    result = first @ second
    return result
