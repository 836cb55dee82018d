"""Complex blocks that are real in disguise: found once, solved in real arithmetic ever after."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from sharvin.typing import ComplexArray, IntArray, NumberArray, RealArray

# Entrywise agreement with the symmetry, relative to the largest entry: a Peierls phase of a few
# tens of radians is itself not known better. Less than what rounding of E - H is charged with.
SYMMETRIC = 4e-15
# Orbitals per site that are tried for the reversal of sites.
ORBITALS = (1, 2, 3, 4, 6, 8)


@dataclass(frozen=True, eq=False)
class Disguise:
    r"""h = Q h_r Q^† and v = e^{iα} Q v_r Q^† with h_r, v_r real and Q unitary.

    Attributes
    ----------
    h, v : real array, shape (m, m)
        h_r and v_r.
    frame : sparse complex array, shape (m, m)
        Q, at most two entries per column.
    twist : float
        α, a shift of all momenta.
    """

    h: RealArray
    v: RealArray
    frame: csr_array
    twist: float


def real_form(h: NumberArray, v: NumberArray) -> Disguise | None:
    r"""A real form of a complex block, if a mirror or a change of phases makes one.

    An antiunitary symmetry U K with (U K)² = +1 that keeps every cell in place has a basis of
    invariant vectors, in which the Hamiltonian is real. A strip in a uniform field has one
    (mirror times time reversal, about the momentum α of its middle), and so have Rashba and
    Chern-insulator strips (mirror of the orbital motion times time reversal). U is sought as the
    identity or a reversal of the sites' order, times one phase per orbital.
    """
    if not np.any(h - np.diag(np.diag(h))):
        return None
    for order in _mirrors(len(h)):
        phases = _phases(h, order)
        if phases is None:
            continue
        turn = _match(v, order, phases)
        if turn is None or _match(h, order, phases, 1.0) is None:
            continue
        frame, twist = _invariant_vectors(order, phases), float(np.angle(turn)) / 2
        real_h = (frame.conj().T @ h @ frame).real
        real_v = (np.exp(-1j * twist) * (frame.conj().T @ v @ frame)).real
        return Disguise((real_h + real_h.T) / 2, np.ascontiguousarray(real_v), frame, twist)
    return None


def _mirrors(m: int) -> Iterator[IntArray]:
    """Identity, and site reversals with the orbitals of a site kept in order."""
    yield np.arange(m)
    for q in ORBITALS:
        if m % q == 0 and m > q:
            yield np.arange(m).reshape(-1, q)[::-1].ravel()


def _phases(h: NumberArray, order: IntArray) -> ComplexArray | None:
    """d with h_ij = d_i conj(h_p(i)p(j)) conj(d_j) along a spanning tree of h; d_p(i) = d_i."""
    mirrored = h[np.ix_(order, order)].conj()
    size = np.abs(h)
    tolerance = SYMMETRIC * float(size.max())
    if np.abs(size - np.abs(mirrored)).max() > tolerance:
        return None
    linked = size > np.sqrt(SYMMETRIC) * float(size.max())
    nodes, before = breadth_first_order(csr_array(linked), 0, directed=False)
    if len(nodes) < len(h):
        return None  # blocks are connected, but this one only through its hop
    d = np.ones(len(h), complex)
    for i in nodes[1:]:
        ratio = h[i, before[i]] / mirrored[i, before[i]] * d[before[i]]
        d[i] = ratio / abs(ratio)
    # otherwise the square is -1 (Kramers): there is no invariant vector
    if np.abs(d - d[order]).max() > 1e-12:
        return None
    return (d + d[order]) / 2


def _match(
    matrix: NumberArray, order: IntArray, d: ComplexArray, turn: complex | None = None
) -> complex | None:
    """The phase g with matrix = g U conj(matrix) U^H, or None."""
    image = d[:, None] * matrix[np.ix_(order, order)].conj() * d.conj()
    if turn is None:
        at = np.unravel_index(np.abs(matrix).argmax(), matrix.shape)
        if image[at] == 0:
            return None
        turn = complex(matrix[at] / image[at])
        turn /= abs(turn)
    defect = np.abs(matrix - turn * image).max()
    return turn if defect <= SYMMETRIC * np.abs(matrix).max() else None


def _invariant_vectors(order: IntArray, d: ComplexArray) -> csr_array:
    """Q with Q = U conj(Q): sqrt(d) (e_i + e_p)/sqrt2 and i sqrt(d) (e_i - e_p)/sqrt2."""
    m = len(d)
    i = np.arange(m)
    root = np.sqrt(d)
    fixed, first = i[order == i], i[i < order]
    second = order[first]
    half = root[first] / np.sqrt(2)
    rows = np.concatenate([fixed, first, second, first, second])
    columns = np.concatenate([fixed, first, first, second, second])
    values = np.concatenate([root[fixed], half, half, 1j * half, -1j * half])
    return csr_array((values, (rows, columns)), shape=(m, m))
