"""The modes of a half-infinite lead at one energy, and what gluing needs of them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import block_diag

from sharvin.errors import Unreliable
from sharvin.solvers.modes.limits import POLE
from sharvin.solvers.modes.order import block_order
from sharvin.solvers.modes.part import Part
from sharvin.solvers.modes.ports import Ports
from sharvin.typing import ComplexArray, IntArray, NumberArray, RealArray


@dataclass(frozen=True, eq=False)
class Modes:
    r"""Unit-current Bloch waves of a lead, its self-energy, and the bond that carries both.

    Cells j = 1, 2, ... run away from the device (cell 0), with
    :math:`v ψ_{j-1} + h ψ_j + v^† ψ_{j+1} = E ψ_j`. A mode is :math:`ψ_j = λ^{j-1} ψ_1`; it is
    outgoing if it carries current away from the device.

    **Order**: block by block (sectors of the conserved quantity by ascending value, then
    connected components by their first orbital), in each block outgoing modes by ascending k and
    incoming modes by descending k, with k in [-pi, pi). **Phase**: :math:`c^† ψ_1 > 0` with a
    fixed pseudo-random complex c; in closed form the transverse wave is the eigenvector as it is.
    For a real lead incoming modes are the complex conjugates of outgoing ones, index by index.

    Waves, self-energy and sources are computed when first asked for.

    Attributes
    ----------
    energy : float
        In the unit of the cell.
    size : int
        Orbitals of the lead cell, m.
    lam_out, lam_in : complex array, shape (n,)
        Bloch factors, of modulus one.
    velocity_out, velocity_in : real array, shape (n,)
        dE/dk, energy per rad: positive and negative.
    error : float
        Bound of the error of ``ports.reflection``; of ``sigma``, relative to the hop, up to
        ``pole`` squared times that.
    mode_error : float
        Bound of the relative error of velocities and waves: rounding of E - H over the distance
        to the nearest band edge.
    pole : float
        Largest entry of R0 in a = R0 b. Large means that a state bound to the lead's surface sits
        near this energy: then ``sigma`` has lost digits that ``ports`` has not.
    method : str
        Formulations that gave the answer.
    charges_out, charges_in : real array, shape (n,), or None
        Value of the conserved quantity in each mode.
    """

    energy: float
    size: int
    parts: tuple[Part, ...]
    lam_out: ComplexArray
    lam_in: ComplexArray
    velocity_out: RealArray
    velocity_in: RealArray
    error: float
    mode_error: float
    method: str
    charges_out: RealArray | None = None
    charges_in: RealArray | None = None

    @property
    def count(self) -> int:
        """Number of open modes in each direction."""
        return len(self.lam_out)

    @property
    def momenta_out(self) -> RealArray:
        """K of outgoing modes, rad per cell."""
        return np.angle(self.lam_out)

    @property
    def momenta_in(self) -> RealArray:
        """K of incoming modes, rad per cell."""
        return np.angle(self.lam_in)

    @cached_property
    def pole(self) -> float:
        """Largest entry of the impedance R0."""
        return max((part.pole for part in self.parts), default=0.0)

    @cached_property
    def wave_out(self) -> ComplexArray:
        """Outgoing waves in the first lead cell, shape (m, n)."""
        return self._columns(lambda part: part.wave_out)

    @cached_property
    def wave_in(self) -> ComplexArray:
        """Incoming waves in the first lead cell, shape (m, n)."""
        return self._columns(lambda part: part.wave_in, incoming=True)

    @cached_property
    def sigma(self) -> ComplexArray:
        """Retarded self-energy v^H g v on device cell 0, shape (m, m).

        Raises
        ------
        Unreliable
            Near a pole, where too few digits would be left: use ``ports``.
        """
        if not self.pole <= POLE:
            raise Unreliable(
                f"the self-energy at E = {self.energy!r} is {self.pole:.0e} times the hop (a "
                "state bound to the lead's surface sits there): glue through modes.ports instead"
            )
        if self._is_whole:
            return _frozen(np.asarray(self.parts[0].sigma, complex))
        sigma = np.zeros((self.size, self.size), complex)
        for part in self.parts:
            # parts of one orbital set (sectors of a rotated basis) add up
            if len(part.rows) == self.size:
                sigma += part.sigma
            else:
                sigma[np.ix_(part.rows, part.rows)] += part.sigma
        return _frozen(sigma)

    @cached_property
    def w(self) -> ComplexArray:
        """Gamma = w w^H, and w^H psi_0 the outgoing amplitudes, shape (m, n)."""
        return self._columns(lambda part: part.w)

    @cached_property
    def source(self) -> ComplexArray:
        """What each incoming mode puts on device cell 0, shape (m, n).

        S = direct + w^H G source with G = (E - H - sigma)^-1.
        """
        return self._columns(lambda part: part.source, incoming=True)

    @cached_property
    def direct(self) -> ComplexArray:
        """Reflection of incoming modes from a hard wall (psi_0 = 0), shape (n, n)."""
        if len(self.parts) == 1:
            return _frozen(np.asarray(self.parts[0].direct, complex))
        blocks = [part.direct for part in self.parts if len(part.lam_out)]
        if not blocks:
            return np.zeros((0, 0), complex)
        direct = block_diag(*blocks).astype(np.complex128)[np.ix_(*self._orders)]
        return _frozen(direct)

    @cached_property
    def ports(self) -> Ports:
        """The first bond in bounded coordinates; exact also where ``sigma`` has a pole."""
        if self._is_whole:
            p = self.parts[0].ports
            for array in (p.b, p.a, p.reflection, p.x_out, p.y_out, p.x_in, p.y_in):
                _frozen(array)
            return p
        each = [part.ports for part in self.parts]
        reflection = np.zeros((0, 0), complex)
        if each:
            reflection = block_diag(*(p.reflection for p in each)).astype(complex)
        rank = len(reflection)

        def couplings(pick: Callable[[Ports], NumberArray]) -> NumberArray:
            dtype = np.result_type(float, *(pick(p) for p in each))
            whole, start = np.zeros((self.size, rank), dtype), 0
            for part, p in zip(self.parts, each, strict=True):
                stop = start + len(p.reflection)
                whole[part.rows, start:stop] = pick(p)
                start = stop
            return whole

        def states(pick: Callable[[Ports], NumberArray], incoming: bool) -> ComplexArray:
            whole: ComplexArray = block_diag(*(pick(p) for p in each)).astype(complex)
            return whole.reshape(rank, self.count)[:, self._orders[incoming]]

        return Ports(
            couplings(lambda p: p.b),
            couplings(lambda p: p.a),
            reflection,
            states(lambda p: p.x_out, False),
            states(lambda p: p.y_out, False),
            states(lambda p: p.x_in, True),
            states(lambda p: p.y_in, True),
        )

    @property
    def _is_whole(self) -> bool:
        """Whether one part covers the lead in its own order."""
        return len(self.parts) == 1 and len(self.parts[0].rows) == self.size

    @cached_property
    def _orders(self) -> tuple[IntArray, IntArray]:
        """Places of all parts' outgoing and incoming modes in the order of this lead."""
        return _merged(self.parts)

    def _columns(
        self, pick: Callable[[Part], NumberArray], *, incoming: bool = False
    ) -> ComplexArray:
        """One array (m, n) from the parts' columns."""
        if self._is_whole:
            return _frozen(np.asarray(pick(self.parts[0]), complex))
        whole, start = np.zeros((self.size, self.count), complex), 0
        for part in self.parts:
            stop = start + len(part.lam_out)
            whole[part.rows, start:stop] = pick(part)
            start = stop
        return _frozen(whole[:, self._orders[incoming]])


def _frozen(array: NumberArray) -> NumberArray:
    """The array, read-only: it is remembered and shared."""
    array.flags.writeable = False
    return array


def _merged(parts: tuple[Part, ...]) -> tuple[IntArray, IntArray]:
    """Order by block and momentum; the mirror sectors of a block are parts of their own."""
    if len(parts) == 1:
        identity = np.arange(len(parts[0].lam_out))
        return identity, identity
    blocks = np.concatenate([np.zeros(0, int), *(part.block for part in parts)])
    lam_out, lam_in = (
        np.concatenate([np.zeros(0, complex), *lams])
        for lams in ((p.lam_out for p in parts), (p.lam_in for p in parts))
    )
    return (
        block_order(lam_out, blocks, incoming=False),
        block_order(lam_in, blocks, incoming=True),
    )


def assembled(energy: float, size: int, parts: tuple[Part, ...], *, with_charges: bool) -> Modes:
    """Modes of a lead from those of its parts."""
    out, into = _merged(parts)

    def joined(pick: Callable[[Part], NumberArray], order: IntArray, dtype: type) -> NumberArray:
        return _frozen(np.concatenate([np.zeros(0, dtype), *(pick(p) for p in parts)])[order])

    return Modes(
        energy,
        size,
        parts,
        joined(lambda part: part.lam_out, out, complex),
        joined(lambda part: part.lam_in, into, complex),
        joined(lambda part: part.speed_out, out, float),
        -joined(lambda part: part.speed_in, into, float),
        max((part.error for part in parts), default=0.0),
        max((part.mode_error for part in parts), default=0.0),
        "+".join(sorted({part.method for part in parts})),
        joined(lambda part: part.charge, out, float) if with_charges else None,
        joined(lambda part: part.charge, into, float) if with_charges else None,
    )
