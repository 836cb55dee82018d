"""Tables of S over energy for a device: panels are halved where their polynomials are in doubt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput, Unreliable
from sharvin.observables.reservoirs import Reservoirs, reservoirs
from sharvin.observables.spectrum import Panel, Read, Spectrum, transmissions
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.junction import Junction, junction_of
from sharvin.solvers.smatrix import resolve as resolve_point
from sharvin.sweeps.edges import EdgeFinder
from sharvin.sweeps.points import Answer, Point, solve
from sharvin.sweeps.table import EDGE_WIDTH
from sharvin.typing import RealArray

TOLERANCE = 1e-5  # accepted error of a weighted average of T(E)
MOST_PANELS = 200  # 1600 energies: beyond them the error estimate says what is missing
CORE = 6.0  # kT to either side of a chemical potential that get panels of their own
NARROWEST = 1e-9  # of the window: a panel this narrow is not halved
SAME_EDGE = 10 * EDGE_WIDTH  # edges closer than this are one: each is known to EDGE_WIDTH
# Where a state that no lead reaches sits on a node, S is taken this far beside it, in panel widths.
ASIDE = (1e-6, -1e-6, 1e-5, -1e-5, 1e-4, -1e-4)

Solve = Callable[[Sequence[Point]], Sequence[Answer]]


def spectrum(
    device: Device,
    *,
    chemical_potential: float | str,
    voltages: Mapping[str, Any] | None = None,
    temperature: float | str = 0.0,
    temperatures: Mapping[str, Any] | None = None,
    tolerance: float = TOLERANCE,
    noise: bool = False,
    **parameters: Any,
) -> Spectrum:
    """S-matrices at the energies that these reservoirs need, and no more.

    Every observable of this floor takes the table in place of a device, for these reservoirs and
    for any whose windows lie within theirs.

    Parameters
    ----------
    device : Device
    chemical_potential : float or str
        At 0 V, meV.
    voltages, temperature, temperatures
        See `sharvin.current`.
    tolerance : float
        Accepted error of an average of a transmission over the window.
    noise : bool
        Whether noise will be read off as well: products of four amplitudes are then resolved too.
    **parameters
        The device's parameters.
    """
    from sharvin.observables.noise import correlations

    level, values = resolve_point(device, {"energy": chemical_potential, **parameters})
    baths = reservoirs(
        device.lead_names,
        voltages=voltages,
        temperature=temperature,
        temperatures=temperatures,
        level=level,
    )
    reads: tuple[Read, ...] = (transmissions, correlations) if noise else (transmissions,)
    return tabulate(device, values, [baths], tolerance=tolerance, reads=reads)


def tabulate(
    device: Device,
    parameters: Mapping[str, float],
    loads: Sequence[Reservoirs],
    *,
    tolerance: float = TOLERANCE,
    reads: Sequence[Read] = (transmissions,),
    resolved: bool = False,
    junction: Junction | None = None,
    edges: EdgeFinder | None = None,
    count: Callable[[Answer], None] | None = None,
) -> Spectrum:
    """Return one table for several sets of reservoirs.

    Parameters
    ----------
    device : Device
    parameters : mapping
        Resolved values of all parameters.
    loads : sequence of Reservoirs
    tolerance : float
        Accepted error of each reading, averaged over the window of each set.
    reads : sequence of callable
        What has to be interpolated.
    resolved : bool
        Whether the panels must resolve the occupations too, for `Spectrum.averages`.
    junction, edges, count : optional
        What is known of the device; who finds band edges; who counts S-matrices.
    """
    if not 0 < tolerance < 1:
        raise InvalidInput(f"tolerance must lie between 0 and 1, got {tolerance!r}")
    known = junction_of(device) if junction is None else junction
    finder = EdgeFinder(device) if edges is None else edges

    def answers(points: Sequence[Point]) -> list[Answer]:
        found = solve(device, known, points)
        for answer in found if count else ():
            assert count is not None
            count(answer)
        return found

    search = _Search(
        leads=device.lead_names,
        degeneracy=device.degeneracy,
        parameters=dict(parameters),
        loads=tuple(loads),
        reads=tuple(reads),
        tolerance=tolerance,
        solve=answers,
        edges=lambda low, high: finder.edges(parameters, low, high),
    )
    return search.run(_first_cuts(loads, resolved))


def _first_cuts(loads: Sequence[Reservoirs], resolved: bool) -> RealArray:
    """Ends of the first panels."""
    if resolved:
        return np.unique(np.concatenate([load.cuts() for load in loads]))
    low = min(load.window[0] for load in loads)
    high = max(load.window[1] for load in loads)
    core = [
        float(end)
        for load in loads
        for end in (
            (load.potentials - CORE * load.widths).min(),
            (load.potentials + CORE * load.widths).max(),
        )
    ]
    first, last = min(core), max(core)
    if low == high:  # everything cold and unbiased: one energy, with a little room around it
        room = max(1e-6, 1e-9 * abs(low))
        return np.array([low - room, high + room])
    return np.unique([low, first, 0.5 * (first + last), last, high])


@dataclass
class _Search:
    """Panels on their way to a table."""

    leads: tuple[str, ...]
    degeneracy: int
    parameters: dict[str, float]
    loads: tuple[Reservoirs, ...]
    reads: tuple[Read, ...]
    tolerance: float
    solve: Solve
    edges: Callable[[float, float], list[float]]
    barren: set[tuple[float, float]] = field(default_factory=set)  # no edge was found in there

    def run(self, cuts: RealArray) -> Spectrum:
        """Solve, split and halve until the doubts are small enough."""
        width = NARROWEST * (cuts[-1] - cuts[0])
        panels = [Panel(low, high) for low, high in pairwise(cuts.tolist()) if high - low > width]
        while True:
            panels = self._solved(panels)
            split = self._at_edges(panels)
            if split is not None:
                panels = split
                continue
            table = Spectrum(self.leads, tuple(panels), None, self.degeneracy)
            late = self._late(table)
            if not late.any() or len(panels) >= MOST_PANELS:
                return table
            panels = [
                part
                for panel, is_late in zip(panels, late, strict=True)
                for part in (_halves(panel) if is_late else [panel])
            ]

    def _solved(self, panels: Sequence[Panel]) -> list[Panel]:
        waiting = [panel for panel in panels if not panel.smatrices]
        points = [(float(e), self.parameters) for panel in waiting for e in panel.nodes]
        answers = iter(self.solve(points))
        done = {
            id(panel): replace(panel, smatrices=tuple(self._take(panel, e, next(answers))
                                                      for e in panel.nodes))
            for panel in waiting
        }  # fmt: skip
        return [done.get(id(panel), panel) for panel in panels]

    def _take(self, panel: Panel, energy: float, answer: Answer) -> SMatrix:
        if answer.smatrix is not None:
            return answer.smatrix
        width = panel.high - panel.low
        for step in ASIDE:
            (other,) = self.solve([(energy + step * width, self.parameters)])
            if other.smatrix is not None:
                return other.smatrix
        raise Unreliable(answer.refusal)

    def _at_edges(self, panels: Sequence[Panel]) -> list[Panel] | None:
        """Panels cut where the number of modes changes, or None where none does."""
        nodes = [(float(e), s.modes) for p in panels for e, s in zip(p.nodes, p.smatrices,
                                                                    strict=True)]  # fmt: skip
        known = {p.low for p in panels if p.is_edge[0]}
        low_end, high_end = self._core()
        found: set[float] = set()
        for (low, before), (high, after) in pairwise(nodes):
            gap = (low, high)
            if high < low_end or low > high_end:
                continue  # what happens there hardly weighs
            if before == after or gap in self.barren or any(low < e < high for e in known):
                continue
            fresh: set[float] = set()
            for edge in self.edges(low, high):  # those of several leads that agree are one
                if all(abs(edge - other) > SAME_EDGE for other in known | found | fresh):
                    fresh.add(edge)
            if not fresh:
                self.barren.add(gap)
            found |= fresh
        return _cut(panels, sorted(found)) if found else None

    def _core(self) -> tuple[float, float]:
        """Energies outside which all weights together are a hundredth of the tolerance."""
        reach = np.log(100 / self.tolerance)
        low = min(float((load.potentials - reach * load.widths).min()) for load in self.loads)
        high = max(float((load.potentials + reach * load.widths).max()) for load in self.loads)
        return low, high

    def _late(self, table: Spectrum) -> np.ndarray[Any, Any]:
        """Panels whose doubts have to be lowered."""
        doubts = np.array(
            [max(table.tails(panel, read).max(initial=0.0) for read in self.reads)
             for panel in table.panels]
        )  # fmt: skip
        late = np.zeros(len(table.panels), dtype=bool)
        span = table.window[1] - table.window[0]
        wide = np.array([p.high - p.low for p in table.panels]) > NARROWEST * span
        for load in self.loads:
            share = _shares(table, load) * doubts
            if share.sum() > self.tolerance:
                late |= share > 0.5 * self.tolerance / len(share)
        return late & wide


def _shares(table: Spectrum, load: Reservoirs) -> RealArray:
    """Part of the load's window that each panel carries, shape (panels,)."""
    cuts = load.cuts()
    if len(cuts) < 2:
        inside = [p.low <= cuts[0] <= p.high for p in table.panels]
        return np.array(inside, dtype=np.float64)
    span = max(float(np.ptp(load.potentials)), float(load.widths.max()))
    center = float(load.potentials.mean())
    x, w = np.polynomial.legendre.leggauss(6)
    energies = (cuts[:-1, None] + 0.5 * np.diff(cuts)[:, None] * (1 + x)).ravel()
    f, hole = load.occupations(energies)
    height = f.max(axis=1) * hole.max(axis=1) * (1 + ((energies - center) / span) ** 2)
    height *= (0.5 * np.diff(cuts)[:, None] * w).ravel()
    ends = [panel.high for panel in table.panels[:-1]]
    owner = np.searchsorted(ends, energies)
    total = np.bincount(owner, weights=height, minlength=len(table.panels))
    shares: RealArray = total / total.sum()
    return shares


def _halves(panel: Panel) -> list[Panel]:
    middle = float(panel.energies(np.zeros(1))[0])
    return [
        Panel(panel.low, middle, (panel.is_edge[0], False)),
        Panel(middle, panel.high, (False, panel.is_edge[1])),
    ]


def _cut(panels: Sequence[Panel], edges: Sequence[float]) -> list[Panel]:
    """Panels with an end at each edge; those that are cut, or whose end moves, lose their samples.

    Every edge lies between two nodes, so it is never near the end of the whole window.
    """
    parts: list[Panel] = []
    for panel in panels:
        near = [_near(edges, end) for end in (panel.low, panel.high)]
        low, high = (e if e is not None else end for e, end in zip(
            near, (panel.low, panel.high), strict=True))  # fmt: skip
        inside = [e for e in edges if low < e < high]
        if not inside and near == [None, None]:
            parts.append(panel)
            continue
        flags = [near[0] is not None or panel.is_edge[0], *(True for _ in inside),
                 near[1] is not None or panel.is_edge[1]]  # fmt: skip
        ends = [low, *inside, high]
        parts += [
            Panel(a, b, (left, right))
            for (a, b), (left, right) in zip(pairwise(ends), pairwise(flags), strict=True)
        ]
    return parts


def _near(edges: Sequence[float], end: float) -> float | None:
    """The edge that sits where a panel ends already, if there is one."""
    return next((e for e in edges if abs(e - end) <= SAME_EDGE), None)
