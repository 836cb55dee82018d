"""Hall resistances as figures: one trace, a family of them, maps."""

import numpy as np
import pytest
import xarray as xr

from sharvin.errors import InvalidInput
from sharvin.plot.hall import hall_traces


def bar(densities=(2e15,), points=12):
    """Resistances of an imaginary bar: classical, with an axis of densities."""
    field = np.linspace(0.5, 6.0, points)
    n = np.array(densities)
    hall = 6.24 * field[None, :] * 1e15 / n[:, None]  # kΩ
    values = np.stack([hall, 0.1 * hall**0.5], axis=-1)
    return xr.DataArray(
        values,
        dims=("density", "B", "reading"),
        coords={
            "density": ("density", n, {"units": "m^-2"}),
            "B": ("B", field, {"units": "T", "long_name": "magnetic field"}),
            "reading": ["R_xy", "R_xx"],
        },
        attrs={"units": "kΩ"},
    )


def curves(axes, points=12):
    return [line for line in axes.get_lines() if len(line.get_xdata()) == points]


def test_one_trace_has_two_scales():
    figure = hall_traces(bar(), title="bar")
    left, right = figure.axes
    np.testing.assert_allclose(curves(left)[0].get_ydata(), bar()[0, :, 0])
    np.testing.assert_allclose(curves(right)[0].get_ydata(), bar()[0, :, 1])
    assert "Hall" in left.get_ylabel()


def test_each_density_is_a_curve_in_each_panel():
    data = bar((2e15, 2.5e15, 3e15))
    figure = hall_traces(data, title="bar", subtitle="of nothing")
    above, below = figure.axes
    for axes, name in ((above, "R_xy"), (below, "R_xx")):
        drawn = curves(axes)
        assert len(drawn) == 3
        for line, density in zip(drawn, data.density, strict=True):
            np.testing.assert_allclose(
                line.get_ydata(), data.sel(density=density, reading=name).values
            )
    assert len({line.get_color() for line in curves(above)}) == 3
    assert above.get_legend().get_texts()[1].get_text() == "$n$ = 2.5·10¹⁵ m⁻²"


def test_lines_stand_at_the_plateaus():
    above = hall_traces(bar((2e15, 3e15))).axes[0]
    flat = {round(float(line.get_ydata()[0]), 3) for line in above.get_lines()
            if len(line.get_xdata()) == 2}  # fmt: skip
    assert {round(25.812807 / i, 3) for i in (2, 3, 4)} <= flat


def test_many_densities_are_maps():
    figure = hall_traces(bar(np.linspace(1e15, 3e15, 10)))
    labels = [axes.get_ylabel() for axes in figure.axes]
    assert [label for label in labels if label.startswith("$R_")] == ["$R_{xy}$ (kΩ)",
                                                                      "$R_{xx}$ (kΩ)"]  # fmt: skip


def test_maps_name_the_plateaus_that_are_there_and_have_a_cut():
    """Graphene: h/2e², h/6e², h/10e², and no integer in between."""
    data = bar(np.linspace(1e15, 3e15, 30), points=12)
    filling = 4 * np.floor(np.linspace(0, 2.99, 30)) + 2
    data[..., 0] = (25.812807 / filling)[:, None]
    figure = hall_traces(data, title="fan")
    ticks = [t.get_text() for axes in figure.axes for t in axes.get_yticklabels()]
    assert [t for t in ticks if t.startswith("h/")] == ["h/2e²", "h/6e²", "h/10e²"]
    cuts = [axes for axes in figure.axes if len(curves(axes, 30)) == 1]
    np.testing.assert_allclose(curves(cuts[0], 30)[0].get_ydata(), data[:, -1, 0])
    np.testing.assert_allclose(curves(cuts[1], 30)[0].get_ydata(), data[:, -1, 1])
    flat = [line.get_ydata()[0] for line in cuts[0].get_lines() if len(line.get_xdata()) == 2]
    assert set(np.round(25.812807 / np.array(flat), 6)) <= {2.0, 6.0, 10.0}
    assert "6" in cuts[0].get_title(loc="left")


def test_signed_maps_keep_a_linear_scale_of_two_colors():
    data = bar(np.linspace(1e15, 3e15, 10))
    figure = hall_traces(data - 5.0)
    meshes = [m for axes in figure.axes for m in axes.collections if hasattr(m, "norm")]
    assert meshes[0].norm.vmin == -meshes[0].norm.vmax


def test_a_single_point_has_no_figure():
    with pytest.raises(InvalidInput, match="swept axis"):
        hall_traces(bar(points=1))
