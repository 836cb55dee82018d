"""The thermal state of the whole chain, seen by the states of each shell.

The full density matrix puts the weight :math:`w_n` on the discarded states of shell n. On the
kept states of a shell it is what all later shells leave there when their sites are traced out.
Temperatures share one walk up the chain.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sharvin.errors import Unreliable
from sharvin.manybody.nrg.blocks import Charges
from sharvin.manybody.nrg.flow import Shell
from sharvin.manybody.nrg.mirror import swapped
from sharvin.typing import BoolArray, IntArray, RealArray

LN4 = float(np.log(4.0))
# The chain may end where less than this is left of the thermal weight: measured, the conductance
# changes by 1e-9 (and by 1e-7 for 0.03).
NEGLIGIBLE = 1e-3
TOO_SHORT = 0.03


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Which shells matter at each temperature, and the partition functions.

    Parameters
    ----------
    shells : sequence of Shell
    thermal_energies : array, shape (t,)
    shifts : array, shape (shells,)
        Ground state of each shell above that of the longest chain.
    first, last : integer array, shape (t,)
        The chain ends at shell `last`; shells before `first` hold nothing within reach of k_B T.
    log_z : array, shape (t,)
        Of the chain that ends there.
    """

    shells: Sequence[Shell]
    thermal_energies: RealArray
    shifts: RealArray
    first: IntArray
    last: IntArray
    log_z: RealArray

    def occupation(self, n: int, charges: Charges, which: IntArray) -> RealArray:
        """Weight of every state of a block as if it were discarded, shape (t, states)."""
        e = self.shells[n].energies[charges] + self.shifts[n]
        more = LN4 * (self.last[which] - n) - self.log_z[which]
        r: RealArray = np.exp(more[:, None] - e / self.thermal_energies[which, None])
        return r


def ensemble(shells: Sequence[Shell], thermal_energies: RealArray, reach: float) -> Ensemble:
    """Thermal weights of all shells.

    Parameters
    ----------
    shells : sequence of Shell
    thermal_energies : array, shape (t,)
    reach : float
        In k_B T: shells whose discarded states all lie higher are left out; infinite for all.

    Raises
    ------
    Unreliable
        When the chain is too short for the lowest temperature.
    """
    ground = np.array([shell.ground for shell in shells])
    shifts = np.append(-np.cumsum(ground[:0:-1])[::-1], 0.0)
    logs = np.stack(
        [_log_parts(s, x, thermal_energies) for s, x in zip(shells, shifts, strict=True)]
    )
    place = np.arange(len(shells))
    kept_back = logs[:, 1] + LN4 * (len(shells) - 1 - place)[:, None]  # discarded states only
    share = np.exp(kept_back - np.logaddexp.reduce(kept_back, axis=0))
    left = np.cumsum(share[::-1], axis=0)[::-1]  # weight of this shell and all later ones
    last = np.minimum((left > NEGLIGIBLE).sum(axis=0), len(shells) - 1)
    if (left[-1] > TOO_SHORT).any():
        short = thermal_energies[np.argmax(left[-1])]
        raise Unreliable(
            f"a chain of {len(shells)} sites is too short for k_B T = {short:.3g}: its level "
            "spacing is not small; leave out sites= or ask for more"
        )
    cutoffs = np.array([shell.cutoff for shell in shells])
    within = cutoffs[:, None] < reach * thermal_energies
    first = np.minimum(np.where(within.any(axis=0), within.argmax(axis=0), last), last)
    if not np.isfinite(reach):
        first = np.zeros_like(last)
    log_z = np.array([_log_z(logs[:, :, t], end) for t, end in enumerate(last)])
    return Ensemble(shells, thermal_energies, shifts, first, last, log_z)


def _log_parts(shell: Shell, shift: float, thermal_energies: RealArray) -> RealArray:
    """Logarithms of the sums over all and over the discarded states, shape (2, t)."""
    every = np.concatenate(list(shell.energies.values()))
    out = [e[shell.kept[q] :] for q, e in shell.energies.items()]
    parts = []
    for energies in (every, np.concatenate(out)):
        if len(energies):
            low = energies.min()
            total = np.exp((low - energies) / thermal_energies[:, None]).sum(axis=1)
            parts.append(np.log(total) - (low + shift) / thermal_energies)
        else:
            parts.append(np.full(len(thermal_energies), -np.inf))
    return np.stack(parts)


def _log_z(logs: RealArray, end: int) -> float:
    """Partition function of the chain that ends at a shell, all of whose states count."""
    terms = [logs[n, 1] + LN4 * (end - n) for n in range(end)]
    return float(np.logaddexp.reduce([*terms, logs[end, 0]]))


@dataclass(frozen=True, eq=False)
class ShellState:
    """The thermal state on one shell, for the temperatures that it matters for.

    Parameters
    ----------
    n : int
    which : integer array, shape (t,)
        The temperatures.
    ends : boolean array, shape (t,)
        Whether the chain ends here, so that no state goes on.
    diagonal : mapping to array, shape (t, states)
        Weights of the states of each block; those of kept states only where the chain ends.
    kept : mapping to array, shape (t, kept, kept)
        Density matrix of the kept states.
    goes_on : mapping to array, shape (t, kept, kept)
        The same, zero where the chain ends.
    """

    n: int
    which: IntArray
    ends: BoolArray
    diagonal: Mapping[Charges, RealArray]
    kept: Mapping[Charges, RealArray]
    goes_on: Mapping[Charges, RealArray]


def states_up_the_chain(ensemble: Ensemble) -> Iterator[ShellState]:
    """The thermal state on every shell that matters, from the last to the first."""
    shells = ensemble.shells
    order = np.arange(len(ensemble.thermal_energies))
    state: ShellState | None = None
    for n in range(int(ensemble.last.max()), int(ensemble.first.min()) - 1, -1):
        which = order[(ensemble.first <= n) & (n <= ensemble.last)]
        if not len(which):
            state = None
            continue
        ends = ensemble.last[which] == n
        before = {} if state is None else traced(shells[n + 1], state, which)
        diagonal, kept, goes_on = {}, {}, {}
        for q in shells[n].energies:
            r, k = ensemble.occupation(n, q, which), shells[n].kept[q]
            matrix = np.zeros((len(which), k, k))
            if q in before:
                matrix[~ends] = before[q]
            goes_on[q] = matrix
            if ends.any():
                matrix = matrix.copy()
                matrix[ends] = r[ends, :k, None] * np.eye(k)
            r[~ends, :k] = 0.0
            diagonal[q], kept[q] = r, matrix
        state = ShellState(n, which, ends, diagonal, kept, goes_on)
        yield state


def traced(shell: Shell, state: ShellState, onward: IntArray) -> dict[Charges, RealArray]:
    """Density matrix of the states that a shell was built on: its own site is traced out.

    Parameters
    ----------
    onward : integer array
        Temperatures that are still wanted; others of `state` are dropped.
    """
    chosen = np.isin(state.which, onward)
    copied = shell.parities is not None  # blocks with more spins down are those with more up
    found: dict[Charges, RealArray] = {}
    for q, product in shell.blocks.items():
        k, u = shell.kept[q], shell.vectors[q]
        r, matrix = state.diagonal[q][chosen, k:], state.kept[q][chosen]
        for rows, old in zip(product.rows, product.old, strict=True):
            if rows.stop == rows.start or (copied and old[0] < old[1]):
                continue
            part = np.matmul(u[rows, k:] * r[:, None, :], u[rows, k:].T)
            if k:
                part += np.matmul(np.matmul(u[rows, :k], matrix), u[rows, :k].T)
            found[old] = found[old] + part if old in found else part
    if copied:
        found |= {swapped(old): part for old, part in found.items()}
    return found
