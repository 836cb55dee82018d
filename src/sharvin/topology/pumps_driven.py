"""A two-level system under two drives: a pump of energy that counts Chern numbers."""

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.matter.model import Model
from sharvin.topology.evolution import enough_steps, stepped
from sharvin.topology.pumps import TURN
from sharvin.typing import NumberArray, RealArray
from sharvin.units import HBAR, quantity


def two_tone_pump(
    model: Model,
    *,
    frequencies: tuple[float, float],
    duration: float | str,
    steps: int | None = None,
    phases: int = 12,
    **params: float,
) -> float:
    r"""Energy that a driven atom moves from its first drive to its second, over ħω₁ω₂/2π.

    The phases :math:`\theta_j = \omega_j t + \varphi_j` of two drives stand where a crystal in two
    dimensions has :math:`k_j a_j`: the atom or qubit H(θ₁, θ₂) starts in the lowest band, and

    .. math:: P_{1 \to 2} = \overline{\omega_2 \langle \partial_{\theta_2} H \rangle}
              = C\, \frac{\hbar \omega_1 \omega_2}{2\pi}

    counts with the Chern number of that band, as long as the drives are slow and their ratio is no
    simple fraction. (This is our reading of a Thouless pump "in an atom".)

    Parameters
    ----------
    model : Model
        Two periodic directions, such as `qwz`.
    frequencies : (float, float)
        ω₁ and ω₂ in rad/ps, both far below gap/ħ.
    duration : float or str
        ps; many periods of both.
    steps : int, optional
    phases : int
        Initial phases along each axis over which the result is averaged.
    **params : float

    Returns
    -------
    float
        The Chern number, up to errors that fall with duration and slowness.

    References
    ----------
    I. Martin, G. Refael, B. Halperin, Phys. Rev. X 7, 041008 (2017).
    """
    if not isinstance(model, Model) or model.lattice.dimension != 2 or model.reach.max() > 1:
        raise InvalidInput(
            "two_tone_pump needs a model with two periodic directions and hoppings to neighboring "
            "cells only, such as qwz()"
        )
    omega = np.asarray(frequencies, dtype=np.float64)
    time = float(quantity(duration, "ps"))
    if omega.shape != (2,) or not (omega > 0).all() or not time > 0:
        raise InvalidInput(
            f"needed are two positive frequencies and a positive duration, got {frequencies}, "
            f"{duration!r}"
        )
    angles = TURN * np.arange(phases) / phases
    offsets = np.stack(np.meshgrid(angles, angles, indexing="ij"), axis=-1).reshape(-1, 2)
    # θ/2π are fractions of the reciprocal vectors: k·a_j = θ_j
    inverse = model.lattice.reciprocal / TURN

    def hamiltonian(at: float) -> NumberArray:
        return model.bloch((offsets + omega * at) @ inverse, **params)

    first = hamiltonian(0.0)
    width = float(np.ptp(np.linalg.eigvalsh(first)))
    count = steps or enough_steps(width + HBAR * float(omega.max()), time)
    dt = time / count
    waves = np.linalg.eigh(first)[1][..., :1].astype(np.complex128)
    work = 0.0
    for step in range(count):
        waves = stepped(waves, hamiltonian, step * dt, dt)
        at = offsets + omega * (step + 1) * dt
        slope = _slope(model, at, inverse, params)
        power = np.einsum("kia,kij,kja->k", waves.conj(), slope, waves).real * omega[1]
        work += float(power.mean()) * dt
    return work / time / (HBAR * float(omega.prod()) / TURN)


def _slope(
    model: Model, at: RealArray, inverse: RealArray, params: dict[str, float]
) -> NumberArray:
    """∂H/∂θ₂ by a difference that is exact for the harmonics of neighboring cells."""
    quarter = np.array([0.0, np.pi / 2])
    ahead = model.bloch((at + quarter) @ inverse, **params)
    behind = model.bloch((at - quarter) @ inverse, **params)
    slope: NumberArray = (ahead - behind) / 2
    return slope
