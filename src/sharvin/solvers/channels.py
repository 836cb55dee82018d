"""One lead at one energy, as seen from the device orbitals that it touches."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import qr, solve_triangular

from sharvin.device.blocks import LeadBlocks, SelfEnergyBlocks
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.solvers.contacts import Contact
from sharvin.solvers.modes import Modes
from sharvin.typing import ComplexArray, IntArray, NumberArray, RealArray

# |a = R0 b| beyond which a surface state sits so close to E that the self-energy has lost two
# digits to it; the lead is then glued through its bounded port pair instead.
MAX_POLE = 100.0
# Eigenvalues of Gamma below this part of |Sigma| are rounding, not channels; twice as far below
# zero they are a self-energy that creates particles.
CHANNEL_FLOOR = 1e-12
# Imaginary parts of a real lead's self-energy, beyond Gamma, that are rounding.
REAL_TOLERANCE = 1e-13

Labels = tuple[str | float, ...]


@dataclass(frozen=True, eq=False)
class PortBlock:
    """A lead's first bond in wave coordinates: b = basis† psi, out-space y = reflection x."""

    basis: ComplexArray  # (q, r)
    reflection: ComplexArray  # (r, r)
    x_out: ComplexArray  # (r, n)
    y_out: ComplexArray
    x_in: ComplexArray
    y_in: ComplexArray


@dataclass(frozen=True, eq=False)
class Channels:
    r"""Incoming and outgoing channels of one lead on the q orbitals it touches.

    The self-energy is kept as its Hermitian part and the square root of its broadening,

    .. math:: \Sigma = \Sigma_h - \tfrac{i}{2} V V^\dagger, \qquad W = V U,

    with real :math:`\Sigma_h, V` for a real lead and W the outgoing modes. An incoming mode is
    injected with amplitude :math:`-i W D`, since it obeys the advanced condition
    :math:`\Sigma^\dagger` outside. When `ports` is not None the self-energy is near a pole, and
    the lead is to be glued by ports; `hermitian` and `v` are then empty.

    Parameters
    ----------
    hermitian : array, shape (q, q)
        Hermitian part of the self-energy.
    v : array, shape (q, n)
    turn : complex array, shape (n, n), or None
        The unitary U; None where it is one.
    direct : complex array, shape (n, n)
        The unitary D: the S-matrix of the lead on its own, closed off at its end.
    ports : PortBlock or None
    error : float
        Uncertainty of the self-energy, in its own unit; with `ports`, of the reflection.
    mode_error : float
        Relative uncertainty of the modes' velocities.
    turn_out, turn_in : complex array, shape (n,), or None
        Phase factors that refer amplitudes back by one cell where a cell was appended.
    labels_out, labels_in : tuple or None
        Value of the lead's conserved quantity, one per channel.
    """

    hermitian: NumberArray
    v: NumberArray
    turn: ComplexArray | None
    direct: ComplexArray
    ports: PortBlock | None
    error: float
    mode_error: float
    turn_out: ComplexArray | None = None
    turn_in: ComplexArray | None = None
    labels_out: Labels | None = None
    labels_in: Labels | None = None

    @property
    def count(self) -> int:
        """Number of open channels."""
        return len(self.direct) if self.ports is None else self.ports.x_out.shape[1]

    def only(self, orbitals: IntArray, modes: IntArray) -> "Channels":
        """The part on some of the orbitals, with some of the channels (a decoupled sector)."""
        assert self.ports is None
        w = self.v if self.turn is None else self.v @ self.turn
        v, turn = _real_root(w[np.ix_(orbitals, modes)], np.isrealobj(self.hermitian))
        return replace(
            self,
            hermitian=self.hermitian[np.ix_(orbitals, orbitals)],
            v=v,
            turn=turn,
            direct=self.direct[np.ix_(modes, modes)],
        )


def lead_channels(
    modes: Modes, lead: LeadBlocks, contact: Contact, by_ports: bool = False
) -> Channels:
    """Channels of a periodic lead from its modes; its bond is kept near a pole or on request."""
    rows, phases = contact.rows, contact.phases
    turned = contact.appended is not None
    empty = np.zeros((0, 0), complex)
    base = Channels(
        empty,
        empty,
        None,
        empty,
        None,
        modes.error,
        modes.mode_error,
        turn_out=modes.lam_out if turned else None,
        turn_in=modes.lam_in if turned else None,
        labels_out=_mode_labels(modes.charges_out, lead),
        labels_in=_mode_labels(modes.charges_in, lead),
    )
    if by_ports or modes.pole > MAX_POLE:
        p = modes.ports
        basis = p.b[rows] if phases is None else phases.conj()[:, None] * p.b[rows]
        block = PortBlock(basis, p.reflection, p.x_out, p.y_out, p.x_in, p.y_in)
        return replace(base, ports=block)
    # d Sigma = hop dR0 with dR0 = (1 + R0²) dR / 2 at most, R0 being a Möbius function of R.
    error = modes.error * max(1.0, modes.pole**2) * float(np.abs(lead.hop).max(initial=0.0))
    sigma, w = modes.sigma[np.ix_(rows, rows)], modes.w[rows]
    if phases is not None:
        sigma = phases.conj()[:, None] * sigma * phases
        w = phases.conj()[:, None] * w
    hermitian, v, turn = _split(sigma, w)
    return replace(base, hermitian=hermitian, v=v, turn=turn, direct=modes.direct, error=error)


def _split(
    sigma: ComplexArray, w: ComplexArray
) -> tuple[NumberArray, NumberArray, ComplexArray | None]:
    """Hermitian part, V and U of a self-energy with Gamma = w w†; real ones where possible."""
    hermitian = (sigma + sigma.conj().T) / 2
    size = float(np.abs(sigma).max(initial=0.0))
    real = float(np.abs(hermitian.imag).max(initial=0.0)) <= REAL_TOLERANCE * size
    v, turn = _real_root(w, real)
    real = real and np.isrealobj(v)
    return (np.ascontiguousarray(hermitian.real) if real else hermitian), v, turn


def _real_root(w: ComplexArray, wanted: bool) -> tuple[NumberArray, ComplexArray | None]:
    r"""V and U with V V† = w w†, w = V U; V real where w w† is real and that is wanted.

    A real Gamma has a real root: with an orthonormal real basis B of the columns of
    (Re w, Im w), Gamma = B C B^T and V = B chol(C).
    """
    n = w.shape[1]
    if not wanted or not n:
        return w, None
    if not np.any(w.imag):
        return np.ascontiguousarray(w.real), None
    basis, triangle, _ = qr(np.hstack([w.real, w.imag]), mode="economic", pivoting=True)
    scale = np.abs(triangle.diagonal())
    rank = int(np.sum(scale > 1e-12 * scale[0]))
    if rank != n:  # not the root of a real matrix
        return w, None
    basis = basis[:, :n]
    inner = basis.T @ w
    gamma = inner @ inner.conj().T
    if np.abs(gamma.imag).max() > REAL_TOLERANCE * 10 * np.abs(gamma).max():
        return w, None
    lower = np.linalg.cholesky(gamma.real)
    turn: ComplexArray = solve_triangular(lower, inner, lower=True)
    return basis @ lower, turn


def _mode_labels(charges: RealArray | None, lead: LeadBlocks) -> Labels | None:
    return None if charges is None else channel_labels(charges, lead)


def channel_labels(charges: RealArray, lead: LeadBlocks) -> Labels:
    """Name of each conserved value, or the value itself where it has no name."""
    names = dict(lead.labels or {})

    def name(value: float) -> str | float:
        for known, text in names.items():
            if abs(known - value) < 1e-6 * max(1.0, abs(known)):
                return str(text)
        return round(value, 9)

    return tuple(name(float(value)) for value in charges)


def self_energy_channels(lead: SelfEnergyBlocks, energy: float) -> Channels:
    r"""Channels of a contact given by its self-energy: the eigenvectors of Gamma.

    .. math:: \Gamma = i(\Sigma - \Sigma^\dagger) = W W^\dagger, \qquad
              S = -1 + i W^\dagger G W
    """
    p = len(lead.sites)
    sigma = np.array(lead.self_energy(energy), dtype=complex)
    if sigma.shape != (p, p):
        raise ShapeMismatch(
            f"lead {lead.name!r}: self_energy({energy:g}) has shape {sigma.shape}, "
            f"but the lead has {p} sites, so ({p}, {p}) is needed"
        )
    if not np.all(np.isfinite(sigma)):
        raise InvalidInput(
            f"lead {lead.name!r}: self_energy({energy:g}) holds a value that is not finite"
        )
    gamma, vectors = np.linalg.eigh(1j * (sigma - sigma.conj().T))
    floor = CHANNEL_FLOOR * max(float(np.abs(sigma).max(initial=0.0)), 1e-300)
    if p and gamma[0] < -2 * p * floor:
        raise InvalidInput(
            f"lead {lead.name!r}: Gamma = i(Sigma - Sigma†) has the negative eigenvalue "
            f"{gamma[0]:.3g}, so the contact would create particles; give the retarded self-energy"
        )
    is_open = gamma > floor
    w = vectors[:, is_open] * np.sqrt(gamma[is_open])
    hermitian, v, turn = _split(sigma, w)
    direct = -np.eye(w.shape[1], dtype=complex)
    rounding = float(np.finfo(float).eps * np.abs(sigma).max(initial=0.0))
    return Channels(hermitian, v, turn, direct, None, rounding, 0.0)
