"""Closed forms with their source: what theory says without a computer.

Pure functions of numbers and arrays. Energies may be in any unit, as long as it is one unit;
where a formula needs real units (lengths, densities, fields) its docstring says which.
They are what fits, gallery pages and tests compare with.
"""

from sharvin.formulas import cavity, dmpk, hikami, localization, ucf
from sharvin.formulas.adiabatic import adiabatic_contact, adiabatic_riser
from sharvin.formulas.barrier import cosh_barrier, cosh_curvature
from sharvin.formulas.btk import (
    andreev_doubling,
    btk_conductance,
    btk_reflection,
    short_junction_level,
)
from sharvin.formulas.degeneracy import (
    degenerate_staircase,
    spin_polarization,
    zeeman_saddle,
    zeeman_splitting,
)
from sharvin.formulas.impurity import chain_impurity
from sharvin.formulas.kondo import (
    fermi_liquid_conductance,
    friedel_conductance,
    haldane_temperature,
    kondo_conductance,
    symmetric_susceptibility,
)
from sharvin.formulas.length_scales import LengthScales, length_scales
from sharvin.formulas.logistic import logistic, rise_width
from sharvin.formulas.regime import Regime, regime
from sharvin.formulas.ribbons import armchair_thresholds, zigzag_thresholds
from sharvin.formulas.saddle import (
    cyclotron_energy,
    saddle_energies,
    saddle_point,
    saddle_point_in_field,
    saddle_riser,
)
from sharvin.formulas.series import (
    RESISTANCE_PER_SPIN_MODE,
    SeriesFit,
    apparent_plateau,
    contact_resistance,
    fit_series_resistance,
    four_terminal_resistance,
    two_terminal_resistance,
)
from sharvin.formulas.thermal import (
    KERNEL_FWHM,
    KERNEL_RMS,
    STEP_WIDTH,
    fermi,
    intrinsic_thermal_energy,
    plateau_slope,
    thermal_average,
    thermal_kernel,
    thermal_step,
)
from sharvin.formulas.walls import (
    hard_wall_modes,
    harmonic_lattice_levels,
    sharvin_modes,
    strip_thresholds,
)

__all__ = [
    "KERNEL_FWHM",
    "KERNEL_RMS",
    "RESISTANCE_PER_SPIN_MODE",
    "STEP_WIDTH",
    "LengthScales",
    "Regime",
    "SeriesFit",
    "adiabatic_contact",
    "adiabatic_riser",
    "andreev_doubling",
    "apparent_plateau",
    "armchair_thresholds",
    "btk_conductance",
    "btk_reflection",
    "cavity",
    "chain_impurity",
    "contact_resistance",
    "cosh_barrier",
    "cosh_curvature",
    "cyclotron_energy",
    "degenerate_staircase",
    "dmpk",
    "fermi",
    "fermi_liquid_conductance",
    "fit_series_resistance",
    "four_terminal_resistance",
    "friedel_conductance",
    "haldane_temperature",
    "hard_wall_modes",
    "harmonic_lattice_levels",
    "hikami",
    "intrinsic_thermal_energy",
    "kondo_conductance",
    "length_scales",
    "localization",
    "logistic",
    "plateau_slope",
    "regime",
    "rise_width",
    "saddle_energies",
    "saddle_point",
    "saddle_point_in_field",
    "saddle_riser",
    "sharvin_modes",
    "short_junction_level",
    "spin_polarization",
    "strip_thresholds",
    "symmetric_susceptibility",
    "thermal_average",
    "thermal_kernel",
    "thermal_step",
    "two_terminal_resistance",
    "ucf",
    "zeeman_saddle",
    "zeeman_splitting",
    "zigzag_thresholds",
]
