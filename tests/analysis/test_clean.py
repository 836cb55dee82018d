"""Flags are raised for what was put in, and for nothing else."""

import numpy as np
import pytest

from sharvin.analysis.clean import clean, derivative, smooth
from sharvin.errors import InvalidInput

X = np.linspace(0.0, 10.0, 500)
Y = np.sin(X) + 0.01 * np.random.default_rng(0).standard_normal(500)


def test_a_clean_trace_raises_no_flag():
    found = clean(X, Y)
    assert found.notes == ()
    assert found.noise == pytest.approx(0.01, rel=0.15)
    assert np.isnan(found.hysteresis)


def test_spikes_jumps_and_hysteresis_are_flagged_where_they_are():
    spiky = Y.copy()
    spiky[[100, 333]] += 0.5
    found = clean(X, spiky, despike=True)
    assert found.spikes.tolist() == [100, 333]
    assert found.y[100] == pytest.approx(np.sin(X[100]), abs=0.05)
    jumpy = Y + 0.4 * (X > 6.0)
    assert clean(X, jumpy).jumps.size == 1
    assert X[clean(X, jumpy).jumps[0]] == pytest.approx(6.0, abs=0.05)
    twice = np.concatenate([X, X[::-1]])
    same = np.concatenate([Y, Y[::-1]])
    assert clean(twice, same).hysteresis < 1
    late = np.concatenate([Y, np.sin(X[::-1] - 0.1)])
    assert clean(twice, late).hysteresis > 8


def test_slopes_come_with_the_error_that_noise_gives_them():
    slope, error = derivative(X, Y, 0.15)
    inside = slice(30, -30)
    pull = (slope - np.cos(X) * np.exp(-(0.15**2) / 2))[inside] / error[inside]
    # Correlated over the window, so that few are independent: a factor, not a digit.
    assert 0.6 < pull.std() < 1.6
    assert smooth(X, 2 * X + 1, 0.3) == pytest.approx(2 * X + 1)
    with pytest.raises(InvalidInput, match="fewer than two points"):
        smooth(X, Y, 1e-4)
