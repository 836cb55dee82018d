"""Chern numbers of many-body ground states, from twisted boundary conditions."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.matter.model import Model
from sharvin.topology.bott import LARGEST
from sharvin.topology.chern import link_chern_number
from sharvin.topology.twisted_sample import torus
from sharvin.typing import ComplexArray, NumberArray

CLOSED = 1e-8  # distance of the spaces of states at a twist of 0 and 2π
GAP = 1e-9  # of the band width


def many_body_chern_number(
    ground_states: Callable[[float, float], NumberArray], *, grid: int = 8
) -> int:
    r"""Chern number of a ground state, or of a multiplet of them, over two boundary twists.

    .. math:: C = \frac{1}{2\pi} \int_0^{2\pi} d\theta_x \int_0^{2\pi} d\theta_y\,
              i \big( \langle \partial_x \Psi | \partial_y \Psi \rangle - \text{c.c.} \big)

    with :math:`\psi(\mathbf r + \mathbf L_x) = e^{i\theta_x}\psi(\mathbf r)`; interacting or not,
    clean or not. The conductivity per state of a multiplet of d states is C/d. Same sign as
    `chern_number`.

    Parameters
    ----------
    ground_states : callable
        ``ground_states(theta_x, theta_y)`` returns orthonormal states, shape (dimension,) or
        (dimension, multiplet), from a Hamiltonian that is the same at θ and θ + 2π (the twist on
        the bonds across one cut). Any phases.
    grid : int
        Twists along each direction.

    Returns
    -------
    int
        Of the whole multiplet.

    References
    ----------
    Q. Niu, D. J. Thouless, Y.-S. Wu, Phys. Rev. B 31, 3372 (1985).
    """
    if int(grid) != grid or grid < 4:
        raise InvalidInput(f"grid must be a whole number from 4 on, got {grid!r}")
    angles = 2 * np.pi * np.arange(int(grid)) / int(grid)
    states = np.stack([[_states(ground_states, x, y) for y in angles] for x in angles])
    for twist in ((2 * np.pi, 0.0), (0.0, 2 * np.pi)):
        again = _states(ground_states, *twist)
        kept = np.linalg.svd(states[0, 0].conj().T @ again, compute_uv=False)
        if kept.min() < 1 - CLOSED:
            raise InvalidInput(
                f"the states at twists (0, 0) and {twist} span different spaces (overlap "
                f"{kept.min():.6f}); put the twist on the bonds across one cut, and give every "
                "state of a degenerate multiplet"
            )
    return link_chern_number(states)


def sample_chern_number(
    model: Model,
    shape: Sequence[int],
    *,
    filled: int,
    onsite: Any = None,
    grid: int = 6,
    **params: float,
) -> int:
    """Chern number of a disordered periodic sample whose ``filled`` lowest states are occupied.

    `many_body_chern_number` of the Slater determinant of free fermions.

    Parameters
    ----------
    model, shape, onsite
        As in `torus`.
    filled : int
        Of all states of the sample.
    grid : int
    **params : float

    Raises
    ------
    Unreliable
        When the gap above the filled states closes at a twist: the message says which.
    """
    size = sum(model.orbitals) * int(np.prod(shape))
    if not 0 < filled < size or size > LARGEST:
        raise InvalidInput(
            f"{filled} of {size} states are filled; needed are at least 1, fewer than all, and at "
            f"most {LARGEST} in total"
        )

    def ground(x: float, y: float) -> NumberArray:
        wound = torus(model, shape, twist=(x, y), onsite=onsite, **params)
        energies, states = np.linalg.eigh(wound.hamiltonian.toarray())
        if energies[filled] - energies[filled - 1] < GAP * (energies[-1] - energies[0]):
            raise Unreliable(
                f"the gap above {filled} states closes at the twist ({x:.3f}, {y:.3f}), at "
                f"{energies[filled]:.6g} meV"
            )
        return states[:, :filled]

    return many_body_chern_number(ground, grid=grid)


def _states(function: Callable[[float, float], NumberArray], x: float, y: float) -> ComplexArray:
    found = np.asarray(function(float(x), float(y)), dtype=np.complex128)
    found = found[:, None] if found.ndim == 1 else found
    size = found.shape[1] if found.ndim == 2 else 0
    if size == 0 or not np.allclose(found.conj().T @ found, np.eye(size), atol=1e-8):
        raise InvalidInput(
            f"ground_states({x:.3f}, {y:.3f}) must return orthonormal columns, shape (dimension, "
            f"states), got shape {found.shape}"
        )
    return found
