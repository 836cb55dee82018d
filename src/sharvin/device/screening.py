"""How the electrons of a two-dimensional gas answer to a gate: one number, or a spectrum."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.typing import RealArray
from sharvin.units import BOHR_RADIUS, HBAR2_OVER_2ME


@dataclass(frozen=True)
class Screening:
    r"""Linear screening of long waves: the bare potential over :math:`1 + 4 d / a_B^*`.

    It comes from the response of a gas under a surface at fixed potential,

    .. math:: \epsilon(q) = 1 + \frac{2}{a_B^*} \frac{1 - e^{-2 q d}}{q}
              \;\to\; 1 + \frac{4 d}{a_B^*} \quad (q d \to 0),

    and holds while no place is depleted; beyond it is an estimate.

    Parameters
    ----------
    mode : bool or float
        True: this rule; False: no screening; a number: that divisor.
    mass : float
        In electron masses.
    permittivity : float
        Relative.
    """

    mode: bool | float = True
    mass: float = 0.067
    permittivity: float = 12.9

    @classmethod
    def of(cls, mode: Any, mass: float, permittivity: float) -> "Screening":
        """Check what the user wrote."""
        if not (mass > 0 and permittivity > 0 and np.isfinite([mass, permittivity]).all()):
            raise InvalidInput(
                f"screening needs a positive mass and permittivity, got {mass}, {permittivity}"
            )
        if isinstance(mode, bool | np.bool_):
            return cls(bool(mode), mass, permittivity)
        if not (isinstance(mode, int | float | np.number) and np.isfinite(mode) and mode >= 1):
            raise InvalidInput(
                f"screening must be True, False or a divisor of at least 1, got {mode!r}"
            )
        return cls(float(mode), mass, permittivity)

    @property
    def bohr_radius(self) -> float:
        """Effective Bohr radius a_B*, nm."""
        return BOHR_RADIUS * self.permittivity / self.mass

    @property
    def density_of_states(self) -> float:
        """Of the gas with both spins: m / (π ħ²), per meV and nm²."""
        return self.mass / (2 * np.pi * HBAR2_OVER_2ME)

    def divisor(self, depth: float) -> float:
        """Number by which the bare potential is divided."""
        if isinstance(self.mode, bool):
            return 1 + 4 * depth / self.bohr_radius if self.mode else 1.0
        return self.mode

    def susceptibility(self, q: RealArray, depth: float) -> RealArray:
        """``ε(q) - 1`` of a gas under a surface at fixed potential; ``q`` in 1/nm."""
        # -expm1(-2qd)/q -> 2d at q = 0
        small = np.where(q > 0, q, 1.0)
        path = np.where(q > 0, -np.expm1(-2 * small * depth) / small, 2 * depth)
        return 2 / self.bohr_radius * path

    def describe(self, depth: float) -> str:
        """What is done, in words."""
        if self.mode is False:
            return "not screened"
        divisor = f"screened by {self.divisor(depth):.1f}"
        if self.mode is True:
            return f"{divisor} = 1 + 4 d/a_B*, a_B* = {self.bohr_radius:.2f} nm"
        return f"{divisor}, as given"
