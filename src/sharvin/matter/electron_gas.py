"""Electrons of an effective mass on a grid: wires, two-dimensional gases, bulk."""

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.matter.conserved import Conserved
from sharvin.matter.hopping import Hopping
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.matter.spin import IDENTITY, PAULI, SIGMA_Z, spin_z, zeeman_terms
from sharvin.units import HBAR2_OVER_2ME, quantity


def electron_gas(
    *,
    mass: float,
    spacing: float | str,
    g_factor: float | None = None,
    dimension: int = 2,
    spin: str = "auto",
    zeeman: str = "B",
) -> Model:
    r"""Effective-mass electrons on a square (linear, cubic) grid, energy from the band bottom.

    .. math:: E(\mathbf k) = \sum_i 2t (1 - \cos k_i a) = \frac{\hbar^2 k^2}{2 m}
              \Big(1 - \tfrac{a^2}{12} \tfrac{\sum_i k_i^4}{k^2} + \dots\Big),
              \qquad t = \frac{\hbar^2}{2 m a^2}

    plus :math:`\tfrac12 g \mu_B B \sigma_z` when a g-factor is given. The grid error grows as
    a²: at an energy E it shifts E by at most E²/12t. Keep E below t/4 for 2 % of E.

    Parameters
    ----------
    mass : float
        In electron masses (GaAs 0.067).
    spacing : float or str
        Grid constant a, in nm.
    g_factor : float, optional
        Turns on the two spin orbitals, up first, and the Zeeman energy. The lower spin for
        g > 0 and B > 0 is down.
    dimension : {1, 2, 3}
    spin : {"auto", "degenerate", "resolved"}
        "degenerate": one orbital per site and a degeneracy of 2; a g-factor is then not used.
        "resolved": two orbitals, conserved quantity ``"spin"`` with labels up and down.
        "auto" resolves the spin when there is a g-factor.
    zeeman : str
        Parameter, in T, that the Zeeman energy takes. ``"B"`` is the same field that a device
        with ``field="B"`` threads through its orbits; another name, such as ``"B_parallel"``,
        is a field that only the spin feels. It has no default: zero must be said.

    References
    ----------
    The grid: S. Datta, Electronic Transport in Mesoscopic Systems (1995), §3.5.
    """
    a = quantity(spacing, "nm", name="spacing")
    if not (np.isfinite(mass) and mass > 0 and a > 0):
        raise InvalidInput(f"mass and spacing must be positive, got mass={mass}, spacing={a} nm")
    if dimension not in (1, 2, 3):
        raise InvalidInput(f"dimension must be 1, 2 or 3, got {dimension!r}")
    if spin not in ("auto", "degenerate", "resolved"):
        raise InvalidInput(f"spin must be 'auto', 'degenerate' or 'resolved', got {spin!r}")
    resolved = spin == "resolved" or (spin == "auto" and g_factor is not None)
    unit = IDENTITY if resolved else np.eye(1)
    t = HBAR2_OVER_2ME / (mass * a**2)
    onsite = {"": 2 * dimension * t * unit}
    units = {}
    conserved: dict[str, Conserved] = {}
    if resolved:
        conserved["spin"] = spin_z()
        if g_factor is not None:
            onsite |= zeeman_terms(g_factor, zeeman, SIGMA_Z)
            units[zeeman] = "T"
    return Model(
        Lattice(a * np.eye(dimension)),
        onsite=[onsite],
        hoppings=[Hopping(-t * unit, tuple(row)) for row in np.eye(dimension, dtype=int)],
        orbitals=len(unit),
        units=units,
        degeneracy=1 if resolved else 2,
        conserved=conserved,
        name="electron gas",
        spin=[PAULI] if resolved else (),
    )
