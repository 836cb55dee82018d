r"""A table of S over energy, and integrals over it with an estimated error.

Energy is cut into panels of eight Gauss points each. What is read off S there is continued between
the points by the polynomial through them; the weights of the integral (Fermi functions) are known
exactly and are resolved on a grid of their own. One table therefore serves every bias and every
temperature inside its window. Next to the edge of a lead's subband, where transmissions grow
like a square root, the polynomial is one in the root of the distance to it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.scattering.smatrix import SMatrix
from sharvin.typing import RealArray

NODES = 8  # Gauss points of a panel: one batch of the solver
FINE = 12  # Gauss points between two cuts of a weight
Read = Callable[[SMatrix], RealArray]
Weights = Callable[[RealArray], RealArray]


@dataclass(frozen=True, eq=False)
class Panel:
    """A stretch of energy with S at eight points.

    Parameters
    ----------
    low, high : float
        Ends, meV.
    is_edge : (bool, bool)
        Whether a subband of a lead begins or ends at `low`, at `high`.
    smatrices : tuple of SMatrix
        At `nodes`, ascending; empty while it waits for them.
    """

    low: float
    high: float
    is_edge: tuple[bool, bool] = (False, False)
    smatrices: tuple[SMatrix, ...] = ()

    @cached_property
    def nodes(self) -> RealArray:
        """Energies of the Gauss points, meV."""
        return self.energies(_gauss(NODES)[0])

    def energies(self, u: RealArray) -> RealArray:
        """Energies that belong to -1 <= u <= 1."""
        width = self.high - self.low
        if self.is_edge == (True, True):
            found: RealArray = self.low + 0.5 * width * (1 + np.sin(0.5 * np.pi * u))
        elif self.is_edge[0]:
            found = self.low + width * (0.5 * (1 + u)) ** 2
        elif self.is_edge[1]:
            found = self.high - width * (0.5 * (1 - u)) ** 2
        else:
            found = self.low + 0.5 * width * (1 + u)
        return found

    def slopes(self, u: RealArray) -> RealArray:
        """dE/du, meV."""
        width = self.high - self.low
        if self.is_edge == (True, True):
            found: RealArray = 0.25 * np.pi * width * np.cos(0.5 * np.pi * u)
        elif self.is_edge[0]:
            found = 0.5 * width * (1 + u)
        elif self.is_edge[1]:
            found = 0.5 * width * (1 - u)
        else:
            found = np.full_like(u, 0.5 * width)
        return found

    def places(self, energies: RealArray) -> RealArray:
        """The u that belong to energies of the panel."""
        x = np.clip((energies - self.low) / (self.high - self.low), 0.0, 1.0)
        if self.is_edge == (True, True):
            found: RealArray = 2 / np.pi * np.arcsin(2 * x - 1)
        elif self.is_edge[0]:
            found = 2 * np.sqrt(x) - 1
        elif self.is_edge[1]:
            found = 1 - 2 * np.sqrt(1 - x)
        else:
            found = 2 * x - 1
        return found


@dataclass(frozen=True, eq=False)
class Spectrum:
    """S-matrices of one device over a window of energy.

    Parameters
    ----------
    leads : tuple of str
    panels : tuple of Panel
        Ascending and without gaps; a single S that holds at every energy has none.
    constant : SMatrix, optional
        That single S.
    degeneracy : int
    """

    leads: tuple[str, ...]
    panels: tuple[Panel, ...] = ()
    constant: SMatrix | None = None
    degeneracy: int = 1

    @classmethod
    def of(cls, s: "SMatrix | Spectrum") -> "Spectrum":
        """A table, or one S-matrix that is taken to hold at every energy."""
        if isinstance(s, Spectrum):
            return s
        if isinstance(s, SMatrix):
            return cls(s.leads, (), s, s.degeneracy)
        raise InvalidInput(f"needed is an SMatrix or a Spectrum, got {type(s).__name__}")

    @property
    def window(self) -> tuple[float, float]:
        """Lowest and highest energy, meV."""
        if self.constant is not None:
            return -np.inf, np.inf
        return self.panels[0].low, self.panels[-1].high

    @property
    def smatrices(self) -> tuple[SMatrix, ...]:
        """Everything that was computed, ascending in energy."""
        if self.constant is not None:
            return (self.constant,)
        return tuple(s for panel in self.panels for s in panel.smatrices)

    @property
    def s_error(self) -> float:
        """Largest error estimate of an S-matrix; zero where none is known."""
        errors = [s.error_estimate for s in self.smatrices if np.isfinite(s.error_estimate)]
        return max(errors, default=0.0)

    def integrals(
        self, read: Read, weights: Weights, cuts: Sequence[float] | RealArray
    ) -> tuple[RealArray, RealArray]:
        r"""All integrals :math:`\int w_m(E)\, r_k(S(E))\, dE`.

        Parameters
        ----------
        read : callable
            From an SMatrix to k real numbers.
        weights : callable
            From energies (q,) to real numbers (q, m), smooth between the cuts.
        cuts : sequence of float
            Ascending. Nothing is integrated below the first or above the last.

        Returns
        -------
        values, errors : real array, shape (m, k)
            In meV times the unit of weight and reading. The errors are those of the
            polynomials between the samples, weights taken as exact.
        """
        total: Any = None
        for panel, low, high in self._covered(cuts):
            inner = [e for e in cuts if low < e < high]
            u, gauss = _pieces(panel, [low, *inner, high])
            w = weights(panel.energies(u)) * (gauss * panel.slopes(u))[:, None]
            if self.constant is not None:
                flat = self._once(read, self.constant)
                exact = np.outer(w.sum(axis=0), flat)
                return exact, np.zeros_like(exact)
            values, tail = self._between(panel, read, u)
            part = np.stack((w.T @ values, np.outer(np.abs(w).sum(axis=0), tail)))
            total = part if total is None else total + part
        if total is None:  # two equal cuts: an interval without length
            shape = (weights(np.zeros(1)).shape[1], len(read(self.smatrices[0])))
            return np.zeros(shape), np.zeros(shape)
        return total[0], total[1]

    def grid(self, cuts: Sequence[float] | RealArray) -> tuple[RealArray, RealArray]:
        """Energies and weights (meV) that integrate what is smooth between the cuts."""
        points, weights = [np.zeros(0)], [np.zeros(0)]
        for panel, low, high in self._covered(cuts):
            u, gauss = _pieces(panel, [low, *(e for e in cuts if low < e < high), high])
            points.append(panel.energies(u))
            weights.append(gauss * panel.slopes(u))
        return np.concatenate(points), np.concatenate(weights)

    def averages(self, read: Callable[[float, SMatrix], RealArray]) -> tuple[RealArray, RealArray]:
        """Integrals of a reading that depends on energy itself, from the samples alone.

        For what is no product of weight and reading. The panels must resolve the weights.

        Returns
        -------
        values, errors : real array, shape (k,)
        """
        u, gauss = _gauss(NODES)
        values: Any = 0.0
        errors: Any = 0.0
        for panel in self.panels:
            pairs = zip(panel.nodes, panel.smatrices, strict=True)
            found = np.array([read(float(e), s) for e, s in pairs])
            w = gauss * panel.slopes(u)
            values = values + w @ found
            # A rule of half the order, through the same points.
            coefficients = _to_legendre() @ (found * panel.slopes(u)[:, None])
            errors = errors + np.abs(coefficients[-2:]).sum(axis=0) / (NODES - 1)
        return np.asarray(values), np.asarray(errors)

    def at(self, read: Read, energies: RealArray) -> RealArray:
        """A reading at any energies of the window, interpolated, shape (energies, k)."""
        energies = np.asarray(energies, dtype=np.float64)
        if self.constant is not None:
            return np.tile(read(self.constant), (len(energies), 1))
        self._refuse_outside(float(energies.min()), float(energies.max()))
        tops = np.array([panel.high for panel in self.panels])
        owner = np.minimum(np.searchsorted(tops, energies), len(tops) - 1)
        found = np.zeros((len(energies), len(read(self.smatrices[0]))))
        for number in np.unique(owner):
            panel, here = self.panels[number], owner == number
            found[here] = self._between(panel, read, panel.places(energies[here]))[0]
        return found

    def tails(self, panel: Panel, read: Read) -> RealArray:
        """How far the polynomials of a panel may be off, shape (k,)."""
        return self._between(panel, read, np.zeros(0))[1]

    def _covered(self, cuts: Sequence[float] | RealArray) -> list[tuple[Panel, float, float]]:
        """Panels and the parts of them between the first and the last cut."""
        if len(cuts) < 2 or cuts[0] == cuts[-1]:
            return []
        low, high = float(cuts[0]), float(cuts[-1])
        if self.constant is not None:
            return [(Panel(low, high), low, high)]
        self._refuse_outside(low, high)
        return [
            (panel, max(low, panel.low), min(high, panel.high))
            for panel in self.panels
            if max(low, panel.low) < min(high, panel.high)
        ]

    def _refuse_outside(self, low: float, high: float) -> None:
        first, last = self.window
        slack = 1e-9 * (1 + abs(first) + abs(last))
        if low < first - slack or high > last + slack:
            raise InvalidInput(
                f"the table holds S from {first:g} to {last:g} meV, but these reservoirs need it "
                f"from {low:g} to {high:g} meV; make it for a larger bias or temperature"
            )

    def _between(self, panel: Panel, read: Read, u: RealArray) -> tuple[RealArray, RealArray]:
        """Readings at places of a panel, shape (u, k), and how far they may be off, (k,)."""
        if self.constant is not None:
            value = self._once(read, self.constant)
            return np.tile(value, (len(u), 1)), np.zeros_like(value)
        coefficients = _to_legendre() @ self._readings(panel, read)
        values: RealArray = np.polynomial.legendre.legvander(u, NODES - 1) @ coefficients
        return values, _tail(coefficients)

    @cached_property
    def _memory(self) -> dict[tuple[int, Any], RealArray]:
        return {}

    def _once(self, read: Read, s: SMatrix) -> RealArray:
        key = (id(s), read)
        if key not in self._memory:
            self._memory[key] = np.asarray(read(s), dtype=np.float64)
        return self._memory[key]

    def _readings(self, panel: Panel, read: Read) -> RealArray:
        """Readings at the nodes of a panel, (NODES, k), taken once."""
        key = (id(panel), read)
        if key not in self._memory:
            self._memory[key] = np.array([read(s) for s in panel.smatrices], dtype=np.float64)
        return self._memory[key]


@lru_cache(maxsize=8)
def _gauss(count: int) -> tuple[RealArray, RealArray]:
    points, weights = np.polynomial.legendre.leggauss(count)
    for array in (points, weights):
        array.flags.writeable = False
    return points, weights


@lru_cache(maxsize=1)
def _to_legendre() -> RealArray:
    """Legendre coefficients from values at the Gauss points, shape (NODES, NODES)."""
    points, weights = _gauss(NODES)
    table = np.polynomial.legendre.legvander(points, NODES - 1) * weights[:, None]
    matrix: RealArray = table.T * (np.arange(NODES) + 0.5)[:, None]
    return matrix


def _tail(coefficients: RealArray) -> RealArray:
    """How large the Legendre coefficients are that were left out, shape (k,).

    They fall off geometrically: the last pair c would be followed by c q, q = c/(pair before).
    Counted is c sqrt(q), which allows for coefficients that are small by accident.
    """
    before = np.abs(coefficients[-4:-2]).sum(axis=0)
    last = np.abs(coefficients[-2:]).sum(axis=0)
    fall = np.minimum(last / np.maximum(before, 1e-300), 1.0)
    tail: RealArray = last * np.sqrt(fall)
    return tail


def _pieces(panel: Panel, cuts: Sequence[float]) -> tuple[RealArray, RealArray]:
    """Gauss points and weights between all cuts of a panel, in u."""
    ends = panel.places(np.array(cuts))
    x, w = _gauss(FINE)
    half = 0.5 * np.diff(ends)
    middle = 0.5 * (ends[1:] + ends[:-1])
    return (middle[:, None] + half[:, None] * x).ravel(), (half[:, None] * w).ravel()


def transmissions(s: SMatrix) -> RealArray:
    """All transmissions between leads, row by row: the reading behind every current."""
    return s.transmissions.ravel()
