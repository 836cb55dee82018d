"""Double-precision reference for small devices: QZ of the full lead pencil, one dense solve.

Deliberately plain and unlike the package: no ports, no reduction of the hopping, no elimination.
Whatever it cannot classify safely it leaves undecided instead of guessing.
"""

from dataclasses import dataclass

import numpy as np
import scipy.linalg as la
from cases import Case, CaseLead

# Eigenvalues of defective pencils are right to about sqrt(eps); 1e-6 holds them all.
CIRCLE = 1e-6
# Same-k modes must be rotated together, others are orthogonal in the current metric.
CLUSTER = 1e-7
# A mode whose current vanishes to this relative accuracy sits on a band edge.
STILL = 1e-8

# Where outgoing and incoming modes merge, their computed waves differ by about sqrt(eps).
DEFECTIVE = 1e-6


class Undecided(ArithmeticError):
    """The plain method cannot tell; use `precise` instead."""


@dataclass(frozen=True, eq=False)
class LeadSpace:
    """Outgoing and incoming solutions on the first two cells, columns with unit current."""

    outgoing: np.ndarray  # (2m, m): decaying first, then the open modes
    incoming: np.ndarray  # (2m, N)

    @property
    def count(self) -> int:
        """Open modes."""
        return self.incoming.shape[1]


def transmissions(case: Case) -> tuple[np.ndarray, list[int]]:
    """Transmissions between all leads (row: where to) and open modes of each lead."""
    spaces: dict[bytes, LeadSpace] = {}
    keys = [lead.cell.tobytes() + b"|" + lead.hop.tobytes() for lead in case.leads]
    for key, lead in zip(keys, case.leads, strict=True):
        if key not in spaces:
            spaces[key] = lead_space(lead, case.energy)
    return _glue(case, [spaces[key] for key in keys])


def _glue(case: Case, spaces: list[LeadSpace]) -> tuple[np.ndarray, list[int]]:
    """Solve (E - H) psi = 0 on device and first lead cells for device and outgoing amplitudes."""
    n = len(case.hamiltonian)
    sizes = [len(lead.cell) for lead in case.leads]
    starts = n + np.concatenate([[0], np.cumsum(sizes)])
    counts = [space.count for space in spaces]
    lhs = np.zeros((starts[-1], starts[-1]), dtype=complex)
    rhs = np.zeros((starts[-1], sum(counts)), dtype=complex)
    lhs[:n, :n] = case.energy * np.eye(n) - case.hamiltonian
    out_rows, column = [], 0
    for lead, space, start, m in zip(case.leads, spaces, starts, sizes, strict=False):
        block = slice(start, start + m)
        to_device = np.zeros((n, m), dtype=complex)
        to_device[lead.sites] = lead.coupling.conj().T
        inverse = case.energy * np.eye(m) - lead.cell
        back = lead.hop.conj().T
        lhs[:n, block] = -to_device @ space.outgoing[:m]
        lhs[block, block] = inverse @ space.outgoing[:m] - back @ space.outgoing[m:]
        lhs[block, :n] = -to_device.conj().T
        columns = slice(column, column + space.count)
        rhs[:n, columns] = to_device @ space.incoming[:m]
        rhs[block, columns] = back @ space.incoming[m:] - inverse @ space.incoming[:m]
        column += space.count
        out_rows.append(slice(start + m - space.count, start + m))
    scale = np.abs(lhs).max(axis=1, keepdims=True) + 1e-300
    solution = la.lstsq(lhs / scale, rhs / scale, cond=1e-14, lapack_driver="gelsy")[0]
    edges = np.concatenate([[0], np.cumsum(counts)])
    power = np.abs(solution) ** 2
    matrix = np.array(
        [
            [power[rows, edges[j] : edges[j + 1]].sum() for j in range(len(counts))]
            for rows in out_rows
        ]
    )
    # Each open mode must come out again; a trapped state or bad modes break this first.
    if np.abs(matrix.sum(axis=0) - counts).max(initial=0) > 1e-8:
        raise Undecided("current is not conserved")
    return matrix, counts


def lead_space(lead: CaseLead, energy: float) -> LeadSpace:
    """Solutions of the lead that decay or carry current outward, and those that come in."""
    m = len(lead.cell)
    if not lead.hop.any():
        return LeadSpace(np.eye(2 * m, m, dtype=complex), np.zeros((2 * m, 0), dtype=complex))
    one, zero = np.eye(m), np.zeros((m, m))
    # (psi_2, psi_1) = lambda (psi_1, psi_0): hop^H psi_2 = (E - h) psi_1 - hop psi_0
    left = np.block([[energy * one - lead.cell, -lead.hop], [one, zero]]).astype(complex)
    right = np.block([[lead.hop.conj().T, zero], [zero, one]]).astype(complex)
    *_, alpha, beta, _, decaying = la.ordqz(left, right, sort=_inside, output="complex")
    size = np.hypot(np.abs(alpha), np.abs(beta))
    if size.min() < 1e-12 * size.max():
        raise Undecided("flat band")
    n_decaying = int(np.sum(_inside(alpha, beta)))
    triangular, metric, alpha, beta, _, mixed = la.ordqz(left, right, sort=_near, output="complex")
    n_open = int(np.sum(_near(alpha, beta)))
    if n_open % 2 or n_decaying + n_open // 2 != m:
        raise Undecided("decaying and open solutions do not fill half of the space")
    # Column blocks hold (psi_1, psi_0); the translated pair starts one cell further out.
    pairs = mixed[:, :n_open]
    step = la.solve_triangular(metric[:n_open, :n_open], triangular[:n_open, :n_open])
    out, back = _by_current(_cells(pairs, m), step, lead)
    outgoing = np.hstack([_cells(decaying[:, :n_decaying], m), out])
    return LeadSpace(outgoing, back)


def _inside(alpha: np.ndarray, beta: np.ndarray) -> np.ndarray:
    return np.abs(alpha) < (1 - CIRCLE) * np.abs(beta)


def _near(alpha: np.ndarray, beta: np.ndarray) -> np.ndarray:
    return np.abs(np.abs(alpha) - np.abs(beta)) <= CIRCLE * np.abs(beta)


def _cells(pairs: np.ndarray, m: int) -> np.ndarray:
    """Reorder (later cell, earlier cell) to (earlier, later)."""
    return np.vstack([pairs[m:], pairs[:m]])


def _by_current(
    waves: np.ndarray, step: np.ndarray, lead: CaseLead
) -> tuple[np.ndarray, np.ndarray]:
    """Split the open space into outgoing and incoming modes of unit current."""
    m = len(lead.cell)
    factors, vectors = la.eig(step)
    if np.abs(np.abs(factors) - 1).max(initial=0) > CLUSTER:
        raise Undecided("slowly decaying waves next to open ones")
    out, back = [np.zeros((2 * m, 0))], [np.zeros((2 * m, 0))]
    scale = np.abs(lead.hop).max()
    for members in _clusters(factors):
        members_waves = waves @ vectors[:, members]
        if np.linalg.cond(members_waves) > 1 / DEFECTIVE:
            raise Undecided("two modes have merged at a band edge")
        basis = la.qr(members_waves, mode="economic")[0]
        first, second = basis[:m], basis[m:]
        flow = 1j * (first.conj().T @ lead.hop.conj().T @ second)
        currents, rotation = la.eigh(flow + flow.conj().T)
        if np.abs(currents).min() < STILL * scale:
            raise Undecided("a mode without velocity")
        modes = basis @ rotation / np.sqrt(np.abs(currents))
        out.append(modes[:, currents > 0])
        back.append(modes[:, currents < 0])
    outgoing, incoming = np.hstack(out), np.hstack(back)
    if outgoing.shape != incoming.shape:
        raise Undecided("unequal numbers of outgoing and incoming modes")
    return outgoing, incoming


def _clusters(factors: np.ndarray) -> list[np.ndarray]:
    left = list(range(len(factors)))
    groups = []
    while left:
        group = [left.pop(0)]
        for index in list(left):
            if np.abs(factors[group] - factors[index]).min() < CLUSTER:
                group.append(index)
                left.remove(index)
        groups.append(np.array(group))
    return groups
