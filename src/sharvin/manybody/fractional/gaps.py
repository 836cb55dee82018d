"""Gaps above degenerate ground states of a torus, from the sectors that symmetry leaves."""

from dataclasses import dataclass
from math import gcd

import numpy as np

from sharvin.manybody.fractional.counting import ground_state_charges
from sharvin.manybody.fractional.interactions import Interaction
from sharvin.manybody.fractional.solve import MEMORY, lowest_states
from sharvin.manybody.fractional.torus import Torus


@dataclass(frozen=True)
class Gap:
    """Energies of a ground multiplet and of what comes next.

    Parameters
    ----------
    ground, excited : float
        Mean energy of the multiplet and lowest energy above it.
    spread : float
        Width of the multiplet; zero on a torus, up to rounding.
    charge : int
        Momentum of the lowest excitation, one of several by symmetry.
    """

    ground: float
    excited: float
    spread: float
    charge: int

    @property
    def size(self) -> float:
        """Excitation energy."""
        return self.excited - self.ground


def inequivalent_charges(torus: Torus, particles: int) -> tuple[int, ...]:
    """One momentum for each class that shifting all orbitals (+N) and inversion (-K) connect."""
    step = gcd(particles, torus.flux)
    seen: set[int] = set()
    chosen = []
    for k in range(step):
        if k not in seen:
            chosen.append(k)
            seen |= {k, -k % step}
    return tuple(chosen)


def excitation_gap(
    torus: Torus,
    interaction: Interaction,
    particles: int,
    *,
    filling: tuple[int, int] = (1, 3),
    bosons: bool = False,
    memory: float = MEMORY,
    workers: int = 1,
) -> Gap:
    """Gap above the q-fold ground state of a torus at filling p/q.

    Raises
    ------
    InvalidInput
        When particles and flux do not make this filling: there is no gap to speak of.
    """
    charges = ground_state_charges(particles, torus.flux, filling)
    step = gcd(particles, torus.flux)
    own = {c % step for c in charges}
    own |= {-c % step for c in own}
    excited, ground = [], []
    for k in inequivalent_charges(torus, particles):
        count = 2 if k in own else 1
        found = lowest_states(
            torus, interaction, particles, k,
            count=count, bosons=bosons, memory=memory, workers=workers,
        ).energies  # fmt: skip
        if k in own:
            ground.append(float(found[0]))
        excited += [(float(e), k) for e in found[(1 if k in own else 0) :]]
    lowest, charge = min(excited)
    return Gap(float(np.mean(ground)), lowest, float(np.ptp(ground)), charge)
