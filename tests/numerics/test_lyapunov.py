"""Lyapunov exponents against closed forms, and strips against chains that they consist of."""

import numpy as np
import pytest

from sharvin.errors import InvalidInput
from sharvin.formulas.localization import (
    BAND_CENTER,
    chain_localization_length,
    edge_lyapunov,
)
from sharvin.numerics.hashing import GOLDEN, mixed
from sharvin.numerics.lyapunov import chain_exponent, mixed_number, strip_exponents

SITES = 12_000_000


def agree(found, expected, relative=0.0):
    """Within four standard errors, plus what a weak-disorder expansion leaves out."""
    error = 4 * found.errors[-1] + relative * expected
    assert abs(found.exponents[-1] - expected) < error, (found.exponents[-1], expected, error)


def test_weak_disorder_and_the_anomaly_of_the_band_center():
    # the next order is W²/12 over (4 - E²): below 0.7 % at W = 0.5
    agree(chain_exponent(1.0, 0.5, SITES), 1 / chain_localization_length(1.0, 0.5), 0.01)
    center = chain_exponent(0.0, 0.5, SITES)
    agree(center, 1 / chain_localization_length(0.0, 0.5), 0.005)
    # 96 would be the answer of uniform phases, nine percent away
    assert center.localization_length * 0.25 > 101
    assert pytest.approx(105.045, abs=5e-4) == BAND_CENTER


def test_the_band_edge():
    agree(chain_exponent(2.0, 0.3, SITES // 4), float(edge_lyapunov(0.3)), 0.015)


def test_strong_disorder_is_a_mean_of_logarithms():
    """For |E - e| >> 1 the ratio is e - E itself: gamma = <ln|e - E|> up to 1/(e - E)²."""
    found = chain_exponent(50.0, 10.0, 640_000)
    e = np.linspace(45, 55, 100001)
    agree(found, np.log(e).mean() - (1 / e**2).mean(), 1e-5)


def test_a_strip_of_one_row_is_a_chain():
    agree(strip_exponents(1, 0.5, 2.0, 60_000), chain_exponent(0.5, 2.0, 3_000_000).exponents[0])


def test_without_time_reversal_waves_reach_farther():
    plain = strip_exponents(6, -1.0, 2.0, 40_000)
    field = strip_exponents(6, -1.0, 2.0, 40_000, flux=0.02)
    gain = field.localization_length / plain.localization_length
    assert 1.15 < gain < 2.0
    assert (np.diff(plain.exponents) < 0).all()
    assert (plain.exponents > 0).all()


def test_a_gauge_that_encloses_nothing_changes_nothing():
    """Each wave of a one-row strip sees no flux: the same exponent with the same seed."""
    one = strip_exponents(1, 0.3, 2.0, 8_000, seed=4)
    two = strip_exponents(1, 0.3, 2.0, 8_000, seed=4, flux=0.1)
    np.testing.assert_allclose(one.exponents, two.exponents, rtol=1e-6)


def test_the_error_is_the_spread_of_seeds():
    found = [chain_exponent(0.7, 1.5, 70_000, seed=n) for n in range(60)]
    spread = np.std([f.exponents[0] for f in found], ddof=1)
    # 60 seeds tell their spread to 9 %
    assert np.mean([f.errors[0] for f in found]) == pytest.approx(spread, rel=0.35)


def test_a_ring_of_rows_has_clean_channels_of_its_own():
    open_, closed = (strip_exponents(5, -1.0, 3.0, 8_000, ring=r, seed=1) for r in (False, True))
    assert abs(open_.exponents[0] - closed.exponents[0]) > 4 * closed.errors[0]


def test_random_streams_differ():
    starts = {mixed_number(seed, lane) for seed in range(20) for lane in range(64)}
    assert len(starts) == 20 * 64
    with np.errstate(over="ignore"):
        assert mixed.py_func(np.uint64(1)) == mixed(np.uint64(1))
    assert np.uint64(0x9E3779B97F4A7C15) == GOLDEN


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: chain_exponent(0.0, 1.0, 1000), "at least 64000 sites"),
        (lambda: chain_exponent(0.0, 0.0, 10**6), "without disorder nothing decays"),
        (lambda: chain_exponent(np.nan, 1.0, 10**6), "finite energy"),
        (lambda: strip_exponents(4, 0.0, 1.0, 100), "at least 4000 slices"),
        (lambda: strip_exponents(0, 0.0, 1.0, 5000), "whole number of rows"),
        (lambda: strip_exponents(4, 0.0, 1.0, 5000, ring=True, flux=0.1), "no gauge"),
    ],
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()
