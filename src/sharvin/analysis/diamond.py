"""One Coulomb diamond: energies and capacitances with their errors."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.analysis.text import with_error
from sharvin.typing import RealArray


@dataclass(frozen=True)
class Diamond:
    """One diamond; every pair is a value and its standard error.

    Parameters
    ----------
    left, right : (float, float)
        Degeneracy points, V.
    lever_arm : (float, float)
        C_g/C in eV/V.
    addition_energy : (float, float)
        e²/C + ΔE in meV; over e it is the charging voltage in mV.
    rising, falling : (float, float)
        Slopes of the edges in V/V, both counted positive.
    gate_capacitance, source_capacitance, drain_capacitance, capacitance : (float, float)
        In aF; the source is the biased lead, and `capacitance` is the sum of all three. Without
        level spacing: where ΔE is not small, they are too small by E_C/E_add.
    offset : float
        Bias at the middle, mV.
    """

    left: tuple[float, float]
    right: tuple[float, float]
    lever_arm: tuple[float, float]
    addition_energy: tuple[float, float]
    rising: tuple[float, float]
    falling: tuple[float, float]
    gate_capacitance: tuple[float, float]
    source_capacitance: tuple[float, float]
    drain_capacitance: tuple[float, float]
    capacitance: tuple[float, float]
    offset: float

    def corners(self) -> RealArray:
        """Gate (V) and bias (mV) of left, top, right, bottom, left: shape (5, 2)."""
        (a, _), (b, _), (up, _), (down, _) = self.left, self.right, self.rising, self.falling
        height = up * down / (up + down) * (b - a) * 1e3
        top, bottom = a + height / up / 1e3, b - height / up / 1e3
        y = self.offset
        return np.array([(a, y), (top, y + height), (b, y), (bottom, y - height), (a, y)])


def even_odd(energies: RealArray) -> tuple[float, float]:
    """Mean addition energy of every second diamond less that of the others, and its error.

    A spin-degenerate dot pays the level spacing at every second electron.

    Parameters
    ----------
    energies : real array, shape (diamonds, 2)
        Values and errors; NaN for fewer than four diamonds.
    """
    if len(energies) < 4:
        return float("nan"), float("nan")
    odd, even = energies[::2], energies[1::2]
    difference = float(odd[:, 0].mean() - even[:, 0].mean())
    parts = [np.sqrt((half[:, 1] ** 2).sum()) / len(half) for half in (odd, even)]
    scatter = [half[:, 0].std(ddof=1) / np.sqrt(len(half)) for half in (odd, even)]
    return difference, float(np.hypot(*(max(a, b) for a, b in zip(parts, scatter, strict=True))))


def diamond_lines(diamonds: tuple[Diamond, ...], excited: tuple[Any, ...]) -> list[str]:
    """One line of a report for each diamond, and one for lines parallel to its edges."""
    lines = []
    for k, (d, states) in enumerate(zip(diamonds, excited, strict=True)):
        lines.append(
            f"diamond {k + 1} ({d.left[0]:.4g} to {d.right[0]:.4g} V): "
            f"α = {with_error(*d.lever_arm, 'eV/V')}, "
            f"E_add = {with_error(*d.addition_energy, 'meV')}, "
            f"C_g = {with_error(*d.gate_capacitance)}, C_s = {with_error(*d.source_capacitance)}, "
            f"C_d = {with_error(*d.drain_capacitance)}, C = {with_error(*d.capacitance, 'aF')}"
        )
        if states:
            shown = ", ".join(with_error(e, s, "meV") for e, s in states)
            lines.append(f"  lines parallel to its edges at {shown}")
    return lines
