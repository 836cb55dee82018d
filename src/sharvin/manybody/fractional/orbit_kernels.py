"""Compiled loops over states grouped by translations: orbits, and the matrix between them."""

from typing import Any

from sharvin.numerics.elimination.kernel import kernel, part

# Patterns of fermions: bit i is orbital i.


@part
def _parities_below(code: int) -> int:  # pragma: no cover - compiled
    """Word whose bit i says whether an odd number of particles lies below orbital i."""
    word = code << 1
    for shift in (1, 2, 4, 8, 16, 32):
        word ^= word << shift
    return word


@part
def _odd(word: int) -> int:  # pragma: no cover - compiled
    """Parity of the number of ones."""
    odd = 0
    while word:
        word &= word - 1
        odd ^= 1
    return odd


@part
def _moved(code: int, step: int, orbitals: int) -> int:  # pragma: no cover - compiled
    """Pattern with every particle ``step`` orbitals up, around the torus."""
    return ((code << step) | (code >> (orbitals - step))) & ((1 << orbitals) - 1)


@kernel
def find_orbits(
    codes: Any,
    orbitals: int,
    step: int,
    order: int,
    high: Any,
    low: Any,
    split: int,
    orbit: Any,
    shift: Any,
    sign: Any,
    first: Any,
    lengths: Any,
    returns: Any,
) -> int:
    r"""Group states by the translation of all orbitals by ``step``; how many groups there are.

    State i is ``sign[i]`` times the translation, ``shift[i]`` times, of the lowest state of its
    ``orbit[i]``, which stands at ``first``; after ``lengths`` translations that one comes back,
    times ``returns``. ``orbit`` comes filled with -1.
    """
    found = 0
    particles = _ones(codes[0])
    below = (1 << split) - 1
    for i in range(len(codes)):
        if orbit[i] >= 0:
            continue
        code, s, m, place = codes[i], 1, 0, i
        first[found] = i
        while True:
            orbit[place], shift[place], sign[place] = found, m, s
            wrapped = _ones(code >> (orbitals - step))
            if wrapped * (particles - wrapped) & 1:
                s = -s
            code = _moved(code, step, orbitals)
            m += 1
            place = high[code >> split] + low[code & below]
            if place == i or m == order:
                break
        lengths[found], returns[found] = m, s
        found += 1
    return found


@part
def _ones(code: int) -> int:  # pragma: no cover - compiled
    count = 0
    while code:
        code &= code - 1
        count += 1
    return count


@kernel
def orbit_rows(
    rows: Any,
    codes: Any,
    high: Any,
    low: Any,
    split: int,
    orbit: Any,
    shift: Any,
    sign: Any,
    sources: Any,
    first: Any,
    targets: Any,
    values: Any,
    roots: Any,
    start: Any,
    columns: Any,
    entries: Any,
    shifts: Any,
    diagonal: Any,
) -> None:
    r"""Elements of :math:`\sum_{ts} V_{ts} P_t^\dagger P_s` from the lowest states of orbits.

    Only those into an orbit of higher number, and into the own one, which are added to
    ``diagonal[row, shift]``. With an empty ``diagonal`` the former are counted into ``start``; else
    they are put from there on, with the translation that leads from the lowest state of the other
    orbit to the target.

    Parameters
    ----------
    rows : (orbits,)
        Numbers of the orbits to act on; ``codes`` are the patterns of their lowest states.
    sources, targets : masks, as for `fermion_rows`
    roots : (all orbits,)
        Root of the length of each, by whose ratio elements between orbits are multiplied.
    """
    counting = len(diagonal) == 0
    below = (1 << split) - 1
    for i in range(len(codes)):
        code, row = codes[i], rows[i]
        at = 0 if counting else start[i]
        for k in range(len(sources)):
            mask = sources[k]
            if code & mask != mask:
                continue
            rest = code ^ mask
            word = _parities_below(rest)
            out = _odd(word & mask)
            for e in range(first[k], first[k + 1]):
                target = targets[e]
                if rest & target:
                    continue
                new = rest | target
                place = high[new >> split] + low[new & below]
                to = orbit[place]
                if to < row or (counting and to == row):
                    continue
                if not counting:
                    odd = out ^ _odd(word & target)
                    value = values[e] * sign[place] * (1.0 - 2.0 * odd)
                    if to == row:
                        diagonal[i, shift[place]] += value
                        continue
                    columns[at], shifts[at] = to, shift[place]
                    entries[at] = value * roots[row] / roots[to]
                at += 1
        if counting:
            start[i + 1] = start[i] + at


@kernel
def phased_product(
    start: Any,
    columns: Any,
    entries: Any,
    shifts: Any,
    phases: Any,
    diagonal: Any,
    x: Any,
    out: Any,
) -> None:
    """Product with x of a Hermitian matrix whose entries above the diagonal lack their phase."""
    for i in range(len(diagonal)):
        out[i] = diagonal[i] * x[i]
    for i in range(len(diagonal)):
        total = 0.0 * x[i]
        here = x[i]
        for e in range(start[i], start[i + 1]):
            j = columns[e]
            entry = entries[e] * phases[shifts[e]]
            total += entry * x[j]
            out[j] += entry.conjugate() * here
        out[i] += total
