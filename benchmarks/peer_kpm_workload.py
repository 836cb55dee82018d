"""Kwant's side of versus_kpm.py: kwant.kpm on the same matrices, on one core."""

import time

import kwant
import numpy as np
import scipy.sparse as sp
from protocol import serve

from sharvin.device.disorder import uniform


def graphene(cells, strength):
    """Hamiltonian and x-velocity (ħ = 1) of the same torus, and its area."""
    number = np.arange(cells * cells).reshape(cells, cells)
    rows, columns, apart = [], [], []
    places = np.array([[0.0, 0.0], [0.0, 1 / np.sqrt(3)]])
    vectors = np.array([[1.0, 0.0], [0.5, np.sqrt(0.75)]])
    for step in ((0, 0), (0, -1), (1, -1)):
        there = np.roll(number, (-step[0], -step[1]), (0, 1))
        rows.append(2 * there.ravel() + 1)
        columns.append(2 * number.ravel())
        shift = np.array(step) @ vectors + places[1] - places[0]
        apart.append(np.full(cells * cells, shift[0]))
    rows, columns, apart = (np.concatenate(part) for part in (rows, columns, apart))
    shape = (2 * cells * cells,) * 2
    half = sp.csr_matrix((-np.ones(len(rows)), (rows, columns)), shape=shape)
    # v = i [H, x]: i H_ij (x_j - x_i)
    moved = sp.csr_matrix((1j * apart, (rows, columns)), shape=shape)
    where = np.stack(np.divmod(np.arange(cells * cells), cells), axis=1).repeat(2, axis=0)
    rough = strength * uniform(1, where, np.tile([0, 1], cells * cells))
    hamiltonian = (half + half.T + sp.diags(rough)).tocsr().astype(complex)
    return hamiltonian, (moved + moved.getH()).tocsr(), np.sqrt(0.75) * cells**2


def run(name, cells, moments, vectors, energy, strength, seed=0):
    """CPU time and the number at one energy."""
    hamiltonian, velocity, area = graphene(cells, strength)
    drawn = kwant.kpm.RandomVectors(hamiltonian, rng=np.random.RandomState(seed))
    options = {"num_moments": moments, "num_vectors": vectors, "vector_factory": drawn}
    options["bounds"] = (-3.5, 3.5)  # of the spectrum; 2.5 % are added
    start = time.process_time()
    if name == "density of states":
        found = kwant.kpm.SpectralDensity(hamiltonian, **options)
        answer = np.real(found(energy))
    else:
        # With operators given, positions are asked for but not used.
        found = kwant.kpm.conductivity(
            hamiltonian, alpha=velocity, beta=velocity,
            positions=np.zeros((hamiltonian.shape[0], 2)), **options,
        )  # fmt: skip
        answer = np.real(found(mu=energy, temperature=0)) / area
    return {"cpu_s": time.process_time() - start, "answer": float(answer)}


serve({"run": run})
