"""Modes of one block as one end of the lead sees them, in the orbitals of the lead cell."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from sharvin.solvers.modes.dense import LU
from sharvin.solvers.modes.limits import EPS
from sharvin.solvers.modes.order import fixed_basis
from sharvin.solvers.modes.outgoing import Outgoing
from sharvin.solvers.modes.ports import Ports
from sharvin.solvers.modes.waves import Waves
from sharvin.typing import ComplexArray, IntArray, NumberArray, RealArray

SQRT2 = np.sqrt(2)


class Part(Protocol):
    """What `Modes` puts together: modes, ports and self-energy on some ``rows`` of the cell."""

    @property
    def rows(self) -> IntArray: ...  # noqa: D102
    @property
    def block(self) -> IntArray: ...  # noqa: D102
    @property
    def charge(self) -> RealArray: ...  # noqa: D102
    @property
    def lam_out(self) -> ComplexArray: ...  # noqa: D102
    @property
    def lam_in(self) -> ComplexArray: ...  # noqa: D102
    @property
    def speed_out(self) -> RealArray: ...  # noqa: D102
    @property
    def speed_in(self) -> RealArray: ...  # noqa: D102
    @property
    def wave_out(self) -> NumberArray: ...  # noqa: D102
    @property
    def wave_in(self) -> NumberArray: ...  # noqa: D102
    @property
    def ports(self) -> Ports: ...  # noqa: D102
    @property
    def sigma(self) -> NumberArray: ...  # noqa: D102
    @property
    def w(self) -> NumberArray: ...  # noqa: D102
    @property
    def source(self) -> NumberArray: ...  # noqa: D102
    @property
    def direct(self) -> NumberArray: ...  # noqa: D102
    @property
    def pole(self) -> float: ...  # noqa: D102
    @property
    def error(self) -> float: ...  # noqa: D102
    @property
    def mode_error(self) -> float: ...  # noqa: D102
    @property
    def method(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class Place:
    """Where a block sits in the lead: its orbitals, its number in the order, its charge.

    ``frame`` (rows, m_block) holds the block's basis vectors where these are not the orbitals
    themselves; ``twist`` is a momentum shift that was taken out of the hop.
    """

    rows: IntArray
    number: int
    charge: float
    size: int
    frame: NumberArray | None = None
    twist: float = 0.0

    def lift(self, columns: NumberArray) -> NumberArray:
        """Block columns on ``rows``."""
        return columns if self.frame is None else self.frame @ columns


@dataclass(frozen=True, eq=False)
class PortPart:
    """A block solved through its ports; self-energy and sources are made when asked for."""

    place: Place
    ports: Ports
    lam_out: ComplexArray
    lam_in: ComplexArray
    wave_out: NumberArray
    wave_in: NumberArray
    error: float
    mode_error: float
    method: str
    coupling: Any  # ports.b, sparse where that pays

    @property
    def rows(self) -> IntArray:
        """Orbitals of the lead cell that this part lives on."""
        return self.place.rows

    @property
    def block(self) -> IntArray:
        """Number of the block, once per mode."""
        return np.full(len(self.lam_out), self.place.number)

    @property
    def charge(self) -> RealArray:
        """Conserved value, once per mode."""
        return np.full(len(self.lam_out), self.place.charge)

    @cached_property
    def speed_out(self) -> RealArray:
        """Group velocity of outgoing modes."""
        return _speed(self.wave_out)

    @cached_property
    def speed_in(self) -> RealArray:
        """Magnitude of the group velocity of incoming modes."""
        return _speed(self.wave_in)

    @property
    def pole(self) -> float:
        """Max |R0|: how near the self-energy is to a pole; infinite on it."""
        return self._impedance[1]

    @cached_property
    def _impedance(self) -> tuple[ComplexArray, float]:
        """R0 = -i (1 - R)(1 + R)^-1 of a = R0 b, and its largest entry."""
        r, one = self.ports.reflection, np.eye(len(self.ports.reflection))
        lu = LU.of(one + r)
        if lu.exact_zero:
            return np.full_like(r, np.inf), math.inf
        impedance: ComplexArray = -1j * lu.solve(one - r)
        size = float(np.abs(impedance).max(initial=0.0))
        return impedance, size if math.isfinite(size) else math.inf

    @cached_property
    def sigma(self) -> ComplexArray:
        """Self-energy B R0 B^H on ``rows``."""
        b = self.ports.b
        seen = np.flatnonzero(np.any(b != 0, axis=1))
        coupling = self.coupling[seen]
        block = coupling @ (coupling @ self._impedance[0].conj().T).conj().T
        if len(seen) == len(b):
            return np.asarray(block, complex)
        sigma = np.zeros((len(b), len(b)), complex)
        sigma[np.ix_(seen, seen)] = block
        return sigma

    @cached_property
    def _w_ports(self) -> ComplexArray:
        """I (a_out - R0^H b_out): amplitude of each outgoing mode in terms of b."""
        p = self.ports
        b, a = (p.x_out + p.y_out) / SQRT2, (p.x_out - p.y_out) / (1j * SQRT2)
        w: ComplexArray = 1j * (a - self._impedance[0].conj().T @ b)
        return w

    @cached_property
    def w(self) -> ComplexArray:
        """B i (a_out - R0^H b_out)."""
        w: ComplexArray = self.ports.b @ self._w_ports
        return w

    @cached_property
    def source(self) -> ComplexArray:
        """B (a_in - R0 b_in)."""
        p = self.ports
        b, a = (p.x_in + p.y_in) / SQRT2, (p.x_in - p.y_in) / (1j * SQRT2)
        source: ComplexArray = p.b @ (a - self._impedance[0] @ b)
        return source

    @cached_property
    def direct(self) -> ComplexArray:
        """Reflection of incoming modes from b = 0."""
        b_in = (self.ports.x_in + self.ports.y_in) / SQRT2
        direct: ComplexArray = -self._w_ports.conj().T @ b_in
        return direct


def _speed(wave: NumberArray) -> RealArray:
    """Unit current: the norm is 1 / velocity."""
    speed: RealArray = 1 / (np.abs(wave) ** 2).sum(axis=0)
    return speed


def port_part(
    place: Place, b: Any, a: Any, answer: Outgoing, method: str, *, paired: bool
) -> PortPart:
    """Modes in conventional order and phase, in the orbitals of the lead.

    ``b`` and ``a`` couple to the lead's orbitals (dense or sparse). ``paired``: for a real
    Hamiltonian the incoming modes are the complex conjugates of the outgoing ones, index by
    index, which makes S symmetric.
    """
    out = _ordered(answer.out, place, incoming=False)
    inn = out.conjugate() if paired else _ordered(answer.inn, place, incoming=True)
    dense_b, dense_a = (q if isinstance(q, np.ndarray) else q.toarray() for q in (b, a))
    ports = Ports(dense_b, dense_a, answer.reflection, out.x, out.y, inn.x, inn.y)
    return PortPart(place, ports, out.lam, inn.lam, out.psi, inn.psi, answer.error,
                    answer.mode_error, method, b)  # fmt: skip


def dead_part(place: Place) -> PortPart:
    """A block without hop: no ports, no modes, no self-energy."""
    m, none = len(place.rows), np.zeros((0, 0), complex)
    empty = Waves.none(0, 0, m)
    ports = Ports(np.zeros((m, 0)), np.zeros((m, 0)), none, none, none, none, none)
    return PortPart(place, ports, empty.lam, empty.lam, empty.psi, empty.psi, EPS, 0.0, "dead",
                    ports.b)  # fmt: skip


def _ordered(waves: Waves, place: Place, *, incoming: bool) -> Waves:
    """Lifted to the orbitals, then brought to the conventional order and phase."""
    turned = np.exp(1j * place.twist)
    psi, lam = turned * place.lift(waves.psi), turned * waves.lam
    turn = fixed_basis(lam, psi, place.rows, place.size, incoming=incoming)
    order = np.abs(turn).argmax(axis=0) if len(lam) else np.zeros(0, int)
    return Waves(waves.coefficients, waves.x @ turn, waves.y @ turn, lam[order], psi @ turn)
