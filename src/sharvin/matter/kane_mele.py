"""The Kane-Mele model: a quantum spin Hall insulator on the honeycomb lattice."""

from sharvin.matter.conserved import Conserved
from sharvin.matter.honeycomb import LOOPS, honeycomb, nearest
from sharvin.matter.hopping import Hopping
from sharvin.matter.model import Model
from sharvin.matter.spin import IDENTITY, PAULI, SIGMA_X, SIGMA_Y, SIGMA_Z
from sharvin.typing import NumberArray, RealArray
from sharvin.units import quantity


def kane_mele(
    *,
    hopping: float | str = 1.0,
    spin_orbit: float | str = 0.06,
    rashba: float | str = 0.0,
    staggered: float | str = 0.0,
    lattice_constant: float | str = 1.0,
) -> Model:
    r"""Honeycomb lattice with intrinsic and Rashba spin-orbit coupling; orbitals (up, down).

    .. math:: H = -t \sum_{\langle ij \rangle} c_i^\dagger c_j
              - i \lambda \sum_{\langle\langle ij \rangle\rangle} \nu_{ij} c_i^\dagger \sigma_z c_j
              + i \lambda_R \sum_{\langle ij \rangle} c_i^\dagger
                (\boldsymbol\sigma \times \hat{\mathbf d}_{ij})_z c_j
              + \lambda_v \sum_i \xi_i c_i^\dagger c_i

    ν = +1 counterclockwise around a hexagon, :math:`\hat{\mathbf d}_{ij}` the unit vector from j
    to i, ξ = +1 on A. Without Rashba coupling the spin is conserved, the model is two copies of
    `haldane` (spin up with Chern number +1 for λ > 0), and it is a quantum spin Hall insulator for
    :math:`|\lambda_v| < 3\sqrt 3 |\lambda|`.

    Parameters
    ----------
    hopping : float or str
        t, in meV (matrix element -t).
    spin_orbit, rashba, staggered : float or str
        λ, λ_R and λ_v, in meV; defaults of the parameters of these names.
    lattice_constant : float or str
        √3 times the distance of neighbors, in nm.

    References
    ----------
    C. L. Kane and E. J. Mele, Phys. Rev. Lett. 95, 146802 and 226801 (2005).
    """
    t = quantity(hopping, "meV", name="hopping")
    tilted = quantity(rashba, "meV", name="rashba")

    def bond(unit: RealArray) -> dict[str, NumberArray]:
        return {"": -t * IDENTITY, "rashba": 1j * (SIGMA_X * unit[1] - SIGMA_Y * unit[0])}

    second = [
        Hopping({"spin_orbit": -1j * nu * SIGMA_Z}, offset, to=site, from_=site)
        for site, nu in ((0, 1), (1, -1))
        for offset in LOOPS
    ]
    spin_z = Conserved((SIGMA_Z, SIGMA_Z), {1.0: "up", -1.0: "down"})
    return Model(
        honeycomb(lattice_constant),
        onsite=[{"staggered": IDENTITY}, {"staggered": -IDENTITY}],
        hoppings=[*nearest(bond), *second],
        orbitals=2,
        defaults={
            "spin_orbit": quantity(spin_orbit, "meV", name="spin_orbit"),
            "rashba": tilted,
            "staggered": quantity(staggered, "meV", name="staggered"),
        },
        units=dict.fromkeys(("spin_orbit", "rashba", "staggered"), "meV"),
        conserved={"spin": spin_z},
        name="Kane-Mele model",
        spin=[PAULI, PAULI],
    )
