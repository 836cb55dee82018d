"""Wire scatterers together: lead to lead, all orders of reflection summed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.scattering.freezing import lead_position
from sharvin.scattering.smatrix import LeadLabels, SMatrix
from sharvin.typing import ComplexArray, IntArray, NumberArray

# Beyond this condition number fewer than six digits survive the solve.
MAX_CONDITION = 1e10
EPS = float(np.finfo(float).eps)
# Two S-matrices are at one energy when theirs agree to this: parsing units costs a rounding or two.
ENERGY_TOLERANCE = 1e-12


def join(first: SMatrix, second: SMatrix, wires: Mapping[str, str]) -> SMatrix:
    r"""Connect leads of `first` to leads of `second` and eliminate them.

    Write :math:`e` for the leads that stay open and :math:`i` for those that are wired. What
    leaves a wired lead enters its partner, :math:`a_i = P b_i`, and

    .. math:: S = S_{ee} + S_{ei} (1 - P S_{ii})^{-1} P S_{ie} .

    Outgoing mode k of a lead becomes incoming mode k of its partner: the two must list the same
    waves in the same order and with the same phases. A stretch of wire between them is a
    scatterer of its own.

    Parameters
    ----------
    first, second : SMatrix
        At the same energy, with the same degeneracy.
    wires : mapping of str to str
        Lead of `first` -> lead of `second`; partners need equal mode counts. An empty mapping sets
        the two side by side.

    Returns
    -------
    SMatrix
        The open leads of `first`, then those of `second`, whose names must differ. The error
        estimate is the larger one of the two, magnified as much as the wiring can magnify it.

    Raises
    ------
    Unreliable
        When a state trapped in the wires makes the elimination ill-conditioned.

    References
    ----------
    S. Datta, *Electronic Transport in Mesoscopic Systems* (1995), chapter 3.
    """
    if first.degeneracy != second.degeneracy:
        raise InvalidInput(
            f"cannot join scatterers of degeneracy {first.degeneracy} and {second.degeneracy}: "
            "their modes do not count the same thing; resolve both alike"
        )
    both = _side_by_side(first, second)
    pairs = {"first." + a: "second." + b for a, b in wires.items()}
    for a, b in wires.items():  # an unknown name is reported without the prefix
        lead_position(first.leads, a)
        lead_position(second.leads, b)
    joined = connect(both, pairs)
    names = tuple(lead.split(".", 1)[1] for lead in joined.leads)
    if len(set(names)) < len(names):
        raise InvalidInput(
            f"the open leads of the two scatterers need distinct names, got {names}; rename with "
            "dataclasses.replace(s, leads=...)"
        )
    return replace(joined, leads=names)


def connect(s: SMatrix, wires: Mapping[str, str]) -> SMatrix:
    """Connect leads of one scatterer to each other, which closes loops.

    Parameters
    ----------
    s : SMatrix
    wires : mapping of str to str
        Lead -> another lead of the same scatterer, each named once.

    Returns
    -------
    SMatrix
        Of the leads that stay open; see `join` for the equation, the conditions and the errors.
    """
    pairs = [(lead_position(s.leads, a), lead_position(s.leads, b)) for a, b in wires.items()]
    wired = [a for a, _ in pairs] + [b for _, b in pairs]
    if len(set(wired)) < len(wired):
        raise InvalidInput(f"each lead takes one wire, got {dict(wires)}")
    for a, b in pairs:
        _check_wire(s, a, b)
    kept = [lead for lead in range(len(s.leads)) if lead not in wired]

    inner = _places(s, wired)
    partner = np.roll(inner, len(inner) // 2)  # b of the partner is a of the lead: a_i = P b_i
    outer = _places(s, kept)
    entering, leaving = _inside(s.data, inner, partner, outer, wires)
    joined = s.data[np.ix_(outer, outer)] + s.data[np.ix_(outer, inner)] @ entering

    # To first order dS = (1, leaving) dS (1, entering)^T: the largest element of the error grows
    # at most by the largest sum over a row times the largest sum over a column.
    # The solve itself is as if S had rounding errors in every element.
    rounding = len(s.data) * EPS
    magnified = (1 + _largest_sum(leaving, axis=1)) * (1 + _largest_sum(entering, axis=0))
    return replace(
        s,
        data=joined,
        leads=tuple(s.leads[lead] for lead in kept),
        modes=tuple(s.modes[lead] for lead in kept),
        error_estimate=(s.error_estimate + rounding) * magnified,
        labels_out=s.labels_out and tuple(s.labels_out[lead] for lead in kept),
        labels_in=s.labels_in and tuple(s.labels_in[lead] for lead in kept),
    )


def _inside(
    data: ComplexArray,
    inner: IntArray,
    partner: IntArray,
    outer: IntArray,
    wires: Mapping[str, str],
) -> tuple[NumberArray, NumberArray]:
    """Waves that enter the wired leads per open incoming mode, and their adjoint counterpart."""
    loop: ComplexArray = np.eye(len(inner)) - data[np.ix_(partner, inner)]
    try:
        inverse: NumberArray = np.linalg.inv(loop)
    except np.linalg.LinAlgError:
        condition = np.inf
    else:
        condition = _largest_sum(loop, axis=0) * _largest_sum(inverse, axis=0)
    if not condition <= MAX_CONDITION:
        raise Unreliable(
            f"wiring {dict(wires)} traps a state: condition number {condition:.1e} exceeds "
            f"{MAX_CONDITION:.0e}; move off the resonance or open the trap"
        )
    entering: NumberArray = np.linalg.solve(loop, data[np.ix_(partner, outer)])
    return entering, data[np.ix_(outer, inner)] @ inverse


def _check_wire(s: SMatrix, a: int, b: int) -> None:
    """Refuse a wire whose ends do not list the same modes."""
    if s.modes[a] != s.modes[b]:
        raise InvalidInput(
            f"cannot wire {s.leads[a]!r} with {s.modes[a]} modes to {s.leads[b]!r} with "
            f"{s.modes[b]}: a wire needs equal mode counts"
        )
    if s.labels_out is None or s.labels_in is None:
        return
    for out, into in ((a, b), (b, a)):
        leaving, entering = s.labels_out[out], s.labels_in[into]
        if leaving is not None and entering is not None and leaving != entering:
            raise InvalidInput(
                f"cannot wire {s.leads[out]!r} to {s.leads[into]!r}: modes labeled {leaving} "
                f"would become modes labeled {entering}; list them in one order"
            )


def _side_by_side(first: SMatrix, second: SMatrix) -> SMatrix:
    """Both scatterers as one that does not connect them; leads are prefixed by their owner."""
    n, m = len(first.data), len(second.data)
    data = np.zeros((n + m, n + m), complex)
    data[:n, :n], data[n:, n:] = first.data, second.data
    return SMatrix(
        data,
        tuple(f"first.{a}" for a in first.leads) + tuple(f"second.{b}" for b in second.leads),
        first.modes + second.modes,
        energy=_common_energy(first.energy, second.energy),
        degeneracy=first.degeneracy,
        error_estimate=float(np.maximum(first.error_estimate, second.error_estimate)),
        labels_out=_padded(first, first.labels_out) + _padded(second, second.labels_out),
        labels_in=_padded(first, first.labels_in) + _padded(second, second.labels_in),
        labels=first.labels + second.labels,
    )


def _padded(s: SMatrix, labels: LeadLabels | None) -> LeadLabels:
    return (None,) * len(s.leads) if labels is None else labels


def _common_energy(first: float, second: float) -> float:
    if np.isnan(first) or np.isnan(second):
        return second if np.isnan(first) else first
    if abs(first - second) > ENERGY_TOLERANCE * max(1.0, abs(first), abs(second)):
        raise InvalidInput(
            f"cannot join scatterers at different energies, {first!r} and {second!r}; "
            "compute both at one energy"
        )
    return first


def _places(s: SMatrix, leads: Sequence[int]) -> IntArray:
    """Rows (equally, columns) of the leads at these positions."""
    number = np.arange(len(s.data))
    picked = [number[s.modes_of(s.leads[lead])] for lead in leads]
    return np.concatenate([number[:0], *picked])


def _largest_sum(matrix: NumberArray, axis: int) -> float:
    return float(np.abs(matrix).sum(axis=axis).max(initial=0.0))
