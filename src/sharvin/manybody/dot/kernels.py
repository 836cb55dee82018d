"""Compiled loops over the points of a map: rates, stationary state, currents."""

import math

import numpy as np

from sharvin.numerics.elimination.kernel import kernel, part
from sharvin.typing import IntArray, RealArray

# exp(-600) is the smallest rate that is told from zero; ratios of such rates still fit a double.
FAR = 600.0
RESCALE = 1e30


@part
def eliminate(rates: RealArray, first: IntArray) -> bool:  # pragma: no cover - compiled
    """Reduce ``rates[i, j]`` from i to j state by state; False where one cannot be left.

    Without a subtraction (Grassmann, Taksar and Heyman 1985), so that each probability is accurate
    to rounding however small it is. Afterwards ``rates[i, n]``, i < n, holds what p_n gains from
    p_i. State n reaches, directly or through later ones, only states from ``first[n]`` on.
    """
    for n in range(len(rates) - 1, 0, -1):
        low = first[n]
        row = rates[n, low:n]  # slices count from zero, which lets the loops below be vectorized
        out = 0.0
        for j in range(len(row)):
            out += row[j]
        if not out > 0.0:
            return False
        for j in range(len(row)):
            row[j] /= out
        for i in range(low, n):
            into = rates[i, n]
            if into != 0.0:
                other = rates[i, low:n]
                for j in range(len(row)):
                    other[j] += into * row[j]
                rates[i, n] = into / out
    return True


@part
def substitute(rates: RealArray, first: IntArray, p: RealArray) -> None:  # pragma: no cover
    """Probabilities, once the rates are eliminated."""
    p[0] = 1.0
    total = 1.0
    for n in range(1, len(p)):
        value = 0.0
        for i in range(first[n], n):
            value += p[i] * rates[i, n]
        p[n] = value
        total += value
        if value > RESCALE:
            for i in range(n + 1):
                p[i] /= value
            total /= value
    for n in range(len(p)):
        p[n] /= total


@kernel
def pauli_map(
    energies: RealArray,
    low: IntArray,
    high: IntArray,
    weights: RealArray,
    mu: RealArray,
    kt: RealArray,
    extra: RealArray,
    first: IntArray,
    p: RealArray,
    flows: RealArray,
    determined: RealArray,
) -> None:
    """Solve the master equation at every point.

    Parameters
    ----------
    energies : (points, s)
    low, high : (t,)
        Transitions between states with one electron less and one more.
    weights : (1 or points, leads, t)
    mu : (points, leads)
    kt : (leads,)
    extra : (0 or points, s, s)
        Rates of other processes, from row to column.
    first : (s,)
        First state with at most one electron less (the first of all with `extra` rates).
    p : (points, s), result
        Probabilities.
    flows : (points, leads, 2), result
        Electrons and energy into the dot, from each lead, over ħ.
    determined : (points,), result
        0 where no rate leads out of some state.
    """
    points, size = energies.shape
    leads, count = weights.shape[1], len(low)
    rates = np.empty((size, size))
    into = np.empty((leads, count))
    out = np.empty((leads, count))
    for k in range(points):
        w = weights[k if len(weights) > 1 else 0]
        if len(extra):
            rates[:] = extra[k]
        else:
            rates[:] = 0.0
        for t in range(count):
            a, b = low[t], high[t]
            gap = energies[k, b] - energies[k, a]
            up, down = 0.0, 0.0
            for lead in range(leads):
                x = min(max((gap - mu[k, lead]) / kt[lead], -FAR), FAR)
                e = math.exp(-abs(x))
                share = w[lead, t] / (1.0 + e)
                if x > 0:
                    into[lead, t], out[lead, t] = share * e, share
                else:
                    into[lead, t], out[lead, t] = share, share * e
                up += into[lead, t]
                down += out[lead, t]
            rates[a, b] += up
            rates[b, a] += down
        determined[k] = 1.0 if eliminate(rates, first) else 0.0
        substitute(rates, first, p[k])
        for lead in range(leads):
            electrons, energy = 0.0, 0.0
            for t in range(count):
                a, b = low[t], high[t]
                net = into[lead, t] * p[k, a] - out[lead, t] * p[k, b]
                electrons += net
                energy += net * (energies[k, b] - energies[k, a])
            flows[k, lead, 0] = electrons
            flows[k, lead, 1] = energy
