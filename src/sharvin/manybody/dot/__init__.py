"""Quantum dots that charge one electron at a time: peaks, diamonds, honeycombs.

>>> from sharvin.manybody import dot
>>> d = dot.constant_interaction([0.0, 0.5], capacitances={"source": 30, "drain": 30, "gate": 20})
>>> d
Dot of 4 orbitals, 0 to 4 electrons; gates: source, drain, gate
>>> i = dot.transport(d, rates={"source": 0.002, "drain": 0.002}, temperature=0.2, gate=0.005)
>>> i.attrs["trust"]
'quantitative'

`transport` gives charge, energy and heat currents, `differential_conductance` the diamonds,
`noise` the fluctuations, and `pump` what a cycle of gates and barriers carries without a bias.
`closed_levels` takes levels and rates from a `sharvin.Device`. What can be trusted stands in the
``attrs`` of every result.
"""

from sharvin.manybody.dot.capacitance import constant_interaction, coupled_islands
from sharvin.manybody.dot.closed import ClosedLevels, closed_levels
from sharvin.manybody.dot.model import Dot, quantum_dot
from sharvin.manybody.dot.noise import noise
from sharvin.manybody.dot.pump import pump, pumping_curvature
from sharvin.manybody.dot.transport import differential_conductance, transport

__all__ = [
    "ClosedLevels",
    "Dot",
    "closed_levels",
    "constant_interaction",
    "coupled_islands",
    "differential_conductance",
    "noise",
    "pump",
    "pumping_curvature",
    "quantum_dot",
    "transport",
]
