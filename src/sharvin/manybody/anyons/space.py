"""States of n anyons with a known total charge, and what braids do to them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.manybody.anyons.braid import Braid
from sharvin.manybody.anyons.model import AnyonModel
from sharvin.typing import BoolArray, ComplexArray, IntArray, RealArray

# A basis of this size with 30 anyons takes 0.5 GB.
MAX_DIMENSION = 2_000_000


@dataclass(frozen=True, eq=False)
class FusionSpace:
    """Anyons in a row, fused one after the other from the left.

    Parameters
    ----------
    model : AnyonModel
    anyons : tuple of str
        Particles from left to right.
    total : str
        What all of them fuse to.

    Attributes
    ----------
    paths : int array, shape (dimension, anyons + 1)
        One basis state per row: charge of the first 0, 1, … n anyons, as indices of labels, in
        lexicographic order.

    Raises
    ------
    InvalidInput
        When the anyons cannot fuse to the total, or the basis would have more than 2,000,000
        states.
    """

    model: AnyonModel
    anyons: tuple[str, ...]
    total: str
    paths: IntArray = field(init=False, repr=False)
    _below: IntArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "anyons", tuple(self.anyons))
        types = [self.model.index(a) for a in self.anyons]
        fusion, end = self.model.fusion, self.model.index(self.total)
        n = len(self.model.labels)
        # ways[i, x]: paths from charge x of the first i anyons to the total (floats: no overflow).
        ways = np.zeros((len(types) + 1, n))
        ways[-1, end] = 1
        for i in range(len(types) - 1, -1, -1):
            ways[i] = fusion[:, types[i], :] @ ways[i + 1]
        dimension = ways[0, 0]
        if not dimension:
            raise InvalidInput(
                f"{' × '.join(self.anyons) or 'nothing'} does not contain {self.total} in "
                f"{self.model.name}"
            )
        if dimension > MAX_DIMENSION:
            raise InvalidInput(
                f"{len(types)} anyons have {dimension:.3g} states, more than {MAX_DIMENSION:.0e}; "
                "take fewer"
            )
        # Larger counts belong to charges that no path reaches; they are never looked at.
        counts = np.minimum(ways, 2.0**40).astype(np.int64)
        object.__setattr__(self, "paths", _paths(fusion, types, ways))
        object.__setattr__(self, "_below", _ranks(fusion, types, counts))
        self.paths.setflags(write=False)

    @property
    def dimension(self) -> int:
        """Number of basis states."""
        return len(self.paths)

    def index(self, paths: IntArray) -> IntArray:
        """Position of admissible paths in the basis; they need not be checked."""
        steps = np.arange(len(self.anyons))
        return np.asarray(self._below[steps, paths[:, :-1], paths[:, 1:]].sum(axis=1))

    def state(self, charges: Sequence[str]) -> ComplexArray:
        """Basis state with these charges of the first 2, 3, … n - 1 anyons."""
        inner = [self.model.index(c) for c in charges]
        if len(inner) != max(len(self.anyons) - 2, 0):
            raise ShapeMismatch(
                f"{len(self.anyons)} anyons need {max(len(self.anyons) - 2, 0)} inner charges, "
                f"got {len(inner)}"
            )
        found = np.flatnonzero((self.paths[:, 2:-1] == inner).all(axis=1))
        if not found.size:
            raise InvalidInput(f"charges {tuple(charges)} are not admissible for {self.anyons}")
        vector = np.zeros(self.dimension, dtype=complex)
        vector[found[0]] = 1
        return vector

    def labels(self) -> tuple[str, ...]:
        """Readable names of the basis states: the inner charges."""
        names = np.array(self.model.labels)
        return tuple(" ".join(row) for row in names[self.paths[:, 2:-1]])


def exchange(space: FusionSpace, crossing: int) -> tuple["sparse.csr_array", FusionSpace]:
    r"""One crossing as a sparse matrix, and the space it leads to.

    .. math:: B^{x a b}_{z;\, y' y} = \sum_c [F^{xab}_z]_{yc} R^{ab}_c\, [F^{xba}_z]^*_{y'c}

    with x, y, z the charges before, between and behind the two anyons. The new space differs
    only when the two are not of one kind.
    """
    i = abs(crossing)
    if not 1 <= i < len(space.anyons):
        raise InvalidInput(f"crossing {crossing} needs a place from ±1 to ±{len(space.anyons) - 1}")
    model, anyons = space.model, list(space.anyons)
    a, b = (model.index(kind) for kind in anyons[i - 1 : i + 1])
    anyons[i - 1 : i + 1] = anyons[i], anyons[i - 1]
    after = space if a == b else FusionSpace(model, tuple(anyons), space.total)
    phases = model.r[a, b] if crossing > 0 else model.r[b, a].conj()
    x, y, z = space.paths[:, i - 1], space.paths[:, i], space.paths[:, i + 1]
    row, new = np.nonzero(model.fusion[x, b] & model.fusion[:, a, :][:, z].T)
    x, y, z = x[row], y[row], z[row]
    value = np.einsum("rc,c,rc->r", model.f[x, a, b, z, y], phases, model.f[x, b, a, z, new].conj())
    paths = space.paths[row]
    paths[:, i] = new
    shape = (after.dimension, space.dimension)
    return sparse.csr_array((value, (after.index(paths), row)), shape=shape), after


def apply(space: FusionSpace, braid: Braid, state: ComplexArray) -> ComplexArray:
    """State (or columns of states) after a braid, in the basis of the space it leads to.

    For anyons of one kind, or a braid that returns every kind to its place, that is the same
    space; otherwise `after` returns it.
    """
    result, _ = _follow(space, braid, state)
    return result


def after(space: FusionSpace, braid: Braid) -> FusionSpace:
    """Space in which the result of a braid is written: the anyons in their new order."""
    kinds = tuple(space.anyons[place] for place in braid.order)
    return space if kinds == space.anyons else FusionSpace(space.model, kinds, space.total)


def matrix(space: FusionSpace, braid: Braid) -> ComplexArray:
    """Unitary matrix of a braid, shape (dimension after, dimension before)."""
    return apply(space, braid, np.eye(space.dimension, dtype=complex))


def generators(space: FusionSpace) -> tuple[ComplexArray, ...]:
    """Matrices of σ_1 … σ_{n-1} for anyons of one kind."""
    if len(set(space.anyons)) > 1:
        raise InvalidInput(f"generators need anyons of one kind, got {space.anyons}; use exchange")
    return tuple(exchange(space, i)[0].toarray() for i in range(1, len(space.anyons)))


def _follow(
    space: FusionSpace, braid: Braid, state: ComplexArray
) -> tuple[ComplexArray, FusionSpace]:
    vector = np.asarray(state, dtype=complex)
    if braid.strands != len(space.anyons):
        raise ShapeMismatch(f"{len(space.anyons)} anyons cannot follow {braid.strands} strands")
    if vector.ndim not in (1, 2) or len(vector) != space.dimension:
        raise ShapeMismatch(f"state has shape {vector.shape}, the space {space.dimension} states")
    known: dict[tuple[tuple[str, ...], int], tuple[sparse.csr_array, FusionSpace]] = {}
    for crossing in braid.crossings:
        key = space.anyons, crossing
        if key not in known:
            known[key] = exchange(space, crossing)
        step, space = known[key]
        vector = step @ vector
    return vector, space


def _paths(fusion: BoolArray, types: Sequence[int], ways: RealArray) -> IntArray:
    paths = np.zeros((1, 1), dtype=np.int64)
    for i, kind in enumerate(types):
        allowed = fusion[paths[:, -1], kind] & (ways[i + 1] > 0)
        row, new = np.nonzero(allowed)
        paths = np.column_stack([paths[row], new])
    return paths


def _ranks(fusion: BoolArray, types: Sequence[int], counts: IntArray) -> IntArray:
    """Entry (i, x, y): basis states that share a path up to x and turn to less than y."""
    below = np.zeros((len(types), *fusion.shape[:2]), dtype=np.int64)
    for i, kind in enumerate(types):
        turns = fusion[:, kind, :] * counts[i + 1]
        below[i, :, 1:] = np.cumsum(turns, axis=1)[:, :-1]
    return below
