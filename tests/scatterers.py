"""Scatterers whose transport is known in closed form."""

import numpy as np

from sharvin.scattering import SMatrix, circular_ensemble


def delta_barrier(z, left="L", right="R"):
    """Barrier of Blonder, Tinkham and Klapwijk: T = 1 / (1 + z²)."""
    t = 1 / (1 + 1j * z)
    return SMatrix([[t - 1, t], [t, t - 1]], (left, right), (1, 1))


def clean_wire(phase, left="L", right="R", modes=1):
    """Wire without scattering; `phase` (one for all modes, or one each) is picked up across it."""
    across = np.diag(np.exp(1j * np.broadcast_to(phase, modes)))
    return SMatrix(np.kron([[0, 1], [1, 0]], across), (left, right), (modes, modes))


def beam_splitter(transparency):
    """Two inputs a, b and two outputs c, d without reflection: T(c from a) = transparency."""
    t, r = np.sqrt(transparency), 1j * np.sqrt(1 - transparency)
    data = np.zeros((4, 4), complex)
    data[2:, :2] = [[t, r], [r, t]]
    data[:2, 2:] = data[2:, :2].T
    return SMatrix(data, ("a", "b", "c", "d"), (1, 1, 1, 1))


def weak_probe(coupling):
    """Wire L-R with a symmetric probe P of transparency `coupling` to either side.

    M. Büttiker, Y. Imry and M. Ya. Azbel, Phys. Rev. A 30, 1982 (1984).
    """
    e, root = np.sqrt(coupling), np.sqrt(1 - 2 * coupling)
    b, a = (root + 1) / 2, -coupling / (root + 1)  # a = (root - 1)/2, without cancellation
    return SMatrix([[-root, e, e], [e, a, b], [e, b, a]], ("P", "L", "R"), (1, 1, 1))


def chiral_edge(leads, channels):
    """Everything that enters lead j leaves through lead j + 1: a quantum Hall bar."""
    ring = np.roll(np.eye(leads), 1, axis=0)
    names = tuple(str(i) for i in range(leads))
    return SMatrix(np.kron(ring, np.eye(channels)), names, (channels,) * leads)


def pinched_hall_bar(channels, through):
    """Hall bar of six leads, between leads 1, 5 and 2, 4 a constriction that passes `through`.

    Channels circulate 0 -> 1 -> ... -> 5 -> 0; the constriction sends the others from 1 to 5
    and from 4 to 2.
    """
    data = chiral_edge(6, channels).data.copy()
    where = [np.arange(lead * channels, (lead + 1) * channels)[through:] for lead in range(6)]
    data[np.ix_(where[2], where[1])] = data[np.ix_(where[5], where[4])] = 0
    data[where[5], where[1]] = data[where[2], where[4]] = 1
    return SMatrix(data, tuple("012345"), (channels,) * 6)


def helical_ring(leads):
    """Spin up runs one way round, spin down the other: a quantum spin Hall bar."""
    onward = np.roll(np.eye(leads), 1, axis=0)
    data = np.kron(onward, [[1, 0], [0, 0]]) + np.kron(onward.T, [[0, 0], [0, 1]])
    spins = (("up", "down"),) * leads
    names = tuple(str(i + 1) for i in range(leads))
    return SMatrix(data, names, (2,) * leads, labels_out=spins, labels_in=spins)


def random_device(seed, **modes):
    """A scatterer without any symmetry but unitarity."""
    return circular_ensemble("A", modes, seed)
