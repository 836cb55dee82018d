"""Which blocks must be solved, and which places of the lead each of them serves."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from sharvin.solvers.modes.block import Block, sparse_if_worth
from sharvin.solvers.modes.cascade import Verdict
from sharvin.solvers.modes.part import Part, Place, port_part
from sharvin.solvers.modes.partition import Piece, without_rounding
from sharvin.solvers.modes.symmetry import conjugate_partner, mirror_sectors, real_form
from sharvin.typing import NumberArray

Group = list[tuple[Place, Piece, bool]]


@dataclass(frozen=True, eq=False)
class Seat:
    """A place in the lead that a block serves, itself or through its complex conjugate.

    ``b`` and ``a`` are the block's ports in the orbitals of the lead, sparse where that pays.
    """

    place: Place
    conjugated: bool
    b: Any
    a: Any

    def part(self, block: Block, verdict: Verdict) -> Part:
        """The accepted answer of one end of the block, in this place."""
        answer = verdict.answer
        assert answer is not None
        b, a, twist = self.b, self.a, self.place.twist
        if verdict.mirrored:
            # Seen from its other end the twist changes sign, and b† psi_0 must not carry it.
            turned = np.exp(-1j * twist) if twist else 1.0
            b, a, twist = turned * a, turned * b, -twist
        frame = self.place.frame
        return port_part(
            replace(self.place, twist=twist),
            b,
            a,
            answer.conjugate() if self.conjugated else answer,
            verdict.method,
            paired=block.is_real and (frame is None or frame.dtype.kind != "c"),
        )


@dataclass(frozen=True, eq=False)
class _View:
    """How a block appears in a piece: basis vectors, momentum shift, conjugated or not."""

    frame: csr_array | None = None
    twist: float = 0.0
    conjugated: bool = False

    def conjugate(self) -> "_View":
        """The view from the conjugate of the piece."""
        frame = None if self.frame is None else self.frame.conj()
        return _View(frame, -self.twist, not self.conjugated)

    def through(self, inner: "_View") -> "_View":
        """A view through another: the block in ``inner``, and that in this one."""
        if self.conjugated:
            inner = inner.conjugate()
        frame = inner.frame if self.frame is None else self.frame
        if self.frame is not None and inner.frame is not None:
            frame = csr_array(self.frame @ inner.frame)
        return _View(frame, self.twist + inner.twist, inner.conjugated)


def seated(pieces: list[tuple[Place, Piece]]) -> tuple[tuple[Block, tuple[Seat, ...]], ...]:
    """Blocks to solve with the places they serve.

    Equal pieces, complex conjugates (spin partners under time reversal) and mirror images are
    solved once; a mirror halves a block, and what can be real is made real.
    """
    blocks = []
    for group in _twins(pieces):
        for block, views in _reduced(group[0][1]):
            seats = [
                _seat(place, block, view.conjugate() if conjugated else view)
                for place, _, conjugated in group
                for view in views
            ]
            blocks.append((block, tuple(seats)))
    return tuple(blocks)


def _seat(place: Place, block: Block, view: _View) -> Seat:
    """A place with the block's basis and ports in the orbitals of the lead."""
    frame: Any = place.frame if view.frame is None else view.frame
    if place.frame is not None and view.frame is not None:
        frame = csr_array(csr_array(place.frame) @ view.frame)
    own = replace(place, frame=frame, twist=view.twist)
    b, a = (q.conj() if view.conjugated else q for q in (block.b, block.a))
    turned = np.exp(1j * view.twist) if view.twist else 1.0
    return Seat(
        own, view.conjugated, sparse_if_worth(own.lift(b)), sparse_if_worth(turned * own.lift(a))
    )


def _twins(pieces: list[tuple[Place, Piece]]) -> list[Group]:
    """Pieces grouped by content; True marks the complex conjugate of the group's first."""
    groups: list[Group] = []
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


def _reduced(piece: Piece) -> list[tuple[Block, list[_View]]]:
    """The smallest blocks that make up a piece, each with its views in it."""
    sectors = mirror_sectors(piece.h, piece.v)
    if sectors is None:
        block, view = _realized(piece.h, piece.v)
        return [(block, [view])]
    found = []
    for basis in sectors:
        h, v = (without_rounding(_within(basis, q), q) for q in (piece.h, piece.v))
        block, view = _realized((h + h.conj().T) / 2, v)
        views = [_View(basis).through(view)]
        partner = conjugate_partner(piece.h, piece.v, *sectors)
        if partner is not None:
            views.append(_View(partner[0], partner[1], conjugated=True).through(view))
            return [(block, views)]
        found.append((block, views))
    return found


def _within(basis: csr_array, matrix: NumberArray) -> NumberArray:
    """A matrix between the vectors of a sparse basis."""
    turned = basis.conj().T @ sparse_if_worth(matrix) @ basis
    dense: NumberArray = turned if isinstance(turned, np.ndarray) else turned.toarray()
    return dense


def _realized(h: NumberArray, v: NumberArray) -> tuple[Block, _View]:
    """The block itself, or its real form seen through a unitary frame."""
    if h.dtype.kind != "c" and v.dtype.kind != "c":
        return Block.of(h, v), _View()
    h, v = h.astype(complex), v.astype(complex)
    disguise = real_form(h, v)
    if disguise is None:
        return Block.of(h, v), _View()
    return Block.of(disguise.h, disguise.v), _View(disguise.frame, disguise.twist)
