"""Thermal averages, series resistance, degeneracies and length scales."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharvin import formulas as f
from sharvin.errors import InvalidInput, ShapeMismatch, UnitError
from sharvin.units import BOLTZMANN


def saddle(energy):
    return f.saddle_point(energy, hbar_omega_x=1.0, hbar_omega_y=3.0, modes=20).sum(axis=-1)


def test_the_kernel_has_its_widths():
    assert pytest.approx(3.5255, abs=5e-5) == f.KERNEL_FWHM
    assert pytest.approx(1.8138, abs=5e-5) == f.KERNEL_RMS
    assert pytest.approx(4.3944, abs=5e-5) == f.STEP_WIDTH
    half = f.KERNEL_FWHM / 2
    peak, flank = f.thermal_kernel([0.0, half], 0.0, 1.0)
    assert flank / peak == pytest.approx(0.5, abs=1e-12)
    assert peak == pytest.approx(0.25)


@pytest.mark.parametrize(("kelvin", "width"), [(4.2, 1.2760), (1.0, 0.30380), (0.1, 0.030380)])
def test_the_kernel_in_kelvin(kelvin, width):
    assert f.KERNEL_FWHM * BOLTZMANN * kelvin == pytest.approx(width, abs=5e-5)


@given(st.floats(-5, 5), st.floats(0.01, 3))
def test_the_kernel_is_normalized_and_even(mu, kt):
    assert f.thermal_average(np.ones_like, mu, kt) == pytest.approx(1.0, abs=1e-12)
    off = np.array([0.1, 1.0, 7.0]) * kt
    left, right = (f.thermal_kernel(mu + s * off, mu, kt) for s in (-1, 1))
    assert left == pytest.approx(right, rel=1e-9)


@pytest.mark.parametrize(
    ("kt", "g"), [(0.02, 3.04238), (0.1, 3.06728), (0.2, 3.13063), (0.5, 3.27529), (1.0, 3.32912)]
)
def test_a_smeared_saddle(kt, g):
    assert f.thermal_average(saddle, 10.0, kt) == pytest.approx(g, abs=6e-6)


def test_a_plateau_hardly_moves():
    assert f.thermal_average(saddle, 9.0, 1.0) == pytest.approx(3.00003, abs=5e-6)


def test_an_average_keeps_the_shape_of_its_function():
    both = f.thermal_average(lambda e: np.stack([e, e**2], axis=-1), [0.0, 2.0], 0.5)
    # <E> = µ and <E²> = µ² + (π²/3) (kT)²
    assert both == pytest.approx(
        np.array([[0.0, np.pi**2 / 12], [2.0, 4 + np.pi**2 / 12]]), abs=1e-9
    )


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=4), st.floats(-3, 3), st.floats(0.05, 1))
def test_a_smeared_staircase_is_the_average_of_the_sharp_one(edges, mu, kt):
    sharp = f.thermal_step([mu], edges, 0.0)
    assert sharp[0] == sum(mu > e for e in edges)
    smooth = f.thermal_step(mu, edges, kt)
    assert smooth == pytest.approx(float(f.fermi(edges, mu, kt).sum()), rel=1e-12)
    # Very cold logistic steps stand in for the sharp ones, which quadrature cannot see.
    steep = f.thermal_average(
        lambda e: f.thermal_step(e, edges, kt / 10), mu, kt, points_per_thermal_energy=100
    )
    assert steep == pytest.approx(float(smooth), abs=0.01)


@pytest.mark.parametrize(
    ("ratio", "slope"), [(0.05, 0.0018), (0.1, 0.133), (0.15, 0.443), (0.2, 0.701), (0.25, 0.840)]
)
def test_plateaus_tilt(ratio, slope):
    assert f.plateau_slope(1 / ratio) == pytest.approx(slope, abs=6e-4)


def test_states_below_the_chemical_potential_are_full_and_their_modes_open():
    assert f.fermi([-1.0, 0.0, 1.0], 0.0, 0.05) == pytest.approx([1, 0.5, 0], abs=1e-8)
    assert f.thermal_step([-1.0, 1.0], [0.0, 0.5], 0.02) == pytest.approx([0, 2], abs=1e-8)


def test_zero_temperature_has_no_kernel():
    with pytest.raises(InvalidInput, match="must be positive"):
        f.thermal_kernel(0.0, 0.0, 0.0)
    assert f.intrinsic_thermal_energy(1.0) / BOLTZMANN == pytest.approx(1.847, abs=1e-3)


def test_raw_plateaus_behind_400_ohm():
    raw = f.apparent_plateau([1, 2, 3, 4], 400.0)
    assert raw == pytest.approx([0.96994, 0.94163, 0.91493, 0.88970], abs=6e-6)
    assert pytest.approx(12906.403729652, abs=1e-8) == f.RESISTANCE_PER_SPIN_MODE
    assert f.four_terminal_resistance(2, 10) == pytest.approx(5162.56, abs=5e-3)


@given(st.floats(0, 5000), st.integers(2, 12))
def test_the_fit_returns_what_was_put_in(series, count):
    n = np.arange(1, count + 1)
    fit = f.fit_series_resistance(n, f.two_terminal_resistance(n, series))
    assert fit.series_resistance == pytest.approx(series, abs=1e-7)
    assert fit.slope == pytest.approx(f.RESISTANCE_PER_SPIN_MODE, rel=1e-10)
    assert np.isnan(fit.slope_error) == (count == 2)


def test_the_fit_says_how_sure_it_is():
    rng = np.random.default_rng(1)
    n = np.arange(1, 9)
    truth = f.two_terminal_resistance(n, 400.0)
    fits = [f.fit_series_resistance(n, truth + rng.normal(0, 5, 8)) for _ in range(400)]
    scatter = np.std([fit.series_resistance for fit in fits])
    assert scatter == pytest.approx(np.mean([fit.series_error for fit in fits]), rel=0.15)


def test_a_line_needs_two_plateaus():
    with pytest.raises(InvalidInput, match="two different plateaus"):
        f.fit_series_resistance([2, 2], [1.0, 1.0])
    with pytest.raises(ShapeMismatch, match="one resistance per plateau"):
        f.fit_series_resistance([1, 2], [1.0])


@pytest.mark.parametrize(("mu", "g"), [(1.5, 1), (3.0, 2), (4.5, 3), (6.0, 4)])
def test_half_plateaus(mu, g):
    lower, upper = f.zeeman_saddle(mu, splitting=1.2, hbar_omega_x=0.5, hbar_omega_y=3.0, modes=8)
    assert lower + upper == pytest.approx(g, abs=2e-3)
    assert lower >= upper
    assert f.spin_polarization(lower, upper) == pytest.approx((g % 2) / g, abs=2e-3)


def test_splitting_of_gallium_arsenide():
    assert 1e3 * f.zeeman_splitting(-0.44, 1.0) == pytest.approx(25.5, abs=0.05)
    assert np.isnan(f.spin_polarization(0.0, 0.0))


def test_degenerate_staircases():
    assert f.degenerate_staircase([0.5, 1.5, 2.5], [1, 2], 12).tolist() == [0, 12, 24]
    assert f.degenerate_staircase(2.5, [1, 2], [4, 8]) == 12


@pytest.fixture
def wafer():
    return f.length_scales(
        density="3.56e15 m^-2", mobility="85 m^2/V/s", mass=0.067, temperature="0.6 K"
    )


def test_the_wafer_of_1988(wafer):
    assert wafer.fermi_wave_number == pytest.approx(0.14956, abs=5e-6)
    assert wafer.fermi_wavelength == pytest.approx(42.01, abs=5e-3)
    assert wafer.fermi_velocity == pytest.approx(258.4, abs=0.05)
    assert wafer.fermi_energy == pytest.approx(12.72, abs=5e-3)
    assert wafer.scattering_time == pytest.approx(32.4, abs=0.05)
    assert wafer.mean_free_path == pytest.approx(8370, abs=5)
    assert wafer.diffusivity * 1e-6 == pytest.approx(1.081, abs=5e-4)
    assert wafer.sheet_resistance == pytest.approx(20.63, abs=5e-3)
    assert wafer.thermal_length_ballistic == pytest.approx(3290, abs=5)
    assert wafer.thermal_length_diffusive == pytest.approx(3710, abs=5)


def test_degeneracy_shares_the_density():
    one, two = (f.length_scales(density=1e-3, mobility=1.0, mass=0.1, degeneracy=g) for g in (1, 2))
    assert one.fermi_wave_number == pytest.approx(np.sqrt(4 * np.pi * 1e-3))
    assert one.fermi_wave_number / two.fermi_wave_number == pytest.approx(np.sqrt(2))
    # The Drude resistance 1/(n e µ) knows nothing of degeneracies.
    assert one.sheet_resistance == pytest.approx(two.sheet_resistance)
    assert one.sheet_resistance == pytest.approx(1 / (1e15 * 1.602176634e-19), rel=1e-9)
    assert one.thermal_length_ballistic == np.inf
    assert one.thermal_length_diffusive == np.inf


@pytest.mark.parametrize(
    ("length", "width", "phase", "name"),
    [
        ("0.5 um", "0.25 um", None, "ballistic"),
        ("20 um", "1 um", None, "quasi-ballistic"),
        ("20 um", "50 um", None, "diffusive"),
        ("1 mm", "0.1 um", None, "localized"),
        ("1 mm", "0.1 um", "5 um", "quasi-ballistic"),
        ("1 mm", "0.1 um", "1 mm", "localized"),
    ],
)
def test_regimes(wafer, length, width, phase, name):
    found = f.regime(wafer, length=length, width=width, coherence_length=phase)
    assert found.name == name
    assert (found.is_coherent is None) == (phase is None)
    assert name in str(found)


def test_a_regime_counts_its_modes(wafer):
    found = f.regime(wafer, length="0.5 um", width="100 nm", coherence_length="10 um")
    assert found.modes == pytest.approx(4.76, abs=0.01)
    assert found.has_few_modes
    assert str(found) == "coherent ballistic conductor with 4.8 modes"
    assert str(f.regime(wafer, length=100, width=1000, coherence_length=50)).startswith("incoh")


def test_bad_lengths_are_refused(wafer):
    with pytest.raises(InvalidInput, match="must be positive"):
        f.regime(wafer, length=-1.0, width=1.0)
    with pytest.raises(InvalidInput, match="must be positive"):
        f.length_scales(density=-1.0, mobility=1.0, mass=0.1)
    with pytest.raises(UnitError):
        f.length_scales(density="3 nm", mobility=1.0, mass=0.1)
