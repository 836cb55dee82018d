"""The Luttinger parameter: of a solvable chain, and from a measured curve."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.luttinger.checks import flavor_count, positive
from sharvin.typing import RealArray

Law = Literal["strong", "end", "bulk", "weak"]
FEWEST = 5  # points in a window that says something about a power
SHORTEST = 2.0  # ratio of temperatures that such a window spans


def xxz_parameter(anisotropy: float) -> float:
    r"""Luttinger parameter of the XXZ chain, exactly (Bethe ansatz, formula).

    .. math:: K = \frac{\pi}{2 (\pi - \arccos \Delta)}

    for :math:`H = J \sum (S^x S^x + S^y S^y + \Delta S^z S^z)`, which is a chain of spinless
    electrons at half filling with hopping J/2 and nearest-neighbor repulsion JΔ.

    Parameters
    ----------
    anisotropy : float
        -1 < Δ <= 1; beyond, the chain orders and is no Luttinger liquid.

    References
    ----------
    A. Luther and I. Peschel, Phys. Rev. B 12, 3908 (1975); T. Giamarchi, Quantum Physics in One
    Dimension (2003), chapter 6.

    Examples
    --------
    >>> xxz_parameter(0.0), xxz_parameter(1.0)
    (1.0, 0.5)
    """
    return float(np.pi / (2 * (np.pi - _angle(anisotropy))))


def xxz_velocity(anisotropy: float, coupling: float = 1.0) -> float:
    r"""Velocity of the same, in the coupling J times the lattice constant over ħ (formula).

    .. math:: u = \frac{\pi}{2} J \frac{\sin\gamma}{\gamma}, \qquad \cos\gamma = \Delta
    """
    return float(np.pi / 2 * coupling * np.sinc(_angle(anisotropy) / np.pi))


@dataclass(frozen=True, eq=False)
class ParameterFit:
    """A Luttinger parameter read from a power law.

    Parameters
    ----------
    k, k_error : float
        And its standard error from the scatter around the line.
    exponent, exponent_error : float
        Of temperature.
    window : pair of float
        Temperatures between which the power law holds.
    r_squared : float
    points : int
        In the window.
    """

    k: float
    k_error: float
    exponent: float
    exponent_error: float
    window: tuple[float, float]
    r_squared: float
    points: int


def fit_parameter(
    temperature: ArrayLike,
    conductance: ArrayLike,
    *,
    law: Law = "strong",
    flavors: int = 1,
    clean: float | None = None,
    r_squared: float = 0.999,
) -> ParameterFit:
    """Luttinger parameter from the widest range of temperatures that shows a power law.

    Parameters
    ----------
    temperature, conductance : array, shape (n,)
        In any units.
    law : {"strong", "end", "bulk", "weak"}
        What was measured: a strong barrier inside the wire, tunneling into an end or into the
        bulk, or the deficit caused by a weak impurity.
    flavors : int
        1 without spin, 2 with it, 4 in a nanotube.
    clean : float, optional
        Conductance without the impurity, in the unit of `conductance`; needed for "weak".
    r_squared : float
        How straight the logarithms must lie.

    Returns
    -------
    ParameterFit

    Raises
    ------
    Unreliable
        Where no window is straight, or the power is none that repulsion makes.
    """
    t, g = _data(temperature, conductance, law, clean)
    n = flavor_count(flavors)
    best = _widest(np.log(t), np.log(g), r_squared)
    if best is None:
        raise Unreliable(
            f"no range of {FEWEST} points over a factor of {SHORTEST:g} in temperature is a power "
            f"law with R² of {r_squared:g}; the leads or the temperature of the crossover may be "
            "near: measure further down, or lower r_squared"
        )
    first, last, slope, error, quality = best
    k = _from_exponent(slope, law, n)
    around = [_from_exponent(slope + sign * 1e-6, law, n) for sign in (1, -1)]
    derivative = abs(around[0] - around[1]) / 2e-6
    return ParameterFit(
        k, derivative * error, slope, error, (float(t[first]), float(t[last])), quality,
        last - first + 1,
    )  # fmt: skip


def _data(
    temperature: ArrayLike, conductance: ArrayLike, law: str, clean: float | None
) -> tuple[RealArray, RealArray]:
    t = np.atleast_1d(positive(temperature, "temperature"))
    g = np.atleast_1d(positive(conductance, "conductance"))
    if law not in ("strong", "end", "bulk", "weak"):
        raise InvalidInput(f"law must be 'strong', 'end', 'bulk' or 'weak', got {law!r}")
    if t.shape != g.shape or t.ndim != 1 or len(t) < FEWEST:
        raise InvalidInput(
            f"temperature and conductance need one shape (n,), n >= {FEWEST}; got {t.shape}, "
            f"{g.shape}"
        )
    if law == "weak":
        if clean is None or not clean > g.max():
            raise InvalidInput(
                "for a weak impurity give clean=, the conductance without it, larger than all "
                f"measured ones, got {clean!r}"
            )
        g = clean - g
    order = np.argsort(t)
    return t[order], g[order]


def _widest(x: RealArray, y: RealArray, wanted: float) -> "_Window | None":
    """Widest window whose points lie on a line: ends, slope, its error, R²."""
    best: _Window | None = None
    width = np.log(SHORTEST)
    for first in range(len(x)):
        for last in range(first + FEWEST - 1, len(x)):
            span = float(x[last] - x[first])
            if span < width * (1 - 1e-12):
                continue
            slope, error, quality = _line(x[first : last + 1], y[first : last + 1])
            if quality >= wanted:
                best, width = (first, last, slope, error, quality), span * (1 + 1e-9)
    return best


def _line(x: RealArray, y: RealArray) -> tuple[float, float, float]:
    dx, dy = x - x.mean(), y - y.mean()
    slope = float(dx @ dy / (dx @ dx))
    rest = float(((dy - slope * dx) ** 2).sum())
    total = float(dy @ dy)
    error = np.sqrt(rest / (len(x) - 2) / float(dx @ dx))
    return slope, float(error), 1 - rest / total if total > 0 else 0.0


def _from_exponent(slope: float, law: str, n: int) -> float:
    """K from the power; see `exponents`."""
    if law == "weak":
        k = 1 + slope * n / 2
    elif law == "bulk":
        half = 1 + slope * n  # (K + 1/K) / 2
        k = half - np.sqrt(half**2 - 1) if half >= 1 else np.nan
    else:
        k = 1 / (1 + slope * n / (2 if law == "strong" else 1))
    if not (np.isfinite(k) and k > 0):
        raise Unreliable(f"a power of {slope:.3g} belongs to no Luttinger liquid for law={law!r}")
    return float(k)


def _angle(anisotropy: float) -> float:
    if not -1 < anisotropy <= 1:
        raise InvalidInput(
            f"the XXZ chain is a Luttinger liquid for -1 < anisotropy <= 1, got {anisotropy!r}"
        )
    return float(np.arccos(anisotropy))


_Window = tuple[int, int, float, float, float]
