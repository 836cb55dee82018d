"""Compiled loops over bit patterns: bases, matrices, and the product with a vector."""

from typing import Any

import numpy as np

from sharvin.numerics.elimination.kernel import kernel, part

# Patterns are 64-bit integers. Fermions: bit i is orbital i. Bosons: reading from the lowest bit, a
# one is a particle in the present orbital and a zero the wall to the next one.


@part
def _next_pattern(code: int) -> int:  # pragma: no cover - compiled
    """Next larger integer with as many ones (Gosper)."""
    lowest = code & -code
    ripple = code + lowest
    ones = code ^ ripple
    return ripple | ((ones // lowest) >> 2)


@part
def _decode(code: int, bits: int, bosons: bool, n: Any) -> None:  # pragma: no cover - compiled
    """Particles in each orbital."""
    n[:] = 0
    if bosons:
        orbital = 0
        for b in range(bits):
            if (code >> b) & 1:
                n[orbital] += 1
            else:
                orbital += 1
    else:
        for b in range(bits):
            n[b] = (code >> b) & 1


@part
def _encode(n: Any) -> int:  # pragma: no cover - compiled
    """Pattern of bosons from their numbers."""
    code, at = 0, 0
    for orbital in range(len(n)):
        for _ in range(n[orbital]):
            code |= 1 << at
            at += 1
        at += 1
    return code


@part
def _belongs(
    code: int, bits: int, bosons: bool, charges: Any, moduli: Any, wanted: Any
) -> bool:  # pragma: no cover - compiled
    for c in range(len(moduli)):
        total, orbital = 0, 0
        for b in range(bits):
            one = (code >> b) & 1
            if one:
                total += charges[orbital, c]
            if not bosons or not one:
                orbital += 1
        if moduli[c]:
            total %= moduli[c]
        if total != wanted[c]:
            return False
    return True


@kernel
def count_patterns(
    particles: int, bits: int, bosons: bool, charges: Any, moduli: Any, wanted: Any
) -> int:
    """Number of patterns with the wanted charge."""
    code, end, found = (1 << particles) - 1, 1 << bits, 0
    while code < end:
        if _belongs(code, bits, bosons, charges, moduli, wanted):
            found += 1
        code = _next_pattern(code)
    return found


@kernel
def fill_patterns(
    particles: int, bits: int, bosons: bool, charges: Any, moduli: Any, wanted: Any, codes: Any
) -> None:
    """List them in ascending order."""
    code, end, found = (1 << particles) - 1, 1 << bits, 0
    while code < end:
        if _belongs(code, bits, bosons, charges, moduli, wanted):
            codes[found] = code
            found += 1
        code = _next_pattern(code)


@kernel
def occupations(codes: Any, orbitals: int, bits: int, bosons: bool) -> Any:
    """Particles in each orbital, shape (states, orbitals)."""
    found = np.zeros((len(codes), orbitals), np.uint8)
    for i in range(len(codes)):
        _decode(codes[i], bits, bosons, found[i])
    return found


@part
def _ones(code: int) -> int:  # pragma: no cover - compiled
    count = 0
    while code:
        code &= code - 1
        count += 1
    return count


@part
def _parity(mask: int, rest: int) -> int:  # pragma: no cover - compiled
    """Number of particles of ``rest`` below each one of ``mask``, summed."""
    passed = 0
    while mask:
        lowest = mask & -mask
        passed += _ones(rest & (lowest - 1))
        mask ^= lowest
    return passed


@part
def _kept(
    new: int, code: int, value: Any, row: int, at: int, tables: Any, store: Any
) -> int:  # pragma: no cover - compiled
    """Put one element away, if it is not below the diagonal; the next free place."""
    high, low, split = tables
    columns, entries, diagonal = store
    if new < code:
        return at
    if new == code:
        if len(diagonal):
            diagonal[row] += value.real
        return at
    if len(columns):
        columns[at] = high[new >> split] + low[new & ((1 << split) - 1)]
        entries[at] = value.conjugate()
    return at + 1


@kernel
def fermion_rows(
    codes: Any,
    high: Any,
    low: Any,
    split: int,
    sources: Any,
    first: Any,
    targets: Any,
    values: Any,
    start: Any,
    columns: Any,
    entries: Any,
    diagonal: Any,
) -> None:
    r"""Rows of :math:`\sum_{ts} V_{ts} P_t^\dagger P_s` between patterns of fermions.

    Only what lies above the diagonal. With empty ``columns`` and ``diagonal`` the elements are
    counted into ``start``; else they are put from ``start`` on into ``columns`` and ``entries``,
    and the diagonal is added to. An entry of the row of state c is the element that leads out of
    c, conjugated.

    Parameters
    ----------
    codes : (states,)
        Patterns to act on, of the basis whose places ``high``, ``low`` and ``split`` give.
    sources : (s,)
        Masks of the orbitals that are emptied.
    first : (s + 1,), targets, values
        Masks that are filled, and the elements, source by source.
    """
    counting = len(diagonal) == 0
    tables, store = (high, low, split), (columns, entries, diagonal)
    for i in range(len(codes)):
        code = codes[i]
        at = 0 if counting else start[i]
        for k in range(len(sources)):
            mask = sources[k]
            if code & mask != mask:
                continue
            rest = code ^ mask
            out = _parity(mask, rest)
            for e in range(first[k], first[k + 1]):
                target = targets[e]
                if rest & target:
                    continue
                new = rest | target
                if new < code:
                    continue
                sign = 1.0 - 2.0 * ((out + _parity(target, rest)) & 1)
                at = _kept(new, code, sign * values[e], i, at, tables, store)
        if counting:
            start[i + 1] = start[i] + at


@part
def _ways(n: Any, orbitals: Any, extra: bool) -> float:  # pragma: no cover - compiled
    """Ways to pick a set of bosons: out of n, or of n with the set added (``extra``)."""
    found = 1.0
    b = 0
    while b < len(orbitals):
        orbital, times = orbitals[b], 1
        while b + times < len(orbitals) and orbitals[b + times] == orbital:
            times += 1
        held = n[orbital] + (times if extra else 0)
        for t in range(times):
            found *= max(held - t, 0) / (t + 1)
        b += times
    return found


@part
def _moved(n: Any, orbitals: Any, change: int) -> None:  # pragma: no cover - compiled
    for b in range(len(orbitals)):
        n[orbitals[b]] += change


@kernel
def boson_rows(
    codes: Any,
    bits: int,
    orbitals: int,
    high: Any,
    low: Any,
    split: int,
    sources: Any,
    first: Any,
    targets: Any,
    values: Any,
    start: Any,
    columns: Any,
    entries: Any,
    diagonal: Any,
) -> None:
    """Return `fermion_rows` for bosons; sources and targets list orbitals, shape (., body)."""
    counting = len(diagonal) == 0
    tables, store = (high, low, split), (columns, entries, diagonal)
    n = np.zeros(orbitals, np.int64)
    for i in range(len(codes)):
        code = codes[i]
        at = 0 if counting else start[i]
        _decode(code, bits, True, n)
        for k in range(len(sources)):
            # b_s/√(multiplicities!) takes the root of the number of ways out of each orbital
            weight = _ways(n, sources[k], False)
            if weight == 0.0:
                continue
            _moved(n, sources[k], -1)
            for e in range(first[k], first[k + 1]):
                gain = (weight * _ways(n, targets[e], True)) ** 0.5
                _moved(n, targets[e], 1)
                new = _encode(n)
                _moved(n, targets[e], -1)
                at = _kept(new, code, gain * values[e], i, at, tables, store)
            _moved(n, sources[k], 1)
        if counting:
            start[i + 1] = start[i] + at


@kernel
def half_product(start: Any, columns: Any, entries: Any, diagonal: Any, x: Any, out: Any) -> None:
    """Product of a Hermitian matrix, of which the part above the diagonal is kept, and x."""
    for i in range(len(diagonal)):
        out[i] = diagonal[i] * x[i]
    for i in range(len(diagonal)):
        total = 0.0 * x[i]
        here = x[i]
        for e in range(start[i], start[i + 1]):
            j = columns[e]
            total += entries[e] * x[j]
            out[j] += entries[e].conjugate() * here
        out[i] += total


@kernel
def shared_out(
    codes: Any, particles: int, part_size: int, parts: Any, rests: Any, signs: Any
) -> None:
    """Every way to give ``part_size`` of the fermions to A and the rest to B, with its sign."""
    orbitals = np.empty(particles, np.int64)
    at = 0
    for i in range(len(codes)):
        code, p = codes[i], 0
        for b in range(62):
            if (code >> b) & 1:
                orbitals[p] = b
                p += 1
        chosen, end = (1 << part_size) - 1, 1 << particles
        while chosen < end:
            mask = 0
            for p in range(particles):
                if (chosen >> p) & 1:
                    mask |= 1 << orbitals[p]
            parts[at] = mask
            rests[at] = code ^ mask
            signs[at] = 1 - 2 * (_parity(mask, code ^ mask) & 1)
            at += 1
            chosen = _next_pattern(chosen)


@kernel
def relabeled(codes: Any, to: Any, new: Any, signs: Any) -> None:
    """Patterns of fermions after orbital i has become ``to[i]``, and the sign of reordering."""
    count = len(to)
    places = np.empty(count, np.int64)
    for i in range(len(codes)):
        code, p, out, swaps = codes[i], 0, 0, 0
        for b in range(count):
            if (code >> b) & 1:
                for q in range(p):
                    if places[q] > to[b]:
                        swaps += 1
                places[p] = to[b]
                out |= 1 << to[b]
                p += 1
        new[i] = out
        signs[i] = 1 - 2 * (swaps & 1)


@kernel
def one_body_elements(
    codes: Any, right: Any, high: Any, low: Any, split: int, left: Any, pairs: Any, out: Any
) -> None:
    r""":math:`\langle left | c_i^\dagger c_j | right \rangle` of fermions, for pairs (i, j).

    ``codes`` are the patterns of ``right``; places in ``left`` come from ``high`` and ``low``.
    """
    below = (1 << split) - 1
    for p in range(len(pairs)):
        i, j = pairs[p, 0], pairs[p, 1]
        fill, empty = 1 << i, 1 << j
        total = 0.0 * out[0]
        for s in range(len(codes)):
            code = codes[s]
            rest = code ^ empty
            if code & empty == 0 or rest & fill:
                continue
            new = rest | fill
            sign = 1.0 - 2.0 * ((_parity(empty, rest) + _parity(fill, rest)) & 1)
            place = high[new >> split] + low[new & below]
            total += sign * left[place].conjugate() * right[s]
        out[p] = total
