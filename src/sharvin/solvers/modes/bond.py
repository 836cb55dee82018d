"""Two coordinate systems for the state on the bond between two cells."""

import cmath
import math
from dataclasses import dataclass, replace

import numpy as np

from sharvin.solvers.modes.dense import LU
from sharvin.typing import ComplexArray, NumberArray


@dataclass(frozen=True)
class Bond:
    r"""Coordinates (x, y) of a bond's amplitudes :math:`b = B^† ψ_j`, :math:`a = A^† ψ_{j+1}`.

    ``angle=None`` are *wave* coordinates,

    .. math:: x = (b + i a)/\sqrt 2, \quad y = (b - i a)/\sqrt 2, \quad
              \text{current} = |x|^2 - |y|^2,

    in which every lossless cell is a unitary matrix and the outgoing space a contraction. A
    number is a *Robin* angle, real for a real Hamiltonian,

    .. math:: x = c\,b + s\,a, \quad y = c\,a - s\,b, \quad
              \text{current} = 2\,\mathrm{Im}\, y^† x .

    The mirrored lead sees x and y exchanged, its b is our a, and its current is minus ours.
    Both formulas keep their form under that exchange, with the angle reversed.
    """

    angle: float | None = None
    mirrored: bool = False

    @property
    def is_wave(self) -> bool:
        """Whether these are the always bounded wave coordinates."""
        return self.angle is None

    def mirror(self) -> "Bond":
        """Coordinates of the same bond as seen by the lead that runs the other way."""
        angle = None if self.angle is None else -self.angle
        return replace(self, angle=angle, mirrored=not self.mirrored)

    def current(
        self, x: NumberArray, y: NumberArray, x2: NumberArray, y2: NumberArray
    ) -> NumberArray:
        """Current form between columns (x, y) and (x2, y2)."""
        if self.is_wave:
            form: NumberArray = x.conj().T @ x2 - y.conj().T @ y2
        else:
            form = 1j * (x.conj().T @ y2 - y.conj().T @ x2)
        return form

    def to_wave(self, x: NumberArray, y: NumberArray) -> tuple[ComplexArray, ComplexArray]:
        """The same states in the wave coordinates of this lead's own b and a."""
        if self.angle is not None:
            turn = cmath.exp(1j * self.angle) / math.sqrt(2)
            return turn * (x + 1j * y), turn.conjugate() * (x - 1j * y)
        if self.mirrored:
            return 1j * x, -1j * y
        return x.astype(complex), y.astype(complex)

    def reflection_to_wave(self, r: ComplexArray) -> ComplexArray:
        """Wave form of y = r x. A contraction whatever r: 1 + i r has a positive real part."""
        if self.angle is None:
            wave: ComplexArray = -r if self.mirrored else r
            return wave
        one = np.eye(len(r))
        # (1 - i r)(1 + i r)^-1; the factors commute
        turned: ComplexArray = cmath.exp(-2j * self.angle) * LU.of(one + 1j * r).solve(one - 1j * r)
        return turned
