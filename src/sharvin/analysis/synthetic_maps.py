"""Bias spectroscopy of a point contact with known answers, as a lock-in would return it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.typing import RealArray
from sharvin.units import CONDUCTANCE_PER_MODE

if TYPE_CHECKING:
    import xarray as xr

FINE = 250  # points per ħω_x of the table of G
NODES = 24  # energies that stand for a Fermi edge
STEPS, ROUNDS = 17, 3  # of the current's area; of Newton's iteration, which converges in two


def synthetic_bias_map(
    *,
    hbar_omega_x: float = 1.0,
    hbar_omega_y: float | Sequence[float] = 3.0,
    lever_arm: float = 0.05,
    share: float = 0.5,
    temperature: float = 0.05,
    subbands: int = 4,
    reach: float = 1.3,
    series_resistance: float = 0.0,
    offset: float = 0.0,
    noise: float = 0.01,
    jitter: float = 0.0,
    points: tuple[int, int] = (161, 101),
    seed: int = 0,
) -> "xr.Dataset":
    r"""Differential conductance (µS over V and mV) of a saddle point at finite bias.

    .. math:: \frac{dI}{dV} = \beta\, G(\mu + \beta eV) + (1 - \beta)\, G(\mu - (1 - \beta) eV),
              \qquad \mu = \alpha e V_g

    with G that of a saddle point, averaged over temperature: a rigid potential of which the part β
    of the bias drops between source and saddle.

    Parameters
    ----------
    hbar_omega_x : float
        In meV.
    hbar_omega_y : float or sequence of float
        In meV; a sequence holds the spacing above each subband but the last.
    lever_arm : float
        In eV/V.
    share : float
        β: one half where the bias drops symmetrically.
    temperature : float
        kT in meV.
    subbands : int
    reach : float
        Largest bias in units of the largest spacing.
    series_resistance : float
        In Ω; the bias is then the one applied to contact and resistor together.
    offset : float
        Bias at which the contact feels none, mV.
    noise : float
        Of one point, in units of 2e²/h.
    jitter : float
        Rms shift of the gate from one bias to the next, mV: charges that move.
    points : (int, int)
        Of gate and bias.
    seed : int
    """
    import xarray as xr

    spacing = np.asarray(hbar_omega_y, dtype=np.float64)
    spacing = np.full(subbands - 1, float(spacing)) if spacing.ndim == 0 else spacing
    if not (subbands >= 1 and spacing.size == subbands - 1 and (spacing > 0).all()):
        raise InvalidInput(
            f"{subbands} subbands have {subbands - 1} spacings, all positive, got {hbar_omega_y}"
        )
    if not (hbar_omega_x > 0 and lever_arm > 0 and 0 <= share <= 1 and min(points) >= 4):
        raise InvalidInput(
            "needed are hbar_omega_x > 0, lever_arm > 0, 0 <= share <= 1, points of 4 or more"
        )
    rng = np.random.default_rng(seed)
    levels = np.concatenate([[0.0], np.cumsum(spacing)])
    wide = float(spacing.max()) if spacing.size else 5 * hbar_omega_x
    energy = np.linspace(-0.8 * wide, levels[-1] + 0.45 * wide, points[0])
    bias = np.linspace(-reach, reach, points[1]) * wide
    # Rows shift together: a charge near the contact moves while the gate stays.
    shift = jitter * lever_arm * rng.standard_normal(points[1])
    mu = energy[None, :] + shift[:, None]

    far = float(np.abs(bias).max()) + abs(offset)
    low, high = float(mu.min()) - far, float(mu.max()) + far
    # Straight lines between these levels are off by less than 1e-5 of a step.
    grid = np.linspace(low, high, 2 + int(FINE * (high - low) / hbar_omega_x))
    table = _steps(grid, levels, hbar_omega_x, temperature)

    def conductance(volts: RealArray) -> RealArray:
        source = np.interp(mu + share * volts, grid, table)
        drain = np.interp(mu - (1 - share) * volts, grid, table)
        mixed: RealArray = share * source + (1 - share) * drain
        return mixed

    inner = np.broadcast_to((bias - offset)[:, None], mu.shape)
    if series_resistance:
        inner = _divided(inner, conductance, 2 * CONDUCTANCE_PER_MODE * series_resistance)
    clean = conductance(inner)
    clean = clean / (1 + 2 * CONDUCTANCE_PER_MODE * series_resistance * clean)
    siemens = 2e6 * CONDUCTANCE_PER_MODE * (clean + noise * rng.standard_normal(clean.shape))
    gate = -0.8 + 1e-3 * energy / lever_arm
    return xr.Dataset(
        {"G": (("bias", "gate"), siemens, {"units": "uS"})},
        {"gate": ("gate", gate, {"units": "V"}), "bias": ("bias", bias, {"units": "mV"})},
        {"source": "synthetic bias spectroscopy"},
    )


def _steps(mu: RealArray, levels: RealArray, hbar_omega_x: float, temperature: float) -> RealArray:
    """Conductance (2e²/h) of the saddle at these chemical potentials."""
    blur = np.zeros(1)
    if temperature > 0:
        place = (np.arange(NODES) + 0.5) / NODES
        blur = temperature * np.log(place / (1 - place))
    from scipy.special import expit

    total = np.zeros_like(mu)
    for level in levels:
        for away in blur:
            total += expit(2 * np.pi * (mu - level + away) / hbar_omega_x)
    return total / blur.size


def _divided(
    applied: RealArray, conductance: Callable[[RealArray], RealArray], per_mode: float
) -> RealArray:
    """Bias across the contact when a resistor takes its part: V = V_c + R_s I(V_c)."""
    inner = applied.copy()
    steps = np.linspace(0.0, 1.0, STEPS)
    for _ in range(ROUNDS):
        # The current is the area under dI/dV from zero to the bias, along each column.
        mean = sum((conductance(inner * s) for s in steps[1:-1]), start=np.zeros_like(inner))
        ends = 0.5 * (conductance(0.0 * inner) + conductance(inner))
        current = inner * (mean + ends) / (STEPS - 1)
        slope = 1 + per_mode * conductance(inner)
        inner = inner - (inner + per_mode * current - applied) / slope
    return inner
