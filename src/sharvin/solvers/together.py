r"""Join several reduced devices to their leads at once: one stacked solve for all of them.

The algebra is that of `cayley`, with :math:`(1 - \tfrac i2 K) P = 2P - 1` and, for what each lead's
error acts on, :math:`P P^\dagger = \tfrac12 (P + P^\dagger)`, which holds since K is Hermitian.
Where leads have more modes at one point than at another, the missing columns of V are zero: K is
zero on them and P one, so that nothing else notices. A point that this does not suit is left to the
general way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sharvin.numerics.elimination import Reduced
from sharvin.solvers.cayley import MAX_K, span
from sharvin.solvers.channels import Channels
from sharvin.solvers.glued import Glued, estimates, mixing
from sharvin.typing import BoolArray, ComplexArray, IntArray, NumberArray, RealArray


def glue_together(
    parts: Sequence[Reduced],
    channels: Sequence[Sequence[Channels] | None],
    places: Sequence[IntArray],
) -> list[Glued | None]:
    """S of every point, or None where the point must be solved on its own.

    Parameters
    ----------
    parts : sequence of Reduced
        One sector each, with the same kept orbitals.
    channels : sequence of (sequence of Channels, or None)
        Per point, those of every lead; points of one energy may share them.
    places : sequence of integer array
        Where each lead's orbitals sit among the kept ones.
    """
    found: list[Glued | None] = [None] * len(parts)
    plain = [i for i, pair in enumerate(zip(parts, channels, strict=True)) if _suits(*pair)]
    if len(plain) < 2:
        return found
    leads = _Leads.of([channels[i] or () for i in plain], places)
    matrices, rhs = leads.attached([parts[i] for i in plain])
    total = leads.present.shape[1]
    v = rhs[..., :total]
    try:
        solved = np.linalg.solve(matrices, rhs)
    except np.linalg.LinAlgError:  # one of them is singular: the general way finds out which
        return found
    x, probes = solved[..., :total], solved[..., total:]
    v_adjoint = v.conj().swapaxes(1, 2)
    k = v_adjoint @ x
    good = np.abs(k).max(axis=(1, 2)) < MAX_K
    k = np.where(good[:, None, None], k, 0.0)  # left out below; the others must not see them
    mix = mixing(total)
    residual = v @ mix - matrices @ (x @ mix)
    seen = np.concatenate([v_adjoint @ probes, x.conj().swapaxes(1, 2) @ residual], axis=2)
    one = np.eye(total, dtype=complex)
    half = 0.25j * (k + k.conj().swapaxes(1, 2))
    right = np.concatenate([np.broadcast_to(one, half.shape), seen], axis=2)
    propagated = np.linalg.solve(one + half, right)
    p, lost = propagated[..., :total], propagated[..., total:]
    data = leads.turned(2 * p - one)
    density = _density(x, p)
    weights = np.stack([density[:, place].sum(axis=1) for place in places], axis=1)
    size = np.sqrt(np.maximum(density.sum(axis=1), 0.0))
    errors = estimates(lost, size, leads.present.sum(axis=1), leads.errors(weights))
    for point in np.flatnonzero(good).tolist():
        own = np.flatnonzero(leads.present[point])
        waves = np.zeros((0, len(own)), complex)
        found[plain[point]] = Glued(data[point][np.ix_(own, own)], waves, float(errors[point]))
    return found


def _suits(part: Reduced, channels: Sequence[Channels] | None) -> bool:
    """Whether Cayley's way may be taken: no delayed unknowns, no bond kept, some channel open."""
    if channels is None or part.delayed or any(c.ports is not None for c in channels):
        return False
    return any(c.count for c in channels) and bool(np.isfinite(part.matrix.sum()))


@dataclass(frozen=True, eq=False)
class _Leads:
    """All leads of every point; at each point some of the n columns of V may be absent.

    Parameters
    ----------
    channels : sequence of sequence of Channels
        Per point; a single one where all points share it.
    places : sequence of (slice or integer array)
    starts : integer array, shape (leads,)
        First column of each lead.
    present : bool array, shape (points, n)
    """

    channels: Sequence[Sequence[Channels]]
    places: Sequence[slice | IntArray]
    starts: IntArray
    present: BoolArray

    @classmethod
    def of(cls, channels: Sequence[Sequence[Channels]], places: Sequence[IntArray]) -> "_Leads":
        """Columns for the most channels that each lead has at any point."""
        shared = all(own is channels[0] for own in channels)
        own_ones = channels[:1] if shared else channels
        counts = np.array([[c.count for c in own] for own in own_ones])
        widths = counts.max(axis=0)
        starts = np.cumsum(widths) - widths
        own = np.concatenate([np.arange(n) for n in widths]) < np.repeat(counts, widths, axis=1)
        present = np.broadcast_to(own, (len(channels), own.shape[1]))
        return cls(own_ones, [span(place) for place in places], starts, present)

    def attached(self, parts: Sequence[Reduced]) -> tuple[NumberArray, NumberArray]:
        """N (points, q, q) and its right-hand sides, V and the probes' errors."""
        blocks = [b for own in self.channels for c in own for b in (c.hermitian, c.v)]
        blocks += [b for part in parts for b in (part.matrix, part.probe_error)]
        kind = np.result_type(*{block.dtype for block in blocks})
        size, probes = parts[0].probe_error.shape
        count, total = self.present.shape
        matrices = np.empty((count, size, size), kind)
        rhs = np.zeros((count, size, total + probes), kind)
        for number, part in enumerate(parts):
            matrices[number] = part.matrix
            rhs[number, :, total:] = part.probe_error
        for points, lead, modes, c in self._each():
            place = self.places[lead]
            grid = (place, place) if isinstance(place, slice) else np.ix_(place, place)
            for one in matrices[points]:
                one[grid] -= c.hermitian
            rhs[points, place, modes] = c.v
        return matrices, rhs

    def _each(self) -> Iterator[tuple[slice, int, slice, Channels]]:
        """Points, lead and columns of every set of channels."""
        for point, own in enumerate(self.channels):
            points = slice(point, point + 1) if len(self.channels) > 1 else slice(None)
            for lead, (c, start) in enumerate(zip(own, self.starts.tolist(), strict=True)):
                yield points, lead, slice(start, start + c.count), c

    def turned(self, amplitudes: ComplexArray) -> ComplexArray:
        """U† of outgoing amplitudes of incoming modes U D."""
        if all(_is_simple(c) for own in self.channels for c in own):
            return -amplitudes
        shape = (len(self.channels), *amplitudes.shape[1:])
        direct = np.zeros(shape, complex)
        turn = np.broadcast_to(np.eye(shape[-1], dtype=complex), shape).copy()
        for points, _, modes, c in self._each():
            direct[points, modes, modes] = c.direct
            if c.turn is not None:
                turn[points, modes, modes] = c.turn
        turned: ComplexArray = turn.conj().swapaxes(1, 2) @ amplitudes @ (turn @ direct)
        return turned

    def errors(self, weights: RealArray) -> RealArray:
        """What the leads' own errors do to S at every point, for the weights (points, leads)."""
        error = np.array([[c.error for c in own] for own in self.channels])
        mode_error = np.array(
            [[c.mode_error * (c.count > 0) for c in own] for own in self.channels]
        )
        total: RealArray = (error * weights + mode_error).sum(axis=1)
        return total


def _is_simple(channels: Channels) -> bool:
    """Whether U is one and D minus one, as for leads in closed form."""
    return channels.turn is None and np.array_equal(channels.direct, -np.eye(channels.count))


def _density(x: NumberArray, p: ComplexArray) -> RealArray:
    """Sum of |psi|² over the incoming modes on every kept orbital, shape (points, q)."""
    both = (p + p.conj().swapaxes(1, 2)) / 2
    if np.isrealobj(x):  # what is imaginary in a Hermitian matrix drops out
        real: RealArray = ((x @ both.real) * x).sum(axis=2)
        return real
    density: RealArray = ((x @ both) * x.conj()).sum(axis=2).real
    return density
