"""Fractional Chern insulators: a Landau level imitated by a band of a lattice, without a field."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.fractional.basis import Basis, Orbitals
from sharvin.manybody.fractional.hamiltonian import assemble
from sharvin.manybody.fractional.kernels import relabeled
from sharvin.manybody.fractional.solve import Levels, lowest_levels
from sharvin.manybody.fractional.terms import Terms
from sharvin.matter.hopping import Hopping
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.typing import ComplexArray, IntArray, NumberArray, RealArray

TURN = 2 * np.pi
LARGEST = 2_000_000  # states of all sectors together, which twists mix
# A plaquette with more flux than this hides more than half of its way to the next branch.
LARGEST_FLUX = np.pi / 2
CLOSED = 1e-9  # of the energies: rounding of equal levels
SINGULAR = 1e-6  # smallest overlap of multiplets at neighboring twists

# Neighbors of site A among the B sites, by cell; around an A site they alternate in phase.
AROUND = ((0, 0), (-1, 0), (-1, -1), (0, -1))


def checkerboard(*, hopping: float = 1.0, second: float = 1 - np.sqrt(0.5)) -> Model:
    r"""Two square lattices in each other: flux π around half of the diagonals, a flat lower band.

    Nearest neighbors :math:`t e^{\pm i\pi/4}`, second neighbors ±t₂ along x and y, opposite on the
    two lattices; lower band of Chern number ±1.

    References
    ----------
    K. Sun, Z. Gu, H. Katsura, S. Das Sarma, Phys. Rev. Lett. 106, 236803 (2011).
    """
    near = [
        Hopping(hopping * np.exp(1j * np.pi / 4 * (-1) ** i), cell, to=1, from_=0)
        for i, cell in enumerate(AROUND)
    ]
    far = [
        Hopping(sign * second, cell, to=site, from_=site)
        for site in (0, 1)
        for cell, sign in (((1, 0), 1 - 2 * site), ((0, 1), 2 * site - 1))
    ]
    lattice = Lattice(np.eye(2), basis=[[0.0, 0.0], [0.5, 0.5]])
    return Model(lattice, onsite=[0.0, 0.0], hoppings=[*near, *far], name="checkerboard")


@dataclass(frozen=True)
class Repulsion:
    """Energy ``strength`` for particles at once on orbital ``a`` and ``offset`` away on ``b``."""

    a: int
    b: int
    offset: tuple[int, int]
    strength: float = 1.0


NEIGHBORS = tuple(Repulsion(0, 1, cell) for cell in AROUND)


@dataclass(frozen=True, eq=False)
class FlatBand:
    r"""Fermions in one band of a crystal, its dispersion taken away, with a repulsion.

    .. math:: H = \sum_{bonds} U\, \bar n_{R a}\, \bar n_{R + o, b},

    densities projected onto the band: valid for a repulsion between band width and band gap.

    Parameters
    ----------
    model : Model
        Two periodic directions; the periodic gauge of `Model.bloch`.
    cells : (int, int)
        Of the periodic sample.
    particles : int
    repulsion : sequence of Repulsion
        By default 1 between nearest neighbors of the `checkerboard`.
    band : int

    References
    ----------
    N. Regnault, B. A. Bernevig, Phys. Rev. X 1, 021014 (2011); T. Neupert et al., Phys. Rev. Lett.
    106, 236804 (2011).
    """

    model: Model
    cells: tuple[int, int]
    particles: int
    repulsion: Sequence[Repulsion] = NEIGHBORS
    band: int = 0
    space: Orbitals = field(init=False, repr=False)
    sectors: dict[tuple[int, ...], Basis] = field(init=False, repr=False)
    whole: Basis = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.model.lattice.dimension != 2:
            raise InvalidInput(
                f"a flat band needs a model with 2 periodic directions, but {self.model.name} has "
                f"{self.model.lattice.dimension}"
            )
        nx, ny = (int(n) for n in self.cells)
        if min(nx, ny) < 2:
            raise InvalidInput(f"cells must be 2 x 2 at least, got {self.cells}")
        width = sum(self.model.orbitals)
        wrong = [r for r in self.repulsion if not (0 <= r.a < width and 0 <= r.b < width)]
        if wrong or not 0 <= self.band < width:
            raise InvalidInput(
                f"{self.model.name} has orbitals and bands 0 to {width - 1}; got band "
                f"{self.band} and repulsions {wrong}"
            )
        space = Orbitals(np.array(list(product(range(nx), range(ny))), np.int64), (nx, ny))
        space.check(self.particles)
        if space.total(self.particles) > LARGEST:
            raise InvalidInput(
                f"{self.particles} particles in {nx * ny} cells have "
                f"{space.total(self.particles):.3g} states, more than {LARGEST:.0e}; take fewer"
            )
        sectors = {k: Basis(space, self.particles, k) for k in space.dimensions(self.particles)}
        object.__setattr__(self, "space", space)
        object.__setattr__(self, "sectors", sectors)
        object.__setattr__(self, "whole", Basis(space, self.particles))

    def waves(self, twist: tuple[float, float] = (0.0, 0.0)) -> ComplexArray:
        """Band states at the wave vectors of the sample, shape (cells, orbitals of a cell)."""
        places = self._places(twist) @ self.model.lattice.reciprocal
        states: ComplexArray = np.linalg.eigh(self.model.bloch(places))[1][..., self.band]
        return states

    def _places(self, twist: tuple[float, float]) -> RealArray:
        places: RealArray = (self.space.charges + np.array(twist) / TURN) / np.array(self.cells)
        return places

    def terms(self, twist: tuple[float, float] = (0.0, 0.0)) -> Terms:
        """Elements of the repulsion between pairs of wave vectors, at twists of the boundary."""
        u, places = self.waves(twist), self._places(twist)
        count, cells = len(u), np.array(self.cells)
        i, j = np.triu_indices(count, 1)
        totals = (self.space.charges[i] + self.space.charges[j]) % cells
        labels = totals[:, 0] * cells[1] + totals[:, 1]
        blocks = []
        for label in np.unique(labels):
            chosen = labels == label
            pairs = np.stack([i[chosen], j[chosen]], axis=1)
            matrix = np.zeros((len(pairs), len(pairs)), np.complex128)
            for bond in self.repulsion:
                phase = np.exp(2j * np.pi * (places @ np.array(bond.offset)))
                a, b = u[:, bond.a], u[:, bond.b] * phase
                # amplitude that the pair has one particle at each end of the bond
                ends = a[pairs[:, 0]] * b[pairs[:, 1]] - a[pairs[:, 1]] * b[pairs[:, 0]]
                matrix += bond.strength / count * np.outer(ends.conj(), ends)
            blocks.append((pairs, matrix))
        return Terms.from_blocks(blocks)

    def lowest(
        self, twist: tuple[float, float] = (0.0, 0.0), count: int = 2
    ) -> dict[tuple[int, ...], Levels]:
        """Lowest levels of each total momentum (steps of 2π over the sides)."""
        terms = [self.terms(twist)]
        return {
            k: lowest_levels(assemble(basis, terms), count) for k, basis in self.sectors.items()
        }

    def multiplet(self, twist: tuple[float, float], states: int) -> tuple[RealArray, NumberArray]:
        """Lowest energies of all sectors, one more than asked, and the states in `whole`."""
        found = self.lowest(twist, count=states + 1)
        ranked = sorted(
            (float(e), k, n) for k, level in found.items() for n, e in enumerate(level.energies)
        )
        if len(ranked) < states:
            raise InvalidInput(f"{states} states asked for, but there are {len(ranked)}")
        vectors = np.zeros((len(self.whole), states), np.complex128)
        for column, (_, k, n) in enumerate(ranked[:states]):
            vectors[self.whole.index(self.sectors[k].codes), column] = found[k].states[:, n]
        energies = [e for e, _, _ in ranked[: states + 1]]
        if len(energies) == states:
            energies.append(np.inf)  # nothing above: a filled band
        return np.array(energies), vectors


@dataclass(frozen=True, eq=False)
class ManyBodyChern:
    """Chern number of a multiplet over two twists.

    Parameters
    ----------
    number : int
        Of the whole multiplet; each of d states conducts ``number / d`` e²/h.
    raw : float
        Sum of the fluxes over 2π, before rounding.
    fluxes : real array, shape (grid, grid)
        Berry flux of each plaquette of twists, in rad.
    gap : float
        Smallest gap above the multiplet.
    spread : float
        Largest width of the multiplet.
    overlap : float
        Smallest overlap (a determinant) of multiplets at neighboring twists; 1 on a fine grid.
    """

    number: int
    raw: float
    fluxes: RealArray
    gap: float
    spread: float
    overlap: float


def many_body_chern(band: FlatBand, *, states: int, grid: int = 6) -> ManyBodyChern:
    r"""Chern number of the ``states`` lowest states of a flat band over twists of its boundary.

    .. math:: C = -\frac{1}{2\pi} \sum_\square \arg \prod
              \det \langle \Psi_a(\theta) | \Psi_b(\theta') \rangle

    Overlaps of Slater determinants of Bloch waves at shifted wave vectors; a twist of 2π is glued
    to 0 by relabeling wave vectors. Signs as in `sharvin.topology`: ψ(r + L) = e^{iθ} ψ(r).

    Raises
    ------
    Unreliable
        When the multiplet is not separated by a gap at some twist.

    References
    ----------
    Q. Niu, D. J. Thouless, Y.-S. Wu, Phys. Rev. B 31, 3372 (1985).
    """
    if int(grid) != grid or grid < 4:
        raise InvalidInput(f"grid must be a whole number from 4 on, got {grid!r}")
    angles = TURN * np.arange(grid) / grid
    twists = [[(x, y) for y in angles] for x in angles]
    solved = [[band.multiplet(t, states) for t in row] for row in twists]
    energies = np.array([[e for e, _ in row] for row in solved])
    gap = float((energies[..., states] - energies[..., states - 1]).min())
    spread = float((energies[..., states - 1] - energies[..., 0]).max())
    if gap < CLOSED * float(np.abs(energies[..., :states]).max()):
        raise Unreliable(
            f"the {states} lowest states are not separated from the next one (gap {gap:.2e}) at "
            "some twist; ask for the whole multiplet, or another filling"
        )
    waves = [[band.waves(t) for t in row] for row in twists]
    vectors = [[v for _, v in row] for row in solved]
    links = np.array(
        [
            [[_link(band, vectors, waves, (x, y), axis) for y in range(grid)] for x in range(grid)]
            for axis in (0, 1)
        ]
    )
    if np.abs(links).min() < SINGULAR:
        raise Unreliable(
            f"multiplets at neighboring twists overlap by only {np.abs(links).min():.1e}: take a "
            "finer grid"
        )
    first, second = links
    around = first * np.roll(second, -1, 0) * np.roll(first, -1, 1).conj() * second.conj()
    fluxes: RealArray = -np.angle(around)
    if np.abs(fluxes).max() > LARGEST_FLUX:
        raise Unreliable(
            f"the multiplet turns by {np.abs(fluxes).max():.2f} rad around a plaquette: take a "
            "finer grid"
        )
    raw = float(fluxes.sum() / TURN)
    return ManyBodyChern(round(raw), raw, fluxes, gap, spread, float(np.abs(links).min()))


def _link(
    band: FlatBand,
    vectors: list[list[NumberArray]],
    waves: list[list[ComplexArray]],
    at: tuple[int, int],
    axis: int,
) -> complex:
    """Determinant of the overlaps of a multiplet with the next one along an axis."""
    grid = len(vectors)
    x, y = at
    to = ((x + 1) % grid, y) if axis == 0 else (x, (y + 1) % grid)
    here, there = vectors[x][y], vectors[to[0]][to[1]]
    wave, next_ = waves[x][y], waves[to[0]][to[1]]
    if to[axis] == 0:  # a whole turn: wave vector n has become n + 1
        moved = _moved(band, axis)
        next_ = next_[moved]
        there = _relabel(band.whole, np.argsort(moved), there)
    overlaps = (wave.conj() * next_).sum(axis=1)
    weights = np.where(band.whole.occupations() > 0, overlaps, 1.0).prod(axis=1)
    return complex(np.linalg.det(here.conj().T @ (weights[:, None] * there)))


def _moved(band: FlatBand, axis: int) -> IntArray:
    """Index of the wave vector one step further along an axis, for each."""
    nx, ny = band.cells
    step = band.space.charges.copy()
    step[:, axis] += 1
    moved: IntArray = (step[:, 0] % nx) * ny + step[:, 1] % ny
    return moved


def _relabel(basis: Basis, to: IntArray, states: NumberArray) -> NumberArray:
    """States after orbital i has become ``to[i]``."""
    codes, signs = np.empty(len(basis), np.int64), np.empty(len(basis), np.int64)
    relabeled(basis.codes, np.ascontiguousarray(to), codes, signs)
    out = np.empty_like(states)
    out[basis.index(codes)] = signs[:, None] * states
    return out


def spectral_flow(
    band: FlatBand, *, turns: int = 3, points: int = 24, count: int = 2, axis: int = 0
) -> tuple[RealArray, dict[tuple[int, ...], RealArray]]:
    """Levels of each sector while ``turns`` flux quanta h/e are threaded, without relabeling.

    Returns
    -------
    twist : real array, shape (turns * points + 1,)
        In flux quanta.
    energies : dict
        By total momentum at zero flux; shape (twists, count).
    """
    twist = np.arange(turns * points + 1) / points
    rows = []
    for t in twist:
        angle = (TURN * t, 0.0) if axis == 0 else (0.0, TURN * t)
        rows.append(band.lowest(angle, count))
    return twist, {k: np.array([row[k].energies for row in rows]) for k in band.sectors}
