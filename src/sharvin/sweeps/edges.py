"""Energies at which subbands of a device's leads begin or end."""

from collections.abc import Iterable, Mapping

from sharvin.device.blocks import LeadBlocks
from sharvin.device.device import Device
from sharvin.errors import BandEdge, Unreliable
from sharvin.solvers.modes import PreparedLead, prepare
from sharvin.solvers.modes.wire import Wire
from sharvin.sweeps.table import EDGE_WIDTH

Sides = tuple[float, float]


class EdgeFinder:
    """Where leads gain or lose a mode, found by halving, from the leads alone.

    It remembers what it found; one finder serves one chunk, whose cells mostly share their
    leads, so that what it remembers does not depend on other chunks.

    Parameters
    ----------
    device : Device
    width : float
        How closely an edge is enclosed, meV. In a strong field a lead's levels are so flat that
        no answer can be had within a distance of them; a wider enclosure then succeeds where a
        narrow one fails, and is cheaper anyway.
    """

    def __init__(self, device: Device, width: float = EDGE_WIDTH) -> None:
        self._device, self._width = device, width
        # The wire is kept with its edges, so that no other one can come to the same id.
        self._known: dict[int, tuple[Wire, list[Sides]]] = {}

    def sides(self, parameters: Mapping[str, float], low: float, high: float) -> list[float]:
        """Energies on both sides of one change between `low` and `high`, for each wire.

        Edges without an answer within `width` of them are left out.
        """
        near = [
            s for s in self._enclosures(parameters, low, high) if s[1] - s[0] <= 2 * self._width
        ]
        return sorted({energy for pair in near for energy in pair})

    def edges(self, parameters: Mapping[str, float], low: float, high: float) -> list[float]:
        """One energy of change between `low` and `high` for each wire that has any, ascending."""
        found = self._enclosures(parameters, low, high)
        return sorted({0.5 * (below + above) for below, above in found})

    def _enclosures(
        self, parameters: Mapping[str, float], low: float, high: float
    ) -> Iterable[Sides]:
        wires: dict[int, PreparedLead] = {}
        for lead in self._device.lead_blocks(parameters):
            if isinstance(lead, LeadBlocks):
                prepared = prepare(lead.cell, lead.hop, conserved=lead.conserved)
                wires.setdefault(id(prepared.wire), prepared)
        found = (self._enclosure(prepared, low, high) for prepared in wires.values())
        return [pair for pair in found if pair is not None]

    def _enclosure(self, prepared: PreparedLead, low: float, high: float) -> Sides | None:
        _, known = self._known.setdefault(id(prepared.wire), (prepared.wire, []))
        for pair in known:
            if low < pair[0] and pair[1] < high:
                return pair
        found = _around_edge(prepared, low, high, self._width)
        if found is not None:
            known.append(found)
        return found


def _around_edge(prepared: PreparedLead, low: float, high: float, width: float) -> Sides | None:
    """The two sides of a change of the number of modes, by halving; None if none was found."""
    ends, probe = (low, high), low
    try:
        below, probe = prepared.modes(low).count, high
        if prepared.modes(high).count == below:
            return None
        while high - low > width:
            probe = 0.5 * (low + high)
            is_below = prepared.modes(probe).count == below
            low, high = (probe, high) if is_below else (low, probe)
    except BandEdge as edge:
        if probe in ends:
            return None
        # Halving has hit the edge itself; a clearance can be infinite.
        room = max(width, min(edge.clearance, ends[1] - ends[0]))
        return probe - room, probe + room
    except Unreliable:
        return None
    return low, high
