"""Entropy and magnetic susceptibility of the dot; the Kondo temperature by three definitions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.formulas.kondo import half_maximum_temperature
from sharvin.manybody.nrg.conductance import METHOD, conductance
from sharvin.manybody.nrg.density import LN4
from sharvin.manybody.nrg.flow import Shell
from sharvin.manybody.nrg.model import Anderson, Wilson
from sharvin.manybody.nrg.run import averaged, bare_shells, thermal_energies
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN

if TYPE_CHECKING:
    import xarray as xr

FREE_SITE = 1 / 8  # mean square of S_z on a site that nothing acts on
WILSON_VALUE = 0.0701  # k_B T χ at T_K, in (gµ_B)²
# Where χ is read: low enough to be the ground state's, high enough for the subtraction.
PLATEAU = 0.04
"""Temperature of the susceptibility, in units of T_L."""


def thermodynamics(
    model: Anderson, *, temperature: Any, wilson: Wilson | None = None
) -> "xr.Dataset":
    r"""What the dot adds to the entropy and to the susceptibility of the leads.

    .. math:: k_B T χ = \langle S_z^2 \rangle_\text{with dot} - \langle S_z^2 \rangle_\text{leads}

    in units of :math:`(gµ_B)^2`: 1/4 for a free spin, 1/8 for a free orbital. Both terms come from
    chains truncated in the same way, which leaves errors of about 1e-3 in each result.

    Returns
    -------
    Dataset
        ``entropy`` in k_B and ``moment`` :math:`k_B T χ`, dim temperature.

    References
    ----------
    H. R. Krishna-murthy, J. W. Wilkins and K. G. Wilson, Phys. Rev. B 21, 1003 (1980); L. Merker,
    A. Weichselbaum and T. A. Costi, Phys. Rev. B 86, 075153 (2012).
    """
    import xarray as xr

    wilson = wilson or Wilson()
    kelvin, kt = thermal_energies(model, temperature)
    if model.zeeman != 0:
        raise InvalidInput("entropy and susceptibility are those at zero field; set field=0")

    def read(shells: Sequence[Shell], shift: float, sites: int) -> RealArray:
        return _totals(shells, kt) - _totals(bare_shells(wilson, shift, sites), kt)

    (entropy, moment), (_, error) = averaged(model, wilson, float(kt.min()), read, spins=())
    parts = {
        "entropy": ("temperature", entropy, {"units": "k_B"}),
        "moment": ("temperature", moment, {"units": "(g µ_B)²", "long_name": "k_B T χ"}),
        "moment_error": ("temperature", error, {"units": "(g µ_B)²"}),
    }
    coordinates = {"temperature": ("temperature", kelvin, {"units": "K"})}
    return xr.Dataset(parts, coordinates, {"method": METHOD, "kind": "computed"})


Definition = Literal["conductance", "susceptibility", "moment"]


def kondo_temperature(
    model: Anderson, *, definition: Definition = "conductance", wilson: Wilson | None = None
) -> float:
    r"""Kondo temperature in K, by one of three definitions that differ by constant factors.

    Parameters
    ----------
    definition : str
        "conductance": :math:`G(T_K) = G(0)/2`, the experimenters' one. "susceptibility":
        :math:`T_L = 1/4χ(0)` (Landau's Fermi liquid, :math:`(gµ_B)^2 = k_B = 1`). "moment":
        :math:`k_B T_K χ(T_K) = 0.0701` (Wilson).

    Raises
    ------
    Unreliable
        Where there is no Kondo effect: when the dot does not hold about one electron.

    References
    ----------
    F. D. M. Haldane, Phys. Rev. Lett. 40, 416 (1978) for the scale at which the search begins.
    """
    guess = _guess(model)
    if definition == "conductance":
        return _half_maximum(model, guess, wilson)
    if definition == "moment":
        kelvin = guess * np.geomspace(0.05, 20, 17)
        moment = thermodynamics(model, temperature=kelvin, wilson=wilson).moment.values
        if not moment[0] < WILSON_VALUE < moment[-1]:
            raise Unreliable(_NONE)
        return _crossing(kelvin, moment, WILSON_VALUE)
    if definition != "susceptibility":
        raise InvalidInput(
            f"definition {definition!r} is not one of 'conductance', 'susceptibility', 'moment'"
        )
    kelvin = np.array([PLATEAU * guess])
    for _ in range(2):
        moment = float(thermodynamics(model, temperature=kelvin, wilson=wilson).moment[0])
        scale = float(kelvin[0] / (4 * moment)) if moment > 0 else 0.0
        if 0.4 < scale / guess < 2.5:
            return scale
        guess, kelvin = scale, np.array([PLATEAU * scale])
        if not scale > 0:
            break
    raise Unreliable(_NONE)


_NONE = (
    "the dot has no local moment here, so no Kondo temperature: it needs about one electron, "
    "well inside -interaction < level < 0"
)


def _guess(model: Anderson) -> float:
    """Haldane's scale in K."""
    e, u, gamma = model.level, model.interaction, model.width
    if model.zeeman != 0:
        raise InvalidInput("a Kondo temperature is defined at zero field; set field=0")
    if not (u > 0 and -u < e < 0):
        raise Unreliable(_NONE)
    energy = np.sqrt(u * gamma / 4) * np.exp(np.pi * e * (e + u) / (gamma * u))
    return float(energy / BOLTZMANN)


def _half_maximum(model: Anderson, guess: float, wilson: Wilson | None) -> float:
    """Temperature at which the conductance is half of its limit at low temperature."""
    kelvin = guess * np.geomspace(0.02, 8, 12)
    kelvin = kelvin[BOLTZMANN * kelvin < 0.1 * model.bandwidth]
    first, second = next(iter(model.rates)), list(model.rates)[-1]
    if first == second:
        raise InvalidInput("a conductance needs two leads; this model has one")
    g = conductance(model, temperature=kelvin, to=second, from_=first, wilson=wilson)
    values = g.conductance.values / g.conductance.values[0]
    if values[-1] > 0.5:
        raise Unreliable(_NONE)
    return half_maximum_temperature(kelvin, values)


def _crossing(kelvin: RealArray, values: RealArray, level: float) -> float:
    """Temperature at which a monotonic curve has a value, interpolated smoothly in ln T."""
    from scipy.interpolate import PchipInterpolator

    curve = PchipInterpolator(np.log(kelvin), values - level)
    roots = curve.roots(extrapolate=False)
    return float(np.exp(roots[-1]))


def _totals(shells: Sequence[Shell], kt: RealArray) -> RealArray:
    """Entropy and mean square of S_z of the whole chain, shape (2, t)."""
    ground = np.array([shell.ground for shell in shells])
    shifts = np.append(-np.cumsum(ground[:0:-1])[::-1], 0.0)
    end = len(shells) - 1
    exponents, energies, spins = [], [], []
    for n, (shell, shift) in enumerate(zip(shells, shifts, strict=True)):
        for (up, down), e in shell.energies.items():
            out = e[shell.kept[up, down] if n < end else 0 :] + shift
            exponents.append(LN4 * (end - n) - out / kt[:, None])
            energies.append(out)
            spins.append(np.full(len(out), (up - down) ** 2 / 4 + FREE_SITE * (end - n)))
    exponent, e, s2 = np.concatenate(exponents, 1), np.concatenate(energies), np.concatenate(spins)
    log_z = np.logaddexp.reduce(exponent, axis=1)
    weight = np.exp(exponent - log_z[:, None])
    return np.stack([weight @ e / kt + log_z, weight @ s2])
