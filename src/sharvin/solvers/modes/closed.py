"""Leads whose cell and hop commute: each transverse state is a chain with a closed form."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import eigh, schur

from sharvin.solvers.modes.limits import EPS
from sharvin.solvers.modes.order import block_order
from sharvin.solvers.modes.ports import Ports
from sharvin.solvers.modes.roots import chain_roots, rounding
from sharvin.typing import ComplexArray, IntArray, NumberArray, RealArray


@dataclass(frozen=True, eq=False)
class ClosedForm:
    r"""Chains of onsite energy ``e``, hop ``w`` and transverse wave ``u``.

    :math:`E = e + w e^{-ik} + w^* e^{ik}`, for every column of u apart.

    Attributes
    ----------
    rows : int array
        Orbitals of the lead cell that the columns of u live on.
    u : array, shape (rows, channels)
    e : real array, shape (channels,)
    w : array, shape (channels,)
    block : int array, shape (channels,)
        Number of the connected block of each channel.
    charge : real array, shape (channels,)
    scale : real array, shape (channels,)
        Size of the block's Hamiltonian: e is known to a rounding error of it.
    is_real : bool
        Real lead: incoming modes are the complex conjugates of outgoing ones.
    """

    rows: IntArray
    u: NumberArray
    e: RealArray
    w: NumberArray
    block: IntArray
    charge: RealArray
    scale: RealArray
    is_real: bool

    @cached_property
    def live(self) -> IntArray:
        """Channels with a hop."""
        hop = np.abs(self.w)
        return np.flatnonzero(hop > 1e-14 * hop.max(initial=0.0))

    @cached_property
    def phase(self) -> ComplexArray:
        """W / |w|; meaningless for channels without hop."""
        hop = np.abs(self.w)
        phase: ComplexArray = (self.w / np.where(hop > 0, hop, 1.0)).astype(complex)
        return phase

    def mirror(self) -> "ClosedForm":
        """The lead that runs the other way."""
        return ClosedForm(
            self.rows, self.u, self.e, self.w.conj(), self.block, self.charge, self.scale,
            self.is_real,
        )  # fmt: skip


def joint_channels(
    h: NumberArray, v: NumberArray
) -> tuple[RealArray, NumberArray, NumberArray] | None:
    """(e, w, u) of a joint diagonalization of h, v and v^H; None if they do not commute."""
    scale, hop = float(np.abs(h).sum(axis=1).max()), float(np.linalg.norm(v))
    loss = 50 * EPS * len(h)
    if not _commute(h, v, loss * scale * hop) or not _commute(v, v.conj().T, loss * hop**2):
        return None
    e, u = _eigenvectors(h)
    w = np.zeros(len(e), complex)
    cut = np.flatnonzero(np.diff(e) > 1e-9 * (scale + hop)) + 1
    for i, j in zip(np.r_[0, cut], np.r_[cut, len(e)], strict=True):
        group = u[:, i:j]
        inside = group.conj().T @ v @ group
        if np.abs(inside - np.diag(np.diag(inside))).max() > loss * hop:
            # v may split what h leaves degenerate; it is normal, so its Schur form is diagonal
            inside, turn = schur(inside, output="complex", check_finite=False)
            u = u.astype(complex)
            u[:, i:j] = group = group @ turn
            e[i:j] = np.einsum("ij,ij->j", group.conj(), h @ group).real
        w[i:j] = np.diag(inside)
    if np.abs(h @ u - u * e).max() > 1e-12 * (scale + hop):
        return None
    if np.abs(v @ u - u * w).max() > 1e-12 * hop:
        return None
    return e, (w.real if not np.any(w.imag) else w), u


def _eigenvectors(h: NumberArray) -> tuple[RealArray, NumberArray]:
    e, u = eigh(h, check_finite=False)
    return e, u


def _commute(p: NumberArray, q: NumberArray, tolerance: float) -> bool:
    """Whether [p, q] vanishes; a random vector settles the usual no without a matrix product."""
    probe = np.random.default_rng(0).normal(size=len(p))
    if np.abs(p @ (q @ probe) - q @ (p @ probe)).max() > 10 * tolerance * np.sqrt(len(p)):
        return False
    return bool(np.abs(p @ q - q @ p).max() <= tolerance)


@dataclass(frozen=True, eq=False)
class ClosedPart:
    """The closed form at one energy.

    With z the root of E - e = |w| (z + 1/z) that is inside the circle, or on it with current
    away from the device: lambda = z w/|w|, and the impedance a = z b.
    """

    form: ClosedForm
    live: IntArray  # channels with a hop
    z: ComplexArray  # of the live channels
    out: IntArray  # open channels, in the order of outgoing modes ...
    into: IntArray  # ... and of incoming ones, as places among the live channels
    error: float
    mode_error: float
    method: str = "closed"
    pole: float = 1.0

    @property
    def rows(self) -> IntArray:
        """Orbitals of the lead cell that this part lives on."""
        return self.form.rows

    @property
    def block(self) -> IntArray:
        """Number of the block of each mode."""
        return self.form.block[self.live[self.out]]

    @property
    def charge(self) -> RealArray:
        """Conserved value of each mode."""
        return self.form.charge[self.live[self.out]]

    @cached_property
    def _hop(self) -> NumberArray:
        return self.form.w[self.live]

    @cached_property
    def _u(self) -> NumberArray:
        return self.form.u[:, self.live]

    @cached_property
    def _phase(self) -> NumberArray:
        """W / |w|."""
        phase: NumberArray = self._hop / np.abs(self._hop)
        return phase

    @cached_property
    def _speed(self) -> RealArray:
        """|dE/dk| of the live channels; meaningless for closed ones."""
        return 2 * np.abs(self._hop) * np.abs(self.z.imag)

    @property
    def speed_out(self) -> RealArray:
        """Group velocity of outgoing modes."""
        return self._speed[self.out]

    @property
    def speed_in(self) -> RealArray:
        """Magnitude of the group velocity of incoming modes."""
        return self._speed[self.into]

    @property
    def lam_out(self) -> ComplexArray:
        """Bloch factors of outgoing modes."""
        lam: ComplexArray = (self.z * self._phase)[self.out]
        return lam

    @property
    def lam_in(self) -> ComplexArray:
        """Bloch factors of incoming modes."""
        lam: ComplexArray = (
            self.lam_out.conj() if self.form.is_real else (self.z.conj() * self._phase)[self.into]
        )
        return lam

    @cached_property
    def wave_out(self) -> ComplexArray:
        """Unit-current outgoing waves in the first cell."""
        wave: ComplexArray = self._u[:, self.out] * (self.lam_out / np.sqrt(self.speed_out))
        return wave

    @cached_property
    def wave_in(self) -> ComplexArray:
        """Unit-current incoming waves in the first cell."""
        if self.form.is_real:
            return self.wave_out.conj()
        wave: ComplexArray = self._u[:, self.into] * (self.lam_in / np.sqrt(self.speed_in))
        return wave

    @cached_property
    def _in_channels(self) -> NumberArray:
        """Incoming modes in terms of the live channels, shape (live, n): u^H psi_0 sqrt(speed).

        One-hot, but for a real lead with complex u: there the conjugate of a channel is another.
        """
        if self.form.is_real and self.form.u.dtype.kind == "c":
            overlap: NumberArray = self._u.conj().T @ self._u[:, self.out].conj()
            return overlap
        return _one_hot(self.into, len(self.live))

    @cached_property
    def ports(self) -> Ports:
        """One port per live channel."""
        root = np.sqrt(np.abs(self._hop))
        b = self._u * root
        reflection = np.diag((1 - 1j * self.z) / (1 + 1j * self.z))
        into = self._in_channels
        hot = _one_hot(self.out, len(self.live)) * root[:, None] / np.sqrt(2 * self.speed_out)
        cold = into * root[:, None] / np.sqrt(2 * self.speed_in)
        z_in = self._phase.conj()[:, None] * self.lam_in
        z = self.z[:, None]
        return Ports(
            b,
            b * self._phase,
            reflection,
            hot * (1 + 1j * z),
            hot * (1 - 1j * z),
            cold * (1 + 1j * z_in),
            cold * (1 - 1j * z_in),
        )

    @cached_property
    def sigma(self) -> ComplexArray:
        """Sum of |w| z |u><u|."""
        u, strength = self._u, np.abs(self._hop) * self.z
        if u.dtype.kind == "c":
            sigma: ComplexArray = (u * strength) @ u.conj().T
            return sigma
        sigma = np.empty((len(u), len(u)), complex)
        sigma.real = (u * strength.real) @ u.T
        u_open = u[:, self.out]  # only open channels broaden
        sigma.imag = (u_open * strength.imag[self.out]) @ u_open.T
        return sigma

    @cached_property
    def w(self) -> NumberArray:
        """U sqrt(speed)."""
        w: NumberArray = self._u[:, self.out] * np.sqrt(self.speed_out)
        return w

    @cached_property
    def source(self) -> ComplexArray:
        """I u sqrt(speed), of the channels that come in."""
        if self.form.is_real and self.form.u.dtype.kind == "c":
            u = self._u[:, self.out].conj()
        else:
            u = self._u[:, self.into]
        source: ComplexArray = 1j * u * np.sqrt(self.speed_in)
        return source

    @property
    def direct(self) -> NumberArray:
        """Minus one, from each channel into itself."""
        if self.form.is_real and self.form.u.dtype.kind == "c":
            direct: NumberArray = -self._in_channels[self.out]
        else:
            direct = -(self.out[:, None] == self.into).astype(float)
        return direct


def _one_hot(places: IntArray, size: int) -> RealArray:
    hot = np.zeros((size, len(places)))
    hot[places, np.arange(len(places))] = 1
    return hot


def closed_part(form: ClosedForm, energy: float) -> ClosedPart:
    """Modes at one energy; raises Doubt where a channel's edge is too near to be told."""
    live = form.live
    hop, phase = np.abs(form.w[live]), form.phase[live]
    x = energy - form.e[live]
    roots = chain_roots(x, hop, rounding(form.scale[live], energy))
    if roots.at_edge:
        raise roots.doubt()
    z = roots.z
    open_at = np.flatnonzero(roots.is_open)
    block = form.block[live[open_at]]
    out = open_at[block_order(z[open_at] * phase[open_at], block, incoming=False)]
    into = out
    if not form.is_real:
        into = open_at[block_order(z[open_at].conj() * phase[open_at], block, incoming=True)]
    error, mode_error = float(roots.error), float(roots.mode_error)
    return ClosedPart(form, live, z, out, into, error, mode_error)
