"""Formula pages: closed forms of `sharvin.formulas` behind sliders, quick enough for every move."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput, UnknownName
from sharvin.typing import RealArray

Curves = tuple[RealArray, list[tuple[str, RealArray]]]  # x, and label and y of each curve


@dataclass(frozen=True)
class Slider:
    """A number that a page lets its reader move, in the unit that is shown."""

    name: str
    label: str
    unit: str
    low: float
    high: float
    step: float
    value: float

    def listed(self) -> dict[str, Any]:
        """Slider as it is sent."""
        return {
            "name": self.name, "label": self.label, "unit": self.unit, "min": self.low,
            "max": self.high, "step": self.step, "value": self.value,
        }  # fmt: skip

    def read(self, value: float) -> float:
        """``value`` if the slider can stand there."""
        slack = 1e-9 * (self.high - self.low)
        if not self.low - slack <= value <= self.high + slack:
            raise InvalidInput(
                f"{self.label} goes from {self.low:g} to {self.high:g} {self.unit}".rstrip()
                + f", got {value:g}"
            )
        return min(max(value, self.low), self.high)


@dataclass(frozen=True, eq=False)
class FormulaPage:
    """A formula, its sliders and its axes.

    Parameters
    ----------
    title, note : str
        The note says what is plotted and where it holds.
    sliders : tuple of Slider
    x, y : (str, str)
        Label and unit.
    curves : callable
        From the sliders' values, by name, to x and labelled curves.
    reference : str
    log_x : bool
    pages : tuple of str
        Of the gallery, where the sliders belong, too.
    """

    title: str
    note: str
    sliders: tuple[Slider, ...]
    x: tuple[str, str]
    y: tuple[str, str]
    curves: Callable[..., Curves]
    reference: str
    log_x: bool = False
    pages: tuple[str, ...] = ()


def pages() -> dict[str, FormulaPage]:
    """Every page by its id, in reading order."""
    from sharvin.studio import formulas_contact, formulas_quantum, formulas_regimes

    return {**formulas_contact.PAGES, **formulas_regimes.PAGES, **formulas_quantum.PAGES}


def listed() -> list[dict[str, Any]]:
    """All pages without their curves."""
    return [
        {
            "id": id_,
            "title": page.title,
            "note": page.note,
            "pages": list(page.pages),
            "sliders": [slider.listed() for slider in page.sliders],
            "x": {
                "label": page.x[0],
                "unit": page.x[1],
                "scale": "log" if page.log_x else "linear",
            },
            "y": {"label": page.y[0], "unit": page.y[1]},
            "reference": page.reference,
        }
        for id_, page in pages().items()
    ]


def curve(id_: str, values: Mapping[str, float]) -> dict[str, Any]:
    """Curves of a page; sliders that are not given stand where they began.

    Raises
    ------
    UnknownName
        For a slider that the page does not have.
    InvalidInput
        For a value beyond the ends of its slider.
    """
    known = pages()
    if id_ not in known:
        raise UnknownName.among("formula", id_, known)
    page = known[id_]
    sliders = {slider.name: slider for slider in page.sliders}
    for name in values:
        if name not in sliders:
            raise UnknownName.among("slider", name, sliders)
    chosen = {n: s.read(values.get(n, s.value)) for n, s in sliders.items()}
    with np.errstate(all="ignore"):  # 0/0 at the end of an axis is a gap in the curve
        x, curves = page.curves(**chosen)
    return {
        "x": _short(x),
        "curves": [{"label": label, "y": _short(y)} for label, y in curves],
    }


def _short(values: RealArray) -> list[float | None]:
    """Numbers with ten digits: more than any screen has pixels, half of the bytes."""
    return [float(f"{v:.10g}") if np.isfinite(v) else None for v in values.tolist()]


def smeared(
    function: Callable[[RealArray], RealArray],
    x: RealArray,
    thermal_energy: float,
    smooth: float,
    power: int = 0,
) -> RealArray:
    r"""Thermal average :math:`\int F(E) (-\partial f/\partial E) dE` on a whole axis at once.

    One convolution on a finer grid instead of one quadrature per point.

    Parameters
    ----------
    function : callable
        From energies (n,) to values (n,).
    x : real array, shape (n,)
        Chemical potentials, equally spaced.
    thermal_energy : float
        0 gives F itself.
    smooth : float
        Energy within which F varies; its poles lie at least so far from the real axis.
    power : int
        F times so many powers of (E - µ)/k_B T is averaged.
    """
    from sharvin.formulas.thermal import thermal_kernel

    if thermal_energy == 0:
        return function(x)
    # The trapezoidal rule errs by exp(-2 pi d / h), d the distance of the nearest pole.
    step = float(x[1] - x[0])
    divide = max(1, int(np.ceil(step / min(thermal_energy / 2, smooth / 3))))
    h = step / divide
    reach = int(np.ceil(30 * thermal_energy / h))
    offsets = h * np.arange(-reach, reach + 1)
    weights = h * thermal_kernel(offsets, 0.0, thermal_energy) * (offsets / thermal_energy) ** power
    fine = x[0] + h * np.arange(-reach, (len(x) - 1) * divide + reach + 1)
    found: RealArray = np.convolve(function(fine), weights[::-1], mode="valid")[::divide]
    return found
