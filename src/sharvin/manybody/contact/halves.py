r"""Matrices between sites of a mirror-symmetric chain as an even and an odd block of half the size.

Sites i and their images :math:`\bar i` make the states :math:`(|i\rangle \pm |\bar i\rangle) /
\sqrt 2`; a site in the middle is even by itself. Products and inverses stay in the blocks. Products
element by element belong to pairs of sites and mix the blocks. A chain without the symmetry has no
pairs: its even block is the whole matrix, and the odd one is empty.
"""

from dataclasses import dataclass
from typing import TypeVar

import numba
import numpy as np

from sharvin.manybody.contact.barrier import HubbardBarrier
from sharvin.manybody.contact.chain import lead_self_energy
from sharvin.typing import ComplexArray, NumberArray, RealArray

SYMMETRIC = 1e-13  # of the largest value: a potential and its image that differ by rounding
NEGLIGIBLE = 1e-40  # products of smaller numbers would be denormal, which is slow
Blocks = tuple[RealArray, RealArray]
Array = TypeVar("Array", RealArray, ComplexArray)


@dataclass(frozen=True)
class Halves:
    """How sites pair up.

    Parameters
    ----------
    sites : int
    pairs : int
        Sites 0 to pairs - 1 have an image at the other end; zero without the symmetry.
    """

    sites: int
    pairs: int

    @property
    def even(self) -> int:
        """Size of the even block: one row per pair, then the sites without an image."""
        return self.sites - self.pairs

    @property
    def size(self) -> int:
        """Numbers in both blocks of a matrix."""
        return self.even**2 + self.pairs**2

    def split(self, flat: RealArray) -> tuple[RealArray, RealArray]:
        """Even and odd blocks, (matrices, even, even) and (matrices, pairs, pairs), as views."""
        count = len(flat) // self.size
        middle = count * self.even**2
        return (
            flat[:middle].reshape(count, self.even, self.even),
            flat[middle:].reshape(count, self.pairs, self.pairs),
        )

    def fold(self, matrix: RealArray) -> Blocks:
        """Blocks of a symmetric matrix of shape (sites, sites)."""
        m = self.pairs
        even = matrix[: self.even, : self.even].copy()
        far = matrix[:m, ::-1][:, :m]
        even[:m, :m] += far
        even[:m, m:] *= np.sqrt(2)
        even[m:, :m] *= np.sqrt(2)
        return even, matrix[:m, :m] - far

    def unfold(self, even: RealArray, odd: RealArray) -> RealArray:
        """Matrices of shape (..., sites, sites) from their blocks."""
        n, m = self.sites, self.pairs
        whole = np.empty((*even.shape[:-2], n, n))
        inner = slice(m, self.even)
        image = slice(n - 1, self.even - 1, -1)
        for rows, columns in ((slice(m), image), (image, slice(m))):
            whole[..., rows, rows] = (even[..., :m, :m] + odd) / 2
            whole[..., rows, columns] = (even[..., :m, :m] - odd) / 2
            whole[..., rows, inner] = even[..., :m, m:] / np.sqrt(2)
            whole[..., inner, rows] = even[..., m:, :m] / np.sqrt(2)
        whole[..., inner, inner] = even[..., m:, m:]
        return whole

    def diagonal(self, even: Array, odd: Array) -> Array:
        """Diagonal elements between sites, one per row of the even block."""
        found: Array = np.diagonal(even).copy()
        found[: self.pairs] += np.diagonal(odd)
        found[: self.pairs] /= 2
        return found

    def with_diagonal(self, even: RealArray, odd: RealArray, diagonal: RealArray) -> Blocks:
        """Copies whose elements between a site and itself are replaced."""
        change = diagonal - self.diagonal(even, odd)
        even, odd = even.copy(), odd.copy()
        np.einsum("ii->i", even)[:] += change
        np.einsum("ii->i", odd)[:] += change[: self.pairs]
        return even, odd

    def applied(self, even: RealArray, values: RealArray) -> RealArray:
        """Product of a matrix with numbers on the sites that are the same on images."""
        scale = np.ones(self.even)
        scale[: self.pairs] = np.sqrt(2)
        found: RealArray = (even @ (scale * values)) / scale
        return found


def halves_of(barrier: HubbardBarrier) -> Halves:
    """Pairs of sites if potential and repulsion are their own mirror images, none otherwise."""
    lopsided = [
        float(np.abs(values - values[::-1]).max()) > SYMMETRIC * max(float(np.abs(values).max()), 1)
        for values in (barrier.onsite / barrier.hopping, barrier.interaction / barrier.hopping)
    ]
    return Halves(barrier.sites, 0 if any(lopsided) else barrier.sites // 2)


class FoldedChain:
    """Green functions of a barrier on the imaginary axis, block by block.

    Parameters
    ----------
    barrier : HubbardBarrier
    """

    def __init__(self, barrier: HubbardBarrier) -> None:
        self.barrier, self.halves = barrier, halves_of(barrier)
        self.interaction = barrier.interaction[: self.halves.even]
        hops = np.eye(barrier.sites, k=1) + np.eye(barrier.sites, k=-1)
        bare = np.diag(barrier.onsite - barrier.chemical_potential) - barrier.hopping * hops
        self.bare = self.halves.fold(bare)

    def green(
        self, energy: complex, even: RealArray, odd: RealArray
    ) -> tuple[ComplexArray, ComplexArray]:
        """Blocks of G at an energy from µ, for those of a static self-energy."""
        delta = lead_self_energy(energy + self.barrier.chemical_potential, self.barrier.hopping)
        ends = (0,) if self.halves.pairs else (0, self.barrier.sites - 1)
        found = []
        for bare, static in zip(self.bare, (even, odd), strict=True):
            block = -(bare + static).astype(np.complex128)
            np.einsum("ii->i", block)[:] += energy
            for end in ends[: len(block)]:
                block[end, end] -= delta
            found.append(inverse(block))
        return found[0], found[1]

    def from_diagonals(self, diagonals: list[RealArray]) -> RealArray:
        """All blocks, flat, of matrices with these numbers on their diagonals."""
        flat = np.zeros(len(diagonals) * self.halves.size)
        for blocks in self.halves.split(flat):
            for block, values in zip(blocks, diagonals, strict=True):
                np.fill_diagonal(block, values[: len(block)])
        return flat


def inverse(block: ComplexArray) -> ComplexArray:
    """Inverse of a symmetric block, which is overwritten."""
    from scipy.linalg.lapack import zgetrf, zgetri

    if not len(block):
        return block
    # LAPACK's own pair of routines is a third faster than solving for the identity, and the
    # transpose, which is the same matrix, need not be copied.
    factors, pivots, _ = zgetrf(block.T, overwrite_a=True)
    found, _ = zgetri(factors, pivots, overwrite_lu=True)
    result: ComplexArray = found.T
    return result


@numba.njit(nogil=True, cache=True)
def bubbles(
    even: ComplexArray, odd: ComplexArray, other: ComplexArray, other_odd: ComplexArray
) -> tuple[RealArray, RealArray, RealArray, RealArray]:  # pragma: no cover - compiled
    """Re G G'* (even, odd) and Re G G' (even, odd), element by element between sites."""
    n, m = len(even), len(odd)
    pairs, holes = np.empty((n, n)), np.empty((n, n))
    pairs_odd, holes_odd = np.empty((m, m)), np.empty((m, m))
    for i in range(n):
        for j in range(n):
            a, b = even[i, j], other[i, j]
            if i < m and j < m:
                c, d = odd[i, j], other_odd[i, j]
                near, near_ = 0.5 * (a + c), 0.5 * (b + d)
                far, far_ = 0.5 * (a - c), 0.5 * (b - d)
                rr, ii = near.real * near_.real, near.imag * near_.imag
                ss, jj = far.real * far_.real, far.imag * far_.imag
                rr, ii = (0.0, 0.0) if abs(rr) + abs(ii) < NEGLIGIBLE else (rr, ii)
                ss, jj = (0.0, 0.0) if abs(ss) + abs(jj) < NEGLIGIBLE else (ss, jj)
                pairs[i, j], pairs_odd[i, j] = rr + ii + (ss + jj), rr + ii - (ss + jj)
                holes[i, j], holes_odd[i, j] = rr - ii + (ss - jj), rr - ii - (ss - jj)
            else:
                scale = np.sqrt(0.5) if i < m or j < m else 1.0
                rr, ii = a.real * b.real * scale, a.imag * b.imag * scale
                rr, ii = (0.0, 0.0) if abs(rr) + abs(ii) < NEGLIGIBLE else (rr, ii)
                pairs[i, j], holes[i, j] = rr + ii, rr - ii
    return pairs, pairs_odd, holes, holes_odd


@numba.njit(nogil=True, cache=True)
def multiplied(
    even: RealArray, odd: RealArray, green: NumberArray, green_odd: NumberArray
) -> tuple[RealArray, RealArray]:  # pragma: no cover - compiled
    """Blocks of a matrix times Re G, element by element between sites."""
    n, m = len(even), len(odd)
    found, found_odd = np.empty((n, n)), np.empty((m, m))
    for i in range(n):
        for j in range(n):
            a, b = even[i, j], green[i, j].real
            if i < m and j < m:
                c, d = odd[i, j], green_odd[i, j].real
                # near near + far far and near near - far far, of halves of sums and differences
                found[i, j] = 0.5 * (a * b + c * d)
                found_odd[i, j] = 0.5 * (a * d + c * b)
            else:
                found[i, j] = a * b * (np.sqrt(0.5) if i < m or j < m else 1.0)
    return found, found_odd
