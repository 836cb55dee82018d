"""Electrons with Rashba spin-orbit coupling, in a wire or a plane."""

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.matter.hopping import Hopping
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.matter.spin import IDENTITY, PAULI, SIGMA_X, SIGMA_Y, SIGMA_Z, zeeman_terms
from sharvin.units import HBAR2_OVER_2ME, quantity

_AXES = {"x": SIGMA_X, "y": SIGMA_Y, "z": SIGMA_Z}


def rashba_wire(
    *,
    mass: float,
    spacing: float | str,
    alpha: float | str,
    g_factor: float | None = None,
    zeeman: str = "B",
    zeeman_axis: str = "z",
    dimension: int = 2,
) -> Model:
    r"""Effective-mass electrons with Rashba coupling on a grid, two spin orbitals (up, down).

    .. math:: H = \frac{\hbar^2 k^2}{2 m} + \alpha (\sigma_x k_y - \sigma_y k_x)
              + \tfrac12 g \mu_B B \sigma

    Energy is measured from the band bottom without spin-orbit coupling; along x the bands are
    :math:`\hbar^2 k^2/2m \pm \alpha k`, with their bottom at :math:`-m\alpha^2/2\hbar^2`.

    Parameters
    ----------
    mass : float
        In electron masses (InSb 0.014, InAs 0.023).
    spacing : float or str
        Grid constant, in nm.
    alpha : float or str
        Rashba coupling, in meV nm; it is the default of the parameter ``"alpha"``, which a gate
        may sweep.
    g_factor : float, optional
        Adds a Zeeman energy.
    zeeman : str
        Parameter, in T, of the Zeeman energy; see `electron_gas`.
    zeeman_axis : {"x", "y", "z"}
        Direction of that field.
    dimension : {1, 2}
        1 is a single mode, whose Hamiltonian is real unless the field is along y.
    """
    a = quantity(spacing, "nm", name="spacing")
    if not (np.isfinite(mass) and mass > 0 and a > 0):
        raise InvalidInput(f"mass and spacing must be positive, got mass={mass}, spacing={a} nm")
    if dimension not in (1, 2):
        raise InvalidInput(f"dimension must be 1 or 2, got {dimension!r}")
    if zeeman_axis not in _AXES:
        raise InvalidInput(f"zeeman_axis must be 'x', 'y' or 'z', got {zeeman_axis!r}")
    t = HBAR2_OVER_2ME / (mass * a**2)
    onsite = {"": 2 * dimension * t * IDENTITY}
    units = {"alpha": "meV nm"}
    if g_factor is not None:
        onsite |= zeeman_terms(g_factor, zeeman, _AXES[zeeman_axis])
        units[zeeman] = "T"
    # k_x = -i d/dx puts i/2a into ⟨n+1| k_x |n⟩.
    along = [(-SIGMA_Y, (1, 0)), (SIGMA_X, (0, 1))][:dimension]
    return Model(
        Lattice(a * np.eye(dimension)),
        onsite=[onsite],
        hoppings=[
            Hopping({"": -t * IDENTITY, "alpha": 1j / (2 * a) * sigma}, step[:dimension])
            for sigma, step in along
        ],
        orbitals=2,
        defaults={"alpha": quantity(alpha, "meV nm", name="alpha")},
        units=units,
        name="Rashba wire",
        spin=[PAULI],
    )
