"""Excited states of a dot: lines outside a diamond that run along its edges."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.analysis.edges import Map
from sharvin.typing import RealArray

if TYPE_CHECKING:
    from sharvin.analysis.diamond import Diamond

STEPS = 60  # energies between the edge and the addition energy
CLEAR = 6.0  # noises of the mean along a line by which an excited state stands out
WEAK = 0.15  # of the edge itself: fainter lines are not called states


def excited_states(found: Map, diamond: "Diamond") -> tuple[tuple[float, float], ...]:
    """Energies above the edge (meV, with errors) at which dI/dV has a maximum along an edge.

    An excited state of the charge that the right end of the diamond admits makes lines through
    the gate at which it would be degenerate, parallel to the falling edge above and the rising
    edge below. The conductance is averaged along both, outside of the next diamond; only maxima
    that both share are states: a feature of one lead has only one of them.
    """
    up, down = diamond.rising[0] * 1e3, diamond.falling[0] * 1e3
    right, offset = diamond.right[0], diamond.offset
    alpha = diamond.lever_arm[0] * 1e3
    energies = np.linspace(0.0, 0.7 * diamond.addition_energy[0], STEPS)
    size = np.linspace(0.2, 0.95, 60) * diamond.addition_energy[0]
    profiles = []
    for sign, along, across in ((1.0, down, up), (-1.0, up, down)):
        gate = right + energies[:, None] / alpha - size[None, :] / along
        outside = size[None, :] > across * (gate - right) + 0.05 * size[-1]
        bias = np.broadcast_to(offset + sign * size[None, :], gate.shape)
        profiles.append(_mean_along(found, np.where(outside, gate, np.nan), bias))
    first, second = (_maxima(profile, found, energies) for profile in profiles)
    tolerance = 3 * (energies[1] - energies[0])
    shared = []
    for energy in first:
        near = [other for other in second if abs(other - energy) < tolerance]
        if near:
            mean = (energy + near[0]) / 2
            shared.append((float(mean), float(max(abs(energy - near[0]) / 2, tolerance / 6))))
    return tuple(shared)


def _mean_along(found: Map, gate: RealArray, bias: RealArray) -> RealArray:
    from scipy.interpolate import RegularGridInterpolator

    inside = RegularGridInterpolator(
        (found.bias, found.gate), found.conductance, bounds_error=False, fill_value=np.nan
    )
    values = inside(np.stack([bias, gate], axis=-1))
    enough = np.isfinite(values).sum(axis=1) > values.shape[1] // 3
    means = np.full(len(values), np.nan)
    means[enough] = np.nanmean(values[enough], axis=1)
    return means


def _maxima(profile: RealArray, found: Map, energies: RealArray) -> list[float]:
    from scipy.signal import find_peaks

    finite = np.isfinite(profile)
    if finite.sum() < STEPS // 3:
        return []
    line = np.where(finite, profile, np.nanmin(profile))
    edge = float(line[: STEPS // 6].max())
    clear = max(CLEAR * found.noise, WEAK * edge)
    peaks, _ = find_peaks(line, prominence=clear)
    return [float(energies[p]) for p in peaks if p > STEPS // 8]
