"""One diamond of a point contact at finite bias, and one riser that splits with it."""

from dataclasses import dataclass

import numpy as np

from sharvin.analysis.text import with_error
from sharvin.typing import RealArray

Pair = tuple[float, float]


@dataclass(frozen=True)
class SplitRiser:
    """A subband edge at zero bias and the two lines that leave it; pairs are value and error.

    Parameters
    ----------
    number : int
        Of the plateau above it.
    gate : (float, float)
        V.
    lever_arm : (float, float)
        In eV/V, from both slopes.
    share : (float, float)
        Part of the bias that drops between source and saddle.
    width : (float, float)
        Of its logistic step at zero bias, V.
    half : (float, float)
        dI/dV on the half plateau above it in bias; NaN where the map does not reach.
    """

    number: int
    gate: Pair
    lever_arm: Pair
    share: Pair
    width: Pair
    half: Pair


@dataclass(frozen=True)
class BiasDiamond:
    """A plateau at zero bias between two risers; pairs are value and error.

    Parameters
    ----------
    number : int
        Of the plateau: how many subbands are open.
    left, right : (float, float)
        Risers, V.
    spacing : (float, float)
        ħω_y in meV: e times the bias at the apex, mean of both polarities.
    apexes : ((float, float), (float, float))
        Gate (V) and bias (mV) above and below.
    plateau : (float, float)
        dI/dV in its middle.
    is_closed : bool
        Whether both apexes lie within the measured biases.
    """

    number: int
    left: Pair
    right: Pair
    spacing: Pair
    apexes: tuple[Pair, Pair]
    plateau: Pair
    is_closed: bool

    def corners(self, offset: float) -> RealArray:
        """Gate (V) and bias (mV) of left, top, right, bottom, left: shape (5, 2)."""
        above, below = self.apexes
        ends = (self.left[0], offset), (self.right[0], offset)
        return np.array([ends[0], above, ends[1], below, ends[0]])


def bias_lines(
    risers: tuple[SplitRiser, ...], diamonds: tuple[BiasDiamond, ...], unit: str
) -> list[str]:
    """Lines of a report."""
    lines = [
        f"riser {r.number} at {with_error(*r.gate, 'V')}: "
        f"α = {with_error(1e3 * r.lever_arm[0], 1e3 * r.lever_arm[1], 'meV/V')}, "
        f"{with_error(*r.share)} of the bias before the saddle"
        for r in risers
    ]
    for d in diamonds:
        (_, up), (_, down) = d.apexes
        where = "" if d.is_closed else ", outside of the map"
        lines.append(
            f"diamond {d.number} ({d.left[0]:.4g} to {d.right[0]:.4g} V): "
            f"ħω_y = {with_error(*d.spacing, 'meV')}, apexes at {up:+.3g} and {down:+.3g} mV{where}"
        )
    halves = [f"{with_error(*r.half)}" for r in risers if np.isfinite(r.half[0])]
    wholes = [f"{with_error(*d.plateau)}" for d in diamonds if np.isfinite(d.plateau[0])]
    if halves:
        lines.append(f"half plateaus at {', '.join(halves)} {unit}".rstrip())
    if wholes:
        lines.append(f"plateaus inside the diamonds at {', '.join(wholes)} {unit}".rstrip())
    return lines
