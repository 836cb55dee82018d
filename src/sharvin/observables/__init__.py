"""What an S-matrix predicts for a measurement: pure functions, no solver."""

from sharvin.observables.andreev import (
    andreev_blocks,
    andreev_levels,
    ns_conductance,
    ns_conductance_matrix,
)
from sharvin.observables.conductance import conductance, conductance_matrix
from sharvin.observables.eigenchannels import fano_factor, transmission_eigenvalues
from sharvin.observables.resistance import resistance

__all__ = [
    "andreev_blocks",
    "andreev_levels",
    "conductance",
    "conductance_matrix",
    "fano_factor",
    "ns_conductance",
    "ns_conductance_matrix",
    "resistance",
    "transmission_eigenvalues",
]
