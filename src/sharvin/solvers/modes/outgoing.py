"""The outgoing space of a lead as a reflection y = R x, with every check that it must pass."""

from dataclasses import dataclass, replace

import numpy as np

from sharvin.solvers.modes.attempt import Attempt
from sharvin.solvers.modes.bond import Bond
from sharvin.solvers.modes.cell import Cell
from sharvin.solvers.modes.chunk import Chunk, Reduction
from sharvin.solvers.modes.dense import LU, product
from sharvin.solvers.modes.limits import CIRCLE, EPS, FIXED_POINT, FLUX, SMALL, Doubt
from sharvin.solvers.modes.waves import Waves
from sharvin.typing import ComplexArray, NumberArray, RealArray

TRIALS = 8  # random vectors that a large residual is measured on


@dataclass(frozen=True, eq=False)
class Outgoing:
    """One end's answer in wave coordinates.

    Attributes
    ----------
    reflection : complex array, shape (r, r)
        y = reflection @ x on the first bond, without incoming waves.
    out, inn : Waves
        Unit-current modes on that bond, in wave coordinates.
    error : float
        A-priori bound of the reflection's error.
    mode_error : float
        Bound of the modes' relative error.
    spread : float
        Width of a crossing that was read as exact.
    """

    reflection: ComplexArray
    out: Waves
    inn: Waves
    error: float
    mode_error: float
    spread: float

    def conjugate(self) -> "Outgoing":
        """Answer for the complex conjugate Hamiltonian.

        Its outgoing waves are our incoming ones, conjugated; the space x = R^H y of incoming
        waves becomes y = R^T x.
        """
        return replace(
            self, reflection=self.reflection.T, out=self.inn.conjugate(), inn=self.out.conjugate()
        )


@dataclass(frozen=True, eq=False)
class _End:
    """The attempt as one end sees it; for the mirrored end everything changes sides."""

    bond: Bond
    one: Cell
    chunk: Chunk
    reduction: Reduction | None
    out: Waves
    inn: Waves
    basis: NumberArray  # outgoing space in the pencil's coordinates, mirrored: (y, x)

    @classmethod
    def of(cls, attempt: Attempt, mirrored: bool) -> "_End":
        a, s = attempt, attempt.split
        if not mirrored:
            basis = a.subspace(a.pencil.decaying, s.out.coefficients, s.decaying)
            return cls(a.bond, a.one, a.chunk, a.reduction, s.out, s.inn, basis)
        basis = a.subspace(a.pencil.growing, s.inn.coefficients, s.growing)
        k = len(basis) // 2
        return cls(
            a.bond.mirror(),
            a.one.mirror(),
            a.chunk.mirror(),
            None if a.reduction is None else a.reduction.mirror(),
            s.inn.mirror(),
            s.out.mirror(),
            np.concatenate([basis[k:], basis[:k]]),
        )


def outgoing(attempt: Attempt, *, mirrored: bool) -> Outgoing:
    """Reflection and modes of one end of an attempt; raises Doubt where a check fails."""
    end = _End.of(attempt, mirrored)
    r, step = _reflection(end)
    residual = max(attempt.noise, _fixed_point(end.one.chunk, r))
    _must_not_grow(step)
    _must_carry(end, r)
    reflection = end.bond.reflection_to_wave(r)
    error = 4 * residual * _conditioning(attempt)
    return Outgoing(
        reflection,
        _in_wave_coordinates(end.bond, end.out),
        _in_wave_coordinates(end.bond, end.inn),
        max(error, EPS),
        attempt.split.mode_error,
        attempt.split.spread,
    )


def _reflection(end: _End) -> tuple[ComplexArray, ComplexArray]:
    """R, and the translation of the outgoing space (by a chunk, in the pencil's coordinates)."""
    k = len(end.basis) // 2
    x, y = end.basis[:k], end.basis[k:]
    if x.shape[1] != k:
        raise Doubt(f"outgoing space has {x.shape[1]} of {k} dimensions", edge=True)
    lu = LU.of(np.ascontiguousarray(x.T))
    if lu.exact_zero:
        raise Doubt("pole of the reflection in these coordinates")
    r: NumberArray = lu.solve(np.ascontiguousarray(y.T)).T
    small = end.chunk if end.reduction is None else end.reduction.chunk
    step = LU.of(np.eye(k) - small.de @ r).solve(small.ga.astype(r.dtype))
    if end.reduction is not None:
        # beyond the reduced chunk: y = al x + p2 u, and u = r w, w = q^H x
        inside = product(r, end.reduction.qh)
        r = end.chunk.al + product(end.reduction.p2, inside)
    if not np.all(np.isfinite(r)):
        raise Doubt("overflow")
    return r.astype(complex), step


def _fixed_point(one: Chunk, r: ComplexArray) -> float:
    """Residual of R = al + be R (1 - de R)^-1 ga: adding one cell changes nothing.

    Large ones are measured on a few random vectors, whose mean square is that of a whole row and
    so no less than its largest entry.
    """
    junction = LU.of(np.eye(len(r)) - product(one.de, r))
    scale = max(1.0, float(np.abs(r).max(initial=0.0)))
    if len(r) <= SMALL:
        again = one.al + product(one.be, r @ junction.solve(one.ga.astype(complex)))
        defect = np.abs(again - r)
    else:
        x = _signs(len(r))
        inner = junction.solve((one.ga @ x).astype(complex))
        change = one.al @ x + one.be @ (r @ inner) - r @ x
        defect = np.linalg.norm(change, axis=1) / np.sqrt(TRIALS)
    residual = float(defect.max(initial=0.0)) / scale
    if not residual < FIXED_POINT:
        raise Doubt(f"fixed-point residual {residual:.0e}")
    return residual


def _signs(size: int) -> RealArray:
    """Fixed random signs, shape (size, TRIALS)."""
    return np.random.default_rng(size).choice((-1.0, 1.0), (size, TRIALS))


def _must_not_grow(step: NumberArray) -> None:
    """Repeated squares of the outgoing translation settle: no growing wave was chosen.

    Near a band edge they may grow as the number of cells before they do: that is legitimate.
    """
    if not step.size:
        return
    sizes = [float(np.abs(step).max())]
    for _ in range(30):
        step = step @ step
        sizes.append(float(np.abs(step).max()))
        if len(sizes) > 4 and sizes[-1] <= 1.02 * sizes[-2] + 1e-12:
            return
        if not sizes[-1] < 1e9:
            raise Doubt(f"a growing wave was chosen ({sizes[0]:.0e} -> {sizes[-1]:.0e})")
    raise Doubt("powers of the outgoing translation do not settle", edge=True)


def _must_carry(end: _End, r: ComplexArray) -> None:
    """The outgoing modes alone make the broadening: Gamma = w w^H in bond coordinates."""
    adjoint = r.conj().T
    if end.bond.is_wave:
        w = end.out.x - adjoint @ end.out.y
        gamma = np.eye(len(r)) - adjoint @ r
    else:
        w = 1j * (end.out.y - adjoint @ end.out.x)
        gamma = 1j * (r - adjoint)
    scale = max(1.0, float(np.abs(gamma).max(initial=0.0)))
    defect = float(np.abs(gamma - w @ w.conj().T).max(initial=0.0)) / scale
    if not defect < FLUX:
        raise Doubt(f"broadening and modes disagree by {defect:.0e}")


def _conditioning(attempt: Attempt) -> float:
    """What a residual is multiplied by: the slowest decay, and the nearest opposite wave."""
    with np.errstate(all="ignore"):
        rate = np.abs(np.log(np.abs(attempt.pencil.mu))) / attempt.cells
    rate = rate[np.isfinite(rate) & (rate > CIRCLE)]
    slowest = min(1.0, float(rate.min(initial=1.0)))
    return max(attempt.split.nearness, 1 / slowest, 0.2 / slowest**2)


def _in_wave_coordinates(bond: Bond, waves: Waves) -> Waves:
    """The same modes with wave coordinates on the bond."""
    x, y = bond.to_wave(waves.x, waves.y)
    return Waves(waves.coefficients, x, y, waves.lam, waves.psi)
