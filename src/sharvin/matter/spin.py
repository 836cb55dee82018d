"""Spin one half on a site: matrices in the order (up, down), and the Zeeman energy."""

import numpy as np

from sharvin.matter.conserved import Conserved
from sharvin.typing import NumberArray
from sharvin.units import BOHR_MAGNETON

IDENTITY = np.eye(2)
SIGMA_X = np.array([[0.0, 1.0], [1.0, 0.0]])
SIGMA_Y = np.array([[0.0, -1.0j], [1.0j, 0.0]])
SIGMA_Z = np.array([[1.0, 0.0], [0.0, -1.0]])


def spin_z() -> Conserved:
    """Spin along z on every site of a model with one basis site."""
    return Conserved((SIGMA_Z,), {1.0: "up", -1.0: "down"})


def zeeman_terms(g_factor: float, parameter: str, sigma: NumberArray) -> dict[str, NumberArray]:
    """Affine term ½ g µ_B B σ, in meV for B in T; an electron's moment opposes its spin."""
    return {parameter: 0.5 * g_factor * BOHR_MAGNETON * sigma}
