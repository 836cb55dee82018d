"""The scattering matrix and its algebra: knows no device, no solver and no unit."""

from sharvin.scattering.checks import (
    LawReport,
    check_particle_hole,
    check_reciprocity,
    check_unitarity,
)
from sharvin.scattering.circular import circular_ensemble
from sharvin.scattering.joining import connect, join
from sharvin.scattering.smatrix import SMatrix
from sharvin.scattering.states import ScatteringStates

__all__ = [
    "LawReport",
    "SMatrix",
    "ScatteringStates",
    "check_particle_hole",
    "check_reciprocity",
    "check_unitarity",
    "circular_ensemble",
    "connect",
    "join",
]
