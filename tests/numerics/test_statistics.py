"""Estimators and their errors against distributions that are known, and against repetition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sharvin.errors import InvalidInput
from sharvin.numerics.statistics import (
    Moments,
    correlation,
    half_width,
    histogram,
    jackknife,
    quantiles,
    ratio,
)

RNG = np.random.default_rng(7)
REPEATS = 300  # the spread of estimates over so many repetitions is known to 4 %


def true_to_its_error(estimate, draw, expected=None):
    """The errors that an estimator claims are the spread of what it finds."""
    found = [estimate(draw()) for _ in range(REPEATS)]
    values = np.array([value for value, _ in found], dtype=float)
    claimed = np.sqrt(np.mean([np.square(error) for _, error in found], axis=0))
    np.testing.assert_allclose(claimed, values.std(axis=0, ddof=1), rtol=0.25)
    if expected is not None:
        spread = values.std(axis=0, ddof=1) / np.sqrt(REPEATS)
        assert (np.abs(values.mean(axis=0) - expected) < 5 * spread).all()


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 9), st.integers(1, 9), st.floats(-1e3, 1e3), st.integers(0, 2**31))
def test_parts_add_up_to_the_whole(n, m, shift, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((n, 3)) ** 3, rng.standard_normal((m, 3)) + shift
    whole, summed = Moments.of(np.concatenate([a, b])), Moments.of(a) + Moments.of(b)
    assert summed.count == whole.count
    size = 1 + abs(shift)
    for name, power in (("mean", 1), ("m2", 2), ("m3", 3), ("m4", 4)):
        np.testing.assert_allclose(
            getattr(summed, name), getattr(whole, name), atol=1e-10 * size**power * (n + m) * 100
        )


def test_moments_are_those_of_scipy():
    x = RNG.gamma(2.0, size=500)
    m = Moments.of(x)
    assert m.variance == pytest.approx(x.var(ddof=1))
    assert m.skewness == pytest.approx(stats.skew(x))
    assert m.kurtosis == pytest.approx(stats.kurtosis(x))
    assert m.mean_error == pytest.approx(stats.sem(x))


@pytest.mark.parametrize("draw", [
    lambda: RNG.standard_normal(200), lambda: RNG.gamma(2.0, size=200),
])  # fmt: skip
def test_errors_of_mean_and_variance(draw):
    true_to_its_error(lambda x: (Moments.of(x).mean, Moments.of(x).mean_error), draw)
    true_to_its_error(lambda x: (Moments.of(x).variance, Moments.of(x).variance_error), draw)


def test_error_of_a_quantile():
    true_to_its_error(
        lambda x: quantiles(x, (0.25, 0.5)),
        lambda: RNG.standard_normal(401),
        stats.norm.ppf((0.25, 0.5)),
    )


def test_a_ratio_of_means_is_no_mean_of_ratios():
    def draw():
        b = RNG.gamma(2.0, size=400)
        return np.stack([b * RNG.uniform(0.2, 0.4, 400) * b, b], axis=1)

    # <b²> 0.3 / <b> = 0.3 * 6 / 2; the mean of a/b would be 0.3 * 2
    true_to_its_error(lambda x: ratio(x[:, 0], x[:, 1]), draw, 0.9)


def test_a_histogram_counts_per_sample_and_knows_that_numbers_repel():
    # one number in each half, always: the counts do not fluctuate at all
    pairs = np.stack([RNG.uniform(0, 0.5, 300), RNG.uniform(0.5, 1, 300)], axis=1)
    density, error = histogram(pairs, np.array([0.0, 0.5, 1.0]))
    np.testing.assert_allclose(density, [2, 2])
    np.testing.assert_allclose(error, 0, atol=1e-12)
    edges = np.linspace(-1, 1, 5)
    true_to_its_error(
        lambda x: histogram(x, edges), lambda: RNG.standard_normal((200, 2)),
        2 * np.diff(stats.norm.cdf(edges)) / 0.5,
    )  # fmt: skip


def test_a_histogram_keeps_its_rim_and_drops_what_is_missing():
    density, _ = histogram(np.array([[0.0, 1.0], [2.0, np.nan]]), np.array([0.0, 1.0, 2.0]))
    np.testing.assert_allclose(density, [0.5, 1.0])


def walk(length=40, decay=0.8):
    """Exponentially correlated noise of variance one."""
    steps = RNG.standard_normal((100, length))
    x = steps.copy()
    for j in range(1, length):
        x[:, j] = decay * x[:, j - 1] + np.sqrt(1 - decay**2) * steps[:, j]
    return x


def test_a_correlation_function_and_its_error():
    true_to_its_error(lambda x: correlation(x, 5), walk, 0.8 ** np.arange(6))


def test_the_half_width():
    found = np.array([half_width(walk(), 0.5) for _ in range(60)])
    # linear interpolation between the grid points k = 3 (0.512) and 4 (0.4096)
    assert found[:, 0].mean() == pytest.approx(0.5 * (3 + 0.012 / 0.1024), rel=0.08)
    assert found[:, 1].mean() == pytest.approx(found[:, 0].std(), rel=0.5)
    flat = np.ones((10, 5)) * RNG.standard_normal((10, 1))
    assert np.isnan(half_width(flat, 1.0)[0])


def test_a_jackknife_of_a_mean_is_the_standard_error():
    x = RNG.standard_normal(64)
    value, error = jackknife(lambda y: y.mean(), x, groups=64)
    assert value == pytest.approx(x.mean())
    assert error == pytest.approx(stats.sem(x), rel=1e-9)


def test_what_makes_no_sense_is_refused():
    with pytest.raises(InvalidInput, match="1 sample cannot tell a standard error"):
        jackknife(np.mean, np.ones(1))
    with pytest.raises(InvalidInput, match="between 0 and 1"):
        quantiles(np.ones(3), (0.5, 1.0))
    with pytest.raises(InvalidInput, match="ascending edges"):
        histogram(np.ones(3), np.array([1.0, 1.0]))
    with pytest.raises(InvalidInput, match="0 samples"):
        ratio(np.ones(0), np.ones(0))
