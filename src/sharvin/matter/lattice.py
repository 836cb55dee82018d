"""Bravais lattices with a basis: where the sites of a material are, and nothing else."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.typing import IntArray, RealArray


@dataclass(frozen=True, eq=False)
class Lattice:
    r"""Points :math:`\mathbf r = \sum_i n_i \mathbf a_i + \mathbf b_s` with integer :math:`n_i`.

    Parameters
    ----------
    vectors : array, shape (d, D)
        Bravais vectors :math:`\mathbf a_i` as rows, in nm; linearly independent, ``d <= D``.
    basis : array, shape (s, D), optional
        Sites inside one cell, in nm; one site at the origin by default.
    """

    vectors: RealArray
    basis: RealArray = None  # type: ignore[assignment]

    if TYPE_CHECKING:  # what may be given is wider than what is kept

        def __init__(self, vectors: ArrayLike, basis: ArrayLike | None = None) -> None: ...

    def __post_init__(self) -> None:
        vectors = _rows("vectors", self.vectors)
        basis = _rows(
            "basis", np.zeros((1, vectors.shape[1])) if self.basis is None else self.basis
        )
        if basis.shape[1] != vectors.shape[1]:
            raise ShapeMismatch(
                f"lattice vectors have {vectors.shape[1]} components, but basis sites have "
                f"{basis.shape[1]}"
            )
        lengths = np.linalg.norm(vectors, axis=1)
        # Normalized vectors: three short ones are as independent as three long ones.
        if not lengths.all() or np.linalg.matrix_rank(vectors / lengths[:, None]) < len(vectors):
            raise InvalidInput(
                f"lattice vectors {vectors.tolist()} are not linearly independent; "
                "give one independent vector per periodic direction"
            )
        object.__setattr__(self, "vectors", vectors)
        object.__setattr__(self, "basis", basis)

    @property
    def dimension(self) -> int:
        """Number of periodic directions d."""
        return len(self.vectors)

    @property
    def space(self) -> int:
        """Number of Cartesian coordinates D."""
        return int(self.vectors.shape[1])

    @cached_property
    def reciprocal(self) -> RealArray:
        r"""Rows with :math:`\mathbf a_i \cdot \mathbf g_j = 2\pi\delta_{ij}`, (d, D), in 1/nm."""
        inverse: RealArray = np.array(2 * np.pi * np.linalg.pinv(self.vectors).T, dtype=np.float64)
        inverse.flags.writeable = False
        return inverse

    def positions(self, cells: IntArray, site: int | IntArray) -> RealArray:
        """Coordinates of basis ``site`` in ``cells`` (..., d), shape (..., D), in nm."""
        placed: RealArray = np.asarray(cells) @ self.vectors + self.basis[site]
        return placed


def _rows(name: str, values: ArrayLike) -> RealArray:
    """Read-only copy of a finite (n, D) array with n, D >= 1."""
    try:
        rows = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ShapeMismatch(
            f"lattice {name} must be rows of numbers in nm, got {values!r}"
        ) from error
    if rows.ndim != 2 or 0 in rows.shape or (name == "vectors" and rows.shape[0] > rows.shape[1]):
        raise ShapeMismatch(
            f"lattice {name} must be rows, shape (number, coordinates), got shape {rows.shape}"
        )
    if not np.isfinite(rows).all():
        raise InvalidInput(f"lattice {name} contain NaN or infinity: {rows.tolist()}")
    rows.flags.writeable = False
    return rows
