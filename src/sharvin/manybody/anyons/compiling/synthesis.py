"""From an exact unitary to its braid, and back: no rounding anywhere.

T = diag(1, ω) is σ1³ and F = (τ, √τ; √τ, -τ) is σ1 σ2 σ1 or its inverse, up to phases.
"""

from sharvin.errors import Unreliable
from sharvin.manybody.anyons.braid import Braid, from_syllables
from sharvin.manybody.anyons.compiling import ring
from sharvin.manybody.anyons.compiling.ring import ONE, TAU, ZERO, Omega

Column = tuple[Omega, Omega]  # u and v of the first column (u, v√τ)


def braid_of(u: Omega, v: Omega, turn: int = 0) -> Braid:
    """Braid of three strands whose matrix is (u, -v*√τ; v√τ, u*) T^turn up to a phase.

    Each step applies the F T^j that makes the conjugate of u smallest, until only a phase is
    left; signs of the F are then chosen so that neighboring powers of σ1 cancel best.

    Raises
    ------
    Unreliable
        When u and v do not make a unitary matrix.
    """
    powers = _powers(u, v)
    powers[-1] += turn
    word = _spelled([3 * e % 10 for e in powers])
    if not _same_up_to_phase(column_of(word), (u, v)):
        raise Unreliable(f"the braid of {u}, {v} does not give them back; this is a bug, report it")
    return word


def column_of(braid: Braid) -> Column:
    """First column of the matrix of a three-strand braid up to a phase, exactly."""
    u, v = ONE, ZERO
    for generator, exponent in braid.syllables():
        if generator == 2:
            u, v = _f(u, v)
        v = ring.turned(v, 7 * exponent)
        if generator == 2:
            u, v = _f(u, v)
    return u, v


def _f(u: Omega, v: Omega) -> Column:
    return ring.times(TAU, ring.plus(u, v)), ring.minus(u, ring.times(TAU, v))


def _powers(u: Omega, v: Omega) -> list[int]:
    """e_0 … e_n of U = T^e_0 F T^e_1 F … F T^e_n up to a phase."""
    a, b = ring.square(u)
    c, d = ring.tau_times(ring.square(v), (0, 1))
    if (a + c, b + d) != (1, 0):
        raise Unreliable(f"u = {u} and v = {v} make no unitary matrix: |u|² + τ|v|² is not 1")
    powers: list[int] = []
    while v != ZERO:
        best = 0, u, v
        least = None
        for j in range(10):
            new = _f(u, ring.turned(v, j))
            size = ring.tau_galois(ring.square(new[0]))
            if least is None or ring.sign((least[0] - size[0], least[1] - size[1])) > 0:
                best, least = (j, *new), size
        j, u, v = best
        powers.append(-j)
    # What is left is diagonal: its phases follow from the determinants, -1 of F and ω^j of T^j.
    phase = next(m for m in range(10) if ring.turned(ONE, m) == u)
    last = 5 * len(powers) - sum(powers) - 2 * phase
    return [*powers, last]


def _spelled(powers: list[int]) -> Braid:
    """Shortest word σ1^g_0 σ2^±1 σ1^g_1 … with g_i = powers_i + signs of the F beside it.

    The first power acts last, so the word of crossings is the reverse.
    """
    steps = list(reversed(powers))
    if len(steps) == 1:
        return from_syllables(3, [(1, _centered(steps[0]))])
    # Cheapest words that end with an F of sign +1 or -1: (crossings, syllables).
    best = {s: _start(steps[0] + s, s) for s in (1, -1)}
    for m in steps[1:-1]:
        best = {
            s: min(_longer(best[p], m + p + s, s) for p in (1, -1))
            for s in (1, -1)
        }  # fmt: skip
    ends = []
    for p in (1, -1):
        g = _centered(steps[-1] + p)
        ends.append((best[p][0] + abs(g), (*best[p][1], (1, g))))
    return from_syllables(3, min(ends)[1]).reduced()


_Word = tuple[int, tuple[tuple[int, int], ...]]


def _start(power: int, s: int) -> _Word:
    g = _centered(power)
    return abs(g) + 1, ((1, g), (2, s))


def _longer(word: _Word, power: int, s: int) -> _Word:
    g = _centered(power)
    return word[0] + abs(g) + 1, (*word[1], (1, g), (2, s))


def _centered(power: int) -> int:
    """The same power of σ1 with the fewest crossings; σ1¹⁰ is a phase."""
    return (power + 4) % 10 - 4


def _same_up_to_phase(one: Column, other: Column) -> bool:
    return any((ring.turned(one[0], m), ring.turned(one[1], m)) == other for m in range(10))
