"""Kondo formulas against the numbers of their sources."""

import numpy as np
import pytest

from sharvin import formulas
from sharvin.errors import InvalidInput
from sharvin.units import BOLTZMANN


def test_empirical_curve_at_known_points():
    t = [0.01, 0.1, 0.3, 1, 3, 10]
    g = formulas.kondo_conductance(t, kondo_temperature=1.0)
    expected = [0.999509, 0.956590, 0.784627, 0.5, 0.310989, 0.183277]
    np.testing.assert_allclose(g, expected, atol=6e-7)


def test_haldane_temperature_of_the_dot_of_1998():
    t = formulas.haldane_temperature(-0.95, interaction=1.9, width=0.28) / BOLTZMANN
    assert float(t) == pytest.approx(0.0205, abs=5e-5)
    outside = formulas.haldane_temperature([-2.0, 0.1], interaction=1.9, width=0.28)
    assert np.isnan(outside).all()


@pytest.mark.parametrize(("u", "expected"), [(0.3, 1.35369294877927), (1.0, 2.79865508900828)])
def test_bethe_ansatz_agrees_with_its_series(u, expected):
    chi = formulas.symmetric_susceptibility(u * np.pi / 2, 1.0)
    assert chi * np.pi == pytest.approx(expected, rel=1e-13)


def test_bethe_ansatz_is_smooth_where_the_series_takes_over():
    below, above = (
        formulas.symmetric_susceptibility(u * np.pi / 2, 1.0) for u in (9.99e-4, 1.001e-3)
    )
    assert (above - below) * np.pi == pytest.approx(2e-6, rel=2e-2)
    assert formulas.symmetric_susceptibility(0.0, 2.0) == pytest.approx(1 / (2 * np.pi))


def test_the_kondo_limit_is_exponential_in_the_interaction():
    t = [1 / formulas.symmetric_susceptibility(u, 2.0) for u in (20.0, 24.0)]
    slope = np.log(t[1] / t[0] / np.sqrt(24 / 20)) / 4
    # The correction e^{π Δ/2U} to Haldane's exponent changes the slope by 0.5 %.
    assert slope == pytest.approx(-np.pi / 8, rel=0.01)


def test_friedel_and_fermi_liquid():
    np.testing.assert_allclose(
        formulas.friedel_conductance([0, 0.25, 0.5]), [0, 0.5, 1], atol=1e-15
    )
    g = formulas.fermi_liquid_conductance([0.0, 0.1], fermi_liquid_temperature=1.0)
    np.testing.assert_allclose(g, [1.0, 1 - np.pi**4 / 1600])


@pytest.mark.parametrize(
    "call",
    [
        lambda: formulas.kondo_conductance(1.0, kondo_temperature=0.0),
        lambda: formulas.haldane_temperature(-1.0, interaction=1.0, width=0.0),
        lambda: formulas.symmetric_susceptibility(-1.0, 1.0),
    ],
)
def test_impossible_numbers_are_refused(call):
    with pytest.raises(InvalidInput):
        call()
