"""Paths of particles in the plane, and the braid that they make: what protects a gate."""

from dataclasses import dataclass

import numpy as np

from sharvin.errors import InvalidInput, ShapeMismatch, Unreliable
from sharvin.manybody.anyons.braid import Braid
from sharvin.typing import ComplexArray, RealArray

# Particles closer than this, in units of their spacing, may as well have met.
TOUCHING = 1e-6


@dataclass(frozen=True, eq=False)
class Worldlines:
    """Positions of particles in the plane as time goes on.

    Parameters
    ----------
    times : real array, shape (times,)
        Increasing; one unit per crossing where a braid made the paths.
    positions : complex array, shape (times, particles)
        x + iy; the spacing at rest is 1. Between the times the particles move straight.
    """

    times: RealArray
    positions: ComplexArray

    def __post_init__(self) -> None:
        times, z = np.array(self.times, dtype=float), np.array(self.positions, dtype=complex)
        if z.ndim != 2 or times.shape != z.shape[:1] or len(times) < 2:
            raise ShapeMismatch(
                f"positions have shape {z.shape} and times {times.shape}; (times, particles) and "
                "(times,) are needed, two times or more"
            )
        if not (np.all(np.diff(times) > 0) and np.isfinite(z).all()):
            raise InvalidInput("times must increase and positions be finite")
        for name, array in (("times", times), ("positions", z)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    def separation(self) -> float:
        """Shortest distance between two particles at any of the times."""
        z = self.positions
        i, j = np.triu_indices(z.shape[1], 1)
        return float(np.abs(z[:, i] - z[:, j]).min(initial=np.inf))


def worldlines(braid: Braid, *, steps: int = 24) -> Worldlines:
    """Paths that make a braid: one half turn of two neighbors after the other.

    Parameters
    ----------
    braid : Braid
    steps : int
        Times per crossing.
    """
    if steps < 4:
        raise InvalidInput(f"a half turn needs 4 steps or more, got {steps}")
    n, fraction = braid.strands, np.arange(1, steps + 1) / steps
    eased = fraction - np.sin(2 * np.pi * fraction) / (2 * np.pi)  # starts and ends at rest
    at = np.arange(n)  # strand at each place
    pieces = [np.arange(n, dtype=complex)[None]]
    for crossing in braid.crossings:
        i = abs(crossing) - 1
        turn = 0.5 * np.exp(1j * np.pi * eased * np.sign(crossing))
        piece = np.repeat(pieces[-1][-1:], steps, axis=0)
        piece[:, at[i]], piece[:, at[i + 1]] = i + 0.5 - turn, i + 0.5 + turn
        at[i], at[i + 1] = at[i + 1], at[i]
        piece[-1, at] = np.arange(n)  # exactly at rest: rounding does not pile up
        pieces.append(piece)
    positions = np.concatenate(pieces)
    if len(positions) == 1:
        positions = np.repeat(positions, 2, axis=0)
    return Worldlines(np.arange(len(positions)) / steps, positions)


def jittered(
    lines: Worldlines, amplitude: float, *, seed: int = 0, rate: float = 3.0
) -> Worldlines:
    """The same paths shaken smoothly, with the ends held.

    Parameters
    ----------
    lines : Worldlines
    amplitude : float
        Largest displacement of a particle. Below half of the shortest distance no two particles
        can be shaken through one another, so the braid cannot change.
    seed : int
    rate : float
        Fastest shake, in periods per unit of time.

    Raises
    ------
    InvalidInput
        When the amplitude is large enough for two particles to meet.
    """
    room = lines.separation() / 2
    if not 0 <= amplitude < room:
        raise InvalidInput(
            f"particles come as close as {2 * room:.3f}; shaken by {amplitude:g} >= {room:.3f} "
            "each, two could pass through one another"
        )
    rng = np.random.default_rng(seed)
    duration = lines.times[-1] - lines.times[0]
    waves = np.arange(1, max(2, int(2 * rate * duration)) + 1)
    phase = np.outer((lines.times - lines.times[0]) / duration, waves) * np.pi
    shape = (len(waves), lines.positions.shape[1])
    shake = np.sin(phase) @ (rng.normal(size=shape) + 1j * rng.normal(size=shape))
    shake *= amplitude / max(np.abs(shake).max(), 1e-300)
    return Worldlines(lines.times, lines.positions + shake)


def read_braid(lines: Worldlines) -> Braid:
    """Braid that moving particles make, as seen by somebody looking along y.

    The particles are ordered by x. Where two change places, the crossing is counterclockwise when
    the one that moves right passes at the smaller y.

    Raises
    ------
    Unreliable
        When two particles (nearly) meet, or three change order at one moment: such paths are no
        braid, or the times are too far apart to tell.
    """
    z = lines.positions
    first, second = np.triu_indices(z.shape[1], 1)
    gap = z[:, second] - z[:, first]
    ahead = gap.real > 0
    step, pair = np.nonzero(ahead[1:] != ahead[:-1])
    before, behind = gap[step, pair], gap[step + 1, pair]
    when = before.real / (before.real - behind.real)
    height = before.imag + when * (behind.imag - before.imag)  # y of second less y of first
    if np.abs(height).min(initial=1.0) < TOUCHING:
        raise Unreliable("two particles meet; paths that touch are no braid")
    order = np.argsort(z[0].real, kind="stable").tolist()
    word = []
    for event in np.lexsort((when, step)):
        a, b = int(first[pair[event]]), int(second[pair[event]])
        i, j = sorted((order.index(a), order.index(b)))
        if j - i != 1:
            raise Unreliable(
                f"particles {a} and {b} change order over others between times "
                f"{lines.times[step[event]]:.3g} and {lines.times[step[event] + 1]:.3g}; give "
                "the paths at more times"
            )
        left_is_lower = (height[event] > 0) == (order[i] == a)
        word.append(i + 1 if left_is_lower else -(i + 1))
        order[i], order[j] = order[j], order[i]
    return Braid(z.shape[1], tuple(word))
