"""Second Born on the Keldysh contour: no interaction, conservation, temperature, refusals."""

import numpy as np
import pytest

from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.contact import landauer, one_shot, second_born, smooth_barrier
from sharvin.manybody.contact.chain import occupations
from sharvin.manybody.contact.grid import FrequencyGrid

WARM = 0.16


def barrier(interaction, sites=19, gate=-0.1, **options):
    return smooth_barrier(sites=sites, gate=gate, interaction=interaction, **options)


@pytest.mark.parametrize("zeeman", [0.0, 0.2])
def test_without_interaction_it_is_the_thermal_landauer_formula(zeeman):
    b = barrier(0.0)
    found = second_born(b, thermal_energy=WARM, zeeman=zeeman)
    # The bias of a fifth of the temperature adds (eV/kT)²/24 of the curvature: 0.2 %.
    np.testing.assert_allclose(found.transmissions, landauer(b, zeeman, WARM), atol=2e-3)
    assert abs(found.leak) < 1e-10


@pytest.fixture(scope="module")
def skewed():
    return second_born(barrier(1.0, skew=0.25), thermal_energy=WARM)


def test_charge_is_conserved_on_a_skewed_barrier_once_self_consistent(skewed):
    assert abs(skewed.leak) < 1e-5
    assert abs(one_shot(skewed.barrier, thermal_energy=WARM).leak) > 1e-3


def test_mirroring_the_contact_changes_nothing(skewed):
    mirrored = second_born(barrier(1.0, skew=-0.25), thermal_energy=WARM)
    # The bias enters in second order, and differently for the two directions.
    np.testing.assert_allclose(mirrored.transmissions, skewed.transmissions, atol=3e-4)
    np.testing.assert_allclose(mirrored.occupations[0], skewed.occupations[0][::-1], atol=1e-2)


def test_a_finer_grid_gives_the_same(skewed):
    finer = second_born(skewed.barrier, thermal_energy=WARM, frequencies=2 * skewed.grid.count)
    assert finer.conductance == pytest.approx(skewed.conductance, abs=1e-3)


def test_repulsion_suppresses_the_open_contact_when_it_is_warm():
    warm = {u: second_born(barrier(u), thermal_energy=WARM).transmissions[0] for u in (0.0, 1.0)}
    assert warm[1.0] < warm[0.0] - 0.05


def test_spins_without_a_field_are_the_same_and_a_field_splits_them():
    b = barrier(0.8)
    same = second_born(b, thermal_energy=WARM)
    apart = second_born(b, thermal_energy=WARM, zeeman=0.2)
    assert apart.transmissions[0] > same.transmissions[0] > apart.transmissions[1]
    assert apart.occupations[0].sum() > apart.occupations[1].sum()


def test_occupations_without_interaction_are_those_of_imaginary_frequencies():
    b = barrier(0.0, gate=-0.5)
    cold = second_born(b, thermal_energy=0.05)
    exact = occupations(b.onsite, b.hopping, 0.0)
    # Temperature and the trapezoidal rule at the band edge: 2e-3 seen.
    np.testing.assert_allclose(cold.occupations[0], exact, atol=5e-3)


def test_transforms_return():
    grid = FrequencyGrid(256, 0.1)
    rng = np.random.default_rng(1)
    f = rng.normal(size=(2, 256)) + 1j * rng.normal(size=(2, 256))
    np.testing.assert_allclose(grid.to_frequency(grid.to_time(f)), f, atol=1e-12)


def test_a_retarded_function_follows_from_its_spectrum_without_images():
    """A Gaussian spectrum has the Faddeeva function as its Green function."""
    from scipy.special import wofz

    grid, width = FrequencyGrid(512, 0.05), 0.8
    x = (grid.frequencies - 0.7) / (width * np.sqrt(2))
    spectrum = np.exp(-(x**2)) * np.sqrt(2 * np.pi) / width
    exact = -1j * np.sqrt(np.pi / 2) / width * wofz(x)
    # The window ends 15 widths away; a periodic grid of times would err by 1e-2 there.
    np.testing.assert_allclose(grid.retarded(-1j * spectrum[None])[0], exact, atol=1e-13)


def test_a_wider_window_gives_the_same(skewed):
    import sys

    module = sys.modules["sharvin.manybody.contact.second_born"]
    grid = FrequencyGrid(2 * skewed.grid.count, skewed.grid.step)
    contact = module.Propagator(skewed.barrier, grid, WARM, 0.0, skewed.bias)
    wide = module._converged(contact, 1e-5, 40)
    # The window holds the spectrum three times, so that nothing reaches its ends: 2e-6 seen.
    assert wide.conductance == pytest.approx(skewed.conductance, abs=1e-4)


def test_bad_input():
    b = barrier(1.0)
    with pytest.raises(InvalidInput, match="use functional_rg"):
        second_born(b, thermal_energy=0.0)
    with pytest.raises(InvalidInput, match="even number"):
        second_born(b, thermal_energy=WARM, frequencies=1001)
    with pytest.raises(InvalidInput, match="too coarse"):
        second_born(b, thermal_energy=WARM, frequencies=128)
    with pytest.raises(InvalidInput, match="for T = 0"):
        second_born(b, thermal_energy=1e-4)
    with pytest.raises(InvalidInput, match="bias"):
        second_born(b, thermal_energy=WARM, bias=0.0)
    with pytest.raises(Unreliable, match="did not converge in 3"):
        second_born(b, thermal_energy=WARM, iterations=3)
