"""Luttinger liquids: clean wires between leads, impurities at any temperature, power laws.

Conductances are per channel in e²/h; K is the Luttinger parameter of the charge, below one with
repulsion.
"""

from sharvin.manybody.luttinger.bethe import bethe_conductance, half_conductance
from sharvin.manybody.luttinger.exponents import Exponents, exponents, tunneling_dos
from sharvin.manybody.luttinger.impurity import Crossover, impurity_conductance
from sharvin.manybody.luttinger.parameter import (
    ParameterFit,
    fit_parameter,
    xxz_parameter,
    xxz_velocity,
)
from sharvin.manybody.luttinger.weak import (
    device_conductance,
    renormalized_conductance,
    renormalized_transmission,
)
from sharvin.manybody.luttinger.wire import (
    Echoes,
    ac_conductance,
    clean_conductance,
    echoes,
    layered_conductance,
    propagate_pulse,
)

__all__ = [
    "Crossover",
    "Echoes",
    "Exponents",
    "ParameterFit",
    "ac_conductance",
    "bethe_conductance",
    "clean_conductance",
    "device_conductance",
    "echoes",
    "exponents",
    "fit_parameter",
    "half_conductance",
    "impurity_conductance",
    "layered_conductance",
    "propagate_pulse",
    "renormalized_conductance",
    "renormalized_transmission",
    "tunneling_dos",
    "xxz_parameter",
    "xxz_velocity",
]
