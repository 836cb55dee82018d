"""Figures say what they show: curves, units, plateaus, contacts; and files come whole."""

import csv

import numpy as np
import pytest
import xarray as xr
from matplotlib.text import Text

import sharvin as sv
from sharvin.errors import InvalidInput
from sharvin.plot.device import Contact, Scene, raster
from sharvin.plot.labels import scaled


def conductance(temperatures=(0.0, 4.2), *, unit="2e²/h"):
    gate = np.linspace(-1.0, 0.0, 121)
    rows = [sum(1 / (1 + np.exp(-(gate * 6 + 6 - n) * s)) for n in range(1, 6)) for s in (40, 5)]
    return xr.DataArray(
        np.array(rows[: len(temperatures)]).T,
        dims=("gate", "temperature"),
        coords={
            "gate": ("gate", gate, {"units": "V"}),
            "temperature": ("temperature", list(temperatures), {"units": "K"}),
        },
        name="conductance",
        attrs={"units": unit, "long_name": "conductance"},
    )


def scene(**changes):
    x, y = (c.ravel() for c in np.meshgrid(np.arange(-60.0, 61, 6), np.arange(-30.0, 31, 6)))
    given = {
        "positions": np.column_stack((x, y)),
        "potential": 20.0 * np.exp(-((x / 20) ** 2)) * (y / 30) ** 2,
        "fermi_energy": 10.0,
        "contacts": [Contact("source", "left", (-30, 30)), Contact("up", "top", (-20, 20))],
        "gates": [np.array([(-20, 15), (20, 15), (20, 30), (-20, 30)])],
        "caption": "gate = −1 V",
    }
    return Scene(**{**given, **changes})


def words(figure):
    """All text in a figure."""
    return " | ".join(text.get_text() for text in figure.findobj(Text))


def test_a_staircase_shows_curves_units_and_numbered_plateaus():
    figure = sv.plot.staircase(conductance(), title="A title", subtitle="small", scene=scene())
    said = words(figure)
    for text in ("A title", "small", "gate voltage $V_g$ (V)", "conductance ($2e^2/h$)", "4.2 K"):
        assert text in said
    marked = [t.get_text() for t in figure.axes[0].texts]
    assert [text for text in marked if text.isdigit()] == ["1", "2", "3", "4"]


def test_every_curve_of_a_staircase_is_the_data():
    result = conductance()
    (axes,) = sv.plot.staircase(result).axes
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    for temperature in (0.0, 4.2):
        wanted = result.sel(temperature=temperature).values
        assert np.array_equal(lines[f"{temperature:g} K"], wanted)


def test_a_quantity_without_quanta_gets_no_plateaus():
    figure = sv.plot.staircase(conductance((0.0,), unit="S").squeeze())
    assert not [t for t in figure.axes[0].texts if t.get_text().isdigit()]


def test_a_staircase_of_three_axes_says_what_to_do():
    with pytest.raises(InvalidInput, match=r"\.sel\("):
        sv.plot.staircase(conductance().expand_dims(B=[0.0, 1.0]))


@pytest.mark.parametrize("draw", [sv.plot.map, sv.plot.transconductance])
def test_maps_carry_units_on_all_three_axes(draw):
    result = conductance().assign_coords(temperature=("temperature", [0.001, 0.02], {"units": "K"}))
    said = words(draw(result, title="A map"))
    assert "A map" in said
    assert "gate voltage $V_g$ (V)" in said
    assert "temperature $T$ (mK)" in said
    assert "2e^2/h" in said


def test_the_transconductance_is_the_derivative_with_its_unit():
    result = conductance((0.0,)).isel(temperature=0)
    figure = sv.plot.transconductance(result)
    line = figure.axes[0].lines[-1]
    slope = np.gradient(result.values, result.gate.values)
    assert np.allclose(line.get_ydata(), slope)  # the same formula: rounding only
    assert "$2e^2/h$ / V" in words(figure)


def test_a_device_shows_contacts_fermi_contour_and_two_cuts():
    figure = sv.plot.device(scene(title="A device"))
    said = words(figure)
    for text in ("A device", "source", "up", "gate = −1 V", "$E_F$", "$x$ (nm) at $y$ = 0"):
        assert text in said
    cut = next(axes for axes in figure.axes if "at $y$" in axes.get_xlabel()).lines[0].get_xydata()
    assert len(cut) == 21
    assert np.isfinite(cut).all()


def test_a_flat_device_has_no_cuts():
    figure = sv.plot.device(scene(potential=np.zeros(21 * 11)))
    assert len(figure.axes) == 1


def test_sites_of_any_lattice_fill_the_picture():
    u, v = (c.ravel() for c in np.meshgrid(np.arange(40), np.arange(40)))
    honey = np.column_stack((u + v / 2, v * np.sqrt(0.75)))
    _, _, grid = raster(honey, np.ones(len(honey)))
    middle = grid[len(grid) // 2]
    inside = np.flatnonzero(np.isfinite(middle))
    assert np.isfinite(middle[inside[0] : inside[-1]]).all()


def test_a_device_on_a_line_has_no_picture():
    with pytest.raises(InvalidInput, match="in a plane"):
        Scene(np.zeros((4, 1)), np.zeros(4), 1.0)


def test_figures_and_tables_are_written_whole_and_alike(tmp_path):
    result = conductance()
    figure = sv.plot.staircase(result)
    first = sv.plot.save(figure, tmp_path / "one")
    second = sv.plot.save(sv.plot.staircase(result), tmp_path / "two")
    assert [path.suffix for path in first] == [".png", ".pdf"]
    for one, two in zip(first, second, strict=True):
        assert one.read_bytes() == two.read_bytes()
    table = sv.plot.save_table(result, tmp_path / "one.csv")
    head, *rows = csv.reader(table.read_text(encoding="utf-8").splitlines())
    assert head == ["gate (V)", "temperature (K)", "conductance (2e²/h)"]
    assert np.array_equal(np.array(rows, dtype=float)[:, 2], result.values.ravel())
    assert not list(tmp_path.glob(".*"))


def test_drawing_leaves_the_settings_of_others_alone():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    sv.plot.staircase(conductance())
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(
    ("values", "unit", "expected"),
    [
        ([-1.7, -0.5], "V", ("V", 1.0)),
        ([0.0, 0.02], "V", ("mV", 1e-3)),
        ([0.0], "K", ("K", 1.0)),
        ([1500.0], "nm", ("µm", 1e3)),
        ([2700.0], "meV", ("eV", 1e3)),
        ([3.0], "", ("", 1.0)),
    ],
)
def test_prefixes_keep_numbers_short(values, unit, expected):
    assert scaled(values, unit)[1:] == expected
