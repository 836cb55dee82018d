"""Gates: closed forms against one another and against numbers, then gates in a device."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import dblquad
from scipy.optimize import brentq

from sharvin.device import (
    Device,
    Potential,
    find_saddle,
    gate,
    lead,
    lever_arm,
    rectangle,
    split_gate,
)
from sharvin.device.landscape import Landscape
from sharvin.device.outlines import half_plane_outline, polygon_outline, rectangle_outline
from sharvin.device.regions import interval
from sharvin.errors import InvalidInput, ShapeMismatch, SharvinError, UnitError, UnknownName
from sharvin.matter import electron_gas
from sharvin.matter.chain import chain

# Sums of a few arctangents of order one.
ROUNDING = 1e-13
GAS = electron_gas(mass=0.067, spacing=20)
WAFER = {"gap": "250 nm", "depth": "60 nm"}  # of the contact of 1988
FERMI_ENERGY = 12.72  # meV, of 3.56e15 electrons per m²

place = st.floats(-300, 300)
depths = st.floats(5, 200)
side = st.floats(5, 300)


# --- outlines ---------------------------------------------------------------------------------


def test_a_half_plane_and_a_strip_have_their_closed_forms():
    x, d, w = np.linspace(-500, 500, 41), 60.0, 240.0
    half = rectangle_outline((0, None), None).coverage(x, np.array(7.0), d)
    assert np.allclose(half, 0.5 + np.arctan(x / d) / np.pi, atol=ROUNDING)
    strip = rectangle_outline((-w / 2, w / 2), None).coverage(x, np.array(-3.0), d)
    closed = (np.arctan((w / 2 + x) / d) + np.arctan((w / 2 - x) / d)) / np.pi
    assert np.allclose(strip, closed, atol=ROUNDING)
    everywhere = rectangle_outline(None, None).coverage(x, x, d)
    assert np.allclose(everywhere, 1, atol=ROUNDING)


@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (-100.0, 30.0), (70.0, -200.0)])
def test_a_rectangle_is_the_integral_over_its_surface(x, y):
    d, lower, upper = 60.0, (-100.0, -40.0), (150.0, 90.0)
    # Poisson's kernel of the half space
    direct, _ = dblquad(
        lambda v, u: d / (2 * np.pi * ((u - x) ** 2 + (v - y) ** 2 + d**2) ** 1.5),
        lower[0], upper[0], lower[1], upper[1], epsabs=1e-11,
    )  # fmt: skip
    outline = rectangle_outline((lower[0], upper[0]), (lower[1], upper[1]))
    assert outline.coverage(np.array(x), np.array(y), d) == pytest.approx(direct, abs=1e-9)


@given(place, place, depths, side, side, st.booleans())
def test_the_polygon_of_a_rectangle_is_the_rectangle(x, y, d, a, b, clockwise):
    corners = [(-a, -b), (a, -b), (a, b), (-a, b)]
    polygon = polygon_outline(corners[::-1] if clockwise else corners)
    plain = rectangle_outline((-a, a), (-b, b))
    one, two = (o.coverage(np.array(x), np.array(y), d) for o in (polygon, plain))
    assert one == pytest.approx(two, abs=ROUNDING)


@given(place, place, depths)
def test_polygons_add_up_even_if_they_are_not_convex(x, y, d):
    corner = polygon_outline([(0, 0), (200, 0), (200, 50), (80, 50), (80, 300), (0, 300)])
    parts = [rectangle_outline((0, 200), (0, 50)), rectangle_outline((0, 80), (50, 300))]
    total = sum(part.coverage(np.array(x), np.array(y), d) for part in parts)
    assert corner.coverage(np.array(x), np.array(y), d) == pytest.approx(total, abs=ROUNDING)


@given(place, place, depths, st.floats(0, 2 * np.pi))
def test_a_turned_gate_is_the_same_gate_seen_from_a_turned_place(x, y, d, angle):
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, -s], [s, c]])
    triangle = np.array([(-50.0, -80.0), (120.0, 10.0), (0.0, 90.0)])
    u, v = turn @ (x, y)
    here = polygon_outline(triangle).coverage(np.array(x), np.array(y), d)
    there = polygon_outline(triangle @ turn.T).coverage(u, v, d)
    assert here == pytest.approx(there, abs=ROUNDING)
    plane = half_plane_outline((c, s), through=(10 * c, 10 * s))
    flat = 0.5 + np.arctan((x - 10) / d) / np.pi
    assert plane.coverage(u, v, d) == pytest.approx(flat, abs=ROUNDING)


@given(place, place, st.floats(40, 200))
def test_the_potential_obeys_the_laplace_equation(x, y, d):
    outlines = [
        polygon_outline([(-50, -80), (120, 10), (0, 90), (10, 0)]),
        rectangle_outline((-90, 30), (40, None)),
    ]
    h = 0.5
    steps = h * np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]])
    for outline in outlines:
        middle = float(outline.coverage(np.array(x), np.array(y), d))
        around = [float(outline.coverage(np.array(x + u), np.array(y + v), d + w))
                  for u, v, w in steps]  # fmt: skip
        # each second derivative is of order 1/d²; what is left is h²/12 of the fourth ones
        assert abs(sum(around) - 6 * middle) / h**2 < 3e-3 / d**2


def test_limits_of_a_shallow_and_of_a_deep_gas():
    square = polygon_outline([(0, 0), (100, 0), (100, 100), (0, 100)])
    x, y = np.array([50.0, 0.0, 0.0, -20.0]), np.array([50.0, 50.0, 0.0, 50.0])
    assert np.allclose(square.coverage(x, y, 1e-6), [1, 1 / 2, 1 / 4, 0], atol=1e-7)
    deep = 1e5
    assert np.allclose(square.coverage(x, y, deep), 100**2 / (2 * np.pi * deep**2), rtol=1e-5)
    large, open_end = (
        rectangle_outline((-1e9, 50), (20, 1e9)),
        rectangle_outline((None, 50), (20, None)),
    )
    assert np.allclose(large.coverage(x, y, 60), open_end.coverage(x, y, 60), atol=1e-6)


def test_corners_of_open_gates_fill_a_window():
    window = ((-10.0, 10.0), (-5.0, 5.0))
    assert rectangle_outline((0, None), None).corners(*window).tolist() == [
        [0, -5], [10, -5], [10, 5], [0, 5],
    ]  # fmt: skip
    plane = half_plane_outline((1, 0)).corners(*window)
    assert sorted(plane.tolist()) == [[0, -5], [0, 5], [10, -5], [10, 5]]
    assert half_plane_outline((1, 0), through=(20, 0)).corners(*window).shape == (0, 2)


# --- gates ------------------------------------------------------------------------------------


def test_gates_superpose_and_negative_volts_repel_electrons():
    one = split_gate(**WAFER, length="500 nm", screening=False)
    two = split_gate(**WAFER, length="500 nm", screening=False, voltage=("lower", "upper"))
    plunger = gate(polygon=[(-30, 40), (30, 40), (0, 90)], voltage=0.1, depth=60, screening=False)
    x, y = np.array([0.0, 100.0, 700.0]), np.array([0.0, -80.0, 300.0])
    assert np.allclose(two.energy(x, y, lower=-0.9, upper=-0.9), one.energy(x, y, gate="-900 mV"))
    assert (one.energy(x, y, gate=-0.9) > 0).all()
    # the coverage at the middle in closed form: four corners at (250, 125) nm
    share = 4 * (
        np.arctan(250 / 60) - np.arctan(250 * 125 / (60 * np.sqrt(250**2 + 125**2 + 60**2)))
    )
    assert one.energy(0, 0, gate=-1) == pytest.approx(1000 * share / (2 * np.pi), rel=1e-12)
    both = two + plunger
    assert np.allclose(
        both.energy(x, y, lower=-0.5, upper=-0.7) - plunger.energy(x, y),
        two.energy(x, y, lower=-0.5, upper=0) + two.energy(x, y, lower=0, upper=-0.7),
    )


def test_lever_arms_are_slopes():
    gates = split_gate(**WAFER, length="300 nm", voltage=("lower", "upper"))
    at = (30.0, -50.0)
    for name in ("lower", "upper"):
        volts = {"lower": 0.0, "upper": 0.0, name: 1.0}
        assert lever_arm(gates, name, at=at) == pytest.approx(-gates.energy(*at, **volts) / 1000)
    assert lever_arm(gates, "lower", at=at) > lever_arm(gates, "upper", at=at)
    with pytest.raises(UnknownName, match="lower"):
        lever_arm(gates, "lwer")
    with pytest.raises(UnknownName):
        lever_arm(gates)
    assert lever_arm(split_gate(**WAFER, length="500 nm")) == pytest.approx(0.0069076, rel=1e-4)


def test_screening_is_stated_and_can_be_switched():
    bare = split_gate(**WAFER, length="500 nm", screening=False)
    true = split_gate(**WAFER, length="500 nm")
    given_one = split_gate(**WAFER, length="500 nm", screening=10)
    assert "24.6 = 1 + 4 d/a_B*, a_B* = 10.19 nm" in repr(true)
    assert "not screened" in repr(bare)
    assert "10.0, as given" in repr(given_one)
    assert true.attrs["gate_screening"] == pytest.approx(24.556, abs=1e-3)
    ratio = bare.energy(0, 0, gate=-1) / np.array(
        [true.energy(0, 0, gate=-1), given_one.energy(0, 0, gate=-1)]
    )
    assert np.allclose(ratio, [24.556, 10], rtol=1e-4)


def pinch_off(gates):
    """Voltage at which the lowest level of the saddle meets the Fermi energy."""

    def above(volts):
        saddle = find_saddle(partial(gates.energy, gate=volts), mass=0.067)
        return saddle.height + saddle.omega_y / 2 - FERMI_ENERGY

    return brentq(above, -20, -1e-3)


def test_the_gates_of_1988_pinch_off_where_they_should():
    short, long = (split_gate(**WAFER, length=f"{n} nm", screening=False) for n in (100, 500))
    # a classical electron passes a bare gate of 100 nm down to -0.25 V, a wave to -0.233 V
    assert FERMI_ENERGY / (1000 * lever_arm(short)) == pytest.approx(0.251, abs=0.002)
    assert pinch_off(short) == pytest.approx(-0.233, abs=0.002)
    assert pinch_off(long) == pytest.approx(-0.0708, abs=0.001)
    assert pinch_off(split_gate(**WAFER, length="500 nm")) == pytest.approx(-1.74, abs=0.01)


def test_a_short_gate_has_a_steep_saddle():
    short, long = (split_gate(**WAFER, length=f"{n} nm", screening=False) for n in (100, 500))
    one = find_saddle(partial(short.energy, gate=-0.2335))
    two = find_saddle(partial(long.energy, gate=-0.0709))
    assert one.omega_y / one.omega_x == pytest.approx(1.94, abs=0.03)
    assert two.omega_y / two.omega_x == pytest.approx(3.87, abs=0.05)
    moved = split_gate(**WAFER, length="500 nm", center=("40 nm", "-10 nm"))
    found = find_saddle(partial(moved.energy, gate=-1), at=(30, 0))
    assert (found.x, found.y) == pytest.approx((40, -10), abs=1e-3)
    with pytest.raises(InvalidInput, match="no saddle"):
        find_saddle(partial(moved.energy, gate=1))


# --- in a device ------------------------------------------------------------------------------


def contact(**more):
    leads = {"source": lead("left"), "drain": lead("right")}
    gates = split_gate(**WAFER, length="200 nm", **more)
    return gates, Device(GAS, rectangle(600, 400), leads, potential=[gates, 0.5])


def test_a_device_and_its_leads_see_the_gate():
    gates, device = contact()
    assert (device.parameters, dict(device.units)) == (("gate",), {"gate": "V"})
    x, y = device.positions.T
    on, off = (device.values({"gate": v})[device.pattern.diagonal] for v in ("-900 mV", 0.0))
    assert np.allclose(on - off, gates.energy(x, y, gate=-0.9), atol=1e-11)
    left, right = (np.diag(b.cell).real for b in device.lead_blocks({"gate": -0.9}))
    bare, _ = (np.diag(b.cell).real for b in device.lead_blocks({"gate": 0}))
    edge = np.sort(np.unique(y))
    assert np.allclose(left - bare, gates.energy(x.min(), edge, gate=-0.9))
    assert np.allclose(left, right)


def test_along_a_sweep_the_shape_is_evaluated_once():
    calls = []

    def shape(x, y):
        calls.append(len(x))
        return x * y

    given_one = Potential(shape, factor="gate", unit="V")
    device = Device(GAS, rectangle(600, 400), {"l": lead("left")}, potential=[given_one, "shift"])
    for gate_voltage in (0.1, 0.2, 0.3):
        point = {"gate": gate_voltage, "shift": 2.0}
        device.values(point), device.lead_blocks(point)
    assert sorted(calls) == [20, 600]
    on, off = (device.values({"gate": v, "shift": 0})[device.pattern.diagonal] for v in (2, 0))
    assert np.allclose(on - off, 2 * device.positions.prod(axis=1))


def test_factors_multiply_and_take_their_matrix_along():
    model = electron_gas(mass=0.067, spacing=20, spin="resolved")
    exchange = np.diag([1.0, -1.0])
    inner = Potential(split_gate(**WAFER, length=200, voltage="gate"), exchange)
    device = Device(model, rectangle(100, 60), potential=Potential(inner, factor="share"))
    on, off = (
        device.values({"gate": -1, "share": share})[device.pattern.diagonal] for share in (0.5, 0)
    )
    x, y = device.positions.T
    half = split_gate(**WAFER, length=200).energy(x, y, gate=-0.5)
    assert np.allclose((on - off).reshape(-1, 2), half[:, None] * [1, -1])
    with pytest.raises(ShapeMismatch, match="one number per site"):
        Device(model, rectangle(100, 60), potential=Potential(inner, exchange))


def test_the_content_hash_knows_the_gate_and_not_its_use():
    gates, device = contact()
    before = device.content_hash
    gates.energy(0, 0, gate=1), device.values({"gate": 1}), repr(gates)
    again = Device(
        **{name: getattr(device, name) for name in ("model", "region", "leads", "potential")}
    )
    assert again.content_hash == before
    assert contact()[1].content_hash == before
    assert contact(screening=False)[1].content_hash != before
    assert contact(voltage="other")[1].content_hash != before


def test_terms_remember_only_what_did_not_change():
    (term,) = split_gate(**WAFER, length=200).bind("potential")
    _, device = contact()
    points = device._numbers.hamiltonian.landscape.points
    landscape = Landscape([term], points)
    one, two = (landscape.scalar({"gate": v}) for v in (-1.0, -2.0))
    assert np.array_equal(two, 2 * one)


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, InvalidInput, "one outline"),
        ({"x": (0, 1), "polygon": [(0, 0), (1, 0), (0, 1)]}, InvalidInput, "one outline"),
        ({"x": (1, 0)}, InvalidInput, "must ascend"),
        ({"x": "50 nm"}, InvalidInput, "pair of sides"),
        ({"polygon": [(0, 0), (1, 0)]}, ShapeMismatch, "three corners"),
        ({"polygon": [(0, 0), (9, 9), (9, 0), (0, 9)]}, InvalidInput, "edges 0 and 2 cross"),
        ({"polygon": [(0, 0), (np.inf, 0), (0, 1)]}, InvalidInput, "finite corners"),
        ({"normal": (0, 0)}, InvalidInput, "not zero"),
        ({"normal": (1, 0), "through": (1, 2, 3)}, ShapeMismatch, "must be a point"),
        ({"x": (0, 1), "depth": 0}, InvalidInput, "depth > 0"),
        ({"x": (0, 1), "depth": "60 T"}, UnitError, "length"),
        ({"x": (0, 1), "voltage": "-1 T"}, UnitError, "voltage"),
        ({"x": (0, 1), "voltage": "energy"}, InvalidInput, "shadow a keyword"),
        ({"x": (0, 1), "screening": "yes"}, InvalidInput, "True, False or a divisor"),
        ({"x": (0, 1), "screening": 0.5}, InvalidInput, "at least 1"),
        ({"x": (0, 1), "mass": -1}, InvalidInput, "positive mass"),
    ],
)
def test_gates_that_mean_nothing_are_refused(arguments, error, message):
    with pytest.raises(error, match=message) as caught:
        gate(**({"depth": 60, "voltage": "gate"} | arguments))
    assert "\n" not in str(caught.value)


def test_split_gates_and_lattices_that_do_not_fit_are_refused():
    with pytest.raises(InvalidInput, match="gap > 0"):
        split_gate(gap=0, length=100, depth=60)
    with pytest.raises(InvalidInput, match="one voltage or two"):
        split_gate(gap=10, length=100, depth=60, voltage=("a", "b", "c"))
    with pytest.raises(InvalidInput, match="pair"):
        split_gate(gap=10, length=100, depth=60, center=3)
    gates = split_gate(gap=10, length=100, depth=60)
    with pytest.raises(UnknownName, match="gate"):
        gates.energy(0, 0, gte=1)
    with pytest.raises(SharvinError, match="coordinate 'y'"):
        Device(chain(), interval(10), potential=gates).values({"gate": 1})
    with pytest.raises(TypeError):
        gates + 1
