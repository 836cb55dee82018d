"""Peaks and diamonds: known answers, the real map, and refusals."""

import numpy as np
import pytest
import xarray as xr

from analysis.measured import data
from sharvin.analysis.diamonds import fit_diamonds
from sharvin.analysis.load import load
from sharvin.analysis.peak_series import fit_peak_widths, peak_spacings
from sharvin.analysis.peak_shapes import (
    broadened_peak,
    lifetime_peak,
    multi_level_peak,
    thermal_peak,
)
from sharvin.analysis.peaks import fit_peak, fit_peaks
from sharvin.analysis.synthetic import synthetic_diamonds
from sharvin.errors import InvalidInput, Unreliable

X = np.linspace(0.0, 1.0, 300)
NOISE = np.random.default_rng(2).standard_normal(300)


def test_the_real_diamonds_agree_with_those_picked_by_hand():
    fit = fit_diamonds(load(data("diamonds_1.txt")))
    # By hand: 0.021(1) eV/V, 1.46(3) mV, 0.070(1) V. Ten percent was asked for.
    assert fit.values["lever_arm"] == pytest.approx(0.021, rel=0.1)
    assert fit.values["E_add"] == pytest.approx(1.46, rel=0.1)
    assert fit.values["gate_spacing"] == pytest.approx(0.070, rel=0.1)
    assert len(fit.parts["diamonds"]) == 5
    for one in fit.parts["diamonds"]:
        for value, error in (one.capacitance, one.gate_capacitance, one.source_capacitance):
            assert 0 < error < 0.3 * value


@pytest.mark.parametrize("noise", [0.005, 0.05])
def test_diamonds_give_back_the_constant_interaction_model(noise):
    fit = fit_diamonds(synthetic_diamonds(noise=noise))
    # An edge is read to about a row of 241, 1.3 % of the height.
    assert fit.values["lever_arm"] == pytest.approx(0.1, rel=0.03)
    assert fit.values["E_add"] == pytest.approx(2.0, rel=0.03)
    one = fit.parts["diamonds"][1]
    total = one.gate_capacitance[0] + one.source_capacitance[0] + one.drain_capacitance[0]
    assert total == pytest.approx(one.capacitance[0])
    assert one.source_capacitance[0] / total == pytest.approx(0.45, abs=3 * 0.45 * 0.03)


def test_excited_states_and_even_odd_spacings_are_seen():
    fit = fit_diamonds(synthetic_diamonds(excited=0.6))
    assert all(len(states) == 1 for states in fit.parts["excited"])
    assert fit.parts["excited"][0][0][0] == pytest.approx(0.6, abs=0.05)
    value, error = fit_diamonds(synthetic_diamonds(spacing=0.5, diamonds=6)).parts["even_odd"]
    assert value == pytest.approx(-0.5, abs=3 * error)


def test_reversed_axes_and_missing_rows_change_nothing():
    record = synthetic_diamonds()
    holes = record.isel(gate=slice(None, None, -1), bias=slice(None, None, -1)).copy(deep=True)
    holes.I[40:44, :] = np.nan
    a, b = fit_diamonds(record), fit_diamonds(holes)
    assert b.values["lever_arm"] == pytest.approx(a.values["lever_arm"], rel=0.02)


def test_a_map_of_noise_has_no_diamonds():
    record = synthetic_diamonds()
    record.I[:] = np.random.default_rng(0).standard_normal(record.I.shape)
    fit = fit_diamonds(record)
    assert not fit.converged
    assert "no diamonds found" in fit.report()
    record.I[:] = record.bias.values[:, None]
    assert "no diamonds found" in fit_diamonds(record).report()
    with pytest.raises(InvalidInput, match="NaN"):
        fit_diamonds(record * np.nan)


@pytest.mark.parametrize(
    ("shape", "model", "truth"),
    [
        ("thermal", thermal_peak, {"width": 0.03}),
        ("multi-level", multi_level_peak, {"width": 0.03}),
        ("lifetime", lifetime_peak, {"gamma": 0.1}),
        ("both", broadened_peak, {"width": 0.02, "gamma": 0.06}),
    ],
)
def test_peaks_give_back_what_made_them(shape, model, truth):
    y = model(X, center=0.52, height=0.8, base=0.01, **truth) + 0.004 * NOISE
    fit = fit_peak((X, y), shape=shape, lever_arm=0.1)
    for name, value in ({"center": 0.52, "height": 0.8} | truth).items():
        assert abs(fit.values[name] - value) < 4 * fit.errors[name], name


def test_a_gate_in_millivolts_gives_the_same_temperature():
    y = thermal_peak(X, center=0.52, height=0.8, base=0.01, width=0.03) + 0.004 * NOISE
    volts = fit_peak((X, y), shape="thermal", lever_arm=0.1)
    data = {"gate": ("gate", 1e3 * X, {"units": "mV"}), "G": ("gate", y, {"units": "uS"})}
    millivolts = fit_peak(xr.Dataset(data).set_coords("gate"), shape="thermal", lever_arm=0.1)
    assert millivolts.parts["energies"]["T"] == pytest.approx(volts.parts["energies"]["T"])
    assert millivolts.values["center"] == pytest.approx(volts.values["center"])
    assert millivolts.units["width"] == "V"


def test_shapes_have_their_textbook_widths():
    for model, factor in ((thermal_peak, 3.5255), (multi_level_peak, 4.3546)):
        half = model(np.array([factor / 2]), center=0.0, width=1.0, height=1.0)
        assert half[0] == pytest.approx(0.5, abs=2e-4)  # printed digits of the factor
    cold = broadened_peak(X, center=0.5, width=1e-4, gamma=0.1, height=1.0)
    # Sommerfeld: corrections of (π w/γ)² ~ 1e-5.
    assert cold == pytest.approx(lifetime_peak(X, center=0.5, gamma=0.1, height=1.0), abs=1e-4)
    hot = broadened_peak(X, center=0.5, width=0.05, gamma=1e-6, height=1.0)
    assert hot == pytest.approx(thermal_peak(X, center=0.5, width=0.05, height=1.0), abs=1e-4)


def test_spacings_and_temperatures_follow_from_many_peaks():
    centers = (0.1, 0.3, 0.45, 0.65, 0.8)
    y = sum(thermal_peak(X, center=c, height=1.0, width=0.01) for c in centers) + 0.01 * NOISE
    fit = peak_spacings(fit_peaks((X, y)))
    assert fit.values["even_odd"] == pytest.approx(0.05, abs=2e-3)
    t = np.array([0.05, 0.1, 0.2, 0.4, 0.8])
    widths = 1e-3 * 0.0861733 / 0.05 * np.hypot(t, 0.12)
    found = fit_peak_widths(t, widths * (1 + 1e-3 * NOISE[:5]))
    assert found.values["lever_arm"] == pytest.approx(0.05, rel=0.01)
    assert found.values["T_0"] == pytest.approx(0.12, rel=0.03)


def test_noise_has_no_peaks():
    with pytest.raises(Unreliable, match="no peaks found"):
        fit_peaks((X, NOISE))
    assert "no peak found" in fit_peak((X, NOISE)).report()
    with pytest.raises(InvalidInput, match="shape is one of"):
        fit_peak((X, NOISE), shape="round")
