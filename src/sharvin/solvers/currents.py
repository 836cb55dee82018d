r"""Where the current flows: bond currents of the scattering states and the vectors they make."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.numerics.pairs import add_pairs
from sharvin.scattering.smatrix import Port, SMatrix
from sharvin.solvers.inside import Inside, refuse_closed, solve_inside
from sharvin.solvers.smatrix import one_blas_thread
from sharvin.typing import IntArray, RealArray
from sharvin.units import quantity

TOGETHER = 16  # waves that are in memory at once


@dataclass(frozen=True, eq=False)
class CurrentDensity:
    r"""Linear-response currents through every bond of a device.

    .. math:: J_{i \to j} = 2\,\mathrm{Im} \sum_l V_l \sum_{n \in l} \psi_{jn}^* H_{ji} \psi_{in}

    Parameters
    ----------
    bonds : int array, shape (bonds, 2)
        Sites i < j that a matrix element of H joins.
    current : real array, shape (bonds,)
        Particles from i to j per unit of :math:`e^2/h` times the voltage: across any closed line
        around a lead they add up to transmissions, degeneracy included. Charge flows the other
        way round than electrons do; the sign is that of the particles.
    density : real array, shape (sites,)
        Density of states that the voltages fill, per unit energy of H, degeneracy included.
    positions : real array, shape (sites, D), nm
    potential : real array, shape (sites,), meV, or None
        Potential energy, for pictures; None for a device given by matrices.
    smatrix : SMatrix
    """

    bonds: IntArray = field(repr=False)
    current: RealArray = field(repr=False)
    density: RealArray = field(repr=False)
    positions: RealArray = field(repr=False)
    potential: RealArray | None = field(repr=False)
    smatrix: SMatrix = field(repr=False)

    @property
    def steps(self) -> RealArray:
        """Vectors of all bonds, shape (bonds, D), nm."""
        i, j = self.bonds.T
        step: RealArray = self.positions[j] - self.positions[i]
        return step

    @cached_property
    def vectors(self) -> RealArray:
        r"""Current through each site, :math:`\tfrac12 \sum_j J_{ij} \mathbf r_{ij}`.

        Divided by the area of a site it is the current density. Shape (sites, D), in
        :math:`e^2/h` times nm.
        """
        moved = 0.5 * self.current[:, None] * self.steps
        n, sides = len(self.positions), self.bonds.T
        columns = [sum(np.bincount(side, column, n) for side in sides) for column in moved.T]
        found: RealArray = np.array(columns, dtype=np.float64).reshape(-1, n).T
        return found

    @cached_property
    def divergence(self) -> RealArray:
        """What leaves each site through its bonds, (sites,): zero but where leads touch."""
        i, j = self.bonds.T
        n = len(self.positions)
        leaving = np.bincount(i, self.current, n).astype(np.float64)
        return leaving - np.bincount(j, self.current, n)

    def through(self, sites: Any) -> float:
        """Current that leaves a set of sites (a boolean array, shape (sites,)) into the others."""
        inside = np.asarray(sites)
        if inside.shape != (len(self.positions),) or inside.dtype != bool:
            raise ShapeMismatch(
                f"sites must be a boolean array of shape ({len(self.positions)},), "
                f"got {inside.dtype} of shape {inside.shape}"
            )
        i, j = self.bonds.T
        return float(self.current @ (inside[i].astype(float) - inside[j]))


def current_density(
    device: Device,
    *,
    energy: float | str,
    from_: Port | None = None,
    voltages: Mapping[Port, float] | None = None,
    **parameters: Any,
) -> CurrentDensity:
    r"""Currents on all bonds of the device when some of its leads are at a voltage.

    Small voltages at zero temperature: only electrons at the energy given take part. What flows
    at equal voltages in a magnetic field (persistent currents of all states below) is not in it.

    Parameters
    ----------
    device : Device
    energy : float or str
        In meV (a raw Hamiltonian's own unit).
    from_ : lead or (lead, label), optional
        The port whose incoming modes are filled: unit voltage there, all others grounded.
    voltages : mapping of ports to numbers, optional
        Instead: a weight for every port named, zero for the others. ``{"source": 0.5, "drain":
        -0.5}`` is the symmetric bias.
    **parameters
        The device's parameters.

    Returns
    -------
    CurrentDensity

    References
    ----------
    H. U. Baranger and A. D. Stone, Phys. Rev. B 40, 8169 (1989).
    """
    weights = _voltages(device, from_, voltages)
    with one_blas_thread():
        inside = solve_inside(device, energy, parameters)
        s = inside.smatrix
        refuse_closed(s, "current")
        filled = np.zeros(len(s.data))
        for port, volts in weights.items():
            columns = s.columns_of(port)
            if volts and not len(columns) and len(weights) == 1:
                refuse_closed(s, "current", [port if isinstance(port, str) else port[0]])
            filled[columns] += volts
        return _summed(inside, filled)


def occupation(
    device: Device,
    *,
    energy: float | str,
    filling: Mapping[str, float],
    **parameters: Any,
) -> RealArray:
    r"""Nonequilibrium occupation of the states at one energy, on every orbital.

    .. math:: f_i(E) = \frac{\sum_l \nu_l(i, E)\, f_l(E)}{\sum_l \nu_l(i, E)}

    with the injectivities :math:`\nu_l`. Halfway along a long disordered wire it is the two-step
    distribution's middle step; next to a lead it is that lead's.

    Parameters
    ----------
    device : Device
    energy : float or str
        In meV (a raw Hamiltonian's own unit).
    filling : mapping of str to float
        Occupation of every lead's states at this energy, between 0 and 1; leads not named are
        empty.
    **parameters
        The device's parameters.

    Returns
    -------
    real array, shape (orbitals,)
        NaN on orbitals that no wave reaches.

    References
    ----------
    V. Gasparian, T. Christen and M. Büttiker, Phys. Rev. A 54, 4022
    (1996); measured in wires by H. Pothier et al., Phys. Rev. Lett. 79, 3490 (1997).
    """
    for name, value in filling.items():
        device.check_lead(name)
        if not 0 <= value <= 1:
            raise InvalidInput(f"the occupation of lead {name!r} must be 0 to 1, got {value!r}")
    with one_blas_thread():
        inside = solve_inside(device, energy, parameters)
        s = inside.smatrix
        refuse_closed(s, "occupation")
        of_mode = np.zeros(len(s.data))
        for name, value in filling.items():
            of_mode[s.columns_of(name)] = value
        n = device.pattern.n
        filled, every = np.zeros(n), np.zeros(n)
        for block, waves in _in_blocks(inside, np.arange(len(s.data))):
            density = (waves.real**2 + waves.imag**2)[:n]
            every += density.sum(axis=1)
            filled += density @ of_mode[block]
    reached = every > np.finfo(float).tiny
    return np.where(reached, filled / np.where(reached, every, 1.0), np.nan)


def _voltages(
    device: Device, from_: Port | None, voltages: Mapping[Port, float] | None
) -> dict[Port, float]:
    if (from_ is None) == (voltages is None):
        raise InvalidInput("current_density() needs either from_= (a lead) or voltages={lead: V}")
    found: dict[Port, float] = {from_: 1.0} if from_ is not None else dict(voltages or {})
    for port, volts in found.items():
        device.check_lead(port if isinstance(port, str) else port[0])
        found[port] = float(quantity(volts, "V")) if isinstance(volts, str) else float(volts)
        if not np.isfinite(found[port]):
            raise InvalidInput(f"the voltage of {port!r} must be finite, got {volts!r}")
    return found


def _in_blocks(inside: Inside, modes: IntArray) -> Any:
    """Waves of some incoming modes, a few at a time: (mode numbers, waves)."""
    one = np.eye(inside.joined.data.shape[1], dtype=complex)
    for start in range(0, len(modes), TOGETHER):
        block = modes[start : start + TOGETHER]
        yield block, inside.waves(np.ascontiguousarray(one[:, block]))


def _summed(inside: Inside, filled: RealArray) -> CurrentDensity:
    device = inside.device
    pattern = device.pattern
    n = pattern.n
    rows = np.repeat(np.arange(n, dtype=np.int64), np.diff(pattern.indptr))
    upper = np.flatnonzero(pattern.indices > rows)
    i, j = rows[upper], pattern.indices[upper].astype(np.int64)
    # i < j: the entry is H_ij, and the current from i to j needs H_ji.
    hopping = device.values(inside.parameters)[upper].conj()
    pairs, density = np.zeros(len(upper), complex), np.zeros(n)
    for block, waves in _in_blocks(inside, np.flatnonzero(filled)):
        weighted = waves * filled[block]
        add_pairs(i, j, weighted, waves, pairs)
        density += np.einsum("ij,ij->i", weighted[:n], waves[:n].conj()).real
    current = 2 * (hopping * pairs).imag * device.degeneracy
    sites, positions, potential = _places(device, inside)
    bonds, on_bonds = _on_sites(sites, i, j, current)
    filled_sites = np.bincount(sites, density, len(positions)) * device.degeneracy / (2 * np.pi)
    for array in (bonds, on_bonds, filled_sites):
        array.flags.writeable = False
    return CurrentDensity(bonds, on_bonds, filled_sites, positions, potential, inside.smatrix)


def _places(device: Device, inside: Inside) -> tuple[IntArray, RealArray, RealArray | None]:
    """Site of each orbital, positions of the sites, their potential energy."""
    positions = device.positions
    if positions is None:  # matrices without positions still have bonds
        positions = np.zeros((device.pattern.n, 0))
    potential = None
    if device.sites is not None:
        potential = device.potential_energy(inside.parameters)
    return np.asarray(device.orbital_site), np.asarray(positions, float), potential


def _on_sites(
    sites: IntArray, i: IntArray, j: IntArray, current: RealArray
) -> tuple[IntArray, RealArray]:
    """Currents between orbitals added up to currents between sites."""
    a, b = sites[i], sites[j]
    low, high = np.minimum(a, b), np.maximum(a, b)
    signed = np.where(a <= b, current, -current)
    count = int(sites.max(initial=0)) + 1
    if len(sites) == count:  # one orbital per site
        order = low != high
        return np.stack([low[order], high[order]], axis=1), signed[order]
    key, place = np.unique(low * count + high, return_inverse=True)
    total = np.bincount(place.ravel(), signed, len(key))
    bonds = np.stack([key // count, key % count], axis=1)
    apart = bonds[:, 0] != bonds[:, 1]
    return bonds[apart], total[apart]
