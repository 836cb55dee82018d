"""The fractional quantum Hall effect, exactly, for as many electrons as fit into memory.

Repulsions (`Haldane`, `Coulomb`, `Cluster`) in the lowest Landau level of a `Torus`, `Sphere`,
`Cylinder` or `Disk`, and in a `FlatBand` of a lattice without a field. Lengths in magnetic lengths
l, energies in pseudopotentials V or e²/4πε l.
"""

from sharvin.manybody.fractional.basis import Basis, Orbitals
from sharvin.manybody.fractional.counting import (
    ground_state_charges,
    laughlin_zero_modes_sphere,
    laughlin_zero_modes_torus,
)
from sharvin.manybody.fractional.cylinder import Cylinder
from sharvin.manybody.fractional.density import (
    PairCorrelation,
    cap_charge,
    density,
    excess_charge,
    pair_correlation,
    pumped_charge,
)
from sharvin.manybody.fractional.disk import Disk
from sharvin.manybody.fractional.entanglement import particle_entanglement
from sharvin.manybody.fractional.flat_bands import (
    FlatBand,
    ManyBodyChern,
    Repulsion,
    checkerboard,
    many_body_chern,
    spectral_flow,
)
from sharvin.manybody.fractional.gaps import Gap, excitation_gap, inequivalent_charges
from sharvin.manybody.fractional.hamiltonian import Hamiltonian, Size
from sharvin.manybody.fractional.impurities import random_potential, rough_levels, triplet_energies
from sharvin.manybody.fractional.interactions import Cluster, Coulomb, Haldane
from sharvin.manybody.fractional.solve import (
    Levels,
    hamiltonian,
    lowest_levels,
    lowest_states,
    sector_dimensions,
    sector_size,
    spectrum,
    zero_modes,
)
from sharvin.manybody.fractional.sphere import Sphere
from sharvin.manybody.fractional.states import (
    flux_return,
    laughlin,
    laughlin_multiplet,
    overlap,
    transition_matrix,
)
from sharvin.manybody.fractional.terms import Terms, one_body
from sharvin.manybody.fractional.torus import Torus

__all__ = [
    "Basis",
    "Cluster",
    "Coulomb",
    "Cylinder",
    "Disk",
    "FlatBand",
    "Gap",
    "Haldane",
    "Hamiltonian",
    "Levels",
    "ManyBodyChern",
    "Orbitals",
    "PairCorrelation",
    "Repulsion",
    "Size",
    "Sphere",
    "Terms",
    "Torus",
    "cap_charge",
    "checkerboard",
    "density",
    "excess_charge",
    "excitation_gap",
    "flux_return",
    "ground_state_charges",
    "hamiltonian",
    "inequivalent_charges",
    "laughlin",
    "laughlin_multiplet",
    "laughlin_zero_modes_sphere",
    "laughlin_zero_modes_torus",
    "lowest_levels",
    "lowest_states",
    "many_body_chern",
    "one_body",
    "overlap",
    "pair_correlation",
    "particle_entanglement",
    "pumped_charge",
    "random_potential",
    "rough_levels",
    "sector_dimensions",
    "sector_size",
    "spectral_flow",
    "spectrum",
    "transition_matrix",
    "triplet_energies",
    "zero_modes",
]
