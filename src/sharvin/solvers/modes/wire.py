"""An infinite wire: the one object behind a lead and the lead that runs the other way."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from sharvin.solvers.modes.block import Block
from sharvin.solvers.modes.cascade import Verdict, solve
from sharvin.solvers.modes.closed import ClosedForm, closed_part, joint_channels
from sharvin.solvers.modes.limits import Doubt
from sharvin.solvers.modes.modes import Modes, assembled
from sharvin.solvers.modes.part import Part, Place, dead_part, port_part
from sharvin.solvers.modes.partition import Piece, partition
from sharvin.solvers.modes.reality import real_form
from sharvin.typing import NumberArray


class Refused(Exception):
    """No formulation could vouch for an answer at this energy."""

    def __init__(self, doubts: list[tuple[str, Doubt]]) -> None:
        self.doubts = doubts
        super().__init__("; ".join(f"{name}: {doubt}" for name, doubt in doubts))

    @property
    def at_edge(self) -> bool:
        """Whether a mode of vanishing velocity is to blame."""
        return any(doubt.edge for _, doubt in self.doubts)

    @property
    def clearance(self) -> float:
        """How far to move in energy, where a check could tell; NaN otherwise."""
        known = [d.clearance for _, d in self.doubts if math.isfinite(d.clearance)]
        return max(known, default=math.nan)


@dataclass(frozen=True, eq=False)
class Seat:
    """A place in the lead that a block serves, itself or through its complex conjugate.

    ``b`` and ``a`` are the block's ports in the orbitals of the lead.
    """

    place: Place
    conjugated: bool
    b: NumberArray
    a: NumberArray

    def part(self, block: Block, verdict: Verdict) -> Part:
        """The accepted answer of one end of the block, in this place."""
        answer = verdict.answer
        assert answer is not None
        b, a = (self.a, self.b) if verdict.mirrored else (self.b, self.a)
        twist = -self.place.twist if verdict.mirrored else self.place.twist
        paired = block.is_real and (self.place.frame is None or self.place.frame.dtype.kind != "c")
        return port_part(
            replace(self.place, twist=twist),
            b,
            a,
            answer.conjugate() if self.conjugated else answer,
            verdict.method,
            paired=paired,
        )


@dataclass(frozen=True, eq=False)
class Wire:
    """A lead cut into blocks, each with what does not depend on the energy.

    Attributes
    ----------
    size : int
        Orbitals per cell.
    chains : ClosedForm or None
        All blocks that have a closed form, as one set of channels.
    blocks : tuple of (Block, tuple of Seat)
        The others. Blocks that are equal, or complex conjugates of each other (spin partners
        under time reversal), are solved once.
    dead : tuple of Place
        Blocks without hop.
    has_charges : bool
        Whether modes carry the value of a conserved quantity.
    """

    size: int
    chains: ClosedForm | None
    blocks: tuple[tuple[Block, tuple[Seat, ...]], ...]
    dead: tuple[Place, ...]
    has_charges: bool

    @classmethod
    def of(cls, cell: NumberArray, hop: NumberArray, conserved: NumberArray | None) -> "Wire":
        """Cut a lead into pieces and find out which have a closed form."""
        size = len(cell)
        closed, dead = [], []
        open_pieces: list[tuple[Place, Piece]] = []
        for number, piece in enumerate(partition(cell, hop, conserved)):
            place = Place(piece.rows, number, piece.charge, size, piece.frame)
            if not np.any(piece.v):
                dead.append(place)
            elif (channels := joint_channels(piece.h, piece.v)) is not None:
                closed.append((place, piece, channels))
            else:
                open_pieces.append((place, piece))
        is_real = all(q.dtype.kind != "c" for q in (cell, hop)) and (
            conserved is None or conserved.dtype.kind != "c"
        )
        chains = _all_chains(closed, is_real) if closed else None
        blocks = tuple(_seated(group) for group in _twins(open_pieces))
        return cls(size, chains, blocks, tuple(dead), conserved is not None)

    def modes(self, energy: float, ends: Iterable[bool]) -> dict[bool, Modes | Refused]:
        """Modes of the requested ends (False: as given, True: mirrored), or why there are none."""
        ends = list(ends)
        parts: dict[bool, list[Part]] = {end: [dead_part(p) for p in self.dead] for end in ends}
        failed: dict[bool, Refused] = {}
        for end in ends if self.chains is not None else ():
            form = self.chains.mirror() if end else self.chains
            try:
                parts[end].append(closed_part(form, energy))
            except Doubt as doubt:
                failed[end] = Refused([("closed form", doubt)])
        for block, seats in self.blocks:
            wanted = [end for end in ends if end not in failed]
            for end, verdict in solve(block, energy, wanted).items():
                if verdict.answer is None:
                    failed[end] = Refused(verdict.doubts)
                else:
                    parts[end] += [seat.part(block, verdict) for seat in seats]
        return {
            end: failed[end]
            if end in failed
            else assembled(energy, self.size, tuple(parts[end]), with_charges=self.has_charges)
            for end in ends
        }


def _twins(pieces: list[tuple[Place, Piece]]) -> list[list[tuple[Place, Piece, bool]]]:
    """Pieces grouped by content; True marks the complex conjugate of the group's first."""
    groups: list[list[tuple[Place, Piece, bool]]] = []
    for place, piece in pieces:
        for group in groups:
            first = group[0][1]
            if _equal(piece, first.h, first.v):
                group.append((place, piece, False))
                break
            if _equal(piece, first.h.conj(), first.v.conj()):
                group.append((place, piece, True))
                break
        else:
            groups.append([(place, piece, False)])
    return groups


def _equal(piece: Piece, h: NumberArray, v: NumberArray) -> bool:
    return np.array_equal(piece.h, h) and np.array_equal(piece.v, v)


def _seated(group: list[tuple[Place, Piece, bool]]) -> tuple[Block, tuple[Seat, ...]]:
    """The block of a group of twins, real if it can be, and the places it serves."""
    piece = group[0][1]
    disguise = real_form(piece.h, piece.v) if piece.h.dtype.kind == "c" else None
    block = Block.of(piece.h, piece.v) if disguise is None else Block.of(disguise.h, disguise.v)
    seats = []
    for place, own, conjugated in group:
        frame, twist = own.frame, 0.0
        if disguise is not None:
            inner = disguise.frame.conj() if conjugated else disguise.frame
            frame = inner if frame is None else csr_array(csr_array(frame) @ inner)
            twist = -disguise.twist if conjugated else disguise.twist
        seat = replace(place, frame=frame, twist=twist)
        b, a = (q.conj() if conjugated else q for q in (block.b, block.a))
        turned = np.exp(1j * twist) if twist else 1.0
        seats.append(Seat(seat, conjugated, seat.lift(b), turned * seat.lift(a)))
    return block, tuple(seats)


def _all_chains(
    found: list[tuple[Place, Piece, tuple[NumberArray, NumberArray, NumberArray]]], is_real: bool
) -> ClosedForm:
    """The channels of all blocks in closed form, side by side."""
    rows = np.unique(np.concatenate([place.rows for place, _, _ in found]))
    sizes = [len(e) for _, _, (e, _, _) in found]
    lifted = [place.lift(u) for place, _, (_, _, u) in found]
    u = np.zeros((len(rows), sum(sizes)), np.result_type(float, *lifted))
    start = 0
    for (place, _, _), columns in zip(found, lifted, strict=True):
        stop = start + columns.shape[1]
        u[np.searchsorted(rows, place.rows), start:stop] = columns
        start = stop
    scales = [
        float((np.abs(p.h).sum(axis=1) + 2 * np.abs(p.v).sum(axis=1)).max()) for _, p, _ in found
    ]
    return ClosedForm(
        rows,
        u,
        np.concatenate([e for _, _, (e, _, _) in found]),
        np.concatenate([w for _, _, (_, w, _) in found]),
        np.repeat([place.number for place, _, _ in found], sizes),
        np.repeat([place.charge for place, _, _ in found], sizes),
        np.repeat(scales, sizes),
        is_real,
    )
