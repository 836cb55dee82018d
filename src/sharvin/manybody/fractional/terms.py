r"""An operator of n particles, :math:`\sum_{ts} V_{ts} P_t^\dagger P_s`, as a table of sets."""

from dataclasses import dataclass

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.typing import IntArray, NumberArray

SMALL = 1e-15  # of the largest element: what rounding leaves of a zero


@dataclass(frozen=True, eq=False)
class Terms:
    r"""Elements :math:`V_{ts}` by source s: :math:`P_s` empties a set of orbitals.

    :math:`P_s = c_{s_n} \dots c_{s_1}` for :math:`s_1 < s_2 < \dots`; for bosons divided by
    the root of the factorials of multiplicities.

    Parameters
    ----------
    sources : int array, shape (s, body)
    first : int array, shape (s + 1,)
        Where the targets of each source begin.
    targets : int array, shape (e, body)
    values : real or complex array, shape (e,)
    offset : float
        What is added for each state, such as the energy of a background.
    """

    sources: IntArray
    first: IntArray
    targets: IntArray
    values: NumberArray
    offset: float = 0.0

    @classmethod
    def from_blocks(
        cls, blocks: "list[tuple[IntArray, NumberArray]]", *, offset: float = 0.0
    ) -> "Terms":
        """From Hermitian matrices between sets: (sets, matrix) for each conserved total."""
        if not blocks:
            raise InvalidInput("an operator needs at least one block of elements")
        largest = max(float(np.abs(v).max()) for _, v in blocks)
        sources, counts, targets, values = [], [], [], []
        for sets, matrix in blocks:
            kept = np.abs(matrix) > SMALL * largest
            to, from_ = np.nonzero(kept)
            order = np.argsort(from_, kind="stable")
            sources.append(sets)
            counts.append(kept.sum(axis=0))
            targets.append(sets[to[order]])
            values.append(matrix[to[order], from_[order]])
        first = np.concatenate(([0], np.cumsum(np.concatenate(counts))))
        return cls(
            np.concatenate(sources), first, np.concatenate(targets), np.concatenate(values), offset
        )

    @property
    def body(self) -> int:
        """How many particles it acts on at once."""
        return int(self.sources.shape[1])

    def masks(self) -> tuple[IntArray, IntArray]:
        """Sources and targets as bits, for fermions."""
        one = np.int64(1)
        return (one << self.sources).sum(axis=1), (one << self.targets).sum(axis=1)


def one_body(matrix: NumberArray) -> Terms:
    r""":math:`\sum_{ij} h_{ij} c_i^\dagger c_j` from a Hermitian matrix."""
    h = np.asarray(matrix)
    if h.ndim != 2 or h.shape[0] != h.shape[1] or not np.allclose(h, h.conj().T):
        raise InvalidInput(
            f"a one-body term needs a Hermitian matrix between orbitals, got shape {h.shape}"
        )
    return Terms.from_blocks([(np.arange(len(h), dtype=np.int64)[:, None], h)])


def from_channels(blocks: "list[tuple[IntArray, NumberArray]]", *, strength: float = 1.0) -> Terms:
    r""":math:`V \sum_T b_T^\dagger b_T` from channels."""
    return Terms.from_blocks([(sets, strength * (a.T @ a)) for sets, a in blocks])
