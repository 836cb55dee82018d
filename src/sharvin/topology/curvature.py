"""Berry curvature in momentum space, and the Hall conductivity that it makes."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, Unreliable
from sharvin.matter.model import Model
from sharvin.topology.crystal import CHUNK, check_crystal, fractions, wave_vectors
from sharvin.topology.gaps import chosen_bands
from sharvin.typing import ComplexArray, RealArray
from sharvin.units import BOLTZMANN, ratio

if TYPE_CHECKING:
    import xarray as xr

COARSEST, FINEST = 48, 1536  # points along each direction
SAME = 1e-12  # levels closer than this part of the band width are one


def berry_curvature(
    model: Model,
    k: ArrayLike,
    *,
    filled: int | None = None,
    energy: float | None = None,
    bands: tuple[int, int] | None = None,
    **params: float,
) -> RealArray:
    r"""Berry curvature of filled bands at wave vectors, in nm².

    .. math:: \Omega = -2\, \mathrm{Im} \sum_{n\,filled} \sum_{m\,empty}
              \frac{\langle n|\partial_x H|m\rangle \langle m|\partial_y H|n\rangle}
              {(\epsilon_n - \epsilon_m)^2}

    Orbitals sit at their true positions, so that Ω is what wave packets feel.

    Parameters
    ----------
    model : Model
    k : real array, shape (..., 2)
        Wave vectors, 1/nm.
    filled, energy, bands
        Which bands, as in `chern_number`.
    **params : float

    Returns
    -------
    real array, shape (...,)

    References
    ----------
    D. Xiao, M.-C. Chang, Q. Niu, Rev. Mod. Phys. 82, 1959 (2010), eq. (1.13).
    """
    check_crystal(model, 2, "berry_curvature")
    chosen = chosen_bands(model, params, (24, 24), filled=filled, energy=energy, bands=bands)
    waves = np.asarray(k, dtype=np.float64)
    energies, strength = pair_curvature(model, waves.reshape(-1, 2), params)
    inside = np.zeros(energies.shape[-1])
    inside[chosen.part] = 1.0
    outside = 1.0 - inside
    total: RealArray = np.einsum("n,knm,m->k", inside, strength, outside)
    return total.reshape(waves.shape[:-1])


def curvature_map(
    model: Model,
    *,
    filled: int | None = None,
    energy: float | None = None,
    bands: tuple[int, int] | None = None,
    grid: int = 96,
    **params: float,
) -> "xr.DataArray":
    """Berry curvature on a uniform grid of the zone: nm², dims (u, v), coordinates kx, ky.

    u and v are fractions of the reciprocal vectors, from -1/2; arguments as in `chern_number`.
    """
    import xarray as xr

    check_crystal(model, 2, "curvature_map")
    places = fractions((grid, grid)) - 0.5
    k = wave_vectors(model, places)
    values = berry_curvature(model, k, filled=filled, energy=energy, bands=bands, **params)
    return xr.DataArray(
        values,
        {
            "u": places[:, 0, 0],
            "v": places[0, :, 1],
            "kx": (("u", "v"), k[..., 0], {"units": "1/nm"}),
            "ky": (("u", "v"), k[..., 1], {"units": "1/nm"}),
        },
        ("u", "v"),
        name="berry_curvature",
        attrs={"units": "nm²", "long_name": f"Berry curvature of {model.name}"},
    )


def anomalous_hall(
    model: Model,
    *,
    mu: ArrayLike,
    temperature: ArrayLike = 0.0,
    tolerance: float = 2e-3,
    unit: str = "e²/h",
    **params: float,
) -> Any:
    r"""Intrinsic Hall conductivity :math:`\sigma_{xy}`, with :math:`J_x = \sigma_{xy} E_y`.

    .. math:: \sigma_{xy} = -\frac{e^2}{h} \int \frac{d^2k}{2\pi} \sum_{n} f(\epsilon_n)\,
              \Omega_n

    Minus the Chern number in a gap at zero temperature, for electrons: see `topology.chern` for
    the relation to a Hall bar. No broadening: the grid is refined until doubling it changes no
    value by more than the tolerance.

    Parameters
    ----------
    model : Model
        Two periodic directions; its degeneracy multiplies.
    mu : float or array, shape (n,)
        Chemical potential, meV.
    temperature : float or array, shape (m,)
        In K.
    tolerance : float
        In e²/h and per copy of the bands.
    unit : str
        Any unit of conductance.
    **params : float

    Returns
    -------
    float or xarray.DataArray
        Dims mu and temperature, where they are arrays.

    Raises
    ------
    Unreliable
        When the finest grid has not converged, as at a chemical potential in a tiny gap.

    References
    ----------
    N. Nagaosa et al., Rev. Mod. Phys. 82, 1539 (2010).
    """
    check_crystal(model, 2, "anomalous_hall")
    chemical = np.atleast_1d(np.asarray(mu, dtype=np.float64))
    kelvin = np.atleast_1d(np.asarray(temperature, dtype=np.float64))
    if chemical.ndim > 1 or kelvin.ndim > 1 or (kelvin < 0).any():
        raise InvalidInput("mu and temperature must be numbers or rows, and no temperature below 0")
    points = COARSEST
    values = _hall(model, params, points, chemical, kelvin)
    while True:
        points *= 2
        finer = _hall(model, params, points, chemical, kelvin)
        change = np.abs(finer - values)
        if change.max() <= tolerance:
            break
        if 2 * points > FINEST:
            worst = np.unravel_index(change.argmax(), change.shape)
            raise Unreliable(
                f"the Hall conductivity of {model.name} at mu = {chemical[worst[0]]:g} meV, "
                f"T = {kelvin[worst[1]]:g} K still changes by {change.max():.1e} e²/h between "
                f"{points // 2} and {points} points along each direction; raise the temperature "
                "or the tolerance, or move mu away from a band edge"
            )
        values = finer
    finer = finer * model.degeneracy * ratio("e²/h", unit)
    return _labelled(finer, mu, temperature, unit)


def pair_curvature(
    model: Model, k: RealArray, params: dict[str, float]
) -> tuple[RealArray, RealArray]:
    """Energies (points, n) and Ω_nm, antisymmetric, (points, n, n): band n gets sum_m Ω_nm."""
    h, dx, dy = bloch_and_slopes(model, k, params)
    energies, states = np.linalg.eigh(h)
    back = states.conj().swapaxes(-1, -2)
    vx, vy = back @ dx @ states, back @ dy @ states
    apart = energies[:, :, None] - energies[:, None, :]
    near = np.abs(apart) <= SAME * np.ptp(energies)
    apart = np.where(near, np.inf, apart)
    return energies, -2 * np.imag(vx * vy.swapaxes(-1, -2)) / apart**2


def bloch_and_slopes(
    model: Model, k: RealArray, params: dict[str, float]
) -> tuple[ComplexArray, ComplexArray, ComplexArray]:
    """H and its slopes along x and y at k (points, 2), with orbitals at their true positions."""
    owner = np.repeat(np.arange(len(model.orbitals)), model.orbitals)
    place = model.lattice.basis[owner]
    phase = np.exp(1j * (k @ place.T))
    values = model.resolve(params)
    starts = np.concatenate(([0], np.cumsum(model.orbitals)))
    # u at true positions is e^{-ik·τ} times the cell-periodic u of Model.bloch.
    h = phase.conj()[:, :, None] * model.bloch(k, **params) * phase[:, None, :]
    slopes = np.zeros((2, *h.shape), dtype=np.complex128)
    for number, hop in enumerate(model.hoppings):
        rows = slice(starts[hop.to], starts[hop.to + 1])
        columns = slice(starts[hop.from_], starts[hop.from_ + 1])
        bond = np.array(hop.offset) @ model.lattice.vectors
        bond = bond + model.lattice.basis[hop.to] - model.lattice.basis[hop.from_]
        part = np.exp(-1j * (k @ bond))[:, None, None] * model.hopping_block(number, values)
        for axis in (0, 1):
            slope = -1j * bond[axis] * part
            slopes[axis][:, rows, columns] += slope
            slopes[axis][:, columns, rows] += slope.conj().swapaxes(-1, -2)
    return h, slopes[0], slopes[1]


def _hall(
    model: Model, params: dict[str, float], points: int, mu: RealArray, kelvin: RealArray
) -> RealArray:
    """Hall conductivity in e²/h on one grid, shape (mu, temperature)."""
    # Off the points of high symmetry, where bands like to touch.
    places = (fractions((points, points)) + np.array([0.31, 0.17]) / points).reshape(-1, 2)
    k = wave_vectors(model, places)
    area = abs(np.linalg.det(model.lattice.reciprocal)) / len(k)
    total = np.zeros((len(mu), len(kelvin)))
    size = sum(model.orbitals)
    step = max(1, CHUNK // (size**2 * 4))
    for start in range(0, len(k), step):
        energies, pairs = pair_curvature(model, k[start : start + step], params)
        strength = pairs.sum(axis=-1).ravel()
        flat = energies.ravel()
        for column, temperature in enumerate(kelvin):
            total[:, column] += _occupied(flat, strength, mu, float(temperature))
    conductivity: RealArray = -total * area / (2 * np.pi)
    return conductivity


def _occupied(
    energies: RealArray, strength: RealArray, mu: RealArray, temperature: float
) -> RealArray:
    """Sum of strengths times occupations for every chemical potential."""
    if temperature == 0:
        order = np.argsort(energies)
        running = np.concatenate(([0.0], np.cumsum(strength[order])))
        found: RealArray = running[np.searchsorted(energies[order], mu)]
        return found
    scaled = (energies[None, :] - mu[:, None]) / (2 * BOLTZMANN * temperature)
    occupied: RealArray = 0.5 * (1 - np.tanh(scaled)) @ strength
    return occupied


def _labelled(values: RealArray, mu: Any, temperature: Any, unit: str) -> Any:
    import xarray as xr

    axes = {
        name: (name, np.asarray(given), {"units": its})
        for name, given, its in (("mu", mu, "meV"), ("temperature", temperature, "K"))
        if np.ndim(given)
    }
    shaped = values.reshape([len(axis[1]) for axis in axes.values()])
    if not axes:
        return float(shaped)
    attributes = {"units": unit, "long_name": "Hall conductivity σ_xy"}
    return xr.DataArray(shaped, axes, tuple(axes), name="sigma_xy", attrs=attributes)
