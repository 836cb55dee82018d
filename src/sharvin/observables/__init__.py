"""What an S-matrix predicts for a measurement: pure functions, no solver."""

from sharvin.observables.conductance import conductance, conductance_matrix
from sharvin.observables.eigenchannels import fano_factor, transmission_eigenvalues
from sharvin.observables.resistance import resistance

__all__ = [
    "conductance",
    "conductance_matrix",
    "fano_factor",
    "resistance",
    "transmission_eigenvalues",
]
