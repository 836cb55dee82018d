r"""Thomas-Fermi electrons under real gates: the self-consistent potential, not an estimate of it.

The electrons are a sheet of no thickness at a depth d below a surface whose potential is fixed by
gates and surface states. Then the half space above and below has an exact Green function, and
what is left is an equation in the plane. With the local kinetic energy w = μ - U, which is
positive where there are electrons,

.. math:: w + \hat\kappa \big[ \max(w, 0) - \mu \big] = \mu - U_{gates}, \qquad
          \kappa(q) = \frac{2}{a_B^*} \frac{1 - e^{-2 q d}}{q} .

It is solved on a periodic grid with Fourier transforms: a finite-volume grid would need the third
dimension, a hundred times the unknowns, and a cut somewhere above and below. The equation is the
minimum of a strictly convex function, so it has one solution; Newton's method with conjugate
gradients for its steps finds it in a few steps from a neighboring voltage.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from sharvin.device.gates import MEV_PER_VOLT, Gates
from sharvin.device.landscape import Points, Term
from sharvin.device.parameters import Parameters
from sharvin.device.screening import Screening
from sharvin.device.sheet import solve_filling
from sharvin.errors import InvalidInput
from sharvin.typing import RealArray
from sharvin.units import quantity

RUNG = 0.05  # V between the solutions that neighbors start from
KEPT = 64  # solutions that stay in memory
# Of the grid around the window, in depths. What lies beyond is its periodic image, which shifts
# the potential of a 500 nm gate by 0.1 meV, as does a grid of 10 nm under 60 nm.
MARGIN = 8.0
MOST_NODES = 1 << 24


@dataclass(frozen=True, eq=False)
class ThomasFermi:
    """Self-consistent potential of gates over an electron gas, at any voltages.

    It is a device potential. Energies are measured from the bottom of the band far from the
    gates, so that electrons move at an energy `chemical_potential`.

    Every voltage starts from the nearest multiple of 0.05 V, which starts from linear response:
    the answer does not depend on what was asked before.

    Parameters
    ----------
    gates : Gates
        One depth, mass and permittivity for all; their own screening is not used.
    density : float
        Of the electrons far from the gates, per nm².
    x, y : real arrays
        Coordinates of the periodic grid, nm.
    window : tuple of pairs
        Part of the plane where the potential may be asked for: lower and upper x and y, nm.
    """

    gates: Gates
    density: float
    x: RealArray
    y: RealArray
    window: tuple[tuple[float, float], tuple[float, float]]
    _rungs: OrderedDict[tuple[float, ...], RealArray] = field(
        default_factory=OrderedDict, init=False, repr=False
    )
    _splines: OrderedDict[tuple[float, ...], Any] = field(
        default_factory=OrderedDict, init=False, repr=False
    )

    @property
    def parameters(self) -> Parameters:
        """The voltages that a point of a sweep gives."""
        return self.gates.parameters

    @property
    def rule(self) -> Screening:
        """Mass and permittivity."""
        return self.gates.parts[0].screening

    @property
    def depth(self) -> float:
        """Of the electrons, nm."""
        return self.gates.parts[0].depth

    @property
    def chemical_potential(self) -> float:
        """Fermi energy of the gas far from the gates, meV: density over density of states."""
        return self.density / self.rule.density_of_states

    @cached_property
    def shapes(self) -> RealArray:
        """Bare potential of every gate on the grid, shape (gates, nx, ny), meV per volt."""
        parts = self.gates.parts
        bare = [part.coverage(self.x[:, None], self.y[None, :]) for part in parts]
        return -MEV_PER_VOLT * np.array(bare)

    @cached_property
    def kappa(self) -> RealArray:
        """Response of the sheet for each wave vector of the grid, shape (nx, ny // 2 + 1)."""
        from scipy import fft

        qx = 2 * np.pi * fft.fftfreq(len(self.x), self.x[1] - self.x[0])
        qy = 2 * np.pi * fft.rfftfreq(len(self.y), self.y[1] - self.y[0])
        return self.rule.susceptibility(np.hypot(qx[:, None], qy[None, :]), self.depth)

    def energy(self, x: Any, y: Any, **voltages: float | str) -> RealArray:
        """Potential energy of an electron, meV, at points of the window given in nm."""
        return self.chemical_potential - self._at(self.parameters.resolve(voltages), x, y)

    def electrons(self, x: Any, y: Any, **voltages: float | str) -> RealArray:
        """Electron density per nm² at points of the window given in nm."""
        filling = self._at(self.parameters.resolve(voltages), x, y)
        return self.rule.density_of_states * np.maximum(filling, 0.0)

    def lever_arms(
        self, at: Any = (0.0, 0.0), *, step: float = 1e-3, **voltages: float | str
    ) -> dict[str, float]:
        r"""For every voltage, :math:`-\partial U / \partial (e V)` at a point, dimensionless.

        They depend on the voltages; differences over ``step`` volts.
        """
        x, y = np.asarray(quantity(at, "nm"), dtype=np.float64)
        known = self.parameters.resolve(voltages)
        found = {}
        for name in known:
            ends = [
                float(self.energy(x, y, **(known | {name: known[name] + sign * step})))
                for sign in (-0.5, 0.5)
            ]
            found[name] = (ends[0] - ends[1]) / (MEV_PER_VOLT * step)
        return found

    @property
    def attrs(self) -> Mapping[str, Any]:
        """What to write next to results."""
        return {
            "gate_depth_nm": self.depth,
            "gate_screening_rule": "Thomas-Fermi, self-consistent",
            "density_per_nm2": self.density,
            "chemical_potential_meV": self.chemical_potential,
        }

    def bind(self, what: str) -> tuple[Term, ...]:
        """One term, solved anew for all voltages together."""

        def evaluate(points: Points, params: Mapping[str, float]) -> RealArray:
            x, y = points.coordinate("x", what), points.coordinate("y", what)
            return self.chemical_potential - self._at(params, x, y)

        return (Term(evaluate, self.parameters),)

    def filling(self, params: Mapping[str, float]) -> RealArray:
        """Local kinetic energy μ - U on the grid, shape (nx, ny), meV."""
        volts = self._volts(params)
        rung = tuple(RUNG * round(volt / RUNG) for volt in volts)
        start = _kept(self._rungs, rung, lambda: self._solved(rung, None))
        return self._solved(volts, start)

    def _volts(self, params: Mapping[str, float]) -> tuple[float, ...]:
        return tuple(part.knob.at(params) for part in self.gates.parts)

    def _solved(self, volts: tuple[float, ...], start: RealArray | None) -> RealArray:
        bare = np.tensordot(np.array(volts), self.shapes, axes=1)
        if start is None:
            start = self.chemical_potential - bare / (1 + float(self.kappa[0, 0]))
        return solve_filling(self.kappa, self.chemical_potential, bare, start)

    def _at(self, params: Mapping[str, float], x: Any, y: Any) -> RealArray:
        """Local kinetic energy at points of the window, by cubic interpolation from the grid."""
        from scipy.interpolate import RectBivariateSpline

        x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        for name, place, (low, high) in zip("xy", (x, y), self.window, strict=True):
            slack = 1e-9 * (high - low)
            if place.size and (place.min() < low - slack or place.max() > high + slack):
                raise InvalidInput(
                    f"the Thomas-Fermi window reaches from {name} = {low:g} to {high:g} nm, but "
                    f"the device from {place.min():g} to {place.max():g} nm; make it larger"
                )
        # The device and each of its leads ask at the same voltages.
        spline = _kept(
            self._splines,
            self._volts(params),
            lambda: RectBivariateSpline(self.x, self.y, self.filling(params)),
        )
        found: RealArray = spline.ev(x, y)
        return found

    def __repr__(self) -> str:
        return (
            f"{self.gates!r}\n  of which only the bare potential counts: Thomas-Fermi, "
            f"{self.density * 1e18:.3g} electrons per m², on {len(self.x)} x {len(self.y)} points"
        )


def thomas_fermi(
    gates: Gates,
    *,
    density: float | str,
    length: float | str,
    width: float | str,
    center: Any = (0.0, 0.0),
    spacing: float | str = "10 nm",
) -> ThomasFermi:
    """Self-consistent screening of gates by the electrons below, for real volts.

    Parameters
    ----------
    gates : Gates
        From `gate`, `split_gate` and sums of these. Their own screening is not used.
    density : float or str
        Of the electrons far from the gates, such as ``"3.56e15 m^-2"``.
    length, width : float or str
        Of the window, at least that of the device, nm.
    center : pair
        Middle of the window.
    spacing : float or str
        Of the grid, nm: a sixth of the depth is enough.

    Notes
    -----
    Electrons follow the potential as a classical liquid at zero temperature; donors and surface
    charge stay where they are, so that a gate at zero volts does nothing.
    """
    from scipy import fft

    if not isinstance(gates, Gates):
        raise InvalidInput("thomas_fermi needs gates, such as split_gate(...)")
    first = gates.parts[0]
    for part in gates.parts:
        same = (part.depth, part.screening.mass, part.screening.permittivity)
        if same != (first.depth, first.screening.mass, first.screening.permittivity):
            raise InvalidInput("thomas_fermi needs one depth, mass and permittivity for all gates")
    electrons = quantity(density, "nm^-2", name="density")
    step = quantity(spacing, "nm", name="spacing")
    sides = np.array([quantity(length, "nm", name="length"), quantity(width, "nm", name="width")])
    middle = np.asarray(quantity(center, "nm", name="center"), dtype=np.float64)
    numbers = np.array([electrons, step, *sides])
    if not (np.isfinite(numbers).all() and (numbers > 0).all() and middle.shape == (2,)):
        raise InvalidInput(
            "thomas_fermi needs a positive density, length, width and spacing, got "
            f"{density!r}, {length!r}, {width!r}, {spacing!r}"
        )
    if step > first.depth / 2:
        raise InvalidInput(
            f"a grid of {step:g} nm is too coarse for a depth of {first.depth:g} nm; "
            f"use spacing = {first.depth / 6:.2g} nm"
        )
    reach = (sides + 2 * MARGIN * first.depth) / step
    if float(np.prod(reach)) > MOST_NODES:
        raise InvalidInput(
            f"the Thomas-Fermi grid would have {float(np.prod(reach)):.1e} points; use a coarser "
            "spacing or a smaller window"
        )
    counts = [fft.next_fast_len(int(count) + 1, real=True) for count in reach]
    x, y = (
        c + step * (np.arange(count) - (count - 1) / 2)
        for c, count in zip(middle, counts, strict=True)
    )
    low, high = middle - sides / 2, middle + sides / 2
    window = ((float(low[0]), float(high[0])), (float(low[1]), float(high[1])))
    return ThomasFermi(gates, electrons, x, y, window)


def _kept(store: OrderedDict[Any, Any], key: tuple[float, ...], make: Callable[[], Any]) -> Any:
    """What is stored under a key, made if it is not there; the oldest entries are dropped."""
    found = store.get(key)
    if found is None:
        found = store.setdefault(key, make())
        while len(store) > KEPT:
            store.popitem(last=False)
    return found
