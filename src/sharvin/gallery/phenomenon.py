"""What a page of the gallery holds."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, Protocol

from sharvin.gallery.check import Check

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

Kind = Literal["computed", "exact small system", "formula", "phenomenology"]


class Compute(Protocol):
    """The computation of a page."""

    def __call__(self, full: bool = False) -> "xr.Dataset":
        """All numbers behind the checks and the figure, labelled and with units."""
        ...


@dataclass(frozen=True, eq=False)
class Phenomenon:
    """One phenomenon: what is claimed, and the means to see whether it is true.

    Parameters
    ----------
    id : str
        Name for the command line, such as ``"saddle-point"``.
    title : str
    statement : str
        What is true and in which regime, in two or three sentences.
    kind : str
        "computed": solved on a lattice by the same solvers that users call; "exact small
        system"; "formula": a closed form evaluated; "phenomenology": a fit to experiments.
    references : tuple of str
    model : callable
        Without arguments; returns the device (or the object) of the page, to be changed.
    compute : callable
        ``compute(full=False)`` returns an `xarray.Dataset`; quick in seconds, ``full=True``
        with more samples or a finer grid.
    checks : callable
        From that dataset to checks; it computes nothing that takes time.
    figure : callable
        From that dataset to a matplotlib Figure, in the house style.
    """

    id: str
    title: str
    statement: str
    kind: Kind
    references: tuple[str, ...]
    model: Callable[[], Any]
    compute: Compute
    checks: "Callable[[xr.Dataset], tuple[Check, ...]]"
    figure: "Callable[[xr.Dataset], Figure]"

    def __post_init__(self) -> None:
        object.__setattr__(self, "figure", _in_house_style(self.figure))


def _in_house_style(
    draw: "Callable[[xr.Dataset], Figure]",
) -> "Callable[[xr.Dataset], Figure]":
    """Return the same drawing in the look of all figures; matplotlib waits until it is drawn."""

    @wraps(draw)
    def styled(data: "xr.Dataset") -> "Figure":
        from sharvin.plot.style import house_style

        with house_style():
            return draw(data)

    return styled
