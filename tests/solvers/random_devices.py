"""Random small devices and a dense reference that shares no code with the solver."""

from dataclasses import dataclass

import numpy as np
import scipy.linalg as la

import sharvin as sv


@dataclass(frozen=True)
class Raw:
    """A random device in plain matrices."""

    hamiltonian: np.ndarray
    leads: dict  # name -> (cell, hop, sites, coupling or None)
    energy: float

    def device(self) -> sv.Device:
        """The device in sharvin's words."""
        leads = {
            name: sv.MatrixLead(cell=cell, hop=hop, sites=sites)
            if coupling is None
            else sv.MatrixLead(cell=cell, hop=hop, sites=sites, coupling=coupling)
            for name, (cell, hop, sites, coupling) in self.leads.items()
        }
        return sv.Device.from_matrices(self.hamiltonian, leads=leads)


def hermitian(rng: np.random.Generator, n: int, real: bool) -> np.ndarray:
    """A random Hermitian matrix with entries of order one."""
    a = rng.normal(size=(n, n))
    if not real:
        a = a + 1j * rng.normal(size=(n, n))
    return (a + a.conj().T) / 2


def random_raw(
    seed: int, *, leads: int = 2, real: bool = True, coupling: bool = False, size: int = 14
) -> Raw:
    """A connected random device whose leads have open modes more often than not."""
    rng = np.random.default_rng(seed)
    h = hermitian(rng, size, real)
    h[rng.random((size, size)) < 0.35] = 0.0
    h = (h + h.conj().T) / 2
    described = {}
    for number in range(leads):
        m = int(rng.integers(1, 4))
        cell = 0.5 * hermitian(rng, m, real)
        hop = rng.normal(size=(m, m)) + (0 if real else 1j * rng.normal(size=(m, m)))
        if rng.random() < 0.25 and m > 1:
            hop[:, -1] = 0.0  # a singular hopping
        sites = rng.choice(size, size=m, replace=False)
        own = None
        if coupling:
            p = int(rng.integers(1, 4))
            sites = rng.choice(size, size=p, replace=False)
            own = rng.normal(size=(m, p)) + (0 if real else 1j * rng.normal(size=(m, p)))
        described[f"lead{number}"] = (cell, hop, sites, own)
    return Raw(h, described, float(rng.uniform(-0.4, 0.4)))


def surface_green(cell: np.ndarray, hop: np.ndarray, energy: float) -> np.ndarray:
    """Green function of the first cell, by the decaying half of a dense QZ pencil.

    Right at generic energies, which is all that it is used at: propagating waves are told apart
    by their velocity.
    """
    m = len(cell)
    one, zero = np.eye(m), np.zeros((m, m))
    # hop psi_{j-1} + (cell - E) psi_j + hop† psi_{j+1} = 0 for z_j = (psi_{j-1}, psi_j)
    left = np.block([[zero, one], [-hop, energy * one - cell]])
    right = np.block([[one, zero], [zero, hop.conj().T]])
    values, vectors = la.eig(left, right)
    chosen = []
    for value, vector in zip(values, vectors.T, strict=True):
        if not np.isfinite(value):
            continue
        wave = vector[:m]
        if np.abs(value) < 1 - 1e-8:
            chosen.append((value, wave))
        elif np.abs(value) < 1 + 1e-8:
            velocity = -2 * np.imag(wave.conj() @ hop.conj().T @ wave * value)
            if velocity > 0:
                chosen.append((value, wave))
    assert len(chosen) == m, "reference used at an energy it is not made for"
    waves = np.array([wave for _, wave in chosen]).T
    step = waves @ np.diag([value for value, _ in chosen]) @ np.linalg.pinv(waves)
    # psi_{j+1} = step psi_j, so (E - cell - hop† step) psi_1 = hop psi_0.
    return np.linalg.inv(energy * one - cell - hop.conj().T @ step)


def reference_transmissions(raw: Raw) -> np.ndarray:
    """T[i, j] between different leads by Tr Gamma_i G Gamma_j G†, all dense."""
    n = len(raw.hamiltonian)
    sigmas = []
    for cell, hop, sites, coupling in raw.leads.values():
        c = hop if coupling is None else coupling
        into = np.zeros((len(cell), n), complex)
        into[:, sites] = c
        sigmas.append(into.conj().T @ surface_green(cell, hop, raw.energy) @ into)
    g = np.linalg.inv(raw.energy * np.eye(n) - raw.hamiltonian - sum(sigmas))
    gammas = [1j * (s - s.conj().T) for s in sigmas]
    count = len(sigmas)
    t = np.zeros((count, count))
    for i in range(count):
        for j in range(count):
            t[i, j] = np.trace(gammas[i] @ g @ gammas[j] @ g.conj().T).real
    return t
