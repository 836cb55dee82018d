"""Figures of fits: data, fit and residuals; plateaus with their line; diamonds over their map."""

from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.analysis.fit import Fit
from sharvin.analysis.text import with_error
from sharvin.plot.style import (
    BLUE,
    DOUBLE,
    GRAY,
    INK,
    MAGNITUDE,
    NOTE,
    ORANGE,
    PALE,
    SINGLE,
    headline,
    heat_colors,
    house_style,
    new_figure,
)
from sharvin.units import RESISTANCE_QUANTUM

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


LINE = 60  # letters that fit over a figure of one and a half columns


def fit(found: Fit) -> "Figure":
    """Figure of a fit: what was measured, what was fitted, and what is left.

    Point contacts get raw and corrected staircases with the line of R against 1/N; diamonds are
    drawn over their map; everything else is data, curve and residuals.

    Parameters
    ----------
    found : Fit
        One that did not converge is drawn without the fit, with the reason as its title.
    """
    with house_style():
        if found.kind == "plateaus" and found.converged:
            return _plateaus(found)
        if found.kind == "diamonds" and found.parts.get("map") is not None:
            return _diamonds(found)
        if found.kind == "bias-diamonds":
            from sharvin.plot.bias_diamonds import draw_bias_diamonds

            return draw_bias_diamonds(found)
        if found.kind == "plateaus":
            return _raw(found)
        if found.x.ndim == 2 and "readings" in found.parts:
            return _readings(found)
        return _curve(found)


def _readings(found: Fit) -> "Figure":
    """Each reading with its fit and, below, what is left: the last one on top."""
    names = found.parts["readings"]
    figure = new_figure(SINGLE * 1.75, 2.6 * len(names))
    panels = figure.subplots(2 * len(names), 1, sharex=True, height_ratios=(3, 1) * len(names))
    for place, number in enumerate(reversed(range(len(names)))):
        above, below = panels[2 * place : 2 * place + 2]
        mine = found.x[1] == number
        x = found.x[0, mine]
        above.plot(x, found.y[mine], "o", color=GRAY, markersize=2.6, alpha=0.7, markeredgewidth=0)
        above.set_ylabel(names[number])
        if found.converged:
            above.plot(x, found.fitted[mine], color=BLUE)
            below.plot(x, found.residuals[mine], "o", color=GRAY, markersize=2, markeredgewidth=0)
        below.axhline(0.0, color=BLUE, linewidth=0.8)
        below.set_ylabel("data - fit")
    panels[-1].set_xlabel(found.labels[0])
    figure.align_ylabels(panels)
    headline(panels[0], found.model, _values(found) if found.converged else found.problem)
    return figure


def _curve(found: Fit) -> "Figure":
    figure = new_figure(SINGLE * 1.5, 4.0)
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    # Several readings at once (R_xy and R_xx) have no common axis but their order.
    single = found.x.ndim == 1
    x = found.x if single else np.arange(found.y.size, dtype=np.float64)
    top.plot(x, found.y, "o", color=GRAY, markersize=2.6, alpha=0.7, markeredgewidth=0)
    headline(top, found.model, _values(found) if found.converged else found.problem)
    if found.converged:
        if found.sigma is not None and found.y.size < 60:
            top.errorbar(x, found.y, found.sigma, fmt="none", ecolor=GRAY, elinewidth=0.7)
        top.plot(x, found.fitted, color=BLUE)
        bottom.plot(x, found.residuals, "o", color=GRAY, markersize=2, markeredgewidth=0)
    bottom.axhline(0.0, color=BLUE, linewidth=0.8)
    bottom.set_ylabel("data - fit")
    top.set_ylabel(found.labels[1])
    bottom.set_xlabel(found.labels[0] if single else "number of the reading")
    return figure


def _values(found: Fit, most: int = 3) -> str:
    """The first values, as many as a line of the figure holds."""
    line = ""
    for name, value in list(found.values.items())[:most]:
        shown = f"{name} = {with_error(value, found.errors[name], found.units.get(name, ''))}"
        if line and len(line) + len(shown) > LINE:
            break
        line += f",  {shown}" if line else shown
    return line


def _traces(found: Fit) -> list[tuple[Any, Any, Any]]:
    """Gate, raw and corrected conductance of each trace."""
    record = found.parts["corrected"]
    if "trace" not in record.dims:
        return [(record.gate.values, record.G.values, record.G_corrected.values)]
    rows = [record.isel(trace=k) for k in range(record.sizes["trace"])]
    return [(row.gate.values, row.G.values, row.G_corrected.values) for row in rows]


def _plateaus(found: Fit) -> "Figure":
    figure = new_figure(DOUBLE, 3.9)
    left, right = figure.subplots(1, 2, width_ratios=(1.75, 1))
    rows = _traces(found)
    colors = heat_colors(len(rows))
    g = found.parts["degeneracy"]
    unit = "e²/h" if g == 1 else f"{g}e²/h"
    top = max(p.number for one in found.parts["plateaus"] for p in one)
    for level in range(top + 2):
        left.axhline(level, color=PALE, linewidth=0.7, zorder=0)
    for k, (gate, raw, good) in enumerate(rows):
        left.plot(gate, raw, color=colors[k], linewidth=0.8, alpha=0.45, linestyle=(0, (3, 1.5)))
        left.plot(gate, good, color=colors[k], linewidth=1.4)
        inside = [p for p in found.parts["plateaus"][k] if p.number]
        left.plot(
            [p.gate for p in inside], [p.value for p in inside], "o", color="white",
            markeredgecolor=colors[k], markersize=3.4, markeredgewidth=0.9,
        )  # fmt: skip
    finite = np.concatenate([good[np.isfinite(good)] for _, _, good in rows])
    left.set_ylim(-0.15, min(float(finite.max()) + 0.2, top + 1.0))
    gate_unit = found.parts["raw"][0].gate_unit or "a.u."
    left.set_xlabel(f"gate ({gate_unit})")
    left.set_ylabel(f"G ({unit})")
    headline(left, "Plateaus put right", "dashed: as measured; full: without $R_s$")
    _line(right, found, colors)
    return figure


def _line(axes: "Axes", found: Fit, colors: list[str]) -> None:
    """R against 1/N; deviations from it are invisible there and have an inset."""
    r_s, quantum = found.values["R_s"], RESISTANCE_QUANTUM / found.parts["degeneracy"]
    inverse = np.linspace(0.0, 1.04, 3)
    axes.plot(inverse, (r_s + quantum * inverse) / 1e3, color=INK, linewidth=0.9)
    for k, one in enumerate(found.parts["plateaus"]):
        inside = [p for p in one if p.number]
        axes.plot(
            [1 / p.number for p in inside], [quantum / p.raw / 1e3 for p in inside], "o",
            color=colors[k], markersize=4, alpha=0.8, markeredgewidth=0,
        )  # fmt: skip
    axes.set_xlim(0, 1.05)
    axes.set_ylim(0, None)
    axes.set_xlabel("1/N")
    axes.set_ylabel("1/G as measured (kΩ)")
    headline(
        axes, f"$R_s$ = {with_error(r_s, found.errors['R_s'], 'Ω')}", "slope h/ge², not fitted"
    )
    small = axes.inset_axes((0.56, 0.11, 0.42, 0.36))
    for k, one in enumerate(found.parts["plateaus"]):
        inside = [p for p in one if p.number]
        small.plot(
            [p.number for p in inside], [100 * p.deviation for p in inside], "o-",
            color=colors[k], markersize=2, linewidth=0.6,
        )  # fmt: skip
    small.axhspan(-1, 1, color=PALE, alpha=0.5, linewidth=0)
    small.axhline(0, color=INK, linewidth=0.6)
    small.set_ylabel("off N (%)", fontsize=NOTE, labelpad=1)
    small.set_xlabel("N", fontsize=NOTE, labelpad=1)
    small.set_xticks(range(1, max(p.number for one in found.parts["plateaus"] for p in one) + 1))
    small.tick_params(labelsize=NOTE, length=2)


def _raw(found: Fit) -> "Figure":
    figure = new_figure(SINGLE * 1.5, 3.4)
    axes = figure.subplots()
    for trace in found.parts["raw"]:
        axes.plot(trace.gate, trace.values, linewidth=1.0)
    headline(axes, "No plateaus found", found.problem.removeprefix("no plateaus found: "))
    axes.set_xlabel("gate")
    axes.set_ylabel("as measured")
    return figure


def _diamonds(found: Fit) -> "Figure":
    from matplotlib.patheffects import withStroke

    figure = new_figure(DOUBLE, 4.0)
    axes = figure.subplots()
    m = found.parts["map"]
    shown = np.clip(m.conductance / m.open, 1e-3, None)
    image = axes.pcolormesh(
        m.gate, m.bias, np.log10(shown), cmap=MAGNITUDE, vmin=-2.5, vmax=0.3, shading="nearest",
        rasterized=True,
    )  # fmt: skip
    bar = figure.colorbar(image, ax=axes, pad=0.015)
    bar.set_label("log$_{10}$ dI/dV (of the open dot)")
    for one, (gate, sides) in zip(found.parts["diamonds"], found.parts["edges"], strict=True):
        for side in sides:
            axes.plot(gate, side + m.offset, ".", color="white", markersize=2.5, alpha=0.8)
        corners = one.corners()
        axes.plot(corners[:, 0], corners[:, 1], color=ORANGE, linewidth=1.5)
        text = f"{with_error(*one.addition_energy)} meV\nα {with_error(*one.lever_arm)}"
        axes.text(
            corners[:4, 0].mean(), one.offset, text, color="white", ha="center", va="center",
            fontsize=NOTE, path_effects=[withStroke(linewidth=2, foreground=INK)],
        )  # fmt: skip
    if found.parts["diamonds"]:  # far outside, amplifiers are often overloaded
        reach = 1.15 * max(abs(d.corners()[:, 1]).max() for d in found.parts["diamonds"])
        axes.set_ylim(max(-reach, m.bias[0]), min(reach, m.bias[-1]))
    axes.set_xlabel("gate (V)")
    axes.set_ylabel("bias (mV)")
    text = _values(found, 2) if found.converged else found.problem
    headline(axes, found.model, text)
    return figure
