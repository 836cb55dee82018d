"""Winding numbers: of closed curves, of chiral chains, and the parity of superconducting ones."""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, Unreliable
from sharvin.matter.model import Model
from sharvin.matter.nambu import check_nambu, particle_hole
from sharvin.topology.crystal import check_crystal, fractions, levels, wave_vectors
from sharvin.topology.gaps import check_gap
from sharvin.typing import ComplexArray, NumberArray

LARGEST_STEP = 2.0  # rad between neighboring points; π would be undecided
POINTS, FINEST = 64, 1 << 16
BROKEN = 1e-9


def winding(values: ArrayLike) -> int:
    """How often a closed curve of complex numbers goes counterclockwise around zero.

    Parameters
    ----------
    values : complex array, shape (n,)
        Points in order; after the last one comes the first again.

    Raises
    ------
    Unreliable
        Where the curve passes through zero, or jumps by so much that turns cannot be counted.
    """
    curve = np.asarray(values, dtype=np.complex128)
    if curve.ndim != 1 or len(curve) < 3:
        raise InvalidInput(f"winding needs a row of at least 3 numbers, got shape {curve.shape}")
    size = np.abs(curve)
    if size.min() <= 1e-12 * size.max():
        raise Unreliable(
            f"the curve passes through zero at point {int(size.argmin())}: its winding has no "
            "meaning; choose a loop around the point where the gap closes"
        )
    steps = np.angle(np.roll(curve, -1) / curve)
    if np.abs(steps).max() > LARGEST_STEP:
        raise Unreliable(
            f"the curve turns by {np.abs(steps).max():.2f} rad between points "
            f"{int(np.abs(steps).argmax())} and the next: take more points"
        )
    return round(float(steps.sum()) / (2 * np.pi))


def winding_number(model: Model, *, chiral: ArrayLike, **params: float) -> int:
    r"""Winding number of a chain with chiral symmetry.

    .. math:: \nu = \frac{1}{2\pi} \int dk\, \partial_k \arg \det h(k), \qquad
              \Gamma H \Gamma = -H,

    where h takes the orbitals with Γ = +1 to those with Γ = -1. ``rice_mele`` without staggered
    potential and ``chiral=[1, -1]``: 1 for δ < 0, 0 for δ > 0.

    Parameters
    ----------
    model : Model
        One periodic direction.
    chiral : array, shape (n,) or (n, n)
        Γ on the orbitals of a cell: its diagonal, or a Hermitian matrix whose square is one.
    **params : float

    References
    ----------
    S. Ryu et al., New J. Phys. 12, 065010 (2010).
    """
    check_crystal(model, 1, "winding_number")
    size = sum(model.orbitals)
    gamma = np.asarray(chiral, dtype=np.complex128)
    gamma = np.diag(gamma) if gamma.ndim == 1 else gamma
    if gamma.shape != (size, size) or not np.allclose(gamma @ gamma, np.eye(size)):
        raise InvalidInput(f"chiral must hold {size} signs, or be a matrix whose square is one")
    signs, basis = np.linalg.eigh(gamma)
    plus, minus = basis[:, signs > 0], basis[:, signs < 0]
    if plus.shape != minus.shape:
        raise InvalidInput(
            f"chiral has {plus.shape[1]} positive and {minus.shape[1]} negative signs; unequal "
            "numbers leave flat bands at zero energy"
        )
    points = POINTS
    check_gap(model, params, levels(model, fractions((points,)), params), size // 2)
    while True:
        h = model.bloch(wave_vectors(model, fractions((points,))), **params)
        broken = float(np.abs(gamma @ h @ gamma + h).max())
        if broken > BROKEN * np.abs(h).max():
            raise InvalidInput(
                f"{model.name} is not chiral: Γ H Γ differs from -H by {broken:.3g} meV"
            )
        curve = np.linalg.det(minus.conj().T @ h @ plus)
        if points >= FINEST or np.abs(np.angle(np.roll(curve, -1) / curve)).max() < 1:
            return winding(curve)
        points *= 2


def majorana_number(model: Model, **params: float) -> int:
    r"""Return -1 for a wire with a Majorana state at each end, +1 without.

    .. math:: \mathrm{sign}\; \frac{\mathrm{Pf}[H(0)\,\tau_x]}{\mathrm{Pf}[H(\pi/a)\,\tau_x]}

    Parameters
    ----------
    model : Model
        One periodic direction, in the Nambu order of `sharvin.matter.nambu`.
    **params : float

    Raises
    ------
    InvalidInput
        For a Hamiltonian without particle-hole symmetry, or with spin as a degeneracy (its states
        come in pairs, and no Majorana state is alone).
    Unreliable
        Where the gap closes.

    References
    ----------
    A. Yu. Kitaev, Phys.-Usp. 44, 131 (2001).
    """
    check_crystal(model, 1, "majorana_number")
    check_nambu(model, params)
    if model.degeneracy % 2 == 0:
        raise InvalidInput(
            f"{model.name} has its spin as a degeneracy, so every end state comes twice; write the "
            "spin into its orbitals"
        )
    size = sum(model.orbitals)
    check_gap(model, params, levels(model, fractions((POINTS,)), params), size // 2)
    mirror = particle_hole(model)
    ends = wave_vectors(model, np.array([[0.0], [0.5]]))
    values = [pfaffian(h @ mirror) for h in model.bloch(ends, **params)]
    return int(np.sign((values[0] / values[1]).real))


def pfaffian(matrix: NumberArray) -> complex:
    """Pfaffian of an antisymmetric matrix, shape (2n, 2n), by elimination with pivots."""
    a: ComplexArray = np.array(matrix, dtype=np.complex128)
    value = 1.0 + 0.0j
    for k in range(0, len(a) - 1, 2):
        pivot = k + 1 + int(np.abs(a[k + 1 :, k]).argmax())
        if pivot != k + 1:
            a[[k + 1, pivot]] = a[[pivot, k + 1]]
            a[:, [k + 1, pivot]] = a[:, [pivot, k + 1]]
            value = -value
        if a[k + 1, k] == 0:
            return 0.0
        value *= a[k, k + 1]
        tau = a[k, k + 2 :] / a[k, k + 1]
        column = a[k + 2 :, k + 1].copy()
        a[k + 2 :, k + 2 :] += np.outer(tau, column) - np.outer(column, tau)
    return complex(value)
