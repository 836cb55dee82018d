"""Exact model states, and how much of one state is in another."""

from collections.abc import Sequence

import numpy as np

from sharvin.errors import InvalidInput, ShapeMismatch, Unreliable
from sharvin.manybody.fractional.counting import ground_state_charges
from sharvin.manybody.fractional.cylinder import Cylinder
from sharvin.manybody.fractional.disk import Disk
from sharvin.manybody.fractional.interactions import Haldane
from sharvin.manybody.fractional.kernels import one_body_elements, relabeled
from sharvin.manybody.fractional.solve import ZERO, Geometry, Levels, lowest_states
from sharvin.manybody.fractional.sphere import Sphere
from sharvin.manybody.fractional.torus import Torus
from sharvin.typing import NumberArray


def laughlin(geometry: Geometry, particles: int, *, bosons: bool = False) -> Levels:
    """Laughlin's state at 1/3 (bosons: 1/2): the only one of its charge without energy.

    On a torus the first of the q ground states; `laughlin_multiplet` gives all.

    Raises
    ------
    InvalidInput
        When the orbitals are not as many as the state needs.
    """
    q = 2 if bosons else 3
    dense = q * (particles - 1)
    if isinstance(geometry, Torus):
        charge = ground_state_charges(particles, geometry.flux, (1, q))[0]
    else:
        if geometry.orbitals != dense + 1:
            raise InvalidInput(
                f"Laughlin's state of {particles} particles at 1/{q} fills {dense + 1} orbitals, "
                f"but there are {geometry.orbitals}"
            )
        charge = _densest_charge(geometry, particles, q)
    return _zero_state(geometry, particles, charge, bosons)


def laughlin_multiplet(torus: Torus, particles: int, *, bosons: bool = False) -> list[Levels]:
    """All q ground states of a torus at 1/q, by momentum."""
    q = 2 if bosons else 3
    charges = ground_state_charges(particles, torus.flux, (1, q))
    return [_zero_state(torus, particles, charge, bosons) for charge in charges]


def _densest_charge(geometry: Geometry, particles: int, q: int) -> int:
    total = q * particles * (particles - 1) // 2
    if isinstance(geometry, Sphere):
        return 0
    if isinstance(geometry, Disk):
        return total + particles * geometry.inner
    if isinstance(geometry, Cylinder):
        return total
    raise InvalidInput(f"unknown geometry {type(geometry).__name__}")


def _zero_state(geometry: Geometry, particles: int, charge: int, bosons: bool) -> Levels:
    parent = Haldane({0 if bosons else 1: 1.0})
    levels = lowest_states(geometry, parent, particles, charge, count=1, bosons=bosons)
    if levels.energies[0] > ZERO * particles:
        raise Unreliable(
            f"the lowest state has the energy {levels.energies[0]:.3g} V instead of zero: the "
            "iteration has failed; take fewer particles"
        )
    return levels


def overlap(a: Levels | Sequence[Levels], b: Levels | Sequence[Levels]) -> float:
    r"""Squared overlap :math:`|\langle a | b \rangle|^2` of first levels, between 0 and 1.

    Of two multiplets (lists of equal length, one state for each charge): the mean.
    """
    first = [a] if isinstance(a, Levels) else list(a)
    second = [b] if isinstance(b, Levels) else list(b)
    if len(first) != len(second) or not first:
        raise InvalidInput(
            f"multiplets of {len(first)} and {len(second)} states cannot be compared"
        )
    found = []
    for x, y in zip(first, second, strict=True):
        if not np.array_equal(x.basis.codes, y.basis.codes):
            raise ShapeMismatch(
                f"states of charge {x.basis.charge} and {y.basis.charge} with {len(x.basis)} and "
                f"{len(y.basis)} components do not live in one sector"
            )
        found.append(abs(np.vdot(x.states[:, 0], y.states[:, 0])) ** 2)
    return float(np.mean(found))


def transition_matrix(left: Levels, right: Levels, *, level: int = 0) -> NumberArray:
    r""":math:`\langle l | c_i^\dagger c_j | r \rangle` of fermions, shape (orbitals, orbitals).

    Only elements that the charges of the two sectors allow are computed.
    """
    space = right.basis.orbitals
    if space.bosons:
        raise InvalidInput("transition_matrix is for fermions")
    bra, ket = left.states[:, level], right.states[:, level]
    dtype = np.result_type(bra, ket)
    charges = space.charges
    if left.basis.charge is None or right.basis.charge is None:
        allowed = np.full((space.count, space.count), left.basis.charge == right.basis.charge)
    else:
        gain = np.array(left.basis.charge) - np.array(right.basis.charge)
        off = charges[:, None] - charges[None] - gain
        moduli = np.array(space.moduli)
        allowed = np.where(moduli > 0, off % np.maximum(moduli, 1) == 0, off == 0).all(axis=-1)
    pairs = np.argwhere(allowed)
    out = np.zeros(len(pairs), dtype)
    basis = left.basis
    one_body_elements(
        right.basis.codes,
        np.ascontiguousarray(ket, dtype=dtype),
        basis.high,
        basis.low,
        basis.split,
        np.ascontiguousarray(bra, dtype=dtype),
        pairs,
        out,
    )
    matrix = np.zeros((space.count, space.count), dtype)
    matrix[pairs[:, 0], pairs[:, 1]] = out
    return matrix


def flux_return(multiplet: Sequence[Levels], torus: Torus) -> NumberArray:
    r"""What one flux quantum does to the ground states of a torus: overlaps, shape (q, q).

    Threading moves every orbital j to where j + 1 was; element (a, b) is the overlap of state a
    with what has become of state b. At 1/3 a cyclic permutation: only three quanta bring each
    state back.

    References
    ----------
    R. Tao, Y.-S. Wu, Phys. Rev. B 30, 1097 (1984).
    """
    shift = (np.arange(torus.flux, dtype=np.int64) + 1) % torus.flux
    found = np.zeros((len(multiplet), len(multiplet)), np.complex128)
    for b, before in enumerate(multiplet):
        codes, signs = (np.empty(len(before.basis), np.int64) for _ in range(2))
        relabeled(before.basis.codes, shift, codes, signs)
        place = {int(code): i for i, code in enumerate(codes)}
        for a, after in enumerate(multiplet):
            rows = np.array([place.get(int(code), -1) for code in after.basis.codes])
            shared = rows >= 0
            moved = (signs * before.states[:, 0])[rows[shared]]
            found[a, b] = np.vdot(after.states[shared, 0], moved)
    return found
