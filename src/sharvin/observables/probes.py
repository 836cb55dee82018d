r"""Leads that draw no current: where their voltages and temperatures come to rest, and their noise.

A *voltage probe* draws no charge and stays at the temperature of its bath; a *thermal probe* draws
neither charge nor heat, as electrons that share their energy among themselves; an *elastic probe*
draws no electrons at any energy, which scrambles phases and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sharvin.errors import InvalidInput, UnknownName, Unreliable
from sharvin.observables.currents import currents
from sharvin.observables.noise import NOISE_PER_MEV, correlations, noise_with_error
from sharvin.observables.reservoirs import Reservoirs
from sharvin.observables.response import responses
from sharvin.observables.spectrum import Spectrum, transmissions
from sharvin.scattering.smatrix import SMatrix
from sharvin.typing import IntArray, RealArray
from sharvin.units import BOLTZMANN

Kind = Literal["voltage", "thermal", "elastic"]
KINDS = ("voltage", "thermal", "elastic")
STEPS = 60  # of Newton; four to six are usual
SETTLED = 1e-12  # of the scale of all currents: probes draw no more than this
DECOUPLED = 1e-14  # of the largest exchange: nothing fixes what such a probe reads


@dataclass(frozen=True, eq=False)
class _Probes:
    """Places of the probes, and what each of them may not draw."""

    places: IntArray
    heat: IntArray  # those that draw no heat either


def float_probes(
    s: SMatrix | Spectrum, reservoirs: Reservoirs, probes: Sequence[str], *, kind: Kind = "voltage"
) -> Reservoirs:
    r"""Reservoirs in which the probes draw nothing, at any bias.

    .. math:: I_p = 0 \quad\text{and, for thermal probes,}\quad \dot Q_p = 0

    Parameters
    ----------
    s : SMatrix or Spectrum
        A table must reach as far as the probes heat up: make it for that temperature.
    reservoirs : Reservoirs
        Of all leads; what it says of the probes is where the search begins. Voltage probes keep
        its temperatures.
    probes : sequence of str
    kind : {"voltage", "thermal"}

    Raises
    ------
    InvalidInput
        For a probe that exchanges nothing with the rest: its voltage floats.
    Unreliable
        Where no solution was found.

    References
    ----------
    H.-L. Engquist and P. W. Anderson, Phys. Rev. B 24, 1151 (1981); M. Büttiker, Phys. Rev. B 33,
    3020 (1986).
    """
    table = Spectrum.of(s)
    if kind not in ("voltage", "thermal"):
        raise InvalidInput(f"kind must be 'voltage' or 'thermal' here, got {kind!r}")
    which = _probes(table, probes, thermal=kind == "thermal")
    if not len(which.places):
        return reservoirs
    fixed = [i for i in range(len(table.leads)) if i not in which.places]
    baths = _start(table, reservoirs, which, fixed)
    _refuse_floating(table, baths, which)
    scale = max(float(np.ptp(baths.potentials)), float(baths.widths.max()), 1e-12)
    for _ in range(STEPS):
        flow = currents(table, baths)
        heat = flow.energy - (baths.potentials - baths.base) * flow.particles
        drawn = np.concatenate((flow.particles[which.places], heat[which.heat]))
        sizes = np.repeat([scale, scale**2], [len(which.places), len(which.heat)])
        size = table.degeneracy * _exchange(table, baths, which)
        if np.all(np.abs(drawn) <= SETTLED * sizes * size):
            return baths
        change: RealArray = np.linalg.solve(_slope(table, baths, which), -drawn).astype(float)
        baths = _stepped(baths, which, change)
    raise Unreliable(
        f"the probes still draw {float(np.abs(drawn / sizes).max()):.1e} of the current after "
        f"{STEPS} steps; start from reservoirs that are closer, or couple the probes more strongly"
    )


def noise_with_probes(
    s: SMatrix | Spectrum, reservoirs: Reservoirs, probes: Sequence[str], *, kind: Kind = "voltage"
) -> tuple[RealArray, Reservoirs]:
    r"""Noise between the other leads when the probes' levels fluctuate so that they draw nothing.

    .. math:: \delta I_\alpha^\text{total} = \delta I_\alpha - \sum_{pq} R_{\alpha p}
              (R^{-1})_{pq}\, \delta I_q

    with R the response of charge (and energy) currents to the probes' potentials (and
    temperatures). Elastic probes do this at each energy on its own.

    Returns
    -------
    noise : real array, shape (leads, leads)
        In A²/Hz; rows and columns of probes are zero.
    reservoirs : Reservoirs
        As `float_probes` finds them; elastic probes are in no equilibrium and keep theirs.

    References
    ----------
    C. W. J. Beenakker and M. Büttiker, Phys. Rev. B 46, 1889 (1992).
    """
    table = Spectrum.of(s)
    if kind not in KINDS:
        raise InvalidInput(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    if kind == "elastic":
        return _elastic_noise(table, reservoirs, _probes(table, probes, thermal=False))
    baths = float_probes(table, reservoirs, probes, kind=kind)
    which = _probes(table, probes, thermal=kind == "thermal")
    n = len(table.leads)
    count = 2 if len(which.heat) else 1
    # About the mean level, where charge and energy fluctuations are of one size.
    local = Reservoirs(
        baths.leads, baths.potentials, baths.temperatures, float(baths.potentials.mean())
    )
    cov = np.zeros((count * n, count * n))
    for i in range(count):
        for j in range(count):
            part = noise_with_error(table, local, moment=i + j)[0]
            cov[i * n : (i + 1) * n, j * n : (j + 1) * n] = part
    slope = _all_slopes(table, local, which)
    rows = np.concatenate((which.places, n + which.heat))
    passed = np.eye(count * n)[:n]
    if len(rows):
        passed[:, rows] -= np.linalg.solve(slope[rows].T, slope[:n].T).T
    total = passed @ cov @ passed.T
    total[which.places] = total[:, which.places] = 0
    return total, baths


def occupation_shares(exchange: RealArray, probes: IntArray) -> RealArray:
    """Part of each lead's electrons that come from each other lead, shape (leads, leads).

    For leads that are no probes the unit matrix; a probe's row says what it re-emits.
    """
    n = len(exchange)
    fixed = np.array([i for i in range(n) if i not in probes], dtype=np.int64)
    shares = np.eye(n)
    w = -exchange[np.ix_(probes, probes)]
    away = np.arange(len(probes))
    w[away, away] = 0
    w[away, away] = exchange[np.ix_(probes, fixed)].sum(axis=1) - w.sum(axis=1)
    shares[probes] = 0
    shares[np.ix_(probes, fixed)] = np.linalg.solve(w, exchange[np.ix_(probes, fixed)])
    return shares


def _probes(table: Spectrum, probes: Sequence[str], *, thermal: bool) -> _Probes:
    if isinstance(probes, str):
        raise InvalidInput(f"probes must be a list of lead names, got the string {probes!r}")
    for lead in probes:
        if lead not in table.leads:
            raise UnknownName.among("lead", lead, table.leads)
    if len(set(probes)) == len(table.leads):
        raise InvalidInput("every lead is a probe, so nothing fixes a voltage; ground one of them")
    found = np.array(sorted({table.leads.index(lead) for lead in probes}), dtype=np.int64)
    return _Probes(found, found if thermal else found[:0])


def _start(table: Spectrum, reservoirs: Reservoirs, which: _Probes, fixed: list[int]) -> Reservoirs:
    """Probes at an average of the other leads, thermal ones as hot as their bias may make them."""
    levels, kelvin = reservoirs.potentials.copy(), reservoirs.temperatures.copy()
    levels[which.places] = levels[fixed].mean()
    bias = float(np.ptp(levels[fixed]))
    hot = np.mean(kelvin[fixed] ** 2) + (0.2 * bias / BOLTZMANN) ** 2
    kelvin[which.heat] = np.sqrt(hot)
    return reservoirs.replaced(levels, kelvin)


def _exchange(table: Spectrum, baths: Reservoirs, which: _Probes) -> float:
    """How many modes the probes exchange with the rest, at most."""
    size = np.abs(responses(table, baths)[0][0]).max(initial=0.0)
    return float(max(size, 1e-300)) / table.degeneracy


def _slope(table: Spectrum, baths: Reservoirs, which: _Probes) -> RealArray:
    n = len(table.leads)
    return _all_slopes(table, baths, which)[np.concatenate((which.places, n + which.heat))]


def _all_slopes(table: Spectrum, baths: Reservoirs, which: _Probes) -> RealArray:
    """Change of all particle and energy currents with the probes' levels and (kT)², at rest.

    Energies count from the base; with no current through a probe its heat changes like its energy.
    """
    k, _ = responses(table, baths)
    above = baths.potentials - baths.base
    levels = np.concatenate((k[0], k[1] + above * k[0]))[:, which.places]
    if not len(which.heat):
        return levels
    # df/d(kT)² = (E - mu) (-f') / 2 (kT)²
    own = which.heat
    hot = np.concatenate((k[1], k[2] + above * k[1]))[:, own] / (2 * baths.widths[own] ** 2)
    return np.concatenate((levels, hot), axis=1)


def _refuse_floating(table: Spectrum, baths: Reservoirs, which: _Probes) -> None:
    """Every probe must exchange electrons, if by way of others, with a lead that is none."""
    exchange = np.abs(responses(table, baths)[0][0])
    np.fill_diagonal(exchange, 0.0)
    linked = exchange > DECOUPLED * exchange.max(initial=0.0)
    linked |= linked.T
    reached = np.ones(len(exchange), dtype=bool)
    reached[which.places] = False
    for _ in which.places:
        reached |= linked @ reached
    if not reached.all():
        names = ", ".join(repr(table.leads[i]) for i in np.flatnonzero(~reached))
        raise InvalidInput(
            f"nothing fixes the voltage of {names}: no electrons pass from there to a lead that is "
            "no probe; couple it more strongly, or leave it out of probes="
        )


def _stepped(baths: Reservoirs, which: _Probes, change: RealArray) -> Reservoirs:
    levels, square = baths.potentials.copy(), baths.widths**2
    count = len(which.places)
    levels[which.places] += change[:count]
    # A step to a negative square would be a step too far: go nine tenths of the way to zero.
    square[which.heat] = np.maximum(square[which.heat] + change[count:], 0.1 * square[which.heat])
    kelvin = baths.temperatures.copy()
    kelvin[which.heat] = np.sqrt(square[which.heat]) / BOLTZMANN
    return baths.replaced(levels, kelvin)


def _elastic_noise(
    table: Spectrum, reservoirs: Reservoirs, which: _Probes
) -> tuple[RealArray, Reservoirs]:
    n = len(table.leads)
    fixed = np.array([i for i in range(n) if i not in which.places], dtype=np.int64)
    baths = Reservoirs(
        tuple(table.leads[i] for i in fixed),
        reservoirs.potentials[fixed],
        reservoirs.temperatures[fixed],
        reservoirs.base,
    )
    energies, weights = table.grid(baths.cuts())
    f, hole = baths.occupations(energies)
    constant = table.constant is not None
    spots = energies[:1] if constant else energies
    exchanges = table.at(transmissions, spots).reshape(-1, n, n)
    products = table.at(correlations, spots).reshape(-1, n, n, n, n)
    total = np.zeros((n, n))
    for place, weight in enumerate(weights):
        number = 0 if constant else place
        shares = occupation_shares(exchanges[number], which.places)[:, fixed]
        full, empty = shares @ f[place], shares @ hole[place]
        both = np.outer(full, empty)
        here = np.einsum("abcd,cd->ab", products[number], 0.5 * (both + both.T))
        # What a probe re-emits ends in the leads in the shares in which time runs backward.
        passed = occupation_shares(exchanges[number].T, which.places).T
        total += weight * (passed @ here @ passed.T)
    total[which.places] = total[:, which.places] = 0
    return table.degeneracy * NOISE_PER_MEV * total, reservoirs
