"""Twisted bilayers of the gallery, and what its pages ask of their flat bands."""

from itertools import pairwise

import numpy as np

from sharvin.matter.twisted import VELOCITY, TwistedBilayer, twisted_bilayer_graphene
from sharvin.topology import berry_fluxes
from sharvin.topology.crystal import levels
from sharvin.typing import RealArray

BORON_NITRIDE = 17.0  # meV, of the aligned layer


def chiral_bilayer(alpha: float) -> TwistedBilayer:
    """Return a bilayer without tunneling at AA, at the angle of this α."""
    w1, a = 97.5, 0.246
    angle = 2 * np.degrees(np.arcsin(w1 / (VELOCITY * alpha) * 3 * a / (8 * np.pi)))
    return twisted_bilayer_graphene(angle, w0=0.0, w1=w1, cutoff=4.5)


def flat_width(bilayer: TwistedBilayer, points: int) -> float:
    """Energy range of the two flat bands together, meV."""
    ends = np.arange(points) / points
    places = np.stack(np.meshgrid(ends, ends, indexing="ij"), axis=-1)
    n = bilayer.neutrality
    return float(np.ptp(levels(bilayer, places, {})[..., n - 1 : n + 1]))


def aligned_bilayer(valley: int, cutoff: float, mass: float = BORON_NITRIDE) -> TwistedBilayer:
    """Return a magic-angle bilayer on boron nitride."""
    return twisted_bilayer_graphene(1.05, mass=mass, valley=valley, cutoff=cutoff)


def flat_fluxes(mass: float, valley: int, cutoff: float, points: int) -> RealArray:
    """Berry flux of the valence band through each plaquette, rad."""
    bilayer = aligned_bilayer(valley, cutoff, mass)
    lower = bilayer.neutrality - 1
    return berry_fluxes(bilayer, bands=(lower, lower + 1), grid=points)


def bands_along_path(points: int, cutoff: float) -> tuple[RealArray, RealArray]:
    """Length along K - Γ - M - K′ and the ten bands around neutrality."""
    bilayer = aligned_bilayer(1, cutoff)
    q1, q2, _ = bilayer.transfers
    corners = [q1, np.zeros(2), (q1 - q2) / 2, -q2]
    legs = [
        start + np.linspace(0, 1, points, endpoint=False)[:, None] * (stop - start)
        for start, stop in pairwise(corners)
    ]
    k = np.vstack([*legs, corners[-1]])
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(k, axis=0), axis=1))])
    n = bilayer.neutrality
    return length, bilayer.bands(k)[:, n - 5 : n + 5]
