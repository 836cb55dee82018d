"""Waves inside a device: scattering states, Green functions, local density of states."""

from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput, Unreliable
from sharvin.scattering.states import ScatteringStates
from sharvin.solvers.glue import root_green
from sharvin.solvers.inside import solve_inside
from sharvin.solvers.junction import Junction, Point, junction_of
from sharvin.solvers.root import assemble
from sharvin.solvers.smatrix import one_blas_thread, resolve
from sharvin.typing import ComplexArray, IntArray, RealArray

if TYPE_CHECKING:
    from sharvin.numerics.elimination import Factors

# Largest accepted relative uncertainty of a Green function.
GREEN_TOLERANCE = 1e-6


def states(device: Device, *, energy: float | str, **parameters: Any) -> ScatteringStates:
    r"""Scattering states: the wave inside the device for each incoming mode.

    .. math:: (E - H - \Sigma)\,\psi_n = Q_n

    Each incoming wave carries unit current, so that the current through any cross-section is the
    transmission. A state that no channel reaches is in none of them.

    Parameters
    ----------
    device : Device
    energy : float or str
        In meV (a raw Hamiltonian's own unit).
    **parameters
        The device's parameters.

    Returns
    -------
    ScatteringStates
        ``waves`` of shape (orbitals, incoming modes), columns in the order of S.

    Raises
    ------
    Unreliable
        Where the S-matrix would be refused: a state almost cut off from the leads.
    """
    with one_blas_thread():
        found = solve_inside(device, energy, parameters)
        s, waves = found.smatrix, found.waves()
    inside = waves[: device.pattern.n].copy() if len(waves) > device.pattern.n else waves
    inside.flags.writeable = False
    return ScatteringStates(inside, s.leads, s.modes, s.energy, s)


def green(
    device: Device,
    *,
    energy: float | str,
    to: str | IntArray,
    from_: str | IntArray,
    **parameters: Any,
) -> ComplexArray:
    r"""Retarded Green function between two sets of orbitals.

    .. math:: G = (E + i0 - H - \Sigma)^{-1}

    Parameters
    ----------
    device : Device
    energy : float or str
        In meV (a raw Hamiltonian's own unit).
    to, from_ : str or integer array
        A lead's name (its device orbitals, in the lead's order) or orbital indices.
    **parameters
        The device's parameters.

    Returns
    -------
    complex array, shape (to, from)
        In 1/meV (one over the Hamiltonian's unit).

    Raises
    ------
    Unreliable
        At the energy of a state that no lead reaches, where G is infinite.
    """
    number, values = resolve(device, {"energy": energy, **parameters})
    leads = {b.name: np.asarray(b.sites) for b in device.lead_blocks(values)}
    rows, columns = (_orbitals(device, leads, which) for which in (to, from_))
    junction = Junction(device, keep=np.union1d(rows, columns))
    with one_blas_thread():
        point = junction.point(number, values)
        layout = point.layout
        parts = layout.interior.reduce(point.values, np.array([number]), "high")[0]
        kept = [s.kept for s in layout.interior.sectors]
        root = assemble(parts, kept, len(layout.interior.kept))
        g, error = root_green(root, junction.channels(point), layout.places)
    _refuse_uncertain(error, number)
    k = root.delayed
    place = (
        np.searchsorted(layout.interior.kept, rows),
        np.searchsorted(layout.interior.kept, columns),
    )
    return g[np.ix_(k + place[0], k + place[1])]


def ldos(device: Device, *, energy: float | str, **parameters: Any) -> RealArray:
    r"""Local density of states of every orbital.

    .. math:: \rho_i = -\frac{1}{\pi} \operatorname{Im} G_{ii}

    States that no lead reaches are infinitely sharp and are not in it. The device's degeneracy
    is not multiplied in.

    Returns
    -------
    real array, shape (orbitals,)
        In 1/meV (one over the Hamiltonian's unit).
    """
    junction = junction_of(device)
    with one_blas_thread():
        point, factors = _factorize(junction, device, energy, parameters)
        interior = point.layout.interior
        kept = [s.kept for s in interior.sectors]
        root = assemble([f.reduced for f in factors], kept, len(interior.kept))
        g, error = root_green(root, junction.channels(point), point.layout.places)
        _refuse_uncertain(error, point.energy)
        density = np.zeros(interior.size)
        start = 0
        for sector, factor in zip(interior.sectors, factors, strict=True):
            k = factor.reduced.delayed
            index = np.concatenate([np.arange(start, start + k), root.delayed + sector.kept])
            everywhere = slice(None) if sector.orbitals is None else sector.orbitals
            diagonal = factor.inverse_diagonal(g[np.ix_(index, index)])
            density[everywhere] = -diagonal.imag / np.pi
            start += k
    return density[: device.pattern.n]


def _factorize(
    junction: Junction, device: Device, energy: float | str, parameters: dict[str, Any]
) -> "tuple[Point, tuple[Factors, ...]]":
    number, values = resolve(device, {"energy": energy, **parameters})
    point = junction.point(number, values)
    return point, point.layout.interior.factorize(point.values, point.energy)


def _orbitals(device: Device, leads: dict[str, IntArray], which: str | IntArray) -> IntArray:
    """Orbitals that a lead's name or a list of indices stands for."""
    if isinstance(which, str):
        device.check_lead(which)
        return leads[which]
    n = device.pattern.n
    index = np.atleast_1d(np.asarray(which))
    if index.ndim != 1 or (index.size and index.dtype.kind not in "iu"):
        raise InvalidInput("to and from_ take a lead's name or a list of orbital numbers")
    if index.size and not 0 <= index.min() <= index.max() < n:
        bad = index[(index < 0) | (index >= n)][0]
        raise InvalidInput(f"orbital {bad} is out of range: the device has orbitals 0..{n - 1}")
    return index.astype(np.int64)


def _refuse_uncertain(error: float, energy: float) -> None:
    if not error < GREEN_TOLERANCE:
        raise Unreliable(
            f"at energy {energy:.12g} the Green function would be uncertain by {error:.0e} of its "
            "size: a state that the leads hardly reach sits there; move the energy off it"
        )
