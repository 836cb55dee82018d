"""What a page can fit: the function of `sharvin.analysis`, its columns and options, by kind."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Column:
    """An array that a fit needs, in the unit that the function takes.

    An empty unit: any, or none.
    """

    name: str
    label: str
    unit: str
    is_optional: bool = False


@dataclass(frozen=True)
class Option:
    """A number, a switch or a choice."""

    name: str
    label: str
    value: Any
    unit: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class FitKind:
    """A fit as a page offers it.

    Parameters
    ----------
    title : str
    function : str
        In `sharvin.analysis`.
    columns : tuple of Column
        In the order of the arguments.
    options : tuple of Option
    takes_record : bool
        Whether the function takes a record with these variables instead of arrays.
    """

    title: str
    function: str
    columns: tuple[Column, ...]
    options: tuple[Option, ...] = ()
    takes_record: bool = False

    def listed(self, id_: str) -> dict[str, Any]:
        """What is sent of it."""
        return {
            "id": id_,
            "title": self.title,
            "columns": [
                {"name": c.name, "label": c.label, "unit": c.unit, "optional": c.is_optional}
                for c in self.columns
            ],
            "options": [
                {
                    "name": o.name, "label": o.label, "unit": o.unit, "value": o.value,
                    "choices": list(o.choices),
                }
                for o in self.options
            ],
        }  # fmt: skip


_FIELD = Column("field", "magnetic field", "T")
_TEMPERATURE = Column("temperature", "temperature", "K")
_SIGMA = Column("sigma", "noise", "", is_optional=True)

KINDS: dict[str, FitKind] = {
    "plateaus": FitKind(
        "Plateaus of a contact and the resistance in series",
        "fit_plateaus",
        (Column("gate", "gate voltage", "V"), Column("G", "conductance", "S")),
        takes_record=True,
    ),
    "bias-diamonds": FitKind(
        "Subband spacings of a contact from its bias spectroscopy",
        "fit_bias_diamonds",
        (
            Column("gate", "gate voltage", "V"),
            Column("bias", "bias", "mV"),
            Column("G", "dI/dV", "S"),
        ),
        (Option("series_resistance", "series resistance", 0.0, "Ω"),),
        takes_record=True,
    ),
    "peak": FitKind(
        "A Coulomb peak",
        "fit_peak",
        (Column("gate", "gate voltage", "V"), Column("G", "conductance", "S")),
        (
            Option(
                "shape",
                "shape",
                "auto",
                choices=("auto", "thermal", "multi-level", "lifetime", "both"),
            ),
            Option("lever_arm", "lever arm", None, "eV/V"),
        ),
        takes_record=True,
    ),
    "hall": FitKind(
        "Density and mobility from the Hall effect",
        "fit_hall",
        (
            _FIELD,
            Column("r_xy", "Hall resistance", "Ω"),
            Column("r_xx", "longitudinal resistance", "Ω", is_optional=True),
        ),
        (Option("aspect", "L/W", 1.0),),
    ),
    "hall-plateaus": FitKind(
        "Plateaus of the quantum Hall effect",
        "fit_hall_plateaus",
        (_FIELD, Column("r_xy", "Hall resistance", "Ω")),
    ),
    "oscillations": FitKind(
        "Shubnikov-de Haas oscillations",
        "fit_oscillations",
        (_FIELD, Column("resistance", "resistance", "")),
        (
            Option("temperature", "temperature", 1.5, "K"),
            Option("mass", "mass", 0.067, "m₀"),
            Option("degeneracy", "degeneracy", 2),
        ),
    ),
    "magnetoconductance": FitKind(
        "Weak localization and antilocalization",
        "fit_magnetoconductance",
        (_FIELD, Column("conductivity", "conductivity", "e²/h"), _SIGMA),
        (
            Option(
                "spin_orbit",
                "spin-orbit coupling",
                "auto",
                choices=("auto", "none", "crossover"),
            ),
        ),
    ),
    "fluctuations": FitKind(
        "Universal conductance fluctuations",
        "fit_fluctuations",
        (_FIELD, Column("conductance", "conductance", "e²/h")),
        (Option("width", "width", None, "nm"), Option("length", "length", None, "nm")),
    ),
    "aharonov-bohm": FitKind(
        "Aharonov-Bohm oscillations of a ring",
        "fit_aharonov_bohm",
        (_FIELD, Column("conductance", "conductance", "e²/h"), _SIGMA),
        (Option("radius", "radius", None, "nm"),),
    ),
    "noise": FitKind(
        "Shot noise: Fano factor and temperature",
        "fit_noise",
        (
            Column("bias", "bias", "mV"),
            Column("noise", "noise", "A²/Hz"),
            Column("conductance", "conductance", "e²/h"),
            _SIGMA,
        ),
        (Option("background", "fit the amplifier", False),),
    ),
    "kondo": FitKind(
        "Kondo temperature",
        "fit_kondo",
        (_TEMPERATURE, Column("conductance", "conductance", ""), _SIGMA),
        (Option("background", "fit a background", False),),
    ),
    "dephasing": FitKind(
        "Coherence length against temperature",
        "fit_dephasing",
        (_TEMPERATURE, Column("length", "coherence length", "nm"), _SIGMA),
        (Option("saturation", "saturation", False),),
    ),
    "hopping": FitKind(
        "Hopping or activation",
        "fit_hopping",
        (_TEMPERATURE, Column("conductance", "conductance", ""), _SIGMA),
        (
            Option(
                "law",
                "law",
                "auto",
                choices=("auto", "free", "mott", "efros-shklovskii", "activated"),
            ),
            Option("dimension", "dimension", 2),
        ),
    ),
    "power-law": FitKind(
        "Power law of a Luttinger liquid",
        "fit_power_law",
        (_TEMPERATURE, Column("conductance", "conductance", ""), _SIGMA),
        (Option("kind", "contact", "strong", choices=("strong", "end", "bulk")),),
    ),
    "localization": FitKind(
        "Localization length",
        "fit_localization_length",
        (Column("length", "length", ""), Column("conductance", "conductance", ""), _SIGMA),
    ),
}
