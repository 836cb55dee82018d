"""First order in tunneling with superpositions of states of equal charge (Redfield)."""

import numpy as np
from scipy.sparse.csgraph import connected_components

from sharvin.errors import Unreliable
from sharvin.formulas.logistic import logistic
from sharvin.manybody.dot.contacts import Contacts
from sharvin.manybody.dot.counting import Fluctuations, correlations
from sharvin.manybody.dot.pauli import Steady
from sharvin.manybody.dot.states import States
from sharvin.typing import BoolArray, ComplexArray, IntArray, NumberArray, RealArray

MAX_ELEMENTS = 400  # of the density matrix
UNIQUE = 1e-9  # second smallest over largest singular value of a generator with one steady state
# Negative probabilities of this size are the method's own error, of second order in tunneling.
NEGATIVE = -0.02


def redfield(states: States, contacts: Contacts, mu: RealArray) -> Steady:
    r"""Solve the Redfield equation at every point.

    .. math:: \dot ρ = -i[H, ρ] - \sum_i [d^†_i, D^-_i ρ - ρ D^+_i] + h.c., \quad
              D^\pm_{i,ab} = \sum_j \Gamma_{ij} \Bigl(\tfrac12 f^\pm \pm \tfrac{i}{2π} P\Bigr)
              \langle a|d_j|b\rangle

    with :math:`f^+ = f, f^- = 1 - f` at :math:`E_b - E_a` and the principal part
    :math:`P = -\mathrm{Re}\,ψ(\tfrac12 + i (E_b - E_a - µ)/2πk_BT)`. The logarithm of the
    bandwidth that belongs to P drops out of the whole generator.

    Raises
    ------
    Unreliable
        For dark states, or if the density matrix is too large.

    References
    ----------
    C. Timm, Phys. Rev. B 77, 195416 (2008); M. G. Schultz and F. von Oppen, Phys. Rev. B 80,
    033302 (2009); G. Kiršanskas et al., Comput. Phys. Commun. 221, 317 (2017).
    """
    d = np.broadcast_to(states.ladder, (len(mu), *states.ladder.shape[1:]))
    bath, _, _, rho, valid = _solved(states, contacts, mu, d)
    flows = _flows(states.energies, d, bath, rho)
    probabilities = np.einsum("pss->ps", rho).real
    lowest = np.linalg.eigvalsh(rho)[:, 0]
    good = valid & (lowest > NEGATIVE)
    return Steady(probabilities, flows[..., 0], flows[..., 1], good, lowest)


def redfield_noise(states: States, contacts: Contacts, mu: RealArray) -> Fluctuations:
    """Noise of the same equation: superpositions live on from one electron to the next."""
    d = np.broadcast_to(states.ladder, (len(mu), *states.ladder.shape[1:]))
    bath, elements, generator, rho, valid = _solved(states, contacts, mu, d)
    lowest = np.linalg.eigvalsh(rho)[:, 0]
    valid = valid & (lowest > NEGATIVE)
    generator[~valid] = -np.eye(len(elements[0]))
    steady, trace = rho[:, elements[0], elements[1]], (elements[0] == elements[1]).astype(float)
    into, out = _jumps(d, bath, elements)
    jumps = into - out
    passed = np.einsum("plmn,pn->pml", jumps, steady)
    activity = np.einsum("m,plmn,pn->pl", trace, into + out, steady).real
    rows = np.einsum("m,plmn->pln", trace, jumps)
    power = correlations(generator, steady, trace, passed, rows, activity)
    electrons = np.einsum("m,pml->pl", trace, passed).real
    return Fluctuations(power, electrons, valid, lowest)


def _solved(
    states: States, contacts: Contacts, mu: RealArray, d: NumberArray
) -> tuple[ComplexArray, tuple[IntArray, IntArray], NumberArray, NumberArray, BoolArray]:
    """Baths, elements of the density matrix, generator, stationary state, and where it is one."""
    bath = _bath(states, contacts, mu)
    elements = _elements(states, contacts)
    if len(elements[0]) > MAX_ELEMENTS:
        raise Unreliable(
            f"the density matrix has {len(elements[0])} elements, more than {MAX_ELEMENTS}: use "
            "method='pauli', or give the dot charges=(lowest, highest)"
        )
    generator = _generator(states.energies, d, bath.sum(axis=1), elements)
    rho, valid = _steady(generator, elements, states.energies.shape[1])
    return bath, elements, generator, rho, valid


def _bath(states: States, contacts: Contacts, mu: RealArray) -> ComplexArray:
    """D of every lead, shape (points, leads, 2, orbitals, s, s): minus, plus."""
    from scipy.special import digamma

    gap = states.energies[:, None, :] - states.energies[:, :, None]  # E_b - E_a
    x = (gap[:, None] - mu[:, :, None, None]) / contacts.thermal_energies[:, None, None]
    principal = -np.real(digamma(0.5 + 1j * x / (2 * np.pi))) / (2 * np.pi)
    d = np.einsum("lij,pjab->pliab", contacts.rates, states.ladder)
    minus = (logistic(x) / 2 - 1j * principal)[:, :, None] * d
    plus = (logistic(-x) / 2 + 1j * principal)[:, :, None] * d
    both: ComplexArray = np.stack([minus, plus], axis=2)
    return both


def _elements(states: States, contacts: Contacts) -> tuple[IntArray, IntArray]:
    """Elements of the density matrix that populations can reach: pairs of equal charge."""
    row, column = np.nonzero(states.charges[:, None] == states.charges[None, :])
    gamma = np.abs(contacts.rates).sum(axis=0)
    d = np.abs(states.ladder).max(axis=0)
    gd = np.einsum("ij,jab->iab", gamma, d)
    hop = np.einsum("iac,ibd->abcd", gd, d, optimize=True)
    local = np.einsum("iac,iad->cd", gd, d) + np.einsum("ica,ida->cd", gd, d)
    same_row, same_column = row[:, None] == row[None, :], column[:, None] == column[None, :]
    linked = hop[row[:, None], column[:, None], row, column] > 1e-12 * gamma.max()
    linked |= same_column & (local[row[:, None], row] > 1e-12 * gamma.max())
    linked |= same_row & (local[column[:, None], column] > 1e-12 * gamma.max())
    _, label = connected_components(linked, directed=False)
    wanted = np.isin(label, label[row == column])
    return row[wanted], column[wanted]


def _generator(
    energies: RealArray, d: NumberArray, bath: ComplexArray, elements: tuple[IntArray, IntArray]
) -> NumberArray:
    """Matrix of the generator between elements of the density matrix, shape (points, n, n)."""
    b, b_ = (x[:, None] for x in elements)  # of the result
    c, c_ = (x[None, :] for x in elements)  # of the density matrix it acts on
    minus, plus = bath[:, 0], bath[:, 1]
    raised = d.conj().swapaxes(-1, -2)
    k1 = np.einsum("piab,pibc->pac", raised, minus)
    k2 = np.einsum("piab,pibc->pac", plus, raised)
    own = -k1 - k2.conj().swapaxes(-1, -2)
    other = -k2 - k1.conj().swapaxes(-1, -2)
    total: NumberArray = own[:, b, c] * (b_ == c_) + (b == c) * other[:, c_, b_]
    for jumps in _jumps(d, bath[:, None], elements):
        total = total + jumps[:, 0]
    place = np.arange(len(elements[0]))
    total[:, place, place] -= 1j * (energies[:, elements[0]] - energies[:, elements[1]])
    return total


def _jumps(
    d: NumberArray, bath: ComplexArray, elements: tuple[IntArray, IntArray]
) -> tuple[NumberArray, NumberArray]:
    """Parts of the generator that bring an electron from each lead, and that return one.

    Each of shape (points, leads, n, n).
    """
    b, b_ = (x[:, None] for x in elements)
    c, c_ = (x[None, :] for x in elements)
    minus, plus = bath[:, :, 0], bath[:, :, 1]
    points, leads, n = *minus.shape[:2], len(elements[0])
    into, out = np.zeros((2, points, leads, n, n), dtype=np.complex128)
    for i in range(d.shape[1]):
        down = d[:, None, i]
        up = down.conj().swapaxes(-1, -2)
        into += up[..., b, c] * plus[:, :, i][..., c_, b_]
        into += plus[:, :, i][..., c, b].conj() * down[..., c_, b_]
        out += minus[:, :, i][..., b, c] * up[..., c_, b_]
        out += down[..., b, c] * minus[:, :, i][..., b_, c_].conj()
    return into, out


def _steady(
    generator: NumberArray, elements: tuple[IntArray, IntArray], size: int
) -> tuple[NumberArray, BoolArray]:
    """Density matrix without change and of trace one, shape (points, s, s), and where it is one."""
    values = np.linalg.svd(generator, compute_uv=False)
    scale = np.abs(np.einsum("pnn->pn", generator).real).max(axis=1)
    unique = values[:, -2] > UNIQUE * scale if values.shape[1] > 1 else np.ones(len(values), bool)
    if not unique.any():
        raise Unreliable(
            "the stationary state is not determined: some superposition of orbitals is dark, no "
            "lead fills or empties it. Couple it to a lead, or drop it"
        )
    row, column = elements
    trace = (row == column).astype(complex)
    matrix = generator.copy()
    matrix[:, 0] = scale[:, None] * trace  # populations of one state follow from all others
    matrix[~unique] = np.eye(len(row))
    right = np.zeros((len(matrix), len(row), 1), complex)
    right[:, 0, 0] = scale
    found = np.linalg.solve(matrix, right)[:, :, 0]
    rho = np.zeros((len(matrix), size, size), complex)
    rho[:, row, column] = found
    rho = (rho + rho.conj().swapaxes(-1, -2)) / 2
    return rho, np.asarray(unique)


def _flows(energies: RealArray, d: NumberArray, bath: ComplexArray, rho: NumberArray) -> RealArray:
    """Electrons and energy into the dot from each lead, shape (points, leads, 2)."""
    raised = d.conj().swapaxes(-1, -2)
    gap = energies[:, :, None] - energies[:, None, :]  # E_b - E_a of <b|d†|a>
    flows = []
    for operator in (raised, raised * gap[:, None]):
        out = np.einsum("piba,pliac,pcb->pl", operator, bath[:, :, 0], rho, optimize=True)
        into = np.einsum("piba,pac,plicb->pl", operator, rho, bath[:, :, 1], optimize=True)
        flows.append(-2 * (out - into).real)
    return np.stack(flows, axis=-1)
