"""Counting statistics of a Markovian generator: correlations of the currents it counts."""

from dataclasses import dataclass

import numpy as np

from sharvin.typing import BoolArray, NumberArray, RealArray


@dataclass(frozen=True, eq=False)
class Fluctuations:
    """Currents and their correlations at every point.

    Parameters
    ----------
    power : array, shape (points, leads, leads)
        Over 2e²/ħ, meV.
    electrons : array, shape (points, leads)
        Mean flow into the dot from each lead, over ħ, meV.
    valid : boolean array, shape (points,)
    lowest : array, shape (points,)
        Smallest eigenvalue of the dot's state.
    """

    power: RealArray
    electrons: RealArray
    valid: BoolArray
    lowest: RealArray


def correlations(
    generator: NumberArray,
    steady: NumberArray,
    trace: RealArray,
    passed: NumberArray,
    rows: NumberArray,
    activity: RealArray,
) -> RealArray:
    r"""Correlations of currents at zero frequency, over 2e²/ħ.

    .. math:: S_{αβ} = δ_{αβ} \operatorname{tr} K_α ρ
              - \operatorname{tr}(J_α R J_β + J_β R J_α) ρ, \qquad
              L = L_0 + \sum_α (J^+_α + J^-_α),\; J = J^+ - J^-,\; K = J^+ + J^-

    R inverts L on everything but its stationary state, :math:`R L = 1 - ρ \operatorname{tr}`. ρ is
    a column of n numbers: all probabilities, or the elements of a density matrix.

    Parameters
    ----------
    generator : array, shape (points, n, n)
        L.
    steady : array, shape (points, n)
        ρ, with ``trace @ steady == 1`` and ``generator @ steady == 0``.
    trace : array, shape (n,)
    passed : array, shape (points, n, leads)
        :math:`J_β ρ`.
    rows : array, shape (points, leads, n)
        :math:`\operatorname{tr} J_α`.
    activity : array, shape (points, leads)
        :math:`\operatorname{tr} K_α ρ`.

    Returns
    -------
    array, shape (points, leads, leads)

    References
    ----------
    C. Flindt, T. Novotný and A.-P. Jauho, Phys. Rev. B 70, 205334 (2004).
    """
    mean = np.einsum("n,pnl->pl", trace, passed)
    right = passed - steady[:, :, None] * mean[:, None, :]
    solved = np.linalg.solve(lifted(generator, steady, trace), right)
    cross = (rows @ solved).real
    power: RealArray = -cross - cross.swapaxes(-1, -2)
    own = np.arange(activity.shape[1])
    power[:, own, own] += activity
    return power


def lifted(generator: NumberArray, steady: NumberArray, trace: RealArray) -> NumberArray:
    r"""The generator with its zero eigenvalue moved to minus the largest rate.

    What is traceless is mapped as before, so solving with it applies R to what is traceless.
    """
    scale = np.abs(np.einsum("pnn->pn", generator)).max(axis=1)
    projector = steady[:, :, None] * trace[None, None, :]
    found: NumberArray = generator - scale[:, None, None] * projector
    return found
