"""Small dense kernels of one point: inverse of a pivot block, scan for the largest entry."""

from typing import Any

import numpy as np

from sharvin.numerics.elimination.kernel import Index, IndexArray, is_complex, part, template
from sharvin.typing import NumberArray, RealArray


def adjoint(x: Any) -> Any:
    """Complex conjugate; the number itself when real."""
    raise NotImplementedError


@template(adjoint)
def _adjoint(x: Any) -> Any:
    def conjugate(x: Any) -> Any:
        return x.conjugate()

    def same(x: Any) -> Any:
        return x

    return conjugate if is_complex(x) else same


def hermitian_diagonal(x: Any) -> Any:
    """Diagonal entry of a Hermitian matrix with its rounding-error imaginary part removed.

    Elimination that reads one triangle only loses 8 to 16 digits when these parts are left to grow.
    """
    raise NotImplementedError


@template(hermitian_diagonal)
def _hermitian_diagonal(x: Any) -> Any:
    def real_part(x: Any) -> Any:
        return complex(x.real, 0.0)

    def same(x: Any) -> Any:
        return x

    return real_part if is_complex(x) else same


@part
def _invert_real(n: Index, g: RealArray, c: RealArray, pivots: IndexArray) -> float:  # noqa: C901, PLR0912
    """Gauss-Jordan inverse in place; returns min over columns of |pivot| / max |column|."""
    worst = np.inf
    for k in range(n):
        c[n + k] = 0.0
        for i in range(n):
            c[n + k] = max(c[n + k], abs(g[i + k * n]))
    for k in range(n):
        gk = g[k * n : k * n + n]
        p, best = k, abs(gk[k])
        for i in range(k + 1, n):
            v = abs(gk[i])
            if v > best:
                best, p = v, i
        ratio = best / c[n + k]
        if not ratio >= worst:  # also true for NaN, which must win
            worst = ratio
        pivots[k] = p
        if p != k:
            for j in range(n):
                t = g[k + j * n]
                g[k + j * n] = g[p + j * n]
                g[p + j * n] = t
        d = 1.0 / gk[k]
        for i in range(n):
            c[i] = gk[i]
            gk[i] = 0.0
        c[k] = 0.0
        gk[k] = 1.0
        for j in range(n):
            gj = g[j * n : j * n + n]
            f = gj[k] * d
            gj[k] = f
            for i in range(n):
                gj[i] -= c[i] * f
    for k in range(n - 1, -1, -1):
        p = pivots[k]
        if p != k:
            for i in range(n):
                t = g[i + k * n]
                g[i + k * n] = g[i + p * n]
                g[i + p * n] = t
    return worst


@part
def _invert_complex(  # noqa: C901, PLR0912 (kernel: calls cost compile time)
    n: Index, gr: RealArray, gi: RealArray, cr: RealArray, ci: RealArray, pivots: IndexArray
) -> float:
    """`_invert_real` with real and imaginary parts apart, which vectorizes."""
    worst = np.inf
    for k in range(n):
        cr[n + k] = 0.0
        for i in range(n):
            cr[n + k] = max(cr[n + k], abs(gr[i + k * n]) + abs(gi[i + k * n]))
    for k in range(n):
        akr, aki = gr[k * n : k * n + n], gi[k * n : k * n + n]
        p, best = k, abs(akr[k]) + abs(aki[k])
        for i in range(k + 1, n):
            v = abs(akr[i]) + abs(aki[i])
            if v > best:
                best, p = v, i
        ratio = best / cr[n + k]
        if not ratio >= worst:
            worst = ratio
        pivots[k] = p
        if p != k:
            for j in range(n):
                t, s = gr[k + j * n], gi[k + j * n]
                gr[k + j * n], gi[k + j * n] = gr[p + j * n], gi[p + j * n]
                gr[p + j * n], gi[p + j * n] = t, s
        h = 1.0 / (akr[k] * akr[k] + aki[k] * aki[k])
        dr, di = akr[k] * h, -aki[k] * h
        for i in range(n):
            cr[i], ci[i] = akr[i], aki[i]
            akr[i], aki[i] = 0.0, 0.0
        cr[k], ci[k] = 0.0, 0.0
        akr[k] = 1.0
        for j in range(n):
            ajr, aji = gr[j * n : j * n + n], gi[j * n : j * n + n]
            fr = ajr[k] * dr - aji[k] * di
            fi = ajr[k] * di + aji[k] * dr
            ajr[k], aji[k] = fr, fi
            for i in range(n):
                ajr[i] -= cr[i] * fr - ci[i] * fi
                aji[i] -= cr[i] * fi + ci[i] * fr
    for k in range(n - 1, -1, -1):
        p = pivots[k]
        if p != k:
            for i in range(n):
                t, s = gr[i + k * n], gi[i + k * n]
                gr[i + k * n], gi[i + k * n] = gr[i + p * n], gi[i + p * n]
                gr[i + p * n], gi[i + p * n] = t, s
    return worst


def invert(
    n: Index,
    a: NumberArray,
    ao: Index,
    lda: Index,
    inverse: NumberArray,
    work: RealArray,
    pivots: IndexArray,
) -> float:
    """Inverse of the Hermitian block whose lower triangle starts at ``a[ao]``.

    ``work`` holds at least 2 n² + 4 n numbers. Returns the least pivot relative to the largest
    entry of its own column: unlike a bare pivot this does not depend on the unit of the
    Hamiltonian nor on one hard-wall site beside ordinary ones.
    """
    raise NotImplementedError


@template(invert)
def _invert(n: Any, a: Any, ao: Any, lda: Any, inverse: Any, work: Any, pivots: Any) -> Any:
    def hermitian(n: Any, a: Any, ao: Any, lda: Any, inverse: Any, work: Any, pivots: Any) -> Any:
        gr, gi = work[: n * n], work[n * n : 2 * n * n]
        for j in range(n):
            for i in range(j, n):
                v = a[ao + i + j * lda]
                gr[i + j * n], gi[i + j * n] = v.real, v.imag
                gr[j + i * n], gi[j + i * n] = v.real, -v.imag
            gi[j + j * n] = 0.0
        rest = work[2 * n * n :]
        worst = _invert_complex(n, gr, gi, rest[: 2 * n], rest[2 * n : 3 * n], pivots)
        for j in range(n * n):
            inverse[j] = complex(gr[j], gi[j])
        return worst

    def real(n: Any, a: Any, ao: Any, lda: Any, inverse: Any, work: Any, pivots: Any) -> Any:
        for j in range(n):
            for i in range(j, n):
                v = a[ao + i + j * lda]
                inverse[i + j * n] = v
                inverse[j + i * n] = v
        return _invert_real(n, inverse, work[: 2 * n], pivots)

    return hermitian if is_complex(a) else real


def largest_square(a: NumberArray) -> float:
    """Largest |entry|² of a flat array; inf when one is NaN."""
    raise NotImplementedError


@template(largest_square)
def _largest_square(a: Any) -> Any:
    def hermitian(a: Any) -> Any:
        largest, total = 0.0, 0.0
        for i in range(a.size):
            v = a[i].real * a[i].real + a[i].imag * a[i].imag
            largest = v if v > largest else largest
            total += v  # NaN drops out of a comparison but not out of a sum
        return largest if total == total else np.inf

    def real(a: Any) -> Any:
        largest, total = 0.0, 0.0
        for i in range(a.size):
            v = a[i] * a[i]
            largest = v if v > largest else largest
            total += v
        return largest if total == total else np.inf

    return hermitian if is_complex(a) else real
