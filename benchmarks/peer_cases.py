"""Raw-matrix devices solved by Kwant, in Kwant's interpreter (see `protocol`).

Kwant's leads couple through their first orbitals only, so the first cell of every lead becomes
part of the system; that is the same scattering problem.
"""

from typing import Any

import kwant
import numpy as np
from kwant.physics import modes, selfenergy
from protocol import serve, unpack
from scipy import sparse


class RawLead:
    """A lead whose interface is its whole cell."""

    parameters: frozenset[str] = frozenset()

    def __init__(self, cell: np.ndarray, hop: np.ndarray) -> None:
        self.cell, self.hop = cell, hop

    def modes(self, energy: float = 0, args: Any = (), *, params: Any = None) -> Any:
        return modes(self.cell - energy * np.eye(len(self.cell)), self.hop)

    def selfenergy(self, energy: float = 0, args: Any = (), *, params: Any = None) -> Any:
        return selfenergy(self.cell - energy * np.eye(len(self.cell)), self.hop)


class RawSystem(kwant.system.FiniteSystem):
    """The system interface of Kwant's solvers over one sparse matrix."""

    def __init__(self, matrix: Any, interfaces: list[np.ndarray], leads: list[RawLead]) -> None:
        self.matrix, self.lead_interfaces, self.leads = matrix, interfaces, leads
        self.parameters = frozenset()

    def hamiltonian(self, i: int, j: int, *args: Any, params: Any = None) -> Any:
        return self.matrix[i, j]

    def discrete_symmetry(self, args: Any = (), *, params: Any = None) -> Any:
        return kwant.physics.DiscreteSymmetry()

    def hamiltonian_submatrix(
        self, args: Any = (), sparse: bool = False, return_norb: bool = False, params: Any = None
    ) -> Any:
        norb = np.ones(self.matrix.shape[0], dtype=int)
        return (self.matrix, norb, norb) if return_norb else self.matrix


def solve(case: str, leads: int, energy: float) -> dict[str, Any]:
    """Transmissions (row: where to) and open modes of every lead."""
    arrays = unpack(case)
    blocks, interfaces = [arrays["hamiltonian"].astype(complex)], []
    size = len(blocks[0])
    total = size + sum(len(arrays[f"cell{i}"]) for i in range(leads))
    matrix = np.zeros((total, total), dtype=complex)
    matrix[:size, :size] = blocks[0]
    start = size
    for i in range(leads):
        own = np.arange(start, start + len(arrays[f"cell{i}"]))
        matrix[np.ix_(own, own)] = arrays[f"cell{i}"]
        matrix[np.ix_(own, arrays[f"sites{i}"])] += arrays[f"coupling{i}"]
        matrix[np.ix_(arrays[f"sites{i}"], own)] += arrays[f"coupling{i}"].conj().T
        interfaces.append(own)
        start += len(own)
    raw = [RawLead(arrays[f"cell{i}"], arrays[f"hop{i}"]) for i in range(leads)]
    s = kwant.smatrix(RawSystem(sparse.coo_matrix(matrix), interfaces, raw), energy)
    table = [[float(s.transmission(i, j)) for j in range(leads)] for i in range(leads)]
    return {"transmissions": table, "modes": [int(s.num_propagating(i)) for i in range(leads)]}


if __name__ == "__main__":
    serve({"solve": solve})
