"""Gates as braids: one front door to search, number theory and Solovay-Kitaev."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.anyons.braid import Braid
from sharvin.manybody.anyons.catalog import fibonacci
from sharvin.manybody.anyons.compiling.rotation import nearest_rotation
from sharvin.manybody.anyons.compiling.search import MAX_HALF, braid_table, gates_of, search
from sharvin.manybody.anyons.compiling.solovay import refined
from sharvin.manybody.anyons.compiling.synthesis import braid_of
from sharvin.manybody.anyons.compiling.unitary import distance, gate, rotation_z
from sharvin.manybody.anyons.model import AnyonModel
from sharvin.manybody.anyons.space import FusionSpace, matrix
from sharvin.typing import ComplexArray

METHODS = ("auto", "search", "exact", "solovay-kitaev")
# Below, pairs of tabulated braids are too few; above, they give the shortest braid.
SEARCHED = 1e-3
# A matrix of floats, and the product of a thousand of them, say no more than this.
FINEST_MATRIX = 1e-13
# More gates than any finite group that braids of two-state spaces generate (icosahedral: 60).
FINITE = 200


@dataclass(frozen=True, eq=False)
class CompiledGate:
    """A gate, the braid that makes it, and how far one is from the other.

    Parameters
    ----------
    target : complex array, shape (2, 2)
    braid : Braid
    error : float
        Operator norm of the difference, minimized over the global phase.
    method : str
        "search", "exact" or "solovay-kitaev".
    """

    target: ComplexArray
    braid: Braid
    error: float
    method: str


@cache
def qubit(model: AnyonModel | None = None) -> FusionSpace:
    """Space of one qubit: three Fibonacci anyons of charge τ, or four Ising anyons of charge 1.

    Other models need a `FusionSpace` of two states, made by hand.
    """
    model = model or fibonacci()
    if "τ" in model.labels:
        return FusionSpace(model, ("τ",) * 3, "τ")
    if "σ" in model.labels:
        return FusionSpace(model, ("σ",) * 4, "1")
    raise InvalidInput(
        f"which anyons of {model.name} make a qubit? give a FusionSpace of two states instead"
    )


def compile_gate(
    target: Any,
    *,
    error: float = 1e-3,
    method: str = "auto",
    space: FusionSpace | None = None,
) -> CompiledGate:
    """Braid that makes a gate on one qubit to within an error.

    Parameters
    ----------
    target : str or complex array, shape (2, 2)
        "X", "Y", "Z", "H", "S", "T" or any unitary; its global phase does not matter.
    error : float
        Operator norm of the difference, up to a phase.
    method : str
        "search": the shortest braid, found among pairs of tabulated ones, down to about 5e-4.
        "exact": three z-rotations by number theory, any error down to 1e-13.
        "solovay-kitaev": for comparison; several times longer. "auto": the first of the first
        two that can.
    space : FusionSpace
        Of two states; default three Fibonacci anyons.

    Raises
    ------
    InvalidInput
        When the target is not unitary, or the braids of this space form a finite group without it
        (Ising anyons and the T gate); the message says how close they come.
    Unreliable
        When the method cannot reach the error.

    References
    ----------
    N. E. Bonesteel et al., Phys. Rev. Lett. 95, 140503 (2005); V. Kliuchnikov, A. Bocharov and
    K. M. Svore, Phys. Rev. Lett. 112, 140504 (2014).
    """
    if method not in METHODS:
        raise InvalidInput(f"method is one of {', '.join(METHODS)}, got {method!r}")
    if not 0 < error < 2:
        raise InvalidInput(f"an error lies between 0 and 2, got {error!r}")
    wanted, space = gate(target), space or qubit()
    finite = _finite_group(space)
    if finite is not None:
        return _from_group(wanted, space, finite, error)
    by_fibonacci = space.model is fibonacci() and len(space.anyons) == 3
    if method == "auto":
        method = "search" if error >= SEARCHED or not by_fibonacci else "exact"
    if method == "exact":
        if not by_fibonacci:
            raise InvalidInput("exact synthesis is for three Fibonacci anyons; use method='search'")
        word = _euler_braid(wanted, error)
    elif method == "search":
        word = search(wanted, space, error)
    else:
        word = refined(wanted, space, error)
    return CompiledGate(wanted, word, distance(wanted, matrix(space, word)), method)


def compile_rotation(
    angle: float | Fraction, *, error: float = 1e-10, unit: str = "rad"
) -> CompiledGate:
    r"""Braid of three Fibonacci anyons for :math:`\mathrm{diag}(e^{-iφ/2}, e^{iφ/2})`.

    The number of crossings grows as 12 to 13 per decade of precision, from 1e-1 to 1e-150.

    Parameters
    ----------
    angle : float or Fraction
        Taken exactly as it is: 0.1 means the float nearest to one tenth.
    error : float
    unit : str
        "rad", or "pi" for multiples of π: ``compile_rotation(Fraction(1, 4), unit="pi")`` is T.

    Returns
    -------
    CompiledGate
        Its braid has been multiplied out exactly, and its error computed with big integers.
    """
    if unit not in ("rad", "pi"):
        raise InvalidInput(f"unit is 'rad' or 'pi', got {unit!r}")
    try:
        exact = Fraction(angle)
    except (TypeError, ValueError, OverflowError) as wrong:
        raise InvalidInput(f"an angle is a finite number, got {angle!r}") from wrong
    word, off = _rotation(exact, error, in_units_of_pi=unit == "pi")
    radians = float(exact % 4) * np.pi if unit == "pi" else float(exact)
    return CompiledGate(rotation_z(radians), word, off, "exact")


def _rotation(angle: Fraction, error: float, *, in_units_of_pi: bool) -> tuple[Braid, float]:
    try:
        found = nearest_rotation(angle, error, in_units_of_pi=in_units_of_pi)
    except Unreliable:
        # Very close to, but not at, a multiple of π/5 the lattice is degenerate. Two rotations by
        # angles that are nothing special do it.
        part = Fraction(123, 1000)
        pieces = [
            nearest_rotation(a, error / 2, in_units_of_pi=in_units_of_pi)
            for a in (part, angle - part)
        ]
        word = braid_of(pieces[0].u, pieces[0].v, pieces[0].turn)
        word += braid_of(pieces[1].u, pieces[1].v, pieces[1].turn)
        return word.reduced(), pieces[0].error + pieces[1].error
    return braid_of(found.u, found.v, found.turn), found.error


def _euler_braid(target: ComplexArray, error: float) -> Braid:
    """Three z-rotations with the exact gate F between them."""
    if error < FINEST_MATRIX:
        raise InvalidInput(
            f"a matrix of floats is not known to {error:.0e}; ask for {FINEST_MATRIX:.0e} or more, "
            "or compile z-rotations (compile_rotation), which take exact angles"
        )
    if abs(target[0, 1]) < FINEST_MATRIX / 10:
        turn = float(np.angle(target[1, 1] / target[0, 0]))
        return _rotation(Fraction(turn), error, in_units_of_pi=False)[0]
    angles, after = _euler_angles(target)
    word = Braid(3)
    for place, angle in enumerate(angles):
        piece, _ = _rotation(Fraction(angle), error / 3, in_units_of_pi=False)
        word += piece
        if place < 2:
            word += _F
    return (word + after).reduced()


_F = Braid(3, (1, 2, 1))
# Exact gates, one of which brings every target into the range of rotations with F between.
_HELPERS = (Braid(3), Braid(3, (2, 1)), Braid(3, (2,)), Braid(3, (1, 2, 1)), Braid(3, (2, 2)))


def _euler_angles(target: ComplexArray) -> tuple[tuple[float, float, float], Braid]:
    """Angles in the order in which they act, and a braid that follows."""
    f = matrix(qubit(), _F)
    for after in _HELPERS:
        wanted = matrix(qubit(), after).conj().T @ target
        wanted = wanted / np.sqrt(np.linalg.det(wanted) + 0j)
        # (F R(b) F)_00 = F_00² e^{-ib/2} + F_01² e^{ib/2}.
        p, q = f[0, 0] ** 2, f[0, 1] * f[1, 0]
        shift = float(np.angle(q / p))
        cosine = (abs(wanted[0, 0]) ** 2 - abs(p) ** 2 - abs(q) ** 2) / (2 * abs(p * q))
        if abs(cosine) > 1 - 1e-3:
            continue  # at the edge the angle would lose half of the digits
        middle = float(np.arccos(cosine)) - shift
        core = f @ rotation_z(middle) @ f
        total = -np.angle(wanted[0, 0] / wanted[1, 1] * core[1, 1] / core[0, 0])
        difference = -np.angle(wanted[0, 1] / wanted[1, 0] * core[1, 0] / core[0, 1])
        options = [((total - difference) / 2 + k * np.pi, middle, (total + difference) / 2)
                   for k in (0, 1)] + [
            ((total - difference) / 2, middle, (total + difference) / 2 + k * np.pi) for k in (0, 1)
        ]  # fmt: skip
        for first, b, last in options:
            product = rotation_z(last) @ f @ rotation_z(b) @ f @ rotation_z(first)
            if distance(wanted, product) < 1e-12:
                return (float(first), float(b), float(last)), after
    raise Unreliable("this gate could not be taken apart into rotations; this is a bug, report it")


@cache
def _finite_group(space: FusionSpace) -> ComplexArray | None:
    """All gates of the space's braids, if they are few; None if there is no end to them."""
    length = 4
    while True:
        table = braid_table(space, length)
        if table.complete:
            return gates_of(table)
        if sum(map(len, table.quaternions)) > FINITE:
            return None
        length += 4


def _from_group(
    wanted: ComplexArray, space: FusionSpace, group: ComplexArray, error: float
) -> CompiledGate:
    least = min(distance(wanted, g) for g in group)
    if least > max(error, 1e-9):
        raise InvalidInput(
            f"the braids of {len(space.anyons)} {space.model.name} anyons make {len(group)} gates "
            f"and no others; the nearest one misses this gate by {least:.4f}"
        )
    word = search(wanted, space, max(error, 1e-9), half=MAX_HALF)
    return CompiledGate(wanted, word, distance(wanted, matrix(space, word)), "search")
