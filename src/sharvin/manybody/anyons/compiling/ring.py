"""Exact numbers behind Fibonacci braids: Z[ω] with ω = exp(iπ/5), and its real part Z[τ].

An element of Z[ω] is four integers (a, b, c, d) = a + bω + cω² + dω³; an element of Z[τ] two
integers (a, b) = a + bτ with τ = ω² - ω³ = (√5 - 1)/2, so τ² = 1 - τ.
"""

from itertools import product
from typing import TypeAlias

Omega: TypeAlias = tuple[int, int, int, int]
Tau: TypeAlias = tuple[int, int]

ONE: Omega = (1, 0, 0, 0)
ZERO: Omega = (0, 0, 0, 0)
TAU: Omega = (0, 0, 1, -1)
GOLDEN: Omega = (1, 0, 1, -1)  # 1/τ = 1 + τ


def times(x: Omega, y: Omega) -> Omega:
    """Product in Z[ω], where ω⁴ = ω³ - ω² + ω - 1."""
    a, b, c, d = x
    e, f, g, h = y
    p4 = b * h + c * g + d * f
    return (
        a * e - (c * h + d * g) - p4,  # ω⁵ = -1
        a * f + b * e - d * h + p4,
        a * g + b * f + c * e - p4,
        a * h + b * g + c * f + d * e + p4,
    )


def plus(x: Omega, y: Omega) -> Omega:
    """Sum in Z[ω]."""
    return x[0] + y[0], x[1] + y[1], x[2] + y[2], x[3] + y[3]


def minus(x: Omega, y: Omega) -> Omega:
    """Difference in Z[ω]."""
    return x[0] - y[0], x[1] - y[1], x[2] - y[2], x[3] - y[3]


def conjugate(x: Omega) -> Omega:
    """Complex conjugate, ω -> 1/ω."""
    a, b, c, d = x
    return a + b, -b, b - d, -b - c


def galois(x: Omega) -> Omega:
    """The other embedding, ω -> ω³ and √5 -> -√5."""
    a, b, c, d = x
    return a + d, -c - d, d, b - d


def turned(x: Omega, j: int) -> Omega:
    """Product of x and ω^j."""
    j %= 10
    if j >= 5:
        x, j = (-x[0], -x[1], -x[2], -x[3]), j - 5
    for _ in range(j):
        a, b, c, d = x
        x = (-d, a + d, b - d, c + d)
    return x


def square(x: Omega) -> Tau:
    """|x|² as an element of Z[τ]."""
    p = times(x, conjugate(x))
    return p[0], p[2]


def from_tau(x: Tau) -> Omega:
    """An element of Z[τ] inside Z[ω]."""
    return x[0], 0, x[1], -x[1]


def tau_times(x: Tau, y: Tau) -> Tau:
    """Product in Z[τ]."""
    high = x[1] * y[1]
    return x[0] * y[0] + high, x[0] * y[1] + x[1] * y[0] - high


def tau_galois(x: Tau) -> Tau:
    """τ -> -1 - τ."""
    return x[0] - x[1], -x[1]


def tau_norm(x: Tau) -> int:
    """Product of x and its other embedding."""
    return x[0] * x[0] - x[0] * x[1] - x[1] * x[1]


def sign(x: Tau) -> int:
    """Sign of a + bτ, exactly."""
    rational, root = 2 * x[0] - x[1], x[1]  # twice x is rational + root √5
    if rational >= 0 and root >= 0:
        return int(rational > 0 or root > 0)
    if rational <= 0 and root <= 0:
        return -1
    larger = rational * rational > 5 * root * root
    return 1 if larger == (rational > 0) else -1


def totally_positive(x: Tau) -> bool:
    """Whether both embeddings are positive."""
    return sign(x) > 0 and sign(tau_galois(x)) > 0


def tau_divide(x: Tau, y: Tau) -> tuple[Tau, Tau]:
    """Quotient rounded to Z[τ], and the remainder."""
    n = tau_norm(y)
    top = tau_times(x, tau_galois(y))
    q = _nearest(top[0], n), _nearest(top[1], n)
    back = tau_times(q, y)
    return q, (x[0] - back[0], x[1] - back[1])


def tau_gcd(x: Tau, y: Tau) -> Tau:
    """Greatest common divisor in Z[τ], up to a unit."""
    while y != (0, 0):
        x, y = y, tau_divide(x, y)[1]
    return x


def gcd(x: Omega, y: Omega) -> Omega:
    """Greatest common divisor in Z[ω], up to a unit."""
    while y != ZERO:
        x, y = y, _remainder(x, y)
    return x


def _remainder(x: Omega, y: Omega) -> Omega:
    """Remainder of x modulo y, of smaller norm than y."""
    # 1/y = y* (|y|²)^• / N(y).
    size = square(y)
    n = tau_norm(size)
    top = times(times(x, conjugate(y)), from_tau(tau_galois(size)))
    q = tuple(_nearest(t, n) for t in top)
    rest = minus(x, times((q[0], q[1], q[2], q[3]), y))
    if tau_norm(square(rest)) < n:
        return rest
    # Rounding each coordinate is not always enough; a neighbor is.
    around = (minus(rest, times((i, j, k, m), y)) for i, j, k, m in product((-1, 0, 1), repeat=4))
    return min(around, key=lambda r: tau_norm(square(r)))


def _nearest(a: int, n: int) -> int:
    return (2 * a + n) // (2 * n)
