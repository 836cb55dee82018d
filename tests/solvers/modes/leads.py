"""Leads that the tests of this folder share: (cell, hop) with hop = <cell j+1|H|cell j>."""

import numpy as np

S0 = np.eye(2)
SX = np.array([[0.0, 1.0], [1.0, 0.0]])
SY = np.array([[0.0, -1.0j], [1.0j, 0.0]])
SZ = np.diag([1.0, -1.0])


def chain(onsite=0.0, hopping=-1.0):
    return np.array([[onsite]]), np.array([[hopping]])


def square(width, potential=0.0):
    """Square lattice, t = 1, onsite 4: subbands 4 - 2 cos(n pi/(W + 1)) -+ 2."""
    cell = 4 * np.eye(width) - np.eye(width, k=1) - np.eye(width, k=-1)
    return cell + np.diag(np.broadcast_to(potential, width)), -np.eye(width)


def landau(width, flux):
    """Square lattice in a perpendicular field of ``flux`` (rad per plaquette)."""
    cell, _ = square(width)
    return cell.astype(complex), -np.diag(np.exp(-1j * flux * np.arange(width)))


def strip(width, onsite, along, across):
    """Strip of any orbitals per site; ``across`` = <y+1|H|y>, ``along`` = <x+1|H|x>."""
    up = np.kron(np.eye(width, k=-1), across)
    return np.kron(np.eye(width), onsite) + up + up.conj().T, np.kron(np.eye(width), along)


def rashba(width, alpha, zeeman=0.0):
    across, along = -S0 + 0.5j * alpha * SX, -S0 - 0.5j * alpha * SY
    return strip(width, 4 * S0 + zeeman * SZ, along, across)


def bhz(width):
    """Two spin blocks, complex conjugates of each other."""
    a, b, d, m = 1.0, -1.0, 0.1, -0.6
    onsite = (m - 4 * b) * np.kron(S0, SZ) - 4 * d * np.eye(4)
    hop = b * np.kron(S0, SZ) + d * np.eye(4)
    along, across = hop + 0.5j * a * np.kron(SZ, SX), hop - 0.5j * a * np.kron(S0, SY)
    return strip(width, onsite, along, across)


def zigzag(rows):
    """Zigzag graphene ribbon of ``rows`` zigzag chains, t = 1."""
    cell, hop = np.zeros((2 * rows, 2 * rows)), np.zeros((2 * rows, 2 * rows))
    for row in range(rows):
        a, b = 2 * row, 2 * row + 1
        cell[a, b] = cell[b, a] = -1
        if row + 1 < rows:
            cell[b, a + 2] = cell[a + 2, b] = -1
        hop[(a, b) if row % 2 == 0 else (b, a)] = -1
    return cell, hop


def ssh(inner, outer):
    """Dimers: ``inner`` inside the cell, ``outer`` between cells. Bands +-|inner + outer e^ik|."""
    return np.array([[0.0, inner], [inner, 0.0]]), np.array([[0.0, outer], [0.0, 0.0]])


def kitaev(mu, t=1.0, gap=0.4):
    """p-wave chain in the basis (electron, hole): Majorana end state for |mu| < 2 t."""
    return np.diag([-mu, mu]), np.array([[-t, gap], [-gap, t]])


def random_lead(seed, size, *, is_complex, rank=None):
    rng = np.random.default_rng(seed)

    def matrix():
        real = rng.normal(size=(size, size))
        return real + 1j * rng.normal(size=(size, size)) if is_complex else real

    cell, hop = matrix(), matrix()
    if rank is not None and rank < size:
        hop = matrix()[:, :rank] @ matrix()[:rank] / size
    return (cell + cell.conj().T) / 2, hop
