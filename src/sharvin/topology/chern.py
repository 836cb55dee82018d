r"""Chern numbers, with the sign that a Hall bar shows.

.. math:: C = \frac{1}{2\pi} \int_{BZ} \Omega\, d^2k, \qquad
          \Omega = \partial_{k_x} A_y - \partial_{k_y} A_x, \quad
          \mathbf A = i \langle u | \nabla_{\mathbf k} u \rangle

for :math:`\psi = e^{i \mathbf k \cdot \mathbf r} u`. Then, for electrons,

- a bar with current from left to right reads
  :math:`R = (V_{top} - V_{bottom})/I = +h/(C e^2)`;
- filled Landau levels in a field along +z have C = +ν;
- the density follows a field as :math:`\partial n/\partial B = C e/h` (Streda);
- the tensor with :math:`J_x = \sigma_{xy} E_y` has :math:`\sigma_{xy} = -C e^2/h`.
"""

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.topology.crystal import Crystal, check_crystal, eigen, following, fractions
from sharvin.topology.gaps import chosen_bands
from sharvin.typing import ComplexArray, RealArray

# A plaquette with more flux than this hides more than half of its way to the next branch.
LARGEST_FLUX = np.pi / 2
FINEST = 384  # points along each direction
SINGULAR = 1e-6  # smallest overlap of neighboring states


def chern_number(
    model: Crystal,
    *,
    filled: int | None = None,
    energy: float | None = None,
    bands: tuple[int, int] | None = None,
    grid: int = 24,
    **params: float,
) -> int:
    r"""Chern number of filled bands, an exact integer, also for bands that touch each other.

    .. math:: C = -\frac{1}{2\pi} \sum_{plaquettes} \arg \prod_{\square}
              \det \langle u(\mathbf k) | u(\mathbf k + \boldsymbol\delta) \rangle

    counterclockwise. The grid is refined until no plaquette holds more than a quarter of a flux
    quantum. Sign: the head of this module; a Hall bar reads +h/(C e²).

    Parameters
    ----------
    model : Model or TwistedBilayer
        Two periodic directions.
    filled : int
        Number of filled bands; or
    energy : float
        the Fermi energy, in a gap, meV; or
    bands : (int, int)
        first and stop of a set of bands, counted from 0.
    grid : int
        Points along each reciprocal vector to begin with.
    **params : float
        Parameters of the model.

    Returns
    -------
    int
        Without the degeneracy of the model.

    Raises
    ------
    Unreliable
        When the bands touch others: the message says where.

    References
    ----------
    T. Fukui, Y. Hatsugai, H. Suzuki, J. Phys. Soc. Jpn. 74, 1674 (2005). Sign of the response:
    P. Streda, J. Phys. C 15, L717 (1982).
    """
    check_crystal(model, 2, "chern_number")
    points = _checked_grid(grid)
    chosen = chosen_bands(
        model, params, (points, points), filled=filled, energy=energy, bands=bands
    )
    if chosen.count == chosen.total:
        return 0
    while True:
        _, states = eigen(model, fractions((points, points)), params)
        fluxes = plaquette_fluxes(states[..., chosen.part], model)
        largest = float(np.abs(fluxes).max())
        if largest <= LARGEST_FLUX:
            return round(float(fluxes.sum()) / (2 * np.pi))
        if 2 * points > FINEST:
            place = np.array(np.unravel_index(np.abs(fluxes).argmax(), fluxes.shape)) / points
            raise Unreliable(
                f"the Berry curvature of {model.name} near fractions {place.round(4).tolist()} of "
                f"the reciprocal vectors is too sharp for {points} points along each: the gap is "
                "nearly closed there; move away from the transition"
            )
        points *= 2


def berry_fluxes(
    model: Crystal,
    *,
    filled: int | None = None,
    energy: float | None = None,
    bands: tuple[int, int] | None = None,
    grid: int = 24,
    **params: float,
) -> RealArray:
    r"""Flux of the Berry curvature through each plaquette of a grid, shape (grid, grid), in rad.

    From states at the corners as they are, without using that the zone is periodic: the sum over
    2π is the Chern number as far as the basis of plane waves is large enough, and each flux over
    the area of a plaquette the mean curvature there. Arguments as in `chern_number`.
    """
    check_crystal(model, 2, "berry_fluxes")
    points = _checked_grid(grid)
    chosen = chosen_bands(
        model, params, (points, points), filled=filled, energy=energy, bands=bands
    )
    ends = np.arange(points + 1) / points
    corners = np.stack(np.meshgrid(ends, ends, indexing="ij"), axis=-1)
    _, states = eigen(model, corners, params)
    own = states[..., chosen.part]
    back = own.conj().swapaxes(-1, -2)
    first = np.linalg.det(back[:-1] @ own[1:])
    second = np.linalg.det(back[:, :-1] @ own[:, 1:])
    around = first[:, :-1] * second[1:] * first[:, 1:].conj() * second[:-1].conj()
    fluxes: RealArray = -np.angle(around)
    return fluxes


def link_chern_number(states: ComplexArray) -> int:
    """Chern number of any family of states on a grid that closes on itself in both directions.

    Parameters
    ----------
    states : complex array, shape (n1, n2, dimension, filled)
        Orthonormal columns on a uniform grid of two periodic parameters (without the end point,
        which equals the first), such as momentum and pump phase, or two twists. Any gauge.

    Returns
    -------
    int
        Positive orientation: first parameter, then second.
    """
    given = np.asarray(states)
    if given.ndim != 4 or given.shape[0] < 3 or given.shape[1] < 3:
        raise InvalidInput(
            "states need shape (n1, n2, dimension, filled) with at least 3 x 3 points, got "
            f"{given.shape}"
        )
    fluxes = plaquette_fluxes(given, None)
    if np.abs(fluxes).max() > LARGEST_FLUX:
        worst = np.unravel_index(np.abs(fluxes).argmax(), fluxes.shape)
        raise Unreliable(
            f"the states turn by {np.abs(fluxes).max():.2f} rad around plaquette "
            f"{tuple(int(i) for i in worst)}: take a finer grid, or look for a closed gap there"
        )
    return round(float(fluxes.sum()) / (2 * np.pi))


def plaquette_fluxes(states: ComplexArray, crystal: Crystal | None) -> RealArray:
    """Flux of the Berry curvature through each plaquette, shape (n1, n2), between -π and π."""
    ahead = [
        np.roll(states, -1, axis) if crystal is None else following(crystal, states, axis)
        for axis in (0, 1)
    ]
    links = [np.linalg.det(states.conj().swapaxes(-1, -2) @ after) for after in ahead]
    weakest = min(float(np.abs(link).min()) for link in links)
    if weakest < SINGULAR:
        raise Unreliable(
            f"neighboring states of the grid have an overlap of only {weakest:.1e}: take a finer "
            "grid, or look for a closed gap"
        )
    first, second = links
    around = first * np.roll(second, -1, 0) * np.roll(first, -1, 1).conj() * second.conj()
    fluxes: RealArray = -np.angle(around)
    return fluxes


def _checked_grid(grid: int) -> int:
    if int(grid) != grid or not 4 <= grid <= FINEST:
        raise InvalidInput(f"grid must be a whole number from 4 to {FINEST}, got {grid!r}")
    return int(grid)
