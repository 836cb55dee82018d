"""Our side of versus_kpm.py: a torus of graphene, expanded on one core."""

import time

import numpy as np
from protocol import serve

import sharvin as sv

BOUND = 3.5 / 0.975


def run(name, cells, moments, vectors, energy, strength, seed=0):
    """CPU time and the number at one energy."""
    torus = sv.Torus(
        sv.graphene(hopping=1.0, lattice_constant=1.0), (cells, cells),
        disorder=sv.disorder(strength, seed=1),
    )  # fmt: skip
    options = {"moments": moments, "vectors": vectors, "vector_seed": seed, "workers": 1}
    # The same interval as on the other side, and so the same resolution.
    options["bounds"] = (-BOUND, BOUND)
    start = time.process_time()
    if name == "density of states":
        found = sv.spectral.density_of_states(torus, **options)
        answer = np.interp(energy, found.energy, found.density) * torus.size
    elif name == "σ_xx, one energy":
        found = sv.kubo_conductivity(torus, energy, method="single", **options)
        answer = found.conductivity / 2  # without spin
    else:
        grid = np.append(energy, np.linspace(-3.4, 3.4, 2 * moments - 1))
        found = sv.kubo_conductivity(torus, grid, method="pairs", **options)
        answer = found.conductivity[0] / 2
    return {"cpu_s": time.process_time() - start, "answer": float(answer)}


serve({"run": run})
