"""What a measurement of the dot's conductance, charge and spectrum would give."""

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
from sharvin.manybody.nrg.weights import peaks, thermal_sum
from sharvin.typing import RealArray
from sharvin.units import quantity, ratio

if TYPE_CHECKING:
    import xarray as xr

FAINT = 1e-16  # weights below this add up to nothing
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
    swept = [model.level] if level is None else np.atleast_1d(_meV(level)).tolist()
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
    data = xr.Dataset(parts, coordinates, _provenance(wilson))
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
    return xr.Dataset(parts, coordinates, _provenance(wilson))


def spectral_function(
    model: Anderson,
    *,
    energy: Any,
    temperature: float | str,
    wilson: Wilson | None = None,
    broadening: float = 0.4,
) -> "xr.Dataset":
    r"""Spectral function of each spin, for pictures: its delta functions are broadened.

    On a logarithmic scale far from the Fermi energy (by `broadening`), by :math:`k_B T` near it.

    Parameters
    ----------
    energy : array
        From the Fermi energy, meV.
    temperature : float or str
        One temperature, K.
    broadening : float
        Width in ln ω; too small and the discretization shows.

    Returns
    -------
    Dataset
        ``up`` and ``down`` in 1/meV with dim energy, and ``sum_rule``: the total weight of the
        delta functions, exactly 1 but for rounding.

    References
    ----------
    A. Weichselbaum and J. von Delft, Phys. Rev. Lett. 99, 076402 (2007), broadening in eq. (20).
    """
    import xarray as xr

    wilson = wilson or Wilson()
    _, kt = thermal_energies(model, temperature)
    if len(kt) != 1:
        raise InvalidInput("a spectral function is taken at one temperature")
    omega = np.atleast_1d(_meV(energy))
    edges = _edges(kt[0])
    spins = _independent_spins(model)

    def read(shells: Sequence[Shell], shift: float, sites: int) -> RealArray:
        return np.array([_histogram(shells, kt, spin, edges) for spin in spins])

    bins, _ = averaged(model, wilson, kt[0], read, spins)
    if model.zeeman and len(bins) == 1:  # the bins lie evenly on both sides of the Fermi energy
        bins = np.stack([bins[0], bins[0, ::-1]])
    middles = (edges[1:] + edges[:-1]) / 2
    kernel = _broadened(omega / model.bandwidth, middles, broadening, kt[0])
    found = bins @ kernel / model.bandwidth
    parts = {
        "up": ("energy", found[0], {"units": "1/meV"}),
        "down": ("energy", found[-1], {"units": "1/meV"}),
        "sum_rule": ((), bins.sum(axis=1).mean(), {"units": "1"}),
    }
    coordinates = {"energy": ("energy", omega, {"units": "meV"})}
    return xr.Dataset(parts, coordinates, _provenance(wilson))


def _thermal(model: Anderson, kt: RealArray, wilson: Wilson) -> RealArray:
    """πΓ/2 ∫(-f') A summed over spins, and its error, shape (2, t)."""
    spins = _independent_spins(model)

    def read(shells: Sequence[Shell], shift: float, sites: int) -> RealArray:
        return sum((thermal_sum(shells, kt, spin) for spin in spins), np.zeros(len(kt)))

    scale = np.pi * model.width / model.bandwidth / 2 * (2 / len(spins))
    mean, error = averaged(model, wilson, float(kt.min()), read, spins)
    return scale * np.stack([mean, error])


def _independent_spins(model: Anderson) -> tuple[Charges, ...]:
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


def _meV(energy: Any) -> RealArray:
    values = np.asarray(quantity(energy, "meV", name="energy"), dtype=np.float64)
    if values.ndim > 1:
        raise InvalidInput(f"energies must be a number or a list, got shape {values.shape}")
    return values


def _provenance(wilson: Wilson) -> dict[str, Any]:
    return {
        "method": METHOD, "kind": "computed", "ratio": wilson.ratio, "states": wilson.states,
        "shifts": wilson.shifts,
    }  # fmt: skip


def _edges(kt: float, per_decade: int = 100) -> RealArray:
    """Bins in ω: fine and even in ln|ω| down to far below k_B T."""
    count = int(np.log10(20 / (1e-3 * kt)) * per_decade)
    positive = np.geomspace(1e-3 * kt, 20.0, count)
    return np.concatenate([-positive[::-1], positive])


def _histogram(
    shells: Sequence[Shell], kt: RealArray, spin: Charges, edges: RealArray
) -> RealArray:
    total = np.zeros(len(edges) - 1)
    count = len(edges) // 2  # edges on each side of the Fermi energy
    least, step = np.log(edges[count]), np.log(edges[-1] / edges[count]) / (count - 1)
    for block in peaks(shells, kt, spin, np.inf):
        weights = block.weights[0]
        rows, columns = np.nonzero(np.abs(weights) > FAINT)
        omega = block.columns[columns] - block.rows[rows]
        size = np.log(np.maximum(np.abs(omega), 1e-300))
        place = np.clip(((size - least) // step).astype(np.int64), -1, count - 2) + 1
        middle = count - 1  # the bin around the Fermi energy
        signed = np.where(omega < 0, middle - place, middle + place)
        total += np.bincount(signed, weights[rows, columns], len(total))
    return total


def _broadened(omega: RealArray, peaks_at: RealArray, width: float, thermal: float) -> RealArray:
    """Weight of each peak at each ω, shape (peaks, ω): log-normal far out, normal within kT."""
    w, p = omega[None, :], peaks_at[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):  # ω = 0 and peaks at 0
        shape = np.exp(-((np.log(np.abs(w / p)) / width - width / 4) ** 2))
        far = np.where(w * p > 0, shape / (np.sqrt(np.pi) * width * np.abs(w)), 0.0)
        inside = np.exp(-((np.log(np.abs(p) / thermal) / width) ** 2))
    near = np.exp(-(((w - p) / thermal) ** 2)) / (np.sqrt(np.pi) * thermal)
    share = np.where(np.abs(p) < thermal, inside, 1.0)
    total: RealArray = far * share + near * (1 - share)
    return total
