"""Kitaev's chain: the smallest topological superconductor."""

import numpy as np

from sharvin.matter.conserved import Conserved
from sharvin.matter.hopping import Hopping
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.matter.nambu import LABELS
from sharvin.matter.spin import SIGMA_Y, SIGMA_Z
from sharvin.units import quantity


def kitaev_chain(
    *,
    hopping: float | str = 1.0,
    pairing: float | str = 0.4,
    mu: float | str = 0.5,
    spacing: float | str = 1.0,
) -> Model:
    r"""Spinless p-wave superconductor, orbitals (electron, hole) as in `sharvin.matter.nambu`.

    .. math:: H = \sum_j \big[ -\mu\, c_j^\dagger c_j - t (c_{j+1}^\dagger c_j + \text{adjoint})
              + \Delta (c_{j+1}^\dagger c_j^\dagger + \text{adjoint}) \big], \qquad
              E(k) = \pm\sqrt{(2t\cos ka + \mu)^2 + 4 \Delta^2 \sin^2 ka}

    A Majorana state sits at each end for |μ| < 2|t| and Δ ≠ 0.

    Parameters
    ----------
    hopping : float or str
        t, in meV.
    pairing, mu : float or str
        Δ and the chemical potential μ, in meV; defaults of the parameters of these names. A
        device adds its potential to -μ.
    spacing : float or str
        Lattice constant a, in nm.

    References
    ----------
    A. Yu. Kitaev, Phys.-Usp. 44, 131 (2001).
    """
    a = quantity(spacing, "nm", name="spacing")
    t = quantity(hopping, "meV", name="hopping")
    return Model(
        Lattice([[a]]),
        onsite=[{"mu": -SIGMA_Z}],
        # the pairing between neighbors is antisymmetric: Δ for j+1 <- j, -Δ for j <- j+1
        hoppings=[Hopping({"": -t * SIGMA_Z, "pairing": 1j * SIGMA_Y}, (1,))],
        orbitals=2,
        defaults={
            "pairing": quantity(pairing, "meV", name="pairing"),
            "mu": quantity(mu, "meV", name="mu"),
        },
        units={"pairing": "meV", "mu": "meV"},
        charges=[np.array([-1.0, 1.0])],
        conserved={"particle": Conserved((SIGMA_Z,), LABELS)},
        name="Kitaev chain",
    )
