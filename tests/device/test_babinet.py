"""Aperture and obstacle complete each other exactly, in both duals, and hard pairs only nearly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sharvin as sv
from sharvin.device.babinet import babinet_pair, mode_angles
from sharvin.errors import InvalidInput, ShapeMismatch

# Measured: 1e-14 in the middle of a band of modes, 8e-13 for the worst of 300 random strips:
# near a mode's threshold its unit-current wave is large, and so is its rounding error.
EXACT = 1e-12
RANDOM = 2e-11
SQUARE = sv.square_lattice()


def scattered(pair, energy):
    found = {}
    for name in ("aperture", "obstacle", "free"):
        s = sv.smatrix(getattr(pair, name), energy=energy)
        found[name] = s.block(to="right", from_="left"), s.block(to="left", from_="left")
    return found


def power(t):
    return float(np.sum(np.abs(t) ** 2))


@pytest.mark.parametrize(
    ("width", "energy", "rows", "aperture", "obstacle"),
    [(20, -1.3, (8, 12), 2.0667852, 9.9332148), (24, -2.5, (3, 9), 2.8625670, 7.1374330)],
)
def test_a_neumann_screen_and_a_hard_obstacle(width, energy, rows, aperture, obstacle):
    openings = np.zeros(width, dtype=bool)
    openings[slice(*rows)] = True
    s = scattered(babinet_pair(SQUARE, width=width, openings=openings, hard="obstacle"), energy)
    assert power(s["aperture"][0]) == pytest.approx(aperture, abs=1e-7)
    assert power(s["obstacle"][0]) == pytest.approx(obstacle, abs=1e-7)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(4, 24),
    st.floats(-3.5, 3.5),
    st.sampled_from(["screen", "obstacle"]),
    st.booleans(),
)
def test_amplitudes_add_up_to_the_free_ones(seed, width, energy, hard, confined):
    random = np.random.default_rng(seed)
    openings = random.random(width) < random.random()
    potential = random.uniform(-0.3, 0.3, width) if confined else 0.0
    pair = babinet_pair(SQUARE, width=width, openings=openings, hard=hard, potential=potential)
    try:
        s = scattered(pair, energy)
    except sv.errors.Unreliable:
        return  # at a threshold
    free = s["free"][0]
    assert np.abs(s["aperture"][0] + s["obstacle"][0] - free).max(initial=0) < RANDOM
    # what the obstacle throws back is what the aperture lets through, up to the phase of the line
    assert power(s["obstacle"][1]) == pytest.approx(power(s["aperture"][0]), abs=RANDOM * width)
    # optical theorem: scattered forward and backward, twice the aperture's conductance
    total = power(s["obstacle"][0] - free) + power(s["obstacle"][1])
    forward = np.trace(np.eye(free.shape[1]) - free.conj().T @ s["obstacle"][0]).real
    assert total == pytest.approx(2 * forward, abs=RANDOM * width)
    assert total == pytest.approx(2 * power(s["aperture"][0]), abs=RANDOM * width)


@pytest.mark.parametrize("hard", ["screen", "obstacle"])
@pytest.mark.parametrize("closed", [True, False])
def test_nothing_and_everything_open(hard, closed):
    pair = babinet_pair(SQUARE, width=12, openings=np.full(12, not closed), hard=hard)
    s = scattered(pair, -2.0)
    n = s["free"][0].shape[0]
    assert power(s["aperture"][0]) == pytest.approx(0 if closed else n, abs=EXACT)
    assert power(s["obstacle"][0]) == pytest.approx(n if closed else 0, abs=EXACT)


def test_hard_pairs_miss_the_sum_by_less_than_one_per_edge():
    for rows in (8, 16, 30):
        openings = np.abs(np.arange(80) - 39.5) < rows / 2
        s = scattered(babinet_pair(SQUARE, width=80, openings=openings, hard="both"), -3.5)
        missed = power(s["aperture"][0]) + power(s["obstacle"][0]) - s["free"][0].shape[0]
        assert -1 < missed < -0.1


def test_openings_in_nanometers_and_real_electrons():
    gas = sv.electron_gas(mass=0.067, spacing="5 nm")
    pair = babinet_pair(gas, width="200 nm", openings=[("-60 nm", "-20 nm"), ("30 nm", "50 nm")])
    assert pair.openings.sum() == 12
    s = scattered(pair, "10 meV")
    assert np.abs(s["aperture"][0] + s["obstacle"][0] - s["free"][0]).max() < EXACT


def test_angles_belong_to_the_modes_of_s():
    pair = babinet_pair(SQUARE, width=30, openings=[(-3, 3)])
    angles = mode_angles(pair, -2.2)
    s = sv.smatrix(pair.free, energy=-2.2)
    assert len(angles) == s.modes[0]
    assert (np.diff(angles) < 0).all()  # ascending momentum along x: ever closer to the axis
    # the mode along the axis goes through an opening in the middle best
    t = np.abs(sv.smatrix(pair.aperture, energy=-2.2).block(to="right", from_="left")) ** 2
    assert t[-1].sum() > t[0].sum()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"field": "B"}, "mirror"),
        ({"field": 1.0}, "mirror"),
        ({"hard": "none"}, "hard must be"),
        ({"model": sv.graphene()}, "square lattice of one orbital"),
        ({"model": sv.square_lattice(next_nearest=0.1)}, "square lattice of one orbital"),
        ({"openings": [(20, 22)]}, "holds no row"),
        ({"width": 0.2}, "holds no row"),
    ],
)
def test_what_is_no_pair_is_refused(change, message):
    given = {"model": SQUARE, "width": 12, "openings": [(-2, 2)]} | change
    with pytest.raises(InvalidInput, match=message):
        babinet_pair(given.pop("model"), **given)


def test_openings_of_the_wrong_length_and_angles_in_a_potential_are_refused():
    with pytest.raises(ShapeMismatch, match="12 rows"):
        babinet_pair(SQUARE, width=12, openings=np.zeros(5, dtype=bool))
    bent = babinet_pair(SQUARE, width=4, openings=[(-1, 1)], potential=np.arange(4.0))
    with pytest.raises(InvalidInput, match="potential"):
        mode_angles(bent, 0.0)
