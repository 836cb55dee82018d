"""Modes and self-energies of half-infinite leads: right, or refused with the reason."""

from sharvin.solvers.modes.modes import Modes
from sharvin.solvers.modes.ports import Ports
from sharvin.solvers.modes.prepare import PreparedLead, both_ends, prepare

__all__ = ["Modes", "Ports", "PreparedLead", "both_ends", "prepare"]
