"""Gates on one qubit: checked, compared up to a phase, taken apart into rotations."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName
from sharvin.typing import ComplexArray, RealArray

# Gates are typed by hand: sqrt(0.5) with ten digits is meant, 0.7 is not.
UNITARY = 1e-8

GATES: Mapping[str, ComplexArray] = MappingProxyType(
    {
        "X": np.array([[0, 1], [1, 0]], dtype=complex),
        "Y": np.array([[0, -1j], [1j, 0]]),
        "Z": np.diag([1, -1]).astype(complex),
        "H": np.array([[1, 1], [1, -1]], dtype=complex) / np.sqrt(2),
        "S": np.diag([1, 1j]),
        "T": np.diag([1, np.exp(0.25j * np.pi)]),
    }
)


def gate(target: Any) -> ComplexArray:
    """Unitary 2 × 2 matrix from a name ("X", "Y", "Z", "H", "S", "T") or from itself.

    Raises
    ------
    InvalidInput
        When it is not unitary; it is not repaired.
    """
    if isinstance(target, str):
        if target not in GATES:
            raise UnknownName.among("gate", target, GATES)
        return GATES[target].copy()
    matrix = np.array(target, dtype=complex)
    if matrix.shape != (2, 2):
        raise ShapeMismatch(f"a gate on one qubit is a 2 × 2 matrix, got shape {matrix.shape}")
    defect = float(np.abs(matrix.conj().T @ matrix - np.eye(2)).max())
    if not defect < UNITARY:
        raise InvalidInput(
            f"the target is not unitary: U†U differs from 1 by {defect:.1e}; only reversible "
            "gates can be braided"
        )
    left, _, right = np.linalg.svd(matrix)
    return np.asarray(left @ right)  # the nearest unitary, to rounding


def distance(one: ComplexArray, other: ComplexArray) -> float:
    r"""Operator norm of the difference of two 2 × 2 unitaries, minimized over a global phase.

    .. math:: \min_α \|U - e^{iα} V\| = \sqrt{2 - |\mathrm{Tr}\, U^† V|}
    """
    product = one.conj().T @ other
    # 2 - |tr| from the deviation from a multiple of 1: no cancellation near zero.
    root = np.sqrt(np.linalg.det(product) + 0j)
    a, b = product[0, 0] / root, product[0, 1] / root
    sine = abs(a.imag) ** 2 + abs(b) ** 2  # 1 - (Re a)²
    cosine = min(abs(a.real), 1.0)
    return float(np.sqrt(2 * sine / (1 + cosine)))


def quaternion(matrix: ComplexArray) -> RealArray:
    """Four real numbers of a unitary divided by the root of its determinant, sign undecided.

    (Re a, Im a, Re b, Im b) of the first row (a, b); shape (..., 4).
    """
    root = np.sqrt(np.linalg.det(matrix) + 0j)[..., None]
    row = matrix[..., 0, :] / root
    return np.stack([row[..., 0].real, row[..., 0].imag, row[..., 1].real, row[..., 1].imag], -1)


def from_quaternion(q: RealArray) -> ComplexArray:
    """Unitary of determinant one; shape (..., 2, 2)."""
    a, b = q[..., 0] + 1j * q[..., 1], q[..., 2] + 1j * q[..., 3]
    rows = [np.stack([a, b], -1), np.stack([-b.conj(), a.conj()], -1)]
    return np.stack(rows, -2)


def rotation_z(angle: float) -> ComplexArray:
    """diag(exp(-iφ/2), exp(iφ/2))."""
    return np.diag(np.exp([-0.5j * angle, 0.5j * angle]))
