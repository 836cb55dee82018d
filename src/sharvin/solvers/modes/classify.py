"""Candidates split by the sign of their current: outgoing, incoming, or slowly decaying."""

from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import LinAlgError, cholesky, eig, eigh, lapack, schur, solve_triangular
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from sharvin.solvers.modes.bond import Bond
from sharvin.solvers.modes.candidates import Candidates
from sharvin.solvers.modes.cell import Cell
from sharvin.solvers.modes.limits import CLUSTER, EPS, MODE, UNITARY, Doubt
from sharvin.solvers.modes.waves import Waves
from sharvin.typing import ComplexArray, IntArray, NumberArray, RealArray


@dataclass(frozen=True, eq=False)
class Split:
    """The candidates, sorted.

    Attributes
    ----------
    out, inn : Waves
        Current +1 and -1 (away from and toward the device).
    decaying, growing : array, shape (c, d)
        Coefficients of waves that decay or grow too slowly for |lambda| to show it.
    mode_error : float
        Bound of the modes' relative error.
    nearness : float
        Inverse distance between waves of opposite fate: what a residual is multiplied by.
    spread : float
        Width of a crossing of opposite modes that was read as an exact one; otherwise 0.
    """

    out: Waves
    inn: Waves
    decaying: NumberArray
    growing: NumberArray
    mode_error: float = 0.0
    nearness: float = 1.0
    spread: float = 0.0


@dataclass
class _Bins:
    """Coefficients found so far, and the eigenvalues that go with them."""

    out: list[NumberArray] = field(default_factory=list)
    inn: list[NumberArray] = field(default_factory=list)
    decaying: list[NumberArray] = field(default_factory=list)
    growing: list[NumberArray] = field(default_factory=list)
    slowest: float = 1.0
    spread: float = 0.0
    crossing_error: float = 0.0


@dataclass(frozen=True, eq=False)
class _Situation:
    """What every cluster needs: the states, their current form, and the noise level."""

    found: Candidates
    one: Cell
    form: NumberArray
    noise: float

    def psi(self, coefficients: NumberArray, moved: NumberArray) -> NumberArray:
        """Wave in the cell right of the bond: x on its left, y (one cell on) on its right."""
        f = self.found
        psi: NumberArray = self.one.from_x @ (f.x @ coefficients) + self.one.from_y @ (f.y @ moved)
        return psi


def split(found: Candidates, one: Cell, bond: Bond, weights: RealArray, noise: float) -> Split:
    r"""Classify by the current form J (Krein signature), never by :math:`|λ|` alone.

    A simple eigenvalue travels if its current outweighs its distance from the circle, decays if
    it is the other way round, and is a band edge if neither wins. A cluster whose currents have
    one sign cannot leave the circle: it needs no eigenvectors, only a J-orthonormal basis.
    """
    form = bond.current(found.x, found.y, found.x, found.y)
    situation = _Situation(found, one, (form + form.conj().T) / 2, noise)
    bins = _Bins()
    lam, vectors = eig(found.translation, check_finite=False)
    near = np.abs(lam[:, None] - lam[None, :]) < CLUSTER
    count, cluster = connected_components(csr_array(near), directed=False)
    for c in range(count):
        members = np.flatnonzero(cluster == c)
        if len(members) == 1:
            _single(situation, lam[members[0]], vectors[:, members], bins)
        else:
            _cluster(situation, lam[members], bins)
    if len(bins.decaying) != len(bins.growing):
        raise Doubt("slow evanescent waves without partner", edge=True)
    size = len(lam)
    out = _normalized(situation, _joined(bins.out, size), +1)
    inn = _normalized(situation, _joined(bins.inn, size), -1)
    error, nearness = _separation(out, inn, weights, noise, bins)
    if error > MODE:
        raise Doubt(
            f"band edge too near: velocity error {error:.0e}",
            edge=True,
            clearance=_edge_distance(out, inn) * error / MODE,
        )
    return Split(
        out,
        inn,
        _joined(bins.decaying, size),
        _joined(bins.growing, size),
        error,
        max(nearness, 1 / bins.slowest),
        bins.spread,
    )


def _joined(columns: list[NumberArray], size: int) -> NumberArray:
    """All columns side by side."""
    return np.concatenate(columns, axis=1) if columns else np.zeros((size, 0), complex)


def _single(s: _Situation, lam: complex, vector: NumberArray, bins: _Bins) -> None:
    """A simple eigenvalue: its current against its distance from the circle."""
    vector = vector / np.linalg.norm(vector)
    current = float((vector.conj().T @ s.form @ vector)[0, 0].real)
    distance = abs(abs(lam) - 1)
    if abs(current) > 100 * max(distance, s.noise):
        (bins.out if current > 0 else bins.inn).append(vector)
    elif distance > 100 * max(abs(current), s.noise):
        (bins.decaying if abs(lam) < 1 else bins.growing).append(vector)
        bins.slowest = min(bins.slowest, distance)
    else:
        raise Doubt(f"band edge: current {current:.0e}, |lambda| - 1 = {distance:.0e}", edge=True)


def _cluster(s: _Situation, lam: ComplexArray, bins: _Bins) -> None:
    """Eigenvalues that nearly coincide: one sign of current, or an exact crossing."""
    size = len(lam)
    basis = _invariant_subspace(s.found.translation, lam)
    form = basis.conj().T @ s.form @ basis
    signs = np.linalg.eigvalsh((form + form.conj().T) / 2)
    if np.abs(signs).min() < 100 * max(s.noise, CLUSTER):
        raise Doubt(
            f"band edge: {size} waves meet with current {np.abs(signs).min():.0e}", edge=True
        )
    if signs[0] > 0 or signs[-1] < 0:
        (bins.out if signs[0] > 0 else bins.inn).append(basis)
        return
    _crossing(s, lam, basis, (form + form.conj().T) / 2, bins)


def _invariant_subspace(translation: NumberArray, lam: ComplexArray) -> NumberArray:
    """Orthonormal basis of the waves with eigenvalues ``lam``.

    A null space of translation - mean(lam) would do for an exact degeneracy only: it mixes in
    the rest by (width of the cluster) / (distance to the rest).
    """
    if len(lam) == len(translation):
        return np.eye(len(lam), dtype=complex)
    form, vectors = schur(translation, output="complex", check_finite=False)
    distance = np.abs(np.diag(form)[:, None] - lam[None, :]).min(axis=1)
    selected = np.zeros(len(form), np.int32)
    selected[np.argsort(distance, kind="stable")[: len(lam)]] = 1
    done = lapack.ztrsen(selected, form, vectors, job=b"N", wantq=1, lwork=len(form))
    if done[-1] != 0:
        raise Doubt("waves too close to be separated", edge=True)
    basis: NumberArray = done[1][:, : len(lam)]
    return basis


def _crossing(
    s: _Situation, lam: ComplexArray, basis: NumberArray, form: NumberArray, bins: _Bins
) -> None:
    """Opposite velocities at one momentum: the velocity operator in the degenerate space."""
    psi = s.psi(basis, s.found.translation @ basis)
    norm = psi.conj().T @ psi
    velocity, mix = eigh(form, (norm + norm.conj().T) / 2, check_finite=False)
    basis = basis @ mix
    inside = np.linalg.lstsq(basis, s.found.translation @ basis, rcond=None)[0]
    spread = float(np.abs(lam - lam.mean()).max())
    off = float(np.abs(inside - np.diag(np.diag(inside))).max())
    if off > 1e-9 or (spread > 1e-11 and off > 1e-4 * spread):
        raise Doubt(f"avoided crossing of opposite modes within {spread:.0e}", edge=True)
    bins.spread = max(bins.spread, spread)
    currents = np.abs(np.einsum("ij,ij->j", basis.conj(), s.form @ basis))
    weights = np.einsum("ij,ij->j", basis.conj(), basis).real
    error = max(spread, float((s.noise * weights / currents).max()))
    bins.crossing_error = max(bins.crossing_error, error)
    bins.out.append(basis[:, velocity > 0])
    bins.inn.append(basis[:, velocity < 0])


def _normalized(s: _Situation, basis: NumberArray, sign: int) -> Waves:
    """Unit-current eigenwaves in the span of same-direction candidates.

    With J = L L^H the translation becomes unitary in the basis L^-H, and the Schur form of a
    unitary matrix is diagonal however degenerate it is.
    """
    f = s.found
    if basis.shape[1] == 0:
        return Waves.none(len(f.translation), len(f.x), len(s.one.from_x))
    form = sign * (basis.conj().T @ s.form @ basis)
    try:
        lower = cholesky((form + form.conj().T) / 2, lower=True, check_finite=False)
    except LinAlgError:
        raise Doubt("currents of one direction are not definite", edge=True) from None
    basis = solve_triangular(lower, basis.conj().T, lower=True, check_finite=False).conj().T
    unitary = sign * (basis.conj().T @ s.form @ (f.translation @ basis))
    defect = float(np.abs(unitary.conj().T @ unitary - np.eye(len(unitary))).max())
    if defect > UNITARY:
        raise Doubt(f"translation of one direction is not unitary by {defect:.0e}", edge=True)
    lam: NumberArray = np.diag(unitary)
    if np.abs(unitary - np.diag(lam)).max() > max(1e-13, 10 * s.noise):
        triangle, vectors = schur(unitary, output="complex", check_finite=False)
        basis, lam = basis @ vectors, np.diag(triangle)
    lam = np.asarray(lam / np.abs(lam), dtype=np.complex128)
    return Waves(basis, f.x @ basis, f.y @ basis, lam, s.psi(basis, basis * lam))


def _separation(
    out: Waves, inn: Waves, weights: RealArray, noise: float, bins: _Bins
) -> tuple[float, float]:
    r"""Bound of the modes' error, and the inverse distance of opposite waves.

    First-order perturbation theory in the current form: rounding mixes an incoming wave into an
    outgoing one by :math:`ε \sqrt{n_i n_j} / |λ_i - λ_j|`, with n the squared norm of the
    unit-current wave. Near a band edge both factors diverge: the law is ε |H| / distance.
    """
    if out.count == 0 or inn.count == 0:
        return bins.crossing_error, 1.0
    distance = np.abs(out.lam[:, None] - inn.lam[None, :])
    if bins.spread or bins.crossing_error:
        # the members of a validated crossing were told apart by their velocity
        distance = np.where(distance < 2 * CLUSTER, np.inf, distance)
    distance = np.maximum(distance, 1e-16)
    bond_out, bond_in = ((np.abs(w.x) ** 2 + np.abs(w.y) ** 2).sum(axis=0) for w in (out, inn))
    cell_out, cell_in = (weights @ np.abs(w.psi) ** 2 for w in (out, inn))
    mixing = noise * np.sqrt(np.outer(bond_out, bond_in))
    mixing += 4 * EPS * np.sqrt(np.outer(cell_out, cell_in))
    error = max(float((mixing / distance).max()), bins.crossing_error)
    return error, float(max(1.0, 1 / distance.min()))


def _edge_distance(out: Waves, inn: Waves) -> float:
    """Energy between here and the nearest edge, as if its band were a parabola: v dk / 4."""
    if out.count == 0 or inn.count == 0:
        return float("nan")
    apart = np.abs(out.lam[:, None] - inn.lam[None, :])
    slowest: IntArray = np.asarray(out.speed.argmin())
    return float(out.speed[slowest] * apart[slowest].min() / 4)
