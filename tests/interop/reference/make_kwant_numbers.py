"""Make kwant_numbers.json: small Kwant systems, their matrices, and what Kwant says of them.

    KWANT_PYTHON tests/interop/reference/make_kwant_numbers.py

Made with Kwant 1.5.0 (MUMPS or SciPy's SuperLU, both agree to 1e-12). Every system comes with the
matrices that Kwant's own value functions produced, so that the tests need no Kwant: they replay
them through the interface of a finalized system.
"""

import json
from pathlib import Path
from typing import Any

import kwant
import numpy as np

SX, SY, SZ = np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1.0, -1.0])


def wire(lattice, direction, sites, onsite, **law):
    lead = kwant.Builder(kwant.TranslationalSymmetry(direction), **law)
    lead[sites] = onsite
    return lead


def strip(lattice, length, width, onsite, hopping, *, lead_onsite=None, **law):
    system = kwant.Builder()
    system[(lattice(x, y) for x in range(length) for y in range(width))] = onsite
    system[lattice.neighbors()] = hopping
    rows = [lattice(0, y) for y in range(width)]
    lead = wire(lattice, (-1, 0), rows, onsite if lead_onsite is None else lead_onsite, **law)
    lead[lattice.neighbors()] = hopping
    system.attach_lead(lead)
    system.attach_lead(lead.reversed())
    return system


def gated():
    def onsite(site, gate):
        x, y = site.tag
        return 4 + gate * np.exp(-((x - 2) ** 2)) * abs(y - 1.5)

    system = strip(kwant.lattice.square(norbs=1), 5, 4, onsite, -1, lead_onsite=4)
    return system, [(1.3, {"gate": 0.0}), (1.3, {"gate": 0.7}), (2.2, {"gate": 0.7})]


def three_terminal_field():
    def hopping(to, from_, flux):
        (x, y), (x_from, y_from) = to.pos, from_.pos
        return -np.exp(-0.5j * flux * (y + y_from) * (x - x_from))

    lattice = kwant.lattice.square(norbs=1)
    system = strip(lattice, 4, 3, 4, hopping)
    top = wire(lattice, (0, 1), [lattice(x, 0) for x in (1, 2)], 3.5)
    top[lattice.neighbors()] = -1
    system.attach_lead(top)
    return system, [(1.6, {"flux": 0.0}), (1.6, {"flux": 0.4})]


def rashba():
    def onsite(site):
        x, y = site.tag
        return 4 * np.eye(2) + 0.3 * np.sin(3 * x + 5 * y) * np.eye(2) + 0.1 * SX

    lattice = kwant.lattice.square(norbs=2)
    system = strip(lattice, 4, 3, onsite, -np.eye(2), lead_onsite=4 * np.eye(2) + 0.1 * SX)
    for builder in (system, system.leads[0].builder, system.leads[1].builder):
        builder[kwant.HoppingKind((1, 0), lattice)] = -np.eye(2) + 0.2j * SY
        builder[kwant.HoppingKind((0, 1), lattice)] = -np.eye(2) - 0.2j * SX
    return system, [(1.93, {}), (3.1, {})]


def spin_conserved():
    def onsite(site):
        return 4 * np.eye(2) + 0.4 * np.cos(site.tag[0]) * SX

    lattice = kwant.lattice.square(norbs=2)
    lead_onsite = 4 * np.eye(2) + 0.35 * SZ
    law = {"conservation_law": -SZ}
    system = strip(lattice, 3, 2, onsite, -np.eye(2), lead_onsite=lead_onsite, **law)
    return system, [(3.2, {}), (4.5, {})]


def graphene():
    lattice = kwant.lattice.honeycomb(norbs=1, name=["a", "b"])
    system = kwant.Builder()
    system[lattice.shape(lambda r: 0 <= r[0] < 3 and 0 <= r[1] < 2.5, (1, 1))] = lambda site: (
        0.2 * np.sin(7 * site.pos[0] + 3 * site.pos[1])
    )
    system[lattice.neighbors()] = -1
    lead = kwant.Builder(kwant.TranslationalSymmetry((-1, 0)))
    lead[lattice.shape(lambda r: 0 <= r[1] < 2.5, (1, 1))] = 0
    lead[lattice.neighbors()] = -1
    system.attach_lead(lead)
    system.attach_lead(lead.reversed())
    return system, [(0.15, {}), (1.3, {})]


def long_cell():
    """A supercell of two columns: half of the lead's orbitals do not touch the next cell."""
    lattice = kwant.lattice.square(norbs=1)
    system = kwant.Builder()
    system[(lattice(x, y) for x in range(4) for y in range(2))] = lambda s: 0.3 * s.tag[1]
    system[lattice.neighbors()] = -1
    lead = kwant.Builder(kwant.TranslationalSymmetry((-2, 0)))
    lead[(lattice(x, y) for x in (0, 1) for y in (0, 1))] = lambda s: 0.5 * (s.tag[0] % 2)
    lead[lattice.neighbors()] = -1
    system.attach_lead(lead)
    system.attach_lead(lead.reversed())
    return system, [(0.4, {}), (-1.1, {})]


def dead_first():
    lattice = kwant.lattice.chain(norbs=2)
    system = kwant.Builder()
    system[(lattice(x) for x in range(3))] = np.diag([0.1, -0.2])
    system[lattice.neighbors()] = -np.eye(2) + 0.3 * SX
    dead = kwant.Builder(kwant.TranslationalSymmetry((-1,)))
    dead[lattice(0)], dead[lattice.neighbors()] = np.eye(2), np.zeros((2, 2))
    live = kwant.Builder(kwant.TranslationalSymmetry((1,)))
    live[lattice(0)], live[lattice.neighbors()] = np.zeros((2, 2)), -np.eye(2)
    system.attach_lead(dead)
    system.attach_lead(live)
    system.attach_lead(live.reversed())
    return system, [(0.3, {})]


def self_energy():
    system, _ = three_terminal_field()
    finalized = system.finalized()
    lead = finalized.leads[2]

    class Contact:
        parameters = frozenset({"flux"})

        def selfenergy(self, energy, args=(), *, params=None):
            return lead.selfenergy(energy, args, params=params)

    finalized.leads[2] = Contact()
    return finalized, [(1.6, {"flux": 0.4})]


SYSTEMS = (
    gated,
    three_terminal_field,
    rashba,
    spin_conserved,
    graphene,
    long_cell,
    dead_first,
    self_energy,
)


def pairs(matrix: Any) -> Any:
    """Complex matrix as nested lists of [re, im]."""
    array = np.asarray(matrix, dtype=complex)
    return np.stack([array.real, array.imag], axis=-1).tolist()


def lead_numbers(lead: Any, energy: float, params: dict[str, float]) -> dict[str, Any]:
    if not hasattr(lead, "modes"):
        return {"self_energy": pairs(lead.selfenergy(energy, params=params))}
    modes = lead.modes(energy, params=params)[0]
    law = lead.discrete_symmetry(params=params).projectors
    return {
        "cell": pairs(lead.cell_hamiltonian(params=params)),
        "hop": pairs(lead.inter_cell_hopping(params=params)),
        "projectors": None if law is None else [pairs(p.toarray()) for p in law],
        "momenta": modes.momenta.tolist(),
        "velocities": modes.velocities.tolist(),
        "block_nmodes": list(getattr(modes, "block_nmodes", [])),
    }


def numbers(build: Any) -> dict[str, Any]:
    system, points = build()
    system = system.finalized() if hasattr(system, "finalized") else system
    stored = []
    for energy, params in points:
        named = params or None
        h, norb = system.hamiltonian_submatrix(params=named, return_norb=True)[:2]
        contact = any(not hasattr(lead, "modes") for lead in system.leads)
        solve = kwant.greens_function if contact else kwant.smatrix
        result = solve(system, energy, params=named)
        leads = range(len(system.leads))
        stored.append(
            {
                "energy": energy,
                "params": params,
                "hamiltonian": pairs(h),
                "leads": [lead_numbers(lead, energy, named) for lead in system.leads],
                "transmissions": [[float(result.transmission(i, j)) for j in leads] for i in leads],
                "counts": [int(result.num_propagating(i)) for i in leads],
            }
        )
    return {
        "norb": [int(n) for n in norb],
        "graph": [[int(i), int(j)] for i, j in system.graph],
        "positions": [list(map(float, system.pos(i))) for i in range(len(norb))],
        "interfaces": [[int(i) for i in sites] for sites in system.lead_interfaces],
        "points": stored,
    }


def main() -> None:
    data = {"kwant": kwant.__version__, "systems": {b.__name__: numbers(b) for b in SYSTEMS}}
    path = Path(__file__).with_name("kwant_numbers.json")
    path.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
