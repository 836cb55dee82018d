"""Real numbers as big integers times 2^-bits: the few that compiling needs, to any precision."""

from fractions import Fraction
from functools import cache
from math import isqrt


@cache
def pi(bits: int) -> int:
    """π·2^bits, by Machin's formula, to a few units in the last place."""
    work = bits + 16
    return (16 * _arctan_inverse(5, work) - 4 * _arctan_inverse(239, work)) >> 16


@cache
def root_five(bits: int) -> int:
    """√5·2^bits."""
    return isqrt(5 << 2 * bits)


@cache
def unit_roots(bits: int) -> tuple[tuple[int, int], ...]:
    """Cosine and sine of jπ/5 for j = 0 … 3, times 2^bits."""
    one = 1 << bits
    c1 = (one + root_five(bits)) >> 2  # cos 36° = (1 + √5)/4
    c2 = c1 - (one >> 1)  # cos 72°
    s1, s2 = isqrt(one * one - c1 * c1), isqrt(one * one - c2 * c2)
    return (one, 0), (c1, s1), (c2, s2), (-c2, s2)


def cosine_sine(angle: Fraction, bits: int) -> tuple[int, int]:
    """Cosine and sine of an angle in radians, times 2^bits."""
    work = bits + 32
    x = (angle.numerator << work) // angle.denominator
    return _cosine_sine(x, work, bits)


def cosine_sine_pi(turns: Fraction, bits: int) -> tuple[int, int]:
    """Cosine and sine of π times a fraction."""
    work = bits + 32
    reduced = turns % 2
    x = pi(work) * reduced.numerator // reduced.denominator
    return _cosine_sine(x, work, bits)


def _cosine_sine(x: int, work: int, bits: int) -> tuple[int, int]:
    # Halved until it is small; doubled back as a rotation. Every doubling loses a bit, at most.
    x %= 2 * pi(work)
    halvings = 12
    x >>= halvings
    c, s, term, n = 0, 0, 1 << work, 0
    while term:
        c, s = (c + (term if n % 4 == 0 else -term), s) if n % 2 == 0 else (
            c, s + (term if n % 4 == 1 else -term)
        )  # fmt: skip
        n += 1
        term = (term * x >> work) // n
    for _ in range(halvings):
        c, s = (c * c - s * s) >> work, (2 * c * s) >> work
    return c >> (work - bits), s >> (work - bits)


def _arctan_inverse(n: int, bits: int) -> int:
    total, term, k, square = 0, (1 << bits) // n, 1, n * n
    while term:
        total += term // k if k % 4 == 1 else -(term // k)
        term //= square
        k += 2
    return total
