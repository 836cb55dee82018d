"""What it takes to add or remove an impurity electron: delta functions, and sums over them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sharvin.manybody.nrg.blocks import Charges, less
from sharvin.manybody.nrg.density import ShellState, ensemble, states_up_the_chain
from sharvin.manybody.nrg.flow import Shell
from sharvin.numerics.elimination.kernel import kernel
from sharvin.typing import IntArray, RealArray

# Discarded states from here on, in k_B T, are beyond the reach of -∂f/∂E.
REACH = 45.0
LARGE = 300.0


@dataclass(frozen=True, eq=False)
class Peaks:
    r"""A block of delta functions of :math:`A(ω) = \sum w\, δ(ω - (E_s - E_{s'}))`.

    Parameters
    ----------
    which : integer array, shape (t,)
        Temperatures.
    weights : array, shape (t, a, b)
    dressed : array, shape (t, a, b)
        The same for d times the number of electrons of the other spin, zero if not asked for.
    rows, columns : array, shape (a,) and (b,)
        Energies :math:`E_{s'}` and :math:`E_s`.
    """

    which: IntArray
    weights: RealArray
    dressed: RealArray
    rows: RealArray
    columns: RealArray


def peaks(
    shells: Sequence[Shell],
    thermal_energies: RealArray,
    spin: Charges,
    reach: float = REACH,
) -> Iterator[Peaks]:
    r"""All pairs of states of every shell of which at least one is discarded.

    .. math:: w = \langle s'|b|s\rangle \, [d^† ρ + ρ\, d^†]_{ss'}

    with :math:`b = d`, and d times the number of electrons of the other spin where the shells
    have it.

    References
    ----------
    A. Weichselbaum and J. von Delft, Phys. Rev. Lett. 99, 076402 (2007).
    """
    for state in states_up_the_chain(ensemble(shells, thermal_energies, reach)):
        shell = shells[state.n]
        for charges, d in shell.impurity[spin].items():
            if not d.size:
                continue
            target = less(charges, spin)
            outer = state.diagonal[target][:, :, None] + state.diagonal[charges][:, None, :]
            weights: RealArray = outer * d  # weights of kept states are zero where they go on
            rows, columns, left, right = _partly_kept(d, state, charges, target, shell)
            weights[:, :rows, columns:] += left
            weights[:, rows:, :columns] += right
            both = shell.dressed[spin][charges] if spin in shell.dressed else np.zeros_like(d)
            yield Peaks(
                state.which, weights * d, weights * both,
                shell.energies[target], shell.energies[charges],
            )  # fmt: skip


def _partly_kept(
    d: RealArray, state: ShellState, charges: Charges, target: Charges, shell: Shell
) -> tuple[int, int, RealArray, RealArray]:
    """Elements of d†ρ + ρd† from coherences between kept states, with one of two kept.

    Returns
    -------
    rows, columns : int
        How many states are kept.
    left, right : array
        Weights with the row kept and the column discarded, and the other way round. Pairs of kept
        states belong to later shells.
    """
    rows, columns = shell.kept[target], shell.kept[charges]
    left = np.matmul(state.goes_on[target], d[:rows, columns:])
    right = np.matmul(d[rows:, :columns], state.goes_on[charges])
    return rows, columns, left, right


def thermal_sum(shells: Sequence[Shell], thermal_energies: RealArray, spin: Charges) -> RealArray:
    r"""Spectral function seen by a current, :math:`\int A(ω) (-\partial f/\partial ω)\, dω`.

    Summed over the delta functions as they are: nothing is broadened but by temperature.

    Returns
    -------
    array, shape (t,)
        In one over the unit of energy.
    """
    total = np.zeros(len(thermal_energies))
    for state in states_up_the_chain(ensemble(shells, thermal_energies, REACH)):
        shell, kt = shells[state.n], thermal_energies[state.which, None]
        halves = {q: np.exp(np.minimum(e / (2 * kt), LARGE)) for q, e in shell.energies.items()}
        found = np.zeros(len(state.which))
        for charges, d in shell.impurity[spin].items():
            if not d.size:
                continue
            target = less(charges, spin)
            down, up = halves[target], halves[charges]
            found += _seen_diagonal(d, state.diagonal[target], state.diagonal[charges], down, up)
            rows, columns, left, right = _partly_kept(d, state, charges, target, shell)
            left *= d[:rows, columns:]
            right *= d[rows:, :columns]
            found += _seen(left, down[:, :rows], up[:, columns:])
            found += _seen(right, down[:, rows:], up[:, :columns])
        total[state.which] += found / kt[:, 0]
    return total


@kernel
def _seen(weights: RealArray, down: RealArray, up: RealArray) -> RealArray:
    """Sum of w / (x + 1/x)^2 with x = e^{E_s/2kT} / e^{E_s'/2kT}: the kernel times kT."""
    total = np.zeros(weights.shape[0])
    for t in range(weights.shape[0]):
        for i in range(weights.shape[1]):
            part = 0.0
            inverse = 1.0 / down[t, i]
            for j in range(weights.shape[2]):
                x = up[t, j] * inverse
                seen = x / (x * x + 1.0)
                part += weights[t, i, j] * seen * seen
            total[t] += part
    return total


@kernel
def _seen_diagonal(
    d: RealArray, rows: RealArray, columns: RealArray, down: RealArray, up: RealArray
) -> RealArray:
    """The same for the weights d² (r' + r)."""
    total = np.zeros(len(rows))
    for t in range(len(rows)):
        for i in range(d.shape[0]):
            part = 0.0
            inverse, own = 1.0 / down[t, i], rows[t, i]
            for j in range(d.shape[1]):
                x = up[t, j] * inverse
                seen = x / (x * x + 1.0) * d[i, j]
                part += (own + columns[t, j]) * seen * seen
            total[t] += part
    return total
