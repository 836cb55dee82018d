"""Fifty and more digits: surface Green functions and transmissions that settle disputes.

The lead is taken at E + i 1e-36 and doubled until nothing passes through it, in ball
arithmetic of 480 bits (python-flint), or with mpmath where that is missing (about 50 times
slower). No mode is ever computed, so nothing is shared with the solvers under test.
"""

from typing import Any

import numpy as np
from cases import Case, CaseLead

BITS = 480
# Far below the 1e-9 distances of the campaign, far above 2**-BITS = 3e-145.
ETA_EXPONENT = -36
MAX_STEPS = 400

try:
    import flint

    flint.ctx.prec = BITS
    HAVE_FLINT = True
except ImportError:  # pragma: no cover - depends on the environment
    import mpmath

    mpmath.mp.prec = BITS
    HAVE_FLINT = False


def transmissions(case: Case) -> tuple[np.ndarray, list[int]]:
    r"""Transmissions between all leads and the number of open modes of each.

    .. math:: T_{ij} = \mathrm{Tr}\, \Gamma_i G_{ij} \Gamma_j G_{ij}^\dagger \; (i \neq j),
              \qquad T_{ii} = N_i - \sum_{j \neq i} T_{ij}

    Row i is the lead that the current enters.
    """
    size = len(case.hamiltonian)
    lhs = _energy_matrix(case.energy, size) - _exact(case.hamiltonian)
    gammas, counts, starts = [], [], []
    known: dict[bytes, tuple[Any, int]] = {}
    for lead in case.leads:
        key = lead.cell.tobytes() + b"|" + lead.hop.tobytes()
        if key not in known:
            known[key] = surface_green(lead, case.energy)
        surface, count = known[key]
        coupling = _embed(lead, size)
        sigma = _dagger(coupling) * surface * coupling
        lhs = lhs - sigma
        gammas.append(_times_i(sigma - _dagger(sigma)))
        counts.append(count)
        starts.append(coupling)
    green = _inverse(lhs)
    matrix = np.zeros((len(counts), len(counts)))
    for i, gamma_i in enumerate(gammas):
        for j, gamma_j in enumerate(gammas):
            if i != j:
                matrix[i, j] = _real_trace(gamma_i * green * gamma_j * _dagger(green))
    # Unitarity: what does not arrive anywhere else comes back.
    matrix[np.diag_indices(len(counts))] = np.array(counts) - matrix.sum(axis=1)
    return matrix, counts


def surface_green(lead: CaseLead, energy: float) -> tuple[Any, int]:
    r"""Green function of the first lead cell, and the number of open modes of the lead.

    Cells are joined in wave ports, x = (b + i a)/sqrt2 and y = (b - i a)/sqrt2 with b = s psi_j
    and a = hop^H psi_{j+1} / s, where a cell is a contraction: joining loses no digits, while
    plain decimation of five channels loses a hundred.
    """
    size = len(lead.cell)
    # A power of two, so that scaling is exact.
    scale = 2.0 ** round(np.log2(max(np.abs(lead.hop).max(), 1e-300)) / 2)
    outer, inner = _exact(lead.hop / scale), _exact(scale * np.eye(size))
    one = _exact(np.eye(size))
    z = _energy_matrix(energy, size) - _exact(lead.cell)
    cell = _inverse(z + _times_i(outer * _dagger(outer) + inner * _dagger(inner)))
    alpha = one - 2 * _times_i(_dagger(outer) * cell * outer)
    beta = 2 * (_dagger(outer) * cell * inner)
    gamma = 2 * (_dagger(inner) * cell * outer)
    delta = 2 * _times_i(_dagger(inner) * cell * inner) - one
    for _ in range(MAX_STEPS):
        if _negligible(beta) or _negligible(gamma):
            break
        loop = _inverse(one - delta * alpha)
        x, y = loop * gamma, loop * delta * beta
        joined = (
            alpha + beta * alpha * x,
            beta * (beta + alpha * y),
            gamma * x,
            delta + gamma * y,
        )
        alpha, beta, gamma, delta = map(_midpoint, joined)
    else:  # pragma: no cover - absorption eta > 0 ends it
        raise ArithmeticError("the lead did not become opaque")
    ratio = _inverse(one + alpha) * (one - alpha)
    sigma = inner * _times_i(-1 * ratio) * _dagger(inner)
    return _inverse(z - sigma), _rank(one - _dagger(alpha) * alpha)


def _rank(matrix: Any) -> int:
    """Open modes from the missing reflection: pivots fall from sqrt(eta) or more to eta."""
    rows = _to_python(matrix)
    rank = 0
    while rows:
        best = max(range(len(rows)), key=lambda k: _magnitude(rows[k][k]))
        pivot = rows[best][best]
        if _magnitude(pivot) < 1e-22:
            return rank
        row = rows.pop(best)
        reduced = row[:best] + row[best + 1 :]
        rows = [
            [
                value - r[best] * other / pivot
                for value, other in zip(r[:best] + r[best + 1 :], reduced, strict=True)
            ]
            for r in rows
        ]
        rank += 1
    return rank


def _embed(lead: CaseLead, size: int) -> Any:
    full = np.zeros((len(lead.cell), size), dtype=complex)
    full[:, lead.sites] = lead.coupling
    return _exact(full)


# --- the two arithmetics ----------------------------------------------------------------------

if HAVE_FLINT:

    def _exact(matrix: np.ndarray) -> Any:
        rows = np.asarray(matrix, dtype=complex)
        return flint.acb_mat(
            [[flint.acb(float(v.real), float(v.imag)) for v in row] for row in rows]
        )

    def _energy_matrix(energy: float, size: int) -> Any:
        z = flint.acb(flint.arb(float(energy)), flint.arb(10) ** ETA_EXPONENT)
        return flint.acb_mat(
            size, size, [z if i == j else 0 for i in range(size) for j in range(size)]
        )

    def _dagger(matrix: Any) -> Any:
        return _midpoint(matrix.conjugate().transpose())

    def _inverse(matrix: Any) -> Any:
        return _midpoint(matrix).inv(nonstop=False).mid()

    def _midpoint(matrix: Any) -> Any:
        # Guaranteed radii grow tenfold per doubling although the values stay sharp; two of the
        # 145 digits are lost in a step at worst, so midpoints are right to far more than 50.
        return matrix.mid()

    def _times_i(matrix: Any) -> Any:
        return matrix * flint.acb(0, 1)

    def _real_trace(matrix: Any) -> float:
        return float(matrix.trace().real.mid())

    def _to_python(matrix: Any) -> list[list[Any]]:
        return [[matrix[i, j].mid() for j in range(matrix.ncols())] for i in range(matrix.nrows())]

    def _magnitude(value: Any) -> float:
        return float(abs(value).mid())

    def _negligible(matrix: Any) -> bool:
        return all(_magnitude(v) < 1e-130 for v in matrix.entries())

else:  # pragma: no cover - the slow stand-in

    def _exact(matrix: np.ndarray) -> Any:
        return mpmath.matrix(np.asarray(matrix, dtype=complex).tolist())

    def _energy_matrix(energy: float, size: int) -> Any:
        return mpmath.eye(size) * mpmath.mpc(float(energy), mpmath.mpf(10) ** ETA_EXPONENT)

    def _dagger(matrix: Any) -> Any:
        return matrix.transpose_conj()

    def _inverse(matrix: Any) -> Any:
        return mpmath.inverse(matrix)

    def _times_i(matrix: Any) -> Any:
        return matrix * mpmath.mpc(0, 1)

    def _midpoint(matrix: Any) -> Any:
        return matrix

    def _real_trace(matrix: Any) -> float:
        return float(sum(matrix[i, i].real for i in range(matrix.rows)))

    def _to_python(matrix: Any) -> list[list[Any]]:
        return [[matrix[i, j] for j in range(matrix.cols)] for i in range(matrix.rows)]

    def _magnitude(value: Any) -> float:
        return float(abs(value))

    def _negligible(matrix: Any) -> bool:
        return all(_magnitude(v) < 1e-130 for v in matrix)
