"""Plateaus, series resistance and risers: real traces, known answers, and nothing where none is."""

import numpy as np
import pytest

from analysis.measured import data
from sharvin.analysis.contacts import fit_plateaus
from sharvin.analysis.load import load
from sharvin.analysis.risers import fit_risers, shoulder
from sharvin.analysis.synthetic import synthetic_contact
from sharvin.errors import InvalidInput, Unreliable

COLUMNS = {"gate": "V", "G": "uS"}


def real(columns=None):
    return load(
        (data("qpc_splitgateV_clean.csv"), data("qpc_conductance_clean.csv")),
        columns=COLUMNS if columns is None else columns,
    )


def test_each_real_trace_is_corrected_to_whole_plateaus():
    record = real()
    for k in range(6):
        fit = fit_plateaus(record.isel(trace=k))
        found = {p.number: p for p in fit.parts["plateaus"][0]}
        assert set(range(1, 7)) <= set(found)
        # What was asked for; a histogram of the same traces leaves 1.43 %.
        assert max(abs(found[n].deviation) for n in range(1, 7)) < 0.013
        # The histogram's R_s is 273 to 286 Ω: ours must not leave it by more than three errors.
        assert 273 - 3 * fit.errors["R_s"] < fit.values["R_s"] < 286 + 3 * fit.errors["R_s"]


def test_six_traces_have_one_resistance():
    fit = fit_plateaus(real())
    assert len(fit.parts["traces"]) == 6
    assert fit.errors["R_s"] < 8
    alone = np.array([one.values["R_s"] for one in fit.parts["traces"]])
    assert alone.min() < fit.values["R_s"] < alone.max()
    for plateaus in fit.parts["plateaus"]:
        assert max(abs(p.deviation) for p in plateaus if 1 <= p.number <= 6) < 0.015
    assert fit.parts["corrected"].sizes["trace"] == 6


def test_a_unit_that_nobody_names_follows_from_the_slope():
    record = real({"gate": 0, "G": 1})
    fit = fit_plateaus(record.isel(trace=1))
    assert fit.parts["unit"] == "uS"
    assert any("names no unit" in note for note in fit.notes)


@pytest.mark.parametrize("degeneracy", [1, 2, 4])
def test_degeneracy_and_resistance_are_found(degeneracy):
    fit = fit_plateaus(synthetic_contact(degeneracy=degeneracy, series_resistance=430.0))
    assert fit.parts["degeneracy"] == degeneracy
    assert abs(fit.values["R_s"] - 430.0) < 5 * fit.errors["R_s"]
    assert [p.number for p in fit.parts["plateaus"][0]] == [1, 2, 3, 4, 5, 6]


def changed(record, change):
    gate, g = change(record.gate.values.copy(), record.G.values.copy())
    return load({"gate": gate, "G": g}, columns=COLUMNS)


def missing(gate, g):
    g[::7] = np.nan
    g[300:320] = np.nan
    return gate, g


def uneven(gate, g):
    kept = np.sort(np.random.default_rng(1).choice(len(gate), 500, replace=False))
    return gate[kept], g[kept]


def jump(gate, g):
    gate[520:] += 0.03
    return gate, g


@pytest.mark.parametrize(
    "change",
    [missing, uneven, jump, lambda v, g: (v[::-1], g[::-1]), lambda v, g: (-v, g)],
    ids=["missing", "uneven", "jump", "reversed", "mirrored"],
)
def test_unkind_sweeps_give_the_same_resistance(change):
    fit = fit_plateaus(changed(synthetic_contact(noise=0.01), change))
    # Six errors: a jump is not part of the model that the error is for.
    assert abs(fit.values["R_s"] - 280.0) < 6 * max(fit.errors["R_s"], 1.0)


def test_a_noise_of_a_tenth_of_a_step_is_no_obstacle():
    fit = fit_plateaus(synthetic_contact(noise=0.1))
    assert abs(fit.values["R_s"] - 280.0) < 4 * fit.errors["R_s"]


X = np.linspace(0.0, 1.0, 800)
NOISE = np.random.default_rng(5).standard_normal(800)


@pytest.mark.parametrize(
    "y",
    [
        np.sin(20 * X) + 1, 5 * X, 5 * X + 0.1 * NOISE, NOISE, np.cumsum(NOISE), 6 * X**2,
        np.exp(5 * X) / 20, np.tanh(10 * (X - 0.5)) * 3 + 3, np.ones(800),
    ],
    ids=["sine", "ramp", "noisy ramp", "noise", "walk", "square", "exp", "one step", "constant"],
)  # fmt: skip
def test_an_unrelated_trace_has_no_plateaus(y):
    fit = fit_plateaus(load({"gate": X, "G": y}, columns={"gate": "V", "G": "2e²/h"}))
    assert not fit.converged
    assert "no plateaus found" in fit.report()
    with pytest.raises(Unreliable, match="no plateaus found"):
        _ = fit.values


def test_nothing_to_fit_is_said_in_one_sentence():
    with pytest.raises(InvalidInput, match="all 800 points of the trace are NaN"):
        fit_plateaus(load({"gate": X, "G": X * np.nan}, columns=COLUMNS))
    with pytest.raises(InvalidInput, match="a record of"):
        fit_plateaus("trace.csv")


def test_risers_give_back_their_widths_and_spacing():
    fit = fit_risers(fit_plateaus(synthetic_contact(width=0.06, noise=0.005)), lever_arm=0.05)
    for n in range(1, 6):
        # Gate: 0.1 V per spacing. The correction by R_s and the next riser cost a few errors.
        assert fit.values[f"w_{n}"] == pytest.approx(0.006, abs=6 * fit.errors[f"w_{n}"])
        ratio, error = fit.parts["ratios"][n]
        assert ratio == pytest.approx(0.1 / (2 * np.pi * 0.006), abs=6 * error)
    assert fit.parts["energies"][1]["T"][0] == pytest.approx(0.006 * 50 / 0.0861733, rel=0.05)


def test_a_symmetric_riser_has_no_shoulder():
    found = shoulder(fit_plateaus(synthetic_contact(noise=0.002)))
    assert found["asymmetry"] == pytest.approx(1.0, abs=0.1)
    assert np.isnan(found["height"])
