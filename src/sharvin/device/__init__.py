"""What lies between the leads: geometry, Hamiltonian, potentials, fields and the leads.

A device is carved from a model (`Device`) or given by matrices (`Device.from_matrices`). Solvers
see neither: they ask for a sparsity pattern, values and lead blocks at a point of a sweep.
"""

from sharvin.device.device import Device
from sharvin.device.disorder import Disorder, disorder
from sharvin.device.lead import Lead, lead
from sharvin.device.leads import MatrixLead, SelfEnergyLead
from sharvin.device.potentials import Potential
from sharvin.device.regions import (
    Region,
    box,
    disk,
    everything,
    from_function,
    half_plane,
    interval,
    polygon,
    rectangle,
    ring,
)

__all__ = [
    "Device",
    "Disorder",
    "Lead",
    "MatrixLead",
    "Potential",
    "Region",
    "SelfEnergyLead",
    "box",
    "disk",
    "disorder",
    "everything",
    "from_function",
    "half_plane",
    "interval",
    "lead",
    "polygon",
    "rectangle",
    "ring",
]
