"""Kept factors of one point: wave and Green functions inside from those at the root."""

from dataclasses import dataclass, field

import numpy as np

from sharvin.errors import ShapeMismatch
from sharvin.numerics.elimination.keep import Kept, expand, factorize, selected_inverse
from sharvin.numerics.elimination.kernel import IndexArray
from sharvin.numerics.elimination.plan import Accuracy, Plan, Reduced, checked_values, fast
from sharvin.numerics.elimination.single import Point
from sharvin.typing import ComplexArray, NumberArray


@dataclass(frozen=True, eq=False)
class Factors:
    """Factors of E - H at one point, about 60 numbers per orbital."""

    plan: Plan
    reduced: Reduced
    _kept: Kept = field(repr=False)

    def expand(self, root: NumberArray) -> NumberArray:
        r"""Solution of (E - H) psi = 0 on all eliminated rows with given values at the root.

        Parameters
        ----------
        root : (delayed + kept, m)
            Unknowns of `reduced`, delayed ones first.

        Returns
        -------
        (n, m)
            Equal to the last ``kept`` rows of ``root`` on the kept orbitals.
        """
        root = np.asarray(root)
        size = len(self.reduced.matrix)
        if root.ndim != 2 or len(root) != size:
            raise ShapeMismatch(f"root has shape {root.shape}, but needs ({size}, m)")
        dtype, columns = self._kept.y.dtype, root.shape[1]
        split = np.iscomplexobj(root) and dtype == np.float64
        out = np.zeros((self.plan.n, columns * (2 if split else 1)), dtype)
        if split:  # real factors act on real and imaginary parts alike
            root = np.ascontiguousarray(root, np.complex128).view(np.float64)
        root = np.ascontiguousarray(root, dtype)
        expand(root if root.flags.writeable else root.copy(), self.plan.tree, self._kept, out)
        return out.view(np.complex128) if split else out

    def inverse_diagonal(self, root_inverse: ComplexArray) -> ComplexArray:
        r"""Diagonal of the retarded Green function, (n,), in inverse units of H.

        ``root_inverse`` (delayed + kept, delayed + kept) is the inverse of `reduced.matrix` minus
        the self-energy on the kept orbitals.
        """
        return self._inverse(root_inverse, with_entries=False)[0]

    def inverse_entries(self, root_inverse: ComplexArray) -> ComplexArray:
        """Green function at every entry of the analyzed pattern, (nnz,); see `inverse_diagonal`."""
        return self._inverse(root_inverse, with_entries=True)[1]

    def _inverse(
        self, root_inverse: ComplexArray, *, with_entries: bool
    ) -> tuple[ComplexArray, ComplexArray]:
        size = len(self.reduced.matrix)
        if np.shape(root_inverse) != (size, size):
            raise ShapeMismatch(
                f"root_inverse has shape {np.shape(root_inverse)}, but needs ({size}, {size})"
            )
        tree = self.plan.tree
        diagonal = np.zeros(self.plan.n, np.complex128)
        entries = np.zeros(self.plan.nnz if with_entries else 0, np.complex128)
        transposed = _mirror(tree.indices) if with_entries else np.zeros(0, np.int32)
        root = np.array(root_inverse, np.complex128, order="F").ravel(order="F")
        selected_inverse(root, tree, self._kept, transposed, diagonal, entries)
        return diagonal, entries


def _mirror(indices: IndexArray) -> IndexArray:
    """Place of entry (j, i) for every entry (i, j) of a structurally symmetric CSR pattern."""
    # A stable sort by column lists the entries (j, i) in the order of the rows i of their mirrors.
    place = np.empty(len(indices), np.int32)
    place[np.argsort(indices, kind="stable")] = np.arange(len(indices), dtype=np.int32)
    return place


def factor(plan: Plan, values: NumberArray, energy: float, accuracy: Accuracy) -> Factors:
    """Eliminate one point and keep the factors; LU whatever the ``accuracy``, for the inverses."""
    fast(accuracy)
    values = checked_values(values, plan.nnz)
    counts = np.zeros(3, np.int64)
    point = Point(values, float(energy), plan.probe, 1)
    u, delayed, growth, y, kept = factorize(point, plan.sizes, plan.tree, counts)
    return Factors(plan, plan.reduced(u, delayed, growth, y), kept)
