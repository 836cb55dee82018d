"""Spin one half on a site: matrices in the order (up, down), and the Zeeman energy."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.matter.conserved import Conserved
from sharvin.typing import NumberArray
from sharvin.units import BOHR_MAGNETON

IDENTITY = np.eye(2)
SIGMA_X = np.array([[0.0, 1.0], [1.0, 0.0]])
SIGMA_Y = np.array([[0.0, -1.0j], [1.0j, 0.0]])
SIGMA_Z = np.array([[1.0, 0.0], [0.0, -1.0]])
PAULI = np.stack((SIGMA_X, SIGMA_Y, SIGMA_Z))


def spin_z() -> Conserved:
    """Spin along z on every site of a model with one basis site."""
    return Conserved((SIGMA_Z,), {1.0: "up", -1.0: "down"})


def zeeman_terms(g_factor: float, parameter: str, sigma: NumberArray) -> dict[str, NumberArray]:
    """Affine term ½ g µ_B B σ, in meV for B in T; an electron's moment opposes its spin."""
    return {parameter: 0.5 * g_factor * BOHR_MAGNETON * sigma}


def checked_spin(given: Sequence[Any], orbitals: tuple[int, ...]) -> tuple[NumberArray, ...]:
    """Spin operators (3, n, n) of each basis site, read-only; none at all is an empty tuple."""
    if len(given) == 0:
        return ()
    spins = tuple(np.array(spin, dtype=np.complex128) for spin in given)
    shapes = [spin.shape for spin in spins]
    if shapes != [(3, count, count) for count in orbitals]:
        raise ShapeMismatch(
            f"spin has shapes {shapes}, but needs sigma_x, sigma_y, sigma_z on "
            f"{orbitals} orbitals: {[(3, n, n) for n in orbitals]}"
        )
    for site, spin in enumerate(spins):
        x, y, z = spin
        if not (np.allclose(x @ y - y @ x, 2j * z) and np.allclose(spin, _adjoint(spin))):
            raise InvalidInput(
                f"spin of site {site} is not a spin one half: sigma_x sigma_y - sigma_y sigma_x "
                "must be 2i sigma_z, with Hermitian matrices"
            )
        spin.flags.writeable = False
    return spins


def _adjoint(stack: NumberArray) -> NumberArray:
    return stack.conj().swapaxes(-1, -2)
