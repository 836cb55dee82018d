"""Plateaus are found where they are, whatever the sampling, the direction and the unit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharvin.analysis.plateaus import find_plateaus
from sharvin.errors import InvalidInput, ShapeMismatch

# Straight lines between samples misplace a corner by at most one spacing.
POINTS = 1201


def staircase(x, steps, sharpness):
    """Sum of logistic risers at 1, 2, 3 ..., so that plateau n reaches from n to n + 1."""
    return sum(1 / (1 + np.exp(-sharpness * (x - n))) for n in range(1, steps + 1))


def test_a_staircase_has_its_plateaus_and_their_shares():
    x, sharpness = np.linspace(0, 6, POINTS), 30.0
    found = find_plateaus(x, staircase(x, 5, sharpness))
    assert [p.number for p in found] == [1, 2, 3, 4]
    # a riser is within 1 % of its ends at ln(99) / sharpness from its middle
    share = 1 - 2 * np.log(99) / sharpness
    for p in found:
        assert p.share == pytest.approx(share, abs=2 * 6 / POINTS)
        assert p.value == pytest.approx(p.number, abs=1e-6)
        assert p.number < p.start < p.stop < p.number + 1


@given(
    step=st.sampled_from([0.5, 1.0, 2.0, 7.75e-5]),
    scale=st.floats(0.01, 100),
    shift=st.floats(-10, 10),
    mirror=st.booleans(),
)
def test_units_and_directions_do_not_matter(step, scale, shift, mirror):
    x = np.linspace(0, 4.5, 181)
    g = staircase(x, 4, 25.0)
    reference = find_plateaus(x, g)
    sign = -1 if mirror else 1
    found = find_plateaus(sign * scale * x + shift, step * g, step=step)
    assert [p.number for p in found] == [p.number for p in reference]
    for p, q in zip(found, reference, strict=True):
        ends = sorted(sign * scale * end + shift for end in (q.start, q.stop))
        # rounding of the abscissa, relative to its size
        assert (p.start, p.stop) == pytest.approx(ends, rel=1e-6, abs=1e-6 * scale)
        assert p.share == pytest.approx(q.share, rel=1e-5)


def test_a_smeared_staircase_has_no_plateaus():
    x = np.linspace(0, 6, POINTS)
    assert find_plateaus(x, staircase(x, 5, 4.0)) == ()


def test_a_trace_that_stops_on_a_plateau_leaves_it_out():
    x = np.linspace(0, 2.5, POINTS)
    assert [p.number for p in find_plateaus(x, staircase(x, 5, 30.0))] == [1]


def test_gaps_and_disorder_of_the_points_do_no_harm():
    x = np.linspace(0, 6, POINTS)
    g = staircase(x, 5, 30.0)
    reference = find_plateaus(x, g)
    order = np.random.default_rng(1).permutation(POINTS)
    g_gap = g.copy()
    g_gap[300:310] = np.nan
    assert find_plateaus(x[order], g[order]) == reference
    assert len(find_plateaus(x, g_gap)) == len(reference)
    assert find_plateaus([1.0], [1.0]) == ()


def test_nonsense_is_refused():
    with pytest.raises(ShapeMismatch):
        find_plateaus([1, 2], [1, 2, 3])
    with pytest.raises(InvalidInput):
        find_plateaus([1, 2], [1, 2], step=0)
