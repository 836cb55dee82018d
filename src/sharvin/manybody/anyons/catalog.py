"""The models one meets: Fibonacci, Ising, SU(2)_k and Abelian particles."""

from functools import cache

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.manybody.anyons.model import AnyonModel
from sharvin.typing import BoolArray, ComplexArray, IntArray, RealArray

GOLDEN = (1 + np.sqrt(5)) / 2
# The pentagon is a table of up to (k + 1)^9 entries; k = 12 takes seconds and 0.4 GB.
MAX_LEVEL = 12
MAX_ABELIAN = 12


@cache
def fibonacci() -> AnyonModel:
    r"""Fibonacci anyons, τ × τ = 1 + τ: the simplest whose braids reach every gate.

    .. math:: F^{τττ}_τ = \begin{pmatrix} φ^{-1} & φ^{-1/2} \\ φ^{-1/2} & -φ^{-1} \end{pmatrix},
              \qquad R^{ττ}_1 = e^{-4πi/5},\ R^{ττ}_τ = e^{3πi/5}
    """
    fusion = np.zeros((2, 2, 2), dtype=bool)
    fusion[0] = np.eye(2)
    fusion[1] = [[0, 1], [1, 1]]
    f = _trivial_f(fusion)
    f[1, 1, 1, 1] = [[1 / GOLDEN, GOLDEN**-0.5], [GOLDEN**-0.5, -1 / GOLDEN]]
    r = fusion.astype(complex)
    r[1, 1] = np.exp([-0.8j * np.pi, 0.6j * np.pi])
    return AnyonModel("Fibonacci", ("1", "τ"), fusion, f, r)


@cache
def ising() -> AnyonModel:
    r"""Ising anyons, σ × σ = 1 + ψ: braids reach the Clifford gates and no more.

    .. math:: F^{σσσ}_σ = \frac{1}{\sqrt2} \begin{pmatrix} 1 & 1 \\ 1 & -1 \end{pmatrix}, \quad
              R^{σσ}_1 = e^{-πi/8},\ R^{σσ}_ψ = e^{3πi/8},\ R^{σψ}_σ = -i,\ R^{ψψ}_1 = -1
    """
    fusion = np.zeros((3, 3, 3), dtype=bool)
    fusion[0] = np.eye(3)
    fusion[1] = [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    fusion[2] = [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    f = _trivial_f(fusion)
    f[1, 1, 1, 1][np.ix_([0, 2], [0, 2])] = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
    f[2, 1, 2, 1, 1, 1] = f[1, 2, 1, 2, 1, 1] = -1
    r = fusion.astype(complex)
    r[1, 1, 0], r[1, 1, 2] = np.exp([-0.125j * np.pi, 0.375j * np.pi])
    r[1, 2, 1] = r[2, 1, 1] = -1j
    r[2, 2, 0] = -1
    return AnyonModel("Ising", ("1", "σ", "ψ"), fusion, f, r)


@cache
def su2(level: int) -> AnyonModel:
    r"""Spins 0 to k/2 of SU(2) at level k; F from quantum 6j symbols, q = exp(2πi/(k+2)).

    .. math:: R^{j_1 j_2}_j = (-1)^{j-j_1-j_2}
              \exp\frac{iπ[j(j+1) - j_1(j_1+1) - j_2(j_2+1)]}{k+2}

    Labels are "0", "1/2", "1", … Level 2 is like Ising with other signs, and the integer spins of
    level 3 are Fibonacci.

    Raises
    ------
    InvalidInput
        For a level that is no integer between 1 and 12; beyond, the table of F would not fit.

    References
    ----------
    A. N. Kirillov and N. Yu. Reshetikhin, in Infinite Dimensional Lie Algebras and Groups
    (World Scientific, 1989).
    """
    if isinstance(level, bool) or int(level) != level or not 1 <= level <= MAX_LEVEL:
        raise InvalidInput(
            f"the level of SU(2)_k must be an integer 1 to {MAX_LEVEL}, got {level!r}"
        )
    k = int(level)
    a, b, c = np.indices((k + 1,) * 3)  # twice the spins
    fusion: BoolArray = (
        ((a + b + c) % 2 == 0) & (c >= abs(a - b)) & (c <= a + b) & (a + b + c <= 2 * k)
    )
    casimir = a * (a + 2), b * (b + 2), c * (c + 2)
    phase = np.exp(0.25j * np.pi * (casimir[2] - casimir[0] - casimir[1]) / (k + 2))
    r = np.where(fusion, phase * (1 - (a + b - c) % 4), 0)  # -1 where (a + b - c)/2 is odd
    labels = tuple(f"{j // 2}" if j % 2 == 0 else f"{j}/2" for j in range(k + 1))
    return AnyonModel(f"SU(2)_{k}", labels, fusion, _six_j(fusion, k), r)


@cache
def abelian(order: int, charge: int = 1) -> AnyonModel:
    r"""Particles 0, 1, … n−1 that add modulo n and exchange with phases.

    .. math:: R^{ab} = e^{iπ p ab/n}, \qquad F^{abc} = e^{iπ p a(b + c - [b+c]_n)/n}

    Parameters
    ----------
    order : int
        n, the number of particles.
    charge : int
        p, an integer with p n even, or a would not be the same as a + n.
    """
    n, p = int(order), int(charge)
    if not 1 <= n <= MAX_ABELIAN or n != order or p != charge:
        raise InvalidInput(
            f"an Abelian model has 1 to {MAX_ABELIAN} particles and an integer charge, "
            f"got {order!r} and {charge!r}"
        )
    if p * n % 2:
        raise InvalidInput(
            f"charge {p} and order {n} are both odd: particle {n} would be a fermion and not the "
            "vacuum; take an even charge, or laughlin(m), which counts up to two electrons"
        )
    a, b, c = np.indices((n,) * 3)
    fusion: BoolArray = (a + b) % n == c
    r = np.where(fusion, np.exp(1j * np.pi * p * a * b / n), 0)
    f = np.zeros((n,) * 6, dtype=complex)
    phase = np.exp(1j * np.pi * p * a * (b + c - (b + c) % n) / n)
    f[a, b, c, (a + b + c) % n, (a + b) % n, (b + c) % n] = phase
    return AnyonModel(f"Z_{n}^({p}/2)", tuple(map(str, range(n))), fusion, f, r)


def laughlin(denominator: int) -> AnyonModel:
    """Quasiparticles of the Laughlin state at filling 1/m, numbered by their charge in e/m.

    An exchange of two quasiparticles gives the phase π/m, a full turn 2π/m. For odd m the charge
    counts up to two electrons: the electron itself is a fermion that every braid ignores, so the
    model is not modular.
    """
    m = denominator
    if isinstance(m, bool) or int(m) != m or not 1 <= m <= MAX_ABELIAN:
        raise InvalidInput(f"Laughlin states have filling 1/m with integer m >= 1, got m = {m!r}")
    if m % 2:
        if 2 * m > MAX_ABELIAN:
            raise InvalidInput(f"odd m up to {MAX_ABELIAN // 2 - 1} are built, got {m}")
        return abelian(2 * m, 2)
    return abelian(m, 1)


def _trivial_f(fusion: BoolArray) -> ComplexArray:
    """One wherever a recoupling is admissible."""
    allowed = np.einsum("abe,ecd,bcf,afd->abcdef", *[fusion.astype(np.uint8)] * 4)
    return np.asarray((allowed > 0).astype(complex))


def _six_j(fusion: BoolArray, k: int) -> ComplexArray:
    """Unitary F of SU(2)_k on all admissible labels at once (twice the spins)."""
    a, b, e = np.nonzero(fusion)
    row, c, d = np.nonzero(fusion[e])
    a, b, e = a[row], b[row], e[row]
    row, f = np.nonzero(fusion[b, c] & fusion[a, :, d])
    a, b, e, c, d = a[row], b[row], e[row], c[row], d[row]
    number = np.sin(np.pi * np.arange(2 * k + 4) / (k + 2)) / np.sin(np.pi / (k + 2))
    number[k + 2] = 0.0  # exactly: it ends the sums
    factorial = np.concatenate([[1.0], np.cumprod(number[1:])])
    spins = (a, b, e, c, d, f)
    sign = 1 - (a + b + c + d) % 4  # (-1)^(j1+j2+j3+J)
    value = sign * np.sqrt(number[e + 1] * number[f + 1]) * _racah(spins, factorial)
    result = np.zeros((k + 1,) * 6, dtype=complex)
    result[a, b, c, d, e, f] = value
    return result


def _racah(spins: tuple[IntArray, ...], factorial: RealArray) -> RealArray:
    """Racah's sum for the quantum 6j symbol {a b e; c d f}."""
    a, b, e, c, d, f = spins
    corners = np.array([a + b + e, e + c + d, b + c + f, a + f + d]) // 2
    squares = np.array([a + b + c + d, a + e + c + f, b + e + d + f]) // 2
    triangles = np.ones(len(a))
    for x, y, z in ((a, b, e), (e, c, d), (b, c, f), (a, f, d)):
        parts = factorial[(y + z - x) // 2] * factorial[(x + z - y) // 2]
        triangles *= parts * factorial[(x + y - z) // 2] / factorial[(x + y + z) // 2 + 1]
    low, high = corners.max(axis=0), squares.min(axis=0)
    total = np.zeros(len(a))
    for step in range(int((high - low).max()) + 1):
        z = np.minimum(low + step, high)
        below = np.prod(factorial[z - corners], axis=0) * np.prod(factorial[squares - z], axis=0)
        term = (1 - 2 * (z % 2)) * factorial[z + 1] / below
        total += np.where(low + step <= high, term, 0.0)
    return np.asarray(np.sqrt(triangles) * total)
