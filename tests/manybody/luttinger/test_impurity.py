"""An impurity in a Luttinger liquid: exact solutions against each other, powers, duality."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharvin.errors import InvalidInput
from sharvin.formulas import thermal_average
from sharvin.manybody.luttinger import (
    bethe_conductance,
    exponents,
    half_conductance,
    impurity_conductance,
)


def slope(function, at):
    """Logarithmic derivative over a factor of two."""
    return np.log2(function(np.array([2 * at]))[0] / function(np.array([at]))[0])


def test_half_is_a_lorentzian_averaged_over_temperature():
    for ratio in (0.02, 0.3, 1.0, 30.0):
        average = thermal_average(lambda e: e**2 / (e**2 + 1), 0.0, ratio)
        # The trapezoidal rule resolves the Lorentzian where kT is not far above its width.
        tolerance = 1e-9 if ratio < 2 else 2e-3
        assert half_conductance(ratio) == pytest.approx(average / 2, abs=tolerance)


def test_two_exact_solutions_of_the_same_problem_agree():
    ratio = np.logspace(-4, 6, 41)
    # Both are evaluated to rounding; 1e-14 is seen.
    np.testing.assert_allclose(bethe_conductance(ratio, 2), half_conductance(ratio), atol=1e-11)


def test_the_series_of_the_closed_form_joins_it():
    below, above = half_conductance(np.array([1, 1 + 1e-9]) / (2 * np.pi * 200))
    assert below == pytest.approx(above, rel=1e-6)


@pytest.mark.parametrize("m", [3, 4, 5, 7])
def test_powers_of_the_bethe_ansatz(m):
    law = exponents(1 / m)
    low = slope(lambda r: bethe_conductance(r, m), 1e-3)
    high = slope(lambda r: 1 / m - bethe_conductance(r, m), 1e5)
    assert low == pytest.approx(law.strong, abs=1e-3)
    assert high == pytest.approx(law.weak, abs=1e-3)
    assert bethe_conductance(np.array([1e12]), m)[0] == pytest.approx(1 / m, abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.15, 0.95))
def test_any_parameter_has_its_powers_and_rises_with_temperature(k):
    law = exponents(k)

    def g(t):
        return impurity_conductance(t, k, half_temperature=1.0, exact=False).conductance

    cold, hot = 10 ** (-6 / law.strong), 10 ** (-6 / law.weak)
    assert slope(g, cold) == pytest.approx(law.strong, rel=2e-3)
    assert slope(lambda t: k - g(t), hot) == pytest.approx(law.weak, rel=2e-3)
    assert (np.diff(g(np.logspace(-3, 3, 50))) > 0).all()
    assert g(np.array([1.0]))[0] == pytest.approx(k / 2, abs=1e-12)


@pytest.mark.parametrize("m", [2, 3, 4])
def test_the_stated_error_of_the_interpolation_is_its_error(m):
    t = np.logspace(-2, 2, 60)
    exact = impurity_conductance(t, 1 / m, half_temperature=1.0)
    flow = impurity_conductance(t, 1 / m, half_temperature=1.0, exact=False)
    assert exact.error < 1e-8 < flow.error < 0.06
    worst = np.abs(exact.conductance - flow.conductance).max()
    assert 0.2 * flow.error < worst <= flow.error


def test_half_of_the_conductance_is_left_where_it_was_asked_for():
    for k in (0.5, 1 / 3, 0.41):
        found = impurity_conductance([2.5], k, half_temperature=2.5)
        assert found.conductance[0] == pytest.approx(k / 2, abs=1e-9)


def test_which_method_answers():
    methods = {
        k: impurity_conductance([1.0], k, half_temperature=1.0).method
        for k in (0.5, 0.25, 0.6, 2.0, 1 / 9)
    }
    assert methods == {
        0.5: "closed form",
        0.25: "Bethe ansatz",
        0.6: "interpolating flow",
        2.0: "dual of closed form",
        1 / 9: "interpolating flow",
    }


@settings(max_examples=15)
@given(st.floats(0.2, 0.9))
def test_attraction_mirrors_repulsion(k):
    """The flow itself is symmetric under K -> 1/K: two routes to K > 1."""
    from sharvin.manybody.luttinger.impurity import _interpolated

    t = np.logspace(-2, 2, 9)
    dual = impurity_conductance(t, 1 / k, half_temperature=1.0, exact=False).conductance
    np.testing.assert_allclose(dual, _interpolated(t, 1 / k), atol=1e-10)
    assert (np.diff(dual) < 0).all()


def test_bad_input():
    with pytest.raises(InvalidInput, match="K = 1 an impurity transmits the same"):
        impurity_conductance([1.0], 1.0, half_temperature=1.0)
    with pytest.raises(InvalidInput, match="Luttinger parameter"):
        impurity_conductance([1.0], -0.2, half_temperature=1.0)
    with pytest.raises(InvalidInput, match="temperature must be positive"):
        impurity_conductance([0.0], 0.5, half_temperature=1.0)
    with pytest.raises(InvalidInput, match="half_temperature"):
        impurity_conductance([1.0], 0.5, half_temperature=-1.0)
    for m in (2.5, 1, 50):
        with pytest.raises(InvalidInput, match="impurity_conductance takes any K"):
            bethe_conductance([1.0], m)
