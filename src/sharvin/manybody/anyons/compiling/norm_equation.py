"""|v|² = ξ in Z[ω] for a given ξ in Z[τ]: solved when the factors of ξ are easily found."""

from sharvin.manybody.anyons.compiling import ring
from sharvin.manybody.anyons.compiling.ring import ONE, Omega, Tau

# Trying larger divisors costs more than taking the next candidate.
_SMALL = tuple(q for q in range(2, 600) if all(q % d for d in range(2, int(q**0.5) + 1)))
_WITNESSES = _SMALL[:20]
_ROOT_FIVE: Tau = (1, 2)
_OVER_FIVE: Omega = (-1, 2, -1, 1)  # ω + ω⁴, of square τ√5


def solve(xi: Tau) -> Omega | None:
    """Return v with |v|² = ξ, or None: there is none, or ξ has two large prime factors.

    A prime of Z[τ] is a norm if it lies over p = 5 or p = 1 modulo 5, and only its even powers
    otherwise. What is returned has been verified exactly.

    References
    ----------
    V. Kliuchnikov, A. Bocharov and K. M. Svore, Phys. Rev. Lett. 112, 140504 (2014).
    """
    if xi == (0, 0):
        return ring.ZERO
    if not ring.totally_positive(xi):
        return None
    primes = _easy_primes(ring.tau_norm(xi))
    if primes is None:
        return None
    rest, v = xi, ONE
    for p in primes:
        for prime in _over(p):
            power = 0
            while (step := ring.tau_divide(rest, prime))[1] == (0, 0):
                rest, power = step[0], power + 1
            if not power:
                continue
            factor = _root(p, prime, power)
            if factor is None:
                return None
            v = ring.times(v, factor)
    return _with_unit(xi, v)


def _easy_primes(n: int) -> list[int] | None:
    """Primes of n if all but one are small; None where a factor forbids a solution."""
    found = []
    for q in _SMALL:
        power = 0
        while n % q == 0:
            n, power = n // q, power + 1
        if power:
            found.append(q)
            if q % 5 == 4 and power == 1:
                return None
    if n == 1:
        return found
    if n % 5 != 1 or not is_prime(n):
        return None
    return [*found, n]


def _over(p: int) -> tuple[Tau, ...]:
    """Primes of Z[τ] over p."""
    if p == 5:
        return (_ROOT_FIVE,)
    if p % 5 in (2, 3):
        return ((p, 0),)
    prime = ring.tau_gcd((p, 0), (1 - root_modulo(5, p), 2))
    return prime, ring.tau_galois(prime)


def _root(p: int, prime: Tau, power: int) -> Omega | None:
    """Return w with |w|² = prime^power up to a unit."""
    base, exponent = ring.from_tau(prime), power // 2
    if p == 5:
        base, exponent = _OVER_FIVE, power
    elif p % 5 == 1:
        base, exponent = _split(p, prime), power
    elif power % 2:
        return None
    w = ONE
    for _ in range(exponent):
        w = ring.times(w, base)
    return w


def _split(p: int, prime: Tau) -> Omega:
    """Factor of a prime of Z[τ] in Z[ω]: (2ω - φ)² = τ - 2 has a root modulo it."""
    # τ is a number modulo `prime` = a + bτ.
    t = -prime[0] * pow(prime[1], -1, p) % p
    m = root_modulo(t - 2, p)
    return ring.gcd(ring.from_tau(prime), (m + 1, -2, 1, -1))


def _with_unit(xi: Tau, v: Omega) -> Omega | None:
    """Multiply v by the power of τ that makes |v|² equal to ξ."""
    unit, rest = ring.tau_divide(xi, ring.square(v))
    if rest != (0, 0):
        return None
    while unit != (1, 0):
        large = ring.sign((unit[0] - 1, unit[1])) > 0
        factor, square = (ring.GOLDEN, (1, -1)) if large else (ring.TAU, (2, 1))
        unit = ring.tau_times(unit, square)
        v = ring.times(v, factor)
    return v if ring.square(v) == xi else None


def root_modulo(a: int, p: int) -> int:
    """Square root of a residue modulo an odd prime (Tonelli and Shanks)."""
    a %= p
    if p % 4 == 3:
        return pow(a, (p + 1) // 4, p)
    odd, twos = p - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    z = next(z for z in range(2, p) if pow(z, (p - 1) // 2, p) == p - 1)
    c, t, r = pow(z, odd, p), pow(a, odd, p), pow(a, (odd + 1) // 2, p)
    while t > 1:
        i, s = 0, t
        while s != 1:
            s, i = s * s % p, i + 1
        if i == twos:
            raise ArithmeticError(f"{a} has no root modulo {p}")
        b = pow(c, 1 << (twos - i - 1), p)
        twos, c = i, b * b % p
        t, r = t * c % p, r * b % p
    return r


def is_prime(n: int) -> bool:
    """Miller and Rabin with 20 witnesses; proven below 3e24, and a mistake would be noticed."""
    if n < 2 or any(n % q == 0 for q in _WITNESSES):
        return n in _WITNESSES
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for q in _WITNESSES:
        x = pow(q, odd, n)
        if x in (1, n - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True
