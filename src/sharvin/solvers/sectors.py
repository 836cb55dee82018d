"""Glue sector by sector: what neither the device nor a lead connects is solved apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import connected_components

from sharvin.numerics.elimination import Reduced
from sharvin.solvers.channels import Channels
from sharvin.solvers.glue import glue
from sharvin.solvers.glued import Glued
from sharvin.solvers.root import assemble
from sharvin.typing import BoolArray, ComplexArray, IntArray, NumberArray

# A lead couples two sectors only by more than rounding of its own modes.
COUPLED = 1e-14


@dataclass(frozen=True, eq=False)
class Joined:
    """A device joined to all of its leads.

    Parameters
    ----------
    data : complex array, shape (n, n)
        S in unit-current modes, leads in order.
    waves : tuple of complex array, shape (k + q, n)
        Per sector of the interior, its root unknowns for each incoming mode.
    error : float
        Estimated largest error of an element of S.
    """

    data: ComplexArray
    waves: tuple[ComplexArray, ...]
    error: float


def join_sectors(
    parts: Sequence[Reduced],
    kept: Sequence[IntArray],
    channels: Sequence[Channels],
    places: Sequence[IntArray],
) -> Joined:
    """Join eliminated sectors to the leads.

    Parameters
    ----------
    parts : sequence of Reduced
        One per sector.
    kept : sequence of integer array
        Which of the interface's orbitals each sector holds.
    channels : sequence of Channels
        One per lead.
    places : sequence of integer array
        Which of the interface's orbitals each lead touches.
    """
    size = sum(len(k) for k in kept)
    offsets = np.concatenate([[0], np.cumsum([c.count for c in channels])])
    total = int(offsets[-1])
    if len(parts) <= 1:
        glued = glue(assemble(parts, kept, size), channels, places)
        return refer(Joined(glued.data, (glued.waves,), glued.error), channels)
    owner = np.empty(size, dtype=np.int64)
    for number, held in enumerate(kept):
        owner[held] = number
    groups, of_mode = _groups(len(parts), channels, [owner[p] for p in places])
    data = np.zeros((total, total), complex)
    waves = [np.zeros((len(p.matrix), total), complex) for p in parts]
    error = 0.0
    for group in range(int(groups.max(initial=-1)) + 1):
        members = np.flatnonzero(groups == group)
        modes = np.flatnonzero(of_mode == group)
        one = _glue_group(members, group, groups[owner], parts, kept, channels, places, of_mode)
        data[np.ix_(modes, modes)] = one.data
        error = max(error, one.error)
        _deal_out(one, members, modes, parts, kept, waves)
    return refer(Joined(data, tuple(waves), error), channels)


def _groups(
    count: int, channels: Sequence[Channels], owners: Sequence[IntArray]
) -> tuple[IntArray, IntArray]:
    """Group of every sector and of every mode: connected through leads."""
    links = np.eye(count, dtype=bool)
    reached: list[BoolArray] = []
    for lead, owner in zip(channels, owners, strict=True):
        member = owner[:, None] == np.arange(count)
        if lead.ports is not None:
            touched = member.any(axis=0)
            links |= np.outer(touched, touched)
            reached += [touched] * lead.count
            continue
        w = lead.v if lead.turn is None else lead.v @ lead.turn
        links |= (member.T.astype(int) @ _strong(lead.hermitian) @ member) > 0
        bound = _strong(lead.direct) | np.eye(lead.count, dtype=bool)
        touched = (bound | bound.T).astype(int) @ (_strong(w).T.astype(int) @ member) > 0
        for row in touched:
            links |= np.outer(row, row)
        reached += list(touched)
    groups = connected_components(links, directed=False)[1].astype(np.int64)
    of_mode = np.array([groups[np.argmax(row)] for row in reached], dtype=np.int64)
    return groups, of_mode


def _strong(a: NumberArray) -> BoolArray:
    """Entries that are more than rounding."""
    size = np.abs(a)
    strong: BoolArray = size > COUPLED * size.max(initial=0.0)
    return strong


def _glue_group(
    members: IntArray,
    group: int,
    group_of_orbital: IntArray,
    parts: Sequence[Reduced],
    kept: Sequence[IntArray],
    channels: Sequence[Channels],
    places: Sequence[IntArray],
    of_mode: IntArray,
) -> Glued:
    """Glue the sectors of one group with their part of each lead."""
    mine = np.flatnonzero(group_of_orbital == group)
    local = np.full(len(group_of_orbital), -1)
    local[mine] = np.arange(len(mine))
    root = assemble([parts[i] for i in members], [local[kept[i]] for i in members], len(mine))
    chosen, spots, start = [], [], 0
    for lead, place in zip(channels, places, strict=True):
        modes = np.flatnonzero(of_mode[start : start + lead.count] == group)
        start += lead.count
        orbitals = np.flatnonzero(group_of_orbital[place] == group)
        whole = lead.ports is not None and len(orbitals)
        if lead.ports is not None and not whole:
            continue
        chosen.append(lead if whole else lead.only(orbitals, modes))
        spots.append(local[place[orbitals]])
    return glue(root, chosen, spots)


def _deal_out(
    one: Glued,
    members: IntArray,
    modes: IntArray,
    parts: Sequence[Reduced],
    kept: Sequence[IntArray],
    waves: list[ComplexArray],
) -> None:
    """Write a group's waves back to its sectors (delayed unknowns first, then kept ones)."""
    delayed = sum(parts[i].delayed for i in members)
    start = 0
    mine = np.sort(np.concatenate([kept[i] for i in members]))
    for i in members:
        k = parts[i].delayed
        waves[i][:k, modes] = one.waves[start : start + k]
        waves[i][k:, modes] = one.waves[delayed + np.searchsorted(mine, kept[i])]
        start += k


def refer(joined: Joined, channels: Sequence[Channels]) -> Joined:
    """Refer amplitudes to a lead's first cell where that cell became part of the device.

    There the solve saw the wave one cell further out: out' = lam_out out, in' = lam_in in.
    """
    if all(c.turn_out is None for c in channels):
        return joined
    out = np.concatenate([np.ones(c.count) if c.turn_out is None else c.turn_out for c in channels])
    into = np.concatenate([np.ones(c.count) if c.turn_in is None else c.turn_in for c in channels])
    data = joined.data / out[:, None] * into
    return Joined(data, tuple(w * into for w in joined.waves), joined.error)
