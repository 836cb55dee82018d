"""Results with the names of Kwant's, cut out of complete ones: nothing is ever deduced.

Kwant computes only the blocks that were asked for and infers others from current conservation,
which returned wrong numbers (for one lead of two, and beside a lead without hopping). Here the
complete result is always there; a block that Kwant could not have known is still refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.scattering.smatrix import SMatrix
from sharvin.typing import ComplexArray, RealArray

Port = int | tuple[int, int]  # a lead, or a lead and the number of its conservation-law block


@dataclass(frozen=True, eq=False)
class Request:
    """Leads that the caller asked for, out of ``total``."""

    out_leads: list[int]
    in_leads: list[int]
    total: int
    conserving: bool  # Kwant's check_hermiticity: may the rest be told too?

    def knows(self, lead_out: int, lead_in: int) -> bool:
        """Whether Kwant would answer for this pair of leads."""
        return self._has(lead_out, self.out_leads) and self._has(lead_in, self.in_leads)

    def _has(self, lead: int, leads: Sequence[int]) -> bool:
        deducible = self.conserving and len(leads) >= self.total - 1
        return lead in leads or (deducible and 0 <= lead < self.total)


def check_request(
    total: int,
    out_leads: Sequence[int] | None,
    in_leads: Sequence[int] | None,
    conserving: bool,
) -> Request:
    """Sorted, distinct and existing leads, as Kwant demands."""
    chosen = []
    for leads in (out_leads, in_leads):
        numbers = list(range(total)) if leads is None else [int(lead) for lead in leads]
        if not numbers:
            raise InvalidInput("no output is requested: name at least one lead")
        if numbers != sorted(set(numbers)) or not 0 <= numbers[0] <= numbers[-1] < total:
            raise InvalidInput(
                f"leads must be distinct, ascending and among 0..{total - 1}, got {numbers}"
            )
        chosen.append(numbers)
    return Request(chosen[0], chosen[1], total, conserving)


@dataclass(frozen=True, eq=False)
class KwantSMatrix:
    """An S-matrix that answers as ``kwant.solvers.common.SMatrix`` does.

    Parameters
    ----------
    complete : complex array, shape (n, n)
        Between all leads, in the basis of `lead_info`.
    lead_info : list
        ``PropagatingModes`` of each lead, or the self-energy of one without modes.
    request : Request
        Blocks that the caller asked for.
    sizes : list of int
        Channels of each lead in `complete`.
    scattering : SMatrix
        The same result with Sharvin's names, modes and error estimate.
    """

    complete: ComplexArray = field(repr=False)
    lead_info: list[Any] = field(repr=False)
    request: Request
    sizes: list[int]
    scattering: SMatrix = field(repr=False)

    @property
    def out_leads(self) -> list[int]:
        """Leads of the row blocks."""
        return self.request.out_leads

    @property
    def in_leads(self) -> list[int]:
        """Leads of the column blocks."""
        return self.request.in_leads

    @cached_property
    def data(self) -> ComplexArray:
        """The blocks that were asked for, shape (outgoing, incoming)."""
        rows = _concatenated([self._span(lead) for lead in self.out_leads])
        columns = _concatenated([self._span(lead) for lead in self.in_leads])
        block: ComplexArray = self.complete[np.ix_(rows, columns)]
        return block

    def num_propagating(self, lead: int) -> int:
        """Count the open modes of a lead; zero for one known by its self-energy."""
        return len(getattr(self.lead_info[lead], "momenta", ())) // 2

    def submatrix(self, lead_out: Port, lead_in: Port) -> ComplexArray:
        """Amplitudes from ``lead_in`` to ``lead_out``, one of the blocks asked for."""
        self._refuse_other(self.out_leads, lead_out)
        self._refuse_other(self.in_leads, lead_in)
        block: ComplexArray = self.complete[np.ix_(self._span(lead_out), self._span(lead_in))]
        return block

    def block_coords(self, lead_out: Port, lead_in: Port) -> tuple[slice, slice]:
        """Rows and columns of `data` that hold a block."""
        return self.out_block_coords(lead_out), self.in_block_coords(lead_in)

    def out_block_coords(self, lead_out: Port) -> slice:
        """Rows of `data` that belong to a lead, or to one conserved block of it."""
        return self._coords(self.out_leads, lead_out)

    def in_block_coords(self, lead_in: Port) -> slice:
        """Columns of `data` that belong to a lead, or to one conserved block of it."""
        return self._coords(self.in_leads, lead_in)

    def transmission(self, lead_out: Port, lead_in: Port) -> float:
        """Transmission from ``lead_in`` to ``lead_out``, from the complete S-matrix."""
        if not self.request.knows(_number(lead_out), _number(lead_in)):
            raise InvalidInput(
                f"transmission({lead_out}, {lead_in}) was not asked for; "
                "add the leads to out_leads and in_leads"
            )
        return self._transmission(lead_out, lead_in)

    def _transmission(self, lead_out: Port, lead_in: Port) -> float:
        block = self.complete[np.ix_(self._span(lead_out), self._span(lead_in))]
        return float(np.sum(np.abs(block) ** 2))

    def conductance_matrix(self) -> RealArray:
        """Currents into the leads over their voltages, I = C V, in e²/h."""
        return _conductances(self, self.request.total)

    def _span(self, lead: Port) -> np.ndarray[Any, Any]:
        """Rows (equally, columns) of `complete`."""
        number = _number(lead)
        start = sum(self.sizes[:number])
        size = self.sizes[number]
        if not isinstance(lead, int | np.integer):
            block = lead[1]
            counts = getattr(self.lead_info[number], "block_nmodes", None)
            if counts is None or not 0 <= block < len(counts):
                raise InvalidInput(f"lead {number} has no conserved block {block}")
            start, size = start + sum(counts[:block]), counts[block]
        return np.arange(start, start + size)

    def _coords(self, leads: Sequence[int], lead: Port) -> slice:
        self._refuse_other(leads, lead)
        number = _number(lead)
        before = sum(self.sizes[other] for other in leads[: leads.index(number)])
        span = self._span(lead)
        inside = int(span[0]) - sum(self.sizes[:number]) if len(span) else 0
        return slice(before + inside, before + inside + len(span))

    def _refuse_other(self, leads: Sequence[int], lead: Port) -> None:
        if _number(lead) not in leads:
            raise InvalidInput(f"lead {_number(lead)} was not asked for; only {list(leads)} were")


@dataclass(frozen=True, eq=False)
class KwantGreensFunction:
    """A Green function that answers as ``kwant.solvers.common.GreensFunction`` does.

    Parameters
    ----------
    complete : complex array, shape (n, n)
        Between the interface orbitals of all leads.
    lead_info : list of complex array
        Self-energy of each lead.
    request : Request
        Blocks that the caller asked for.
    transmissions : real array, shape (leads, leads)
        From the S-matrix, where they do not suffer from cancellation.
    counts : list of int
        Open channels of each lead.
    """

    complete: ComplexArray = field(repr=False)
    lead_info: list[ComplexArray] = field(repr=False)
    request: Request
    transmissions: RealArray
    counts: list[int]

    @property
    def out_leads(self) -> list[int]:
        """Leads of the row blocks."""
        return self.request.out_leads

    @property
    def in_leads(self) -> list[int]:
        """Leads of the column blocks."""
        return self.request.in_leads

    @cached_property
    def data(self) -> ComplexArray:
        """The blocks that were asked for, in 1/energy."""
        rows = _concatenated([self._span(lead) for lead in self.out_leads])
        columns = _concatenated([self._span(lead) for lead in self.in_leads])
        block: ComplexArray = self.complete[np.ix_(rows, columns)]
        return block

    def num_propagating(self, lead: int) -> int:
        """Count the open channels of a lead."""
        return self.counts[lead]

    def submatrix(self, lead_out: int, lead_in: int) -> ComplexArray:
        """Green function from the interface of ``lead_in`` to that of ``lead_out``."""
        block: ComplexArray = self.complete[np.ix_(self._span(lead_out), self._span(lead_in))]
        return block

    def transmission(self, lead_out: int, lead_in: int) -> float:
        """Transmission from ``lead_in`` to ``lead_out``."""
        if not self.request.knows(lead_out, lead_in):
            raise InvalidInput(
                f"transmission({lead_out}, {lead_in}) was not asked for; "
                "add the leads to out_leads and in_leads"
            )
        return self._transmission(lead_out, lead_in)

    def _transmission(self, lead_out: int, lead_in: int) -> float:
        return float(self.transmissions[lead_out, lead_in])

    def _a_ttdagger_a_inv(self, lead_out: int, lead_in: int) -> ComplexArray:
        """Similar to t t†: Gamma_out G Gamma_in G†."""
        gamma_out, gamma_in = (
            1j * (self.lead_info[lead] - self.lead_info[lead].conj().T)
            for lead in (lead_out, lead_in)
        )
        g = self.submatrix(lead_out, lead_in)
        result: ComplexArray = gamma_out @ g @ gamma_in @ g.conj().T
        return result

    def conductance_matrix(self) -> RealArray:
        """Currents into the leads over their voltages, I = C V, in e²/h."""
        return _conductances(self, self.request.total)

    def _span(self, lead: int) -> np.ndarray[Any, Any]:
        sizes = [len(sigma) for sigma in self.lead_info]
        start = sum(sizes[:lead])
        return np.arange(start, start + sizes[lead])


def _conductances(result: KwantSMatrix | KwantGreensFunction, total: int) -> RealArray:
    matrix = np.zeros((total, total))
    for i in range(total):
        for j in range(total):
            matrix[i, j] = -result.transmission(i, j) if i != j else 0.0
    # Equal voltages drive no current: columns sum to zero.
    matrix[np.diag_indices(total)] = -matrix.sum(axis=0)
    return matrix


def _number(lead: Port) -> int:
    return int(lead) if isinstance(lead, int | np.integer) else int(lead[0])


def _concatenated(spans: Sequence[np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    return np.concatenate(spans) if spans else np.zeros(0, dtype=np.int64)
