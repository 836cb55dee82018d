r"""Join a reduced device to its leads: the general complex system, and the choice between routes.

The unknowns are the device orbitals kept at the interface, unknowns whose elimination had to be
delayed, and, for a lead whose self-energy is near a pole, the waves of its bond. With the device
reduced to :math:`M = E - H` on those,

.. math:: A = M - \sum_l \Sigma_l, \qquad
          S_{ll'} = \delta_{ll'} D_l + W_l^\dagger A^{-1} Q_{l'} .
"""

from collections.abc import Sequence

import numpy as np
from scipy.linalg import blas, lapack

from sharvin.solvers.cayley import glue_by_cayley
from sharvin.solvers.channels import Channels
from sharvin.solvers.glued import EPS, Glued, estimate, local_weights, mixing
from sharvin.solvers.root import Root
from sharvin.typing import ComplexArray, IntArray

# Below this reciprocal condition number a state that no channel reaches sits at the energy: it is
# taken out by its singular vector.
SINGULAR = 1e-13
# A pivot this much smaller than the largest calls for the condition number.
SUSPECT = 1e-8
SQRT2 = np.sqrt(2.0)


class _Junction:
    """The dense system of one junction and its right-hand sides, in Fortran order for LAPACK."""

    def __init__(
        self, root: Root, channels: Sequence[Channels], places: Sequence[IntArray]
    ) -> None:
        self.root, self.channels = root, channels
        self.places = [root.delayed + p for p in places]
        self.base = base = len(root.matrix)
        extra = sum(0 if c.ports is None else len(c.ports.reflection) for c in channels)
        self.total = sum(c.count for c in channels)
        self.probes = root.probe_error.shape[1]
        size = base + extra
        self.matrix = np.zeros((size, size), complex, order="F")
        self.matrix[:base, :base] = root.matrix
        # The probes' errors are solved for along with the incoming waves.
        self.rhs = np.zeros((size, self.total + self.probes), complex, order="F")
        self.rhs[:base, self.total :] = root.probe_error
        self.source = self.rhs[:, : self.total]
        self.out = np.zeros((size, self.total), complex, order="F")
        self.direct = np.zeros((self.total, self.total), complex)
        column, bond = 0, base
        for lead, place in zip(channels, self.places, strict=True):
            modes = slice(column, column + lead.count)
            if lead.ports is None:
                w = lead.v if lead.turn is None else lead.v @ lead.turn
                gamma = lead.v @ lead.v.conj().T
                self.matrix[np.ix_(place, place)] -= lead.hermitian - 0.5j * gamma
                self.source[place, modes] = -1j * (w @ lead.direct)
                self.out[place, modes] = w
                self.direct[modes, modes] = lead.direct
            else:
                bond = self._add_bond(lead, place, modes, bond)
            column += lead.count

    def weights(self, waves: ComplexArray, data: ComplexArray) -> list[float]:
        """Squared size of the waves that each lead's error acts on.

        On a bond that is kept, these are its largest evanescent wave and one unit-current mode
        each way: what a slow mode's large amplitude does to S is in `mode_error` already.
        """
        weights = local_weights(waves, self.places)
        start, bond = 0, self.base
        for number, (lead, place) in enumerate(zip(self.channels, self.places, strict=True)):
            modes = slice(start, start + lead.count)
            start += lead.count
            p = lead.ports
            if p is None:
                continue
            r = len(p.reflection)
            x = (p.basis.conj().T @ waves[place] + 1j * waves[bond : bond + r]) / SQRT2
            x = x - p.x_out @ data[modes]
            x[:, modes] -= p.x_in
            weights[number] = float(np.linalg.norm(x, axis=0).max(initial=0.0) ** 2) + 3.0
            bond += r
        return weights

    def factorized(self) -> tuple[ComplexArray, IntArray] | None:
        """LU factors and pivots, or None where the matrix is singular to rounding."""
        if not np.isfinite(self.matrix.sum()):
            return None
        lu, pivots, info = lapack.zgetrf(self.matrix)
        if info != 0:
            return None
        diagonal = np.abs(lu.diagonal())
        if diagonal.min() < SUSPECT * diagonal.max():
            norm = float(np.abs(self.matrix).sum(axis=0).max())
            if not lapack.zgecon(lu, norm)[0] > SINGULAR:
                return None
        return lu, pivots

    def amplitudes(self, waves: ComplexArray) -> ComplexArray:
        """Outgoing amplitudes of waves, W† psi."""
        found: ComplexArray = blas.zgemm(1.0, self.out, waves, trans_a=2)
        return found

    def _add_bond(self, lead: Channels, place: IntArray, modes: slice, start: int) -> int:
        r"""Keep the lead's first bond as unknowns: nothing here grows at a pole of Sigma.

        With :math:`b = B^\dagger\psi` and the unknown :math:`a`: the device row is
        :math:`M\psi - B a = 0`, the bond row :math:`y - R x = (y_{in} - R x_{in})\alpha` with
        :math:`x, y = (b \pm i a)/\sqrt2`; out amplitudes are
        :math:`x_{out}^\dagger x - y_{out}^\dagger y`.
        """
        p = lead.ports
        assert p is not None
        r = len(p.reflection)
        one = np.eye(r)
        bond = np.arange(start, start + r)
        self.matrix[np.ix_(place, bond)] = -p.basis
        self.matrix[np.ix_(bond, place)] = (one - p.reflection) @ p.basis.conj().T / SQRT2
        self.matrix[np.ix_(bond, bond)] = -1j * (one + p.reflection) / SQRT2
        self.source[bond, modes] = p.y_in - p.reflection @ p.x_in
        self.out[place, modes] = p.basis @ (p.x_out - p.y_out) / SQRT2
        self.out[bond, modes] = -1j * (p.x_out + p.y_out) / SQRT2
        return start + r


def glue(root: Root, channels: Sequence[Channels], places: Sequence[IntArray]) -> Glued:
    """Solve the junction of a reduced device with its leads.

    Parameters
    ----------
    root : Root
    channels : sequence of Channels
        One per lead.
    places : sequence of integer array
        Where each lead's orbitals sit among the q kept ones.
    """
    by_sigma = all(lead.ports is None for lead in channels)
    if by_sigma and any(lead.count for lead in channels):
        glued = glue_by_cayley(root, channels, places)
        if glued is not None:
            return glued
    return _glue_by_lu(root, channels, places)


def _glue_by_lu(root: Root, channels: Sequence[Channels], places: Sequence[IntArray]) -> Glued:
    """Solve the junction as one complex system, whatever its leads."""
    system = _Junction(root, channels, places)
    n = system.total
    if len(system.matrix) == 0 or n == 0:
        waves = np.zeros((system.base, n), complex)
        return Glued(system.direct, waves, 4 * EPS)
    factors = system.factorized()
    if factors is None:
        return _solve_dark(system)
    solved = lapack.zgetrs(*factors, system.rhs)[0]
    waves = solved[:, :n]
    mix = mixing(n)
    residual = system.source @ mix - system.matrix @ (waves @ mix)
    lost = system.amplitudes(lapack.zgetrs(*factors, residual)[0])
    out = system.amplitudes(solved)
    data = system.direct + out[:, :n]
    weights = system.weights(waves, data)
    lost = np.concatenate([out[:, n:], lost], axis=1)
    waves = waves[: system.base]
    return Glued(data, waves, estimate(lost, waves, channels, weights))


def root_green(
    root: Root, channels: Sequence[Channels], places: Sequence[IntArray]
) -> tuple[ComplexArray, float]:
    """Green function on the root unknowns, shape (k + q, k + q), and its relative uncertainty."""
    system = _Junction(root, channels, places)
    base = system.base
    if not base:
        return np.zeros((0, 0), complex), 0.0
    factors = system.factorized()
    if factors is None:
        return np.full((base, base), np.nan, complex), np.inf
    g: ComplexArray = lapack.zgetrs(*factors, np.eye(len(system.matrix), dtype=complex))[0]
    rcond = 1.0 / max(1.0, float(np.linalg.norm(system.matrix, 1) * np.linalg.norm(g, 1)))
    g = g[:base, :base]
    # |dG| = |G dM G|, with dM seen through the probes; plus what the dense solve loses itself.
    lost = float(np.linalg.norm(g @ root.probe_error, axis=0).max(initial=0.0))
    lead = max((c.error for c in channels), default=0.0)
    return g, lost + EPS / rcond + lead


def _solve_dark(system: _Junction) -> Glued:
    """Solve a singular junction whose null states no channel can reach.

    Such a state (a standing wave that a clean lattice keeps from all leads) changes nothing in S;
    the rest is solved on the other singular vectors. A discarded state that a channel does reach,
    with an amplitude c, is a resonance of width c², and its distance from the energy is known to
    rounding only: it may be missing from S by c² over that, which goes into the error.
    """
    n, base = system.total, system.base
    if not np.isfinite(system.matrix.sum()):
        return Glued(np.full((n, n), np.nan, complex), np.zeros((base, n), complex), np.inf)
    left, values, right = np.linalg.svd(system.matrix)
    good = values > 1e-11 * values[0]
    dark_in = np.abs(left[:, ~good].conj().T @ system.source).max(initial=0.0)
    dark_out = np.abs(right[~good] @ system.out).max(initial=0.0)
    projected = left[:, good].conj().T @ system.rhs / values[good][:, None]
    solved: ComplexArray = right[good].conj().T @ projected
    out = system.amplitudes(solved)
    leak = float(max(dark_in, dark_out) / np.sqrt(values[0]))
    data = system.direct + out[:, :n]
    weights = system.weights(solved[:, :n], data)
    waves = solved[:base, :n]
    lost = np.concatenate([out[:, n:], np.zeros((n, 2))], axis=1)
    error = estimate(lost, waves, system.channels, weights) + leak + leak**2 / EPS
    return Glued(data, waves, error)
