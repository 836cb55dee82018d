"""Both curvatures of a saddle point in meV: widths of risers and the lever arms of a bias map."""

import numpy as np

from sharvin.analysis.fit import Fit
from sharvin.analysis.risers import fit_risers
from sharvin.analysis.text import with_error
from sharvin.errors import InvalidInput, UnknownName
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN

MODEL = "saddle point from risers and bias diamonds"
FORMULA = "ħω_x = 2π α_n w_n,  ħω_y = eV at the apex;  T_n = 1/(1 + exp[-2π(E - E_n)/ħω_x])"
# A step of width s blurred by kT is fitted best by the width √(s² + kT²)[1 + c q^p] with
# q = 2 s kT/(s² + kT²): both numbers from such fits, which they meet to 0.1 %.
BLUR, POWER = 0.0305, 1.86
COLD = 0.3  # of the width of a riser: thermal part from which ħω_x is a small difference


def fit_saddle(
    spectroscopy: Fit, plateaus: Fit | None = None, *, trace: int = 0, temperature: float = 0.0
) -> Fit:
    r"""Curvatures along and across a contact, in meV, from a bias map and risers.

    .. math:: \hbar\omega_{x,n} = 2\pi\, e\alpha_n s_n, \qquad
              \hbar\omega_{y,N} = eV_\mathrm{apex} = E_{N+1} - E_N

    The widths s of the risers are those of the map at zero bias, or of a better resolved trace;
    riser n of the trace is that to plateau n of the map. The electron temperature is taken out of
    the width; without one, ħω_x is an upper bound.

    Assumes one temperature for all risers, and a trace and a map of the same cooldown: lever arms
    move with the charges around a contact. A series resistance must be out of both.

    Parameters
    ----------
    spectroscopy : Fit
        From `fit_bias_diamonds`.
    plateaus : Fit, optional
        From `fit_plateaus`: its corrected staircase is fitted instead of the map's.
    trace : int
        Which of its traces.
    temperature : float
        Of the electrons, K.

    Returns
    -------
    Fit
        ``hbar_omega_x_N`` of the riser to plateau N and ``hbar_omega_y_N`` of the gap above it, in
        meV. Parts: ``ratios``, ħω_y over the mean ħω_x of the two risers by plateau.

    Raises
    ------
    UnknownName
        When trace and map have no riser in common.
    Unreliable
        When one of the fits did not converge.

    References
    ----------
    M. Büttiker, Phys. Rev. B 41, 7906 (1990).
    """
    if spectroscopy.kind != "bias-diamonds":
        raise InvalidInput(
            f"a fit of bias diamonds is needed first, got one of {spectroscopy.model!r}"
        )
    if not temperature >= 0:
        raise InvalidInput(f"a temperature is zero or more, got {temperature:g} K")
    spectroscopy.require()
    risers = {r.number: r for r in spectroscopy.parts["risers"]}
    widths = {n: r.width for n, r in risers.items()}
    shown = spectroscopy.parts["row"]
    if plateaus is not None:
        fit = fit_risers(plateaus, trace=trace)
        fit.require()
        values, errors = fit.values, fit.errors
        top = len(fit.names) // 2
        widths = {n: (values[f"w_{n}"], errors[f"w_{n}"]) for n in range(1, top + 1)}
        shown = (fit.x, fit.y, fit.fitted)
    common = sorted(set(widths) & set(risers))
    if not common:
        raise UnknownName.among("riser", str(min(widths)), map(str, risers))
    return _joined(spectroscopy, common, widths, temperature, shown)


def _joined(
    spectroscopy: Fit, common: list[int], widths: dict[int, tuple[float, float]],
    temperature: float, shown: tuple[RealArray, RealArray, RealArray],
) -> Fit:  # fmt: skip
    risers = {r.number: r for r in spectroscopy.parts["risers"]}
    heat = BOLTZMANN * temperature
    names, estimates, spread, notes = [], [], [], []
    for n in common:
        lever, lever_error = (1e3 * v for v in risers[n].lever_arm)
        width, error = widths[n]
        energy = lever * width  # ħω_x/2π with the temperature still in it, meV
        own, gain = _unblurred(energy, heat)
        if not own > 0:
            notes.append(
                f"riser {n} is as sharp as {temperature:g} K alone makes it "
                f"({energy / BOLTZMANN:.3g} K): no ħω_x"
            )
            continue
        if heat > COLD * energy:
            notes.append(f"riser {n} is mostly thermal: ħω_x is a small difference")
        names.append(f"hbar_omega_x_{n}")
        estimates.append(2 * np.pi * own)
        spread.append(2 * np.pi * gain * float(np.hypot(lever * error, lever_error * width)))
    if temperature == 0:
        notes.append("no electron temperature was given: ħω_x are upper bounds")
    spacings = [n for n in spectroscopy.names if n.startswith("spacing_")]
    for name in spacings:
        names.append(name.replace("spacing", "hbar_omega_y"))
        estimates.append(spectroscopy.values[name])
        spread.append(spectroscopy.errors[name])
    covariance = np.diag(np.array(spread) ** 2)
    place = [spectroscopy.names.index(name) for name in spacings]
    first = len(names) - len(place)
    covariance[first:, first:] = spectroscopy.covariance[np.ix_(place, place)]
    ratios = _ratios(dict(zip(names, zip(estimates, spread, strict=True), strict=True)))
    lines = [f"ħω_y/ħω_x = {with_error(*pair)} at plateau {n}" for n, pair in ratios.items()]
    x, y, fitted = shown
    return Fit(
        model=MODEL, formula=FORMULA, names=tuple(names), estimates=np.array(estimates),
        covariance=covariance, x=x, y=y, fitted=fitted, units=dict.fromkeys(names, "meV"),
        labels=("gate (V)", "G (2e²/h)"), kind="saddle", notes=tuple(notes),
        parts={"ratios": ratios, "lines": lines},
    )  # fmt: skip


def _unblurred(width: float, heat: float) -> tuple[float, float]:
    """Width of the step alone and its derivative by the measured one; zero where heat is all."""
    from scipy.optimize import brentq

    if heat == 0:
        return width, 1.0
    if width <= heat:
        return 0.0, 0.0

    def excess(own: float) -> float:
        return blurred(own, heat) - width

    own = float(brentq(excess, 0.0, width))
    step = 1e-4 * own
    return own, float(2 * step / (blurred(own + step, heat) - blurred(own - step, heat)))


def blurred(own: float, heat: float) -> float:
    """Width of the logistic step that fits best one of width `own` averaged at kT = `heat`."""
    square = own**2 + heat**2
    share = 2 * own * heat / square if square > 0 else 0.0
    return float(np.sqrt(square) * (1 + BLUR * share**POWER))


def _ratios(found: dict[str, tuple[float, float]]) -> dict[int, tuple[float, float]]:
    """ħω_y of a plateau over the mean ħω_x of the risers beside it."""
    ratios = {}
    for name, (value, error) in found.items():
        if not name.startswith("hbar_omega_y_"):
            continue
        n = int(name.rpartition("_")[2])
        beside = [found[k] for k in (f"hbar_omega_x_{n}", f"hbar_omega_x_{n + 1}") if k in found]
        if beside:
            mean = float(np.mean([v for v, _ in beside]))
            own = float(np.sqrt(sum(e**2 for _, e in beside))) / len(beside)
            ratio = value / mean
            ratios[n] = ratio, float(ratio * np.hypot(error / value, own / mean))
    return ratios
