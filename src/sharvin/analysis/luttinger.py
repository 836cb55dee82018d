r"""Luttinger exponents from power laws, in the window in which they are power laws."""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.evidence import weighed
from sharvin.analysis.fit import Fit, fit_curve
from sharvin.analysis.logarithms import line_start, logarithms
from sharvin.errors import InvalidInput, UnknownName
from sharvin.typing import IntArray, RealArray
from sharvin.units import BOLTZMANN, HBAR

Kind = Literal["strong", "end", "bulk"]
KINDS = ("strong", "end", "bulk")
CURVED = 3.0  # standard deviations of a curvature in ln-ln from which a piece is no power law
RANGE = 3.0  # factor in temperature below which no exponent is believed
FEWEST = 6  # points


def parameter_from_exponent(exponent: float, kind: str = "strong", flavors: int = 1) -> float:
    r"""Luttinger parameter of an exponent of temperature.

    .. math:: \alpha_{\mathrm{strong}} = \frac{2}{N}\Big(\frac1K - 1\Big), \quad
              \alpha_{\mathrm{end}} = \frac{1}{N}\Big(\frac1K - 1\Big), \quad
              \alpha_{\mathrm{bulk}} = \frac{1}{2N}\Big(K + \frac1K - 2\Big)

    The repulsive branch, K < 1, for the bulk.
    """
    if kind not in KINDS:
        raise UnknownName.among("exponent", kind, KINDS)
    if kind == "bulk":
        half = 1 + max(flavors * exponent, 0.0)
        return float(half - np.sqrt(half**2 - 1))
    scale = flavors / 2 if kind == "strong" else float(flavors)
    return float(1 / (1 + scale * exponent)) if scale * exponent > -1 else float("inf")


def synthetic_power_law(
    temperature: ArrayLike,
    *,
    exponent: float = 0.8,
    conductance: float = 0.05,
    floor_temperature: float = 0.0,
    noise: float = 0.03,
    seed: int = 0,
) -> RealArray:
    """Conductance with a relative noise; below `floor_temperature` it stays what it is there."""
    t = np.asarray(temperature, dtype=np.float64)
    felt = (t**4 + floor_temperature**4) ** 0.25
    rng = np.random.default_rng(seed)
    return np.asarray(conductance * felt**exponent * (1 + noise * rng.standard_normal(t.shape)))


def fit_power_law(
    temperature: ArrayLike,
    conductance: ArrayLike,
    sigma: ArrayLike | None = None,
    *,
    kind: Kind = "strong",
    flavors: int = 1,
    length: float | None = None,
    velocity: float | None = None,
    ceiling: float = np.inf,
    window: tuple[float, float] | None = None,
) -> Fit:
    r"""Exponent and Luttinger parameter from the conductance of a tunnel barrier.

    .. math:: \ln G = \ln G_1 + \alpha \ln \frac{T}{1\,\mathrm{K}}

    The window: above :math:`k_B T = \hbar v / L`, where the leads cut the law off; below the
    temperature at which G reaches `ceiling`, where the barrier is strong no more; and within this
    the largest piece at the high end (then the low end) that is straight in a plot of logarithms.

    Parameters
    ----------
    temperature : real array, shape (points,)
        In K.
    conductance : real array, shape (points,)
        Positive, any unit.
    sigma : float or array, optional
        Its noise; without it, the same share everywhere.
    kind : {"strong", "end", "bulk"}
        What the exponent is: a barrier inside the wire, tunneling into its end or its middle.
    flavors : int
        N: 1 without spin, 2 with it, 4 in a nanotube.
    length, velocity : float, optional
        L in nm and v in nm/ps (km/s) of the charge mode, for the lower end.
    ceiling : float
        In the unit of `conductance`; a tenth of its quantum is safe.
    window : (float, float), optional
        In K, instead of the search for a straight piece.

    Returns
    -------
    Fit
        ``ln_conductance`` (at 1 K) and ``exponent``; ``parts["k"]`` with its error and
        ``parts["window"]`` in K. Refused below a factor of three in temperature (less shows no
        power law) and for a conductance that falls with temperature.

    References
    ----------
    C. L. Kane and M. P. A. Fisher, Phys. Rev. B 46, 15233 (1992); M. Bockrath et al., Nature 397,
    598 (1999).
    """
    t, ln_g, spread = logarithms(
        temperature, conductance, sigma, names=("temperatures", "conductances"), least=3
    )
    if (length is None) != (velocity is None):
        raise InvalidInput("the lower end of the window needs both length= and velocity=")
    if not ceiling > 0:
        raise InvalidInput(f"the ceiling of a conductance is positive, got {ceiling!r}")
    parameter_from_exponent(0.5, kind, flavors)
    kept, said = _limits(t, ln_g, length, velocity, ceiling, window)
    order = kept[np.argsort(t[kept], kind="stable")]
    x, y = np.log(t[order]), ln_g[order]
    noise = None if spread is None else spread[order]
    start, stop = (0, x.size) if window is not None else _straight(x, y, noise)
    if stop - start < x.size:
        said = [*said, f"{x.size - stop + start} points left out: no straight line with them"]
    inside = slice(start, stop)
    if stop - start < 3:
        raise InvalidInput(f"a power law needs three points in its window, got {stop - start}")
    slope, level = line_start(x[inside], y[inside])
    fit = fit_curve(
        lambda at, ln_conductance, exponent: ln_conductance + exponent * np.log(at),
        np.exp(x[inside]), y[inside], None if noise is None else noise[inside],
        start={"ln_conductance": level, "exponent": slope},
        name="Luttinger liquid", formula="ln G = ln G1 + alpha ln(T/K)",
        labels=("temperature (K)", "ln G"), notes=said,
    )  # fmt: skip
    return _judged(fit, kind, flavors)


def _limits(
    t: RealArray, ln_g: RealArray, length: float | None, velocity: float | None, ceiling: float,
    window: tuple[float, float] | None,
) -> tuple[IntArray, list[str]]:  # fmt: skip
    """Indices of the points that theory allows, and what to say about the rest."""
    low, high = window or (0.0, np.inf)
    said = []
    if length is not None and velocity is not None:
        level = HBAR * velocity / (length * BOLTZMANN)
        low = max(low, level)
        said.append(f"the leads cut the law off below hbar v/(k L) = {level:.3g} K")
    allowed = (t >= low) & (t <= high) & (ln_g <= np.log(ceiling))
    good = np.isfinite(t) & np.isfinite(ln_g) & allowed
    return np.flatnonzero(good), said


def _straight(x: RealArray, y: RealArray, spread: RealArray | None) -> tuple[int, int]:
    """The longest piece at either end, high temperatures first, without a curvature."""
    n = x.size
    for size in range(n, FEWEST - 1, -1):
        for start in dict.fromkeys((n - size, 0)):
            piece = slice(start, start + size)
            if not _is_bent(x[piece], y[piece], None if spread is None else spread[piece]):
                return start, start + size
    return 0, min(n, FEWEST)


def _is_bent(x: RealArray, y: RealArray, spread: RealArray | None) -> bool:
    weight = np.ones(x.size) if spread is None else 1 / spread
    design = np.vander(x - x.mean(), 3) * weight[:, None]
    best, *_ = np.linalg.lstsq(design, y * weight, rcond=None)
    rest = float(((design @ best - y * weight) ** 2).sum()) / max(x.size - 3, 1)
    scale = rest if spread is None else max(rest, 1.0)
    error = np.sqrt(np.linalg.inv(design.T @ design)[0, 0] * scale)
    return bool(abs(best[0]) > CURVED * error and abs(best[0]) > 1e-9)


def _judged(fit: Fit, kind: str, flavors: int) -> Fit:
    if not fit.converged:
        return fit
    low, high = float(fit.x.min()), float(fit.x.max())
    if high < RANGE * low or fit.y.size < FEWEST:
        problem = (
            f"the data follow a power law only from {low:.3g} to {high:.3g} K ({fit.y.size} "
            f"points): a factor of {RANGE:g} and {FEWEST} points are the least for an exponent"
        )
        return replace(fit, converged=False, problem=problem)
    fit = weighed(fit, "power law")
    if not fit.converged:
        return fit
    exponent, error = fit.values["exponent"], fit.errors["exponent"]
    if exponent < 0:
        problem = (
            f"the conductance falls with temperature, exponent {exponent:.2g} ± {error:.1g}: a "
            "barrier in a Luttinger liquid with repulsion has a positive one"
        )
        return replace(fit, converged=False, problem=problem)
    found = fit.derive(lambda v: parameter_from_exponent(v["exponent"], kind, flavors))
    lines = [f"K = {found[0]:.4g} ± {found[1]:.2g} ({kind}, {flavors} flavors)",
             f"window {low:.3g} to {high:.3g} K"]  # fmt: skip
    return replace(fit, parts={"k": found, "window": (low, high), "lines": lines})
