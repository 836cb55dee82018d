"""The ideal gas behind a device: mass, Fermi energy and wavelength, where the model has them."""

import math
from dataclasses import dataclass

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.matter.model import Model
from sharvin.units import BOLTZMANN, HBAR2_OVER_2ME

BONDS = 3  # to nearest neighbors, per cell of a honeycomb lattice


def effective_mass(model: object) -> float | None:
    """Mass of an `electron_gas` in electron masses, None for any other model.

    The hopping of the grid is t = ħ²/(2ma²), so the mass is exact, not fitted to a band.
    """
    if not isinstance(model, Model) or model.name != "electron gas":
        return None
    hop = model.hopping_block(0, {})
    spacing = float(np.linalg.norm(model.lattice.vectors[0]))
    return float(HBAR2_OVER_2ME / (abs(hop[0, 0]) * spacing**2))


def fermi_energy(model: object, density: float) -> float:
    r"""Fermi energy of a two-dimensional gas or of graphene at zero field, in meV.

    .. math:: E_F = \frac{2 \pi \hbar^2 n}{g m} \qquad \text{and} \qquad
              E_F = \pm \hbar v \sqrt{\pi |n|}, \quad \hbar v = \tfrac{\sqrt 3}{2} a t

    with all spins (and valleys) counted in g; the grid's own dispersion does not enter. From the
    band bottom and from the Dirac point, where a negative density means holes. A Zeeman energy
    leaves it where it is as long as both spins are occupied.

    Parameters
    ----------
    model : Model
        From ``electron_gas(dimension=2)`` or ``graphene()`` without next-nearest neighbors.
    density : float
        In 1/nm².

    References
    ----------
    A. H. Castro Neto et al., Rev. Mod. Phys. 81, 109 (2009).
    """
    velocity = dirac_velocity(model)
    if velocity is not None:
        return math.copysign(velocity * math.sqrt(math.pi * abs(density)), density)
    mass = effective_mass(model)
    if mass is None or not isinstance(model, Model) or model.lattice.dimension != 2:
        raise InvalidInput(
            "density= is known only for a two-dimensional electron_gas and for graphene without "
            "next-nearest neighbors; give chemical_potential= in meV"
        )
    if not density > 0:
        raise InvalidInput(f"a density must be positive, got {density * 1e18:g} m^-2")
    copies = model.degeneracy * model.orbitals[0]
    return 4 * math.pi * HBAR2_OVER_2ME / mass * density / copies


def dirac_velocity(model: object) -> float | None:
    """Velocity times ħ of graphene in meV nm, the same for every scaling; None for other models."""
    if not isinstance(model, Model) or model.name.split(" ")[0] != "graphene":
        return None
    if len(model.hoppings) != BONDS:
        return None
    constant = float(np.linalg.norm(model.lattice.vectors[0]))
    return math.sqrt(0.75) * constant * float(abs(model.hopping_block(0, {})[0, 0]))


@dataclass(frozen=True)
class Gas:
    """Lengths of an ideal gas with a parabolic band.

    Parameters
    ----------
    mass : float
        In electron masses.
    """

    mass: float

    def wavelength(self, energy: float) -> float:
        """Wavelength 2π/k in nm at an energy in meV."""
        return 2 * math.pi / math.sqrt(energy * self.mass / HBAR2_OVER_2ME)

    def thermal_length(self, energy: float, temperature: float) -> float:
        r"""Ballistic thermal length :math:`\hbar v / k_B T` in nm, at meV and K."""
        return 2 * math.sqrt(energy * HBAR2_OVER_2ME / self.mass) / (BOLTZMANN * temperature)
