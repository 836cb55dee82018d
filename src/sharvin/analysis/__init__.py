"""Curves as they come from a cryostat or a sweep, and what can be read off them; no solver.

``load`` makes a labelled record of a file, ``clean`` names what is wrong with it, ``fit_*`` return
a `Fit`: values with errors, tests of the residuals and a report. Names load when they are used.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

# One line for each file; the names are loaded from it on first use.
_HOMES = {
    "bias_diamond": ("BiasDiamond", "SplitRiser"),
    "bias_diamonds": ("fit_bias_diamonds",),
    "bootstrap": ("Bootstrap",),
    "fit": ("Fit", "fit_curve"),
    "fluctuations": ("fit_fluctuations", "synthetic_fluctuations"),
    "hall": ("fit_hall", "synthetic_hall"),
    "hall_plateaus": ("HallPlateau", "fit_hall_plateaus", "synthetic_plateaus"),
    "interference": (
        "fit_dephasing",
        "fit_magnetoconductance",
        "synthetic_dephasing",
        "synthetic_magnetoconductance",
    ),
    "kondo": ("fit_kondo", "fit_kondo_splitting", "synthetic_kondo", "synthetic_splitting"),
    "localization": (
        "fit_hopping",
        "fit_localization_length",
        "synthetic_hopping",
        "synthetic_lengths",
    ),
    "luttinger": ("fit_power_law", "synthetic_power_law"),
    "noise": ("fit_noise", "synthetic_noise"),
    "oscillations": ("fit_landau_fan", "fit_oscillations", "synthetic_oscillations"),
    "rings": ("fit_aharonov_bohm", "synthetic_rings"),
    "clean": ("Cleaned", "clean", "derivative", "smooth"),
    "contacts": ("MeasuredPlateau", "fit_plateaus"),
    "diamond": ("Diamond",),
    "diamonds": ("fit_diamonds",),
    "load": ("load",),
    "peak_series": ("fit_peak_widths", "peak_spacings"),
    "peaks": ("fit_peak", "fit_peaks"),
    "risers": ("fit_risers", "shoulder"),
    "saddle": ("fit_saddle",),
    "synthetic": ("synthetic_contact", "synthetic_diamonds"),
    "synthetic_maps": ("synthetic_bias_map",),
    "transconductance": ("transconductance",),
    "plateaus": ("Plateau", "find_plateaus"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    """Import the module that holds ``name`` and keep what was found."""
    if name not in _HOME:
        raise AttributeError(f"module 'sharvin.analysis' has no attribute {name!r}")
    value = getattr(import_module(f"sharvin.analysis.{_HOME[name]}"), name)
    globals()[name] = value
    return value


class _Room(ModuleType):
    """Keeps ``analysis.load`` the function when a file of that name is imported first."""

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, ModuleType) and name in _HOME:
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Room


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
