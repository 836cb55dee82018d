"""A many-body Hamiltonian in one sector: sparse, half of it kept, its memory told beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.manybody.fractional.basis import Basis
from sharvin.manybody.fractional.kernels import boson_rows, fermion_rows
from sharvin.manybody.fractional.lanczos import HalfMatrix
from sharvin.manybody.fractional.terms import Terms
from sharvin.typing import IntArray, NumberArray, RealArray

SAMPLE = 400  # rows counted for an estimate
VECTORS = 45  # kept by the Lanczos iteration besides the matrix

_NO_COLUMNS, _NO_DIAGONAL = np.empty(0, np.int32), np.empty(0)


@dataclass(frozen=True)
class Size:
    """How large a sector is: states, matrix elements kept, and bytes while it is solved."""

    states: int
    elements: int
    bytes: int


@dataclass(frozen=True, eq=False)
class Hamiltonian:
    """Matrix of one sector.

    Parameters
    ----------
    basis : Basis
    matrix : HalfMatrix
    """

    basis: Basis
    matrix: HalfMatrix

    def __matmul__(self, x: NumberArray) -> NumberArray:
        """Product with a vector or with columns."""
        return self.matrix @ x

    def toarray(self) -> NumberArray:
        """Dense matrix."""
        return self.matrix.toarray()


def assemble(basis: Basis, terms: Sequence[Terms]) -> Hamiltonian:
    """Matrix of a sum of operators, each of which conserves the charge of the basis."""
    used = _used(basis, terms)
    jobs = [_job(basis, term) for term in used]
    size = len(basis)
    start = np.zeros(size + 1, np.int64)
    for term, job in zip(used, jobs, strict=True):
        start += _counted(basis.codes, job, term, basis)
    dtype = np.result_type(np.float64, *(term.values for term in used))
    columns = np.empty(start[-1], np.int32)
    entries = np.empty(start[-1], dtype)
    diagonal = np.full(size, sum(term.offset for term in terms))
    place = start.copy()
    for term, job in zip(used, jobs, strict=True):
        step = _counted(basis.codes, job, term, basis) if len(used) > 1 else None
        _run(basis.codes, job, term, basis, place, columns, entries, diagonal)
        if step is not None:
            place[:-1] += np.diff(step)
    return Hamiltonian(basis, HalfMatrix(start, columns, entries, diagonal))


def estimate(basis: Basis, terms: Sequence[Terms]) -> Size:
    """Size of a matrix from a sample of its rows, without building it: good to a few percent."""
    size = len(basis)
    chosen = np.unique(np.linspace(0, size - 1, min(SAMPLE, size)).astype(np.int64))
    rows = np.ascontiguousarray(basis.codes[chosen])
    elements = 0.0
    wide = 8
    for term in _used(basis, terms):
        counts = _counted(rows, _job(basis, term), term, basis)
        elements += counts[-1] * size / len(rows)
        wide = max(wide, term.values.dtype.itemsize)
    tables = basis.codes.nbytes + basis.high.nbytes + basis.low.nbytes
    total = elements * (4 + wide) + size * (16 + wide * VECTORS) + tables
    return Size(size, int(elements), int(total))


def _used(basis: Basis, terms: Sequence[Terms]) -> list[Terms]:
    used = [t for t in terms if t.body <= basis.particles]
    for term in used:
        if int(term.sources.max()) >= basis.orbitals.count:
            raise InvalidInput(
                f"an operator reaches orbital {int(term.sources.max())}, but there are only "
                f"{basis.orbitals.count}"
            )
    if not used:
        raise InvalidInput(
            f"{basis.particles} particles feel nothing of a repulsion between "
            f"{min((t.body for t in terms), default=2)}"
        )
    return used


def _job(basis: Basis, term: Terms) -> tuple[IntArray, IntArray]:
    if basis.orbitals.bosons:
        return np.ascontiguousarray(term.sources), np.ascontiguousarray(term.targets)
    return term.masks()


def _counted(
    codes: IntArray, job: tuple[IntArray, IntArray], term: Terms, basis: Basis
) -> IntArray:
    start = np.zeros(len(codes) + 1, np.int64)
    _run(codes, job, term, basis, start, _NO_COLUMNS, term.values[:0], _NO_DIAGONAL)
    return start


def _run(
    codes: IntArray,
    job: tuple[IntArray, IntArray],
    term: Terms,
    basis: Basis,
    start: IntArray,
    columns: NumberArray,
    entries: NumberArray,
    diagonal: RealArray,
) -> None:
    sources, targets = job
    high, low, split = basis.high, basis.low, basis.split
    ends = (sources, term.first, targets, term.values, start, columns, entries, diagonal)
    if basis.orbitals.bosons:
        bits = basis.orbitals.bits(basis.particles)
        boson_rows(codes, bits, basis.orbitals.count, high, low, split, *ends)
    else:
        fermion_rows(codes, high, low, split, *ends)
