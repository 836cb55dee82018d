"""Closed braids: pairs made, braided and annihilated have an amplitude that knows the knot."""

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.manybody.anyons.braid import Braid
from sharvin.manybody.anyons.catalog import su2
from sharvin.manybody.anyons.model import AnyonModel
from sharvin.manybody.anyons.modular import quantum_dimensions, twists
from sharvin.manybody.anyons.space import FusionSpace, apply


def closure_amplitude(model: AnyonModel, braid: Braid, anyon: str) -> complex:
    r"""Closed worldlines of one kind of anyon, relative to a single loop.

    .. math:: \frac{\theta_a^{-w}}{d_a} \sum_x d_x \,\mathrm{Tr}\, \rho_x(b)

    x runs over the total charges and w is the writhe, so that turns of a strand about itself do
    not count. The unknot gives 1.
    """
    a, kind = model.index(anyon), (anyon,) * braid.strands
    d = quantum_dimensions(model)
    total = 0.0 + 0.0j
    for x, label in enumerate(model.labels):
        try:
            space = FusionSpace(model, kind, label)
        except InvalidInput:
            continue  # these anyons cannot have this total charge
        columns = apply(space, braid, np.eye(space.dimension, dtype=complex))
        total += d[x] * np.trace(columns)
    return complex(total * twists(model)[a] ** -braid.writhe / d[a])


def jones_polynomial(braid: Braid, level: int) -> complex:
    r"""Jones polynomial V(t) of a closed braid at :math:`t = e^{-2\pi i/(k+2)}`.

    From spins 1/2 of SU(2)_k. For links of several components :math:`t^{1/2} = e^{-i\pi/(k+2)}`.
    A counterclockwise crossing counts as positive, so σ₁³ closes to the trefoil with
    :math:`V = t + t^3 - t^4`.

    References
    ----------
    V. F. R. Jones, Bull. Am. Math. Soc. 12, 103 (1985); E. Witten, Commun. Math. Phys. 121, 351
    (1989).
    """
    amplitude = closure_amplitude(su2(level), braid, "1/2")
    # A loop of spin 1/2 counts +2cos(π/(k+2)) here and with a minus sign in V.
    return amplitude if _components(braid) % 2 else -amplitude


def _components(braid: Braid) -> int:
    """Closed lines of the closure: cycles of the permutation."""
    order, seen, count = braid.order, set[int](), 0
    for start in range(braid.strands):
        count += start not in seen
        place = start
        while place not in seen:
            seen.add(place)
            place = order[place]
    return count
