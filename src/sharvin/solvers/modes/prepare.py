"""Leads made ready once and solved at any energy, with everything remembered by content."""

import math
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import BandEdge, InvalidInput, ShapeMismatch, Unreliable
from sharvin.solvers.modes.closed import ClosedForm
from sharvin.solvers.modes.modes import Modes
from sharvin.solvers.modes.wire import Refused, Wire
from sharvin.typing import NumberArray

HERMITIAN = 1e-12  # of the largest entry, as everywhere at the border of the package
WIRES_KEPT = 64
BYTES_KEPT = 128 * 2**20
ENERGIES_KEPT = 16


Value = TypeVar("Value")


class Memory(Generic[Value]):
    """The most recently used values, at most ``limit`` of them; safe to share between threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """The value kept under ``key``, marked as just used."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: Value) -> Value:
        """Keep ``value``, or return the one another thread has put there first."""
        with self._lock:
            kept = self._values.setdefault(key, value)
            self._values.move_to_end(key)
            while len(self._values) > self._limit:
                self._values.popitem(last=False)
            return kept

    def drop_oldest(self) -> None:
        """Forget the value that was not used for longest."""
        with self._lock:
            if len(self._values) > 1:
                self._values.popitem(last=False)

    def values(self) -> list[Value]:
        """All values, the oldest first."""
        with self._lock:
            return list(self._values.values())


@dataclass(frozen=True, eq=False)
class PreparedLead:
    """One end of a wire; ``modes(energy)`` solves it.

    The lead that runs the other way shares the wire: once both have been prepared, solving
    one solves both from the same chunk and pencil.
    """

    wire: Wire
    mirrored: bool
    _known: "_Known"

    @property
    def chains(self) -> ClosedForm | None:
        """The closed form, if it is all there is to say about this lead."""
        wire = self.wire
        form = None if wire.has_charges or wire.blocks or wire.dead else wire.chains
        if form is None or len(form.rows) != wire.size:
            return None
        return form.mirror() if self.mirrored else form

    def modes(self, energy: float, *, careful: bool = False) -> Modes:
        """Modes, self-energy and ports at ``energy``; ``careful`` trades time for digits.

        Raises
        ------
        BandEdge
            Where a mode has (nearly) zero velocity; the message names good energies next to it.
        Unreliable
            Where no formulation could vouch for an answer; the message has every reason.
        """
        energy = float(energy)
        if not math.isfinite(energy):
            raise InvalidInput(f"energy must be finite, got {energy}")
        kept = self._known.solved.get((self.mirrored, energy, careful))
        if kept is not None:
            return kept
        ends = {self.mirrored, *self._known.ends}
        for end, result in self.wire.modes(energy, sorted(ends), careful).items():
            if isinstance(result, Modes):
                result = self._known.solved.put((end, energy, careful), result)
            if end is self.mirrored:
                answer = result
        if isinstance(answer, Refused):
            raise _refusal(answer, energy)
        return answer


class _Known:
    """What a wire's two ends share: which of them are in use, and energies solved before."""

    def __init__(self) -> None:
        self.ends: frozenset[bool] = frozenset()
        self.solved: Memory[Modes] = Memory(2 * ENERGIES_KEPT)


_WIRES: Memory[tuple[Wire, _Known]] = Memory(WIRES_KEPT)


def prepare(cell: ArrayLike, hop: ArrayLike, *, conserved: ArrayLike | None = None) -> PreparedLead:
    r"""Make a lead ready to be solved at any energy.

    Prepared leads are remembered by content: asking again for the same numbers, or for the same
    wire seen from its other end (``hop`` replaced by its adjoint), costs only a hash.

    Parameters
    ----------
    cell : (m, m) array
        Hermitian onsite block of one lead cell.
    hop : (m, m) array
        <cell j+1 | H | cell j>, cells numbered away from the device. Any rank, zero included.
    conserved : (m, m) array, optional
        Hermitian and commuting with both; modes then carry its value, sector by sector.

    Returns
    -------
    PreparedLead
    """
    cell, hop, conserved = _checked(cell, hop, conserved)
    common, own, other = _digest(cell, conserved), _digest(hop), _digest(hop.conj().T)
    # Which end counts as the wire's own is read off the matrices, not off who came first: the same
    # lead gives the same bits in every process and in any order.
    mirrored = other < own
    content = common + min(own, other)
    kept = _WIRES.get(content)
    if kept is None:
        along = hop.conj().T if mirrored else hop
        wire = Wire.of(cell.copy(), along.copy(), conserved)  # the caller may go on writing
        kept = _WIRES.put(content, (wire, _Known()))
        _forget_beyond(BYTES_KEPT)
    return _end(*kept, mirrored)


def _end(wire: Wire, known: _Known, mirrored: bool) -> PreparedLead:
    known.ends = known.ends | {mirrored}  # one assignment: no lock needed
    return PreparedLead(wire, mirrored, known)


def both_ends(cell: ArrayLike, hop: ArrayLike, energy: float) -> tuple[Modes, Modes]:
    """Modes of the lead (cell, hop) and of its mirror (cell, hop^H) from one chunk and pencil."""
    one = prepare(cell, hop)
    other = prepare(cell, np.asarray(hop).conj().T)
    return one.modes(energy), other.modes(energy)


def _forget_beyond(limit: int) -> None:
    """Drop the oldest wires until the rest is small (about ten matrices of the cell's size)."""
    for _ in range(WIRES_KEPT):
        if sum(160 * wire.size**2 for wire, _ in _WIRES.values()) <= limit:
            return
        _WIRES.drop_oldest()


def _digest(*arrays: NumberArray | None) -> bytes:
    """Hash of shapes, types and contents."""
    state = blake2b(digest_size=20)
    for array in arrays:
        if array is None:
            state.update(b"none")
            continue
        state.update(f"{array.shape}{array.dtype.str}".encode())
        flat = np.ascontiguousarray(array).ravel()
        slots = np.flatnonzero(flat != 0)
        if 4 * len(slots) < len(flat):  # hashing is slower than looking
            state.update(slots.data)
            flat = flat[slots]
        state.update((flat + 0.0).data)  # -0.0 is 0.0
    return state.digest()


def _checked(
    cell: ArrayLike, hop: ArrayLike, conserved: ArrayLike | None
) -> tuple[NumberArray, NumberArray, NumberArray | None]:
    """Arrays of one type (float64 unless something is imaginary), or a refusal."""
    cell, hop = _matrix("cell", cell), _matrix("hop", hop)
    if hop.shape != cell.shape:
        raise ShapeMismatch(f"hop has shape {hop.shape}, but cell has {cell.shape}")
    _must_be_hermitian("cell", cell)
    if conserved is not None:
        conserved = _matrix("conserved", conserved)
        if conserved.shape != cell.shape:
            raise ShapeMismatch(f"conserved has shape {conserved.shape}, but cell has {cell.shape}")
        _must_be_hermitian("conserved", conserved)
    if cell.dtype != hop.dtype:
        cell, hop = cell.astype(complex), hop.astype(complex)
    return cell, hop, conserved


def _matrix(name: str, given: ArrayLike) -> NumberArray:
    """A finite square matrix, real where it can be."""
    array = np.asarray(given.toarray() if hasattr(given, "toarray") else given)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or array.size == 0:
        raise ShapeMismatch(f"{name} must be a square matrix, got shape {array.shape}")
    if array.dtype.kind not in "biufc":
        raise InvalidInput(f"{name} must hold numbers, got dtype {array.dtype}")
    if array.dtype.kind == "c" and np.any(array.imag):
        array = array.astype(complex, copy=False)
    else:
        array = array.real.astype(float, copy=False)
    if not np.all(np.isfinite(array)):
        raise InvalidInput(f"{name} holds a value that is not finite")
    return np.ascontiguousarray(array)


def _must_be_hermitian(name: str, array: NumberArray) -> None:
    defect = float(np.abs(array - array.conj().T).max())
    if defect > HERMITIAN * float(np.abs(array).max()):
        raise InvalidInput(
            f"{name} is not Hermitian: it differs from its adjoint by up to {defect:.1e}"
        )


def _refusal(refused: Refused, energy: float) -> Unreliable:
    """The exception to raise, with the cure in its first sentence."""
    if not refused.at_edge:
        return Unreliable(
            f"no formulation could vouch for the lead's modes at E = {energy!r}: move the energy "
            f"slightly ({refused})"
        )
    step = refused.clearance
    return BandEdge(
        f"a mode of the lead has (nearly) zero velocity at E = {energy!r}, where S is not defined: "
        f"use {energy - step:.15g} or {energy + step:.15g} instead ({refused})",
        clearance=step,
    )
