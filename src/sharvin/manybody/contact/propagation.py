"""Nonequilibrium Green functions of a barrier on a grid of frequencies, and their diagrams."""

from dataclasses import dataclass

import numpy as np

from sharvin.formulas.thermal import fermi
from sharvin.manybody.contact.barrier import HubbardBarrier
from sharvin.manybody.contact.chain import lead_self_energy
from sharvin.manybody.contact.grid import FrequencyGrid
from sharvin.typing import ComplexArray, IntArray, RealArray

CHUNK = 128  # frequencies inverted together: their matrices stay in the cache
SHARP = 1e-6  # of a grid step: width outside the band, once scattering broadens the levels
NEGLIGIBLE = 1e-8  # of the largest U


@dataclass(frozen=True, eq=False)
class Spin:
    """Green functions of one spin.

    Parameters
    ----------
    lesser, greater : complex array, shape (pairs, frequencies)
        Between pairs i <= j of interacting sites.
    ends : complex array, shape (2, frequencies)
        Lesser function on the first and the last site.
    spectral : real array, shape (2, frequencies)
        A = i (G^> - G^<) there.
    filled : real array, shape (sites,)
    """

    lesser: ComplexArray
    greater: ComplexArray
    ends: ComplexArray
    spectral: RealArray
    filled: RealArray


class Propagator:
    """Dyson and Keldysh equations of a barrier between two reservoirs at given voltages.

    Outside the band of the leads nothing broadens a level before electrons scatter. There each
    site is given a width, filled as in equilibrium. It shrinks to nothing once the self-energy is
    there: a width that stayed would be a third lead, through which charge leaks.

    Parameters
    ----------
    barrier : HubbardBarrier
    grid : FrequencyGrid
    thermal_energy, zeeman, bias : float
    """

    def __init__(
        self,
        barrier: HubbardBarrier,
        grid: FrequencyGrid,
        thermal_energy: float,
        zeeman: float,
        bias: float,
    ) -> None:
        self.barrier, self.grid = barrier, grid
        self.thermal_energy, self.zeeman, self.bias = thermal_energy, zeeman, bias
        self.spins = 2 if zeeman else 1
        omega = grid.frequencies
        self.filling = np.array([fermi(omega, v, thermal_energy) for v in (bias / 2, -bias / 2)])
        self.equilibrium = fermi(omega, 0.0, thermal_energy)
        u = barrier.interaction
        self.active: IntArray = np.flatnonzero(u > NEGLIGIBLE * max(u.max(), 1e-300))
        self.rows, self.columns = np.triu_indices(len(self.active))

    def green(
        self, filled: RealArray, scattering: tuple[ComplexArray, ComplexArray] | None
    ) -> list[Spin]:
        """Green functions of every spin for given occupations and self-energies.

        Parameters
        ----------
        filled : real array, shape (spins, sites)
        scattering : pair of complex arrays, shape (spins, pairs, frequencies), or None
            Lesser and retarded self-energy of second order; the latter for i <= j, and where i
            and j change places the former gives it.
        """
        found = []
        for spin in range(self.spins):
            part = None if scattering is None else (scattering[0][spin], scattering[1][spin])
            found.append(self._green(spin, filled[-1 - spin], part))
        return found

    def occupations(self, spins: list[Spin]) -> RealArray:
        """Electrons per site and spin, shape (spins, sites)."""
        return np.array([spin.filled for spin in spins])

    def scattering(self, spins: list[Spin]) -> tuple[ComplexArray, ComplexArray]:
        """Lesser and retarded self-energy of second order, shape (spins, pairs, frequencies)."""
        u = self.barrier.interaction[self.active]
        strength = (u[self.rows] * u[self.columns])[:, None]
        times = [(self.grid.to_time(s.lesser), self.grid.to_time(s.greater)) for s in spins]
        lesser, retarded = [], []
        for spin in range(len(spins)):
            (less, more), (other_less, other_more) = times[spin], times[-1 - spin]
            # G_ji(-t) = -G_ij(t)* for both, so pairs i <= j are enough.
            below = -strength * less * other_less * other_more.conj()
            above = -strength * more * other_more * other_less.conj()
            both = np.stack((self.grid.to_frequency(below), self.grid.to_frequency(above)))
            retarded.append(self.grid.retarded(both[1] - both[0]))
            lesser.append(both)
        return np.array(lesser), np.array(retarded)

    def currents(self, spins: list[Spin], side: int) -> list[float]:
        r"""Current of each spin from a lead into the barrier, in e/h times the unit of energy.

        .. math:: I = \int d\omega\, \Gamma\, (f A + i G^<)
        """
        f = self.filling[side]
        return [
            float(
                self.grid.step * (self._gamma(n) * (f * s.spectral[side] - s.ends[side].imag)).sum()
            )
            for n, s in enumerate(spins)
        ]

    def _lead(self, spin: int) -> ComplexArray:
        field = (0.5 - spin) * self.zeeman
        z = self.grid.frequencies + self.barrier.chemical_potential + field
        return lead_self_energy(z + 1e-14j * self.barrier.hopping, self.barrier.hopping)

    def _gamma(self, spin: int) -> RealArray:
        gamma: RealArray = -2 * self._lead(spin).imag
        return gamma

    def _green(
        self, spin: int, other: RealArray, part: tuple[ComplexArray, ComplexArray] | None
    ) -> Spin:
        n, sites = self.grid.count, self.barrier.sites
        pairs = len(self.rows)
        lesser = np.empty((pairs, n), dtype=np.complex128)
        greater = np.empty((pairs, n), dtype=np.complex128)
        ends, spectral = np.empty((2, n), dtype=np.complex128), np.empty((2, n))
        filled = np.zeros(sites)
        i, j = self.active[self.rows], self.active[self.columns]
        for begin in range(0, n, CHUNK):
            some = slice(begin, begin + CHUNK)
            g, below = self._solve(spin, other, part, some)
            gap = g - g.conj().transpose(0, 2, 1)
            lesser[:, some] = below[:, i, j].T
            greater[:, some] = (below[:, i, j] + gap[:, i, j]).T
            diagonal = np.einsum("kii->ki", below).imag
            filled += diagonal.sum(axis=0)
            for side in (0, -1):
                ends[side, some] = below[:, side, side]
                spectral[side, some] = -gap[:, side, side].imag
        return Spin(lesser, greater, ends, spectral, filled * self.grid.step / (2 * np.pi))

    def _solve(
        self,
        spin: int,
        other: RealArray,
        part: tuple[ComplexArray, ComplexArray] | None,
        some: slice,
    ) -> tuple[ComplexArray, ComplexArray]:
        """Retarded and lesser functions at some frequencies, shape (some, sites, sites)."""
        b, here = self.barrier, np.arange(self.barrier.sites)
        omega, lead = self.grid.frequencies[some], self._lead(spin)[some]
        field = (0.5 - spin) * self.zeeman
        bare = self.grid.step if part is None else SHARP * self.grid.step
        width = np.where(lead.imag > -1e-12 * b.hopping, bare, 0.0)
        z = omega + b.chemical_potential + field + 1j * width
        matrix = np.zeros((len(omega), b.sites, b.sites), dtype=np.complex128)
        matrix[:, here, here] = z[:, None] - b.onsite - b.interaction * other
        matrix[:, here[1:], here[:-1]] = matrix[:, here[:-1], here[1:]] = b.hopping
        source = np.zeros_like(matrix)
        source[:, here, here] = 2j * (width * self.equilibrium[some])[:, None]
        for side in (0, -1):
            matrix[:, side, side] -= lead
            source[:, side, side] += -2j * lead.imag * self.filling[side, some]
        if part is not None:
            (below, above), retarded = part[0][:, :, some], part[1][:, some]
            i, j = self.active[self.rows], self.active[self.columns]
            matrix[:, i, j] -= retarded.T
            # Σ^A = Σ^R - (Σ^> - Σ^<), and Σ^R_ji = (Σ^A_ij)*
            off = i != j
            mirrored = (retarded - above + below).conj().T
            matrix[:, j[off], i[off]] -= mirrored[:, off]
            source[:, i, j] += below.T
            source[:, j[off], i[off]] -= below.conj().T[:, off]
        g: ComplexArray = np.asarray(np.linalg.inv(matrix), dtype=np.complex128)
        lesser: ComplexArray = g @ source @ g.conj().transpose(0, 2, 1)
        return g, lesser
