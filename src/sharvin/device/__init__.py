"""What lies between the leads: geometry, Hamiltonian, potentials, fields and the leads.

A device is carved from a model (`Device`) or given by matrices (`Device.from_matrices`). Solvers
see neither: they ask for a sparsity pattern, values and lead blocks at a point of a sweep.
"""

from sharvin.device.constrictions import cosh_barrier, find_saddle, saddle, taper
from sharvin.device.device import Device
from sharvin.device.disorder import Disorder, disorder
from sharvin.device.electrostatics import thomas_fermi
from sharvin.device.gates import gate, lever_arm, split_gate
from sharvin.device.grids import grid_potential
from sharvin.device.lead import Lead, lead
from sharvin.device.leads import MatrixLead, SelfEnergyLead
from sharvin.device.potentials import Potential
from sharvin.device.random_fields import correlated_disorder, donor_disorder
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
    "correlated_disorder",
    "cosh_barrier",
    "disk",
    "disorder",
    "donor_disorder",
    "everything",
    "find_saddle",
    "from_function",
    "gate",
    "grid_potential",
    "half_plane",
    "interval",
    "lead",
    "lever_arm",
    "polygon",
    "rectangle",
    "ring",
    "saddle",
    "split_gate",
    "taper",
    "thomas_fermi",
]
