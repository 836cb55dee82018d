"""A rotation about z as a Fibonacci braid, to any precision: number theory instead of search.

Every product of braids of three anyons is, up to a phase, (u, -v*√τ; v√τ, u*) with u and v in
Z[ω] and |u|² + τ|v|² = 1. So a rotation is compiled in three steps: find u close to exp(-iφ/2)
among the points of a lattice, solve |v|² = (1 - |u|²)/τ for v, and undo the matrix crossing by
crossing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from math import log2, sqrt

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.anyons.compiling import fixed, norm_equation, ring
from sharvin.manybody.anyons.compiling.lattice import points_near, reduced_basis
from sharvin.manybody.anyons.compiling.ring import Omega, Tau

# Volumes of search, in expected points per round; most angles are done in the second or third.
FIRST, ROUNDS = 6.0, 12
# Beside a power of T the points of the lattice crowd on lines; elsewhere there are hundreds.
MOST = 20_000
COARSEST, FINEST = 0.5, 1e-150


@dataclass(frozen=True)
class ExactRotation:
    r"""u and v in Z[ω] of a unitary near a rotation, and the distance from it.

    Parameters
    ----------
    u, v : four integers each
    turn : int
        0 or 1: the unitary is (u, -v*√τ; v√τ, u*) times diag(1, ω)^turn.
    error : float
        Operator norm of the difference, minimized over the phase: :math:`\sqrt{2 - 2\,
        \mathrm{Re}\, u e^{iφ/2}}`.
    """

    u: Omega
    v: Omega
    turn: int
    error: float


def nearest_rotation(angle: Fraction, error: float, *, in_units_of_pi: bool) -> ExactRotation:
    """Exact unitary within `error` of diag(exp(-iφ/2), exp(iφ/2)), of the fewest crossings found.

    Raises
    ------
    InvalidInput
        When the error is not between 1e-150 and 0.5.
    """
    if not FINEST <= error <= COARSEST:
        raise InvalidInput(f"an error lies between {FINEST:.0e} and {COARSEST}, got {error!r}")
    bits = int(4.5 * log2(1 / error)) + 128
    of_half = fixed.cosine_sine_pi if in_units_of_pi else fixed.cosine_sine
    c, s = of_half(angle / 2, bits)
    simple = _power_of_t(c, s, error, bits)
    if simple is not None:
        return simple
    # Determinants are even or odd powers of ω: odd ones aim at a rotation less by π/5.
    x, y = fixed.cosine_sine_pi(Fraction(1, 10), bits)
    aims = (_Aim.at(c, s, bits), _Aim.at((c * x + s * y) >> bits, (s * x - c * y) >> bits, bits))
    previous, size = 0.0, FIRST / (0.75 * error**3)
    for _ in range(ROUNDS):
        found = [
            (far, turn, u, off)
            for turn, aim in enumerate(aims)
            for far, u, off in aim.candidates(error, previous, max(size, 1.0))
        ]
        for _far, turn, u, off in sorted(found):
            v = norm_equation.solve(_rest(u))
            if v is not None:
                return ExactRotation(u, v, turn, off)
        previous, size = max(size, 1.0), 3 * size
    raise Unreliable(
        f"no unitary within {error:.1e} of this rotation was found among the short ones; ask for a "
        "slightly different error"
    )


def _power_of_t(c: int, s: int, error: float, bits: int) -> ExactRotation | None:
    """Return T^j where that is already close enough: jπ/5 within about 2 errors of the angle."""
    for j in range(10):
        x, y = fixed.cosine_sine_pi(Fraction(j, 10), bits)
        short = (1 << bits) - abs((c * x + s * y) >> bits)
        off = _distance(short, bits)
        if off <= error:
            # diag(1, ω)^j is exp(ijπ/10) times the rotation; u = ω^-m leaves j - 2m turns.
            return ExactRotation(ring.turned(ring.ONE, -(j // 2)), ring.ZERO, j % 2, off)
    return None


def _rest(u: Omega) -> Tau:
    """(1 - |u|²)/τ."""
    a, b = ring.square(u)
    return ring.tau_times((1 - a, -b), (1, 1))


def _possible(xi: Tau) -> bool:
    return xi == (0, 0) or ring.totally_positive(xi)


@dataclass(frozen=True)
class _Aim:
    """Components of 1, ω, ω², ω³ along and across exp(-iφ/2), and in the other embedding."""

    along: list[int]
    across: list[int]
    other_x: list[int]
    other_y: list[int]
    bits: int

    @classmethod
    def at(cls, c: int, s: int, bits: int) -> "_Aim":
        roots = fixed.unit_roots(bits)
        others = [ring.galois(z) for z in _UNITS]
        return cls(
            [(x * c - y * s) >> bits for x, y in roots],
            [(x * s + y * c) >> bits for x, y in roots],
            [sum(k * x for k, (x, _) in zip(z, roots, strict=True)) for z in others],
            [sum(k * y for k, (_, y) in zip(z, roots, strict=True)) for z in others],
            bits,
        )

    def candidates(
        self, error: float, above: float, below: float
    ) -> Iterator[tuple[float, Omega, float]]:
        """Size of the conjugate (it decides how many crossings), u and its distance."""
        depth, one = error**2 / 2, 1 << self.bits
        for u in islice(_Frame.of(self, depth, error, sqrt(below)).points(), MOST):
            far = _real(ring.tau_galois(ring.square(u)))
            short = one - sum(k * x for k, x in zip(u, self.along, strict=True))
            wide = above < far <= below and short >= -_ROUNDING and short / one <= depth
            if wide and _possible(_rest(u)):
                yield far, u, _distance(short, self.bits)


def _distance(short: int, bits: int) -> float:
    """Operator norm of a difference whose traces differ by twice `short`."""
    return sqrt(2 * short / (1 << bits)) if short > _ROUNDING else 0.0


_ROUNDING = 1 << 16  # of a sum of four products, in units of the last place
_UNITS: tuple[Omega, ...] = ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1))


def _real(x: Tau) -> float:
    """Value of a + bτ as a float, also where the two nearly cancel."""
    bits = 64 + max(abs(x[0]), abs(x[1])).bit_length() * 2
    value = (x[0] << bits) + x[1] * ((fixed.root_five(bits) - (1 << bits)) >> 1)
    return float(Fraction(value, 1 << bits))


@dataclass(frozen=True)
class _Frame:
    """The lattice of u in coordinates in which the region searched is about a ball."""

    rows: list[list[int]]  # per basis vector, its four coordinates times 2^bits
    center: list[int]
    bits: int

    @classmethod
    def of(cls, aim: _Aim, depth: float, error: float, reach: float) -> "_Frame":
        # The sliver 1 - depth <= x <= sqrt(1 - y²) lies in an ellipse around 1 - 2 depth/3.
        radii = [2 * depth / 3, error * sqrt((1 - depth / 2) / 0.75), reach, reach]
        scale = [Fraction(r) for r in radii]
        columns = [
            [x * f.denominator // f.numerator for x in part]
            for part, f in zip(
                (aim.along, aim.across, aim.other_x, aim.other_y), scale, strict=True
            )
        ]
        middle = Fraction(1) - 2 * Fraction(depth) / 3
        center = [int(middle / scale[0] * (1 << aim.bits)), 0, 0, 0]
        return cls([list(row) for row in zip(*columns, strict=True)], center, aim.bits)

    def points(self) -> Iterator[Omega]:
        """Elements of Z[ω] in the ball of radius √2, which holds ellipse times disk."""
        change = reduced_basis(self.rows)
        basis = [_combined(row, self.rows) for row in change]
        start = _nearest_combination(basis, self.center)
        behind = _combined(start, basis)
        offset = [x - y for x, y in zip(self.center, behind, strict=True)]
        unit = 1 << self.bits
        small = np.array([[x / unit for x in row] for row in basis]).T
        for z in points_near(small, np.array([x / unit for x in offset]), sqrt(2)):
            total = [a + b for a, b in zip(start, z, strict=True)]
            a, b, c, d = _combined(total, change)
            yield a, b, c, d


def _combined(weights: list[int], rows: list[list[int]]) -> list[int]:
    return [sum(w * row[i] for w, row in zip(weights, rows, strict=True)) for i in range(4)]


def _nearest_combination(basis: list[list[int]], target: list[int]) -> list[int]:
    """Integer weights of the basis vectors that come near the target (Cramer's rule, rounded)."""
    whole = _determinant(basis)
    weights = []
    for place in range(4):
        swapped = [target if i == place else row for i, row in enumerate(basis)]
        weights.append((2 * _determinant(swapped) + whole) // (2 * whole))
    return weights


def _determinant(m: list[list[int]]) -> int:
    if len(m) == 1:
        return m[0][0]
    minors = ([row[:j] + row[j + 1 :] for row in m[1:]] for j in range(len(m)))
    return sum((-1) ** j * m[0][j] * _determinant(minor) for j, minor in enumerate(minors))
