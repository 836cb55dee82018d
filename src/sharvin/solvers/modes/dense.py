"""A dense LU factorization that reports how singular its matrix is."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from sharvin.typing import NumberArray


@dataclass(frozen=True, eq=False)
class LU:
    """Factors of a square matrix; ``solve`` applies its inverse.

    Calls LAPACK directly: the checks of `scipy.linalg.lu_factor` cost more than the
    factorization of the small matrices that most leads have.
    """

    factors: NumberArray
    pivots: NumberArray
    norm: float
    exact_zero: bool

    @classmethod
    def of(cls, matrix: NumberArray) -> "LU":
        """Factorize ``matrix`` (float64 or complex128); it is left untouched."""
        getrf = lapack.zgetrf if matrix.dtype.kind == "c" else lapack.dgetrf
        norm = float(np.abs(matrix).sum(axis=0).max(initial=0.0))
        factors, pivots, info = getrf(matrix)
        return cls(factors, pivots, norm, info > 0)

    def solve(self, rhs: NumberArray, *, adjoint: bool = False) -> NumberArray:
        """Matrix^-1 @ rhs (or its adjoint's); real factors accept complex right-hand sides."""
        if rhs.shape[1] == 0 or self.factors.size == 0:
            return np.zeros(rhs.shape, np.result_type(self.factors, rhs))
        if self.factors.dtype.kind == "c":
            out = lapack.zgetrs(self.factors, self.pivots, rhs, trans=2 if adjoint else 0)[0]
        elif rhs.dtype.kind == "c":
            both = np.concatenate([rhs.real, rhs.imag], axis=1)
            both = lapack.dgetrs(self.factors, self.pivots, both, trans=int(adjoint))[0]
            out = both[:, : rhs.shape[1]] + 1j * both[:, rhs.shape[1] :]
        else:
            out = lapack.dgetrs(self.factors, self.pivots, rhs, trans=int(adjoint))[0]
        result: NumberArray = out
        return result

    def rcond(self) -> float:
        """Estimate of the reciprocal condition number in the 1-norm; 0 if singular."""
        if self.exact_zero or not np.isfinite(self.norm):
            return 0.0
        if self.factors.size == 0:
            return 1.0
        gecon = lapack.zgecon if self.factors.dtype.kind == "c" else lapack.dgecon
        return float(gecon(self.factors, self.norm)[0])
