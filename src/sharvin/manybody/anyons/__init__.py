"""Anyons: fusion, braiding, and quantum gates written as braids.

>>> from sharvin.manybody import anyons
>>> space = anyons.FusionSpace(anyons.fibonacci(), ("τ",) * 3, "τ")
>>> one, other = anyons.Braid(3, (1, 2)), anyons.Braid(3, (2, 1))
>>> state = anyons.apply(space, one, space.state(["1"]))
>>> anyons.fusion_probabilities(space, state, first=1, last=2)  # doctest: +SKIP
>>> len(anyons.compile_rotation(0.7, error=1e-10).braid)
123

`fibonacci`, `ising`, `su2`, `abelian` and `laughlin` are models, verified when they are made;
`FusionSpace` holds the states of n anyons; `compile_gate` finds the braid of a gate.
"""

from sharvin.manybody.anyons.braid import Braid, from_syllables
from sharvin.manybody.anyons.catalog import abelian, fibonacci, ising, laughlin, su2
from sharvin.manybody.anyons.compiling.compiled import (
    CompiledGate,
    compile_gate,
    compile_rotation,
    qubit,
)
from sharvin.manybody.anyons.compiling.search import braid_table
from sharvin.manybody.anyons.compiling.two_qubits import (
    TwoQubitGate,
    controlled_not,
    two_qubit_gate,
    two_qubits,
)
from sharvin.manybody.anyons.compiling.unitary import GATES, distance, gate, rotation_z
from sharvin.manybody.anyons.interferometer import interference, laughlin_phase
from sharvin.manybody.anyons.knots import closure_amplitude, jones_polynomial
from sharvin.manybody.anyons.measurement import charge_projector, collapsed, fusion_probabilities
from sharvin.manybody.anyons.model import AnyonModel
from sharvin.manybody.anyons.modular import (
    central_charge,
    is_modular,
    monodromy,
    quantum_dimensions,
    s_matrix,
    t_matrix,
    twists,
    verlinde,
)
from sharvin.manybody.anyons.space import FusionSpace, after, apply, exchange, generators, matrix
from sharvin.manybody.anyons.worldlines import Worldlines, jittered, read_braid, worldlines

__all__ = [
    "GATES",
    "AnyonModel",
    "Braid",
    "CompiledGate",
    "FusionSpace",
    "TwoQubitGate",
    "Worldlines",
    "abelian",
    "after",
    "apply",
    "braid_table",
    "central_charge",
    "charge_projector",
    "closure_amplitude",
    "collapsed",
    "compile_gate",
    "compile_rotation",
    "controlled_not",
    "distance",
    "exchange",
    "fibonacci",
    "from_syllables",
    "fusion_probabilities",
    "gate",
    "generators",
    "interference",
    "is_modular",
    "ising",
    "jittered",
    "jones_polynomial",
    "laughlin",
    "laughlin_phase",
    "matrix",
    "monodromy",
    "quantum_dimensions",
    "qubit",
    "read_braid",
    "rotation_z",
    "s_matrix",
    "su2",
    "t_matrix",
    "twists",
    "two_qubit_gate",
    "two_qubits",
    "verlinde",
    "worldlines",
]
