"""T(E) over a range of energies, from as few S-matrices as its accuracy needs, and its integrals.

The same interpolation as for thermal averages (`table`), asked for everywhere in the range; one
curve then serves every bias and temperature whose window lies inside it.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sharvin.sweeps.table import EDGE_WIDTH, Sample, Table
from sharvin.sweeps.thermal import Edges
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN

FIRST = 9  # energies to begin with; halving then keeps to one grid, whose lead modes are shared
MOST = 500
FINE = 24  # parts of each gap on which the curve is written down for integration
NODES = 48  # of a thermal average
REACH = 36.0  # kT; -f' has fallen to 1e-16 there


@dataclass(frozen=True, eq=False)
class TransmissionCurve:
    """A curve T(E) with a doubt everywhere, ready to be averaged and integrated.

    Parameters
    ----------
    table : Table
    """

    table: Table

    @property
    def samples(self) -> tuple[Sample, ...]:
        """Everything that was evaluated, by energy."""
        return self.table.samples

    @cached_property
    def _fine(self) -> tuple[RealArray, RealArray, RealArray]:
        """Energies, T and its doubt, on a grid that is fine in every gap."""
        energies = self.table.energies
        inner = np.arange(FINE + 1) / FINE
        points = energies[:-1, None] + np.diff(energies)[:, None] * inner
        curve = self.table._read(points)
        doubt = self.table._doubt(points, curve)
        # An error e of S changes a transmission by up to 2 e sqrt(T N).
        solver = max(s.uncertainty for s in self.samples)
        most = max(max(s.modes, default=0) for s in self.samples)
        doubt = doubt + 2 * solver * np.sqrt(np.abs(curve) * most)
        columns = (points, curve[..., 0], doubt[..., 0])
        x, t, spread = (np.append(c[:, :-1].ravel(), c[-1, -1]) for c in columns)
        return x, t, spread

    @cached_property
    def _curves(self) -> tuple[Any, Any, Any, Any]:
        """T, its integral from the lower end, and the same of the doubt, as functions."""
        from scipy.interpolate import PchipInterpolator

        x, t, doubt = self._fine
        found = []
        for y in (t, doubt):
            curve = PchipInterpolator(x, y)
            found += [curve, curve.antiderivative()]
        return found[0], found[1], found[2], found[3]

    def transmission(self, levels: RealArray, temperature: float) -> tuple[RealArray, RealArray]:
        """T averaged around each level, and its error; shape of `levels`."""
        curve, _, doubt, _ = self._curves
        return self._average(curve, levels, temperature), self._average(doubt, levels, temperature)

    def integral(
        self, upper: RealArray, lower: RealArray, temperature: float
    ) -> tuple[RealArray, RealArray]:
        r""":math:`\int T\,[f(E - \mu_u) - f(E - \mu_l)]\,dE` in meV, and its error."""
        _, total, _, doubt = self._curves
        value = self._average(total, upper, temperature) - self._average(total, lower, temperature)
        error = self._average(doubt, upper, temperature) - self._average(doubt, lower, temperature)
        return value, np.abs(error)

    def _average(
        self, function: Callable[[RealArray], RealArray], levels: RealArray, temperature: float
    ) -> RealArray:
        """Average over -f' around each level; inside the range only."""
        low, high = self.table.energies[[0, -1]]
        if temperature == 0:
            return np.asarray(function(np.clip(levels, low, high)), dtype=np.float64)
        offsets, weights = _thermal_nodes()
        points = levels[..., None] + BOLTZMANN * temperature * offsets
        found: RealArray = function(np.clip(points, low, high)) @ weights
        return found


def _thermal_nodes() -> tuple[RealArray, RealArray]:
    """Nodes and weights of averages over -f' in units of kT: trapezoids in x = sinh u."""
    u = np.linspace(-np.arcsinh(REACH), np.arcsinh(REACH), 2 * NODES + 1)
    x = np.sinh(u)
    weights = np.cosh(u) / (4 * np.cosh(x / 2) ** 2)
    return x, weights / weights.sum()


Tracing = Generator[list[float], list[Sample], TransmissionCurve | None]


def trace(low: float, high: float, tolerance: float, edges: Edges | None = None) -> Tracing:
    """Adaptive curve: yields energies, is sent their samples, returns a `TransmissionCurve`.

    Parameters
    ----------
    low, high : float
        Ends of the range, meV.
    tolerance : float
        Accepted doubt of T anywhere.
    edges : callable, optional
        ``edges(low, high)`` gives energies on both sides of a change of the number of modes.

    Returns
    -------
    TransmissionCurve or None
        None where fewer than two energies have an answer.
    """
    high = max(high, low + 1e-6 * max(1.0, abs(low)))
    first = [float(e) for e in np.linspace(low, high, FIRST)]
    samples = {s.energy: s for s in (yield first)}
    asked = {*first, *samples}
    while True:
        if len(samples) < 2:
            return None
        table = Table.of(sorted(samples.values(), key=lambda s: s.energy))
        wanted = [e for e in _wanted(table, tolerance, edges) if e not in asked]
        if not wanted or len(samples) > MOST:
            return TransmissionCurve(table)
        asked.update(wanted)
        samples.update({s.energy: s for s in (yield wanted)})


def _wanted(table: Table, tolerance: float, edges: Edges | None) -> list[float]:
    """Middles of the gaps in which the curve is in doubt, or the sides of a band edge there."""
    points, _ = table._points()
    doubt = table._doubt(points, table._read(points)).max(axis=(1, 2))
    narrow = np.diff(table.energies) < 2.5 * EDGE_WIDTH
    abrupt = table.is_abrupt()
    energies: list[float] = []
    for gap in np.flatnonzero((doubt > tolerance) & ~narrow):
        low, high = (float(e) for e in table.energies[gap : gap + 2])
        known = table.samples[gap].modes == table.samples[gap + 1].modes
        sides = edges(low, high) if edges and abrupt[gap] and not known else []
        energies += sides or [0.5 * (low + high)]
    return energies
