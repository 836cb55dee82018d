r"""Hopping laws of insulators, and localization lengths from ln G against length."""

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.evidence import positive_data, weighed
from sharvin.analysis.fit import Fit, fit_curve
from sharvin.analysis.logarithms import line_start, logarithms
from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN

Law = Literal["auto", "free", "mott", "efros-shklovskii", "activated"]
LAWS = ("mott", "efros-shklovskii", "activated")
DECIDED = 6.0  # difference of chi² from which one law is better than another (2.4 sigma)
SPAN = 0.7  # fall of ln G below which no law can be told from another


def hopping_exponent(law: str, dimension: int = 2) -> float:
    """p: 1/(d + 1) of Mott, 1/2 of Efros and Shklovskii, 1 of activation."""
    if law not in LAWS:
        raise UnknownName.among("hopping law", law, LAWS)
    if dimension not in (1, 2, 3):
        raise InvalidInput(f"the dimension of hopping is 1, 2 or 3, got {dimension!r}")
    return {"mott": 1 / (dimension + 1), "efros-shklovskii": 0.5, "activated": 1.0}[law]


def synthetic_hopping(
    temperature: ArrayLike,
    *,
    law: str = "mott",
    dimension: int = 2,
    hopping_temperature: float = 500.0,
    prefactor: float = 1.0,
    noise: float = 0.03,
    seed: int = 0,
) -> RealArray:
    """Conductance with a relative noise."""
    t = np.asarray(temperature, dtype=np.float64)
    p = hopping_exponent(law, dimension)
    rng = np.random.default_rng(seed)
    clean = prefactor * np.exp(-((hopping_temperature / t) ** p))
    return np.asarray(clean * (1 + noise * rng.standard_normal(t.shape)))


def fit_hopping(
    temperature: ArrayLike,
    conductance: ArrayLike,
    sigma: ArrayLike | None = None,
    *,
    law: Law = "auto",
    dimension: int = 2,
) -> Fit:
    r"""Conductance of an insulator against temperature.

    .. math:: \ln G = \ln G_0 - \Big(\frac{T_0}{T}\Big)^p, \qquad
              p = \begin{cases} 1/(d+1) & \text{Mott} \\ 1/2 & \text{Efros-Shklovskii} \\
              1 & \text{activation, } E_a = k_B T_0 \end{cases}

    An activation across a gap Δ with the Fermi energy in its middle has :math:`E_a = \Delta/2`.

    Parameters
    ----------
    temperature : real array, shape (points,)
        In K.
    conductance : real array, shape (points,)
        Positive, any unit.
    sigma : float or array, optional
        Its noise; without it, the same share everywhere.
    law : {"auto", "free", "mott", "efros-shklovskii", "activated"}
        "free" fits p, "auto" takes the best law and says in the notes which others the data do
        not exclude.
    dimension : int
        d of Mott's law.

    Returns
    -------
    Fit
        ``ln_prefactor`` and ``ln_hopping_temperature`` (or ``activation_energy`` in meV for
        activation) and perhaps ``exponent``; ``parts["hopping_temperature"]`` with error in K.
        Of ln G. Refused where G does not fall on cooling.

    References
    ----------
    N. F. Mott, J. Non-Cryst. Solids 1, 1 (1968); A. L. Efros and B. I. Shklovskii, J. Phys. C 8,
    L49 (1975).
    """
    if law not in ("auto", "free", *LAWS):
        raise UnknownName.among("hopping law", law, ("auto", "free", *LAWS))
    t, ln_g, spread = logarithms(
        temperature, conductance, sigma, names=("temperatures", "conductances"), least=4
    )
    if law != "auto":
        return _known(t, ln_g, spread, None if law == "free" else law, dimension)
    fits = {name: _known(t, ln_g, spread, name, dimension) for name in LAWS}
    return _best(fits, spread is None)


def _known(
    t: RealArray, ln_g: RealArray, spread: RealArray | None, law: str | None, dimension: int
) -> Fit:
    held = None if law is None else hopping_exponent(law, dimension)
    activated = law == "activated"
    start = _start(t, ln_g, held)
    if activated:
        start["activation_energy"] = BOLTZMANN * np.exp(start.pop("ln_hopping_temperature"))

    def model(
        at: RealArray, ln_prefactor: float, exponent: float = held or 0.5, **scale: float
    ) -> RealArray:
        if activated:
            return np.asarray(ln_prefactor - scale["activation_energy"] / (BOLTZMANN * at))
        hop = exponent * (scale["ln_hopping_temperature"] - np.log(at))
        return np.asarray(ln_prefactor - np.exp(np.minimum(hop, 50.0)))

    fit = fit_curve(
        model, t, ln_g, spread, start=start,
        bounds={"exponent": (0.02, 5.0)} if held is None else None,
        units={"activation_energy": "meV"}, name=f"hopping: {law or 'free exponent'}",
        formula=f"ln G = ln G0 - (T0/T)^{'p' if held is None else f'{held:.3g}'}",
        labels=("temperature (K)", "ln G"),
    )  # fmt: skip
    fall = np.ptp(ln_g[np.isfinite(t) & np.isfinite(ln_g)])
    if line_start(1 / t, ln_g)[0] >= 0 or float(fall) < SPAN:
        problem = "no hopping found: the conductance hardly falls on cooling"
        return replace(fit, converged=False, problem=problem)
    fit = weighed(fit, "hopping")
    if activated or not fit.converged:
        return fit
    value = float(np.exp(fit.values["ln_hopping_temperature"]))
    found = (value, value * fit.errors["ln_hopping_temperature"])
    line = f"hopping temperature {found[0]:.4g} ± {found[1]:.2g} K"
    return replace(fit, parts={"hopping_temperature": found, "lines": [line]})


def _start(t: RealArray, y: RealArray, held: float | None) -> dict[str, float]:
    """Straight line in T^-p for every p of a few."""
    best: tuple[float, dict[str, float]] | None = None
    for p in (0.2, 0.25, 1 / 3, 0.5, 0.75, 1.0, 1.5) if held is None else (held,):
        slope, level = line_start(t**-p, y)
        rest = float(np.nansum((level + slope * t**-p - y) ** 2))
        start = {
            "ln_prefactor": level,
            "ln_hopping_temperature": float(np.log(max(-slope, 1e-6)) / p),
        }
        if held is None:
            start["exponent"] = p
        if best is None or rest < best[0]:
            best = (rest, start)
    assert best is not None  # the loop runs at least once
    return best[1]


def _best(fits: dict[str, Fit], scaled: bool) -> Fit:
    """The law with the smallest chi², with a note on those that do nearly as well."""
    usable = {name: fit for name, fit in fits.items() if fit.converged}
    if not usable:
        return min(fits.values(), key=_misfit)
    name = min(usable, key=lambda n: _misfit(usable[n]))
    best = usable[name]
    unit = _misfit(best) / max(best.freedom, 1) if scaled else 1.0
    rest = {n: (_misfit(f) - _misfit(best)) / unit for n, f in fits.items() if n != name}
    near = [n for n, more in rest.items() if more < DECIDED and n in usable]
    said = f"not excluded by these data: {', '.join(near)}" if near else (
        "the other laws fit worse by a chi² of " + ", ".join(f"{m:.0f}" for m in rest.values())
    )  # fmt: skip
    return replace(best, notes=(*best.notes, said))


def _misfit(fit: Fit) -> float:
    weight = 1.0 if fit.sigma is None else 1 / fit.sigma
    return float(((fit.residuals * weight) ** 2).sum())


def synthetic_lengths(
    length: ArrayLike,
    *,
    localization_length: float = 150.0,
    offset: float = 0.5,
    samples: int = 40,
    seed: int = 0,
) -> RealArray:
    r"""Conductances with :math:`\mathrm{var} \ln g = 2 |\langle\ln g\rangle|`.

    Shape (samples, lengths).
    """
    long = np.asarray(length, dtype=np.float64)
    mean = 2 * long / localization_length
    rng = np.random.default_rng(seed)
    return np.asarray(
        np.exp(offset - mean + np.sqrt(2 * mean) * rng.standard_normal((samples, long.size)))
    )


def fit_localization_length(
    length: ArrayLike, conductance: ArrayLike, sigma: ArrayLike | None = None
) -> Fit:
    r"""Localization length from the logarithm of the conductance.

    .. math:: \langle \ln g \rangle = c - \frac{2L}{\xi}

    where ξ is that of the wave, :math:`|\psi| \sim e^{-x/\xi}`. The mean of the logarithm is
    typical; the mean of g is ruled by rare samples.

    Parameters
    ----------
    length : real array, shape (lengths,)
    conductance : real array, shape (lengths,) or (samples, lengths)
        Positive. Samples are averaged as ln g, and their spread gives the errors.
    sigma : float or array, optional
        Noise of ln g for single traces.

    Returns
    -------
    Fit
        ``localization_length`` (unit of `length`) and ``offset`` c. With samples,
        ``parts["scaling"]`` is var ln g over 2|<ln g>| at the longest, one by single-parameter
        scaling. Refused where ln g does not fall with length.

    References
    ----------
    P. W. Anderson, D. J. Thouless, E. Abrahams and D. S. Fisher, Phys. Rev. B 22, 3519 (1980).
    """
    long, g = np.asarray(length, dtype=np.float64), np.asarray(conductance, dtype=np.float64)
    if g.shape[-1:] != long.shape or g.ndim not in (1, 2) or long.size < 3:
        raise ShapeMismatch(
            f"{long.shape} lengths (three or more) need conductances of shape ({long.size},) or "
            f"(samples, {long.size}), got {g.shape}"
        )
    positive_data("conductances", g)
    y, spread, about = np.log(g), sigma, {}
    if g.ndim == 2:
        if len(g) < 4 or sigma is not None:
            raise InvalidInput(f"give four samples or more without sigma, got {len(g)}")
        about = {"parts": _scaling(y)}
        spread = np.nanstd(y, axis=0, ddof=1) / np.sqrt(np.isfinite(y).sum(axis=0))
        y = np.nanmean(y, axis=0)
    return _straight(long, y, spread, about)


def _straight(
    long: RealArray, y: RealArray, spread: ArrayLike | None, about: dict[str, Any]
) -> Fit:
    slope, level = line_start(long, y)
    # In 1/ξ the line is straight; ξ itself is what people want, and its error is small or useless.
    far = 1e3 * float(np.ptp(long))
    start = {"localization_length": -2 / slope if slope < 0 else far, "offset": level}
    fit = fit_curve(
        lambda x, localization_length, offset: offset - 2 * x / localization_length, long, y,
        spread, start=start, bounds={"localization_length": (0.0, np.inf)},
        name="localization length", formula="<ln g> = c - 2 L/xi", labels=("length", "ln g"),
        **about,
    )  # fmt: skip
    if slope >= 0:
        problem = "no localization found: ln g does not fall with length"
        return replace(fit, converged=False, problem=problem)
    return weighed(fit, "localization")


def _scaling(y: RealArray) -> dict[str, Any]:
    variance = float(np.nanvar(y[:, -1], ddof=1))
    ratio = variance / max(2 * abs(float(np.nanmean(y[:, -1]))), 1e-12)
    line = (
        f"var ln g / 2|<ln g>| = {ratio:.3g} at the last length (one by single-parameter scaling)"
    )
    return {"scaling": ratio, "lines": [line]}
