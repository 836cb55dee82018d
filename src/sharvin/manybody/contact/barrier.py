"""The barrier of a contact as a chain with a local repulsion between two non-interacting leads."""

from dataclasses import dataclass, replace

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.typing import RealArray

# A potential or a repulsion that is cut off at a lead scatters there, which no contact does.
MAX_POTENTIAL_AT_LEAD = 0.02  # of the kinetic energy there
MAX_INTERACTION_AT_LEAD = 0.1  # of the largest repulsion


@dataclass(frozen=True, eq=False)
class HubbardBarrier:
    r"""Lowest subband of a contact: a smooth potential and a short-ranged repulsion on a chain.

    .. math:: H = -\tau \sum_{j\sigma} (c^\dagger_{j\sigma} c_{j+1,\sigma} + \text{h.c.})
              + \sum_{j\sigma} V_j n_{j\sigma} + \sum_j U_j n_{j\uparrow} n_{j\downarrow}

    The chain goes on without V and U to both sides: those are the leads. Their band reaches from
    -2τ to 2τ. All energies are in one unit, meV where they come from a device.

    Parameters
    ----------
    onsite : real array, shape (sites,)
        V_j, zero at both ends.
    interaction : real array, shape (sites,)
        U_j >= 0, zero at both ends: the reservoirs do not interact.
    hopping : float
        τ > 0; :math:`\tau = \hbar^2 / 2ma^2` for sites a apart.
    chemical_potential : float
        µ, from the middle of the lead's band; -2τ < µ < 2τ.
    spacing : float
        Between the sites, nm; for pictures.

    Raises
    ------
    InvalidInput
        Where the ends are not like the leads, or µ lies outside their band.

    References
    ----------
    F. Bauer et al., Nature 501, 73 (2013).
    """

    onsite: RealArray
    interaction: RealArray
    hopping: float = 1.0
    chemical_potential: float = 0.0
    spacing: float = 1.0

    def __post_init__(self) -> None:
        for name in ("onsite", "interaction"):
            array = np.array(getattr(self, name), dtype=np.float64)
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        self._check_numbers()
        self._check_ends()

    @property
    def sites(self) -> int:
        """How many."""
        return len(self.onsite)

    @property
    def positions(self) -> RealArray:
        """Of the sites, nm from the middle of the chain, shape (sites,)."""
        middle = (self.sites - 1) / 2
        return np.asarray(self.spacing * (np.arange(self.sites) - middle), dtype=np.float64)

    @property
    def curvature(self) -> float:
        r"""ħω_x of the top, :math:`\Omega_x = \sqrt{2 \tau |V''|}`, in the unit of energy.

        Above 0.1 τ the lattice shows: the barrier spans too few sites.
        """
        top = int(np.clip(np.argmax(self.onsite), 1, self.sites - 2))
        below, at, above = self.onsite[top - 1 : top + 2]
        return float(np.sqrt(2 * self.hopping * max(0.0, 2 * at - below - above)))

    @property
    def strength(self) -> float:
        r"""Dimensionless repulsion :math:`U_{\max} / \sqrt{\Omega_x \tau}`.

        A 0.7 structure shows at about 2.5 to 3.5; static functional RG diverges above about 5.
        """
        scale = self.curvature * self.hopping
        if scale == 0:
            raise InvalidInput("the potential has no top, so the repulsion has nothing to compare")
        return float(self.interaction.max() / np.sqrt(scale))

    def lifted(self, shift: float) -> "HubbardBarrier":
        """The same barrier, its top higher by `shift` and its shape kept: what a gate does."""
        top = self.onsite.max()
        if not top > 0:
            raise InvalidInput("only a barrier (V > 0 somewhere) can be lifted")
        return replace(self, onsite=self.onsite * (1 + shift / top))

    def without_interaction(self) -> "HubbardBarrier":
        """The same potential with U = 0: the control experiment."""
        return replace(self, interaction=np.zeros(self.sites))

    def _check_numbers(self) -> None:
        shapes = self.onsite.shape, self.interaction.shape
        if shapes[0] != shapes[1] or len(shapes[0]) != 1 or shapes[0][0] < 5:
            raise InvalidInput(
                "onsite and interaction need the same shape (sites,) with five sites or more, "
                f"got {shapes[0]} and {shapes[1]}"
            )
        if not (np.isfinite(self.onsite).all() and np.isfinite(self.interaction).all()):
            raise InvalidInput("onsite and interaction must be finite numbers")
        if not (np.isfinite(self.hopping) and self.hopping > 0):
            raise InvalidInput(f"the hopping must be positive, got {self.hopping!r}")
        if self.interaction.min() < 0:
            raise InvalidInput(
                f"the smallest interaction is {self.interaction.min():g}; these methods are made "
                "for repulsion, U >= 0"
            )
        if not abs(self.chemical_potential) < 2 * self.hopping:
            raise InvalidInput(
                f"the chemical potential {self.chemical_potential:g} lies outside the band of the "
                f"leads, which reaches from {-2 * self.hopping:g} to {2 * self.hopping:g}"
            )

    def _check_ends(self) -> None:
        potential = float(np.abs(self.onsite[[0, -1]]).max())
        room = 2 * self.hopping - abs(self.chemical_potential)
        if potential > MAX_POTENTIAL_AT_LEAD * room:
            raise InvalidInput(
                f"at a lead the potential is still {potential:.3g}, more than "
                f"{MAX_POTENTIAL_AT_LEAD:g} of the kinetic energy; use a longer chain on which it "
                "falls to zero"
            )
        left = float(self.interaction[[0, -1]].max())
        if left > MAX_INTERACTION_AT_LEAD * self.interaction.max():
            raise InvalidInput(
                f"at a lead the interaction is still {left:.3g}; it must fall to zero there, since "
                "the reservoirs do not interact"
            )


def smooth_barrier(
    *,
    sites: int = 121,
    gate: float = 0.0,
    interaction: float = 0.0,
    hopping: float = 1.0,
    chemical_potential: float = 0.0,
    skew: float = 0.0,
) -> HubbardBarrier:
    r"""The barrier on which the literature compares methods: parabolic top, flat ends.

    .. math:: V = (2\tau + \mu + V_g)\, e^{-x^2/(1 - x^2)} (1 + s x), \qquad
              U = U_0\, e^{-x^6/(1 - x^2)} (1 + 2 s x), \qquad -1 < x < 1

    Its top lies V_g above the chemical potential's kinetic energy: without interaction half of a
    mode passes at V_g = 0.

    Parameters
    ----------
    sites : int
        Odd; 121 in the literature, 61 are enough for most purposes.
    gate : float
        V_g.
    interaction : float
        U_0.
    hopping, chemical_potential : float
        τ and µ.
    skew : float
        s, breaks the mirror symmetry; a quarter makes a good test of conservation.

    References
    ----------
    F. Bauer, J. Heyder and J. von Delft, Phys. Rev. B 89, 045128 (2014).
    """
    if not (isinstance(sites, int | np.integer) and sites >= 19 and sites % 2):
        raise InvalidInput(f"sites must be an odd integer of at least 19, got {sites!r}")
    if not abs(skew) < 0.5:
        raise InvalidInput(f"skew must lie between -1/2 and 1/2, got {skew!r}")
    half = sites // 2
    x = np.arange(-half, half + 1) / (half + 1)
    height = 2 * hopping + chemical_potential + gate
    return HubbardBarrier(
        onsite=height * np.exp(-(x**2) / (1 - x**2)) * (1 + skew * x),
        interaction=interaction * np.exp(-(x**6) / (1 - x**2)) * (1 + 2 * skew * x),
        hopping=hopping,
        chemical_potential=chemical_potential,
    )
