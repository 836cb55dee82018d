"""Derivatives that fits bring with them, against differences; Fourier sums against slow ones."""

import numpy as np
import pytest

from sharvin.analysis.gaussian_process import Process
from sharvin.analysis.oscillations import oscillation_curve, oscillation_slopes
from sharvin.analysis.peak_shapes import (
    broadened_peak,
    broadened_slopes,
    lifetime_peak,
    lifetime_slopes,
    multi_level_peak,
    multi_level_slopes,
    thermal_peak,
    thermal_slopes,
)
from sharvin.analysis.risers import staircase, staircase_slopes
from sharvin.analysis.spectra import fourier_sums

X = np.linspace(0.0, 1.0, 41)
PEAK = {"center": 0.51, "height": 0.8, "base": 0.1}
WAVES = {
    "frequency": 6.2, "mass": 0.067, "lifetime": 1.0, "resistance": 100.0, "curvature": 0.1,
    "amplitude": 4.0, "phase": 3.0,
}  # fmt: skip
# Central differences of a step of 1e-5 lose ten digits in the square of a step, five in rounding.
RTOL = 1e-6


def stairs(x, **values):
    return dict(zip(values, staircase_slopes(x, **values).T, strict=True))


def waves(x, **values):
    return oscillation_curve(0.3 + x, 0.3, **values)


def wave_slopes(x, **values):
    return oscillation_slopes(0.3 + x, np.full(x.shape, 0.3), **values)


@pytest.mark.parametrize(
    ("curve", "slopes", "values"),
    [
        (thermal_peak, thermal_slopes, PEAK | {"width": 0.03}),
        (multi_level_peak, multi_level_slopes, PEAK | {"width": 0.03}),
        (lifetime_peak, lifetime_slopes, PEAK | {"gamma": 0.08}),
        (broadened_peak, broadened_slopes, PEAK | {"width": 0.03, "gamma": 0.08}),
        (staircase, stairs, {"V_2": 0.6, "w_2": 0.02, "V_1": 0.2, "w_1": 0.03}),
        (waves, wave_slopes, WAVES),
    ],
    ids=["thermal", "multi-level", "lifetime", "both", "staircase", "oscillations"],
)
def test_slopes_are_those_of_the_curve(curve, slopes, values):
    found = slopes(X, **values)
    assert set(found) == set(values)
    for name, value in values.items():
        step = 1e-5 * value
        up, down = (curve(X, **{**values, name: value + s}) for s in (step, -step))
        expected = (up - down) / (2 * step)
        assert found[name] == pytest.approx(expected, abs=RTOL * np.abs(expected).max()), name


@pytest.mark.parametrize("thermal", [False, True])
@pytest.mark.parametrize("known", [None, -3.0])
def test_the_likelihood_brings_its_slope_and_blocks_alike_share_their_matrix(thermal, known):
    rng = np.random.default_rng(3)
    field = np.linspace(0, 1, 36).reshape(3, 12)
    y = rng.standard_normal(field.shape)
    theta = np.array([-0.5, -2.0, -1.0])[: 3 if known is None else 2]
    even = Process(field, 1, thermal, known)
    assert len(even.kinds[0]) == 1
    uneven = Process(field + 1e-5 * rng.uniform(size=field.shape), 1, thermal, known)
    assert len(uneven.kinds[0]) == 3
    for process in (even, uneven):
        for i, slope in enumerate(process.cost(theta, y)[1]):
            step = 1e-5 * np.eye(theta.size)[i]
            up, down = (process.cost(theta + s, y)[0] for s in (step, -step))
            assert slope == pytest.approx((up - down) / 2e-5, rel=1e-5, abs=1e-6)
    # fields that differ by 1e-5 of the range move the likelihood by as little
    assert uneven.cost(theta, y)[0] == pytest.approx(even.cost(theta, y)[0], rel=1e-3)


def test_fourier_sums_of_scattered_points():
    rng = np.random.default_rng(0)
    u, columns = rng.uniform(0.5, 5, 300), rng.standard_normal((300, 2))
    step, count = 0.06, 800
    found = fourier_sums(u, columns, step, count)
    exact = np.exp(-2j * np.pi * np.outer(step * np.arange(count), u)) @ columns
    size = np.sqrt((columns**2).sum(axis=0))
    error = np.abs(found - exact).max(axis=1) / size.min()
    # aliases of the spline: (f h / (1 - f h))^4 of a sum that is itself a few times `size`
    assert error.max() < 5 / 3**4
    assert error[: count // 2].max() < 5 / 7**4
    assert error[: count // 8].max() < 1e-4
