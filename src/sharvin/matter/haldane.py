"""Haldane's model: a quantum Hall effect without Landau levels."""

import numpy as np

from sharvin.matter.honeycomb import LOOPS, honeycomb, nearest
from sharvin.matter.hopping import Hopping
from sharvin.matter.model import Model
from sharvin.units import quantity


def haldane(
    *,
    hopping: float | str = 1.0,
    next_nearest: float | str = 0.1,
    phase: float = np.pi / 2,
    staggered: float | str = 0.0,
    lattice_constant: float | str = 1.0,
) -> Model:
    r"""Honeycomb lattice with complex second neighbors and a staggered potential, without spin.

    .. math:: H = -t \sum_{\langle ij \rangle} c_i^\dagger c_j
              - t_2 \sum_{\langle\langle ij \rangle\rangle} e^{i \nu_{ij} \phi} c_i^\dagger c_j
              + M \sum_i \xi_i c_i^\dagger c_i

    ν = +1 where the electron goes counterclockwise around a hexagon, ξ = +1 on sublattice A. The
    lower band has Chern number sign(sin φ) for :math:`|M| < 3 \sqrt 3\, |t_2 \sin \phi|` and zero
    beyond (for t_2 > 0, signs as in `sharvin.topology.chern_number`); the gap is
    :math:`2 \big| |M| - 3 \sqrt 3\, |t_2 \sin\phi| \big|` near the transition.

    Parameters
    ----------
    hopping, next_nearest : float or str
        t and t_2, in meV (matrix elements -t and -t_2 exp(±iφ)).
    phase : float
        φ, in rad.
    staggered : float or str
        M, in meV; the default of the parameter ``"staggered"``.
    lattice_constant : float or str
        √3 times the distance of neighbors, in nm.

    References
    ----------
    F. D. M. Haldane, Phys. Rev. Lett. 61, 2015 (1988).
    """
    t = quantity(hopping, "meV", name="hopping")
    t2 = quantity(next_nearest, "meV", name="next_nearest")
    second = [
        Hopping(-t2 * np.exp(1j * nu * phase), offset, to=site, from_=site)
        for site, nu in ((0, 1), (1, -1))
        for offset in LOOPS
    ]
    return Model(
        honeycomb(lattice_constant),
        onsite=[{"staggered": 1.0}, {"staggered": -1.0}],
        hoppings=[*nearest(-t), *second],
        defaults={"staggered": quantity(staggered, "meV", name="staggered")},
        units={"staggered": "meV"},
        name="Haldane model",
    )
