"""A crystal wound up on a torus, with twisted boundaries and disorder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from sharvin.device.disorder import Disorder, uniform
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.matter.model import Model
from sharvin.typing import IntArray, RealArray
from sharvin.units import quantity

if TYPE_CHECKING:
    from scipy import sparse


@dataclass(frozen=True, eq=False)
class TwistedSample:
    """Hamiltonian of a periodic piece; see `torus`.

    Parameters
    ----------
    hamiltonian : sparse matrix, shape (n, n)
        meV.
    fractions : real array, shape (n, d)
        Positions of the orbitals, in the periods of the torus, in [0, 1).
    cells : int array, shape (n, d)
        Unit cell of each orbital.
    name : str
    """

    hamiltonian: "sparse.csr_matrix"
    fractions: RealArray
    cells: IntArray
    name: str = "torus"

    def __len__(self) -> int:
        return len(self.fractions)


def torus(
    model: Model,
    shape: Sequence[int],
    *,
    twist: ArrayLike = 0.0,
    onsite: Any = None,
    **params: float,
) -> TwistedSample:
    r"""Piece of a model of L_1 x L_2 ... cells with (twisted) periodic boundaries.

    .. math:: \psi(\mathbf r + L_i \mathbf a_i) = e^{i\theta_i} \psi(\mathbf r)

    A twist shifts every wave vector by θ_i/L_i along a reciprocal vector. It sits on the bonds
    across the boundary, so that a twist of 2π gives the same matrix as none.

    Parameters
    ----------
    model : Model
    shape : sequence of int
        Cells along each Bravais vector.
    twist : array, shape (d,)
        θ, in rad.
    onsite : array, shape (n,) or (n, n), or `disorder`, optional
        Added energies, meV: one per orbital (cells in C order, then the orbitals of a cell), a
        whole matrix, or a random sample.
    **params : float
    """
    size = _sizes(model, shape)
    angles = np.broadcast_to(np.asarray(twist, dtype=np.float64), size.shape)
    cells = np.stack(np.meshgrid(*map(np.arange, size), indexing="ij"), axis=-1)
    cells = cells.reshape(-1, len(size))
    owner = np.repeat(np.arange(len(model.orbitals)), model.orbitals)
    inside = (model.lattice.basis @ model.lattice.reciprocal.T / (2 * np.pi))[owner]
    places = np.mod((cells[:, None, :] + inside) / size, 1.0).reshape(-1, len(size))
    hamiltonian = _wound(model, size, cells, angles, model.resolve(params))
    extra = _onsite(onsite, cells, owner, len(places))
    if extra is not None:
        hamiltonian = (hamiltonian + extra).tocsr()
    return TwistedSample(
        hamiltonian,
        places,
        np.repeat(cells, len(owner), axis=0),
        f"{model.name} on a torus of {' x '.join(map(str, size))} cells",
    )


def _sizes(model: Model, shape: Sequence[int]) -> IntArray:
    size = np.atleast_1d(np.asarray(shape))
    if size.shape != (model.lattice.dimension,) or (size != size.astype(int)).any():
        raise ShapeMismatch(
            f"shape must hold {model.lattice.dimension} numbers of cells, got {shape!r}"
        )
    if (size < 1).any():
        raise InvalidInput(f"shape must hold positive numbers of cells, got {shape!r}")
    found: IntArray = size.astype(np.int64)
    return found


def _wound(
    model: Model, size: IntArray, cells: IntArray, angles: RealArray, values: Mapping[str, float]
) -> "sparse.csr_matrix":
    from scipy import sparse

    starts = np.concatenate(([0], np.cumsum(model.orbitals)))
    per_cell = int(starts[-1])
    strides = np.concatenate((np.cumprod(size[::-1])[:-1][::-1], [1]))
    here = cells @ strides * per_cell
    rows, columns, entries = [], [], []

    def put(row: IntArray, column: IntArray, block: Any, phase: Any) -> None:
        i, j = np.nonzero(block)
        rows.append((row[:, None] + i).ravel())
        columns.append((column[:, None] + j).ravel())
        entries.append((phase[:, None] * block[i, j]).ravel())

    ones = np.ones(len(cells))
    for site in range(len(model.orbitals)):
        put(here + starts[site], here + starts[site], model.onsite_block(site, values), ones)
    for number, hop in enumerate(model.hoppings):
        moved = cells + np.array(hop.offset)
        turns = np.floor_divide(moved, size)
        there = (moved - turns * size) @ strides * per_cell
        phase = np.exp(-1j * (turns @ angles)) if angles.any() else ones
        block = model.hopping_block(number, values)
        put(there + starts[hop.to], here + starts[hop.from_], block, phase)
        put(here + starts[hop.from_], there + starts[hop.to], block.conj().T, phase.conj())
    n = len(cells) * per_cell
    data = np.concatenate(entries)
    matrix = sparse.coo_matrix((data, (np.concatenate(rows), np.concatenate(columns))), (n, n))
    return matrix.tocsr()


def _onsite(onsite: Any, cells: IntArray, owner: IntArray, n: int) -> Any:
    from scipy import sparse

    if onsite is None:
        return None
    if isinstance(onsite, Disorder):
        if isinstance(onsite.strength, str) and onsite.strength.isidentifier():
            raise InvalidInput(
                f"the disorder of a torus needs a number as strength, got {onsite.strength!r}"
            )
        strength = quantity(onsite.strength, "meV", name="strength of disorder")
        sites = int(owner.max()) + 1
        drawn = uniform(
            int(onsite.seed), np.repeat(cells, sites, axis=0), np.tile(np.arange(sites), len(cells))
        ).reshape(len(cells), sites)
        return sparse.diags(strength * drawn[:, owner].ravel())
    given: Any = onsite if hasattr(onsite, "toarray") else np.asarray(onsite)
    if given.shape == (n,):
        return sparse.diags(given)
    if given.shape == (n, n):
        return sparse.csr_matrix(given)
    raise ShapeMismatch(f"onsite has shape {given.shape}, but the torus has {n} orbitals")
