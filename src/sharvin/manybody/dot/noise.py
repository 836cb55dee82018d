"""Current noise of sequential tunneling at zero frequency."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.formulas.logistic import logistic
from sharvin.manybody.dot.contacts import Contacts, contacts
from sharvin.manybody.dot.model import Dot
from sharvin.manybody.dot.pauli import pauli
from sharvin.manybody.dot.states import VOLT, States, states
from sharvin.manybody.dot.transport import AMPERE, read_voltages
from sharvin.typing import RealArray
from sharvin.units import ELEMENTARY_CHARGE

if TYPE_CHECKING:
    import xarray as xr

CHUNK = 4096


def noise(dot: Dot, *, rates: Mapping[str, Any], temperature: Any, **voltages: Any) -> "xr.Dataset":
    r"""Correlations of the currents from all leads, one-sided, at zero frequency.

    .. math:: S_{αβ} = \frac{2e^2}{\hbar} \Bigl[δ_{αβ} \langle K_α \rangle
              - \mathbf 1^T (J_α R\, J_β + J_β R\, J_α)\, p \Bigr]

    J counts the electrons that come from a lead minus those that return, K both; R inverts the
    rate matrix on everything but its stationary state p.

    Parameters
    ----------
    As for `transport`, with method "pauli".

    Returns
    -------
    Dataset
        ``noise`` in A²/Hz, dims (lead, other, voltages...); ``fano`` :math:`S/2e|I|` of each lead,
        NaN at zero current.

    References
    ----------
    S. Hershfield et al., Phys. Rev. B 47, 1967 (1993); A. N. Korotkov, Phys. Rev. B 49, 10381
    (1994).
    """
    import xarray as xr

    leads = contacts(rates, temperature, dot.orbitals)
    sweep = read_voltages(dot, leads.names, voltages)
    mu = np.stack([-VOLT * sweep.volts[name] for name in leads.names], axis=1)
    parts = []
    for start in range(0, sweep.points, CHUNK):
        here = slice(start, start + CHUNK)
        volts = {name: v[here] for name, v in sweep.volts.items()}
        parts.append(_spectrum(states(dot, volts, len(mu[here])), leads, mu[here]))
    power = np.concatenate([s for s, _ in parts]) * AMPERE * ELEMENTARY_CHARGE
    current = AMPERE * np.concatenate([i for _, i in parts])
    own = np.einsum("paa->pa", power)
    with np.errstate(divide="ignore", invalid="ignore"):
        fano = np.where(current != 0, own / (2 * ELEMENTARY_CHARGE * np.abs(current)), np.nan)
    dims = tuple(sweep.axes)
    count = len(leads.names)
    shape = sweep.shape
    data = {
        "noise": (
            ("lead", "other", *dims),
            np.moveaxis(power, 0, -1).reshape(count, count, *shape), {"units": "A²/Hz"},
        ),
        "fano": (("lead", *dims), fano.T.reshape(count, *shape), {"units": "1"}),
    }  # fmt: skip
    names = list(leads.names)
    axes = {name: (name, axis, {"units": "V"}) for name, axis in sweep.axes.items()}
    return xr.Dataset(data, {"lead": names, "other": names, **axes})


def _spectrum(found: States, leads: Contacts, mu: RealArray) -> tuple[RealArray, RealArray]:
    """Noise over e²/ħ, shape (points, leads, leads), and electrons into the dot, in meV."""
    steady = pauli(found, leads, mu)
    p = steady.probabilities
    low, high = found.transitions
    weights = leads.weights(found)
    gap = found.energies[:, high] - found.energies[:, low]
    x = (gap[:, None] - mu[:, :, None]) / leads.thermal_energies[:, None]
    into, out = weights * logistic(-x), weights * logistic(x)
    points, size = p.shape
    rate = np.zeros((points, size, size))  # from column to row
    rate[:, high, low] = into.sum(axis=1)
    rate[:, low, high] = out.sum(axis=1)
    diagonal = np.arange(size)
    rate[:, diagonal, diagonal] = -rate.sum(axis=1)
    less, more = np.eye(size)[low], np.eye(size)[high]  # (transitions, s)
    gained, lost = into * p[:, None, low], out * p[:, None, high]
    jumped = (gained @ more - lost @ less).swapaxes(1, 2)  # J p of each lead
    mean = jumped.sum(axis=1)
    right = jumped - p[:, :, None] * mean[:, None, :]
    scale = np.abs(rate).max(axis=(1, 2))
    rate[:, 0, :] = scale[:, None]  # instead of one equation too many: the sum of x vanishes
    right[:, 0, :] = 0.0
    solved = np.linalg.solve(rate, right)
    # 1ᵀ J_α as a row: what each state passes on per unit time.
    row = into @ less - out @ more
    cross = row @ solved
    power = -cross - cross.swapaxes(-1, -2)
    own = np.arange(len(leads.names))
    power[:, own, own] += (gained + lost).sum(axis=2)
    return 2 * power, mean
