"""Currents through a dot on a map of voltages, by the method that the caller chooses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sharvin.errors import InvalidInput, UnknownName, Unreliable
from sharvin.manybody.dot.contacts import Contacts, contacts
from sharvin.manybody.dot.model import Dot
from sharvin.manybody.dot.pauli import Steady, pauli
from sharvin.manybody.dot.states import VOLT, states
from sharvin.manybody.dot.validity import flags
from sharvin.typing import RealArray
from sharvin.units import ELEMENTARY_CHARGE, HBAR, quantity, ratio

if TYPE_CHECKING:
    import xarray as xr

Method = Literal["pauli", "redfield", "cotunneling"]

AMPERE = ELEMENTARY_CHARGE / HBAR * 1e12  # e · meV/ħ
WATT = AMPERE * 1e-3  # meV²/ħ
CHUNK = 4096  # points that are diagonalized at once where voltages mix orbitals
STEP = 1e-3  # of k_B T, for derivatives


@dataclass(frozen=True, eq=False)
class Sweep:
    """Voltages of all leads and gates at every point of a grid.

    Parameters
    ----------
    axes : mapping of str to array
        Swept names in the order given, V.
    volts : mapping of str to array, shape (points,)
    """

    axes: Mapping[str, RealArray]
    volts: Mapping[str, RealArray]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the grid."""
        return tuple(len(axis) for axis in self.axes.values())

    @property
    def points(self) -> int:
        """Number of points."""
        return int(np.prod(self.shape, dtype=int))


def transport(
    dot: Dot,
    *,
    rates: Mapping[str, Any],
    temperature: Any,
    method: Method = "pauli",
    **voltages: Any,
) -> "xr.Dataset":
    r"""Stationary currents into the dot from every lead.

    "pauli" counts electrons that tunnel one by one between eigenstates (first order in Γ).
    "redfield" adds superpositions of states of equal charge. "cotunneling" adds to "pauli" the
    second order: an electron passes through while another one leaves.

    Parameters
    ----------
    dot : Dot
    rates : mapping
        Per lead a tunneling rate (times ħ) for all orbitals, one per orbital, or a Hermitian
        matrix; meV.
    temperature : float, str or mapping
        K; per lead if it is a mapping.
    method : str
    **voltages
        V of leads (by default 0) and gates; a number is a point, an array an axis. An electron
        in a lead has the chemical potential :math:`-eV`.

    Returns
    -------
    Dataset
        With the swept voltages as dims: ``current`` (A, positive into the dot), ``energy_current``
        (W, with the electrons into the dot), ``heat_current`` (W, positive arriving in the lead),
        each with dim "lead"; ``charge``, the mean number of electrons; ``probability`` of each
        ``state``; ``valid``. Points at which the method failed are NaN and not valid.
        ``attrs``: ``broadening`` Γ/k_B T and the ``trust`` it allows, ``conservation`` (sum of the
        currents over the largest), ``lowest_probability``, and ``invalid``, the number of points
        without a result.

    Raises
    ------
    Unreliable
        For Γ > k_B T, dark states, and superpositions where the method knows none.

    References
    ----------
    C. W. J. Beenakker, Phys. Rev. B 44, 1646 (1991); J. Koch, F. von Oppen and A. V. Andreev,
    Phys. Rev. B 74, 205438 (2006) for the second order.
    """
    leads = contacts(rates, temperature, dot.orbitals)
    sweep = read_voltages(dot, leads.names, voltages)
    found = solve(dot, leads, sweep.volts, sweep.points, method)
    return _labelled(found, leads, sweep, method)


def solve(
    dot: Dot, leads: Contacts, volts: Mapping[str, RealArray], points: int, method: Method
) -> "Solved":
    """The same without labels, chunk by chunk."""
    solver = _solver(method)
    mu = np.stack([-VOLT * volts[name] for name in leads.names], axis=1)
    first = states(dot, {name: v[:1] for name, v in volts.items()}, 1)
    size = points if first.shared and method == "pauli" else max(1, CHUNK // len(first.charges))
    parts = []
    for start in range(0, points, size):
        here = slice(start, start + size)
        chunk = mu[here]
        found = states(dot, {name: v[here] for name, v in volts.items()}, len(chunk))
        parts.append(solver(found, leads, chunk))
    steady = Steady(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("probabilities", "electrons", "energy", "valid", "lowest")
        )
    )
    return Solved(steady, mu, first.charges)


@dataclass(frozen=True, eq=False)
class Solved:
    """A steady state with the chemical potentials it belongs to, and the charges of states."""

    steady: Steady
    mu: RealArray
    charges: Any


def differential_conductance(
    dot: Dot,
    *,
    rates: Mapping[str, Any],
    temperature: Any,
    bias: str = "source",
    method: Method = "pauli",
    unit: str = "e²/h",
    **voltages: Any,
) -> "xr.DataArray":
    r"""Derivative :math:`dI/dV` of the current into a lead with respect to its own voltage.

    By a central difference of :math:`10^{-3} k_B T`, whose error is 2e-7 of the largest slope.

    Parameters
    ----------
    bias : str
        The lead. With its voltage (and all others) at zero this is the linear conductance.

    Returns
    -------
    DataArray
        In `unit`, with the swept voltages as dims; NaN where the method failed. ``attrs`` as those
        of `transport`; ``conservation`` is that of the derivatives.
    """
    import xarray as xr

    leads = contacts(rates, temperature, dot.orbitals)
    if bias not in leads.names:
        raise UnknownName.among("lead", bias, leads.names)
    sweep = read_voltages(dot, leads.names, voltages)
    step = STEP * leads.thermal_energies.min() / VOLT
    lead = leads.names.index(bias)
    more, less = (
        solve(
            dot, leads, {**sweep.volts, bias: sweep.volts[bias] + sign * step}, sweep.points, method
        ).steady
        for sign in (1, -1)
    )
    valid, change = more.valid & less.valid, less.electrons - more.electrons
    # Rates over ħ in meV per meV of bias: e²/ħ = 2π e²/h.
    slope = 2 * np.pi * change[:, lead] / (2 * step * VOLT) * ratio("e²/h", unit)
    slope[~valid] = np.nan
    attrs = flags(leads, method, np.minimum(more.lowest, less.lowest), change, valid)
    return xr.DataArray(
        slope.reshape(sweep.shape), _coordinates(sweep), tuple(sweep.axes), "conductance",
        {"units": unit, "long_name": f"dI/dV of {bias}", **attrs},
    )  # fmt: skip


def read_voltages(dot: Dot, leads: tuple[str, ...], given: Mapping[str, Any]) -> Sweep:
    """Grid of all given voltages; unknown names are refused."""
    known = [*leads, *(name for name in dot.lever_arms if name not in leads)]
    axes: dict[str, RealArray] = {}
    fixed = dict.fromkeys(known, 0.0)
    for name, value in given.items():
        if name not in known:
            raise UnknownName.among("lead or gate", name, known)
        volts = np.asarray(quantity(value, "V", name=name), dtype=np.float64)
        if volts.ndim > 1 or not np.isfinite(volts).all():
            raise InvalidInput(f"{name} must be a finite voltage or a list of them")
        if volts.ndim:
            axes[name] = volts
        else:
            fixed[name] = float(volts)
    grid = np.meshgrid(*axes.values(), indexing="ij") if axes else []
    points = int(np.prod([len(axis) for axis in axes.values()], dtype=int))
    every = {name: np.full(points, value) for name, value in fixed.items()}
    every.update({name: x.ravel() for name, x in zip(axes, grid, strict=True)})
    return Sweep(axes, every)


def _solver(method: str) -> Any:
    if method == "pauli":
        return pauli
    if method == "redfield":
        from sharvin.manybody.dot.redfield import redfield

        return redfield
    if method == "cotunneling":
        from sharvin.manybody.dot.cotunneling import with_cotunneling

        return with_cotunneling
    raise UnknownName.among("method", method, ("pauli", "redfield", "cotunneling"))


def _labelled(found: Solved, leads: Contacts, sweep: Sweep, method: str) -> "xr.Dataset":
    import xarray as xr

    steady = found.steady
    bad = ~steady.valid
    if bad.all():
        raise Unreliable(
            f"method {method!r} fails at every point: move away from the resonances, or raise the "
            "temperature"
        )

    def on_grid(values: RealArray) -> RealArray:
        values = np.where(bad[:, None], np.nan, values)
        return values.T.reshape(-1, *sweep.shape)

    heat = found.mu * steady.electrons - steady.energy
    dims = tuple(sweep.axes)
    parts = {
        "current": (("lead", *dims), on_grid(-AMPERE * steady.electrons), {"units": "A"}),
        "energy_current": (("lead", *dims), on_grid(WATT * steady.energy), {"units": "W"}),
        "heat_current": (("lead", *dims), on_grid(WATT * heat), {"units": "W"}),
        "charge": (dims, on_grid((steady.probabilities @ found.charges)[:, None])[0], {}),
        "probability": (("state", *dims), on_grid(steady.probabilities), {}),
        "valid": (dims, steady.valid.reshape(sweep.shape), {}),
    }
    attrs = flags(leads, method, steady.lowest, steady.electrons, steady.valid)
    coordinates = {
        "lead": list(leads.names), **_coordinates(sweep),
        "electrons": ("state", found.charges),
    }  # fmt: skip
    return xr.Dataset(parts, coordinates, attrs)


def _coordinates(sweep: Sweep) -> dict[str, Any]:
    return {name: (name, axis, {"units": "V"}) for name, axis in sweep.axes.items()}
