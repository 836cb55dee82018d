"""Small hostile devices as raw matrices, drawn reproducibly from a seed.

Nothing here knows a solver. Every case is a Hamiltonian, its leads and one energy, and most
energies are the ones where transport codes go wrong: band centers and edges, round multiples of
the hopping, eigenvalues of the closed device, and all of these displaced by 1e-9.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

SHIFTS = (0.0, 1e-9, -1e-9)
PAULI_X = np.array([[0, 1], [1, 0]])
PAULI_Y = np.array([[0, -1j], [1j, 0]])
PAULI_Z = np.diag([1.0, -1.0])


@dataclass(frozen=True, eq=False)
class CaseLead:
    """Periodic lead: onsite block, outward hop, and how its first cell meets the device."""

    cell: np.ndarray  # (m, m)
    hop: np.ndarray  # (m, m), <cell j+1|H|cell j>
    sites: np.ndarray  # (p,)
    coupling: np.ndarray  # (m, p), <first lead cell|H|device[sites]>


@dataclass(frozen=True, eq=False)
class Case:
    """One scattering problem: what every solver of the campaign is given."""

    number: int
    family: str
    hamiltonian: np.ndarray
    leads: tuple[CaseLead, ...]
    energy: float
    kind: str  # where the energy comes from
    expected: float | None = None  # known T between the first two leads


@dataclass(frozen=True, eq=False)
class Wire:
    """A periodic wire: its cell, its hop and the energy unit t of its nasty energies."""

    cell: np.ndarray
    hop: np.ndarray
    hopping: float = 1.0


def generate(count: int, seed: int) -> Iterator[Case]:
    """Yield ``count`` cases; case ``i`` depends on ``(seed, i)`` only, never on its neighbors."""
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        family = FAMILY_NAMES[int(rng.integers(len(FAMILY_NAMES)))]
        case = replace(FAMILIES[family](rng), number=number, family=family)
        energy, kind = nasty_energy(case, rng)
        yield replace(case, energy=energy, kind=kind)


def known_answers() -> Iterator[Case]:
    """Clean wires at the energies that break solvers, with the T that theory demands."""
    for rows in (20, 60):
        # The zigzag edge band carries exactly one mode as E -> 0.
        yield _through(zigzag(rows, 1.0), 4, f"zigzag {rows}", 1e-6, 1.0)
    for width in (20, 50, 100):
        for energy in (2.0, 3.0, 4.0):
            # Channels 2 - 2 cos(q) + (-2, 2) measured from the band bottom; an energy exactly
            # on an edge may be refused but must not be answered with another number.
            transverse = 4 - 2 * np.cos(np.pi * np.arange(1, width + 1) / (width + 1))
            open_modes = int(np.sum(np.abs(energy - transverse) < 2 - 1e-12))
            name = f"strip {width} at {energy:g}t"
            yield _through(square(width, 4.0), 6, name, energy, float(open_modes))


def _through(wire: Wire, length: int, name: str, energy: float, expected: float) -> Case:
    case = _two_terminal(wire, length, disorder=None)
    return replace(case, family=name, energy=energy, kind="known", expected=expected)


# --- periodic wires ---------------------------------------------------------------------------


def square(width: int, onsite: float, *, flux: float = 0.0) -> Wire:
    """Square-lattice strip with unit hopping -1; ``flux`` radians per plaquette."""
    cell = onsite * np.eye(width) - _ladder(width) - _ladder(width).T
    hop = -np.diag(np.exp(1j * flux * np.arange(width))) if flux else -np.eye(width)
    return Wire(cell, hop)


def zigzag(rows: int, hopping: float) -> Wire:
    """Zigzag graphene ribbon: the open chain A0 B0 A1 B1 ..., hop from B to the next A."""
    cell = hopping * (_ladder(2 * rows) + _ladder(2 * rows).T)
    hop = np.zeros((2 * rows, 2 * rows))
    hop[2 * np.arange(rows), 2 * np.arange(rows) + 1] = hopping
    return Wire(cell, hop, hopping)


def armchair(rows: int, hopping: float) -> Wire:
    """Armchair graphene ribbon: rows of dimers, every second row half a period ahead."""
    cell = np.zeros((2 * rows, 2 * rows))
    hop = np.zeros((2 * rows, 2 * rows))
    for row in range(rows):
        cell[2 * row, 2 * row + 1] = hopping
        for other in (row - 1, row + 1):
            if row % 2 == 0 and 0 <= other < rows:
                cell[2 * row + 1, 2 * other] = hopping
                hop[2 * row, 2 * other + 1] = hopping
    return Wire(cell + cell.T, hop, hopping)


def multi_orbital(width: int, onsite: np.ndarray, along: np.ndarray, across: np.ndarray) -> Wire:
    """Strip with matrix-valued onsite and hopping blocks (spin-orbit, BHZ, ...)."""
    step = np.kron(_ladder(width), across)
    cell = np.kron(np.eye(width), onsite) + step + step.conj().T
    return Wire(cell, np.kron(np.eye(width), along))


def _ladder(size: int) -> np.ndarray:
    return np.eye(size, k=-1)


# --- families ---------------------------------------------------------------------------------


def _square_family(rng: np.random.Generator) -> Case:
    # W + 1 divisible by 2, 3, 4, 6 puts transverse energies exactly on multiples of t.
    width = int(rng.choice([1, 2, 3, 4, 5, 7, 8, 11]))
    wire = square(width, float(rng.choice([0.0, 4.0])))
    return _with_side_leads(wire, rng, int(rng.integers(1, 7)))


def _flux_family(rng: np.random.Generator) -> Case:
    flux = float(rng.choice([np.pi / 2, 2 * np.pi / 3, 0.1, rng.uniform(0, 2)]))
    wire = square(int(rng.integers(2, 9)), float(rng.choice([0.0, 4.0])), flux=flux)
    return _with_side_leads(wire, rng, int(rng.integers(1, 6)))


def _graphene_family(rng: np.random.Generator) -> Case:
    build = zigzag if rng.random() < 0.5 else armchair
    wire = build(int(rng.integers(1, 7)), float(rng.choice([1.0, -1.0, 2.7])))
    return _with_side_leads(wire, rng, int(rng.integers(1, 5)))


def _rashba_family(rng: np.random.Generator) -> Case:
    strength = float(rng.choice([0.2, 0.5, rng.uniform(0.05, 1)]))
    zeeman = float(rng.choice([0.0, 0.3]))
    onsite = 4 * np.eye(2) + zeeman * PAULI_Z
    along = -np.eye(2) + 0.5j * strength * PAULI_Y
    across = -np.eye(2) - 0.5j * strength * PAULI_X
    wire = multi_orbital(int(rng.integers(1, 6)), onsite, along, across)
    return _with_side_leads(wire, rng, int(rng.integers(1, 5)))


def _bhz_family(rng: np.random.Generator) -> Case:
    mass, curvature = float(rng.choice([-0.6, 0.4])), -1.0
    tau_z, identity = np.kron(np.eye(2), PAULI_Z), np.eye(4)
    onsite = (mass - 4 * curvature) * tau_z - 0.4 * identity
    along = curvature * tau_z + 0.1 * identity + 0.5j * np.kron(PAULI_Z, PAULI_X)
    across = curvature * tau_z + 0.1 * identity - 0.5j * np.kron(np.eye(2), PAULI_Y)
    if rng.random() < 0.3:  # couple the spins, so that nothing can be solved apart
        along = along + 0.2j * np.kron(PAULI_Y, np.eye(2))
    wire = multi_orbital(int(rng.integers(1, 4)), onsite, along, across)
    return _with_side_leads(wire, rng, int(rng.integers(1, 4)))


def _pairing_family(rng: np.random.Generator) -> Case:
    """Kitaev and SSH chains: gapped bands with states at the surface."""
    if rng.random() < 0.5:
        potential, gap = float(rng.choice([0.0, 0.5, 2.0])), float(rng.choice([0.3, 0.9]))
        cell = -potential * PAULI_Z
        hop = -PAULI_Z - 1j * gap * PAULI_Y
    else:
        inner, outer = rng.choice([0.5, 1.0, 1.5], size=2)
        cell = inner * PAULI_X.astype(float)
        hop = np.array([[0.0, outer], [0.0, 0.0]])
    probe = square(1, 0.0)
    case = _two_terminal(Wire(cell, hop), int(rng.integers(1, 6)), _disorder(rng))
    if rng.random() < 0.7:  # a metallic probe on the first cell sees the surface states
        case = replace(case, leads=(*case.leads, _contact(probe, np.array([0]), 0.5)))
    return case


def _network_family(rng: np.random.Generator) -> Case:
    """Random sparse Hermitian graph with 1 to 5 chains of unequal bandwidth."""
    size = int(rng.integers(2, 25))
    complex_valued = bool(rng.random() < 0.4)
    graph = np.triu(rng.random((size, size)) < min(1.0, 3 / size), 1)
    graph[np.arange(size - 1), np.arange(1, size)] = True
    values = np.where(graph, _entries(rng, (size, size), complex_valued), 0)
    if rng.random() < 0.5:  # round values make exact degeneracies
        values = np.where(graph, -1.0, 0.0)
    onsite = np.zeros(size) if rng.random() < 0.5 else rng.uniform(-1, 1, size)
    hamiltonian = np.diag(onsite) + values + values.conj().T
    leads = [
        _contact(_scaled(square(1, 0.0), float(rng.choice([1.0, 1.0, 0.5, 2.0]))), site, 1.0)
        for site in rng.integers(size, size=(int(rng.integers(1, 6)), 1))
    ]
    return _case(hamiltonian, leads)


def _random_family(rng: np.random.Generator) -> Case:
    """Random blocks: full, low-rank or zero hops; leads larger or smaller than their contact."""
    size = int(rng.integers(3, 20))
    complex_valued = bool(rng.random() < 0.5)
    raw = _entries(rng, (size, size), complex_valued)
    leads = [_random_lead(rng, size, complex_valued) for _ in range(int(rng.integers(1, 5)))]
    return _case((raw + raw.conj().T) / 2, leads)


def _random_lead(rng: np.random.Generator, size: int, complex_valued: bool) -> CaseLead:
    m = int(rng.integers(1, 7))
    raw = _entries(rng, (m, m), complex_valued)
    rank = int(rng.integers(0 if rng.random() < 0.15 else 1, m + 1))
    left = _entries(rng, (m, rank), complex_valued)
    right = _entries(rng, (rank, m), complex_valued)
    contact = int(rng.integers(1, min(size, m + 2) + 1))
    sites = rng.permutation(size)[:contact]
    coupling = _entries(rng, (m, contact), complex_valued)
    return CaseLead((raw + raw.conj().T) / 2, left @ right, sites, coupling)


FAMILIES: dict[str, Callable[[np.random.Generator], Case]] = {
    "square": _square_family,
    "flux": _flux_family,
    "graphene": _graphene_family,
    "rashba": _rashba_family,
    "bhz": _bhz_family,
    "pairing": _pairing_family,
    "network": _network_family,
    "random": _random_family,
}
# Square lattices and networks hold most of the exact coincidences, so they are drawn twice.
FAMILY_NAMES = (*FAMILIES, "square", "network")


# --- parts ------------------------------------------------------------------------------------


def _entries(rng: np.random.Generator, shape: tuple[int, ...], complex_valued: bool) -> np.ndarray:
    real = rng.normal(size=shape)
    return real + 1j * rng.normal(size=shape) if complex_valued else real


def _disorder(rng: np.random.Generator) -> np.random.Generator | None:
    return rng if rng.random() < 0.5 else None


def _scaled(wire: Wire, factor: float) -> Wire:
    return Wire(wire.cell * factor, wire.hop * factor, wire.hopping * factor)


def _contact(wire: Wire, sites: np.ndarray, strength: float) -> CaseLead:
    coupling = np.zeros((len(wire.cell), len(sites)))
    np.fill_diagonal(coupling, strength)
    return CaseLead(wire.cell, wire.hop, np.asarray(sites), coupling)


def _case(hamiltonian: np.ndarray, leads: list[CaseLead]) -> Case:
    return Case(0, "", hamiltonian, tuple(leads), 0.0, "")


def _two_terminal(wire: Wire, length: int, disorder: np.random.Generator | None) -> Case:
    m = len(wire.cell)
    step = np.kron(_ladder(length), wire.hop)
    hamiltonian = np.kron(np.eye(length), wire.cell) + step + step.conj().T
    if disorder is not None:
        hamiltonian = hamiltonian + np.diag(disorder.uniform(-1, 1, length * m))
    back = wire.hop.conj().T
    left = CaseLead(wire.cell, back, np.arange(m), back)
    right = CaseLead(wire.cell, wire.hop, np.arange(m) + (length - 1) * m, wire.hop)
    return _case(hamiltonian, [left, right])


def _with_side_leads(wire: Wire, rng: np.random.Generator, length: int) -> Case:
    """Two-terminal wire, sometimes reduced to one lead or given up to three unlike leads more."""
    case = _two_terminal(wire, length, _disorder(rng))
    leads = list(case.leads)
    if rng.random() < 0.1:
        leads = leads[:1]
    size = len(case.hamiltonian)
    for _ in range(int(rng.choice([0, 0, 0, 1, 2, 3]))):
        width = int(rng.integers(1, min(4, size) + 1))
        probe = _scaled(square(width, 0.0), float(rng.choice([1.0, 0.5, 1e-3])))
        if rng.random() < 0.15:
            probe = Wire(probe.cell, 0 * probe.hop)  # a dead lead: no way out of its first cell
        sites = rng.permutation(size)[:width]
        leads.append(_contact(probe, sites, float(rng.choice([1.0, 0.3, 0.0]))))
    return _case(case.hamiltonian, leads)


# --- energies ---------------------------------------------------------------------------------


def nasty_energy(case: Case, rng: np.random.Generator) -> tuple[float, str]:
    """Draw the energy, and say where it comes from."""
    kinds = ["round", "round", "round", "edge", "closed", "center", "generic", "generic"]
    kind = str(rng.choice(kinds))
    lead = case.leads[int(rng.integers(len(case.leads)))]
    if kind == "round":
        base = float(rng.choice([0, 1, -1, 2, -2, 3, -3, 4, -4, 5, 6]))
    elif kind == "edge":
        sign = float(rng.choice([1, -1]))
        band = np.linalg.eigvalsh(lead.cell + sign * (lead.hop + lead.hop.conj().T))
        base = float(rng.choice(band) + rng.choice([0.0, 1e-6, -1e-6, 1e-4, -1e-4]))
    elif kind == "closed":
        base = float(rng.choice(np.linalg.eigvalsh(case.hamiltonian)))
    elif kind == "center":
        base = float(rng.choice(np.linalg.eigvalsh(lead.cell)))
    else:
        return float(rng.uniform(-3, 5)), kind
    shift = float(rng.choice(SHIFTS))
    return base + shift, kind + (f"{shift:+.0e}" if shift else "")
