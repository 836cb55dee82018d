r"""Thouless pumps counted in the bulk: the Chern number over momentum and phase of a cycle.

A *cycle* is a function of the phase θ, 0 to 2π, that returns the model's parameters there, such as
``lambda t: {"dimerization": 0.5 * np.cos(t), "staggered": np.sin(t)}``. All routes count electrons
moved towards +x in one cycle.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.matter.model import Model
from sharvin.topology.chern import link_chern_number
from sharvin.typing import ComplexArray, RealArray

Cycle = Callable[[float], Mapping[str, float]]

TURN = 2 * np.pi
CLOSED = 1e-9  # largest change of a parameter over one turn, relative to its size
GAPLESS = 1e-6  # of the width of all bands: a smaller gap on the cycle counts as closed


def pump_chern(
    model: Model,
    cycle: Cycle,
    *,
    filled: int = 1,
    momenta: int = 24,
    phases: int = 48,
    **params: float,
) -> int:
    r"""Electrons that an adiabatic cycle moves towards +x, an exact integer.

    .. math:: Q = \frac{1}{2\pi} \int_0^{2\pi}\! d\theta \int_{BZ}\! dk\; \Omega_{\theta k}, \qquad
              \Omega_{\theta k} = \partial_\theta A_k - \partial_k A_\theta

    summed over filled bands by the link method.

    Parameters
    ----------
    model : Model
        One periodic direction.
    cycle : callable
        Phase in rad to parameters; periodic.
    filled : int
        Filled bands, from the lowest.
    momenta, phases : int
        Points of the grid.
    **params : float
        Parameters that stay.

    Raises
    ------
    Unreliable
        When the gap closes on the cycle: the message says at which phase and momentum.

    References
    ----------
    D. J. Thouless, Phys. Rev. B 27, 6083 (1983); T. Fukui, Y. Hatsugai, H. Suzuki, J. Phys. Soc.
    Jpn. 74, 1674 (2005).
    """
    check_chain(model)
    check_cycle(cycle)
    energies, states = cycle_bands(model, cycle, momenta, phases, params)
    if not 0 < filled < energies.shape[-1]:
        raise InvalidInput(
            f"filled must leave a gap above the filled bands: 1 to {energies.shape[-1] - 1} of "
            f"{energies.shape[-1]}, got {filled!r}"
        )
    check_pump_gap(model, cycle, energies, filled, params)
    # axes (θ, k): θ first gives the sign of a current towards +x
    return link_chern_number(states[..., :filled])


def cycle_bands(
    model: Model, cycle: Cycle, momenta: int, phases: int, params: Mapping[str, float]
) -> tuple[RealArray, ComplexArray]:
    """Energies (phases, momenta, n) and states (phases, momenta, n, n) of a cycle."""
    k = momentum_grid(model, momenta)
    h = [model.bloch(k, **params, **cycle(t)) for t in TURN * np.arange(phases) / phases]
    energies, states = np.linalg.eigh(np.stack(h))
    return energies.astype(np.float64), states.astype(np.complex128)


def momentum_grid(model: Model, count: int) -> RealArray:
    """Wave vectors (count, D) over one zone of a chain, 1/nm."""
    grid: RealArray = (np.arange(count) / count)[:, None] * model.lattice.reciprocal[0]
    return grid


def check_pump_gap(
    model: Model, cycle: Cycle, energies: RealArray, filled: int, params: Mapping[str, float]
) -> float:
    """Smallest gap above the filled bands on the cycle, meV; refused where it closes."""
    from scipy.optimize import minimize

    gaps = energies[..., filled] - energies[..., filled - 1]
    phases, momenta = gaps.shape

    def gap(at: RealArray) -> float:
        k = at[1:] * model.lattice.reciprocal
        bands = model.bands(k, **params, **cycle(float(at[0]) * TURN))[0]
        return float(bands[filled] - bands[filled - 1])

    best, place = np.inf, np.zeros(2)
    for start in np.argsort(gaps, axis=None)[:3]:
        x0 = np.array(np.unravel_index(start, gaps.shape)) / (phases, momenta)
        steps = np.diag([0.7 / phases, 0.7 / momenta])
        found = minimize(
            gap, x0, method="Nelder-Mead",
            options={"initial_simplex": np.vstack([x0, x0 + steps]), "xatol": 1e-11, "fatol": 0.0,
                     "maxiter": 300},
        )  # fmt: skip
        if found.fun < best:
            best, place = float(found.fun), np.mod(found.x + 1e-9, 1.0)
    if best <= GAPLESS * float(np.ptp(energies)):
        raise Unreliable(
            f"the cycle of {model.name} runs through a point without a gap (gap {best:.1e} meV at "
            f"phase {place[0] * TURN:.4f} rad, {place[1]:.4f} of the reciprocal vector): the "
            "pumped charge changes by an integer there; choose a cycle that goes around the point"
        )
    return best


def check_chain(model: Any) -> None:
    """Refuse what is no model with one periodic direction."""
    if not isinstance(model, Model) or model.lattice.dimension != 1:
        what = type(model).__name__
        if isinstance(model, Model):
            what = f"{model.name} with {model.lattice.dimension} periodic directions"
        raise InvalidInput(f"a pump needs a model with one periodic direction, got {what}")


def check_cycle(cycle: Cycle) -> None:
    """Refuse a cycle that does not come back to where it began."""
    if not callable(cycle):
        raise InvalidInput("cycle must be a function of the phase that returns parameters")
    first, last = cycle(0.0), cycle(TURN)
    if not isinstance(first, Mapping) or set(first) != set(last):
        raise InvalidInput(
            "cycle must return a mapping of parameters, the same names at every phase, such as "
            "{'dimerization': 0.5, 'staggered': 0.0}"
        )
    for name, value in first.items():
        size = max(abs(cycle(t)[name]) for t in TURN * np.arange(9) / 8)
        if abs(last[name] - value) > CLOSED * max(size, 1e-300):
            raise InvalidInput(
                f"the cycle is not closed: {name!r} is {value:.6g} at phase 0 but "
                f"{last[name]:.6g} at 2π"
            )
