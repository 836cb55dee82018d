r"""Pumps of interacting electrons: small rings with Hubbard repulsion, diagonalized exactly."""

from itertools import combinations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import eigsh

from sharvin.errors import InvalidInput, Unreliable
from sharvin.matter.model import Model
from sharvin.topology.chern import link_chern_number
from sharvin.topology.pumps import TURN, Cycle, check_chain, check_cycle
from sharvin.typing import ComplexArray, IntArray, NumberArray, RealArray

MOST_SITES = 8
DENSE = 100  # states up to which the whole spectrum is found
SAME = 1e-6  # of the largest hopping: a gap below this counts as closed


def interacting_pump(
    model: Model,
    cycle: Cycle,
    *,
    cells: int,
    repulsion: float,
    electrons: tuple[int, int] | None = None,
    twists: int = 6,
    phases: int = 24,
    **params: float,
) -> int:
    r"""Electrons that a cycle pumps through a ring with a repulsion U on every site, an integer.

    .. math:: H = \sum_\sigma H_\sigma(\theta, \phi)
              + U \sum_i n_{i\uparrow} n_{i\downarrow}, \qquad
              Q = \frac{1}{2\pi} \oint d\theta \int_0^{2\pi} d\phi\; \Omega_{\theta\phi}

    the Chern number of the many-electron ground state over the phase of the cycle and the flux φ
    through the ring. At half filling it is 2 (one electron of each spin) as long as the gap stays
    open; a strong U turns the ring into a Mott insulator that pumps nothing.

    Parameters
    ----------
    model : Model
        One periodic direction and one orbital per site; each spin has this Hamiltonian.
    cycle : callable
        Phase in rad to parameters.
    cells : int
        Of the ring; at most 8 sites in all.
    repulsion : float
        U, meV.
    electrons : (int, int), optional
        Of spin up and down; by default half a filling of each.
    twists, phases : int
        Points of the grid.
    **params : float

    Returns
    -------
    int

    Raises
    ------
    Unreliable
        When the gap above the ground state closes on the grid: the message says where.

    References
    ----------
    Q. Niu and D. J. Thouless, J. Phys. A 17, 2453 (1984); M. Nakagawa et al., Phys. Rev. B 98,
    115147 (2018) for the repulsion.
    """
    check_chain(model)
    check_cycle(cycle)
    ring = _Ring(model, cells, electrons)
    states = np.empty((phases, twists, ring.size, 1), dtype=np.complex128)
    for i, theta in enumerate(TURN * np.arange(phases) / phases):
        for j, twist in enumerate(TURN * np.arange(twists) / twists):
            values = {**params, **cycle(float(theta))}
            (low, high), state = ring.lowest(values, float(twist), repulsion)
            if high - low < SAME * ring.scale(values):
                raise Unreliable(
                    f"the gap of the interacting ring closes at phase {theta:.4f} rad and flux "
                    f"{twist:.4f} rad; choose another cycle or a weaker repulsion"
                )
            states[i, j, :, 0] = state
    return link_chern_number(states)


def interacting_gap(
    model: Model,
    cycle: Cycle,
    *,
    cells: int,
    repulsion: float,
    electrons: tuple[int, int] | None = None,
    phases: int = 24,
    **params: float,
) -> RealArray:
    """Gap of the ring above its ground state along a cycle, shape (phases,), meV, without flux."""
    check_chain(model)
    check_cycle(cycle)
    ring = _Ring(model, cells, electrons)
    found = [
        ring.lowest({**params, **cycle(float(t))}, 0.0, repulsion)[0]
        for t in TURN * np.arange(phases) / phases
    ]
    gaps: RealArray = np.diff(np.array(found), axis=1)[:, 0]
    return gaps


class _Ring:
    """Two spins on a ring: bases of bit patterns, and its Hamiltonian."""

    def __init__(self, model: Model, cells: int, electrons: tuple[int, int] | None) -> None:
        sites = cells * len(model.orbitals)
        if set(model.orbitals) != {1} or model.reach[0] > 1:
            raise InvalidInput(
                "an interacting pump needs one orbital per site and hops between neighboring cells"
            )
        if int(cells) != cells or cells < 2 or sites > MOST_SITES:
            raise InvalidInput(
                f"an interacting ring needs 2 cells or more and at most {MOST_SITES} sites, got "
                f"{cells} cells of {len(model.orbitals)} sites"
            )
        up, down = electrons or (sites // 2, sites // 2)
        if not (0 <= up <= sites and 0 <= down <= sites and up + down > 0):
            raise InvalidInput(f"{sites} sites cannot hold {up} + {down} electrons")
        self.model, self.cells, self.sites = model, cells, sites
        bases = [_basis(sites, up), _basis(sites, down)]
        self.hops = [_Hops(codes, sites) for codes in bases]
        self.size = len(bases[0]) * len(bases[1])
        occupied = [(codes[:, None] >> np.arange(sites)) & 1 for codes in bases]
        self.double = (occupied[0].astype(float) @ occupied[1].T).ravel()

    def lowest(
        self, params: dict[str, float], twist: float, repulsion: float
    ) -> tuple[tuple[float, float], ComplexArray]:
        """Two lowest energies and the ground state."""
        one = self._particle(params, twist)
        up, down = (hops.matrix(one) for hops in self.hops)
        h = sparse.kron(up, sparse.eye_array(down.shape[0])) + sparse.kron(
            sparse.eye_array(up.shape[0]), down
        )
        h = sparse.csr_array(h + sparse.diags_array(repulsion * self.double))
        if self.size <= DENSE:
            energies, states = np.linalg.eigh(h.toarray())
        else:
            start = np.random.default_rng(1).normal(size=self.size)  # the same in every run
            energies, states = eigsh(h, k=2, which="SA", v0=start)
            order = np.argsort(energies)
            energies, states = energies[order], states[:, order]
        return (float(energies[0]), float(energies[1])), states[:, 0]

    def scale(self, params: dict[str, float]) -> float:
        """Largest matrix element of one electron."""
        return float(np.abs(self._particle(params, 0.0)).max())

    def _particle(self, params: dict[str, float], twist: float) -> NumberArray:
        """One electron on the ring; the flux sits on the bond that closes it."""
        model, kinds = self.model, len(self.model.orbitals)
        h = np.zeros((self.sites, self.sites), dtype=np.complex128)
        values = model.resolve(params)
        cell = kinds * np.arange(self.cells)
        for site in range(kinds):
            h[cell + site, cell + site] += model.onsite_block(site, values)[0, 0]
        for index, hop in enumerate(model.hoppings):
            step = int(hop.offset[0])
            rows = kinds * ((np.arange(self.cells) + step) % self.cells) + hop.to
            phase = np.exp(-1j * twist * step * (np.arange(self.cells) + step >= self.cells))
            amplitude = model.hopping_block(index, values)[0, 0] * phase
            np.add.at(h, (rows, cell + hop.from_), amplitude)
            np.add.at(h, (cell + hop.from_, rows), amplitude.conj())
        return h


def _basis(sites: int, count: int) -> IntArray:
    codes = [sum(1 << i for i in places) for places in combinations(range(sites), count)]
    return np.array(sorted(codes), dtype=np.int64)


class _Hops:
    """Hamiltonian of equal fermions from that of one, in a basis of bit patterns."""

    def __init__(self, codes: IntArray, sites: int) -> None:
        rows, columns, from_, to, signs = [], [], [], [], []
        for i in range(sites):
            for j in range(sites):
                without = codes & ~(1 << j)
                able = np.flatnonzero((codes >> j & 1 == 1) & (without >> i & 1 == 0))
                # every fermion between the two places costs a sign
                passed = _ones(codes[able] & ((1 << j) - 1)) + _ones(without[able] & ((1 << i) - 1))
                rows.append(np.searchsorted(codes, without[able] | 1 << i))
                columns.append(able)
                signs.append(1 - 2 * (passed % 2))
                to.append(np.full(len(able), i))
                from_.append(np.full(len(able), j))
        self.size = len(codes)
        self.place = np.concatenate(rows), np.concatenate(columns)
        self.element = np.concatenate(to), np.concatenate(from_)
        self.signs = np.concatenate(signs)

    def matrix(self, one: NumberArray) -> sparse.csr_array:
        """Matrix for the elements of one particle."""
        values = self.signs * one[self.element]
        kept = values != 0
        rows, columns = self.place
        entries = (values[kept], (rows[kept], columns[kept]))
        return sparse.coo_array(entries, shape=(self.size, self.size)).tocsr()


def _ones(codes: IntArray) -> IntArray:
    """Number of ones of each bit pattern."""
    counts: IntArray = (codes[:, None] >> np.arange(MOST_SITES) & 1).sum(axis=1)
    return counts
