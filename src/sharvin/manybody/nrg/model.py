"""The Anderson model: one orbital with a charging energy between leads; and how to solve it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from sharvin.errors import InvalidInput, UnknownName, Unreliable
from sharvin.units import BOHR_MAGNETON, quantity

# The band must be this much wider than every energy of the dot, or its edges shift T_K.
WIDE = 5.0
FEWEST = 150  # states at Λ = 3; with 300 at Λ = 2 conductances were found to be wrong by 0.03
DEFAULT_WIDTH = 30.0  # shifts occupations by less than 0.002


@dataclass(frozen=True, eq=False)
class Anderson:
    r"""One orbital that holds up to two electrons, in meV; made by `anderson`.

    .. math:: H = \sum_σ ε_σ n_σ + U n_↑ n_↓ + \sum_{αkσ} (t_α d^†_σ c_{αkσ} + h.c.) + H_l

    Parameters
    ----------
    level : float
        :math:`ε`, from the common Fermi energy.
    interaction : float
        :math:`U`; negative values are allowed.
    rates : mapping of str to float
        :math:`Γ_α = 2πρ|t_α|^2` per lead: full widths. Their sum is the width of the level.
    zeeman : float
        :math:`ε_↓ - ε_↑`.
    bandwidth : float
        Half-width D of the leads' flat band.
    """

    level: float
    interaction: float
    rates: Mapping[str, float] = field(default_factory=dict)
    zeeman: float = 0.0
    bandwidth: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "rates", MappingProxyType(dict(self.rates)))

    @property
    def width(self) -> float:
        """Γ, full width of the level at half maximum."""
        return float(sum(self.rates.values()))

    def share(self, to: str, from_: str) -> float:
        r"""Largest conductance per spin, :math:`4 Γ_\text{to} Γ_\text{from} / Γ^2`, in e²/h."""
        for name in (to, from_):
            if name not in self.rates:
                raise UnknownName.among("lead", name, self.rates)
        if to == from_:
            raise InvalidInput(f"a conductance is between two leads, got {to!r} twice")
        return 4 * self.rates[to] * self.rates[from_] / self.width**2


def anderson(
    *,
    level: float | str,
    interaction: float | str,
    rates: Mapping[str, float | str],
    field: float | str = 0.0,
    g_factor: float = 2.0,
    bandwidth: float | str | None = None,
) -> Anderson:
    """Anderson model of a dot.

    Parameters
    ----------
    level, interaction : float or str
        Energy of the orbital from the Fermi energy, and charging energy; meV. The valley with
        one electron lies between ``level = 0`` and ``level = -interaction``.
    rates : mapping
        Tunneling rate (times ħ, full width) per lead, such as ``{"source": 0.1, "drain": 0.1}``.
    field : float or str
        Magnetic field, T. It acts on the dot; for leads with a flat band this is all it does.
    g_factor : float
    bandwidth : float or str, optional
        Half-width of the leads' band; by default thirty times the largest energy of the dot.

    Raises
    ------
    InvalidInput
        Without coupling, or with numbers that are not finite.
    Unreliable
        When the band is so narrow that its edges would be seen.
    """
    e, u = float(quantity(level, "meV", name="level")), float(quantity(interaction, "meV"))
    widths = {name: float(quantity(rate, "meV", name=name)) for name, rate in rates.items()}
    zeeman = g_factor * BOHR_MAGNETON * float(quantity(field, "T", name="field"))
    given = {"level": e, "interaction": u, "field": zeeman, **widths}
    for name, value in given.items():
        if not np.isfinite(value):
            raise InvalidInput(f"{name} must be finite, got {value}")
    if min(widths.values(), default=0.0) < 0 or not sum(widths.values()) > 0:
        raise InvalidInput(
            f"rates must be positive, got {widths}: a dot without leads has no Kondo effect"
        )
    largest = max(abs(e), abs(e + u), abs(u), abs(zeeman), sum(widths.values()))
    half = DEFAULT_WIDTH * largest
    if bandwidth is not None:
        half = float(quantity(bandwidth, "meV", name="bandwidth"))
    if not half >= WIDE * largest:
        raise Unreliable(
            f"a band of half-width {half:.3g} meV is not wide compared with the dot's energies "
            f"(up to {largest:.3g} meV): take at least {WIDE * largest:.3g} meV, or leave it out"
        )
    return Anderson(e, u, widths, zeeman, half)


@dataclass(frozen=True)
class Wilson:
    """How finely the leads are resolved, and how much is remembered.

    Parameters
    ----------
    ratio : float
        Λ: each site of the chain has an energy lower by its square root.
    states : int
        How many states go on from site to site.
    shifts : int
        Number of discretizations that are averaged.
    sites : int, optional
        Length of the chain; by default as long as the lowest temperature needs.
    """

    ratio: float = 3.0
    states: int = 500
    shifts: int = 4
    sites: int | None = None

    def __post_init__(self) -> None:
        if not 1 < self.ratio < np.inf:
            raise InvalidInput(
                f"the ratio Λ of neighboring energies must be larger than 1, got {self.ratio}; "
                "2 to 3 with 500 to 1000 states is usual"
            )
        if self.ratio > 8:
            raise Unreliable(f"Λ = {self.ratio} resolves nothing; take 2 to 4")
        least = math.ceil(FEWEST * max(1.0, 3 / self.ratio) ** 3.5)
        if self.states < least:
            raise Unreliable(
                f"{self.states} states are too few for Λ = {self.ratio}: take at least {least}, "
                "better twice as many, or a larger Λ"
            )
        if self.shifts < 1:
            raise InvalidInput(f"shifts must be at least 1, got {self.shifts}")

    @property
    def twists(self) -> tuple[float, ...]:
        """The shifts z of the discretizations that are averaged."""
        return tuple((k + 1) / self.shifts for k in range(self.shifts))

    def length(self, lowest: float) -> int:
        """Sites for a temperature, given in half-widths of the band."""
        if self.sites is not None:
            return self.sites
        return max(int(np.ceil(2 * np.log(1 / lowest) / np.log(self.ratio))), 4) + SPARE_SITES


# Beyond the site of the scale k_B T, for the kept states to be finer than k_B T. Each later site
# holds a quarter of the thermal weight of the one before; two less would do for 500 states.
SPARE_SITES = 12
