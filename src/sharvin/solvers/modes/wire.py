"""An infinite wire: the one object behind a lead and the lead that runs the other way."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sharvin.solvers.modes.block import Block
from sharvin.solvers.modes.cascade import solve
from sharvin.solvers.modes.closed import ClosedForm, closed_part, joint_channels
from sharvin.solvers.modes.limits import Doubt
from sharvin.solvers.modes.modes import Modes, assembled
from sharvin.solvers.modes.part import Part, Place, dead_part
from sharvin.solvers.modes.partition import Piece, partition
from sharvin.solvers.modes.seats import Seat, seated
from sharvin.typing import NumberArray


class Refused(Exception):
    """No formulation could vouch for an answer at this energy."""

    def __init__(self, doubts: list[tuple[str, Doubt]], scale: float) -> None:
        self.doubts = doubts
        self.scale = scale
        super().__init__("; ".join(f"{name}: {doubt}" for name, doubt in doubts))

    @property
    def at_edge(self) -> bool:
        """Whether a mode of vanishing velocity is to blame."""
        return any(doubt.edge for _, doubt in self.doubts)

    @property
    def clearance(self) -> float:
        """How far to move in energy: what a check asks for, or a millionth of |H|."""
        known = [d.clearance for _, d in self.doubts if math.isfinite(d.clearance)]
        return max(known, default=1e-6 * self.scale)


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
        The others, with the places that each of them serves.
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
        return cls(size, chains, seated(open_pieces), tuple(dead), conserved is not None)

    def modes(
        self, energy: float, ends: Iterable[bool], careful: bool = False
    ) -> dict[bool, Modes | Refused]:
        """Modes of the requested ends (False: as given, True: mirrored), or why there are none."""
        ends = list(ends)
        parts: dict[bool, list[Part]] = {end: [dead_part(p) for p in self.dead] for end in ends}
        failed: dict[bool, Refused] = {}
        for end in ends:
            if self.chains is None:
                break
            try:
                form = self.chains.mirror() if end else self.chains
                parts[end].append(closed_part(form, energy))
            except Doubt as doubt:
                failed[end] = Refused([("closed form", doubt)], float(self.chains.scale.max()))
        for block, seats in self.blocks:
            wanted = [end for end in ends if end not in failed]
            for end, verdict in solve(block, energy, wanted, careful).items():
                if verdict.answer is None:
                    failed[end] = Refused(verdict.doubts, block.scale)
                else:
                    parts[end] += [seat.part(block, verdict) for seat in seats]
        return {
            end: failed[end]
            if end in failed
            else assembled(energy, self.size, tuple(parts[end]), with_charges=self.has_charges)
            for end in ends
        }


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
