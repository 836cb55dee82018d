"""Bias spectroscopy of a contact: spacings and lever arms of maps whose answers are known."""

import numpy as np
import pytest
import xarray as xr

from sharvin import analysis
from sharvin.analysis.bias_lines import find_crosses
from sharvin.analysis.bias_model import Model, region
from sharvin.analysis.saddle import blurred
from sharvin.analysis.transconductance import bias_map
from sharvin.errors import InvalidInput, UnitError, Unreliable
from sharvin.units import BOLTZMANN, CONDUCTANCE_PER_MODE

# Of five numbers with fixed seeds none is farther off than this by chance more than once in 1e5.
SIGMAS = 4.5
SIZE = (121, 61)


def made(**options):
    return analysis.synthetic_bias_map(
        **{"subbands": 3, "points": SIZE, "noise": 0.02, "hbar_omega_y": (3.0, 2.6), **options}
    )


def agrees(fit, name, truth):
    return abs(fit.values[name] - truth) < SIGMAS * fit.errors[name]


@pytest.fixture(scope="module")
def plain():
    return made()


@pytest.fixture(scope="module")
def fitted(plain):
    return analysis.fit_bias_diamonds(plain)


def with_body(record, body):
    return record.assign(G=(("bias", "gate"), body, {"units": "uS"}))


def test_spacings_and_lever_arms_of_a_saddle(fitted):
    assert agrees(fitted, "spacing_1", 3.0)
    assert agrees(fitted, "spacing_2", 2.6)
    assert all(agrees(fitted, f"lever_arm_{n}", 0.05) for n in (1, 2, 3))
    # Two percent of noise on 7000 points: a result that is not sharp would agree with anything.
    assert all(fitted.errors[n] < 0.01 * fitted.values[n] for n in fitted.names)


def test_what_the_report_says(fitted):
    text = fitted.report()
    assert "diamond 1" in text
    assert "meV/V" in text
    halves = [r.half for r in fitted.parts["risers"]]
    for n, (value, error) in enumerate(halves):
        assert abs(value - (n + 0.5)) < SIGMAS * error
    for d in fitted.parts["diamonds"]:
        assert d.is_closed
        assert d.plateau[0] == pytest.approx(d.number, abs=0.01)  # tail exp(-π ω_y/ω_x) and noise
        assert d.corners(0.0)[1, 1] == pytest.approx(d.spacing[0], rel=0.01)


@pytest.mark.parametrize("share", [0.2, 0.65])
def test_the_spacing_does_not_depend_on_where_the_bias_drops(share):
    fit = analysis.fit_bias_diamonds(made(share=share, offset=0.2))
    assert agrees(fit, "spacing_1", 3.0)
    assert agrees(fit, "lever_arm_2", 0.05)
    found = fit.parts["risers"][1].share
    assert abs(found[0] - share) < SIGMAS * found[1]
    assert fit.parts["offset"] == pytest.approx(0.2, abs=0.02)


def test_mirrored_gate_and_reversed_sweeps_change_nothing(plain, fitted):
    mirrored = plain.assign_coords(gate=-plain.gate).isel(bias=slice(None, None, -1))
    again = analysis.fit_bias_diamonds(mirrored)
    for name in fitted.names:
        assert again.values[name] == pytest.approx(fitted.values[name], rel=1e-5)
    assert again.parts["risers"][0].gate[0] == pytest.approx(-fitted.parts["risers"][0].gate[0])


def test_missing_points_and_uneven_gates(plain):
    rng = np.random.default_rng(2)
    body = plain.G.values.copy()
    body[rng.random(body.shape) < 0.1] = np.nan
    body[20:23] = np.nan
    kept = np.sort(rng.choice(SIZE[0], 90, replace=False))
    fit = analysis.fit_bias_diamonds(with_body(plain, body).isel(gate=kept))
    assert agrees(fit, "spacing_1", 3.0)
    assert any("not finite" in note for note in fit.notes)


def test_signal_over_noise_of_ten():
    fit = analysis.fit_bias_diamonds(made(noise=0.1))
    assert agrees(fit, "spacing_1", 3.0)
    assert agrees(fit, "spacing_2", 2.6)


def test_a_jump_in_the_middle_is_named(plain):
    body = plain.G.values.copy()
    body[30:, 3:] = body[30:, :-3]
    fit = analysis.fit_bias_diamonds(with_body(plain, body))
    assert any("jumps along the gate" in note for note in fit.notes)


def test_a_series_resistance_is_taken_out():
    record = made(series_resistance=800.0)
    raw = analysis.fit_bias_diamonds(record)
    # Behind 800 Ω the contact feels 5 to 15 % less than what is applied.
    assert raw.values["spacing_2"] > 2.75
    fit = analysis.fit_bias_diamonds(record, series_resistance=800.0)
    assert agrees(fit, "spacing_1", 3.0)
    assert agrees(fit, "spacing_2", 2.6)


def test_a_map_of_currents_gives_the_same(plain, fitted):
    volts = plain.bias.values
    body = plain.G.values
    area = np.cumsum(0.5 * (body[1:] + body[:-1]) * np.diff(volts)[:, None], axis=0)
    current = np.concatenate([np.zeros((1, SIZE[0])), area])
    fine = np.linspace(volts[0], volts[-1], 181)
    current = np.stack([np.interp(fine, volts, column) for column in current.T], axis=1)
    record = xr.Dataset(
        {"I": (("bias", "gate"), 1e-3 * current, {"units": "uA"})},
        {"gate": plain.gate, "bias": ("bias", fine, {"units": "mV"})},
    )
    fit = analysis.fit_bias_diamonds(record)
    assert fit.values["spacing_1"] == pytest.approx(fitted.values["spacing_1"], rel=0.01)


def test_three_columns_of_points_are_a_map(plain, fitted):
    gate, bias = np.meshgrid(plain.gate.values, plain.bias.values)
    order = np.random.default_rng(0).permutation(gate.size)
    flat = {
        "gate": ("point", gate.ravel()[order], {"units": "V"}),
        "bias": ("point", 1e3 * bias.ravel()[order], {"units": "uV"}),
        "G": ("point", plain.G.values.ravel()[order], {"units": "uS"}),
    }
    fit = analysis.fit_bias_diamonds(xr.Dataset(flat))
    assert fit.values["spacing_1"] == pytest.approx(fitted.values["spacing_1"], rel=1e-6)


def _refused():
    size = SIZE[::-1]
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(size)
    record = made()
    still = record.G.values[size[0] // 2] + noise
    waves = 100 + 50 * np.cos(np.linspace(0, 30, size[1])) + noise
    return {
        "noise": (noise, "no riser"),
        "one value": (np.ones(size), "no riser"),
        "ramp": (np.linspace(0, 300, size[1]) + noise, "one riser only"),
        "staircase without bias": (still, ""),
        "waves": (waves, "does not rise in steps"),
        "one-sided bias": (made(share=1.0).G.values, ""),
    }


REFUSED = _refused()


@pytest.mark.parametrize("name", REFUSED)
def test_maps_without_diamonds_are_refused(plain, name):
    body, reason = REFUSED[name]
    fit = analysis.fit_bias_diamonds(with_body(plain, body))
    assert not fit.converged
    assert fit.problem.startswith("no bias diamonds found")
    assert reason in fit.problem
    with pytest.raises(Unreliable):
        _ = fit.values


def test_coulomb_diamonds_are_no_bias_diamonds_and_the_other_way_round(plain):
    dot = analysis.synthetic_diamonds(points=(121, 121))
    assert "Coulomb" in analysis.fit_bias_diamonds(dot).problem
    assert not analysis.fit_diamonds(plain).converged


def test_bad_input_is_a_sentence(plain):
    with pytest.raises(InvalidInput, match="zero or more"):
        analysis.fit_bias_diamonds(plain, series_resistance=-1.0)
    with pytest.raises(UnitError, match="a conductance"):
        analysis.fit_bias_diamonds(plain.assign(G=plain.G.assign_attrs(units="T")))
    with pytest.raises(InvalidInput, match="12 x 12"):
        analysis.fit_bias_diamonds(plain.isel(bias=slice(0, 8)))
    with pytest.raises(InvalidInput, match="NaN"):
        analysis.fit_bias_diamonds(with_body(plain, np.full(SIZE[::-1], np.nan)))
    with pytest.raises(InvalidInput, match="map over gate and bias"):
        analysis.fit_bias_diamonds(plain.isel(bias=3))


def test_derivatives_of_the_model_are_those_of_its_residuals(plain):
    found = bias_map(plain)
    crosses = find_crosses(found)
    inside = region(crosses, found.gate, found.across, below=False)
    model = Model(found.gate, found.across, found.conductance, inside)
    theta = model.start(crosses) + 1e-5  # no row where |V - V_0| has its kink
    theta[-1] = 1e-5
    jacobian, rest = model.jacobian(theta), model.residuals(theta)
    for k in range(theta.size):
        step = np.zeros_like(theta)
        step[k] = 1e-7
        slope = (model.residuals(theta + step) - model.residuals(theta - step)) @ rest / 2e-7
        # What Kaufman's Jacobian leaves out is orthogonal to the residuals: J^T r is exact,
        # up to the small ridge of the heights.
        scale = np.linalg.norm(jacobian[:, k]) * np.linalg.norm(rest)
        assert slope == pytest.approx(jacobian[:, k] @ rest, abs=2e-4 * scale)


def test_the_transconductance_is_the_slope_of_the_conductance(plain):
    clean = analysis.synthetic_bias_map(noise=0.0, subbands=2, points=(200, 21), temperature=0.0)
    found = analysis.transconductance(clean)
    exact = np.gradient(clean.G.values / (2e6 * CONDUCTANCE_PER_MODE), clean.gate.values, axis=1)
    width = found.transconductance.attrs["width"]
    # A window of width s lowers a peak of width w by about (s/w)²/4; here s is one point.
    assert width == pytest.approx(float(clean.gate[1] - clean.gate[0]), rel=1e-6)
    np.testing.assert_allclose(
        found.transconductance.values[:, 2:-2], exact[:, 2:-2], atol=0.03 * float(exact.max())
    )
    rough = analysis.transconductance(plain, width=0.004)
    quiet = rough.transconductance.values[24:37, :14]  # shut at small bias
    # Some forty independent numbers.
    assert np.std(quiet) == pytest.approx(rough.transconductance.attrs["noise"], rel=0.35)


def test_widths_of_blurred_steps():
    kelvin = 0.7
    energy = np.linspace(-30, 30, 3001)
    for heat in (0.4, 1.0, 2.5):
        place = (np.arange(2000) + 0.5) / 2000
        levels = heat * np.log(place / (1 - place))
        step = (1 / (1 + np.exp(-(energy[:, None] - levels)))).mean(axis=1)
        fit = analysis.fit_curve(
            lambda x, width: 1 / (1 + np.exp(-x / width)), energy, step, start={"width": heat + 1}
        )
        assert blurred(1.0, heat) == pytest.approx(fit.values["width"], rel=1.5e-3)
    assert blurred(0.0, BOLTZMANN * kelvin) == BOLTZMANN * kelvin


def test_both_curvatures_of_a_saddle_with_and_without_its_temperature(fitted):
    hot = analysis.fit_saddle(fitted)
    assert any("upper bounds" in note for note in hot.notes)
    cold = analysis.fit_saddle(fitted, temperature=0.05 / BOLTZMANN)
    for n in (1, 2, 3):
        assert agrees(cold, f"hbar_omega_x_{n}", 1.0)
        assert hot.values[f"hbar_omega_x_{n}"] > cold.values[f"hbar_omega_x_{n}"]
    assert cold.values["hbar_omega_y_1"] == fitted.values["spacing_1"]
    ratio, error = cold.parts["ratios"][1]
    assert abs(ratio - 3.0) < SIGMAS * error


def test_a_trace_gives_the_widths_and_the_map_the_energies(fitted):
    options = {"subbands": 3, "hbar_omega_y": (3.0, 2.6), "noise": 0.005, "points": (900, 13)}
    trace = analysis.synthetic_bias_map(**options).isel(bias=6).drop_vars("bias")
    plateaus = analysis.fit_plateaus(trace)
    fit = analysis.fit_saddle(fitted, plateaus, temperature=0.05 / BOLTZMANN)
    # R_s of two plateaus is known to a percent: their widths follow to as much.
    assert fit.values["hbar_omega_x_1"] == pytest.approx(1.0, rel=0.03)
    with pytest.raises(InvalidInput, match="bias diamonds is needed"):
        analysis.fit_saddle(plateaus)
    with pytest.raises(InvalidInput, match="temperature"):
        analysis.fit_saddle(fitted, temperature=-1.0)


def test_riser_at_the_width_of_the_temperature_gives_no_curvature(fitted):
    fit = analysis.fit_saddle(fitted, temperature=4.0)
    assert not any(name.startswith("hbar_omega_x") for name in fit.names)
    assert any("alone makes it" in note for note in fit.notes)
