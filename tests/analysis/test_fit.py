"""A fit owns its errors: straight lines have closed forms, and bad fits say so."""

import numpy as np
import pytest

from sharvin.analysis.fit import fit_curve
from sharvin.analysis.residuals import (
    chi_square_test,
    correlation_length,
    noise_level,
    runs_test,
)
from sharvin.analysis.text import with_error
from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName, Unreliable

X = np.linspace(-3.0, 5.0, 60)


def line(x, offset, slope):
    return offset + slope * x


def bell(x, height, width, center):
    return height * np.exp(-(((x - center) / width) ** 2))


def noisy_line(seed=0, sigma=0.2):
    return 1.5 - 0.7 * X + sigma * np.random.default_rng(seed).standard_normal(X.size)


def test_a_straight_line_has_the_values_and_covariance_of_the_normal_equations():
    sigma = np.random.default_rng(3).uniform(0.1, 0.5, X.size)
    y = noisy_line()
    fit = fit_curve(line, X, y, sigma, start={"offset": 0.0, "slope": 0.0})
    design = np.stack([np.ones_like(X), X], axis=1) / sigma[:, None]
    covariance = np.linalg.inv(design.T @ design)
    best = covariance @ design.T @ (y / sigma)
    # Finite differences give the Jacobian to about 1e-8.
    assert list(fit.values.values()) == pytest.approx(best, rel=1e-6)
    assert fit.covariance == pytest.approx(covariance, rel=1e-6)


def test_without_sigma_the_errors_come_from_the_residuals():
    y = noisy_line()
    known = fit_curve(line, X, y, 1.0, start={"offset": 0.0, "slope": 0.0})
    unknown = fit_curve(line, X, y, start={"offset": 0.0, "slope": 0.0})
    spread = np.sqrt((unknown.residuals**2).sum() / (X.size - 2))
    assert unknown.errors["slope"] == pytest.approx(known.errors["slope"] * spread, rel=1e-6)
    assert "chi2" in known.tests()
    assert "chi2" not in unknown.tests()


def test_the_bootstrap_of_white_noise_gives_the_covariance_again():
    fit = fit_curve(line, X, noisy_line(), start={"offset": 0.0, "slope": 0.0})
    again = fit.bootstrap(400)
    # The spread of 400 samples is known to 1/sqrt(800) = 3.5 %; four of these.
    for name, error in fit.errors.items():
        assert again.errors[name] == pytest.approx(error, rel=0.15)
    low, high = again.interval("slope")
    assert low < fit.values["slope"] < high


def test_derived_values_carry_correlations():
    fit = fit_curve(line, X, noisy_line(), start={"offset": 0.0, "slope": 0.0})
    value, error = fit.derive(lambda v: v["offset"] + 2.0 * v["slope"])
    gradient = np.array([1.0, 2.0])
    assert value == pytest.approx(line(2.0, **fit.values))
    assert error == pytest.approx(np.sqrt(gradient @ fit.covariance @ gradient), rel=1e-6)


def test_points_that_are_not_finite_are_left_out_and_counted():
    y = noisy_line()
    y[[3, 30]] = np.nan, np.inf
    fit = fit_curve(line, X[::-1], y[::-1], start={"offset": 0.0, "slope": 0.0})
    assert fit.y.size == X.size - 2
    assert (np.diff(fit.x) > 0).all()
    assert "2 of 60 points" in fit.report()


def test_a_fit_that_cannot_tell_its_values_apart_refuses_to_give_them():
    fit = fit_curve(lambda x, a, b: (a + b) * x, X, noisy_line(), start={"a": 1.0, "b": 1.0})
    assert not fit.converged
    with pytest.raises(Unreliable, match="cannot tell a, b apart"):
        _ = fit.values
    assert "not reliable" in fit.report()


def test_a_value_on_its_bound_is_said_to_be_there():
    bounds = {"slope": (-0.5, 0.0)}
    fit = fit_curve(line, X, noisy_line(), start={"offset": 0.0, "slope": -0.1}, bounds=bounds)
    assert any("slope ran into its bound -0.5" in note for note in fit.notes)


def test_a_wrong_model_fails_both_tests_of_its_residuals():
    y = bell(X, 2.0, 1.0, 1.0) + 0.02 * np.random.default_rng(1).standard_normal(X.size)
    wrong = fit_curve(line, X, y, 0.02, start={"offset": 0.0, "slope": 0.0})
    right = fit_curve(bell, X, y, 0.02, start={"height": 1.0, "width": 2.0, "center": 0.0})
    assert max(wrong.tests().values()) < 1e-3
    assert min(right.tests().values()) > 1e-3
    assert "the model misses something" in wrong.report()


def test_probabilities_of_the_tests_are_uniform_for_noise():
    rng = np.random.default_rng(7)
    noise = rng.standard_normal((800, 80))
    chi = np.array([chi_square_test(r, np.ones(80), 0) for r in noise])
    runs = np.array([runs_test(r) for r in noise])
    # Binomial: 800 trials at 5 % scatter by 0.8 %; runs are whole numbers, so fewer are allowed.
    assert np.mean(chi < 0.05) == pytest.approx(0.05, abs=0.03)
    assert 0.01 < np.mean(runs < 0.05) < 0.08


def test_noise_is_measured_under_a_staircase():
    rng = np.random.default_rng(0)
    x = np.linspace(0, 10, 2000)
    y = np.round(x) + 0.03 * rng.standard_normal(2000)
    assert noise_level(y) == pytest.approx(0.03, rel=0.1)


def test_correlated_noise_is_recognized():
    rng = np.random.default_rng(0)
    white = rng.standard_normal(2000)
    assert correlation_length(white) <= 2
    assert 5 <= correlation_length(np.convolve(white, np.ones(8) / 8)) <= 12


@pytest.mark.parametrize(
    ("value", "error", "unit", "text"),
    [
        (279.31, 5.7, "Ω", "279(6) Ω"),
        (0.02134, 0.00112, "eV/V", "0.0213(11) eV/V"),
        (1.5e-9, 2e-11, "A", "1.50(2)e-9 A"),
        (12345.0, 678.0, "", "12300(700)"),
        (99.7, 1.96, "", "100(2)"),
        (3.0, 0.0, "K", "3 K"),
        (3.0, float("nan"), "K", "3 ± ? K"),
    ],
)
def test_numbers_are_written_with_their_error(value, error, unit, text):
    assert with_error(value, error, unit) == text


def test_bad_input_is_one_sentence():
    start = {"offset": 0.0, "slope": 0.0}
    with pytest.raises(ShapeMismatch, match="as many values as points"):
        fit_curve(line, X, X[:-1], start=start)
    with pytest.raises(InvalidInput, match="must be positive"):
        fit_curve(line, X, X, 0.0, start=start)
    with pytest.raises(UnknownName, match="did you mean 'slope'"):
        fit_curve(line, X, X, start=start, bounds={"slop": (0, 1)})
    with pytest.raises(InvalidInput, match="2 values need as many points"):
        fit_curve(line, [1.0, np.nan], [1.0, 2.0], start=start)
    with pytest.raises(InvalidInput, match="two repetitions"):
        fit_curve(line, X, noisy_line(), start=start).bootstrap(1)
    with pytest.raises(UnknownName, match="offset"):
        fit_curve(line, X, noisy_line(), start=start).interval("offest")
