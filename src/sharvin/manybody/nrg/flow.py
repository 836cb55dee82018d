"""Down the chain: diagonalize, keep the lowest states, add a site, and remember everything.

The states that are thrown away, of all shells together, are a complete basis of the whole chain
(Anders and Schiller): the discarded states of shell n stand for :math:`4^{N-n}` states each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sharvin.manybody.nrg.blocks import (
    DOWN,
    UP,
    Charges,
    Product,
    carried,
    edge_operators,
    hamiltonian,
    less,
    products,
)
from sharvin.manybody.nrg.eigen import eigenstates
from sharvin.manybody.nrg.mirror import Parities, mirrored, own_image, swapped
from sharvin.typing import RealArray

# The cut is made at the widest gap this close to the number asked for: a multiplet stays whole.
SLACK = 0.08


@dataclass(frozen=True, eq=False)
class Shell:
    """All eigenstates of the chain up to one site.

    Parameters
    ----------
    blocks : mapping to Product
        How the states are made of the last shell's kept ones and the new site.
    energies : mapping to array, shape (states,)
        Ascending in each block; measured from the ground state of this shell.
    vectors : mapping to array, shape (rows, states)
    kept : mapping to int
        The first so many of a block go on to the next shell.
    impurity : mapping of spin to matrices
        The impurity's annihilators between all states, as `carried` returns them.
    ground : float
        Energy of this shell's ground state, from that of the last shell's.
    parities : mapping to array, shape (states,), or None
        What exchanging up and down does; None in a field.
    dressed : mapping of spin to matrices
        The same annihilators times the number of electrons of the other spin, where asked for.
    """

    blocks: Mapping[Charges, Product]
    energies: Mapping[Charges, RealArray]
    vectors: Mapping[Charges, RealArray]
    kept: Mapping[Charges, int]
    impurity: Mapping[Charges, Mapping[Charges, RealArray]]
    ground: float
    parities: Parities | None = None
    dressed: Mapping[Charges, Mapping[Charges, RealArray]] = field(default_factory=dict)

    @property
    def states(self) -> int:
        """How many."""
        return sum(len(e) for e in self.energies.values())

    @property
    def cutoff(self) -> float:
        """Energy of the lowest discarded state; infinite where all are kept."""
        discarded = [
            e[self.kept[charges]] for charges, e in self.energies.items()
            if self.kept[charges] < len(e)
        ]  # fmt: skip
        return min(discarded, default=np.inf)


def impurity_energies(level: float, interaction: float, zeeman: float) -> dict[Charges, float]:
    """Energies of the four states of a dot with one orbital; spin down is raised by `zeeman`/2."""
    up, down = level - zeeman / 2, level + zeeman / 2
    return {(0, 0): 0.0, (1, 0): up, (0, 1): down, (1, 1): up + down + interaction}


def flow(
    start: Mapping[Charges, float],
    hops: Sequence[float],
    *,
    states: int,
    spins: tuple[Charges, ...] = (UP, DOWN),
    dressed: bool = False,
) -> list[Shell]:
    """Every shell, from the impurity and its first neighbor to the whole chain.

    Parameters
    ----------
    start : mapping of charges to energy
        The four states of the first site.
    hops : sequence of float
        To the second site, the third, and so on.
    states : int
        How many to keep.
    spins : tuple of charges
        Whose operators of the first site are followed.
    dressed : bool
        Follow their products with the number of electrons of the other spin as well.
    """
    lowest = min(start.values())
    energies = {charges: np.array([e - lowest]) for charges, e in start.items()}
    kept = dict.fromkeys(start, 1)
    edge = {
        UP: {(1, 0): np.ones((1, 1)), (1, 1): np.ones((1, 1))},
        DOWN: {(0, 1): np.ones((1, 1)), (1, 1): -np.ones((1, 1))},
    }
    impurity = {spin: edge[spin] for spin in spins}
    both = {
        spin: {q: m * (q == (1, 1)) for q, m in edge[spin].items()} for spin in spins if dressed
    }
    parities = _parities(start)
    shells = []
    for hop in hops:
        shell = _shell(energies, edge, (impurity, both), kept, hop, states, parities)
        shells.append(shell)
        kept = dict(shell.kept)
        if shell.parities is not None:
            parities = {q: p[: kept[q]] for q, p in shell.parities.items()}
        energies = {q: e[: kept[q]] for q, e in shell.energies.items()}
        edge = edge_operators(shell.blocks, shell.vectors, kept)
        impurity, both = (_cut_to(kept, found) for found in (shell.impurity, shell.dressed))
    return shells


def _cut_to(
    kept: Mapping[Charges, int], operators: Mapping[Charges, Mapping[Charges, RealArray]]
) -> dict[Charges, dict[Charges, RealArray]]:
    """Operators between kept states."""
    return {
        spin: {q: m[: kept[less(q, spin)], : kept[q]] for q, m in matrices.items()}
        for spin, matrices in operators.items()
    }


def _parities(start: Mapping[Charges, float]) -> Parities | None:
    """Parities of the four states of the first site, None if a field tells up from down."""
    if start[UP] != start[DOWN]:
        return None
    return {charges: np.array([-1.0 if charges == (1, 1) else 1.0]) for charges in start}


def _shell(
    energies: Mapping[Charges, RealArray],
    edge: Mapping[Charges, Mapping[Charges, RealArray]],
    operators: tuple[Mapping[Charges, Mapping[Charges, RealArray]], ...],
    kept: Mapping[Charges, int],
    hop: float,
    states: int,
    parities: Parities | None,
) -> Shell:
    blocks = {q: p for q, p in products(kept).items() if p.size}
    spectra, vectors, parities = _diagonalize(blocks, energies, edge, hop, parities)
    ground = min(e[0] for e in spectra.values())
    spectra = {charges: e - ground for charges, e in spectra.items()}
    cut = _cut(np.sort(np.concatenate(list(spectra.values()))), states)
    impurity, dressed = (
        {spin: carried(m, spin, blocks, vectors) for spin, m in one.items()} for one in operators
    )
    return Shell(
        blocks=blocks,
        energies=spectra,
        vectors=vectors,
        kept={charges: int(np.searchsorted(e, cut)) for charges, e in spectra.items()},
        impurity=impurity,
        ground=float(ground),
        parities=parities,
        dressed=dressed,
    )


def _diagonalize(
    blocks: Mapping[Charges, Product],
    energies: Mapping[Charges, RealArray],
    edge: Mapping[Charges, Mapping[Charges, RealArray]],
    hop: float,
    old: Parities | None,
) -> tuple[dict[Charges, RealArray], dict[Charges, RealArray], Parities | None]:
    """Energies, vectors and (with the mirror symmetry) parities of all blocks."""
    spectra: dict[Charges, RealArray] = {}
    vectors: dict[Charges, RealArray] = {}
    parities: dict[Charges, RealArray] = {}
    for charges in sorted(blocks, key=lambda q: q[1] - q[0]):
        product, image = blocks[charges], swapped(charges)
        if old is not None and image in spectra:
            spectra[charges] = spectra[image]
            vectors[charges] = mirrored(vectors[image], blocks[image], product, old)
            parities[charges] = parities[image]
            continue
        h = hamiltonian(product, energies, edge, hop)
        if old is not None and image == charges:
            spectra[charges], vectors[charges], parities[charges] = own_image(h, product, old)
            continue
        spectra[charges], vectors[charges] = eigenstates(h)
        parities[charges] = np.ones(product.size)
    return spectra, vectors, None if old is None else parities


def _cut(energies: RealArray, states: int) -> float:
    """Energy in the widest gap near the place asked for, infinite if there are no more states."""
    if len(energies) <= states * (1 + SLACK):
        return np.inf
    first = int(states * (1 - SLACK))
    near = energies[first : int(states * (1 + SLACK)) + 1]
    place = int(np.argmax(np.diff(near)))
    return float(near[place] + near[place + 1]) / 2
