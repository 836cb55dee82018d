"""A device finds its own parameters in a noisy trace of itself."""

import numpy as np
import pytest
import xarray as xr

import sharvin as sv
from sharvin.device.leads import MatrixLead
from sharvin.errors import InvalidInput, UnitError, UnknownName
from sharvin.formulas import thermal_average
from sharvin.inference import compare, fit_device
from sharvin.inference.device_model import DeviceModel, thermal_nodes
from sharvin.units import BOLTZMANN, RESISTANCE_QUANTUM

LENGTH, WIDTH = 13, 4
ENERGY = -2.2
TRUTH = {"lever_arm": -1.6, "offset": 0.5, "bend": 0.03, "series_resistance": 400.0}
GATE = np.linspace(-0.4, 1.4, 26)
NOISE = 0.005


def saddle():
    """A strip of hopping one with a saddle: height and curvature are parameters, leads are not."""
    x = np.repeat(np.arange(LENGTH) - LENGTH // 2, WIDTH)
    y = np.tile(np.arange(WIDTH) - (WIDTH - 1) / 2, LENGTH)
    distance = np.abs(x[:, None] - x) + np.abs(y[:, None] - y)
    hop = -1.0 * (distance == 1)
    cell = hop[:WIDTH, :WIDTH]
    window = np.cos(np.pi * x / LENGTH) ** 2
    ends = {
        name: MatrixLead(cell=cell, hop=-np.eye(WIDTH), sites=np.flatnonzero(x == at))
        for name, at in (("s", x.min()), ("d", x.max()))
    }
    matrices = {
        "": hop + np.diag(0.15 * y**2 * window),
        "height": np.diag(window),
        "bend": np.diag(-(x**2) * window),
    }
    return sv.Device.from_matrices(matrices, leads=ends)


def model(names, fixed=None):
    given = {"energy": ENERGY, **(fixed or {})}
    return DeviceModel(saddle(), "d", "s", "height", given, tuple(names))


def measured(seed=0, **changes):
    clean = model(TRUTH).curve(GATE, **{**TRUTH, **changes})
    noise = NOISE * np.random.default_rng(seed).standard_normal(GATE.size)
    return xr.DataArray(
        clean + noise, {"gate": ("gate", GATE, {"units": "V"})}, ("gate",), "G",
        {"units": "e²/h"},
    )  # fmt: skip


def test_gauss_points_average_like_the_integral():
    nodes, weights = thermal_nodes(8)
    assert weights.sum() == pytest.approx(1.0, abs=1e-9)
    # moments of -df/dE in kT: π²/3 and 7π⁴/15
    assert weights @ nodes**2 == pytest.approx(np.pi**2 / 3, rel=1e-6)
    assert weights @ nodes**4 == pytest.approx(7 * np.pi**4 / 15, rel=1e-6)
    kt = 0.7
    exact = thermal_average(lambda e: 1 / (1 + np.exp(-e / 3)), 0.4, kt)
    found = weights @ (1 / (1 + np.exp(-(0.4 + kt * nodes) / 3)))
    assert found == pytest.approx(float(exact), abs=1e-5)


def test_every_derivative_agrees_with_differences():
    values = {**TRUTH, "temperature": 0.8, "energy": ENERGY}
    m = model(values)
    x = GATE[5:20:5]
    slopes = m.slopes(x, **values)
    for k, name in enumerate(values):
        step = 1e-4 * max(1.0, abs(values[name]))
        up, down = ({**values, name: values[name] + s} for s in (step, -step))
        expected = (m.curve(x, **up) - m.curve(x, **down)) / (2 * step)
        # truncation of the difference, step² times third derivatives
        scale = max(float(np.abs(expected).max()), 1e-9)
        assert slopes[:, k] == pytest.approx(expected, abs=2e-5 * scale), name


def test_the_series_resistance_is_in_series():
    ideal = model(TRUTH).curve(GATE, **{**TRUTH, "series_resistance": 0.0})
    real = model(TRUTH).curve(GATE, **TRUTH)
    assert real == pytest.approx(1 / (1 / ideal + 400.0 / RESISTANCE_QUANTUM))


def test_a_device_finds_its_parameters_in_its_own_trace():
    start = {
        "lever_arm": -1.5,
        "offset": 0.45,
        "bend": (0.02, 0.0, 0.2),
        "series_resistance": 100.0,
    }
    fit = fit_device(
        saddle(), measured(), free=start, to="d", from_="s", axis="height", energy=ENERGY
    )
    for name, value in TRUTH.items():
        assert abs(fit.values[name] - value) < 4 * fit.errors[name], name
    assert fit.errors["lever_arm"] < 0.02
    assert fit.residuals.std() == pytest.approx(NOISE, rel=0.5)
    assert fit.labels == ("gate", "G (e²/h)")
    assert fit.tests()["runs"] > 1e-3


def test_a_list_is_tried_value_by_value():
    free = {"offset": 0.45, "bend": [0.0, 0.03, 0.1]}
    held = {"lever_arm": -1.6, "series_resistance": "400 Ohm", "energy": ENERGY}
    fit = fit_device(saddle(), measured(1), free=free, to="d", from_="s", axis="height", **held)
    assert fit.parts["bend"] == 0.03
    assert set(fit.parts["tried"]) == {0.0, 0.03, 0.1}
    assert "the next best leaves" in fit.report()


@pytest.mark.slow
def test_temperature_from_a_riser():
    # the energies of this device are in hoppings; k_B T = 0.05 of them
    truth = 0.05 / BOLTZMANN
    names = {"offset": 0.5, "temperature": truth}
    held = {"lever_arm": -1.6, "bend": 0.03}
    x = np.linspace(-0.3, 0.3, 7)
    rng = np.random.default_rng(2)
    data = model(names, held).curve(x, **names) + NOISE * rng.standard_normal(x.size)
    fit = fit_device(
        saddle(), (x, data), free={"offset": 0.45, "temperature": 0.45}, to="d", from_="s",
        axis="height", energy=ENERGY, **held,
    )  # fmt: skip
    assert abs(fit.values["temperature"] - truth) < 4 * fit.errors["temperature"]
    assert fit.errors["temperature"] < 0.1 * truth


def split_gate_contact():
    """A short contact whose gate reaches its leads."""
    return sv.Device(
        sv.electron_gas(mass=0.067, spacing="15 nm"),
        region=sv.rectangle(length="240 nm", width="195 nm"),
        leads={"source": sv.lead("left"), "drain": sv.lead("right")},
        potential=sv.split_gate(gap="120 nm", length="90 nm", depth="60 nm", voltage="gate"),
    )


CONTACT = {"lever_arm": 0.95, "offset": -0.02, "temperature": 1.2, "series_resistance": 400.0}


def contact(names, nodes=4):
    return DeviceModel(split_gate_contact(), "drain", "source", "gate", {"energy": 8.0},
                       tuple(names), nodes)  # fmt: skip


def test_derivatives_of_a_carved_contact_agree_with_differences():
    values = {**CONTACT, "energy": 8.0}
    m = contact(values)
    x = np.array([-0.72, -0.55])
    slopes = m.slopes(x, **values)
    for k, name in enumerate(values):
        step = 1e-4 * max(0.1, abs(values[name]))
        up, down = (m.curve(x, **{**values, name: values[name] + s}) for s in (step, -step))
        expected = (up - down) / (2 * step)
        # truncation of the difference, step² times third derivatives
        assert slopes[:, k] == pytest.approx(expected, abs=1e-5 * np.abs(expected).max()), name


def test_a_carved_contact_finds_its_parameters_in_its_own_trace():
    x = np.linspace(-0.75, -0.45, 11)
    clean = contact(CONTACT, nodes=3).curve(x, **CONTACT)
    data = (x, clean + 0.01 * np.random.default_rng(4).standard_normal(x.size))
    start = {"lever_arm": 1.0, "offset": 0.0, "temperature": 0.9, "series_resistance": 300.0}
    fit = fit_device(split_gate_contact(), data, free=start, to="drain", from_="source",
                     axis="gate", energy=8.0, nodes=3)  # fmt: skip
    for name, value in CONTACT.items():
        assert abs(fit.values[name] - value) < 4 * fit.errors[name], name
        assert fit.errors[name] < 0.25 * abs(value), name


def test_a_trace_of_something_else_is_refused():
    x = GATE[:14]
    other = (x, 1 + 0.5 * np.sin(12 * x))
    fit = fit_device(
        saddle(), other, free={"offset": 0.45}, to="d", from_="s", axis="height", energy=ENERGY,
        lever_arm=-1.6, bend=0.03,
    )  # fmt: skip
    assert not fit.converged


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"free": {"heigth": 1.0}}, UnknownName, "height"),
        ({"free": {"height": 1.0}}, InvalidInput, "offset and lever_arm"),
        ({"axis": "gate"}, UnknownName, "height"),
        ({"free": {"offset": 1.0, "energy": 2.0}}, InvalidInput, "both free and fixed"),
        ({"free": {"offset": (1.0, 2.0)}}, InvalidInput, "a start, or"),
        ({"free": {"offset": 1.0}, "bend": None}, InvalidInput, "neither free nor fixed"),
        ({"free": {"bend": [1.0]}}, InvalidInput, "one value at least"),
    ],
)
def test_wrong_calls_say_what_is_wrong(changes, error, message):
    call = {
        "free": {"offset": 1.0}, "to": "d", "from_": "s", "axis": "height", "energy": ENERGY,
        "bend": 0.03, **changes,
    }  # fmt: skip
    if call["bend"] is None or "bend" in call["free"]:
        del call["bend"]
    with pytest.raises(error, match=message):
        fit_device(saddle(), measured(), **call)


def test_a_comparison_is_in_the_units_of_the_record():
    record = xr.DataArray(
        [1.0, 2.0, 3.0, 9.0], {"gate": ("gate", [0.0, 1.0, 2.0, 9.0], {"units": "V"})}, ("gate",),
        "G", {"units": "e²/h"},
    )  # fmt: skip
    simulation = xr.DataArray(
        [0.5, 1.5], {"gate": ("gate", [0.0, 2000.0], {"units": "mV"})}, ("gate",), "G",
        {"units": "2e²/h"},
    )  # fmt: skip
    found = compare(record, simulation)
    assert found.simulated == pytest.approx([1.0, 2.0, 3.0])
    assert found.left_out == 1
    assert found.rms == pytest.approx(0.0, abs=1e-12)
    assert found.to_dataset().difference.attrs["units"] == "e²/h"
    assert "1 points outside" in found.report()
    with pytest.raises(UnitError):
        compare(record, simulation.assign_attrs(units="K"))
    with pytest.raises(InvalidInput, match="no point in common"):
        compare(record.isel(gate=slice(0, 4)), simulation.assign_coords(gate=[20.0, 30.0]))
