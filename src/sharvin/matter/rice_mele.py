"""Rice-Mele chain: alternating bonds and alternating sites, the arena of the Thouless pump."""

from sharvin.matter.hopping import Hopping
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.units import quantity


def rice_mele(
    *,
    hopping: float | str = 1.0,
    dimerization: float | str = 0.5,
    staggered: float | str = 0.0,
    spacing: float | str = 1.0,
) -> Model:
    r"""Two sites per cell; bonds -(J + δ) inside the cell and -(J - δ) between cells.

    .. math:: E(k) = \pm \sqrt{\Delta^2 + 4 J^2 \cos^2(ka/2) + 4 \delta^2 \sin^2(ka/2)}

    The gap, :math:`2\sqrt{\Delta^2 + 4\delta^2}` for |δ| < |J|, closes only at δ = Δ = 0. A cycle
    around that point, such as δ = δ_0 cos θ and Δ = Δ_0 sin θ, pumps one electron. Without Δ it is
    the chain of Su, Schrieffer and Heeger: winding number 1 for δ < 0, 0 for δ > 0.

    Parameters
    ----------
    hopping : float or str
        J, in meV.
    dimerization, staggered : float or str
        δ and Δ (energies +Δ, -Δ), in meV; defaults of the parameters of these names.
    spacing : float or str
        Distance of neighboring sites, in nm: half of the cell a.

    References
    ----------
    M. J. Rice and E. J. Mele, Phys. Rev. Lett. 49, 1455 (1982).
    """
    b = quantity(spacing, "nm", name="spacing")
    j = quantity(hopping, "meV", name="hopping")
    return Model(
        Lattice([[2 * b]], [[0.0], [b]]),
        onsite=[{"staggered": 1.0}, {"staggered": -1.0}],
        hoppings=[
            Hopping({"": -j, "dimerization": -1.0}, (0,), to=1, from_=0),
            Hopping({"": -j, "dimerization": 1.0}, (1,), to=0, from_=1),
        ],
        defaults={
            "dimerization": quantity(dimerization, "meV", name="dimerization"),
            "staggered": quantity(staggered, "meV", name="staggered"),
        },
        units={"dimerization": "meV", "staggered": "meV"},
        name="Rice-Mele chain",
    )
