"""Data, fitted curve and residuals: the figure of any fit that has no figure of its own."""

from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.plot.style import BLUE, GRAY, ORANGE, house_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIZE = (6.4, 4.4)  # inches


def figure(found: Any) -> "Figure":
    """Points and curve above, what the curve leaves over below."""
    from matplotlib.figure import Figure

    with house_style():
        drawn = Figure(figsize=_SIZE, layout="constrained")
        above, below = drawn.subplots(2, 1, sharex=True, height_ratios=[3.2, 1])
        x = found.x if found.x.ndim == 1 and found.x.shape == found.y.shape else None
        x = np.arange(found.y.size) if x is None else x
        order = np.argsort(x, kind="stable")
        size = float(np.clip(600 / max(1, found.y.size), 1.5, 5.0))
        above.plot(x, found.y, "o", ms=size, color=BLUE, alpha=0.65, mew=0, label="measured")
        above.plot(x[order], found.fitted[order], color=ORANGE, label=found.model)
        above.set_ylabel(found.labels[1])
        above.legend(loc="best")
        below.axhline(0.0, color=GRAY, lw=0.8)
        below.plot(x, found.residuals, "o", ms=size, color=BLUE, alpha=0.65, mew=0)
        below.set_ylabel("residual")
        below.set_xlabel(found.labels[0])
    return drawn
