"""Probabilities and currents from rates: the master equation in the dot's eigenbasis."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import connected_components

from sharvin.errors import Unreliable
from sharvin.manybody.dot.contacts import Contacts
from sharvin.manybody.dot.kernels import pauli_map
from sharvin.manybody.dot.states import States
from sharvin.typing import BoolArray, IntArray, NumberArray, RealArray

# States whose distance is not large compared with the rate that mixes them are not populated
# independently.
MIXING = 0.3


@dataclass(frozen=True, eq=False)
class Steady:
    """Stationary state and flows at every point.

    Parameters
    ----------
    probabilities : array, shape (points, s)
    electrons, energy : array, shape (points, leads)
        Into the dot from each lead, over ħ: meV and meV².
    valid : boolean array, shape (points,)
    lowest : array, shape (points,)
        Smallest probability, in the basis in which the state is diagonal.
    """

    probabilities: RealArray
    electrons: RealArray
    energy: RealArray
    valid: BoolArray
    lowest: RealArray


def pauli(
    states: States,
    contacts: Contacts,
    mu: RealArray,
    extra: RealArray | None = None,
    openings: RealArray | None = None,
) -> Steady:
    """Solve the master equation with sequential tunneling, and `extra` rates if there are any.

    Parameters
    ----------
    mu : array, shape (points, leads)
        Chemical potentials, meV.
    extra : array, shape (points, s, s), optional
        Further rates from row to column. Their currents are not counted here.
    openings : array, shape (points, leads), optional
        Factors of at most one on the rates of each lead.

    Raises
    ------
    Unreliable
        Where the stationary state is not determined, or states are superposed.
    """
    low, high = states.transitions
    weights = contacts.weights(states)
    check_connected(states, weights, extra)
    if openings is not None:
        weights = np.ascontiguousarray(weights * openings[:, :, None])
    check_unmixed(states, contacts)
    points, size = states.energies.shape
    p = np.empty((points, size))
    flows = np.empty((points, len(contacts.names), 2))
    determined = np.empty(points)
    pauli_map(
        np.ascontiguousarray(states.energies), low, high, weights, np.ascontiguousarray(mu),
        contacts.thermal_energies, np.zeros((0, size, size)) if extra is None else extra,
        _first(states.charges, extra is not None), p, flows, determined,
    )  # fmt: skip
    valid = (determined > 0) & np.isfinite(p).all(axis=1)
    if not valid.any():
        raise Unreliable(
            "the stationary state is not determined: no electron can leave some states within any "
            "time; raise the temperature"
        )
    return Steady(p, flows[:, :, 0], flows[:, :, 1], valid, p.min(axis=1))


def _first(charges: IntArray, everywhere: bool) -> IntArray:
    """First state that each state can lead to, once all later ones are eliminated."""
    if everywhere:
        return np.zeros(len(charges), dtype=np.int64)
    first: IntArray = np.searchsorted(charges, charges - 1).astype(np.int64)
    return first


def check_connected(states: States, weights: RealArray, extra: RealArray | None = None) -> None:
    """Refuse dots with states that no lead fills or empties."""
    low, high = states.transitions
    size = len(states.charges)
    strength = weights.sum(axis=1).max(axis=0)
    graph = np.zeros((size, size))
    graph[low, high] = strength > 1e-12 * max(strength.max(initial=0.0), 1e-300)
    if extra is not None:
        graph += extra.max(axis=0) > 0
    count, label = connected_components(graph, directed=False)
    if count > 1:
        alone = np.flatnonzero(label != np.bincount(label).argmax())
        raise Unreliable(
            f"the stationary state is not determined: {len(alone)} of {size} states, such as one "
            f"with {states.charges[alone[0]]} electrons, are dark; no lead fills or empties them. "
            "Couple every orbital to a lead, or drop those that are not coupled"
        )


def check_unmixed(states: States, contacts: Contacts) -> None:
    r"""Refuse (nearly) degenerate states between which tunneling builds up coherence.

    The rates :math:`\sum_{ij} Γ_{α,ij} d^†_i d_j` and :math:`d_j d^†_i` between two states of equal
    charge must be small compared with their distance; those of different leads do not cancel,
    since a voltage tells them apart.
    """
    d = states.ladder
    points, _, size, _ = d.shape
    columns, lines = d.reshape(points, -1, size), _lines(d)
    rate = np.zeros((points, size, size))
    for gamma in contacts.rates:
        gd = np.einsum("ij,pjab->piab", gamma, d)
        rate += np.abs(columns.conj().swapaxes(1, 2) @ gd.reshape(points, -1, size))
        rate += np.abs(_lines(gd) @ lines.conj().swapaxes(1, 2))
    rate[rate < 1e-9 * np.abs(contacts.rates).max()] = 0.0
    same = np.triu(states.charges[:, None] == states.charges[None, :], 1)
    one, other = np.nonzero(same & (rate.max(axis=0) > 0))
    gap = np.abs(states.energies[:, one] - states.energies[:, other])
    with np.errstate(divide="ignore", invalid="ignore"):
        worst = float(np.nan_to_num(rate[:, one, other] / gap).max(initial=0.0))
    if worst > MIXING:
        raise Unreliable(
            "two states of equal charge are closer than the rate that superposes them (rate over "
            f"distance {min(worst, 1e9):.2g}): probabilities alone do not describe this "
            "dot; use method='redfield'"
        )


def _lines(d: NumberArray) -> NumberArray:
    """All matrices of each point side by side, shape (points, s, orbitals times s)."""
    found: NumberArray = d.transpose(0, 2, 1, 3).reshape(len(d), d.shape[2], -1)
    return found
