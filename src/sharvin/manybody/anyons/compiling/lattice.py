"""Integer points in a region of space: reduction of a lattice, then enumeration."""

from collections.abc import Iterator, Sequence
from math import sqrt

import numpy as np

from sharvin.typing import RealArray

Vector = list[int]


def reduced_basis(vectors: Sequence[Sequence[int]]) -> list[Vector]:
    """Coefficients of a reduced basis of the lattice spanned by integer vectors.

    All in integers, so that entries of any ratio are no trouble.

    References
    ----------
    A. K. Lenstra, H. W. Lenstra and L. Lovász, Math. Ann. 261, 515 (1982); integral version:
    B. M. M. de Weger, J. Number Theory 26, 325 (1987).
    """
    n = len(vectors)
    b = [list(v) for v in vectors]
    h = [[int(i == j) for j in range(n)] for i in range(n)]
    d, lam = _orthogonalized(b)
    k = 1
    while k < n:
        _shorten(b, h, d, lam, k, k - 1)
        if 4 * (d[k + 1] * d[k - 1] + lam[k][k - 1] ** 2) < 3 * d[k] ** 2:
            _swap(b, h, d, lam, k)
            k = max(k - 1, 1)
        else:
            for j in range(k - 2, -1, -1):
                _shorten(b, h, d, lam, k, j)
            k += 1
    return h


def points_near(basis: RealArray, center: RealArray, radius: float) -> Iterator[tuple[int, ...]]:
    """Integer combinations of the columns of `basis` within `radius`, the nearest rows first."""
    q, r = np.linalg.qr(basis)
    yield from _descend(r.tolist(), (q.T @ center).tolist(), radius**2, ())


def _descend(
    r: list[list[float]], target: list[float], left: float, chosen: tuple[int, ...]
) -> Iterator[tuple[int, ...]]:
    row = len(r) - 1 - len(chosen)
    if row < 0:
        yield chosen
        return
    offset = target[row] - sum(c * r[row][row + 1 + i] for i, c in enumerate(chosen))
    middle, reach = offset / r[row][row], sqrt(left) / abs(r[row][row])
    for z in _outward(middle, reach):
        rest = left - ((z - middle) * r[row][row]) ** 2
        yield from _descend(r, target, max(rest, 0.0), (z, *chosen))


def _outward(middle: float, reach: float) -> Iterator[int]:
    """Integers within `reach` of `middle`, the nearest first."""
    z = round(middle)
    step = 1 if middle >= z else -1
    while abs(z - middle) <= reach:
        yield z
        z += step
        step = -step - (1 if step > 0 else -1)
    # One side may end a step before the other.
    if abs(z + step - middle) <= reach:
        yield z + step


def _orthogonalized(b: list[Vector]) -> tuple[list[int], list[Vector]]:
    """Gram determinants and the integer Gram-Schmidt coefficients."""
    n = len(b)
    d, lam = [1] + [0] * n, [[0] * n for _ in range(n)]
    for k in range(n):
        for j in range(k + 1):
            u = sum(x * y for x, y in zip(b[k], b[j], strict=True))
            for i in range(j):
                u = (d[i + 1] * u - lam[k][i] * lam[j][i]) // d[i]
            if j < k:
                lam[k][j] = u
            else:
                d[k + 1] = u
    return d, lam


def _shorten(
    b: list[Vector], h: list[Vector], d: list[int], lam: list[Vector], k: int, j: int
) -> None:
    q = (2 * lam[k][j] + d[j + 1]) // (2 * d[j + 1])
    if not q:
        return
    b[k] = [x - q * y for x, y in zip(b[k], b[j], strict=True)]
    h[k] = [x - q * y for x, y in zip(h[k], h[j], strict=True)]
    lam[k][j] -= q * d[j + 1]
    for i in range(j):
        lam[k][i] -= q * lam[j][i]


def _swap(b: list[Vector], h: list[Vector], d: list[int], lam: list[Vector], k: int) -> None:
    b[k], b[k - 1] = b[k - 1], b[k]
    h[k], h[k - 1] = h[k - 1], h[k]
    for j in range(k - 1):
        lam[k][j], lam[k - 1][j] = lam[k - 1][j], lam[k][j]
    turned = lam[k][k - 1]
    new = (d[k - 1] * d[k + 1] + turned**2) // d[k]
    for i in range(k + 1, len(b)):
        t = lam[i][k]
        lam[i][k] = (d[k + 1] * lam[i][k - 1] - turned * t) // d[k]
        lam[i][k - 1] = (new * t + turned * lam[i][k]) // d[k + 1]
    d[k] = new
