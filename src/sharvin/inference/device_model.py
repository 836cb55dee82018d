r"""What a device would show in a cryostat, with its derivatives by everything that is free.

.. math:: G_m = \frac{G}{1 + R_s G}, \qquad
          G = g \int T(E; p)\,\Big({-\frac{\partial f}{\partial E}}\Big) dE, \qquad
          p_{\mathrm{axis}} = \mathrm{offset} + \mathrm{lever} \cdot x
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput, Unreliable
from sharvin.formulas.thermal import thermal_kernel
from sharvin.scattering.smatrix import Port
from sharvin.solvers.adjoint import sensitivity
from sharvin.solvers.smatrix import one_blas_thread, smatrix
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN, RESISTANCE_QUANTUM

LEVER, OFFSET, HEAT, SERIES, ENERGY = (
    "lever_arm",
    "offset",
    "temperature",
    "series_resistance",
    "energy",
)
OWN = (LEVER, OFFSET, HEAT, SERIES, ENERGY)
DEFAULTS = {LEVER: 1.0, OFFSET: 0.0, HEAT: 0.0, SERIES: 0.0}
DIFFERENCE = 1e-4  # step of a difference where the leads leave no derivative


@lru_cache
def thermal_nodes(count: int) -> tuple[RealArray, RealArray]:
    r"""Gauss points, in k_B T, and weights of :math:`-\partial f/\partial E`.

    Exact for transmissions that are polynomials of degree 2 count - 1 within the window.

    References
    ----------
    G. H. Golub and J. H. Welsch, Math. Comp. 23, 221 (1969).
    """
    grid = np.linspace(-45, 45, 9001)
    weight = thermal_kernel(grid, 0.0, 1.0) * (grid[1] - grid[0])
    before, now = np.zeros_like(grid), np.full_like(grid, weight.sum() ** -0.5)
    beta, betas = 0.0, []
    for _ in range(count):  # Lanczos on the grid; alpha vanishes by symmetry
        after = grid * now - beta * before
        beta = float(np.sqrt((weight * after**2).sum()))
        betas.append(beta)
        before, now = now, after / beta
    jacobi = np.diag(betas[:-1], 1) + np.diag(betas[:-1], -1)
    nodes, vectors = np.linalg.eigh(jacobi)
    return nodes, vectors[0] ** 2


@dataclass(frozen=True, eq=False)
class DeviceModel:
    """The trace of a device as a function of everything that can be fitted.

    Parameters
    ----------
    device : Device
    to, from_ : lead or (lead, label)
    axis : str
        What the abscissa moves: a parameter of the device, or ``"energy"``.
    fixed : mapping
        Parameters, energy and laboratory constants that stay.
    names : tuple of str
        Free ones, in order.
    nodes : int
        Energies of a thermal average.
    workers : int
    """

    device: Device
    to: Port
    from_: Port
    axis: str
    fixed: Mapping[str, float]
    names: tuple[str, ...]
    nodes: int = 8
    workers: int = 1
    _kept: dict[tuple[float, ...], tuple[RealArray, RealArray]] = field(
        default_factory=dict, repr=False
    )

    def curve(self, x: RealArray, **values: float) -> RealArray:
        """Conductance in e²/h at every abscissa."""
        return self._both(x, values)[0]

    def slopes(self, x: RealArray, **values: float) -> RealArray:
        """Derivatives, shape (points, free)."""
        return self._both(x, values)[1]

    def _both(self, x: RealArray, values: Mapping[str, float]) -> tuple[RealArray, RealArray]:
        """Curve and derivatives; those of the last few values are kept."""
        key = (float(x.size), *(values[name] for name in self.names))
        if key not in self._kept:
            while len(self._kept) > 3:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = self._computed(x, {**DEFAULTS, **self.fixed, **values})
        return self._kept[key]

    def _computed(self, x: RealArray, values: Mapping[str, float]) -> tuple[RealArray, RealArray]:
        if self.workers == 1:
            with one_blas_thread():
                rows = [self._point(float(at), values) for at in x]
        else:
            with ThreadPoolExecutor(self.workers) as pool:
                rows = list(pool.map(lambda at: self._point(float(at), values), x))
        both = np.array(rows)
        ideal, slopes = both[:, 0], both[:, 1:]
        series = values[SERIES] / RESISTANCE_QUANTUM
        shunt = 1 / (1 + series * ideal)
        slopes = slopes * shunt[:, None] ** 2
        if SERIES in self.names:
            column = -(ideal**2) * shunt**2 / RESISTANCE_QUANTUM
            slopes[:, self.names.index(SERIES)] = column
        return ideal * shunt, slopes

    def _point(self, x: float, values: Mapping[str, float]) -> list[float]:
        """Conductance without the series resistance, and its derivatives, at one abscissa."""
        given = {name: values[name] for name in self.device.parameters if name in values}
        moved = values[OFFSET] + values[LEVER] * x
        energy = moved if self.axis == ENERGY else values[ENERGY]
        if self.axis != ENERGY:
            given[self.axis] = moved
        thermal = BOLTZMANN * values[HEAT]
        spread, weights = thermal_nodes(self.nodes) if thermal > 0 else (np.zeros(1), np.ones(1))
        wanted = self._wanted()
        total = np.zeros(1 + len(self.names))
        for shift, weight in zip(spread, weights, strict=True):
            value, slope = self._transmission(energy + thermal * shift, given, wanted)
            total[0] += weight * value
            for k, name in enumerate(self.names, start=1):
                total[k] += weight * self._chain(name, x, float(shift), slope)
        return list(self.device.degeneracy * total)

    def _wanted(self) -> tuple[str, ...]:
        """Of what the transmission must be differentiated."""
        own = [name for name in self.names if name not in OWN]
        if {LEVER, OFFSET} & set(self.names):
            own.append(self.axis)
        if ENERGY in self.names or HEAT in self.names:
            own.append(ENERGY)
        return tuple(dict.fromkeys(own))

    def _chain(self, name: str, x: float, shift: float, slope: Mapping[str, float]) -> float:
        if name == LEVER:
            return x * slope[self.axis]
        if name == OFFSET:
            return slope[self.axis]
        if name == HEAT:
            return BOLTZMANN * shift * slope[ENERGY]
        return 0.0 if name == SERIES else slope[name]

    def _transmission(
        self, energy: float, given: Mapping[str, float], wanted: Sequence[str]
    ) -> tuple[float, dict[str, float]]:
        """T and its derivatives, from one elimination."""
        point: dict[str, Any] = dict(given)
        try:
            found = sensitivity(self.device, energy=energy, to=self.to, from_=self.from_, **point)
            return found.value, {name: found.derivative(name) for name in wanted}
        except Unreliable:  # a band edge of a lead is near
            return self._differences(energy, given, wanted)
        except InvalidInput:
            s = smatrix(self.device, energy=energy, **given)
            if any(s.modes):
                raise
            return 0.0, dict.fromkeys(wanted, 0.0)  # below the bands of all leads

    def _differences(
        self, energy: float, given: Mapping[str, float], wanted: Sequence[str]
    ) -> tuple[float, dict[str, float]]:
        def at(**moved: float) -> float:
            point = {**given, ENERGY: energy, **moved}
            s = smatrix(self.device, energy=point.pop(ENERGY), **point)
            return s.transmission(to=self.to, from_=self.from_)

        here = {**given, ENERGY: energy}
        slopes = {}
        for name in wanted:
            step = DIFFERENCE * max(abs(here[name]), 1.0)
            up, down = at(**{name: here[name] + step}), at(**{name: here[name] - step})
            slopes[name] = (up - down) / (2 * step)
        return at(), slopes
