"""The work of one verb of the laboratory: what reservoirs make of a device, row by row."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from sharvin.device.device import Device
from sharvin.device.digest import digest
from sharvin.errors import InvalidInput, Unreliable
from sharvin.observables.reservoirs import Reservoirs, reservoirs
from sharvin.observables.spectrum import Read, Spectrum, transmissions
from sharvin.solvers.junction import Junction
from sharvin.sweeps.axes import Axes, Axis
from sharvin.sweeps.chunk import Outcome, Tally
from sharvin.sweeps.edges import EdgeFinder
from sharvin.sweeps.spectra import tabulate
from sharvin.sweeps.sweep import version
from sharvin.typing import RealArray

Found = tuple[RealArray, RealArray]  # values and their errors


@dataclass(frozen=True)
class Reading:
    """One kind of result.

    Parameters
    ----------
    name, unit : str
    read : callable
        From a table and reservoirs to values and errors, of one shape.
    dims : tuple of str
        Names of their dimensions; those that begin with "lead" run over the leads.
    needs : tuple of callable
        What the table has to interpolate.
    resolved : bool
        Whether the table must resolve the occupations.
    """

    name: str
    unit: str
    read: Callable[[Spectrum, Reservoirs], Found]
    dims: tuple[str, ...] = ()
    needs: tuple[Read, ...] = (transmissions,)
    resolved: bool = False


@dataclass(frozen=True, eq=False)
class Bench:
    """A device with its axes and the settings of its reservoirs: a job of one chunk per row."""

    device: Device
    reading: Reading
    axes: Axes
    settings: tuple[Axis, ...]  # voltages, then temperatures of single leads
    voltages: tuple[str, ...]
    tolerance: float

    def baths(self, level: float) -> list[Reservoirs]:
        """Reservoirs at one level, temperatures first, settings in their order, last fastest."""
        names = [axis.name for axis in self.settings]
        count = len(self.voltages)
        found = []
        for kelvin in self.axes.temperatures:
            for values in product(*(axis.values for axis in self.settings)):
                pairs = list(zip(names, values, strict=True))
                found.append(
                    reservoirs(
                        self.device.lead_names,
                        voltages=dict(zip(self.voltages, values[:count], strict=True)),
                        temperature=kelvin,
                        temperatures={n.removeprefix("temperature_"): v for n, v in pairs[count:]},
                        level=level,
                    )
                )
        return found

    @cached_property
    def content_hash(self) -> str:
        """Fingerprint: equal hashes mean equal numbers, bit for bit."""
        return digest(
            {
                "version": version(),
                "device": self.device.content_hash,
                "reading": self.reading,
                "axes": self.axes,
                "settings": self.settings,
                "tolerance": self.tolerance,
            }
        )

    @cached_property
    def parameter_sets(self) -> Sequence[dict[str, float]]:
        """Device parameters, one mapping per set."""
        return self.axes.parameter_sets()

    @property
    def chunks(self) -> list[range]:
        """One row each: a set of parameters and a level."""
        rows = len(self.parameter_sets) * len(self.axes.levels)
        return [range(row, row + 1) for row in range(rows)]

    def worker(self) -> "BenchWorker":
        """Return what computes its chunks, in any thread."""
        return BenchWorker(self)


class BenchWorker:
    """Computes rows of one bench, in any thread, each from the same knowledge of the device."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self._junction = Junction(bench.device, many=True)
        for parameters in (bench.parameter_sets[0], bench.parameter_sets[-1]):
            self._junction.point(bench.axes.levels[0], bench.device.resolve(parameters))

    def solve(self, number: int) -> Outcome:
        """Numbers of one row, shape (1, settings, dimensions of the reading...).

        A row without an answer is empty, and its tally says why.
        """
        started, tally = time.perf_counter(), Tally()
        try:
            found = self._row(number, tally)
        except Unreliable as error:
            tally.refuse(str(error))
            outcome = Outcome(np.empty(0), np.empty(0), tally)
        else:
            values, errors = (np.stack(part)[None] for part in zip(*found, strict=True))
            outcome = Outcome(values, errors, tally)
        tally.seconds = time.perf_counter() - started
        return outcome

    def _row(self, number: int, tally: Tally) -> list[Found]:
        bench, junction = self.bench, self._junction.fork()
        levels = bench.axes.levels
        values = bench.device.resolve(bench.parameter_sets[number // len(levels)])
        loads = bench.baths(levels[number % len(levels)])
        edges = EdgeFinder(bench.device)

        def table(some: list[Reservoirs]) -> Spectrum:
            return tabulate(
                bench.device, values, some, tolerance=bench.tolerance, reads=bench.reading.needs,
                resolved=bench.reading.resolved, junction=junction, edges=edges,
                count=tally.count,
            )  # fmt: skip

        shared = None if bench.reading.resolved else table(loads)
        found = []
        for load in loads:
            own = table([load]) if shared is None else shared
            _refuse_empty(own, load)
            found.append(bench.reading.read(own, load))
        return found


def _refuse_empty(table: Spectrum, load: Reservoirs) -> None:
    """A bias beyond the band, or energies at which no lead conducts."""
    if not any(any(s.modes) for s in table.smatrices):
        low, high = table.window
        raise InvalidInput(
            f"no lead has an open mode between {low:g} and {high:g} meV; choose a chemical "
            "potential inside a band"
        )
    ends = np.array([panel.high for panel in table.panels])

    def modes(energy: float) -> tuple[int, ...]:
        panel = table.panels[min(int(np.searchsorted(ends, energy)), len(ends) - 1)]
        nearest = int(np.abs(panel.nodes - energy).argmin())
        return panel.smatrices[nearest].modes

    usual = modes(load.base) if table.window[0] <= load.base <= table.window[1] else None
    for place, lead in enumerate(load.leads):
        level = float(load.potentials[place])
        if usual and level != load.base and usual[place] and not modes(level)[place]:
            raise InvalidInput(
                f"a voltage of {load.voltages[place]:g} V puts lead {lead!r} at {level:g} meV, "
                "where it has no open mode: the bias reaches beyond the band; make it smaller"
            )
