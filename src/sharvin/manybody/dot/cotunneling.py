"""Second order in tunneling: one electron enters while another one leaves."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.formulas.polygamma import trigamma
from sharvin.manybody.dot.contacts import Contacts
from sharvin.manybody.dot.pauli import Steady, pauli
from sharvin.manybody.dot.states import States
from sharvin.typing import BoolArray, IntArray, NumberArray, RealArray

# Closer to a resonance than this, in k_B T, the regularized second order double counts.
CLEAR = 4.0
OCCUPIED = 1e-2
NEGATIVE = 1e-2  # part of the rates that may be negative
EQUAL = 1e-4  # of k_B T: energies that are the same for the formulas below


@dataclass(frozen=True, eq=False)
class Paths:
    """All pairs of amplitudes of all processes; one row each.

    Parameters
    ----------
    start, end : integer array, shape (k,)
        States of the dot.
    into, out : integer array, shape (k,)
        Lead from which the electron comes, and lead to which it goes.
    one, other : integer array, shape (k, 3)
        Virtual states: sign, minuend, subtrahend of the energy at which they are resonant.
    weight : array, shape (k,)
        Product of the amplitudes of the two, summed over channels.
    """

    start: IntArray
    end: IntArray
    into: IntArray
    out: IntArray
    one: IntArray
    other: IntArray
    weight: RealArray


def with_cotunneling(states: States, contacts: Contacts, mu: RealArray) -> Steady:
    r"""Sequential tunneling plus cotunneling rates from the regularized T matrix.

    .. math:: W_{a \to b}^{α \to β} = \frac{1}{2π} \int dε\, f_α(ε)\,[1 - f_β(ε + E_a - E_b)]
              \Bigl| \sum_m \frac{A_{bm} A^†_{ma}}{ε - (E_m - E_a)}
              + \sum_{m'} \frac{A^†_{bm'} A_{m'a}}{ε - (E_b - E_{m'})} \Bigr|^2

    The divergence at the poles, which is sequential tunneling once more, is dropped. Within
    4 k_B T of a resonance the result is not used: such points are not valid, nor are those at
    which rates come out negative. Pairs of electrons do not tunnel.

    References
    ----------
    J. Koch, F. von Oppen and A. V. Andreev, Phys. Rev. B 74, 205438 (2006); M. Turek and K. A.
    Matveev, Phys. Rev. B 65, 115332 (2002).
    """
    kt = contacts.thermal_energies
    if np.ptp(kt) > 1e-12 * kt.max():
        raise InvalidInput("cotunneling needs the same temperature in all leads")
    if not states.shared:
        parts = [
            with_cotunneling(
                States(states.charges, states.energies[p : p + 1], states.ladder[p : p + 1]),
                contacts, mu[p : p + 1],
            )
            for p in range(len(mu))
        ]  # fmt: skip
        return Steady(*(np.concatenate(x) for x in zip(*(_parts(s) for s in parts), strict=True)))
    paths = _paths(states, contacts)
    size = len(states.charges)
    extra = np.zeros((len(mu), size, size))
    count, energy = _rates(paths, states.energies, mu, float(kt[0]))
    for k, (a, b) in enumerate(zip(paths.start, paths.end, strict=True)):
        if a != b:
            extra[:, a, b] += count[:, k]
    steady = pauli(states, contacts, mu, np.maximum(extra, 0.0))
    electrons, energies = steady.electrons.copy(), steady.energy.copy()
    p = steady.probabilities[:, paths.start]
    gain = states.energies[:, paths.end] - states.energies[:, paths.start]
    for lead in range(len(kt)):
        comes, goes = paths.into == lead, paths.out == lead
        electrons[:, lead] += (p * count) @ comes - (p * count) @ goes
        energies[:, lead] += (p * energy) @ comes - (p * (energy - gain * count)) @ goes
    valid = steady.valid & _clear(paths, states.energies, steady.probabilities, mu, float(kt[0]))
    return Steady(
        steady.probabilities, electrons, energies, valid & _positive(extra, steady), steady.lowest
    )


def _positive(extra: RealArray, steady: Steady) -> BoolArray:
    """Where rates that came out negative, and are left out, are a small part of all that count."""
    left_out = np.einsum("pa,pab->p", steady.probabilities, -np.minimum(extra, 0.0))
    every = np.einsum("pa,pab->p", steady.probabilities, np.abs(extra))
    positive: BoolArray = left_out <= NEGATIVE * every
    return positive


def _parts(steady: Steady) -> tuple[RealArray, RealArray, RealArray, BoolArray, RealArray]:
    return steady.probabilities, steady.electrons, steady.energy, steady.valid, steady.lowest


def _paths(states: States, contacts: Contacts) -> Paths:
    """Every process with every pair of its virtual states."""
    amplitude, owner = contacts.amplitudes(states)
    a = amplitude[0]
    adjoint = a.conj().swapaxes(-1, -2)
    lead = np.array(owner)
    rows: dict[tuple[int, ...], float] = {}
    same = np.argwhere(states.charges[:, None] == states.charges[None, :])
    for start, end in same:
        # (channel in, channel out, virtual state) of "enter first" and of "leave first"
        first = np.einsum("om,im->iom", a[:, end, :], adjoint[:, :, start])
        second = np.einsum("im,om->iom", adjoint[:, end, :], a[:, :, start])
        terms = [((0, m, start), first[:, :, m]) for m in np.flatnonzero(first.any(axis=(0, 1)))]
        terms += [((1, end, m), second[:, :, m]) for m in np.flatnonzero(second.any(axis=(0, 1)))]
        _add_products(rows, (int(start), int(end)), terms, lead)
    keys = np.array(list(rows), dtype=np.int64).reshape(-1, 10)
    weight = np.array(list(rows.values()))
    return Paths(
        keys[:, 0], keys[:, 1], keys[:, 2], keys[:, 3], keys[:, 4:7], keys[:, 7:10], weight
    )


def _add_products(
    rows: dict[tuple[int, ...], float],
    ends: tuple[int, int],
    terms: list[tuple[tuple[Any, ...], NumberArray]],
    lead: IntArray,
) -> None:
    """Products of two amplitudes of the same process, per pair of leads."""
    names = range(int(lead.max()) + 1)
    for one, x in terms:
        for other, y in terms:
            product = (x * y.conj()).real
            for into in names:
                for out in names:
                    value = product[np.ix_(lead == into, lead == out)].sum()
                    if value != 0 and (ends[0] != ends[1] or into != out):
                        key = (*ends, into, out, *map(int, one), *map(int, other))
                        rows[key] = rows.get(key, 0.0) + float(value)


def _rates(
    paths: Paths, energies: RealArray, mu: RealArray, kt: float
) -> tuple[RealArray, RealArray]:
    """Rate of each row, and rate times the energy of the electron that comes; (points, k)."""
    low = mu[:, paths.into]
    high = mu[:, paths.out] + energies[:, paths.end] - energies[:, paths.start]
    gap = (high - low) / kt
    # n_B (g(E2) - g(E1)) has a limit where both ends meet; the Bose function alone has none.
    nudged = np.abs(gap) < EQUAL
    gap = np.where(nudged, EQUAL, gap)
    low, high = (
        np.where(nudged, (low + high - EQUAL * kt) / 2, low),
        np.where(nudged, (low + high + EQUAL * kt) / 2, high),
    )
    bose = 1 / np.expm1(np.clip(gap, -700, 700)) + np.where(nudged, 0.5, 0.0)
    e1, e2 = (_resonance(energies, x) for x in (paths.one, paths.other))
    g1, g2 = (bose * (_psi(high - e, kt) - _psi(low - e, kt)) for e in (e1, e2))
    middle = (e1 + e2) / 2
    square = bose * (_slope(high - middle, kt) - _slope(low - middle, kt))
    near = np.abs(e1 - e2) < 1e-3 * kt
    apart = np.where(near, 1.0, e1 - e2)
    count = np.where(near, square, (g1 - g2) / apart)
    energy = np.where(near, (g1 + g2) / 2 + middle * square, (e1 * g1 - e2 * g2) / apart)
    scale = paths.weight / (2 * np.pi)
    return scale * count, scale * energy


def _resonance(energies: RealArray, which: IntArray) -> RealArray:
    """Energy of the electron at which a virtual state would be real, shape (points, k)."""
    found: RealArray = energies[:, which[:, 1]] - energies[:, which[:, 2]]
    return found


def _clear(paths: Paths, energies: RealArray, p: RealArray, mu: RealArray, kt: float) -> BoolArray:
    """Where no occupied state has a resonance between the chemical potentials, or near one."""
    e = _resonance(energies, paths.one)
    low, high = mu.min(axis=1)[:, None], mu.max(axis=1)[:, None]
    close = (e > low - CLEAR * kt) & (e < high + CLEAR * kt) & (p[:, paths.start] > OCCUPIED)
    clear: BoolArray = ~close.any(axis=1)
    return clear


def _psi(x: RealArray, kt: float) -> RealArray:
    r"""Real part of the digamma function at 1/2 + ix/2πk_BT: -P∫ f(ε - x) dε/ε but a constant."""
    from scipy.special import digamma

    return np.real(digamma(0.5 + 1j * x / (2 * np.pi * kt)))


def _slope(x: RealArray, kt: float) -> RealArray:
    """Im of the trigamma function there, over 2πk_BT: minus the derivative of `_psi`."""
    found: RealArray = trigamma(0.5 + 1j * x / (2 * np.pi * kt)).imag / (2 * np.pi * kt)
    return found
