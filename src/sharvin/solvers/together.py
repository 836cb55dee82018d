r"""Join several reduced devices to the same leads at once: one stacked solve for all of them.

The algebra is that of `cayley`, with :math:`(1 - \tfrac i2 K) P = 2P - 1` and, for what each lead's
error acts on, :math:`P P^\dagger = \tfrac12 (P + P^\dagger)`, which holds since K is Hermitian.
A point that this does not suit is left to the general way.
"""

from collections.abc import Sequence

import numpy as np

from sharvin.numerics.elimination import Reduced
from sharvin.solvers.cayley import MAX_K
from sharvin.solvers.channels import Channels
from sharvin.solvers.glued import Glued, estimate_from_size, mixing
from sharvin.typing import ComplexArray, IntArray, NumberArray


def glue_together(
    parts: Sequence[Reduced], channels: Sequence[Channels], places: Sequence[IntArray]
) -> list[Glued | None]:
    """S of every point, or None where the point must be solved on its own.

    Parameters
    ----------
    parts : sequence of Reduced
        One sector each, with the same kept orbitals.
    channels : sequence of Channels
        One per lead, the same for all points.
    places : sequence of integer array
        Where each lead's orbitals sit among the kept ones.
    """
    plain = [i for i, p in enumerate(parts) if not p.delayed and np.isfinite(p.matrix.sum())]
    found: list[Glued | None] = [None] * len(parts)
    total = sum(c.count for c in channels)
    if len(plain) < 2 or not total or any(c.ports is not None for c in channels):
        return found
    matrices = np.stack([parts[i].matrix for i in plain])
    errors = np.stack([parts[i].probe_error for i in plain])
    sigma, v, turn, direct = _leads(channels, places, matrices.shape[-1])
    matrices = matrices - sigma
    rhs = np.concatenate([np.broadcast_to(v, (len(plain), *v.shape)), errors], axis=2)
    try:
        solved = np.linalg.solve(matrices, rhs)
    except np.linalg.LinAlgError:  # one of them is singular: the general way finds out which
        return found
    x, probes = solved[..., :total], solved[..., total:]
    k = v.conj().T @ x
    mix = mixing(total)
    residual = v @ mix - matrices @ (x @ mix)
    seen = np.concatenate([v.conj().T @ probes, x.conj().swapaxes(1, 2) @ residual], axis=2)
    good = np.abs(k).max(axis=(1, 2)) < MAX_K
    if not good.all():
        k, x, seen = k[good], x[good], seen[good]
        plain = [i for i, kept in zip(plain, good, strict=True) if kept]
    one = np.eye(total)
    half = 0.25j * (k + k.conj().swapaxes(1, 2))
    right = np.concatenate([np.broadcast_to(one, half.shape), seen], axis=2)
    propagated = np.linalg.solve(one + half, right)
    p, lost = propagated[..., :total], propagated[..., total:]
    data = turn.conj().T @ (2 * p - one) @ (turn @ direct)
    density = _density(x, p)
    for place, number in enumerate(plain):
        weights = [float(density[place, where].sum()) for where in places]
        size = float(np.sqrt(max(density[place].sum(), 0.0)))
        error = estimate_from_size(lost[place], size, total, channels, weights)
        found[number] = Glued(data[place], np.zeros((0, total), complex), error)
    return found


def _leads(
    channels: Sequence[Channels], places: Sequence[IntArray], size: int
) -> tuple[NumberArray, NumberArray, ComplexArray, ComplexArray]:
    """Hermitian part of the self-energies, V, U and D of all leads together."""
    total = sum(c.count for c in channels)
    kind = np.result_type(float, *(block for c in channels for block in (c.hermitian, c.v)))
    sigma, v = np.zeros((size, size), kind), np.zeros((size, total), kind)
    turn, direct = np.eye(total, dtype=complex), np.zeros((total, total), complex)
    start = 0
    for lead, place in zip(channels, places, strict=True):
        modes = slice(start, start + lead.count)
        sigma[np.ix_(place, place)] += lead.hermitian
        v[place, modes] = lead.v
        direct[modes, modes] = lead.direct
        if lead.turn is not None:
            turn[modes, modes] = lead.turn
        start += lead.count
    return sigma, v, turn, direct


def _density(x: NumberArray, p: ComplexArray) -> NumberArray:
    """Sum of |psi|² over the incoming modes on every kept orbital, shape (points, q)."""
    both = (p + p.conj().swapaxes(1, 2)) / 2
    if np.isrealobj(x):  # what is imaginary in a Hermitian matrix drops out
        real: NumberArray = ((x @ both.real) * x).sum(axis=2)
        return real
    density: NumberArray = ((x @ both) * x.conj()).sum(axis=2).real
    return density
