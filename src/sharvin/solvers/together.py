r"""Join several reduced devices to their leads at once: one stacked solve for all of them.

The algebra is that of `cayley`, with :math:`(1 - \tfrac i2 K) P = 2P - 1` and, for what each lead's
error acts on, :math:`P P^\dagger = \tfrac12 (P + P^\dagger)`, which holds since K is Hermitian.
Where leads have more modes at one point than at another, the missing columns of V are zero: K is
zero on them and P one, so that nothing else notices. A point that this does not suit is left to the
general way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sharvin.numerics.elimination import Reduced
from sharvin.solvers.cayley import MAX_K
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
    leads = _Leads.of([channels[i] or () for i in plain], places, len(parts[plain[0]].matrix))
    total = leads.v.shape[2]
    matrices = np.stack([parts[i].matrix for i in plain]) - leads.sigma
    errors = np.stack([parts[i].probe_error for i in plain])
    v = leads.v
    try:
        solved = np.linalg.solve(matrices, np.concatenate([v, errors], axis=2))
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
    """All leads of every point; at each point some of the n columns may be absent.

    Parameters
    ----------
    sigma : array, shape (points or 1, q, q)
        Hermitian part of the self-energies.
    v : array, shape (points, q, n)
    turn, direct : complex arrays, shape (points, n, n), or None
        U and D of all leads; None where U is one and D is minus one.
    present : bool array, shape (points, n)
    channels : sequence of sequence of Channels
    """

    sigma: NumberArray
    v: NumberArray
    turn: ComplexArray | None
    direct: ComplexArray | None
    present: BoolArray
    channels: Sequence[Sequence[Channels]]

    @classmethod
    def of(
        cls, channels: Sequence[Sequence[Channels]], places: Sequence[IntArray], size: int
    ) -> "_Leads":
        """Blocks of all leads, those of one set of channels written once."""
        shared = all(own is channels[0] for own in channels)
        written = channels[:1] if shared else channels
        counts = np.array([[c.count for c in own] for own in written])
        starts = np.concatenate([[0], np.cumsum(counts.max(axis=0))])
        blocks = [b for own in written for c in own for b in (c.hermitian, c.v)]
        kind = np.result_type(float, *{b.dtype for b in blocks})
        total, points = int(starts[-1]), len(written)
        sigma = np.zeros((points, size, size), kind)
        v = np.zeros((points, size, total), kind)
        present = np.zeros((points, total), bool)
        simple = all(_is_simple(c) for own in written for c in own)
        turn = direct = None
        if not simple:
            turn = np.tile(np.eye(total, dtype=complex), (points, 1, 1))
            direct = np.zeros((points, total, total), complex)
        for lead, place in enumerate(places):
            grid = np.ix_(place, place)
            for point, own in enumerate(written):
                c = own[lead]
                modes = slice(starts[lead], starts[lead] + c.count)
                sigma[point][grid] += c.hermitian
                v[point, place, modes] = c.v
                present[point, modes] = True
                if direct is not None and turn is not None:
                    direct[point, modes, modes] = c.direct
                    if c.turn is not None:
                        turn[point, modes, modes] = c.turn
        if shared:
            v = np.broadcast_to(v, (len(channels), *v.shape[1:]))
            present = np.broadcast_to(present, (len(channels), total))
        return cls(sigma, v, turn, direct, present, channels)

    def turned(self, amplitudes: ComplexArray) -> ComplexArray:
        """U† of outgoing amplitudes of incoming modes U D."""
        if self.turn is None or self.direct is None:
            return -amplitudes
        turned: ComplexArray = self.turn.conj().swapaxes(1, 2) @ amplitudes
        return turned @ (self.turn @ self.direct)

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
