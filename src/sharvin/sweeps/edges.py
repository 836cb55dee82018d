"""Energies at which subbands of a device's leads begin or end."""

from collections.abc import Mapping

from sharvin.device.blocks import LeadBlocks
from sharvin.device.device import Device
from sharvin.errors import BandEdge, Unreliable
from sharvin.solvers.modes import PreparedLead, prepare
from sharvin.sweeps.table import EDGE_WIDTH


class BandEdges:
    """Changes of the number of modes of any lead, found by halving, from the leads alone.

    It remembers what it found, by the content of the leads.
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        # The lead is kept with its edges, so that no other one can come to the same id.
        self._known: dict[int, tuple[PreparedLead, list[float]]] = {}

    def __call__(self, parameters: Mapping[str, float], low: float, high: float) -> list[float]:
        """One energy of change between `low` and `high` for each lead that has any, ascending.

        Each is known to 1e-6 meV.
        """
        found: set[float] = set()
        for lead in self._device.lead_blocks(parameters):
            if isinstance(lead, LeadBlocks):
                prepared = prepare(lead.cell, lead.hop, conserved=lead.conserved)
                _, edges = self._known.setdefault(id(prepared), (prepared, []))
                edge = next((e for e in edges if low < e < high), None)
                if edge is None:
                    edge = _edge(prepared, low, high)
                    if edge is not None:
                        edges.append(edge)
                if edge is not None:
                    found.add(edge)
        return sorted(found)


def _edge(lead: PreparedLead, low: float, high: float) -> float | None:
    """Where the number of modes changes, by halving; None if it is the same at both ends."""
    try:
        below = lead.modes(low).count
        if lead.modes(high).count == below:
            return None
    except Unreliable:
        return None
    while high - low > EDGE_WIDTH:
        middle = 0.5 * (low + high)
        try:
            is_below = lead.modes(middle).count == below
        except BandEdge:  # halving has hit the edge itself
            return middle
        except Unreliable:
            return None
        low, high = (middle, high) if is_below else (low, middle)
    return 0.5 * (low + high)
