"""The figure of the page of dots."""

from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.gallery.dot_cycles import circle

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


def figure(data: "xr.Dataset") -> "Figure":
    """Open and closed, diamonds, honeycomb; a blocking state, and two pumps."""
    from sharvin.plot.style import new_figure

    fig = new_figure(width=13.2, height=7.2)
    upper, lower = fig.subplots(2, 3)
    _islands(upper, data)
    _cycles(lower, data)
    return fig


def _islands(axes: Any, data: "xr.Dataset") -> None:
    from sharvin.gallery.drawing import BLUE, GRAY, ORANGE, finish, plateaus
    from sharvin.plot.style import MAGNITUDE

    left, middle, right = axes
    plateaus(left, range(4))
    left.plot(1e3 * data.gate, data.G_open, color=BLUE, label="both contacts open")
    times = 10 ** int(np.floor(np.log10(2.0 / float(data.G_closed.max()))))
    left.fill_between(1e3 * data.fine, times * data.G_closed, color=ORANGE, alpha=0.25, lw=0)
    left.plot(1e3 * data.fine, times * data.G_closed, color=ORANGE, linewidth=1.2,
              label=f"both closed (times {times})")  # fmt: skip
    left.set_ylim(0, 1.15 * max(float(data.G_open.max()), times * float(data.G_closed.max())))
    left.legend(fontsize=8, loc="upper left")
    finish(left, x="gate (mV)", y="G (2e²/h)", title="One layout, open and closed")
    extent = (1e3 * data.Vg.values[0], 1e3 * data.Vg.values[-1], -5, 5)
    shown = np.sqrt(np.clip(data.dIdV.values / np.quantile(data.dIdV.values, 0.995), 0, 1))
    middle.imshow(shown, origin="lower", extent=extent, aspect="auto", cmap=MAGNITUDE,
                  interpolation="bilinear")  # fmt: skip
    for n, place in enumerate((20.0, 42.4, 65.0)):
        middle.text(place, 0, f"N = {n + 1}", color="white", ha="center", va="center")
    finish(middle, x="gate (mV)", y="source voltage (mV)", title="Diamonds and excited states")
    volts = 1e3 * data.left.values
    slope = np.hypot(*np.gradient(data.charge.values))
    image = (volts[0], volts[-1], volts[0], volts[-1])
    right.imshow(np.sqrt(slope.T), origin="lower", extent=image, cmap=MAGNITUDE, aspect="equal",
                 interpolation="bilinear")  # fmt: skip
    right.tick_params(color=GRAY)
    finish(right, x="left gate (mV)", y="right gate (mV)", title="Two islands: a honeycomb")


def _cycles(axes: Any, data: "xr.Dataset") -> None:
    from sharvin.gallery.drawing import BLUE, GRAY, INK, ORANGE, finish
    from sharvin.plot.style import DIVERGING

    left, middle, right = axes
    left.plot(
        1e3 * data["drop"], 1e9 * data.I_free, color=GRAY, linewidth=1, label="both levels open"
    )
    left.plot(1e3 * data["drop"], 1e9 * data.I_blocked, color=ORANGE,
              label="the upper one leaves 20 times slower")  # fmt: skip
    left.legend(fontsize=8, loc="upper left")
    left.set_ylim(0, 1.35e9 * float(data.I_free.max()))
    finish(left, x="bias (mV)", y="current (nA)", title="More bias, less current")
    millivolts = 1e3 * data.one.values
    shown = 1e-6 * data.curvature.values.T
    top = float(np.abs(shown).max())
    extent = (millivolts[0], millivolts[-1], millivolts[0], millivolts[-1])
    middle.imshow(np.sign(shown) * np.sqrt(np.abs(shown) / top), origin="lower", extent=extent,
                  cmap=DIVERGING, vmin=-1, vmax=1, interpolation="bilinear")  # fmt: skip
    for name, color in (("one point", INK), ("both points", GRAY)):
        x, y = circle(name, 200)
        middle.plot(1e3 * np.append(x, x[0]), 1e3 * np.append(y, y[0]), color=color, linewidth=1)
    for place, electrons in (((20.5, 10.0), data.loop[0]), ((19.0, 38.5), data.loop[1])):
        middle.text(*place, f"{abs(float(electrons)):.2f} e", color=INK, fontsize=8, ha="center")
    finish(middle, x="left gate (mV)", y="right gate (mV)",
           title="Pumping two islands: curvature")  # fmt: skip
    right.axhline(1, color=GRAY, linewidth=0.7, linestyle=(0, (2, 2)))
    right.semilogx(data.period, data.turned, "o-", color=BLUE, markersize=4)
    right.set_ylim(0, 1.12)
    finish(right, x="period (ħ/Γ)", y="electrons per cycle", title="A turnstile, slow enough")
