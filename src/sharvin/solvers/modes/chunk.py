"""A chunk of lead cells as a scatterer, joined to others by the star product."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import qr

from sharvin.solvers.modes.dense import LU
from sharvin.solvers.modes.limits import GROWTH, RANK, Doubt
from sharvin.typing import IntArray, NumberArray, RealArray


@dataclass(frozen=True, eq=False)
class Inversion:
    """A signed permutation of ports: what turning a chunk around does to its bonds.

    Attributes
    ----------
    order, sign : array, shape (r,)
        (Q x)_i = sign_i x_order(i), with Q its own inverse.
    """

    order: IntArray
    sign: RealArray

    def turned(self, matrix: NumberArray) -> NumberArray:
        """Q matrix Q."""
        turned: NumberArray = matrix[np.ix_(self.order, self.order)]
        turned *= self.sign[:, None] * self.sign
        return turned


@dataclass(frozen=True, eq=False)
class Chunk:
    """Response of consecutive cells to what enters them, in bond coordinates (x, y).

    y_left = al x_left + be y_right,   x_right = ga x_left + de y_right.

    Attributes
    ----------
    al, be, ga, de : array, shape (r, r)
        In wave coordinates together a unitary matrix, which no length can blow up.
    symmetric : bool
        Real Hamiltonian: al, de symmetric and be = ga^T, in either coordinate system.
    growth : float
        Largest entry met so far; the digits lost are about its logarithm.
    inversion : Inversion or None
        Where the cells turned around are the same cells, in wave coordinates: de = -Q al Q.
    """

    al: NumberArray
    be: NumberArray
    ga: NumberArray
    de: NumberArray
    symmetric: bool
    growth: float = 1.0
    inversion: Inversion | None = None

    def mirror(self) -> "Chunk":
        """The same cells read from right to left, with x and y exchanged."""
        return replace(self, al=self.de, be=self.ga, ga=self.be, de=self.al)


def join(first: Chunk, second: Chunk) -> Chunk:
    """Star product: the second chunk to the right of the first, all reflections summed.

    x = (1 - de1 al2)^-1 ga1 and y = (1 - de1 al2)^-1 de1 be2 give the state on the joint.
    """
    r = len(first.al)
    junction = first.de @ second.al
    np.negative(junction, out=junction)
    junction.flat[:: r + 1] += 1
    lu = LU.of(junction)
    if lu.exact_zero:
        raise Doubt("singular junction of two chunks")
    inversion = first.inversion if first.symmetric else None
    sources = [first.ga] if inversion else [first.ga, first.de @ second.be]
    joint = lu.solve(np.concatenate(sources, axis=1))
    x, y = joint[:, :r], joint[:, r:]
    growth = max(first.growth, second.growth, _largest(joint))
    if not growth <= GROWTH:
        raise Doubt(f"growth {growth:.0e} while joining cells")
    al = first.be @ (second.al @ x)
    al += first.al
    if inversion is not None:
        al, ga = (al + al.T) / 2, second.ga @ x
        return Chunk(al, ga.T, ga, -inversion.turned(al), True, growth, inversion)
    de = second.ga @ y
    de += second.de
    ga = second.ga @ x
    if first.symmetric:
        # symmetrizing keeps rounding from driving the two halves apart over the doublings
        return Chunk((al + al.T) / 2, ga.T, ga, (de + de.T) / 2, True, growth)
    be = second.al @ y
    be += second.be
    return Chunk(al, first.be @ be, ga, de, False, growth)


def _largest(matrix: NumberArray) -> float:
    """Largest entry, to a factor of sqrt 2 for complex ones; infinite or NaN if any entry is."""
    if not matrix.size:
        return 0.0
    halves = (matrix.real, matrix.imag) if matrix.dtype.kind == "c" else (matrix,)
    return float(max(max(half.max(), -half.min()) for half in halves))


def power(one: Chunk, cells: int) -> Chunk:
    """``cells`` copies in a row, by binary powers."""
    chunk = one
    for bit in bin(cells)[3:]:
        chunk = join(chunk, chunk)
        if bit == "1":
            chunk = join(chunk, one)
    return chunk


@dataclass(frozen=True, eq=False)
class Reduction:
    """What a long chunk still transmits, as a chunk of fewer ports.

    ga = p q^H and be = p2 q2^H have the small rank k: all but the slow waves died inside. A wave
    is described by w = q^H x on the left of a chunk and u = q2^H y on its right; then
    (w, u_next) -> (u, w_next) is again a chunk.

    Attributes
    ----------
    chunk : Chunk
        The k-port chunk (w, u).
    full : Chunk
        The chunk that was reduced.
    p, p2 : array, shape (r, k)
    qh, q2h : array, shape (k, r)
    x_w, x_u, y_w, y_u : array, shape (r, k)
        The bond between two chunks: x = x_w w + x_u u_next, y = y_w w + y_u u_next.
    """

    chunk: Chunk
    full: Chunk
    p: NumberArray
    qh: NumberArray
    p2: NumberArray
    q2h: NumberArray
    x_w: NumberArray
    x_u: NumberArray
    y_w: NumberArray
    y_u: NumberArray

    def mirror(self) -> "Reduction":
        """The same reduction read from right to left: w and u change places."""
        return Reduction(
            self.chunk.mirror(), self.full.mirror(), self.p2, self.q2h, self.p, self.qh,
            self.y_u, self.y_w, self.x_u, self.x_w,
        )  # fmt: skip


def reduce(full: Chunk) -> Reduction:
    """Cut a chunk down to the rank of what it transmits."""
    p, qh = _thin_factors(full.ga)
    if full.symmetric:
        p2, q2h = qh.T, p.T
    else:
        p2, q2h = _thin_factors(full.be)
        k = max(len(qh), len(q2h))
        if len(qh) != len(q2h):
            (p, qh), (p2, q2h) = _thin_factors(full.ga, k), _thin_factors(full.be, k)
    k, r = qh.shape
    lu = LU.of(np.eye(r) - full.de @ full.al)
    joint = lu.solve(np.concatenate([p, full.de @ p2], axis=1))
    growth = max(full.growth, _largest(joint))
    if not growth <= GROWTH:
        raise Doubt(f"growth {growth:.0e} between chunks")
    x_w, x_u = joint[:, :k], joint[:, k:]
    y_w, y_u = full.al @ x_w, p2 + full.al @ x_u
    small = Chunk(q2h @ y_w, q2h @ y_u, qh @ x_w, qh @ x_u, full.symmetric, growth)
    return Reduction(small, full, p, qh, p2, q2h, x_w, x_u, y_w, y_u)


def _thin_factors(matrix: NumberArray, rank: int | None = None) -> tuple[NumberArray, NumberArray]:
    """P (r, k) orthonormal and qh (k, r) with matrix = p @ qh, by rank-revealing QR."""
    q, upper, order = qr(matrix, pivoting=True, mode="economic", check_finite=False)
    if rank is None:
        size = np.abs(np.diag(upper))
        rank = int((size > RANK * max(1.0, size[0])).sum()) if size.size else 0
    qh = np.empty((rank, matrix.shape[1]), upper.dtype)
    qh[:, order] = upper[:rank]
    return q[:, :rank], qh
