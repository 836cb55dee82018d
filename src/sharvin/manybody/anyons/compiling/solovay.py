"""Solovay and Kitaev's construction, kept to show what number theory saves."""

import numpy as np

from sharvin.errors import Unreliable
from sharvin.manybody.anyons.braid import Braid
from sharvin.manybody.anyons.compiling.search import nearest
from sharvin.manybody.anyons.compiling.unitary import distance, from_quaternion, quaternion
from sharvin.manybody.anyons.space import FusionSpace, matrix
from sharvin.typing import ComplexArray, RealArray

BASE = 28  # crossings of the braids that are looked up
LEVELS = 3  # each makes a braid five times as long


def refined(target: ComplexArray, space: FusionSpace, error: float) -> Braid:
    r"""Braid within an error, by repeated group commutators of what is left over.

    At every level the error falls to about the power 3/2 and the braid becomes five times longer.

    References
    ----------
    C. M. Dawson and M. A. Nielsen, Quantum Inf. Comput. 6, 81 (2006).
    """
    off = 2.0
    for level in range(LEVELS + 1):
        word = _level(target, space, level).reduced()
        off = min(off, distance(target, matrix(space, word)))
        if off <= error:
            return word
    raise Unreliable(
        f"Solovay-Kitaev reaches {off:.1e} here after {LEVELS} levels, not {error:.1e}; use "
        "method='exact'"
    )


def _level(target: ComplexArray, space: FusionSpace, level: int) -> Braid:
    if level == 0:
        return nearest(target, space, BASE)[0]
    rough = _level(target, space, level - 1)
    v, w = _commutator(target @ matrix(space, rough).conj().T)
    left, right = (_level(part, space, level - 1) for part in (v, w))
    # Matrices act from the right: rough first, then v† … in v w v† w†.
    return rough + right.inverse() + left.inverse() + right + left


def _commutator(small: ComplexArray) -> tuple[ComplexArray, ComplexArray]:
    """Gates v and w, about as small as the root of U, with v w v† w† = U."""
    q = quaternion(small)
    q = q if q[0] >= 0 else -q
    sine = float(np.linalg.norm(q[1:]))
    # Rotations by φ about x and y: sin(θ/2) = 2 sin²(φ/2) √(1 - sin⁴(φ/2)).
    fourth = (1 - np.sqrt(max(1 - sine**2, 0.0))) / 2
    half = float(np.arcsin(fourth**0.25))
    x, y = (_rotation(np.eye(3)[axis], half) for axis in (0, 1))
    own = quaternion(x @ y @ x.conj().T @ y.conj().T)
    own = own if own[0] >= 0 else -own
    turn = _turning(own[1:], q[1:])
    return turn @ x @ turn.conj().T, turn @ y @ turn.conj().T


def _rotation(axis: RealArray, half: float) -> ComplexArray:
    return np.asarray(from_quaternion(np.concatenate([[np.cos(half)], np.sin(half) * axis])))


def _turning(from_: RealArray, to: RealArray) -> ComplexArray:
    """Gate whose conjugation takes one vector part of a quaternion to another's direction."""
    a, b = from_ / np.linalg.norm(from_), to / np.linalg.norm(to)
    # Our quaternions multiply as (w, z, y, x) up to orientation: decide by trying both.
    cross, dot = np.cross(a, b), float(a @ b)
    axis = cross / (np.linalg.norm(cross) or 1.0)
    half = np.arctan2(np.linalg.norm(cross), dot) / 2
    candidates = [_rotation(axis, s * half) for s in (1, -1)]
    goal = from_quaternion(np.concatenate([[0.0], b]))
    start = from_quaternion(np.concatenate([[0.0], a]))
    return min(candidates, key=lambda g: float(np.abs(g @ start @ g.conj().T - goal).max()))
