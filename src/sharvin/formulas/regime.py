"""Which physics a conductor shows: its size against the lengths of its electrons."""

from dataclasses import dataclass

from sharvin.errors import InvalidInput
from sharvin.formulas.length_scales import LengthScales
from sharvin.units import quantity

FEW_MODES = 10
"""Below so many modes the steps between them can be resolved one by one."""


@dataclass(frozen=True)
class Regime:
    """A name for the transport through a conductor, and what it was decided by.

    Parameters
    ----------
    name : str
        "ballistic", "quasi-ballistic", "diffusive" or "localized".
    is_coherent : bool or None
        Whether the waves keep their phase across; None where the coherence length is unknown.
    modes : float
        k_F W/π.
    localization_length : float
        nm.
    """

    name: str
    is_coherent: bool | None
    modes: float
    localization_length: float

    @property
    def has_few_modes(self) -> bool:
        """Whether the conductance comes in steps that can be told apart."""
        return self.modes < FEW_MODES

    def __str__(self) -> str:
        phase = {True: "coherent ", False: "incoherent ", None: ""}[self.is_coherent]
        number = f"{self.modes:.1f}" if self.has_few_modes else f"{self.modes:.0f}"
        return f"{phase}{self.name} conductor with {number} modes"


def regime(
    scales: LengthScales,
    *,
    length: float | str,
    width: float | str,
    coherence_length: float | str | None = None,
) -> Regime:
    r"""Regime of a strip of a two-dimensional electron gas.

    ==================  ================================================================
    ballistic           :math:`L < l_e`: only the walls scatter
    localized           :math:`L > \xi = N l_e` and :math:`L_\varphi > \xi`
    quasi-ballistic     else, with :math:`W < l_e`: walls and impurities
    diffusive           else
    ==================  ================================================================

    The borders are drawn where the lengths are equal; nature has crossovers there.

    Parameters
    ----------
    scales : LengthScales
    length, width : float or str
        nm.
    coherence_length : float or str, optional
        L_φ in nm. Unknown, it is taken to be long, and the answer's `is_coherent` is None.

    References
    ----------
    C. W. J. Beenakker and H. van Houten, Solid State Phys. 44, 1 (1991), §1.
    """
    long = quantity(length, "nm", name="length")
    wide = quantity(width, "nm", name="width")
    phase = None
    if coherence_length is not None:
        phase = quantity(coherence_length, "nm", name="coherence_length")
    if not (long > 0 and wide > 0 and (phase is None or phase > 0)):
        raise InvalidInput(
            f"lengths must be positive, got {length!r}, {width!r}, {coherence_length!r}"
        )
    xi = scales.localization_length(wide)
    return Regime(
        name=_name(long, wide, scales.mean_free_path, xi, phase),
        is_coherent=None if phase is None else phase >= long,
        modes=scales.modes(wide),
        localization_length=xi,
    )


def _name(length: float, width: float, free: float, xi: float, phase: float | None) -> str:
    if length <= free:
        return "ballistic"
    if length > xi and (phase is None or phase > xi):
        # A wire of less than one mode has ξ < l_e and is pinched off: also localized.
        return "localized"
    return "quasi-ballistic" if width < free else "diffusive"
