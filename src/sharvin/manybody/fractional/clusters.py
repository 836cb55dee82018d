r"""States of two or more particles as close as can be, in the orbitals of the lowest Landau level.

Each is a *channel*: :math:`b_T = \sum_s a_T(s) P_s` over the sets s of orbitals with one total T,
and a repulsion is :math:`\sum_T V\, b_T^\dagger b_T`. Amplitudes are normalized in the plane.
"""

from collections.abc import Callable, Iterable
from itertools import combinations, combinations_with_replacement
from math import factorial, sqrt

import numpy as np

from sharvin.typing import BoolArray, IntArray, RealArray

# One block: sets of orbitals, shape (sets, body), and amplitudes, shape (channels, sets).
Block = tuple[IntArray, RealArray]

TAIL = 1e-17  # amplitudes that are dropped
FAR = 12.5  # magnetic lengths: exp(-FAR²/4) = 1e-17


def pair_blocks(
    vectors: Callable[[int], tuple[IntArray, RealArray]],
    totals: Iterable[int],
    moments: tuple[int, ...],
    *,
    bosons: bool,
    inside: Callable[[IntArray], BoolArray],
) -> list[Block]:
    """Pair channels of relative angular momenta, from two-particle states.

    ``vectors(total)`` gives the first orbital of each pair and the states, shape (pairs, moments),
    column m with relative angular momentum m. ``inside`` says which orbitals exist.
    """
    blocks = []
    for total in totals:
        first, states = vectors(total)
        second = total - first
        kept = (first < second) | ((first == second) & bosons)
        kept &= inside(first) & inside(second)
        wanted = [m for m in moments if m < states.shape[1]]
        if not kept.any() or not wanted:
            continue
        pairs = np.stack([first, second], axis=1)[kept]
        weight = np.where(pairs[:, 0] == pairs[:, 1], 1.0, np.sqrt(2.0))
        blocks.append((pairs, np.ascontiguousarray(states[kept][:, wanted].T * weight)))
    return blocks


def ladder_blocks(
    size: int,
    factors: RealArray,
    *,
    steps: int,
    bosons: bool,
    inside: Callable[[IntArray], BoolArray],
) -> list[Block]:
    """Cluster channels on a sphere or a disk: the densest state, raised step by step.

    ``factors[m]`` raises orbital m to m + 1; orbitals that do not exist (``inside``) take part in
    the raising, and are left out at the end.
    """
    level = {(0,) * size if bosons else tuple(range(size)): 1.0}
    blocks = []
    for _ in range(steps + 1):
        norm = sqrt(sum(a * a for a in level.values()))
        level = {s: a / norm for s, a in level.items()}
        sets = np.array(sorted(level), dtype=np.int64)
        amplitudes = np.array([level[tuple(s)] for s in sets.tolist()])
        kept = inside(sets).all(axis=1)
        if kept.any():
            blocks.append((sets[kept], amplitudes[None, kept]))
        level = _raised(level, factors, bosons)
    return blocks


def _raised(
    level: dict[tuple[int, ...], float], factors: RealArray, bosons: bool
) -> dict[tuple[int, ...], float]:
    """One quantum more for the center of mass."""
    above: dict[tuple[int, ...], float] = {}
    for orbitals, amplitude in level.items():
        for m in set(orbitals):
            held, next_ = orbitals.count(m), orbitals.count(m + 1)
            if m >= len(factors) or (next_ and not bosons):
                continue
            new = list(orbitals)
            new[new.index(m)] = m + 1
            key = tuple(sorted(new))
            gain = factors[m] * sqrt(held * (next_ + 1))
            above[key] = above.get(key, 0.0) + gain * amplitude
    return above


def gaussian_blocks(
    size: int,
    shape: Callable[[RealArray], RealArray],
    *,
    spacing: float,
    orbitals: int,
    wrapped: bool,
    bosons: bool,
) -> list[Block]:
    r"""Channels on a cylinder or torus, orbitals at :math:`x_j = \kappa j`.

    Parameters
    ----------
    shape : callable
        Amplitude(s), shape (tuples, channels), of positions (tuples, size): normalized over ordered
        tuples of the plane, decaying as a Gaussian in the distances.
    spacing : float
        κ, in magnetic lengths.
    wrapped : bool
        Whether orbital j and j + orbitals are the same (torus).
    """
    reach = int(np.ceil(FAR / spacing)) + 1
    gathered: dict[int, dict[tuple[int, ...], RealArray]] = {}
    for sets, total in _tuples(size, reach, orbitals, wrapped):
        amplitudes = shape(spacing * sets.astype(np.float64))
        keep = np.abs(amplitudes).max(axis=1) > TAIL
        keys, weights = _folded(sets[keep], orbitals, bosons)
        amplitudes = weights[:, None] * amplitudes[keep]
        for channel, key, row, weight in zip(
            total[keep].tolist(), keys, amplitudes, weights, strict=True
        ):
            if weight:
                here = gathered.setdefault(channel, {})
                here[key] = here.get(key, 0.0) + row
    return _merged(gathered, orbitals if wrapped else 0)


def _tuples(
    size: int, reach: int, orbitals: int, wrapped: bool
) -> Iterable[tuple[IntArray, IntArray]]:
    """Ascending tuples of lifted orbitals, one for each set of the infinite line; their sums.

    On a torus one for each set up to a common shift by its length.
    """
    steps = combinations_with_replacement(range(reach + 1), size - 1)
    shifts = np.array([(0, *s) for s in steps], dtype=np.int64)
    for start in range(orbitals):
        sets = start + shifts
        if not wrapped:
            sets = sets[sets[:, -1] < orbitals]
        total = sets.sum(axis=1)
        yield sets, (total % (size * orbitals) if wrapped else total)


def _folded(sets: IntArray, orbitals: int, bosons: bool) -> tuple[list[tuple[int, ...]], RealArray]:
    r"""Sets on the torus, and what the amplitude of an ordered tuple contributes to each.

    .. math:: b = \frac{1}{\sqrt{n!}} \sum_{ordered} \psi\, b_{j_1} \dots b_{j_n}
              = \sum_{lifted} \frac{\sqrt{n! \prod M!}}{\prod m!}\, \psi\, P_s

    with multiplicities m of the lifted orbitals and M of the folded ones; zero where two fermions
    would share an orbital, and a sign for sorting.
    """
    size = sets.shape[1]
    folded = sets % orbitals
    order = np.argsort(folded, axis=1, kind="stable")
    ordered = np.take_along_axis(folded, order, axis=1)
    swaps = np.zeros(len(sets), dtype=np.int64)
    for a, b in combinations(range(size), 2):
        swaps += order[:, a] > order[:, b]
    weights = np.full(len(sets), sqrt(factorial(size)))
    if bosons:
        weights *= np.sqrt(_multiplicities(ordered)) / _multiplicities(sets)
    else:
        weights *= 1.0 - 2.0 * (swaps % 2)
        weights[(np.diff(ordered, axis=1) == 0).any(axis=1)] = 0.0
    return [tuple(key) for key in ordered.tolist()], weights


def _multiplicities(ordered: IntArray) -> RealArray:
    """Product of the factorials of how often each orbital occurs."""
    product = np.ones(len(ordered))
    run = np.ones(len(ordered))
    for column in np.diff(ordered, axis=1).T:
        run = np.where(column == 0, run + 1, 1.0)
        product *= run
    return product


def _merged(gathered: dict[int, dict[tuple[int, ...], RealArray]], modulus: int) -> list[Block]:
    """One block for each conserved total."""
    groups: dict[int, list[int]] = {}
    for channel in sorted(gathered):
        groups.setdefault(channel % modulus if modulus else channel, []).append(channel)
    blocks = []
    for channels in groups.values():
        keys = sorted({key for c in channels for key in gathered[c]})
        place = {key: i for i, key in enumerate(keys)}
        width = len(next(iter(gathered[channels[0]].values())))
        rows = np.zeros((len(channels), width, len(keys)))
        for row, c in zip(rows, channels, strict=True):
            for key, amplitude in gathered[c].items():
                row[:, place[key]] = amplitude
        blocks.append((np.array(keys, dtype=np.int64), rows.reshape(-1, len(keys))))
    return blocks
