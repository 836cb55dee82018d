"""The point contact of 1988 as a Kwant user computes it: a loop over gate voltages and energies.

Usage: python kwant_staircase.py JOB.npz GATES WORKERS > result.json

The job holds the potential of the gates at one volt on every grid point, as a user has it from an
electrostatics code, the hopping, the Fermi energy and the temperatures. Each thermal average is
the trapezoidal rule over 15 energies kT apart; the temperatures share the energy in their middle.
That is generous to the loop: at 4.2 K its averages are off by up to 0.04 (2e²/h), since a riser is
narrower than kT, and kT / 2, twice the work, would bring 0.002. One process of a pool takes one
voltage at a time.
"""

import json
import sys
import time
from functools import cache
from multiprocessing import Pool

import kwant
import numpy as np

BOLTZMANN = 0.08617333262  # meV/K
STEPS = np.arange(-7, 8)  # in kT


def build(unit: np.ndarray, hopping: float) -> kwant.system.FiniteSystem:
    """Strip of 1 orbital per site between leads that continue the potential of its edges."""
    length, width = unit.shape
    lattice = kwant.lattice.square(norbs=1)

    def onsite(site, gate):
        x, y = site.tag
        return 4 * hopping + gate * unit[x, y]

    def onsite_left(site, gate):
        return 4 * hopping + gate * unit[0, site.tag[1]]

    def onsite_right(site, gate):
        return 4 * hopping + gate * unit[-1, site.tag[1]]

    system = kwant.Builder()
    system[(lattice(x, y) for x in range(length) for y in range(width))] = onsite
    system[lattice.neighbors()] = -hopping
    for direction, value in ((-1, onsite_left), (1, onsite_right)):
        lead = kwant.Builder(kwant.TranslationalSymmetry((direction, 0)))
        lead[(lattice(0, y) for y in range(width))] = value
        lead[lattice.neighbors()] = -hopping
        system.attach_lead(lead)
    return system.finalized()


@cache
def job(path: str) -> tuple:
    """System and numbers; every process of the pool makes them once."""
    with np.load(path) as given:
        numbers = {name: given[name] for name in given.files}
    return build(numbers["unit"], float(numbers["hopping"])), numbers


def conductances(task: tuple[str, float]) -> list[float]:
    """G at one gate voltage for all temperatures, 2e²/h."""
    path, gate = task
    system, numbers = job(path)
    level = float(numbers["level"])

    @cache
    def transmission(energy: float) -> float:
        s = kwant.smatrix(system, energy, params={"gate": gate})
        return s.transmission(1, 0)

    found = []
    for temperature in numbers["temperatures"]:
        if temperature == 0:
            found.append(transmission(level))
            continue
        weights = 1 / np.cosh(STEPS / 2) ** 2
        weights /= weights.sum()
        energies = level + STEPS * BOLTZMANN * temperature
        found.append(float(np.dot(weights, [transmission(float(e)) for e in energies])))
    return found


if __name__ == "__main__":
    path, count, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with np.load(path) as given:
        gates = given["gates"]
    chosen = gates[np.linspace(0, len(gates) - 1, count).round().astype(int)]
    started = time.perf_counter()
    tasks = [(path, float(gate)) for gate in chosen]
    if workers == 1:
        rows = [conductances(task) for task in tasks]
    else:
        with Pool(workers) as pool:
            rows = pool.map(conductances, tasks, chunksize=1)
    seconds = time.perf_counter() - started
    print(json.dumps({"gates": chosen.tolist(), "rows": rows, "seconds": seconds}))
