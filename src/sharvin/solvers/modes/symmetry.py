"""Symmetries of a lead cell that permute orbitals up to phases: mirrors and real forms."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, reverse_cuthill_mckee

from sharvin.solvers.modes.dense import nonzero
from sharvin.typing import ComplexArray, IntArray, NumberArray, RealArray

# Entrywise agreement with the symmetry, relative to the largest entry: a Peierls phase of a few
# tens of radians is itself not known better. Less than what rounding of E - H is charged with.
SYMMETRIC = 4e-15
# Orbitals per site that are tried for the reversal of sites.
ORBITALS = (1, 2, 3, 4, 6, 8)
# Below this many orbitals there is nothing to win.
WORTHWHILE = 12


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
    Chern-insulator strips (mirror of the orbital motion times time reversal).
    """
    for order, d, turn in _antiunitary(h, v):
        # otherwise the square is -1 (Kramers): there is no invariant vector
        if np.abs(d - d[order]).max() > 1e-12:
            continue
        frame, twist = _invariant_vectors(order, (d + d[order]) / 2), float(np.angle(turn)) / 2
        real_h = (frame.conj().T @ h @ frame).real
        real_v = (np.exp(-1j * twist) * (frame.conj().T @ v @ frame)).real
        return Disguise((real_h + real_h.T) / 2, np.ascontiguousarray(real_v), frame, twist)
    return None


def _antiunitary(
    h: NumberArray, v: NumberArray
) -> Iterator[tuple[IntArray, ComplexArray, complex]]:
    """Symmetries U K of a complex block: (order, d) of U, and g of v = g U conj(v) U^H."""
    cell, hop = _Entries.of(h), _Entries.of(v)
    if not len(cell.i):
        return
    for order in _orders(cell, hop, identity=True):
        d = _phases(cell, order, conjugate=True)
        turn = None if d is None else hop.match(order, d, conjugate=True)
        if d is not None and turn is not None:
            yield order, d, turn


def conjugate_partner(
    h: NumberArray, v: NumberArray, even: csr_array, odd: csr_array
) -> tuple[csr_array, float] | None:
    """Basis of the odd sector, and twist, in which it is the complex conjugate of the even one.

    A Rashba strip has such a partner: what keeps it real as a whole exchanges its sectors.
    """
    if even.shape != odd.shape or h.dtype.kind != "c":
        return None
    for order, d, turn in _antiunitary(h, v):
        image = csr_array(even.conj()[order].multiply(d[:, None]))
        if np.abs((even.conj().T @ image).toarray()).max(initial=0.0) < 1e-12:
            return image, float(np.angle(turn))
    return None


def mirror_sectors(h: NumberArray, v: NumberArray) -> tuple[csr_array, csr_array] | None:
    """Bases of the even and odd sectors of a unitary mirror that commutes with h and v.

    Half the size is an eighth of the work. Clean ribbons have one, and Rashba strips (mirror
    times spin); a field or a lopsided potential breaks it.
    """
    if len(h) < WORTHWHILE:
        return None
    cell, hop = _Entries.of(h), _Entries.of(v)
    if not len(cell.i):
        return None
    for order in _orders(cell, hop, identity=False):
        d = _phases(cell, order, conjugate=False)
        if d is None:
            continue
        square = d * d[order]
        if np.abs(square - square[0]).max() > 1e-12:
            continue
        # a common phase makes the square +1, so that the sectors are even and odd
        d = d / np.sqrt(square[0])
        if np.abs(d.imag).max() < 1e-12:
            d = d.real / np.abs(d.real)
        turn = hop.match(order, d, conjugate=False)
        if turn is not None and abs(turn - 1) < 1e-12:
            return _even_and_odd(order, d)
    return None


def inversion_of_cells(h: RealArray, v: RealArray) -> tuple[IntArray, RealArray] | None:
    r"""Order p and signs d of U, (U psi)_i = d_i psi_p(i), with h = U h U^T, v = U v^T U^T, U² = 1.

    It turns the wire around and leaves it the same wire: a mirror along it, or half a turn.
    """
    cell, hop = _Entries.of(h), _Entries.of(v)
    if not len(cell.i):
        return None
    for order in _orders(cell, hop, identity=True):
        d = _phases(cell, order, conjugate=False)
        if d is None or np.abs(d * d[order] - 1).max() > 1e-12:
            continue
        d = np.sign(d)
        image = d[hop.i] * v[order[hop.j], order[hop.i]] * d[hop.j]
        if np.abs(hop.values - image).max() <= hop.tolerance:
            return order, d
    return None


def _orders(cell: "_Entries", hop: "_Entries", *, identity: bool) -> Iterator[IntArray]:
    """Site reversals with the orbitals of a site kept in order or reversed; or nothing moved.

    Last, neighbors are lined up from one edge of the cell to the other, and this line is reversed:
    the cell of a zigzag ribbon is a chain, however its orbitals are numbered.
    """
    m = len(cell.matrix)
    if identity:
        yield np.arange(m)
    for q in ORBITALS:
        if m % q == 0 and m > q:
            yield np.arange(m).reshape(-1, q)[::-1].ravel()
    line = lined_up(cell.matrix, hop.matrix)
    order = np.empty(m, np.int64)
    order[line] = line[::-1]
    yield order


def lined_up(h: NumberArray, v: NumberArray) -> IntArray:
    """Orbitals of a cell in an order that keeps neighbors close together."""
    linked = csr_array((h != 0) | (v != 0) | (v.T != 0))
    line: IntArray = reverse_cuthill_mckee(linked, symmetric_mode=True).astype(np.int64)
    return line


@dataclass(frozen=True, eq=False)
class _Entries:
    """Non-zero entries of a matrix.

    A permutation that maps each onto an equal one is a bijection of them: zeros follow.
    """

    matrix: NumberArray
    i: IntArray
    j: IntArray
    values: NumberArray
    size: RealArray

    @classmethod
    def of(cls, matrix: NumberArray) -> "_Entries":
        i, j = nonzero(matrix)
        values = matrix[i, j]
        return cls(matrix, i, j, values, np.abs(values))

    @property
    def tolerance(self) -> float:
        return SYMMETRIC * float(self.size.max(initial=0.0))

    @cached_property
    def tree(self) -> tuple[IntArray, IntArray] | None:
        """Orbitals but the first, each after its parent, along entries that are not small.

        None where the cell is connected only through its hop.
        """
        m = len(self.matrix)
        strong = self.size > np.sqrt(SYMMETRIC) * self.size.max()
        linked = csr_array((self.size[strong], (self.i[strong], self.j[strong])), shape=(m, m))
        nodes, before = breadth_first_order(linked, 0, directed=False)
        if len(nodes) < m:
            return None
        rest = nodes[1:].astype(np.int64)
        return rest, before[rest].astype(np.int64)

    def image(self, order: IntArray, *, conjugate: bool) -> NumberArray | None:
        """Entries at the permuted places (conjugated or not); None if moduli differ."""
        image = self.matrix[order[self.i], order[self.j]]
        if np.abs(self.size - np.abs(image)).max(initial=0.0) > self.tolerance:
            return None
        return image.conj() if conjugate else image

    def match(
        self, order: IntArray, d: NumberArray, *, conjugate: bool, turn: complex | None = None
    ) -> complex | None:
        """The phase g with matrix = g U matrix U^H (or its conjugate there), or None."""
        image = self.image(order, conjugate=conjugate)
        if image is None:
            return None
        image = d[self.i] * image * d[self.j].conj()
        if turn is None:
            largest = int(self.size.argmax())
            turn = complex(self.values[largest] / image[largest])
            turn /= abs(turn)
        return turn if np.abs(self.values - turn * image).max() <= self.tolerance else None


def _phases(h: _Entries, order: IntArray, *, conjugate: bool) -> NumberArray | None:
    """The d with h_ij = d_i h_p(i)p(j) conj(d_j) (the image conjugated or not), along a tree."""
    image = h.image(order, conjugate=conjugate)
    if image is None:
        return None
    if h.tree is None:
        return None
    rest, parent = h.tree
    there = h.matrix[order[rest], order[parent]]
    steps = (h.matrix[rest, parent] / (there.conj() if conjugate else there)).tolist()
    d = [1.0 + 0j] * len(h.matrix)
    for i, j, step in zip(rest.tolist(), parent.tolist(), steps, strict=True):
        d[i] = step * d[j]
    phases = np.array(d) / np.abs(d)
    if h.values.dtype.kind != "c":
        phases = phases.real
    return phases if h.match(order, phases, conjugate=conjugate, turn=1.0) is not None else None


def _pairs(order: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Orbitals that stay, and the two of each pair that is exchanged."""
    i = np.arange(len(order))
    first = i[i < order]
    return i[order == i], first, order[first]


def _invariant_vectors(order: IntArray, d: ComplexArray) -> csr_array:
    """Q with Q = U conj(Q): sqrt(d) (e_i + e_p)/sqrt2 and i sqrt(d) (e_i - e_p)/sqrt2."""
    m, root = len(d), np.sqrt(d)
    fixed, first, second = _pairs(order)
    half = root[first] / np.sqrt(2)
    rows = np.concatenate([fixed, first, second, first, second])
    columns = np.concatenate([fixed, first, first, second, second])
    values = np.concatenate([root[fixed], half, half, 1j * half, -1j * half])
    return csr_array((values, (rows, columns)), shape=(m, m))


def _even_and_odd(order: IntArray, d: NumberArray) -> tuple[csr_array, csr_array]:
    """Eigenvectors of U: (e_i +- d_p e_p)/sqrt2, and the orbitals that stay."""
    m = len(order)
    fixed, first, second = _pairs(order)
    bases = []
    for sign in (1, -1):
        own = fixed[np.abs(d[fixed] - sign) < 1e-9]
        half = np.full(len(first), np.sqrt(0.5))
        values = np.concatenate([np.ones(len(own)), half, sign * half * d[second]])
        rows = np.concatenate([own, first, second])
        labels = np.concatenate([own, first, first])
        columns = np.searchsorted(np.unique(labels), labels)
        bases.append(csr_array((values, (rows, columns)), shape=(m, len(own) + len(first))))
    return bases[0], bases[1]
