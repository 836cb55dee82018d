"""The lengths of a two-dimensional electron gas, from what a Hall bar measures."""

from dataclasses import dataclass

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.units import BOLTZMANN, HBAR, HBAR2_OVER_2ME, RESISTANCE_QUANTUM, quantity

_MEV_PER_VOLT = 1e3
_NM2_PER_PS = 1e6  # 1 m²/s; also 1 m²/Vs in nm²/(V ps)


@dataclass(frozen=True)
class LengthScales:
    r"""Lengths and energies of a degenerate two-dimensional electron gas.

    Parameters
    ----------
    density : float
        In 1/nm².
    degeneracy : int
        Spin times valleys, which the density is shared by.
    fermi_wave_number : float
        :math:`k_F = \sqrt{4\pi n/g}`, 1/nm.
    fermi_energy : float
        meV.
    fermi_velocity : float
        nm/ps.
    scattering_time : float
        :math:`\tau = m\mu/e`, the transport time, ps.
    diffusivity : float
        :math:`D = v_F l_e/2`, nm²/ps (10⁻⁶ m²/s).
    sheet_resistance : float
        Ω.
    temperature : float
        K.
    """

    density: float
    degeneracy: int
    fermi_wave_number: float
    fermi_energy: float
    fermi_velocity: float
    scattering_time: float
    diffusivity: float
    sheet_resistance: float
    temperature: float

    @property
    def fermi_wavelength(self) -> float:
        r""":math:`\lambda_F = 2\pi/k_F`, nm."""
        return 2 * np.pi / self.fermi_wave_number

    @property
    def mean_free_path(self) -> float:
        r""":math:`l_e = v_F \tau`, nm."""
        return self.fermi_velocity * self.scattering_time

    @property
    def thermal_length_ballistic(self) -> float:
        r""":math:`L_T = \hbar v_F / k_B T`, nm; infinite at T = 0."""
        thermal = BOLTZMANN * self.temperature
        return HBAR * self.fermi_velocity / thermal if thermal else float("inf")

    @property
    def thermal_length_diffusive(self) -> float:
        r""":math:`L_T = \sqrt{\hbar D / k_B T}`, nm (some authors divide by 2π under the root)."""
        thermal = BOLTZMANN * self.temperature
        return float(np.sqrt(HBAR * self.diffusivity / thermal)) if thermal else float("inf")

    def modes(self, width: float) -> float:
        r"""Modes :math:`k_F W/\pi` of a strip of this width in nm, not rounded."""
        return self.fermi_wave_number * width / np.pi

    def localization_length(self, width: float) -> float:
        r"""Order of magnitude :math:`\xi \approx N l_e` in a wire of this width; both in nm."""
        return self.modes(width) * self.mean_free_path


def length_scales(
    *,
    density: float | str,
    mobility: float | str,
    mass: float,
    temperature: float | str = 0.0,
    degeneracy: int = 2,
) -> LengthScales:
    r"""Lengths of an electron gas of given density and mobility.

    .. math:: k_F = \sqrt{4\pi n / g}, \quad v_F = \hbar k_F/m, \quad \tau = m\mu/e, \quad
              l_e = v_F \tau, \quad D = \tfrac12 v_F l_e, \quad R_\square = 1/(n e \mu)

    Parameters
    ----------
    density : float or str
        1/nm², or text such as "3.56e15 m^-2".
    mobility : float or str
        m²/Vs, or text such as "850000 cm^2/V/s".
    mass : float
        In electron masses.
    temperature : float or str
        K.
    degeneracy : int
        2 for spin, 1 for a polarized gas, 4 for spin and two valleys.

    References
    ----------
    C. W. J. Beenakker and H. van Houten, Solid State Phys. 44, 1 (1991), table I.
    """
    n = quantity(density, "nm^-2", name="density")
    mu = quantity(mobility, "m^2/V/s", name="mobility")
    kelvin = quantity(temperature, "K", name="temperature")
    if not (n > 0 and mu > 0 and mass > 0 and kelvin >= 0 and degeneracy >= 1):
        raise InvalidInput(
            f"density, mobility and mass must be positive and the temperature not negative, got "
            f"{density!r}, {mobility!r}, {mass!r}, {temperature!r}"
        )
    k = np.sqrt(4 * np.pi * n / degeneracy)
    inertia = HBAR**2 / (2 * HBAR2_OVER_2ME) * mass  # meV ps²/nm²
    velocity = HBAR * k / inertia
    time = inertia * mu * _NM2_PER_PS / _MEV_PER_VOLT
    fermi_energy = HBAR2_OVER_2ME / mass * k**2
    # With the Einstein relation, 1/R = e² D (density of states) = (e²/h) g k l / 2.
    sheet = RESISTANCE_QUANTUM * 2 / (degeneracy * k * velocity * time)
    return LengthScales(
        density=n,
        degeneracy=degeneracy,
        fermi_wave_number=float(k),
        fermi_energy=float(fermi_energy),
        fermi_velocity=float(velocity),
        scattering_time=float(time),
        diffusivity=float(velocity**2 * time / 2),
        sheet_resistance=float(sheet),
        temperature=kelvin,
    )
