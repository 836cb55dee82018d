"""Data with known answers: traces and maps as an instrument would return them."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.records import record_of
from sharvin.errors import InvalidInput
from sharvin.formulas.logistic import logistic
from sharvin.typing import RealArray
from sharvin.units import CONDUCTANCE_PER_MODE, RESISTANCE_QUANTUM

if TYPE_CHECKING:
    import xarray as xr


def synthetic_contact(
    *,
    series_resistance: float = 280.0,
    plateaus: int = 6,
    degeneracy: int = 2,
    width: float = 0.05,
    noise: float = 0.005,
    scatter: float = 0.0,
    points: int = 1000,
    gate: ArrayLike | None = None,
    seed: int = 0,
) -> "xr.Dataset":
    """Conductance trace (µS against V) of a saddle-point contact behind a resistor.

    Parameters
    ----------
    series_resistance : float
        In Ω.
    plateaus : int
        The trace ends on the last of them.
    degeneracy : int
    width : float
        Of the risers, in units of their spacing: kT or ħω_x/2π over ħω_y.
    noise : float
        Of one point, in steps of the conductance.
    scatter : float
        Relative deviation of the plateaus from whole numbers, drawn for each.
    points : int
    gate : real array, shape (points,), optional
        In V, instead of even points from pinch-off at -1.5 V; riser n is at 0.1 n - 1.55 V.
    seed : int
    """
    if not (plateaus >= 1 and width > 0 and points >= 16):
        raise InvalidInput("needed are plateaus >= 1, width > 0 and points >= 16")
    rng = np.random.default_rng(seed)
    volts = -1.5 + 0.1 * np.linspace(0.0, plateaus + 0.5, points)
    volts = volts if gate is None else np.asarray(gate, dtype=np.float64)
    place = 10 * (volts + 1.5)
    risers = np.arange(plateaus) + 0.5
    heights = np.diff(np.arange(plateaus + 1) * (1 + scatter * rng.standard_normal(plateaus + 1)))
    clean = (heights * logistic((place[:, None] - risers) / width)).sum(axis=1) * degeneracy
    measured = clean / (1 + clean * series_resistance / RESISTANCE_QUANTUM)
    measured = measured + noise * degeneracy * rng.standard_normal(volts.size)
    siemens = 1e6 * CONDUCTANCE_PER_MODE
    return record_of(
        {"gate": (volts, "V"), "G": (measured * siemens, "uS")}, source="synthetic contact"
    )


def synthetic_diamonds(
    *,
    lever_arm: float = 0.1,
    charging_energy: float = 2.0,
    source_share: float = 0.45,
    spacing: float = 0.0,
    excited: float = 0.0,
    temperature: float = 0.06,
    noise: float = 0.005,
    diamonds: int = 4,
    points: tuple[int, int] = (241, 241),
    gate: ArrayLike | None = None,
    seed: int = 0,
) -> "xr.Dataset":
    r"""Current map (nA over V and mV) of a dot in the constant-interaction model.

    Sequential tunneling with equal rates through one level for each charge, and a second one at
    `excited` above it: a step of the current where a level enters the window between source and
    drain.

    Parameters
    ----------
    lever_arm : float
        C_g/C in eV/V.
    charging_energy : float
        e²/C in meV.
    source_share : float
        C_s/C; the rest, less the gate's, is the drain's.
    spacing : float
        Added to the addition energy of every second diamond, meV.
    excited : float
        Energy of the second level, meV; zero for none.
    temperature : float
        kT in meV.
    noise : float
        In units of the step of the current.
    diamonds : int
    points : (int, int)
        Of gate and bias.
    gate : real array, optional
        In V, instead of even points; the first charge is degenerate at zero.
    seed : int
    """
    import xarray as xr

    rng = np.random.default_rng(seed)
    energies = charging_energy + spacing * (np.arange(diamonds) % 2)
    levels = np.concatenate([[0.0], np.cumsum(energies)])
    reach = 1e-3 / lever_arm
    ends = -0.4 * energies[0] * reach, (levels[-1] + 0.4 * energies[-1]) * reach
    volts = np.linspace(*ends, points[0]) if gate is None else np.asarray(gate, dtype=np.float64)
    bias = np.linspace(-1.5, 1.5, points[1]) * charging_energy
    current = np.zeros((points[1], volts.size))
    for level in levels:
        for extra in (0.0, excited) if excited > 0 else (0.0,):
            current += _window(
                volts, bias, level + extra, level, lever_arm, source_share, temperature
            )
    current += noise * rng.standard_normal(current.shape)
    return xr.Dataset(
        {"I": (("bias", "gate"), current, {"units": "nA"})},
        {"gate": ("gate", volts, {"units": "V"}), "bias": ("bias", bias, {"units": "mV"})},
        {"source": "synthetic diamonds"},
    )


def _window(
    gate: RealArray, bias: RealArray, level: float, ground: float, lever_arm: float,
    source_share: float, temperature: float,
) -> RealArray:  # fmt: skip
    """Current through one level: the difference of the occupations of source and drain there.

    Excited levels carry current only once the ground level of their charge is in the window.
    """

    def occupied(energy: float) -> tuple[RealArray, RealArray]:
        # Electrons are negative: a positive gate or bias lowers the level, the bias the source too.
        place = energy - 1e3 * lever_arm * gate[None, :] - source_share * bias[:, None]
        source = logistic((-bias[:, None] - place) / temperature)
        drain = logistic(-place / temperature)
        return source, drain

    source, drain = occupied(level)
    current = drain - source  # conventional current, positive for a positive bias
    if level != ground:
        first, second = occupied(ground)
        current = current * np.abs(first - second)
    return current
