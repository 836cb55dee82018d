"""From a model and temperatures to shells, once per discretization, averaged and labelled."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.nrg.blocks import UP, Charges
from sharvin.manybody.nrg.chain import wilson_chain
from sharvin.manybody.nrg.flow import Shell, flow, impurity_energies
from sharvin.manybody.nrg.model import Anderson, Wilson
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN, quantity

HIGHEST = 0.1  # k_B T in half-widths of the band


def thermal_energies(model: Anderson, temperature: Any) -> tuple[RealArray, RealArray]:
    """Temperatures in K and k_B T in half-widths of the band, both of shape (t,)."""
    kelvin = np.atleast_1d(np.asarray(quantity(temperature, "K", name="temperature"), float))
    if kelvin.ndim != 1 or not len(kelvin):
        raise InvalidInput(f"temperature must be a number or a list, got shape {kelvin.shape}")
    if not (kelvin > 0).all() or not np.isfinite(kelvin).all():
        raise InvalidInput(
            "temperatures must be positive; for the ground state take a hundredth of T_K, "
            f"got {kelvin.min()} K"
        )
    scaled = BOLTZMANN * kelvin / model.bandwidth
    if scaled.max() > HIGHEST:
        raise Unreliable(
            f"{kelvin.max():.3g} K is no longer small compared with the band; "
            f"give bandwidth= more than {BOLTZMANN * kelvin.max() / HIGHEST:.3g} meV"
        )
    return kelvin, scaled


def shells_of(
    model: Anderson,
    wilson: Wilson,
    shift: float,
    sites: int,
    spins: tuple[Charges, ...],
    *,
    dressed: bool = False,
) -> list[Shell]:
    """All shells of the model, energies in half-widths of the band."""
    d = model.bandwidth
    start = impurity_energies(model.level / d, model.interaction / d, model.zeeman / d)
    # Γ(ε) = π ρ t² · 2 with ρ = 1/2D: the band's whole hybridization sits on the first site.
    first = np.sqrt(model.width / d / np.pi)
    hops = [first, *wilson_chain(wilson.ratio, shift, sites)]
    return flow(start, hops, states=wilson.states, spins=spins, dressed=dressed)


@lru_cache(maxsize=8)
def bare_shells(wilson: Wilson, shift: float, sites: int) -> tuple[Shell, ...]:
    """The leads alone, truncated in the same way; only energies are remembered."""
    chain = wilson_chain(wilson.ratio, shift, sites)
    shells = flow(impurity_energies(0.0, 0.0, 0.0), chain.tolist(), states=wilson.states, spins=())
    return tuple(Shell({}, s.energies, {}, s.kept, {}, s.ground) for s in shells)


def averaged(
    model: Anderson,
    wilson: Wilson,
    lowest: float,
    read: Callable[[Sequence[Shell], float, int], RealArray],
    spins: tuple[Charges, ...] = (UP,),
    *,
    dressed: bool = False,
) -> tuple[RealArray, RealArray]:
    """Mean of a reading over all discretizations, and by how much its two halves differ.

    Returns
    -------
    mean, difference : array
        The difference of the averages over every second discretization, halved: it bounds what
        is left of the discretization. NaN for a single one.
    """
    sites = wilson.length(lowest)
    found = np.array(
        [
            read(shells_of(model, wilson, z, sites, spins, dressed=dressed), z, sites)
            for z in wilson.twists
        ]
    )
    if len(found) == 1:
        return found[0], np.full_like(found[0], np.nan)
    difference = np.abs(found[::2].mean(axis=0) - found[1::2].mean(axis=0)) / 2
    return found.mean(axis=0), difference
