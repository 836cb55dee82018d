"""What a measurement of the dot's conductance and charge would give."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.manybody.nrg.blocks import DOWN, UP, Charges
from sharvin.manybody.nrg.density import ensemble, states_up_the_chain, traced
from sharvin.manybody.nrg.flow import Shell
from sharvin.manybody.nrg.model import Anderson, Wilson
from sharvin.manybody.nrg.run import averaged, thermal_energies
from sharvin.manybody.nrg.weights import thermal_sum
from sharvin.typing import RealArray
from sharvin.units import quantity, ratio

if TYPE_CHECKING:
    import xarray as xr

METHOD = "full-density-matrix numerical renormalization group"


def conductance(
    model: Anderson,
    *,
    temperature: Any,
    level: Any = None,
    to: str | None = None,
    from_: str | None = None,
    wilson: Wilson | None = None,
    unit: str = "e²/h",
) -> "xr.Dataset":
    r"""Linear conductance of the dot at each temperature, and its error.

    .. math:: G = \frac{e^2}{h} \frac{4Γ_L Γ_R}{Γ^2} \sum_σ \frac{πΓ}{2}
              \int \Bigl(-\frac{\partial f}{\partial ω}\Bigr) A_σ(ω, T)\, dω

    summed over the delta functions of :math:`A` without broadening.

    Parameters
    ----------
    model : Anderson
    temperature : float, str or list
        In K, positive.
    level : array, optional
        Gate sweep: energies of the orbital, meV, in place of the model's.
    to, from_ : str, optional
        Leads; not needed where there are two.
    wilson : Wilson, optional
        Λ, number of states and of averages.
    unit : str

    Returns
    -------
    Dataset
        ``conductance`` and ``error``, dims (level, temperature); without level if none is given.
        The error is half of the difference between averages over every second discretization.

    References
    ----------
    Y. Meir and N. S. Wingreen, Phys. Rev. Lett. 68, 2512 (1992); A. Weichselbaum and J. von Delft,
    Phys. Rev. Lett. 99, 076402 (2007).
    """
    import xarray as xr

    wilson = wilson or Wilson()
    largest = model.share(*_leads(model, to, from_)) * ratio("e²/h", unit)
    swept = [model.level] if level is None else energies(level, "level").tolist()
    models = [replace(model, level=float(e)) for e in swept]
    kelvin, kt = thermal_energies(model, temperature)
    found = np.array(_distinct(models, lambda m: _thermal(m, kt, wilson)))
    coordinates = {
        "level": ("level", swept, {"units": "meV"}),
        "temperature": ("temperature", kelvin, {"units": "K"}),
    }
    names = {"conductance": found[:, 0], "error": found[:, 1]}
    dims = ("level", "temperature")
    parts = {name: (dims, largest * x, {"units": unit}) for name, x in names.items()}
    data = xr.Dataset(parts, coordinates, provenance(wilson))
    return data.isel(level=0, drop=level is None) if level is None else data


def occupation(model: Anderson, *, temperature: Any, wilson: Wilson | None = None) -> "xr.Dataset":
    """Mean number of electrons of each spin on the dot.

    Returns
    -------
    Dataset
        ``up`` and ``down`` with dim temperature.
    """
    import xarray as xr

    wilson = wilson or Wilson()
    kelvin, kt = thermal_energies(model, temperature)

    def read(shells: Sequence[Shell], shift: float, sites: int) -> RealArray:
        whole = ensemble(shells, kt, np.inf)
        rho = np.zeros((2, len(kt)))
        for state in states_up_the_chain(whole):
            if state.n == 0:
                for charges, weight in traced(shells[0], state, np.arange(len(kt))).items():
                    rho += np.outer(charges, weight[:, 0, 0])
        return rho

    mean, _ = averaged(model, wilson, kt.min(), read, spins=())
    parts = {
        name: ("temperature", n, {"units": "1"})
        for name, n in zip(("up", "down"), mean, strict=True)
    }
    coordinates = {"temperature": ("temperature", kelvin, {"units": "K"})}
    return xr.Dataset(parts, coordinates, provenance(wilson))


def _thermal(model: Anderson, kt: RealArray, wilson: Wilson) -> RealArray:
    """πΓ/2 ∫(-f') A summed over spins, and its error, shape (2, t)."""
    spins = independent_spins(model)

    def read(shells: Sequence[Shell], shift: float, sites: int) -> RealArray:
        return sum((thermal_sum(shells, kt, spin) for spin in spins), np.zeros(len(kt)))

    scale = np.pi * model.width / model.bandwidth / 2 * (2 / len(spins))
    mean, error = averaged(model, wilson, float(kt.min()), read, spins)
    return scale * np.stack([mean, error])


def independent_spins(model: Anderson) -> tuple[Charges, ...]:
    """One spin without a field, and in the middle of the valley: holes of one are the other."""
    if model.zeeman == 0 or 2 * model.level + model.interaction == 0:
        return (UP,)
    return UP, DOWN


def _distinct(models: Sequence[Anderson], solve: Any) -> list[RealArray]:
    """Solutions of all models; one and its particle-hole image are solved once."""
    known: dict[float, RealArray] = {}
    found = []
    for model in models:
        asymmetry = round(abs(2 * model.level + model.interaction), 12)
        if asymmetry not in known:
            known[asymmetry] = solve(model)
        found.append(known[asymmetry])
    return found


def _leads(model: Anderson, to: str | None, from_: str | None) -> tuple[str, str]:
    if to is None and from_ is None and len(model.rates) == 2:
        source, drain = model.rates
        return drain, source
    if to is None or from_ is None:
        raise InvalidInput(f"name the leads, to= and from_=, among {list(model.rates)}")
    return to, from_


def energies(given: Any, name: str = "energy") -> RealArray:
    """Finite energies in meV, shape (n,)."""
    values = np.asarray(quantity(given, "meV", name=name), dtype=np.float64)
    if values.ndim > 1 or not np.isfinite(values).all():
        raise InvalidInput(f"{name} must be a finite number or a list of them, got {given!r}")
    return np.atleast_1d(values)


def provenance(wilson: Wilson) -> dict[str, Any]:
    """Attributes of every result."""
    return {
        "method": METHOD, "kind": "computed", "ratio": wilson.ratio, "states": wilson.states,
        "shifts": wilson.shifts,
    }  # fmt: skip
