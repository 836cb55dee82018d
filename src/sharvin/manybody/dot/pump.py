"""Charge pumped through a dot by a cycle of gates and barriers, slow or of a given period."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.dot.contacts import Contacts, contacts
from sharvin.manybody.dot.counting import lifted
from sharvin.manybody.dot.cycle import Cycle, opened, read_cycle
from sharvin.manybody.dot.model import Dot
from sharvin.manybody.dot.noise import rate_matrix, tunneling
from sharvin.manybody.dot.pauli import pauli
from sharvin.manybody.dot.states import VOLT, states
from sharvin.manybody.dot.transport import read_voltages
from sharvin.manybody.dot.validity import flags
from sharvin.typing import RealArray
from sharvin.units import HBAR, quantity

if TYPE_CHECKING:
    import xarray as xr

FIRST, MOST = 8, 2**17  # points on each stretch of a cycle, at first; points in all
POINTS = 2048  # solved at once
ADIABATIC, EVOLVED = 1e-6, 1e-5  # electrons: where the subdivision of a cycle ends


def pump(
    dot: Dot,
    *,
    rates: Mapping[str, Any],
    temperature: Any,
    openings: Mapping[str, Any] | None = None,
    period: Any = None,
    **voltages: Any,
) -> "xr.Dataset":
    r"""Electrons that a cycle of voltages and barriers carries through the dot.

    For a slow cycle this depends on the path alone, not on how fast it is run through:

    .. math:: Q_α = \oint 1^T J_α R\, dp = \iint Ω_α, \qquad R\, W = 1 - p\, 1^T

    with the stationary probabilities p, the rate matrix W and J as for `noise`: the flux of a
    Berry curvature through the cycle. With a `period` the master equation is followed in time
    until it repeats itself.

    Parameters
    ----------
    dot : Dot
    rates : mapping
        Per lead, as for `transport`.
    temperature : float, str or mapping
        K.
    openings : mapping of str to array, optional
        Per lead a factor on its rates at each corner of the cycle; 0 is a closed barrier.
    period : float or str, optional
        Of the whole cycle, ps; all stretches take the same time. Without it: infinitely long.
    **voltages
        V of leads and gates; an array gives each corner of the cycle, a number what stays. Between
        corners everything changes linearly, and the last corner leads back to the first.

    Returns
    -------
    Dataset
        ``electrons``: how many each lead gives to the dot per cycle, dim "lead" (their sum is
        zero). ``error``: what the last subdivision of the cycle changed. ``relaxation``: the
        longest memory of the dot on the cycle in ps; a period is slow if it is much longer.
        ``attrs`` as those of `transport`.

    Raises
    ------
    InvalidInput
        Without a cycle, or where leads at different voltages drive a current in a cycle
        without a period: it would carry infinitely much.
    Unreliable
        As `transport`, and where all barriers are closed.

    References
    ----------
    N. A. Sinitsyn and I. Nemenman, Europhys. Lett. 77, 58001 (2007); F. Reckermann,
    J. Splettstoesser and M. R. Wegewijs, Phys. Rev. Lett. 104, 226803 (2010).
    """
    import xarray as xr

    cycle, leads = opened(
        read_cycle(dot, tuple(rates), openings or {}, voltages),
        contacts(rates, temperature, dot.orbitals),
    )
    if period is None:
        _check_no_bias(cycle, leads)
        found = _refined(lambda parts: _slow(dot, leads, cycle.divided(parts)), cycle, ADIABATIC)
    else:
        time = float(quantity(period, "ps", name="period"))
        if not (time > 0 and np.isfinite(time)):
            raise InvalidInput(f"period must be positive, got {period!r}")
        found = _refined(
            lambda parts: _timed(dot, leads, cycle.divided(parts), time / HBAR), cycle, EVOLVED
        )
    electrons, error, relaxation, lowest = found
    attrs = flags(leads, "pauli", lowest, electrons[None], np.ones(1, bool))
    data = {
        "electrons": ("lead", electrons, {"units": "1"}),
        "error": ((), error, {"units": "1"}),
        "relaxation": ((), relaxation * HBAR, {"units": "ps"}),
    }
    return xr.Dataset(data, {"lead": list(leads.names)}, attrs)


def pumping_curvature(
    dot: Dot, *, rates: Mapping[str, Any], temperature: Any, **voltages: Any
) -> "xr.DataArray":
    r"""Electrons pumped per area of a small cycle in the plane of two voltages.

    .. math:: Ω_α = \partial_1 A_2 - \partial_2 A_1, \qquad A_k = 1^T J_α R\, \partial_k p

    by the flux through each cell of the grid, which is positive for a cycle that goes from the
    first voltage towards the second. Summed over the cells inside a cycle and multiplied by
    their area it is what `pump` returns.

    Parameters
    ----------
    As for `pump`: two voltages must be arrays, of evenly spaced values, and no lead may be biased.

    Returns
    -------
    DataArray
        In 1/V², dims (lead, first, second); the coordinates are the middles of the cells.
    """
    import xarray as xr

    leads = contacts(rates, temperature, dot.orbitals)
    sweep = read_voltages(dot, leads.names, voltages)
    if len(sweep.axes) != 2 or min(sweep.shape) < 2:
        raise InvalidInput("a curvature needs two voltages that are lists, as in left=[...]")
    grid = Cycle(sweep.volts, np.ones((sweep.points, len(leads.names))))
    _check_no_bias(grid, leads)
    p, rows, _ = _response(dot, leads, grid)
    shaped = p.reshape(*sweep.shape, -1), rows.reshape(*sweep.shape, len(leads.names), -1)
    (one, other), axes = _edges(*shaped), list(sweep.axes.values())
    flux = one[:, :, :-1] + other[:, 1:] - one[:, :, 1:] - other[:, :-1]
    middles = {n: (n, (v[1:] + v[:-1]) / 2, {"units": "V"}) for n, v in sweep.axes.items()}
    attrs = flags(leads, "pauli", p.min(axis=-1)[:1], flux[None], np.ones(1, bool))
    return xr.DataArray(
        flux / np.multiply.outer(np.diff(axes[0]), np.diff(axes[1])),
        {"lead": list(leads.names), **middles}, ("lead", *middles), "curvature",
        {"units": "1/V²", **attrs},
    )  # fmt: skip


def _check_no_bias(cycle: Cycle, leads: Contacts) -> None:
    volts = np.array([cycle.volts[name] for name in leads.names])
    if np.ptp(volts, axis=0).max() > 0 or np.ptp(leads.thermal_energies) > 0:
        raise InvalidInput(
            "leads at different voltages or temperatures drive a current all the time, which in "
            "an infinitely slow cycle carries infinitely much: give a period, or no bias"
        )


def _response(dot: Dot, leads: Contacts, cycle: Cycle) -> tuple[RealArray, RealArray, RealArray]:
    r"""Stationary probabilities, rows :math:`1^T J_α R`, and relaxation rates at all points.

    Returns
    -------
    array, shape (points, s); array, shape (points, leads, s); array, shape (points,)
    """
    parts = []
    for start in range(0, cycle.corners, POINTS):
        p, generator, rows, _ = _generators(dot, leads, cycle.part(start, start + POINTS))
        moved = lifted(generator, p, np.ones(p.shape[1]))
        right = rows - np.einsum("pls,ps->pl", rows, p)[:, :, None]
        solved = np.linalg.solve(moved.swapaxes(1, 2), right.swapaxes(1, 2)).swapaxes(1, 2)
        parts.append((p, solved, -np.linalg.eigvals(moved).real.max(axis=1)))
    p, response, rates = (np.concatenate(x) for x in zip(*parts, strict=True))
    return p, response, rates


def _generators(
    dot: Dot, leads: Contacts, cycle: Cycle
) -> tuple[RealArray, RealArray, RealArray, RealArray]:
    """Probabilities (points, s), rate matrices, rows that count electrons, and lowest p."""
    found = states(dot, cycle.volts, cycle.corners)
    mu = np.stack([-VOLT * cycle.volts[name] for name in leads.names], axis=1)
    steady = pauli(found, leads, mu, openings=cycle.openings)
    if not steady.valid.all():
        raise Unreliable(
            "at one point of the cycle the dot is cut off: no electron can enter or leave within "
            "any time. Keep one barrier open at each corner"
        )
    low, high = found.transitions
    weights = leads.weights(found) * cycle.openings[:, :, None]
    into, out = tunneling(found, weights, leads.thermal_energies, mu)
    size = len(found.charges)
    generator = rate_matrix(into.sum(axis=1), out.sum(axis=1), low, high, size)
    rows = into @ np.eye(size)[low] - out @ np.eye(size)[high]
    return steady.probabilities, generator, rows, steady.lowest


def _slow(dot: Dot, leads: Contacts, cycle: Cycle) -> tuple[RealArray, float, RealArray]:
    """Electrons from each lead in an infinitely slow cycle, memory, lowest probability."""
    p, rows, rates = _response(dot, leads, cycle)
    mean = (rows + np.roll(rows, -1, axis=0)) / 2
    electrons = np.einsum("pls,ps->l", mean, np.roll(p, -1, axis=0) - p)
    return electrons, float(1 / rates.min()), p.min(keepdims=True)[0]


def _timed(
    dot: Dot, leads: Contacts, cycle: Cycle, period: float
) -> tuple[RealArray, float, RealArray]:
    """The same for a cycle that takes a time (times ħ, 1/meV) and has repeated itself for long."""
    from scipy.linalg import expm

    middles = cycle.shifted()
    steps = []
    slowest = np.inf
    for start in range(0, middles.corners, POINTS):
        p, generator, rows, _ = _generators(dot, leads, middles.part(start, start + POINTS))
        count, size = p.shape
        whole = np.zeros((count, size + rows.shape[1], size + rows.shape[1]))
        whole[:, :size, :size], whole[:, size:, :size] = generator, rows
        steps.append(expm(whole * (period / middles.corners)))
        moved = lifted(generator, p, np.ones(size))
        slowest = min(slowest, float(-np.linalg.eigvals(moved).real.max()))
    once = _product(np.concatenate(steps))
    size = once.shape[0] - len(leads.names)
    change = once[:size, :size] - np.eye(size)
    change[0] = 1.0  # one row follows from the others: the probabilities add up to one
    p = np.linalg.solve(change, np.eye(size)[0])
    return once[size:, :size] @ p, 1 / slowest, p.min(keepdims=True)


def _product(steps: RealArray) -> RealArray:
    """All steps one after the other, the first on the right."""
    while len(steps) > 1:
        if len(steps) % 2:
            steps = np.concatenate([steps, np.eye(steps.shape[1])[None]])
        steps = steps[1::2] @ steps[::2]
    whole: RealArray = steps[0]
    return whole


def _refined(
    measure: Callable[[int], tuple[RealArray, float, RealArray]], cycle: Cycle, tolerance: float
) -> tuple[RealArray, float, float, RealArray]:
    """Value, change and memory after as many subdivisions as the tolerance takes.

    Errors are even in the step, so that two subdivisions extrapolate to none.
    """
    parts = FIRST
    before, memory, lowest = measure(parts)
    value, change = before, np.inf
    while change > tolerance:
        parts *= 2
        if parts * cycle.corners > MOST:
            raise Unreliable(
                "the cycle is not resolved: its last subdivision changed the result by "
                f"{change:.1e} electrons. Give more corners where the dot switches, or raise the "
                "temperature"
            )
        now, memory, lowest = measure(parts)
        better = (4 * now - before) / 3
        change = float(np.abs(better - value).max())
        value, before = better, now
    return value, change, memory, lowest


def _edges(p: RealArray, rows: RealArray) -> tuple[RealArray, RealArray]:
    """Integrals of A from each point of a grid to the next, along both directions."""
    found = []
    for axis in (0, 1):
        after_p, after_rows = (np.moveaxis(x, axis, 0)[1:] for x in (p, rows))
        here_p, here_rows = (np.moveaxis(x, axis, 0)[:-1] for x in (p, rows))
        edge = np.einsum("xyls,xys->xyl", (after_rows + here_rows) / 2, after_p - here_p)
        found.append(np.moveaxis(np.moveaxis(edge, 0, axis), 2, 0))
    return found[0], found[1]
