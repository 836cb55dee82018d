"""Current noise at zero frequency."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sharvin.errors import UnknownName, Unreliable
from sharvin.formulas.logistic import logistic
from sharvin.manybody.dot.contacts import Contacts, contacts
from sharvin.manybody.dot.counting import Fluctuations, correlations
from sharvin.manybody.dot.model import Dot
from sharvin.manybody.dot.pauli import pauli
from sharvin.manybody.dot.redfield import redfield_noise
from sharvin.manybody.dot.states import VOLT, States, states
from sharvin.manybody.dot.transport import AMPERE, read_voltages
from sharvin.manybody.dot.validity import flags
from sharvin.typing import IntArray, RealArray
from sharvin.units import ELEMENTARY_CHARGE

if TYPE_CHECKING:
    import xarray as xr

CHUNK = 4096
COUNTED = {"pauli": 1, "redfield": 16}  # chunks are smaller where a point is a density matrix


def noise(
    dot: Dot,
    *,
    rates: Mapping[str, Any],
    temperature: Any,
    method: Literal["pauli", "redfield"] = "pauli",
    **voltages: Any,
) -> "xr.Dataset":
    r"""Correlations of the currents from all leads, one-sided, at zero frequency.

    .. math:: S_{αβ} = \frac{2e^2}{\hbar} \Bigl[δ_{αβ} \langle K_α \rangle
              - \operatorname{tr} (J_α R\, J_β + J_β R\, J_α)\, ρ \Bigr]

    J counts the electrons that come from a lead minus those that return, K both; R inverts the
    generator on everything but its stationary state ρ: probabilities with method "pauli", a
    density matrix with "redfield".

    Parameters
    ----------
    As for `transport`, with method "pauli" or "redfield".

    Returns
    -------
    Dataset
        ``noise`` in A²/Hz, dims (lead, other, voltages...); ``fano`` :math:`S/2e|I|` of each lead,
        NaN at zero current; ``current`` in A, positive into the dot; ``valid``. Points at which
        the method failed are NaN and not valid. ``attrs`` are those of `transport`;
        ``conservation`` is that of the noise.

    References
    ----------
    S. Hershfield et al., Phys. Rev. B 47, 1967 (1993); A. N. Korotkov, Phys. Rev. B 49, 10381
    (1994); C. Flindt, T. Novotný and A.-P. Jauho, Phys. Rev. B 70, 205334 (2004).
    """
    import xarray as xr

    if method not in COUNTED:
        raise UnknownName.among("method of the noise", method, COUNTED)
    leads = contacts(rates, temperature, dot.orbitals)
    sweep = read_voltages(dot, leads.names, voltages)
    mu = np.stack([-VOLT * sweep.volts[name] for name in leads.names], axis=1)
    solver = redfield_noise if method == "redfield" else pauli_noise
    parts, size = [], CHUNK // COUNTED[method]
    for start in range(0, sweep.points, size):
        here = slice(start, start + size)
        volts = {name: v[here] for name, v in sweep.volts.items()}
        parts.append(solver(states(dot, volts, len(mu[here])), leads, mu[here]))
    valid, lowest, power, electrons = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("valid", "lowest", "power", "electrons")
    )
    if not valid.any():
        raise Unreliable(f"method {method!r} fails at every point: raise the temperature")
    power = np.where(valid[:, None, None], 2 * AMPERE * ELEMENTARY_CHARGE * power, np.nan)
    current = np.where(valid[:, None], -AMPERE * electrons, np.nan)
    own = np.einsum("paa->pa", power)
    with np.errstate(divide="ignore", invalid="ignore"):
        fano = np.where(current != 0, own / (2 * ELEMENTARY_CHARGE * np.abs(current)), np.nan)
    dims, shape, count = tuple(sweep.axes), sweep.shape, len(leads.names)
    data = {
        "noise": (
            ("lead", "other", *dims),
            np.moveaxis(power, 0, -1).reshape(count, count, *shape), {"units": "A²/Hz"},
        ),
        "fano": (("lead", *dims), fano.T.reshape(count, *shape), {"units": "1"}),
        "current": (("lead", *dims), current.T.reshape(count, *shape), {"units": "A"}),
        "valid": (dims, valid.reshape(shape), {}),
    }  # fmt: skip
    names = list(leads.names)
    axes = {name: (name, axis, {"units": "V"}) for name, axis in sweep.axes.items()}
    attrs = flags(leads, method, lowest, power, valid)
    return xr.Dataset(data, {"lead": names, "other": names, **axes}, attrs)


def pauli_noise(found: States, leads: Contacts, mu: RealArray) -> Fluctuations:
    """Noise of sequential tunneling between eigenstates."""
    steady = pauli(found, leads, mu)
    p = np.where(steady.valid[:, None], steady.probabilities, 1.0 / len(found.charges))
    low, high = found.transitions
    into, out = tunneling(found, leads.weights(found), leads.thermal_energies, mu)
    size = p.shape[1]
    generator = rate_matrix(into.sum(axis=1), out.sum(axis=1), low, high, size)
    less, more = np.eye(size)[low], np.eye(size)[high]  # (transitions, s)
    gained, lost = into * p[:, None, low], out * p[:, None, high]
    passed = (gained @ more - lost @ less).swapaxes(1, 2)
    rows = into @ less - out @ more  # what each state passes on per unit time
    activity = (gained + lost).sum(axis=2)
    power = correlations(generator, p, np.ones(size), passed, rows, activity)
    return Fluctuations(power, passed.sum(axis=1), steady.valid, steady.lowest)


def tunneling(
    found: States, weights: RealArray, thermal_energies: RealArray, mu: RealArray
) -> tuple[RealArray, RealArray]:
    """Rates of all transitions by electrons from and into each lead, (points, leads, t)."""
    low, high = found.transitions
    gap = found.energies[:, high] - found.energies[:, low]
    x = (gap[:, None] - mu[:, :, None]) / thermal_energies[:, None]
    return weights * logistic(-x), weights * logistic(x)


def rate_matrix(
    into: RealArray, out: RealArray, low: IntArray, high: IntArray, size: int
) -> RealArray:
    """Generator from rates up and down of all transitions: from column to row, columns add to 0."""
    rate = np.zeros((len(into), size, size))
    rate[:, high, low] = into
    rate[:, low, high] = out
    diagonal = np.arange(size)
    rate[:, diagonal, diagonal] = -rate.sum(axis=1)
    return rate
