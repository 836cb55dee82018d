"""Qi-Wu-Zhang model: the smallest Chern insulator, on a square lattice."""

import numpy as np

from sharvin.matter.hopping import Hopping
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.matter.spin import IDENTITY, SIGMA_X, SIGMA_Y, SIGMA_Z
from sharvin.units import quantity


def qwz(*, mass: float = -1.0, hopping: float | str = 1.0, spacing: float | str = 1.0) -> Model:
    r"""Two orbitals per site that mix along every bond.

    .. math:: H(\mathbf k) = t \big[ \sin k_x a\, \sigma_x + \sin k_y a\, \sigma_y
              + (m + \cos k_x a + \cos k_y a)\, \sigma_z \big]

    The gap closes at m = -2, 0, 2. The lower band has Chern number +1 for -2 < m < 0, -1 for
    0 < m < 2 and 0 beyond (signs as in `sharvin.topology.chern_number`).

    Parameters
    ----------
    mass : float
        m, in units of t; the default of the parameter ``"mass"``.
    hopping : float or str
        t, in meV.
    spacing : float or str
        Lattice constant a, in nm.

    References
    ----------
    X.-L. Qi, Y.-S. Wu, S.-C. Zhang, Phys. Rev. B 74, 085308 (2006).
    """
    a = quantity(spacing, "nm", name="spacing")
    t = quantity(hopping, "meV", name="hopping")
    # ⟨n+1|H|n⟩ = (σ_z + iσ)/2 puts sin k σ + cos k σ_z into the Bloch Hamiltonian.
    return Model(
        Lattice(a * np.eye(2)),
        onsite=[{"": 0 * IDENTITY, "mass": t * SIGMA_Z}],
        hoppings=[
            Hopping(t / 2 * (SIGMA_Z + 1j * SIGMA_X), (1, 0)),
            Hopping(t / 2 * (SIGMA_Z + 1j * SIGMA_Y), (0, 1)),
        ],
        orbitals=2,
        defaults={"mass": float(mass)},
        name="Qi-Wu-Zhang model",
    )
