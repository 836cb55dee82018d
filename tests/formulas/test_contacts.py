"""Saddle points, adiabatic contacts, barriers and walls against their published numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharvin import formulas as f
from sharvin.errors import InvalidInput
from sharvin.units import HBAR2_OVER_2ME

energies = st.floats(-30, 30)
positive = st.floats(0.1, 10)

# Closed forms lose a few of sixteen digits in their differences.
ROUNDING = 1e-12


def saddle(energy, x=1.0, y=3.0, modes=20):
    return f.saddle_point(energy, hbar_omega_x=x, hbar_omega_y=y, modes=modes)


def test_three_modes_and_the_tail_of_a_fourth():
    assert saddle(10.0).sum() == pytest.approx(3.0414237, abs=1e-7)
    expected = [1, 1 - 9e-16, 0.99999985, 0.0414238]
    assert saddle(10.0, modes=4) == pytest.approx(expected, abs=5e-8)


@pytest.mark.parametrize(
    ("ratio", "missing"), [(1, 0.0414), (2, 1.864e-3), (3, 8.07e-5), (5, 1.5e-7)]
)
def test_a_plateau_is_as_flat_as_the_saddle_is_long(ratio, missing):
    first = saddle(1.0 * ratio, x=1.0, y=ratio, modes=1)[0]
    assert 1 - first == pytest.approx(missing, rel=6e-3)


# G where E - V0 = 3.5 ħω_y - 0.5 ħω_x, and the energy of exactly 3.0410.
@pytest.mark.parametrize(
    ("ratio", "g", "energy"),
    [(1, 3.0, 3.0795), (1.5, 3.03956, 4.7554), (2, 3.04134, 6.4986), (3, 3.04142, 9.9983)],
)
def test_3_041_needs_a_long_saddle(ratio, g, energy):
    assert saddle(3.5 * ratio - 0.5, y=ratio).sum() == pytest.approx(g, abs=6e-6)
    assert saddle(energy, y=ratio).sum() == pytest.approx(3.0410, abs=3e-5)


def test_the_middle_of_a_riser_is_half_and_its_slope_is_pi_over_two():
    around = saddle(np.array([1.5 - 1e-5, 1.5, 1.5 + 1e-5]), modes=1)[:, 0]
    assert around[1] == pytest.approx(0.5, abs=ROUNDING)
    assert (around[2] - around[0]) / 2e-5 == pytest.approx(np.pi / 2, rel=1e-8)
    assert f.saddle_riser(1.0) == pytest.approx(0.6994, abs=5e-5)
    low, high = saddle(1.5 + np.array([-0.5, 0.5]) * f.saddle_riser(1.0), modes=1)[:, 0]
    assert (low, high) == (pytest.approx(0.1, abs=1e-12), pytest.approx(0.9, abs=1e-12))


@pytest.mark.parametrize(
    ("field", "cyclotron", "e1", "e2", "g"),
    [
        (0.0, 0.0, 0.5, 3.0, 3.04142),
        (0.5, 0.86394, 0.482206, 3.110704, 3.003073),
        (1.0, 1.72788, 0.437569, 3.428034, 2.999966),
        (2.0, 3.45575, 0.332238, 4.514835, 2.000005),
        (5.0, 8.63938, 0.164897, 9.096570, 1.000000),
    ],
)
def test_a_field_widens_the_plateaus(field, cyclotron, e1, e2, g):
    omega_c = f.cyclotron_energy(field, 0.067)
    assert omega_c == pytest.approx(cyclotron, abs=6e-6)
    assert f.saddle_energies(1.0, 3.0, omega_c) == pytest.approx((e1, e2), abs=6e-7)
    modes = f.saddle_point_in_field(
        10.0, hbar_omega_x=1.0, hbar_omega_y=3.0, hbar_omega_c=omega_c, modes=12
    )
    assert modes.sum() == pytest.approx(g, abs=6e-6)


@given(positive, positive, st.floats(0, 100))
def test_both_energies_of_a_saddle_keep_their_product(x, y, c):
    e1, e2 = f.saddle_energies(x, y, c)
    assert e1 * e2 == pytest.approx(x * y / 2, rel=1e-12)
    square = c**2 + y**2 - x**2
    assert e2**2 - 4 * e1**2 == pytest.approx(square, abs=1e-10 * (c**2 + x**2 + y**2))


@given(st.lists(energies, min_size=1, max_size=5), positive, positive)
def test_every_transmission_is_a_probability_and_modes_open_in_order(energy, x, y):
    t = saddle(np.array(energy), x=x, y=y, modes=6)
    assert t.shape == (len(energy), 6)
    assert ((t >= 0) & (t <= 1)).all()
    assert (np.diff(t, axis=-1) <= 0).all()


def test_a_flat_saddle_is_refused():
    with pytest.raises(InvalidInput, match="two positive curvatures"):
        f.saddle_energies(0.0, 1.0)


@pytest.mark.parametrize(("radius", "width"), [(1, 0.315), (2, 0.223), (5, 0.141), (10, 0.0996)])
def test_an_adiabatic_contact_is_sharp_already_when_it_bends_with_its_width(radius, width):
    assert f.adiabatic_riser(radius) == pytest.approx(width, abs=5e-4)
    half = f.adiabatic_riser(radius) / 2
    edges = f.adiabatic_contact([1 - half, 1, 1 + half], radius_over_width=radius, modes=1)
    assert edges[:, 0] == pytest.approx([0.1, 0.5, 0.9], abs=1e-12)
    assert f.adiabatic_contact(3.5, radius_over_width=radius, modes=5).sum() == pytest.approx(
        3.0, abs=0.02
    )


# Entry 3 of the physics sheet: V0 = 0.3, length 15, ħω_y = 0.12 in lattice units.
@pytest.mark.parametrize(("energy", "g"), [(0.36, 0.5239), (0.48, 1.5238)])
def test_a_separable_cosh_contact(energy, g):
    above = energy - 0.12 * (np.arange(4) + 0.5)
    assert f.cosh_barrier(above, height=0.3, length=15).sum() == pytest.approx(g, abs=5e-5)


def test_a_high_cosh_barrier_is_the_saddle_at_its_top():
    height, length = 40.0, 30.0
    x = f.cosh_curvature(height=height, length=length)
    exact = f.cosh_barrier(height + np.array([-x, 0.0, x]) / 4, height=height, length=length)
    near = f.saddle_point([1 - x / 4, 1, 1 + x / 4], hbar_omega_x=x, hbar_omega_y=2.0, modes=1)[
        :, 0
    ]
    assert exact == pytest.approx(near, abs=0.01)


def test_a_barrier_that_reflects_nothing():
    # V0 l² = c s(s+1) with s a whole number and V0 negative is transparent at every energy.
    assert f.cosh_barrier([0.01, 1, 50], height=-2.0, length=1.0) == pytest.approx(1, abs=1e-12)


def test_a_long_barrier_does_not_overflow_and_a_closed_one_is_zero():
    assert f.cosh_barrier([100.0], height=1.0, length=1e4) == pytest.approx(1.0)
    assert f.cosh_barrier([-1.0, 0.0], height=1.0, length=5.0).tolist() == [0, 0]


@given(st.floats(0.05, 3.0), st.floats(0.1, 2.0), st.floats(0.3, 4.0))
def test_units_of_a_barrier_scale(energy, height, length):
    c = HBAR2_OVER_2ME / 0.067
    here = f.cosh_barrier(energy, height=height, length=length)
    there = f.cosh_barrier(
        energy * c / 100, height=height * c / 100, length=10 * length, hbar2_over_2m=c
    )
    assert there == pytest.approx(float(here), rel=1e-9)


def test_thresholds_of_a_strip_of_ten_rows():
    expected = [-3.918986, -3.682507, -3.309722]
    assert f.strip_thresholds(10)[:3] == pytest.approx(expected, abs=6e-7)
    rows = np.diag(-np.ones(9), 1) + np.diag(-np.ones(9), -1)
    assert f.strip_thresholds(10) == pytest.approx(np.linalg.eigvalsh(rows) - 2, abs=ROUNDING)


def test_counting_modes_between_walls():
    k = np.array([0.5, 1.0, 1.01, 2.99]) * np.pi / 100
    assert f.hard_wall_modes(k, 100.0).tolist() == [0, 1, 1, 2]
    assert f.sharvin_modes(k, 100.0) == pytest.approx([0.5, 1.0, 1.01, 2.99])
    assert f.sharvin_modes(2.0, 10.0, dimension=3) == pytest.approx(40 / (4 * np.pi))


def test_levels_of_a_parabola_on_a_lattice():
    n, omega = 401, 0.03
    y = np.arange(n) - n // 2
    h = np.diag(2 + omega**2 * y**2 / 4) - np.eye(n, k=1) - np.eye(n, k=-1)
    exact = np.linalg.eigvalsh(h)[:5]
    assert f.harmonic_lattice_levels(omega, 5) == pytest.approx(exact, abs=3e-6)


@pytest.mark.parametrize(("lines", "metallic"), [(20, True), (21, False), (22, False), (23, True)])
def test_one_armchair_ribbon_in_three_is_metallic(lines, metallic):
    expected = {
        20: [0, 0.2470, 0.2693], 21: [0.0813, 0.1692], 22: [0.0799, 0.1534], 23: [0, 0.2175, 0.2346]
    }[lines]  # fmt: skip
    edges = f.armchair_thresholds(lines)
    assert (edges[0] < 1e-12) == metallic
    assert [e for e in edges if e < 0.27][: len(expected)] == pytest.approx(expected, abs=6e-5)


def test_zigzag_ribbons_open_two_modes_at_each_threshold():
    assert f.zigzag_thresholds(19, 3) == pytest.approx([0.2282, 0.3799, 0.5207], abs=6e-5)
    assert f.zigzag_thresholds(20, 1, hopping=2.0) == pytest.approx([2 * 0.21754], abs=2e-5)


def test_one_impurity_in_a_chain():
    t = f.chain_impurity([0.0, 1.0, 1.9, 2.5], strength=1.0)
    assert t == pytest.approx([0.8, 0.75, 0.39 / 1.39, 0.0])
    assert f.chain_impurity(0.0, strength=2.0, hopping=2.0) == pytest.approx(0.8)
