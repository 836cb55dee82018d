r"""Join a reduced device to its leads by the Cayley transform of a Hermitian matrix.

With :math:`N = M - \Sigma_h` Hermitian (real for a real device), :math:`K = V^\dagger N^{-1} V`
and :math:`P = (1 + \tfrac i2 K)^{-1}`,

.. math:: S = U^\dagger (1 - \tfrac i2 K) P\, U D, \qquad
          \psi = -i N^{-1} V P\, U D, \qquad W^\dagger G = U^\dagger P V^\dagger N^{-1} .

One real factorization of the interface does nearly all of the work. K is large where N is nearly
singular; S is then still good to about eps |K|, and past MAX_K the caller solves the complex
system instead.
"""

from collections.abc import Sequence

import numpy as np
from scipy.linalg import lapack

from sharvin.solvers.channels import Channels
from sharvin.solvers.glued import Glued, estimate, local_weights, mixing
from sharvin.solvers.root import Root
from sharvin.typing import ComplexArray, IntArray, NumberArray

MAX_K = 1e5  # eps times this leaves ten digits


def glue_by_cayley(
    root: Root, channels: Sequence[Channels], places: Sequence[IntArray]
) -> Glued | None:
    """S of the junction, or None where K is too large to be trusted (or N singular)."""
    system = _System(root, channels, places)
    if not np.isfinite(system.matrix.sum()):
        return None
    real = np.isrealobj(system.matrix)
    getrf, getrs = (lapack.dgetrf, lapack.dgetrs) if real else (lapack.zgetrf, lapack.zgetrs)
    lu, pivots, info = getrf(system.matrix)
    if info != 0:
        return None
    n = system.total
    solved = getrs(lu, pivots, system.rhs)[0]
    x, probes = solved[:, :n], solved[:, n:]
    v = system.rhs[:, :n]
    k = v.conj().T @ x
    if not np.abs(k).max(initial=0.0) < MAX_K:
        return None
    half = 0.25j * (k + k.conj().T)  # K is Hermitian; LU leaves it so to rounding
    one = np.eye(n)
    # Residual of two random superpositions of V, and the probes' errors, as amplitudes V†N^-1.
    mix = mixing(n)
    residual = v @ mix - system.matrix @ (x @ mix)
    seen = np.concatenate([v.conj().T @ probes, x.conj().T @ residual], axis=1)
    propagated = lapack.zgesv(one + half, np.concatenate([system.turn_direct, seen], axis=1))[2]
    injected, lost = propagated[:, :n], propagated[:, n:]
    waves = -1j * _product(x, injected)
    data = system.unturn((one - half) @ injected)
    weights = local_weights(waves, system.places)
    return Glued(data, waves, estimate(lost, waves, channels, weights))


def _product(x: NumberArray, b: ComplexArray) -> ComplexArray:
    """Matrix product that does not turn a real factor into a complex one."""
    if np.iscomplexobj(x):
        return x @ b
    n = b.shape[1]
    both = x @ np.concatenate([b.real, b.imag], axis=1)
    product: ComplexArray = both[:, :n] + 1j * both[:, n:]
    return product


class _System:
    """N, V and the diagonal blocks U, D of all leads."""

    def __init__(
        self, root: Root, channels: Sequence[Channels], places: Sequence[IntArray]
    ) -> None:
        self.places = [root.delayed + p for p in places]
        self.channels = channels
        self.total = sum(c.count for c in channels)
        size = len(root.matrix)
        blocks = [root.matrix, root.probe_error]
        blocks += [block for c in channels for block in (c.hermitian, c.v)]
        kind = np.result_type(*blocks)
        self.matrix: NumberArray = np.array(root.matrix, dtype=kind, order="F")
        self.rhs = np.zeros((size, self.total + root.probe_error.shape[1]), kind, order="F")
        self.rhs[:, self.total :] = root.probe_error
        self.turn_direct = np.zeros((self.total, self.total), complex)
        start = 0
        for lead, place in zip(channels, self.places, strict=True):
            modes = slice(start, start + lead.count)
            rows = span(place)
            block = (rows, rows) if isinstance(rows, slice) else np.ix_(rows, rows)
            self.matrix[block] -= lead.hermitian
            self.rhs[rows, modes] = lead.v
            self.turn_direct[modes, modes] = (
                lead.direct if lead.turn is None else lead.turn @ lead.direct
            )
            start += lead.count

    def unturn(self, amplitudes: ComplexArray) -> ComplexArray:
        """U† times the outgoing amplitudes, lead by lead."""
        start = 0
        for lead in self.channels:
            modes = slice(start, start + lead.count)
            if lead.turn is not None:
                amplitudes[modes] = lead.turn.conj().T @ amplitudes[modes]
            start += lead.count
        return amplitudes


def span(places: IntArray) -> slice | IntArray:
    """A slice where the places follow one another, which is much faster to index with."""
    if len(places) and np.all(np.diff(places) == 1):
        return slice(int(places[0]), int(places[-1]) + 1)
    return places
