"""Kinds of analysis that fit one curve: the columns they read, their units, and the fit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sharvin.errors import ShapeMismatch

if TYPE_CHECKING:
    import xarray as xr

    from sharvin.analysis.fit import Fit


_FIELD, _TEMPERATURE, _CONDUCTANCE = ("B", "T"), ("T", "K"), ("G", "e²/h")


@dataclass(frozen=True)
class Curve:
    """A fit of y against x.

    Parameters
    ----------
    fit : str
        Its name in `sharvin.analysis`.
    x, y : (str, str)
        Name of the column in the record, and the unit that the fit takes.
    given : mapping
        Keyword of the fit -> further column and its unit.
    """

    fit: str
    x: tuple[str, str]
    y: tuple[str, str]
    given: tuple[tuple[str, tuple[str, str]], ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns that it needs."""
        return (self.x[0], self.y[0], *(name for _, (name, _) in self.given))

    def __call__(self, record: "xr.Dataset", _: Mapping[str, float]) -> tuple["Fit", ...]:
        """The fit of the columns of `record`; a missing column or unit is refused by name."""
        from sharvin import analysis
        from sharvin.analysis.records import numbers, pick

        places = (self.x, self.y, *(place for _, place in self.given))
        columns = [numbers(pick(record, name), unit) for name, unit in places]
        for (name, _unit), values in zip(places, columns, strict=True):
            if values.ndim != 1 or values.shape != columns[0].shape:
                raise ShapeMismatch(
                    f"one curve is needed, with as many {name} as {self.x[0]}: got shapes "
                    f"{values.shape} and {columns[0].shape}"
                )
        x, y, *rest = columns
        options = {key: values for (key, _), values in zip(self.given, rest, strict=True)}
        fit = getattr(analysis, self.fit)(x, y, **options)
        if self.y != _CONDUCTANCE:
            return (fit,)
        # These fits take any unit and name none; here it is known.
        lines = [*fit.parts.get("lines", ()), f"G in {_CONDUCTANCE[1]}"]
        return (replace(fit, parts={**fit.parts, "lines": lines}),)


def left_over(fit: "Fit", points: int) -> float:
    """Share of the data that a fit leaves over, by which fits of one curve are compared.

    Fits of a logarithm leave a difference of logarithms; each value that was fitted costs a point,
    and points that took no part (of so many) count as missed by as much again.
    """
    rest = fit.residuals
    if not fit.labels[1].startswith("ln"):
        rest = rest / np.where(fit.y == 0, 1.0, np.abs(fit.y))
    rms = float(np.sqrt((rest**2).sum() / max(fit.freedom, 1)))
    return rms * max(points / max(fit.y.size, 1), 1.0)


CURVES = {
    "noise": Curve(
        "fit_noise", ("bias", "mV"), ("S", "A²/Hz"), given=(("conductance", _CONDUCTANCE),)
    ),
    "hall": Curve("fit_hall", _FIELD, ("Rxy", "Ohm")),
    "magnetoconductance": Curve("fit_magnetoconductance", _FIELD, ("conductivity", "e²/h")),
    "dephasing": Curve("fit_dephasing", _TEMPERATURE, ("L_phi", "nm")),
    "hopping": Curve("fit_hopping", _TEMPERATURE, _CONDUCTANCE),
    "kondo": Curve("fit_kondo", _TEMPERATURE, _CONDUCTANCE),
    "luttinger": Curve("fit_power_law", _TEMPERATURE, _CONDUCTANCE),
}
