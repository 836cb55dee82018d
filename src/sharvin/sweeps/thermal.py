r"""Averages over the Fermi window, from as few energies as their accuracy needs.

.. math:: \langle T \rangle(\mu, \theta) = \int T(E)\, w(E)\, dE, \qquad
          w(E) = -f'(E) = \frac{\operatorname{sech}^2[(E - \mu)/2 k_B \theta]}{4 k_B \theta}

The weight is known exactly, so only T(E) is interpolated: one table of energies then serves every
temperature and chemical potential. Transmission eigenvalues are interpolated as
:math:`\ln[T_n/(1 - T_n)]`, which is a straight line through the riser of a smooth contact, with
:math:`1 - T_n` taken from the waves that go elsewhere, where it keeps its digits. Other numbers
are interpolated as they are. Where interpolation and samples disagree, energies are added.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np

from sharvin.sweeps.table import EDGE_WIDTH, Sample, Table, Window
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN

MOST_ENERGIES = 600  # per set of parameters: beyond this the estimate says what is missing
FIRST_SPACING = 2.0  # first energies lie no further apart than this many kT in the core ...
CORE = 6.0  # ... of the window, which reaches this many kT to either side
# A step enclosed within w is read with an error of at most w/4kT of its height: with this share of
# the tolerance (times kT) a fortieth of it.
EDGE_SHARE = 0.1


@dataclass(frozen=True, eq=False)
class Averages:
    """Result of `refine`.

    Parameters
    ----------
    values, errors : real array, shape (windows, k)
        Averages of ``linear`` and estimates of their errors.
    samples : tuple of Sample
        Everything that was evaluated, by energy.
    """

    values: RealArray
    errors: RealArray
    samples: tuple[Sample, ...]


Edges = Callable[[float, float], list[float]]
Refinement = Generator[list[float], list[Sample], Averages]


def refine(
    windows: Sequence[Window],
    tolerance: float,
    *,
    exact: Sequence[float] = (),
    edges: Edges | None = None,
    edge_width: float = EDGE_WIDTH,
) -> Refinement:
    """Adaptive averages: yields energies, is sent their samples, returns `Averages`.

    Parameters
    ----------
    windows : sequence of Window
    tolerance : float
        Accepted error of each average, in transmission.
    exact : sequence of float
        Energies that are wanted for themselves; they join the table.
    edges : callable, optional
        ``edges(low, high)`` gives energies on both sides of each point between where the number
        of modes changes. It is asked where halving did not help.
    edge_width : float
        How close these lie together, meV.
    """
    samples = {s.energy: s for s in (yield first_energies(windows, tolerance, exact))}
    asked: set[float] = set(samples)
    while True:
        if len(samples) < 2:
            return Averages(np.zeros((0, 0)), np.zeros((0, 0)), ())
        table = Table.of(sorted(samples.values(), key=lambda s: s.energy), edge_width)
        values, errors, doubts = table.averages(windows)
        wanted = _next(table, doubts, errors, windows, tolerance, edges)
        wanted = [energy for energy in wanted if energy not in asked]
        if not wanted or len(samples) >= MOST_ENERGIES:
            return Averages(values, errors, table.samples)
        asked.update(wanted)
        samples.update({s.energy: s for s in (yield wanted)})


def edge_width(temperatures: Sequence[float], tolerance: float) -> float:
    """How closely band edges must be enclosed for averages at these temperatures (K), meV."""
    coldest = min((t for t in temperatures if t > 0), default=0.0)
    return max(EDGE_WIDTH, EDGE_SHARE * tolerance * BOLTZMANN * coldest)


def first_energies(
    windows: Sequence[Window], tolerance: float, exact: Sequence[float] = ()
) -> list[float]:
    """Energies to begin with: dense enough in each core, reaching out to each window's end."""
    reach = max(CORE + 4, np.log(1 / tolerance) + 5)
    energies: list[float] = []
    # The hottest first: a cold window only adds what its neighbors left out.
    for window in sorted(windows, key=lambda w: -w.temperature):
        offsets = [*np.arange(0.0, CORE + 0.5, FIRST_SPACING), 0.5 * (CORE + reach), reach]
        for offset in [*(-o for o in reversed(offsets[1:])), *offsets]:
            energy = float(window.level + offset * window.width)
            near = 0.7 * (FIRST_SPACING if abs(offset) <= CORE else 2.0) * window.width
            if not energies or min(abs(energy - e) for e in energies) > near:
                energies.append(energy)
    return sorted({*energies, *exact})


def _next(
    table: Table,
    shares: RealArray,
    errors: RealArray,
    windows: Sequence[Window],
    tolerance: float,
    edges: Edges | None,
) -> list[float]:
    """Energies that would lower the errors which are still too large."""
    late = errors.max(axis=1) > tolerance
    if not late.any():
        return []
    limit = 0.5 * tolerance / len(table.energies)
    chosen = np.flatnonzero((shares[late] > limit).any(axis=0))
    coldest = min(window.width for window in windows)
    abrupt = table.is_abrupt()
    energies: list[float] = []
    for gap in chosen:
        low, high = table.energies[gap], table.energies[gap + 1]
        before, after = table.samples[gap], table.samples[gap + 1]
        hard = abrupt[gap] or high - low < 0.5 * coldest
        known = before.modes == after.modes or high - low < 2.5 * table.edge_width
        sides = edges(float(low), float(high)) if edges and hard and not known else []
        energies += sides or [float(0.5 * (low + high))]
    return energies
