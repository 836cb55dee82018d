"""A controlled gate on two qubits of Fibonacci anyons, and what leaks out of them.

A pair of the first qubit, which is the vacuum or a τ, is woven as one strand among the anyons of
the second. As the vacuum it does nothing; as a τ it takes the place of an anyon of the second
qubit (a weave that is nearly the identity), makes a gate there, and goes back.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from sharvin.errors import InvalidInput, ShapeMismatch, Unreliable
from sharvin.manybody.anyons.braid import Braid
from sharvin.manybody.anyons.catalog import fibonacci
from sharvin.manybody.anyons.compiling.compiled import qubit
from sharvin.manybody.anyons.compiling.unitary import GATES, quaternion
from sharvin.manybody.anyons.space import FusionSpace, generators, matrix
from sharvin.typing import ComplexArray, IntArray, RealArray

_GRID = 2.0**27
_HASH = np.random.default_rng(20_070_228).integers(1, 2**62, 6) * 2 + 1
_APART = 10.0  # between classes of writhe: farther than any two gates


@dataclass(frozen=True, eq=False)
class TwoQubitGate:
    """A braid of eight anyons on two qubits.

    Parameters
    ----------
    braid : Braid
    block : complex array, shape (4, 4)
        What it does to the states 00, 01, 10, 11; not unitary when it leaks.
    leakage : float
        Probability to leave the two qubits, averaged over their states.
    error : float
        Operator norm of the difference from the gate wanted, up to a phase of the controlled
        part; NaN when none was named.
    """

    braid: Braid
    block: ComplexArray
    leakage: float
    error: float


def two_qubits() -> FusionSpace:
    """Eight Fibonacci anyons in the vacuum; anyons 1 to 4 and 5 to 8 are the qubits."""
    return FusionSpace(fibonacci(), ("τ",) * 8, "1")


def two_qubit_gate(braid: Braid) -> TwoQubitGate:
    """What a braid of eight anyons does to two qubits, with its leakage.

    A qubit is four anyons that fuse to the vacuum; 0 and 1: its first two fuse to 1 or to τ.
    """
    if braid.strands != 8:
        raise ShapeMismatch(f"two qubits are 8 anyons, got a braid of {braid.strands}")
    space = two_qubits()
    inside = np.flatnonzero(space.paths[:, 4] == 0)
    order = np.lexsort((space.paths[inside, 6], space.paths[inside, 2]))
    inside = inside[order]
    block = matrix(space, braid)[np.ix_(inside, inside)]
    leakage = max(0.0, 1 - float((np.abs(block) ** 2).sum()) / 4)
    return TwoQubitGate(braid, block, leakage, float("nan"))


def controlled_not(half: int = 18) -> TwoQubitGate:
    r"""Controlled NOT, :math:`1 \oplus e^{iγ} X`, from weaves of up to 2·half turns of one strand.

    The phase γ is a rotation of the first qubit alone.

    Parameters
    ----------
    half : int
        More gives a smaller error and takes longer: 14 and 18 leave leakages of 8e-4 and 8e-5.

    References
    ----------
    N. E. Bonesteel, L. Hormozi, G. Zikos and S. H. Simon, Phys. Rev. Lett. 95, 140503 (2005).
    """
    if not 4 <= half <= 24:
        raise InvalidInput(f"weaves of 4 to 24 turns are tabulated, got {half}")
    enter = _weave(np.eye(2, dtype=complex), half, 0, 2, in_phase=True)
    turn = _weave(GATES["X"], half, 1, 1, in_phase=False)
    # Strands of five: the pair, then the four anyons of the second qubit.
    word = [*enter, *[(abs(c) + 1) * int(np.sign(c)) for c in turn], *[-c for c in enter[::-1]]]
    gate = two_qubit_gate(_with_pair(word))
    phase = gate.block[2, 3] + gate.block[3, 2]
    ideal = np.eye(4, dtype=complex)
    ideal[2:, 2:] = GATES["X"] * phase / abs(phase)
    error = float(np.linalg.norm(gate.block - ideal, 2))
    return TwoQubitGate(gate.braid, gate.block, gate.leakage, error)


def _with_pair(word: list[int]) -> Braid:
    """Braid of eight anyons in which the first strand of a weave of five is a pair, 3 and 4."""
    place, found = 1, []
    for crossing in word:
        i, sign = abs(crossing), int(np.sign(crossing))
        if i == place:  # the pair moves up past the anyon above it
            found += [sign * (place + 3), sign * (place + 2)]
            place += 1
        elif i == place - 1:
            found += [sign * (place + 1), sign * (place + 2)]
            place -= 1
        else:
            raise Unreliable("in a weave every crossing moves the same strand; this is a bug")
    return Braid(8, tuple(found))


@dataclass(frozen=True, eq=False)
class _Weaves:
    """All distinct motions of one strand among two others that start at one place."""

    gates: RealArray  # quaternions, with their sign
    place: IntArray
    writhe: IntArray
    parent: IntArray
    crossing: IntArray

    def word(self, element: int) -> list[int]:
        found = []
        while self.parent[element] >= 0:
            found.append(int(self.crossing[element]))
            element = int(self.parent[element])
        return found[::-1]


def _weaves(start: int, length: int) -> _Weaves:
    one, two = (m * np.exp(0.1j * np.pi) for m in generators(qubit()))  # determinant one
    steps = {1: one, -1: one.conj().T, 2: two, -2: two.conj().T}
    gates, place, writhe = np.array([[1.0, 0, 0, 0]]), np.array([start]), np.array([0])
    parent, crossing, first = np.array([-1]), np.array([0]), 0
    seen = _keys(gates, place, writhe)
    for _ in range(length):
        new: list[tuple[RealArray, IntArray, IntArray, IntArray, IntArray]] = []
        for c, step in steps.items():
            at = np.flatnonzero((place[first:] == abs(c) - 1) | (place[first:] == abs(c))) + first
            moved = np.where(place[at] == abs(c), abs(c) - 1, abs(c))
            new.append((_times(_own(step), gates[at]), moved, writhe[at] + np.sign(c), at,
                        np.full(len(at), c)))  # fmt: skip
        parts = [np.concatenate(column) for column in zip(*new, strict=True)]
        key, kept = np.unique(_keys(parts[0], parts[1], parts[2]), return_index=True)
        fresh = kept[~np.isin(key, seen)]
        first, seen = len(gates), np.concatenate([seen, key])
        gates, place, writhe, parent, crossing = (
            np.concatenate([old, part[fresh]])
            for old, part in zip((gates, place, writhe, parent, crossing), parts, strict=True)
        )
    return _Weaves(gates, place, writhe, parent, crossing)


def _weave(target: ComplexArray, half: int, start: int, end: int, *, in_phase: bool) -> list[int]:
    """Crossings of the weave from one place to another that is closest to a gate.

    In phase: three anyons of total charge 1 must get the same phase as those of charge τ.
    """
    early = _weaves(start, half)
    late = early if start == end else _weaves(end, half)  # run backward
    aim = _times(late.gates, quaternion(target))
    best, word = np.inf, list[int]()
    for meet in range(3):
        here, there = np.flatnonzero(early.place == meet), np.flatnonzero(late.place == meet)
        if not (len(here) and len(there)):
            continue
        level = in_phase * _APART
        tree = cKDTree(np.column_stack([early.gates[here], level * (early.writhe[here] % 20)]))
        for sign, turn in ((1, 0), (-1, 10)):
            asked = np.column_stack([sign * aim[there], level * ((late.writhe[there] + turn) % 20)])
            off, where = tree.query(asked, distance_upper_bound=min(best, 1.0))
            k = int(np.argmin(off))
            if np.asarray(off)[k] < best:
                best = float(np.asarray(off)[k])
                back = [-c for c in late.word(int(there[k]))[::-1]]
                word = early.word(int(here[np.asarray(where)[k]])) + back
    return list(Braid(3, tuple(word)).reduced().crossings)


def _own(m: ComplexArray) -> RealArray:
    """Quaternion of a matrix of determinant one, with its sign."""
    return np.array([m[0, 0].real, m[0, 0].imag, m[0, 1].real, m[0, 1].imag])


def _times(left: RealArray, right: RealArray) -> RealArray:
    a, b = left[..., 0] + 1j * left[..., 1], left[..., 2] + 1j * left[..., 3]
    c, d = right[..., 0] + 1j * right[..., 1], right[..., 2] + 1j * right[..., 3]
    first, second = a * c - b * d.conj(), a * d + b * c.conj()
    return np.stack([first.real, first.imag, second.real, second.imag], axis=-1)


def _keys(gates: RealArray, place: IntArray, writhe: IntArray) -> IntArray:
    whole = np.column_stack([np.rint(gates * _GRID).astype(np.int64), place, writhe % 20])
    return np.asarray(whole @ _HASH)
