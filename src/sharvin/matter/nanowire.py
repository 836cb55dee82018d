"""A semiconductor wire with strong spin-orbit coupling under a superconductor."""

from sharvin.matter.model import Model
from sharvin.matter.nambu import nambu
from sharvin.matter.rashba import rashba_wire
from sharvin.matter.spin import IDENTITY
from sharvin.units import quantity


def rashba_nanowire(
    *,
    mass: float = 0.015,
    spacing: float | str = 10.0,
    alpha: float | str = 20.0,
    g_factor: float = 50.0,
    pairing: float | str = 0.25,
    mu: float | str = 0.0,
) -> Model:
    r"""Single-mode wire along x with proximity pairing, a field along x and Rashba coupling.

    .. math:: H = \Big( \frac{\hbar^2 k^2}{2m} - \mu - \alpha k \sigma_y
              + \tfrac12 g \mu_B B\, \sigma_x \Big) \text{ in Nambu form, with }
              \Delta\, i\sigma_y

    Orbitals (c↑, c↓, c↑†, c↓†), see `sharvin.matter.nambu`. Majorana states sit at its ends for
    :math:`\tfrac12 g\mu_B |B| > \sqrt{\Delta^2 + \mu^2}`: with the defaults, InSb under NbTiN,
    above 0.173 T.

    Parameters
    ----------
    mass : float
        In electron masses.
    spacing : float or str
        Grid constant, in nm.
    alpha : float or str
        In meV nm; the default of the parameter ``"alpha"``.
    g_factor : float
        The field is the parameter ``"B"``, in T, which has no default.
    pairing, mu : float or str
        Δ and μ, in meV, defaults of the parameters of these names; μ counts from the bottom of
        the band without spin-orbit coupling.

    References
    ----------
    R. M. Lutchyn, J. D. Sau, S. Das Sarma, Phys. Rev. Lett. 105, 077001 (2010); Y. Oreg,
    G. Refael, F. von Oppen, Phys. Rev. Lett. 105, 177002 (2010). Numbers: V. Mourik et al.,
    Science 336, 1003 (2012).
    """
    wire = rashba_wire(
        mass=mass, spacing=spacing, alpha=alpha, g_factor=g_factor, zeeman_axis="x", dimension=1
    )
    terms = wire.onsite[0].terms
    assert terms is not None
    gated = Model(
        wire.lattice,
        onsite=[{**terms, "mu": -IDENTITY}],
        hoppings=wire.hoppings,
        orbitals=2,
        defaults={**wire.defaults, "mu": quantity(mu, "meV", name="mu")},
        units={**wire.units, "mu": "meV"},
        name="Rashba nanowire",
        spin=wire.spin,
    )
    return nambu(gated, pairing=pairing)
