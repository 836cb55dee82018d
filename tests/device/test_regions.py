import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharvin.device import (
    box,
    disk,
    everything,
    from_function,
    half_plane,
    interval,
    polygon,
    rectangle,
    ring,
)
from sharvin.errors import InvalidInput, ShapeMismatch

SHAPES = {
    "rectangle": rectangle(4, 2),
    "corner": rectangle(3, 5, corner=(-1, -1)),
    "disk": disk(2.5, center=(0.5, 0)),
    "ring": ring(1, 3),
    "half": half_plane((1, 2), through=(0.3, 0)),
    "triangle": polygon([(-3, -3), (4, -1), (0, 4)]),
    "all": everything(),
    "function": from_function(lambda x, y: x * y > 0.3, (-3, -3), (3, 3)),
}
names = st.sampled_from(sorted(SHAPES))


def points(seed):
    return np.random.default_rng(seed).uniform(-5, 5, (300, 2))


@given(names, names, st.integers(0, 2**32))
def test_regions_obey_the_algebra_of_sets(one, other, seed):
    a, b, r = SHAPES[one], SHAPES[other], points(seed)
    assert np.array_equal((a & b)(r), a(r) & b(r))
    assert np.array_equal((a | b)(r), a(r) | b(r))
    assert np.array_equal((a - b)(r), a(r) & ~b(r))
    assert np.array_equal((~(a | b))(r), (~a & ~b)(r))
    for region in (a & b, a | b, a - b):
        lower, upper = region.bounds(2)
        inside = r[region(r)]
        assert ((inside >= lower) & (inside <= upper)).all()


@given(names, st.floats(-3, 3), st.floats(-4, 4), st.floats(-4, 4), st.integers(0, 2**32))
def test_moving_a_region_moves_its_points(name, angle, dx, dy, seed):
    region, r = SHAPES[name], points(seed)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = region.rotated(angle).translated((dx, dy))
    image = r @ turn.T + (dx, dy)
    # a point within rounding of a boundary may fall on either side: random points never do
    assert np.array_equal(moved(image), region(r))
    lower, upper = moved.bounds(2)
    inside = image[moved(image)]
    assert ((inside >= lower - 1e-9) & (inside <= upper + 1e-9)).all()


@pytest.mark.parametrize("rounding", [-1e-12, 0.0, 1e-12])
@pytest.mark.parametrize("spacing", [0.1, 1 / 3, 6.0, 1e-3])
@pytest.mark.parametrize("make", ["rectangle", "polygon"])
def test_a_boundary_belongs_to_the_lower_side_in_spite_of_rounding(spacing, make, rounding):
    n = 30
    grid = (np.arange(-2, n + 3) + rounding * n) * spacing
    x, y = np.meshgrid(grid, grid)
    r = np.stack((x.ravel(), y.ravel()), axis=1)
    side = n * spacing
    if make == "rectangle":
        region = rectangle(side, side, corner=(0, 0))
    else:
        region = polygon([(0, 0), (side, 0), (side, side), (0, side)])
    assert region(r).sum() == n * n


def test_shapes_read_units_and_have_the_right_area():
    r = np.random.default_rng(0).uniform(-300, 300, (200_000, 2))
    area = 600.0**2
    for region, expected in [
        (rectangle("0.2 um", "100 nm"), 200 * 100),
        (disk("100 nm"), np.pi * 100**2),
        (ring("50 nm", "0.1 um"), np.pi * (100**2 - 50**2)),
        (polygon([(0, 0), (200, 0), (0, 200)]), 200 * 200 / 2),
    ]:
        # 200 000 random points: the standard error of these areas is below 1 %
        assert region(r).mean() * area == pytest.approx(expected, rel=0.05)


def test_regions_exist_in_one_and_three_dimensions():
    assert interval(3, center=1.5)(np.array([[0.0], [2.9], [3.0]])).tolist() == [True, True, False]
    ball = disk(1, center=(0, 0, 0))
    assert ball(np.array([[0, 0, 0.9], [0.9, 0.9, 0.9]])).tolist() == [True, False]
    column = box((0, 0), (1, 1))
    assert column(np.array([[0.5, 0.5, 99.0]])).all()
    assert np.isinf(column.bounds(3)[1][2])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: rectangle(-1, 2), "positive sides"),
        (lambda: ring(2, 1), "0 < inner < outer"),
        (lambda: disk(0), "positive radius"),
        (lambda: half_plane((0, 0)), "not zero"),
        (lambda: box((0, 0), (1, -1)), "lower < upper"),
        (lambda: polygon([(0, 0), (1, 1)]), "three corners"),
    ],
)
def test_shapes_without_inside_are_refused(make, message):
    with pytest.raises(InvalidInput, match=message):
        make()


def test_a_function_that_is_not_vectorized_is_refused():
    with pytest.raises(ShapeMismatch, match="write it for arrays"):
        from_function(lambda x, y: 1.0)(np.zeros((3, 2)))
