"""What voltmeters and ammeters on any leads of a device read."""

from collections.abc import Sequence

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.scattering.freezing import lead_position
from sharvin.scattering.smatrix import SMatrix
from sharvin.scattering.transmissions import Transmissions
from sharvin.typing import BoolArray, IntArray, RealArray
from sharvin.units import ratio

# An amplitude of 1e-12 cannot be told from the rounding errors of S, so a lead that exchanges no
# more than its square with all others is decoupled from them.
DECOUPLED = 1e-24
# What flows into a lead and out of it at equal voltages differs by rounding when S is unitary.
MAX_IMBALANCE = 1e-6


def resistance(
    s: SMatrix | Transmissions,
    *,
    current: tuple[str, str],
    voltage: tuple[str, str],
    unit: str = "h/e²",
) -> float:
    r"""Voltage between two leads per current driven through two (other or the same) leads.

    .. math:: R = \frac{V_\mathrm{high} - V_\mathrm{low}}{I}, \qquad
              I_i = g\,\frac{e^2}{h} \sum_j T_{ij} (V_i - V_j) = 0
              \text{ in every lead but source and drain.}

    Only differences of voltages enter, so no lead plays ground. The equations are eliminated
    without a single subtraction, which keeps full relative accuracy for probes however weak.

    Parameters
    ----------
    s : SMatrix or Transmissions
        At the Fermi energy.
    current : (source, drain)
        The current I enters the device at `source` and leaves it at `drain`.
    voltage : (high, low)
        Where the voltmeter is attached. Like all other leads they draw no current, unless they
        are source or drain: ``voltage == current`` gives the two-terminal resistance.
    unit : str
        Any unit of resistance, for example "Ohm".

    Returns
    -------
    float
        In `unit`, with the degeneracy included; negative values are physical.

    Raises
    ------
    InvalidInput
        When a lead that is asked for exchanges nothing with those that carry the current: its
        voltage floats.

    References
    ----------
    M. Büttiker, IBM J. Res. Dev. 32, 317 (1988). Elimination: W. K. Grassmann, M. I. Taksar and
    D. P. Heyman, Oper. Res. 33, 1107 (1985).
    """
    floor = DECOUPLED if np.isnan(s.error_estimate) else max(DECOUPLED, s.error_estimate**2)
    closed = [lead for lead, modes in zip(s.leads, s.modes, strict=True) if modes == 0]
    value = probe_resistance(
        s.transmissions, s.leads, current=current, voltage=voltage, floor=floor, closed=closed
    )
    return value / s.degeneracy * ratio("h/e²", unit)


def probe_resistance(
    transmissions: RealArray,
    leads: Sequence[str],
    *,
    current: tuple[str, str],
    voltage: tuple[str, str],
    floor: float = DECOUPLED,
    closed: Sequence[str] = (),
) -> float:
    """The same from transmissions alone, such as thermal averages of them.

    Parameters
    ----------
    transmissions : real array, shape (leads, leads)
        Row: into; column: from. The diagonal does not matter.
    leads : sequence of str
    current, voltage : pair of str
    floor : float
        Leads that exchange no more than this are not connected.
    closed : sequence of str
        Leads without open modes, for the message.

    Returns
    -------
    float
        In h/e², for one copy of the modes.
    """
    source, drain = _two_leads(leads, "current", current)
    high, low = _two_leads(leads, "voltage", voltage)
    exchange = transmissions * (1 - np.eye(len(leads)))
    _check_balance(exchange)
    together = _connected(exchange > floor, source)
    for lead in (drain, high, low):
        if not together[lead]:
            raise InvalidInput(_floating(leads, lead, source, floor, closed))
    volts = _potentials(exchange, np.flatnonzero(together), source, drain)
    return float(volts[high] - volts[low])


def _potentials(exchange: RealArray, leads: IntArray, source: int, drain: int) -> RealArray:
    """Voltages for a unit current from source to drain, measured from the drain's.

    Lead k without current sits at the average of the others weighted by T_kj. Replacing it by new
    paths T_ik T_kj / sum_j T_kj leaves the same problem for fewer leads.
    """
    paths = exchange.copy()
    order = [k for k in leads if k not in (source, drain)] + [source, drain]
    weights = []
    for step, k in enumerate(order[:-1]):
        rest = order[step + 1 :]
        total = paths[k, rest].sum()
        weights.append(paths[k, rest] / total)
        paths[np.ix_(rest, rest)] += np.outer(paths[rest, k], weights[-1])
    volts = np.zeros(len(exchange))
    # The last step left source and drain alone, joined by one conductance.
    volts[source] = 1 / total
    for step in range(len(order) - 3, -1, -1):
        volts[order[step]] = weights[step] @ volts[order[step + 1 :]]
    return volts


def _connected(linked: BoolArray, start: int) -> BoolArray:
    """Leads that reach `start` and are reached from it along links of either direction."""
    reach = linked | np.eye(len(linked), dtype=bool)
    for _ in range(len(linked).bit_length()):  # paths of twice the length each time
        reach = (reach.astype(float) @ reach) > 0
    both: BoolArray = reach[start] & reach[:, start]
    return both


def _two_leads(leads: Sequence[str], name: str, pair: tuple[str, str]) -> tuple[int, int]:
    if isinstance(pair, str) or len(pair) != 2:
        raise InvalidInput(f"{name} must be a pair of lead names, got {pair!r}")
    first, second = (lead_position(tuple(leads), lead) for lead in pair)
    if first == second:
        raise InvalidInput(f"{name} needs two different leads, got {pair[0]!r} twice")
    return first, second


def _check_balance(exchange: RealArray) -> None:
    imbalance = float(np.abs(exchange.sum(axis=0) - exchange.sum(axis=1)).max(initial=0.0))
    if imbalance > MAX_IMBALANCE:
        raise Unreliable(
            f"S does not conserve current: equal voltages would drive {imbalance:.1e} e²/h, so the "
            "voltage of a probe has no meaning; mend the scatterer (see check_unitarity)"
        )


def _floating(
    leads: Sequence[str], lead: int, source: int, floor: float, closed: Sequence[str]
) -> str:
    name, other = leads[lead], leads[source]
    if name in closed or other in closed:
        shut = name if name in closed else other
        cause = f"lead {shut!r} has no open mode at this energy"
        cure = "choose an energy at which it has one, or another lead"
    else:
        cause = f"lead {name!r} exchanges nothing with lead {other!r} (T <= {floor:.0e})"
        cure = "choose a lead that is connected, or couple it more strongly"
    return f"{cause}, so the voltage between {name!r} and the circuit floats; {cure}"
