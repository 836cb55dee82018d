"""Statistics with labels; the estimators themselves are tested in numerics."""

import numpy as np
import pytest
import xarray as xr

import sharvin as sv
from sharvin.errors import InvalidInput, UnknownName

RNG = np.random.default_rng(3)


def table(*shape, dims=("sample", "energy"), **coords):
    return xr.DataArray(RNG.standard_normal(shape), dims=dims, coords=coords)


def test_moments_keep_the_other_axes():
    x = table(500, 3, energy=[1.0, 2.0, 3.0])
    found = sv.statistics.moments(x)
    assert found["mean"].dims == ("energy",)
    assert (np.abs(found["mean"]) < 5 * found["mean_error"]).all()
    # of a normal distribution: skewness 0, excess kurtosis 0
    assert (np.abs(found["skewness"]) < 5 * found["skewness_error"]).all()
    assert (np.abs(found["kurtosis"]) < 5 * found["kurtosis_error"]).all()
    assert found.energy.values.tolist() == [1.0, 2.0, 3.0]


def test_a_sample_without_a_number_is_left_out_whole():
    x = table(10, 2)
    x[3, 1] = np.nan
    found = sv.statistics.moments(x)
    assert found.attrs["samples"] == 9
    kept = np.delete(x.values, 3, axis=0)
    np.testing.assert_allclose(found["mean"], kept.mean(axis=0))


def test_ratio_difference_and_quantiles():
    a, b = table(400, 2) + 5, table(400, 2) + 10
    found = sv.statistics.ratio(a, b)
    np.testing.assert_allclose(found.value, a.mean("sample") / b.mean("sample"))
    paired = sv.statistics.difference(a, a + 0.25)
    np.testing.assert_allclose(paired.value, -0.25)
    np.testing.assert_allclose(paired.error, 0, atol=1e-12)
    half = sv.statistics.quantiles(a, (0.5,))
    assert half.value.dims == ("level", "energy")
    assert (np.abs(half.value - 5) < 5 * half.error).all()


def test_a_histogram_of_channels():
    t = xr.DataArray(RNG.uniform(size=(300, 4)), dims=("sample", "channel"))
    found = sv.statistics.histogram(t, np.linspace(0, 1, 6))
    width = found.high - found.low
    assert float((found.value * width).sum()) == pytest.approx(4)
    assert (np.abs(found.value - 4) < 5 * found.error).all()


def test_a_correlation_length_has_the_unit_of_its_axis():
    steps = np.cumsum(RNG.standard_normal((200, 60)), axis=1)
    x = xr.DataArray(
        np.sin(steps), dims=("sample", "B"), coords={"B": ("B", np.linspace(0, 5.9, 60))}
    )
    found = sv.statistics.correlation(x, along="B")
    # phases that walk with variance 1 per step: the correlation falls as exp(-k/2)
    assert found.attrs["half_width"] == pytest.approx(0.1 * 2 * np.log(2), rel=0.15)
    assert found.value.sizes["lag"] == 60
    assert float(found.lag[1]) == pytest.approx(0.1)


def test_thermal_averages_are_those_of_the_integral():
    kt = sv.units.BOLTZMANN * 2.0
    energies = np.arange(-40, 40, 0.5 * kt)
    x = xr.DataArray(
        [np.tanh(energies), np.cos(0.7 * energies)], dims=("sample", "energy"),
        coords={"energy": energies},
    )  # fmt: skip
    warm = sv.statistics.smeared(x, "2 K")
    for f, row in zip((np.tanh, lambda e: np.cos(0.7 * e)), warm, strict=True):
        for mu in warm.energy.values[::97]:
            expected = _average(f, mu, kt)
            assert float(row.sel(energy=mu)) == pytest.approx(expected, abs=1e-4)
    assert sv.statistics.smeared(x, 0.0) is x


def _average(f, mu, kt):
    e = np.linspace(-40 * kt, 40 * kt, 40001)
    weight = 1 / np.cosh(e / (2 * kt)) ** 2
    return float((weight * f(mu + e)).sum() / weight.sum())


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: sv.statistics.moments(x.isel(sample=[0])), InvalidInput, "at least 2"),
        (lambda x: sv.statistics.moments(x, dim="samples"), UnknownName, "did you mean 'sample'"),
        (lambda x: sv.statistics.correlation(x, along="B"), UnknownName, "unknown dimension 'B'"),
        (
            lambda x: sv.statistics.correlation(x.assign_coords(energy=[0, 1, 3]), "energy"),
            InvalidInput,
            "equal ascending steps",
        ),
        (lambda x: sv.statistics.histogram(x, 0), InvalidInput, "at least one bin"),
        (lambda x: sv.statistics.smeared(x, "0.1 K"), InvalidInput, "cannot resolve kT"),
        (lambda x: sv.statistics.smeared(x, "1000 K"), InvalidInput, "needs 2.07e"),
    ],
)
def test_what_makes_no_sense_is_refused(call, error, message):
    x = table(6, 3, energy=[0.0, 1.0, 2.0])
    with pytest.raises(error, match=message):
        call(x)
