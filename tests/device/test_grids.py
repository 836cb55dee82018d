"""Potentials from arrays and files: the right number at the right place, or a message."""

import numpy as np
import pytest

from sharvin.device import Device, grid_potential, lead, rectangle
from sharvin.errors import InvalidInput, ShapeMismatch, UnitError
from sharvin.matter import electron_gas

X, Y = np.linspace(-60, 60, 13), np.linspace(-50, 40, 10)


def cubic(x, y):
    return 1 + 0.1 * x - 2e-5 * x**2 * y + 3e-6 * y**3


def test_a_cubic_is_reproduced_and_x_comes_first():
    grid = grid_potential(cubic(X[:, None], Y), X, Y)
    x, y = np.random.default_rng(0).uniform(-40, 40, (2, 50))
    assert np.allclose(grid.energy(x, y), cubic(x, y), atol=1e-12)
    linear = grid_potential(2 * X[:, None] + Y, X, Y, order=1, unit="eV")
    assert np.allclose(linear.energy(x, y), 1000 * (2 * x + y))


def test_a_file_is_read_in_any_order_of_lines(tmp_path):
    lines = [f"{x}, {y}, {float(cubic(x, y))!r}" for x in X for y in Y]
    np.random.default_rng(1).shuffle(lines)
    path = tmp_path / "potential.csv"
    path.write_text("# made elsewhere\nx (nm), y (nm), U (meV)\n" + "\n".join(lines) + "\n\n")
    assert np.allclose(grid_potential(path).values, cubic(X[:, None], Y), rtol=1e-15)
    assert grid_potential(str(path)).energy(5, 7) == pytest.approx(cubic(5, 7))


def test_a_table_per_volt_is_a_gate():
    table = grid_potential(cubic(X[:, None], Y), X, Y, factor="gate", factor_unit="V")
    device = Device(
        electron_gas(mass=0.067, spacing=10),
        rectangle(100, 60),
        {"l": lead("left")},
        potential=table,
    )
    assert dict(device.units) == {"gate": "V"}
    on, off = (device.values({"gate": v})[device.pattern.diagonal] for v in ("-500 mV", 0))
    x, y = device.positions.T
    assert np.allclose(on - off, -0.5 * cubic(x, y))
    cells = [np.diag(device.lead_blocks({"gate": v})[0].cell) for v in (1, 0)]
    assert np.allclose(cells[0] - cells[1], cubic(x.min(), np.unique(y)))
    other = grid_potential(cubic(X[:, None], Y) + 1e-9, X, Y, factor="gate", factor_unit="V")
    changed = Device(device.model, device.region, device.leads, other)
    assert changed.content_hash != device.content_hash


def test_a_device_larger_than_the_grid_is_refused():
    grid = grid_potential(np.zeros((13, 10)), X, Y)
    device = Device(electron_gas(mass=0.067, spacing=10), rectangle(200, 60), potential=grid)
    with pytest.raises(
        InvalidInput, match="reaches from x = -60 to 60 nm, but the device from -95"
    ):
        device.values({})


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"x": None}, InvalidInput, "needs x= and y="),
        ({"x": X[::-1]}, InvalidInput, "must ascend"),
        ({"x": X[:-1]}, ShapeMismatch, r"values\[i, j\] belongs to x\[i\], y\[j\]"),
        ({"values": np.full((13, 10), np.nan)}, InvalidInput, "NaN"),
        ({"order": 2}, InvalidInput, "order must be 1"),
        ({"unit": "nm"}, UnitError, "energy"),
        ({"values": np.zeros((3, 10)), "x": X[:3]}, InvalidInput, "needs 4 points"),
        ({"values": "nowhere.csv"}, InvalidInput, "brings its own x and y"),
        ({"values": "nowhere.csv", "x": None, "y": None}, InvalidInput, "No such file"),
    ],
)
def test_grids_that_do_not_fit_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        grid_potential(**({"values": np.zeros((13, 10)), "x": X, "y": Y} | arguments))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,y,U\n", "no line of three numbers"),
        ("0,0,1\n0,1\n", r"line 2: needed are three numbers x, y, value, got '0,1'"),
        ("0,0,1\n0,1,2\n1,0,3\n", "3 lines do not fill a grid of 2 x 2"),
        ("0,0,1\n0,1,2\n1,0,3\n1,0,4\n", "missing, comes twice"),
        ("0,0,1\n0,1,2\n1,0,3\n1,1,oops\n", "line 4"),
    ],
)
def test_files_that_are_no_grid_are_refused(tmp_path, text, message):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=message):
        grid_potential(path, order=1)
